/* Textbook statistics on counts and scores. Pure, thread-safe; what has no answer has n = 0 and zeros, never NaN.
 * `level` is the confidence of an interval, 0 < level < 1. */
#pragma once

#include <glib.h>

/* A share, or any mean of n things that has an interval. n = 0: unknown, and the rest is 0. */
typedef struct {
  double value, low, high;
  gsize n;
} proportion;

/* Wilson's score interval (Wilson 1927; Brown, Cai, DasGupta 2001, section 3.1.1). */
proportion wilson (double k, gsize n, double level);
/* The same for an estimate whose variance is that of a sample of `effective` (Korn and Graubard 1998, for the idea); n is only
 * passed on. */
proportion wilson_effective (double value, double effective, gsize n, double level);
/* The exact interval (Clopper and Pearson 1934). */
proportion clopper_pearson (gsize k, gsize n, double level);

typedef struct {
  double value, low, high;
  gsize n; /* the smaller sample; 0: unknown */
} difference;
/* k1 / n1 - k2 / n2 by squares of Wilson's distances (Newcombe 1998, Statistics in Medicine 17:873, method 10). */
difference newcombe (gsize k1, gsize n1, gsize k2, gsize n2, double level);
/* The same sum of squares for any two independent estimates with intervals (Zou and Donner 2008). */
difference difference_of (const proportion *a, const proportion *b);

/* Fisher's exact test of the table a b / c d. less: P(first cell <= a), greater: P(first cell >= a) with margins held;
 * two_sided: tables no likelier than this one (Fisher 1935; the rule of R and SciPy). */
typedef struct {
  double less, greater, two_sided;
} fisher_result;
fisher_result fisher_exact (gsize a, gsize b, gsize c, gsize d);

/* adjusted[i]: the smallest false discovery rate at which p[i] is among the discoveries (Benjamini and Hochberg 1995, section 3). */
void benjamini_hochberg (const double *p, gsize n, double *adjusted);

/* A 2 x 2 table of a stratum: rows exposed and not, columns cases and not. */
typedef struct {
  double a, b, c, d;
} stratum;

/* What is common to strata. odds_ratio: Mantel and Haenszel 1959, its variance Robins, Breslow, Greenland 1986 (eq. 4);
 * risk_difference: Greenland and Robins 1985, its variance Sato, Greenland, Robins 1989, which holds for many small strata
 * and for few large ones. Strata without an exposed or without an unexposed member say nothing and are not counted. */
typedef struct {
  double odds_ratio, odds_low, odds_high, log_odds_error;
  gsize n_odds; /* strata behind the odds ratio; 0: undefined (a needed sum is 0) */
  double risk_difference, risk_low, risk_high, risk_error;
  gsize n_risk; /* 0: undefined */
} mantel_haenszel_result;
mantel_haenszel_result mantel_haenszel (const stratum *s, gsize n, double level);
/* Whether the exposed have more cases in any stratum, one-sided: the chance of as many exposed cases over all strata with the margins
 * of each held (Mantel and Haenszel's test in its exact form: Gart 1970), as many as seen counted half (mid-p: Lancaster 1961). By
 * convolution; by the normal distribution, without a correction, where the variance is above 400. 0.5 where strata say nothing. */
double mantel_haenszel_greater (const stratum *s, gsize n);

/* Discordant pairs: `b` only the first is right, `c` only the second. exact: two-sided binomial; chi_square: with continuity
 * correction, (|b - c| - 1)^2 / (b + c), and its p (McNemar 1947, Edwards 1948). b + c = 0: p of 1. */
typedef struct {
  double exact, chi_square, p;
} mcnemar_result;
mcnemar_result mcnemar (gsize b, gsize c);

/* Pearson's test that `k[i]` of `n[i]` have one rate over the groups. Where Cochran's rule (1954: no expectation below 1, at
 * most a fifth below 5) is broken, p comes from at most 999 permutations with a fixed seed
 * (Besag and Clifford 1991: fewer where p is large; 199 for millions). n_groups: those with a member. */
typedef struct {
  double chi_square, p, cramer_v;
  gsize n_groups;
  gboolean permuted;
} evenness_result;
evenness_result evenness (const gsize *k, const gsize *n, gsize groups);

/* --- scores against truth: score[i], larger for the positive; positive[i] 0 or 1. O(n log n); ties count half. ----- */

/* The area under the ROC curve with the standard error of DeLong, DeLong, Clarke-Pearson 1988 (midranks: Sun and Xu 2014).
 * 0.5 and 0 where one side is empty. The error needs two of each side; else 0. */
typedef struct {
  double value, error;
  gsize n_positive, n_negative;
} auroc_result;
auroc_result auroc (const double *score, const gint8 *positive, gsize n);

/* Sum over thresholds of (recall gained) x precision, no interpolation (as scikit-learn). 0 where nothing is positive. */
double average_precision (const double *score, const gint8 *positive, gsize n);

/* A point of the precision-recall curve: everything scored `threshold` or more is called positive. */
typedef struct {
  double threshold, precision, recall;
} recall_point;
/* One point a distinct score, recall ascending, thinned to about `most`; free with g_free; NULL where there
 * is no score. */
recall_point *recall_curve (const double *score, const gint8 *positive, gsize n, gsize most, gsize *n_points);

/* --- calibration: confidence[i] 0..1, correct[i] 0 or 1 ------------------------------------------------------------ */

typedef struct {
  double low, high;            /* bin edges; for bins of equal count, its least and largest confidence */
  double confidence, accuracy; /* means; 0 where empty */
  gsize n;
} reliability_bin;
/* Expected calibration error: sum over bins of n / N |accuracy - confidence| (Naeini, Cooper, Hauskrecht 2015; bins of equal
 * width (low, high] as Guo et al. 2017, with 0 in the first). Returns it and fills `bins` (`count` of them, may be NULL). */
double calibration_error (const double *confidence, const gint8 *correct, gsize n, int count, reliability_bin *bins);
/* Bins of equal count (Nixon et al. 2019), ordered by confidence; equal confidences stay in one bin. Returns the error; sets
 * the number of bins, at most `count`. */
double calibration_error_adaptive (const double *confidence, const gint8 *correct, gsize n, int count,
                                   reliability_bin *bins, int *n_bins);
