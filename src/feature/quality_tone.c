/* Tone and colour: what dark, bright, flat, hazy and cast pictures change. Pixels are taken from every fourth row of a
 * picture of many rows. */
#include "feature/quality_internal.h"

#include <math.h>
#include <string.h>

/* Sums of differences from the picture's first pixel (`first`), so that small deviations survive. */
typedef struct {
  float first_r, first_g, first_b, first_y, first_saturation;
  double n, cb, cr, cb2, cr2, rg, yb, rg2, yb2, saturation, saturation2, luma, luma2, product;
} colour_sums;

/* Luma, blue and red differences, opponents (Hasler, Suesstrunk 2003) and saturation of one row. */
static void
sum_colours (const guint8 *restrict r, const guint8 *restrict g, const guint8 *restrict b, const float *restrict y,
             const float *restrict saturation, int n, colour_sums *s)
{
  float cb = 0, cr = 0, cb2 = 0, cr2 = 0, rg = 0, yb = 0, rg2 = 0, yb2 = 0;
  float sat = 0, sat2 = 0, luma = 0, luma2 = 0, product = 0;
  const float r0 = s->first_r, g0 = s->first_g, b0 = s->first_b, y0 = s->first_y, s0 = s->first_saturation;

#pragma omp simd reduction(+ : cb, cr, cb2, cr2, rg, yb, rg2, yb2)
  for (int x = 0; x < n; x++)
    {
      float red = (float) r[x] - r0, green = (float) g[x] - g0, blue = (float) b[x] - b0, l = y[x] - y0;
      float u = 0.564f * (blue - l), v = 0.713f * (red - l), o = red - green, q = 0.5f * (red + green) - blue;
      cb += u;
      cr += v;
      cb2 += u * u;
      cr2 += v * v;
      rg += o;
      yb += q;
      rg2 += o * o;
      yb2 += q * q;
    }
#pragma omp simd reduction(+ : sat, sat2, luma, luma2, product)
  for (int x = 0; x < n; x++)
    {
      float l = y[x] - y0, v = saturation[x] - s0;
      sat += v;
      sat2 += v * v;
      luma += l;
      luma2 += l * l;
      product += v * l;
    }
  s->n += n;
  s->cb += cb;
  s->cr += cr;
  s->cb2 += cb2;
  s->cr2 += cr2;
  s->rg += rg;
  s->yb += yb;
  s->rg2 += rg2;
  s->yb2 += yb2;
  s->saturation += sat;
  s->saturation2 += sat2;
  s->luma += luma;
  s->luma2 += luma2;
  s->product += product;
}

static void
saturation_row (const guint8 *restrict low, const guint8 *restrict high, int n, float *restrict saturation,
                guint8 *restrict bins)
{
#pragma omp simd
  for (int x = 0; x < n; x++)
    {
      float s = (float) (high[x] - low[x]) / (float) (high[x] + 1);
      saturation[x] = s;
      bins[x] = (guint8) (int) (s * 256);
    }
}

static double
deviation (double sum, double square, double n)
{
  double mean = sum / n;

  return sqrt (MAX (square / n - mean * mean, 0));
}

static double
share (const guint32 *count, int from, int to)
{
  double some = 0, all = 0;

  for (int i = 0; i < 256; i++)
    {
      all += count[i];
      some += i >= from && i <= to ? count[i] : 0;
    }
  return some / all;
}

static float *
write_luma (const guint32 *count, float *out)
{
  static const double quantiles[] = { 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99 };
  double n = 0, mean = 0, m2 = 0, m3 = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (quantiles); i++)
    *out++ = (float) (quality_count_quantile (count, 256, quantiles[i], 0) / 256);
  for (int i = 0; i < 256; i++)
    {
      n += count[i];
      mean += (double) i * count[i];
    }
  mean /= n;
  for (int i = 0; i < 256; i++)
    {
      double d = i - mean;
      m2 += d * d * count[i] / n;
      m3 += d * d * d * count[i] / n;
    }
  *out++ = (float) (sqrt (m2) / 128);
  *out++ = (float) share (count, 0, 4);
  *out++ = (float) share (count, 251, 255);
  *out++ = (float) asinh (m3 / (m2 * sqrt (m2) + 1));
  return out;
}

/* Levels of green between its 1 % and 99 % quantiles whose count is less than a quarter of their neighbours' mean:
 * the gaps a stretched or squeezed tone curve leaves. */
static double
comb (const guint32 *count)
{
  int low = MAX ((int) quality_count_quantile (count, 256, 0.01, 0), 2),
      high = MIN ((int) quality_count_quantile (count, 256, 0.99, 0), 253), gaps = 0;

  for (int i = low; i <= high; i++)
    gaps += count[i] * 16 < count[i - 2] + count[i - 1] + count[i + 1] + count[i + 2];
  return high >= low ? (double) gaps / (high - low + 1) : 0;
}

