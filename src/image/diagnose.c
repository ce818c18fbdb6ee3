/* Why a file that begins like a picture cannot be decoded. Called only after a decoder has failed, so that nothing here
 * costs time on sound files, and nothing here decides whether a file is read. */
#include "image/diagnose.h"

#include <string.h>

#include "image/sniff.h"

#define SIZE G_GSIZE_FORMAT

static guint32
be32 (const guint8 *p)
{
  return (guint32) p[0] << 24 | (guint32) p[1] << 16 | (guint32) p[2] << 8 | p[3];
}

static guint32
le16 (const guint8 *p)
{
  return (guint32) p[1] << 8 | p[0];
}

static guint32
le32 (const guint8 *p)
{
  return (guint32) p[3] << 24 | (guint32) p[2] << 16 | (guint32) p[1] << 8 | p[0];
}

/* PNG specification, annex D, without its table: this runs on broken files alone. */
static guint32
crc32_of (const guint8 *data, gsize n)
{
  guint32 crc = 0xFFFFFFFF;
  for (gsize i = 0; i < n; i++)
    {
      crc ^= data[i];
      for (int bit = 0; bit < 8; bit++)
        crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
    }
  return ~crc;
}

/* What is wrong with the 13 bytes of a PNG's header; FALSE when nothing is. */
static gboolean
png_header (const guint8 *ihdr, char *words, gsize n_words)
{
  guint32 width = be32 (ihdr), height = be32 (ihdr + 4);
  int bits = ihdr[8], colour = ihdr[9];
  gboolean power = bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
  if (width == 0 || height == 0)
    g_snprintf (words, n_words, "its header says it is %u x %u pixels", width, height);
  else if (width > G_MAXINT32 || height > G_MAXINT32)
    g_snprintf (words, n_words, "its header says it is %u x %u pixels, more than any PNG may have", width, height);
  else if (colour > 6 || colour == 1 || colour == 5)
    g_snprintf (words, n_words, "its header is broken: colour type %d does not exist", colour);
  else if (!power || (colour == 3 && bits == 16) || (colour != 0 && colour != 3 && bits < 8))
    g_snprintf (words, n_words, "its header is broken: colour type %d with %d bits per sample does not exist", colour,
                bits);
  else
    return FALSE;
  return TRUE;
}

static fault
diagnose_png (const guint8 *data, gsize n, char *words, gsize n_words)
{
  gboolean pixels = FALSE, palette = FALSE;
  int colour = -1;
  for (gsize at = 8; at < n;)
    {
      gsize length = n - at >= 8 ? be32 (data + at) : 0;
      if (n - at < 12 || length > n - at - 12)
        {
          if (length > G_MAXINT32)
            {
              g_snprintf (words, n_words, "its structure is broken at byte %" SIZE " of %" SIZE, at, n);
              return FAULT_BROKEN;
            }
          g_snprintf (words, n_words, "truncated after %" SIZE " bytes", n);
          return FAULT_TRUNCATED;
        }
      const guint8 *type = data + at + 4;
      gboolean critical = (type[0] & 0x20) == 0;
      for (int i = 0; i < 4; i++)
        if (!g_ascii_isalpha (type[i]))
          {
            g_snprintf (words, n_words, "its structure is broken at byte %" SIZE " of %" SIZE, at, n);
            return FAULT_BROKEN;
          }
      if (critical && crc32_of (type, length + 4) != be32 (type + 4 + length))
        {
          g_snprintf (words, n_words,
                      "a checksum is wrong (block %.4s at byte %" SIZE "): it was changed after it was written",
                      (const char *) type, at);
          return FAULT_CHECKSUM;
        }
      if (memcmp (type, "IHDR", 4) == 0 && length == 13)
        {
          if (png_header (type + 4, words, n_words))
            return FAULT_BROKEN;
          colour = type[13];
        }
      palette = palette || memcmp (type, "PLTE", 4) == 0;
      pixels = pixels || (memcmp (type, "IDAT", 4) == 0 && length > 0);
      at += length + 12;
      if (memcmp (type, "IEND", 4) == 0)
        break;
    }
  if (colour == 3 && !palette)
    g_strlcpy (words, "its palette is missing", n_words);
  else if (!pixels)
    g_strlcpy (words, "it holds no pixel data", n_words);
  else
    g_strlcpy (words, "its pixel data are broken", n_words);
  return FAULT_BROKEN;
}

static fault
diagnose_webp (const guint8 *data, gsize n, char *words, gsize n_words)
{
  gsize claims = n >= 8 ? (gsize) le32 (data + 4) + 8 : 0;
  if (n >= 12 && claims <= n)
    {
      g_strlcpy (words, "its pixel data are broken", n_words);
      return FAULT_BROKEN;
    }
  g_snprintf (words, n_words, "truncated after %" SIZE " of %" SIZE " bytes", n, MAX (claims, 12));
  return FAULT_TRUNCATED;
}

typedef struct {
  gboolean core; /* the oldest header, of OS/2 1 */
  gint64 width, height;
  guint32 planes, bits, packing, colours;
  guint64 begin; /* of the pixels */
} bmp_header;

/* What is wrong with a BMP's header; FALSE when nothing is. */
static gboolean
bmp_header_fault (const bmp_header *h, char *words, gsize n_words)
{
  if (h->width <= 0 || h->height == 0)
    g_snprintf (words, n_words, "its header says it is %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT " pixels", h->width,
                h->height);
  else if (h->bits == 0 || h->bits > 32 || (h->bits != 24 && (h->bits & (h->bits - 1)) != 0))
    g_snprintf (words, n_words, "its header is broken: %u bits per pixel do not exist", h->bits);
  else if (h->planes != 1)
    g_snprintf (words, n_words, "its header is broken: %u planes where there must be 1", h->planes);
  else if (h->bits <= 8 && h->colours > 1u << h->bits)
    g_snprintf (words, n_words, "its header is broken: a palette of %u colours with %u bits per pixel", h->colours,
                h->bits);
  else
    return FALSE;
  return TRUE;
}

