/* Noise: Immerkaer's (1996) mask, which is blind to straight edges and slopes, over the whole picture, in flat
 * tiles and in colour; single specks stand in quality_specks.c. Tiles are called flat by the variance of 2 x 2 means,
 * never by the residual itself, so that a noisy tile may be flat. */
#include "feature/quality_internal.h"

#include <math.h>
#include <string.h>

#define FLOOR               0.0625          /* grey levels under a logarithm */
#define MEAN_TO_DEVIATION   (1.2533141 / 6) /* sqrt (pi / 2) over the mask's norm, 6 */
#define MEDIAN_TO_DEVIATION (1.4826022 / 6)
#define QUARTER             0.25 /* the luma residual counts in quarter grey levels */
#define SIDE                8

static double
level (double deviation)
{
  return log2 (deviation + FLOOR);
}

static void
absolute_bins (const gint16 *restrict n, int count, guint16 *restrict bins)
{
  int whole = quality_whole (count);

#pragma omp simd
  for (int x = 0; x < whole; x++)
    {
      gint16 minus = -n[x], a = n[x] > minus ? n[x] : minus;
      bins[x] = (guint16) (a < QUALITY_BINS ? a : QUALITY_BINS - 1);
    }
}

static double
absolute_sum (const gint16 *restrict n, int count)
{
  int sum = 0;

  for (int x = 0; x < count; x++)
    {
      gint16 minus = -n[x], size = n[x] > minus ? n[x] : minus;
      sum += size;
    }
  return sum;
}

/* The mask on a row of 8-bit values; edges replicated. */
static void
mask_row (const guint8 *restrict above, const guint8 *restrict row, const guint8 *restrict below, int w, gint16 *down,
          gint16 *restrict out)
{
  int whole = quality_whole (w);

#pragma omp simd
  for (int x = 0; x < whole; x++)
    down[x] = (gint16) (above[x] - 2 * row[x] + below[x]);
  down[-1] = down[0];
  down[w] = down[w - 1];
#pragma omp simd
  for (int x = 0; x < whole; x++)
    out[x] = (gint16) (down[x - 1] - 2 * down[x] + down[x + 1]);
}

/* Mean |mask| of a colour difference, `scale` (channel - luma), from the masks of both, because the mask is linear. */
static double
difference_sum (const gint16 *restrict channel, const gint16 *restrict luma4, int n)
{
  guint32 sum = 0; /* 131072 x 16320 at most */

  for (int x = 0; x < n; x++)
    {
      gint16 d = (gint16) (4 * channel[x] - luma4[x]), minus = -d, size = d > minus ? d : minus;
      sum += (guint16) size;
    }
  return sum;
}

static double
median_of (quality_planes *p, const guint16 *end)
{
  return QUALITY_NAME (quality_bin_quantile) (p->bins, (gsize) (end - p->bins), 0.5, p->count) * MEDIAN_TO_DEVIATION;
}

/* Median deviation of one channel; `difference` (may be NULL) takes its colour difference's sum. */
static double
channel_noise (quality_planes *p, const guint8 *plane, int step, double *difference)
{
  int w = p->width, h = p->height;
  gint16 *down = (gint16 *) p->rows + 8, *n = down + p->row_length + 8;
  guint16 *bins = p->bins;

  for (int y = 0; y < h; y += step)
    {
      const guint8 *row = plane + (gsize) y * (gsize) w;
      mask_row (y > 0 ? row - w : row, row, y + 1 < h ? row + w : row, w, down, n);
      absolute_bins (n, w, bins);
      bins += w;
      if (difference != NULL)
        *difference += difference_sum (n, p->residual + (gsize) y * (gsize) w, w);
    }
  return median_of (p, bins);
}

static float *
whole_picture (quality_planes *p, float *out)
{
  int w = p->width, rows = 0, colour_rows = 0;
  int step = p->height >= QUALITY_MANY_ROWS ? 2 : 1, colour_step = step * step;
  guint16 *bins = p->bins;
  double luma = 0, blue = 0, red = 0;

  for (int y = 0; y < p->height; y += step, rows++)
    {
      const gint16 *residual = p->residual + (gsize) y * (gsize) w;
      luma += absolute_sum (residual, w);
      absolute_bins (residual, w, bins);
      bins += w;
    }
  for (int y = 0; y < p->height; y += colour_step)
    colour_rows++;
  double all = (double) rows * w, some = (double) colour_rows * w;
  *out++ = (float) level (luma * QUARTER / all * MEAN_TO_DEVIATION);
  *out++ = (float) level (median_of (p, bins) * QUARTER);
  *out++ = (float) level (channel_noise (p, p->r, colour_step, &red));
  *out++ = (float) level (channel_noise (p, p->g, colour_step, NULL));
  *out++ = (float) level (channel_noise (p, p->b, colour_step, &blue));
  *out++ = (float) level (blue * QUARTER * 0.564 / some * MEAN_TO_DEVIATION);
  *out++ = (float) level (red * QUARTER * 0.713 / some * MEAN_TO_DEVIATION);
  return out;
}

