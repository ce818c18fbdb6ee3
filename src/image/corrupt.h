/* Corruptions of known kind: what probes are made of. Same input and parameters, same output. */
#pragma once

#include "types.h"

/* Mean over the (2 * radius + 1)^2 square, edges extended, every channel (alpha too) by itself: Pillow's
 * ImageFilter.BoxBlur to the bit (fractional radius too), horizontal then vertical, each rounded to 8 bits.
 * In place. */
gboolean corrupt_box_blur (image *im, double radius, GError **error);
