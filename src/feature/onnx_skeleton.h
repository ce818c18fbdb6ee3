/* An ONNX model without its weights: the fields onnx.proto names, and no others. */
#pragma once

#include <glib.h>

/* `data`: a serialised ModelProto. Returns another one, small whatever the weights; NULL when the bytes are no protobuf
 * message. */
GByteArray *onnx_skeleton (const guint8 *data, gsize size);
/* Appends one length-delimited field. */
void onnx_skeleton_append (GByteArray *out, guint number, const guint8 *data, gsize size);
