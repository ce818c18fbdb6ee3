/* Traces of blocks: steps that recur at a period (JPEG's 8, an enlargement's own), neighbours that are equal where the picture is
 * busy, and transform coefficients set to zero. */
#include "feature/quality_internal.h"

#include <math.h>
#include <string.h>

#define SIDE 8
#define BUSY 16      /* grey levels between pixels four to the left and right, from which a place counts as busy */
#define LAGS 16
#define FLOOR 0.1    /* grey levels under a ratio */
#define NEAR_ZERO 1.0f
#define ACTIVE 16.0f /* sum of |low coefficients| from which a block counts as busy */

static void
add_steps (const gint16 *restrict a, const gint16 *restrict b, int n, gint32 *restrict steps)
{
#pragma omp simd
  for (int x = 0; x < n; x++)
    steps[x] += a[x] > b[x] ? a[x] - b[x] : b[x] - a[x];
}

static double
sum_steps (const gint16 *restrict a, const gint16 *restrict b, int n)
{
  int sum = 0;

#pragma omp simd reduction(+ : sum)
  for (int x = 0; x < n; x++)
    sum += a[x] > b[x] ? a[x] - b[x] : b[x] - a[x];
  return sum;
}

typedef struct {
  gint64 all, equal, busy, busy_equal;
} equal_sums;

/* Of n pixels: how many equal the next one, and how many do so where `before` and `after` differ. */
static void
count_equal (const guint8 *restrict row, const guint8 *restrict next, const guint8 *restrict before,
             const guint8 *restrict after, int n, equal_sums *s)
{
  int equal = 0, busy = 0, both = 0;

#pragma omp simd reduction(+ : equal, busy, both)
  for (int x = 0; x < n; x++)
    {
      guint8 range = before[x] > after[x] ? before[x] - after[x] : after[x] - before[x];
      guint8 same = row[x] == next[x], full = range >= BUSY;
      equal += same;
      busy += full;
      both += same & full;
    }
  s->all += n;
  s->equal += equal;
  s->busy += busy;
  s->busy_equal += both;
}

static float *
write_equal (const equal_sums *s, float *out)
{
  *out++ = (float) ((double) s->equal / (double) MAX (s->all, 1));
  *out++ = (float) (((double) s->busy_equal + 1) / ((double) s->busy + 8));
  return out;
}

/* The phase of period 8 with the largest mean step: step i lies between i and i + 1, so phase 7 is the grid from the corner. */
static int
write_period (const float *profile, int n, float *out)
{
  double mean[SIDE] = { 0 }, all = 0;
  int count[SIDE] = { 0 }, best = 0;

  for (int i = 0; i < n; i++)
    {
      mean[i % SIDE] += profile[i];
      count[i % SIDE]++;
    }
  for (int k = 0; k < SIDE; k++)
    {
      mean[k] /= MAX (count[k], 1);
      all += mean[k];
      if (mean[k] > mean[best])
        best = k;
    }
  out[0] = (float) log2 ((mean[best] + FLOOR) / ((all - mean[best]) / (SIDE - 1) + FLOOR));
  out[1] = (float) log2 ((mean[SIDE - 1] + FLOOR) / ((all - mean[SIDE - 1]) / (SIDE - 1) + FLOOR));
  return best;
}

/* Largest autocorrelation of the high-passed profile at lags 2 .. 16, and its lag. Single outliers (a picture's own edges) are
 * clipped at four times the mean. */
static void
write_recurrence (const float *profile, int n, float *held, float *out)
{
  double mean = 0, square = 0, best = -1;
  int where = 2;

  for (int i = 1; i < n - 1; i++)
    {
      held[i] = profile[i] - 0.5f * (profile[i - 1] + profile[i + 1]);
      mean += fabsf (held[i]);
    }
  mean /= n - 2;
  for (int i = 1; i < n - 1; i++)
    {
      held[i] = (float) CLAMP (held[i], -4 * mean, 4 * mean);
      square += held[i] * held[i];
    }
  for (int lag = 2; lag <= LAGS; lag++)
    {
      double sum = 0;
      for (int i = 1; i + lag < n - 1; i++)
        sum += held[i] * held[i + lag];
      double c = quality_correlation (sum * (n - 2) / (n - 2 - lag), square, square, n * 0.0025);
      if (c > best + 1e-6)
        {
          best = c;
          where = lag;
        }
    }
  out[0] = (float) best;
  out[1] = (float) where;
}

static void
profiles (quality_planes *p, float *across, float *down)
{
  int w = p->width, h = p->height;
  gint32 *steps = (gint32 *) p->rows;

  memset (steps, 0, sizeof (gint32) * (gsize) w);
  for (int y = 0; y < h; y++)
    {
      const gint16 *row = p->y4 + (gsize) y * (gsize) w;
      add_steps (row, row + 1, w - 1, steps);
      if (y + 1 < h)
        down[y] = (float) (sum_steps (row, row + w, w) / (4.0 * w));
    }
  for (int x = 0; x < w - 1; x++)
    across[x] = (float) steps[x] / (4.0f * (float) h);
}

static float *
equal_neighbours (const quality_planes *p, float *out)
{
  int w = p->width;
  equal_sums across = { 0 }, down = { 0 };

  for (int y = 4; y < p->height - 4; y++)
    {
      const guint8 *row = p->y8[0] + (gsize) y * (gsize) w;
      count_equal (row + 4, row + 5, row, row + 8, w - 8, &across);
      count_equal (row, row + w, row - 4 * w, row + 4 * w, w, &down);
    }
  out = write_equal (&across, out);
  return write_equal (&down, out);
}

