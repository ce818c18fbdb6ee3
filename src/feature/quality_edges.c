/* Edges: how wide the strongest ones are, how much a second blur changes the picture, and how differences grow with
 * distance and direction. All on luma rounded to 8 bits, where sixteen pixels fit one instruction. */
#include "feature/quality_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW        9   /* pixels */
#define WINDOW_ROWS   160 /* from so many rows on every fourth has windows, else every second */
#define LEAST_RANGE   20
#define WIDTH_STEPS   16 /* bins per pixel of width */
#define WIDTH_BINS    160
#define NO_WIDTH      3.0 /* pixels: said where there is no edge to measure */
#define NO_TILE_WIDTH 255

/* --- structure functions --- */

#define LAGS 7
static const int lags[LAGS] = { 1, 2, 3, 4, 6, 8, 12 };

#define LANES 32
static const guint8 last_lanes[2 * LANES] = {
  [LANES] = 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  255,           255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
};

/* What n leaves over after whole vectors is taken from the last whole vector, with those masked that were counted. */
static guint32
difference_row (const guint8 *restrict a, const guint8 *restrict b, int n)
{
  int sum = 0, whole = n & ~(LANES - 1);

  for (int x = 0; x < whole; x++)
    sum += abs (a[x] - b[x]);
  if (n < LANES)
    for (int x = 0; x < n; x++)
      sum += abs (a[x] - b[x]);
  else if (n > whole)
    {
      const guint8 *mask = last_lanes + (n - whole), *c = a + n - LANES, *d = b + n - LANES;
      for (int x = 0; x < LANES; x++)
        sum += abs ((guint8) (c[x] & mask[x]) - (guint8) (d[x] & mask[x]));
    }
  return (guint32) sum;
}

float *
QUALITY_NAME (quality_lags) (quality_planes *p, float *out)
{
  int w = p->width, h = p->height;
  int step = h >= QUALITY_MANY_ROWS ? 2 : 1;
  double sum[4][LAGS] = { 0 };

  for (int y = 0; y < h; y += step)
    {
      const guint8 *row = p->y8[0] + (gsize) y * (gsize) w;
      for (int i = 0; i < LAGS; i++)
        {
          int lag = lags[i];
          sum[0][i] += difference_row (row, row + lag, w - lag);
          if (y + lag >= h)
            continue;
          const guint8 *below = row + (gsize) lag * (gsize) w;
          sum[1][i] += difference_row (row, below, w);
          sum[2][i] += difference_row (row, below + lag, w - lag);
          sum[3][i] += difference_row (row + lag, below, w - lag);
        }
    }
  for (int d = 0; d < 4; d++)
    {
      double mean[LAGS];
      for (int i = 0; i < LAGS; i++)
        mean[i] =
            sum[d][i] / ((double) (d == 1 ? w : w - lags[i]) * (((d == 0 ? h : h - lags[i]) + step - 1) / step)) + 0.25;
      for (int i = 0; i < LAGS - 1; i++)
        *out++ = (float) log2 (mean[i] / mean[LAGS - 1]);
      *out++ = (float) log2 (mean[LAGS - 1]);
    }
  return out;
}

/* --- edge widths --- */

/* Largest, smallest and largest step of rows of two, four and eight pixels, each from two of the shorter; eight
 * rows of scratch, `room` apart. */
static void
join_windows (const guint8 *restrict row, int n, gsize room, guint8 *restrict most, guint8 *restrict least,
              guint8 *restrict step)
{
  guint8 *restrict most4 = most + room, *restrict least4 = least + room, *restrict step2 = step + room,
                   *restrict step4 = step2 + room;
  int whole = quality_whole (n);

#pragma omp simd
  for (int x = 0; x < whole; x++)
    {
      most[x] = row[x] > row[x + 1] ? row[x] : row[x + 1];
      least[x] = row[x] < row[x + 1] ? row[x] : row[x + 1];
      step[x] = most[x] - least[x];
    }
#pragma omp simd
  for (int x = 0; x < whole; x++)
    {
      most4[x] = most[x] > most[x + 2] ? most[x] : most[x + 2];
      least4[x] = least[x] < least[x + 2] ? least[x] : least[x + 2];
      step2[x] = step[x] > step[x + 1] ? step[x] : step[x + 1];
    }
#pragma omp simd
  for (int x = 0; x < whole; x++)
    step4[x] = step2[x] > step2[x + 2] ? step2[x] : step2[x + 2];
}

/* Range and largest step of the windows that start at each of n pixels of a row; the row has n + WINDOW - 1. */
static void
windows_across (const guint8 *restrict row, int n, gsize room, guint8 *restrict scratch, guint8 *restrict range,
                guint8 *restrict step)
{
  guint8 *restrict most = scratch, *restrict least = scratch + 2 * room, *restrict steps = scratch + 4 * room;
  const guint8 *restrict most4 = most + room, *restrict least4 = least + room, *restrict step4 = steps + 2 * room;

  join_windows (row, n + WINDOW - 1, room, most, least, steps);
#pragma omp simd
  for (int x = 0; x < n; x++)
    {
      guint8 high = most4[x] > most4[x + 4] ? most4[x] : most4[x + 4], v = row[x + 8];
      guint8 low = least4[x] < least4[x + 4] ? least4[x] : least4[x + 4];
      high = high > v ? high : v;
      low = low < v ? low : v;
      range[x] = high - low;
      step[x] = step4[x] > step4[x + 4] ? step4[x] : step4[x + 4];
    }
}

