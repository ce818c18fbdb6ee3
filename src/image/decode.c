/* Files to pixels: chooses the codec by content, keeps the limits, turns pictures upright.
 *
 * The codecs give pixels as stored; orientation is applied here, once, for all of them. */
#include "image/decode.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "image/codec_jpeg.h"
#include "image/codec_vips.h"
#include "image/sniff.h"

#define HEAD 512

const decode_limits decode_limits_default = { .max_bytes = G_GUINT64_CONSTANT (1) << 30, .max_pixels = 1 << 28 };

struct decoder {
  char *name;
  codec_jpeg *jpeg; /* one of the two */
  codec_vips *vips;
  int stored_width, stored_height;
  gboolean done;
};

static void
fail (GError **error, const char *reason)
{
  g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_PICTURE, reason);
}

/* `name` may hold any bytes and line breaks; messages are one line of UTF-8. */
static char *
display (const char *name)
{
  g_autofree char *utf8 = g_filename_display_name (name);
  return g_strdelimit (g_steal_pointer (&utf8), "\n\r\t", ' ');
}

/* ---- the file */

/* Fewer bytes than asked for mean that the file ends; -1 that it cannot be read. */
static gssize
read_at (int fd, guint8 *out, gsize n, guint64 offset)
{
  gsize done = 0;
  while (done < n)
    {
      gssize got = pread (fd, out + done, n - done, (off_t) (offset + done));
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return -1;
      if (got == 0)
        break;
      done += (gsize) got;
    }
  return (gssize) done;
}

static gboolean
file_size (int fd, const decode_limits *limits, guint64 *n, GError **error)
{
  struct stat st;
  if (fstat (fd, &st) != 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "%s", g_strerror (errno));
      return FALSE;
    }
  if (S_ISDIR (st.st_mode))
    fail (error, "it is a folder");
  else if (!S_ISREG (st.st_mode))
    fail (error, "it is a device, pipe or socket, not a file");
  else if (st.st_size == 0)
    fail (error, "the file is empty");
  else if ((guint64) st.st_size > limits->max_bytes)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                 "the file has %" G_GUINT64_FORMAT " bytes, over the limit of %" G_GUINT64_FORMAT, (guint64) st.st_size,
                 limits->max_bytes);
  else
    {
      *n = (guint64) st.st_size;
      return TRUE;
    }
  return FALSE;
}

static gboolean
check_pixels (const decode_limits *limits, int width, int height, GError **error)
{
  if (width < 1 || height < 1)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "its header says it is %d x %d pixels", width, height);
      return FALSE;
    }
  if ((guint64) width * (guint64) height > limits->max_pixels)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                   "%d x %d pixels are more than the limit of %" G_GUINT64_FORMAT, width, height, limits->max_pixels);
      return FALSE;
    }
  return TRUE;
}

/* ---- header */

static codec_vips *
open_vips (const char *format, int fd, gsize n, const decode_limits *limits, image_facts *facts, GError **error)
{
  g_autofree guint8 *data = g_try_malloc (n);
  if (data == NULL)
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory to read it");
      return NULL;
    }
  gssize got = read_at (fd, data, n, 0);
  if (got <= 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "cannot read it: %s",
                   got < 0 ? g_strerror (errno) : "it shrank");
      return NULL;
    }
  /* Where the header can be read without a decoder, no decoder sees a picture over the limits. */
  sniff_facts (format, data, (gsize) got, facts);
  if (facts->width > 0 && facts->height > 0 && !check_pixels (limits, facts->width, facts->height, error))
    return NULL;
  return codec_vips_open (format, g_steal_pointer (&data), (gsize) got, facts, error);
}

static gboolean
open_codec (decoder *d, int fd, const decode_limits *limits, image_facts *facts, GError **error)
{
  guint64 n;
  guint8 head[HEAD];
  if (!file_size (fd, limits, &n, error))
    return FALSE;
  gssize n_head = read_at (fd, head, MIN (n, HEAD), 0);
  if (n_head < 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "cannot read it: %s", g_strerror (errno));
      return FALSE;
    }
  const char *format = sniff_format (head, (gsize) n_head);
  if (format == NULL)
    {
      fail (error, sniff_other (d->name, head, (gsize) n_head));
      return FALSE;
    }
  if (g_str_equal (format, "jpeg"))
    d->jpeg = codec_jpeg_open (fd, n, facts, error);
  else
    d->vips = open_vips (format, fd, (gsize) n, limits, facts, error);
  return (d->jpeg != NULL || d->vips != NULL) && check_pixels (limits, facts->width, facts->height, error);
}

decoder *
decoder_new (int fd, const char *name, const decode_limits *limits, image_facts *facts, GError **error)
{
  decoder *d = g_new0 (decoder, 1);
  d->name = display (name);
  *facts = (image_facts){ .orientation = 1, .format = "", .space = "other" };
  if (!open_codec (d, fd, limits != NULL ? limits : &decode_limits_default, facts, error))
    {
      decoder_free (d);
      return NULL;
    }
  d->stored_width = facts->width;
  d->stored_height = facts->height;
  if (facts->orientation > 4)
    {
      facts->width = d->stored_height;
      facts->height = d->stored_width;
    }
  return d;
}

