/* What is known of a results folder: DIR/pardon.db (the only file that uses SQLite) and the matrices beside it
 * (DIR/features-ID.f32, one per feature set).
 *
 * Facts hang on a file's content, not on its name: renaming, moving or copying a picture costs nothing.
 *
 *   meta        (key, value): format version, program version, number of the list
 *   picture     (file, path, size, mtime, ctime, inode, content, status, reason): one row per file of the last scan;
 *               status and reason here are of opening it (no permission, vanished) or of taking features from it
 *               (the model refuses it), else the content's
 *   content     (id, hash, width, height, channels, bits, orientation, format, space, bytes, status, reason, decoder);
 *               decoder: of an unreadable one, what store_set_decoder's function said
 *   feature_set (id, key, d, rows); key: what the numbers depend on (view, scale, model content, layer, version)
 *   feature     (feature_set, content, row): where a content's features stand in the matrix
 *   skipped     (file, path, reason): what the last scan found and left out
 *   listing, listing_skipped: a list being made; nothing reads it until it is whole
 *   finished    (file): the pictures of the last scan that was finished
 *   scan        (key, value): what the last finished scan was asked and what it found
 *   clustering  (n, d, k, ...), cluster (id, size, silhouette), assignment (file, cluster, distance),
 *               curve (k, inertia, silhouette), component (id, explained_variance),
 *               place (file, components): float32, little-endian: where a picture stands along the first principal
 *               components
 *   verdict     (file, score, noise, noisy, kind, severity, unlike, kinds, grey, enlarged), verdict_kind (id, name):
 *               what the detector said, whoever decided otherwise; kind and severity the likeliest, noisy or not
 *   answer      (file, truth, prediction, top5, confidence, owed, suggested, details), answer_name (list, id, name):
 *               what the classifier said, and the labels as they were given
 *   decision    (id, batch, time, content, file, field, before, after, undone): what people decided
 *
 * The journal is SQLite's rollback journal, not a write-ahead log: results folders lie on network drives, where a log's
 * shared memory does not work, and are copied by hand, where a log left beside the file is easily forgotten. A finished
 * folder is pardon.db and the matrices, nothing else (and pardon.lock, empty, which means nothing by itself).
 *
 * Invariants (tests/unit/test_store*.c, one test each)
 *  S1  a `feature` row points at a matrix row below feature_set.rows, and that row is on disk before it is committed
 *  S2  feature_set.rows never exceeds the matrix file's n
 *  S3  a content is written once; its facts never change, only feature rows are added. Only an unreadable one, which
 *      has no facts, may be looked at again by another decoder
 *  S4  every picture points at a content, or has a status other than 'ok' and a reason; one that has both is
 *      refused: its content can be read, but the last scan's features cannot be taken from it
 *  S5  clustering, cluster, assignment, place, curve and component are replaced together, in one transaction
 *  S6  a store of a newer format version is refused, never changed. One of an older version is brought up to date by
 *      whoever opens it to write, in one transaction that only adds tables; who reads it finds those empty
 *  S7  one process writes at a time; a second is refused with a sentence
 *  S8  a damaged or foreign file is refused, never overwritten; so is a folder without pardon.db that holds a file
 *      named as one of a scan's
 *  S9  verdict and verdict_kind are replaced together, in one transaction; a verdict has as many kinds' scores as there
 *      are rows in verdict_kind
 *  S10 answer and answer_name are replaced together, in one transaction; an answer's classes are in answer_name's list
 *      'class', and it has as many details as there are rows of the list 'column'
 *  S11 a decision is written once; only its `undone` changes, from 0 to 1, for a whole batch at once. What holds is the
 *      last one of a content and field that is not undone, whatever the content's files are called */
#pragma once

#include "types.h"

typedef struct store store;

/* Status words, as they stand in images.csv. */
#define STATUS_OK         "ok"
#define STATUS_DAMAGED    "damaged"    /* decoded in part; takes part in everything; reason says what is wrong */
#define STATUS_UNREADABLE "unreadable" /* no pixels; reason says why */

/* All errors are PARDON_ERROR_STORE unless said otherwise. After one in writing (disk full, damage) the store goes back
 * to its last commit and refuses to write until it is opened again; reading goes on. */

