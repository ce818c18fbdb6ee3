/* A shore: sand, surf, sea, sky; sometimes palms, a headland, a sail. */
#include "image/scene_tools.h"

#include <math.h>

typedef struct {
  float horizon, eye;        /* row; height above the sand in units of the ground */
  float near, slant, wiggle; /* where the water begins: z = near + slant * x + wiggle * noise */
  float surf[3];             /* how far out the breakers stand */
  colour shallow, deep, sand, sunlight;
} shore;

/* How far out at sea a place is; negative on the sand. */
static float
sea_at (const canvas *c, const shore *s, float x, float z)
{
  return z - s->near - s->slant * x + s->wiggle * noise_octaves (c, x * 0.45f, z * 0.22f + 3.0f, 3);
}

static colour
sand_at (const canvas *c, const shore *s, const sky *air, float x, float z, float out, float fine)
{
  float patch = noise_octaves (c, x * 0.7f, z * 0.7f, 4), slope[2];
  float ripples = noise_at (c, x * 2.1f + 2.0f * patch, z * 11.0f + 3.0f * patch, slope) * ramp (0.03f, 0.006f, fine);
  float grain = noise_texture (c, x, z, fine, 3);
  colour dry = colour_scale (s->sand, 0.92f + 0.13f * patch + 0.16f * ripples + 0.3f * grain);
  float wet = ramp (-0.75f, -0.12f, out + 0.25f * patch);
  colour mirror = colour_mix (air->low, air->zenith, 0.35f);

  dry = colour_times (dry, s->sunlight);
  colour damp = colour_mix (colour_scale (dry, 0.5f), mirror, 0.2f + 0.12f * ramp (-0.3f, 0.0f, out));
  return colour_mix (dry, damp, wet);
}

/* Foam where the swash ends, on the crests of breakers, and torn to lace between. */
static float
foam_at (const canvas *c, const shore *s, float x, float z, float out)
{
  float lace = noise_octaves (c, x * 2.4f, z * 1.7f, 5), wander = noise_octaves (c, x * 0.5f + 40.0f, z * 0.1f, 3);
  float edge = ramp (0.0f, 0.05f, out) * ramp (0.42f, 0.08f, out + 0.22f * lace);
  float foam = edge;

  for (int i = 0; i < 3; i++)
    {
      float at = out - s->surf[i] + 0.5f * wander,
            broken = ramp (-0.25f, 0.25f, wander + 0.4f * lace + 0.22f - 0.12f * (float) i);
      float crest = ramp (0.05f, 0.0f, at) * ramp (-0.5f - 0.2f * (float) i, -0.02f, at + 0.3f * fabsf (lace));
      foam = MAX (foam, crest * broken);
    }
  float torn = ramp (0.2f, 0.34f, lace + 0.12f * fabsf (wander)) * ramp (3.4f, 0.4f, out) * ramp (0.0f, 0.3f, out);
  return MAX (foam, 0.6f * torn);
}

static colour
water_at (const canvas *c, const shore *s, const sky *air, float x, float z, float out, float fine, float across)
{
  /* far waves are too small to see one by one; what remains is their mean, with the swell kept as streaks */
  float wave[2], chop = noise_texture (c, x, z * 2.2f, fine * 1.5f, 4);
  noise_at (c, x * 0.5f + chop * 0.4f, z * 1.3f, wave);
  float swell = wave[1] * ramp (0.3f, 0.02f, fine), depth = 1.0f - fade (0.42f * out);
  float patch = noise_octaves (c, x * 0.12f, z * 0.05f, 3);
  colour body = colour_mix (s->shallow, s->deep, CLAMP (depth + 0.25f * patch, 0.0f, 1.0f));
  float flat = 1.0f - fade (z * 0.035f), tilt = 0.5f + 0.5f * chop + 0.25f * swell;
  colour mirror = colour_mix (air->low, air->zenith, CLAMP (tilt, 0.0f, 1.0f));
  float shine = 0.1f + 0.42f * flat + 0.25f * chop + 0.1f * swell;
  colour water =
      colour_mix (colour_scale (body, 1.0f + 0.55f * chop + 0.3f * swell), mirror, CLAMP (shine, 0.0f, 0.85f));

  /* the sun's path */
  float off = (across - air->sun_x) / (float) c->height;
  float path = air->glow * fade (14.0f * off * off) * ramp (0.05f, 0.4f, chop + 0.3f * swell);
  return colour_mix (water, air->sun, MIN (path * 1.3f, 1.0f));
}

