/* A table of labels or predictions as it was read: columns by role, rows in the file's order, nothing joined yet.
 *
 * Words are kept once each and rows hold their numbers, so that 3,000,000 rows `file,label` take about 60 bytes a row beside
 * the names. Full probabilities take width * 4 bytes a row. */
#pragma once

#include <glib.h>

/* Distinct strings, numbered in order of appearance. Number 0 is "". */
typedef struct {
  GHashTable *numbers;
  GStringChunk *text;
  GPtrArray *words; /* number -> const char * */
} vocabulary;

void vocabulary_init (vocabulary *v);
void vocabulary_clear (vocabulary *v);
guint32 vocabulary_add (vocabulary *v, const char *word);
static inline const char *
vocabulary_word (const vocabulary *v, guint32 number)
{
  return v->words->pdata[number];
}

/* A column of words, or `width` columns NAME_0, NAME_1, ... that rank them, best first. */
typedef struct {
  char *name; /* as the header writes it */
  vocabulary words;
  guint width;
  GArray *rows; /* guint32, n x width */
} word_column;

word_column *word_column_new (const char *name, guint width);
void word_column_free (word_column *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (word_column, word_column_free)

typedef enum {
  TABLE_LABELS,      /* 'label' is the truth */
  TABLE_PREDICTIONS, /* 'label' is the prediction where no other column is */
} table_kind;

typedef struct {
  char *shown; /* the file's name for messages */
  gsize n;
  GStringChunk *text;
  GPtrArray *names;     /* n const char *: what the file column holds */
  GArray *lines;        /* n guint64, from 1 */
  word_column *truth;   /* or NULL */
  word_column *label;   /* predicted class, ranked where width > 1; or NULL */
  word_column *index;   /* the same as timm's index column gives it; or NULL */
  GArray *confidence;   /* n float, NAN where none; or NULL */
  gsize width;          /* of `probabilities`: 0 where there are none */
  float *probabilities; /* n x width, row-major */
  GPtrArray *extra;     /* word_column *: all other columns */
} table;

/* CSV or JSON lines (join/rows.h). Columns are told by name, without regard to case:
 *   file         file, filename, path, image, ...
 *   truth        true_label, label, class, target, ...
 *   prediction   prediction, predicted, pred, ..., or ranked label_0 label_1 ... and index_0 index_1 ... (timm)
 *   confidence   confidence, prob, score, ..., prob_0 beside ranked labels
 *   probabilities  prob_0 ... prob_(c-1) without ranked labels; prediction and confidence are then theirs
 * A table of labels may hold a prediction too, a table of predictions a truth. A table of labels needs a truth, one of predictions
 * needs a prediction. Errors: PARDON_ERROR_INPUT with line and column's name; a confidence outside 0 .. 1 is one. */
table *table_read (const char *path, table_kind kind, GError **error);

/* A NumPy matrix n x c of probabilities, '<f4' or '<f8', either order, and the list of the files it is of: `files` (one name a line, or
 * a table with a file column), or where that is NULL the .csv beside the .npy. */
table *table_read_npy (const char *path, const char *files, GError **error);

gboolean table_predicts (const table *t); /* it has a prediction in some form */
void table_free (table *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (table, table_free)

/* --- for table_*.c alone --- */
table *table_new (const char *shown);
void table_add_name (table *t, const char *name, guint64 line);
/* The file column of `header`, or -1 with `error` set. */
int table_file_column (char *const *header, const char *shown, GError **error);
/* Row i of the probabilities: FALSE with `error` when it holds what is no probability, or does not sum to 1. A row with a NAN passes. */
gboolean table_check_probabilities (const table *t, gsize i, GError **error);
