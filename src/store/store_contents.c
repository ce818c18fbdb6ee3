/* Contents and their features. The one thing to know: a feature row enters the database in the transaction that
 * follows the sync of the matrix it points into (S1). */
#include "store/store_internal.h"

#include <string.h>

#include "base/error.h"
#include "config.h"

static const char *
decoder_text (store *s)
{
  if (s->decoder == NULL)
    s->decoder = s->describe != NULL ? s->describe () : g_strdup (PARDON_VERSION);
  return s->decoder;
}

gboolean
store_is_stale (store *s, const char *status, const char *decoder)
{
  return g_strcmp0 (status, STATUS_UNREADABLE) == 0 && g_strcmp0 (decoder, decoder_text (s)) != 0;
}

void
store_set_decoder (store *s, char *(*describe) (void) )
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  g_clear_pointer (&s->decoder, g_free);
  s->describe = describe;
}

/* --- feature sets ------------------------------------------------------------------------- */

void
store_set_free (gpointer set)
{
  store_set *t = set;
  matrix_file_free (t->file);
  g_free (t);
}

char *
store_set_path (store *s, gint64 set)
{
  g_autofree char *name = g_strdup_printf ("features-%" G_GINT64_FORMAT ".f32", set);
  return g_build_filename (s->dir, name, NULL);
}

gint64
store_feature_set (store *s, const char *key, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  gint64 id;
  if (!db_ask_int (s->db, 0, &id, error, "SELECT id FROM feature_set WHERE key = ?1", "t", key))
    return 0;
  if (id != 0)
    return id;
  if (!store_write_begin (s, error))
    return 0;
  gboolean good = db_do (s->db, error, "INSERT INTO feature_set (key) VALUES (?1)", "t", key);
  id = good ? db_last_id (s->db) : 0;
  /* at once: were the number given out again after a crash, a matrix of another width would already lie there */
  return store_write_end (s, good, 0, error) ? id : 0;
}

static gboolean
load_set (store *s, gint64 set, gsize *d, guint64 *rows, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (db_query) q = db_ask (s->db, error, "SELECT d, rows FROM feature_set WHERE id = ?1", "i", set);
  if (q == NULL)
    return FALSE;
  if (db_next (q, &fault))
    {
      *d = (gsize) db_int (q, 0);
      *rows = (guint64) db_int (q, 1);
      return TRUE;
    }
  if (fault == NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "there is no feature set %" G_GINT64_FORMAT " in '%s'", set,
                 s->dir);
  else
    g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

static store_set *
writable_set (store *s, gint64 set, GError **error)
{
  store_set *t = g_hash_table_lookup (s->sets, &set);
  if (t != NULL)
    return t;
  gsize d;
  guint64 rows;
  if (!load_set (s, set, &d, &rows, error))
    return NULL;
  t = g_new0 (store_set, 1);
  *t = (store_set){ .id = set, .d = d, .rows = rows };
  g_hash_table_insert (s->sets, &t->id, t);
  return t;
}

gboolean
store_set_rows (store *s, gint64 set, guint64 *rows, GError **error)
{
  const store_set *t = g_hash_table_lookup (s->sets, &set);
  if (t != NULL && t->file != NULL)
    {
      *rows = matrix_file_rows (t->file);
      return TRUE;
    }
  gsize d;
  return load_set (s, set, &d, rows, error);
}

gboolean
store_sets_sync (store *s, GError **error)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, s->sets);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      store_set *t = value;
      if (t->file == NULL || matrix_file_rows (t->file) == t->rows)
        continue;
      if (!matrix_file_sync (t->file, error)
          || !db_do (s->db, error, "UPDATE feature_set SET d = ?2, rows = ?3 WHERE id = ?1", "iii", t->id,
                     (gint64) t->d, (gint64) matrix_file_rows (t->file)))
        return FALSE;
      t->rows = matrix_file_rows (t->file);
    }
  return TRUE;
}

