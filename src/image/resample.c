/* Resampling in two passes over precomputed fixed-point weights.
 *
 * The one thing to know: the rounding is a contract. Weights are worked out in double precision in Pillow's order of
 * operations, then rounded to 22 bits; everything after that is integer arithmetic. */
#include "image/resample.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

#define WEIGHT_BITS  22
#define WEIGHT_HALF  (1 << (WEIGHT_BITS - 1))
#define COLUMN_BLOCK 64

/* For every output position along one axis: which input samples count, and how much. */
typedef struct {
  int n_taps;      /* room for each position */
  int *first;      /* n: input index of the first tap */
  int *count;      /* n: taps in use */
  gint32 *weights; /* n x n_taps */
} tap_table;

static void
tap_table_clear (tap_table *t)
{
  g_free (t->first);
  g_free (t->count);
  g_free (t->weights);
  *t = (tap_table){ 0 };
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (tap_table, tap_table_clear)

static gboolean
tap_table_reserve (tap_table *t, int n, int n_taps)
{
  t->n_taps = n_taps;
  t->first = g_try_new (int, n);
  t->count = g_try_new (int, n);
  gsize n_weights = (gsize) n * (gsize) n_taps;
  t->weights = n_weights <= G_MAXSSIZE / sizeof (gint32) ? g_try_malloc (n_weights * sizeof (gint32)) : NULL;
  return t->first != NULL && t->count != NULL && t->weights != NULL;
}

static double
sinc (double x)
{
  if (x == 0.0)
    return 1.0;
  x *= G_PI;
  return sin (x) / x;
}

static double
filter_support (view_filter filter)
{
  return filter == FILTER_LANCZOS ? 3.0 : filter == FILTER_BICUBIC ? 2.0 : 1.0;
}

static double
filter_value (view_filter filter, double x)
{
  const double a = -0.5;

  if (filter == FILTER_LANCZOS)
    return -3.0 <= x && x < 3.0 ? sinc (x) * sinc (x / 3.0) : 0.0;
  x = fabs (x);
  if (filter == FILTER_BILINEAR)
    return x < 1.0 ? 1.0 - x : 0.0;
  if (x < 1.0)
    return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  if (x < 2.0)
    return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
  return 0.0;
}

/* Weights of a convolution filter for output positions from .. from + n - 1 of `out` over `in` samples. */
static gboolean
tap_table_convolve (tap_table *t, int in, gint64 out, gint64 from, int n, view_filter filter)
{
  double scale = (double) in / (double) out;
  double stretch = MAX (scale, 1.0);
  double support = filter_support (filter) * stretch, step = 1.0 / stretch;
  int n_taps = (int) MIN (ceil (support) * 2.0 + 1.0, (double) in);
  g_autofree double *exact = g_try_new (double, n_taps);

  if (exact == NULL || !tap_table_reserve (t, n, n_taps))
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      double centre = ((double) (from + i) + 0.5) * scale, sum = 0.0;
      int first = (int) MAX (centre - support + 0.5, 0.0);
      int count = (int) MIN (centre + support + 0.5, (double) in) - first;
      gint32 *weights = t->weights + (gsize) i * (gsize) n_taps;

      for (int j = 0; j < count; j++)
        {
          exact[j] = filter_value (filter, (j + first - centre + 0.5) * step);
          sum += exact[j];
        }
      for (int j = 0; j < count; j++)
        {
          double w = (sum != 0.0 ? exact[j] / sum : exact[j]) * (1 << WEIGHT_BITS);
          weights[j] = (gint32) (w < 0 ? w - 0.5 : w + 0.5);
        }
      t->first[i] = first;
      t->count[i] = count;
    }
  return TRUE;
}

/* Exact coverage: output sample i covers i * in .. (i + 1) * in where input sample j covers j * out .. (j + 1) * out.
 * The running sum is rounded, not each weight, so that the weights add up to one however many there are. */
