#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "feature/onnx.h"
#include "feature/onnx_skeleton.h"
#include "feature/onnx_values.h"

/* Serialised models, built field by field (numbers: ONNX IR specification). */

static void
put_text (GByteArray *out, guint number, const char *text)
{
  onnx_skeleton_append (out, number, (const guint8 *) text, strlen (text));
}

static void
put_message (GByteArray *out, guint number, GByteArray *message)
{
  onnx_skeleton_append (out, number, message->data, message->len);
  g_byte_array_unref (message);
}

static void
put_number (GByteArray *out, guint8 number, guint8 value)
{
  g_byte_array_append (out, (const guint8[]){ (guint8) (number << 3), value }, 2);
}

/* "OP in1 in2 > out1 out2" */
static void
put_node (GByteArray *graph, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  GByteArray *node = g_byte_array_new ();
  guint field = 1;
  for (guint i = 1; words[i] != NULL; i++)
    if (strcmp (words[i], ">") == 0)
      field = 2;
    else
      put_text (node, field, strcmp (words[i], "_") == 0 ? "" : words[i]);
  put_text (node, 4, words[0]);
  put_message (graph, 1, node);
}

static void
put_weight (GByteArray *graph, const char *name, gsize bytes)
{
  g_autofree guint8 *zeros = g_malloc0 (bytes);
  GByteArray *tensor = g_byte_array_new ();
  put_number (tensor, 1, (guint8) (bytes / 4));
  put_number (tensor, 2, 1);
  put_text (tensor, 8, name);
  onnx_skeleton_append (tensor, 9, zeros, bytes);
  put_message (graph, 5, tensor);
}

static void
put_value (GByteArray *graph, guint field, const char *name, const char *shape)
{
  g_auto (GStrv) dims = g_strsplit (shape, "x", -1);
  GByteArray *value = g_byte_array_new (), *type = g_byte_array_new (), *tensor = g_byte_array_new (),
             *all = g_byte_array_new ();
  for (guint i = 0; dims[i] != NULL; i++)
    {
      GByteArray *dim = g_byte_array_new ();
      if (g_ascii_isdigit (dims[i][0]))
        put_number (dim, 1, (guint8) atoi (dims[i]));
      else
        put_text (dim, 2, dims[i]);
      put_message (all, 1, dim);
    }
  put_number (tensor, 1, 1);
  put_message (tensor, 2, all);
  put_message (type, 1, tensor);
  put_text (value, 1, name);
  put_message (value, 2, type);
  put_message (graph, field, value);
}

/* Nodes as lines; weights are the names that begin with w; input "x" of `shape`, output "y". */
static GByteArray *
build (const char *shape, const char *const *nodes, const char *const *weights)
{
  GByteArray *graph = g_byte_array_new (), *model = g_byte_array_new (), *opset = g_byte_array_new ();
  for (; *nodes != NULL; nodes++)
    put_node (graph, *nodes);
  put_text (graph, 2, "net");
  for (; weights != NULL && *weights != NULL; weights++)
    put_weight (graph, *weights, 40);
  put_value (graph, 11, "x", shape);
  put_value (graph, 12, "y", "NxC");
  put_number (model, 1, 8);
  put_number (opset, 2, 13);
  put_message (model, 8, opset);
  put_message (model, 7, graph);
  return model;
}

static onnx_graph *
read_graph (GByteArray *model)
{
  g_autoptr (GError) error = NULL;
  onnx_graph *g = onnx_graph_new (model->data, model->len, "net.onnx", &error);
  g_assert_no_error (error);
  g_byte_array_unref (model);
  return g;
}

