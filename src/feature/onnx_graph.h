/* Reading an ONNX file's graph, without running it. The only file that knows the format
 * (onnx.proto fields we need, through protobuf-c). Weights are never copied for longer than the call. */
#pragma once

#include <glib.h>

#define ONNX_MAX_RANK 8

typedef struct {
  char *name;
  char *op;      /* operator that makes it ("Conv", "Relu", ...); "input" for a graph input */
  int rank;      /* -1: shape not known from the file */
  gint64 shape[ONNX_MAX_RANK]; /* -1: free (batch, ...) */
  gboolean is_output; /* already an output of the graph */
} onnx_tensor;

typedef struct {
  GPtrArray *tensors;   /* of onnx_tensor, graph inputs first (those without default), then in graph order */
  char *penultimate;    /* tensor fed to the last layer with weights, followed back over shape-only operators and dropout; NULL when
                           there is none */
  gboolean ends_in_softmax;
  gboolean external_data; /* some weights lie in files beside this one */
  gint64 ir_version, opset;
} onnx_graph;

/* `data`: the whole file. PARDON_ERROR_MODEL with `name` in its words when it is not an ONNX model. */
onnx_graph *onnx_graph_new (const guint8 *data, gsize size, const char *name, GError **error);
void onnx_graph_free (onnx_graph *g);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (onnx_graph, onnx_graph_free)

/* NULL when there is none by that name. */
const onnx_tensor *onnx_graph_find (const onnx_graph *g, const char *tensor);

/* Bytes that, appended to a serialised model, make the named inner tensors outputs: protobuf merges a repeated
 * field given twice, so no weight is touched. */
GByteArray *onnx_graph_extra_outputs (const char *const *tensors, gsize n_tensors);
