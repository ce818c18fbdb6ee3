/* Two scenes that are all landscape: mountains, now and then with a lake, and desert dunes. */
#include "image/scene_tools.h"

#include <math.h>

typedef struct {
  float shift_x, shift_z;
  float relief, snow, valley; /* how high, from which height on white, how flat before the eye */
  float sun[3];               /* towards it, unit length */
  colour sunlight, skylight, rock, grass, white;
  gboolean lake;
  float axes[11][4]; /* how an octave's two coordinates grow with x and z */
} massif;

static void
massif_turn_axes (massif *m)
{
  float a[4] = { 0.11f, 0.0f, 0.0f, 0.11f };

  for (gsize i = 0; i < G_N_ELEMENTS (m->axes); i++)
    for (int k = 0; k < 2; k++)
      {
        float first = a[k], second = a[2 + k];
        m->axes[i][k] = first;
        m->axes[i][2 + k] = second;
        a[k] = 1.6f * first - 1.2f * second;
        a[2 + k] = 1.2f * first + 1.6f * second;
      }
}

/* Octaves whose slopes damp the finer ones, as erosion smooths steep faces least (Quilez 2008). */
static float
massif_height (const canvas *c, const void *land, float x, float z, float fine, float slope[2])
{
  const massif *m = land;
  float px = (x + m->shift_x) * 0.11f, pz = (z + m->shift_z) * 0.11f, size = 9.0f;
  float weight = 1.0f, sum = 0.0f, dx = 0.0f, dz = 0.0f, gx = 0.0f, gz = 0.0f;

  for (int i = 0; i < 11 && (i < 2 || size > 3.0f * fine); i++)
    {
      float s[2], n = noise_at (c, px, pz, s);
      dx += s[0] * 0.9f;
      dz += s[1] * 0.9f;
      float damped = weight / (1.0f + dx * dx + dz * dz);
      sum += damped * (n + (i == 0 ? 0.25f : 0.0f));
      if (slope != NULL)
        {
          gx += damped * (s[0] * m->axes[i][0] + s[1] * m->axes[i][2]);
          gz += damped * (s[0] * m->axes[i][1] + s[1] * m->axes[i][3]);
        }
      float turned = 1.6f * px - 1.2f * pz;
      pz = 1.2f * px + 1.6f * pz;
      px = turned;
      weight *= 0.52f;
      size *= 0.5f;
    }
  float rise = m->relief * (0.13f + 0.87f * ramp (m->valley, m->valley + 15.0f, z));
  if (slope != NULL)
    {
      slope[0] = gx * rise;
      slope[1] = gz * rise;
    }
  float h = rise * (sum + 0.12f) - (m->lake ? 0.75f * (1.0f - ramp (m->valley, m->valley + 6.0f, z)) : 0.0f);
  return m->lake ? MAX (h, 0.0f) : h;
}

static colour
light_ground (const float slope[2], const float sun[3], colour sunlight, colour skylight, colour ground, float *facing)
{
  float length = sqrtf (slope[0] * slope[0] + slope[1] * slope[1] + 1.0f);
  float lit = (sun[1] - slope[0] * sun[0] - slope[1] * sun[2]) / length;

  *facing = 1.0f / length;
  lit = MAX (lit, 0.0f);
  colour light = { sunlight.r * lit + skylight.r, sunlight.g * lit + skylight.g, sunlight.b * lit + skylight.b };
  return colour_times (ground, light);
}

