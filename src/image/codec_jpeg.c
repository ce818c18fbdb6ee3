/* JPEG by libjpeg-turbo, the only file that names it.
 *
 * The one thing to know: libjpeg leaves by longjmp. Every call that may do so stands in a function whose name ends in
 * _guarded; what such a function changes lives in the codec, never in its own locals.
 *
 * The file is read through a small buffer and never mapped: a file cut short by another program while it is read must
 * be a row with a reason, not a signal. */
#include "image/codec_jpeg.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>
#include <jerror.h>

#include "base/error.h"
#include "image/exif.h"
#include "image/jpeg_damage.h"

#define CHUNK 65536
#define GREY  128

struct codec_jpeg {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jmp_buf jump;
  char fatal[JMSG_LENGTH_MAX]; /* libjpeg's words for what it left by */
  int fatal_code;

  int fd;
  jpeg_damage damage;
  guint64 scan_at; /* offset of the first scan's data */

  JDIMENSION width, height; /* of what codec_jpeg_read gives */
  guint8 *pixels;           /* the caller's */
  guint8 *cmyk;             /* one row of four channels, or NULL */
  guint8 buffer[CHUNK];
};

static guint64
offset_now (const codec_jpeg *c)
{
  return c->damage.n_read - MIN (c->damage.n_read, (guint64) c->source.bytes_in_buffer);
}

/* ---- errors */

static void
note_damage (codec_jpeg *c, guint64 row)
{
  c->damage.at = offset_now (c);
  c->damage.row = row;
}

static void
on_fatal (j_common_ptr jpeg)
{
  codec_jpeg *c = jpeg->client_data;
  c->fatal_code = jpeg->err->msg_code;
  jpeg->err->format_message (jpeg, c->fatal);
  longjmp (c->jump, 1);
}

/* libjpeg warns of much that costs no pixel (a profile it cannot read, padding between headers). A warning is damage only
 * where entropy-coded data was lost: codes that mean nothing, data that ends early, markers out of turn, and data left
 * over before a restart or the end. That last one is the only sign many a changed byte leaves: the decoder falls
 * out of step, finds valid codes by luck and comes to the last row too early. */
static gboolean
costs_pixels (const struct jpeg_error_mgr *errors)
{
  switch (errors->msg_code)
    {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
      return TRUE;
    case JWRN_EXTRANEOUS_DATA:
      return (errors->msg_parm.i[1] >= JPEG_RST0 && errors->msg_parm.i[1] < JPEG_RST0 + 8)
             || errors->msg_parm.i[1] == JPEG_EOI;
    default:
      return FALSE;
    }
}

static void
on_message (j_common_ptr jpeg, int level)
{
  codec_jpeg *c = jpeg->client_data;
  if (level >= 0)
    return;
  jpeg->err->num_warnings++;
  if (!costs_pixels (jpeg->err) || c->damage.at != G_MAXUINT64)
    return;
  if (jpeg->err->msg_code == JWRN_EXTRANEOUS_DATA)
    c->damage.left_over = jpeg->err->msg_parm.i[0];
  note_damage (c, (guint64) c->jpeg.input_iMCU_row * (guint64) c->jpeg.max_v_samp_factor * DCTSIZE);
}

static void
on_output (j_common_ptr jpeg)
{
  (void) jpeg;
}

/* ---- source */

static void
source_start (j_decompress_ptr jpeg)
{
  (void) jpeg;
}

static boolean
source_fill (j_decompress_ptr jpeg)
{
  codec_jpeg *c = jpeg->client_data;
  gssize got = 0;
  if (!c->damage.too_many_scans && !c->damage.ran_out)
    do
      got = pread (c->fd, c->buffer, CHUNK, (off_t) c->damage.n_read);
    while (got < 0 && errno == EINTR);
  if (got <= 0)
    {
      /* An end marker ends decoding in good order: missing blocks become grey. */
      if (got < 0)
        c->damage.read_errno = errno;
      if (!c->damage.too_many_scans)
        c->damage.ran_out = TRUE;
      static const JOCTET end[2] = { 0xFF, JPEG_EOI };
      c->source.next_input_byte = end;
      c->source.bytes_in_buffer = sizeof end;
      return TRUE;
    }
  c->damage.n_read += (guint64) got;
  c->source.next_input_byte = c->buffer;
  c->source.bytes_in_buffer = (size_t) got;
  return TRUE;
}

