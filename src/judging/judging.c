/* Truth and predictions meet the pictures by file name before anything is looked at, so that a wrong table costs no time; the verdicts on noise
 * come afterwards, and are only read. */
#include "judging/judging.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

/* --- what was asked ---------------------------------------------------------------------------- */

static gboolean
is_word (const char *labels, const char *word)
{
  return g_strcmp0 (labels, word) == 0;
}

static gboolean
is_asked (const pardon_scan_options *o)
{
  return o->labels != NULL || o->predictions != NULL || o->classifier != NULL;
}

static gboolean
can_open (const char *path, GError **error)
{
  if (path == NULL || g_access (path, R_OK) == 0)
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot open '%s': %s", path, g_strerror (errno));
  return FALSE;
}

gboolean
judging_check (const pardon_scan_options *o, GError **error)
{
  const char *words = NULL;
  gboolean table = o->labels != NULL && !is_word (o->labels, "none") && !is_word (o->labels, "folders");
  if (o->classifier != NULL && o->predictions != NULL)
    words = "predictions are told by --predictions or by --classifier, not by both";
  else if (o->restrict_classes && o->classifier == NULL)
    words = "--restrict-classes needs the scores of all classes: it goes with --classifier";
  else if (!is_asked (o)
           && (o->classes != NULL || o->class_ids != NULL || o->label_map != NULL || o->prediction_files != NULL))
    words = "--classes, --class-ids, --label-map and --prediction-files say what labels and predictions mean; add "
            "--labels, --predictions or --classifier";
  if (words != NULL)
    g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT, words);
  return words == NULL && can_open (table ? o->labels : NULL, error) && can_open (o->predictions, error)
         && can_open (o->prediction_files, error) && can_open (o->classes, error) && can_open (o->class_ids, error)
         && can_open (o->label_map, error);
}

static gboolean
list_files (judging *j, store *s, GError **error)
{
  g_autoptr (store_cursor) cursor = store_cursor_new (s, 0, error);
  g_autoptr (GError) why = NULL;
  if (cursor == NULL)
    return FALSE;
  for (store_picture p; store_cursor_next (cursor, &p, &why);)
    g_ptr_array_add (j->files, g_strdup (p.ref.file));
  j->n = j->files->len;
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static void
restrict_classes (judging *j)
{
  j->allowed = g_new0 (gboolean, MAX (j->joined.classes.n, 1));
  for (gsize i = 0; i < j->n; i++)
    if (j->joined.truth[i] >= 0)
      j->allowed[j->joined.truth[i]] = TRUE;
}

/* Names that stand twice ("crane") would make two classes look like one. */
static void
name_classes (judging *j)
{
  const class_list *l = &j->joined.classes;
  for (gsize c = 0; c < l->n; c++)
    {
      const char *name = l->names->pdata[c];
      gboolean once = GPOINTER_TO_INT (g_hash_table_lookup (l->by_name, name)) != 0;
      g_ptr_array_add (j->shown, once             ? g_strdup (name)
                                 : l->ids != NULL ? g_strdup_printf ("%s (%s)", name, (char *) l->ids->pdata[c])
                                                  : g_strdup_printf ("%s (%" G_GSIZE_FORMAT ")", name, c));
      g_hash_table_insert (j->by_shown, j->shown->pdata[c], GINT_TO_POINTER ((int) c + 1));
    }
}

int
judging_class (const judging *j, const char *name)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (j->by_shown, name)) - 1;
}

static gboolean
has_truth (const judging *j)
{
  for (gsize i = 0; i < j->n; i++)
    if (j->joined.truth[i] >= 0)
      return TRUE;
  return FALSE;
}

static gboolean
take_classifier (judging *j, const pardon_scan_options *o, const lens *l, GError **error)
{
  if (!class_scores_check (l->n_scores, j->joined.classes.n, o->classifier, error))
    return FALSE;
  j->classifier = g_strdup (o->classifier);
  if (j->joined.predicted)
    g_ptr_array_add (j->joined.notes,
                     g_strdup_printf ("predictions are those of --classifier; the ones in '%s' are not used",
                                      j->joined.predictions.shown));
  if (o->restrict_classes && !has_truth (j))
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                           "--restrict-classes keeps the classes of the labels, and no picture has a label");
      return FALSE;
    }
  if (o->restrict_classes)
    restrict_classes (j);
  return TRUE;
}

