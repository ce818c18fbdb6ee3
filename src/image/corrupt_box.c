/* Box blur with running sums, in Pillow's 24-bit fixed point.
 *
 * The one thing to know: weights come from single-precision arithmetic and the sums wrap at 32 bits, both because
 * Pillow's do; a double or a wider sum changes pixels. */
#include "image/corrupt.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

#define LARGEST_RADIUS 1000000.0

typedef struct {
  int reach;     /* whole pixels on each side */
  guint32 inner; /* weight of those, in 1 / 2^24 */
  guint32 outer; /* weight of the one pixel beyond on each side */
} box;

static box
box_of_radius (double radius)
{
  float r = (float) radius;
  box b = { .reach = (int) r };

  b.inner = (guint32) ((float) (1 << 24) / (r * 2 + 1));
  b.outer = ((1u << 24) - ((guint32) b.reach * 2 + 1) * b.inner) / 2;
  return b;
}

static inline guint8
box_mean (box b, guint32 sum, guint32 two_beyond)
{
  return (guint8) ((sum * b.inner + two_beyond * b.outer + (1u << 23)) >> 24);
}

/* Sum over indices -reach - 1 .. reach - 1 of a line of `n`, edges extended: the window of position -1. `line` has
 * `step` bytes from one sample to the next. */
static guint32
window_before_start (const guint8 *line, gsize step, int n, int reach)
{
  int inside = MIN (reach, n - 1);
  guint32 sum = line[0] * ((guint32) reach + 1);

  for (int i = 0; i < inside; i++)
    sum += line[(gsize) i * step];
  return sum + line[(gsize) (n - 1) * step] * (guint32) (reach - inside);
}

static void
blur_line (const guint8 *line, int n, gsize step, box b, guint8 *out)
{
  guint32 sum = window_before_start (line, step, n, b.reach);

  for (int i = 0; i < n; i++)
    {
      guint32 left = line[(gsize) MAX (i - b.reach - 1, 0) * step];
      sum += line[(gsize) MIN (i + b.reach, n - 1) * step] - left;
      out[(gsize) i * step] = box_mean (b, sum, left + line[(gsize) MIN (i + b.reach + 1, n - 1) * step]);
    }
}

/* All columns at once, row by row, so that memory is read in order. `sums` has room for one row. */
static void
blur_columns (const guint8 *pixels, gsize stride, int height, box b, guint32 *sums, guint8 *out)
{
  for (gsize i = 0; i < stride; i++)
    sums[i] = window_before_start (pixels + i, stride, height, b.reach);
  for (int y = 0; y < height; y++)
    {
      const guint8 *above = pixels + (gsize) MAX (y - b.reach - 1, 0) * stride;
      const guint8 *last = pixels + (gsize) MIN (y + b.reach, height - 1) * stride;
      const guint8 *below = pixels + (gsize) MIN (y + b.reach + 1, height - 1) * stride;
      guint8 *to = out + (gsize) y * stride;

      for (gsize i = 0; i < stride; i++)
        {
          sums[i] += (guint32) last[i] - above[i];
          to[i] = box_mean (b, sums[i], (guint32) above[i] + below[i]);
        }
    }
}

gboolean
corrupt_box_blur (image *im, double radius, GError **error)
{
  if (!(radius >= 0.0 && radius <= LARGEST_RADIUS))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "radius '%g' of box-blur is not between 0 and %.0f", radius,
                   LARGEST_RADIUS);
      return FALSE;
    }
  gsize channels = (gsize) im->channels, stride = (gsize) im->width * channels;
  g_autofree guint8 *across = g_try_malloc (stride * (gsize) im->height);
  g_autofree guint32 *sums = stride <= G_MAXSSIZE / sizeof (guint32) ? g_try_malloc (stride * sizeof (guint32)) : NULL;
  if (across == NULL || sums == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "not enough memory to blur %d x %d pixels", im->width,
                   im->height);
      return FALSE;
    }
  box b = box_of_radius (radius);
  for (int y = 0; y < im->height; y++)
    for (gsize c = 0; c < channels; c++)
      blur_line (im->pixels + (gsize) y * stride + c, im->width, channels, b, across + (gsize) y * stride + c);
  blur_columns (across, stride, im->height, b, sums, im->pixels);
  return TRUE;
}
