/* The graph of an ONNX file: its tensors, and which of them feeds the last layer with weights. A file may be damaged or hold anything: no
 * name is trusted to be there, and no walk to end by itself. */
#include "feature/onnx_graph.h"

#include "base/error.h"
#include "base/nearest.h"
#include "feature/onnx.pb-c.h"
#include "feature/onnx_operators.h"
#include "feature/onnx_skeleton.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

typedef Pardon__Onnx__GraphProto graph_proto;
typedef Pardon__Onnx__NodeProto node_proto;
typedef Pardon__Onnx__ValueInfoProto value_proto;
typedef Pardon__Onnx__TensorProto tensor_proto;
typedef Pardon__Onnx__StringStringEntryProto entry_proto;

/* What is looked up by name while reading; keys are owned by the message. */
typedef struct {
  const graph_proto *graph;
  GHashTable *constants;     /* set: initialisers and what is computed from them alone */
  GHashTable *producers;     /* -> node_proto */
  GHashTable *shapes;        /* -> value_proto */
  GHashTable *outputs;       /* set */
  GHashTable *channels_last; /* set */
} reading;

static void
tensor_free (gpointer data)
{
  onnx_tensor *t = data;
  g_free (t->name);
  g_free (t->op);
  g_free (t);
}

void
onnx_graph_free (onnx_graph *g)
{
  if (g == NULL)
    return;
  g_ptr_array_unref (g->tensors);
  g_ptr_array_unref (g->external);
  g_free (g->penultimate);
  g_free (g);
}

static void
reading_init (reading *r, const graph_proto *graph)
{
  *r = (reading){ .graph = graph };
  GHashTable **tables[] = { &r->constants, &r->producers, &r->shapes, &r->outputs, &r->channels_last };
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    *tables[i] = g_hash_table_new (g_str_hash, g_str_equal);
}

static void
reading_clear (reading *r)
{
  GHashTable *tables[] = { r->constants, r->producers, r->shapes, r->outputs, r->channels_last };
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    g_hash_table_unref (tables[i]);
}

static const Pardon__Onnx__AttributeProto *
attribute (const node_proto *node, const char *name)
{
  for (gsize i = 0; i < node->n_attribute; i++)
    if (g_strcmp0 (node->attribute[i]->name, name) == 0)
      return node->attribute[i];
  return NULL;
}

/* An input left out has an empty name. */
static gboolean
is_data (const reading *r, const node_proto *node, gsize i)
{
  return i < node->n_input && node->input[i][0] != '\0' && !g_hash_table_contains (r->constants, node->input[i]);
}

static const char *
first_data (const reading *r, const node_proto *node)
{
  for (gsize i = 0; i < node->n_input; i++)
    if (is_data (r, node, i))
      return node->input[i];
  return NULL;
}

/* The data input of a layer with weights; NULL for any other operator, a product of two activations among them. */
static const char *
layer_input (const reading *r, const node_proto *node)
{
  gsize weights = onnx_op_weights (node->op_type);
  if (weights == 0 || node->n_input <= weights)
    return NULL;
  gboolean first = is_data (r, node, 0), second = is_data (r, node, weights);
  return first == second ? NULL : node->input[first ? 0 : weights];
}

static void
note_external (onnx_graph *g, const tensor_proto *tensor)
{
  for (gsize i = 0; tensor->data_location == 1 && i < tensor->n_external_data; i++)
    {
      const entry_proto *entry = tensor->external_data[i];
      if (g_strcmp0 (entry->key, "location") == 0 && entry->value != NULL
          && !g_ptr_array_find_with_equal_func (g->external, entry->value, g_str_equal, NULL))
        g_ptr_array_add (g->external, g_strdup (entry->value));
    }
}

static void
find_constants (reading *r, onnx_graph *g)
{
  const graph_proto *graph = r->graph;
  for (gsize i = 0; i < graph->n_initializer; i++)
    {
      note_external (g, graph->initializer[i]);
      if (graph->initializer[i]->name != NULL)
        g_hash_table_add (r->constants, graph->initializer[i]->name);
    }
  for (gsize i = 0; i < graph->n_sparse_initializer; i++)
    if (graph->sparse_initializer[i]->values != NULL && graph->sparse_initializer[i]->values->name != NULL)
      g_hash_table_add (r->constants, graph->sparse_initializer[i]->values->name);
  for (gsize i = 0; i < graph->n_node; i++)
    {
      const node_proto *node = graph->node[i];
      gboolean constant =
          g_strcmp0 (node->op_type, "Constant") == 0 || (node->n_input > 0 && first_data (r, node) == NULL);
      for (gsize o = 0; o < node->n_output; o++)
        {
          g_hash_table_insert (r->producers, node->output[o], graph->node[i]);
          if (constant && node->output[o][0] != '\0')
            g_hash_table_add (r->constants, node->output[o]);
        }
    }
}

