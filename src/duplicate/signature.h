/* What is kept of a picture to find it again: a hash of its pixels and a thumbnail, as one row of floats. */
#pragma once

#include "types.h"

/* To be raised whenever signature_make would give other numbers for the same pixels. */
#define SIGNATURE_VERSION 1

#define SIGNATURE_HASH      8                                         /* floats of the hash, 16 bits each */
#define SIGNATURE_SIDE      20                                        /* cells of luminance a side */
#define SIGNATURE_CHROMA    5                                         /* cells of Cb and of Cr a side */
#define SIGNATURE_LUMINANCE (SIGNATURE_SIDE * SIGNATURE_SIDE)         /* 400 */
#define SIGNATURE_COLOUR    (2 * SIGNATURE_CHROMA * SIGNATURE_CHROMA) /* 50 */
#define SIGNATURE_CELLS     (SIGNATURE_LUMINANCE + SIGNATURE_COLOUR)  /* 450 bytes, three to a float */
#define SIGNATURE_SIZE      (SIGNATURE_HASH + SIGNATURE_CELLS / 3)    /* 158 floats a picture */

/* Fills `out` (SIGNATURE_SIZE floats, every one a whole number below 2^24, so exact). `decoded` is the picture as the decoder gives it:
 * orientation applied, full size, before any view.
 *   out[0..8)  XXH3-128 of width, height and pixels, most significant 16 bits first. Opaque RGBA counts as RGB of the same pixels;
 *              where any alpha is below 255, alpha and the colours under it count.
 *   out[8..)   the cells, three bytes to a float (the first in the lowest bits): 20 x 20 of luminance (Rec. 601, 0..255), then 5 x 5 of
 *              Cb and 5 x 5 of Cr (0..255, 128 is grey), row by row; each the mean of its share of the whole picture, pixels on
 *              an edge shared out by area, transparency on white.
 * About one pass over the pixels; some tens of KB of working memory for common sizes. The same on every machine. Any thread.
 * FALSE with PARDON_ERROR_PICTURE when there are no pixels, PARDON_ERROR_MEMORY. */
gboolean signature_make (const image *decoded, float *out, GError **error);

/* The cells of a row, as bytes again. */
void signature_cells (const float *row, guint8 cells[SIGNATURE_CELLS]);
