/* Every format but JPEG by libvips, the only file that names it.
 *
 * The one thing to know: libvips decides nothing here. The format was told from the first bytes, the loader for it is
 * called by name, and any other loader stays blocked, so a hostile file cannot choose its parser. A file is decoded
 * strictly first; only when that fails is it decoded again leniently, to save what there is of it. */
#include "image/codec_vips.h"

#include <string.h>

#include <vips/vips.h>

#include "base/error.h"
#include "image/diagnose.h"
#include "image/sniff.h"

#define GREY  128
#define STRIP 16 /* rows asked for at a time */

struct codec_vips {
  const char *format;
  guint8 *data;
  gsize n;
  gsize n_shown;      /* bytes a loader gets to see */
  VipsImage *picture; /* sequential: rows are asked for once, from the top */
  int bands;          /* of the picture as libvips hands it out */
  gboolean lenient;   /* its header already could not be read strictly */
};

/* clang-format off */
static const struct {
  const char *format, *loader;
} loaders[] = {
  { "png",  "pngload_source" },
  { "webp", "webpload_source" },
  { "gif",  "gifload_source" },
  { "tiff", "tiffload_source" },
  { "bmp",  "magickload_buffer" },
  { "ico",  "magickload_buffer" },
  { "pnm",  "ppmload_source" },
  { "heif", "heifload_source" },
  { "jxl",  "jxlload_source" },
  { "jp2",  "jp2kload_source" },
};
/* clang-format on */

static void
drop_message (const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer user)
{
  (void) domain;
  (void) level;
  (void) message;
  (void) user;
}

/* Loaders that libvips calls untrusted have seen less fuzzing than the others. All of them stay blocked but those that
 * no other loader can replace: ImageMagick's for BMP and ICO (both common in data sets; it is reached only after the
 * first bytes said BMP or ICO, never for the scripts and drawings it also knows), PPM (data sets again), JPEG XL and
 * JPEG 2000. */
static gpointer
start (gpointer unused)
{
  (void) unused;
  /* Before VIPS_INIT, which already warns when a plug-in does not load. Faults come back as values; a library prints
   * nothing. */
  g_log_set_handler ("VIPS",
                     G_LOG_FLAG_RECURSION | G_LOG_FLAG_FATAL | G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE
                         | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG,
                     drop_message, NULL);
  if (VIPS_INIT ("pardon") != 0)
    return GINT_TO_POINTER (FALSE);
  vips_cache_set_max (0);
  vips_concurrency_set (1);
  vips_block_untrusted_set (TRUE);
  static const char *const needed[] = { "VipsForeignLoadMagick", "VipsForeignLoadMagick7", "VipsForeignSaveMagick",
                                        "VipsForeignLoadPpm",    "VipsForeignLoadJxl",     "VipsForeignLoadJp2k" };
  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    vips_operation_block_set (needed[i], FALSE);
  return GINT_TO_POINTER (TRUE);
}

static gboolean
started (void)
{
  static GOnce once = G_ONCE_INIT;
  return GPOINTER_TO_INT (g_once (&once, start, NULL));
}

/* The words are one buffer for all threads and would only grow: see diagnose.h. */
static void
forget_words (void)
{
  vips_error_clear ();
}

static const char *
loader_of (const char *format)
{
  for (gsize i = 0; i < G_N_ELEMENTS (loaders); i++)
    if (g_str_equal (loaders[i].format, format))
      return vips_type_find ("VipsOperation", loaders[i].loader) != 0 ? loaders[i].loader : NULL;
  return NULL;
}

/* ---- header */

