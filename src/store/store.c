/* Opening a results folder, and the transaction all writing stands in. The one thing to know: changes gather in one
 * transaction that store_commit ends, matrices first; after a failed write the store falls back to its last commit. */
#include "store/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "config.h"

#define FORMAT      3
#define APPLICATION 1346458180 /* "PARD", in SQLite's header: tells our files from others' */

static const char schema[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE content (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE CHECK (length (hash) = 16),"
    "  width INTEGER, height INTEGER, channels INTEGER, bits INTEGER, orientation INTEGER, format TEXT, space TEXT,"
    "  bytes INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, decoder TEXT NOT NULL);"
    "CREATE TABLE picture (file TEXT PRIMARY KEY, path TEXT NOT NULL, size INTEGER NOT NULL DEFAULT 0,"
    "  mtime INTEGER NOT NULL DEFAULT 0, ctime INTEGER NOT NULL DEFAULT 0, inode INTEGER NOT NULL DEFAULT 0,"
    "  content INTEGER REFERENCES content (id), status TEXT, reason TEXT,"
    "  CHECK (content IS NOT NULL OR (status IS NOT NULL AND status <> 'ok' AND reason IS NOT NULL AND reason <> '')))"
    "  WITHOUT ROWID;"
    "CREATE TABLE skipped (file TEXT PRIMARY KEY, path TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE listing (file TEXT PRIMARY KEY, path TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE listing_skipped (file TEXT PRIMARY KEY, path TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE finished (file TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE feature_set (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE,"
    "  d INTEGER NOT NULL DEFAULT 0, rows INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE feature (feature_set INTEGER NOT NULL REFERENCES feature_set (id),"
    "  content INTEGER NOT NULL REFERENCES content (id), row INTEGER NOT NULL, PRIMARY KEY (feature_set, content))"
    "  WITHOUT ROWID;"
    "CREATE TABLE scan (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE clustering (id INTEGER PRIMARY KEY CHECK (id = 1), n INTEGER NOT NULL, d INTEGER NOT NULL,"
    "  total_variance REAL, k INTEGER NOT NULL, inertia REAL, silhouette REAL,"
    "  curve_rows INTEGER NOT NULL, inertia_lowest REAL);"
    "CREATE TABLE cluster (id INTEGER PRIMARY KEY, size INTEGER NOT NULL, silhouette REAL);"
    "CREATE TABLE assignment (file TEXT PRIMARY KEY, cluster INTEGER NOT NULL, distance REAL) WITHOUT ROWID;"
    "CREATE INDEX assignment_nearest ON assignment (cluster, distance, file);"
    "CREATE TABLE curve (k INTEGER PRIMARY KEY, inertia REAL, silhouette REAL);"
    "CREATE TABLE component (id INTEGER PRIMARY KEY, explained_variance REAL);"
    "INSERT INTO meta VALUES ('list', '0');";

/* What later formats added: each by the format it came with. */
static const struct {
  int format;
  const char *table;
} later_tables[] = {
  { 2, "TABLE verdict (file TEXT PRIMARY KEY, score REAL, noise REAL, noisy INTEGER NOT NULL, kind TEXT NOT NULL,"
       "  severity REAL, unlike REAL, kinds BLOB NOT NULL, grey INTEGER NOT NULL, enlarged INTEGER) WITHOUT ROWID" },
  { 2, "TABLE verdict_kind (id INTEGER PRIMARY KEY, name TEXT NOT NULL)" },
  { 3, "TABLE answer (file TEXT PRIMARY KEY, truth INTEGER, prediction INTEGER, top5 INTEGER, confidence REAL,"
       "  owed INTEGER, suggested INTEGER, details BLOB NOT NULL) WITHOUT ROWID" },
  { 3, "TABLE answer_name (list TEXT NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (list, id))"
       "  WITHOUT ROWID" },
  { 3,
    "TABLE decision (content INTEGER NOT NULL, field TEXT NOT NULL, id INTEGER NOT NULL, batch INTEGER NOT NULL,"
    "  time INTEGER NOT NULL, file TEXT NOT NULL, before TEXT NOT NULL, after TEXT, undone INTEGER NOT NULL DEFAULT 0,"
    "  PRIMARY KEY (content, field, id)) WITHOUT ROWID" },
  { 3, "TABLE place (file TEXT PRIMARY KEY, components BLOB NOT NULL) WITHOUT ROWID" },
};

void
store_damaged (store *s, const char *what, GError **error)
{
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
               "'%s/pardon.db' is damaged (%s): it was left alone; move the folder away and scan again", s->dir, what);
}

/* --- opening ---------------------------------------------------------------------------- */

/* S7. A file of its own, because on network drives flock and SQLite's locks would meet in the database file. */
static gboolean
take_lock (store *s, GError **error)
{
  g_autofree char *path = g_build_filename (s->dir, "pardon.lock", NULL);
  s->lock = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (s->lock < 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "cannot write into '%s': %s; choose another folder", s->dir,
                   g_strerror (errno));
      return FALSE;
    }
  while (flock (s->lock, LOCK_EX | LOCK_NB) != 0)
    {
      if (errno == EINTR)
        continue;
      if (errno == EWOULDBLOCK)
        g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                     "'%s' is being written by another pardon: wait until that one ends, or choose another folder",
                     s->dir);
      else
        g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                     "cannot lock '%s': %s; choose a folder on a drive that can lock files", path, g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

/* Those that a file of `format` does not have. */
static gboolean
add_tables (store *s, const char *create, gint64 format, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (later_tables); i++)
    {
      if (later_tables[i].format <= format)
        continue;
      g_autofree char *sql = g_strconcat (create, " ", later_tables[i].table, NULL);
      if (!db_run (s->db, sql, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
create_schema (store *s, GError **error)
{
  g_autofree char *mark = g_strdup_printf ("PRAGMA application_id = %d", APPLICATION);
  g_autofree char *format = g_strdup_printf ("%d", FORMAT);
  if (db_run (s->db, "BEGIN IMMEDIATE", error) && db_run (s->db, schema, error) && add_tables (s, "CREATE", 1, error)
      && db_run (s->db, mark, error)
      && db_do (s->db, error, "INSERT INTO meta VALUES ('format', ?1), ('program', ?2)", "tt", format, PARDON_VERSION)
      && db_run (s->db, "COMMIT", error))
    return TRUE;
  (void) db_run (s->db, "ROLLBACK", NULL);
  return FALSE;
}

/* S6. A reader must not change the file: it sees empty tables of its own. */
static gboolean
bring_up_to_date (store *s, gint64 from, GError **error)
{
  if (!s->writable)
    return add_tables (s, "CREATE TEMP", from, error);
  if (db_is_readonly (s->db))
    return TRUE; /* refused by whoever called */
  g_autofree char *format = g_strdup_printf ("%d", FORMAT);
  if (db_run (s->db, "BEGIN IMMEDIATE", error) && add_tables (s, "CREATE", from, error)
      && db_do (s->db, error, "UPDATE meta SET value = ?1 WHERE key = 'format'", "t", format)
      && db_run (s->db, "COMMIT", error))
    return TRUE;
  (void) db_run (s->db, "ROLLBACK", NULL);
  return FALSE;
}

/* S6, S8. Reads only. */
static gboolean
check_format (store *s, gint64 *number, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (db_query) q = db_ask (s->db, &fault, "SELECT value FROM meta WHERE key = 'format'", "");
  gboolean found = q != NULL && db_next (q, &fault);
  if (fault != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  const char *text = found ? db_text (q, 0) : NULL;
  gint64 format = text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
  if (format > FORMAT)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                 "'%s' was written by a newer pardon (format %" G_GINT64_FORMAT
                 ", this one knows %d): use that one, or choose another folder",
                 s->dir, format, FORMAT);
  else if (format < 1)
    store_damaged (s, "it does not say its format", error);
  *number = format;
  return format >= 1 && format <= FORMAT;
}

/* Finds out whose file it is before anything is changed. */
static gboolean
check_file (store *s, GError **error)
{
  gint64 application, tables, format;
  if (!db_ask_int (s->db, 0, &application, error, "PRAGMA application_id", "")
      || !db_ask_int (s->db, 0, &tables, error, "SELECT count(*) FROM sqlite_master", ""))
    return FALSE;
  if (application == 0 && tables == 0)
    {
      if (s->writable)
        return create_schema (s, error);
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "no results in '%s': scan into it first", s->dir);
      return FALSE;
    }
  if (application != APPLICATION)
    {
      g_set_error (
          error, PARDON_ERROR, PARDON_ERROR_STORE,
          "'%s/pardon.db' is another program's database: it was left alone; move it away or choose another folder",
          s->dir);
      return FALSE;
    }
  if (!check_format (s, &format, error) || (format < FORMAT && !bring_up_to_date (s, format, error)))
    return FALSE;
  /* a stranger's tool may have left the file with a write-ahead log: see store.h for why not */
  return !s->writable
         || (db_run (s->db, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL", error)
             && db_do (s->db, error, "UPDATE meta SET value = ?1 WHERE key = 'program' AND value <> ?1", "t",
                       PARDON_VERSION));
}

/* FNV-1a over the seed and the name, then a finaliser so that near names lie far apart: a picture's place in the
 * sample depends on nothing but its name and the seed. */
static gint64
draw (gint64 seed, const char *text, gsize length)
{
  guint64 h = 0xcbf29ce484222325u;
  for (int i = 0; i < 8; i++)
    h = (h ^ (((guint64) seed >> (8 * i)) & 0xff)) * 0x100000001b3u;
  for (gsize i = 0; i < length; i++)
    h = (h ^ (guint8) text[i]) * 0x100000001b3u;
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53u;
  return (gint64) (h ^ (h >> 33));
}

static gboolean
open_database (store *s, GError **error)
{
  /* absolute, so that no name is taken for a URI or an option */
  g_autofree char *folder = g_canonicalize_filename (s->dir, NULL);
  g_autofree char *path = g_build_filename (folder, "pardon.db", NULL);
  if (!s->writable && !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "no results in '%s': scan into it first", s->dir);
      return FALSE;
    }
  s->db = db_open (path, s->writable, error);
  if (s->db == NULL || !check_file (s, error))
    return FALSE;
  if (s->writable && db_is_readonly (s->db))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                   "cannot write '%s': no permission; change that, or choose another folder", path);
      return FALSE;
    }
  return db_define (s->db, "draw", draw, error) && (s->writable || db_run (s->db, "PRAGMA query_only = ON", error));
}

/* A folder without a database may be anyone's: nothing in it that a scan would replace is replaced. */
static gboolean
check_folder (store *s, GError **error)
{
  static const char *const ours[] = { "images.csv",     "noise.csv",  "clusters.csv",  "manifest.csv",
                                      "duplicates.csv", "probes.csv", "classes.csv",   "confusions.csv",
                                      "owed.csv",       "slices.csv", "suspected.csv", "summary.json",
                                      "report.json",    "report.html" };
  g_autofree char *database = g_build_filename (s->dir, "pardon.db", NULL);
  if (g_file_test (database, G_FILE_TEST_EXISTS))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (ours); i++)
    {
      GStatBuf status;
      g_autofree char *path = g_build_filename (s->dir, ours[i], NULL);
      if (g_lstat (path, &status) != 0)
        continue;
      g_set_error (
          error, PARDON_ERROR, PARDON_ERROR_STORE,
          "'%s' holds '%s' but no pardon.db, so it is not a results folder of pardon; choose another folder, or "
          "move that file away",
          s->dir, ours[i]);
      return FALSE;
    }
  return TRUE;
}

