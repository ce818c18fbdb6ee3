/* How good the classifier is, on all pictures and on those fit to judge by. Pure functions over arrays; whatever cannot be
 * known has n = 0 and zeros, never NaN. Same rows, same bytes out. */
#pragma once

#include "judge/statistics.h"

/* n rows, one a picture. Arrays that may be NULL are unknown throughout. The caller keeps them. */
typedef struct {
  gsize n;
  int n_classes, n_kinds, n_splits;
  const int *truth;         /* n: class 0 .. n_classes - 1, -1: no label */
  const int *predicted;     /* n: class, -1: no prediction, or one outside the classes */
  const gint8 *correct;     /* n: 1, 0, -1 unknown. NULL: whether truth and predicted agree, where both are known */
  const gint8 *top5;        /* n: 1, 0, -1 unknown; or NULL */
  const double *confidence; /* n: 0..1 of the predicted class, NAN unknown; or NULL */
  const gint8 *noisy;       /* n, never NULL: 1, 0, -1 not known (unreadable): such a row is unjudged */
  const double *noise;      /* n: larger is worse, NAN unknown; or NULL */
  const int *kind;          /* n: 0 .. n_kinds - 1 of a noisy row, -1; or NULL */
  const double *severity;   /* n: NAN unknown; or NULL */
  const int *split;         /* n: 0 .. n_splits - 1, -1; or NULL */
} judge_rows;

typedef enum {
  VERDICT_UNJUDGED,  /* no truth, no prediction, or unreadable */
  VERDICT_RIGHT,     /* whether the picture is noisy or fit */
  VERDICT_SET_ASIDE, /* wrong on a noisy picture */
  VERDICT_OWED,      /* wrong on a fit picture */
} row_verdict;
const char *row_verdict_name (row_verdict v); /* "unjudged", "right", "set-aside", "owed" */
row_verdict judge_row (const judge_rows *r, gsize i);

/* A class on one side: all judged pictures, or the fit ones. recall.n is the support; precision.n the pictures called so. */
typedef struct {
  proportion precision, recall;
  double f1; /* 0 where neither supported nor called */
} class_side;

typedef struct {
  class_side all, fit;
  gsize noisy; /* of its judged pictures; all.recall.n of them in all */
} class_score;

typedef struct {
  int truth, predicted;
  gsize all, fit; /* pictures; all > 0 */
} confusion_cell;

typedef struct {
  gsize n;                       /* rows with a confidence; 0: unknown */
  double ece, ece_adaptive;      /* bins of equal width, of equal count */
  double confidence, accuracy;   /* means */
  reliability_bin *bins, *equal; /* n_bins of equal width; n_equal of equal count */
  int n_bins, n_equal;
} calibration;

/* Error left when the worst are put aside by noise score. */
typedef struct {
  double rejected, error; /* shares: put aside; wrong among the kept */
} rejection_point;
typedef struct {
  gsize n;                 /* rows with a noise score and a known answer; 0: unknown */
  rejection_point *points; /* n_points, rejected ascending from 0; ties in score count as in random order */
  gsize n_points;
  /* AURC (Geifman, Uziel, El-Yaniv 2019, section 2): mean error over all coverages, by this order, with every mistake put aside
   * first, and by chance. */
  double area, perfect, random;
} rejection;

/* Two classes: class 1 is the positive one, its score the confidence in it. */
typedef struct {
  gsize n, n_positive; /* n = 0: not two classes or no confidences */
  double average_precision;
  auroc_result auroc;
  recall_point *points;
  gsize n_points;
} binary_side;

typedef struct {
  proportion *groups; /* n_groups classes or splits: share of noisy pictures, of all rows where that is known */
  int n_groups;
  evenness_result test;
  gboolean uneven; /* p < .01 and Cramer's V at least .1: say it */
} noise_spread;

typedef struct {
  gsize right, set_aside, owed, unjudged; /* their sum is n */
  gsize right_noisy;                      /* of `right`, on noisy pictures */
  proportion all, fit;                    /* accuracy, Wilson */
  /* Fit accuracy at the class mix of all judged pictures: 1 less the mix times shrunk class error rates (rates.h), so that classes
   * without a fit picture have one too. What a set of this mix would show, were all of it fit. */
  proportion standardised;
  gsize mix_missing;                     /* pictures of classes without any fit picture, for which the pool answers */
  proportion balanced_all, balanced_fit; /* mean recall of classes that have pictures; n: pictures */
  proportion top5_all, top5_fit;
  class_score *classes; /* n_classes */
  int n_classes;
  confusion_cell *cells; /* n_cells: where truth and prediction are known; largest `all` first, then by truth */
  gsize n_cells;
  calibration calibration_all, calibration_fit;
  rejection rejection;
  binary_side binary_all, binary_fit;
  noise_spread by_class, by_split;
  gsize *confident; /* n_confident owed rows with a confidence, most confident first, ties by row */
  gsize n_confident;
} scorecard;

typedef struct {
  double level;         /* of intervals: 0.95 */
  int bins;             /* of calibration: 15 */
  gsize most_points;    /* of curves: 101 */
  gsize most_confident; /* 100 */
} score_options;
void score_options_init (score_options *o);

void scorecard_init (scorecard *s, const judge_rows *r, const score_options *o);
/* The counts of right, set aside, owed, unjudged and right_noisy, `all` and `fit` alone; the rest is zero. */
void scorecard_count (scorecard *s, const judge_rows *r, const score_options *o);
void scorecard_clear (scorecard *s);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (scorecard, scorecard_clear)
