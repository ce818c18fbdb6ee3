/* Pixels to files: corrupted copies, demo pictures, thumbnails in the report. */
#pragma once

#include "types.h"

/* Writes `im` to `path` in the format its ending names (png, jpg/jpeg, webp, tif/tiff, bmp where the
 * library can); lossless where the format can be, JPEG at quality 95 with full chroma. The file
 * appears whole or not at all (written beside, then renamed). Refuses an unknown ending. */
gboolean encode_file (const image *im, const char *path, GError **error);

GBytes *encode_png (const image *im, GError **error);
/* An RGB or RGBA picture (alpha composed on white) as JPEG bytes at `quality` 1..100. */
GBytes *encode_jpeg (const image *im, int quality, GError **error);
