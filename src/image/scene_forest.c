/* Inside a forest: trunks fading into the light, leaves as thousands of dabs, a littered floor, undergrowth. */
#include "image/scene_tools.h"

#include <math.h>

typedef struct {
  float horizon, eye;
  colour light, mist, bark, leaf[3], floor[2];
  gboolean firs, birches, path;
  float path_bend, path_wide, side; /* side: where the light comes from, -1 or 1 */
} wood;

static void
paint_depths (canvas *c, const wood *w)
{
  float h = (float) c->height, bright_x = (0.5f + 0.25f * w->side) * (float) c->width;
  int rows = MIN ((int) (w->horizon + 0.06f * h), c->height);

  for (int y = 0; y < rows; y++)
    for (int x = 0; x < c->width; x++)
      {
        float u = ((float) x - bright_x) / h, v = ((float) y - 0.75f * w->horizon) / h,
              near = fade (3.0f * (u * u + v * v));
        float leaf = noise_octaves (c, (float) x / h * 14.0f, (float) y / h * 11.0f, 5);
        colour far = colour_mix (colour_scale (w->leaf[1], 0.7f), w->mist, 0.45f + 0.3f * near);
        far = colour_scale (far, 1.0f + 0.5f * leaf);
        canvas_blend (c, x, y, colour_mix (far, w->light, near * ramp (-0.1f, 0.5f, leaf + 0.3f * near)), 1.0f);
      }
}

static void
paint_floor (canvas *c, const wood *w)
{
  float h = (float) c->height;

  for (int y = (int) (w->horizon + 0.03f * h) + 1; y < c->height; y++)
    for (int x = 0; x < c->width; x++)
      {
        float z = w->eye * h / ((float) y - w->horizon), wx = ((float) x - 0.5f * (float) c->width) / h * z,
              fine = z / h;
        float patch = noise_octaves (c, wx * 0.8f, z * 0.8f, 4), litter = noise_texture (c, wx, z * 1.4f, fine, 4);
        colour ground = colour_mix (w->floor[0], w->floor[1], ramp (-0.35f, 0.35f, patch + 0.5f * litter));
        if (w->path)
          {
            float off = fabsf (wx - w->path_bend * z * z * 0.06f + 0.3f * noise_at (c, z * 0.6f, 0.0f, NULL));
            colour trodden = colour_scale (colour_of (0x9a8468), 0.85f + 0.3f * patch);
            ground =
                colour_mix (ground, trodden, ramp (w->path_wide, w->path_wide * 0.6f, off + 0.25f * litter) * 0.85f);
          }
        float fleck = ramp (0.05f, 0.4f, noise_octaves (c, wx * 0.9f + 50.0f, z * 0.35f, 3) + 0.1f * litter);
        ground = colour_scale (ground, (0.55f + 1.1f * fleck) * (1.0f + 1.15f * litter));
        canvas_blend (c, x, y, colour_mix (w->mist, ground, fade (z * 0.09f)), 1.0f);
      }
}

static colour
bark_at (const canvas *c, const wood *w, float across, float along, float seed, float mist)
{
  float grooves = noise_octaves (c, across * 3.2f + seed, along * 0.55f, 4),
        lit = 0.35f + 0.65f * ramp (-1.0f, 0.9f, across * w->side);
  colour bark = colour_scale (w->bark, lit * (1.0f + 0.85f * grooves));

  if (w->birches)
    {
      float scar = noise_octaves (c, across * 0.7f + seed, along * 2.6f, 3);
      bark = colour_mix (colour_scale (colour_of (0xe2ddd2), lit * (1.0f + 0.2f * grooves)), colour_of (0x2a2622),
                         ramp (0.16f, 0.3f, scar));
    }
  else
    bark = colour_mix (bark, colour_scale (w->leaf[0], 0.55f * lit), ramp (0.1f, 0.5f, grooves + 0.2f - 0.02f * along));
  return colour_mix (bark, w->mist, mist);
}

static void
paint_trunk (canvas *c, const wood *w, float x, float foot, float wide, float mist)
{
  dice *d = &c->dice;
  float lean = dice_roll (d, -0.09f, 0.09f), seed = dice_roll (d, 0.0f, 90.0f),
        top = w->firs ? dice_roll (d, -0.2f, 0.1f) * (float) c->height : 0.0f;

  for (int y = MIN ((int) foot, c->height - 1); y >= MAX ((int) top, 0); y--)
    {
      float up = (foot - (float) y) / (float) c->height;
      float middle = x + lean * up * (float) c->height + wide * 0.25f * noise_at (c, up * 3.0f, seed, NULL);
      float half = wide * (0.5f - 0.14f * up + 0.5f * fade (28.0f * up));
      for (int i = MAX ((int) (middle - half), 0); i <= MIN ((int) (middle + half) + 1, c->width - 1); i++)
        {
          float across = ((float) i - middle) / half, cover = MIN ((1.0f - fabsf (across)) * half + 0.5f, 1.0f);
          if (cover > 0.0f)
            canvas_blend (
                c, i, y,
                bark_at (c, w, across * (0.6f + 0.4f * across * across), (foot - (float) y) / wide * 2.0f, seed, mist),
                cover);
        }
    }
}