static void
test_penultimate (void)
{
  static const struct {
    const char *nodes[8], *wanted;
  } cases[] = {
    { { "Relu x > a", "Gemm a w b > y" }, "a" },
    { { "Relu x > a", "MatMul a w > p", "Add p b > y" }, "a" },
    { { "Relu x > a", "MatMul w a > y" }, "a" },
    { { "Relu x > a", "Dropout a > d m", "Identity d > i", "Gemm i w > l", "Softmax l > y" }, "a" },
    { { "Relu x > a", "QuantizeLinear a s z > q", "DequantizeLinear q s z > d", "Gemm d w > y" }, "a" },
    { { "QLinearConv x s z w s z s z > a", "DequantizeLinear a s z > d", "Gemm d w > y" }, "d" },
    { { "Relu x > a", "Flatten a > f", "Gemm f w > l", "Reshape l s > y" }, "f" },
    { { "Conv x w > a", "Relu a > r", "Conv r w > c", "GlobalAveragePool c > g", "Flatten g > y" }, "r" },
    { { "Conv x w > a", "MatMul a a > t", "Softmax t > y" }, NULL },              /* fed by the input itself */
    { { "Relu x > a", "Conv a w > c", "MatMul c c > t", "Softmax t > y" }, "a" }, /* attention has no weights */
    { { "Relu x > a", "DequantizeLinear w s z > v", "Transpose v > t", "Gemm a t > y" }, "a" },
    { { "Constant > k", "Relu x > a", "Gemm a k > y" }, "a" },
    { { "Relu x > a", "DynamicQuantizeLinear a > q qs qz", "MatMulInteger q w qz > y" }, "a" },
    { { "Relu x > a", "QuantizeLinear a s z > q", "QLinearMatMul q s z w s z s z > l", "DequantizeLinear l s z > y" },
      "a" },
    { { "Relu x > y" }, NULL },
    { { "Relu b > a", "Add a y > y2", "Relu y2 > y" }, NULL }, /* a cycle */
    { { "Identity y > y" }, NULL },
    { { "Gemm x > y" }, NULL }, /* too few inputs */
    { { "Relu > y" }, NULL },
  };
  static const char *const weights[] = { "w", "b", "s", "z", NULL };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (onnx_graph) g = read_graph (build ("Nx3x8x8", cases[i].nodes, weights));
      g_test_message ("case %u: '%s'", i, g->penultimate != NULL ? g->penultimate : "none");
      g_assert_cmpstr (g->penultimate, ==, cases[i].wanted);
    }
}

static void
test_tensors (void)
{
  const char *const nodes[] = { "Constant > k",      "Relu x > a _ b2", "Mul w k > folded",
                                "Gemm a folded > l", "Softmax l > y",   NULL };
  const char *const weights[] = { "w", NULL };
  g_autoptr (onnx_graph) g = read_graph (build ("Nx3x8x9", nodes, weights));
  g_assert_cmpuint (g->tensors->len, ==, 5);
  const char *const names[] = { "x", "a", "b2", "l", "y" }, *const ops[] = { "input", "Relu", "Relu", "Gemm",
                                                                             "Softmax" };
  for (guint i = 0; i < 5; i++)
    {
      const onnx_tensor *t = g_ptr_array_index (g->tensors, i);
      g_assert_cmpstr (t->name, ==, names[i]);
      g_assert_cmpstr (t->op, ==, ops[i]);
      g_assert_cmpint (t->is_output, ==, i == 4);
      g_assert_true (onnx_graph_find (g, names[i]) == t);
    }
  const onnx_tensor *x = g_ptr_array_index (g->tensors, 0), *a = g_ptr_array_index (g->tensors, 1);
  g_assert_cmpint (x->rank, ==, 4);
  g_assert_cmpint (x->shape[0], ==, -1);
  g_assert_cmpint (x->shape[3], ==, 9);
  g_assert_cmpint (x->type, ==, ELEMENT_FLOAT);
  g_assert_cmpint (a->rank, ==, -1);
  g_assert_null (onnx_graph_find (g, "w"));
  g_assert_null (onnx_graph_find (g, "folded"));
  g_assert_null (onnx_graph_find (g, ""));
  g_assert_true (g->ends_in_softmax);
  g_assert_cmpint (g->opset, ==, 13);
  g_autofree char *near = onnx_graph_near (g, "A"), *none = onnx_graph_near (g, "something else"),
                  *empty = onnx_graph_near (g, "");
  g_assert_cmpstr (near, ==, "'a'");
  g_assert_cmpstr (none, ==, "");
  g_assert_nonnull (empty);
}

/* Outputs appended to a model are read as if they had been there. */
static void
test_extra_outputs (void)
{
  const char *const nodes[] = { "Relu x > a", "Relu a > b", "Gemm b w > y", NULL }, *const weights[] = { "w", NULL };
  const char *const wanted[] = { "a", "b" };
  GByteArray *model = build ("Nx3x8x8", nodes, weights);
  g_autoptr (GByteArray) extra = onnx_graph_extra_outputs (wanted, 2), nothing = onnx_graph_extra_outputs (wanted, 0);
  g_assert_cmpuint (nothing->len, ==, 0);
  g_byte_array_append (model, extra->data, extra->len);
  g_autoptr (onnx_graph) g = read_graph (model);
  g_assert_true (onnx_graph_find (g, "a")->is_output);
  g_assert_true (onnx_graph_find (g, "b")->is_output);
  g_assert_true (onnx_graph_find (g, "y")->is_output);
  g_assert_cmpuint (g->tensors->len, ==, 4);
}

