/* Pixels to files. The bytes are made in memory, then written beside the target and renamed by GLib, so that nobody
 * ever sees half a picture under its name. */
#include "image/encode.h"

#include <string.h>

#include "base/error.h"
#include "image/codec_jpeg.h"
#include "image/codec_vips.h"

static const char *
format_of (const char *path)
{
  static const struct {
    const char *ending, *format;
  } endings[] = { { ".png", "png" },  { ".jpg", "jpeg" },  { ".jpeg", "jpeg" }, { ".webp", "webp" },
                  { ".tif", "tiff" }, { ".tiff", "tiff" }, { ".bmp", "bmp" } };
  const char *dot = strrchr (path, '.');
  for (gsize i = 0; dot != NULL && i < G_N_ELEMENTS (endings); i++)
    if (g_ascii_strcasecmp (dot, endings[i].ending) == 0)
      return endings[i].format;
  return NULL;
}

/* Rounded as Pillow's alpha_composite over an opaque ground rounds. */
static guint8
on_white (int value, int alpha)
{
  int t = value * alpha + 255 * (255 - alpha) + 128;
  return (guint8) (((t >> 8) + t) >> 8);
}

static GBytes *
to_jpeg (const image *im, int quality, gboolean full_chroma, GError **error)
{
  if (im->channels == 3)
    return codec_jpeg_encode (im->pixels, im->width, im->height, quality, full_chroma, error);
  gsize n = (gsize) im->width * (gsize) im->height;
  g_autofree guint8 *rgb = g_try_malloc (n * 3);
  if (rgb == NULL)
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "not enough memory to encode it");
      return NULL;
    }
  for (gsize i = 0; i < n; i++)
    for (gsize c = 0; c < 3; c++)
      rgb[3 * i + c] = on_white (im->pixels[4 * i + c], im->pixels[4 * i + 3]);
  return codec_jpeg_encode (rgb, im->width, im->height, quality, full_chroma, error);
}

GBytes *
encode_jpeg (const image *im, int quality, GError **error)
{
  return to_jpeg (im, CLAMP (quality, 1, 100), FALSE, error);
}

GBytes *
encode_png (const image *im, GError **error)
{
  return codec_vips_encode (im, "png", error);
}

gboolean
encode_file (const image *im, const char *path, GError **error)
{
  const char *format = format_of (path);
  g_autofree char *name = g_filename_display_name (path);
  if (format == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "cannot write '%s': its ending names no format that can be written (png, jpg, webp, tif, bmp)",
                   name);
      return FALSE;
    }
  gboolean jpeg = g_str_equal (format, "jpeg");
  g_autoptr (GBytes) bytes = jpeg ? to_jpeg (im, 95, TRUE, error) : codec_vips_encode (im, format, error);
  if (bytes == NULL)
    {
      g_prefix_error (error, "cannot write '%s': ", name);
      return FALSE;
    }
  gsize n;
  const char *data = g_bytes_get_data (bytes, &n);
  g_autoptr (GError) fault = NULL;
  if (g_file_set_contents_full (path, data, (gssize) n, G_FILE_SET_CONTENTS_CONSISTENT, 0666, &fault))
    return TRUE;
  const char *colon = strrchr (fault->message, ':');
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "cannot write '%s': %s", name,
               colon != NULL ? colon + 2 : fault->message);
  return FALSE;
}
