/* Probability distributions in double precision. Relative errors stay below 1e-10 for counts up to 1e9, also far out in the
 * tails: lgamma of large counts is never subtracted from lgamma. Thread-safe; nothing is allocated. */
#pragma once

#include <glib.h>

double normal_cdf (double x);
/* 0 < p < 1; -INFINITY for p <= 0, INFINITY for p >= 1. Abramowitz and Stegun 26.2.23, polished by Halley's steps. */
double normal_quantile (double p);

/* The regularised incomplete beta function I_x(a, b), a, b > 0 (DLMF 8.17.22, Lentz's continued fraction; its factor by the
 * saddle point, Loader 2000). Also what a beta distribution's cdf and the binomial tails are. */
double beta_cdf (double x, double a, double b);
double beta_log_cdf (double x, double a, double b); /* its logarithm, where the value itself would be 0 */
double beta_quantile (double p, double a, double b);
/* P(X = k), X ~ binomial (n, p) (Loader 2000, section 3). */
double binomial_log_pmf (double k, double n, double p);
double binomial_cdf (double k, double n, double p);       /* P(X <= k) */
double binomial_upper (double k, double n, double p);     /* P(X >= k) */
double binomial_log_upper (double k, double n, double p); /* ln P(X >= k): -INFINITY where that cannot be */

/* A count from 0 to n known by mean and variance: beta-binomial where it varies more than a binomial one, else the binomial of
 * fewer trials with the same moments (Katz 1965). The value below which lies `p`, half of each value's own probability counted
 * (mid-p), linear between whole numbers; within 0..n. O(standard deviation). */
double count_quantile (double p, double n, double mean, double variance);

/* ln P(X = k) where `draws` of `total` are drawn and `marked` of these are marked. */
double hypergeometric_log_pmf (double k, double draws, double marked, double total);

/* P(X > x), X ~ chi square with `degrees` of freedom (DLMF 8.7.1 and 8.9.2); 1 where degrees <= 0. */
double chi_square_upper (double x, double degrees);
