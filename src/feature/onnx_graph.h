/* Reading an ONNX file's graph, without running it. The only part that knows the format: onnx_graph.c through
 * protobuf-c (onnx.proto, the fields we need), after onnx_skeleton.c has left out the weights, so that half a gigabyte
 * is never copied. */
#pragma once

#include "feature/onnx_values.h"

#define ONNX_MAX_RANK 8

typedef struct {
  char *name;
  char *op;                    /* operator that makes it ("Conv", "Relu", ...); "input" for a graph input */
  int rank;                    /* -1: shape not known from the file */
  gint64 shape[ONNX_MAX_RANK]; /* -1: free (batch, ...) */
  element type;                /* ELEMENT_OTHER: another one, or not stated in the file */
  gboolean is_output;          /* already an output of the graph */
  gboolean channels_last; /* if of rank 4: N x H x W x C. Inner tensors are N x C x H x W as ONNX' convolutions want
                             them, except before a leading and after a trailing Transpose */
} onnx_tensor;

typedef struct {
  GPtrArray
      *tensors;   /* of onnx_tensor, graph inputs first (those without default), then in graph order. No constants. */
  guint n_inputs; /* how many of them are graph inputs */
  char *penultimate; /* tensor fed to the last layer with weights: as the layer sees it, but before dropout, casts and
                        quantisation; NULL when there is none, or when it is the graph's input */
  gboolean ends_in_softmax;
  GPtrArray
      *external; /* of char *: files that hold weights, as the model names them, relative to its folder; each once */
  gint64 ir_version, opset;
} onnx_graph;

/* `data`: the whole file. PARDON_ERROR_MODEL with `name` in its words when it is not an ONNX model. */
onnx_graph *onnx_graph_new (const guint8 *data, gsize size, const char *name, GError **error);
/* The same from a file, which is mapped, not read. PARDON_ERROR_INPUT when it cannot be opened. */
onnx_graph *onnx_graph_open (const char *path, GError **error);
void onnx_graph_free (onnx_graph *g);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (onnx_graph, onnx_graph_free)

/* NULL when there is none by that name. */
const onnx_tensor *onnx_graph_find (const onnx_graph *g, const char *tensor);

/* Up to three names that contain `tensor`, late layers first, else the one that is most like it, as a list to print
 * ("'a', 'b'"); "" when nothing comes near. g_free. */
char *onnx_graph_near (const onnx_graph *g, const char *tensor);

/* Bytes that, appended to a serialised model, make the named inner tensors outputs: protobuf merges a repeated
 * field given twice, so no weight is touched. Names must not be outputs already, nor stand twice. */
GByteArray *onnx_graph_extra_outputs (const char *const *tensors, gsize n_tensors);