static void
source_skip (j_decompress_ptr jpeg, long n)
{
  codec_jpeg *c = jpeg->client_data;
  while (n > 0 && (size_t) n > c->source.bytes_in_buffer)
    {
      n -= (long) c->source.bytes_in_buffer;
      source_fill (jpeg);
      if (c->damage.ran_out)
        return;
    }
  if (n > 0)
    {
      c->source.next_input_byte += n;
      c->source.bytes_in_buffer -= (size_t) n;
    }
}

static void
source_end (j_decompress_ptr jpeg)
{
  (void) jpeg;
}

/* A progressive file may hold any number of passes over the whole picture, each a few bytes long and each costing the
 * time of a whole decode. What stands after the limit is not looked at. */
static void
on_progress (j_common_ptr jpeg)
{
  codec_jpeg *c = jpeg->client_data;
  if (!c->damage.too_many_scans && c->jpeg.input_scan_number > c->damage.max_scans)
    {
      c->damage.too_many_scans = TRUE;
      c->source.bytes_in_buffer = 0;
    }
}

/* ---- header */

static void
set_fault (const codec_jpeg *c, GError **error)
{
  if (c->damage.read_errno != 0)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "reading stopped at byte %" G_GUINT64_FORMAT ": %s",
                 c->damage.n_read, g_strerror (c->damage.read_errno));
  else if (c->damage.ran_out)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                 "truncated after %" G_GUINT64_FORMAT " bytes, before its first pixel", c->damage.n_read);
  else if (c->fatal_code == JERR_OUT_OF_MEMORY)
    g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory to decode it");
  else if (c->fatal_code == JERR_EMPTY_IMAGE)
    g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "it says it is zero pixels wide or high");
  else if (c->fatal_code == JERR_SOF_UNSUPPORTED)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                 "a JPEG of a rare kind that this machine cannot read (lossless or hierarchical, SOF 0x%02x); "
                 "convert it to PNG",
                 (unsigned int) c->errors.msg_parm.i[0]);
  else if (c->fatal_code == JERR_BAD_PRECISION)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                 "a JPEG of %d bits per sample, and this machine reads 8; convert it to PNG", c->errors.msg_parm.i[0]);
  else if (c->fatal_code == JERR_NO_IMAGE || c->fatal_code == JERR_SOS_NO_SOF)
    g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "a JPEG without a picture in it");
  else
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                 "corrupt near byte %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " (%c%s)", offset_now (c),
                 c->damage.n_bytes, g_ascii_tolower (c->fatal[0]), c->fatal + (c->fatal[0] != '\0'));
}

static gboolean
open_guarded (codec_jpeg *c)
{
  if (setjmp (c->jump) != 0)
    return FALSE;
  jpeg_create_decompress (&c->jpeg);
  c->jpeg.client_data = c;
  c->jpeg.src = &c->source;
  jpeg_save_markers (&c->jpeg, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header (&c->jpeg, TRUE);
  c->scan_at = offset_now (c);
  return TRUE;
}

static int
orientation_of (const struct jpeg_decompress_struct *jpeg)
{
  for (jpeg_saved_marker_ptr m = jpeg->marker_list; m != NULL; m = m->next)
    if (m->marker == JPEG_APP0 + 1 && m->data_length >= 6 && memcmp (m->data, "Exif\0\0", 6) == 0)
      return exif_orientation (m->data, m->data_length);
  return 1;
}

/* Scans worth waiting for: ordinary files have about ten. Large pictures get fewer, so that the work stays bounded. */
static int
scan_limit (const struct jpeg_decompress_struct *jpeg)
{
  double pixels = (double) jpeg->image_width * jpeg->image_height;
  return (int) CLAMP (2e9 / MAX (pixels, 1), 40, 500);
}

codec_jpeg *
codec_jpeg_open (int fd, guint64 n_bytes, image_facts *facts, GError **error)
{
  codec_jpeg *c = g_new0 (codec_jpeg, 1);
  c->fd = fd;
  c->damage = (jpeg_damage){ .n_bytes = n_bytes, .at = G_MAXUINT64 };
  c->jpeg.err = jpeg_std_error (&c->errors);
  c->errors.error_exit = on_fatal;
  c->errors.emit_message = on_message;
  c->errors.output_message = on_output;
  c->jpeg.client_data = c;
  c->source = (struct jpeg_source_mgr){ .init_source = source_start,
                                        .fill_input_buffer = source_fill,
                                        .skip_input_data = source_skip,
                                        .resync_to_restart = jpeg_resync_to_restart,
                                        .term_source = source_end };
  if (!open_guarded (c))
    {
      set_fault (c, error);
      codec_jpeg_free (c);
      return NULL;
    }
  const struct jpeg_decompress_struct *jpeg = &c->jpeg;
  if (jpeg->num_components != 1 && jpeg->num_components != 3 && jpeg->num_components != 4)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                   "a JPEG of %d channels, and only 1 (grey), 3 (colour) and 4 (CMYK) have a meaning",
                   jpeg->num_components);
      codec_jpeg_free (c);
      return NULL;
    }
  c->damage.max_scans = scan_limit (jpeg);
  c->damage.progressive = jpeg->progressive_mode;
  c->width = jpeg->image_width;
  c->height = jpeg->image_height;
  facts->width = (int) c->width;
  facts->height = (int) c->height;
  facts->channels = 3;
  facts->bits = jpeg->data_precision;
  facts->format = "jpeg";
  facts->space = jpeg->num_components == 1 ? "grey" : jpeg->num_components == 4 ? "cmyk" : "rgb";
  facts->orientation = orientation_of (jpeg);
  return c;
}

