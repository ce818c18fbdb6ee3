/* Layers of float values and what is done to them. Sums run in a fixed order per value, so that results do not depend
 * on how the compiler vectorises. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/steady.h"
#include "image/corrupt_parts.h"

#define BLOCK 32 /* values at once: a count the compiler knows becomes vector instructions */

gpointer
corruption_room (gsize n, gsize size, GError **error)
{
  gpointer room = n <= G_MAXSSIZE / size ? g_try_malloc_n (n, size) : NULL;

  if (room == NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                 "not enough memory to corrupt it (%" G_GSIZE_FORMAT " values of %" G_GSIZE_FORMAT " bytes)", n, size);
  return room;
}

gboolean
layer_init (layer *l, int width, int height, int channels, GError **error)
{
  *l = (layer){ .width = width, .height = height, .channels = channels };
  l->v = corruption_room ((gsize) width * (gsize) height * (gsize) channels, sizeof (float), error);
  return l->v != NULL;
}

void
layer_clear (layer *l)
{
  g_free (l->v);
  *l = (layer){ 0 };
}

gboolean
layer_of_picture (layer *l, const image *im, GError **error)
{
  if (!layer_init (l, im->width, im->height, 3, error))
    return FALSE;
  gsize n = (gsize) im->width * (gsize) im->height, channels = (gsize) im->channels;
  for (gsize i = 0; i < n; i++)
    for (gsize c = 0; c < 3; c++)
      l->v[3 * i + c] = (float) im->pixels[channels * i + c] / 255.0f;
  return TRUE;
}

guint8
layer_byte (float value)
{
  float v = value * 255.0f + 0.5f;
  return v <= 0.0f ? 0 : v >= 255.0f ? 255 : (guint8) v;
}

void
layer_to_picture (const layer *l, image *im)
{
  gsize n = (gsize) im->width * (gsize) im->height, channels = (gsize) im->channels;

  for (gsize i = 0; i < n; i++)
    for (gsize c = 0; c < 3; c++)
      im->pixels[channels * i + c] = layer_byte (l->v[3 * i + c]);
}

int
edge_nearest (int i, int n)
{
  return CLAMP (i, 0, n - 1);
}

int
edge_mirror (int i, int n)
{
  int period = 2 * n;

  i = ((i % period) + period) % period;
  return i < n ? i : period - 1 - i;
}

int
edge_mirror_once (int i, int n)
{
  if (n == 1)
    return 0;
  int period = 2 * n - 2;
  i = ((i % period) + period) % period;
  return i < n ? i : period - i;
}

/* ---- separable filters */

/* to[i] = sum over k of weights[k] * from[k][i], for `n` <= BLOCK values. */
static inline void
weigh (const float *const *from, gsize at, gsize n, const float *weights, int taps, float *to)
{
  float sums[BLOCK] = { 0 };

  if (n == BLOCK)
    for (int k = 0; k < taps; k++)
      for (int i = 0; i < BLOCK; i++)
        sums[i] += weights[k] * from[k][at + (gsize) i];
  else
    for (int k = 0; k < taps; k++)
      for (gsize i = 0; i < n; i++)
        sums[i] += weights[k] * from[k][at + i];
  memcpy (to, sums, n * sizeof *to);
}

/* `lines` has room for 2 * reach + 1. */
static void
filter_rows (const layer *l, const float *weights, int reach, float *wide, const float **lines, layer *out)
{
  gsize channels = (gsize) l->channels, row = (gsize) l->width * channels;

  for (int k = 0; k <= 2 * reach; k++)
    lines[k] = wide + (gsize) k * channels;
  for (int y = 0; y < l->height; y++)
    {
      const float *in = l->v + (gsize) y * row;
      for (int x = -reach; x < l->width + reach; x++)
        memcpy (wide + (gsize) (x + reach) * channels, in + (gsize) edge_nearest (x, l->width) * channels,
                channels * sizeof (float));
      for (gsize i = 0; i < row; i += BLOCK)
        weigh (lines, i, MIN (row - i, BLOCK), weights, 2 * reach + 1, out->v + (gsize) y * row + i);
    }
}

