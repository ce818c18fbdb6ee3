/* A city across the water at dusk: towers in the haze, lit windows, and all of it again upside down. */
#include "image/scene_tools.h"

#include <math.h>

typedef struct {
  colour wall, haze, glass, lamp;
  float mist; /* share of haze */
  float lit;  /* share of windows with light */
} block;

/* The windows of a facade: a grid whose pitch differs from house to house, glass that mirrors the sky, some lit. */
static void
paint_windows (canvas *c, const block *b, int x, int y, int w, int tall)
{
  dice *d = &c->dice;
  float unit = (float) c->height / 360.0f, px = dice_roll (d, 4.2f, 7.5f) * unit, py = dice_roll (d, 5.0f, 8.5f) * unit;
  float fill_x = dice_roll (d, 0.4f, 0.85f), fill_y = dice_roll (d, 0.4f, 0.7f);
  int floors = (int) ((float) tall / py) - 1, columns = (int) (((float) w - 2.0f) / px);
  gboolean bands = dice_chance (d, 25);

  for (int f = 0; f < floors; f++)
    {
      float busy = dice_roll (d, 0.2f, 1.8f) * b->lit;
      for (int k = 0; k < columns; k++)
        {
          float wx = (float) x + 1.0f + ((float) k + 0.5f * (1.0f - fill_x)) * px,
                wy = (float) y + ((float) f + 0.6f) * py;
          colour pane = colour_scale (b->glass, dice_roll (d, 0.5f, 1.3f));
          if (dice_roll (d, 0.0f, 1.0f) < busy)
            {
              float white = dice_roll (d, 0.0f, 0.8f), bright = dice_roll (d, 0.4f, 1.3f);
              pane = colour_scale (colour_mix (b->lamp, colour_of (0xfff2d8), white), bright);
            }
          pane = colour_mix (pane, b->haze, b->mist * 0.8f);
          canvas_stroke (c, wx, wy + 0.5f * fill_y * py, wx + px * (bands ? 1.0f : fill_x),
                         wy + 0.5f * fill_y * py + 0.01f, fill_y * py, fill_y * py, pane, 0.95f);
        }
    }
}

static void
paint_roof (canvas *c, colour wall, int x, int top, int w)
{
  dice *d = &c->dice;
  float unit = (float) c->height / 360.0f, middle = (float) x + 0.5f * (float) w, y = (float) top;

  switch (dice_pick (d, 5))
    {
    case 0: /* a spire */
      canvas_stroke (c, middle, y, middle, y - dice_roll (d, 18.0f, 46.0f) * unit, 3.0f * unit, 0.6f, wall, 1.0f);
      break;
    case 1: /* set back storeys */
      for (int i = 1; i <= 3; i++)
        canvas_stroke (c, middle, y + 1.0f, middle, y - 6.0f * unit * (float) i,
                       (float) w * (0.95f - 0.24f * (float) i), (float) w * (0.95f - 0.24f * (float) i), wall, 1.0f);
      break;
    case 2: /* a slanting top */
      canvas_stroke (c, middle, y + 1.0f, middle, y - dice_roll (d, 8.0f, 26.0f) * unit, (float) w, (float) w * 0.1f,
                     wall, 1.0f);
      break;
    default: /* plant rooms and masts */
      for (int i = 0; i < 3; i++)
        {
          float at = (float) x + dice_roll (d, 0.15f, 0.85f) * (float) w, wide = dice_roll (d, 0.8f, 8.0f) * unit;
          canvas_stroke (c, at, y + 1.0f, at, y - dice_roll (d, 2.0f, 9.0f) * unit, wide, wide, wall, 1.0f);
        }
    }
}

