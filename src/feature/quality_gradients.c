/* Moments of differences and of the Laplacian at three scales: blur lowers them, noise and specks lift them and
 * change their shape. */
#include "feature/quality_internal.h"

#include <math.h>

#define FLOOR 0.0625 /* square grey levels under a logarithm */

typedef struct {
  double n, s2, s3, s4;
} moments;

static void
sum_differences (const float *restrict a, const float *restrict b, int n, moments *m)
{
  float s2 = 0, s4 = 0;

#pragma omp simd reduction(+ : s2, s4)
  for (int x = 0; x < n; x++)
    {
      float d = b[x] - a[x], d2 = d * d;
      s2 += d2;
      s4 += d2 * d2;
    }
  m->n += n;
  m->s2 += s2;
  m->s4 += s4;
}

static void
sum_laplacian (const float *restrict above, const float *restrict row, const float *restrict below, int n,
               guint16 *restrict bins, moments *m)
{
  float s2 = 0, s3 = 0, s4 = 0;

#pragma omp simd reduction(+ : s2, s3, s4)
  for (int x = 1; x < n - 1; x++)
    {
      float d = above[x] + below[x] + row[x - 1] + row[x + 1] - 4 * row[x], d2 = d * d;
      s2 += d2;
      s3 += d2 * d;
      s4 += d2 * d2;
      int bin = (int) (fabsf (d) * 4);
      bins[x - 1] = (guint16) (bin < QUALITY_BINS ? bin : QUALITY_BINS - 1);
    }
  m->n += n - 2;
  m->s2 += s2;
  m->s3 += s3;
  m->s4 += s4;
}

/* The same in fractions of a grey level, 1 << `shift` of them per quarter. */
static void
sum_whole_laplacian (const gint16 *restrict above, const gint16 *restrict row, const gint16 *restrict below, int n,
                     int shift, gint16 *restrict values, guint16 *restrict bins, moments *m)
{
  float s2 = 0, s3 = 0, s4 = 0;
  int whole = quality_whole (n - 2);

#pragma omp simd
  for (int x = 0; x < whole; x++)
    {
      gint16 d = (gint16) (above[x + 1] + below[x + 1] + row[x] + row[x + 2] - 4 * row[x + 1]);
      gint16 minus = -d, size = d > minus ? d : minus;
      guint16 bin = (guint16) ((guint16) size >> shift);
      values[x] = d;
      bins[x] = bin < QUALITY_BINS ? bin : QUALITY_BINS - 1;
    }
#pragma omp simd reduction(+ : s2, s3, s4)
  for (int x = 0; x < n - 2; x++)
    {
      float d = (float) values[x], d2 = d * d;
      s2 += d2;
      s3 += d2 * d;
      s4 += d2 * d2;
    }
  double unit = 1.0 / (4 << shift);
  m->n += n - 2;
  m->s2 += s2 * (unit * unit);
  m->s3 += s3 * (unit * unit * unit);
  m->s4 += s4 * (unit * unit * unit * unit);
}

static float *
measure_scale (quality_planes *p, int scale, float *out)
{
  int w = p->w[scale], h = p->h[scale], step = h >= QUALITY_MANY_ROWS ? 2 : 1;
  guint16 *bins = p->bins;
  gint16 *values = (gint16 *) p->rows;
  moments across = { 0 }, down = { 0 }, laplacian = { 0 };

  for (int y = 0; y < h; y++)
    {
      const float *row = p->y[scale] + (gsize) y * (gsize) w;
      const gint16 *whole = (scale == 0 ? p->y4 : p->y16) + (gsize) y * (gsize) w;
      if (y % step == 0)
        sum_differences (row, row + 1, w - 1, &across);
      if (y % step == 0 && y + 1 < h)
        sum_differences (row, row + w, w, &down);
      if (y > 0 && y + 1 < h)
        {
          if (scale < 2)
            sum_whole_laplacian (whole - w, whole, whole + w, w, 2 * scale, values, bins, &laplacian);
          else
            sum_laplacian (row - w, row, row + w, w, bins, &laplacian);
          bins += y % step == 0 ? w - 2 : 0;
        }
    }
  double square = laplacian.s2 / laplacian.n;
  *out++ = (float) log2 (across.s2 / across.n + FLOOR);
  *out++ = (float) log2 (down.s2 / down.n + FLOOR);
  *out++ = (float) log2 (square + FLOOR);
  *out++ =
      (float) log2 (QUALITY_NAME (quality_bin_quantile) (p->bins, (gsize) (bins - p->bins), 0.5, p->count) / 4 + 0.25);
  *out++ = (float) quality_kurtosis (across.s4 / across.n, across.s2 / across.n);
  *out++ = (float) quality_kurtosis (laplacian.s4 / laplacian.n, square);
  *out++ = (float) asinh (laplacian.s3 / laplacian.n / (square * sqrt (square) + 1e-3));
  return out;
}

float *
QUALITY_NAME (quality_gradients) (quality_planes *p, float *out)
{
  for (int scale = 0; scale < QUALITY_SCALES; scale++)
    out = measure_scale (p, scale, out);
  return out;
}