static fault
diagnose_bmp (const guint8 *data, gsize n, char *words, gsize n_words)
{
  bmp_header h = { .core = n >= 18 && le32 (data + 14) == 12 };
  if (n < (h.core ? 26u : 54u))
    {
      g_snprintf (words, n_words, "truncated after %" SIZE " bytes, inside its header", n);
      return FAULT_TRUNCATED;
    }
  h.begin = le32 (data + 10);
  h.width = h.core ? (gint64) le16 (data + 18) : (gint32) le32 (data + 18);
  h.height = h.core ? (gint64) le16 (data + 20) : (gint32) le32 (data + 22);
  h.planes = le16 (data + (h.core ? 22 : 26));
  h.bits = le16 (data + (h.core ? 24 : 28));
  h.packing = h.core ? 0 : le32 (data + 30);
  h.colours = h.core ? 0 : le32 (data + 46);
  if (bmp_header_fault (&h, words, n_words))
    return FAULT_BROKEN;
  guint64 rows = (guint64) ABS (h.height), row = ((guint64) h.width * h.bits + 31) / 32 * 4;
  if ((h.packing == 0 || h.packing == 3) && h.begin + rows * row > n)
    {
      g_snprintf (words, n_words, "truncated after %" SIZE " of %" G_GUINT64_FORMAT " bytes", n, h.begin + rows * row);
      return FAULT_TRUNCATED;
    }
  /* ImageMagick reads BMP for libvips, and its policy file sets limits of its own (often 16000 pixels a side). */
  if (h.width >= 16000 || ABS (h.height) >= 16000)
    g_snprintf (words, n_words,
                "its BMP data are broken, or its %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                " pixels are more than this machine's ImageMagick allows; convert it to PNG",
                h.width, h.height);
  else
    g_snprintf (words, n_words,
                "its BMP data are broken, or packed in a rare way that is not read (%u bits, packing %u)", h.bits,
                h.packing);
  return FAULT_BROKEN;
}

static fault
diagnose_ico (const guint8 *data, gsize n, char *words, gsize n_words)
{
  guint64 ends = 6;
  gsize count = n >= 6 ? data[4] | (gsize) data[5] << 8 : 0;
  for (gsize i = 0; i < count; i++)
    if (6 + 16 * (i + 1) <= n)
      {
        const guint8 *entry = data + 6 + 16 * i;
        ends = MAX (ends, (guint64) le32 (entry + 8) + le32 (entry + 12));
      }
    else
      ends = MAX (ends, 6 + 16 * (guint64) count);
  if (ends > n)
    {
      g_snprintf (words, n_words, "truncated after %" SIZE " bytes, or broken: its list of pictures points beyond that",
                  n);
      return FAULT_TRUNCATED;
    }
  g_strlcpy (words, "its icon data are broken", n_words);
  return FAULT_BROKEN;
}

static fault
diagnose_gif (const guint8 *data, gsize n, char *words, gsize n_words)
{
  if (n >= 13 && data[n - 1] == 0x3B)
    {
      g_strlcpy (words, "its pixel data are broken", n_words);
      return FAULT_BROKEN;
    }
  g_snprintf (words, n_words, "truncated after %" SIZE " bytes", n);
  return FAULT_TRUNCATED;
}

static fault
diagnose_tiff (const guint8 *data, gsize n, char *words, gsize n_words)
{
  if (n >= 8 && data[2 + (data[0] == 'M')] == '*')
    {
      guint32 at = data[0] == 'M' ? be32 (data + 4) : le32 (data + 4);
      if (at >= n)
        {
          g_snprintf (words, n_words, "truncated after %" SIZE " bytes: its directory should stand at byte %u", n, at);
          return FAULT_TRUNCATED;
        }
    }
  g_strlcpy (words, "its TIFF data are broken or truncated, or of a kind that is not read here", n_words);
  return FAULT_BROKEN;
}

static fault
diagnose_pnm (const guint8 *data, gsize n, char *words, gsize n_words)
{
  guint64 begin, full = sniff_full_size ("pnm", data, n, &begin);
  if (full > n)
    {
      g_snprintf (words, n_words, "truncated after %" SIZE " of %" G_GUINT64_FORMAT " bytes", n, full);
      return FAULT_TRUNCATED;
    }
  g_strlcpy (words, "its header or its numbers are broken", n_words);
  return FAULT_BROKEN;
}

fault
diagnose (const char *format, const guint8 *data, gsize n, char *words, gsize n_words)
{
  static const struct {
    const char *format;
    fault (*look) (const guint8 *data, gsize n, char *words, gsize n_words);
  } looks[] = { { "png", diagnose_png }, { "webp", diagnose_webp }, { "bmp", diagnose_bmp }, { "ico", diagnose_ico },
                { "gif", diagnose_gif }, { "tiff", diagnose_tiff }, { "pnm", diagnose_pnm } };
  for (gsize i = 0; i < G_N_ELEMENTS (looks); i++)
    if (g_str_equal (looks[i].format, format))
      return looks[i].look (data, n, words, n_words);
  g_snprintf (words, n_words,
              "its data are broken or truncated, or of a kind that this machine cannot read (%" SIZE " bytes of %s)", n,
              format);
  return FAULT_BROKEN;
}
