/* The row kernels for AVX2, against quality_rows.c: the same but for the order of sums and a reciprocal that is right
 * to the last two bits. */
#include <immintrin.h>
#include <string.h>

#include "feature/quality_internal.h"

#define LANES 8

/* Bytes of one channel out of 48: which of each 16 go where. */
static const guint8 channel_of[3][3][16] = {
  { { 0, 3, 6, 9, 12, 15, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128 },
    { 128, 128, 128, 128, 128, 128, 2, 5, 8, 11, 14, 128, 128, 128, 128, 128 },
    { 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 1, 4, 7, 10, 13 } },
  { { 1, 4, 7, 10, 13, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128 },
    { 128, 128, 128, 128, 128, 0, 3, 6, 9, 12, 15, 128, 128, 128, 128, 128 },
    { 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 2, 5, 8, 11, 14 } },
  { { 2, 5, 8, 11, 14, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128 },
    { 128, 128, 128, 128, 128, 1, 4, 7, 10, 13, 128, 128, 128, 128, 128, 128 },
    { 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 0, 3, 6, 9, 12, 15 } },
};

static inline __m128i
channel (const __m128i *bytes, const guint8 (*from)[16])
{
  __m128i a = _mm_shuffle_epi8 (bytes[0], _mm_loadu_si128 ((const __m128i *) from[0]));
  __m128i b = _mm_shuffle_epi8 (bytes[1], _mm_loadu_si128 ((const __m128i *) from[1]));
  __m128i c = _mm_shuffle_epi8 (bytes[2], _mm_loadu_si128 ((const __m128i *) from[2]));

  return _mm_or_si128 (a, _mm_or_si128 (b, c));
}

void
QUALITY_NAME (quality_split) (const guint8 *rgb, int n, guint8 *r, guint8 *g, guint8 *b)
{
  int x = 0;

  for (; x + 16 <= n; x += 16)
    {
      __m128i bytes[3];
      for (int i = 0; i < 3; i++)
        bytes[i] = _mm_loadu_si128 ((const __m128i *) (rgb + 3 * x + 16 * i));
      _mm_storeu_si128 ((__m128i *) (r + x), channel (bytes, channel_of[0]));
      _mm_storeu_si128 ((__m128i *) (g + x), channel (bytes, channel_of[1]));
      _mm_storeu_si128 ((__m128i *) (b + x), channel (bytes, channel_of[2]));
    }
  for (; x < n; x++)
    {
      r[x] = rgb[3 * x];
      g[x] = rgb[3 * x + 1];
      b[x] = rgb[3 * x + 2];
    }
}

static inline __m256
blur (const float *at)
{
  __m256 sum1 = _mm256_add_ps (_mm256_loadu_ps (at - 1), _mm256_loadu_ps (at + 1));
  __m256 sum2 = _mm256_add_ps (_mm256_loadu_ps (at - 2), _mm256_loadu_ps (at + 2));
  __m256 sum3 = _mm256_add_ps (_mm256_loadu_ps (at - 3), _mm256_loadu_ps (at + 3));
  __m256 sum = _mm256_mul_ps (_mm256_set1_ps (QUALITY_K0), _mm256_loadu_ps (at));

  sum = _mm256_add_ps (sum, _mm256_mul_ps (_mm256_set1_ps (QUALITY_K1), sum1));
  sum = _mm256_add_ps (sum, _mm256_mul_ps (_mm256_set1_ps (QUALITY_K2), sum2));
  return _mm256_add_ps (sum, _mm256_mul_ps (_mm256_set1_ps (QUALITY_K3), sum3));
}

/* One step of Newton's from the machine's twelve bits. */
static inline __m256
reciprocal (__m256 v)
{
  __m256 guess = _mm256_rcp_ps (v);

  return _mm256_mul_ps (guess, _mm256_sub_ps (_mm256_set1_ps (2), _mm256_mul_ps (v, guess)));
}

/* Up to a vector's length is written past n, and as much read. */
void
QUALITY_NAME (quality_normalise) (const float *y, const float *mean, const float *square, int n, float *deviation,
                                  float *value)
{
  for (int x = 0; x < n; x += LANES)
    {
      __m256 mu = blur (mean + x), variance = _mm256_sub_ps (blur (square + x), _mm256_mul_ps (mu, mu));
      __m256 sigma = _mm256_sqrt_ps (_mm256_max_ps (variance, _mm256_setzero_ps ()));
      __m256 over = reciprocal (_mm256_add_ps (sigma, _mm256_set1_ps (1)));
      _mm256_storeu_ps (deviation + x, sigma);
      _mm256_storeu_ps (value + x, _mm256_mul_ps (_mm256_sub_ps (_mm256_loadu_ps (y + x), mu), over));
    }
}

static inline void
add_lanes (double *sums, __m256 v)
{
  __m256d low = _mm256_cvtps_pd (_mm256_castps256_ps128 (v)), high = _mm256_cvtps_pd (_mm256_extractf128_ps (v, 1));

  _mm256_storeu_pd (sums, _mm256_add_pd (_mm256_loadu_pd (sums), low));
  _mm256_storeu_pd (sums + 4, _mm256_add_pd (_mm256_loadu_pd (sums + 4), high));
}

static const gint32 first_lanes[2 * LANES] = { -1, -1, -1, -1, -1, -1, -1, -1 };

void
QUALITY_NAME (quality_multiply) (const float *u, const float *v, int n, quality_products *sums)
{
  const __m256 zero = _mm256_setzero_ps (), sign = _mm256_set1_ps (-0.0f);
  __m256 absolute = zero, squared = zero, left2 = zero;
  int left = 0;

  for (int x = 0; x < n; x += LANES)
    {
      __m256 product = _mm256_mul_ps (_mm256_loadu_ps (u + x), _mm256_loadu_ps (v + x));
      if (n - x < LANES)
        product = _mm256_and_ps (product, _mm256_loadu_ps ((const float *) (first_lanes + LANES - (n - x))));
      __m256 negative = _mm256_min_ps (product, zero); /* the second of two zeros, so never -0 */
      absolute = _mm256_add_ps (absolute, _mm256_andnot_ps (sign, product));
      squared = _mm256_add_ps (squared, _mm256_mul_ps (product, product));
      left2 = _mm256_add_ps (left2, _mm256_mul_ps (negative, negative));
      left += __builtin_popcount ((unsigned) _mm256_movemask_ps (negative));
    }
  add_lanes (sums->absolute, absolute);
  add_lanes (sums->squared, squared);
  add_lanes (sums->left2, left2);
  sums->left += left;
  sums->all += n;
}
