/* Tone and colour: what dark, bright, flat, hazy and cast pictures change. Pixels are taken from every fourth row of a
 * picture of many rows. */
#include "feature/quality_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 1024 /* pixels whose squared sums fit into 32 bits */

/* In quarter grey levels where luma takes part, else in grey levels; whole numbers, so that small deviations survive.
 * Saturation and its product with luma are taken from the first pixel's. */
typedef struct {
  float first_y, first_saturation;
  double n, r, g, b, cb2, cr2, rg2, yb2, saturation, saturation2, luma, luma2, product;
} colour_sums;

static int
sum_bytes (const guint8 *restrict a, const guint8 *restrict zeros, int n)
{
  int sum = 0;

  for (int x = 0; x < n; x++)
    sum += abs (a[x] - zeros[x]); /* one instruction, where a plain sum is many */
  return sum;
}

/* Squares of blue and red less luma, of opponents (Hasler, Suesstrunk 2003), and luma, of at most CHUNK pixels. */
static void
sum_squares (const guint8 *restrict r, const guint8 *restrict g, const guint8 *restrict b, const gint16 *restrict y4,
             int n, colour_sums *s)
{
  int cb2 = 0, cr2 = 0, rg2 = 0, yb2 = 0, luma = 0, luma2 = 0;

  for (int x = 0; x < n; x++)
    {
      gint16 u = (gint16) (4 * b[x] - y4[x]), v = (gint16) (4 * r[x] - y4[x]);
      cb2 += u * u;
      cr2 += v * v;
    }
  for (int x = 0; x < n; x++)
    {
      gint16 o = (gint16) (r[x] - g[x]), q = (gint16) (r[x] + g[x] - 2 * b[x]);
      rg2 += o * o;
      yb2 += q * q;
    }
  for (int x = 0; x < n; x++)
    {
      luma += y4[x];
      luma2 += y4[x] * y4[x];
    }
  s->cb2 += cb2;
  s->cr2 += cr2;
  s->rg2 += rg2;
  s->yb2 += yb2;
  s->luma += luma;
  s->luma2 += luma2;
}

static void
sum_saturation (const float *restrict y, const float *restrict saturation, int n, colour_sums *s)
{
  float sum = 0, square = 0, product = 0;
  const float y0 = s->first_y, s0 = s->first_saturation;

#pragma omp simd reduction(+ : sum, square, product)
  for (int x = 0; x < n; x++)
    {
      float v = saturation[x] - s0;
      sum += v;
      square += v * v;
      product += v * (y[x] - y0);
    }
  s->saturation += sum;
  s->saturation2 += square;
  s->product += product;
}

static void
sum_row (const quality_planes *p, gsize at, const float *saturation, const guint8 *zeros, colour_sums *s)
{
  for (int from = 0; from < p->width; from += CHUNK)
    {
      int n = MIN (CHUNK, p->width - from);
      gsize to = at + (gsize) from;
      s->n += n;
      s->r += sum_bytes (p->r + to, zeros, n);
      s->g += sum_bytes (p->g + to, zeros, n);
      s->b += sum_bytes (p->b + to, zeros, n);
      sum_squares (p->r + to, p->g + to, p->b + to, p->y4 + to, n, s);
      sum_saturation (p->y[0] + to, saturation + from, n, s);
    }
}

