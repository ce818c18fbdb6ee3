/* Noise: Immerkaer's (1996) mask, which is blind to straight edges and slopes, over the whole picture, in flat tiles, in colour, and
 * single specks. Tiles are called flat by the variance of 2 x 2 means, never by the residual itself, so that a noisy tile may be flat. */
#include "feature/quality_internal.h"

#include <math.h>
#include <string.h>

#define FLOOR 0.0625                      /* grey levels under a logarithm */
#define MEAN_TO_DEVIATION (1.2533141 / 6) /* sqrt (pi / 2) over the mask's norm, 6 */
#define MEDIAN_TO_DEVIATION (1.4826022 / 6)
#define QUARTER 0.25 /* the luma residual counts in quarter grey levels */
#define SIDE 8
#define RARE 0.000244140625 /* 2^-12: under the logarithm of a share */

static double
level (double deviation)
{
  return log2 (deviation + FLOOR);
}

static void
absolute_bins (const gint16 *restrict n, int count, int shift, guint16 *restrict bins)
{
#pragma omp simd
  for (int x = 0; x < count; x++)
    bins[x] = (guint16) ((n[x] < 0 ? -n[x] : n[x]) >> shift);
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

static float *
whole_picture (quality_planes *p, float *out)
{
  int w = p->width, h = p->height, rows = 0;
  gint16 *down = (gint16 *) p->rows + 8, *n = down + p->row_length;
  guint16 *bins = (guint16 *) n + p->row_length;
  const guint8 *channels[3] = { p->r, p->g, p->b };
  double luma = 0, blue = 0, red = 0;

  memset (p->count, 0, sizeof (guint32) * QUALITY_BINS * 4);
  for (int y = 0; y < h; y += 2, rows++)
    {
      const gint16 *residual = p->residual + (gsize) y * (gsize) w;
      luma += absolute_sum (residual, w);
      absolute_bins (residual, w, 0, bins);
      quality_count (p->count, bins, w);
      for (int c = 0; c < 3; c++)
        {
          const guint8 *row = channels[c] + (gsize) y * (gsize) w;
          mask_row (y > 0 ? row - w : row, row, y + 1 < h ? row + w : row, w, down, n);
          absolute_bins (n, w, 0, bins);
          quality_count (p->count + (c + 1) * QUALITY_BINS, bins, w);
          if (c == 0)
            red += difference_sum (n, residual, w);
          else if (c == 2)
            blue += difference_sum (n, residual, w);
        }
    }
  double all = (double) rows * w;
  *out++ = (float) level (luma * QUARTER / all * MEAN_TO_DEVIATION);
  for (int c = 0; c < 4; c++)
    {
      double median = quality_count_quantile (p->count + c * QUALITY_BINS, QUALITY_BINS, 0.5, 0);
      *out++ = (float) level (median * (c == 0 ? QUARTER : 1) * MEDIAN_TO_DEVIATION);
    }
  *out++ = (float) level (blue * QUARTER * 0.564 / all * MEAN_TO_DEVIATION);
  *out++ = (float) level (red * QUARTER * 0.713 / all * MEAN_TO_DEVIATION);
  return out;
}

typedef struct {
  double n, s2, s4;                       /* of the residual, grey levels */
  double right, right_n, below, below_n;  /* products with the neighbour */
  double rg, gb, rr, gg, bb;
} flat_sums;

static void
tile_residual (const gint16 *at, gsize stride, flat_sums *s)
{
  float s2[SIDE] = { 0 }, s4[SIDE] = { 0 }, right[SIDE] = { 0 }, below[SIDE] = { 0 };

  for (int y = 0; y < SIDE; y++)
    {
      const gint16 *row = at + (gsize) y * stride;
      float v[SIDE + 1], u[SIDE];
      for (int x = 0; x < SIDE; x++)
        v[x] = (float) row[x] * (float) QUARTER;
      v[SIDE] = 0;
      for (int x = 0; x < SIDE; x++)
        u[x] = y + 1 < SIDE ? (float) row[stride + (gsize) x] * (float) QUARTER : 0;
      for (int x = 0; x < SIDE; x++)
        {
          float square = v[x] * v[x];
          s2[x] += square;
          s4[x] += square * square;
          right[x] += v[x] * v[x + 1];
          below[x] += v[x] * u[x];
        }
    }
  s->n += SIDE * SIDE;
  for (int x = 0; x < SIDE; x++)
    {
      s->s2 += s2[x];
      s->s4 += s4[x];
      s->right += right[x];
      s->below += below[x];
    }
  s->right_n += (SIDE - 1) * SIDE;
  s->below_n += (SIDE - 1) * SIDE;
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

/* Slope of the tiles' residual deviation (log2) over their brightness (0 .. 1), shrunk when brightness hardly varies. */
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

/* Structure of every tile into `structure`, -1 for a clipped one (its noise is cut off) unless all are; returns how many count. */
static gsize
rate_tiles (const quality_planes *p, float *structure, float *sorted)
{
  int across = p->width / SIDE, down = p->height / SIDE;
  gsize n = 0;

  for (int pass = 0; pass < 2 && n == 0; pass++)
    for (int t = 0; t < across * down; t++)
      {
        float mean;
        structure[t] = tile_structure (p, t % across, t / across, &mean);
        if (pass == 0 && (mean < 6 || mean > 249))
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
  float *structure = p->tile_scratch, *sorted = structure + tiles;
  gsize n = rate_tiles (p, structure, sorted), stride = (gsize) p->width;
  float half = quality_quantile (sorted, n, 0.5, 0), quarter = quality_quantile (sorted, n, 0.25, 0),
        tenth = quality_quantile (sorted, n, 0.1, 0);
  flat_sums flattest = { 0 }, flatter = { 0 }, flat = { 0 };
  line_sums line = { 0 };

  for (int t = 0; t < tiles; t++)
    {
      if (structure[t] < 0 || structure[t] > half)
        continue;
      int tx = t % across, ty = t / across;
      gsize at = (gsize) (ty * SIDE) * stride + (gsize) (tx * SIDE);
      flat_sums own = { 0 };
      float mean;
      tile_residual (p->residual + at, stride, &own);
      tile_structure (p, tx, ty, &mean);
      line_add (&line, mean / 255, level (sqrt (own.s2 / own.n) / 6));
      flat.n += own.n;
      flat.s2 += own.s2;
      if (structure[t] <= quarter)
        {
          flatter.n += own.n;
          flatter.s2 += own.s2;
          flatter.s4 += own.s4;
          flatter.right += own.right;
          flatter.below += own.below;
          if (tx > 0 && ty > 0 && (tx + 1) * SIDE < p->width && (ty + 1) * SIDE < p->height)
            tile_colours (p, at, &flatter);
        }
      if (structure[t] <= tenth)
        {
          flattest.n += own.n;
          flattest.s2 += own.s2;
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

typedef struct {
  int above[3], below[3]; /* thresholds 8, 24, 64 */
} specks;

/* How many pixels of a row stand out of all 8 neighbours, by how much. */
static void
speck_row (const guint8 *restrict above, const guint8 *restrict row, const guint8 *restrict below, int w,
           guint8 *restrict high, guint8 *restrict low, specks *s)
{
  int a8 = 0, a24 = 0, a64 = 0, b8 = 0, b24 = 0, b64 = 0;

#pragma omp simd
  for (int x = 0; x < w; x++)
    {
      high[x] = above[x] > below[x] ? above[x] : below[x];
      low[x] = above[x] < below[x] ? above[x] : below[x];
    }
#pragma omp simd reduction(+ : a8, a24, a64, b8, b24, b64)
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
      guint8 up = v > most ? v - most : 0, down = v < least ? least - v : 0;
      a8 += up > 8;
      a24 += up > 24;
      a64 += up > 64;
      b8 += down > 8;
      b24 += down > 24;
      b64 += down > 64;
    }
  s->above[0] += a8;
  s->above[1] += a24;
  s->above[2] += a64;
  s->below[0] += b8;
  s->below[1] += b24;
  s->below[2] += b64;
}

static double
count_specks (quality_planes *p, const guint8 *plane, int step, specks *s)
{
  int w = p->width, rows = 0;
  guint8 *high = (guint8 *) p->rows, *low = high + p->row_length;

  for (int y = 1; y < p->height - 1; y += step, rows++)
    {
      const guint8 *row = plane + (gsize) y * (gsize) w;
      speck_row (row - w, row, row + w, w, high, low, s);
    }
  return (double) rows * (w - 2);
}

static float *
impulses (quality_planes *p, float *out)
{
  specks luma = { 0 }, colour = { 0 };
  double n = count_specks (p, p->y8[0], 1, &luma), m = count_specks (p, p->r, 2, &colour);

  count_specks (p, p->g, 2, &colour);
  count_specks (p, p->b, 2, &colour);
  for (int t = 0; t < 3; t++)
    *out++ = (float) log2 ((luma.above[t] + luma.below[t]) / n + RARE);
  *out++ = (float) log2 (luma.above[1] / n + RARE);
  *out++ = (float) log2 (luma.below[1] / n + RARE);
  *out++ = (float) log2 ((colour.above[1] + colour.below[1]) / (3 * m) + RARE);
  return out;
}

static double
lag_sum (const gint16 *restrict a, const gint16 *restrict b, int n)
{
  float sum = 0;

#pragma omp simd reduction(+ : sum)
  for (int x = 0; x < n; x++)
    sum += (float) a[x] * (float) b[x];
  return sum;
}

/* Correlation of the residual with itself shifted, every second row. */
static float *
residual_lags (quality_planes *p, float *out)
{
  static const int lags[5][2] = { { 1, 0 }, { 0, 1 }, { 1, 1 }, { 2, 0 }, { 0, 2 } };
  int w = p->width, rows = 0;
  double square = 0, product[5] = { 0 };

  for (int y = 0; y + 2 < p->height; y += 2, rows++)
    {
      const gint16 *row = p->residual + (gsize) y * (gsize) w;
      square += lag_sum (row, row, w);
      for (int i = 0; i < 5; i++)
        product[i] += lag_sum (row, row + (gsize) lags[i][1] * (gsize) w + lags[i][0], w - lags[i][0]);
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
