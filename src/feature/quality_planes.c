/* Prepares what the measures look at: planes, scales, Haar details and the 16 x 16 tiles' energies. One pass over
 * pairs of rows per scale, because halving a scale and taking its Haar details read the same 2 x 2 blocks. */
#include "feature/quality_internal.h"

#include <string.h>

#define CENTRE 2040 /* the middle of scale 1 in sixteenths */

static void
range_row (const guint8 *restrict r, const guint8 *restrict g, const guint8 *restrict b, int n, guint8 *restrict low,
           guint8 *restrict high)
{
#pragma omp simd
  for (int x = 0; x < n; x++)
    {
      guint8 small = r[x] < g[x] ? r[x] : g[x], large = r[x] > g[x] ? r[x] : g[x];
      low[x] = small < b[x] ? small : b[x];
      high[x] = large > b[x] ? large : b[x];
    }
}

static void
luma_row (const guint8 *restrict r, const guint8 *restrict g, const guint8 *restrict b, int n, gint16 *restrict y4,
          guint8 *restrict y8, float *restrict y)
{
#pragma omp simd
  for (int x = 0; x < n; x++)
    {
      guint16 sum = (guint16) (77 * r[x] + 150 * g[x] + 29 * b[x] + 32);
      guint16 quarter = sum >> 6;
      y4[x] = (gint16) quarter;
      y8[x] = (guint8) ((quarter + 2) >> 2);
    }
#pragma omp simd
  for (int x = 0; x < n; x++)
    y[x] = (float) y4[x] * 0.25f - 128.0f;
}

static void
round_row (const float *restrict y, int n, guint8 *restrict y8)
{
#pragma omp simd
  for (int x = 0; x < n; x++)
    y8[x] = (guint8) (int) (y[x] + 128.5f);
}

static void
sixteenths (const float *restrict y, int n, gint16 *restrict y16)
{
#pragma omp simd
  for (int x = 0; x < n; x++)
    y16[x] = (gint16) (int) (y[x] * 16 + 2048);
}

/* One row of 2 x 2 blocks: means to `half`, details to hh, hl, lh. */
static void
haar_row (const float *restrict top, const float *restrict bottom, int n, float *restrict half, float *restrict hh,
          float *restrict hl, float *restrict lh)
{
#pragma omp simd
  for (int x = 0; x < n; x++)
    {
      float a = top[2 * x], b = top[2 * x + 1], c = bottom[2 * x], d = bottom[2 * x + 1];
      float across = a - b, down = c - d, upper = a + b, lower = c + d;
      half[x] = (upper + lower) * 0.25f;
      hh[x] = (across - down) * 0.5f;
      hl[x] = (upper - lower) * 0.5f;
      lh[x] = (across + down) * 0.5f;
    }
}

static void
haar_sums (const float *restrict hh, const float *restrict hl, const float *restrict lh, int n, float *restrict energy,
           quality_haar *sum)
{
  float shh = 0, shl = 0, slh = 0, shh2 = 0, shh4 = 0;

#pragma omp simd reduction(+ : shh, shl, slh, shh2, shh4)
  for (int x = 0; x < n; x++)
    {
      float d = hh[x], d2 = d * d;
      shh += d < 0 ? -d : d;
      shl += hl[x] < 0 ? -hl[x] : hl[x];
      slh += lh[x] < 0 ? -lh[x] : lh[x];
      shh2 += d2;
      shh4 += d2 * d2;
      energy[x] += d2 + hl[x] * hl[x] + lh[x] * lh[x];
    }
  sum->hh += shh;
  sum->hl += shl;
  sum->lh += slh;
  sum->hh2 += shh2;
  sum->hh4 += shh4;
}

static void
haar_bins (const float *restrict hh, int n, guint16 *restrict bins)
{
#pragma omp simd
  for (int x = 0; x < n; x++)
    {
      int bin = (int) ((hh[x] < 0 ? -hh[x] : hh[x]) * 8);
      bins[x] = (guint16) (bin < QUALITY_BINS ? bin : QUALITY_BINS - 1);
    }
}

/* Sums of `side` neighbouring columns into tiles, and clears the columns. */
static void
fold (float *columns, int side, int tiles, float scale, float *out)
{
  for (int t = 0; t < tiles; t++)
    {
      float sum = 0;
      for (int i = 0; i < side; i++)
        sum += columns[t * side + i];
      out[t] = sum * scale;
    }
}