store *
store_open (const char *dir, gboolean writable, GError **error)
{
  g_autoptr (store) s = g_new0 (store, 1);
  g_rec_mutex_init (&s->mutex);
  s->dir = g_strdup (dir);
  s->lock = -1;
  s->writable = writable;
  s->count = -1;
  s->sets = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, store_set_free);
  if (writable && g_mkdir_with_parents (dir, 0777) != 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "cannot make the folder '%s': %s", dir, g_strerror (errno));
      return NULL;
    }
  if ((writable && (!check_folder (s, error) || !take_lock (s, error))) || !open_database (s, error))
    return NULL;
  return g_steal_pointer (&s);
}

void
store_free (store *s)
{
  if (s == NULL)
    return;
  if (s->in_transaction && s->replacing == REPLACING_NOTHING) /* closing takes half of what is replaced back */
    (void) store_commit (s, NULL);
  g_hash_table_unref (s->sets);
  if (s->db != NULL)
    db_close (s->db);
  if (s->lock >= 0)
    close (s->lock); /* after the database: the next writer finds all of it done */
  g_rec_mutex_clear (&s->mutex);
  g_free (s->dir);
  g_free (s->decoder);
  g_free (s);
}

const char *
store_dir (const store *s)
{
  return s->dir;
}

/* --- transactions ------------------------------------------------------------------------ */

