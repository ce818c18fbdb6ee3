/* Tables of text. The header decides once what each column is for; rows are then dealt out by that. */
#include "join/table.h"

#include "base/error.h"
#include "join/rows.h"

#include <math.h>
#include <string.h>

#define RANKS_MAX 5 /* what top-5 asks for */

static const char *const truths[] = { "true_label", "truth",     "ground_truth", "groundtruth", "y_true", "target",
                                      "label",      "class",     "labels",       "true_class",  "gt",     "category",
                                      "class_name", "class_id",  "classname",    "label_id",    "wnid",   "synset",
                                      "label_name", "class_idx", "class_index",  "target_id",   NULL };
static const char *const clear_truths[] = { "true_label", "truth", "ground_truth", "groundtruth", "y_true",
                                            "true_class", "gt",    "target",       NULL };
static const char *const predictions[] = { "prediction",       "predicted",  "pred",       "predictions",
                                           "predicted_label",  "pred_label", "label_pred", "predicted_class",
                                           "pred_class",       "y_pred",     "pred_name",  "output",
                                           "model_prediction", "pred_idx",   "pred_index", NULL };
static const char *const plain_labels[] = { "label", "class", "class_name", "category", NULL };
static const char *const confidences[] = { "confidence", "prob",      "probability", "score",
                                           "conf",       "pred_prob", "max_prob",    "pred_score",
                                           "pred_conf",  "top1_prob", "softmax",     "prediction_confidence",
                                           NULL };

/* Where the columns of each role stand; -1: nowhere. */
typedef struct {
  char **header;
  int columns;
  int file, truth, label, index, confidence;
  GArray *labels, *indices, *probs; /* int: NAME_0, NAME_1, ... */
  GArray *extra;                    /* int */
} layout;

static void
layout_clear (layout *l)
{
  g_array_unref (l->labels);
  g_array_unref (l->indices);
  g_array_unref (l->probs);
  g_array_unref (l->extra);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (layout, layout_clear)

static int
find_column (const layout *l, const char *name)
{
  for (int c = 0; c < l->columns; c++)
    {
      const char *h = l->header[c];
      gsize n = strlen (name);
      while (g_ascii_isspace (*h))
        h++;
      if (g_ascii_strncasecmp (h, name, n) != 0)
        continue;
      for (h += n; g_ascii_isspace (*h);)
        h++;
      if (*h == '\0')
        return c;
    }
  return -1;
}

static int
find_first (const layout *l, const char *const *names)
{
  for (; *names != NULL; names++)
    {
      int c = find_column (l, *names);
      if (c >= 0)
        return c;
    }
  return -1;
}

/* PREFIX_0, PREFIX_1, ... without a gap. A table for the names, as there may be thousands. */
static GArray *
find_numbered (const layout *l, GHashTable *lower, const char *prefix)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (int));
  for (guint i = 0; i < (guint) l->columns; i++)
    {
      char name[40];
      gpointer c;
      g_snprintf (name, sizeof name, "%s_%u", prefix, i);
      if (!g_hash_table_lookup_extended (lower, name, NULL, &c))
        break;
      int column = GPOINTER_TO_INT (c);
      g_array_append_val (found, column);
    }
  return found;
}

static void
find_numbered_columns (layout *l)
{
  g_autoptr (GHashTable) lower = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (int c = 0; c < l->columns; c++)
    {
      char *name = g_strstrip (g_ascii_strdown (l->header[c], -1));
      if (g_hash_table_contains (lower, name))
        g_free (name);
      else
        g_hash_table_insert (lower, name, GINT_TO_POINTER (c));
    }
  l->labels = find_numbered (l, lower, "label");
  l->indices = find_numbered (l, lower, "index");
  l->probs = find_numbered (l, lower, "prob");
}

static void
choose_classes (layout *l, table_kind kind)
{
  gboolean ranked = l->labels->len > 0 || l->indices->len > 0;
  l->label = ranked ? -1 : find_first (l, predictions);
  if (kind == TABLE_LABELS)
    l->truth = find_first (l, truths);
  else
    {
      gboolean predicted = ranked || l->label >= 0 || l->probs->len > 1;
      l->truth = find_first (l, predicted ? truths : clear_truths);
      if (!predicted)
        {
          l->label = find_first (l, plain_labels);
          l->index = find_column (l, "index");
          if (l->label < 0 && l->index < 0)
            l->index = find_column (l, "class_id");
        }
    }
  l->confidence = find_first (l, confidences);
  if (l->confidence < 0 && l->probs->len > 0 && (ranked || l->probs->len == 1))
    l->confidence = g_array_index (l->probs, int, 0);
  if (!ranked && l->probs->len > 1) /* they say all that a column of predictions and one of confidences say */
    l->label = l->index = l->confidence = -1;
}