static colour
shore_at (const canvas *c, const shore *s, const sky *air, int col, int row)
{
  float below = MAX (((float) row - s->horizon) / (float) c->height, 0.0015f), z = s->eye / below;
  float x = ((float) col - 0.5f * (float) c->width) / (float) c->height * z, fine = z / (float) c->height;
  float out = sea_at (c, s, x, z);

  if (out <= 0.0f)
    return sand_at (c, s, air, x, z, out, fine);
  colour water = water_at (c, s, air, x, z, out, fine, (float) col);
  water = colour_mix (sand_at (c, s, air, x, z, -0.01f, fine), water, ramp (-0.1f, 0.7f, out));
  if (out < 14.0f)
    {
      colour white = colour_mix (colour_scale (s->sunlight, 0.94f), air->low, 0.25f);
      water = colour_mix (water, white, foam_at (c, s, x, z, out) * 0.92f);
    }
  return colour_mix (water, air->low, 0.55f * (1.0f - fade (z * 0.012f)));
}

static void
paint_frond (canvas *c, float x, float y, float reach, float rise, colour dark, colour light)
{
  dice *d = &c->dice;
  float length = fabsf (reach) + fabsf (rise), px = x, py = y;
  const int parts = 26;

  for (int i = 1; i <= parts; i++)
    {
      float t = (float) i / (float) parts, nx = x + reach * t,
            ny = y - rise * t + (fabsf (reach) * 0.75f + 0.1f * length) * t * t;
      float leaf = length * 0.34f * (1.05f - t) * ramp (0.0f, 0.15f, t);
      colour green = colour_mix (dark, light, dice_roll (d, 0.0f, 1.0f));
      for (int side = -1; side <= 1; side += 2)
        canvas_stroke (c, nx, ny, nx + (float) side * 0.35f * leaf + reach * 0.12f,
                       ny + leaf * dice_roll (d, 0.45f, 0.85f), 1.3f, 0.4f,
                       side > 0 ? green : colour_scale (green, 0.6f), 0.95f);
      canvas_stroke (c, px, py, nx, ny, 1.4f, 1.0f, dark, 1.0f);
      px = nx;
      py = ny;
    }
}

static void
paint_palm (canvas *c, float x, float foot, float tall, float lean, colour light)
{
  dice *d = &c->dice;
  float px = x, py = foot;
  const int rings = 40;
  colour bark = colour_times (colour_of (0x7a6850), light), green = colour_times (colour_of (0x6c8c3c), light);

  for (int i = 1; i <= rings; i++)
    {
      float t = (float) i / (float) rings, nx = x + lean * t * t, ny = foot - tall * t, w = tall * (0.05f - 0.02f * t);
      colour ring = colour_scale (bark, dice_roll (d, 0.55f, 1.05f));
      canvas_stroke (c, px, py, nx, ny - 0.5f, w, w, ring, 1.0f);
      canvas_stroke (c, px + w * 0.22f, py, nx + w * 0.22f, ny - 0.5f, w * 0.4f, w * 0.4f, colour_scale (ring, 0.55f),
                     0.8f);
      px = nx;
      py = ny;
    }
  int fronds = 13 + dice_pick (d, 6);
  for (int i = 0; i < fronds; i++)
    {
      float reach = dice_roll (d, 0.12f, 0.5f) * tall * (i % 2 == 0 ? 1.0f : -1.0f);
      paint_frond (c, px, py, reach, dice_roll (d, -0.02f, 0.36f) * tall, colour_scale (green, 0.25f), green);
    }
}