static VipsImage *
load (const codec_vips *c, const char *loader, VipsFailOn fail_on)
{
  VipsImage *picture = NULL;
  int failed;
  if (g_str_has_suffix (loader, "_buffer"))
    {
      VipsBlob *blob = vips_blob_new (NULL, c->data, c->n_shown);
      int page = g_str_equal (c->format, "ico") ? sniff_largest_icon (c->data, c->n) : 0;
      failed =
          vips_call (loader, blob, &picture, "page", page, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
      vips_area_unref (VIPS_AREA (blob));
    }
  else
    {
      VipsSource *source = vips_source_new_from_memory (c->data, c->n_shown);
      if (source == NULL)
        return NULL;
      failed = vips_call (loader, source, &picture, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
      g_object_unref (source);
    }
  if (failed == 0)
    return picture;
  g_clear_object (&picture);
  forget_words ();
  return NULL;
}

/* Colour to what `convert_row` takes: 8 or 16 bits, 1 to 4 bands of grey or RGB, or CMYK. */
static VipsImage *
normal (VipsImage *picture)
{
  VipsInterpretation space = vips_image_get_interpretation (picture);
  VipsBandFormat format = vips_image_get_format (picture);
  gboolean plain = space == VIPS_INTERPRETATION_B_W || space == VIPS_INTERPRETATION_sRGB
                   || space == VIPS_INTERPRETATION_RGB || space == VIPS_INTERPRETATION_GREY16
                   || space == VIPS_INTERPRETATION_RGB16 || space == VIPS_INTERPRETATION_MULTIBAND
                   || space == VIPS_INTERPRETATION_CMYK;
  if (plain && (format == VIPS_FORMAT_UCHAR || format == VIPS_FORMAT_USHORT))
    return picture;
  VipsImage *colour = NULL, *bytes = NULL;
  if (vips_colourspace (picture, &colour, VIPS_INTERPRETATION_sRGB, NULL) == 0)
    vips_cast (colour, &bytes, VIPS_FORMAT_UCHAR, NULL);
  g_clear_object (&colour);
  g_object_unref (picture);
  forget_words ();
  return bytes;
}

static int
orientation_of (VipsImage *picture)
{
  int orientation = vips_image_get_orientation (picture);
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

static int
bits_of (VipsImage *picture)
{
  return (int) vips_format_sizeof (vips_image_get_format (picture)) * 8;
}

static void
fill_facts (codec_vips *c, VipsImage *loaded, image_facts *facts)
{
  facts->width = vips_image_get_width (loaded);
  facts->height = vips_image_get_height (loaded);
  facts->bits = bits_of (loaded);
  facts->orientation = orientation_of (loaded);
  facts->space = "other";
  switch (vips_image_get_interpretation (loaded))
    {
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_GREY16:
      facts->space = "grey";
      break;
    case VIPS_INTERPRETATION_sRGB:
    case VIPS_INTERPRETATION_RGB:
    case VIPS_INTERPRETATION_RGB16:
      facts->space = "rgb";
      break;
    case VIPS_INTERPRETATION_CMYK:
      facts->space = "cmyk";
      break;
    default:
      break;
    }
  image_facts raw = *facts;
  sniff_facts (c->format, c->data, c->n, &raw);
  facts->bits = raw.bits;
  facts->space = raw.space;
}

static gboolean
is_cmyk (VipsImage *picture)
{
  return vips_image_get_interpretation (picture) == VIPS_INTERPRETATION_CMYK;
}

static void
set_reason (const codec_vips *c, GError **error)
{
  char words[160];
  diagnose (c->format, c->data, c->n, words, sizeof words);
  g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_PICTURE, words);
}

/* A file of unpacked rows that breaks off is filled up with the grey that missing rows get: its loader would refuse all of
 * it. FALSE when not one pixel is there or memory is short; most of what is claimed may never have been there, so 1 GiB must do. */
static gboolean
fill_up (codec_vips *c)
{
  guint64 begin, full = sniff_full_size (c->format, c->data, c->n, &begin);
  if (full <= c->n)
    return TRUE;
  guint8 *more = c->n > begin && full <= (guint64) 1 << 30 ? g_try_realloc (c->data, full) : NULL;
  if (more == NULL)
    return FALSE;
  memset (more + c->n, GREY, full - c->n);
  c->data = more;
  c->n_shown = full;
  return TRUE;
}

codec_vips *
codec_vips_open (const char *format, guint8 *data, gsize n, image_facts *facts, GError **error)
{
  codec_vips *c = g_new0 (codec_vips, 1);
  c->format = format;
  c->data = data;
  c->n = n;
  c->n_shown = g_str_equal (format, "png") ? sniff_png_extent (data, n) : n;
  const char *loader = started () ? loader_of (format) : NULL;
  if (loader == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                   "the libvips on this machine cannot read %s pictures; convert it to PNG", format);
      codec_vips_free (c);
      return NULL;
    }
  if (g_str_equal (format, "tiff") && sniff_tiff_ycc (data, n))
    {
      /* libvips would hand out luma and chroma as if they were red, green and blue. */
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                           "a TIFF in YCbCr colours without JPEG compression, which is not read; convert it to RGB");
      codec_vips_free (c);
      return NULL;
    }
  VipsImage *loaded = fill_up (c) ? load (c, loader, VIPS_FAIL_ON_ERROR) : NULL;
  /* Some loaders meet the broken part while they read the header. */
  if (loaded == NULL)
    {
      c->lenient = TRUE;
      loaded = load (c, loader, VIPS_FAIL_ON_NONE);
    }
  if (loaded == NULL)
    {
      set_reason (c, error);
      codec_vips_free (c);
      return NULL;
    }
  fill_facts (c, loaded, facts);
  facts->format = format;
  c->picture = normal (loaded);
  c->bands = c->picture != NULL ? vips_image_get_bands (c->picture) : 0;
  int most = c->picture == NULL                                                            ? 0
             : vips_image_get_interpretation (c->picture) == VIPS_INTERPRETATION_MULTIBAND ? 4
                                                                                           : 6;
  if (c->bands < 1 || c->bands > most || (is_cmyk (c->picture) && c->bands < 4))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                   "it has %d channels of a kind that cannot be shown as colours; convert it to an RGB PNG",
                   c->picture != NULL ? c->bands : 0);
      codec_vips_free (c);
      return NULL;
    }
  gboolean alpha = is_cmyk (c->picture) ? c->bands > 4 : c->bands == 2 || c->bands >= 4;
  facts->channels = alpha ? 4 : 3;
  return c;
}

