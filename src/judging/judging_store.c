/* A judgement kept in the store and made again from it. The one thing to know: only what the tables and the features said is
 * carried over as text; every number that hangs on a verdict or a label is computed again, by the functions the scan uses. */
#include "judging/judging.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

#define NOTE         "judging"         /* a key file with one group */
#define NOTE_SOURCES "judging.sources" /* JSON objects */
#define NOTE_LEFT    "judging.left"
#define NOTE_MORE    "judging.more"
#define NOTE_HEARD   "judging.source-words" /* lines, each escaped by g_strescape */
#define NOTE_SAID    "judging.left-words"
#define NOTE_SPLITS  "judging.splits"
#define NOTE_SPREAD  "judging.thresholds" /* lines: threshold, share of false alarms */
#define GROUP        "judging"

/* --- keeping ------------------------------------------------------------------------------------ */

static gboolean
keep_lines (store *s, const char *key, const GPtrArray *lines, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < lines->len; i++)
    {
      g_autofree char *line = g_strescape (lines->pdata[i], NULL);
      g_string_append_printf (text, "%s\n", line);
    }
  return store_note (s, key, text->str, error);
}

static gboolean
keep_texts (const judging *j, store *s, const char *more, GError **error)
{
  g_autoptr (GPtrArray) heard = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) said = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autofree char *sources = judging_sources (j);
  g_autoptr (GString) left = g_string_new ("{");
  const join_column *split = j->joined.split >= 0 ? j->joined.columns->pdata[j->joined.split] : NULL;
  judging_say_sources (j, heard);
  leftovers_say (j, said);
  leftovers_put_json (left, j, TRUE);
  g_string_append_c (left, '}');
  return store_note (s, NOTE_SOURCES, sources, error) && store_note (s, NOTE_LEFT, left->str, error)
         && store_note (s, NOTE_MORE, more, error) && keep_lines (s, NOTE_HEARD, heard, error)
         && keep_lines (s, NOTE_SAID, said, error)
         && keep_lines (s, NOTE_SPLITS, split != NULL ? split->values : none, error);
}

static gboolean
keep_spread (const judging *j, store *s, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; j->thresholds != NULL && i < j->thresholds->len; i++)
    {
      char of[2][G_ASCII_DTOSTR_BUF_SIZE];
      const judging_threshold *t = &g_array_index (j->thresholds, judging_threshold, i);
      g_string_append_printf (text, "%s %s\n", g_ascii_dtostr (of[0], sizeof of[0], t->threshold),
                              g_ascii_dtostr (of[1], sizeof of[1], t->false_alarms));
    }
  return store_note (s, NOTE_SPREAD, text->str, error);
}

/* `list`: the list of pictures that all of it is about. */
static gboolean
keep_facts (const judging *j, store *s, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  gint64 list = store_list_age (s, error);
  if (list < 0)
    return FALSE;
  g_key_file_set_int64 (file, GROUP, "list", list);
  g_key_file_set_boolean (file, GROUP, "asked", j->asked);
  if (j->asked)
    {
      g_key_file_set_double (file, GROUP, "threshold", j->threshold);
      g_key_file_set_integer (file, GROUP, "truth", (int) j->joined.truth_from);
      g_key_file_set_boolean (file, GROUP, "predicted", j->joined.predicted);
      g_key_file_set_boolean (file, GROUP, "classifier", j->classifier != NULL);
    }
  g_autofree char *text = g_key_file_to_data (file, NULL, NULL);
  return store_note (s, NOTE, text, error);
}

/* NULL-ended; g_free, the strings belong to `names`. */
static const char **
strings_of (const GPtrArray *names)
{
  const char **out = g_new0 (const char *, names->len + 1);
  for (guint i = 0; i < names->len; i++)
    out[i] = names->pdata[i];
  return out;
}

static const char **
column_names (const GPtrArray *columns)
{
  const char **out = g_new0 (const char *, columns->len + 1);
  for (guint i = 0; i < columns->len; i++)
    out[i] = ((const join_column *) columns->pdata[i])->name;
  return out;
}

