/* Stands in for onnx_runtime.c where pardon was built without ONNX Runtime's header. */
#include "base/error.h"
#include "feature/onnx.h"
#include "feature/onnx_session.h"

static const char ABSENT[] =
    "this pardon was built without models: unpack a release of ONNX Runtime (1.17 or later) and "
    "build with -Donnxruntime=DIR";

const onnx_runtime_info *
onnx_runtime_find (void)
{
  static const onnx_runtime_info info = { .missing = (char *) ABSENT };
  return &info;
}

static gboolean
refuse (GError **error)
{
  g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_MISSING, ABSENT);
  return FALSE;
}

onnx_session *
onnx_session_new (const char *path, const onnx_graph *g, const char *const *tensors, int n_tensors, int threads,
                  gboolean optimise, GError **error)
{
  (void) g, (void) tensors, (void) n_tensors, (void) threads, (void) optimise;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_MISSING, "cannot run model '%s': %s", path, ABSENT);
  return NULL;
}

gboolean
onnx_session_outputs (const onnx_session *s, onnx_output_visit visit, gpointer user, GError **error)
{
  (void) s, (void) visit, (void) user;
  return refuse (error);
}

gboolean
onnx_session_run (onnx_session *s, const char *name, const onnx_array *input, const char *const *tensors, int n_tensors,
                  onnx_array *outputs, GError **error)
{
  (void) s, (void) name, (void) input, (void) tensors, (void) n_tensors, (void) outputs;
  return refuse (error);
}

void
onnx_session_free (onnx_session *s)
{
  (void) s;
}