static gboolean
tap_table_cover (tap_table *t, int in, gint64 out, gint64 from, int n)
{
  int n_taps = (int) MIN ((gint64) in, in / out + 2);

  if (!tap_table_reserve (t, n, n_taps))
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      /* positions along the axis in double: below 2^53 for every picture that fits into memory */
      double start = (double) (from + i) * in, end = start + in;
      int first = (int) MIN (floor (start / (double) out), in - 1.0);
      gint32 before = 0, *weights = t->weights + (gsize) i * (gsize) n_taps;
      int count = 0;

      for (int j = first; j < in && count < n_taps && (double) j * (double) out < end; j++)
        {
          double covered = (MIN (((double) j + 1.0) * (double) out, end) - start) / in;
          gint32 upto = (gint32) (covered * (1 << WEIGHT_BITS) + 0.5);
          weights[count++] = upto - before;
          before = upto;
        }
      t->first[i] = first;
      t->count[i] = count;
    }
  return TRUE;
}

static gboolean
tap_table_init (tap_table *t, int in, gint64 out, gint64 from, int n, view_filter filter)
{
  return filter == FILTER_AREA ? tap_table_cover (t, in, out, from, n)
                               : tap_table_convolve (t, in, out, from, n, filter);
}

static inline guint8
round_to_8 (gint32 sum)
{
  return (guint8) CLAMP (sum >> WEIGHT_BITS, 0, 255);
}

/* One row across, three channels or four: sums in variables of their own stay in registers, where those in an array
 * would be written and read again at every tap. */
static void
across_3 (const guint8 *row, const tap_table *t, int n, guint8 *out)
{
  for (int i = 0; i < n; i++, out += 3)
    {
      const guint8 *p = row + (gsize) t->first[i] * 3;
      const gint32 *w = t->weights + (gsize) i * (gsize) t->n_taps, *end = w + t->count[i];
      gint32 a = WEIGHT_HALF, b = WEIGHT_HALF, c = WEIGHT_HALF;

      for (; w < end; w++, p += 3)
        {
          a += p[0] * *w;
          b += p[1] * *w;
          c += p[2] * *w;
        }
      out[0] = round_to_8 (a);
      out[1] = round_to_8 (b);
      out[2] = round_to_8 (c);
    }
}

static void
across_4 (const guint8 *row, const tap_table *t, int n, guint8 *out)
{
  for (int i = 0; i < n; i++, out += 4)
    {
      const guint8 *p = row + (gsize) t->first[i] * 4;
      const gint32 *w = t->weights + (gsize) i * (gsize) t->n_taps, *end = w + t->count[i];
      gint32 a = WEIGHT_HALF, b = WEIGHT_HALF, c = WEIGHT_HALF, d = WEIGHT_HALF;

      for (; w < end; w++, p += 4)
        {
          a += p[0] * *w;
          b += p[1] * *w;
          c += p[2] * *w;
          d += p[3] * *w;
        }
      out[0] = round_to_8 (a);
      out[1] = round_to_8 (b);
      out[2] = round_to_8 (c);
      out[3] = round_to_8 (d);
    }
}

/* Up to COLUMN_BLOCK bytes of one output row: sums stay in registers, input rows are read in order. */
static inline void
down_block (const guint8 *column, gsize stride, const gint32 *weights, int count, int n, guint8 *out)
{
  gint32 sum[COLUMN_BLOCK];

  for (int i = 0; i < n; i++)
    sum[i] = WEIGHT_HALF;
  for (int j = 0; j < count; j++, column += stride)
    for (int i = 0; i < n; i++)
      sum[i] += column[i] * weights[j];
  for (int i = 0; i < n; i++)
    out[i] = round_to_8 (sum[i]);
}

static void
down (const guint8 *rows, gsize stride, const tap_table *t, int row, gsize n_bytes, guint8 *out)
{
  const gint32 *weights = t->weights + (gsize) row * (gsize) t->n_taps;
  gsize i = 0;

  for (; i + COLUMN_BLOCK <= n_bytes; i += COLUMN_BLOCK)
    down_block (rows + i, stride, weights, t->count[row], COLUMN_BLOCK, out + i);
  down_block (rows + i, stride, weights, t->count[row], (int) (n_bytes - i), out + i);
}

static gboolean
fail_memory (int width, int height, GError **error)
{
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory to resize to %d x %d", width, height);
  return FALSE;
}

/* Source index of each output position. Pillow adds the step up, and where the sum falls on a pixel's edge its last
 * bit decides, so this does the same; a strip too long for that to matter is computed directly. */