static void
test_skeleton_is_small (void)
{
  GByteArray *graph = g_byte_array_new (), *model = g_byte_array_new ();
  put_node (graph, "Gemm x w > y");
  put_weight (graph, "w", 10 << 20);
  put_value (graph, 11, "x", "Nx3");
  put_message (model, 7, graph);
  g_autoptr (GByteArray) skeleton = onnx_skeleton (model->data, model->len);
  g_assert_nonnull (skeleton);
  g_assert_cmpuint (skeleton->len, <, 200);
  g_autoptr (onnx_graph) g = read_graph (model);
  g_assert_cmpuint (g->n_inputs, ==, 1);
}

/* Every cut, and thousands of damaged bytes: refused or read, never a crash (the sanitisers look on). */
static void
test_damage (void)
{
  const char *const nodes[] = { "Relu x > a", "Dropout a > d", "Gemm d w > l", "Softmax l > y", NULL };
  const char *const weights[] = { "w", NULL };
  GByteArray *model = build ("Nx3x8x8", nodes, weights);
  guint refused = 0;
  for (guint cut = 0; cut < model->len; cut++)
    {
      g_autofree guint8 *part = g_memdup2 (model->data, cut);
      g_autoptr (GError) error = NULL;
      g_autoptr (onnx_graph) g = onnx_graph_new (part, cut, "cut.onnx", &error);
      g_assert_true (g != NULL || g_error_matches (error, PARDON_ERROR, PARDON_ERROR_MODEL));
      refused += g == NULL;
    }
  g_assert_cmpuint (refused, >, model->len * 9 / 10);
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (model->data, model->len);
      for (guint k = 0; k <= i % 4; k++)
        copy[g_rand_int_range (random, 0, (gint32) model->len)] = (guint8) g_rand_int (random);
      g_autoptr (GError) error = NULL;
      g_autoptr (onnx_graph) g = onnx_graph_new (copy, model->len, "hurt.onnx", &error);
      g_assert_true (g != NULL || g_error_matches (error, PARDON_ERROR, PARDON_ERROR_MODEL));
    }
  g_byte_array_unref (model);
}

