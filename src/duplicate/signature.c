/* One walk over the pixels, in pieces small enough to stay in the cache between hashing and summing. Sums are whole
 * numbers (edges weigh in twentieths of a pixel), so no machine rounds them differently. */
#include "duplicate/signature.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"

#define SIDE    SIGNATURE_SIDE
#define PIECE   (64 * 1024) /* bytes of pixels hashed at a time */
#define ROWS_16 257         /* rows of bytes whose sum 16 bits hold */

typedef struct {
  const image *im;
  gboolean transparent;
  content_hasher *hasher;
  guint8 *line;                /* width x 3: a row that had to be made */
  guint16 *columns;            /* width x 3: sums of the rows since the last flush, all of one band */
  int held;                    /* rows in `columns` */
  guint64 sums[SIDE][SIDE][3]; /* weights add up to width * height in each */
} walk;

/* Whether any pixel shows what is behind it. */
static gboolean
image_is_transparent (const image *im)
{
  gsize n = (gsize) im->width * (gsize) im->height;

  if (im->channels != 4)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (im->pixels[i * 4 + 3] != 255)
      return TRUE;
  return FALSE;
}

/* Adds one line of column sums to the cells of row `band`, `weight` twentieths of it. */
static void
line_add (walk *w, const guint16 *columns, int band, guint64 weight)
{
  gint64 width = w->im->width;

  for (gint64 cell = 0; cell < SIDE; cell++)
    {
      gint64 from = cell * width, to = from + width; /* in twentieths */
      gint64 x = from / SIDE, last = (to - 1) / SIDE;
      guint64 sum[3] = { 0 }, edge[3] = { 0 };
      gint64 first_share = MIN ((x + 1) * SIDE, to) - from;
      for (int c = 0; c < 3; c++)
        edge[c] = (guint64) first_share * columns[x * 3 + c];
      if (last > x)
        for (int c = 0; c < 3; c++)
          edge[c] += (guint64) (to - last * SIDE) * columns[last * 3 + c];
      for (x++; x < last; x++)
        {
          sum[0] += columns[x * 3];
          sum[1] += columns[x * 3 + 1];
          sum[2] += columns[x * 3 + 2];
        }
      for (int c = 0; c < 3; c++)
        w->sums[band][cell][c] += (edge[c] + sum[c] * SIDE) * weight;
    }
}

static void
flush (walk *w, int band)
{
  if (w->held > 0)
    {
      line_add (w, w->columns, band, SIDE);
      memset (w->columns, 0, (gsize) w->im->width * 3 * sizeof *w->columns);
    }
  w->held = 0;
}

static void
row_sum (guint16 *restrict columns, const guint8 *restrict row, gsize n)
{
  for (gsize i = 0; i < n; i++)
    columns[i] = (guint16) (columns[i] + row[i]);
}

/* Row y, RGB, into the bands it lies in. */
static void
row_add (walk *w, const guint8 *row, gint64 y)
{
  gint64 height = w->im->height, from = y * SIDE, to = from + SIDE;
  gsize n = (gsize) w->im->width * 3;
  int first = (int) (from / height), last = (int) ((to - 1) / height);

  if (first == last)
    {
      row_sum (w->columns, row, n);
      if (++w->held == ROWS_16 || to == (first + 1) * height)
        flush (w, first);
      return;
    }
  flush (w, first);
  row_sum (w->columns, row, n);
  for (int band = first; band <= last; band++)
    line_add (w, w->columns, band, (guint64) (MIN (to, (band + 1) * height) - MAX (from, band * height)));
  memset (w->columns, 0, n * sizeof *w->columns);
}

static const guint8 *
row_on_white (const walk *w, const guint8 *row)
{
  for (int x = 0; x < w->im->width; x++)
    for (int c = 0; c < 3; c++)
      w->line[x * 3 + c] = (guint8) ((row[x * 4 + c] * row[x * 4 + 3] + 255 * (255 - row[x * 4 + 3]) + 127) / 255);
  return w->line;
}

static const guint8 *
row_opaque (const walk *w, const guint8 *row)
{
  for (int x = 0; x < w->im->width; x++)
    memcpy (w->line + x * 3, row + x * 4, 3);
  return w->line;
}

