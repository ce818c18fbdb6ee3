/* What a file is, told from its first bytes: content decides, never the name. The order of the table matters only for
 * reading; no two magics overlap. */
#include "image/sniff.h"

#include <string.h>

static gboolean
starts (const guint8 *head, gsize n, gsize at, const char *magic, gsize n_magic)
{
  return n >= at + n_magic && memcmp (head + at, magic, n_magic) == 0;
}

/* clang-format off */
static const struct {
  const char *format;
  guint8 at, n;
  const char *magic;
} magics[] = {
  { "jpeg", 0, 3, "\xFF\xD8\xFF" },
  { "png",  0, 8, "\x89PNG\r\n\x1A\n" },
  { "gif",  0, 6, "GIF87a" },
  { "gif",  0, 6, "GIF89a" },
  { "webp", 8, 4, "WEBP" },
  { "tiff", 0, 4, "II*\0" },
  { "tiff", 0, 4, "MM\0*" },
  { "tiff", 0, 4, "II+\0" },
  { "tiff", 0, 4, "MM\0+" },
  { "ico",  0, 4, "\0\0\1\0" },
  { "heif", 4, 8, "ftypheic" },
  { "heif", 4, 8, "ftypheix" },
  { "heif", 4, 8, "ftyphevc" },
  { "heif", 4, 8, "ftypmif1" },
  { "heif", 4, 8, "ftypmsf1" },
  { "heif", 4, 8, "ftypavif" },
  { "heif", 4, 8, "ftypavis" },
  { "jxl",  0, 2, "\xFF\x0A" },
  { "jxl",  0, 12, "\0\0\0\x0CJXL \r\n\x87\n" },
  { "jp2",  0, 12, "\0\0\0\x0CjP  \r\n\x87\n" },
  { "jp2",  0, 4, "\xFF\x4F\xFF\x51" },
};

/* Files that often stand where a picture should: downloads that failed, links that were never followed. */
static const struct {
  guint8 at, n;
  const char *magic, *words;
} others[] = {
  { 0, 23, "version https://git-lfs", "a Git LFS pointer, not the picture it points to: fetch it with 'git lfs pull'" },
  { 0, 8,  "\x89PNG\n\x1A\n", "a PNG damaged by a transfer as text: fetch it again in binary mode" },
  { 0, 9,  "<!DOCTYPE",       "a web page, not a picture: its download probably failed" },
  { 0, 9,  "<!doctype",       "a web page, not a picture: its download probably failed" },
  { 0, 5,  "<html",           "a web page, not a picture: its download probably failed" },
  { 0, 5,  "<HTML",           "a web page, not a picture: its download probably failed" },
  { 0, 4,  "<svg",            "an SVG drawing, which is not read: convert it to PNG" },
  { 0, 5,  "<?xml",           "an XML file (perhaps an SVG drawing), not a picture" },
  { 0, 4,  "%PDF",            "a PDF document, not a picture" },
  { 0, 4,  "%!PS",            "a PostScript document, not a picture" },
  { 0, 4,  "8BPS",            "a Photoshop document, which is not read: convert it to PNG" },
  { 0, 4,  "\x76\x2F\x31\x01", "an OpenEXR picture, which is not read: convert it to PNG" },
  { 0, 4,  "PK\3\4",          "a ZIP archive, not a picture: unpack it first" },
  { 0, 2,  "\x1F\x8B",        "a gzip archive, not a picture: unpack it first" },
  { 4, 4,  "ftyp",            "a video, not a picture" },
};
/* clang-format on */

static const char *const endings[] = { ".jpg",  ".jpeg", ".jpe", ".jfif", ".png",  ".gif",  ".webp", ".tif",
                                       ".tiff", ".bmp",  ".dib", ".ico",  ".heic", ".heif", ".avif", ".jxl",
                                       ".jp2",  ".j2k",  ".pnm", ".ppm",  ".pgm",  ".pbm",  ".tga" };