static void
paint_headland (canvas *c, const shore *s, const sky *air)
{
  dice *d = &c->dice;
  float from = dice_roll (d, -0.3f, 0.7f) * (float) c->width, length = dice_roll (d, 0.4f, 0.9f) * (float) c->width;
  float tall = dice_roll (d, 0.05f, 0.14f) * (float) c->height, seed = dice_roll (d, 0.0f, 99.0f),
        mist = dice_roll (d, 0.3f, 0.65f);

  for (int x = MAX ((int) from, 0); x < MIN ((int) (from + length), c->width); x++)
    {
      float t = ((float) x - from) / length, shape = ramp (0.0f, 0.25f, t) * ramp (1.0f, 0.5f, t);
      float u = (float) x / (float) c->height,
            top = tall * shape * (1.0f + 0.9f * noise_octaves (c, u * 4.0f + seed, seed, 6));
      for (int y = (int) (s->horizon - top); y <= (int) s->horizon; y++)
        {
          float leaf = noise_octaves (c, u * 40.0f, (float) y / (float) c->height * 55.0f, 4);
          colour green = colour_times (colour_scale (colour_of (0x44583a), 1.0f + leaf), s->sunlight);
          canvas_blend (c, x, y, colour_mix (green, air->low, mist), 1.0f);
        }
    }
}

static void
paint_sail (canvas *c, const shore *s, colour light)
{
  dice *d = &c->dice;
  float x = dice_roll (d, 0.1f, 0.9f) * (float) c->width, y = s->horizon + 2.0f,
        tall = dice_roll (d, 0.03f, 0.09f) * (float) c->height;

  for (float t = 0.0f; t < 1.0f; t += 0.5f / tall)
    {
      canvas_stroke (c, x, y - tall * t, x + tall * 0.42f * (1.0f - t), y - tall * t + 0.01f, 1.2f, 1.2f,
                     colour_scale (light, 0.95f), 1.0f);
      canvas_stroke (c, x - 1.0f, y - tall * 0.8f * t, x - 1.0f - tall * 0.25f * (1.0f - t),
                     y - tall * 0.8f * t + 0.01f, 1.2f, 1.2f, colour_scale (light, 0.75f), 1.0f);
    }
  canvas_stroke (c, x - tall * 0.3f, y + 1.0f, x + tall * 0.4f, y + 1.0f, tall * 0.09f + 1.0f, tall * 0.09f + 1.0f,
                 colour_of (0x48362c), 1.0f);
}

static void
paint_pebbles (canvas *c, const shore *s)
{
  dice *d = &c->dice;
  int n = 30 + dice_pick (d, 150);
  float h = (float) c->height;

  for (int i = 0; i < n; i++)
    {
      float t = dice_roll (d, 0.0f, 1.0f), row = s->horizon + (h - s->horizon) * (0.25f + 0.75f * t),
            z = s->eye * h / (row - s->horizon);
      float col = dice_roll (d, 0.0f, 1.0f) * (float) c->width, x = (col - 0.5f * (float) c->width) / h * z;
      float size = dice_roll (d, 0.002f, 0.008f) * h / z;
      if (sea_at (c, s, x, z) > -0.2f)
        continue;
      colour stone = colour_times (colour_mix (colour_of (0x54483e), colour_of (0xe6dccb), dice_roll (d, 0.0f, 1.0f)),
                                   s->sunlight);
      canvas_dab (c, col + size * 0.4f, row + size * 0.4f, size * 1.2f, size * 0.5f, 1.0f, 0.0f,
                  colour_scale (s->sand, 0.3f), 0.6f);
      canvas_dab (c, col, row, size, size * 0.6f, 1.0f, 0.0f, stone, 1.0f);
    }
}

