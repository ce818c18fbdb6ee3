/* Skies and landscapes of the demo scenes: clouds in perspective, and ground found by walking away from the eye column
 * by column. */
#include "image/scene_tools.h"

#include <math.h>

void
sky_init (sky *s, canvas *c, float horizon)
{
  dice *d = &c->dice;
  float h = (float) c->height;

  *s = (sky){
    .zenith = colour_of (0x3a78c2),
    .low = colour_of (0xc2d9ea),
    .cloud = colour_of (0xfafaf8),
    .cloud_shade = colour_of (0x9fabb9),
    .sun = { 1.15f, 1.1f, 1.0f },
    .glow = 0.25f,
    .horizon = horizon,
  };
  s->sun_x = dice_roll (d, -0.2f, 1.2f) * (float) c->width;
  s->sun_y = dice_roll (d, -0.4f, 0.1f) * h;
  s->cover = dice_roll (d, -0.35f, 0.3f);
  s->cloud_size = dice_roll (d, 0.7f, 1.5f);
  s->shift_x = dice_roll (d, 0.0f, 200.0f);
  s->shift_y = dice_roll (d, 0.0f, 200.0f);
}

/* How thick the clouds are at a place of their plane. */
static float
cloud_at (const canvas *c, const sky *s, float x, float y, int octaves)
{
  return noise_octaves (c, x, y, octaves) * 1.3f + 0.2f * noise_at (c, x * 0.31f + 7.0f, y * 0.31f, NULL) + s->cover;
}

colour
sky_at (const canvas *c, const sky *s, float x, float y)
{
  float h = (float) c->height, up = (s->horizon - y) / MAX (s->horizon, 0.3f * h);
  float sx = (x - s->sun_x) / h, sy = (y - s->sun_y) / h, near = 1.0f / (1.0f + 6.0f * (sx * sx + sy * sy));

  up = CLAMP (up, 0.0f, 1.2f);
  colour clear = colour_mix (s->low, s->zenith, 1.0f - fade (2.2f * up));
  clear = colour_mix (clear, s->sun, s->glow * near * near);
  if (s->cover < -0.9f)
    return clear;

  /* the clouds' plane, seen from below; far ones keep fewer octaves, so that they do not flicker */
  float distance = 1.0f / (up + 0.16f), px = (x / h - 0.6f) * distance * 1.5f / s->cloud_size + s->shift_x;
  float py = distance * 2.2f / s->cloud_size + s->shift_y;
  float thick = cloud_at (c, s, px, py, 7), cover = ramp (-0.02f, 0.42f, thick);
  if (cover <= 0.0f)
    return clear;
  float towards = 0.12f / (0.3f + sqrtf (sx * sx + sy * sy));
  float shade = thick - cloud_at (c, s, px - sx * towards * 2.0f, py - sy * towards * 0.6f, 4);
  float lit = ramp (-0.35f, 0.4f, shade - 0.25f * thick + 0.12f);
  colour cloud = colour_mix (s->cloud_shade, s->cloud, lit);
  cloud = colour_mix (cloud, s->sun, 0.5f * s->glow * near * near);
  return colour_mix (clear, cloud, cover * ramp (-0.02f, 0.18f, up) * 0.96f);
}

void
sky_paint (canvas *c, const sky *s)
{
  int rows = MIN ((int) s->horizon + 3, c->height);

  for (int y = 0; y < rows; y++)
    for (int x = 0; x < c->width; x++)
      canvas_blend (c, x, y, sky_at (c, s, (float) x, (float) y), 1.0f);
}

/* One column, from near to far: where the ground rises above all that was seen before, it is seen. */
static void
find_ground (canvas *c, const landscape *l, int x)
{
  float side = ((float) x - 0.5f * (float) c->width) / l->focal;
  float top = (float) c->height, last_row = top, last_z = l->from;

  for (float z = l->from; z < l->to && top > 0.0f; z *= l->stride)
    {
      float h = l->height (c, l->land, side * z, z, z * 3.0f / l->focal, NULL);
      float row = l->horizon - (h - l->eye) / z * l->focal;
      if (row < top)
        {
          int stop = MAX ((int) ceilf (row), 0);
          for (int y = (int) ceilf (top) - 1; y >= stop; y--)
            {
              /* between two steps the ground is taken as straight; what a ridge hid has no place between */
              float t = last_row > row ? (last_row - (float) y) / (last_row - row) : 1.0f;
              c->depth[(gsize) y * (gsize) c->width + (gsize) x] = last_z + (z - last_z) * CLAMP (t, 0.0f, 1.0f);
            }
          top = row;
        }
      last_row = row;
      last_z = z;
    }
}

float
landscape_near (const canvas *c, const landscape *l)
{
  float highest = 0.0f, wide = 0.5f * (float) c->width / l->focal;

  for (float z = l->from; z < l->from + 4.0f; z += 0.4f)
    for (float side = -wide; side <= wide; side += 0.25f * wide)
      highest = MAX (highest, l->height (c, l->land, side * z, z, z / l->focal, NULL));
  return highest;
}

void
landscape_paint (canvas *c, const landscape *l)
{
  for (int x = 0; x < c->width; x++)
    find_ground (c, l, x);
  for (int y = 0; y < c->height; y++)
    for (int x = 0; x < c->width; x++)
      {
        float z = c->depth[(gsize) y * (gsize) c->width + (gsize) x];
        if (z <= 0.0f && y > (int) l->horizon)
          canvas_blend (c, x, y, l->haze, 1.0f);
        if (z <= 0.0f)
          continue;
        float wx = ((float) x - 0.5f * (float) c->width) / l->focal * z, fine = z / l->focal, slope[2];
        float h = l->height (c, l->land, wx, z, fine, slope);
        colour ground = l->shade (c, l->land, wx, z, h, slope, fine);
        canvas_blend (c, x, y, colour_mix (l->haze, ground, fade (z / l->haze_length)), 1.0f);
      }
}
