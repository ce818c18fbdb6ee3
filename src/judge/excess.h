/* How many of the mistakes on noisy pictures are due to the noise, and whether noise costs accuracy at all.
 *
 * WHAT IS ESTIMATED. Among judged pictures *called* noisy, class c has m_c pictures, X mistakes in all classes; among those called
 * fit, the class's true error rate is p_c. `excess` is X - Z: the mistakes seen, less the mistakes Z that as many pictures of the
 * same classes show when they are like those called fit. With a faultless detector, and noise that strikes pictures of a class
 * without regard to how hard they are, Z is what the classifier would have got wrong on these very pictures uncorrupted, and the
 * excess is net: mistakes that noise made less those it mended. The interval is for X - Z of *these* pictures: X is known, so it
 * holds the uncertainty of p_c and the chance in Z (a prediction interval). `effect` is the rate behind it:
 * (sum of m_c (q_c - p_c)) / m with q_c the true error rate of called-noisy pictures of class c; there X varies too. Both weigh
 * classes as the noisy pictures do (standardised to the exposed; Rothman, Greenland, Lash 2008, chapter 15). Mantel and Haenszel's
 * common difference, which weighs classes by information instead, stands beside it as a check.
 *
 * WHAT A FALLIBLE DETECTOR DOES. Let v be the share of truly noisy among called noisy, u the share of truly noisy among called fit.
 * Where, within a class, a picture's call tells nothing about right or wrong beyond what its being noisy does, the effect of
 * being called noisy is v - u times that of being noisy: excess_dilution(). While v > u, false alarms and missed noise understate
 * the harm and never invent it. For the same reason `does not` speaks of being called noisy: of noise itself it excludes no less
 * than margin / (v - u). Where the detector misses the mild and finds the severe, or calls hard pictures noisy (dark ones, say,
 * that are hard for another reason), the rule fails, and only the paired test can tell.
 *
 * THE GUARD says `costs` by Mantel and Haenszel's test in its exact form (statistics.h), classes as strata, where at least `within` of
 * the information is left within classes: sum of m_c n_c / (m_c + n_c) against m n / (m + n): so classes of two pictures
 * and more. The effect's interval must lie above 0 too. Of one class, that has the power of the best possible test of this size
 * (docs/method.md). Where classes are smaller it looks at the effect's interval alone, for which classes borrow from each other.
 *
 * HOW. p_c as in rates.h. Z's mean and variance are those of independent beta-binomials plus the shared error of the pool; its
 * quantiles those of one count with the same moments (count_quantile). effect: the difference of two Wilson-type intervals of
 * effective size, by squares (Newcombe 1998; Zou and Donner 2008). tests/oracle/judge.py says what they cover. */
#pragma once

#include "judge/score.h"

typedef enum {
  GUARD_TOO_FEW, /* cannot tell; always so of fewer noisy pictures than `least` */
  GUARD_COSTS,   /* effect > 0, at alpha (below) */
  GUARD_DOES_NOT, /* effect < margin: the upper end of its `level` interval is below the margin. An equivalence statement, not
                     a lack of significance; where both hold, GUARD_COSTS is said. Never where fit pictures of the same classes
                     are themselves wrong but for less than the margin: noise could not cost more there */
} guard;
const char *guard_name (guard g); /* "costs", "does not", "too few" */

typedef struct {
  gsize pictures, wrong;   /* judged and noisy; and mistakes on them */
  double expected;         /* mistakes expected of as many fit ones of the same classes */
  double value, low, high; /* excess mistakes. All 0 where `known` is FALSE */
  gboolean known;          /* there are noisy and fit pictures */
  difference effect;       /* of the error rate, per noisy picture; n: noisy pictures, 0: unknown */
  double surely;           /* lower end of the effect at 1 - 2 alpha: what the guard looks at where classes are small */
  guard guard;
} excess_errors;

typedef struct {
  double level;  /* 0.95 */
  double alpha;  /* 0.01, one-sided: how often the guard may say `costs` where there is no effect */
  double within; /* 0.4: share of the information that must lie within classes for them to be strata */
  double margin; /* 0.05: an effect below 5 points of the error rate is none worth speaking of */
  gsize
      least; /* 5: noisy pictures. The guard asks it of each of two dozen kinds, and two of two wrong comes about by chance too
                    often for that */
} excess_options;
void excess_options_init (excess_options *o);

typedef struct {
  gsize fit_pictures, fit_wrong;
  excess_errors total;
  excess_errors *kinds; /* n_kinds: noisy rows by `kind`; rows without one are in the total alone. Values add up */
  int n_kinds;
  gsize borrowed;                /* noisy pictures of classes without any fit picture */
  double intraclass;             /* how much classes differ: 0 alike, 1 each all right or all wrong */
  mantel_haenszel_result common; /* of the total, noisy against fit, strata by class */
} excess;

/* Rows without a truth but with a known `correct` form one class. */
void excess_init (excess *e, const judge_rows *r, const excess_options *o);
void excess_clear (excess *e);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (excess, excess_clear)

/* v - u of above: multiply a true effect by it to get the one seen. called_wrongly = 1 - v; missed = u. */
double excess_dilution (double called_wrongly, double missed);
