/* The built-in look descriptor: what a picture looks like without any model, measured on view_measure() pixels.
 *
 *   0 ..  47  colour layout: mean Y, Cb, Cr (BT.601, 0..1) over a 4 x 4 grid, as MPEG-7's colour layout before its
 *             transform (ISO/IEC 15938-3)
 *  48 .. 175  oriented gradients: 8 unsigned directions over a 4 x 4 grid, weighted by magnitude, square root of the share
 *             of the picture's whole gradient energy in each (Dalal and Triggs 2005, without overlapping blocks)
 * 176 .. 190  fine detail: log2 of the mean absolute Laplacian of an octave over that of the next coarser one, for 3 octaves,
 *             each for the picture's four quarters and for its sharpest tenth of 8 x 8 tiles. Photographs keep these ratios whatever
 *             they show, for their spectra fall alike (Field 1987); blur and noise change them.
 * 191 .. 195  coarse detail: log2 of the 4th octave's over the mean absolute contrast left below it, same regions
 *
 * Colour, gradients and fine detail are weighted to spread about equally over photographs; coarse detail, which tells more of
 * the subject than of its rendering, spreads a tenth as much. Neither exposure nor contrast counts in the last three.
 */
#pragma once

#include "types.h"

#define LOOK_VERSION 1 /* part of cache keys: raise it when any number above changes */

gsize look_size (void);

/* `rgb`: 3 channels, any size from 1 x 1. `out`: look_size() floats, all finite. FALSE only when memory is short
 * (PARDON_ERROR_PICTURE). Thread-safe. */
gboolean look_measure (const image *rgb, float *out, GError **error);
