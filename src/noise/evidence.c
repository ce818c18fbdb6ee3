/* Which measures make a picture's score: integrated gradients (Sundararajan, Taly, Yan 2017, section 3) along the straight
 * line from the middle clean picture, whose contributions add up to the difference of the scores. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "noise/detector_internal.h"

#define STEPS 16

/* Adds the gradient of the kind's log odds by z to `g`. */
static void
add_gradient (const net *n, const float *z, int kind, int clean, float *g)
{
  float hidden[DETECTOR_HIDDEN], out[2 * DETECTOR_MOST_KINDS + 1];
  net_run (n, 1, z, hidden, out);
  for (gsize h = 0; h < n->hidden; h++)
    if (hidden[h] > 0)
      {
        float weight = n->w2[(gsize) kind * n->hidden + h] - n->w2[(gsize) clean * n->hidden + h];
        for (gsize i = 0; i < n->d; i++)
          g[i] += weight * n->w1[h * n->d + i];
      }
}

static void
contributions (const detector *d, const float *z, const float *from, int kind, float *out)
{
  float at[DETECTOR_MOST_MEASURES];
  memset (out, 0, d->d * sizeof *out);
  if (kind == d->known) /* the unknown kind: how far each measure is out */
    {
      for (gsize i = 0; i < d->d; i++)
        out[i] = (z[i] - d->at.clean_mean[i]) * (z[i] - d->at.clean_mean[i]);
      return;
    }
  for (int step = 0; step < STEPS; step++)
    {
      float share = (float) (step + 0.5) / STEPS;
      for (gsize i = 0; i < d->d; i++)
        at[i] = from[i] + share * (z[i] - from[i]);
      for (int n = 0; n < DETECTOR_NETS; n++)
        add_gradient (&d->nets[n], at, kind, d->known, out);
    }
  for (gsize i = 0; i < d->d; i++)
    out[i] *= (z[i] - from[i]) / (STEPS * DETECTOR_NETS);
}

static int
heaviest_first (const void *a, const void *b)
{
  const evidence *x = a, *y = b;
  return x->weight != y->weight ? (x->weight < y->weight) - (x->weight > y->weight) : x->measure - y->measure;
}

int
detector_evidence (const detector *d, const float *measures, int kind, evidence *e, int most)
{
  float z[DETECTOR_MOST_MEASURES], from[DETECTOR_MOST_MEASURES], weights[DETECTOR_MOST_MEASURES];
  evidence all[DETECTOR_MOST_MEASURES];
  int n = 0;
  detector_standardise (d, measures, z);
  detector_standardise (d, d->at.middle, from);
  contributions (d, z, from, kind, weights);
  for (gsize i = 0; i < d->d; i++)
    if (weights[i] > 0)
      all[n++] = (evidence){ (int) i, measures[i], d->at.low[i], d->at.middle[i], d->at.high[i], weights[i] };
  qsort (all, (gsize) n, sizeof *all, heaviest_first);
  n = MIN (n, most);
  memcpy (e, all, (gsize) n * sizeof *e);
  return n;
}