static void
find_shapes (reading *r)
{
  const graph_proto *graph = r->graph;
  for (gsize i = 0; i < graph->n_value_info; i++)
    if (graph->value_info[i]->name != NULL)
      g_hash_table_insert (r->shapes, graph->value_info[i]->name, graph->value_info[i]);
  for (gsize i = 0; i < graph->n_output; i++)
    if (graph->output[i]->name != NULL)
      {
        g_hash_table_insert (r->shapes, graph->output[i]->name, graph->output[i]);
        g_hash_table_add (r->outputs, graph->output[i]->name);
      }
  for (gsize i = 0; i < graph->n_input; i++)
    if (graph->input[i]->name != NULL)
      g_hash_table_insert (r->shapes, graph->input[i]->name, graph->input[i]);
}

static gboolean
turns (const node_proto *node, const gint64 perm[4])
{
  const Pardon__Onnx__AttributeProto *a = attribute (node, "perm");
  return g_strcmp0 (node->op_type, "Transpose") == 0 && a != NULL && a->n_ints == 4
         && memcmp (a->ints, perm, 4 * sizeof *perm) == 0;
}

static gboolean
makes_channels_last (const reading *r, const node_proto *node)
{
  const Pardon__Onnx__AttributeProto *flag = attribute (node, "channels_last");
  if (turns (node, (const gint64[]){ 0, 2, 3, 1 }))
    return TRUE;
  if (turns (node, (const gint64[]){ 0, 3, 1, 2 }))
    return FALSE;
  if ((flag != NULL && flag->i != 0) || (node->op_type != NULL && g_str_has_prefix (node->op_type, "Nhwc")))
    return TRUE;
  const char *from = first_data (r, node);
  return !onnx_op_is_channels_first (node->op_type) && from != NULL && g_hash_table_contains (r->channels_last, from);
}

/* TensorProto.DataType of the specification. */
static element
element_of (int type)
{
  switch (type)
    {
    case 1:
      return ELEMENT_FLOAT;
    case 2:
      return ELEMENT_UINT8;
    case 3:
      return ELEMENT_INT8;
    case 10:
      return ELEMENT_HALF;
    case 11:
      return ELEMENT_DOUBLE;
    default:
      return ELEMENT_OTHER;
    }
}

static onnx_tensor *
tensor_new (const reading *r, const char *name, const char *op)
{
  onnx_tensor *t = g_new0 (onnx_tensor, 1);
  t->name = g_strdup (name);
  t->op = g_strdup (op != NULL ? op : "");
  t->rank = -1;
  t->is_output = g_hash_table_contains (r->outputs, name);
  t->channels_last = g_hash_table_contains (r->channels_last, name);
  const value_proto *v = g_hash_table_lookup (r->shapes, name);
  const Pardon__Onnx__TensorTypeProto *type = v != NULL && v->type != NULL ? v->type->tensor_type : NULL;
  const Pardon__Onnx__TensorShapeProto *shape = type != NULL ? type->shape : NULL;
  t->type = type != NULL ? element_of (type->elem_type) : ELEMENT_OTHER;
  if (shape == NULL || shape->n_dim > ONNX_MAX_RANK)
    return t;
  t->rank = (int) shape->n_dim;
  for (int i = 0; i < t->rank; i++)
    t->shape[i] = shape->dim[i]->has_dim_value && shape->dim[i]->dim_value > 0 ? shape->dim[i]->dim_value : -1;
  return t;
}

/* Three channels tell; where sizes are free, a leading Transpose does. */
static gboolean
input_is_channels_last (const reading *r, const onnx_tensor *input)
{
  if (input->rank == 4 && (input->shape[1] == 3 || input->shape[3] == 3))
    return input->shape[1] != 3;
  for (gsize i = 0; i < r->graph->n_node; i++)
    if (r->graph->node[i]->n_input > 0 && strcmp (r->graph->node[i]->input[0], input->name) == 0)
      return turns (r->graph->node[i], (const gint64[]){ 0, 3, 1, 2 });
  return FALSE;
}