static colour
massif_shade (const canvas *c, const void *land, float x, float z, float height, const float slope[2], float fine)
{
  const massif *m = land;
  if (m->lake && height <= 0.0f)
    return m->rock; /* paint_lake comes over it */
  float steep = sqrtf (slope[0] * slope[0] + slope[1] * slope[1]), facing;
  /* two patterns: patches as wide as a meadow, and grain as fine as the pixels there */
  float patch = noise_octaves (c, x * 1.1f + 31.0f, z * 1.1f, 3);
  float grain = noise_texture (c, x, z + 0.7f * height, fine, 3);
  colour ground = colour_scale (m->rock, 1.0f + 0.35f * patch + 0.45f * grain);
  float green =
      ramp (1.15f, 0.55f, steep + 0.5f * patch) * ramp (m->snow * 0.85f, m->snow * 0.3f, height + 0.4f * patch);

  ground = colour_mix (ground, colour_scale (m->grass, 1.0f + 0.5f * patch + 0.75f * grain), green);
  float white = ramp (m->snow - 0.3f, m->snow + 0.4f, height + 0.7f * patch + 0.35f * grain) * ramp (1.7f, 0.8f, steep);
  ground = colour_mix (ground, colour_scale (m->white, 1.0f + 0.08f * grain), white);
  return light_ground (slope, m->sun, m->sunlight, m->skylight, ground, &facing);
}

static void
turn_sun (canvas *c, float sun[3], float low, float high)
{
  float side = dice_chance (&c->dice, 50) ? 1.0f : -1.0f, x = side * dice_roll (&c->dice, 0.5f, 1.0f);
  float y = dice_roll (&c->dice, low, high), z = dice_roll (&c->dice, -0.5f, 0.25f);
  float length = sqrtf (x * x + y * y + z * z);

  sun[0] = x / length;
  sun[1] = y / length;
  sun[2] = z / length;
}

/* Still water shows what stands above it upside down, moved by ripples that grow towards the eye. */
static void
paint_lake (canvas *c, const landscape *l, const sky *s)
{
  for (int y = MAX ((int) l->horizon, 0); y < c->height; y++)
    for (int x = 0; x < c->width; x++)
      {
        float z = c->depth[(gsize) y * (gsize) c->width + (gsize) x];
        float wx = ((float) x - 0.5f * (float) c->width) / l->focal * z,
              level = l->eye * l->focal / ((float) y - l->horizon);
        if (z <= 0.0f || fabsf (z - level) > 0.012f * z)
          continue;
        float wave = noise_octaves (c, wx * 3.0f, z * 9.0f, 3), near = 1.0f / (1.0f + 0.12f * z);
        int from = (int) (2.0f * l->horizon - (float) y + wave * 26.0f * near);
        colour mirrored = from < 0 ? s->zenith : canvas_at (c, x + (int) (wave * 5.0f * near), from);
        float clear = 0.68f + 0.12f * wave;
        canvas_blend (c, x, y, colour_mix (colour_of (0x1c3a44), mirrored, clear), 1.0f);
      }
}

static void
paint_fir (canvas *c, float x, float foot, float tall, colour dark, colour light)
{
  dice *d = &c->dice;
  float width = tall * dice_roll (d, 0.15f, 0.22f);

  canvas_stroke (c, x, foot, x, foot - tall, tall * 0.03f + 0.6f, 0.4f, dark, 1.0f);
  int tiers = (int) (tall * 0.55f) + 4;
  for (int i = 0; i < tiers; i++)
    {
      float t = (float) i / (float) tiers, y = foot - tall * (0.06f + 0.94f * t), reach = width * (1.02f - t);
      for (int side = -1; side <= 1; side += 2)
        {
          float arm = reach * dice_roll (d, 0.55f, 1.1f) * (float) side;
          colour needles = colour_mix (dark, light, dice_roll (d, 0.0f, 1.0f) * (side > 0 ? 1.0f : 0.45f));
          canvas_stroke (c, x, y, x + arm, y + fabsf (arm) * dice_roll (d, 0.2f, 0.6f), tall * 0.028f + 0.9f, 0.5f,
                         needles, 0.95f);
        }
    }
}

