/* A score on the scale that people are shown. */
#include "noise/explain.h"

#include <math.h>

#include "noise/detector_internal.h"

double
detector_noise (const detector *d, double score)
{
  double log_odds = d->slope * (d->stretch * score + d->shift) + d->offset;
  return 1 / (1 + exp (-CLAMP (log_odds, -50, 50)));
}
