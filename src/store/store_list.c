/* The list of pictures: made aside in `listing`, then put in place of the former one in a single transaction. What
 * was known of a file of the same name and path stays. */
#include "store/store_internal.h"

#include <string.h>

#include "base/error.h"

/* Adding to a list is cheap to repeat, so commits may be further apart. */
#define LIST_BATCH 8192

gboolean
store_list_number (store *s, gint64 *number, GError **error)
{
  return db_ask_int (s->db, 0, number, error, "SELECT value FROM meta WHERE key = 'list'", "");
}

gint64
store_list_age (store *s, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  gint64 number;
  return store_list_number (s, &number, error) ? number : -1;
}

gboolean
store_list_begin (store *s, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  if (!store_write_begin (s, error))
    return FALSE;
  gboolean good =
      db_do (s->db, error, "DELETE FROM listing", "") && db_do (s->db, error, "DELETE FROM listing_skipped", "");
  s->listing = good;
  return store_write_end (s, good, LIST_BATCH, error);
}

static gboolean
list_write_begin (store *s, const image_ref *ref, GError **error)
{
  if (!s->listing)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "no list of pictures was begun in '%s'", s->dir);
  else if (ref->file[0] == '\0')
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' has no name in the results", ref->path);
  else
    return store_write_begin (s, error);
  return FALSE;
}

/* The file is in the list already: fine when it is the same one. */
static gboolean
check_same_path (store *s, const image_ref *ref, gboolean *same, GError **error)
{
  g_autoptr (db_query) q = db_ask (s->db, error, "SELECT path FROM listing WHERE file = ?1", "t", ref->file);
  if (q == NULL || !db_next (q, error))
    return FALSE;
  *same = g_strcmp0 (db_text (q, 0), ref->path) == 0;
  if (!*same)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                 "'%s' and '%s' would both be '%s' in the results: scan a folder above both, or one at a time",
                 db_text (q, 0), ref->path, ref->file);
  return TRUE;
}

gboolean
store_list_add (store *s, const image_ref *ref, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  if (!list_write_begin (s, ref, error))
    return FALSE;
  gboolean good =
      db_do (s->db, error, "INSERT INTO listing VALUES (?1, ?2) ON CONFLICT DO NOTHING", "tt", ref->file, ref->path);
  if (good && db_changes (s->db) == 0)
    {
      gboolean same = FALSE;
      good = check_same_path (s, ref, &same, error);
      if (good && !same)
        return FALSE; /* the user's to mend; the list so far is sound */
    }
  return store_write_end (s, good, LIST_BATCH, error);
}

gboolean
store_list_skip (store *s, const image_ref *ref, const char *why, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  if (!list_write_begin (s, ref, error))
    return FALSE;
  gboolean good = db_do (s->db, error, "INSERT INTO listing_skipped VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", "ttt",
                         ref->file, ref->path, why);
  return store_write_end (s, good, LIST_BATCH, error);
}

/* Keeps the `sample` pictures of the smallest draw. */
static gboolean
take_sample (store *s, guint64 sample, guint64 seed, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (db_query) q =
      db_ask (s->db, error, "SELECT draw (?1, file), file FROM listing ORDER BY 1, 2 LIMIT 1 OFFSET ?2", "ii",
              (gint64) seed, (gint64) MIN (sample, G_MAXINT64) - 1);
  if (q == NULL)
    return FALSE;
  if (!db_next (q, &fault))
    {
      gboolean all = fault == NULL; /* the sample is as large as the list */
      if (!all)
        g_propagate_error (error, g_steal_pointer (&fault));
      return all;
    }
  gint64 last = db_int (q, 0);
  g_autofree char *file = g_strdup (db_text (q, 1));
  return db_do (s->db, error,
                "INSERT INTO listing_skipped SELECT file, path, 'not in the sample' FROM listing"
                " WHERE (draw (?1, file), file) > (?2, ?3) ON CONFLICT DO NOTHING",
                "iit", (gint64) seed, last, file)
         && db_do (s->db, error, "DELETE FROM listing WHERE (draw (?1, file), file) > (?2, ?3)", "iit", (gint64) seed,
                   last, file);
}

