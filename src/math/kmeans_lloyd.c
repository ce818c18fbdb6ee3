/* Lloyd's iterations. One look at the rows is a matrix product a block; only rows that change cluster touch the sums, which makes late
 * iterations cheap. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "math/blocks.h"
#include "math/kmeans_parts.h"
#include "math/linalg.h"
#include "math/rows.h"

#define MAX_PARTS  64
#define COPY_LIMIT ((gsize) 1 << 30) /* bytes */
#define ALONE      4e6               /* multiplications that one thread does before others could start */

static void
scale_rows (const kmeans_points *p, gsize first, gsize count, float *out)
{
  for (gsize i = 0; i < count; i++)
    {
      const float *row = matrix_row (p->x, first + i);
      for (gsize c = 0; c < p->d; c++)
        out[i * p->d + c] = (float) (((double) row[c] - p->mean[c]) * p->scale);
    }
}

const float *
kmeans_points_block (const kmeans_points *p, gsize first, gsize count, float *scratch)
{
  if (p->copy != NULL)
    return p->copy + first * p->d;
  scale_rows (p, first, count, scratch);
  return scratch;
}

int
kmeans_points_threads (const kmeans_points *p, int k)
{
  return (double) p->n * (double) p->d * k < ALONE ? 1 : p->threads;
}

static void
prepare_part (gsize part, gpointer user)
{
  kmeans_points *p = user;
  g_autofree float *scratch = p->copy == NULL ? g_new (float, p->d) : NULL;
  gsize end = blocks_first (p->n, p->parts, part + 1);
  for (gsize i = blocks_first (p->n, p->parts, part); i < end; i++)
    {
      float *row = p->copy != NULL ? p->copy + i * p->d : scratch;
      scale_rows (p, i, 1, row);
      double sum = 0;
      for (gsize c = 0; c < p->d; c++)
        sum += (double) row[c] * (double) row[c];
      p->norm2[i] = (float) sum;
    }
}

gboolean
kmeans_points_init (kmeans_points *p, const matrix *x, int k, int threads, GError **error)
{
  *p = (kmeans_points){ .x = x, .n = x->n, .d = x->d, .scale = 1, .threads = threads };
  p->mean = g_new0 (double, MAX (x->d, 1));
  if (!rows_mean (x, threads, p->mean, error))
    {
      kmeans_points_clear (p);
      return FALSE;
    }
  double top = 0;
  for (gsize i = 0; i < x->n; i++)
    {
      const float *row = matrix_row (x, i);
      for (gsize c = 0; c < x->d; c++)
        top = MAX (top, fabs ((double) row[c] - p->mean[c]));
    }
  int exponent = 0;
  frexp (top, &exponent);
  p->scale = ldexp (1, -exponent);
  /* each part has sums of its own (k x d doubles); together they stay below a quarter of the rows */
  p->parts = CLAMP (x->n / (8 * (gsize) k), 1, MAX_PARTS);
  if (x->n * x->d * sizeof (float) <= COPY_LIMIT)
    p->copy = g_new (float, x->n * x->d);
  p->norm2 = g_new (float, x->n);
  blocks_run (p->parts, kmeans_points_threads (p, 1), prepare_part, p);
  return TRUE;
}

void
kmeans_points_clear (kmeans_points *p)
{
  g_free (p->mean);
  g_free (p->copy);
  g_free (p->norm2);
  *p = (kmeans_points){ 0 };
}

kmeans_state *
kmeans_state_new (const kmeans_points *p, int k)
{
  kmeans_state *s = g_new0 (kmeans_state, 1);
  s->k = k;
  s->labels = g_new (int, p->n);
  s->sizes = g_new0 (gsize, k);
  s->sums = g_new0 (double, (gsize) k * p->d);
  s->centres = g_new0 (double, (gsize) k * p->d);
  s->near = g_new0 (float, p->n);
  s->inertia = INFINITY;
  return s;
}

void
kmeans_state_copy (const kmeans_points *p, const kmeans_state *from, kmeans_state *to)
{
  gsize kd = (gsize) from->k * p->d;
  memcpy (to->labels, from->labels, p->n * sizeof *to->labels);
  memcpy (to->sizes, from->sizes, (gsize) from->k * sizeof *to->sizes);
  memcpy (to->sums, from->sums, kd * sizeof *to->sums);
  memcpy (to->centres, from->centres, kd * sizeof *to->centres);
  memcpy (to->near, from->near, p->n * sizeof *to->near);
  to->inertia = from->inertia;
  to->iterations = from->iterations;
}

void
kmeans_state_free (kmeans_state *s)
{
  if (s == NULL)
    return;
  g_free (s->labels);
  g_free (s->sizes);
  g_free (s->sums);
  g_free (s->centres);
  g_free (s->near);
  g_free (s);
}