/* ---- pixels */

void
codec_jpeg_shrink (codec_jpeg *c, int least, image_facts *facts)
{
  JDIMENSION side = MIN (c->jpeg.image_width, c->jpeg.image_height), by = 8;
  while (by > 1 && side / by < (JDIMENSION) MAX (least, 1))
    by /= 2;
  c->jpeg.scale_num = 1;
  c->jpeg.scale_denom = by;
  c->width = (c->jpeg.image_width + by - 1) / by;
  c->height = (c->jpeg.image_height + by - 1) / by;
  facts->width = (int) c->width;
  facts->height = (int) c->height;
}

/* Adobe's programs store CMYK inverted and everybody followed, so 255 means no ink: a channel is its own ink times
 * black over 255, rounded as Pillow rounds. */
static void
cmyk_to_rgb (const guint8 *in, guint8 *out, gsize width)
{
  for (gsize x = 0; x < width; x++, in += 4, out += 3)
    for (int i = 0; i < 3; i++)
      {
        int t = (255 - in[i]) * in[3] + 128;
        out[i] = (guint8) CLAMP (in[3] - (((t >> 8) + t) >> 8), 0, 255);
      }
}

static gboolean
read_guarded (codec_jpeg *c)
{
  struct jpeg_decompress_struct *jpeg = &c->jpeg;
  if (setjmp (c->jump) != 0)
    return FALSE;
  jpeg->out_color_space = jpeg->num_components == 4 ? JCS_CMYK : JCS_RGB;
  jpeg->dct_method = JDCT_ISLOW;
  jpeg->progress = &c->progress;
  c->progress.progress_monitor = on_progress;
  jpeg_start_decompress (jpeg);
  if (jpeg->output_width != c->width || jpeg->output_height != c->height)
    return FALSE; /* the buffer was made for another size */
  gsize stride = (gsize) jpeg->output_width * 3;
  while (jpeg->output_scanline < jpeg->output_height)
    {
      if (c->cmyk != NULL)
        {
          JSAMPROW row = c->cmyk;
          guint8 *out = c->pixels + (gsize) jpeg->output_scanline * stride;
          if (jpeg_read_scanlines (jpeg, &row, 1) == 1)
            cmyk_to_rgb (c->cmyk, out, jpeg->output_width);
          continue;
        }
      JSAMPROW rows[16];
      JDIMENSION n = MIN (G_N_ELEMENTS (rows), jpeg->output_height - jpeg->output_scanline);
      for (JDIMENSION i = 0; i < n; i++)
        rows[i] = c->pixels + (gsize) (jpeg->output_scanline + i) * stride;
      jpeg_read_scanlines (jpeg, rows, n);
    }
  return TRUE;
}

/* Reads on to the end marker, for the sake of what may stand before it. A fault here costs no pixel. */
static void
finish_guarded (codec_jpeg *c)
{
  if (setjmp (c->jump) == 0)
    jpeg_finish_decompress (&c->jpeg);
}