static void
paint_firs (canvas *c, float foot)
{
  dice *d = &c->dice;
  float h = (float) c->height;
  int groups = 1 + dice_pick (d, 3);

  for (int g = 0; g < groups; g++)
    {
      float middle = dice_roll (d, 0.0f, 1.0f) * (float) c->width, spread = dice_roll (d, 0.1f, 0.4f) * h;
      int n = 4 + dice_pick (d, 9);
      for (int i = 0; i < n; i++)
        {
          float tall = h * dice_roll (d, 0.1f, 0.34f);
          float y = foot + h * 0.13f * (float) i / (float) n;
          paint_fir (c, middle + dice_roll (d, -1.0f, 1.0f) * spread, y, tall, colour_of (0x101c16),
                     colour_of (0x3f5a3a));
        }
    }
}

/* Woods on the lower slopes, tree by tree from far to near: what gives the heights behind them their size. */
static void
paint_woods (canvas *c, const massif *m, const landscape *l)
{
  dice *d = &c->dice;
  const int n = 1500;
  float shift = dice_roll (d, 0.0f, 99.0f), thick = dice_roll (d, -0.15f, 0.3f);

  for (int i = 0; i < n; i++)
    {
      int y = (int) (l->horizon * 0.7f + ((float) c->height - l->horizon * 0.7f) * (float) i / (float) n),
          x = dice_pick (d, c->width);
      float z = c->depth[(gsize) y * (gsize) c->width + (gsize) x], tall = 0.34f * l->focal / z;
      float wx = ((float) x - 0.5f * (float) c->width) / l->focal * z,
            height = l->eye - ((float) y - l->horizon) / l->focal * z;
      if (z <= 2.5f || height < 0.06f || height > 0.55f * m->snow
          || noise_octaves (c, wx * 0.35f + shift, z * 0.35f, 3) + thick < 0.1f)
        continue;
      float mist = 1.0f - fade (z / l->haze_length), light = dice_roll (d, 0.6f, 1.1f);
      paint_fir (c, (float) x, (float) y, tall * dice_roll (d, 0.6f, 1.2f),
                 colour_mix (colour_of (0x18241a), l->haze, mist),
                 colour_mix (colour_scale (colour_of (0x4a6438), light), l->haze, mist));
    }
}

void
scene_mountains (canvas *c)
{
  static const guint32 moods[][6] = {
    /* sunlight, skylight, zenith, low sky, haze, cloud */
    { 0xfff3e0, 0x8298bc, 0x2f68b4, 0xbcd6ec, 0xa9c2dc, 0xffffff },
    { 0xffcfa8, 0x7886b0, 0x5878ac, 0xf2d0b0, 0xc4b0b4, 0xffdcc4 },
    { 0xe4e6ea, 0x98a4b4, 0x7d93ac, 0xd3dbe2, 0xb4c0cc, 0xf0f2f4 },
    { 0xffe2b0, 0x7f93b8, 0x3d6fae, 0xe9dcc2, 0xc2c4c6, 0xfff4e0 },
  };
  dice *d = &c->dice;
  const guint32 *mood = moods[c->variant % 4];
  float h = (float) c->height, horizon = h * dice_roll (d, 0.5f, 0.66f);
  massif m = { .sunlight = colour_scale (colour_of (mood[0]), 1.55f),
               .skylight = colour_scale (colour_of (mood[1]), 0.62f),
               .white = colour_of (0xf2f5fa) };
  landscape l = { .height = massif_height,
                  .shade = massif_shade,
                  .land = &m,
                  .focal = 0.95f * h,
                  .horizon = horizon,
                  .from = 0.9f,
                  .to = 95.0f,
                  .haze = colour_of (mood[4]),
                  .stride = 1.02f };
  sky s;

  m.shift_x = dice_roll (d, 0.0f, 900.0f);
  m.shift_z = dice_roll (d, 0.0f, 900.0f);
  m.relief = dice_roll (d, 8.0f, 13.5f);
  m.snow = dice_roll (d, 1.8f, 6.0f);
  m.valley = dice_roll (d, 4.0f, 12.0f);
  m.rock = colour_of (dice_chance (d, 50) ? 0x7a736c : 0x75695c);
  m.grass = colour_of (dice_chance (d, 70) ? 0x56682f : 0x8a7438);
  m.lake = dice_chance (d, 55);
  massif_turn_axes (&m);
  l.haze_length = dice_roll (d, 60.0f, 130.0f);
  l.eye = dice_roll (d, 0.7f, 1.3f);
  l.eye = MAX (l.eye, landscape_near (c, &l) + 0.45f);

  turn_sun (c, m.sun, 0.35f, 0.8f);
  sky_init (&s, c, horizon);
  s.zenith = colour_of (mood[2]);
  s.low = colour_of (mood[3]);
  s.cloud = colour_of (mood[5]);
  s.cloud_shade = colour_mix (colour_of (mood[4]), colour_of (0x808898), 0.4f);
  sky_paint (c, &s);
  landscape_paint (c, &l);
  if (m.lake)
    paint_lake (c, &l, &s);
  paint_woods (c, &m, &l);
  if (dice_chance (d, 75))
    paint_firs (c, h * dice_roll (d, 0.93f, 1.02f));
}

