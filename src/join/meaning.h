/* From the words of the tables to classes, over all sources at once: where no list of classes was given, the words make it. For join.c. */
#pragma once

#include "join/classes.h"
#include "join/match.h"
#include "join/table.h"

/* The words of one column. */
typedef struct {
  class_word *words; /* by the vocabulary's numbers */
  gsize n;
  class_reading reading;
} meaning;

/* Of the words that matched rows use; `mt` NULL: row i is picture i (folders), and `t` is not asked for lines. */
meaning *meaning_new (const word_column *c, const matching *mt, const table *t, GHashTable *map);
void meaning_free (meaning *m);

static inline int
meaning_of (const meaning *m, const word_column *c, gsize row, guint rank)
{
  return m->words[g_array_index (c->rows, guint32, row * c->width + rank)].index;
}

typedef struct {
  meaning *truth;         /* or NULL */
  meaning *label;         /* predicted words, or NULL */
  meaning *index;         /* predicted indices beside or instead of them, or NULL */
  gsize width;            /* of the probabilities; 0 */
  const char *truth_file; /* NULL: folders */
  const char *prediction_file;
  gboolean use_index;           /* out: predictions are those of `index` */
  gboolean prediction_at_fault; /* out, on failure: the truth has nothing to do with it */
} meanings;

/* Fills the words' indices. `given`: `l` was read from a file; else it is made here. `unasked`: the truth is folders that nobody asked for,
 * and those must share a class with the predictions. PARDON_ERROR_INPUT. */
gboolean
meanings_resolve (meanings *m, class_list *l, gboolean given, gboolean unasked, GPtrArray *notes, GError **error);
void meanings_clear (meanings *m);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (meanings, meanings_clear)
