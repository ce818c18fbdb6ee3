/* Weather, all of it drawn here: no picture from elsewhere is laid over another. Frost stands in corrupt_frost.c. */
#include <math.h>
#include <string.h>

#include "base/steady.h"
#include "image/corrupt_parts.h"

/* ---- snow */

/* Normal values, enlarged: flakes of `zoom` pixels where a value is above `threshold`. */
static gboolean
flakes (corruption *c, double deviation, double zoom, double threshold, layer *l, GError **error)
{
  g_auto (layer) fine = { 0 };
  gsize n = (gsize) c->im->width * (gsize) c->im->height;

  if (!layer_init (&fine, c->im->width, c->im->height, 1, error) || !layer_init (l, fine.width, fine.height, 1, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    fine.v[i] = (float) (c->amount + deviation * random_normal (&c->random));
  memset (l->v, 0, n * sizeof (float));
  if (!layer_add_zoomed (l, &fine, zoom, 1.0f, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    l->v[i] = l->v[i] < (float) threshold ? 0.0f : MIN (l->v[i], 1.0f);
  return TRUE;
}

gboolean
corrupt_with_snow (corruption *c, GError **error)
{
  static const double zooms[5] = { 3, 2, 4, 4.5, 2.5 }, thresholds[5] = { .5, .5, .9, .85, .85 };
  static const double radii[5] = { 10, 12, 12, 12, 12 }, sigmas[5] = { 4, 4, 8, 8, 12 };
  static const double kept[5] = { .8, .7, .7, .65, .55 };
  g_auto (layer) l = { 0 }, snow = { 0 };
  float keep = (float) corruption_between (c, kept);
  double angle = random_uniform (&c->random, -0.75 * G_PI, -0.25 * G_PI);
  int length = 2 * corruption_pixels (c, corruption_between (c, radii), 0) + 1;

  if (!layer_of_picture (&l, c->im, error)
      || !flakes (c, 0.3, MAX (corruption_between (c, zooms) * c->scale, 1.0), corruption_between (c, thresholds),
                  &snow, error)
      || !layer_motion (&snow, length, corruption_between (c, sigmas) * c->scale, steady_cos (angle),
                        steady_sin (angle), error))
    return FALSE;
  gsize n = (gsize) l.width * (gsize) l.height;
  for (gsize i = 0; i < n; i++)
    {
      float *p = l.v + 3 * i, white = (0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2]) * 1.5f + 0.5f;
      /* the same layer once more, upside down, thickens the fall */
      float flake = snow.v[i] + snow.v[n - 1 - i];
      for (int k = 0; k < 3; k++)
        p[k] = keep * p[k] + (1.0f - keep) * MAX (p[k], white) + flake;
    }
  layer_to_picture (&l, c->im);
  return TRUE;
}

/* ---- plasma */

/* Sets every second place of every second row, from (y0, x0) on, to the mean of its neighbours at the four `offsets`
 * and a wobble. */
static void
fill_means (layer *l, int y0, int x0, int step, const int offsets[4][2], double wobble, random_source *random)
{
  const int mask = PLASMA_SIZE - 1;

  for (int y = y0; y < PLASMA_SIZE; y += step)
    for (int x = x0; x < PLASMA_SIZE; x += step)
      {
        float sum = 0.0f;
        for (int i = 0; i < 4; i++)
          sum += l->v[((y + offsets[i][0]) & mask) * PLASMA_SIZE + ((x + offsets[i][1]) & mask)];
        l->v[y * PLASMA_SIZE + x] = 0.25f * sum + (float) random_uniform (random, -wobble, wobble);
      }
}

gboolean
plasma_init (layer *l, double decay, random_source *random, GError **error)
{
  double wobble = 1.0;

  if (!layer_init (l, PLASMA_SIZE, PLASMA_SIZE, 1, error))
    return FALSE;
  l->v[0] = 0.0f;
  for (int step = PLASMA_SIZE; step >= 2; step /= 2, wobble /= decay * decay)
    {
      int half = step / 2;
      const int corners[4][2] = { { -half, -half }, { -half, half }, { half, -half }, { half, half } };
      const int sides[4][2] = { { -half, 0 }, { half, 0 }, { 0, -half }, { 0, half } };
      fill_means (l, half, half, step, corners, wobble, random);
      fill_means (l, 0, half, step, sides, wobble, random);
      fill_means (l, half, 0, step, sides, wobble, random);
    }
  float low = l->v[0], high = l->v[0];
  for (int i = 1; i < PLASMA_SIZE * PLASMA_SIZE; i++)
    {
      low = MIN (low, l->v[i]);
      high = MAX (high, l->v[i]);
    }
  for (int i = 0; i < PLASMA_SIZE * PLASMA_SIZE; i++)
    l->v[i] = (l->v[i] - low) / (high - low);
  return TRUE;
}

float
plasma_at (const layer *l, float x, float y)
{
  const int mask = PLASMA_SIZE - 1;
  float left = floorf (x), top = floorf (y), fx = x - left, fy = y - top;
  int x0 = (int) left & mask, x1 = (x0 + 1) & mask, y0 = ((int) top & mask) * PLASMA_SIZE;
  int y1 = (y0 + PLASMA_SIZE) & (PLASMA_SIZE * PLASMA_SIZE - 1);
  float upper = l->v[y0 + x0] * (1.0f - fx) + l->v[y0 + x1] * fx;
  float lower = l->v[y1 + x0] * (1.0f - fx) + l->v[y1 + x1] * fx;

  return upper * (1.0f - fy) + lower * fy;
}

/* ---- fog and haze */

gboolean
corrupt_with_fog (corruption *c, GError **error)
{
  static const double decays[5] = { 2, 2, 1.7, 1.5, 1.4 };
  g_auto (layer) l = { 0 }, plasma = { 0 };
  float thickness = (float) c->amount, highest = 0.0f, fine = (float) (1.0 / c->scale);

  if (!layer_of_picture (&l, c->im, error) || !plasma_init (&plasma, corruption_between (c, decays), &c->random, error))
    return FALSE;
  gsize values = (gsize) l.width * (gsize) l.height * 3;
  for (gsize i = 0; i < values; i++)
    highest = MAX (highest, l.v[i]);
  float share = highest / (highest + thickness), *p = l.v;
  for (int y = 0; y < l.height; y++)
    for (int x = 0; x < l.width; x++)
      {
        float fog = thickness * plasma_at (&plasma, (float) x * fine, (float) y * fine);
        for (int k = 0; k < 3; k++, p++)
          *p = (*p + fog) * share;
      }
  layer_to_picture (&l, c->im);
  return TRUE;
}

/* Light scattered on the way: what comes through falls exponentially with distance, which grows towards the top and
 * varies a little with the ground; the rest is the light of the air, nearly grey. */
gboolean
corrupt_with_haze (corruption *c, GError **error)
{
  g_auto (layer) l = { 0 }, plasma = { 0 };
  double density = -steady_log (c->amount), slope = random_uniform (&c->random, 0.0, 1.2);
  float air[3], fine = (float) (1.0 / c->scale), grey = (float) random_uniform (&c->random, 0.65, 0.95);

  for (int k = 0; k < 3; k++)
    air[k] = CLAMP (grey + (float) random_uniform (&c->random, -0.04, 0.04), 0.0f, 1.0f);
  if (!layer_of_picture (&l, c->im, error) || !plasma_init (&plasma, 2.0, &c->random, error))
    return FALSE;
  float *p = l.v;
  for (int y = 0; y < l.height; y++)
    {
      double far = 1.0 + slope * (0.5 - (y + 0.5) / l.height);
      for (int x = 0; x < l.width; x++)
        {
          double distance = far * (0.85 + 0.3 * (double) plasma_at (&plasma, (float) x * fine, (float) y * fine));
          float through = (float) steady_exp (-density * distance);
          for (int k = 0; k < 3; k++, p++)
            *p = *p * through + air[k] * (1.0f - through);
        }
    }
  layer_to_picture (&l, c->im);
  return TRUE;
}
