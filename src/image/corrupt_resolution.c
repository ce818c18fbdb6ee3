/* Detail lost to compression, to large pixels and to enlarging. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "image/codec_jpeg.h"
#include "image/corrupt_parts.h"
#include "image/resample.h"

static gboolean
reserve (image *im, int width, int height, GError **error)
{
  if (image_reserve (im, width, height, 3))
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "not enough memory to corrupt it (%d x %d pixels)", width,
               height);
  return FALSE;
}

static gboolean
rgb_of (const image *im, image *rgb, GError **error)
{
  if (!reserve (rgb, im->width, im->height, error))
    return FALSE;
  gsize n = (gsize) im->width * (gsize) im->height, channels = (gsize) im->channels;
  for (gsize i = 0; i < n; i++)
    memcpy (rgb->pixels + 3 * i, im->pixels + channels * i, 3);
  return TRUE;
}

static void
put_rgb (const guint8 *rgb, image *im)
{
  gsize n = (gsize) im->width * (gsize) im->height, channels = (gsize) im->channels;

  for (gsize i = 0; i < n; i++)
    memcpy (im->pixels + channels * i, rgb + 3 * i, 3);
}

/* ---- JPEG */

/* The decoder reads descriptors. */
static int
file_in_memory (GBytes *bytes, GError **error)
{
  gsize n, done = 0;
  const char *data = g_bytes_get_data (bytes, &n);
  int fd = memfd_create ("jpeg", MFD_CLOEXEC);

  while (fd >= 0 && done < n)
    {
      gssize wrote = write (fd, data + done, n - done);
      if (wrote > 0)
        done += (gsize) wrote;
      else if (wrote == 0 || errno != EINTR)
        {
          close (fd);
          fd = -1;
        }
    }
  if (fd < 0)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "cannot keep a JPEG in memory: %s", g_strerror (errno));
  return fd;
}

static gboolean
decode_jpeg (GBytes *bytes, guint8 *rgb, GError **error)
{
  int fd = file_in_memory (bytes, error);
  if (fd < 0)
    return FALSE;
  image_facts facts = { 0 };
  codec_jpeg *jpeg = codec_jpeg_open (fd, g_bytes_get_size (bytes), &facts, error);
  gboolean fine = jpeg != NULL && codec_jpeg_read (jpeg, rgb, &facts, error);
  codec_jpeg_free (jpeg);
  close (fd);
  return fine;
}

gboolean
corrupt_resave (image *im, int quality, gboolean full_chroma, GError **error)
{
  image rgb = { 0 };
  gboolean fine = rgb_of (im, &rgb, error);

  if (fine)
    {
      g_autoptr (GBytes) bytes = codec_jpeg_encode (rgb.pixels, rgb.width, rgb.height, quality, full_chroma, error);
      fine = bytes != NULL && decode_jpeg (bytes, rgb.pixels, error);
    }
  if (fine)
    put_rgb (rgb.pixels, im);
  image_clear (&rgb);
  return fine;
}

gboolean
corrupt_with_jpeg (corruption *c, GError **error)
{
  int quality = (int) floor (c->amount + 0.5);

  return corrupt_resave (c->im, quality, random_below (&c->random, 4) == 0, error);
}

/* ---- large pixels */

/* Sides of the small picture: never larger than the picture, never empty. */
static int
small_side (const corruption *c, int side)
{
  return CLAMP ((int) (side * c->amount / MAX (c->scale, 1.0)), 1, side);
}

/* The windows that cover `n` pixels, placed as Pillow's box filter places them: window i is first[i] .. last[i] - 1. */
static void
windows (int n, int small, int *first, int *last)
{
  double step = (double) n / small, support = 0.5 * step;

  for (int i = 0; i < small; i++)
    {
      double middle = (i + 0.5) * step;
      first[i] = MAX ((int) (middle - support + 0.5), 0);
      last[i] = MIN ((int) (middle + support + 0.5), n);
      /* a pixel whose middle falls on the border of two windows belongs to one: to which, rounding decides, as there */
      if ((first[i] - middle + 0.5) * (1.0 / step) <= -0.5)
        first[i]++;
      if ((last[i] - 1 - middle + 0.5) * (1.0 / step) > 0.5)
        last[i]--;
    }
}

