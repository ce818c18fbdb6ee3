/* The only file that uses SQLite. Statements are prepared once per SQL text and kept; an error becomes a sentence here
 * and nowhere else. */
#include "store/db.h"

#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdarg.h>

#include "base/error.h"

/* How long to wait for another program that reads or copies the database, in milliseconds. */
#define PATIENCE 30000
/* Upper bound of SQLite's page cache, in KiB: what keeps memory flat whatever the size of the store. */
#define CACHE "16384"

struct db {
  sqlite3 *handle;
  char *path;
  GHashTable *statements; /* SQL text -> db_query */
};

struct db_query {
  db *owner;
  sqlite3_stmt *statement;
  gboolean kept; /* in `statements`, which frees it */
  gboolean busy;
};

/* In words a user can act on; `code` is an extended result code. */
static void
set_error (db *d, int code, GError **error)
{
  const char *said = d->handle != NULL ? sqlite3_errmsg (d->handle) : sqlite3_errstr (code);
  int system = d->handle != NULL ? sqlite3_system_errno (d->handle) : 0;
  int kind = code & 0xff;
  if (kind == SQLITE_FULL || (kind == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT)))
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                 "cannot write '%s': the disk is full; make room and scan again, what was stored is kept", d->path);
  else if (kind == SQLITE_NOTADB)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                 "'%s' is not a pardon database: it was left alone; move it away or choose another folder", d->path);
  else if (kind == SQLITE_CORRUPT)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                 "'%s' is damaged (%s): it was left alone; move the folder away and scan again", d->path, said);
  else if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                 "'%s' is in use by another program: close it there and try again", d->path);
  else if (kind == SQLITE_READONLY || kind == SQLITE_PERM)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                 "cannot write '%s': no permission; change that, or choose another folder", d->path);
  else if (kind == SQLITE_CANTOPEN || kind == SQLITE_IOERR)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "cannot read or write '%s': %s", d->path,
                 system != 0 ? g_strerror (system) : said);
  else
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "cannot use '%s': %s", d->path, said);
}

static void
query_free (gpointer data)
{
  db_query *q = data;
  sqlite3_finalize (q->statement);
  g_free (q);
}

db *
db_open (const char *path, gboolean create, GError **error)
{
  g_autoptr (db) d = g_new0 (db, 1);
  d->path = g_strdup (path);
  d->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, query_free);
  /* READWRITE even for readers: only so can SQLite take back what a killed writer left half done */
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
  int code = sqlite3_open_v2 (path, &d->handle, flags, NULL);
  if (code != SQLITE_OK)
    {
      set_error (d, code, error);
      return NULL;
    }
  sqlite3_extended_result_codes (d->handle, 1);
  sqlite3_busy_timeout (d->handle, PATIENCE);
  /* the file may come from a stranger: its schema may call nothing but SQLite's harmless functions */
  if (!db_run (d, "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -" CACHE, error))
    return NULL;
  return g_steal_pointer (&d);
}

void
db_close (db *d)
{
  g_clear_pointer (&d->statements, g_hash_table_unref);
  sqlite3_close (d->handle);
  g_free (d->path);
  g_free (d);
}

gboolean
db_is_readonly (db *d)
{
  return sqlite3_db_readonly (d->handle, "main") == 1;
}

gboolean
db_run (db *d, const char *sql, GError **error)
{
  int code = sqlite3_exec (d->handle, sql, NULL, NULL, NULL);
  if (code == SQLITE_OK)
    return TRUE;
  set_error (d, code, error);
  return FALSE;
}

