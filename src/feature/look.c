/* The look descriptor: one pass for colour, then a small pyramid of the luminance for gradients and detail. */
#include "feature/look.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define GRID       4
#define CELLS      (GRID * GRID)
#define DIRECTIONS 8
#define OCTAVES    4
#define REGIONS    5 /* four quarters and the sharpest tiles */
#define TILE       8

#define COLOUR_SIZE   (CELLS * 3)
#define GRADIENT_SIZE (CELLS * DIRECTIONS)
#define DETAIL_SIZE   (OCTAVES * REGIONS)

/* Over photographs the parts then have variances of about .45 (colour), .33 (gradients), .54 (fine) and .03 (coarse). */
#define COLOUR_WEIGHT   0.8F
#define GRADIENT_WEIGHT 1.5F
#define FINE_WEIGHT     0.7F
#define COARSE_WEIGHT   0.1F

/* A grey level is about what quantisation adds to a mean absolute Laplacian: energies below it say nothing. */
#define FLOOR 0.25F

typedef struct {
  int width, height;
  float *pixel;
} plane;

gsize
look_size (void)
{
  return COLOUR_SIZE + GRADIENT_SIZE + DETAIL_SIZE;
}

static inline int
cell_of (int x, int y, int width, int height)
{
  return (int) ((gint64) y * GRID / height) * GRID + (int) ((gint64) x * GRID / width);
}

/* Means of Y, Cb, Cr over the grid, and Y (0..255) into `luma`. A picture smaller than the grid fills the cells it has;
 * the others take the whole picture's mean. */
static void
measure_colour (const image *rgb, plane *luma, float *out)
{
  double sum[CELLS][3] = { { 0 } }, whole[3] = { 0 };
  guint count[CELLS] = { 0 }, all = 0;
  for (int y = 0; y < rgb->height; y++)
    {
      const guint8 *p = rgb->pixels + (gsize) y * (gsize) rgb->width * 3;
      float *l = luma->pixel + (gsize) y * (gsize) rgb->width;
      for (int x = 0; x < rgb->width; x++, p += 3)
        {
          int cell = cell_of (x, y, rgb->width, rgb->height);
          l[x] = 0.299F * p[0] + 0.587F * p[1] + 0.114F * p[2];
          sum[cell][0] += l[x];
          sum[cell][1] += (p[2] - l[x]) * 0.564F;
          sum[cell][2] += (p[0] - l[x]) * 0.713F;
          count[cell]++;
        }
    }
  for (int cell = 0; cell < CELLS; cell++)
    {
      all += count[cell];
      for (int c = 0; c < 3; c++)
        whole[c] += sum[cell][c];
    }
  for (int cell = 0; cell < CELLS; cell++)
    for (int c = 0; c < 3; c++)
      {
        double mean = count[cell] > 0 ? sum[cell][c] / count[cell] : whole[c] / all;
        *out++ = COLOUR_WEIGHT * (float) (mean / 255 + (c > 0 ? 0.5 : 0));
      }
}

static void
measure_gradients (const plane *p, float *out)
{
  double sum[GRADIENT_SIZE] = { 0 }, whole = 0;
  for (int y = 1; y + 1 < p->height; y++)
    for (int x = 1; x + 1 < p->width; x++)
      {
        const float *at = p->pixel + (gsize) y * (gsize) p->width + x;
        float gx = at[1] - at[-1], gy = at[p->width] - at[-p->width];
        float magnitude = sqrtf (gx * gx + gy * gy);
        if (magnitude < 2)
          continue; /* flat: its direction is rounding */
        float angle = atan2f (gy, gx);
        int direction = (int) floorf ((angle / (float) G_PI + 1) * DIRECTIONS + 0.5F) % DIRECTIONS;
        sum[cell_of (x, y, p->width, p->height) * DIRECTIONS + direction] += magnitude;
        whole += magnitude;
      }
  for (int i = 0; i < GRADIENT_SIZE; i++)
    out[i] = whole > 0 ? GRADIENT_WEIGHT * (float) sqrt (sum[i] / whole) : 0;
}

static int
compare_floats (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;
  return (x > y) - (x < y);
}

