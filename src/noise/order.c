/* One order and one quantile for all of this stage, so that a threshold means the same wherever it is read off. */
#include "noise/order.h"

#include <stdlib.h>

static int
ascending (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;
  return (x > y) - (x < y);
}

void
order_floats (float *values, gsize n)
{
  qsort (values, n, sizeof *values, ascending);
}

double
order_quantile (const float *sorted, gsize n, double share)
{
  double at = share * (double) (n - 1);
  gsize below = MIN ((gsize) at, n - 1), above = MIN (below + 1, n - 1);
  return sorted[below] + (at - (double) below) * (sorted[above] - sorted[below]);
}
