/* Running ONNX models: onnx_model.c over onnx_runtime.c, the only file that uses ONNX Runtime, loaded at run
 * time so that pardon starts and scans without it. PARDON_ONNXRUNTIME names the library; else the one found at build
 * time, else libonnxruntime.so.1 and libonnxruntime.so by the system's search. */
#pragma once

#include "feature/onnx_graph.h"
#include "types.h"

typedef struct {
  char *path;      /* of the library in use, or NULL */
  char *version;   /* "1.30.0", or NULL */
  char *providers; /* where it can run, best first: "CUDA, CPU"; or NULL */
  char *missing;   /* why there is none, with the remedy; NULL when present */
} onnx_runtime_info;

/* Tries to load it. Owned by the library, constant after the first call. Thread-safe. */
const onnx_runtime_info *onnx_runtime_find (void);

typedef struct onnx_model onnx_model;

typedef struct {
  int width, height; /* of the input as it is run: the graph's, or the view's where the graph leaves it free */
  gboolean planar;   /* NCHW; else NHWC */
  int batch;         /* 1: fixed at one; other n: fixed at n; 0: free */
  int n_outputs;     /* as many as tensors asked for */
  char **tensors;    /* n_outputs names actually read */
  gsize *dims; /* n_outputs row lengths. A rank-4 tensor is averaged over space, a rank-3 one over tokens: stated in
                  docs. */
  gboolean *pooled; /* n_outputs: whether that happened */
} onnx_model_info;

/* Opens `path` for reading the `n_tensors` named tensors (inner ones become outputs without the file being changed); a
 * NULL name stands for the penultimate tensor. `width`, `height`: the view's size, used to fix free sizes and to check
 * fixed ones (0: the view has none, the graph's own is taken); `threads` for one run. One or two blank pictures are run
 * to learn the rows' lengths, so what cannot run fails here. PARDON_ERROR_MISSING without a runtime, PARDON_ERROR_INPUT
 * when the file cannot be opened, PARDON_ERROR_MODEL with a sentence for what is refused (not an image input, several
 * inputs without defaults, a size that differs from the view's, an unknown tensor: names near ones). */
onnx_model *onnx_model_new (const char *path, const char *const *tensors, int n_tensors, int width, int height,
                            int threads, GError **error);
const onnx_model_info *onnx_model_get_info (const onnx_model *m);

/* `input`: n x 3 x h x w (planar) or n x h x w x 3, float32 scaled; fp16 and integer graphs are converted to here.
 * `outputs[i]`: n x dims[i] float32, the caller's. A fixed batch is met by padding or by several runs. One thread at
 * a time per model. PARDON_ERROR_PICTURE, naming the first of them, when some rows hold infinities or NaN: then all
 * rows of all outputs are written, so that the caller can tell those pictures from the good ones. */
gboolean onnx_model_run (onnx_model *m, const float *input, int n, float *const *outputs, GError **error);
void onnx_model_free (onnx_model *m);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (onnx_model, onnx_model_free)

/* Fills in the shapes of `g` (read from the same `path`) that the file does not state but the runtime can infer. What
 * it cannot stays at rank -1. */
gboolean onnx_model_infer_shapes (const char *path, onnx_graph *g, GError **error);