static int *
nearest_indices (int in, gint64 out, gint64 from, int n)
{
  const gint64 longest_sum = 1 << 24;
  int *indices = g_try_new (int, n);
  double step = (double) in / (double) out, at = step * 0.5;

  if (indices == NULL)
    return NULL;
  for (gint64 i = 0; i < from && out <= longest_sum; i++)
    at += step;
  for (int i = 0; i < n; i++, at += step)
    {
      if (out > longest_sum)
        at = ((double) (from + i) + 0.5) * (double) in / (double) out;
      indices[i] = (int) MIN (at, in - 1.0);
    }
  return indices;
}

static gboolean
resample_nearest (const image *in, const resample_part *part, image *out, GError **error)
{
  gsize channels = (gsize) in->channels;
  g_autofree int *columns = nearest_indices (in->width, part->full_width, part->x, part->width);
  g_autofree int *rows = nearest_indices (in->height, part->full_height, part->y, part->height);

  if (columns == NULL || rows == NULL || !image_reserve (out, part->width, part->height, in->channels))
    return fail_memory (part->width, part->height, error);
  guint8 *to = out->pixels;
  for (int y = 0; y < part->height; y++)
    {
      const guint8 *row = in->pixels + (gsize) rows[y] * (gsize) in->width * channels;
      for (int x = 0; x < part->width; x++)
        {
          const guint8 *from = row + (gsize) columns[x] * channels;
          for (gsize c = 0; c < channels; c++)
            *to++ = from[c];
        }
    }
  return TRUE;
}

/* The horizontal pass over input rows first .. first + n - 1. */
static guint8 *
pass_across (const image *in, const resample_part *part, view_filter filter, int first, int n)
{
  g_auto (tap_table) taps = { 0 };
  gsize stride = (gsize) in->width * (gsize) in->channels;
  gsize out_stride = (gsize) part->width * (gsize) in->channels;

  if (!tap_table_init (&taps, in->width, part->full_width, part->x, part->width, filter)
      || out_stride > G_MAXSSIZE / (gsize) n)
    return NULL;
  guint8 *passed = g_try_malloc (out_stride * (gsize) n);
  if (passed == NULL)
    return NULL;
  for (int y = 0; y < n; y++)
    {
      const guint8 *row = in->pixels + (gsize) (first + y) * stride;
      guint8 *to = passed + (gsize) y * out_stride;
      if (in->channels == 3)
        across_3 (row, &taps, part->width, to);
      else
        across_4 (row, &taps, part->width, to);
    }
  return passed;
}

gboolean
resample_to_part (const image *in, const resample_part *part, view_filter filter, image *out, GError **error)
{
  g_auto (tap_table) taps = { 0 };
  g_autofree guint8 *passed = NULL;
  int last_row = part->height - 1;
  gsize channels = (gsize) in->channels, n_bytes = (gsize) part->width * channels;

  g_return_val_if_fail (in != out && (in->channels == 3 || in->channels == 4), FALSE);
  if (filter == FILTER_NEAREST)
    return resample_nearest (in, part, out, error);
  if (!tap_table_init (&taps, in->height, part->full_height, part->y, part->height, filter)
      || !image_reserve (out, part->width, part->height, in->channels))
    return fail_memory (part->width, part->height, error);

  const guint8 *rows = in->pixels + (gsize) part->x * channels;
  gsize stride = (gsize) in->width * channels;
  int first = 0;
  if (in->width != part->full_width)
    {
      first = taps.first[0];
      passed = pass_across (in, part, filter, first, taps.first[last_row] + taps.count[last_row] - first);
      if (passed == NULL)
        return fail_memory (part->width, part->height, error);
      rows = passed;
      stride = n_bytes;
    }
  for (int y = 0; y < part->height; y++)
    down (rows + (gsize) (taps.first[y] - first) * stride, stride, &taps, y, n_bytes,
          out->pixels + (gsize) y * n_bytes);
  return TRUE;
}

gboolean
resample (const image *in, int width, int height, view_filter filter, image *out, GError **error)
{
  resample_part whole = { .full_width = width, .full_height = height, .width = width, .height = height };

  return resample_to_part (in, &whole, filter, out, error);
}
