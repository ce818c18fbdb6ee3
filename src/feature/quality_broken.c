/* Broken pictures: parts of one colour where a file broke off, and rows, columns and tiles that repeat. On the
 * picture itself, without what was added by reflection. */
#include "feature/quality_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 8
#define GREY 128 /* what decoders fill in after the end */

static gboolean
row_is (const guint8 *row, int n, guint8 value)
{
  return row[0] == value && memcmp (row, row + 1, (gsize) n - 1) == 0;
}

/* Rows at the bottom that are all one colour. */
static int
flat_bottom (const quality_planes *p, guint8 r, guint8 g, guint8 b)
{
  int rows = 0;

  for (int y = p->real_height - 1; y >= 0; y--, rows++)
    {
      gsize at = (gsize) y * (gsize) p->width;
      if (!row_is (p->r + at, p->real_width, r) || !row_is (p->g + at, p->real_width, g)
          || !row_is (p->b + at, p->real_width, b))
        break;
    }
  return rows;
}

static int
repeated_rows (const quality_planes *p)
{
  gsize n = (gsize) p->real_width, w = (gsize) p->width;
  int rows = 0;

  for (int y = 1; y < p->real_height; y++)
    {
      gsize at = (gsize) y * w;
      rows += memcmp (p->g + at, p->g + at - w, n) == 0 && memcmp (p->r + at, p->r + at - w, n) == 0
              && memcmp (p->b + at, p->b + at - w, n) == 0;
    }
  return rows;
}

static void
mark_changes (const guint8 *restrict r, const guint8 *restrict g, const guint8 *restrict b, int n,
              guint8 *restrict changes)
{
#pragma omp simd
  for (int x = 1; x < n; x++)
    changes[x] |= (guint8) ((r[x] ^ r[x - 1]) | (g[x] ^ g[x - 1]) | (b[x] ^ b[x - 1]));
}

/* Columns equal to their left neighbour: all of them, and those in one run from the right edge that are of one
 * colour. */
static void
repeated_columns (quality_planes *p, int *all, int *flat_right)
{
  guint8 *changes = (guint8 *) p->rows;
  int n = p->real_width, constant = 1;

  memset (changes, 0, (gsize) n);
  for (int y = 0; y < p->real_height; y++)
    {
      gsize at = (gsize) y * (gsize) p->width, last = at + (gsize) n - 1;
      mark_changes (p->r + at, p->g + at, p->b + at, n, changes);
      constant &= y == 0
                  || (p->r[last] == p->r[last - (gsize) p->width] && p->g[last] == p->g[last - (gsize) p->width]
                      && p->b[last] == p->b[last - (gsize) p->width]);
    }
  *all = 0;
  for (int x = 1; x < n; x++)
    *all += changes[x] == 0;
  *flat_right = constant;
  for (int x = n - 1; constant && x > 0 && changes[x] == 0; x--)
    ++*flat_right;
}

static double
constant_tiles (quality_planes *p)
{
  gsize w = (gsize) p->width;
  guint8 *differ = (guint8 *) p->rows;
  int across = p->width / SIDE, down = p->height / SIDE, constant = 0;

  for (int ty = 0; ty < down; ty++)
    {
      const guint8 *restrict top = p->y8[0] + (gsize) (ty * SIDE) * w;
      memset (differ, 0, w);
      for (int y = 1; y < SIDE; y++)
        {
          const guint8 *restrict row = top + (gsize) y * w;
#pragma omp simd
          for (gsize x = 0; x < w; x++)
            differ[x] |= row[x] ^ top[x];
        }
      for (int tx = 0; tx < across; tx++)
        {
          guint8 any = 0;
          for (int x = 0; x < SIDE; x++)
            any |= (guint8) (differ[tx * SIDE + x] | (top[tx * SIDE + x] ^ top[tx * SIDE]));
          constant += any == 0;
        }
    }
  return (double) constant / ((double) across * down);
}

static guint64
flush_columns (guint8 *columns, int n)
{
  guint32 sum = 0;

  for (int x = 0; x < n; x++)
    sum += columns[x];
  memset (columns, 0, (gsize) n);
  return sum;
}

static double
grey_share (const quality_planes *p)
{
  guint8 *columns = (guint8 *) p->rows;
  int n = p->real_width;
  guint64 grey = 0;

  memset (columns, 0, (gsize) n);
  for (int y = 0; y < p->real_height; y++)
    {
      gsize at = (gsize) y * (gsize) p->width;
      const guint8 *restrict low = p->low + at, *restrict high = p->high + at;
#pragma omp simd
      for (int x = 0; x < n; x++)
        {
          guint8 from = low[x] == GREY, to = high[x] == GREY;
          columns[x] += from & to;
        }
      if (y % 255 == 254)
        grey += flush_columns (columns, n);
    }
  grey += flush_columns (columns, n);
  return (double) grey / ((double) n * p->real_height);
}

float *
QUALITY_NAME (quality_broken) (quality_planes *p, float *out)
{
  gsize last = (gsize) (p->real_height - 1) * (gsize) p->width;
  double w = p->real_width, h = p->real_height;
  int columns, right;

  repeated_columns (p, &columns, &right);
  *out++ = (float) (flat_bottom (p, p->r[last], p->g[last], p->b[last]) / h);
  *out++ = (float) (flat_bottom (p, GREY, GREY, GREY) / h);
  *out++ = (float) (repeated_rows (p) / h);
  *out++ = (float) (right / w);
  *out++ = (float) (columns / w);
  *out++ = (float) constant_tiles (p);
  *out++ = (float) grey_share (p);
  return out;
}