/* ---- pixels */

/* Naive inversion: each ink takes away its colour, black takes away all; rounded as in codec_jpeg.c. */
static guint8
ink (int colour, int black)
{
  int t = colour * (255 - black) + 128;
  return (guint8) CLAMP (255 - black - (((t >> 8) + t) >> 8), 0, 255);
}

/* One row as libvips holds it to 8-bit RGB or RGBA. 16 bits lose their lower half. */
static void
convert_row (const guint8 *in, int bands, gboolean wide, gboolean cmyk, int channels, int width, guint8 *out)
{
  const guint16 *in16 = (const guint16 *) (const void *) in;
  for (gsize x = 0; x < (gsize) width; x++, out += channels)
    {
      guint8 v[6];
      for (int b = 0; b < bands; b++)
        {
          gsize i = x * (gsize) bands + (gsize) b;
          v[b] = wide ? (guint8) (in16[i] >> 8) : in[i];
        }
      for (int i = 0; i < 3; i++)
        out[i] = cmyk ? ink (v[i], v[3]) : bands >= 3 ? v[i] : v[0];
      if (channels == 4)
        out[3] = v[cmyk ? 4 : bands == 2 ? 1 : 3];
    }
}

/* Rows from the top until one fails; how many came. */
static int
read_rows (VipsImage *picture, int channels, guint8 *pixels)
{
  int width = vips_image_get_width (picture), height = vips_image_get_height (picture),
      bands = vips_image_get_bands (picture);
  gboolean wide = vips_image_get_format (picture) == VIPS_FORMAT_USHORT;
  VipsRegion *region = vips_region_new (picture);
  int y = 0;
  while (y < height)
    {
      VipsRect strip = { 0, y, width, MIN (STRIP, height - y) };
      if (vips_region_prepare (region, &strip) != 0)
        break;
      for (; y < strip.top + strip.height; y++)
        convert_row (VIPS_REGION_ADDR (region, 0, y), bands, wide, is_cmyk (picture), channels, width,
                     pixels + (gsize) y * (gsize) width * (gsize) channels);
    }
  g_object_unref (region);
  return y;
}

static gboolean
is_blank (const guint8 *row, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (row[i] != 0)
      return FALSE;
  return TRUE;
}

/* After strict decoding failed past row `sound`: what lenient decoding makes of the rest. Loaders leave what they could
 * not decode at zero, so blank rows at the end count as missing. Returns the rows that hold something. */
static int
salvage (codec_vips *c, int sound, int channels, guint8 *pixels)
{
  VipsImage *loaded = load (c, loader_of (c->format), VIPS_FAIL_ON_NONE);
  VipsImage *picture = loaded != NULL ? normal (loaded) : NULL;
  gsize stride = (gsize) vips_image_get_width (c->picture) * (gsize) channels;
  int height = vips_image_get_height (c->picture);
  int rows = sound;
  if (picture != NULL && vips_image_get_width (picture) == vips_image_get_width (c->picture)
      && vips_image_get_height (picture) == height && vips_image_get_bands (picture) == c->bands)
    rows = MAX (sound, read_rows (picture, channels, pixels));
  g_clear_object (&picture);
  while (rows > sound && is_blank (pixels + (gsize) (rows - 1) * stride, stride))
    rows--;
  /* In a file whose rows do not come in order, what is missing is strewn; with alpha it can be told. */
  guint8 *doubtful = pixels + (gsize) sound * stride;
  for (gsize i = 0; channels == 4 && i < (gsize) (rows - sound) * stride; i += 4)
    if (is_blank (doubtful + i, 4))
      memcpy (doubtful + i, ((const guint8[4]){ GREY, GREY, GREY, 255 }), 4);
  guint8 *rest = pixels + (gsize) rows * stride;
  gsize n_rest = (gsize) (height - rows) * stride;
  memset (rest, GREY, n_rest);
  if (channels == 4)
    for (gsize i = 3; i < n_rest; i += 4)
      rest[i] = 255;
  return rows;
}

