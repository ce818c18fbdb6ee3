/* A picture classifier as an ONNX model: which input it may have, how batches are met, what becomes a row. */
#include "feature/onnx.h"

#include "base/error.h"
#include "feature/onnx_session.h"

#include <math.h>
#include <string.h>

struct onnx_model {
  onnx_session *session;
  char *path, *input;
  onnx_model_info info;
  onnx_array given; /* the input of a run; shape[0] and data are set for each */
  onnx_array *got;  /* per output, of the last run */
  int *ranks;       /* per output */
  gboolean *channels_last;
  guint8 *scratch; /* one run's input, where it cannot be the caller's own */
  gsize scratch_size;
};

/* Values of one picture. */
static gsize
picture_size (const onnx_model *m)
{
  return (gsize) (m->given.shape[1] * m->given.shape[2] * m->given.shape[3]);
}

static char *
shape_words (const gint64 *shape, gsize rank)
{
  GString *words = g_string_new (rank == 0 ? "a single number" : NULL);
  for (gsize i = 0; i < rank; i++)
    {
      g_string_append (words, i == 0 ? "" : " x ");
      if (shape[i] < 0)
        g_string_append (words, "?");
      else
        g_string_append_printf (words, "%" G_GINT64_FORMAT, shape[i]);
    }
  return g_string_free (words, FALSE);
}

static gboolean
check_input (const onnx_model *m, gboolean channels_last, GError **error)
{
  const onnx_array *in = &m->given;
  int channel = channels_last ? 3 : 1;
  if (in->rank != 4 || (in->shape[channel] != 3 && in->shape[channel] > 0))
    {
      g_autofree char *words =
          in->rank >= 0 ? shape_words (in->shape, (gsize) in->rank) : g_strdup ("of no stated shape");
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL,
                   "cannot use model '%s': its input '%s' is %s; a picture is N x 3 x height x width or N x height x "
                   "width x 3",
                   m->path, m->input, words);
      return FALSE;
    }
  if (in->type == ELEMENT_OTHER || in->type == ELEMENT_INT8)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL,
                   "cannot use model '%s': its input '%s' does not hold float32, float16, double or uint8", m->path,
                   m->input);
      return FALSE;
    }
  return TRUE;
}

/* Fixed sizes must be the view's; free ones become it. */
static gboolean
settle_size (onnx_model *m, int width, int height, GError **error)
{
  gint64 *shape = m->given.shape;
  int row = m->info.planar ? 2 : 1;
  m->info.height = (int) CLAMP (shape[row], 0, G_MAXINT32);
  m->info.width = (int) CLAMP (shape[row + 1], 0, G_MAXINT32);
  m->info.batch = (int) CLAMP (shape[0], 0, G_MAXINT32);
  int high = height > 0 ? height : m->info.height, wide = width > 0 ? width : m->info.width;
  if (high <= 0 || wide <= 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL,
                   "model '%s' takes pictures of any size: choose one with --view", m->path);
      return FALSE;
    }
  if ((m->info.height > 0 && m->info.height != high) || (m->info.width > 0 && m->info.width != wide))
    {
      g_autofree char *takes_high = m->info.height > 0 ? g_strdup_printf ("%d", m->info.height) : g_strdup ("any");
      g_autofree char *takes_wide = m->info.width > 0 ? g_strdup_printf ("%d", m->info.width) : g_strdup ("any");
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL,
                   "model '%s' takes pictures of %s x %s pixels, the view gives %d x %d: choose another --view",
                   m->path, takes_wide, takes_high, wide, high);
      return FALSE;
    }
  m->info.width = wide;
  m->info.height = high;
  shape[m->info.planar ? 1 : 3] = 3;
  shape[row] = high;
  shape[row + 1] = wide;
  return TRUE;
}

static gboolean
read_input (onnx_model *m, const onnx_graph *g, int width, int height, GError **error)
{
  const onnx_tensor *input = g_ptr_array_index (g->tensors, 0);
  m->input = g_strdup (input->name);
  m->info.planar = !input->channels_last;
  m->given.type = input->type;
  m->given.rank = input->rank;
  memcpy (m->given.shape, input->shape, sizeof m->given.shape);
  return check_input (m, input->channels_last, error) && settle_size (m, width, height, error);
}