static void
saturation_row (const guint8 *restrict low, const guint8 *restrict high, int n, float *restrict saturation,
                guint16 *restrict bins)
{
  int whole = quality_whole (n);

#pragma omp simd
  for (int x = 0; x < whole; x++)
    {
      float s = (float) (high[x] - low[x]) / (float) (high[x] + 1);
      saturation[x] = s;
      bins[x] = (guint16) (int) (s * 256);
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
  static const double quantiles[] = { 0.05, 0.5 }, spreads[] = { 0.1, 0.5, 0.9, 0.99 };
  guint8 *column = (guint8 *) p->rows;
  float *values = p->tile_scratch;
  gsize n = tile_minima (p->low, p->width, p->height, QUALITY_TILE, column, values);
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += values[i];
  *out++ = (float) (sum / (double) n / 255);
  quality_quantiles (values, n, quantiles, 1, 0, values + n, out);
  *out++ /= 255;
  n = tile_minima (p->y8[1], p->w[1], p->h[1], QUALITY_TILE / 2, column, values);
  quality_quantiles (values, n, quantiles, 2, 0, values + n, out);
  *out++ /= 255;
  *out++ /= 255;
  n = (gsize) p->tiles_x * (gsize) p->tiles_y;
  quality_quantiles (p->tile_variance, n, spreads, 4, 0, values, out);
  for (int i = 0; i < 4; i++, out++)
    *out = log2f (sqrtf (*out) + 0.25f);
  return out;
}

static float *
write_colours (const colour_sums *s, double high_saturation, float *out)
{
  double n = s->n, srg = s->r - s->g, syb = s->r + s->g - 2 * s->b, cb = 4 * s->b - s->luma, cr = 4 * s->r - s->luma;
  double drg = deviation (srg, s->rg2, n), dyb = deviation (syb, s->yb2, n) / 2;
  double rg = srg / n, yb = syb / n / 2, away = sqrt (rg * rg + yb * yb);
  double ms = s->saturation / n, ml = s->luma / n / 4 - 128 - s->first_y, dl = deviation (s->luma, s->luma2, n) / 4;

  *out++ = (float) (ms + s->first_saturation);
  *out++ = (float) deviation (s->saturation, s->saturation2, n);
  *out++ = (float) (high_saturation / 256);
  *out++ = (float) (0.564 / 4 * cb / n / 128);
  *out++ = (float) (0.713 / 4 * cr / n / 128);
  *out++ = (float) log2 (0.564 / 4 * deviation (cb, s->cb2, n) + 0.25);
  *out++ = (float) log2 (0.713 / 4 * deviation (cr, s->cr2, n) + 0.25);
  *out++ = (float) log2 (sqrt (drg * drg + dyb * dyb) + 0.3 * away + 1);
  *out++ = (float) quality_correlation (s->product / n - ms * ml, s->saturation2 / n - ms * ms, dl * dl, 0.05);
  return out;
}

float *
QUALITY_NAME (quality_tone) (quality_planes *p, float *out)
{
  guint32 *luma = p->count, *high = luma + 1024, *green = high + 1024;
  float *saturation = p->rows;
  guint16 *bins = p->bins;
  guint8 *zeros = (guint8 *) (saturation + p->row_length);
  colour_sums colours = { .first_y = p->y[0][0] };
  int step = p->height >= QUALITY_MANY_ROWS ? 4 : 1;

  memset (zeros, 0, (gsize) MIN (CHUNK, p->width));
  quality_count_start (p->count);
  for (int y = 0; y < p->height; y += step)
    {
      gsize at = (gsize) y * (gsize) p->width;
      quality_count_bytes (luma, p->y8[0] + at, p->width);
      quality_count_bytes (high, p->high + at, p->width);
      quality_count_bytes (green, p->g + at, p->width);
      saturation_row (p->low + at, p->high + at, p->width, saturation, bins);
      bins += p->width;
      colours.first_saturation = y == 0 ? saturation[0] : colours.first_saturation;
      sum_row (p, at, saturation, zeros, &colours);
    }
  quality_count_bytes_end (luma);
  quality_count_bytes_end (high);
  quality_count_bytes_end (green);
  out = write_luma (luma, out);
  *out++ = (float) (quality_count_quantile (high, 256, 0.01, 0) / 256);
  *out++ = (float) (quality_count_quantile (high, 256, 0.05, 0) / 256);
  *out++ = (float) (quality_count_quantile (high, 256, 0.5, 0) / 256);
  *out++ = (float) share (high, 254, 255);
  *out++ = (float) comb (green);
  double high_saturation = QUALITY_NAME (quality_bin_quantile) (p->bins, (gsize) (bins - p->bins), 0.95, p->count);
  out = write_colours (&colours, high_saturation, out);
  return write_tiles (p, out);
}