gboolean
codec_vips_read (codec_vips *c, guint8 *pixels, image_facts *facts, GError **error)
{
  int channels = facts->channels;
  int height = vips_image_get_height (c->picture);
  int sound = c->lenient ? 0 : read_rows (c->picture, channels, pixels);
  gboolean fine = TRUE;
  if (sound < height || c->n_shown > c->n)
    {
      char words[160];
      fault what = diagnose (c->format, c->data, c->n, words, sizeof words);
      int rows = sound == height ? height : what == FAULT_CHECKSUM ? 0 : salvage (c, sound, channels, pixels);
      fine = rows > 0;
      if (!fine)
        g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_PICTURE, words);
      else if (rows < height && sound > 0)
        g_snprintf (facts->damage, sizeof facts->damage, "%.100s: rows from %d of %d on are missing", words, rows,
                    height);
      else
        g_snprintf (facts->damage, sizeof facts->damage, "%.100s: part of the picture is missing", words);
    }
  forget_words ();
  /* libvips keeps a little for each thread that used it and cannot know when ours end. */
  g_clear_object (&c->picture);
  vips_thread_shutdown ();
  return fine;
}

void
codec_vips_free (codec_vips *c)
{
  if (c == NULL)
    return;
  g_clear_object (&c->picture);
  g_free (c->data);
  g_free (c);
}

/* ---- encoding */

static int
save (VipsImage *picture, const char *format, VipsBlob **blob)
{
  if (g_str_equal (format, "png"))
    return vips_call ("pngsave_buffer", picture, blob, "compression", 6, NULL);
  if (g_str_equal (format, "webp"))
    return vips_call ("webpsave_buffer", picture, blob, "lossless", TRUE, NULL);
  if (g_str_equal (format, "tiff"))
    return vips_call ("tiffsave_buffer", picture, blob, "compression", VIPS_FOREIGN_TIFF_COMPRESSION_DEFLATE,
                      "predictor", VIPS_FOREIGN_TIFF_PREDICTOR_HORIZONTAL, NULL);
  return vips_call ("magicksave_bmp_buffer", picture, blob, "format", "bmp", NULL);
}

GBytes *
codec_vips_encode (const image *im, const char *format, GError **error)
{
  VipsImage *picture = NULL;
  VipsBlob *blob = NULL;
  gsize size = (gsize) im->width * (gsize) im->height * (gsize) im->channels;
  int failed = -1;
  if (started ())
    picture = vips_image_new_from_memory (im->pixels, size, im->width, im->height, im->channels, VIPS_FORMAT_UCHAR);
  if (picture != NULL)
    {
      picture->Type = VIPS_INTERPRETATION_sRGB;
      failed = save (picture, format, &blob);
      g_object_unref (picture);
    }
  GBytes *bytes = NULL;
  if (failed == 0 && blob != NULL)
    {
      size_t n = 0;
      const void *data = vips_blob_get (blob, &n);
      bytes = g_bytes_new (data, n);
    }
  else
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                 "the libvips on this machine cannot write %d x %d pixels as %s", im->width, im->height, format);
  if (blob != NULL)
    vips_area_unref (VIPS_AREA (blob));
  if (started ())
    {
      forget_words ();
      vips_thread_shutdown ();
    }
  return bytes;
}

char *
codec_vips_describe (void)
{
  if (!started ())
    return g_strdup ("libvips does not start: only JPEG can be read");
  GString *words = g_string_new (NULL);
  g_string_append_printf (words, "libvips %d.%d.%d:", vips_version (0), vips_version (1), vips_version (2));
  for (gsize i = 0; i < G_N_ELEMENTS (loaders); i++)
    if (loader_of (loaders[i].format) != NULL)
      g_string_append_printf (words, " %s", loaders[i].format);
  return g_string_free (words, FALSE);
}
