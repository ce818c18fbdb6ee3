/* Where centres start, and where one of them might better be: both ask what a new centre at some row would save, for a few rows drawn in
 * proportion to their squared distance from the centres there are. */
#include <math.h>
#include <string.h>

#include "math/blocks.h"
#include "math/kmeans_parts.h"
#include "math/linalg.h"
#include "math/rows.h"

#define STRETCH   8 /* iterations between looks at whether a moved centre is worth more of them */
#define STRETCHES 6
#define PROMISE   1.01 /* inertia before settling, as a multiple of the best, that a thrifty search still follows */

#define CLOSE 1e-4f /* relative squared distance below which the matrix product's cancellation is not to be trusted */

/* Squared distances of every row to a few candidate rows. */
typedef struct {
  const kmeans_points *p;
  int count;
  float *rows;      /* count x d */
  float *norm2;     /* count */
  float *distance2; /* count x n */
  const kmeans_state *s;
  const float *second; /* n, or NULL */
  double *cost;        /* parts x count: inertia with the candidate added */
  double *loss;        /* parts x count x k: what taking a centre away then costs; only with `second` */
} trial;

/* values (m) become squared distances to candidate c of the rows from `first` on. */
static void
make_distances (const trial *t, int c, gsize first, gsize m, const float *rows, float *values)
{
  const float *size2 = t->p->norm2 + first;
  float norm2 = t->norm2[c];
  gboolean close = FALSE;
  for (gsize i = 0; i < m; i++)
    {
      values[i] += size2[i] + norm2;
      close |= values[i] < CLOSE * (size2[i] + norm2);
    }
  for (gsize i = 0; close && i < m; i++)
    if (values[i] < CLOSE * (size2[i] + norm2))
      values[i] = (float) rows_distance2 (rows + i * t->p->d, t->rows + (gsize) c * t->p->d, t->p->d);
}

static void
judge_part (gsize part, gpointer user)
{
  trial *t = user;
  const kmeans_points *p = t->p;
  gsize count = (gsize) t->count, k = (gsize) t->s->k, end = blocks_first (p->n, p->parts, part + 1);
  g_autofree float *scratch = p->copy == NULL ? g_new (float, KMEANS_BLOCK * p->d) : NULL;
  g_autofree float *products = g_new (float, KMEANS_BLOCK *count);
  for (gsize first = blocks_first (p->n, p->parts, part); first < end; first += KMEANS_BLOCK)
    {
      gsize m = MIN (KMEANS_BLOCK, end - first);
      const float *rows = kmeans_points_block (p, first, m, scratch);
      const float *near = t->s->near + first;
      linalg_gemm_nt (count, m, p->d, -2, t->rows, rows, 0, products);
      for (gsize c = 0; c < count; c++)
        {
          float *values = products + c * m;
          double cost = 0, *loss = t->loss != NULL ? t->loss + (part * count + c) * k : NULL;
          make_distances (t, (int) c, first, m, rows, values);
          for (gsize i = 0; i < m; i++)
            cost += MIN (near[i], values[i]);
          for (gsize i = 0; i < m && loss != NULL; i++)
            loss[t->s->labels[first + i]] +=
                (double) MIN (t->second[first + i], values[i]) - (double) MIN (near[i], values[i]);
          t->cost[part * count + c] += cost;
          memcpy (t->distance2 + c * p->n + first, values, m * sizeof *values);
        }
    }
}

static void
trial_init (trial *t, const kmeans_points *p, const kmeans_state *s, int count, const float *second)
{
  *t = (trial){ .p = p, .s = s, .count = count, .second = second };
  t->rows = g_new (float, (gsize) count * p->d);
  t->norm2 = g_new (float, count);
  t->distance2 = g_new (float, p->n *(gsize) count);
  t->cost = g_new (double, p->parts *(gsize) count);
  t->loss = second != NULL ? g_new (double, p->parts *(gsize) count *(gsize) s->k) : NULL;
}

