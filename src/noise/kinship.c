/* Told from scores alone, for they are what threshold and calibration are about: measures of two sources always differ somewhere, mostly
 * where it does no harm. */
#include <math.h>
#include <stdlib.h>

#include "noise/detector_internal.h"
#include "noise/order.h"

#define FEWEST 20
#define HIGH   0.95 /* most degraded pictures score above this quantile of clean ones, few clean ones do */
#define MOST_CLEANER                                                                                                   \
  0.8 /* of the pictures, below the middle of the given ones: about half are, fewer where some are degraded */
#define LEAST_OF_HALF (1 / 3.0) /* of the share that is expected below the middle among those below HIGH */
#define LEAST_CLEAN   0.05      /* of the pictures, up to HIGH */
#define ERRORS        3         /* standard errors by which a share must miss what is expected besides */

/* How many of n ascending values are at most `limit`. */
static gsize
count_up_to (const float *sorted, gsize n, float limit)
{
  gsize low = 0, high = n;
  while (low < high)
    {
      gsize middle = (low + high) / 2;
      if (sorted[middle] <= limit)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

void
detector_kinship (const detector *d, const float *scores, gsize n, kinship *k)
{
  *k = (kinship){ KINSHIP_UNTOLD, NAN };
  if (d->given == NULL || n < FEWEST)
    return;
  g_autofree float *sorted = g_memdup2 (scores, n * sizeof *scores);
  order_floats (sorted, n);
  double given = (double) d->n_given, all = (double) n;
  float middle = d->given[d->n_given / 2];
  float high = d->given[MIN (d->n_given - 1, (gsize) ceil ((given + 1) * HIGH) - 1)];
  double below = (double) count_up_to (sorted, n, middle), clean = (double) count_up_to (sorted, n, high);
  double given_below = (double) count_up_to (d->given, d->n_given, middle) / given;
  double expected = given_below * given / (double) count_up_to (d->given, d->n_given, high);
  double error_of_all = sqrt (0.25 / given + 0.25 / all), error_of_clean = sqrt (0.25 / given + 0.25 / MAX (clean, 1));

  *k = (kinship){ KINSHIP_FINE, below / all };
  if (k->share > MAX (MOST_CLEANER, given_below + ERRORS * error_of_all))
    k->word = KINSHIP_CLEANER;
  else if (clean / all < LEAST_CLEAN
           || below / clean < MIN (expected * LEAST_OF_HALF, expected - ERRORS * error_of_clean))
    k->word = KINSHIP_WORSE;
}
