/* Error rates of classes from few pictures each, sparse classes shrunk to what their pool shows, and the uncertainty of any
 * weighted sum of them. Between the judge's files.
 *
 * A class's rate p_c has mean a + b x_c over classes and variance r v_c, v_c that of one answer. x_c is the log odds of standing
 * on the other side (noisy where fit ones are given), half a picture added to each: hard classes are often noisier, and then the
 * classes with fewest fit pictures are not like the pool. r, the intraclass correlation, is where the weighted squares about
 * the line are what they should be (Paule and Mandel 1982), drawn towards 0.1 where few classes have two pictures. Rates are the best
 * linear predictors (Efron and Morris 1975; Kleinman 1973; Prasad and Rao 1990, section 2): the pool counts as
 * s = (1 - r) / r pictures. A class's uncertainty given a, b is that of the beta posterior of the same mean,
 * p (1 - p) / (n_c + s + 1); that of a and b is added for sums (Prasad and Rao's g1 and g2; r is taken as known). */
#pragma once

#include <glib.h>

typedef struct {
  gsize classes;
  gsize n;             /* pictures in all; 0: nothing is known and all rates are 0 */
  double pool;         /* their error rate */
  double intraclass;   /* r */
  double certainty;    /* of the classes' differing at all: 0..1 */
  double *rate;        /* classes: shrunk, 0..1 */
  double *uncertainty; /* classes: variance of rate given a and b; not 0 where no mistake was seen */
  double *borrowed;    /* classes: share of the rate that is the pool's, 1 where n_c = 0 */
  double *side;        /* classes: x_c less its weighted mean */
  double level_error;  /* variance of a, at the mean of x */
  double slope_error;  /* variance of b as shrunk; 0 where no slope was fitted */
} class_rates;

/* wrong[c] of n[c] pictures; other[c] pictures stand on the other side. */
void class_rates_init (class_rates *r, const gsize *wrong, const gsize *n, const gsize *other, gsize classes);
void class_rates_clear (class_rates *r);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (class_rates, class_rates_clear)

/* The sum of weight[c] x rate[c], the variance of it as an estimate of the true rates' sum, and the variance of what a draw of
 * weight[c] pictures of each class would show around it (prediction; weights are then counts). */
typedef struct {
  double sum, variance, predictive;
} rates_sum;
/* The sum of weight[c] x p_c (1 - p_c): the variance of single answers. Where it is not certain that classes differ, it goes
 * towards that of equal classes, which is larger. */
double class_rates_single (const class_rates *r, const double *weight);
rates_sum class_rates_sum (const class_rates *r, const double *weight);
