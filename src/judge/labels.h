/* Labels that are probably wrong: confident learning (Northcutt, Jiang, Chuang 2021, "Confident learning: estimating
 * uncertainty in dataset labels", sections 3 and 4). Pure, thread-safe, never NaN.
 *
 * Predictions must come from a model that did not learn these labels (section 3: out of sample); a model that has
 * learnt a wrong label by heart agrees with it, and nothing is found. Whether it did cannot be seen here.
 *
 * HOW. A class's threshold t_j is the mean probability of j over the pictures labelled j. A picture labelled i counts
 * in the confident joint at (i, j), j being its likeliest class among those with p_j >= t_j (the lowest of equals);
 * off the diagonal it is suspected. Classes without a labelled picture have no threshold and are suspected of nobody.
 * The share of wrong labels is that of the joint calibrated to the counts of labels (section 4.1, equation 2);
 * classes that count nowhere in the joint take the whole's share. Its interval is what so few pictures leave open,
 * not what the model gets wrong.
 *
 * COST. Reads n x c probabilities twice. Beside the input 5 bytes a row, 40 a suspect, 16 a class and 24 a cell of
 * the joint; no c x c matrix. */
#pragma once

#include "judge/statistics.h"
#include "types.h"

/* n pictures; the caller keeps everything. */
typedef struct {
  gsize n;
  int n_classes;
  const int *label;            /* n: the given one, 0 .. n_classes - 1, -1 none */
  const guint8 *wanted;        /* n: 0 for pictures to leave out (not fit to judge by); NULL: all are in */
  const matrix *probabilities; /* n x n_classes; a row with a value that is not finite is not known. NULL: */
  const int *predicted;        /* n: the likeliest class, -1 not known */
  const float *confidence;     /* n: its probability, NAN not known. The rest is then thought evenly spread over the
                                  other classes, and no other class than the predicted one can be the true one */
} label_rows;

typedef enum { LABELS_BY_MARGIN, LABELS_BY_SELF_CONFIDENCE } label_order;

typedef struct {
  gsize row;
  int given, likely;
  double self_confidence; /* probability of the given label */
  double margin;          /* "normalised margin": that less the largest of any other class (section 4.2, method 5) */
} label_suspect;

/* Of the confident joint. */
typedef struct {
  int given, likely;
  gsize n;
  double pictures; /* calibrated: n, scaled so that a given class's cells add up to the pictures that bear its label */
} label_cell;

typedef struct {
  gsize n;           /* rows with a label and known probabilities */
  gsize counted;     /* of these, in the joint */
  gsize *class_n;    /* n_classes: rows by label, of n */
  double *threshold; /* n_classes; 0 where class_n is */
  int n_classes;
  label_cell *cells; /* n_cells that are not 0, by given, then likely */
  gsize n_cells;
  label_suspect *suspects; /* n_suspects, the most suspicious first, ties by row */
  gsize n_suspects;
  proportion wrong; /* share of wrong labels, Wilson 95 % at the effective number; n = counted */
} label_report;

void label_report_init (label_report *l, const label_rows *r, label_order order);
void label_report_clear (label_report *l);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (label_report, label_report_clear)