static void
walk_rows (walk *w)
{
  const image *im = w->im;
  gsize stride = (gsize) im->width * (gsize) im->channels;
  int at_once = (int) MAX (PIECE / stride, 1);
  gboolean whole = im->channels == 3 || w->transparent; /* the bytes to hash lie there as they are */

  for (int y = 0; y < im->height; y += at_once)
    {
      int end = MIN (y + at_once, im->height);
      const guint8 *rows = im->pixels + (gsize) y * stride;
      if (whole)
        content_hasher_add (w->hasher, rows, (gsize) (end - y) * stride);
      for (int i = y; i < end; i++, rows += stride)
        {
          const guint8 *row = im->channels == 3 ? rows : w->transparent ? row_on_white (w, rows) : row_opaque (w, rows);
          if (!whole)
            content_hasher_add (w->hasher, row, (gsize) im->width * 3);
          row_add (w, row, i);
        }
    }
}

static guint8
byte_of (double x)
{
  return (guint8) floor (CLAMP (x, 0, 255) + 0.5);
}

static void
cells_fill (const walk *w, guint8 *cells)
{
  double area = (double) w->im->width * w->im->height;
  double colour[SIGNATURE_CHROMA][SIGNATURE_CHROMA][3] = { 0 };
  const int block = SIDE / SIGNATURE_CHROMA;

  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        double rgb[3];
        for (int c = 0; c < 3; c++)
          {
            rgb[c] = (double) w->sums[y][x][c] / area;
            colour[y / block][x / block][c] += rgb[c] / (block * block);
          }
        cells[y * SIDE + x] = byte_of (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]);
      }
  guint8 *blue = cells + SIGNATURE_LUMINANCE, *red = blue + SIGNATURE_COLOUR / 2;
  for (int i = 0; i < SIGNATURE_COLOUR / 2; i++)
    {
      const double *rgb = colour[i / SIGNATURE_CHROMA][i % SIGNATURE_CHROMA];
      double luminance = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
      blue[i] = byte_of (128 + (rgb[2] - luminance) / 1.772);
      red[i] = byte_of (128 + (rgb[0] - luminance) / 1.402);
    }
}

gboolean
signature_make (const image *decoded, float *out, GError **error)
{
  if (decoded->pixels == NULL || decoded->width < 1 || decoded->height < 1 || decoded->channels < 3
      || decoded->channels > 4)
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "there are no pixels to sign");
      return FALSE;
    }
  gsize n = (gsize) decoded->width * 3;
  g_autofree guint16 *columns = g_try_new0 (guint16, n);
  g_autofree guint8 *line = decoded->channels == 4 ? g_try_malloc (n) : NULL;
  if (columns == NULL || (line == NULL && decoded->channels == 4))
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory to sign the picture");
      return FALSE;
    }
  g_autoptr (content_hasher) hasher = content_hasher_new ();
  walk w = {
    .im = decoded, .hasher = hasher, .line = line, .columns = columns, .transparent = image_is_transparent (decoded)
  };
  guint32 size[3] = { GUINT32_TO_LE ((guint32) decoded->width), GUINT32_TO_LE ((guint32) decoded->height),
                      GUINT32_TO_LE (w.transparent ? 4 : 3) };
  content_hash hash;
  guint8 cells[SIGNATURE_CELLS];

  content_hasher_add (hasher, size, sizeof size);
  walk_rows (&w);
  content_hasher_end (hasher, &hash);
  for (int i = 0; i < SIGNATURE_HASH; i++)
    out[i] = (float) (hash.bytes[i * 2] << 8 | hash.bytes[i * 2 + 1]);
  cells_fill (&w, cells);
  for (int i = 0; i < SIGNATURE_CELLS / 3; i++)
    out[SIGNATURE_HASH + i] = (float) (cells[i * 3] | cells[i * 3 + 1] << 8 | cells[i * 3 + 2] << 16);
  return TRUE;
}

void
signature_cells (const float *row, guint8 cells[SIGNATURE_CELLS])
{
  for (int i = 0; i < SIGNATURE_CELLS / 3; i++)
    {
      float x = row[SIGNATURE_HASH + i];
      guint32 three = x >= 0 && x < 16777216 ? (guint32) x : 0; /* a damaged file may hold anything */
      cells[i * 3] = (guint8) three;
      cells[i * 3 + 1] = (guint8) (three >> 8);
      cells[i * 3 + 2] = (guint8) (three >> 16);
    }
}