static void
choose_mood (canvas *c, sky *air, shore *s)
{
  static const guint32 moods[][8] = {
    /* zenith, low sky, cloud, shallow, deep, sand, sunlight, sun */
    { 0x2c78c8, 0xbfdff0, 0xffffff, 0x5cc8c0, 0x1a6a96, 0xe0cda6, 0xfffaf0, 0xfffbe8 },
    { 0x4a5f96, 0xf4b684, 0xf2a888, 0x8a9a9c, 0x35507a, 0xc8a888, 0xffd9b4, 0xffd890 },
    { 0x8497a8, 0xd2dae0, 0xe8ecee, 0x8fb0ac, 0x4a6a78, 0xc4b69c, 0xe6e8ea, 0xf4f4f0 },
    { 0x3f8cd0, 0xd8ecf0, 0xffffff, 0x7edcc8, 0x2090b0, 0xf2e6cc, 0xfffcf6, 0xfffdf0 },
  };
  int which = c->variant % 4;
  const guint32 *mood = moods[which];

  air->zenith = colour_of (mood[0]);
  air->low = colour_of (mood[1]);
  air->cloud = colour_of (mood[2]);
  air->cloud_shade = colour_mix (air->zenith, colour_of (0xa8a8b0), 0.7f);
  air->sun = colour_scale (colour_of (mood[7]), 1.3f);
  air->sun_x = dice_roll (&c->dice, 0.1f, 0.9f) * (float) c->width;
  if (which == 1)
    {
      air->sun_y = s->horizon - dice_roll (&c->dice, 0.02f, 0.2f) * (float) c->height;
      air->glow = 0.95f;
    }
  if (which == 2)
    air->cover = dice_roll (&c->dice, 0.2f, 0.6f);
  s->shallow = colour_of (mood[3]);
  s->deep = colour_of (mood[4]);
  s->sand = colour_of (mood[5]);
  s->sunlight = colour_of (mood[6]);
}

void
scene_beach (canvas *c)
{
  dice *d = &c->dice;
  float h = (float) c->height;
  shore s = { .eye = 1.0f };
  sky air;

  s.horizon = h * dice_roll (d, 0.28f, 0.48f);
  s.near = dice_roll (d, 1.9f, 3.4f);
  s.slant = dice_roll (d, -1.6f, 1.6f);
  s.wiggle = dice_roll (d, 0.2f, 0.7f);

  for (int i = 0; i < 3; i++)
    s.surf[i] = (i == 0 ? 0.6f : s.surf[i - 1]) + dice_roll (d, 0.7f, 1.9f) * (float) (i + 1);
  sky_init (&air, c, s.horizon);
  choose_mood (c, &air, &s);
  sky_paint (c, &air);
  if (dice_chance (d, 45))
    paint_headland (c, &s, &air);
  for (int y = (int) s.horizon + 1; y < c->height; y++)
    for (int x = 0; x < c->width; x++)
      canvas_blend (c, x, y, shore_at (c, &s, &air, x, y), 1.0f);
  if (dice_chance (d, 35))
    paint_sail (c, &s, s.sunlight);
  paint_pebbles (c, &s);
  if (dice_chance (d, 50))
    {
      /* on the side where the sand reaches farther back */
      float side = s.slant > 0.0f ? 0.9f : 0.1f, lean = s.slant > 0.0f ? -1.0f : 1.0f;
      int n = 1 + dice_pick (d, 3);
      for (int i = 0; i < n; i++)
        {
          float x = (side - lean * dice_roll (d, -0.16f, 0.1f)) * (float) c->width,
                foot = h * dice_roll (d, 0.7f, 1.0f);
          float tall = h * dice_roll (d, 0.5f, 0.8f), bow = lean * h * dice_roll (d, 0.05f, 0.3f);
          paint_palm (c, x, foot, tall, bow, s.sunlight);
        }
    }
}