static gboolean
run_batch (onnx_model *m, const void *data, gint64 rows, GError **error)
{
  m->given.data = data;
  m->given.shape[0] = rows;
  return onnx_session_run (m->session, m->input, &m->given, (const char *const *) m->info.tensors, m->info.n_outputs,
                           m->got, error);
}

/* How a row of output i comes out of its shape: outer x middle x inner values, the middle to be averaged away. */
static void
row_form (const onnx_model *m, int i, gsize *outer, gsize *middle, gsize *inner)
{
  const gint64 *d = m->got[i].shape;
  int rank = m->got[i].rank;
  *outer = *middle = *inner = 1;
  if (rank == 1)
    *inner = m->info.batch == 1 ? (gsize) d[0] : 1;
  else if (rank == 2)
    *inner = (gsize) d[1];
  else if (rank == 3)
    *middle = (gsize) d[1], *inner = (gsize) d[2];
  else
    {
      /* One pixel of many channels is the same either way, whatever a reshape did to our notion of the order. */
      gboolean last = (m->channels_last[i] || (d[1] == 1 && d[2] == 1)) && !(d[2] == 1 && d[3] == 1 && d[1] > 1);
      *outer = last ? 1 : (gsize) d[1];
      *middle = (gsize) (last ? d[1] * d[2] : d[2] * d[3]);
      *inner = last ? (gsize) d[3] : 1;
    }
}

static gboolean
learn_output (onnx_model *m, int i, gint64 rows, GError **error)
{
  const onnx_array *a = &m->got[i];
  gboolean single = a->rank == 1 && m->info.batch == 1;
  gsize outer, middle, inner;
  gint64 count = a->rank > 0 ? 1 : 0;
  for (int k = 0; k < a->rank; k++)
    count *= a->shape[k];
  if (a->rank >= 0 && a->type == ELEMENT_OTHER)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL,
                   "cannot use tensor '%s' of model '%s': it holds neither floats nor bytes: choose another --layer",
                   m->info.tensors[i], m->path);
      return FALSE;
    }
  if (a->rank > 4 || count == 0 || (!single && a->shape[0] != rows))
    {
      g_autofree char *words = a->rank >= 0 ? shape_words (a->shape, (gsize) a->rank) : g_strdup ("no tensor");
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL,
                   "cannot use tensor '%s' of model '%s': it is %s for %" G_GINT64_FORMAT
                   " pictures, not a row for each: choose another --layer",
                   m->info.tensors[i], m->path, words, rows);
      return FALSE;
    }
  m->ranks[i] = a->rank;
  row_form (m, i, &outer, &middle, &inner);
  m->info.dims[i] = outer * inner;
  m->info.pooled[i] = middle > 1;
  return TRUE;
}

/* Runs `rows` blank pictures to learn ranks and row lengths. */
static gboolean
probe (onnx_model *m, gint64 rows, GError **error)
{
  g_autofree void *blank = g_try_malloc0_n ((gsize) rows * picture_size (m), element_size (m->given.type));
  if (blank == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL,
                   "cannot use model '%s': no memory for %" G_GINT64_FORMAT " pictures at once", m->path, rows);
      return FALSE;
    }
  gboolean ok = run_batch (m, blank, rows, error);
  for (int i = 0; i < m->info.n_outputs && ok; i++)
    ok = learn_output (m, i, rows, error);
  return ok;
}