static void
paint_house (canvas *c, const block *b, int x, int ground, int w, int tall)
{
  dice *d = &c->dice;
  colour wall = colour_scale (b->wall, dice_roll (d, 0.55f, 1.5f));
  float bright = dice_roll (d, 0.85f, 1.35f), edge = dice_roll (d, 0.3f, 0.75f);
  int turn = x + (int) ((float) w * edge);

  paint_roof (c, colour_mix (wall, b->haze, b->mist), x, ground - tall, w);
  for (int i = MAX (x, 0); i < MIN (x + w, c->width); i++)
    for (int y = MAX (ground - tall, 0); y < ground; y++)
      {
        float up = (float) (ground - y) / (float) c->height,
              dirt = noise_octaves (c, (float) i * 0.11f, (float) y * 0.05f, 3);
        float side = i < turn ? bright : 0.6f, speck = noise_grain (c, i, y) - 0.5f;
        colour here = colour_scale (wall, side * (1.0f + 0.3f * dirt + 0.22f * speck));
        canvas_blend (c, i, y, colour_mix (here, b->haze, CLAMP (b->mist + 0.16f - 0.6f * up, 0.0f, 1.0f)), 1.0f);
      }
  paint_windows (c, b, x, ground - tall, w, tall);
}

static void
paint_skyline (canvas *c, const block *b, int ground, float middle, float low, float high)
{
  dice *d = &c->dice;
  float h = (float) c->height;
  int x = -(int) dice_roll (d, 0.0f, 0.08f * h);

  while (x < c->width)
    {
      int w = 1 + (int) (dice_roll (d, 0.045f, 0.15f) * h);
      float from = ((float) x + 0.5f * (float) w - middle) / (0.75f * h), peak = 1.0f / (1.0f + 3.5f * from * from);
      float tall = h * (low + (high - low) * peak * dice_roll (d, 0.25f, 1.0f));
      paint_house (c, b, x, ground, w, (int) tall);
      x += w + (dice_chance (d, 70) ? 0 : (int) dice_roll (d, 0.0f, 0.05f * h));
    }
}

/* The quay: a wall, lamps with their glow, trees. */
static void
paint_quay (canvas *c, int ground, const block *b)
{
  dice *d = &c->dice;
  float unit = (float) c->height / 360.0f;
  int n = 40 + dice_pick (d, 80);

  for (int i = 0; i < n; i++)
    {
      float x = dice_roll (d, 0.0f, 1.0f) * (float) c->width, size = dice_roll (d, 3.0f, 8.0f) * unit;
      for (int k = 0; k < 14; k++)
        {
          float at = x + dice_roll (d, -1.0f, 1.0f) * size, y = (float) ground - dice_roll (d, 0.3f, 1.5f) * size;
          colour leaf = colour_mix (colour_of (0x1a2420), colour_of (0x4a5238), dice_roll (d, 0.0f, 1.0f));
          canvas_dab (c, at, y, 2.2f * unit, 1.4f * unit, 0.8f, 0.6f, colour_scale (leaf, 0.8f), 0.9f);
        }
    }
  for (float x = dice_roll (d, 0.0f, 20.0f); x < (float) c->width; x += dice_roll (d, 14.0f, 30.0f) * unit)
    {
      float y = (float) ground - dice_roll (d, 6.0f, 9.0f) * unit;
      for (int ring = 4; ring >= 1; ring--)
        canvas_dab (c, x, y, 1.5f * unit * (float) ring, 1.5f * unit * (float) ring, 1.0f, 0.0f, b->lamp, 0.16f);
      canvas_dab (c, x, y, 1.3f * unit, 1.3f * unit, 1.0f, 0.0f, colour_scale (colour_of (0xfff0c8), 1.4f), 1.0f);
    }
  canvas_stroke (c, 0.0f, (float) ground, (float) c->width, (float) ground + 0.01f, 3.0f * unit, 3.0f * unit,
                 colour_of (0x2e2c30), 1.0f);
}