/* Mean absolute 4-neighbour Laplacian of the four quarters, and the mean of the upper tenth over tiles. */
static void
detail_of (const plane *p, float *tiles, float *out)
{
  double quarter[4] = { 0 };
  guint count[4] = { 0 };
  int across = (p->width + TILE - 1) / TILE, down = (p->height + TILE - 1) / TILE;
  gsize n_tiles = 0;
  for (int ty = 0; ty < down; ty++)
    for (int tx = 0; tx < across; tx++)
      {
        double sum = 0;
        guint n = 0;
        for (int y = MAX (1, ty * TILE); y < MIN (p->height - 1, (ty + 1) * TILE); y++)
          for (int x = MAX (1, tx * TILE); x < MIN (p->width - 1, (tx + 1) * TILE); x++)
            {
              const float *at = p->pixel + (gsize) y * (gsize) p->width + x;
              float laplacian = fabsf (4 * at[0] - at[1] - at[-1] - at[p->width] - at[-p->width]);
              int q = (y * 2 / p->height) * 2 + x * 2 / p->width;
              quarter[q] += laplacian;
              count[q]++;
              sum += laplacian;
              n++;
            }
        if (n > 0)
          tiles[n_tiles++] = (float) (sum / n);
      }
  for (int q = 0; q < 4; q++)
    out[q] = count[q] > 0 ? (float) (quarter[q] / count[q]) : 0;
  qsort (tiles, n_tiles, sizeof *tiles, compare_floats);
  gsize upper = MAX (1, n_tiles / 10);
  double sum = 0;
  for (gsize i = n_tiles > upper ? n_tiles - upper : 0; i < n_tiles; i++)
    sum += tiles[i];
  out[4] = n_tiles > 0 ? (float) (sum / (double) MIN (upper, n_tiles)) : 0;
}

/* Halves in place by means of 2 x 2; an odd last row or column is left out, and a side of one stays one. */
static void
halve (plane *p)
{
  int width = MAX (1, p->width / 2), height = MAX (1, p->height / 2);
  int dx = p->width > 1 ? 1 : 0, dy = p->height > 1 ? p->width : 0;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const float *at =
            p->pixel + (gsize) (p->height > 1 ? 2 * y : 0) * (gsize) p->width + (p->width > 1 ? 2 * x : 0);
        float mean = (at[0] + at[dx] + at[dy] + at[dx + dy]) / 4;
        p->pixel[(gsize) y * (gsize) width + x] = mean;
      }
  p->width = width;
  p->height = height;
}

static double
contrast_of (const plane *p)
{
  gsize n = (gsize) p->width * (gsize) p->height;
  double mean = 0, deviation = 0;
  for (gsize i = 0; i < n; i++)
    mean += p->pixel[i];
  mean /= (double) n;
  for (gsize i = 0; i < n; i++)
    deviation += fabs (p->pixel[i] - mean);
  return deviation / (double) n;
}

static void
measure_detail (plane *p, float *tiles, float *out)
{
  for (int octave = 0; octave < OCTAVES; octave++)
    {
      detail_of (p, tiles, out + octave * REGIONS);
      halve (p);
    }
  float contrast = (float) contrast_of (p);
  const int fine = (OCTAVES - 1) * REGIONS;
  for (int i = 0; i < fine; i++)
    out[i] = FINE_WEIGHT * log2f ((out[i] + FLOOR) / (out[i + REGIONS] + FLOOR));
  for (int i = fine; i < DETAIL_SIZE; i++)
    out[i] = COARSE_WEIGHT * log2f ((out[i] + FLOOR) / (contrast + FLOOR));
}

gboolean
look_measure (const image *rgb, float *out, GError **error)
{
  gsize n = (gsize) rgb->width * (gsize) rgb->height;
  gsize n_tiles = (gsize) (rgb->width / TILE + 1) * (gsize) (rgb->height / TILE + 1);
  plane luma = { rgb->width, rgb->height, g_try_new (float, n) };
  g_autofree float *pixels = luma.pixel;
  g_autofree float *tiles = g_try_new (float, n_tiles);
  if (pixels == NULL || tiles == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory to measure %d x %d pixels", rgb->width,
                   rgb->height);
      return FALSE;
    }
  measure_colour (rgb, &luma, out);
  measure_gradients (&luma, out + COLOUR_SIZE);
  measure_detail (&luma, tiles, out + COLOUR_SIZE + GRADIENT_SIZE);
  return TRUE;
}
