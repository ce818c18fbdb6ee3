/* Where the error rate is higher than elsewhere: slices of the fit pictures, found on one half and tested on the
 * other, so that looking does not become finding.
 *
 * WHAT IS A SLICE. Regions of feature space formed on all pictures, blind to correctness (regions.h), at several k;
 * values of columns, and numbers cut at quantiles; pictures of one true class; pictures called one class; and pairs
 * of classes: pictures of class a, of which those called b count as wrong.
 *
 * HOW. Pictures are halved by the seed, blind to correctness, evenly within class and region. On the first half
 * candidates are ranked by the signed root of the likelihood ratio of "another rate inside than outside"; those below
 * `least_root` fall away, and so do near copies of better ones (Jaccard index of the members above `same`) and mere
 * echoes: those whose members outside all better ones have no raised rate left, and that are no core of them either.
 * At most `most` are tested on the second half: Fisher's exact test, one-sided, then Benjamini and Hochberg over all
 * that were tested. Which are tested depends on the first half alone, so the q of the second hold.
 *
 * Pictures not judged help to form regions and count nowhere.
 *
 * COST. Beside the input, 8 bytes a row, space and k, and some 40 bytes a row while it works; time is that of
 * projecting every row once and comparing it with the sum of k centres. */
#pragma once

#include "base/job.h"
#include "judge/fit_rows.h"
#include "judge/statistics.h"

typedef enum {
  SLICE_REGION,    /* space, k, cluster */
  SLICE_VALUE,     /* column, value */
  SLICE_RANGE,     /* column, low, high */
  SLICE_TRUTH,     /* truth */
  SLICE_PREDICTED, /* predicted */
  SLICE_PAIR,      /* truth, predicted: wrong is only who was called so */
} slice_kind;
const char *slice_kind_name (slice_kind k); /* "region", "value", "range", "truth", "predicted", "pair" */

typedef struct {
  slice_kind kind;
  int space, k, cluster;
  int column;
  guint32 value;
  double low, high; /* least and largest number of a member */
  int truth, predicted;
  gsize n, wrong; /* judged members of both halves */
  /* n_members rows, judged or not: mistakes first, then the others, then unjudged; each nearest the centre first
     (regions), else by row */
  gsize *members;
  gsize n_members;
  proportion found, tested; /* error rates of the halves, Wilson 95 % */
  proportion rest;          /* of judged rows outside, second half */
  double lift;              /* tested rate over that of the whole second half; 1 where that is 0 */
  double p, q;              /* of the second half */
  gboolean significant;     /* q <= alpha */
} slice;

typedef struct {
  slice *slices; /* n_slices, all that were tested: smallest p first, ties by the likelihood ratio */
  gsize n_slices;
  gsize judged, wrong; /* rows */
  gsize candidates;    /* looked at on the first half */
} slice_list;

typedef struct {
  int ks[8]; /* clusters of each clustering, ascending, 0-ended: 8, 16, 32, 64; none of fewer rows than least_size
                in the mean */
  gsize least_size;  /* 20: judged members, and judged others; each half needs a quarter of it */
  double least_root; /* 1 */
  double same;       /* 0.5 */
  int most;          /* 20 */
  double alpha;      /* 0.02: the false discovery rate, and how often anything is called significant where nothing is */
  guint64 seed;
  int threads;
} slice_options;
void slice_options_init (slice_options *o);

/* PARDON_ERROR_INPUT for features that are not finite, PARDON_ERROR_STOPPED; `s` is then cleared. No mistakes,
 * nothing but mistakes, or fewer rows than two slices take: nothing is tested, and that is no error. */
gboolean slice_list_init (slice_list *s, const fit_rows *r, const slice_options *o, const job *j, GError **error);
void slice_list_clear (slice_list *s);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (slice_list, slice_list_clear)

/* "47 pictures, 26 wrong (tested: 52 %, elsewhere 14 %): that are 'tabby'; dark, camera = A". `names`: n_classes.
 * g_free. */
char *slice_words (const slice *s, const fit_rows *r, const char *const *names);