static void
trial_clear (trial *t)
{
  g_free (t->rows);
  g_free (t->norm2);
  g_free (t->distance2);
  g_free (t->cost);
  g_free (t->loss);
}

static void
trial_take (trial *t, int c, gsize i)
{
  float *to = t->rows + (gsize) c * t->p->d;
  const float *row = kmeans_points_block (t->p, i, 1, to);
  if (row != to)
    memcpy (to, row, t->p->d * sizeof *to);
  t->norm2[c] = t->p->norm2[i];
}

/* The parts' results are added into the first part's place. */
static void
trial_run (trial *t)
{
  gsize count = (gsize) t->count, k = (gsize) t->s->k, parts = t->p->parts;
  memset (t->cost, 0, parts * count * sizeof *t->cost);
  if (t->loss != NULL)
    memset (t->loss, 0, parts * count * k * sizeof *t->loss);
  blocks_run (parts, kmeans_points_threads (t->p, t->count), judge_part, t);
  for (gsize part = 1; part < parts; part++)
    {
      for (gsize c = 0; c < count; c++)
        t->cost[c] += t->cost[part * count + c];
      for (gsize c = 0; t->loss != NULL && c < count * k; c++)
        t->loss[c] += t->loss[part * count * k + c];
    }
}

static gsize
uniform_row (gsize n, GRand *rng)
{
  return MIN ((gsize) (g_rand_double (rng) * (double) n), n - 1);
}

/* One of the rows, in proportion to `near`; `sums` holds the total of `near` before each KMEANS_BLOCK rows, and at its end that of all. */
static gsize
draw_row (const kmeans_points *p, const float *near, const double *sums, GRand *rng)
{
  gsize blocks = (p->n + KMEANS_BLOCK - 1) / KMEANS_BLOCK, low = 0, high = blocks;
  double at = g_rand_double (rng) * sums[blocks];
  if (!(sums[blocks] > 0))
    return uniform_row (p->n, rng);
  while (high - low > 1)
    {
      gsize middle = (low + high) / 2;
      if (sums[middle] <= at)
        low = middle;
      else
        high = middle;
    }
  gsize end = MIN ((low + 1) * KMEANS_BLOCK, p->n), last = low * KMEANS_BLOCK;
  double sum = sums[low];
  for (gsize i = low * KMEANS_BLOCK; i < end; i++)
    if (near[i] > 0)
      {
        last = i;
        sum += near[i];
        if (sum > at)
          break;
      }
  return last;
}

static void
sum_near (const kmeans_points *p, const float *near, double *sums)
{
  gsize blocks = (p->n + KMEANS_BLOCK - 1) / KMEANS_BLOCK;
  double sum = 0;
  for (gsize b = 0; b < blocks; b++)
    {
      sums[b] = sum;
      gsize end = MIN ((b + 1) * KMEANS_BLOCK, p->n);
      for (gsize i = b * KMEANS_BLOCK; i < end; i++)
        sum += near[i];
    }
  sums[blocks] = sum;
}

static int
candidates (int k)
{
  return 2 + (int) log ((double) k);
}

static void
set_centre (const trial *t, int candidate, double *centre)
{
  for (gsize q = 0; q < t->p->d; q++)
    centre[q] = t->rows[(gsize) candidate * t->p->d + q];
}

void
kmeans_seed (const kmeans_points *p, GRand *rng, kmeans_state *s)
{
  gsize blocks = (p->n + KMEANS_BLOCK - 1) / KMEANS_BLOCK;
  g_autofree double *sums = g_new0 (double, blocks + 1);
  trial t;
  trial_init (&t, p, s, candidates (s->k), NULL);
  for (gsize i = 0; i < p->n; i++)
    s->near[i] = INFINITY;
  for (int c = 0; c < s->k; c++)
    {
      for (int q = 0; q < t.count; q++)
        trial_take (&t, q, c == 0 ? uniform_row (p->n, rng) : draw_row (p, s->near, sums, rng));
      trial_run (&t);
      int best = 0;
      for (int q = 1; q < t.count && c > 0; q++)
        if (t.cost[q] < t.cost[best])
          best = q;
      for (gsize i = 0; i < p->n; i++)
        s->near[i] = MIN (s->near[i], t.distance2[(gsize) best * p->n + i]);
      sum_near (p, s->near, sums);
      set_centre (&t, best, s->centres + (gsize) c * p->d);
    }
  trial_clear (&t);
  kmeans_state_restart (p, s);
}