/* Ripples shift where each point of the water looks to: up and down far more than sideways, which draws lamps out. */
static void
paint_water (canvas *c, int ground, colour deep)
{
  dice *d = &c->dice;
  float rough = dice_roll (d, 0.5f, 1.6f), shift = dice_roll (d, 0.0f, 99.0f);

  for (int y = ground + 1; y < c->height; y++)
    for (int x = 0; x < c->width; x++)
      {
        float below = (float) (y - ground) / (float) c->height + 0.012f, z = 1.0f / below;
        float u = ((float) x - 0.5f * (float) c->width) / (float) c->height * z, slope[2];
        float wave = noise_octaves (c, u * 1.2f + shift, z * 3.2f, 4);
        noise_at (c, u * 2.5f, z * 7.0f + 3.0f * wave, slope);
        float reach = rough * (float) c->height * 0.09f * (0.25f + 2.0f * below);
        colour sum = { 0 };
        for (int k = 0; k < 3; k++)
          {
            int from = 2 * ground - y + (int) ((wave * 0.7f + 0.35f * slope[1]) * reach - (float) k * reach * 0.33f);
            colour seen = canvas_at (c, x + (int) (wave * 3.0f), CLAMP (from, 0, ground - 1));
            sum = (colour){ sum.r + seen.r / 3.0f, sum.g + seen.g / 3.0f, sum.b + seen.b / 3.0f };
          }
        float face = CLAMP (0.74f + 0.22f * slope[1] + 0.2f * wave - 0.35f * below, 0.2f, 0.95f);
        canvas_blend (c, x, y, colour_mix (deep, sum, face), 1.0f);
      }
}

void
scene_city (canvas *c)
{
  static const guint32 moods[][6] = {
    /* zenith, low sky, cloud, haze, wall, glass */
    { 0x2c4476, 0xf6b07c, 0xe09c88, 0xa88488, 0x5c5860, 0x707890 },
    { 0x16264e, 0x8a86a8, 0x6a6c90, 0x5c6488, 0x3e4258, 0x3c486c },
    { 0x3c5a92, 0xf6d0a0, 0xf0b498, 0xb69a9c, 0x787078, 0x8a94a8 },
    { 0x2c5078, 0xf0e0c0, 0xe8c0a8, 0x8ea0a8, 0x62686c, 0x6c8898 },
  };
  dice *d = &c->dice;
  const guint32 *mood = moods[c->variant % 4];
  float h = (float) c->height, middle = dice_roll (d, 0.15f, 0.85f) * (float) c->width;
  int ground = (int) (h * dice_roll (d, 0.62f, 0.82f));
  block b = { .haze = colour_of (mood[3]), .glass = colour_of (mood[5]), .lamp = colour_of (0xffb858) };
  sky s;

  sky_init (&s, c, (float) ground);
  s.zenith = colour_of (mood[0]);
  s.low = colour_of (mood[1]);
  s.cloud = colour_of (mood[2]);
  s.cloud_shade = colour_mix (s.zenith, s.cloud, 0.25f);
  s.sun = colour_mix (s.low, colour_of (0xffe0a0), 0.5f);
  s.sun_y = (float) ground;
  s.glow = 0.6f;
  s.cover = dice_roll (d, -0.35f, 0.2f);
  sky_paint (c, &s);
  for (int layer = 0; layer < 3; layer++)
    {
      b.mist = 0.6f - 0.27f * (float) layer;
      b.wall = colour_mix (colour_of (mood[4]), colour_of (0x20222c), 0.3f * (float) layer);
      b.lit = dice_roll (d, 0.12f, 0.24f) + 0.08f * (float) layer;
      float high = dice_roll (d, 0.42f, 0.74f) - 0.16f * (float) layer;
      paint_skyline (c, &b, ground, middle + dice_roll (d, -0.3f, 0.3f) * h, 0.1f - 0.02f * (float) layer, high);
    }
  paint_quay (c, ground, &b);
  paint_water (c, ground, colour_mix (colour_of (0x0c1420), s.zenith, 0.35f));
}