void
kmeans_state_restart (const kmeans_points *p, kmeans_state *s)
{
  for (gsize i = 0; i < p->n; i++)
    s->labels[i] = -1;
  memset (s->sizes, 0, (gsize) s->k * sizeof *s->sizes);
  memset (s->sums, 0, (gsize) s->k * p->d * sizeof *s->sums);
  s->iterations = 0;
}

/* One look at all rows. Of the three outputs below, those that are NULL are not wanted. */
typedef struct {
  const kmeans_points *p;
  kmeans_state *s;
  float *centres; /* k x d */
  float *norm2;   /* k */
  float *second;  /* n: only measure, do not assign */
  double *delta;  /* parts x k x d: changes of the sums */
  gssize *moved;  /* parts x k: changes of the sizes */
  gsize *changed; /* parts */
} look;

static void
look_init (look *l, const kmeans_points *p, kmeans_state *s)
{
  gsize k = (gsize) s->k, d = p->d;
  *l = (look){ .p = p, .s = s };
  l->centres = g_new (float, k *d);
  l->norm2 = g_new (float, k);
  for (gsize c = 0; c < k; c++)
    {
      double sum = 0;
      for (gsize q = 0; q < d; q++)
        {
          float v = (float) s->centres[c * d + q];
          l->centres[c * d + q] = v;
          sum += (double) v * (double) v;
        }
      l->norm2[c] = (float) sum;
    }
}

static void
look_clear (look *l)
{
  g_free (l->centres);
  g_free (l->norm2);
  g_free (l->delta);
  g_free (l->moved);
  g_free (l->changed);
}

static void
move_row (look *l, gsize part, gsize i, const float *row, int to)
{
  gsize k = (gsize) l->s->k, d = l->p->d;
  int from = l->s->labels[i];
  double *add = l->delta + (part * k + (gsize) to) * d;
  for (gsize c = 0; c < d; c++)
    add[c] += row[c];
  l->moved[part * k + (gsize) to]++;
  if (from >= 0)
    {
      double *take = l->delta + (part * k + (gsize) from) * d;
      for (gsize c = 0; c < d; c++)
        take[c] -= row[c];
      l->moved[part * k + (gsize) from]--;
    }
  l->s->labels[i] = to;
  l->changed[part]++;
}

/* Nearest and second nearest of `count` rows; products (k x count): a row's loop over centres would not vectorise, this does. */
static void
rank_centres (const look *l, gsize count, const float *products, float *least, float *next, int *best)
{
  for (gsize i = 0; i < count; i++)
    {
      least[i] = next[i] = FLT_MAX;
      best[i] = 0;
    }
  for (int c = 0; c < l->s->k; c++)
    {
      const float *product = products + (gsize) c * count;
      float size2 = l->norm2[c];
      for (gsize i = 0; i < count; i++)
        {
          float value = product[i] + size2, larger = least[i] > value ? least[i] : value;
          next[i] = next[i] < larger ? next[i] : larger;
          best[i] = value < least[i] ? c : best[i];
          least[i] = value < least[i] ? value : least[i];
        }
    }
}

static void
look_at_part (gsize part, gpointer user)
{
  look *l = user;
  const kmeans_points *p = l->p;
  gsize k = (gsize) l->s->k, end = blocks_first (p->n, p->parts, part + 1);
  g_autofree float *scratch = p->copy == NULL ? g_new (float, KMEANS_BLOCK * p->d) : NULL;
  g_autofree float *products = g_new (float, KMEANS_BLOCK *k);
  float least[KMEANS_BLOCK], next[KMEANS_BLOCK];
  int best[KMEANS_BLOCK];
  for (gsize first = blocks_first (p->n, p->parts, part); first < end; first += KMEANS_BLOCK)
    {
      gsize count = MIN (KMEANS_BLOCK, end - first);
      const float *rows = kmeans_points_block (p, first, count, scratch);
      linalg_gemm_nt (k, count, p->d, -2, l->centres, rows, 0, products);
      rank_centres (l, count, products, least, next, best);
      for (gsize i = 0; i < count; i++)
        {
          l->s->near[first + i] = MAX (least[i] + p->norm2[first + i], 0);
          if (l->second != NULL)
            l->second[first + i] = MAX (next[i] + p->norm2[first + i], 0);
          else if (best[i] != l->s->labels[first + i])
            move_row (l, part, first + i, rows + i * p->d, best[i]);
        }
    }
}