static void
windows_down (const guint8 *restrict top, gsize stride, int n, guint8 *restrict range, guint8 *restrict step)
{
#pragma omp simd
  for (int x = 0; x < n; x++)
    {
      guint8 most = top[x], least = top[x], largest = 0;
#pragma GCC unroll 8
      for (int i = 1; i < WINDOW; i++)
        {
          guint8 v = top[(gsize) i * stride + (gsize) x], u = top[(gsize) (i - 1) * stride + (gsize) x],
                 d = v > u ? v - u : u - v;
          most = most > v ? most : v;
          least = least < v ? least : v;
          largest = largest > d ? largest : d;
        }
      range[x] = most - least;
      step[x] = largest;
    }
}

typedef struct {
  int across, rows, row_step; /* windows a row, rows of windows, pixels from row to row */
  int centre_x, centre_y;     /* from a window's start to its middle pixel */
} window_grid;

/* Ranges and steps of all windows into p->windows; counts ranges (every second window). */
static window_grid
fill_windows (quality_planes *p, int scale, gboolean down, guint32 *ranges)
{
  int w = p->w[scale], h = p->h[scale];
  window_grid grid = { down ? w : w - WINDOW + 1, 0, h >= WINDOW_ROWS ? 4 : 2, down ? 0 : WINDOW / 2,
                       down ? WINDOW / 2 : 0 };
  int last = down ? h - WINDOW : h - 1;
  guint8 *to = p->windows;

  for (int y = 0; y <= last; y += grid.row_step, grid.rows++)
    {
      const guint8 *row = p->y8[scale] + (gsize) y * (gsize) w;
      guint8 *step = to + grid.across;
      if (down)
        windows_down (row, (gsize) w, grid.across, to, step);
      else
        windows_across (row, grid.across, p->row_length, (guint8 *) p->rows, to, step);
      for (int x = 0; x < grid.across; x += 2)
        ranges[to[x]]++;
      to = step + grid.across;
    }
  return grid;
}

/* Smallest range that is in the top tenth, and at least LEAST_RANGE. */
static int
range_threshold (const guint32 *ranges, double *share)
{
  guint64 all = 0, above = 0, busy = 0;
  int threshold = LEAST_RANGE;

  for (int i = 0; i < 256; i++)
    {
      all += ranges[i];
      busy += i >= LEAST_RANGE ? ranges[i] : 0;
    }
  for (int i = 255; i >= LEAST_RANGE; i--)
    {
      above += ranges[i];
      if (above * 10 >= all)
        {
          threshold = i;
          break;
        }
    }
  *share = (double) busy / (double) MAX (all, 1);
  return threshold;
}

#define SKIP 32

static gboolean
all_below (const guint8 *restrict range, int threshold)
{
  guint8 most = 0;

#pragma omp simd reduction(max : most)
  for (int i = 0; i < SKIP; i++)
    most = most > range[i] ? most : range[i];
  return most < threshold;
}

/* Counts the widths of the strong windows: `centre` and `border` half of the area apart. At scale 0 notes every
 * tile's smallest. */
static void
count_widths (quality_planes *p, int scale, const window_grid *grid, int threshold, guint32 *centre, guint32 *border,
              guint8 *tiles)
{
  int w = p->w[scale], h = p->h[scale];
  int margin_x = (int) (w * 0.1464466), margin_y = (int) (h * 0.1464466);
  const guint8 *range = p->windows;

  for (int r = 0; r < grid->rows; r++, range += 2 * grid->across)
    {
      const guint8 *step = range + grid->across;
      int y = r * grid->row_step + grid->centre_y;
      gboolean inside_y = y >= margin_y && y < h - margin_y;
      for (int i = 0; i < grid->across; i += 2)
        {
          if (i % SKIP == 0 && i + SKIP <= grid->across && all_below (range + i, threshold))
            {
              i += SKIP - 2;
              continue;
            }
          if (range[i] < threshold)
            continue;
          int x = i + grid->centre_x, bin = (int) ((float) (range[i] * WIDTH_STEPS) / (float) step[i]);
          gboolean inside = inside_y && x >= margin_x && x < w - margin_x;
          (inside ? centre : border)[bin]++;
          int tx = x / QUALITY_TILE, ty = y / QUALITY_TILE;
          if (tiles != NULL && tx < p->tiles_x && ty < p->tiles_y)
            {
              guint8 *tile = &tiles[ty * p->tiles_x + tx];
              *tile = *tile < bin ? *tile : (guint8) bin;
            }
        }
    }
}

