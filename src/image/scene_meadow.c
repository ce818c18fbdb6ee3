/* A meadow in flower: hills, a line of trees, grass blade by blade and flowers petal by petal near the eye. */
#include "image/scene_tools.h"

#include <math.h>

typedef struct {
  float shift_x, shift_z, relief;
  float sun[3];
  colour near, far, bloom; /* grass, and what the flowers too far to see one by one add to it */
  float bloom_share;
} hills;

static float
hills_height (const canvas *c, const void *land, float x, float z, float fine, float slope[2])
{
  const hills *m = land;
  float s[2], t[2], a = m->relief * ramp (2.0f, 30.0f, z), px = x + m->shift_x, pz = z + m->shift_z;
  float h = a * (noise_at (c, px * 0.04f, pz * 0.05f, s) * 2.4f + 0.6f) + 0.1f * noise_at (c, px * 0.4f, pz * 0.4f, t);

  (void) fine;
  if (slope != NULL)
    {
      slope[0] = a * 2.4f * 0.04f * s[0] + 0.04f * t[0];
      slope[1] = a * 2.4f * 0.05f * s[1] + 0.04f * t[1];
    }
  return h;
}

static colour
hills_shade (const canvas *c, const void *land, float x, float z, float height, const float slope[2], float fine)
{
  const hills *m = land;
  float patch = noise_octaves (c, x * 0.25f, z * 0.25f, 4),
        grass = noise_texture (c, x * 1.6f, z * 0.7f + height, fine, 4);
  float lit = (m->sun[1] - slope[0] * m->sun[0] - slope[1] * m->sun[2])
              / sqrtf (slope[0] * slope[0] + slope[1] * slope[1] + 1.0f);
  colour ground = colour_mix (m->near, m->far, CLAMP (0.5f + 0.8f * patch, 0.0f, 1.0f));

  ground = colour_scale (ground, (0.45f + 0.8f * MAX (lit, 0.0f)) * (1.0f + 0.95f * grass));
  float bloom = ramp (0.25f - m->bloom_share, 0.6f - m->bloom_share, grass + 0.9f * patch);
  return colour_mix (ground, m->bloom, 0.6f * bloom * ramp (1.0f, 5.0f, z));
}

static void
paint_tree (canvas *c, float x, float foot, float tall, colour haze, float mist)
{
  dice *d = &c->dice;
  int n = (int) (tall * 7.0f) + 20;
  colour dark = colour_mix (colour_of (0x1e3018), haze, mist), light = colour_mix (colour_of (0x6f8a3e), haze, mist);
  float wide = tall * dice_roll (d, 0.32f, 0.55f);

  canvas_stroke (c, x, foot, x, foot - 0.5f * tall, 0.07f * tall + 0.5f, 0.04f * tall + 0.4f,
                 colour_mix (colour_of (0x35291e), haze, mist), 1.0f);
  for (int i = 0; i < n; i++)
    {
      float u = dice_roll (d, -1.0f, 1.0f), v = dice_roll (d, -1.0f, 1.0f),
            bumps = 0.75f + 0.5f * noise_at (c, u * 2.0f + x, v * 2.0f, NULL);
      if (u * u + v * v > bumps)
        continue;
      float light_here = 0.45f - 0.4f * v + 0.2f * u + dice_roll (d, -0.3f, 0.3f);
      float lit = CLAMP (light_here, 0.0f, 1.0f), s = 0.04f * tall + 0.5f;
      canvas_dab (c, x + u * wide, foot - 0.6f * tall + v * 0.42f * tall, s, 0.7f * s, 0.8f, 0.6f,
                  colour_mix (dark, light, lit), 0.95f);
    }
}

/* Trees stand on the far ridges: where the depth jumps from one row to the next. */
static void
paint_trees (canvas *c, const landscape *l)
{
  dice *d = &c->dice;
  float thick = dice_roll (d, -0.25f, 0.2f);

  for (float z = 90.0f; z > 14.0f; z *= 0.94f)
    for (int k = 0; k < 24; k++)
      {
        float x = dice_roll (d, -0.75f, 0.75f) * z * (float) c->width / l->focal;
        if (noise_octaves (c, x * 0.05f + 5.0f, z * 0.09f, 3) + thick < 0.18f)
          continue;
        float h = hills_height (c, l->land, x, z, 0.0f, NULL), col = 0.5f * (float) c->width + x / z * l->focal;
        float foot = l->horizon - (h - l->eye) / z * l->focal;
        int row = (int) foot, at = (int) col;
        if (at < 0 || at >= c->width || row < 1 || row >= c->height)
          continue;
        float seen = c->depth[(gsize) row * (gsize) c->width + (gsize) at];
        if (seen > 0.0f && seen < z * 0.93f)
          continue;
        paint_tree (c, col, foot + 1.0f, l->focal / z * dice_roll (d, 1.3f, 2.4f), l->haze,
                    1.0f - fade (z / l->haze_length));
      }
}