/* Type-II cosine transform, orthonormal: rows of cosines. */
static const float cosine[SIDE][SIDE] = {
  { .35355339f, .35355339f, .35355339f, .35355339f, .35355339f, .35355339f, .35355339f, .35355339f },
  { .49039264f, .41573481f, .27778512f, .09754516f, -.09754516f, -.27778512f, -.41573481f, -.49039264f },
  { .46193977f, .19134172f, -.19134172f, -.46193977f, -.46193977f, -.19134172f, .19134172f, .46193977f },
  { .41573481f, -.09754516f, -.49039264f, -.27778512f, .27778512f, .49039264f, .09754516f, -.41573481f },
  { .35355339f, -.35355339f, -.35355339f, .35355339f, .35355339f, -.35355339f, -.35355339f, .35355339f },
  { .27778512f, -.49039264f, .09754516f, .41573481f, -.41573481f, -.09754516f, .49039264f, -.27778512f },
  { .19134172f, -.46193977f, .46193977f, -.19134172f, -.19134172f, .46193977f, -.46193977f, .19134172f },
  { .09754516f, -.27778512f, .41573481f, -.49039264f, .49039264f, -.41573481f, .27778512f, -.09754516f },
};

/* out = cosine * in, then transposed: twice is the two-dimensional transform. */
static void
transform (const float in[SIDE][SIDE], float out[SIDE][SIDE])
{
  float rows[SIDE][SIDE];

  for (int k = 0; k < SIDE; k++)
    {
      float sum[SIDE] = { 0 };
      for (int j = 0; j < SIDE; j++)
        for (int x = 0; x < SIDE; x++)
          sum[x] += cosine[k][j] * in[j][x];
      memcpy (rows[k], sum, sizeof sum);
    }
  for (int k = 0; k < SIDE; k++)
    for (int x = 0; x < SIDE; x++)
      out[x][k] = rows[k][x];
}

typedef struct {
  double zero[3], n[3];       /* low (u + v 1 .. 3), middle (4 .. 6), high (7 .. 14) */
  double busy_zero, busy_n;   /* high ones of busy blocks */
  double high;                /* energy of the high ones */
  double blocks;
} transform_sums;

static void
add_block (const float *at, gsize stride, transform_sums *s)
{
  static const guint8 size[3] = { 9, 18, 36 };
  float in[SIDE][SIDE], half[SIDE][SIDE], c[SIDE][SIDE], low = 0, high = 0;
  int zero[3] = { 0 };

  for (int y = 0; y < SIDE; y++)
    memcpy (in[y], at + (gsize) y * stride, sizeof in[y]);
  transform (in, half);
  transform (half, c);
  for (int v = 0; v < SIDE; v++)
    for (int u = v == 0 ? 1 : 0; u < SIDE; u++)
      {
        int group = u + v < 4 ? 0 : u + v < 7 ? 1 : 2;
        float a = fabsf (c[v][u]);
        zero[group] += a < NEAR_ZERO;
        low += group == 0 ? a : 0;
        high += group == 2 ? a * a : 0;
      }
  for (int g = 0; g < 3; g++)
    {
      s->zero[g] += zero[g];
      s->n[g] += size[g];
    }
  if (low >= ACTIVE)
    {
      s->busy_zero += zero[2];
      s->busy_n += size[2];
    }
  s->high += high;
  s->blocks++;
}

/* Every second block in both directions of the grid that starts at x0, y0. */
static void
add_grid (const quality_planes *p, int x0, int y0, transform_sums *s)
{
  gsize w = (gsize) p->width;

  for (int y = y0; y + SIDE <= p->height; y += 2 * SIDE)
    for (int x = x0; x + SIDE <= p->width; x += 2 * SIDE)
      add_block (p->y[0] + (gsize) y * w + x, w, s);
}

static float *
transforms (const quality_planes *p, int phase_x, int phase_y, float *out)
{
  transform_sums aligned = { 0 }, shifted = { 0 };
  int x = (phase_x + 1) % SIDE, y = (phase_y + 1) % SIDE;

  add_grid (p, x, y, &aligned);
  add_grid (p, (x + 4) % SIDE, (y + 4) % SIDE, &shifted);
  for (int g = 0; g < 3; g++)
    *out++ = (float) (aligned.zero[g] / MAX (aligned.n[g], 1));
  *out++ = (float) ((aligned.busy_zero + 18) / (aligned.busy_n + 36));
  *out++ = (float) log2 ((aligned.high / MAX (aligned.blocks, 1) + 1) / (shifted.high / MAX (shifted.blocks, 1) + 1));
  return out;
}

float *
QUALITY_NAME (quality_blocks) (quality_planes *p, float *out)
{
  float *across = p->profile, *down = across + p->width, *held = down + p->height;

  profiles (p, across, down);
  int phase_x = write_period (across, p->width - 1, out);
  write_recurrence (across, p->width - 1, held, out + 2);
  int phase_y = write_period (down, p->height - 1, out + 4);
  write_recurrence (down, p->height - 1, held, out + 6);
  out = equal_neighbours (p, out + 8);
  return transforms (p, phase_x, phase_y, out);
}