gboolean
codec_jpeg_read (codec_jpeg *c, guint8 *pixels, image_facts *facts, GError **error)
{
  const jpeg_damage *d = &c->damage;
  gsize width = c->width, height = c->height;
  c->pixels = pixels;
  if (c->jpeg.num_components == 4)
    c->cmyk = g_try_malloc (width * 4);
  if (c->jpeg.num_components == 4 && c->cmyk == NULL)
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory to decode it");
      return FALSE;
    }
  gboolean whole = read_guarded (c);
  gsize done = MIN (c->jpeg.output_scanline, height);
  gboolean nothing = (!whole && done == 0) || (d->ran_out && d->n_read <= c->scan_at);
  if (nothing)
    {
      set_fault (c, error);
      return FALSE;
    }
  /* libjpeg leaves what it has no data for at half of each channel's range, which is grey, but not in CMYK. */
  if (c->cmyk != NULL && d->ran_out && d->at != G_MAXUINT64 && !d->progressive)
    done = MIN (done, d->row + (guint64) c->jpeg.max_v_samp_factor * DCTSIZE);
  memset (pixels + done * width * 3, GREY, (height - done) * width * 3);
  if (whole)
    finish_guarded (c);
  /* A missing end marker alone costs nothing, unless more passes were to come. */
  gboolean cut = d->ran_out && (d->progressive || d->read_errno != 0);
  if (!whole || cut || d->too_many_scans || d->at != G_MAXUINT64)
    {
      /* A fatal error that no warning came before: it stands where decoding stopped. */
      if (d->at == G_MAXUINT64)
        note_damage (c, c->jpeg.output_scanline);
      jpeg_damage_describe (d, (int) height, facts->damage, sizeof facts->damage);
    }
  return TRUE;
}

void
codec_jpeg_free (codec_jpeg *c)
{
  if (c == NULL)
    return;
  jpeg_destroy_decompress (&c->jpeg);
  g_free (c->cmyk);
  g_free (c);
}

/* ---- encoding */

typedef struct {
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  jmp_buf jump;
  char fatal[JMSG_LENGTH_MAX];
  unsigned char *out; /* libjpeg's malloc */
  unsigned long n_out;
} encoder;

static void
on_encode_fatal (j_common_ptr jpeg)
{
  encoder *e = jpeg->client_data;
  jpeg->err->format_message (jpeg, e->fatal);
  longjmp (e->jump, 1);
}

static gboolean
encode_guarded (encoder *e, const guint8 *rgb, int width, int height, int quality, gboolean full_chroma)
{
  struct jpeg_compress_struct *jpeg = &e->jpeg;
  if (setjmp (e->jump) != 0)
    return FALSE;
  jpeg_create_compress (jpeg);
  jpeg->client_data = e;
  jpeg_mem_dest (jpeg, &e->out, &e->n_out);
  jpeg->image_width = (JDIMENSION) width;
  jpeg->image_height = (JDIMENSION) height;
  jpeg->input_components = 3;
  jpeg->in_color_space = JCS_RGB;
  jpeg_set_defaults (jpeg);
  jpeg_set_quality (jpeg, quality, TRUE);
  jpeg->optimize_coding = TRUE;
  if (full_chroma)
    jpeg->comp_info[0].h_samp_factor = jpeg->comp_info[0].v_samp_factor = 1;
  jpeg_start_compress (jpeg, TRUE);
  while (jpeg->next_scanline < jpeg->image_height)
    {
      /* libjpeg takes rows it will not write to as if it might. */
      union {
        const guint8 *in;
        JSAMPROW out;
      } row = { .in = rgb + (gsize) jpeg->next_scanline * (gsize) width * 3 };
      jpeg_write_scanlines (jpeg, &row.out, 1);
    }
  jpeg_finish_compress (jpeg);
  return TRUE;
}

GBytes *
codec_jpeg_encode (const guint8 *rgb, int width, int height, int quality, gboolean full_chroma, GError **error)
{
  if (width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "%d x %d is more than a JPEG can hold (%ld a side)",
                   width, height, (long) JPEG_MAX_DIMENSION);
      return NULL;
    }
  encoder e = { .n_out = 0 };
  e.jpeg.err = jpeg_std_error (&e.errors);
  e.errors.error_exit = on_encode_fatal;
  e.errors.output_message = on_output;
  e.jpeg.client_data = &e;
  gboolean fine = encode_guarded (&e, rgb, width, height, quality, full_chroma);
  jpeg_destroy_compress (&e.jpeg);
  GBytes *bytes = NULL;
  if (fine)
    bytes = g_bytes_new (e.out, e.n_out);
  else
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "cannot encode as JPEG (%s)", e.fatal);
  free (e.out);
  return bytes;
}

const char *
codec_jpeg_version (void)
{
#ifdef LIBJPEG_TURBO_VERSION
  return "libjpeg-turbo " G_STRINGIFY (LIBJPEG_TURBO_VERSION);
#else
  return "libjpeg " G_STRINGIFY (JPEG_LIB_VERSION);
#endif
}