/* Halves scale `level` into `half` (scratch when that scale is not kept) and takes its details. */
static void
haar_level (quality_planes *p, int level)
{
  int w = p->w[level] / 2, h = p->h[level] / 2, side = QUALITY_TILE >> (level + 1);
  float *hh = p->rows, *hl = hh + p->row_length, *lh = hl + p->row_length, *energy = lh + p->row_length,
        *spare = energy + p->row_length;
  guint16 *bins = p->haar_bins;
  quality_haar *sum = &p->haar[level];

  memset (energy, 0, sizeof (float) * (gsize) w);
  for (int y = 0; y < h; y++)
    {
      const float *top = p->y[level] + (gsize) (2 * y) * (gsize) p->w[level];
      float *half = level + 1 < QUALITY_SCALES ? p->y[level + 1] + (gsize) y * (gsize) w : spare;
      haar_row (top, top + p->w[level], quality_whole (w), half, hh, hl, lh);
      haar_sums (hh, hl, lh, w, energy, sum);
      if (level == 0)
        {
          /* not quality_whole (): what lies behind the last row is no number that an integer could hold */
          round_row (half, w, p->y8[1] + (gsize) y * (gsize) w);
          sixteenths (half, w, p->y16 + (gsize) y * (gsize) w);
          haar_bins (hh, w, bins);
          bins += w;
        }
      if ((y + 1) % side == 0)
        {
          int row = y / side;
          if (row < p->tiles_y)
            fold (energy, side, p->tiles_x, 1.0f / (float) (side * side),
                  p->tile_energy[level] + (gsize) row * (gsize) p->tiles_x);
          memset (energy, 0, sizeof (float) * (gsize) w);
        }
    }
  double n = (double) w * h;
  sum->hh /= n;
  sum->hl /= n;
  sum->lh /= n;
  sum->hh2 /= n;
  sum->hh4 /= n;
}

/* Sums down four rows of scale 1, of values that are centred so that squares of all of a tile fit into 32 bits. */
static void
column_sums (const gint16 *restrict at, gsize stride, int n, gint32 *restrict sums, gint32 *restrict squares)
{
#pragma omp simd
  for (int x = 0; x < n; x++)
    {
      gint32 a = at[x] - CENTRE, b = at[stride + (gsize) x] - CENTRE, c = at[2 * stride + (gsize) x] - CENTRE,
             d = at[3 * stride + (gsize) x] - CENTRE;
      sums[x] = a + b + c + d;
      squares[x] = a * a + b * b + c * c + d * d;
    }
}

static void
fold_4 (const gint32 *restrict columns, int n, gint32 *restrict out)
{
#pragma omp simd
  for (int t = 0; t < n; t++)
    out[t] = (columns[4 * t] + columns[4 * t + 1]) + (columns[4 * t + 2] + columns[4 * t + 3]);
}

static void
small_tiles (quality_planes *p)
{
  int across = p->width / 8, down = p->height / 8;
  gsize w = (gsize) p->w[1];
  gint32 *sums = (gint32 *) p->rows, *squares = sums + p->row_length;

  for (int ty = 0; ty < down; ty++)
    {
      gsize at = (gsize) ty * (gsize) across;
      column_sums (p->y16 + (gsize) (ty * 4) * w, w, across * 4, sums, squares);
      fold_4 (sums, across, p->small_sum + at);
      fold_4 (squares, across, p->small_square + at);
    }
}

/* Variance of scale 1 inside every tile, from its four small ones. */
static void
tile_variances (quality_planes *p)
{
  gsize across = (gsize) p->width / 8;

  for (int ty = 0; ty < p->tiles_y; ty++)
    for (int tx = 0; tx < p->tiles_x; tx++)
      {
        gsize at = (gsize) (2 * ty) * across + (gsize) (2 * tx);
        const gint32 *sum = p->small_sum + at, *square = p->small_square + at;
        gint64 s = (gint64) sum[0] + sum[1] + sum[across] + sum[across + 1];
        gint64 q = (gint64) square[0] + square[1] + square[across] + square[across + 1];
        p->tile_variance[(gsize) ty * (gsize) p->tiles_x + (gsize) tx] = (float) (64 * q - s * s) / (4096.0f * 256.0f);
      }
}

/* Second difference down three rows, then across; edges replicated. */
static void
residual_rows (quality_planes *p)
{
  int w = p->width, whole = quality_whole (w);
  gint16 *down = (gint16 *) p->rows + 8;

  for (int y = 0; y < p->height; y++)
    {
      const gint16 *restrict row = p->y4 + (gsize) y * (gsize) w;
      const gint16 *restrict above = y > 0 ? row - w : row, *restrict below = y + 1 < p->height ? row + w : row;
      gint16 *restrict out = p->residual + (gsize) y * (gsize) w;
#pragma omp simd
      for (int x = 0; x < whole; x++)
        down[x] = (gint16) (above[x] - 2 * row[x] + below[x]);
      down[-1] = down[0];
      down[w] = down[w - 1];
#pragma omp simd
      for (int x = 0; x < whole; x++)
        out[x] = (gint16) (down[x - 1] - 2 * down[x] + down[x + 1]);
    }
}

void
QUALITY_NAME (quality_fill) (quality_planes *p, const guint8 *rgb, gsize stride)
{
  for (int y = 0; y < p->height; y++)
    {
      gsize at = (gsize) y * (gsize) p->width;
      /* behind the last row of `rgb` nothing may be read */
      int n = y + 1 < p->height ? quality_whole (p->width) : p->width;
      QUALITY_NAME (quality_split) (rgb + (gsize) y * stride, n, p->r + at, p->g + at, p->b + at);
      range_row (p->r + at, p->g + at, p->b + at, n, p->low + at, p->high + at);
      luma_row (p->r + at, p->g + at, p->b + at, n, p->y4 + at, p->y8[0] + at, p->y[0] + at);
    }
  memset (p->haar, 0, sizeof p->haar);
  for (int level = 0; level < 3; level++)
    haar_level (p, level);
  small_tiles (p);
  tile_variances (p);
  residual_rows (p);
}