void
store_give_up (store *s)
{
  /* SQLite may have rolled back by itself, then this fails, to the same end */
  (void) db_run (s->db, "ROLLBACK", NULL);
  g_hash_table_remove_all (s->sets);
  s->in_transaction = FALSE;
  s->replacing = REPLACING_NOTHING;
  s->broken = TRUE;
  s->pending = 0;
  s->count = -1;
}

gboolean
store_write_begin (store *s, GError **error)
{
  if (!s->writable || s->broken)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                   s->broken ? "'%s' is no longer written after an earlier fault; scan again"
                             : "'%s' was opened for reading only",
                   s->dir);
      return FALSE;
    }
  if (s->in_transaction)
    return TRUE;
  if (!db_run (s->db, "BEGIN IMMEDIATE", error))
    return FALSE;
  s->in_transaction = TRUE;
  s->pending = 0;
  s->since = g_get_monotonic_time ();
  return TRUE;
}

gboolean
store_write_end (store *s, gboolean good, guint batch, GError **error)
{
  if (!good)
    {
      store_give_up (s);
      return FALSE;
    }
  if (++s->pending < batch && g_get_monotonic_time () - s->since < STORE_BATCH_SECONDS * G_USEC_PER_SEC)
    return TRUE;
  return store_commit (s, error);
}

gboolean
store_commit (store *s, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  if (s->broken)
    return store_write_begin (s, error);
  if (!s->in_transaction)
    return TRUE;
  if (!store_sets_sync (s, error) || !db_run (s->db, "COMMIT", error))
    {
      store_give_up (s);
      return FALSE;
    }
  s->in_transaction = FALSE;
  s->pending = 0;
  return TRUE;
}
