/* How kinds' scores become one. Two ways of adding evidence are averaged, for each errs where the other does not:
 *
 * - the log of the summed odds, which is best where the odds are right, but lets a kind whose odds come out low, as of what is
 *   hard to learn, hardly speak;
 * - minus the log of the harmonic mean of the kinds' tails: the tail of a score is the share of clean pictures that score as high
 *   for that kind (Wilson 2019, "The harmonic mean p-value for combining dependent tests", equation 1). It gives every kind a part of
 *   the false alarms, and does not ask that kinds be independent. */
#include <math.h>

#include "noise/detector_internal.h"
#include "noise/order.h"

/* Tails at which the scores are known. Between them their logarithm is taken as linear in the score, and beyond the last one
 * as going on as it did from STRAIGHT_FROM on. */
static const double shares[DETECTOR_TAILS] = { 0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002 };
#define STRAIGHT_FROM 6
#define LEAST_STEP    0.1 /* log odds; scores of few pictures may be equal */

double
log_sum_exp (const float *x, gsize n)
{
  float most = x[0];
  double sum = 0;
  for (gsize i = 1; i < n; i++)
    most = MAX (most, x[i]);
  for (gsize i = 0; i < n; i++)
    sum += exp ((double) (x[i] - most));
  return most + log (sum);
}

/* -log of the share of clean pictures that score at least `score` for this kind */
static double
surprise (const float *tail, double score)
{
  const int last = DETECTOR_TAILS - 1;
  int i = 0;
  if (score <= (double) tail[0])
    return -log (shares[0]);
  while (i < last && score > (double) tail[i + 1])
    i++;
  int from = i < last ? i : STRAIGHT_FROM, to = i < last ? i + 1 : last;
  double slope = log (shares[from] / shares[to]) / MAX ((double) (tail[to] - tail[from]), i < last ? 1e-6 : LEAST_STEP);
  return -log (shares[i]) + slope * (score - (double) tail[i]);
}

double
joint_score (const detector *d, const float *kinds)
{
  float surprises[DETECTOR_MOST_KINDS];
  gsize n = (gsize) d->known + 1;
  for (gsize k = 0; k < n; k++)
    surprises[k] = (float) surprise (d->at.tails + k * DETECTOR_TAILS, (double) kinds[k]);
  return (log_sum_exp (kinds, n) + log_sum_exp (surprises, n)) / 2;
}

void
joint_learn (detector *d, int kind, const float *sorted, gsize n)
{
  for (int i = 0; i < DETECTOR_TAILS; i++)
    d->at.tails[kind * DETECTOR_TAILS + i] = (float) order_quantile (sorted, n, 1 - shares[i]);
}