/* Smallest value of every tile of `side` pixels; returns how many tiles. */
static gsize
tile_minima (const guint8 *plane, int w, int h, int side, guint8 *column, float *out)
{
  gsize n = 0;

  for (int ty = 0; ty < h / side; ty++)
    {
      memset (column, 255, (gsize) w);
      for (int y = ty * side; y < (ty + 1) * side; y++)
        {
          const guint8 *row = plane + (gsize) y * (gsize) w;
#pragma omp simd
          for (int x = 0; x < w; x++)
            column[x] = column[x] < row[x] ? column[x] : row[x];
        }
      for (int tx = 0; tx < w / side; tx++)
        {
          guint8 least = 255;
          for (int x = tx * side; x < (tx + 1) * side; x++)
            least = least < column[x] ? least : column[x];
          out[n++] = least;
        }
    }
  return n;
}

static float *
write_tiles (quality_planes *p, float *out)
{
  static const double quantiles[] = { 0.1, 0.5, 0.9, 0.99 };
  guint8 *column = (guint8 *) p->rows;
  float *values = p->tile_scratch;
  gsize n = tile_minima (p->low, p->width, p->height, QUALITY_TILE, column, values);
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += values[i];
  *out++ = (float) (sum / (double) n / 255);
  *out++ = quality_quantile (values, n, 0.05, 0) / 255;
  n = tile_minima (p->y8[1], p->w[1], p->h[1], QUALITY_TILE / 2, column, values);
  *out++ = quality_quantile (values, n, 0.05, 0) / 255;
  *out++ = quality_quantile (values, n, 0.5, 0) / 255;
  n = (gsize) p->tiles_x * (gsize) p->tiles_y;
  memcpy (values, p->tile_variance, n * sizeof (float));
  for (gsize i = 0; i < G_N_ELEMENTS (quantiles); i++)
    *out++ = log2f (sqrtf (quality_quantile (values, n, quantiles[i], 0)) + 0.25f);
  return out;
}

static float *
write_colours (const colour_sums *s, const guint32 *saturations, float *out)
{
  double n = s->n, drg = deviation (s->rg, s->rg2, n), dyb = deviation (s->yb, s->yb2, n);
  double rg = s->rg / n + s->first_r - s->first_g, yb = s->yb / n + 0.5 * (s->first_r + s->first_g) - s->first_b;
  double cb = s->cb / n + 0.564 * (s->first_b - s->first_y - 128),
         cr = s->cr / n + 0.713 * (s->first_r - s->first_y - 128);
  double away = sqrt (rg * rg + yb * yb);
  double ms = s->saturation / n, ml = s->luma / n;

  *out++ = (float) (ms + s->first_saturation);
  *out++ = (float) deviation (s->saturation, s->saturation2, n);
  *out++ = (float) (quality_count_quantile (saturations, 256, 0.95, 0) / 256);
  *out++ = (float) (cb / 128);
  *out++ = (float) (cr / 128);
  *out++ = (float) log2 (deviation (s->cb, s->cb2, n) + 0.25);
  *out++ = (float) log2 (deviation (s->cr, s->cr2, n) + 0.25);
  *out++ = (float) log2 (sqrt (drg * drg + dyb * dyb) + 0.3 * away + 1);
  *out++ = (float) quality_correlation (s->product / n - ms * ml, s->saturation2 / n - ms * ms, s->luma2 / n - ml * ml,
                                        0.05);
  return out;
}

float *
QUALITY_NAME (quality_tone) (quality_planes *p, float *out)
{
  guint32 *luma = p->count, *high = luma + 1024, *green = high + 1024, *saturations = green + 1024;
  float *saturation = p->rows;
  guint8 *bins = (guint8 *) (saturation + p->row_length);
  colour_sums colours = { .first_r = p->r[0], .first_g = p->g[0], .first_b = p->b[0], .first_y = p->y[0][0] };
  int step = p->height >= QUALITY_MANY_ROWS ? 4 : 1;

  quality_count_start (p->count);
  for (int y = 0; y < p->height; y += step)
    {
      gsize at = (gsize) y * (gsize) p->width;
      quality_count_bytes (luma, p->y8[0] + at, p->width);
      quality_count_bytes (high, p->high + at, p->width);
      quality_count_bytes (green, p->g + at, p->width);
      saturation_row (p->low + at, p->high + at, p->width, saturation, bins);
      quality_count_bytes (saturations, bins, p->width);
      colours.first_saturation = y == 0 ? saturation[0] : colours.first_saturation;
      sum_colours (p->r + at, p->g + at, p->b + at, p->y[0] + at, saturation, p->width, &colours);
    }
  quality_count_bytes_end (luma);
  quality_count_bytes_end (high);
  quality_count_bytes_end (green);
  quality_count_bytes_end (saturations);
  out = write_luma (luma, out);
  *out++ = (float) (quality_count_quantile (high, 256, 0.01, 0) / 256);
  *out++ = (float) (quality_count_quantile (high, 256, 0.05, 0) / 256);
  *out++ = (float) (quality_count_quantile (high, 256, 0.5, 0) / 256);
  *out++ = (float) share (high, 254, 255);
  *out++ = (float) comb (green);
  out = write_colours (&colours, saturations, out);
  return write_tiles (p, out);
}