/* Which candidate to take in and which centre to give up, by the inertia before settling. */
static double
best_exchange (const trial *t, gboolean any_centre, GRand *rng, int *candidate, int *centre)
{
  double least = INFINITY;
  int fixed = any_centre ? g_rand_int_range (rng, 0, t->s->k) : -1;
  for (int c = 0; c < t->count; c++)
    for (int q = 0; q < t->s->k; q++)
      {
        double cost = t->cost[c] + t->loss[(gsize) c * (gsize) t->s->k + (gsize) q];
        if ((fixed < 0 || q == fixed) && cost < least)
          {
            least = cost;
            *candidate = c;
            *centre = q;
          }
      }
  return least;
}

/* Settles `other`; gives up on it where a few iterations have not brought it near `s`. */
static gboolean
follow (const kmeans_points *p, const kmeans_state *s, kmeans_state *other, gboolean thrifty, double enough,
        const job *j, GError **error)
{
  for (int stretch = 0; stretch < STRETCHES; stretch++)
    {
      double before = other->inertia;
      if (!kmeans_lloyd (p, other, STRETCH, 0, j, error))
        return FALSE;
      /* what it gained in the last stretch it is granted again, for every stretch to come */
      double hope =
          stretch == 0 ? s->inertia * (thrifty ? 0.01 : 0.05) : (before - other->inertia) * (STRETCHES - stretch);
      if (other->inertia - hope > s->inertia)
        return TRUE;
      if (stretch > 0 && before - other->inertia <= 1e-4 * other->inertia)
        break;
    }
  return kmeans_exchange (p, other, enough, j, error);
}

gboolean
kmeans_swap (const kmeans_points *p, kmeans_state *s, int attempts, gboolean thrifty, double enough, GRand *rng,
             const job *j, GError **error)
{
  if (s->k < 2 || (gsize) s->k >= p->n || attempts < 1)
    return TRUE;
  gsize blocks = (p->n + KMEANS_BLOCK - 1) / KMEANS_BLOCK;
  g_autofree double *sums = g_new0 (double, blocks + 1);
  g_autofree float *second = g_new (float, p->n);
  kmeans_state *other = kmeans_state_new (p, s->k);
  trial t;
  /* a thrifty search looks at many and follows few; the other follows all and wants them to differ */
  trial_init (&t, p, s, thrifty ? 2 * candidates (s->k) : 1, second);
  gboolean ok = TRUE, fresh = TRUE;
  for (int a = 0; a < attempts && ok; a++)
    {
      if (fresh)
        {
          kmeans_two_nearest (p, s, second);
          sum_near (p, s->near, sums);
          fresh = FALSE;
        }
      for (int q = 0; q < t.count; q++)
        trial_take (&t, q, draw_row (p, s->near, sums, rng));
      trial_run (&t);
      int candidate = 0, centre = 0;
      double cost = best_exchange (&t, !thrifty && a % 2 == 1, rng, &candidate, &centre);
      ok = job_go_on (j, error);
      if (!ok || (thrifty && cost > s->inertia * PROMISE))
        continue;
      kmeans_state_copy (p, s, other);
      set_centre (&t, candidate, other->centres + (gsize) centre * p->d);
      ok = follow (p, s, other, thrifty, enough, j, error);
      if (ok && other->inertia < s->inertia * (1 - 1e-9))
        {
          kmeans_state_copy (p, other, s);
          fresh = TRUE;
        }
    }
  trial_clear (&t);
  kmeans_state_free (other);
  return ok;
}
