/* Separable convolution resampling with Pillow's arithmetic: filter support scaled by the reduction, coefficients
 * normalised and rounded to 22 bits, horizontal pass first, each pass rounded to 8 bits (Pillow, Resample.c).
 * FILTER_NEAREST takes the source pixel at floor((i + 0.5) * in / out), summed up step by step as Pillow sums it.
 * FILTER_AREA weighs by exact coverage. */
#pragma once

#include "image/view.h"

/* `in` to `width` x `height`, same channels (3 or 4, each by itself); `out` reserved as needed, must not be `in`.
 * FALSE with PARDON_ERROR_PICTURE when memory is short. Thread-safe. */
gboolean resample (const image *in, int width, int height, view_filter filter, image *out, GError **error);

/* A rectangle of a picture that need never exist as a whole. */
typedef struct {
  gint64 full_width, full_height; /* size the whole would have */
  gint64 x, y;                    /* of the part's upper left corner; the part lies inside the whole */
  int width, height;              /* of the part */
} resample_part;

/* The same pixels as `resample` to the full size and a crop afterwards, at the cost of the part alone. */
gboolean resample_to_part (const image *in, const resample_part *part, view_filter filter, image *out, GError **error);