static float
width_quantile (const guint32 *count, double q)
{
  return (float) (quality_count_quantile (count, WIDTH_BINS, q, NO_WIDTH * WIDTH_STEPS) / WIDTH_STEPS);
}

static float *
write_tile_widths (quality_planes *p, const guint8 *tiles, float *out)
{
  static const double quantiles[] = { 0.1, 0.5 };
  gsize n_tiles = (gsize) p->tiles_x * (gsize) p->tiles_y, n = 0;

  for (gsize i = 0; i < n_tiles; i++)
    if (tiles[i] != NO_TILE_WIDTH)
      p->tile_scratch[n++] = (float) tiles[i] / WIDTH_STEPS;
  quality_quantiles (p->tile_scratch, n, quantiles, 2, (float) NO_WIDTH, p->tile_scratch + 2 * n_tiles, out);
  return out + 2;
}

static float *
edge_widths (quality_planes *p, float *out)
{
  guint32 *ranges = p->count, *both = ranges + 256, *centre = both + WIDTH_BINS, *border = centre + WIDTH_BINS,
          *all_centre = border + WIDTH_BINS, *all_border = all_centre + WIDTH_BINS;
  gsize n_tiles = (gsize) p->tiles_x * (gsize) p->tiles_y;
  guint8 *tiles = (guint8 *) (p->tile_scratch + n_tiles); /* behind the room write_tile_widths() selects in */

  memset (tiles, NO_TILE_WIDTH, n_tiles);
  memset (p->count, 0, sizeof (guint32) * QUALITY_BINS * 2);
  for (int scale = 0; scale < 2; scale++)
    for (int down = 0; down < 2; down++)
      {
        double share;
        memset (ranges, 0, sizeof (guint32) * (256 + 3 * WIDTH_BINS));
        window_grid grid = fill_windows (p, scale, down == 1, ranges);
        int threshold = range_threshold (ranges, &share);
        count_widths (p, scale, &grid, threshold, centre, border, scale == 0 ? tiles : NULL);
        for (int i = 0; i < WIDTH_BINS; i++)
          {
            both[i] = centre[i] + border[i];
            all_centre[i] += scale == 0 ? centre[i] : 0;
            all_border[i] += scale == 0 ? border[i] : 0;
          }
        *out++ = width_quantile (both, 0.1);
        *out++ = width_quantile (both, 0.5);
        *out++ = width_quantile (both, 0.9);
        *out++ = (float) share;
      }
  float middle = width_quantile (all_centre, 0.5), outer = width_quantile (all_border, 0.5);
  *out++ = middle;
  *out++ = outer;
  *out++ = log2f ((outer + 0.1f) / (middle + 0.1f));
  return write_tile_widths (p, tiles, out);
}

/* --- reblur (Crete, Dolmiere, Ladret, Nicolas 2007) --- */

/* A step of the 9-pixel mean is the difference of the pixels that enter and leave, over 9: no blurred picture is
 * needed. What of nine steps the blurred one leaves is at most 255, so that bytes hold it. `kept`: a row of scratch,
 * `none`: one of zeros. */
static void
reblur_row (const guint8 *restrict here, const guint8 *restrict last, const guint8 *restrict enters,
            const guint8 *restrict leaves, int n, guint8 *restrict kept)
{
  int whole = quality_whole (n);

#pragma omp simd
  for (int x = 0; x < whole; x++)
    {
      guint8 step = here[x] > last[x] ? here[x] - last[x] : last[x] - here[x],
             blurred = enters[x] > leaves[x] ? enters[x] - leaves[x] : leaves[x] - enters[x];
      guint8 nine = (guint8) (step + (guint8) (step << 3)) | (guint8) (step > 28 ? 255 : 0);
      kept[x] = nine < blurred ? nine : blurred;
    }
}

static float *
reblur (const quality_planes *p, int scale, float *out)
{
  gsize w = (gsize) p->w[scale];
  int h = p->h[scale];
  int step = h >= QUALITY_MANY_ROWS ? 2 : 1;
  guint8 *left = (guint8 *) p->rows, *none = left + p->row_length;
  double all = 0, kept = 0, all_down = 0, kept_down = 0;

  memset (none, 0, w);
  for (int y = 0; y < h; y += step)
    {
      const guint8 *row = p->y8[scale] + (gsize) y * w;
      int n = (int) w - 9;
      reblur_row (row + 5, row + 4, row + 9, row, n, left);
      all += 9.0 * difference_row (row + 5, row + 4, n);
      kept += difference_row (left, none, n);
      if (y < 5 || y + 4 >= h)
        continue;
      reblur_row (row, row - w, row + 4 * w, row - 5 * w, (int) w, left);
      all_down += 9.0 * difference_row (row, row - w, (int) w);
      kept_down += difference_row (left, none, (int) w);
    }
  *out++ = (float) ((kept + 1) / (all + 1));
  *out++ = (float) ((kept_down + 1) / (all_down + 1));
  return out;
}

float *
QUALITY_NAME (quality_edges) (quality_planes *p, float *out)
{
  out = edge_widths (p, out);
  out = reblur (p, 0, out);
  return reblur (p, 1, out);
}
