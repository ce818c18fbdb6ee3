/* Element types of tensors, and means over space or tokens. Plain arithmetic, no library. */
#pragma once

#include <glib.h>

typedef enum { ELEMENT_OTHER, ELEMENT_FLOAT, ELEMENT_HALF, ELEMENT_DOUBLE, ELEMENT_UINT8, ELEMENT_INT8 } element;

/* Bytes of one; 0 for ELEMENT_OTHER. */
gsize element_size (element e);

/* IEEE 754 binary16, rounding to nearest even; beyond 65504 infinite. */
guint16 half_from_float (float f);
float half_to_float (guint16 h);

/* `n` values either way. To ELEMENT_UINT8: rounded and clamped to 0..255, NaN gives 0. ELEMENT_INT8 cannot be a target.
 */
void elements_from_float (element to, const float *in, gsize n, void *out);
void elements_to_float (element from, const void *in, gsize n, float *out);

/* `in`: outer x middle x inner float32; `out`: outer x inner, the mean over `middle`, summed in double in index order.
 */
void mean_over_middle (const float *in, gsize outer, gsize middle, gsize inner, float *out);
