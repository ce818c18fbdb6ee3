/* Decisions: checked against the pictures, written as one batch, then read back. The one thing to know: only the writing takes the
 * store's lock, with a connection of its own, so that scans and other reviewers are kept out no longer than that. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/json_write.h"
#include "base/nearest.h"
#include "reviewing/reviewing_parts.h"
#include "reviewing/reviewing_request.h"

/* --- what is asked ------------------------------------------------------------------------------ */

static void
refuse_word (const char *word, const char *what, const char *const *known, GError **error)
{
  const char *nearest = nearest_word (word, known);
  if (nearest != NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' is no %s of this scan; did you mean '%s'?", word, what,
                 nearest);
  else
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' is no %s of this scan", word, what);
}

static gboolean
check_words (const review *r, const review_request *q, GError **error)
{
  const judging *j = &r->judging;
  if (q->kind != NULL && !g_strv_contains ((const char *const *) r->kinds, q->kind) && strcmp (q->kind, "cut-off") != 0)
    refuse_word (q->kind, "kind of noise", (const char *const *) r->kinds, error);
  else if (q->label != NULL && j->shown->len == 0)
    g_set_error_literal (
        error, PARDON_ERROR, PARDON_ERROR_INPUT,
        "this scan knows no classes, so there are no labels to decide: scan with --labels, --predictions "
        "or --classifier");
  else if (q->label != NULL && judging_class (j, q->label) < 0)
    {
      g_autoptr (GPtrArray) names = g_ptr_array_new ();
      g_ptr_array_extend (names, j->shown, NULL, NULL);
      g_ptr_array_add (names, NULL);
      refuse_word (q->label, "class", (const char *const *) names->pdata, error);
    }
  else
    return TRUE;
  return FALSE;
}

static void
add (GArray *rows, const review *r, gsize i, const char *field, const char *from, const char *to)
{
  store_decision d = { .when = g_get_real_time () / G_USEC_PER_SEC,
                       .content = r->pictures[i].content,
                       .file = r->judging.files->pdata[i],
                       .field = field,
                       .from = from,
                       .to = to };
  g_array_append_val (rows, d);
}

static void
add_noise (GArray *rows, const review *r, const review_request *q, gsize i)
{
  store_picture now = review_state (r, i);
  const store_decided *d = &r->pictures[i].decided;
  int noisy = q->kind != NULL ? 1 : q->noisy;
  const char *was = now.verdict.noisy ? "1" : "0", *kind = now.verdict.kind;
  if (!now.verdict.judged)
    return;
  if (noisy >= 0 && d->noisy != noisy)
    add (rows, r, i, "noisy", was, noisy ? "1" : "0");
  if (q->kind != NULL && g_strcmp0 (d->kind, q->kind) != 0)
    add (rows, r, i, "kind", kind, q->kind);
  if (q->restore_noisy && d->noisy >= 0)
    add (rows, r, i, "noisy", was, NULL);
  if (q->restore_noisy && d->kind != NULL)
    add (rows, r, i, "kind", kind, NULL);
}

static void
add_label (GArray *rows, const review *r, const review_request *q, gsize i)
{
  const judging *j = &r->judging;
  int class = j->joined.truth[i];
  const char *was = class >= 0 ? j->shown->pdata[class] : "", *decided = r->pictures[i].decided.label;
  if (q->label != NULL && g_strcmp0 (decided, q->label) != 0)
    add (rows, r, i, "label", was, q->label);
  if (q->restore_label && decided != NULL)
    add (rows, r, i, "label", was, NULL);
}