/* Many graphs say that the batch is free and then reshape to a batch of one: two pictures tell. */
static gboolean
learn_outputs (onnx_model *m, GError **error)
{
  if (m->info.batch > 0)
    return probe (m, m->info.batch, error);
  g_autoptr (GError) first = NULL;
  if (probe (m, 2, &first))
    return TRUE;
  m->info.batch = 1;
  if (probe (m, 1, NULL))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

static gboolean
resolve_tensors (onnx_model *m, const onnx_graph *g, const char *const *tensors, int n, GError **error)
{
  m->info.n_outputs = n;
  m->info.tensors = g_new0 (char *, n + 1);
  m->info.dims = g_new0 (gsize, n);
  m->info.pooled = g_new0 (gboolean, n);
  m->channels_last = g_new0 (gboolean, n);
  m->ranks = g_new0 (int, n);
  m->got = g_new0 (onnx_array, n);
  for (int i = 0; i < n; i++)
    {
      const char *name = tensors[i] != NULL ? tensors[i] : g->penultimate;
      if (name == NULL)
        {
          g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL,
                       "cannot tell the penultimate layer of '%s': name one with --layer ('pardon layers' lists them)",
                       m->path);
          return FALSE;
        }
      const onnx_tensor *t = onnx_graph_find (g, name);
      if (t == NULL)
        {
          g_autofree char *near = onnx_graph_near (g, name);
          g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL,
                       "model '%s' has no tensor '%s'%s%s ('pardon layers' lists them)", m->path, name,
                       near[0] != '\0' ? ": did you mean " : "", near);
          return FALSE;
        }
      if (strcmp (t->op, "input") == 0)
        {
          g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL,
                       "tensor '%s' of model '%s' is its input: choose a layer after it", name, m->path);
          return FALSE;
        }
      m->info.tensors[i] = g_strdup (name);
      m->channels_last[i] = t->channels_last;
    }
  return TRUE;
}

static gboolean
has_one_input (const onnx_graph *g, const char *path, GError **error)
{
  if (g->n_inputs == 1)
    return TRUE;
  if (g->n_inputs == 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL, "cannot use model '%s': it takes no input", path);
      return FALSE;
    }
  GString *names = g_string_new (NULL);
  for (guint i = 0; i < g->n_inputs; i++)
    g_string_append_printf (names, "%s'%s'", i == 0 ? "" : ", ",
                            ((onnx_tensor *) g_ptr_array_index (g->tensors, i))->name);
  g_set_error (
      error, PARDON_ERROR, PARDON_ERROR_MODEL,
      "cannot use model '%s': it wants %u inputs (%s), and pardon has one picture to give: export it with defaults for "
      "the others",
      path, g->n_inputs, names->str);
  g_string_free (names, TRUE);
  return FALSE;
}

onnx_model *
onnx_model_new (const char *path, const char *const *tensors, int n_tensors, int width, int height, int threads,
                GError **error)
{
  g_autoptr (onnx_graph) g = onnx_graph_open (path, error);
  if (g == NULL)
    return NULL;
  g_autoptr (onnx_model) m = g_new0 (onnx_model, 1);
  m->path = g_strdup (path);
  if (!has_one_input (g, path, error) || !read_input (m, g, width, height, error)
      || !resolve_tensors (m, g, tensors, n_tensors, error))
    return NULL;
  m->session = onnx_session_new (path, g, (const char *const *) m->info.tensors, n_tensors, threads, TRUE, error);
  if (m->session == NULL || !learn_outputs (m, error))
    return NULL;
  return g_steal_pointer (&m);
}

const onnx_model_info *
onnx_model_get_info (const onnx_model *m)
{
  return &m->info;
}

/* Output i of the last run to the caller's rows, of which only the first `n` are wanted. */
static gboolean
take_output (const onnx_model *m, int i, gsize n, float *out, GError **error)
{
  const onnx_array *a = &m->got[i];
  gsize outer = 0, middle = 0, inner = 0, d = m->info.dims[i];
  if (a->rank == m->ranks[i])
    row_form (m, i, &outer, &middle, &inner);
  if (outer * inner != d || middle == 0 || (!(a->rank == 1 && m->info.batch == 1) && a->shape[0] != m->given.shape[0]))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL,
                   "cannot use tensor '%s' of model '%s': its shape changes from picture to picture",
                   m->info.tensors[i], m->path);
      return FALSE;
    }
  gsize row = outer * middle * inner;
  if (middle == 1)
    {
      elements_to_float (a->type, a->data, n * row, out);
      return TRUE;
    }
  g_autofree float *copy = a->type != ELEMENT_FLOAT ? g_new (float, row) : NULL;
  for (gsize k = 0; k < n; k++)
    {
      const void *from = (const guint8 *) a->data + k * row * element_size (a->type);
      if (copy != NULL)
        elements_to_float (a->type, from, row, copy);
      mean_over_middle (copy != NULL ? copy : from, outer, middle, inner, out + k * d);
    }
  return TRUE;
}