static guint32
le16 (const guint8 *p)
{
  return (guint32) p[0] | (guint32) p[1] << 8;
}

static guint32
le32 (const guint8 *p)
{
  return le16 (p) | le16 (p + 2) << 16;
}

/* Two letters are too few to tell a BMP from a text that begins with them, so its header must make sense too. */
static gboolean
is_bmp (const guint8 *head, gsize n)
{
  if (n < 16 || head[0] != 'B' || head[1] != 'M')
    return FALSE;
  guint32 header = le16 (head + 14);
  return header >= 12 && header <= 1024 && (n < 18 || le16 (head + 16) == 0);
}

/* "P6\n12 34\n255\n": the letter, the digit, white space, then a number or a comment. */
static gboolean
is_pnm (const guint8 *head, gsize n)
{
  return n >= 4 && head[0] == 'P' && head[1] >= '1' && head[1] <= '6' && g_ascii_isspace (head[2])
         && (g_ascii_isdigit (head[3]) || head[3] == '#' || g_ascii_isspace (head[3]));
}

const char *
sniff_format (const guint8 *head, gsize n)
{
  for (gsize i = 0; i < G_N_ELEMENTS (magics); i++)
    if (starts (head, n, magics[i].at, magics[i].magic, magics[i].n))
      {
        /* A RIFF file may be sound or video; and an ICO without pictures is more likely something else. */
        if (g_str_equal (magics[i].format, "webp") && !starts (head, n, 0, "RIFF", 4))
          continue;
        if (g_str_equal (magics[i].format, "ico") && (n < 6 || le16 (head + 4) == 0 || le16 (head + 4) > 256))
          continue;
        return magics[i].format;
      }
  if (is_bmp (head, n))
    return "bmp";
  return is_pnm (head, n) ? "pnm" : NULL;
}

/* Six of the signature's eight bytes, which were chosen so that a careless transfer changes some of them. */
static gboolean
nearly_png (const guint8 *head, gsize n)
{
  int same = 0;
  for (gsize i = 0; n >= 8 && i < 8; i++)
    same += head[i] == (guint8) "\x89PNG\r\n\x1A\n"[i];
  return same >= 6 || starts (head, n, 1, "PNG\n\n", 5);
}

const char *
sniff_other (const char *name, const guint8 *head, gsize n)
{
  if (n == 0)
    return "the file is empty";
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (starts (head, n, others[i].at, others[i].magic, others[i].n))
      return others[i].words;
  if (nearly_png (head, n))
    return "almost a PNG, but its signature is damaged: it was changed or transferred as text";
  if (g_str_has_suffix (name, ".tga") || g_str_has_suffix (name, ".TGA"))
    return "a Targa picture, which is not read: convert it to PNG";
  gsize zeros = 0, text = 0;
  gsize look = MIN (n, 256);
  for (gsize i = 0; i < look; i++)
    {
      zeros += head[i] == 0;
      text += (head[i] >= ' ' && head[i] < 127) || g_ascii_isspace (head[i]);
    }
  if (zeros == look)
    return "it holds nothing but zero bytes where a picture should begin: its copy or download probably broke off";
  if (text == look)
    return "a text file, not a picture";
  return "not a picture of any format that can be read here";
}

gboolean
sniff_ending (const char *name)
{
  const char *dot = strrchr (name, '.');
  if (dot == NULL || dot == name || dot[-1] == '/')
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_ascii_strcasecmp (dot, endings[i]) == 0)
      return TRUE;
  return FALSE;
}

/* ---- facts */

/* Next number of a PNM header, past white space and comments; -1 when there is none. */
static gint64
pnm_number (const guint8 *data, gsize n, gsize *at)
{
  while (*at < n && (g_ascii_isspace (data[*at]) || data[*at] == '#'))
    {
      if (data[*at] == '#')
        while (*at < n && data[*at] != '\n')
          ++*at;
      else
        ++*at;
    }
  gint64 value = -1;
  for (; *at < n && g_ascii_isdigit (data[*at]) && value < G_MAXINT32; ++*at)
    value = MAX (value, 0) * 10 + (data[*at] - '0');
  return value;
}

