/* The row kernels that are worth writing by hand for vectors: the scalar reference. */
#include <math.h>

#include "feature/quality_internal.h"

void
QUALITY_NAME (quality_split) (const guint8 *restrict rgb, int n, guint8 *restrict r, guint8 *restrict g,
                              guint8 *restrict b)
{
  for (int x = 0; x < n; x++)
    {
      r[x] = rgb[3 * x];
      g[x] = rgb[3 * x + 1];
      b[x] = rgb[3 * x + 2];
    }
}

void
QUALITY_NAME (quality_normalise) (const float *restrict y, const float *restrict mean, const float *restrict square,
                                  int n, float *restrict deviation, float *restrict value)
{
#pragma omp simd
  for (int x = 0; x < n; x++)
    {
      float mu = QUALITY_K0 * mean[x] + QUALITY_K1 * (mean[x - 1] + mean[x + 1])
                 + QUALITY_K2 * (mean[x - 2] + mean[x + 2]) + QUALITY_K3 * (mean[x - 3] + mean[x + 3]);
      float sq = QUALITY_K0 * square[x] + QUALITY_K1 * (square[x - 1] + square[x + 1])
                 + QUALITY_K2 * (square[x - 2] + square[x + 2]) + QUALITY_K3 * (square[x - 3] + square[x + 3]);
      float variance = sq - mu * mu;
      float sigma = sqrtf (variance > 0 ? variance : 0);
      deviation[x] = sigma;
      value[x] = (y[x] - mu) / (sigma + 1);
    }
}

void
QUALITY_NAME (quality_multiply) (const float *restrict u, const float *restrict v, int n, quality_products *sums)
{
  float absolute = 0, squared = 0, left2 = 0;
  int left = 0;

#pragma omp simd reduction(+ : absolute, squared, left2, left)
  for (int x = 0; x < n; x++)
    {
      float product = u[x] * v[x], negative = product < 0 ? product : 0;
      absolute += fabsf (product);
      squared += product * product;
      left2 += negative * negative;
      left += product < 0 ? 1 : 0;
    }
  sums->absolute[0] += absolute;
  sums->squared[0] += squared;
  sums->left2[0] += left2;
  sums->left += left;
  sums->all += n;
}