typedef struct {
  float shift_x, shift_z, along[2], length, tall, sharp;
  float sun[3];
  colour sunlight, skylight, sand, shade_sand;
} dunes;

/* One train of dunes at phase u: a long windward side, a short slip face, the crest an edge. */
static float
dune_profile (float u, float crest)
{
  float t = u - floorf (u);

  t = t < crest ? t / crest : (1.0f - t) / (1.0f - crest);
  return t * t * (1.6f - 0.6f * t);
}

static float
dunes_at (const canvas *c, const dunes *m, float x, float z)
{
  x += m->shift_x;
  z += m->shift_z;
  float u = (x * m->along[0] + z * m->along[1]) / m->length, v = (z * m->along[0] - x * m->along[1]) / m->length;
  float bend = noise_at (c, v * 0.7f, u * 0.45f, NULL), swell = noise_at (c, u * 0.3f + 9.0f, v * 0.3f, NULL);
  float big = dune_profile (u + 1.3f * bend, m->sharp) * (0.75f + 0.8f * swell);
  float small = dune_profile (u * 2.7f + v * 0.9f + 0.9f * noise_at (c, v * 1.9f, u * 1.6f, NULL), m->sharp);

  return m->tall * (big + 0.14f * small + 0.6f * swell);
}

static float
dunes_height (const canvas *c, const void *land, float x, float z, float fine, float slope[2])
{
  float h = dunes_at (c, land, x, z);

  if (slope != NULL)
    {
      float step = MAX (fine, 0.01f);
      slope[0] = (dunes_at (c, land, x + step, z) - h) / step;
      slope[1] = (dunes_at (c, land, x, z + step) - h) / step;
    }
  return h;
}

static colour
dunes_shade (const canvas *c, const void *land, float x, float z, float height, const float slope[2], float fine)
{
  const dunes *m = land;
  float tilt[2] = { slope[0], slope[1] }, facing, warp = 2.2f * noise_at (c, x * 0.8f, z * 0.8f, NULL);
  float ripple[2], strength = ramp (0.05f, 0.008f, fine) * ramp (0.9f, 0.3f, fabsf (slope[0]) + fabsf (slope[1]));
  float u = x * m->along[0] + z * m->along[1], v = z * m->along[0] - x * m->along[1];

  noise_at (c, u * 15.0f + warp * 3.0f, v * 1.9f + warp, ripple);
  tilt[0] += ripple[0] * m->along[0] * 0.3f * strength;
  tilt[1] += ripple[0] * m->along[1] * 0.3f * strength;
  float grain = noise_texture (c, x, z + 0.7f * height, fine, 2);
  float patch = noise_octaves (c, x * 0.35f, z * 0.35f, 4);
  colour sand = colour_scale (colour_mix (m->sand, m->shade_sand, 0.5f + 0.5f * patch), 1.0f + 0.16f * grain);
  return light_ground (tilt, m->sun, m->sunlight, m->skylight, sand, &facing);
}