static gboolean
add_answers (const judging *j, store *s, GError **error)
{
  const joined *x = &j->joined;
  const leftovers *left = &j->left;
  g_autofree int *suggested = g_new (int, MAX (j->n, 1));
  g_autofree const char **details = g_new0 (const char *, x->columns->len + 1);
  for (gsize i = 0; i < j->n; i++)
    suggested[i] = -1;
  for (gsize i = 0; i < left->labels.n_suspects; i++)
    suggested[left->labels.suspects[i].row] = left->labels.suspects[i].likely;
  for (gsize i = 0; i < j->n; i++)
    {
      store_answer a = { .truth = j->said[i],
                         .prediction = x->prediction[i],
                         .top5 = x->top5[i],
                         .confidence = (double) x->confidence[i],
                         .owed = left->group[i] >= 0 ? left->group[i] + 1 : -1,
                         .suggested = suggested[i],
                         .n_details = x->columns->len,
                         .details = details };
      for (guint c = 0; c < x->columns->len; c++)
        {
          const join_column *column = x->columns->pdata[c];
          details[c] = column->values->pdata[column->of[i]];
        }
      if (!store_answers_add (s, j->files->pdata[i], &a, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
keep_answers (const judging *j, store *s, GError **error)
{
  if (!j->asked)
    return store_answers_begin (s, NULL, NULL, -1, error) && store_answers_end (s, TRUE, error);
  g_autofree const char **classes = strings_of (j->shown), **columns = column_names (j->joined.columns);
  if (!store_answers_begin (s, classes, columns, j->joined.split, error))
    return FALSE;
  gboolean fine = add_answers (j, s, error);
  return store_answers_end (s, fine, fine ? error : NULL) && fine;
}

gboolean
judging_keep (const judging *j, store *s, const char *more, GError **error)
{
  return keep_answers (j, s, error) && (!j->asked || (keep_texts (j, s, more, error) && keep_spread (j, s, error)))
         && keep_facts (j, s, error);
}

/* --- restoring ---------------------------------------------------------------------------------- */

/* NULL-ended; empty where there are none. */
static char **
kept_lines (store *s, const char *key)
{
  g_autofree char *text = store_get_note (s, key);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  g_autoptr (GStrvBuilder) out = g_strv_builder_new ();
  for (char **line = lines; line[0] != NULL && line[1] != NULL; line++)
    {
      g_autofree char *plain = g_strcompress (*line);
      g_strv_builder_add (out, plain);
    }
  return g_strv_builder_end (out);
}

static char *
kept_object (store *s, const char *key)
{
  char *text = store_get_note (s, key);
  return text != NULL ? text : g_strdup ("{}");
}

static void
restore_spread (judging *j, store *s)
{
  g_autofree char *text = store_get_note (s, NOTE_SPREAD);
  j->thresholds = g_array_new (FALSE, FALSE, sizeof (judging_threshold));
  for (char *at = text, *end; at != NULL && *at != '\0'; at = end + strspn (end, " \n"))
    {
      judging_threshold t;
      t.threshold = g_ascii_strtod (at, &end);
      t.false_alarms = g_ascii_strtod (end, &end);
      if (end == at)
        return;
      g_array_append_val (j->thresholds, t);
    }
}

/* The column that tells the parts, its words in the scan's order. */
static gboolean
restore_split (judging *j, store *s, int *column, GHashTable *parts, GError **error)
{
  g_auto (GStrv) names = store_answer_columns (s, column, error);
  if (names == NULL)
    return FALSE;
  joined *x = &j->joined;
  x->split = -1;
  if (*column < 0 || *column >= (int) g_strv_length (names))
    return TRUE;
  join_column *split = g_new0 (join_column, 1);
  g_auto (GStrv) values = kept_lines (s, NOTE_SPLITS);
  split->name = g_strdup (names[*column]);
  split->values = g_ptr_array_new_with_free_func (g_free);
  split->of = g_new0 (guint32, MAX (j->n, 1));
  for (guint i = 0; values[i] != NULL; i++)
    {
      g_ptr_array_add (split->values, g_strdup (values[i]));
      g_hash_table_insert (parts, split->values->pdata[i], GUINT_TO_POINTER (i));
    }
  g_ptr_array_add (x->columns, split);
  x->split = 0;
  return TRUE;
}

static void
column_free (gpointer data)
{
  join_column *c = data;
  g_free (c->name);
  g_ptr_array_unref (c->values);
  g_free (c->of);
  g_free (c);
}

static gboolean
restore_classes (judging *j, store *s, GError **error)
{
  g_auto (GStrv) names = store_answer_classes (s, error);
  if (names == NULL)
    return FALSE;
  for (int i = 0; names[i] != NULL; i++)
    {
      g_ptr_array_add (j->shown, g_strdup (names[i]));
      g_hash_table_insert (j->by_shown, j->shown->pdata[i], GINT_TO_POINTER (i + 1));
    }
  j->joined.classes.n = j->shown->len;
  return TRUE;
}

/* Empty, for n pictures. */
static void
make_room (judging *j, gsize n)
{
  joined *x = &j->joined;
  j->n = x->n = n;
  x->truth = g_new0 (int, MAX (n, 1));
  x->prediction = g_new (int, MAX (n, 1));
  x->confidence = g_new (float, MAX (n, 1));
  x->top5 = g_new (gint8, MAX (n, 1));
  x->notes = g_ptr_array_new_with_free_func (g_free);
  x->columns = g_ptr_array_new_with_free_func (column_free);
  judging_make_room (j);
}

static gboolean
restore_pictures (judging *j, store *s, int column, GHashTable *parts, const judging_reader *reader, GError **error)
{
  joined *x = &j->joined;
  g_autoptr (store_cursor) cursor = store_cursor_new_pixels (s, 0, reader != NULL ? reader->pixels : 0, error);
  g_autoptr (GError) why = NULL;
  if (cursor == NULL)
    return FALSE;
  gsize i = 0;
  for (store_picture p; i < j->n && store_cursor_next (cursor, &p, &why); i++)
    {
      const store_answer *a = &p.answer;
      g_ptr_array_add (j->files, g_strdup (p.ref.file));
      j->said[i] = a->said_truth;
      x->prediction[i] = a->prediction;
      x->confidence[i] = a->given ? (float) a->confidence : NAN;
      x->top5[i] = (gint8) a->top5;
      if (x->split >= 0 && (guint) column < a->n_details)
        ((join_column *) x->columns->pdata[0])->of[i] =
            GPOINTER_TO_UINT (g_hash_table_lookup (parts, a->details[column]));
      judging_take (j, i, &p);
      if (reader != NULL)
        reader->each (reader->user, i, &p);
    }
  if (why == NULL && i == j->n)
    return TRUE;
  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  else
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "the list of pictures in '%s' changed while it was read",
                 store_dir (s));
  return FALSE;
}

/* NULL with `error` set where there is nothing to restore. */
static GKeyFile *
read_facts (store *s, GError **error)
{
  g_autofree char *text = store_get_note (s, NOTE);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  gint64 list = store_list_age (s, error);
  if (list < 0)
    return NULL;
  if (text == NULL || !g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_NONE, NULL))
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                 "'%s' was not scanned to the end, or by an older pardon: scan again", store_dir (s));
  else if (g_key_file_get_int64 (file, GROUP, "list", NULL) != list)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "the last scan into '%s' did not end: scan again",
                 store_dir (s));
  else
    return g_steal_pointer (&file);
  return NULL;
}