static void
test_half (void)
{
  for (guint h = 0; h < 65536; h++)
    {
      float f = half_to_float ((guint16) h);
      gboolean is_nan = (h & 0x7c00) == 0x7c00 && (h & 0x3ff) != 0;
      g_assert_cmpint (isnan (f) != 0, ==, is_nan);
      if (!is_nan)
        g_assert_cmpuint (half_from_float (f), ==, h);
    }
  static const struct {
    float f;
    guint16 h;
  } known[] = {
    { 1, 0x3c00 },         { -2, 0xc000 },           { 65504, 0x7bff },
    { 65519, 0x7bff },     { 65520, 0x7c00 },        { 1e30f, 0x7c00 },
    { -INFINITY, 0xfc00 }, { 0x1p-24f, 1 },          { 0x1p-25f, 0 }, /* halfway to zero, which is even */
    { 0x1.8p-25f, 1 },     { 0x1.8p-24f, 2 },                         /* halfway between 1 and 2 */
    { 0x1p-14f, 0x0400 },  { 1 + 0x1p-11f, 0x3c00 }, { 1 + 0x1.8p-10f, 0x3c02 },
    { 1e-30f, 0 },         { -0.0f, 0x8000 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    g_assert_cmpuint (half_from_float (known[i].f), ==, known[i].h);
  /* Never further away than the neighbours are. */
  for (float f = 1e-9f; f < 60000; f *= 1.0007f)
    {
      guint16 h = half_from_float (f);
      g_assert_cmpfloat (fabsf (half_to_float (h) - f), <=, fabsf (half_to_float ((guint16) (h + 1)) - f));
      if (h > 0)
        g_assert_cmpfloat (fabsf (half_to_float (h) - f), <=, fabsf (half_to_float ((guint16) (h - 1)) - f));
    }
}

static void
test_values (void)
{
  const float in[] = { -3, 0.4f, 0.6f, 254.6f, 300, NAN };
  guint8 bytes[6];
  elements_from_float (ELEMENT_UINT8, in, 6, bytes);
  g_assert_cmpmem (bytes, 6, ((guint8[]){ 0, 0, 1, 255, 255, 0 }), 6);
  const gint8 small[] = { -128, 127 };
  float out[6];
  elements_to_float (ELEMENT_INT8, small, 2, out);
  g_assert_cmpfloat (out[0], ==, -128);
  g_assert_cmpfloat (out[1], ==, 127);
  const float block[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }; /* 2 x 3 x 2 */
  mean_over_middle (block, 2, 3, 2, out);
  const float wanted[] = { 3, 4, 9, 10 };
  g_assert_cmpmem (out, sizeof wanted, wanted, sizeof wanted);
}

/* Runtime: a model written to a file. */
static gboolean
no_runtime (void)
{
  const char *missing = onnx_runtime_find ()->missing;
  if (missing != NULL)
    g_test_skip (missing);
  return missing != NULL;
}

static char *
save (const char *const *nodes)
{
  g_autoptr (GByteArray) model = build ("Nx3x4x4", nodes, NULL);
  char *path = g_build_filename (g_get_tmp_dir (), "pardon-test-XXXXXX.onnx", NULL);
  int fd = g_mkstemp (path);
  g_assert_cmpint (fd, >=, 0);
  g_assert_true (g_close (fd, NULL));
  g_assert_true (g_file_set_contents (path, (const char *) model->data, model->len, NULL));
  return path;
}

static void
test_run (void)
{
  if (no_runtime ())
    return;
  const char *const nodes[] = { "GlobalAveragePool x > mean", "Flatten mean > flat", "Sqrt flat > root",
                                "Identity root > y", NULL };
  g_autofree char *path = save (nodes);
  g_autoptr (GError) error = NULL;
  const char *const tensors[] = { "root", "mean" };
  g_autoptr (onnx_model) m = onnx_model_new (path, tensors, 2, 4, 4, 1, &error);
  g_assert_no_error (error);
  const onnx_model_info *info = onnx_model_get_info (m);
  g_assert_cmpint (info->n_outputs, ==, 2);
  g_assert_cmpuint (info->dims[0], ==, 3);
  g_assert_true (info->planar);
  float in[3 * 48], root[9], mean[9];
  for (int i = 0; i < 3 * 48; i++)
    in[i] = (float) (i / 16 + 1) * (i / 48 == 1 ? -1 : 1);
  float *outputs[] = { root, mean };
  g_assert_true (onnx_model_run (m, in, 0, outputs, &error));
  g_assert_no_error (error);
  /* The middle picture is negative: told, and all rows are there. */
  g_assert_false (onnx_model_run (m, in, 3, outputs, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE);
  g_assert_nonnull (strstr (error->message, "picture 2 of 3"));
  for (int i = 0; i < 9; i++)
    {
      float value = (float) (i + 1) * (i / 3 == 1 ? -1 : 1);
      g_assert_cmpfloat_with_epsilon (mean[i], value, 1e-5);
      if (i / 3 == 1)
        g_assert_true (isnan (root[i]));
      else
        g_assert_cmpfloat_with_epsilon (root[i], sqrtf (value), 1e-5);
    }
  g_unlink (path);
}

static void
test_shapes (void)
{
  if (no_runtime ())
    return;
  const char *const nodes[] = { "GlobalAveragePool x > mean", "Flatten mean > y", NULL };
  g_autofree char *path = save (nodes);
  g_autoptr (GError) error = NULL;
  g_autoptr (onnx_graph) g = onnx_graph_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (onnx_graph_find (g, "mean")->rank, ==, -1);
  g_assert_true (onnx_model_infer_shapes (path, g, &error));
  g_assert_no_error (error);
  g_assert_cmpint (onnx_graph_find (g, "mean")->rank, ==, 4);
  g_assert_cmpint (onnx_graph_find (g, "mean")->shape[1], ==, 3);
  g_unlink (path);
}

static gpointer
find_runtime (gpointer data)
{
  (void) data;
  return (gpointer) onnx_runtime_find ();
}

static void
test_find_from_threads (void)
{
  GThread *threads[8];
  for (guint i = 0; i < 8; i++)
    threads[i] = g_thread_new ("find", find_runtime, NULL);
  for (guint i = 0; i < 8; i++)
    g_assert_true (g_thread_join (threads[i]) == (gpointer) onnx_runtime_find ());
  const onnx_runtime_info *info = onnx_runtime_find ();
  g_assert_true ((info->missing == NULL) == (info->path != NULL && info->version != NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx/penultimate", test_penultimate);
  g_test_add_func ("/onnx/tensors", test_tensors);
  g_test_add_func ("/onnx/extra-outputs", test_extra_outputs);
  g_test_add_func ("/onnx/skeleton", test_skeleton_is_small);
  g_test_add_func ("/onnx/damage", test_damage);
  g_test_add_func ("/onnx/half", test_half);
  g_test_add_func ("/onnx/values", test_values);
  g_test_add_func ("/onnx/run", test_run);
  g_test_add_func ("/onnx/shapes", test_shapes);
  g_test_add_func ("/onnx/find-from-threads", test_find_from_threads);
  return g_test_run ();
}