static guint8
mean_of (guint32 sum, guint32 n)
{
  return (guint8) ((sum + n / 2) / n);
}

/* Means over the windows of each row: height x small x 3. */
static void
shrink_rows (const image *im, int small, const int *first, const int *last, guint8 *out)
{
  gsize channels = (gsize) im->channels;

  for (int y = 0; y < im->height; y++)
    for (int i = 0; i < small; i++)
      for (gsize k = 0; k < 3; k++)
        {
          const guint8 *row = im->pixels + (gsize) y * (gsize) im->width * channels + k;
          guint32 sum = 0;
          for (int x = first[i]; x < last[i]; x++)
            sum += row[(gsize) x * channels];
          *out++ = mean_of (sum, (guint32) (last[i] - first[i]));
        }
}

/* The mean of the rows first .. last - 1 of `row` bytes each. */
static void
shrink_columns (const guint8 *rows, gsize row, int first, int last, guint32 *sums, guint8 *out)
{
  memset (sums, 0, row * sizeof *sums);
  for (int y = first; y < last; y++)
    for (gsize i = 0; i < row; i++)
      sums[i] += rows[(gsize) y * row + i];
  for (gsize i = 0; i < row; i++)
    out[i] = mean_of (sums[i], (guint32) (last - first));
}

/* Enlarged by repetition. */
static void
repeat (const guint8 *small, int w, int h, image *im)
{
  gsize channels = (gsize) im->channels;
  double across = (double) w / im->width, down = (double) h / im->height;

  for (int y = 0; y < im->height; y++)
    {
      const guint8 *row = small + 3 * (gsize) MIN ((int) ((y + 0.5) * down), h - 1) * (gsize) w;
      guint8 *to = im->pixels + (gsize) y * (gsize) im->width * channels;
      for (int x = 0; x < im->width; x++)
        memcpy (to + (gsize) x * channels, row + 3 * MIN ((int) ((x + 0.5) * across), w - 1), 3);
    }
}

/* Pillow's BOX filter both ways. */
gboolean
corrupt_with_pixelate (corruption *c, GError **error)
{
  image *im = c->im;
  int w = small_side (c, im->width), h = small_side (c, im->height);
  gsize n_x = 2 * (gsize) w, n_y = 2 * (gsize) h;
  g_autofree int *x = corruption_room (n_x, sizeof *x, error),
                 *y = x != NULL ? corruption_room (n_y, sizeof *y, error) : NULL;
  g_autofree guint32 *sums = y != NULL ? corruption_room (3 * (gsize) w, sizeof *sums, error) : NULL;
  image across = { 0 }, small = { 0 };
  gboolean fine = sums != NULL && reserve (&across, w, im->height, error) && reserve (&small, w, h, error);

  if (fine)
    {
      windows (im->width, w, x, x + w);
      windows (im->height, h, y, y + h);
      shrink_rows (im, w, x, x + w, across.pixels);
      for (int j = 0; j < h; j++)
        shrink_columns (across.pixels, 3 * (gsize) w, y[j], y[h + j], sums, small.pixels + 3 * (gsize) j * (gsize) w);
      repeat (small.pixels, w, h, im);
    }
  image_clear (&across);
  image_clear (&small);
  return fine;
}

gboolean
corrupt_with_low_resolution (corruption *c, GError **error)
{
  static const view_filter shrink[] = { FILTER_AREA, FILTER_BILINEAR, FILTER_BICUBIC };
  static const view_filter enlarge[] = { FILTER_BILINEAR, FILTER_BICUBIC };
  view_filter down = shrink[random_below (&c->random, 3)], up = enlarge[random_below (&c->random, 2)];
  image rgb = { 0 }, small = { 0 };
  gboolean fine = rgb_of (c->im, &rgb, error)
                  && resample (&rgb, small_side (c, rgb.width), small_side (c, rgb.height), down, &small, error)
                  && resample (&small, c->im->width, c->im->height, up, &rgb, error);

  if (fine)
    put_rgb (rgb.pixels, c->im);
  image_clear (&rgb);
  image_clear (&small);
  return fine;
}
