/* The recipe: read, match by name, find what the words mean, deal out to the pictures. Only words that a matched row uses are asked what they
 * mean: a table may hold more than this scan. */
#include "join/join.h"

#include "base/error.h"
#include "join/folder.h"
#include "join/join_side.h"
#include "join/meaning.h"

#include <math.h>
#include <string.h>

/* Everything of one join that does not outlive it. */
typedef struct {
  const char *const *files;
  gsize n;
  GHashTable *map;
  table *labels, *predictions; /* may be one and the same */
  matching by_labels, by_predictions;
  word_column *folders, *splits; /* a row a picture */
  gboolean folders_fit;
} joining;

static void
joining_clear (joining *x)
{
  if (x->predictions != x->labels)
    table_free (x->predictions);
  table_free (x->labels);
  matching_clear (&x->by_labels);
  matching_clear (&x->by_predictions);
  word_column_free (x->folders);
  word_column_free (x->splits);
  g_clear_pointer (&x->map, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (joining, joining_clear)

void
joined_clear (joined *j)
{
  void *arrays[] = { j->truth, j->prediction, j->confidence, j->top5, j->probability_data, j->probability_rows };
  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_free (arrays[i]);
  class_list_clear (&j->classes);
  g_clear_pointer (&j->columns, g_ptr_array_unref);
  join_side_clear (&j->labels);
  join_side_clear (&j->predictions);
  g_clear_pointer (&j->notes, g_ptr_array_unref);
  memset (j, 0, sizeof *j);
}

/* --- reading and matching ------------------------------------------------------------------- */

static gboolean
is_npy (const char *path)
{
  const char *dot = strrchr (path, '.');
  return dot != NULL && g_ascii_strcasecmp (dot, ".npy") == 0;
}

static gboolean
read_tables (joining *x, const join_options *o, GError **error)
{
  if (o->label_map != NULL && (x->map = label_map_read (o->label_map, error)) == NULL)
    return FALSE;
  if (o->labels != NULL && (x->labels = table_read (o->labels, TABLE_LABELS, error)) == NULL)
    return FALSE;
  gboolean one = o->predictions == NULL || g_strcmp0 (o->predictions, o->labels) == 0;
  if (!one && is_npy (o->predictions))
    x->predictions = table_read_npy (o->predictions, o->prediction_files, error);
  else if (!one)
    x->predictions = table_read (o->predictions, TABLE_PREDICTIONS, error);
  else if (x->labels != NULL && table_predicts (x->labels))
    x->predictions = x->labels;
  else if (o->predictions != NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                 "'%s' line 1: no column holds the predicted class; call it 'prediction', 'predicted' or 'pred'",
                 x->labels->shown);
  return o->predictions == NULL || x->predictions != NULL;
}

static gboolean
match_tables (joined *j, joining *x, GError **error)
{
  if (x->labels != NULL && !join_side_init (&j->labels, &x->by_labels, x->labels, x->files, x->n, error))
    return FALSE;
  return x->predictions == NULL
         || join_side_init (&j->predictions, &x->by_predictions, x->predictions, x->files, x->n, error);
}

static void
look_at_folders (joining *x)
{
  x->folders = word_column_new ("folder", 1);
  x->splits = word_column_new ("split", 1);
  x->folders_fit = folder_classes (x->files, x->n, x->folders, x->splits);
}

static join_truth
choose_truth (const joining *x, const join_options *o)
{
  if (o->folders_asked)
    return TRUTH_FOLDERS;
  if (x->labels != NULL || (x->predictions != NULL && x->predictions->truth != NULL))
    return TRUTH_TABLE;
  return x->folders_fit && !o->folders_denied ? TRUTH_FOLDERS : TRUTH_NONE;
}

/* --- meaning -------------------------------------------------------------------------------- */

/* The words of the truth as `from` has them; `shown` for messages. */
static const word_column *
truth_column (const joining *x, join_truth from, const matching **mt, const table **t)
{
  *mt = NULL;
  *t = NULL;
  if (from == TRUTH_FOLDERS)
    return x->folders;
  if (from == TRUTH_NONE)
    return NULL;
  gboolean labels = x->labels != NULL;
  *t = labels ? x->labels : x->predictions;
  *mt = labels ? &x->by_labels : &x->by_predictions;
  return (*t)->truth;
}

static gboolean
find_meanings (joined *j, joining *x, join_truth from, const join_options *o, meanings *m, GError **error)
{
  const matching *mt;
  const table *t, *p = x->predictions;
  const word_column *truth = truth_column (x, from, &mt, &t);
  *m = (meanings){ .width = p != NULL ? p->width : 0, .prediction_file = p != NULL ? p->shown : NULL };
  m->truth_file = t != NULL ? t->shown : NULL;
  if (truth != NULL)
    m->truth = meaning_new (truth, mt, t, x->map);
  if (p != NULL && p->label != NULL)
    m->label = meaning_new (p->label, &x->by_predictions, p, x->map);
  if (p != NULL && p->index != NULL)
    m->index = meaning_new (p->index, &x->by_predictions, p, NULL);
  class_list_clear (&j->classes);
  if (o->classes != NULL && !class_list_read (&j->classes, o->classes, o->class_ids, error))
    return FALSE;
  gboolean numbered = o->classes == NULL && o->n_classes > 0;
  if (numbered)
    class_list_number (&j->classes, o->n_classes);
  return meanings_resolve (m, &j->classes, o->classes != NULL || numbered, from == TRUTH_FOLDERS && !o->folders_asked,
                           j->notes, error);
}

/* Folders nobody asked for are given up, and that is said, where they do not go with the rest. */
static gboolean
settle_meanings (joined *j, joining *x, const join_options *o, meanings *m, GError **error)
{
  GError *local = NULL;
  j->truth_from = choose_truth (x, o);
  if (find_meanings (j, x, j->truth_from, o, m, &local))
    return TRUE;
  if (j->truth_from == TRUTH_FOLDERS && !o->folders_asked && !m->prediction_at_fault)
    {
      g_ptr_array_add (j->notes, g_strdup_printf ("folders were not taken for classes: %s", local->message));
      g_clear_error (&local);
      meanings_clear (m);
      j->truth_from = TRUTH_NONE;
      if (find_meanings (j, x, TRUTH_NONE, o, m, &local))
        return TRUE;
    }
  g_propagate_error (error, local);
  return FALSE;
}

/* --- dealing out ---------------------------------------------------------------------------- */

static guint32
row_of (const matching *mt, gsize picture)
{
  return mt != NULL ? mt->row[picture] : (guint32) picture;
}

static void
deal_truth (joined *j, const joining *x, const meanings *m)
{
  const matching *mt;
  const table *t;
  const word_column *c = truth_column (x, j->truth_from, &mt, &t);
  j->truth_reading = m->truth != NULL ? m->truth->reading : READ_NAMES;
  for (gsize i = 0; i < j->n; i++)
    {
      guint32 r = c != NULL ? row_of (mt, i) : MATCH_NO_ROW;
      j->truth[i] = r == MATCH_NO_ROW ? -1 : meaning_of (m->truth, c, r, 0);
      j->labels.empty += x->labels != NULL && t == x->labels && r != MATCH_NO_ROW && j->truth[i] < 0;
    }
}

static void
deal_words (joined *j, const joining *x, const meanings *m, gsize i, guint32 r)
{
  const word_column *c = m->use_index ? x->predictions->index : x->predictions->label;
  const meaning *what = m->use_index ? m->index : m->label;
  gsize ranks = MIN (5, j->classes.n);
  j->prediction[i] = meaning_of (what, c, r, 0);
  if (x->predictions->confidence != NULL && j->prediction[i] >= 0)
    j->confidence[i] = g_array_index (x->predictions->confidence, float, r);
  if (j->truth[i] < 0 || j->prediction[i] < 0 || c->width < ranks || c->width < 2)
    return;
  j->top5[i] = 0;
  for (guint k = 0; k < ranks; k++)
    if (meaning_of (what, c, r, k) == j->truth[i])
      j->top5[i] = 1;
}

/* The likeliest class, the first of equals; top-5 by the same order. */
static void
deal_probabilities (joined *j, gsize i)
{
  const float *p = matrix_row (&j->probabilities, i);
  gsize best = 0, ahead = 0, truth = (gsize) j->truth[i];
  for (gsize c = 0; c < j->probabilities.d; c++)
    {
      if (isnan (p[c]))
        return;
      if (p[c] > p[best])
        best = c;
    }
  j->prediction[i] = (int) best;
  j->confidence[i] = MIN (p[best], 1);
  if (j->truth[i] < 0)
    return;
  for (gsize c = 0; c < j->probabilities.d; c++)
    ahead += p[c] > p[truth] || (p[c] >= p[truth] && c < truth);
  j->top5[i] = ahead < 5;
}

/* The table's numbers move over; one row of NAN more serves the pictures without. */
static gboolean
take_probabilities (joined *j, joining *x, GError **error)
{
  table *p = x->predictions;
  if (p == NULL || p->width == 0)
    return TRUE;
  float *data = g_try_realloc_n (p->probabilities, p->n + 1, p->width * sizeof (float));
  if (data == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory for the probabilities of '%s'",
                   p->shown);
      return FALSE;
    }
  p->probabilities = NULL;
  j->probability_data = data;
  for (gsize c = 0; c < p->width; c++)
    data[p->n * p->width + c] = NAN;
  j->probability_rows = g_new (guint64, MAX (j->n, 1));
  for (gsize i = 0; i < j->n; i++)
    {
      guint32 r = x->by_predictions.row[i];
      j->probability_rows[i] = r == MATCH_NO_ROW ? p->n : r;
    }
  j->probabilities = (matrix){ j->n, p->width, data, j->probability_rows };
  return TRUE;
}

static void
deal_predictions (joined *j, const joining *x, const meanings *m)
{
  j->predicted = x->predictions != NULL;
  j->prediction_reading = m->use_index ? m->index->reading : m->label != NULL ? m->label->reading : READ_INDICES;
  for (gsize i = 0; i < j->n; i++)
    {
      guint32 r = j->predicted ? x->by_predictions.row[i] : MATCH_NO_ROW;
      j->prediction[i] = j->top5[i] = -1;
      j->confidence[i] = NAN;
      if (r == MATCH_NO_ROW)
        continue;
      if (j->probabilities.d > 0)
        deal_probabilities (j, i);
      else
        deal_words (j, x, m, i, r);
      j->predictions.empty += j->prediction[i] < 0;
    }
}

/* --- further columns ------------------------------------------------------------------------ */

static void
join_column_free (gpointer column)
{
  join_column *c = column;
  g_free (c->name);
  g_ptr_array_unref (c->values);
  g_free (c->of);
  g_free (c);
}

/* Numbers follow the pictures' order, so that the rows' order shows nowhere. */
static void
add_column (joined *j, const word_column *from, const matching *mt, const char *name)
{
  join_column *c = g_new0 (join_column, 1);
  g_autofree guint32 *numbers = g_new0 (guint32, from->words.words->len);
  c->name = g_strdup (name);
  c->values = g_ptr_array_new_with_free_func (g_free);
  c->of = g_new0 (guint32, MAX (j->n, 1));
  g_ptr_array_add (c->values, g_strdup (""));
  for (gsize i = 0; i < j->n; i++)
    {
      guint32 r = row_of (mt, i);
      guint32 word = r == MATCH_NO_ROW ? 0 : g_array_index (from->rows, guint32, r);
      if (word != 0 && numbers[word] == 0)
        {
          numbers[word] = c->values->len;
          g_ptr_array_add (c->values, g_strdup (vocabulary_word (&from->words, word)));
        }
      c->of[i] = numbers[word];
    }
  g_ptr_array_add (j->columns, c);
}

static int
find_column (const joined *j, const char *name)
{
  for (guint i = 0; i < j->columns->len; i++)
    if (g_ascii_strcasecmp (((const join_column *) j->columns->pdata[i])->name, name) == 0)
      return (int) i;
  return -1;
}

static void
add_columns_of (joined *j, const table *t, const matching *mt)
{
  for (guint i = 0; t != NULL && i < t->extra->len; i++)
    {
      const word_column *c = t->extra->pdata[i];
      g_autofree char *bare = g_utf8_make_valid (c->name, -1);
      g_strstrip (bare);
      g_autofree char *name = bare[0] == '\0'             ? g_strdup_printf ("column %u", i + 1)
                              : find_column (j, bare) < 0 ? g_strdup (bare)
                                                          : g_strdup_printf ("%s (%s)", bare, t->shown);
      add_column (j, c, mt, name);
    }
}

static void
add_columns (joined *j, const joining *x)
{
  static const char *const names[] = { "split", "subset", "partition" };
  add_columns_of (j, x->labels, &x->by_labels);
  if (x->predictions != x->labels)
    add_columns_of (j, x->predictions, &x->by_predictions);
  j->split = -1;
  for (gsize i = 0; i < G_N_ELEMENTS (names) && j->split < 0; i++)
    j->split = find_column (j, names[i]);
  if (j->split < 0 && x->splits->words.words->len > 1)
    {
      j->split = (int) j->columns->len;
      add_column (j, x->splits, NULL, "split");
    }
}

void
joined_set_splits (joined *j, const char *const *names)
{
  g_autoptr (word_column) words = word_column_new ("split", 1);
  for (gsize i = 0; i < j->n; i++)
    {
      guint32 word = vocabulary_add (&words->words, names[i] != NULL ? names[i] : "");
      g_array_append_val (words->rows, word);
    }
  if (j->split < 0)
    {
      j->split = (int) j->columns->len;
      add_column (j, words, NULL, "split");
      return;
    }
  join_column *former = j->columns->pdata[j->split];
  add_column (j, words, NULL, former->name);
  g_ptr_array_remove_index_fast (j->columns, (guint) j->split);
}

/* --- all of it ------------------------------------------------------------------------------ */

static void
note_loose_matches (joined *j)
{
  const join_side *sides[] = { &j->labels, &j->predictions };
  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      const join_side *s = sides[i];
      gboolean same = i == 1 && g_strcmp0 (s->shown, j->labels.shown) == 0;
      if (s->shown != NULL && !same && (s->exact < s->matched || s->matched < j->n || s->ambiguous.count > 0))
        g_ptr_array_add (j->notes, join_side_words (s, j->n));
    }
}

