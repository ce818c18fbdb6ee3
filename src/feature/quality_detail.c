/* Fine detail by octave, from the Haar details the planes were filled with: over the picture, and tile by tile,
 * because a sharp subject before a soft background is a sharp picture. */
#include "feature/quality_internal.h"

#include <math.h>

#define FLOOR 0.0625

static double
ratio (double a, double b)
{
  return log2 ((a + FLOOR) / (b + FLOOR));
}

/* Mean of level 1's energy over the tiles below and from the median of coarse energy. */
static float *
halves (quality_planes *p, float *out)
{
  gsize n = (gsize) p->tiles_x * (gsize) p->tiles_y;
  const double half = 0.5;
  double flat = 0, busy = 0, flat_n = 0, busy_n = 0;

  float middle;
  quality_quantiles (p->tile_energy[2], n, &half, 1, 0, p->tile_scratch, &middle);
  for (gsize i = 0; i < n; i++)
    if (p->tile_energy[2][i] >= middle)
      {
        busy += p->tile_energy[0][i];
        busy_n++;
      }
    else
      {
        flat += p->tile_energy[0][i];
        flat_n++;
      }
  busy /= MAX (busy_n, 1);
  flat = flat_n > 0 ? flat / flat_n : busy;
  *out++ = (float) log2 (flat + FLOOR);
  *out++ = (float) log2 (busy + FLOOR);
  *out++ = (float) ratio (flat, busy);
  return out;
}

/* Ratios of one level's energy to the next coarser one's, tile by tile, over tiles that have something to show. */
static float *
extremes (quality_planes *p, int level, float *out)
{
  static const double quantiles[] = { 0.5, 0.9, 0.99 };
  gsize n = (gsize) p->tiles_x * (gsize) p->tiles_y, m = 0;
  const float *fine = p->tile_energy[level], *coarse = p->tile_energy[level + 1];

  for (gsize i = 0; i < n; i++)
    if (coarse[i] >= 16)
      p->tile_scratch[m++] = fine[i] / coarse[i];
  for (gsize i = 0; m == 0 && i < n; i++)
    p->tile_scratch[i] = (fine[i] + 16) / (coarse[i] + 16);
  m = m > 0 ? m : n;
  quality_quantiles (p->tile_scratch, m, quantiles, 3, 1, p->tile_scratch + n, out);
  for (int i = 0; i < 3; i++, out++)
    *out = log2f (*out + 0.0009765625f);
  return out;
}

float *
QUALITY_NAME (quality_detail) (quality_planes *p, float *out)
{
  const quality_haar *haar = p->haar;

  for (int level = 0; level < 3; level++)
    {
      *out++ = (float) log2 (haar[level].hh + FLOOR);
      *out++ = (float) log2 (haar[level].hl + FLOOR);
      *out++ = (float) log2 (haar[level].lh + FLOOR);
    }
  *out++ = (float) log2 (
      QUALITY_NAME (quality_bin_quantile) (p->haar_bins, (gsize) p->w[1] * (gsize) p->h[1], 0.5, p->count) / 8 / 0.6745
      + FLOOR);
  *out++ = (float) quality_kurtosis (haar[0].hh4, haar[0].hh2);
  *out++ = (float) ratio (haar[0].hh, haar[1].hh);
  *out++ = (float) ratio (haar[1].hh, haar[2].hh);
  out = halves (p, out);
  out = extremes (p, 0, out);
  return extremes (p, 1, out);
}