static void
pnm_facts (const guint8 *data, gsize n, image_facts *facts)
{
  int kind = data[1] - '0';
  gsize at = 2;
  gint64 width = pnm_number (data, n, &at), height = pnm_number (data, n, &at);
  gint64 most = kind == 1 || kind == 4 ? 1 : pnm_number (data, n, &at);
  facts->width = (int) CLAMP (width, 0, G_MAXINT);
  facts->height = (int) CLAMP (height, 0, G_MAXINT);
  facts->bits = most == 1 ? 1 : most > 255 ? 16 : 8;
  facts->space = kind == 3 || kind == 6 ? "rgb" : "grey";
}

static void
png_facts (const guint8 *data, gsize n, image_facts *facts)
{
  if (n < 26)
    return;
  facts->bits = data[24];
  facts->space = data[25] == 3 ? "palette" : (data[25] & 2) != 0 ? "rgb" : "grey";
}

static void
bmp_facts (const guint8 *data, gsize n, image_facts *facts)
{
  if (n < 30)
    return;
  gboolean core = le32 (data + 14) == 12;
  gint64 width = core ? (gint64) le16 (data + 18) : (gint32) le32 (data + 18);
  gint64 height = core ? (gint64) le16 (data + 20) : (gint32) le32 (data + 22);
  guint32 bits = le16 (data + (core ? 24 : 28));
  /* A negative height means that the top row comes first. */
  facts->width = (int) CLAMP (width, 0, G_MAXINT);
  facts->height = (int) MIN (ABS (height), G_MAXINT);
  facts->bits = bits <= 8 ? (int) bits : 8;
  facts->space = bits <= 8 ? "palette" : "rgb";
}

static void
ico_facts (const guint8 *data, gsize n, image_facts *facts)
{
  gsize at = 6 + 16 * (gsize) sniff_largest_icon (data, n);
  if (n < at + 16)
    return;
  guint32 bits = le16 (data + at + 6);
  facts->bits = bits >= 1 && bits <= 8 ? (int) bits : 8;
  facts->space = bits >= 1 && bits <= 8 ? "palette" : "rgb";
}

int
sniff_largest_icon (const guint8 *data, gsize n)
{
  int best = 0;
  guint32 best_size = 0;
  gsize count = n >= 6 ? MIN (le16 (data + 4), (n - 6) / 16) : 0;
  for (gsize i = 0; i < count; i++)
    {
      const guint8 *entry = data + 6 + 16 * i;
      guint32 width = entry[0] != 0 ? entry[0] : 256, height = entry[1] != 0 ? entry[1] : 256;
      guint32 size = width * height * 64 + MIN (le16 (entry + 6), 32);
      if (size > best_size)
        {
          best = (int) i;
          best_size = size;
        }
    }
  return best;
}

/* One entry of a classic TIFF's first directory, SHORT or LONG; `missing` when it is not there. */
static guint32
tiff_tag (const guint8 *data, gsize n, guint32 tag, guint32 missing)
{
  gboolean big_endian = n >= 8 && data[0] == 'M';
  if (n < 8 || data[2 + big_endian] != '*')
    return missing;
#define R16(p) (big_endian ? ((guint32) (p)[0] << 8 | (p)[1]) : le16 (p))
#define R32(p) (big_endian ? (R16 (p) << 16 | R16 ((p) + 2)) : le32 (p))
  gsize at = R32 (data + 4);
  if (at > n - 2)
    return missing;
  gsize count = R16 (data + at);
  for (gsize i = 0; i < count && at + 14 + 12 * i <= n; i++)
    {
      const guint8 *entry = data + at + 2 + 12 * i;
      if (R16 (entry) != tag)
        continue;
      gboolean is_short = R16 (entry + 2) == 3;
      /* More than two shorts stand elsewhere, at an offset; the first speaks for all. */
      if (is_short && R32 (entry + 4) > 2)
        {
          gsize away = R32 (entry + 8);
          return away <= n - 2 ? R16 (data + away) : missing;
        }
      return is_short ? R16 (entry + 8) : R32 (entry + 8);
    }
#undef R16
#undef R32
  return missing;
}

