/* SQLite behind a thin wall: cached statements, values bound by a short format, errors as sentences. db.c is the only
 * file that names SQLite. One connection; the caller serialises (store.c holds one mutex around all of it). */
#pragma once

#include <glib.h>

typedef struct db db;
typedef struct db_query db_query;

/* Opens `path`, an absolute one; creates it when missing and `create`. A file that may only be read is opened for
 * reading. Nothing is written by opening, but for taking back what a killed writer left half done.
 * All errors of this header: PARDON_ERROR_STORE. */
db *db_open (const char *path, gboolean create, GError **error);
void db_close (db *d);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (db, db_close)
gboolean db_is_readonly (db *d);

/* Runs SQL without values, several statements at once. */
gboolean db_run (db *d, const char *sql, GError **error);

/* `types` has a letter per ?N: i gint64, r double (NaN becomes NULL), t const char * (raw bytes; NULL becomes NULL),
 * b const void * and gsize. Values are copied. */
gboolean db_do (db *d, GError **error, const char *sql, const char *types, ...);
gint64 db_changes (db *d); /* rows changed by the last db_do */
gint64 db_last_id (db *d);

/* A query and its rows. NULL with `error` set when it cannot start. Queries may nest. */
db_query *db_ask (db *d, GError **error, const char *sql, const char *types, ...);
/* TRUE: a row stands ready. FALSE: the end, or `error` set. */
gboolean db_next (db_query *q, GError **error);
/* Columns of the row, from 0. Text is valid until the next call, NULL where the value is NULL. */
gint64 db_int (db_query *q, int column);
double db_real (db_query *q, int column); /* NAN where the value is NULL */
const char *db_text (db_query *q, int column);
const void *db_blob (db_query *q, int column, gsize *size); /* as db_text */
gboolean db_is_null (db_query *q, int column);
void db_done (db_query *q);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (db_query, db_done)

/* The first column of the first row as a number; `missing` when there is no row. */
gboolean db_ask_int (db *d, gint64 missing, gint64 *value, GError **error, const char *sql, const char *types, ...);

/* The first column of every row, as text; g_strfreev. NULL with `error` set. */
char **db_ask_names (db *d, GError **error, const char *sql);

/* Makes name (number, text) callable from this connection's SQL. Pure functions only. */
typedef gint64 (*db_function) (gint64 number, const char *text, gsize length);
gboolean db_define (db *d, const char *name, db_function function, GError **error);
