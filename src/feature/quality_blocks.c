/* Traces of blocks: steps that recur at a period (JPEG's 8, an enlargement's own), neighbours that are equal where
 * the picture is busy, and transform coefficients set to zero. */
#include "feature/quality_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE      8
#define BUSY      16 /* grey levels between pixels four to the left and right, from which a place counts as busy */
#define LAGS      16
#define CLOSE     0.05
#define FLOOR     0.1 /* grey levels under a ratio */
#define NEAR_ZERO 1.0f
#define ACTIVE    16.0f /* sum of |low coefficients| from which a block counts as busy */

#define STEP_ROWS 64 /* steps of so many fit into 16 bits */
#define LANES     16

static void
add_steps (const gint16 *restrict a, const gint16 *restrict b, int n, guint16 *restrict steps)
{
  int whole = quality_whole (n);

#pragma omp simd
  for (int x = 0; x < whole; x++)
    {
      gint16 most = a[x] > b[x] ? a[x] : b[x], least = a[x] < b[x] ? a[x] : b[x];
      steps[x] += (guint16) (most - least);
    }
}

static void
flush_steps (guint16 *restrict steps, int n, guint32 *restrict all)
{
#pragma omp simd
  for (int x = 0; x < n; x++)
    {
      all[x] += steps[x];
      steps[x] = 0;
    }
}

/* Of at most LANES x STEP_ROWS values. */
static guint32
sum_steps (const gint16 *restrict a, const gint16 *restrict b, int n)
{
  guint16 lanes[LANES] = { 0 };
  guint32 sum = 0;
  int x = 0;

  for (; x + LANES <= n; x += LANES)
    for (int i = 0; i < LANES; i++)
      {
        gint16 u = a[x + i], v = b[x + i], most = u > v ? u : v, least = u < v ? u : v;
        lanes[i] += (guint16) (most - least);
      }
  for (; x < n; x++)
    sum += (guint32) abs (a[x] - b[x]);
  for (int i = 0; i < LANES; i++)
    sum += lanes[i];
  return sum;
}

/* Notes per column (bytes, `room` apart): a pixel that equals the next one; one where `before` and `after` differ; both. */
static void
mark_equal (const guint8 *restrict row, const guint8 *restrict next, const guint8 *restrict before,
            const guint8 *restrict after, int n, gsize room, guint8 *restrict columns)
{
  guint8 *restrict equal = columns, *restrict busy = equal + room, *restrict both = busy + room;
  int whole = quality_whole (n);

#pragma omp simd
  for (int x = 0; x < whole; x++)
    {
      guint8 most = before[x] > after[x] ? before[x] : after[x], least = before[x] < after[x] ? before[x] : after[x];
      guint8 same = row[x] == next[x], full = (guint8) (most - least) >= BUSY;
      equal[x] += same;
      busy[x] += full;
      both[x] += same & full;
    }
}

static void
flush_columns (guint8 *columns, int n, gsize room, gint64 *counts)
{
  for (int i = 0; i < 3; i++, columns += room)
    {
      guint32 sum = 0;
      for (int x = 0; x < n; x++)
        sum += columns[x];
      counts[i] += sum;
      memset (columns, 0, room);
    }
}

/* Over every second row: the neighbour across (`down` FALSE) or below. */
static float *
equal_neighbours (const quality_planes *p, gboolean down, float *out)
{
  gsize w = (gsize) p->width, room = p->row_length;
  int n = down ? p->width : p->width - 8, rows = 0;
  guint8 *columns = (guint8 *) p->rows;
  gint64 counts[3] = { 0 };

  memset (columns, 0, 3 * room);
  for (int y = 4; y < p->height - 4; y += 2)
    {
      const guint8 *row = p->y8[0] + (gsize) y * w;
      if (down)
        mark_equal (row, row + w, row - 4 * w, row + 4 * w, n, room, columns);
      else
        mark_equal (row + 4, row + 5, row, row + 8, n, room, columns);
      if (++rows % 255 == 0)
        flush_columns (columns, n, room, counts);
    }
  flush_columns (columns, n, room, counts);
  *out++ = (float) ((double) counts[0] / ((double) rows * n));
  *out++ = (float) (((double) counts[2] + 1) / ((double) counts[1] + 8));
  return out;
}