gboolean
judging_restore (judging *j, store *s, const judging_reader *reader, GError **error)
{
  int column = -1;
  *j = (judging){ .threshold = NAN };
  g_autoptr (GKeyFile) facts = read_facts (s, error);
  g_autoptr (GHashTable) parts = g_hash_table_new (g_str_hash, g_str_equal);
  if (facts == NULL)
    return FALSE;
  j->asked = g_key_file_get_boolean (facts, GROUP, "asked", NULL);
  j->files = g_ptr_array_new_with_free_func (g_free);
  j->kinds = g_ptr_array_new_with_free_func (g_free);
  j->shown = g_ptr_array_new_with_free_func (g_free);
  j->by_shown = g_hash_table_new (g_str_hash, g_str_equal);
  make_room (j, store_count (s));
  if (!restore_classes (j, s, error) || !restore_split (j, s, &column, parts, error)
      || !restore_pictures (j, s, column, parts, reader, error))
    {
      judging_clear (j);
      return FALSE;
    }
  if (!j->asked)
    return TRUE;
  j->threshold = g_key_file_get_double (facts, GROUP, "threshold", NULL);
  j->joined.truth_from = (join_truth) g_key_file_get_integer (facts, GROUP, "truth", NULL);
  j->joined.predicted = g_key_file_get_boolean (facts, GROUP, "predicted", NULL);
  if (g_key_file_get_boolean (facts, GROUP, "classifier", NULL))
    j->classifier = g_strdup (""); /* its name stands among the sources */
  j->kept = g_new0 (judging_kept, 1);
  j->kept->sources = kept_object (s, NOTE_SOURCES);
  j->kept->left = kept_object (s, NOTE_LEFT);
  j->kept->more = kept_object (s, NOTE_MORE);
  j->kept->source_words = kept_lines (s, NOTE_HEARD);
  j->kept->left_words = kept_lines (s, NOTE_SAID);
  restore_spread (j, s);
  judging_weigh (j);
  return TRUE;
}
