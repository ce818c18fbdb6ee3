/* A session of the runtime over one model file; what onnx_runtime.c has to offer to onnx_model.c, so that another
 * runtime could take its place. */
#pragma once

#include "feature/onnx_graph.h"
#include "feature/onnx_values.h"

typedef struct {
  element type;
  int rank;                    /* -1: more than ONNX_MAX_RANK, or no tensor at all */
  gint64 shape[ONNX_MAX_RANK]; /* -1: free */
  const void *data;            /* row-major, or NULL */
} onnx_array;

typedef struct onnx_session onnx_session;

/* Opens `path`, whose graph is `g`, with the named tensors of it as outputs. All errors of this header are
 * PARDON_ERROR_MODEL, but PARDON_ERROR_MISSING without a runtime and PARDON_ERROR_INPUT for an unreadable file. */
onnx_session *onnx_session_new (const char *path, const onnx_graph *g, const char *const *tensors, int n_tensors,
                                int threads, gboolean optimise, GError **error);
/* Calls `visit` for each output, with type and shape as far as they can be told without running. */
typedef void (*onnx_output_visit) (const char *name, const onnx_array *a, gpointer user);
gboolean onnx_session_outputs (const onnx_session *s, onnx_output_visit visit, gpointer user, GError **error);
/* One run: `input` under `name` to the named tensors. The data of `outputs` (n_tensors) stand until the next run. */
gboolean onnx_session_run (onnx_session *s, const char *name, const onnx_array *input, const char *const *tensors,
                           int n_tensors, onnx_array *outputs, GError **error);
void onnx_session_free (onnx_session *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (onnx_session, onnx_session_free)