/* Opens DIR/pardon.db; `writable` creates both when missing and takes the lock of S7. Without it several processes may
 * read, also while one writes. */
store *store_open (const char *dir, gboolean writable, GError **error);
/* Commits what is pending; call store_commit first to learn whether that worked. */
void store_free (store *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (store, store_free)
const char *store_dir (const store *s);

/* What decides which files can be read, as text (g_free): the program's version (the default, also for NULL) and its
 * decoders with theirs. A content recorded unreadable under another text counts as not looked at. `describe` is called
 * once, from any thread, when the first unreadable content is met: starting decoders only to name them takes time.
 * Call it right after opening. */
void store_set_decoder (store *s, char *(*describe) (void) );

/* --- a scan's list of pictures --------------------------------------------------------- */

/* As stat() tells; all zero when unknown. Equal stamps of one file mean an unchanged content. */
typedef struct {
  guint64 size, inode;
  gint64 mtime_ns, ctime_ns;
} file_stamp;

/* Begins a new list; the former one stays as it is until store_list_end, and for good if that is never called. Adding a
 * file twice is an error (PARDON_ERROR_INPUT naming both paths) unless the paths are the same, which is ignored. */
gboolean store_list_begin (store *s, GError **error);
gboolean store_list_add (store *s, const image_ref *ref, GError **error);
/* A file that was found and left out: `why` in words ("not a picture", "excluded by '*.txt'"). For manifest.csv. */
gboolean store_list_skip (store *s, const image_ref *ref, const char *why, GError **error);
/* How many are new, and how many gone, against the last finished scan (store_finish). Keeps a random `sample` of the
 * pictures when sample > 0 (by `seed`; the rest becomes skipped "not in the sample"). Afterwards the list is fixed. */
typedef struct {
  guint64 found, skipped, added, vanished;
} store_list_counts;
gboolean store_list_end (store *s, guint64 sample, guint64 seed, store_list_counts *counts, GError **error);
/* The scan is finished: commits all, and makes the present list the one later lists are compared with. */
gboolean store_finish (store *s, GError **error);

/* --- reading the list, in order of `file` (bytes) -------------------------------------- */

#define STORE_MOST_KINDS 32
#define STORE_PLACES     16 /* principal components kept of a clustered picture, at most */
#define STORE_MORE       2  /* sets beyond features and pixels that a picture may have rows in at once */

/* What was judged of a picture's pixels, and two facts that came out of looking at them. `noisy`, `kind` and `severity` are
 * what holds: a person's word, where there is one. */
typedef struct {
  gboolean judged;         /* FALSE: there is no verdict, all else is zero */
  double score;            /* all kinds joined: larger is worse */
  double noise;            /* 0..1 */
  gboolean noisy;          /* too degraded to judge by */
  const char *kind;        /* never NULL; "" where not noisy */
  double severity, unlike; /* severity: 1..5; NAN where not noisy, and where nobody knows */
  gboolean said_noisy;     /* by the detector; store_verdicts_add does not look at it */
  const char *likely;      /* the detector's likeliest kind, noisy or not; "" or NULL: not known */
  double likely_severity;  /* if it is of that kind; NAN: not known */
  guint n_kinds;           /* as store_verdict_kinds */
  float kinds[STORE_MOST_KINDS];
  gboolean grey; /* no pixel has colour, however it is stored */
  int enlarged;  /* 1: the model's view enlarges it; 0: it does not; -1: there is no model */
} store_verdict;

/* What the classifier said, and what tables tell. Numbers of classes are those of store_answer_classes. */
typedef struct {
  gboolean given;             /* FALSE: there is no answer, all else is as if not known */
  int truth, prediction;      /* classes; -1: not known. truth: a person's word, where there is one */
  int said_truth;             /* as it was given; store_answers_add does not look at it */
  int top5;                   /* said_truth is among the five likeliest: 1, 0; -1 not known */
  double confidence;          /* NAN: not known */
  int owed;                   /* group of mistakes it is in, from 1; -1: none */
  int suggested;              /* class; -1: the label is not suspected */
  guint n_details;            /* as store_answer_columns */
  const char *const *details; /* further columns of the tables; "" where not given */
} store_answer;

/* What a person decided of its content. */
typedef struct {
  int noisy;                /* 1, 0; -1: nobody did */
  const char *kind, *label; /* NULL: nobody did */
} store_decided;

/* Makes `noisy`, `kind` and `severity` of a judged picture what holds, from what the detector said and a person decided. */
void store_verdict_decide (store_verdict *v, const store_decided *d);

typedef struct store_picture {
  image_ref ref;               /* strings valid until the next call */
  file_stamp stamp;            /* when last looked at; zero: never */
  gint64 content;              /* 0: not known yet, or unreadable to another decoder: look, whatever the stamp */
  const char *status, *reason; /* never NULL; unreadable, "not looked at yet" for a picture no one has looked at */
  image_facts facts;           /* of the content, when known and readable; damage as far as it fits, else see reason */
  guint64 bytes;
  gboolean refused;             /* status and reason are not the content's but of taking features from it: look again */
  gint64 feature_row;           /* in the set given to the cursor; -1: none */
  gint64 pixels_row;            /* in the second set given to it; -1: none */
  gint64 more_rows[STORE_MORE]; /* in those after; -1: none */
  int cluster;                  /* -1: none */
  double distance;
  guint n_places; /* 0: not known */
  float places[STORE_PLACES];
  store_verdict verdict;
  store_answer answer;
  store_decided decided;
} store_picture;

typedef struct store_cursor store_cursor;
/* `set` 0: no features. Rows are read in pages by file name, so memory is flat and nothing is locked between calls.
 * Cursors may be open while pictures are written: they give the files of the list as it was at opening, each with what
 * was known of it when its page was read (up to 256 rows ahead). A list replaced meanwhile is an error of
 * store_cursor_next. A cursor belongs to one thread and must not outlive its store. */
store_cursor *store_cursor_new (store *s, gint64 set, GError **error);
store_cursor *store_cursor_new_pixels (store *s, gint64 set, gint64 pixels_set, GError **error); /* rows of two sets */
/* And of STORE_MORE others, each 0 for none; NULL: none. */
store_cursor *store_cursor_new_more (store *s, gint64 set, gint64 pixels_set, const gint64 *more, GError **error);
/* FALSE at the end, or with `error` set. */
gboolean store_cursor_next (store_cursor *c, store_picture *p, GError **error);
void store_cursor_free (store_cursor *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (store_cursor, store_cursor_free)
guint64 store_count (store *s); /* pictures in the list */
/* Rises with every new list; -1 with `error` set. */
gint64 store_list_age (store *s, GError **error);

/* --- contents and features -------------------------------------------------------------- */

/* The set with this key, created when missing and at once durable; how wide its rows are the first one tells. 0 with
 * `error` set on failure. */
gint64 store_feature_set (store *s, const char *key, GError **error);

/* Content id by hash, contents put and not yet committed included. 0 when unknown (or unreadable to another decoder,
 * so that this one is to look), or with `error` set; *row: its row in `set`, -1 when none. *readable: FALSE when
 * known to be unreadable. Thread-safe: the only call of this header that workers may make. */
gint64
store_find_content (store *s, const content_hash *hash, gint64 set, gint64 *row, gboolean *readable, GError **error);

/* A row for a set. */
typedef struct {
  gint64 set;       /* 0: none */
  const float *row; /* d floats; NULL: none, or already there */
  gsize d;
} store_row;

/* What looking at one file of the list gave. */
typedef struct {
  const char *file;
  file_stamp stamp;
  gboolean opened; /* FALSE: no content; `reason` says why */
  content_hash hash;
  guint64 bytes;
  image_facts facts; /* where status is not unreadable */
  const char *status, *reason;
  const char *refused;   /* NULL, or why no features can be taken from what can be read */
  const float *features; /* d floats, or NULL: none, or already there */
  gsize d;
  store_row pixels; /* a second row, of another set */
  store_row more[STORE_MORE];
} store_look;
gboolean store_put (store *s, gint64 set, const store_look *look, GError **error);

/* Makes what was put durable (matrix first, then the database: S1). Called by store_put too, every 1024
 * pictures or 5 seconds: that much a killed scan loses at most. */
gboolean store_commit (store *s, GError **error);

/* The set's matrix, for reading; commit first. Free with matrix_file_free. */
struct matrix_file *store_matrix (store *s, gint64 set, GError **error);

/* --- results of clustering --------------------------------------------------------------- */

/* Replaces all (S5); a clustering of no rows removes it. The rows of `c` are the pictures of a cursor over `set` with
 * feature_row >= 0, in its order; any other number of them is an error. */
gboolean store_put_clustering (store *s, gint64 set, const clustering *c, GError **error);

/* What was kept of it; `n`, `n_components`, ... as there. labels, distances and projected are NULL here: read them with
 * a cursor. All zero when the store has no clustering. */
gboolean store_get_clustering (store *s, clustering *c, GError **error);

typedef struct {
  const char *file, *path;
  double distance;
} store_member;
/* The `limit` members nearest to the centre, nearest first (ties by file). */
gboolean store_each_member (store *s, int cluster, guint64 limit, void (*each) (const store_member *m, gpointer user),
                            gpointer user, GError **error);
/* Mean and largest distance of a cluster's members; NAN when it has none. */
gboolean store_cluster_spread (store *s, int cluster, double *mean, double *largest, GError **error);

/* --- verdicts ----------------------------------------------------------------------------- */

/* Replaces all (S9): begin, one add for each picture judged, end; nothing else may be written between, and until the end
 * others read the former ones. `kinds`: n names, at most STORE_MOST_KINDS. `v`: n_kinds must be n; copied. */
gboolean store_verdicts_begin (store *s, const char *const *kinds, guint n, GError **error);
gboolean store_verdicts_add (store *s, const char *file, const store_verdict *v, GError **error);
/* `good` FALSE: the former ones stay. TRUE when what was asked is done. */
gboolean store_verdicts_end (store *s, gboolean good, GError **error);
/* Names of the kinds whose scores the verdicts hold, in their order; g_strfreev. NULL with `error` set. */
char **store_verdict_kinds (store *s, GError **error);

/* --- answers ------------------------------------------------------------------------------ */

/* Replaces all (S10), as verdicts are: begin, one add for each picture, end. `classes`, `columns`: their names,
 * NULL-ended, NULL for none; `split`: the column that tells train from test, -1: none. */
gboolean
store_answers_begin (store *s, const char *const *classes, const char *const *columns, int split, GError **error);
gboolean store_answers_add (store *s, const char *file, const store_answer *a, GError **error);
gboolean store_answers_end (store *s, gboolean good, GError **error);
/* In order; g_strfreev. NULL with `error` set. `split` may be NULL. */
char **store_answer_classes (store *s, GError **error);
char **store_answer_columns (store *s, int *split, GError **error);

/* --- decisions ----------------------------------------------------------------------------- */

typedef struct {
  gint64 id, batch;  /* ascending; batch: those that were decided, and are undone, together */
  gint64 when;       /* seconds since 1970, UTC */
  gint64 content;    /* never 0 */
  const char *file;  /* one of the content's names then */
  const char *field; /* "noisy", "kind", "label" */
  const char *from;  /* what held before; "" for nothing */
  const char *to;    /* "1" and "0" for noisy; NULL: what pardon said holds again */
  gboolean undone;
} store_decision;

/* Written and committed as one batch; id, batch and undone are not looked at. PARDON_ERROR_INPUT for an unknown field. */
gboolean store_decide (store *s, const store_decision *d, gsize n, GError **error);
/* Takes back the last batch that is not undone yet. *n: decisions taken back, 0 where there are none; may be NULL. */
gboolean store_undo (store *s, guint64 *n, GError **error);
/* Calls `each` for every decision, in order. */
gboolean
store_each_decision (store *s, void (*each) (const store_decision *d, gpointer user), gpointer user, GError **error);

/* --- notes ------------------------------------------------------------------------------- */

/* Small values kept with the scan (options, counts, plots' points as JSON). NULL when not there; g_free. A NULL value
 * removes the note. */
gboolean store_note (store *s, const char *key, const char *value, GError **error);
char *store_get_note (store *s, const char *key);

/* Calls `each` for every file left out, in order. */
gboolean store_each_skipped (store *s, void (*each) (const char *file, const char *why, gpointer user), gpointer user,
                             GError **error);