static void
list_tensors (reading *r, onnx_graph *g)
{
  const graph_proto *graph = r->graph;
  for (gsize i = 0; i < graph->n_input; i++)
    {
      char *name = graph->input[i]->name;
      if (name == NULL || g_hash_table_contains (r->constants, name))
        continue;
      onnx_tensor *t = tensor_new (r, name, "input");
      t->channels_last = input_is_channels_last (r, t);
      if (t->channels_last)
        g_hash_table_add (r->channels_last, name);
      g_ptr_array_add (g->tensors, t);
    }
  g->n_inputs = g->tensors->len;
  for (gsize i = 0; i < graph->n_node; i++)
    {
      const node_proto *node = graph->node[i];
      gboolean last = makes_channels_last (r, node);
      for (gsize o = 0; o < node->n_output; o++)
        {
          char *name = node->output[o];
          if (name[0] == '\0' || g_hash_table_contains (r->constants, name))
            continue;
          if (last)
            g_hash_table_add (r->channels_last, name);
          g_ptr_array_add (g->tensors, tensor_new (r, name, node->op_type));
        }
    }
}

/* What stands before dropout, casts and quantisation, as long as it is the same numbers. */
static const char *
before_neutral (const reading *r, const char *tensor)
{
  for (gsize step = 0; step <= r->graph->n_node; step++)
    {
      const node_proto *node = g_hash_table_lookup (r->producers, tensor);
      const char *from = node != NULL ? first_data (r, node) : NULL;
      if (from == NULL)
        break;
      const node_proto *before = g_hash_table_lookup (r->producers, from);
      gboolean restored = strcmp (node->op_type != NULL ? node->op_type : "", "DequantizeLinear") == 0 && before != NULL
                          && onnx_op_is_quantiser (before->op_type);
      if (!restored && !onnx_op_is_neutral (node->op_type) && !onnx_op_is_quantiser (node->op_type))
        break;
      tensor = from;
    }
  return tensor;
}

static void
find_penultimate (const reading *r, onnx_graph *g)
{
  const char *tensor = r->graph->n_output > 0 ? r->graph->output[0]->name : NULL;
  gboolean still_output = TRUE;
  /* A damaged file may hold a cycle: no path is longer than the graph. */
  for (gsize step = 0; tensor != NULL && step <= r->graph->n_node; step++)
    {
      const node_proto *node = g_hash_table_lookup (r->producers, tensor);
      if (node == NULL)
        return;
      g->ends_in_softmax = g->ends_in_softmax || (still_output && g_strcmp0 (node->op_type, "Softmax") == 0);
      still_output = still_output && onnx_op_is_reshaper (node->op_type);
      const char *data = layer_input (r, node);
      if (data != NULL)
        {
          data = before_neutral (r, data);
          if (g_hash_table_contains (r->producers, data))
            g->penultimate = g_strdup (data);
          return;
        }
      tensor = first_data (r, node);
    }
}

/* What people hand over instead of a model, by how it begins. */
static const char *
mistaken_for (const guint8 *data, gsize size)
{
  static const struct {
    gsize at;
    const char *bytes, *words;
  } known[] = {
    { 0, "version https://git-lfs", "it is a Git LFS pointer: fetch the file itself (git lfs pull)" },
    { 0, "PK\003\004", "it is a zip archive, perhaps a PyTorch or Keras file: export it to ONNX first" },
    { 0, "\211HDF", "it is an HDF5 file, perhaps of Keras: export it to ONNX first" },
    { 0, "\200\002", "it is a Python pickle, perhaps of PyTorch: export it to ONNX first" },
    { 4, "ORTM", "it is in ONNX Runtime's own format: use the .onnx file it was made from" },
    { 4, "TFL3", "it is a TensorFlow Lite file: convert it to ONNX first" },
    { 0, "<", "it is a page or text, perhaps from a download that failed" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      gsize length = strlen (known[i].bytes);
      if (size >= known[i].at + length && memcmp (data + known[i].at, known[i].bytes, length) == 0)
        return known[i].words;
    }
  return "the file is damaged, cut short or something else";
}

onnx_graph *
onnx_graph_new (const guint8 *data, gsize size, const char *name, GError **error)
{
  if (size == 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL, "'%s' is not an ONNX model: it is empty", name);
      return NULL;
    }
  if (size > G_MAXINT32)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL,
                   "cannot use model '%s': an ONNX file ends at 2 GiB: save it with its weights in external data",
                   name);
      return NULL;
    }
  g_autoptr (GByteArray) skeleton = onnx_skeleton (data, size);
  Pardon__Onnx__ModelProto *model =
      skeleton != NULL ? pardon__onnx__model_proto__unpack (NULL, skeleton->len, skeleton->data) : NULL;
  if (model == NULL || model->graph == NULL || model->graph->n_node == 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL, "'%s' is not an ONNX model: %s", name,
                   model != NULL && model->graph != NULL ? "its graph is empty" : mistaken_for (data, size));
      if (model != NULL)
        pardon__onnx__model_proto__free_unpacked (model, NULL);
      return NULL;
    }
  onnx_graph *g = g_new0 (onnx_graph, 1);
  g->tensors = g_ptr_array_new_with_free_func (tensor_free);
  g->external = g_ptr_array_new_with_free_func (g_free);
  g->ir_version = model->ir_version;
  for (gsize i = 0; i < model->n_opset_import; i++)
    if (model->opset_import[i]->domain == NULL || model->opset_import[i]->domain[0] == '\0'
        || strcmp (model->opset_import[i]->domain, "ai.onnx") == 0)
      g->opset = model->opset_import[i]->version;
  reading r;
  reading_init (&r, model->graph);
  find_constants (&r, g);
  find_shapes (&r);
  list_tensors (&r, g);
  find_penultimate (&r, g);
  reading_clear (&r);
  pardon__onnx__model_proto__free_unpacked (model, NULL);
  return g;
}