/* ---- pixels */

/* EXIF 2.32, tag 0x0112: which side of the scene the stored rows and columns lie on. Expressed as the step through the
 * stored pixels when the upright picture is walked to the right (`dx`) and down (`dy`), from `start`. */
static void
turn (const guint8 *in, int width, int height, int channels, int orientation, guint8 *out)
{
  gssize right = channels, down = (gssize) width * channels;
  gssize last_x = (gssize) (width - 1) * right, last_y = (gssize) (height - 1) * down;
  gboolean mirror_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  gboolean mirror_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  gboolean swap = orientation > 4;
  const guint8 *start = in + (mirror_x ? last_x : 0) + (mirror_y ? last_y : 0);
  gssize step_x = mirror_x ? -right : right, step_y = mirror_y ? -down : down;
  gssize dx = swap ? step_y : step_x, dy = swap ? step_x : step_y;
  int out_width = swap ? height : width, out_height = swap ? width : height;
  /* In squares, so that walking down a stored column does not leave the cache at every step. */
  enum { TILE = 32 };
  for (int top = 0; top < out_height; top += TILE)
    for (int left = 0; left < out_width; left += TILE)
      for (int y = top; y < MIN (top + TILE, out_height); y++)
        {
          const guint8 *from = start + y * dy + left * dx;
          guint8 *to = out + ((gsize) y * (gsize) out_width + (gsize) left) * (gsize) channels;
          for (int x = left; x < MIN (left + TILE, out_width); x++, from += dx, to += channels)
            for (int i = 0; i < channels; i++)
              to[i] = from[i];
        }
}

static gboolean
read_codec (decoder *d, guint8 *pixels, image_facts *facts, GError **error)
{
  return d->jpeg != NULL ? codec_jpeg_read (d->jpeg, pixels, facts, error)
                         : codec_vips_read (d->vips, pixels, facts, error);
}

static gboolean
read_upright (decoder *d, guint8 *pixels, gsize size, image_facts *facts, GError **error)
{
  gsize need = (gsize) d->stored_width * (gsize) d->stored_height * (gsize) facts->channels;
  if (d->done || size != need)
    {
      fail (error, d->done ? "it was read already" : "the buffer for its pixels has the wrong size");
      return FALSE;
    }
  d->done = TRUE;
  if (facts->orientation == 1)
    return read_codec (d, pixels, facts, error);
  g_autofree guint8 *stored = g_try_malloc (need);
  if (stored == NULL)
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory to decode it");
      return FALSE;
    }
  if (!read_codec (d, stored, facts, error))
    return FALSE;
  turn (stored, d->stored_width, d->stored_height, facts->channels, facts->orientation, pixels);
  return TRUE;
}

gboolean
decoder_read (decoder *d, guint8 *pixels, gsize size, image_facts *facts, GError **error)
{
  return read_upright (d, pixels, size, facts, error);
}

void
decoder_free (decoder *d)
{
  if (d == NULL)
    return;
  codec_jpeg_free (d->jpeg);
  codec_vips_free (d->vips);
  g_free (d->name);
  g_free (d);
}

/* ---- conveniences */

gboolean
decode_file (const char *path, const decode_limits *limits, image *im, image_facts *facts, GError **error)
{
  /* Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    {
      int code = errno;
      g_autofree char *name = display (path);
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "cannot open '%s': %s", name, g_strerror (code));
      return FALSE;
    }
  g_autoptr (GError) why = NULL;
  g_autoptr (decoder) d = decoder_new (fd, path, limits, facts, &why);
  gboolean fine = d != NULL;
  if (fine && !image_reserve (im, facts->width, facts->height, facts->channels))
    {
      g_set_error (&why, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory for %d x %d pixels", facts->width,
                   facts->height);
      fine = FALSE;
    }
  if (fine)
    {
      gsize size = (gsize) im->width * (gsize) im->height * (gsize) im->channels;
      fine = decoder_read (d, im->pixels, size, facts, &why);
    }
  g_autofree char *shown = fine ? NULL : display (path);
  if (!fine)
    g_propagate_prefixed_error (error, g_steal_pointer (&why), "cannot decode '%s': ", shown);
  close (fd);
  return fine;
}

gboolean
decode_is_picture (const char *name, const guint8 *head, gsize n_head)
{
  return sniff_ending (name) || (n_head > 0 && sniff_format (head, n_head) != NULL);
}

char *
decode_describe (void)
{
  g_autofree char *rest = codec_vips_describe ();
  return g_strdup_printf ("%s: jpeg; %s", codec_jpeg_version (), rest);
}

double
decode_missing_share (const char *damage)
{
  static const char *const before[] = { ", near row ", ", row ", ": rows from " };
  for (gsize i = 0; i < G_N_ELEMENTS (before); i++)
    {
      const char *found = g_strrstr (damage, before[i]);
      char *end;
      if (found == NULL)
        continue;
      guint64 row = g_ascii_strtoull (found + strlen (before[i]), &end, 10);
      guint64 rows = g_str_has_prefix (end, " of ") ? g_ascii_strtoull (end + strlen (" of "), NULL, 10) : 0;
      if (rows > 0 && row <= rows)
        return (double) (rows - row) / (double) rows;
    }
  return NAN;
}