typedef struct {
  double n, s2, s4;    /* of the residual, grey levels */
  double right, below; /* products with the neighbour */
  double rg, gb, rr, gg, bb;
} flat_sums;

static double
tile_square (const gint16 *at, gsize stride)
{
  float sums[SIDE] = { 0 }, sum = 0;

  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        float v = (float) at[(gsize) y * stride + (gsize) x];
        sums[x] += v * v;
      }
  for (int x = 0; x < SIDE; x++)
    sum += sums[x];
  return sum * (QUARTER * QUARTER);
}

static const float has_right[SIDE * SIDE] = {
  1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0,
  1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0,
};

/* Fourth power, and products with the right and the lower neighbour inside the tile. */
static void
tile_products (const gint16 *at, gsize stride, flat_sums *s)
{
  float v[(SIDE + 2) * SIDE] = { 0 }, s4 = 0, right = 0, below = 0; /* zeros below end every product */

  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      v[y * SIDE + x] = (float) at[(gsize) y * stride + (gsize) x] * (float) QUARTER;
#pragma omp simd reduction(+ : s4, right, below)
  for (int i = 0; i < SIDE * SIDE; i++)
    {
      float a = v[i], square = a * a;
      s4 += square * square;
      right += a * v[i + 1] * has_right[i];
      below += a * v[i + SIDE];
    }
  s->s4 += s4;
  s->right += right;
  s->below += below;
}

/* Rows of 16 are read for 10 that count: behind a plane lies another. All rows are differenced down before any is
 * across: what was just written cannot be read at other places at once. */
static void
tile_mask (const guint8 *at, gsize stride, gint16 *restrict out)
{
  gint16 down[SIDE][2 * SIDE];

  for (int y = 0; y < SIDE; y++)
    {
      const guint8 *row = at + (gsize) y * stride - 1, *above = row - stride, *below = row + stride;
#pragma omp simd
      for (int x = 0; x < 2 * SIDE; x++)
        down[y][x] = (gint16) (above[x] - 2 * row[x] + below[x]);
    }
  for (int y = 0; y < SIDE; y++)
    {
#pragma omp simd
      for (int x = 0; x < SIDE; x++)
        out[y * SIDE + x] = (gint16) (down[y][x] - 2 * down[y][x + 1] + down[y][x + 2]);
    }
}

/* At most 64 x 2040 x 2040. */
static double
tile_product (const gint16 *restrict a, const gint16 *restrict b)
{
  int sum = 0;

  for (int i = 0; i < SIDE * SIDE; i++)
    sum += a[i] * b[i];
  return sum;
}

static void
tile_colours (const quality_planes *p, gsize at, flat_sums *s)
{
  gint16 r[SIDE * SIDE], g[SIDE * SIDE], b[SIDE * SIDE];

  tile_mask (p->r + at, (gsize) p->width, r);
  tile_mask (p->g + at, (gsize) p->width, g);
  tile_mask (p->b + at, (gsize) p->width, b);
  s->rg += tile_product (r, g);
  s->gb += tile_product (g, b);
  s->rr += tile_product (r, r);
  s->gg += tile_product (g, g);
  s->bb += tile_product (b, b);
}

/* Slope of the tiles' residual deviation (log2) over their brightness (0 .. 1), shrunk when brightness hardly
 * varies. */
typedef struct {
  double n, x, y, xx, xy;
} line_sums;

static void
line_add (line_sums *l, double x, double y)
{
  l->n++;
  l->x += x;
  l->y += y;
  l->xx += x * x;
  l->xy += x * y;
}

static double
line_slope (const line_sums *l)
{
  if (l->n < 2)
    return 0;
  double mx = l->x / l->n, my = l->y / l->n;
  return (l->xy / l->n - mx * my) / (MAX (l->xx / l->n - mx * mx, 0) + 0.01);
}

/* Variance and mean of the 4 x 4 values of scale 1 that lie in each tile. */
static void
tile_structures (const gint32 *restrict sum, const gint32 *restrict square, int n, float *restrict structure,
                 float *restrict means)
{
#pragma omp simd
  for (int t = 0; t < n; t++)
    {
      structure[t] = (float) (16 * square[t] - sum[t] * sum[t]) / 65536.0f;
      means[t] = (float) sum[t] / 256.0f + 127.5f;
    }
}

/* Structure and mean of every tile, structure -1 for a clipped one (its noise is cut off) unless all are; `counted`
 * takes the structures of the others. Returns how many count. */
static gsize
rate_tiles (const quality_planes *p, float *structure, float *means, float *counted)
{
  int tiles = (p->width / SIDE) * (p->height / SIDE);
  gsize n = 0;

  tile_structures (p->small_sum, p->small_square, tiles, structure, means);
  for (int t = 0; t < tiles; t++)
    {
      counted[n] = structure[t];
      n += (gsize) ((means[t] >= 6) & (means[t] <= 249));
    }
  if (n == 0)
    {
      memcpy (counted, structure, sizeof (float) * (gsize) tiles);
      return (gsize) tiles;
    }
  for (int t = 0; t < tiles; t++)
    structure[t] = means[t] >= 6 && means[t] <= 249 ? structure[t] : -1;
  return n;
}

