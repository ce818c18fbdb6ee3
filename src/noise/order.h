/* Floats in order, and what stands at a share of them. */
#pragma once

#include <glib.h>

/* Ascending, in place; none of them NaN. */
void order_floats (float *values, gsize n);
/* Of n ascending values (n >= 1), the one at `share` (0..1) of the way, linear between two. */
double order_quantile (const float *sorted, gsize n, double share);
