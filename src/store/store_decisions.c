/* What people decided, as a log (S11). The one thing to know: rows hang on contents, which outlive lists, so neither a new
 * scan nor another name of the file loses one. */
#include "store/store_internal.h"

#include <string.h>

#include "base/error.h"

static gboolean
is_field (const char *field)
{
  return strcmp (field, "noisy") == 0 || strcmp (field, "kind") == 0 || strcmp (field, "label") == 0;
}

static gboolean
put_decision (store *s, const store_decision *d, gint64 id, gint64 batch, GError **error)
{
  if (!is_field (d->field) || d->content <= 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' of '%s' is nothing that can be decided", d->field,
                   d->file);
      return FALSE;
    }
  return db_do (s->db, error, "INSERT INTO decision VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)", "itiiittt", d->content,
                d->field, id, batch, d->when, d->file, d->from, d->to);
}

gboolean
store_decide (store *s, const store_decision *d, gsize n, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  gint64 id, batch;
  if (!store_commit (s, error) || !store_write_begin (s, error))
    return FALSE;
  gboolean good = db_ask_int (s->db, 0, &id, error, "SELECT coalesce (max (id), 0) FROM decision", "")
                  && db_ask_int (s->db, 0, &batch, error, "SELECT coalesce (max (batch), 0) FROM decision", "");
  for (gsize i = 0; good && i < n; i++)
    good = put_decision (s, &d[i], id + 1 + (gint64) i, batch + 1, error);
  if (good)
    return store_commit (s, error);
  /* a decision that is refused says nothing against the store */
  s->in_transaction = FALSE;
  (void) db_run (s->db, "ROLLBACK", NULL);
  return FALSE;
}

gboolean
store_undo (store *s, guint64 *n, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  if (!store_commit (s, error) || !store_write_begin (s, error))
    return FALSE;
  gboolean good = db_do (s->db, error,
                         "UPDATE decision SET undone = 1 WHERE undone = 0 AND batch ="
                         " (SELECT max (batch) FROM decision WHERE undone = 0)",
                         "");
  if (n != NULL)
    *n = good ? (guint64) db_changes (s->db) : 0;
  return store_write_end (s, good, 0, error);
}

gboolean
store_each_decision (store *s, void (*each) (const store_decision *d, gpointer user), gpointer user, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  g_autoptr (GError) fault = NULL;
  g_autoptr (db_query) q =
      db_ask (s->db, error,
              "SELECT id, batch, time, content, file, field, before, after, undone FROM decision ORDER BY id", "");
  if (q == NULL)
    return FALSE;
  while (db_next (q, &fault))
    {
      store_decision d = { .id = db_int (q, 0),
                           .batch = db_int (q, 1),
                           .when = db_int (q, 2),
                           .content = db_int (q, 3),
                           .file = db_text (q, 4),
                           .field = db_text (q, 5),
                           .from = db_text (q, 6),
                           .to = db_text (q, 7),
                           .undone = db_int (q, 8) != 0 };
      each (&d, user);
    }
  if (fault == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}
