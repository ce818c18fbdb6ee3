/* Verdicts on the pictures of the list. The one thing to know: they are replaced as a whole (S9), between begin and end,
 * for a table in which half the verdicts keep to another threshold would look right and be wrong. */
#include "store/store_internal.h"

#include <math.h>

#include "base/error.h"

/* Little-endian float32, as in the matrices. */
static void
to_bytes (const store_verdict *v, guint32 *bytes)
{
  for (guint i = 0; i < v->n_kinds; i++)
    {
      union {
        float value;
        guint32 bits;
      } u = { .value = v->kinds[i] };
      bytes[i] = GUINT32_TO_LE (u.bits);
    }
}

gboolean
store_verdicts_begin (store *s, const char *const *kinds, guint n, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  if (n > STORE_MOST_KINDS)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "%u kinds of noise are more than the %d '%s' can hold", n,
                   STORE_MOST_KINDS, s->dir);
      return FALSE;
    }
  if (!store_replace_begin (s, REPLACING_VERDICTS, error))
    return FALSE;
  gboolean good =
      db_do (s->db, error, "DELETE FROM verdict", "") && db_do (s->db, error, "DELETE FROM verdict_kind", "");
  for (guint i = 0; good && i < n; i++)
    good = db_do (s->db, error, "INSERT INTO verdict_kind VALUES (?1, ?2)", "it", (gint64) i, kinds[i]);
  s->verdict_kinds = n;
  return store_replace_with (s, REPLACING_VERDICTS, good);
}

gboolean
store_verdicts_add (store *s, const char *file, const store_verdict *v, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  guint32 kinds[STORE_MOST_KINDS];
  gboolean good = s->replacing == REPLACING_VERDICTS && v->n_kinds == s->verdict_kinds;
  if (!good)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "the verdict on '%s' does not belong to those of '%s'", file,
                 s->dir);
  else
    {
      const char *kind = v->noisy ? v->kind : v->likely != NULL ? v->likely : "";
      double severity = v->noisy ? v->severity : v->likely != NULL ? v->likely_severity : (double) NAN;
      to_bytes (v, kinds);
      good = db_do (s->db, error, "INSERT INTO verdict VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", "trritrrbir",
                    file, v->score, v->noise, (gint64) (v->noisy != FALSE), kind, severity, v->unlike,
                    (const void *) kinds, (gsize) v->n_kinds * sizeof *kinds, (gint64) (v->grey != FALSE),
                    v->enlarged < 0 ? (double) NAN : (double) v->enlarged);
    }
  return store_replace_with (s, REPLACING_VERDICTS, good);
}

gboolean
store_verdicts_end (store *s, gboolean good, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  return store_replace_end (s, good, error);
}

char **
store_verdict_kinds (store *s, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  return db_ask_names (s->db, error, "SELECT name FROM verdict_kind ORDER BY id LIMIT " G_STRINGIFY (STORE_MOST_KINDS));
}
