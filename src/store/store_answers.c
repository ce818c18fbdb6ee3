/* What the classifier said of the pictures of the list. The one thing to know: answers and the names of their classes are
 * replaced as a whole (S10), as verdicts are, for numbers of one list of classes mean nothing in another. */
#include "store/store_internal.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

static gboolean
put_names (store *s, const char *list, const char *const *names, guint *n, GError **error)
{
  for (*n = 0; names != NULL && names[*n] != NULL; (*n)++)
    if (!db_do (s->db, error, "INSERT INTO answer_name VALUES (?1, ?2, ?3)", "tit", list, (gint64) *n, names[*n]))
      return FALSE;
  return TRUE;
}

gboolean
store_answers_begin (store *s, const char *const *classes, const char *const *columns, int split, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  guint n_classes = 0;
  if (!store_replace_begin (s, REPLACING_ANSWERS, error))
    return FALSE;
  gboolean good =
      db_do (s->db, error, "DELETE FROM answer", "") && db_do (s->db, error, "DELETE FROM answer_name", "")
      && put_names (s, "class", classes, &n_classes, error)
      && put_names (s, "column", columns, &s->answer_columns, error)
      && (split < 0 || db_do (s->db, error, "INSERT INTO answer_name VALUES ('split', ?1, '')", "i", (gint64) split));
  s->answer_classes = (int) n_classes;
  return store_replace_with (s, REPLACING_ANSWERS, good);
}

static double
or_null (int value)
{
  return value < 0 ? (double) NAN : (double) value;
}

static gboolean
belongs (const store *s, const store_answer *a)
{
  return s->replacing == REPLACING_ANSWERS && a->truth < s->answer_classes && a->prediction < s->answer_classes
         && a->suggested < s->answer_classes && a->n_details == s->answer_columns;
}

gboolean
store_answers_add (store *s, const char *file, const store_answer *a, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  gboolean good = belongs (s, a);
  if (!good)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "the answer on '%s' does not belong to those of '%s'", file,
                 s->dir);
  else
    {
      g_autoptr (GByteArray) details = g_byte_array_new ();
      for (guint i = 0; i < a->n_details; i++)
        g_byte_array_append (details, (const guint8 *) a->details[i], (guint) strlen (a->details[i]) + 1);
      good = db_do (s->db, error, "INSERT INTO answer VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "trrrrrrb", file,
                    or_null (a->truth), or_null (a->prediction), or_null (a->top5), a->confidence, or_null (a->owed),
                    or_null (a->suggested), details->len > 0 ? (const void *) details->data : "", (gsize) details->len);
    }
  return store_replace_with (s, REPLACING_ANSWERS, good);
}

gboolean
store_answers_end (store *s, gboolean good, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  return store_replace_end (s, good, error);
}

char **
store_answer_classes (store *s, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  return db_ask_names (s->db, error, "SELECT name FROM answer_name WHERE list = 'class' ORDER BY id");
}

char **
store_answer_columns (store *s, int *split, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  gint64 number;
  if (!db_ask_int (s->db, -1, &number, error, "SELECT id FROM answer_name WHERE list = 'split'", ""))
    return NULL;
  if (split != NULL)
    *split = (int) number;
  return db_ask_names (s->db, error, "SELECT name FROM answer_name WHERE list = 'column' ORDER BY id");
}