/* A few columns from top to bottom, then the next few: what is read again stays in the cache. */
static void
filter_columns (const layer *in, const float *weights, int reach, const float **lines, layer *out)
{
  gsize row = (gsize) in->width * (gsize) in->channels;

  for (gsize i = 0; i < row; i += BLOCK)
    for (int y = 0; y < in->height; y++)
      {
        for (int k = 0; k <= 2 * reach; k++)
          lines[k] = in->v + (gsize) edge_nearest (y + k - reach, in->height) * row;
        weigh (lines, i, MIN (row - i, BLOCK), weights, 2 * reach + 1, out->v + (gsize) y * row + i);
      }
}

static void
gaussian_weights (double sigma, int reach, float *weights)
{
  double sum = 0.0;

  for (int k = -reach; k <= reach; k++)
    sum += steady_exp (-0.5 * k * k / (sigma * sigma));
  for (int k = -reach; k <= reach; k++)
    weights[k + reach] = (float) (steady_exp (-0.5 * k * k / (sigma * sigma)) / sum);
}

gboolean
layer_gaussian (layer *l, double sigma, int reach, GError **error)
{
  if (sigma < 1e-3 || reach == 0)
    return TRUE;
  g_auto (layer) across = { 0 }, wide = { 0 };
  if (!layer_init (&across, l->width, l->height, l->channels, error)
      || !layer_init (&wide, l->width + 2 * reach, 1, l->channels, error))
    return FALSE;
  g_autofree float *weights = g_new (float, 2 * reach + 1);
  g_autofree const float **lines = g_new (const float *, 2 * reach + 1);
  gaussian_weights (sigma, reach, weights);
  filter_rows (l, weights, reach, wide.v, lines, &across);
  filter_columns (&across, weights, reach, lines, l);
  return TRUE;
}

/* One box mean of `n` values, `step` apart, into `out` (contiguous); edges mirrored. */
static void
box_line (const float *v, int n, gsize step, int reach, float *out)
{
  double sum = 0.0;

  for (int i = -reach; i <= reach; i++)
    sum += (double) v[(gsize) edge_mirror (i, n) * step];
  for (int i = 0; i < n; i++)
    {
      out[i] = (float) (sum / (2 * reach + 1));
      sum += (double) v[(gsize) edge_mirror (i + reach + 1, n) * step]
             - (double) v[(gsize) edge_mirror (i - reach, n) * step];
    }
}

gboolean
layer_smooth (layer *l, double sigma, GError **error)
{
  /* four boxes of width b have the variance 4 (b^2 - 1) / 12 */
  int reach = (int) floor (sqrt (3.0 * sigma * sigma + 1.0) / 2.0), c = l->channels;
  if (reach == 0)
    return TRUE;
  g_auto (layer) line = { 0 };
  if (!layer_init (&line, MAX (l->width, l->height), 1, 1, error))
    return FALSE;
  for (int pass = 0; pass < 4; pass++)
    {
      for (int i = 0; i < l->height * c; i++)
        {
          float *row = l->v + (gsize) (i / c) * (gsize) l->width * (gsize) c + i % c;
          box_line (row, l->width, (gsize) c, reach, line.v);
          for (int x = 0; x < l->width; x++)
            row[(gsize) x * (gsize) c] = line.v[x];
        }
      gsize stride = (gsize) l->width * (gsize) c;
      for (gsize i = 0; i < stride; i++)
        {
          box_line (l->v + i, l->height, stride, reach, line.v);
          for (int y = 0; y < l->height; y++)
            l->v[(gsize) y * stride + i] = line.v[y];
        }
    }
  return TRUE;
}

/* ---- motion */

/* to += weight * from, moved by `shift` pixels, edges extended */
static void
add_shifted (float *restrict to, const float *restrict from, int width, int channels, int shift, float weight)
{
  int first = CLAMP (-shift, 0, width), last = CLAMP (width - shift, first, width);

  for (int x = 0; x < first; x++)
    for (int c = 0; c < channels; c++)
      to[x * channels + c] += weight * from[edge_nearest (x + shift, width) * channels + c];
  int i = first * channels;
  for (; i + BLOCK <= last * channels; i += BLOCK)
    for (int j = 0; j < BLOCK; j++)
      to[i + j] += weight * from[i + j + shift * channels];
  for (; i < last * channels; i++)
    to[i] += weight * from[i + shift * channels];
  for (int x = last; x < width; x++)
    for (int c = 0; c < channels; c++)
      to[x * channels + c] += weight * from[edge_nearest (x + shift, width) * channels + c];
}