static void
tiff_facts (const guint8 *data, gsize n, image_facts *facts)
{
  static const char *const spaces[] = { "grey", "grey", "rgb", "palette", "grey", "cmyk", "rgb" };
  guint32 bits = tiff_tag (data, n, 258, 1), photometric = tiff_tag (data, n, 262, 99);
  if (bits <= 64)
    facts->bits = (int) bits;
  facts->space = photometric < G_N_ELEMENTS (spaces) ? spaces[photometric] : "other";
}

static guint64
bmp_full_size (const guint8 *data, gsize n, guint64 *begin)
{
  if (n < 54 || le32 (data + 14) < 40)
    return 0;
  gint64 width = (gint32) le32 (data + 18), height = (gint32) le32 (data + 22);
  guint32 bits = le16 (data + 28), packing = le32 (data + 30);
  if (width <= 0 || height == 0 || (bits != 24 && bits != 32) || (packing != 0 && packing != 3))
    return 0;
  *begin = le32 (data + 10);
  return *begin + ((guint64) width * bits + 31) / 32 * 4 * (guint64) ABS (height);
}

static guint64
pnm_full_size (const guint8 *data, gsize n, guint64 *begin)
{
  int kind = data[1] - '0';
  gsize at = 2;
  gint64 width = pnm_number (data, n, &at), height = pnm_number (data, n, &at);
  gint64 most = kind == 4 ? 1 : pnm_number (data, n, &at);
  if (kind < 4 || width <= 0 || height <= 0 || most <= 0 || most > 65535 || width > G_MAXINT32 || height > G_MAXINT32)
    return 0;
  guint64 row = kind == 4 ? ((guint64) width + 7) / 8 : (guint64) width * (kind == 6 ? 3 : 1) * (most > 255 ? 2 : 1);
  *begin = at + 1;
  return row > G_MAXUINT64 / 2 / (guint64) height ? 0 : *begin + row * (guint64) height;
}

guint64
sniff_full_size (const char *format, const guint8 *data, gsize n, guint64 *begin)
{
  *begin = 0;
  if (g_str_equal (format, "bmp"))
    return bmp_full_size (data, n, begin);
  return g_str_equal (format, "pnm") ? pnm_full_size (data, n, begin) : 0;
}

gboolean
sniff_tiff_ycc (const guint8 *data, gsize n)
{
  guint32 packing = tiff_tag (data, n, 259, 1);
  return tiff_tag (data, n, 262, 99) == 6 && packing != 6 && packing != 7;
}

gsize
sniff_png_extent (const guint8 *data, gsize n)
{
  for (gsize at = 8; at < n && n - at >= 8;)
    {
      gsize length = (gsize) data[at] << 24 | (gsize) data[at + 1] << 16 | (gsize) data[at + 2] << 8 | data[at + 3];
      if (length + 12 > n - at)
        return memcmp (data + at + 4, "IDAT", 4) == 0 ? n : at;
      at += length + 12;
    }
  return n;
}

void
sniff_facts (const char *format, const guint8 *data, gsize n, image_facts *facts)
{
  if (g_str_equal (format, "png"))
    png_facts (data, n, facts);
  else if (g_str_equal (format, "bmp"))
    bmp_facts (data, n, facts);
  else if (g_str_equal (format, "ico"))
    ico_facts (data, n, facts);
  else if (g_str_equal (format, "tiff"))
    tiff_facts (data, n, facts);
  else if (g_str_equal (format, "pnm"))
    pnm_facts (data, n, facts);
  else if (g_str_equal (format, "gif"))
    {
      facts->bits = n > 10 && (data[10] & 0x80) != 0 ? (data[10] & 7) + 1 : 8;
      facts->space = "palette";
    }
}
