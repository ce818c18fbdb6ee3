/* Mean-subtracted contrast-normalised coefficients and their neighbour products at three scales (Mittal, Moorthy,
 * Bovik 2012). The window's two blurs, the coefficients and all sums are taken row by row, so that nothing but the
 * planes themselves leaves the cache. */
#include "feature/quality_internal.h"

#include <math.h>

#define BUSY        2.0f /* local deviation, grey levels, from which a pixel counts as busy */
#define FEWEST_BUSY 64   /* below so many busy pixels all count as busy */
#define FLOOR       0.25 /* of a deviation before its logarithm: about the rounding noise of 8 bits */

typedef struct {
  double absolute, squared, all, busy_absolute, busy_squared, busy_all;
} value_sums;

static void
blur_down (const float *const *rows, int n, float *restrict mean, float *restrict square)
{
  const float *restrict a = rows[0], *restrict b = rows[1], *restrict c = rows[2], *restrict d = rows[3],
                        *restrict e = rows[4], *restrict f = rows[5], *restrict g = rows[6];

#pragma omp simd
  for (int x = 0; x < n; x++)
    {
      mean[x] =
          QUALITY_K0 * d[x] + QUALITY_K1 * (c[x] + e[x]) + QUALITY_K2 * (b[x] + f[x]) + QUALITY_K3 * (a[x] + g[x]);
      square[x] = QUALITY_K0 * (d[x] * d[x]) + QUALITY_K1 * (c[x] * c[x] + e[x] * e[x])
                  + QUALITY_K2 * (b[x] * b[x] + f[x] * f[x]) + QUALITY_K3 * (a[x] * a[x] + g[x] * g[x]);
    }
}

static void
replicate (float *row, int n)
{
  for (int i = 1; i <= 3; i++)
    {
      row[-i] = row[0];
      row[n - 1 + i] = row[n - 1];
    }
}

static void
sum_values (const float *restrict deviation, const float *restrict value, int n, value_sums *s)
{
  float absolute = 0, squared = 0, busy_absolute = 0, busy_squared = 0, busy = 0;

#pragma omp simd reduction(+ : absolute, squared, busy_absolute, busy_squared, busy)
  for (int x = 0; x < n; x++)
    {
      float a = fabsf (value[x]), one = deviation[x] >= BUSY ? 1.0f : 0.0f, b = one * a;
      absolute += a;
      squared += a * a;
      busy += one;
      busy_absolute += b;
      busy_squared += b * b;
    }
  s->absolute += absolute;
  s->squared += squared;
  s->all += n;
  s->busy_absolute += busy_absolute;
  s->busy_squared += busy_squared;
  s->busy_all += busy;
}

static void
deviation_bins (const float *restrict deviation, int n, guint16 *restrict bins)
{
#pragma omp simd
  for (int x = 0; x < n; x++)
    {
      int bin = (int) (deviation[x] * 8);
      bins[x] = (guint16) (bin < QUALITY_BINS ? bin : QUALITY_BINS - 1);
    }
}

/* Shape and deviation of a symmetric generalised Gaussian. */
static float *
write_symmetric (double absolute, double squared, double n, float *out)
{
  double mean = absolute / n, square = squared / n;

  *out++ = (float) quality_shape ((mean * mean + 1e-9) / (square + 2e-9), NULL);
  *out++ = (float) sqrt (square);
  return out;
}

/* Shape, mean (eta), left and right deviation of an asymmetric one (Lasmar, Stitou, Berthoumieu 2009). */
static float *
write_asymmetric (const quality_products *s, float *out)
{
  double absolute = 0, squared = 0, left2 = 0;

  for (int i = 0; i < QUALITY_LANES; i++)
    {
      absolute += s->absolute[i];
      squared += s->squared[i];
      left2 += s->left2[i];
    }
  double right2 = squared > left2 ? squared - left2 : 0;
  double right_n = s->all - (double) s->left;
  double left = sqrt ((left2 + 1e-9) / ((double) s->left + 1)), right = sqrt ((right2 + 1e-9) / (right_n + 1));
  double mean = absolute / s->all, square = (left2 + right2) / s->all, back;
  double g = left / right;
  double ratio = (mean * mean + 1e-12) / (square + 2e-12) * (g * g * g + 1) * (g + 1) / ((g * g + 1) * (g * g + 1));

  *out++ = (float) quality_shape (ratio, &back);
  *out++ = (float) ((right - left) * sqrt (back));
  *out++ = (float) left;
  *out++ = (float) right;
  return out;
}

static float *
write_scale (const value_sums *v, const quality_products *products, const guint32 *count, float *out)
{
  static const double quantiles[] = { 0.05, 0.25, 0.5, 0.75, 0.95 };

  out = write_symmetric (v->absolute, v->squared, v->all, out);
  out = v->busy_all >= FEWEST_BUSY ? write_symmetric (v->busy_absolute, v->busy_squared, v->busy_all, out)
                                   : write_symmetric (v->absolute, v->squared, v->all, out);
  for (int i = 0; i < 4; i++)
    out = write_asymmetric (&products[i], out);
  for (gsize i = 0; i < G_N_ELEMENTS (quantiles); i++)
    *out++ = (float) log2 (quality_count_quantile (count, QUALITY_BINS, quantiles[i], 0) / 8 + FLOOR);
  return out;
}

static float *
measure_scale (quality_planes *p, int scale, float *out)
{
  int w = p->w[scale], h = p->h[scale];
  gboolean sparse = h >= QUALITY_MANY_ROWS; /* two rows of every four: neighbours below one another are still met */
  float *mean = p->rows + 16, *square = mean + p->row_length, *deviation = square + p->row_length,
        *value = deviation + p->row_length, *last = value + p->row_length;
  guint16 *bins = (guint16 *) (last + p->row_length);
  value_sums values = { 0 };
  quality_products products[4] = { 0 };

  quality_count_start (p->count);
  for (int y = 0; y < h; y++)
    {
      if (sparse && (y & 2) != 0)
        continue;
      const float *rows[7];
      for (int i = 0; i < 7; i++)
        rows[i] = p->y[scale] + (gsize) CLAMP (y + i - 3, 0, h - 1) * (gsize) w;
      blur_down (rows, w, mean, square);
      replicate (mean, w);
      replicate (square, w);
      QUALITY_NAME (quality_normalise) (rows[3], mean, square, w, deviation, value);
      sum_values (deviation, value, w, &values);
      QUALITY_NAME (quality_multiply) (value, value + 1, w - 1, &products[0]);
      if (y > 0 && (!sparse || (y & 1) != 0))
        {
          QUALITY_NAME (quality_multiply) (last, value, w, &products[1]);
          QUALITY_NAME (quality_multiply) (last, value + 1, w - 1, &products[2]);
          QUALITY_NAME (quality_multiply) (last + 1, value, w - 1, &products[3]);
        }
      if (!sparse || (y & 1) == 0)
        {
          deviation_bins (deviation, w, bins);
          quality_count (p->count, bins, w);
        }
      float *held = last;
      last = value;
      value = held;
    }
  quality_count_end (p->count);
  return write_scale (&values, products, p->count, out);
}

float *
QUALITY_NAME (quality_mscn) (quality_planes *p, float *out)
{
  for (int scale = 0; scale < QUALITY_SCALES; scale++)
    out = measure_scale (p, scale, out);
  return out;
}
