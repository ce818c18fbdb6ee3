/* The whole of a k-means run: checks, restarts, the last improvements, and the way back from scaled rows to the caller's. */
#include "math/kmeans.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "math/blocks.h"
#include "math/kmeans_parts.h"
#include "math/rows.h"

#define RESTART_WORK  4e9 /* multiplications a look, times restarts */
#define SWAP_WORK     4e8 /* the same, times attempts to move a centre */
#define SWAP_MOST     100
#define EXCHANGE_WORK 1e7 /* up to both every restart ends with exchanges, above only the best */
#define EXCHANGE_ROWS 3000

void
kmeans_options_init (kmeans_options *o)
{
  *o = (kmeans_options){ .k = 8, .restarts = 10, .max_iterations = 300, .tolerance = 1e-4, .threads = 1 };
}

void
kmeans_clear (kmeans *km)
{
  g_free (km->centres);
  g_free (km->labels);
  g_free (km->distances);
  g_free (km->sizes);
  *km = (kmeans){ 0 };
}

static guint32
row_hash (const float *row, gsize d)
{
  guint32 hash = 2166136261u;
  for (gsize c = 0; c < d; c++)
    {
      float value = row[c] + 0.0f; /* -0 equals 0 */
      guint32 bits;
      memcpy (&bits, &value, sizeof bits);
      hash = (hash ^ bits) * 16777619u;
      hash ^= hash >> 15;
    }
  return hash;
}

static gboolean
same_row (const float *a, const float *b, gsize d)
{
  for (gsize c = 0; c < d; c++)
    if (a[c] != b[c])
      return FALSE;
  return TRUE;
}

/* The number of distinct rows, or `enough` as soon as there are that many. */
static gsize
distinct_rows (const matrix *x, gsize enough)
{
  g_autofree guint32 *hashes = g_new (guint32, enough);
  g_autofree gsize *rows = g_new (gsize, enough);
  gsize found = 0;
  for (gsize i = 0; i < x->n && found < enough; i++)
    {
      guint32 hash = row_hash (matrix_row (x, i), x->d);
      gsize q = 0;
      while (q < found && !(hashes[q] == hash && same_row (matrix_row (x, rows[q]), matrix_row (x, i), x->d)))
        q++;
      if (q == found)
        {
          hashes[found] = hash;
          rows[found++] = i;
        }
    }
  return found;
}

typedef struct {
  const kmeans_points *p;
  double *sums; /* parts */
} spread_job;

static void
spread_part (gsize part, gpointer user)
{
  spread_job *w = user;
  gsize end = blocks_first (w->p->n, w->p->parts, part + 1);
  for (gsize i = blocks_first (w->p->n, w->p->parts, part); i < end; i++)
    w->sums[part] += w->p->norm2[i];
}

/* The mean variance of a column, of the scaled rows. */
static double
mean_variance (const kmeans_points *p)
{
  g_autofree double *sums = g_new0 (double, p->parts);
  spread_job w = { .p = p, .sums = sums };
  blocks_run (p->parts, 1, spread_part, &w);
  double sum = 0;
  for (gsize part = 0; part < p->parts; part++)
    sum += sums[part];
  return sum / (double) p->n / (double) p->d;
}