onnx_graph *
onnx_graph_open (const char *path, GError **error)
{
  GMappedFile *file = NULL;
  const char *why = NULL;
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    why = "it is a folder";
  else if (access (path, R_OK) != 0)
    why = g_strerror (errno);
  else if (!g_file_test (path, G_FILE_TEST_IS_REGULAR)) /* opening a pipe could wait for ever */
    why = "it is not a regular file";
  else if ((file = g_mapped_file_new (path, FALSE, NULL)) == NULL)
    why = "it cannot be mapped";
  if (file == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot open model '%s': %s", path, why);
      return NULL;
    }
  onnx_graph *g =
      onnx_graph_new ((const guint8 *) g_mapped_file_get_contents (file), g_mapped_file_get_length (file), path, error);
  g_mapped_file_unref (file);
  return g;
}

const onnx_tensor *
onnx_graph_find (const onnx_graph *g, const char *tensor)
{
  for (guint i = 0; i < g->tensors->len; i++)
    {
      const onnx_tensor *t = g_ptr_array_index (g->tensors, i);
      if (strcmp (t->name, tensor) == 0)
        return t;
    }
  return NULL;
}

char *
onnx_graph_near (const onnx_graph *g, const char *tensor)
{
  g_autofree char *wanted = g_ascii_strdown (tensor, -1);
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  GString *list = g_string_new (NULL);
  guint found = 0;
  /* From the end, because features are wanted from late layers. */
  for (guint i = g->tensors->len; i-- > g->n_inputs;)
    {
      const char *name = ((const onnx_tensor *) g_ptr_array_index (g->tensors, i))->name;
      g_autofree char *lower = g_ascii_strdown (name, -1);
      g_ptr_array_add (all, (gpointer) name);
      if (found < 3 && wanted[0] != '\0' && strstr (lower, wanted) != NULL)
        g_string_append_printf (list, "%s'%s'", found++ == 0 ? "" : ", ", name);
    }
  g_ptr_array_add (all, NULL);
  const char *nearest = found == 0 ? nearest_word (tensor, (const char *const *) all->pdata) : NULL;
  if (nearest != NULL)
    g_string_append_printf (list, "'%s'", nearest);
  return g_string_free (list, FALSE);
}

GByteArray *
onnx_graph_extra_outputs (const char *const *tensors, gsize n_tensors)
{
  g_autoptr (GByteArray) graph = g_byte_array_new ();
  for (gsize i = 0; i < n_tensors; i++)
    {
      g_autoptr (GByteArray) value = g_byte_array_new ();
      onnx_skeleton_append (value, 1, (const guint8 *) tensors[i], strlen (tensors[i])); /* ValueInfoProto.name */
      onnx_skeleton_append (graph, 12, value->data, value->len);                         /* GraphProto.output */
    }
  GByteArray *model = g_byte_array_new ();
  if (n_tensors > 0)
    onnx_skeleton_append (model, 7, graph->data, graph->len); /* ModelProto.graph */
  return model;
}
