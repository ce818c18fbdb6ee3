/* Means, samples and distances of rows. Long sums are kept in eight lanes, a fixed order that compilers can vectorise. */
#include "math/rows.h"

#include <math.h>

#include "base/error.h"
#include "math/blocks.h"

#define MAX_PARTS 64
#define LANES     8

typedef struct {
  const matrix *x;
  gsize parts;
  double *sums; /* parts x d */
} mean_job;

static void
sum_part (gsize part, gpointer user)
{
  mean_job *job = user;
  const matrix *x = job->x;
  double *sum = job->sums + part * x->d;
  gsize end = blocks_first (x->n, job->parts, part + 1);
  for (gsize i = blocks_first (x->n, job->parts, part); i < end; i++)
    {
      const float *row = matrix_row (x, i);
      for (gsize c = 0; c < x->d; c++)
        sum[c] += row[c];
    }
}

static void
set_not_finite (const matrix *x, GError **error)
{
  for (gsize i = 0; i < x->n; i++)
    for (gsize c = 0; c < x->d; c++)
      if (!isfinite (matrix_row (x, i)[c]))
        {
          g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                       "cannot compare the features: row %" G_GSIZE_FORMAT ", column %" G_GSIZE_FORMAT
                       " holds %g, not a finite number",
                       i + 1, c + 1, (double) matrix_row (x, i)[c]);
          return;
        }
}

gboolean
rows_mean (const matrix *x, int threads, double *mean, GError **error)
{
  if (x->n == 0 || x->d == 0)
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot compare the features: there are none");
      return FALSE;
    }
  gsize parts = CLAMP (x->n / 256, 1, MAX_PARTS);
  g_autofree double *sums = g_new0 (double, parts * x->d);
  mean_job job = { .x = x, .parts = parts, .sums = sums };
  blocks_run (parts, x->n * x->d < 1 << 20 ? 1 : threads, sum_part, &job);
  for (gsize c = 0; c < x->d; c++)
    {
      double sum = 0;
      for (gsize p = 0; p < parts; p++)
        sum += sums[p * x->d + c];
      /* finite floats cannot add up to an infinite double, so this finds every fault without looking at each value */
      if (!isfinite (sum))
        {
          set_not_finite (x, error);
          return FALSE;
        }
      mean[c] = sum / (double) x->n;
    }
  return TRUE;
}

GRand *
rows_rand (guint64 seed, guint32 stream)
{
  guint32 words[3] = { (guint32) seed, (guint32) (seed >> 32), stream };
  return g_rand_new_with_seed_array (words, G_N_ELEMENTS (words));
}

guint64 *
rows_sample (gsize n, gsize m, guint64 seed, gsize *drawn)
{
  gboolean all = m == 0 || m >= n;
  gsize want = all ? n : m, taken = 0;
  guint64 *rows = g_new (guint64, MAX (want, 1));
  GRand *rng = rows_rand (seed, 0x5a3c);
  for (gsize i = 0; i < n && taken < want; i++)
    if (all || g_rand_double (rng) * (double) (n - i) < (double) (want - taken))
      rows[taken++] = i;
  g_rand_free (rng);
  *drawn = taken;
  return rows;
}

double
rows_distance2 (const float *a, const float *b, gsize d)
{
  double lane[LANES] = { 0 };
  gsize c = 0;
  for (; c + LANES <= d; c += LANES)
    for (gsize l = 0; l < LANES; l++)
      {
        double diff = (double) a[c + l] - (double) b[c + l];
        lane[l] += diff * diff;
      }
  for (; c < d; c++)
    {
      double diff = (double) a[c] - (double) b[c];
      lane[0] += diff * diff;
    }
  return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

double
rows_distance2_to (const float *a, const double *b, gsize d)
{
  double lane[LANES] = { 0 };
  gsize c = 0;
  for (; c + LANES <= d; c += LANES)
    for (gsize l = 0; l < LANES; l++)
      {
        double diff = (double) a[c + l] - b[c + l];
        lane[l] += diff * diff;
      }
  for (; c < d; c++)
    {
      double diff = (double) a[c] - b[c];
      lane[0] += diff * diff;
    }
  return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}
