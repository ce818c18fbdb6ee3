/* What an ONNX operator does to its tensors, told by its name alone, whatever its domain, because quantised graphs mix the standard's with
 * the runtime's own. `op` NULL: none of all. */
#pragma once

#include <glib.h>

/* The input of a layer that holds its weights when its data is input 0; 0: no layer with weights. */
gsize onnx_op_weights (const char *op);
gboolean onnx_op_is_neutral (const char *op); /* the same numbers come out, at inference */
gboolean onnx_op_is_quantiser (const char *op);
gboolean onnx_op_is_reshaper (const char *op);       /* the same numbers in another shape or type */
gboolean onnx_op_is_channels_first (const char *op); /* takes and gives N x C x H x W alone */
