/* Silhouettes. Distances are needed to about 1e-7, so the products are in double, and rows nearly on top of each other are measured
 * directly: their difference would drown in the products' rounding. */
#include <math.h>
#include <string.h>

#include "math/blocks.h"
#include "math/kmeans.h"
#include "math/linalg.h"
#include "math/rows.h"

#define ROWS  32   /* of a part */
#define COLS  512  /* measured against at once */
#define CLOSE 1e-8 /* relative squared distance below which it is computed from the difference */

typedef struct {
  const matrix *x;
  double *rows;  /* n x d, moved to their mean */
  double *norm2; /* n */
  silhouette_labelling *of;
  gsize count;
  gsize **sizes;  /* count: of each cluster */
  double *totals; /* parts x count */
} measure;

static double
close_distance (const matrix *x, gsize i, gsize q)
{
  return sqrt (rows_distance2 (matrix_row (x, i), matrix_row (x, q), x->d));
}

/* Adds the distances of one row to rows first .. first + m - 1 to the sums of their clusters. */
static void
add_distances (const measure *w, gsize i, gsize first, gsize m, double *distance, double **sums)
{
  for (gsize q = 0; q < m; q++)
    {
      double scale = w->norm2[i] + w->norm2[first + q], d2 = scale + distance[q];
      distance[q] = d2 < CLOSE * scale ? close_distance (w->x, i, first + q) : sqrt (d2);
    }
  for (gsize l = 0; l < w->count; l++)
    {
      const int *labels = w->of[l].labels + first;
      double *sum = sums[l];
      for (gsize q = 0; q < m; q++)
        sum[labels[q]] += distance[q];
    }
}

static double
score (const silhouette_labelling *of, const gsize *sizes, gsize i, const double *sums)
{
  int own = of->labels[i];
  if (sizes[own] < 2)
    return 0;
  double within = sums[own] / (double) (sizes[own] - 1), between = INFINITY;
  for (int c = 0; c < of->k; c++)
    if (c != own && sizes[c] > 0)
      between = MIN (between, sums[c] / (double) sizes[c]);
  double larger = MAX (within, between);
  return isfinite (between) && larger > 0 ? (between - within) / larger : 0;
}

static void
measure_part (gsize part, gpointer user)
{
  measure *w = user;
  gsize n = w->x->n, d = w->x->d, first = part * ROWS, m = MIN (ROWS, n - first);
  g_autofree double *products = g_new (double, ROWS *COLS);
  g_autofree double **sums = g_new (double *, w->count *ROWS);
  for (gsize i = 0; i < ROWS; i++)
    for (gsize l = 0; l < w->count; l++)
      sums[i * w->count + l] = g_new0 (double, MAX (w->of[l].k, 1));
  for (gsize at = 0; at < n; at += COLS)
    {
      gsize cols = MIN (COLS, n - at);
      linalg_gemm_nt_double (m, cols, d, -2, w->rows + first * d, w->rows + at * d, 0, products);
      for (gsize i = 0; i < m; i++)
        add_distances (w, first + i, at, cols, products + i * cols, sums + i * w->count);
    }
  for (gsize i = 0; i < ROWS; i++)
    for (gsize l = 0; l < w->count; l++)
      {
        double s = i < m ? score (&w->of[l], w->sizes[l], first + i, sums[i * w->count + l]) : 0;
        w->totals[part * w->count + l] += s;
        if (i < m && w->of[l].each != NULL)
          w->of[l].each[first + i] = (float) s;
        g_free (sums[i * w->count + l]);
      }
}

static gboolean
measure_init (measure *w, const matrix *x, silhouette_labelling *of, gsize count)
{
  gsize n = x->n, d = x->d;
  *w = (measure){ .x = x, .of = of, .count = count };
  g_autofree double *mean = g_new (double, MAX (d, 1));
  if (!rows_mean (x, 1, mean, NULL))
    return FALSE;
  w->rows = g_new (double, n *d);
  w->norm2 = g_new0 (double, n);
  for (gsize i = 0; i < n; i++)
    for (gsize c = 0; c < d; c++)
      {
        double v = (double) matrix_row (x, i)[c] - mean[c];
        w->rows[i * d + c] = v;
        w->norm2[i] += v * v;
      }
  w->sizes = g_new (gsize *, count);
  for (gsize l = 0; l < count; l++)
    {
      w->sizes[l] = g_new0 (gsize, MAX (of[l].k, 1));
      for (gsize i = 0; i < n; i++)
        w->sizes[l][of[l].labels[i]]++;
    }
  return TRUE;
}

void
silhouette_many (const matrix *x, silhouette_labelling *of, gsize count, int threads)
{
  measure w;
  for (gsize l = 0; l < count; l++)
    of[l].mean = 0;
  if (count == 0 || !measure_init (&w, x, of, count))
    return;
  gsize parts = (x->n + ROWS - 1) / ROWS;
  w.totals = g_new0 (double, parts *count);
  blocks_run (parts, threads, measure_part, &w);
  for (gsize l = 0; l < count; l++)
    {
      for (gsize part = 0; part < parts; part++)
        of[l].mean += w.totals[part * count + l];
      of[l].mean /= (double) x->n;
      g_free (w.sizes[l]);
    }
  g_free (w.rows);
  g_free (w.norm2);
  g_free (w.sizes);
  g_free (w.totals);
}

double
silhouette (const matrix *x, const int *labels, int k, gsize max_rows, guint64 seed, int threads, float *each)
{
  gsize m;
  g_autofree guint64 *drawn = rows_sample (x->n, max_rows, seed, &m);
  g_autofree int *drawn_labels = g_new (int, MAX (m, 1));
  g_autofree float *drawn_each = g_new (float, MAX (m, 1));
  g_autofree guint64 *rows = g_new (guint64, MAX (m, 1));
  for (gsize i = 0; i < m; i++)
    {
      drawn_labels[i] = labels[drawn[i]];
      rows[i] = x->rows != NULL ? x->rows[drawn[i]] : drawn[i];
    }
  matrix sample = { .n = m, .d = x->d, .data = x->data, .rows = rows };
  silhouette_labelling of = { .labels = drawn_labels, .k = k, .each = drawn_each };
  silhouette_many (&sample, &of, 1, threads);
  for (gsize i = 0; each != NULL && i < x->n; i++)
    each[i] = NAN;
  for (gsize i = 0; each != NULL && i < m; i++)
    each[drawn[i]] = drawn_each[i];
  return of.mean;
}