typedef struct {
  colour petal, rim, heart;
  int petals;
  float length, width, heart_size; /* of a petal, in flower sizes */
} flower;

static void
paint_flower (canvas *c, const flower *f, float x, float y, float size)
{
  static const float turns[8][2] = { { 1.0f, 0.0f },        { 0.7071f, 0.7071f }, { 0.0f, 1.0f },
                                     { -0.7071f, 0.7071f }, { 0.9239f, 0.3827f }, { 0.3827f, 0.9239f },
                                     { -0.3827f, 0.9239f }, { -0.9239f, 0.3827f } };
  dice *d = &c->dice;
  float flat = dice_roll (d, 0.45f, 0.95f), shine = dice_roll (d, 0.75f, 1.1f);

  if (size < 2.2f)
    {
      canvas_dab (c, x, y, size, size * flat, 1.0f, 0.0f, colour_scale (f->petal, shine), 0.95f);
      return;
    }
  for (int i = 0; i < f->petals; i++)
    {
      const float *turn = turns[(i / 2 * 3 + (f->petals > 8 ? 0 : i % 2)) % 8];
      float side = i % 2 == 0 ? 1.0f : -1.0f, away = size * f->length * 0.62f, dx = turn[0] * side, dy = turn[1] * side;
      float rim = dice_roll (d, 0.0f, 0.6f), bright = shine * dice_roll (d, 0.8f, 1.08f);
      colour petal = colour_scale (colour_mix (f->petal, f->rim, rim), bright);
      canvas_dab (c, x + dx * away, y + dy * away * flat, size * f->length * 0.6f,
                  size * f->width * (0.4f + 0.6f * flat), dx, dy * flat, petal, 0.97f);
    }
  canvas_dab (c, x, y, size * f->heart_size, size * f->heart_size * flat, 1.0f, 0.0f, f->heart, 1.0f);
  canvas_dab (c, x - 0.15f * size * f->heart_size, y - 0.25f * size * f->heart_size, size * f->heart_size * 0.5f,
              size * f->heart_size * flat * 0.4f, 1.0f, 0.0f, colour_mix (f->heart, colour_of (0xffffff), 0.3f), 0.7f);
}

static void
paint_grass (canvas *c, float x, float y, float tall, const hills *m)
{
  dice *d = &c->dice;
  float tone = dice_roll (d, 0.55f, 1.45f);
  colour tip = colour_scale (colour_mix (m->near, m->far, dice_roll (d, 0.0f, 1.0f)), tone);

  float blade = tall * dice_roll (d, 0.5f, 1.1f), lean = tall * dice_roll (d, -0.25f, 0.25f),
        bend = tall * dice_roll (d, -0.4f, 0.4f);
  canvas_blade (c, x, y, blade, lean, bend, MAX (tall * 0.03f, 0.9f), colour_scale (m->near, 0.28f * tone), tip);
}

/* From far to near, so that what is nearer covers what is behind. */
static void
paint_growth (canvas *c, const landscape *l, const hills *m, const flower *kinds, int n_kinds)
{
  dice *d = &c->dice;
  const int n = 5200;
  float h = (float) c->height, dense = dice_roll (d, -0.1f, 0.3f), shift = dice_roll (d, 0.0f, 50.0f),
        big = dice_roll (d, 0.8f, 1.5f);

  for (int i = 0; i < n; i++)
    {
      float t = (float) i / (float) n, y = l->horizon + (1.14f * h - l->horizon) * (0.1f + 0.9f * t),
            x = dice_roll (d, -0.02f, 1.02f) * (float) c->width;
      int row = MIN ((int) y, c->height - 1), col = CLAMP ((int) x, 0, c->width - 1);
      float z = c->depth[(gsize) row * (gsize) c->width + (gsize) col], flat = l->eye * l->focal / (y - l->horizon);
      if (z <= 0.0f || z > 18.0f)
        continue;
      z = y > (float) row + 1.0f ? flat : z;
      float unit = l->focal / z, wx = (x - 0.5f * (float) c->width) / unit, tall = 0.16f * unit;
      paint_grass (c, x, y, MIN (tall, 0.2f * h), m);
      int kind = dice_pick (d, n_kinds);
      float patch = noise_octaves (c, wx * 0.8f + shift + 9.0f * (float) kind, z * 0.8f, 3) + dense;
      if (dice_roll (d, 0.0f, 1.0f) > 0.5f * ramp (-0.25f, 0.5f, patch))
        continue;
      float up = MIN (tall, 0.2f * h) * dice_roll (d, 0.5f, 1.15f), lean = dice_roll (d, -0.25f, 0.25f) * up;
      canvas_stroke (c, x, y, x + lean, y - up, 1.2f, 0.9f, colour_scale (m->near, 0.7f), 0.9f);
      paint_flower (c, &kinds[kind], x + lean, y - up, MIN (unit * 0.02f * big, 0.04f * h) * dice_roll (d, 0.7f, 1.2f));
    }
}

