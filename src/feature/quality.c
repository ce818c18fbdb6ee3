/* Drives the quality measures: extends or cuts the picture to what can be measured, lays out the planes in one
 * block, chooses the instruction set, runs the themes in the table's order and holds every value to its stated
 * range. */
#include "feature/quality.h"

#include <string.h>

#include "base/error.h"
#include "feature/quality_internal.h"

const char *
quality_cpu (void)
{
  return quality_kernels_best ()->name;
}

static gsize
padded (gsize bytes)
{
  return (bytes + 63) & ~(gsize) 63;
}

/* Hands out the next `bytes` of the block, or only counts them while there is no block. */
static gpointer
take (guint8 *block, gsize *used, gsize bytes)
{
  gpointer at = block != NULL ? block + *used : NULL;

  *used += padded (bytes) + QUALITY_SLACK;
  return at;
}

/* Sets every pointer of `p`; returns the block's size. */
static gsize
lay_out (quality_planes *p, guint8 *block)
{
  gsize used = 0, w = (gsize) p->width, h = (gsize) p->height, n = w * h;
  gsize tiles = (gsize) p->tiles_x * (gsize) p->tiles_y * sizeof (float);

  p->row_length = (w + 64 + 15) & ~(gsize) 15;
  p->r = take (block, &used, n);
  p->g = take (block, &used, n);
  p->b = take (block, &used, n);
  p->low = take (block, &used, n);
  p->high = take (block, &used, n);
  p->y4 = take (block, &used, n * sizeof (gint16));
  p->residual = take (block, &used, n * sizeof (gint16));
  for (int s = 0; s < QUALITY_SCALES; s++)
    {
      gsize size = (gsize) p->w[s] * (gsize) p->h[s];
      p->y[s] = take (block, &used, size * sizeof (float));
      if (s < 2)
        p->y8[s] = take (block, &used, size);
    }
  p->haar_bins = take (block, &used, (gsize) p->w[1] * (gsize) p->h[1] * sizeof (guint16));
  for (int level = 0; level < 3; level++)
    p->tile_energy[level] = take (block, &used, tiles);
  p->tile_variance = take (block, &used, tiles);
  p->y16 = take (block, &used, (gsize) p->w[1] * (gsize) p->h[1] * sizeof (gint16));
  p->small_sum = take (block, &used, (w / 8) * (h / 8) * sizeof (gint32));
  p->small_square = take (block, &used, (w / 8) * (h / 8) * sizeof (gint32));
  p->tile_scratch = take (block, &used, 4 * (w / 8) * (h / 8) * sizeof (float));
  p->profile = take (block, &used, 2 * (w + h) * sizeof (float));
  p->windows = take (block, &used, n + 2 * w);
  p->rows = take (block, &used, 12 * p->row_length * sizeof (float));
  p->bins = take (block, &used, n * sizeof (guint16));
  p->count = take (block, &used, 4 * QUALITY_BINS * sizeof (guint32));
  return used;
}

/* 0 1 2 2 1 0 0 1 2 ... */
static int
reflect (int i, int n)
{
  int at = i % (2 * n);

  return at < n ? at : 2 * n - 1 - at;
}

static void
extend (const quality_planes *p, const guint8 *rgb, gsize stride, guint8 *out)
{
  for (int y = 0; y < p->height; y++)
    {
      const guint8 *row = rgb + (gsize) reflect (y, p->real_height) * stride;
      for (int x = 0; x < p->width; x++, out += 3)
        memcpy (out, row + 3 * (gsize) reflect (x, p->real_width), 3);
    }
}

static void
set_sizes (quality_planes *p, int width, int height)
{
  int shorter = MIN (MIN (width, height), 2048), longest = QUALITY_MOST / MAX (shorter, QUALITY_LEAST);

  p->real_width = MIN (width, width <= height ? shorter : longest);
  p->real_height = MIN (height, width <= height ? longest : shorter);
  p->width = MAX (p->real_width, QUALITY_LEAST);
  p->height = MAX (p->real_height, QUALITY_LEAST);
  p->tiles_x = p->width / QUALITY_TILE;
  p->tiles_y = p->height / QUALITY_TILE;
  for (int s = 0; s < QUALITY_SCALES; s++)
    {
      p->w[s] = p->width >> s;
      p->h[s] = p->height >> s;
    }
}

static void
hold_to_range (float *out)
{
  const quality_measure *m = quality_measures ();

  for (gsize i = 0; i < quality_size (); i++)
    if (!(out[i] >= (float) m[i].low))
      out[i] = (float) m[i].low;
    else if (out[i] > (float) m[i].high)
      out[i] = (float) m[i].high;
}

/* That the themes write as many values as the table has rows is a test's business (test_quality.c). */
static void
run (const quality_kernels *kernels, quality_planes *p, const guint8 *rgb, gsize stride, float *out, gint64 *spent)
{
  gint64 start = spent != NULL ? g_get_monotonic_time () : 0;
  float *end = out;

  kernels->fill (p, rgb, stride);
  for (int i = 0;; i++)
    {
      if (spent != NULL)
        {
          gint64 now = g_get_monotonic_time ();
          spent[i] = now - start;
          start = now;
        }
      if (kernels->themes[i] == NULL)
        break;
      end = kernels->themes[i](p, end);
    }
}

gboolean
quality_measure_by (const quality_kernels *kernels, const image *rgb, float *out, gint64 *spent, GError **error)
{
  quality_planes p = { 0 };

  set_sizes (&p, rgb->width, rgb->height);
  gsize stride = (gsize) rgb->width * 3, size = lay_out (&p, NULL), copy = 0;
  if (p.width > p.real_width || p.height > p.real_height)
    copy = (gsize) p.width * (gsize) p.height * 3;
  g_autofree guint8 *block = g_try_malloc (size + copy + 64);
  if (block == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                   "not enough memory to measure a picture of %d x %d pixels", rgb->width, rgb->height);
      return FALSE;
    }
  guint8 *start = (guint8 *) padded ((gsize) block);
  lay_out (&p, start);
  const guint8 *from = rgb->pixels + (gsize) ((rgb->height - p.real_height) / 2) * stride
                       + (gsize) ((rgb->width - p.real_width) / 2) * 3;
  if (copy > 0)
    {
      extend (&p, from, stride, start + size);
      from = start + size;
      stride = (gsize) p.width * 3;
    }
  run (kernels, &p, from, stride, out, spent);
  return TRUE;
}

gboolean
quality_measure_picture (const image *rgb, float *out, GError **error)
{
  if (!quality_measure_by (quality_kernels_best (), rgb, out, NULL, error))
    return FALSE;
  hold_to_range (out);
  return TRUE;
}
