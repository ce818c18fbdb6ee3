/* Small numeric tools of the quality measures. None may divide by zero or return what is not finite, whatever it is
 * given. */
#include "feature/quality_internal.h"

#include <math.h>
#include <string.h>

#define SHAPES     1024
#define SHAPE_LOW  0.2
#define SHAPE_HIGH 10.0

static double
shape_at (double i)
{
  return SHAPE_LOW * pow (SHAPE_HIGH / SHAPE_LOW, i / (SHAPES - 1));
}

static double
ratio_of (double shape)
{
  int sign;

  return exp (2 * lgamma_r (2 / shape, &sign) - lgamma_r (1 / shape, &sign) - lgamma_r (3 / shape, &sign));
}

/* The ratios of SHAPES shapes, ascending; made once. */
static const double *
shape_table (void)
{
  static gsize made = 0;
  static double table[SHAPES];

  if (g_once_init_enter (&made))
    {
      for (int i = 0; i < SHAPES; i++)
        table[i] = ratio_of (shape_at (i));
      g_once_init_leave (&made, 1);
    }
  return table;
}

double
quality_shape (double ratio, double *back)
{
  const double *table = shape_table ();
  double used = CLAMP (ratio, table[0], table[SHAPES - 1]);
  int below = 0, above = SHAPES - 1;

  while (above - below > 1)
    {
      int middle = (below + above) / 2;
      if (table[middle] <= used)
        below = middle;
      else
        above = middle;
    }
  if (back != NULL)
    *back = used;
  double t = (used - table[below]) / (table[above] - table[below]);
  double a = shape_at (below), b = shape_at (above);
  return a + t * (b - a);
}

void
quality_count_start (guint32 *count)
{
  memset (count, 0, sizeof (guint32) * 4 * QUALITY_BINS);
}

void
quality_count_end (guint32 *count)
{
  for (int i = 0; i < QUALITY_BINS; i++)
    count[i] += count[QUALITY_BINS + i] + count[2 * QUALITY_BINS + i] + count[3 * QUALITY_BINS + i];
}

#define RUN 32 /* bins skipped at once */

double
quality_count_quantile (const guint32 *count, int bins, double q, double none)
{
  guint32 all = 0, below = 0; /* at most QUALITY_MOST pixels */
  int i = 0;

  for (int k = 0; k < bins; k++)
    all += count[k];
  if (all == 0)
    return none;
  double wanted = q * (double) all;
  for (; i + RUN <= bins; i += RUN)
    {
      guint32 run = 0;
#pragma omp simd reduction(+ : run)
      for (int k = 0; k < RUN; k++)
        run += count[i + k];
      if (run > 0 && (double) (below + run) >= wanted)
        break;
      below += run;
    }
  for (; i < bins; i++)
    {
      if (count[i] > 0 && (double) (below + count[i]) >= wanted)
        return i + (wanted - (double) below) / count[i];
      below += count[i];
    }
  return bins;
}

/* Moves what is below `pivot` (or equal to it, when `equal`) to the front of low .. high; returns where the rest starts. Without
 * branches on the values, which nothing could predict. */
static gsize
part (float *values, gsize low, gsize high, float pivot, gboolean equal)
{
  gsize end = low;

  for (gsize i = low; i <= high; i++)
    {
      float held = values[i];
      values[i] = values[end];
      values[end] = held;
      end += (gsize) ((held < pivot) | (equal & (held == pivot)));
    }
  return end;
}

float
quality_select (float *values, gsize n, gsize rank)
{
  gsize low = 0, high = n - 1;

  while (low < high)
    {
      float pivot = values[low + (high - low) / 2];
      gsize from = part (values, low, high, pivot, FALSE);
      if (rank < from)
        {
          high = from - 1;
          continue;
        }
      low = part (values, from, high, pivot, TRUE);
      if (rank < low)
        return pivot;
    }
  return values[rank];
}

#define BUCKETS 512

/* Not negative, so that the bit patterns have the order of the values. */
static gint32
pattern (float value)
{
  gint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

/* Values are sorted into buckets by their leading bits; only the bucket that a rank falls into is searched. */
void
quality_quantiles (const float *restrict values, gsize n, const double *q, int n_q, float none, float *restrict room,
                   float *out)
{
  gint32 least = G_MAXINT32, most = 0;
  guint32 end[BUCKETS + 1] = { 0 };
  gsize stride = n / 8 + 1; /* neighbours fall into the same bucket, and would wait for one another */
  int shift = 0;

  for (int k = 0; k < n_q; k++)
    out[k] = none;
  if (n == 0)
    return;
  for (gsize i = 0; i < n; i++)
    {
      gint32 bits = pattern (values[i]);
      least = bits < least ? bits : least;
      most = bits > most ? bits : most;
    }
  while ((most - least) >> shift >= BUCKETS)
    shift++;
  for (gsize s = 0; s < stride; s++)
    for (gsize i = s; i < n; i += stride)
      end[((pattern (values[i]) - least) >> shift) + 1]++;
  for (int b = 0; b < BUCKETS; b++)
    end[b + 1] += end[b];
  for (gsize s = 0; s < stride; s++)
    for (gsize i = s; i < n; i += stride)
      room[end[(pattern (values[i]) - least) >> shift]++] = values[i]; /* from a bucket's start to its end */
  for (int k = 0; k < n_q; k++)
    {
      guint32 rank = (guint32) (q[k] * (double) (n - 1) + 0.5);
      gint32 bucket = (pattern (room[rank]) - least) >> shift;
      guint32 from = bucket > 0 ? end[bucket - 1] : 0;
      out[k] = quality_select (room + from, end[bucket] - from, rank - from);
    }
}

double
quality_correlation (double ab, double aa, double bb, double floor)
{
  double scale = sqrt (MAX (aa, 0) * MAX (bb, 0)) + floor;

  return scale > 0 ? CLAMP (ab / scale, -1, 1) : 0;
}

double
quality_kurtosis (double m4, double m2)
{
  return log2 ((m4 + 3e-3) / (m2 * m2 + 1e-3));
}