static void
paint_tufts (canvas *c, const landscape *l)
{
  dice *d = &c->dice;
  int n = dice_pick (d, 26);

  for (int i = 0; i < n; i++)
    {
      int x = dice_pick (d, c->width),
          y = (int) (l->horizon + dice_roll (d, 0.12f, 1.0f) * ((float) c->height - l->horizon));
      y = MIN (y, c->height - 1);
      float z = c->depth[(gsize) y * (gsize) c->width + (gsize) x];
      if (z <= 0.0f || z > 20.0f)
        continue;
      float tall = 0.16f * l->focal / z;
      tall = MIN (tall, 0.09f * (float) c->height);
      for (int b = 0; b < 16; b++)
        {
          float at = (float) x + dice_roll (d, -0.25f, 0.25f) * tall, blade = tall * dice_roll (d, 0.4f, 1.0f);
          float lean = dice_roll (d, -0.4f, 0.4f) * tall, bend = dice_roll (d, -0.5f, 0.5f) * tall;
          colour tip = colour_of (dice_chance (d, 50) ? 0x8c7c48 : 0x5f6234);
          canvas_blade (c, at, (float) y + 1.0f, blade, lean, bend, 1.0f, colour_of (0x3c3220), tip);
        }
    }
}

void
scene_desert (canvas *c)
{
  static const guint32 moods[][6] = {
    /* sunlight, skylight, zenith, low sky, sand, shaded sand */
    { 0xffe6c0, 0x8090b8, 0x2f6fbe, 0xbfd8ea, 0xd99a5a, 0xcf8a4e },
    { 0xffd8b0, 0x8f86a4, 0x6a88b6, 0xf4d8b4, 0xd69c68, 0xc48858 },
    { 0xfff4e4, 0x9aaed0, 0x3f80c8, 0xd0e2ee, 0xe6c896, 0xdcba84 },
    { 0xffcaa0, 0x887aa0, 0x6a6c9c, 0xecbc98, 0xc8906c, 0xb87e60 },
  };
  dice *d = &c->dice;
  const guint32 *mood = moods[c->variant % 4];
  float h = (float) c->height, horizon = h * dice_roll (d, 0.26f, 0.5f), turn = dice_roll (d, -0.9f, 0.9f);
  float side = sqrtf (1.0f - turn * turn);
  dunes m = { .along = { side, turn },
              .sunlight = colour_scale (colour_of (mood[0]), 1.6f),
              .skylight = colour_scale (colour_of (mood[1]), 0.5f),
              .sand = colour_of (mood[4]),
              .shade_sand = colour_of (mood[5]) };
  landscape l = { .height = dunes_height,
                  .shade = dunes_shade,
                  .land = &m,
                  .focal = 0.95f * h,
                  .horizon = horizon,
                  .from = 0.9f,
                  .to = 160.0f,
                  .haze = colour_of (mood[3]),
                  .stride = 1.01f };
  sky s;

  m.shift_x = dice_roll (d, 0.0f, 900.0f);
  m.shift_z = dice_roll (d, 0.0f, 900.0f);
  m.length = dice_roll (d, 8.0f, 17.0f);
  m.sharp = dice_roll (d, 0.62f, 0.78f);
  m.tall = m.length * dice_roll (d, 0.13f, 0.2f);
  l.haze_length = dice_roll (d, 120.0f, 260.0f);

  l.eye = landscape_near (c, &l) + m.tall * dice_roll (d, 0.1f, 0.6f) + 0.7f;
  turn_sun (c, m.sun, 0.22f, 0.5f);
  if (m.sun[0] * m.along[0] > 0.0f && dice_chance (d, 80))
    m.sun[0] = -m.sun[0];
  sky_init (&s, c, horizon);
  s.zenith = colour_of (mood[2]);
  s.low = colour_of (mood[3]);
  s.cover = dice_chance (d, 60) ? -1.0f : dice_roll (d, -0.6f, -0.2f);
  sky_paint (c, &s);
  landscape_paint (c, &l);
  paint_tufts (c, &l);
}