static int
choose_flowers (canvas *c, flower kinds[3])
{
  static const struct {
    guint32 petal, rim, heart;
    int petals;
    float length, width, heart_size;
  } all[] = {
    { 0xd8281e, 0xf0583c, 0x241414, 5, 0.9f, 0.62f, 0.34f }, { 0xf6f6f2, 0xdfe4ee, 0xf0b81e, 15, 1.05f, 0.2f, 0.42f },
    { 0x4a62d8, 0x7c8cf0, 0x28286c, 9, 1.0f, 0.26f, 0.3f },  { 0xf8d020, 0xffe860, 0xc88a10, 5, 0.75f, 0.5f, 0.3f },
    { 0xb060c8, 0xd898e0, 0x5c2a70, 8, 0.9f, 0.32f, 0.28f }, { 0xf08cb0, 0xfcc8d8, 0xe8d060, 5, 0.95f, 0.55f, 0.25f },
    { 0xf58a1c, 0xffb840, 0x7a3c10, 8, 0.95f, 0.34f, 0.36f }
  };
  int n = 1 + dice_pick (&c->dice, 3);

  for (int i = 0; i < n; i++)
    {
      int k = dice_pick (&c->dice, (int) G_N_ELEMENTS (all));
      kinds[i] = (flower){ colour_of (all[k].petal),
                           colour_of (all[k].rim),
                           colour_of (all[k].heart),
                           all[k].petals,
                           all[k].length,
                           all[k].width,
                           all[k].heart_size };
    }
  return n;
}

void
scene_meadow (canvas *c)
{
  static const guint32 moods[][6] = {
    /* zenith, low sky, cloud, near grass, far grass, haze */
    { 0x2f74c4, 0xc4def0, 0xffffff, 0x5f8a2c, 0x94b048, 0xb4cedc },
    { 0x5478b0, 0xf0d8b4, 0xffe6c8, 0x7c8a34, 0xb0a850, 0xd4c8b0 },
    { 0x8a9cac, 0xd6dee4, 0xeef1f3, 0x567a34, 0x7e9a54, 0xbcc8cc },
  };
  dice *d = &c->dice;
  const guint32 *mood = moods[c->variant % 3];
  float h = (float) c->height, horizon = h * dice_roll (d, 0.3f, 0.5f);
  flower kinds[3];
  int n_kinds = choose_flowers (c, kinds);
  hills m = { .near = colour_of (mood[3]), .far = colour_of (mood[4]), .bloom = kinds[0].petal };
  landscape l = { .height = hills_height,
                  .shade = hills_shade,
                  .land = &m,
                  .focal = 0.95f * h,
                  .horizon = horizon,
                  .from = 0.55f,
                  .to = 110.0f,
                  .haze = colour_of (mood[5]),
                  .stride = 1.016f };
  sky s;

  m.shift_x = dice_roll (d, 0.0f, 900.0f);
  m.shift_z = dice_roll (d, 0.0f, 900.0f);
  m.relief = dice_roll (d, 1.0f, 5.0f);
  m.sun[0] = dice_chance (d, 50) ? 0.7f : -0.7f;
  m.sun[1] = 0.68f;
  m.sun[2] = -0.2f;
  m.bloom_share = dice_roll (d, -0.1f, 0.3f);
  l.haze_length = dice_roll (d, 70.0f, 150.0f);
  l.eye = dice_roll (d, 0.55f, 0.9f);

  l.eye += landscape_near (c, &l);
  sky_init (&s, c, horizon + 0.02f * h);
  s.zenith = colour_of (mood[0]);
  s.low = colour_of (mood[1]);
  s.cloud = colour_of (mood[2]);
  sky_paint (c, &s);
  landscape_paint (c, &l);
  paint_trees (c, &l);
  paint_growth (c, &l, &m, kinds, n_kinds);
}