static db_query *
query_get (db *d, const char *sql, GError **error)
{
  db_query *q = g_hash_table_lookup (d->statements, sql);
  if (q != NULL && !q->busy)
    {
      q->busy = TRUE;
      return q;
    }
  sqlite3_stmt *statement;
  int code = sqlite3_prepare_v3 (d->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  if (code != SQLITE_OK)
    {
      set_error (d, code, error);
      return NULL;
    }
  gboolean kept = q == NULL;
  q = g_new0 (db_query, 1);
  *q = (db_query){ .owner = d, .statement = statement, .kept = kept, .busy = TRUE };
  if (kept)
    g_hash_table_insert (d->statements, g_strdup (sql), q);
  return q;
}

static int
bind (sqlite3_stmt *statement, const char *types, va_list values)
{
  int code = SQLITE_OK;
  for (int i = 0; types[i] != '\0' && code == SQLITE_OK; i++)
    switch (types[i])
      {
      case 'i':
        code = sqlite3_bind_int64 (statement, i + 1, va_arg (values, gint64));
        break;
      case 'r':
        code = sqlite3_bind_double (statement, i + 1, va_arg (values, double));
        break;
      case 't':
        code = sqlite3_bind_text (statement, i + 1, va_arg (values, const char *), -1, SQLITE_TRANSIENT);
        break;
      case 'b':
        {
          const void *bytes = va_arg (values, const void *);
          code = sqlite3_bind_blob64 (statement, i + 1, bytes, va_arg (values, gsize), SQLITE_TRANSIENT);
          break;
        }
      default:
        code = SQLITE_MISUSE;
      }
  return code;
}

static db_query *
ask (db *d, GError **error, const char *sql, const char *types, va_list values)
{
  g_autoptr (db_query) q = query_get (d, sql, error);
  if (q == NULL)
    return NULL;
  int code = bind (q->statement, types, values);
  if (code != SQLITE_OK)
    {
      set_error (d, code, error);
      return NULL;
    }
  return g_steal_pointer (&q);
}

db_query *
db_ask (db *d, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start (values, types);
  db_query *q = ask (d, error, sql, types, values);
  va_end (values);
  return q;
}

gboolean
db_next (db_query *q, GError **error)
{
  int code = sqlite3_step (q->statement);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    set_error (q->owner, code, error);
  return code == SQLITE_ROW;
}

gboolean
db_do (db *d, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start (values, types);
  g_autoptr (db_query) q = ask (d, error, sql, types, values);
  va_end (values);
  if (q == NULL)
    return FALSE;
  int code = sqlite3_step (q->statement);
  if (code == SQLITE_ROW || code == SQLITE_DONE)
    return TRUE;
  set_error (d, code, error);
  return FALSE;
}

gint64
db_changes (db *d)
{
  return sqlite3_changes64 (d->handle);
}

gint64
db_last_id (db *d)
{
  return sqlite3_last_insert_rowid (d->handle);
}

gint64
db_int (db_query *q, int column)
{
  return sqlite3_column_int64 (q->statement, column);
}

double
db_real (db_query *q, int column)
{
  return db_is_null (q, column) ? NAN : sqlite3_column_double (q->statement, column);
}

const char *
db_text (db_query *q, int column)
{
  return (const char *) sqlite3_column_text (q->statement, column);
}

const void *
db_blob (db_query *q, int column, gsize *size)
{
  const void *bytes = sqlite3_column_blob (q->statement, column);
  *size = (gsize) sqlite3_column_bytes (q->statement, column);
  return bytes;
}

gboolean
db_is_null (db_query *q, int column)
{
  return sqlite3_column_type (q->statement, column) == SQLITE_NULL;
}

void
db_done (db_query *q)
{
  /* what reset returns was already said by step */
  sqlite3_reset (q->statement);
  sqlite3_clear_bindings (q->statement);
  q->busy = FALSE;
  if (!q->kept)
    query_free (q);
}

gboolean
db_ask_int (db *d, gint64 missing, gint64 *value, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start (values, types);
  g_autoptr (db_query) q = ask (d, error, sql, types, values);
  va_end (values);
  if (q == NULL)
    return FALSE;
  g_autoptr (GError) fault = NULL;
  *value = db_next (q, &fault) ? db_int (q, 0) : missing;
  if (fault == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

char **
db_ask_names (db *d, GError **error, const char *sql)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (db_query) q = db_ask (d, error, sql, "");
  if (q == NULL)
    return NULL;
  while (db_next (q, &fault))
    g_strv_builder_add (names, db_text (q, 0));
  if (fault == NULL)
    return g_strv_builder_end (names);
  g_propagate_error (error, g_steal_pointer (&fault));
  return NULL;
}

static void
call (sqlite3_context *context, int n, sqlite3_value **values)
{
  (void) n;
  db_function function = *(db_function *) sqlite3_user_data (context);
  const char *text = (const char *) sqlite3_value_text (values[1]);
  gsize length = (gsize) sqlite3_value_bytes (values[1]);
  sqlite3_result_int64 (context, function (sqlite3_value_int64 (values[0]), text != NULL ? text : "", length));
}

gboolean
db_define (db *d, const char *name, db_function function, GError **error)
{
  /* boxed, because a pointer to a function does not fit a pointer to data in standard C */
  db_function *box = g_new (db_function, 1);
  *box = function;
  int code = sqlite3_create_function_v2 (d->handle, name, 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                         box, call, NULL, NULL, g_free);
  if (code == SQLITE_OK)
    return TRUE;
  set_error (d, code, error);
  return FALSE;
}