/* Returns how many rows changed cluster. */
static gsize
assign (const kmeans_points *p, kmeans_state *s)
{
  gsize k = (gsize) s->k, kd = k * p->d, changed = 0;
  look l;
  look_init (&l, p, s);
  l.delta = g_new0 (double, p->parts *kd);
  l.moved = g_new0 (gssize, p->parts * k);
  l.changed = g_new0 (gsize, p->parts);
  blocks_run (p->parts, kmeans_points_threads (p, s->k), look_at_part, &l);
  for (gsize part = 0; part < p->parts; part++)
    {
      changed += l.changed[part];
      if (l.changed[part] == 0)
        continue;
      for (gsize c = 0; c < kd; c++)
        s->sums[c] += l.delta[part * kd + c];
      for (gsize c = 0; c < k; c++)
        s->sizes[c] += (gsize) l.moved[part * k + c];
    }
  look_clear (&l);
  return changed;
}

void
kmeans_two_nearest (const kmeans_points *p, const kmeans_state *s, float *second)
{
  look l;
  /* `near` is written, the rest of the state is not */
  look_init (&l, p, (kmeans_state *) s);
  l.second = second;
  blocks_run (p->parts, kmeans_points_threads (p, s->k), look_at_part, &l);
  look_clear (&l);
}

/* A cluster without members takes the row that lies farthest from its centre, as long as that row's cluster has others. Returns how
 * many rows were moved. */
static int
fill_empty (const kmeans_points *p, kmeans_state *s)
{
  g_autofree float *scratch = g_new (float, p->d);
  int filled = 0;
  for (int c = 0; c < s->k; c++)
    {
      if (s->sizes[c] > 0)
        continue;
      gsize far = p->n;
      for (gsize i = 0; i < p->n; i++)
        if (s->sizes[s->labels[i]] > 1 && (far == p->n || s->near[i] > s->near[far]))
          far = i;
      if (far == p->n)
        break;
      filled++;
      const float *row = kmeans_points_block (p, far, 1, scratch);
      double *from = s->sums + (gsize) s->labels[far] * p->d, *to = s->sums + (gsize) c * p->d;
      for (gsize q = 0; q < p->d; q++)
        {
          from[q] -= row[q];
          to[q] = row[q];
        }
      s->sizes[s->labels[far]]--;
      s->sizes[c] = 1;
      s->labels[far] = c;
      s->near[far] = 0;
    }
  return filled;
}

void
kmeans_update (const kmeans_points *p, kmeans_state *s)
{
  for (gsize c = 0; c < (gsize) s->k; c++)
    for (gsize q = 0; q < p->d && s->sizes[c] > 0; q++)
      s->centres[c * p->d + q] = s->sums[c * p->d + q] / (double) s->sizes[c];
}

static double
shift2 (gsize count, const double *a, const double *b)
{
  double sum = 0;
  for (gsize i = 0; i < count; i++)
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

gboolean
kmeans_lloyd (const kmeans_points *p, kmeans_state *s, int max_iterations, double tolerance, const job *j,
              GError **error)
{
  gsize kd = (gsize) s->k * p->d;
  g_autofree double *before = g_new (double, kd);
  gboolean near_enough = FALSE;
  for (int i = 0; i < MAX (max_iterations, 1); i++)
    {
      if (!job_go_on (j, error))
        return FALSE;
      s->iterations++;
      gsize changed = assign (p, s);
      changed += (gsize) fill_empty (p, s);
      memcpy (before, s->centres, kd * sizeof *before);
      kmeans_update (p, s);
      if (changed == 0 || near_enough)
        break;
      near_enough = shift2 (kd, before, s->centres) <= tolerance;
    }
  s->inertia = kmeans_inertia (p, s);
  return TRUE;
}

typedef struct {
  const kmeans_points *p;
  const kmeans_state *s;
  double *sums; /* parts */
} inertia_job;

static void
inertia_part (gsize part, gpointer user)
{
  inertia_job *w = user;
  const kmeans_points *p = w->p;
  gsize end = blocks_first (p->n, p->parts, part + 1);
  g_autofree float *scratch = p->copy == NULL ? g_new (float, p->d) : NULL;
  for (gsize i = blocks_first (p->n, p->parts, part); i < end; i++)
    w->sums[part] += rows_distance2_to (kmeans_points_block (p, i, 1, scratch),
                                        w->s->centres + (gsize) w->s->labels[i] * p->d, p->d);
}

double
kmeans_inertia (const kmeans_points *p, const kmeans_state *s)
{
  g_autofree double *sums = g_new0 (double, p->parts);
  inertia_job w = { .p = p, .s = s, .sums = sums };
  blocks_run (p->parts, kmeans_points_threads (p, 2), inertia_part, &w);
  double sum = 0;
  for (gsize part = 0; part < p->parts; part++)
    sum += sums[part];
  return sum;
}