gboolean
judging_open (judging *j, store *s, const pardon_scan_options *o, const lens *l, GError **error)
{
  *j = (judging){ .asked = is_asked (o) };
  gboolean denied = is_word (o->labels, "none"), folders = is_word (o->labels, "folders");
  join_options join = { .labels = denied || folders ? NULL : o->labels,
                        .predictions = o->predictions,
                        .prediction_files = o->prediction_files,
                        .classes = o->classes,
                        .class_ids = o->class_ids,
                        .label_map = o->label_map,
                        .folders_asked = folders,
                        .folders_denied = denied,
                        .n_classes = l == NULL          ? 0
                                     : l->n_scores == 1 ? 2
                                                        : l->n_scores };
  j->files = g_ptr_array_new_with_free_func (g_free);
  j->kinds = g_ptr_array_new_with_free_func (g_free);
  j->shown = g_ptr_array_new_with_free_func (g_free);
  j->by_shown = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean fine = !j->asked
                  || (list_files (j, s, error)
                      && joined_init (&j->joined, (const char *const *) j->files->pdata, j->n, &join, error)
                      && (l == NULL || take_classifier (j, o, l, error)));
  if (!fine)
    judging_clear (j);
  else if (j->asked)
    name_classes (j);
  return fine;
}

static void
kept_free (judging_kept *k)
{
  if (k == NULL)
    return;
  g_free (k->sources);
  g_free (k->left);
  g_free (k->more);
  g_strfreev (k->source_words);
  g_strfreev (k->left_words);
  g_free (k);
}

void
judging_clear (judging *j)
{
  void *arrays[] = { j->classifier,
                     j->allowed,
                     j->said,
                     j->top5,
                     j->noisy,
                     j->forced,
                     j->noise,
                     j->severity,
                     j->confidence,
                     j->kind,
                     (void *) j->rows.split };
  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_free (arrays[i]);
  if (j->joined.notes != NULL)
    joined_clear (&j->joined);
  class_scores_clear (&j->scores);
  scorecard_clear (&j->score);
  excess_clear (&j->excess);
  leftovers_clear (&j->left);
  kept_free (j->kept);
  g_clear_pointer (&j->thresholds, g_array_unref);
  g_clear_pointer (&j->previews, g_hash_table_unref);
  g_clear_pointer (&j->files, g_ptr_array_unref);
  g_clear_pointer (&j->kinds, g_ptr_array_unref);
  g_clear_pointer (&j->by_shown, g_hash_table_unref);
  g_clear_pointer (&j->shown, g_ptr_array_unref);
  *j = (judging){ 0 };
}

/* --- verdicts and scores ------------------------------------------------------------------------ */

static int
kind_number (judging *j, const char *kind)
{
  for (guint i = 0; i < j->kinds->len; i++)
    if (strcmp (j->kinds->pdata[i], kind) == 0)
      return (int) i;
  g_ptr_array_add (j->kinds, g_strdup (kind));
  return (int) j->kinds->len - 1;
}

static void
take_label (judging *j, gsize i, const char *label)
{
  joined *x = &j->joined;
  int class = label != NULL ? judging_class (j, label) : -1;
  x->truth[i] = class >= 0 ? class : j->said[i];
}

void
judging_take (judging *j, gsize i, const store_picture *p)
{
  const store_verdict *v = &p->verdict;
  gboolean decided = p->decided.noisy >= 0, damaged = strcmp (p->status, STATUS_DAMAGED) == 0;
  j->noisy[i] = v->judged ? v->noisy != FALSE : -1;
  j->forced[i] = v->judged && (decided || damaged) ? (v->noisy ? 1 : 2) : 0;
  j->noise[i] = v->judged ? v->score : NAN;
  j->severity[i] = v->judged && v->noisy ? v->severity : NAN;
  j->kind[i] = v->judged && v->noisy ? kind_number (j, v->kind) : -1;
  take_label (j, i, p->decided.label);
}

/* The list's verdicts, and where its scores stand. */
static gboolean
read_list (judging *j, store *s, gint64 set, gint64 *row, GError **error)
{
  gint64 more[STORE_MORE] = { set };
  g_autoptr (store_cursor) cursor = store_cursor_new_more (s, 0, 0, more, error);
  g_autoptr (GError) why = NULL;
  gsize i = 0, unknown = 0;
  if (cursor == NULL)
    return FALSE;
  for (store_picture p; i < j->n && store_cursor_next (cursor, &p, &why); i++)
    {
      judging_take (j, i, &p);
      unknown += p.decided.label != NULL && judging_class (j, p.decided.label) < 0;
      row[i] = p.more_rows[0];
    }
  if (unknown > 0)
    g_ptr_array_add (j->joined.notes,
                     g_strdup_printf ("labels that were decided and are no class of this scan: %" G_GSIZE_FORMAT
                                      "; they are not used",
                                      unknown));
  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  else if (i < j->n)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "the list of pictures in '%s' changed under the scan",
                 store_dir (s));
  else
    return TRUE;
  return FALSE;
}

static void
predict_all (judging *j)
{
  joined *x = &j->joined;
  g_autofree float *p = g_new (float, MAX (x->classes.n, 1));
  x->predicted = TRUE;
  x->prediction_reading = READ_INDICES;
  for (gsize i = 0; i < j->n; i++)
    {
      x->prediction[i] = x->top5[i] = -1;
      x->confidence[i] = NAN;
      if (class_scores_row (&j->scores, i, p))
        class_scores_predict (p, x->classes.n, j->said[i], &x->prediction[i], &x->confidence[i], &x->top5[i]);
    }
}