/* A cloud of leaves; brighter towards the light and above. */
static void
paint_clump (canvas *c, const wood *w, float x, float y, float rx, float ry, int n, float size, float mist)
{
  dice *d = &c->dice;

  for (int i = 0; i < n; i++)
    {
      float u, v;
      do
        {
          u = dice_roll (d, -1.0f, 1.0f);
          v = dice_roll (d, -1.0f, 1.0f);
        }
      while (u * u + v * v > 1.0f);
      float lit = 0.45f + 0.3f * u * w->side - 0.3f * v + dice_roll (d, -0.3f, 0.45f),
            turn = dice_roll (d, -1.0f, 1.0f);
      colour leaf = colour_mix (colour_scale (w->leaf[0], 0.3f), w->leaf[1], CLAMP (lit, 0.0f, 1.0f));
      if (lit > 0.75f)
        leaf = colour_mix (leaf, w->leaf[2], dice_roll (d, 0.2f, 1.0f));
      float s = size * dice_roll (d, 0.6f, 1.25f);
      canvas_dab (c, x + u * rx, y + v * ry, s, s * 0.55f, turn, sqrtf (1.0f - turn * turn),
                  colour_mix (leaf, w->mist, mist), 0.92f);
    }
}

static void
paint_boughs (canvas *c, const wood *w, float x, float foot, float wide, float mist)
{
  dice *d = &c->dice;
  float h = (float) c->height, from = foot - dice_roll (d, 0.2f, 0.42f) * h;

  for (float y = from; y > -0.05f * h; y -= wide * dice_roll (d, 0.4f, 0.8f))
    {
      float side = dice_chance (d, 50) ? wide : -wide, reach = side * dice_roll (d, 1.6f, 4.2f),
            drop = dice_roll (d, 0.1f, 0.4f) * fabsf (reach);
      for (float t = 0.05f; t < 1.0f; t += 1.6f / fabsf (reach))
        {
          colour needle = colour_mix (colour_scale (w->leaf[0], 0.4f), w->leaf[1], dice_roll (d, 0.0f, 0.9f));
          float hang = wide * 0.5f * (1.1f - t) * dice_roll (d, 0.4f, 1.0f);
          canvas_stroke (c, x + reach * t, y + drop * t, x + reach * (t + 0.06f), y + drop * t + hang, 1.2f, 0.5f,
                         colour_mix (needle, w->mist, mist), 0.9f);
        }
    }
}

static void
paint_fern (canvas *c, const wood *w, float x, float y, float size)
{
  dice *d = &c->dice;
  int arms = 5 + dice_pick (d, 4);

  for (int a = 0; a < arms; a++)
    {
      float lean = dice_roll (d, -1.0f, 1.0f) * size, rise = size * dice_roll (d, 0.5f, 1.0f), px = x, py = y,
            tone = dice_roll (d, 0.15f, 0.8f);
      for (int i = 1; i <= 11; i++)
        {
          float t = (float) i / 11.0f, nx = x + lean * t, ny = y - rise * t * (1.5f - 0.8f * t),
                leaf = size * 0.2f * (1.1f - t);
          colour green = colour_mix (colour_scale (w->leaf[0], 0.35f), w->leaf[1], tone + dice_roll (d, -0.15f, 0.2f));
          canvas_stroke (c, nx, ny, nx + leaf, ny + leaf * 0.45f, 1.4f, 0.5f, green, 0.95f);
          canvas_stroke (c, nx, ny, nx - leaf, ny + leaf * 0.45f, 1.4f, 0.5f, colour_scale (green, 0.75f), 0.95f);
          canvas_stroke (c, px, py, nx, ny, 1.0f, 0.7f, green, 1.0f);
          px = nx;
          py = ny;
        }
    }
}

static void
paint_undergrowth (canvas *c, const wood *w, int n)
{
  dice *d = &c->dice;
  float h = (float) c->height;

  for (int i = 0; i < n; i++)
    {
      float t = (float) i / (float) n, y = w->horizon + (h * 1.04f - w->horizon) * (0.12f + 0.88f * t * t),
            z = w->eye * h / (y - w->horizon);
      float x = dice_roll (d, -0.02f, 1.02f) * (float) c->width, wx = (x - 0.5f * (float) c->width) / h * z,
            size = 0.17f * h / z;
      gboolean on_path = w->path && fabsf (wx - w->path_bend * z * z * 0.06f) < w->path_wide * 1.1f;
      if (on_path || noise_octaves (c, wx * 0.7f + 20.0f, z * 0.7f, 2) < -0.05f)
        continue;
      if (dice_chance (d, 22))
        paint_fern (c, w, x, y, size * dice_roll (d, 0.7f, 1.3f));
      else
        for (int k = 0; k < 5; k++)
          {
            float at = x + dice_roll (d, -0.3f, 0.3f) * size, tall = size * dice_roll (d, 0.3f, 0.9f);
            float lean = dice_roll (d, -0.3f, 0.3f) * size, bend = dice_roll (d, -0.3f, 0.3f) * size;
            colour tip = colour_scale (w->leaf[1], dice_roll (d, 0.5f, 1.1f));
            canvas_blade (c, at, y, tall, lean, bend, 1.5f, colour_scale (w->leaf[0], 0.35f), tip);
          }
    }
}

