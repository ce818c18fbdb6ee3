/* Truth and predictions brought to the pictures, by file name and never by row order. Nothing here looks at pixels or noise, and nothing
 * is dropped in silence: whatever found no partner is counted, and the first few are named.
 *
 * Memory, beside the names the tables hold: about 60 bytes a picture and 100 a row while joining, 13 a picture afterwards, plus 4 bytes a
 * picture and metadata column, plus c * 4 bytes a row of probabilities. Time grows as n log n at worst (join/match.h). */
#pragma once

#include "types.h"

#include "join/classes.h"

typedef struct {
  const char *labels;           /* a table (join/table.h), or NULL */
  const char *predictions;      /* a table or a .npy, or NULL: then those of `labels`, if it has any */
  const char *prediction_files; /* of a .npy: the list of its files; NULL: the .csv beside it */
  const char *classes;          /* class_list_read's files; NULL: classes are the words of the tables */
  const char *class_ids;
  gsize n_classes;         /* where `classes` is NULL: this many, called by their numbers; 0: unknown */
  const char *label_map;   /* for both tables and folders; NULL: none */
  gboolean folders_asked;  /* the truth is the folder's name (join/folder.h); at odds with `labels` */
  gboolean folders_denied; /* not even where every picture lies in a class's folder */
} join_options;

#define JOIN_LISTED 20

/* Something without a partner. */
typedef struct {
  char *name;
  guint64 line; /* of its table; 0 for a picture */
} join_odd;

typedef struct {
  guint64 count;
  GArray *first; /* join_odd, at most JOIN_LISTED */
} join_odds;

/* How one table met the pictures. rows = matched + without_picture + ambiguous + repeated; n = matched + without_row. */
typedef struct {
  char *shown; /* the file's name; NULL where there is no such table */
  guint64 rows, matched;
  guint64 exact, by_folders, by_base_name, by_stem; /* add up to `matched`; see match.h */
  join_odds without_picture, ambiguous, repeated;   /* rows */
  join_odds without_row;                            /* pictures */
  guint64 empty;                                    /* matched rows that hold no class */
  char *row_example, *picture_example;              /* one of each side without a partner; NULL where there is none */
  guint64 row_example_line;
} join_side;

/* Further columns: words, once each, and a number a picture. */
typedef struct {
  char *name;
  GPtrArray *values; /* char *; number 0 is "": not given */
  guint32 *of;       /* n */
} join_column;

typedef enum {
  TRUTH_NONE,
  TRUTH_TABLE,
  TRUTH_FOLDERS,
  TRUTH_DECIDED /* by people alone; never of joined_init */
} join_truth;

typedef struct {
  gsize n; /* pictures */
  join_truth truth_from;
  gboolean predicted;   /* there is a source of predictions */
  int *truth;           /* n: class, -1 where not known */
  int *prediction;      /* n: class, -1 where not known */
  float *confidence;    /* n: in 0 .. 1, of the predicted class; NAN where not known */
  gint8 *top5;          /* n: the truth is among the five likeliest: 1, 0; -1 where not known */
  matrix probabilities; /* n x classes, a row of NAN where not known; d = 0 where there are none */
  class_list classes;
  class_reading truth_reading, prediction_reading;
  GPtrArray *columns; /* join_column * */
  int split;          /* the column that holds train, val, ...; -1 */
  join_side labels, predictions;
  GPtrArray *notes;          /* char *: sentences the user should read */
  float *probability_data;   /* behind `probabilities` */
  guint64 *probability_rows; /* the same */
} joined;

/* Joins to the n pictures called `files` (unique; not needed afterwards). PARDON_ERROR_INPUT for a table that cannot be used: wrong
 * text (line, column), no row that names a picture (one example of each side), rows that contradict each other (both lines), a word that is
 * no class (the nearest); PARDON_ERROR_MEMORY. On failure `j` is as joined_clear leaves it. Same input, same output, whatever the rows' order. */
gboolean joined_init (joined *j, const char *const *files, gsize n, const join_options *o, GError **error);
void joined_clear (joined *j);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (joined, joined_clear)

/* Says otherwise what part each picture is of: `names`, n words, NULL for none. Changes the column `split`, or adds one where there is none. */
void joined_set_splits (joined *j, const char *const *names);

/* One or more sentences on how a table met `n` pictures: what matched and how, what did not, and, where less than half did, one example of
 * each side. g_free. */
char *join_side_words (const join_side *s, gsize n);
