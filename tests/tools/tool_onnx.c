/* Shows the ONNX part to Python tests and to the bench. W and H of 0: the view has no size. A TENSOR of '-' is the penultimate one.
 *     tool_onnx graph MODEL [shapes]                            the graph, one tensor a line
 *     tool_onnx info MODEL W H TENSOR...                        what a model opened for these tensors says of itself
 *     tool_onnx run MODEL W H BATCH IN OUT TENSOR               raw float32 pictures to raw float32 rows
 *     tool_onnx time MODEL W H BATCH COUNT THREADS TENSOR       milliseconds for COUNT random pictures, after one batch to warm up
 * An error is printed as 'error CODE: WORDS', exit code 1. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "feature/onnx.h"

static int
show_graph (const char *path, gboolean infer, GError **error)
{
  g_autoptr (onnx_graph) g = onnx_graph_open (path, error);
  if (g == NULL || (infer && !onnx_model_infer_shapes (path, g, error)))
    return 1;
  printf ("ir %d opset %d inputs %u softmax %d external %d penultimate %s\n", (int) g->ir_version, (int) g->opset,
          g->n_inputs, g->ends_in_softmax, g->external->len > 0, g->penultimate != NULL ? g->penultimate : "-");
  for (guint i = 0; i < g->tensors->len; i++)
    {
      const onnx_tensor *t = g_ptr_array_index (g->tensors, i);
      printf ("%s %s %s %s ", t->name, t->op, t->is_output ? "output" : "inner", t->channels_last ? "last" : "first");
      for (int k = 0; k < t->rank; k++)
        printf ("%s%d", k == 0 ? "" : "x", (int) t->shape[k]);
      printf ("%s\n", t->rank < 0 ? "?" : t->rank == 0 ? "number" : "");
    }
  return 0;
}

static onnx_model *
open_model (char **argv, char **tensors, int n, int threads, GError **error)
{
  g_autofree const char **names = g_new0 (const char *, n);
  for (int i = 0; i < n; i++)
    names[i] = strcmp (tensors[i], "-") == 0 ? NULL : tensors[i];
  return onnx_model_new (argv[2], names, n, atoi (argv[3]), atoi (argv[4]), threads, error);
}

static int
show_info (char **argv, int n, GError **error)
{
  g_autoptr (onnx_model) m = open_model (argv, argv + 5, n, 1, error);
  if (m == NULL)
    return 1;
  const onnx_model_info *info = onnx_model_get_info (m);
  printf ("%dx%d %s batch %d\n", info->width, info->height, info->planar ? "planar" : "interleaved", info->batch);
  for (int i = 0; i < info->n_outputs; i++)
    printf ("%s %zu %s\n", info->tensors[i], info->dims[i], info->pooled[i] ? "pooled" : "whole");
  return 0;
}

static int
run_file (char **argv, GError **error)
{
  g_autoptr (onnx_model) m = open_model (argv, argv + 8, 1, 2, error);
  g_autofree char *bytes = NULL;
  gsize size;
  if (m == NULL || !g_file_get_contents (argv[6], &bytes, &size, error))
    return 1;
  gsize one = 3 * (gsize) atoi (argv[3]) * (gsize) atoi (argv[4]), d = onnx_model_get_info (m)->dims[0];
  gsize n = size / sizeof (float) / one, batch = (gsize) atoi (argv[5]);
  g_autofree float *out = g_new (float, n *d);
  for (gsize at = 0; at < n; at += batch)
    {
      float *rows = out + at * d;
      if (!onnx_model_run (m, (const float *) (gconstpointer) bytes + at * one, (int) MIN (batch, n - at), &rows,
                           error))
        return 1;
    }
  return g_file_set_contents (argv[7], (const char *) out, (gssize) (n * d * sizeof *out), error) ? 0 : 1;
}

static int
time_run (char **argv, GError **error)
{
  int batch = atoi (argv[5]), count = atoi (argv[6]);
  g_autoptr (onnx_model) m = open_model (argv, argv + 8, 1, atoi (argv[7]), error);
  if (m == NULL)
    return 1;
  gsize values = (gsize) batch * 3 * (gsize) atoi (argv[3]) * (gsize) atoi (argv[4]);
  g_autofree float *in = g_new (float, values);
  g_autofree float *out = g_new (float, (gsize) batch *onnx_model_get_info (m)->dims[0]);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  for (gsize i = 0; i < values; i++)
    in[i] = (float) g_rand_double_range (random, -1, 1);
  if (!onnx_model_run (m, in, batch, &out, error))
    return 1;
  gint64 start = g_get_monotonic_time ();
  for (int done = 0; done < count; done += batch)
    if (!onnx_model_run (m, in, MIN (batch, count - done), &out, error))
      return 1;
  printf ("%.3f\n", (double) (g_get_monotonic_time () - start) / 1000);
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int code = 2;
  if (argc >= 3 && strcmp (argv[1], "graph") == 0)
    code = show_graph (argv[2], argc > 3, &error);
  else if (argc >= 6 && strcmp (argv[1], "info") == 0)
    code = show_info (argv, argc - 5, &error);
  else if (argc == 9 && strcmp (argv[1], "run") == 0)
    code = run_file (argv, &error);
  else if (argc == 9 && strcmp (argv[1], "time") == 0)
    code = time_run (argv, &error);
  if (error != NULL)
    printf ("error %d: %s\n", error->code, error->message);
  return code;
}