/* The best state, or NULL with `error` set. */
static kmeans_state *
optimise (const kmeans_points *p, const kmeans_options *o, int k, const job *j, GError **error)
{
  double work = (double) p->n * (double) p->d * k;
  int asked = k == 1 ? 1 : MAX (o->restarts, 1);
  int restarts = MIN (asked, MAX ((int) MIN (RESTART_WORK / work, 1e6), 2));
  double tolerance = o->tolerance * mean_variance (p);
  gboolean exchange = work <= EXCHANGE_WORK && p->n <= EXCHANGE_ROWS, ok = TRUE;
  double enough = exchange ? 0 : 1e-5;
  kmeans_state *best = kmeans_state_new (p, k), *s = kmeans_state_new (p, k);
  for (int r = 0; r < restarts && ok; r++)
    {
      job_tell (j, "clusters", (guint64) r, (guint64) restarts);
      GRand *rng = rows_rand (o->seed, (guint32) r);
      kmeans_seed (p, rng, s);
      g_rand_free (rng);
      ok = kmeans_lloyd (p, s, o->max_iterations, tolerance, j, error)
           && (!exchange || kmeans_exchange (p, s, enough, j, error));
      if (ok && s->inertia < best->inertia)
        {
          kmeans_state *t = best;
          best = s;
          s = t;
        }
    }
  kmeans_state_free (s);
  GRand *rng = rows_rand (o->seed, G_MAXUINT32);
  int swaps = (int) CLAMP (SWAP_WORK / work, 2, SWAP_MOST);
  ok = ok && (exchange || kmeans_exchange (p, best, enough, j, error))
       && (asked == 1 || kmeans_swap (p, best, swaps, !exchange, enough, rng, j, error))
       && (o->min_size < 2 || kmeans_balance (p, best, o->min_size, o->max_iterations, j, error));
  g_rand_free (rng);
  if (!ok)
    g_clear_pointer (&best, kmeans_state_free);
  else
    job_tell (j, "clusters", (guint64) restarts, (guint64) restarts);
  return best;
}

typedef struct {
  gsize size, first;
  int old;
} rank;

static int
compare_ranks (const void *a, const void *b)
{
  const rank *x = a, *y = b;
  if (x->size != y->size)
    return x->size > y->size ? -1 : 1;
  return x->first < y->first ? -1 : 1;
}

/* Fills labels and sizes of `out`, clusters in their final order. */
static void
order_clusters (const kmeans_state *s, gsize n, kmeans *out)
{
  g_autofree rank *ranks = g_new (rank, s->k);
  g_autofree int *now = g_new (int, s->k);
  for (int c = 0; c < s->k; c++)
    ranks[c] = (rank){ .size = s->sizes[c], .first = n, .old = c };
  for (gsize i = n; i-- > 0;)
    ranks[s->labels[i]].first = i;
  qsort (ranks, (gsize) s->k, sizeof *ranks, compare_ranks);
  for (int c = 0; c < s->k; c++)
    {
      now[ranks[c].old] = c;
      out->sizes[c] = ranks[c].size;
    }
  for (gsize i = 0; i < n; i++)
    out->labels[i] = now[s->labels[i]];
}

typedef struct {
  const matrix *x;
  kmeans *out;
  gsize parts;
  double *sums;    /* parts x k x d */
  double *centres; /* k x d */
  double *inertia; /* parts */
} finish_job;

static void
sum_part (gsize part, gpointer user)
{
  finish_job *w = user;
  gsize d = w->x->d, end = blocks_first (w->x->n, w->parts, part + 1);
  for (gsize i = blocks_first (w->x->n, w->parts, part); i < end; i++)
    {
      const float *row = matrix_row (w->x, i);
      double *sum = w->sums + (part * (gsize) w->out->k + (gsize) w->out->labels[i]) * d;
      for (gsize c = 0; c < d; c++)
        sum[c] += row[c];
    }
}

static void
measure_part (gsize part, gpointer user)
{
  finish_job *w = user;
  gsize d = w->x->d, end = blocks_first (w->x->n, w->parts, part + 1);
  for (gsize i = blocks_first (w->x->n, w->parts, part); i < end; i++)
    {
      double d2 = rows_distance2_to (matrix_row (w->x, i), w->centres + (gsize) w->out->labels[i] * d, d);
      w->out->distances[i] = (float) sqrt (d2);
      w->inertia[part] += d2;
    }
}

