/* Separable convolution resampling with Pillow's arithmetic: filter support scaled by the reduction, coefficients
 * normalised and rounded to 22 bits, horizontal pass first, each pass rounded to 8 bits (Pillow, Resample.c).
 * FILTER_NEAREST takes the source pixel at floor((i + 0.5) * in / out). FILTER_AREA weighs by exact coverage. */
#pragma once

#include "image/view.h"

/* `in` to `width` x `height`, same channels; `out` reserved as needed, must not be `in`. */
gboolean resample (const image *in, int width, int height, view_filter filter, image *out, GError **error);