/* Rows for the log, one a content and field; NULL with `error` set where nothing can be decided. */
static GArray *
plan (const review *r, const review_request *q, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (GArray) rows = g_array_new (FALSE, TRUE, sizeof (store_decision));
  gboolean noise = q->noisy >= 0 || q->kind != NULL || q->restore_noisy, any = FALSE;
  for (guint k = 0; k < q->ids->len; k++)
    {
      guint64 id = g_array_index (q->ids, guint64, k);
      if (id >= r->n)
        {
          g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "there is no picture %" G_GUINT64_FORMAT, id);
          return NULL;
        }
      review_picture_state *p = &r->pictures[id];
      if (p->content == 0 || !g_hash_table_add (seen, &p->content))
        {
          any = any || p->content != 0;
          continue;
        }
      any = any || !noise || p->judged || q->label != NULL || q->restore_label;
      add_noise (rows, r, q, (gsize) id);
      add_label (rows, r, q, (gsize) id);
    }
  if (any)
    return g_steal_pointer (&rows);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "%s",
               q->ids->len == 1 ? "this picture cannot be read: there is nothing to decide"
                                : "these pictures cannot be read: there is nothing to decide");
  return NULL;
}

/* --- the answer --------------------------------------------------------------------------------- */

static void
put_noise (GString *o, const review *r, const GArray *changed)
{
  const judging *j = &r->judging;
  json_open (o, "noisy", '[');
  for (guint k = 0; k < changed->len; k++)
    {
      gint8 noisy = j->noisy[g_array_index (changed, gsize, k)];
      if (noisy < 0)
        json_put_text (o, NULL, NULL);
      else
        json_put_count (o, NULL, (gsize) noisy);
    }
  json_close (o, ']');
  json_open (o, "forced", '[');
  for (guint k = 0; k < changed->len; k++)
    json_put_count (o, NULL, (gsize) j->forced[g_array_index (changed, gsize, k)]);
  json_close (o, ']');
  json_open (o, "kind", '[');
  for (guint k = 0; k < changed->len; k++)
    {
      int kind = j->kind[g_array_index (changed, gsize, k)];
      json_put_text (o, NULL, kind >= 0 ? j->kinds->pdata[kind] : NULL);
    }
  json_close (o, ']');
  json_open (o, "severity", '[');
  for (guint k = 0; k < changed->len; k++)
    json_put_real (o, NULL, j->severity[g_array_index (changed, gsize, k)], TRUE);
  json_close (o, ']');
}

static void
put_labels (GString *o, const review *r, const GArray *changed)
{
  const judging *j = &r->judging;
  const joined *x = &j->joined;
  json_open (o, "label", '[');
  for (guint k = 0; k < changed->len; k++)
    {
      int truth = x->truth[g_array_index (changed, gsize, k)];
      json_put_text (o, NULL, truth >= 0 ? j->shown->pdata[truth] : NULL);
    }
  json_close (o, ']');
  json_open (o, "correct", '[');
  for (guint k = 0; k < changed->len; k++)
    {
      gsize i = g_array_index (changed, gsize, k);
      if (x->truth[i] < 0 || x->prediction[i] < 0)
        json_put_text (o, NULL, NULL);
      else
        json_put_count (o, NULL, x->truth[i] == x->prediction[i]);
    }
  json_close (o, ']');
  json_open (o, "verdict", '[');
  for (guint k = 0; k < changed->len; k++)
    json_put_text (
        o, NULL,
        row_verdict_name (j->asked ? judge_row (&j->rows, g_array_index (changed, gsize, k)) : VERDICT_UNJUDGED));
  json_close (o, ']');
}

static void
put_changed (GString *o, const review *r, const GArray *changed)
{
  json_open (o, "changed", '{');
  json_open (o, "ids", '[');
  for (guint k = 0; k < changed->len; k++)
    json_put_count (o, NULL, g_array_index (changed, gsize, k));
  json_close (o, ']');
  put_noise (o, r, changed);
  put_labels (o, r, changed);
  json_open (o, "decided", '[');
  for (guint k = 0; k < changed->len; k++)
    {
      const store_decided *d = &r->pictures[g_array_index (changed, gsize, k)].decided;
      json_put_count (o, NULL, (d->noisy >= 0 || d->kind != NULL ? 1 : 0) + (d->label != NULL ? 2 : 0));
    }
  json_close (o, ']');
  json_close (o, '}');
}

