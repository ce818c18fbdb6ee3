/* The built-in look descriptor: what a picture looks like without any model, measured on view_measure() pixels.
 *
 *   0 ..  47  colour layout: mean Y, Cb, Cr (BT.601, 0..1) over a 4 x 4 grid, as MPEG-7's colour layout before its
 *             transform (ISO/IEC 15938-3)
 *  48 .. 175  oriented gradients: 8 unsigned directions over a 4 x 4 grid, weighted by magnitude, square root of the share
 *             of the picture's whole gradient energy in each (Dalal and Triggs 2005, without overlapping blocks)
 * 176 .. 195  fine-detail energy: log2 of the mean absolute Laplacian in 4 octaves, for the picture's four quarters and
 *             for its sharpest tenth of 8 x 8 tiles, over the mean absolute contrast left at the coarsest octave (so that
 *             neither exposure nor contrast counts)
 *
 * The three parts are weighted so that each spreads about equally over photographs. */
#pragma once

#include "types.h"

#define LOOK_VERSION 1 /* part of cache keys: raise it when any number above changes */

gsize look_size (void);

/* `rgb`: 3 channels, any size from 1 x 1. `out`: look_size() floats, all finite. FALSE only when memory is short
 * (PARDON_ERROR_PICTURE). Thread-safe. */
gboolean look_measure (const image *rgb, float *out, GError **error);