gboolean
layer_motion (layer *l, int length, double sigma, double dx, double dy, GError **error)
{
  g_auto (layer) out = { 0 };

  if (!layer_init (&out, l->width, l->height, l->channels, error))
    return FALSE;
  double sum = 0.0;
  for (int i = 0; i < length; i++)
    sum += steady_exp (-0.5 * i * i / (sigma * sigma));
  gsize row = (gsize) l->width * (gsize) l->channels;
  memset (out.v, 0, row * (gsize) l->height * sizeof (float));
  for (int y = 0; y < l->height; y++)
    for (int i = 0; i < length; i++)
      {
        int from_y = edge_nearest (y + (int) ceil (i * dy - 0.5), l->height), shift = (int) ceil (i * dx - 0.5);
        float w = (float) (steady_exp (-0.5 * i * i / (sigma * sigma)) / sum);
        add_shifted (out.v + (gsize) y * row, l->v + (gsize) from_y * row, l->width, l->channels, shift, w);
      }
  float *v = l->v;
  l->v = out.v;
  out.v = v;
  return TRUE;
}

/* ---- interpolation */

/* Where the pixels 0 .. n - 1 of a zoomed line come from: the left one of two, and the share of the right one. */
static void
zoom_positions (int n, double zoom, int *from, float *share)
{
  int crop = MIN ((int) ceil (n / zoom), n), start = (n - crop) / 2;
  int size = MAX ((int) floor (crop * zoom + 0.5), n), trim = (size - n) / 2;
  double step = size > 1 ? (crop - 1.0) / (size - 1.0) : 0.0;

  for (int i = 0; i < n; i++)
    {
      double at = (i + trim) * step;
      int left = CLAMP ((int) at, 0, MAX (crop - 2, 0));
      from[i] = start + left;
      share[i] = crop > 1 ? (float) (at - left) : 0.0f;
    }
}

gboolean
layer_add_zoomed (layer *out, const layer *in, double zoom, float weight, GError **error)
{
  int w = in->width, h = in->height, n = in->channels;
  g_auto (layer) share = { 0 };

  if (!layer_init (&share, w + h, 1, 1, error))
    return FALSE;
  g_autofree int *from = corruption_room ((gsize) w + (gsize) h, sizeof (int), error);
  if (from == NULL)
    return FALSE;
  float *fx = share.v, *fy = share.v + w;
  zoom_positions (w, zoom, from, fx);
  zoom_positions (h, zoom, from + w, fy);
  gsize row = (gsize) w * (gsize) n;
  for (int y = 0; y < h; y++)
    {
      const float *top = in->v + (gsize) from[w + y] * row, *bottom = top + (from[w + y] + 1 < h ? row : 0);
      float *to = out->v + (gsize) y * row, v = fy[y];
      for (int x = 0; x < w; x++)
        {
          int a = from[x] * n, b = from[x] + 1 < w ? a + n : a;
          for (int c = 0; c < n; c++)
            {
              float upper = top[a + c] + (top[b + c] - top[a + c]) * fx[x];
              float lower = bottom[a + c] + (bottom[b + c] - bottom[a + c]) * fx[x];
              *to++ += weight * (upper + (lower - upper) * v);
            }
        }
    }
  return TRUE;
}

float
layer_at (const layer *l, float x, float y, int c)
{
  float left = floorf (x), top = floorf (y), fx = x - left, fy = y - top;
  gsize x0 = (gsize) edge_mirror ((int) left, l->width), x1 = (gsize) edge_mirror ((int) left + 1, l->width);
  gsize y0 = (gsize) edge_mirror ((int) top, l->height), y1 = (gsize) edge_mirror ((int) top + 1, l->height);
  gsize w = (gsize) l->width, n = (gsize) l->channels, k = (gsize) c;
  const float *v = l->v;
  float upper = v[(y0 * w + x0) * n + k] * (1.0f - fx) + v[(y0 * w + x1) * n + k] * fx;
  float lower = v[(y1 * w + x0) * n + k] * (1.0f - fx) + v[(y1 * w + x1) * n + k] * fx;

  return upper * (1.0f - fy) + lower * fy;
}