static void
find_extra (layout *l)
{
  g_autofree gboolean *used = g_new0 (gboolean, (gsize) l->columns);
  const int single[] = { l->file, l->truth, l->label, l->index, l->confidence };
  const GArray *several[] = { l->labels, l->indices, l->probs };
  for (gsize i = 0; i < G_N_ELEMENTS (single); i++)
    if (single[i] >= 0)
      used[single[i]] = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (several); i++)
    for (guint j = 0; j < several[i]->len; j++)
      used[g_array_index (several[i], int, j)] = TRUE;
  l->extra = g_array_new (FALSE, FALSE, sizeof (int));
  for (int c = 0; c < l->columns; c++)
    if (!used[c])
      g_array_append_val (l->extra, c);
}

static gboolean
layout_init (layout *l, char **header, table_kind kind, const char *shown, GError **error)
{
  *l = (layout){ .header = header, .columns = (int) g_strv_length (header) };
  l->truth = l->label = l->index = l->confidence = -1;
  l->file = table_file_column (header, shown, error);
  find_numbered_columns (l);
  choose_classes (l, kind);
  find_extra (l);
  if (l->file < 0)
    return FALSE;
  if (kind == TABLE_LABELS && l->truth < 0)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                 "'%s' line 1: no column holds the true class; call it 'label', 'class' or 'target'", shown);
  else if (kind == TABLE_PREDICTIONS && l->label < 0 && l->index < 0 && l->labels->len + l->indices->len == 0
           && l->probs->len < 2)
    g_set_error (
        error, PARDON_ERROR, PARDON_ERROR_INPUT,
        "'%s' line 1: no column holds the predicted class; call it 'prediction', 'predicted' or 'pred' (or 'prob_0', "
        "'prob_1', ... for the probability of every class)",
        shown);
  else
    return TRUE;
  return FALSE;
}

/* --- rows ----------------------------------------------------------------------------------- */

typedef struct {
  table *t;
  const layout *l;
  row_reader *reader;
  GArray *probabilities; /* float */
} filling;

static gboolean
add_word (filling *f, word_column *c, const char *field, GError **error)
{
  g_autofree char *bare = g_strstrip (g_strdup (field));
  if (bare[0] == '[' && (strchr (bare, ' ') != NULL || strchr (bare, ',') != NULL) && g_str_has_suffix (bare, "]"))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "'%s' line %" G_GUINT64_FORMAT ": the column '%s' holds a list; write one column a rank "
                   "(timm: --results-separate-col)",
                   f->t->shown, row_reader_line (f->reader), c->name);
      return FALSE;
    }
  guint32 number = vocabulary_add (&c->words, bare);
  g_array_append_val (c->rows, number);
  return TRUE;
}

static gboolean
add_ranked (filling *f, word_column *c, const GArray *columns, int single, char **row, GError **error)
{
  if (c == NULL)
    return TRUE;
  if (columns->len == 0)
    return add_word (f, c, row[single], error);
  for (guint i = 0; i < c->width; i++)
    if (!add_word (f, c, row[g_array_index (columns, int, i)], error))
      return FALSE;
  return TRUE;
}

/* "" and "nan" are NAN; a decimal comma is taken. FALSE for what is no number. */
static gboolean
read_number (const char *field, double *value)
{
  g_autofree char *bare = g_strstrip (g_strdup (field));
  char *comma = strchr (bare, ','), *end;
  if (comma != NULL && strchr (bare, '.') == NULL)
    *comma = '.';
  *value = NAN;
  if (bare[0] == '\0')
    return TRUE;
  *value = g_ascii_strtod (bare, &end);
  return *end == '\0';
}

static gboolean
refuse_number (const filling *f, int column, const char *field, double value, gboolean number, GError **error)
{
  g_autofree char *shown = g_utf8_make_valid (field, -1);
  gboolean percent = strchr (field, '%') != NULL || (number && value > 1 && value <= 100);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' line %" G_GUINT64_FORMAT ", column '%s': '%s' %s%s",
               f->t->shown, row_reader_line (f->reader), f->l->header[column], shown,
               number ? "does not lie in 0 to 1" : "is not a number",
               percent                 ? "; if these are per cent, divide them by 100"
               : number && value < 0   ? "; of logits, take the softmax first"
               : number && value > 100 ? "; of logits, take the softmax first"
                                       : "");
  return FALSE;
}