static float *
flat_tiles (quality_planes *p, float *out)
{
  int across = p->width / SIDE, down = p->height / SIDE, tiles = across * down;
  static const double quantiles[] = { 0.1, 0.25, 0.5 };
  float *structure = p->tile_scratch, *means = structure + tiles, *counted = means + tiles, bounds[3];
  gsize n = rate_tiles (p, structure, means, counted), stride = (gsize) p->width;
  quality_quantiles (counted, n, quantiles, 3, 0, counted + tiles, bounds);
  float tenth = bounds[0], quarter = bounds[1], half = bounds[2];
  flat_sums flattest = { 0 }, flatter = { 0 }, flat = { 0 };
  line_sums line = { 0 };

  for (int t = 0; t < tiles; t++)
    {
      if (structure[t] < 0 || structure[t] > half)
        continue;
      int tx = t % across, ty = t / across;
      gsize at = (gsize) (ty * SIDE) * stride + (gsize) (tx * SIDE);
      double square = tile_square (p->residual + at, stride);
      line_add (&line, means[t] / 255, log2f (sqrtf ((float) square) / (6 * SIDE) + (float) FLOOR));
      flat.n += SIDE * SIDE;
      flat.s2 += square;
      if (structure[t] <= quarter)
        {
          flatter.n += SIDE * SIDE;
          flatter.s2 += square;
          tile_products (p->residual + at, stride, &flatter);
          if ((tx + ty) % 2 == 0 && tx > 0 && ty > 0 && (tx + 1) * SIDE < p->width && (ty + 1) * SIDE < p->height)
            tile_colours (p, at, &flatter);
        }
      if (structure[t] <= tenth)
        {
          flattest.n += SIDE * SIDE;
          flattest.s2 += square;
        }
    }
  double pairs = flatter.s2 * (SIDE - 1) / SIDE, floor = flatter.n * 0.01;
  *out++ = (float) level (sqrt (flattest.s2 / MAX (flattest.n, 1)) / 6);
  *out++ = (float) level (sqrt (flatter.s2 / MAX (flatter.n, 1)) / 6);
  *out++ = (float) level (sqrt (flat.s2 / MAX (flat.n, 1)) / 6);
  *out++ = (float) line_slope (&line);
  *out++ = (float) quality_correlation (flatter.right, pairs, pairs, floor);
  *out++ = (float) quality_correlation (flatter.below, pairs, pairs, floor);
  *out++ = (float) quality_correlation (flatter.rg, flatter.rr, flatter.gg, floor);
  *out++ = (float) quality_correlation (flatter.gb, flatter.gg, flatter.bb, floor);
  *out++ = (float) quality_kurtosis (flatter.s4 / MAX (flatter.n, 1), flatter.s2 / MAX (flatter.n, 1));
  return out;
}

#define CLIP  2047 /* quarter grey levels: products of so many bits can be summed in 32 bits over CHUNK pixels */
#define CHUNK 256

static void
clip_row (const gint16 *restrict row, int n, gint16 *restrict out)
{
  int whole = quality_whole (n);

#pragma omp simd
  for (int x = 0; x < whole; x++)
    {
      gint16 v = row[x] < CLIP ? row[x] : CLIP;
      out[x] = v > -CLIP ? v : -CLIP;
    }
}

static double
lag_sum (const gint16 *restrict a, const gint16 *restrict b, int n)
{
  double all = 0;

  for (int from = 0; from < n; from += CHUNK)
    {
      int to = n - from < CHUNK ? n : from + CHUNK, sum = 0;
      for (int x = from; x < to; x++)
        sum += a[x] * b[x];
      all += sum;
    }
  return all;
}

/* Correlation of the clipped residual with itself shifted, every second row. */
static float *
residual_lags (quality_planes *p, float *out)
{
  int w = p->width, rows = 0;
  gint16 *here = (gint16 *) p->rows, *next = here + p->row_length, *last = next + p->row_length;
  double square = 0, product[5] = { 0 };

  for (int y = 0; y + 2 < p->height; y += 2, rows++)
    {
      const gint16 *row = p->residual + (gsize) y * (gsize) w;
      clip_row (row, w, here);
      clip_row (row + w, w, next);
      clip_row (row + 2 * w, w, last);
      square += lag_sum (here, here, w);
      product[0] += lag_sum (here, here + 1, w - 1);
      product[1] += lag_sum (here, next, w);
      product[2] += lag_sum (here, next + 1, w - 1);
      product[3] += lag_sum (here, here + 2, w - 2);
      product[4] += lag_sum (here, last, w);
    }
  for (int i = 0; i < 5; i++)
    *out++ = (float) quality_correlation (product[i], square, square, rows * (double) w * 0.2);
  return out;
}

float *
QUALITY_NAME (quality_noise) (quality_planes *p, float *out)
{
  out = whole_picture (p, out);
  out = flat_tiles (p, out);
  out = QUALITY_NAME (quality_specks) (p, out);
  return residual_lags (p, out);
}
