/* Noise: Immerkaer's (1996) mask, which is blind to straight edges and slopes, over the whole picture, in flat
 * tiles, in colour, and single specks. Tiles are called flat by the variance of 2 x 2 means, never by the residual
 * itself, so that a noisy tile may be flat. */
#include "feature/quality_internal.h"

#include <math.h>
#include <string.h>

#define FLOOR               0.0625          /* grey levels under a logarithm */
#define MEAN_TO_DEVIATION   (1.2533141 / 6) /* sqrt (pi / 2) over the mask's norm, 6 */
#define MEDIAN_TO_DEVIATION (1.4826022 / 6)
#define QUARTER             0.25 /* the luma residual counts in quarter grey levels */
#define SIDE                8
#define RARE                0.000244140625 /* 2^-12: under the logarithm of a share */

static double
level (double deviation)
{
  return log2 (deviation + FLOOR);
}

static void
absolute_bins (const gint16 *restrict n, int count, guint16 *restrict bins)
{
#pragma omp simd
  for (int x = 0; x < count; x++)
    {
      gint16 a = (gint16) (n[x] < 0 ? -n[x] : n[x]);
      bins[x] = (guint16) (a < QUALITY_BINS ? a : QUALITY_BINS - 1);
    }
}

static double
absolute_sum (const gint16 *restrict n, int count)
{
  int sum = 0;

#pragma omp simd reduction(+ : sum)
  for (int x = 0; x < count; x++)
    sum += n[x] < 0 ? -n[x] : n[x];
  return sum;
}

/* The mask on a row of 8-bit values; edges replicated. */
static void
mask_row (const guint8 *restrict above, const guint8 *restrict row, const guint8 *restrict below, int w, gint16 *down,
          gint16 *restrict out)
{
#pragma omp simd
  for (int x = 0; x < w; x++)
    down[x] = (gint16) (above[x] - 2 * row[x] + below[x]);
  down[-1] = down[0];
  down[w] = down[w - 1];
#pragma omp simd
  for (int x = 0; x < w; x++)
    out[x] = (gint16) (down[x - 1] - 2 * down[x] + down[x + 1]);
}

/* Mean |mask| of a colour difference, `scale` (channel - luma), from the masks of both, because the mask is linear. */
static double
difference_sum (const gint16 *restrict channel, const gint16 *restrict luma4, int n)
{
  guint32 sum = 0; /* 131072 x 32640 at most */

#pragma omp simd reduction(+ : sum)
  for (int x = 0; x < n; x++)
    {
      int d = 4 * channel[x] - luma4[x];
      sum += (guint32) (d < 0 ? -d : d);
    }
  return sum;
}

static double
median_of (quality_planes *p)
{
  quality_count_end (p->count);
  return quality_count_quantile (p->count, QUALITY_BINS, 0.5, 0) * MEDIAN_TO_DEVIATION;
}

/* Median deviation of one channel; `difference` (may be NULL) takes its colour difference's sum. */
static double
channel_noise (quality_planes *p, const guint8 *plane, int step, double *difference)
{
  int w = p->width, h = p->height;
  gint16 *down = (gint16 *) p->rows + 8, *n = down + p->row_length;
  guint16 *bins = (guint16 *) n + p->row_length;

  quality_count_start (p->count);
  for (int y = 0; y < h; y += step)
    {
      const guint8 *row = plane + (gsize) y * (gsize) w;
      mask_row (y > 0 ? row - w : row, row, y + 1 < h ? row + w : row, w, down, n);
      absolute_bins (n, w, bins);
      quality_count (p->count, bins, w);
      if (difference != NULL)
        *difference += difference_sum (n, p->residual + (gsize) y * (gsize) w, w);
    }
  return median_of (p);
}