static gboolean
add_confidence (filling *f, char **row, GError **error)
{
  double value;
  int c = f->l->confidence;
  if (c < 0)
    return TRUE;
  gboolean number = read_number (row[c], &value);
  if (!number || value < 0 || value > 1.0001)
    return refuse_number (f, c, row[c], value, number, error);
  float kept = (float) MIN (value, 1);
  if (isnan (value))
    kept = NAN;
  g_array_append_val (f->t->confidence, kept);
  return TRUE;
}

static gboolean
add_probabilities (filling *f, char **row, GError **error)
{
  if (f->t->width == 0)
    return TRUE;
  for (gsize i = 0; i < f->t->width; i++)
    {
      double value;
      int c = g_array_index (f->l->probs, int, i);
      if (!read_number (row[c], &value))
        return refuse_number (f, c, row[c], 0, FALSE, error);
      float kept = (float) value;
      g_array_append_val (f->probabilities, kept);
    }
  f->t->probabilities = (float *) (gpointer) f->probabilities->data;
  gboolean good = table_check_probabilities (f->t, f->t->n - 1, error);
  f->t->probabilities = NULL;
  return good;
}

static gboolean
add_row (filling *f, char **row, GError **error)
{
  table *t = f->t;
  const layout *l = f->l;
  guint64 most = G_MAXUINT32 - 1;
  if (t->width > 0)
    most = MIN (most, (G_MAXUINT / sizeof (float)) / t->width); /* what one GArray holds */
  if (t->n == most)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "'%s' line %" G_GUINT64_FORMAT ": more than %" G_GUINT64_FORMAT " rows%s", t->shown,
                   row_reader_line (f->reader), most, t->width > 0 ? "; write the probabilities as .npy" : "");
      return FALSE;
    }
  table_add_name (t, row[l->file], row_reader_line (f->reader));
  if (t->truth != NULL && !add_word (f, t->truth, row[l->truth], error))
    return FALSE;
  if (!add_ranked (f, t->label, l->labels, l->label, row, error)
      || !add_ranked (f, t->index, l->indices, l->index, row, error) || !add_confidence (f, row, error)
      || !add_probabilities (f, row, error))
    return FALSE;
  for (guint i = 0; i < l->extra->len; i++)
    {
      word_column *c = t->extra->pdata[i];
      guint32 number = vocabulary_add (&c->words, row[g_array_index (l->extra, int, i)]);
      g_array_append_val (c->rows, number);
    }
  return TRUE;
}

static void
make_columns (table *t, const layout *l)
{
  if (l->truth >= 0)
    t->truth = word_column_new (l->header[l->truth], 1);
  if (l->labels->len > 0)
    t->label = word_column_new (l->header[g_array_index (l->labels, int, 0)], MIN (l->labels->len, RANKS_MAX));
  else if (l->label >= 0)
    t->label = word_column_new (l->header[l->label], 1);
  if (l->indices->len > 0)
    t->index = word_column_new (l->header[g_array_index (l->indices, int, 0)], MIN (l->indices->len, RANKS_MAX));
  else if (l->index >= 0)
    t->index = word_column_new (l->header[l->index], 1);
  if (l->confidence >= 0)
    t->confidence = g_array_new (FALSE, FALSE, sizeof (float));
  if (t->label == NULL && t->index == NULL && l->probs->len > 1)
    t->width = l->probs->len;
  for (guint i = 0; i < l->extra->len; i++)
    g_ptr_array_add (t->extra, word_column_new (l->header[g_array_index (l->extra, int, i)], 1));
}

table *
table_read (const char *path, table_kind kind, GError **error)
{
  g_autoptr (row_reader) reader = row_reader_new (path, error);
  if (reader == NULL)
    return NULL;
  g_autoptr (table) t = table_new (row_reader_name (reader));
  g_auto (layout) l = { 0 };
  if (!layout_init (&l, row_reader_header (reader), kind, t->shown, error))
    return NULL;
  make_columns (t, &l);
  g_autoptr (GArray) probabilities = g_array_new (FALSE, FALSE, sizeof (float));
  filling f = { t, &l, reader, probabilities };
  GError *local = NULL;
  for (char **row; (row = row_reader_next (reader, &local)) != NULL;)
    if (!add_row (&f, row, error))
      return NULL;
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  if (t->n == 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' has a header and no rows", t->shown);
      return NULL;
    }
  if (t->width > 0)
    t->probabilities = (float *) (gpointer) g_array_steal (probabilities, NULL);
  return g_steal_pointer (&t);
}
