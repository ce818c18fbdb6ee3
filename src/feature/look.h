/* The built-in look descriptor: what a picture looks like without any model. A fixed vector of colour
 * layout, oriented gradients and fine-detail energy, measured on view_measure() pixels. */
#pragma once

#include "types.h"

#define LOOK_VERSION 1 /* part of cache keys: raise it when any number below changes */

gsize look_size (void);

/* `rgb`: 3 channels, any size from 1 x 1. `out`: look_size() floats, all finite. Thread-safe. */
void look_measure (const image *rgb, float *out);