static float *
whole_picture (quality_planes *p, float *out)
{
  int w = p->width, rows = 0, colour_rows = 0;
  int step = p->height >= QUALITY_MANY_ROWS ? 2 : 1, colour_step = step * step;
  guint16 *bins = (guint16 *) p->rows;
  double luma = 0, blue = 0, red = 0;

  quality_count_start (p->count);
  for (int y = 0; y < p->height; y += step, rows++)
    {
      const gint16 *residual = p->residual + (gsize) y * (gsize) w;
      luma += absolute_sum (residual, w);
      absolute_bins (residual, w, bins);
      quality_count (p->count, bins, w);
    }
  for (int y = 0; y < p->height; y += colour_step)
    colour_rows++;
  double all = (double) rows * w, some = (double) colour_rows * w;
  *out++ = (float) level (luma * QUARTER / all * MEAN_TO_DEVIATION);
  *out++ = (float) level (median_of (p) * QUARTER);
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

/* Fourth power, and products with the right and the lower neighbour inside the tile. */
static void
tile_products (const gint16 *at, gsize stride, flat_sums *s)
{
  enum { STRIDE = 2 * SIDE };
  float v[(SIDE + 1) * STRIDE] = { 0 }, s4 = 0, right = 0, below = 0; /* zeros around end every product */

  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      v[y * STRIDE + x] = (float) at[(gsize) y * stride + (gsize) x] * (float) QUARTER;
#pragma omp simd reduction(+ : s4, right, below)
  for (int i = 0; i < SIDE * STRIDE; i++)
    {
      float a = v[i], square = a * a;
      s4 += square * square;
      right += a * v[i + 1];
      below += a * v[i + STRIDE];
    }
  s->s4 += s4;
  s->right += right;
  s->below += below;
}

static void
tile_mask (const guint8 *at, gsize stride, float *restrict out)
{
  for (int y = 0; y < SIDE; y++)
    {
      const guint8 *row = at + (gsize) y * stride, *above = row - stride, *below = row + stride;
      int down[SIDE + 2];
      for (int x = 0; x < SIDE + 2; x++)
        down[x] = above[x - 1] - 2 * row[x - 1] + below[x - 1];
      for (int x = 0; x < SIDE; x++)
        out[y * SIDE + x] = (float) (down[x] - 2 * down[x + 1] + down[x + 2]);
    }
}

static void
tile_colours (const quality_planes *p, gsize at, flat_sums *s)
{
  float r[SIDE * SIDE], g[SIDE * SIDE], b[SIDE * SIDE], rg = 0, gb = 0, rr = 0, gg = 0, bb = 0;

  tile_mask (p->r + at, (gsize) p->width, r);
  tile_mask (p->g + at, (gsize) p->width, g);
  tile_mask (p->b + at, (gsize) p->width, b);
#pragma omp simd reduction(+ : rg, gb, rr, gg, bb)
  for (int i = 0; i < SIDE * SIDE; i++)
    {
      rg += r[i] * g[i];
      gb += g[i] * b[i];
      rr += r[i] * r[i];
      gg += g[i] * g[i];
      bb += b[i] * b[i];
    }
  s->rg += rg;
  s->gb += gb;
  s->rr += rr;
  s->gg += gg;
  s->bb += bb;
}

/* Variance and mean of the 4 x 4 values of scale 1 that lie in a tile. */
static float
tile_structure (const quality_planes *p, int tx, int ty, float *mean)
{
  gsize w = (gsize) p->w[1];
  const float *at = p->y[1] + (gsize) (ty * SIDE / 2) * w + tx * SIDE / 2;
  float first = at[0], sum = 0, square = 0;

  for (int y = 0; y < SIDE / 2; y++)
    for (int x = 0; x < SIDE / 2; x++)
      {
        float v = at[(gsize) y * w + (gsize) x] - first;
        sum += v;
        square += v * v;
      }
  sum /= SIDE * SIDE / 4;
  square = square / (SIDE * SIDE / 4) - sum * sum;
  *mean = sum + first + 128;
  return square > 0 ? square : 0;
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

/* Structure and mean of every tile, structure -1 for a clipped one (its noise is cut off) unless all are; returns
 * how many count. */
static gsize
rate_tiles (const quality_planes *p, float *structure, float *means, float *sorted)
{
  int across = p->width / SIDE, down = p->height / SIDE;
  gsize n = 0;

  for (int pass = 0; pass < 2 && n == 0; pass++)
    for (int t = 0; t < across * down; t++)
      {
        structure[t] = tile_structure (p, t % across, t / across, &means[t]);
        if (pass == 0 && (means[t] < 6 || means[t] > 249))
          structure[t] = -1;
        else
          sorted[n++] = structure[t];
      }
  return n;
}

static float *
flat_tiles (quality_planes *p, float *out)
{
  int across = p->width / SIDE, down = p->height / SIDE, tiles = across * down;
  float *structure = p->tile_scratch, *means = structure + tiles, *sorted = means + tiles;
  gsize n = rate_tiles (p, structure, means, sorted), stride = (gsize) p->width;
  float half = quality_quantile (sorted, n, 0.5, 0);
  float quarter = quality_select (sorted, (n + 1) / 2, (gsize) (0.25 * (double) (n - 1) + 0.5));
  float tenth = quality_select (sorted, (n + 1) / 2, (gsize) (0.1 * (double) (n - 1) + 0.5));
  flat_sums flattest = { 0 }, flatter = { 0 }, flat = { 0 };
  line_sums line = { 0 };

  for (int t = 0; t < tiles; t++)
    {
      if (structure[t] < 0 || structure[t] > half)
        continue;
      int tx = t % across, ty = t / across;
      gsize at = (gsize) (ty * SIDE) * stride + (gsize) (tx * SIDE);
      double square = tile_square (p->residual + at, stride);
      line_add (&line, means[t] / 255, level (sqrt (square) / (6 * SIDE)));
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

enum { ABOVE_8, ABOVE_24, ABOVE_64, BELOW_8, BELOW_24, BELOW_64, SPECKS };

/* Notes per column (bytes, `w` apart) how many pixels of a row stand out of all 8 neighbours by how much. */
static void
speck_row (const guint8 *restrict above, const guint8 *restrict row, const guint8 *restrict below, int w,
           guint8 *restrict high, guint8 *restrict low, guint8 *restrict columns)
{
  guint8 *restrict a8 = columns, *restrict a24 = a8 + w, *restrict a64 = a24 + w, *restrict b8 = a64 + w,
                   *restrict b24 = b8 + w, *restrict b64 = b24 + w;

#pragma omp simd
  for (int x = 0; x < w; x++)
    {
      high[x] = above[x] > below[x] ? above[x] : below[x];
      low[x] = above[x] < below[x] ? above[x] : below[x];
    }
#pragma omp simd
  for (int x = 1; x < w - 1; x++)
    {
      guint8 left = row[x - 1], right = row[x + 1], v = row[x];
      guint8 most = high[x - 1] > high[x] ? high[x - 1] : high[x], least = low[x - 1] < low[x] ? low[x - 1] : low[x];
      most = most > high[x + 1] ? most : high[x + 1];
      least = least < low[x + 1] ? least : low[x + 1];
      most = most > left ? most : left;
      least = least < left ? least : left;
      most = most > right ? most : right;
      least = least < right ? least : right;
      guint8 up = (guint8) ((v > most ? v : most) - most), down = (guint8) (least - (v < least ? v : least));
      a8[x] += up > 8;
      a24[x] += up > 24;
      a64[x] += up > 64;
      b8[x] += down > 8;
      b24[x] += down > 24;
      b64[x] += down > 64;
    }
}

static void
flush_columns (guint8 *columns, int w, gint64 *counts)
{
  for (int i = 0; i < SPECKS; i++, columns += w)
    {
      guint32 sum = 0;
      for (int x = 0; x < w; x++)
        sum += columns[x];
      counts[i] += sum;
      memset (columns, 0, (gsize) w);
    }
}

static double
count_specks (quality_planes *p, const guint8 *plane, int step, gint64 *counts)
{
  int w = p->width, rows = 0;
  guint8 *high = (guint8 *) p->rows, *low = high + p->row_length, *columns = low + p->row_length;

  memset (columns, 0, (gsize) (SPECKS * w));
  for (int y = 1; y < p->height - 1; y += step)
    {
      const guint8 *row = plane + (gsize) y * (gsize) w;
      speck_row (row - w, row, row + w, w, high, low, columns);
      if (++rows % 255 == 0)
        flush_columns (columns, w, counts);
    }
  flush_columns (columns, w, counts);
  return (double) rows * (w - 2);
}

static float *
impulses (quality_planes *p, float *out)
{
  gint64 luma[SPECKS] = { 0 }, colour[SPECKS] = { 0 };
  int step = p->height >= QUALITY_MANY_ROWS ? 4 : 1;
  double n = count_specks (p, p->y8[0], 1, luma), m = count_specks (p, p->r, step, colour);

  count_specks (p, p->g, step, colour);
  count_specks (p, p->b, step, colour);
  for (int t = 0; t < 3; t++)
    *out++ = (float) log2 ((double) (luma[ABOVE_8 + t] + luma[BELOW_8 + t]) / n + RARE);
  *out++ = (float) log2 ((double) luma[ABOVE_24] / n + RARE);
  *out++ = (float) log2 ((double) luma[BELOW_24] / n + RARE);
  *out++ = (float) log2 ((double) (colour[ABOVE_24] + colour[BELOW_24]) / (3 * m) + RARE);
  return out;
}

#define CLIP  2047 /* quarter grey levels: products of so many bits can be summed in 32 bits over CHUNK pixels */
#define CHUNK 256

static void
clip_row (const gint16 *restrict row, int n, gint16 *restrict out)
{
#pragma omp simd
  for (int x = 0; x < n; x++)
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
  out = impulses (p, out);
  return residual_lags (p, out);
}
