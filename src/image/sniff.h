/* What a file is, told from its first bytes. No outside library, no memory, never a byte past `n`. */
#pragma once

#include "types.h"

/* Static format name ("jpeg", "png", "webp", "gif", "tiff", "bmp", "ico", "heif", "jxl", "jp2", "pnm"), or NULL.
 * Sixteen bytes are enough. */
const char *sniff_format (const guint8 *head, gsize n);

/* What it seems to be when it is no picture, as a clause ("a web page, not a picture"); static, never NULL. `name` matters
 * for Targa alone, which has no signature. */
const char *sniff_other (const char *name, const guint8 *head, gsize n);

/* TRUE when `name` ends the way pictures do (without regard to case). */
gboolean sniff_ending (const char *name);

/* Fills what the header itself says better than a decoder does once it has converted: bits, space, and for bmp and
 * pnm also width and height (0: unknown), so that limits can be checked before any decoder is asked. `data` is the
 * whole file. */
void sniff_facts (const char *format, const guint8 *data, gsize n, image_facts *facts);

/* Index of the largest picture in an ICO. */
int sniff_largest_icon (const guint8 *data, gsize n);

/* How much of a PNG a decoder should be shown: all of it, or up to the first block other than pixel data that claims to be
 * longer than the file. A decoder would ask for that much memory (up to 2 GiB, for a file of 80 bytes). */
gsize sniff_png_extent (const guint8 *data, gsize n);

/* TRUE for a TIFF in YCbCr colours that are not packed as JPEG. */
gboolean sniff_tiff_ycc (const guint8 *data, gsize n);

/* Bytes the file should have by its own header, where rows stand in it unpacked (bmp of 24 and 32 bits, binary pnm), so that one that
 * breaks off can be filled up; 0 where that cannot be told. `begin`: where pixels begin. Sizes are not checked against any limit. */
guint64 sniff_full_size (const char *format, const guint8 *data, gsize n, guint64 *begin);
