/* Random numbers, noise and brushes for the demo scenes. See scene_tools.h for how the same pixels come out
 * everywhere. */
#include "image/scene_tools.h"

#include <math.h>

static guint64
dice_next (dice *d)
{
  guint64 z = d->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

float
dice_roll (dice *d, float low, float high)
{
  return low + (high - low) * ((float) (dice_next (d) >> 40) / 16777216.0f);
}

int
dice_pick (dice *d, int n)
{
  return (int) ((dice_next (d) >> 33) % (guint64) n);
}

gboolean
dice_chance (dice *d, int percent)
{
  return dice_pick (d, 100) < percent;
}

colour
colour_of (guint32 rgb)
{
  float r = (float) (rgb >> 16 & 255) / 255.0f, g = (float) (rgb >> 8 & 255) / 255.0f, b = (float) (rgb & 255) / 255.0f;

  return (colour){ r * r, g * g, b * b };
}

colour
colour_mix (colour a, colour b, float t)
{
  return (colour){ a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t };
}

colour
colour_scale (colour a, float k)
{
  return (colour){ a.r * k, a.g * k, a.b * k };
}

colour
colour_times (colour a, colour b)
{
  return (colour){ a.r * b.r, a.g * b.g, a.b * b.b };
}

float
ramp (float low, float high, float x)
{
  float t = (x - low) / (high - low);

  t = CLAMP (t, 0.0f, 1.0f);
  return t * t * (3.0f - 2.0f * t);
}

float
fade (float x)
{
  return 1.0f / (1.0f + x * (1.0f + x * (0.5f + x * (0.1667f + x * 0.0417f))));
}

float
noise_power (float x, int n)
{
  float product = 1.0f;

  for (int i = 0; i < n; i++)
    product *= x;
  return product;
}

static inline int
floor_of (float x)
{
  int i = (int) x;

  return i - (x < (float) i);
}

float
noise_at (const canvas *c, float x, float y, float slope[2])
{
  int ix = floor_of (x), iy = floor_of (y);
  float fx = x - (float) ix, fy = y - (float) iy;
  const guint8 *left = c->lattice + (c->lattice[ix & 255]), *right = c->lattice + (c->lattice[(ix + 1) & 255]);
  const float *g00 = c->gradients[left[iy & 255]], *g10 = c->gradients[right[iy & 255]];
  const float *g01 = c->gradients[left[(iy + 1) & 255]], *g11 = c->gradients[right[(iy + 1) & 255]];
  float u = fx * fx * fx * (fx * (fx * 6.0f - 15.0f) + 10.0f), v = fy * fy * fy * (fy * (fy * 6.0f - 15.0f) + 10.0f);
  float a = g00[0] * fx + g00[1] * fy, b = g10[0] * (fx - 1.0f) + g10[1] * fy;
  float d = g01[0] * fx + g01[1] * (fy - 1.0f), e = g11[0] * (fx - 1.0f) + g11[1] * (fy - 1.0f);
  float k = a - b - d + e;

  if (slope != NULL)
    {
      float du = 30.0f * fx * fx * (fx * (fx - 2.0f) + 1.0f), dv = 30.0f * fy * fy * (fy * (fy - 2.0f) + 1.0f);
      for (int i = 0; i < 2; i++)
        slope[i] = g00[i] + u * (g10[i] - g00[i]) + v * (g01[i] - g00[i]) + u * v * (g00[i] - g10[i] - g01[i] + g11[i]);
      slope[0] += du * (b - a + v * k);
      slope[1] += dv * (d - a + u * k);
    }
  return a + u * (b - a) + v * (d - a) + u * v * k;
}

float
noise_octaves (const canvas *c, float x, float y, int octaves)
{
  float sum = 0.0f, weight = 1.0f;

  for (int i = 0; i < octaves; i++)
    {
      sum += weight * noise_at (c, x, y, NULL);
      float turned = 1.6f * x - 1.2f * y + 17.3f;
      y = 1.2f * x + 1.6f * y + 5.9f;
      x = turned;
      weight *= 0.5f;
    }
  return sum;
}

float
noise_texture (const canvas *c, float x, float y, float fine, int octaves)
{
  float k = 1.0f;

  fine = CLAMP (fine, 1e-6f, 1e6f);
  while (k * fine < 0.2f)
    k *= 2.0f;
  while (k * fine >= 0.4f)
    k *= 0.5f;
  /* two neighbouring scales cross-fade, or rings of equal distance would show where the scale changes */
  float t = (k * fine - 0.2f) / 0.2f, coarse = 0.5f * k, scale = coarse, weight = 1.0f, sum = 0.0f;
  sum = (1.0f - t) * noise_at (c, x * k + 11.7f, y * k, NULL);
  for (int i = 0; i < octaves - 1; i++)
    {
      sum += weight * noise_at (c, x * scale + 3.1f * (float) i, y * scale, NULL);
      scale *= 0.5f;
      weight *= 0.9f;
    }
  return sum * 0.62f;
}

float
noise_grain (const canvas *c, int x, int y)
{
  guint32 h = (guint32) x * 0x8da6b343u + (guint32) y * 0xd8163841u + c->lattice[0] * 0xcb1ab31fu + c->lattice[1];

  h = (h ^ (h >> 15)) * 0x2c1b3c6du;
  h = (h ^ (h >> 12)) * 0x297a2d39u;
  return (float) ((h ^ (h >> 15)) >> 8) / 16777216.0f;
}

void
canvas_blend (canvas *c, int x, int y, colour what, float cover)
{
  if (x < 0 || y < 0 || x >= c->width || y >= c->height)
    return;
  float *p = c->light + ((gsize) y * (gsize) c->width + (gsize) x) * 3;
  p[0] += (what.r - p[0]) * cover;
  p[1] += (what.g - p[1]) * cover;
  p[2] += (what.b - p[2]) * cover;
}

colour
canvas_at (const canvas *c, int x, int y)
{
  x = CLAMP (x, 0, c->width - 1);
  y = CLAMP (y, 0, c->height - 1);
  const float *p = c->light + ((gsize) y * (gsize) c->width + (gsize) x) * 3;
  return (colour){ p[0], p[1], p[2] };
}

void
canvas_dab (canvas *c, float x, float y, float rx, float ry, float dx, float dy, colour what, float cover)
{
  float reach = MAX (rx, ry) + 1.0f;
  int left = MAX (floor_of (x - reach), 0), right = MIN (floor_of (x + reach) + 1, c->width - 1);
  int top = MAX (floor_of (y - reach), 0), bottom = MIN (floor_of (y + reach) + 1, c->height - 1);
  float thin = MIN (rx, ry);

  for (int j = top; j <= bottom; j++)
    for (int i = left; i <= right; i++)
      {
        float px = (float) i - x, py = (float) j - y;
        float along = (px * dx + py * dy) / rx, across = (py * dx - px * dy) / ry;
        float inside = (1.0f - sqrtf (along * along + across * across)) * thin + 0.5f;
        if (inside > 0.0f)
          canvas_blend (c, i, j, what, MIN (inside, 1.0f) * cover);
      }
}

void
canvas_stroke (canvas *c, float x0, float y0, float x1, float y1, float w0, float w1, colour what, float cover)
{
  float dx = x1 - x0, dy = y1 - y0;
  gboolean steep = fabsf (dy) > fabsf (dx);
  float from = steep ? y0 : x0, length = steep ? dy : dx;
  if (fabsf (length) < 0.001f)
    return;
  /* a slanting line is cut wider than it is */
  float slant = sqrtf (dx * dx + dy * dy) / fabsf (length);
  float low = MIN (from, from + length), high = MAX (from, from + length);
  int last = MIN (floor_of (high + 0.5f), steep ? c->height - 1 : c->width - 1);

  for (int i = MAX (floor_of (low + 0.5f), 0); i <= last; i++)
    {
      float t = ((float) i - from) / length;
      t = CLAMP (t, 0.0f, 1.0f);
      float middle = steep ? x0 + dx * t : y0 + dy * t, half = 0.5f * slant * (w0 + (w1 - w0) * t);
      for (int j = floor_of (middle - half); j <= floor_of (middle + half) + 1; j++)
        {
          float part = MIN ((float) j + 0.5f, middle + half) - MAX ((float) j - 0.5f, middle - half);
          if (part > 0.0f)
            canvas_blend (c, steep ? j : i, steep ? i : j, what, MIN (part, 1.0f) * cover);
        }
    }
}

void
canvas_blade (canvas *c, float x, float y, float length, float lean, float bend, float w, colour root, colour tip)
{
  const int parts = 4;
  float px = x, py = y;

  for (int i = 1; i <= parts; i++)
    {
      float t = (float) i / (float) parts, nx = x + lean * t + bend * t * t;
      float ny = y - length * t * (1.0f - 0.2f * t * fabsf (bend) / (fabsf (length) + 1.0f));
      canvas_stroke (c, px, py, nx, ny, w * (1.15f - t + 0.25f), w * (1.15f - t), colour_mix (root, tip, t), 1.0f);
      px = nx;
      py = ny;
    }
}
