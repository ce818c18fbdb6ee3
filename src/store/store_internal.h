/* What the files of the store share. Everything here is called with the store's mutex held. */
#pragma once

#include "store/db.h"
#include "store/matrix_file.h"
#include "store/store.h"

/* Pictures put between two commits, and seconds: what a killed scan loses at most. */
#define STORE_BATCH         1024
#define STORE_BATCH_SECONDS 5

/* A feature set that is being added to. */
typedef struct {
  gint64 id;
  gsize d;           /* 0: not known yet */
  guint64 rows;      /* committed */
  matrix_file *file; /* NULL until the first row is added */
} store_set;

/* What is replaced as a whole, between its _begin and _end. */
typedef enum { REPLACING_NOTHING, REPLACING_VERDICTS, REPLACING_ANSWERS } store_replacing;

struct store {
  GRecMutex mutex; /* around the one connection; recursive because callers' callbacks may come back */
  char *dir;
  char *decoder;            /* what can be read here, as text; NULL: not asked for yet */
  char *(*describe) (void); /* gives it; NULL: the program's version */
  db *db;
  int lock; /* descriptor of pardon.lock, -1 when reading */
  gboolean writable;
  gboolean listing; /* between store_list_begin and store_list_end */
  gboolean in_transaction;
  gboolean broken;           /* a write failed: no more of them */
  guint pending;             /* writes since the last commit */
  gint64 since;              /* monotonic microseconds of the first of them */
  store_replacing replacing; /* the transaction is theirs */
  guint verdict_kinds;       /* of the verdicts being replaced */
  int answer_classes;        /* and of the answers */
  guint answer_columns;
  GHashTable *sets; /* id -> store_set, those added to */
  gint64 count;     /* of pictures; -1: not counted yet */
};

/* Every change stands between these two. `end` with good == FALSE goes back to the last commit and closes the store to
 * further writing; else it commits once `batch` changes are pending or some seconds have passed. Returns `good`, or
 * whether the commit worked. */
gboolean store_write_begin (store *s, GError **error);
gboolean store_write_end (store *s, gboolean good, guint batch, GError **error);

/* Rows of the set that are in the matrix or its buffer; what a feature row must stay below (S1). */
gboolean store_set_rows (store *s, gint64 set, guint64 *rows, GError **error);
char *store_set_path (store *s, gint64 set);
gboolean store_sets_sync (store *s, GError **error); /* S1, S2: the matrices before the database */
void store_set_free (gpointer set);

/* TRUE when a content is unreadable and another decoder (store_set_decoder) said so. */
gboolean store_is_stale (store *s, const char *status, const char *decoder);
void store_give_up (store *s);                                         /* back to the last commit; no more writing */
gboolean store_list_number (store *s, gint64 *number, GError **error); /* rises with every new list */

/* Begins to replace: what is pending is committed first, lest it be lost with what is refused. */
gboolean store_replace_begin (store *s, store_replacing what, GError **error);
/* Each step of `what` ends so; returns `good`. */
gboolean store_replace_with (store *s, store_replacing what, gboolean good);
/* `good` FALSE: back to what was there before. */
gboolean store_replace_end (store *s, gboolean good, GError **error);

void store_damaged (store *s, const char *what, GError **error);