static gboolean
count_list (store *s, store_list_counts *counts, GError **error)
{
  gint64 found, skipped, added, vanished;
  if (!db_ask_int (s->db, 0, &found, error, "SELECT count(*) FROM listing", "")
      || !db_ask_int (s->db, 0, &skipped, error, "SELECT count(*) FROM listing_skipped", "")
      || !db_ask_int (
          s->db, 0, &added, error,
          "SELECT count(*) FROM listing l WHERE NOT EXISTS (SELECT 1 FROM finished f WHERE f.file = l.file)", "")
      || !db_ask_int (
          s->db, 0, &vanished, error,
          "SELECT count(*) FROM finished f WHERE NOT EXISTS (SELECT 1 FROM listing l WHERE l.file = f.file)", ""))
    return FALSE;
  *counts = (store_list_counts){
    .found = (guint64) found, .skipped = (guint64) skipped, .added = (guint64) added, .vanished = (guint64) vanished
  };
  return TRUE;
}

static gboolean
replace_list (store *s, GError **error)
{
  static const char *const steps[] = {
    "DELETE FROM picture WHERE NOT EXISTS"
    " (SELECT 1 FROM listing l WHERE l.file = picture.file AND l.path = picture.path)",
    "INSERT INTO picture (file, path, status, reason)"
    " SELECT l.file, l.path, '" STATUS_UNREADABLE "', 'not looked at yet' FROM listing l"
    " WHERE NOT EXISTS (SELECT 1 FROM picture p WHERE p.file = l.file) ORDER BY l.file",
    "DELETE FROM skipped",
    "INSERT INTO skipped SELECT * FROM listing_skipped ORDER BY file",
    "DELETE FROM listing",
    "DELETE FROM listing_skipped",
    "UPDATE meta SET value = CAST (value + 1 AS TEXT) WHERE key = 'list'",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if (!db_do (s->db, error, steps[i], ""))
      return FALSE;
  return TRUE;
}

gboolean
store_list_end (store *s, guint64 sample, guint64 seed, store_list_counts *counts, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  store_list_counts ignored;
  if (!s->listing)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "no list of pictures was begun in '%s'", s->dir);
      return FALSE;
    }
  /* sampling, counting and replacing are one transaction, which ends here whatever is pending */
  if (!store_write_begin (s, error))
    return FALSE;
  gboolean good = (sample == 0 || take_sample (s, sample, seed, error))
                  && count_list (s, counts != NULL ? counts : &ignored, error) && replace_list (s, error);
  s->listing = FALSE;
  s->count = -1;
  return store_write_end (s, good, 0, error);
}

gboolean
store_finish (store *s, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  if (!store_write_begin (s, error))
    return FALSE;
  gboolean good = db_do (s->db, error, "DELETE FROM finished", "")
                  && db_do (s->db, error, "INSERT INTO finished SELECT file FROM picture ORDER BY file", "");
  return store_write_end (s, good, 0, error);
}

guint64
store_count (store *s)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  if (s->count < 0 && !db_ask_int (s->db, 0, &s->count, NULL, "SELECT count(*) FROM picture", ""))
    return 0;
  return (guint64) s->count;
}

gboolean
store_each_skipped (store *s, void (*each) (const char *file, const char *why, gpointer user), gpointer user,
                    GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  g_autoptr (GError) fault = NULL;
  g_autoptr (db_query) q = db_ask (s->db, error, "SELECT file, reason FROM skipped ORDER BY file", "");
  if (q == NULL)
    return FALSE;
  while (db_next (q, &fault))
    each (db_text (q, 0), db_text (q, 1), user);
  if (fault == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}