static gboolean
take_scores (judging *j, store *s, gint64 set, gint64 *row, GError **error)
{
  matrix_file *file = NULL;
  gboolean any = FALSE;
  for (gsize i = 0; i < j->n && !any; i++)
    any = row[i] >= 0;
  if (any && (file = store_matrix (s, set, error)) == NULL)
    {
      g_free (row);
      return FALSE;
    }
  class_scores_init (&j->scores, file, row, j->n, j->joined.classes.n, j->allowed);
  predict_all (j);
  return TRUE;
}

/* Parts of the data set as numbers; pictures of none are -1. */
static void
take_splits (judging *j)
{
  const joined *x = &j->joined;
  if (x->split < 0)
    return;
  const join_column *c = x->columns->pdata[x->split];
  int *split = g_new (int, MAX (j->n, 1));
  for (gsize i = 0; i < j->n; i++)
    split[i] = (int) c->of[i] - 1;
  j->rows.split = split;
  j->rows.n_splits = (int) c->values->len - 1;
}

/* Whether a decided label is among the five likeliest classes nobody asked. */
static gint8
top5_of (const judging *j, gsize i)
{
  const joined *x = &j->joined;
  if (x->truth[i] == j->said[i])
    return x->top5[i];
  return x->truth[i] == x->prediction[i] ? 1 : -1;
}

static void
lay_out_rows (judging *j)
{
  joined *x = &j->joined;
  const int *split = j->rows.split;
  int n_splits = j->rows.n_splits;
  if (x->truth_from == TRUTH_NONE || x->truth_from == TRUTH_DECIDED)
    x->truth_from = has_truth (j) ? TRUTH_DECIDED : TRUTH_NONE;
  j->judged = FALSE;
  for (gsize i = 0; i < j->n; i++)
    {
      j->confidence[i] = (double) x->confidence[i];
      j->top5[i] = top5_of (j, i);
      j->judged = j->judged || (x->truth[i] >= 0 && x->prediction[i] >= 0);
    }
  j->rows = (judge_rows){ .n = j->n,
                          .n_classes = (int) x->classes.n,
                          .n_kinds = (int) j->kinds->len,
                          .n_splits = n_splits,
                          .truth = x->truth,
                          .predicted = x->prediction,
                          .top5 = j->top5,
                          .confidence = j->confidence,
                          .noisy = j->noisy,
                          .noise = j->noise,
                          .kind = j->kind,
                          .severity = j->severity,
                          .split = split };
  if (split == NULL)
    take_splits (j);
}

/* Kinds that still occur, in the order of the first picture of each, as a scan finds them. */
static void
renumber_kinds (judging *j)
{
  g_autofree int *number = g_new (int, MAX (j->kinds->len, 1));
  GPtrArray *kinds = g_ptr_array_new_with_free_func (g_free);
  for (guint k = 0; k < j->kinds->len; k++)
    number[k] = -1;
  for (gsize i = 0; i < j->n; i++)
    if (j->kind[i] >= 0)
      {
        int *now = &number[j->kind[i]];
        if (*now < 0)
          {
            *now = (int) kinds->len;
            g_ptr_array_add (kinds, g_strdup (j->kinds->pdata[j->kind[i]]));
          }
        j->kind[i] = *now;
      }
  g_ptr_array_unref (j->kinds);
  j->kinds = kinds;
}

void
judging_weigh (judging *j)
{
  score_options of_score;
  excess_options of_excess;
  renumber_kinds (j);
  lay_out_rows (j);
  scorecard_clear (&j->score);
  excess_clear (&j->excess);
  score_options_init (&of_score);
  excess_options_init (&of_excess);
  scorecard_init (&j->score, &j->rows, &of_score);
  excess_init (&j->excess, &j->rows, &of_excess);
}

void
judging_make_room (judging *j)
{
  gsize room = MAX (j->n, 1);
  j->said = g_memdup2 (j->joined.truth, room * sizeof *j->said);
  j->top5 = g_new (gint8, room);
  j->noisy = g_new (gint8, room);
  j->forced = g_new (gint8, room);
  j->noise = g_new (double, room);
  j->severity = g_new (double, room);
  j->confidence = g_new (double, room);
  j->kind = g_new (int, room);
  j->threshold = NAN;
}

gboolean
judging_make (judging *j, store *s, gint64 scores, GError **error)
{
  if (!j->asked)
    return TRUE;
  judging_make_room (j);
  gint64 *row = g_new (gint64, MAX (j->n, 1));
  if (!read_list (j, s, scores, row, error))
    {
      g_free (row);
      return FALSE;
    }
  if (scores == 0)
    g_free (row);
  else if (!take_scores (j, s, scores, row, error))
    return FALSE;
  judging_weigh (j);
  return TRUE;
}