matrix_file *
store_matrix (store *s, gint64 set, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  gsize d;
  guint64 rows;
  if (!load_set (s, set, &d, &rows, error))
    return NULL;
  if (rows == 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "no picture in '%s' has features yet: scan first", s->dir);
      return NULL;
    }
  g_autofree char *path = store_set_path (s, set);
  g_autoptr (matrix_file) f = matrix_file_open (path, error);
  if (f == NULL)
    return NULL;
  const matrix *m = matrix_file_get (f);
  if (m->d == d && m->n >= rows)
    return g_steal_pointer (&f);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
               "'%s' does not belong to this results folder: it has %" G_GSIZE_FORMAT " rows of %" G_GSIZE_FORMAT
               " numbers where %" G_GUINT64_FORMAT " of %" G_GSIZE_FORMAT
               " were stored; remove the results folder and scan again",
               path, m->n, m->d, rows, d);
  return NULL;
}

/* --- contents ------------------------------------------------------------------------------ */

typedef struct {
  gint64 id, row; /* 0 and -1: none */
  gboolean readable, stale;
} known;

static gboolean
find (store *s, const content_hash *hash, gint64 set, known *k, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (db_query) q = db_ask (s->db, error,
                                   "SELECT c.id, c.status, c.decoder, f.row FROM content c"
                                   " LEFT JOIN feature f ON f.feature_set = ?2 AND f.content = c.id WHERE c.hash = ?1",
                                   "bi", (const void *) hash->bytes, sizeof hash->bytes, set);
  *k = (known){ .row = -1, .readable = TRUE };
  if (q == NULL)
    return FALSE;
  if (db_next (q, &fault))
    {
      k->id = db_int (q, 0);
      k->readable = g_strcmp0 (db_text (q, 1), STATUS_UNREADABLE) != 0;
      k->stale = store_is_stale (s, db_text (q, 1), db_text (q, 2));
      k->row = db_is_null (q, 3) ? -1 : db_int (q, 3);
    }
  if (fault == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

gint64
store_find_content (store *s, const content_hash *hash, gint64 set, gint64 *row, gboolean *readable, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  known k;
  gboolean good = find (s, hash, set, &k, error);
  gboolean use = good && k.id != 0 && !k.stale;
  if (row != NULL)
    *row = use ? k.row : -1;
  if (readable != NULL)
    *readable = !use || k.readable;
  return use ? k.id : 0;
}

/* A new content, or (id != 0) an unreadable one that is looked at again. */
static gboolean
put_content (store *s, gint64 id, const store_look *look, gboolean readable, GError **error)
{
  const image_facts none = { 0 }, *f = readable ? &look->facts : &none;
  const char *status = readable ? look->status : STATUS_UNREADABLE;
  const char *reason = look->reason != NULL ? look->reason : "";
  const char *decoder = readable ? "" : decoder_text (s); /* who could read it matters to none */
  if (id == 0)
    return db_do (
        s->db, error,
        "INSERT INTO content (hash, width, height, channels, bits, orientation, format, space, bytes, status, reason,"
        " decoder) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        "biiiiittittt", (const void *) look->hash.bytes, sizeof look->hash.bytes, (gint64) f->width, (gint64) f->height,
        (gint64) f->channels, (gint64) f->bits, (gint64) f->orientation, f->format, f->space, (gint64) look->bytes,
        status, reason, decoder);
  return db_do (s->db, error,
                "UPDATE content SET width = ?2, height = ?3, channels = ?4, bits = ?5, orientation = ?6, format = ?7,"
                " space = ?8, bytes = ?9, status = ?10, reason = ?11, decoder = ?12 WHERE id = ?1",
                "iiiiiittittt", id, (gint64) f->width, (gint64) f->height, (gint64) f->channels, (gint64) f->bits,
                (gint64) f->orientation, f->format, f->space, (gint64) look->bytes, status, reason, decoder);
}

static gboolean
put_row (store *s, gint64 content, const store_row *new, GError **error)
{
  store_set *t = writable_set (s, new->set, error);
  if (t == NULL)
    return FALSE;
  if (t->file == NULL)
    {
      g_autofree char *path = store_set_path (s, new->set);
      t->file = matrix_file_append (path, new->d, t->rows, error);
      if (t->file == NULL)
        return FALSE;
      t->d = new->d;
    }
  gint64 row = (gint64) matrix_file_rows (t->file);
  return matrix_file_add (t->file, new->row, error)
         && db_do (s->db, error, "INSERT INTO feature VALUES (?1, ?2, ?3)", "iii", new->set, content, row);
}

static gboolean
has_row (const store_row *r)
{
  return r->set != 0 && r->row != NULL;
}

static gboolean
put_row_once (store *s, gint64 content, const store_row *new, GError **error)
{
  gint64 there;
  if (!has_row (new))
    return TRUE;
  return db_ask_int (s->db, 0, &there, error, "SELECT 1 FROM feature WHERE feature_set = ?1 AND content = ?2", "ii",
                     new->set, content)
         && (there != 0 || put_row (s, content, new, error));
}

/* The content's id, made known when it is not; 0 with `error` set. */
static gint64
put_opened (store *s, gint64 set, const store_look *look, GError **error)
{
  known k;
  if (!find (s, &look->hash, set, &k, error))
    return 0;
  gboolean readable = g_strcmp0 (look->status, STATUS_OK) == 0 || g_strcmp0 (look->status, STATUS_DAMAGED) == 0;
  if (k.id == 0 || (!k.readable && (k.stale || readable)))
    {
      if (!put_content (s, k.id, look, readable, error))
        return 0;
      k.id = k.id != 0 ? k.id : db_last_id (s->db);
      k.readable = readable;
    }
  store_row features = { set, look->features, look->d };
  gboolean good =
      !k.readable || (put_row_once (s, k.id, &features, error) && put_row_once (s, k.id, &look->pixels, error));
  for (int i = 0; i < STORE_MORE && good && k.readable; i++)
    good = put_row_once (s, k.id, &look->more[i], error);
  return good ? k.id : 0;
}

static gboolean
check_width (store *s, const char *file, const store_row *new, GError **error)
{
  if (!has_row (new))
    return TRUE;
  store_set *t = writable_set (s, new->set, error);
  if (t == NULL)
    return FALSE;
  if (new->d > 0 && (t->d == 0 || t->d == new->d))
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
               "the features of '%s' are %" G_GSIZE_FORMAT " numbers where those before were %" G_GSIZE_FORMAT, file,
               new->d, t->d);
  return FALSE;
}

/* What can be told before anything is written. */
static gboolean
check_look (store *s, gint64 set, const store_look *look, GError **error)
{
  gint64 there;
  if (!db_ask_int (s->db, 0, &there, error, "SELECT 1 FROM picture WHERE file = ?1", "t", look->file))
    return FALSE;
  if (there == 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "'%s' is not in the list of pictures of '%s'", look->file,
                   s->dir);
      return FALSE;
    }
  store_row features = { set, look->features, look->d };
  if (!look->opened)
    return TRUE;
  gboolean good = check_width (s, look->file, &features, error) && check_width (s, look->file, &look->pixels, error);
  for (int i = 0; i < STORE_MORE && good; i++)
    good = check_width (s, look->file, &look->more[i], error);
  return good;
}