static gboolean
join_all (joined *j, joining *x, const join_options *o, GError **error)
{
  g_auto (meanings) m = { 0 };
  if (!read_tables (x, o, error) || !match_tables (j, x, error))
    return FALSE;
  look_at_folders (x);
  if (!settle_meanings (j, x, o, &m, error) || !take_probabilities (j, x, error))
    return FALSE;
  gsize room = MAX (j->n, 1);
  j->truth = g_new (int, room);
  j->prediction = g_new (int, room);
  j->confidence = g_new (float, room);
  j->top5 = g_new (gint8, room);
  deal_truth (j, x, &m);
  deal_predictions (j, x, &m);
  add_columns (j, x);
  note_loose_matches (j);
  return TRUE;
}

static gboolean
check_options (const join_options *o, gsize n, GError **error)
{
  const char *words = NULL;
  if (o->folders_asked && o->labels != NULL)
    words = "the truth is told by --labels or by the folders, not by both";
  else if (o->class_ids != NULL && o->classes == NULL)
    words = "ids of classes need their names beside them: add --classes FILE";
  else if (o->prediction_files != NULL && (o->predictions == NULL || !is_npy (o->predictions)))
    words = "a list of files goes with --predictions FILE.npy";
  else if (n >= G_MAXUINT32 - 1)
    words = "too many pictures to join";
  if (words != NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "%s", words);
  return words == NULL;
}

gboolean
joined_init (joined *j, const char *const *files, gsize n, const join_options *o, GError **error)
{
  memset (j, 0, sizeof *j);
  if (!check_options (o, n, error))
    return FALSE;
  j->n = n;
  j->columns = g_ptr_array_new_with_free_func (join_column_free);
  j->notes = g_ptr_array_new_with_free_func (g_free);
  g_auto (joining) x = { .files = files, .n = n };
  if (join_all (j, &x, o, error))
    return TRUE;
  joined_clear (j);
  return FALSE;
}