/* The first `n` of `rows` pictures in the form the graph takes; the rest blank. */
static const void *
prepare_input (onnx_model *m, const float *input, gsize n, gsize rows, GError **error)
{
  gsize values = picture_size (m), one = element_size (m->given.type);
  if (m->given.type == ELEMENT_FLOAT && n == rows)
    return input;
  if (m->scratch_size < rows * values * one)
    {
      g_free (m->scratch);
      m->scratch_size = rows * values * one;
      m->scratch = g_try_malloc (m->scratch_size);
      if (m->scratch == NULL)
        {
          m->scratch_size = 0;
          g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL,
                       "cannot run model '%s': no memory for %zu pictures at once", m->path, rows);
          return NULL;
        }
    }
  elements_from_float (m->given.type, input, n * values, m->scratch);
  memset (m->scratch + n * values * one, 0, (rows - n) * values * one);
  return m->scratch;
}

static gboolean
all_finite (const onnx_model *m, int n, float *const *outputs, GError **error)
{
  for (int k = 0; k < n; k++)
    for (int i = 0; i < m->info.n_outputs; i++)
      for (gsize j = 0; j < m->info.dims[i]; j++)
        if (!isfinite (outputs[i][(gsize) k * m->info.dims[i] + j]))
          {
            g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                         "model '%s' answers picture %d of %d with infinite or undefined numbers in tensor '%s'",
                         m->path, k + 1, n, m->info.tensors[i]);
            return FALSE;
          }
  return TRUE;
}

gboolean
onnx_model_run (onnx_model *m, const float *input, int n, float *const *outputs, GError **error)
{
  gsize values = picture_size (m);
  int rows = m->info.batch > 0 ? m->info.batch : n;
  for (int done = 0, some; done < n; done += some)
    {
      some = MIN (rows, n - done);
      const void *data = prepare_input (m, input + (gsize) done * values, (gsize) some, (gsize) rows, error);
      if (data == NULL || !run_batch (m, data, rows, error))
        return FALSE;
      for (int i = 0; i < m->info.n_outputs; i++)
        if (!take_output (m, i, (gsize) some, outputs[i] + (gsize) done * m->info.dims[i], error))
          return FALSE;
    }
  return all_finite (m, n, outputs, error);
}

void
onnx_model_free (onnx_model *m)
{
  if (m == NULL)
    return;
  onnx_session_free (m->session);
  g_strfreev (m->info.tensors);
  g_free (m->info.dims);
  g_free (m->info.pooled);
  g_free (m->channels_last);
  g_free (m->ranks);
  g_free (m->got);
  g_free (m->scratch);
  g_free (m->path);
  g_free (m->input);
  g_free (m);
}

/* `user`: a table from names to those tensors of the graph whose shape the file does not state. */
static void
take_shape (const char *name, const onnx_array *a, gpointer user)
{
  onnx_tensor *t = g_hash_table_lookup (user, name);
  if (t == NULL)
    return;
  t->rank = a->rank;
  memcpy (t->shape, a->shape, sizeof t->shape);
}

gboolean
onnx_model_infer_shapes (const char *path, onnx_graph *g, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GHashTable) unknown = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = g->n_inputs; i < g->tensors->len; i++)
    {
      onnx_tensor *t = g_ptr_array_index (g->tensors, i);
      if (t->rank < 0 && g_hash_table_insert (unknown, t->name, t))
        g_ptr_array_add (names, t->name);
    }
  if (names->len == 0)
    return TRUE;
  g_autoptr (onnx_session) s =
      onnx_session_new (path, g, (const char *const *) names->pdata, (int) names->len, 1, FALSE, error);
  return s != NULL && onnx_session_outputs (s, take_shape, unknown, error);
}