gboolean
store_put (store *s, gint64 set, const store_look *look, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  if (!store_write_begin (s, error) || !check_look (s, set, look, error))
    return FALSE;
  gboolean good;
  const file_stamp *t = &look->stamp;
  if (look->opened)
    {
      gint64 content = put_opened (s, set, look, error);
      good = content != 0
             && db_do (s->db, error,
                       "UPDATE picture SET size = ?2, inode = ?3, mtime = ?4, ctime = ?5, content = ?6, status = ?7,"
                       " reason = ?8 WHERE file = ?1",
                       "tiiiiitt", look->file, (gint64) t->size, (gint64) t->inode, t->mtime_ns, t->ctime_ns, content,
                       look->refused != NULL ? STATUS_UNREADABLE : NULL, look->refused);
    }
  else
    {
      const char *reason = look->reason != NULL && look->reason[0] != '\0' ? look->reason : "it could not be opened";
      good = db_do (s->db, error,
                    "UPDATE picture SET size = ?2, inode = ?3, mtime = ?4, ctime = ?5, content = NULL,"
                    " status = '" STATUS_UNREADABLE "', reason = ?6 WHERE file = ?1",
                    "tiiiit", look->file, (gint64) t->size, (gint64) t->inode, t->mtime_ns, t->ctime_ns, reason);
    }
  return store_write_end (s, good, STORE_BATCH, error);
}