/* Centres, distances and inertia from the caller's rows and the final labels. */
static void
measure (const kmeans_points *p, kmeans *out)
{
  gsize kd = (gsize) out->k * p->d;
  g_autofree double *sums = g_new0 (double, p->parts *kd);
  g_autofree double *centres = g_new0 (double, kd);
  g_autofree double *inertia = g_new0 (double, p->parts);
  finish_job w = { .x = p->x, .out = out, .parts = p->parts, .sums = sums, .centres = centres, .inertia = inertia };
  blocks_run (p->parts, kmeans_points_threads (p, 1), sum_part, &w);
  for (gsize c = 0; c < kd; c++)
    {
      for (gsize part = 0; part < p->parts; part++)
        centres[c] += sums[part * kd + c];
      centres[c] /= (double) out->sizes[c / p->d];
      out->centres[c] = (float) centres[c];
    }
  blocks_run (p->parts, kmeans_points_threads (p, 1), measure_part, &w);
  for (gsize part = 0; part < p->parts; part++)
    out->inertia += inertia[part];
}

static void
kmeans_finish (const kmeans_points *p, const kmeans_state *s, kmeans *out)
{
  *out = (kmeans){ .k = s->k, .d = p->d, .iterations = s->iterations };
  out->centres = g_new (float, (gsize) s->k * p->d);
  out->labels = g_new (int, p->n);
  out->distances = g_new (float, p->n);
  out->sizes = g_new (gsize, s->k);
  order_clusters (s, p->n, out);
  measure (p, out);
}

gboolean
kmeans_fit (const matrix *x, const kmeans_options *o, const job *j, kmeans *out, GError **error)
{
  *out = (kmeans){ 0 };
  if (o->k < 1)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot make %d clusters: ask for at least one", o->k);
      return FALSE;
    }
  if (o->min_size > 1 && o->min_size > x->n / (gsize) o->k)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "cannot make %d clusters of at least %" G_GSIZE_FORMAT " from %" G_GSIZE_FORMAT
                   " pictures: lower the number of clusters or their smallest size",
                   o->k, o->min_size, x->n);
      return FALSE;
    }
  kmeans_points p;
  if (!kmeans_points_init (&p, x, MIN (o->k, (int) MIN (x->n, G_MAXINT)), o->threads, error))
    return FALSE;
  int k = (int) distinct_rows (x, MIN ((gsize) o->k, x->n));
  kmeans_state *best = optimise (&p, o, k, j, error);
  if (best != NULL)
    kmeans_finish (&p, best, out);
  gboolean ok = best != NULL;
  kmeans_state_free (best);
  kmeans_points_clear (&p);
  return ok;
}

/* TRUE when `found` (of kmeans, all of the same rows) holds this partition already: the order of clusters is fixed, so equal partitions have
 * equal labels. */
static gboolean
is_known (GArray *found, const kmeans *km, gsize n)
{
  for (guint i = 0; i < found->len; i++)
    if (memcmp (g_array_index (found, kmeans, i).labels, km->labels, n * sizeof *km->labels) == 0)
      return TRUE;
  return FALSE;
}

GArray *
kmeans_optima (const matrix *x, const kmeans_options *o, int starts, double most, const job *j, GError **error)
{
  kmeans_points p;
  if (!kmeans_points_init (&p, x, o->k, o->threads, error))
    return NULL;
  GArray *found = g_array_new (FALSE, FALSE, sizeof (kmeans));
  g_array_set_clear_func (found, (GDestroyNotify) kmeans_clear);
  kmeans_state *s = kmeans_state_new (&p, o->k);
  double limit = most * p.scale * p.scale * (1 + 1e-6), tolerance = o->tolerance * mean_variance (&p);
  for (int r = 0; r < starts; r++)
    {
      GRand *rng = rows_rand (o->seed, G_MAXUINT32 - 1 - (guint32) r);
      kmeans_seed (&p, rng, s);
      g_rand_free (rng);
      if (!kmeans_lloyd (&p, s, o->max_iterations, tolerance, j, error))
        {
          g_clear_pointer (&found, g_array_unref);
          break;
        }
      kmeans km;
      if (s->inertia > limit)
        continue;
      kmeans_finish (&p, s, &km);
      if (km.inertia <= most && !is_known (found, &km, x->n))
        g_array_append_val (found, km);
      else
        kmeans_clear (&km);
    }
  kmeans_state_free (s);
  kmeans_points_clear (&p);
  return found;
}