static int
by_number (gconstpointer a, gconstpointer b)
{
  gsize x = *(const gsize *) a, y = *(const gsize *) b;
  return (x > y) - (x < y);
}

/* Reads the log and changes the pictures; their numbers are added to `changed`. */
static gboolean
catch_up (review *r, GArray *changed, GError **error)
{
  g_autoptr (GArray) now = review_read_log (r, error);
  if (now == NULL)
    return FALSE;
  for (guint k = 0; k < now->len; k++)
    {
      gsize i = g_array_index (now, gsize, k);
      store_picture p = review_state (r, i);
      judging_take (&r->judging, i, &p);
    }
  g_array_append_vals (changed, now->data, now->len);
  return TRUE;
}

/* What changed is counted also where what was asked failed: then another decided it. */
static GBytes *
finish (review *r, GArray *changed, gboolean fine)
{
  g_array_sort (changed, by_number);
  for (guint k = changed->len; k-- > 1;) /* what another decided and this one, too, stands twice */
    if (g_array_index (changed, gsize, k) == g_array_index (changed, gsize, k - 1))
      g_array_remove_index (changed, k);
  if (changed->len > 0)
    review_forget_report (r);
  if (r->judging.asked && changed->len > 0)
    judging_weigh (&r->judging);
  if (!fine)
    return NULL;
  GString *o = g_string_new (NULL);
  g_autofree char *section = judging_section (&r->judging);
  json_open (o, NULL, '{');
  put_changed (o, r, changed);
  json_begin (o, "judging");
  g_string_append (o, section != NULL ? section : "null");
  json_put_count (o, "undo", r->can_undo);
  json_close (o, '}');
  return g_string_free_to_bytes (o);
}

/* --- writing ------------------------------------------------------------------------------------ */

/* The store for one change; NULL with `error` set. */
static store *
open_for_writing (review *r, GError **error)
{
  if (!r->writable)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "'%s' is shown read-only: start 'pardon serve' without --read-only to decide", r->dir);
      return NULL;
    }
  g_autofree char *file = g_build_filename (r->dir, "pardon.db", NULL);
  if (!g_file_test (file, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "'%s' is gone, so nothing can be decided in it", r->dir);
      return NULL;
    }
  g_autoptr (store) s = store_open (r->dir, TRUE, error);
  return s != NULL && review_is_current (r, s, error) ? g_steal_pointer (&s) : NULL;
}

GBytes *
review_decide (review *r, const char *json, gsize length, GError **error)
{
  g_auto (review_request) q = { 0 };
  if (!review_request_read (&q, json, length, error))
    return NULL;
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&r->mutex);
  if (!check_words (r, &q, error))
    return NULL;
  g_autoptr (store) s = open_for_writing (r, error);
  g_autoptr (GArray) changed = g_array_new (FALSE, FALSE, sizeof (gsize));
  /* under the store's lock: what others decided meanwhile counts */
  g_autoptr (GArray) rows = s != NULL && catch_up (r, changed, error) ? plan (r, &q, error) : NULL;
  gboolean fine = rows != NULL;
  if (fine && rows->len > 0)
    fine = store_decide (s, (const store_decision *) (gpointer) rows->data, rows->len, error)
           && catch_up (r, changed, error);
  g_clear_pointer (&s, store_free);
  return finish (r, changed, fine);
}

GBytes *
review_undo (review *r, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&r->mutex);
  g_autoptr (store) s = open_for_writing (r, error);
  g_autoptr (GArray) changed = g_array_new (FALSE, FALSE, sizeof (gsize));
  gboolean fine = s != NULL && store_undo (s, NULL, error) && catch_up (r, changed, error);
  g_clear_pointer (&s, store_free);
  return finish (r, changed, fine);
}
