/* Specks: pixels that stand out of all 8 neighbours, as impulses and hot or dead pixels do. */
#include "feature/quality_internal.h"

#include <math.h>
#include <string.h>

#define RARE 0.000244140625 /* 2^-12: under the logarithm of a share */

enum { OUT_8, OUT_24, OUT_64, ABOVE_24, SPECKS };

/* How far each of n pixels of a row stands out of all 8 neighbours: above them to `up`, above or below to `out`. The
 * rows start at the pixel before the first. */
static void
stand_out (const guint8 *restrict above, const guint8 *restrict row, const guint8 *restrict below, int n,
           guint8 *restrict high, guint8 *restrict low, guint8 *restrict up, guint8 *restrict out)
{
  int whole = quality_whole (n + 2);

#pragma omp simd
  for (int x = 0; x < whole; x++)
    {
      high[x] = above[x] > below[x] ? above[x] : below[x];
      low[x] = above[x] < below[x] ? above[x] : below[x];
    }
  whole = quality_whole (n);
#pragma omp simd
  for (int x = 0; x < whole; x++)
    {
      guint8 left = row[x], right = row[x + 2], v = row[x + 1];
      guint8 most = high[x] > high[x + 1] ? high[x] : high[x + 1], least = low[x] < low[x + 1] ? low[x] : low[x + 1];
      most = most > high[x + 2] ? most : high[x + 2];
      least = least < low[x + 2] ? least : low[x + 2];
      most = most > left ? most : left;
      least = least < left ? least : left;
      most = most > right ? most : right;
      least = least < right ? least : right;
      guint8 over = (guint8) ((v > most ? v : most) - most), under = (guint8) (least - (v < least ? v : least));
      up[x] = over;
      out[x] = over | under; /* one of them is 0 */
    }
}

/* Notes per column (bytes, `room` apart) how many pixels stand out by how much. */
static void
count_row (const guint8 *restrict up, const guint8 *restrict out, int n, gsize room, guint8 *restrict columns)
{
  guint8 *restrict out8 = columns, *restrict out24 = out8 + room, *restrict out64 = out24 + room,
                   *restrict above24 = out64 + room;
  int whole = quality_whole (n);

#pragma omp simd
  for (int x = 0; x < whole; x++)
    {
      out8[x] += out[x] > 8;
      out24[x] += out[x] > 24;
      out64[x] += out[x] > 64;
      above24[x] += up[x] > 24;
    }
}

static void
count_row_24 (const guint8 *restrict out, int n, guint8 *restrict columns)
{
  int whole = quality_whole (n);

#pragma omp simd
  for (int x = 0; x < whole; x++)
    columns[x] += out[x] > 24;
}

static void
flush_columns (guint8 *columns, int n, gsize room, gint64 *counts)
{
  for (int i = 0; i < SPECKS; i++, columns += room)
    {
      guint32 sum = 0;
      for (int x = 0; x < n; x++)
        sum += columns[x];
      counts[i] += sum;
      memset (columns, 0, room);
    }
}

/* Of a plane of colour only how many are 24 out. */
static double
count_specks (quality_planes *p, const guint8 *plane, gboolean colour, int step, gint64 *counts)
{
  int n = p->width - 2, rows = 0;
  gsize w = (gsize) p->width, room = p->row_length;
  guint8 *high = (guint8 *) p->rows, *low = high + room, *up = low + room, *out = up + room, *columns = out + room;

  memset (columns, 0, SPECKS * room);
  for (int y = 1; y < p->height - 1; y += step)
    {
      const guint8 *row = plane + (gsize) y * w;
      stand_out (row - w, row, row + w, n, high, low, up, out);
      if (colour)
        count_row_24 (out, n, columns + OUT_24 * room);
      else
        count_row (up, out, n, room, columns);
      if (++rows % 255 == 0)
        flush_columns (columns, n, room, counts);
    }
  flush_columns (columns, n, room, counts);
  return (double) rows * n;
}

float *
QUALITY_NAME (quality_specks) (quality_planes *p, float *out)
{
  gint64 luma[SPECKS] = { 0 }, colour[SPECKS] = { 0 };
  int step = p->height >= QUALITY_MANY_ROWS ? 4 : 1;
  double n = count_specks (p, p->y8[0], FALSE, 1, luma), m = count_specks (p, p->r, TRUE, step, colour);

  count_specks (p, p->g, TRUE, step, colour);
  count_specks (p, p->b, TRUE, step, colour);
  for (int t = OUT_8; t <= OUT_64; t++)
    *out++ = (float) log2 ((double) luma[t] / n + RARE);
  *out++ = (float) log2 ((double) luma[ABOVE_24] / n + RARE);
  *out++ = (float) log2 ((double) (luma[OUT_24] - luma[ABOVE_24]) / n + RARE);
  *out++ = (float) log2 ((double) colour[OUT_24] / (3 * m) + RARE);
  return out;
}