static void
paint_layer (canvas *c, const wood *w, int layer, int n_layers)
{
  dice *d = &c->dice;
  float h = (float) c->height, t = (float) layer / (float) (n_layers - 1),
        mist = 0.78f * (1.0f - t) * (1.0f - 0.35f * t);
  float foot = w->horizon + h * (0.035f + 0.3f * t * t), wide = h * (0.014f + 0.075f * t * t);
  int n = 14 - (int) (10.0f * t) + dice_pick (d, 4);

  for (int i = 0; i < n; i++)
    {
      float x = ((float) i + dice_roll (d, 0.0f, 1.0f)) / (float) n * (float) c->width,
            w_here = wide * dice_roll (d, 0.6f, 1.3f);
      float from_middle = fabsf (x / (float) c->width - 0.5f);
      if (layer == n_layers - 1 && from_middle < 0.2f)
        continue;
      paint_trunk (c, w, x, foot + dice_roll (d, -0.02f, 0.04f) * h, w_here, mist);
      if (w->firs)
        paint_boughs (c, w, x, foot, w_here + 0.02f * h, mist);
    }
  int clumps = w->firs ? 5 : 20;
  for (int i = 0; i < clumps; i++)
    {
      float low = dice_roll (d, -0.02f, w->firs ? 0.12f : 0.36f - 0.2f * t), size = h * dice_roll (d, 0.05f, 0.14f);
      paint_clump (c, w, dice_roll (d, 0.0f, 1.0f) * (float) c->width, low * h, size * 1.3f, size, 70,
                   h * (0.0045f + 0.008f * t), mist * 0.9f);
    }
  /* bushes hide where the far trunks meet the ground */
  if (layer < n_layers - 1)
    for (int i = 0; i < 12; i++)
      {
        float x = dice_roll (d, 0.0f, 1.0f) * (float) c->width, y = foot - dice_roll (d, 0.0f, 0.03f) * h;
        float rx = h * dice_roll (d, 0.03f, 0.09f), ry = h * dice_roll (d, 0.012f, 0.04f) * (1.0f + t);
        paint_clump (c, w, x, y, rx, ry, 45, h * (0.0045f + 0.006f * t), mist * 0.9f);
      }
}

void
scene_forest (canvas *c)
{
  static const guint32 moods[][8] = {
    /* light, mist, bark, dark leaf, leaf, bright leaf, floor, floor */
    { 0xf8fbd8, 0xb4c88c, 0x6a5a48, 0x33561f, 0x6f9a35, 0xc0d85c, 0x5a5032, 0x567036 },
    { 0xfff2cc, 0xdcb878, 0x5e4c3e, 0x8a4a1c, 0xd08a30, 0xf2c648, 0x8a5a30, 0xb8803c },
    { 0xe8eef0, 0xaab8bc, 0x564c44, 0x28402e, 0x4a6c48, 0x7c9a6c, 0x4c4a36, 0x4a5e3a },
    { 0xfdf6d0, 0xc4cc90, 0x6a5a48, 0x4a6a24, 0x94ac3c, 0xe0d860, 0x5e5a34, 0x6a7c38 },
  };
  dice *d = &c->dice;
  int which = c->variant % 4;
  const guint32 *mood = moods[which];
  wood w = {
    .eye = 0.8f,
    .light = colour_of (mood[0]),
    .mist = colour_of (mood[1]),
    .bark = colour_of (mood[2]),
    .leaf = { colour_of (mood[3]), colour_of (mood[4]), colour_of (mood[5]) },
    .floor = { colour_of (mood[6]), colour_of (mood[7]) },
    .firs = which == 2,
  };
  const int n_layers = 5;

  w.horizon = (float) c->height * dice_roll (d, 0.5f, 0.64f);
  w.birches = which == 3 || (which == 1 && dice_chance (d, 40));
  w.path = dice_chance (d, 50);
  w.path_bend = dice_roll (d, -1.5f, 1.5f);
  w.path_wide = dice_roll (d, 0.25f, 0.5f);
  w.side = dice_chance (d, 50) ? 1.0f : -1.0f;

  paint_depths (c, &w);
  paint_floor (c, &w);
  for (int layer = 0; layer < n_layers; layer++)
    paint_layer (c, &w, layer, n_layers);
  paint_undergrowth (c, &w, 380);
}
