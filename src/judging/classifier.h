/* What a classifier said of each picture, from its rows of class scores in the store: probabilities, predictions, top-5. */
#pragma once

#include "store/matrix_file.h"
#include "types.h"

/* Scores as the graph gave them and how they become probabilities. */
typedef struct {
  gsize n, classes;  /* pictures; of the problem */
  matrix_file *file; /* NULL where no picture has scores */
  gint64 *row;       /* n: of the matrix, -1: the picture has none */
  gsize width;       /* of a row: `classes`, or 1 for two classes, of which it is the second's */
  gboolean
      logits; /* some value lies outside 0 .. 1, or some row's sum is off 1: softmax (or the logistic function) is applied */
  const gboolean
      *allowed; /* classes: those not allowed have probability 0 and the others share theirs; NULL: all are */
} class_scores;

/* Takes `file` and `row` over. `width` of the rows: PARDON_ERROR_INPUT when it does not go with `classes`. */
gboolean class_scores_check (gsize width, gsize classes, const char *model, GError **error);
void
class_scores_init (class_scores *c, matrix_file *file, gint64 *row, gsize n, gsize classes, const gboolean *allowed);
void class_scores_clear (class_scores *c);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (class_scores, class_scores_clear)

/* Probabilities behind one row of scores, which need not be in the store, to `out` (classes). Thread-safe. */
void class_scores_weigh (const class_scores *c, const float *scores, float *out);
/* Probabilities of picture i to `out` (classes). FALSE where it has none. Thread-safe. */
gboolean class_scores_row (const class_scores *c, gsize i, float *out);
/* The likeliest class, the first of equals, its probability, and whether `truth` is among the five likeliest (ties by number; -1 where truth
 * is). */
void class_scores_predict (const float *p, gsize classes, int truth, int *prediction, float *confidence, gint8 *top5);
