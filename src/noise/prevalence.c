/* What share of a folder is degraded, told from the scores of all its pictures together. */
#include <math.h>

#include "noise/detector_internal.h"

#define MOST_ROUNDS 200

/* Odds of being degraded at even prevalence. */
static double
odds (const detector *d, float score)
{
  return exp (detector_log_odds (d, (double) score));
}

/* Of the pictures above the threshold, how many to expect clean where `share` of all are degraded; NAN: there is none. */
static double
share_wrong (const detector *d, const float *scores, gsize n, double threshold, double share)
{
  double wrong = 0;
  gsize flagged = 0;
  for (gsize i = 0; i < n; i++)
    if (scores[i] > threshold)
      {
        flagged++;
        wrong += (1 - share) / (share * odds (d, scores[i]) + 1 - share);
      }
  return flagged > 0 ? wrong / (double) flagged : NAN;
}

void
detector_prevalence (const detector *d, const float *scores, gsize n, double threshold, prevalence *p)
{
  *p = (prevalence){ NAN, NAN, NAN, NAN, NAN, NAN };
  if (n == 0)
    return;
  double share = 0.5;
  for (int round = 0; round < MOST_ROUNDS; round++)
    {
      double sum = 0, before = share;
      for (gsize i = 0; i < n; i++)
        {
          double o = odds (d, scores[i]);
          sum += share * o / (share * o + 1 - share);
        }
      share = CLAMP (sum / (double) n, 1e-6, 1 - 1e-6);
      if (fabs (share - before) < 1e-9)
        break;
    }
  double information = 0;
  for (gsize i = 0; i < n; i++)
    {
      double o = odds (d, scores[i]), mixed = share * o + 1 - share;
      information += (o - 1) / mixed * ((o - 1) / mixed);
    }
  double error = information > 0 ? 1 / sqrt (information) : 0.5;
  double low = MAX (share - 2 * error, 0), high = MIN (share + 2 * error, 1);
  *p = (prevalence){ share,
                     low,
                     high,
                     share_wrong (d, scores, n, threshold, share),
                     share_wrong (d, scores, n, threshold, high),
                     share_wrong (d, scores, n, threshold, low) };
}