/* The phase of period 8 with the largest mean step: step i lies between i and i + 1, so phase 7 is the grid from the
 * corner. */
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

/* Largest autocorrelation of the high-passed profile at lags 2 .. 16, and the first lag that comes close to it (its
 * multiples are as good). Single outliers (a picture's own edges) are clipped at four times the mean. */
static void
write_recurrence (const float *profile, int n, float *held, float *out)
{
  double mean = 0, square = 0, best = -1, found[LAGS + 1];
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
      float sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int i = 1; i < n - 1 - lag; i++)
        sum += held[i] * held[i + lag];
      found[lag] = quality_correlation ((double) sum * (n - 2) / (n - 2 - lag), square, square, n * 0.0025);
      best = MAX (best, found[lag]);
    }
  while (found[where] < best - CLOSE)
    where++;
  out[0] = (float) best;
  out[1] = (float) where;
}

static void
profiles (quality_planes *p, float *across, float *down)
{
  int w = p->width, h = p->height;
  guint32 *all = (guint32 *) p->rows;
  guint16 *steps = (guint16 *) (all + p->row_length);

  memset (all, 0, sizeof (guint32) * 2 * p->row_length);
  for (int y = 0; y < h; y++)
    {
      const gint16 *row = p->y4 + (gsize) y * (gsize) w;
      add_steps (row, row + 1, w - 1, steps);
      if (y % STEP_ROWS == STEP_ROWS - 1 || y + 1 == h)
        flush_steps (steps, w - 1, all);
      guint64 sum = 0;
      for (int x = 0; x < w && y + 1 < h; x += LANES * STEP_ROWS)
        sum += sum_steps (row + x, row + w + x, MIN (w - x, LANES * STEP_ROWS));
      down[y] = (float) ((double) sum / (4.0 * w));
    }
  for (int x = 0; x < w - 1; x++)
    across[x] = (float) all[x] / (4.0f * (float) h);
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
/* The same, columns of cosines. */
static const float cosine_down[SIDE][SIDE] = {
  { .35355339f, .49039264f, .46193977f, .41573481f, .35355339f, .27778512f, .19134172f, .09754516f },
  { .35355339f, .41573481f, .19134172f, -.09754516f, -.35355339f, -.49039264f, -.46193977f, -.27778512f },
  { .35355339f, .27778512f, -.19134172f, -.49039264f, -.35355339f, .09754516f, .46193977f, .41573481f },
  { .35355339f, .09754516f, -.46193977f, -.27778512f, .35355339f, .41573481f, -.19134172f, -.49039264f },
  { .35355339f, -.09754516f, -.46193977f, .27778512f, .35355339f, -.41573481f, -.19134172f, .49039264f },
  { .35355339f, -.27778512f, -.19134172f, .49039264f, -.35355339f, -.09754516f, .46193977f, -.41573481f },
  { .35355339f, -.41573481f, .19134172f, .09754516f, -.35355339f, .49039264f, -.46193977f, .27778512f },
  { .35355339f, -.49039264f, .46193977f, -.41573481f, .35355339f, -.27778512f, .19134172f, -.09754516f },
};

/* The two-dimensional transform: down the columns, then along the rows. Every pass writes whole rows of eight; down
 * the columns mirrored samples are joined first, because cosines are even or odd about the middle. */
static void
transform (const float *restrict at, gsize stride, float *restrict out)
{
  float joined[2][SIDE / 2][SIDE], half[SIDE][SIDE];

  for (int j = 0; j < SIDE / 2; j++)
    for (int x = 0; x < SIDE; x++)
      {
        float a = at[(gsize) j * stride + (gsize) x], b = at[(gsize) (SIDE - 1 - j) * stride + (gsize) x];
        joined[0][j][x] = a + b;
        joined[1][j][x] = a - b;
      }
  for (int k = 0; k < SIDE; k++)
    {
      const float *c = cosine[k], (*s)[SIDE] = joined[k % 2];
      for (int x = 0; x < SIDE; x++)
        half[k][x] = c[0] * s[0][x] + c[1] * s[1][x] + c[2] * s[2][x] + c[3] * s[3][x];
    }
  for (int k = 0; k < SIDE; k++)
    {
      const float *h = half[k];
      for (int u = 0; u < SIDE; u++)
        out[k * SIDE + u] = (h[0] * cosine_down[0][u] + h[1] * cosine_down[1][u])
                            + (h[2] * cosine_down[2][u] + h[3] * cosine_down[3][u])
                            + ((h[4] * cosine_down[4][u] + h[5] * cosine_down[5][u])
                               + (h[6] * cosine_down[6][u] + h[7] * cosine_down[7][u]));
    }
}

typedef struct {
  guint32 zero[SIDE * SIDE], busy_zero[SIDE * SIDE]; /* blocks, busy blocks whose coefficient is near zero */
  double energy[SIDE * SIDE];
  guint32 blocks, busy;
} transform_sums;

static const float is_low[SIDE * SIDE / 2] = {
  0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
};

/* Sums by coefficient, so that groups of them need be told apart only at the end. */
static void
add_block (const float *restrict c, guint32 *restrict zero, guint32 *restrict busy_zero, float *restrict energy,
           guint32 *busy)
{
  float low = 0;

#pragma omp simd reduction(+ : low)
  for (int i = 0; i < SIDE * SIDE / 2; i++)
    low += is_low[i] * fabsf (c[i]);
#pragma omp simd
  for (int i = 0; i < SIDE * SIDE; i++)
    {
      zero[i] += fabsf (c[i]) < NEAR_ZERO;
      energy[i] += c[i] * c[i];
    }
  if (low < ACTIVE)
    return;
  ++*busy;
#pragma omp simd
  for (int i = 0; i < SIDE * SIDE; i++)
    busy_zero[i] += fabsf (c[i]) < NEAR_ZERO;
}

/* Every second block in both directions of the grid that starts at x0, y0. */
static void
add_grid (const quality_planes *p, int x0, int y0, transform_sums *s)
{
  gsize w = (gsize) p->width;

  for (int y = y0; y + SIDE <= p->height; y += 2 * SIDE)
    {
      float c[SIDE * SIDE], energy[SIDE * SIDE] = { 0 };
      for (int x = x0; x + SIDE <= p->width; x += 2 * SIDE, s->blocks++)
        {
          transform (p->y[0] + (gsize) y * w + x, w, c);
          add_block (c, s->zero, s->busy_zero, energy, &s->busy);
        }
      for (int i = 0; i < SIDE * SIDE; i++)
        s->energy[i] += energy[i];
    }
}

typedef struct {
  double zero[3];           /* low (u + v 1 .. 3), middle (4 .. 6), high (7 .. 14) */
  double busy_zero, energy; /* of the high ones */
} group_sums;

static group_sums
join_groups (const transform_sums *s)
{
  group_sums sums = { 0 };

  for (int i = 1; i < SIDE * SIDE; i++)
    {
      int order = i % SIDE + i / SIDE, group = order < 4 ? 0 : order < 7 ? 1 : 2;
      sums.zero[group] += s->zero[i];
      sums.busy_zero += group == 2 ? s->busy_zero[i] : 0;
      sums.energy += group == 2 ? s->energy[i] : 0;
    }
  return sums;
}

static float *
transforms (const quality_planes *p, int phase_x, int phase_y, float *out)
{
  static const int size[3] = { 9, 18, 36 };
  transform_sums aligned = { 0 }, shifted = { 0 };
  int x = (phase_x + 1) % SIDE, y = (phase_y + 1) % SIDE;

  add_grid (p, x, y, &aligned);
  add_grid (p, (x + 4) % SIDE, (y + 4) % SIDE, &shifted);
  group_sums a = join_groups (&aligned), b = join_groups (&shifted);
  double n = MAX (aligned.blocks, 1), m = MAX (shifted.blocks, 1);
  for (int g = 0; g < 3; g++)
    *out++ = (float) (a.zero[g] / (n * size[g]));
  *out++ = (float) ((a.busy_zero + 18) / (aligned.busy * 36.0 + 36));
  *out++ = (float) log2 ((a.energy / n + 1) / (b.energy / m + 1));
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
  out = equal_neighbours (p, FALSE, out + 8);
  out = equal_neighbours (p, TRUE, out);
  return transforms (p, phase_x, phase_y, out);
}
