/* Frost on the glass: cells of parallel needles, and feathers grown over them, lit from one side. ImageNet-C blends
 * photographs of frost; this draws crystals of the same grain and light, and blends by the same formula. */
#include <math.h>
#include <string.h>

#include "base/steady.h"
#include "image/corrupt_parts.h"

typedef struct {
  float x, y, dx, dy; /* middle, and the unit vector across the needles */
  float height, pitch;
} cell;

#define CELLS 14 /* along a side of the sheet */
#define CELL  ((float) PLASMA_SIZE / CELLS)

typedef struct {
  layer relief; /* the caller's */
  random_source *random;
} sheet;

/* One needle, tapering: a ridge `width` pixels wide. */
static void
needle (sheet *s, double x, double y, double dx, double dy, double length, double height)
{
  const int mask = PLASMA_SIZE - 1;

  for (double t = 0.0; t < length; t += 0.5)
    {
      double px = x + dx * t, py = y + dy * t, fx = px - floor (px), fy = py - floor (py);
      int x0 = (int) floor (px) & mask, y0 = (int) floor (py) & mask, x1 = (x0 + 1) & mask, y1 = (y0 + 1) & mask;
      double h = 0.5 * height * (1.0 - t / length);
      s->relief.v[y0 * PLASMA_SIZE + x0] += (float) (h * (1.0 - fx) * (1.0 - fy));
      s->relief.v[y0 * PLASMA_SIZE + x1] += (float) (h * fx * (1.0 - fy));
      s->relief.v[y1 * PLASMA_SIZE + x0] += (float) (h * (1.0 - fx) * fy);
      s->relief.v[y1 * PLASMA_SIZE + x1] += (float) (h * fx * fy);
    }
}

/* A stem with barbs at 60 degrees on both sides, shorter towards the tip: ice grows in six directions. */
static void
feather (sheet *s, double x, double y, double angle, double length)
{
  double dx = steady_cos (angle), dy = steady_sin (angle), gap = random_uniform (s->random, 2.0, 4.0);

  needle (s, x, y, dx, dy, length, 0.8);
  for (double t = gap; t < length; t += gap)
    for (int side = -1; side <= 1; side += 2)
      {
        double turn = angle + side * G_PI / random_uniform (s->random, 3.0, 5.0);
        double barb = (length - t) * random_uniform (s->random, 0.1, 0.5);
        needle (s, x + dx * t, y + dy * t, steady_cos (turn), steady_sin (turn), barb,
                random_uniform (s->random, 0.2, 0.7));
      }
}

static float
hash_grain (int which, int line)
{
  guint32 h = (guint32) which * 0x9e3779b1u ^ (guint32) line * 0x85ebca77u;

  h = (h ^ (h >> 15)) * 0x2c1b3c6du;
  h = (h ^ (h >> 12)) * 0x297a2d39u;
  return (float) ((h ^ (h >> 15)) >> 8) / 16777216.0f;
}

/* A middle in each square of the sheet, and needles along `spread` to both sides of one direction. */
static void
cells_init (cell cells[CELLS * CELLS], double spread, random_source *random)
{
  double main_angle = random_uniform (random, 0.0, G_PI);

  for (int i = 0; i < CELLS * CELLS; i++)
    {
      double angle = main_angle + random_uniform (random, -spread, spread);
      cell *c = &cells[i];
      c->dx = (float) steady_cos (angle);
      c->dy = (float) steady_sin (angle);
      c->x = CELL * (float) (i % CELLS + random_uniform (random, 0.0, 1.0));
      c->y = CELL * (float) (i / CELLS + random_uniform (random, 0.0, 1.0));
      c->height = (float) random_uniform (random, 0.2, 1.0);
      c->pitch = (float) random_uniform (random, 0.35, 1.0);
    }
}

/* Height of the needles at (x, y), both 0 or more, of the cell whose middle is nearest. */
static float
cells_at (const cell cells[CELLS * CELLS], float x, float y)
{
  int best = 0, cx = (int) (x / CELL), cy = (int) (y / CELL);
  float nearest = 1e9f, across = 0.0f;

  for (int k = 0; k < 9; k++)
    {
      int i = (cy + k / 3 - 1 + CELLS) % CELLS * CELLS + (cx + k % 3 - 1 + CELLS) % CELLS;
      float dx = x - cells[i].x, dy = y - cells[i].y;
      dx -= (float) PLASMA_SIZE * floorf (dx / (float) PLASMA_SIZE + 0.5f);
      dy -= (float) PLASMA_SIZE * floorf (dy / (float) PLASMA_SIZE + 0.5f);
      if (dx * dx + dy * dy < nearest)
        {
          nearest = dx * dx + dy * dy;
          best = i;
          across = (dx * cells[i].dx + dy * cells[i].dy) * cells[i].pitch;
        }
    }
  float line = floorf (across), here = hash_grain (best, (int) line), next = hash_grain (best, (int) line + 1);
  return cells[best].height * (here + (next - here) * (across - line));
}

/* The veil bends the borders between cells, and the needles in them. */
static void
needle_cells (sheet *s, const layer *veil, double spread, float strength)
{
  cell cells[CELLS * CELLS];

  cells_init (cells, spread, s->random);
  for (int y = 0; y < PLASMA_SIZE; y++)
    for (int x = 0; x < PLASMA_SIZE; x++)
      {
        int i = y * PLASMA_SIZE + x;
        float wave = 60.0f * veil->v[i];
        s->relief.v[i] += strength * cells_at (cells, (float) x + wave, (float) y + (float) PLASMA_SIZE - wave);
      }
}

/* Light on the relief, from one side, over a veil of uneven thickness. */
static void
shade (const layer *relief, const layer *veil, random_source *random, layer *out)
{
  const int mask = PLASMA_SIZE - 1;
  float middle = (float) random_uniform (random, 0.4, 0.75), contrast = (float) random_uniform (random, 0.2, 0.5);
  float veiled = (float) random_uniform (random, 0.2, 0.6), slanted = (float) random_uniform (random, 0.3, 1.3);

  for (int y = 0; y < PLASMA_SIZE; y++)
    for (int x = 0; x < PLASMA_SIZE; x++)
      {
        int i = y * PLASMA_SIZE + x, lit = ((y + 1) & mask) * PLASMA_SIZE + ((x + 1) & mask);
        float height = MIN (relief->v[i], 1.5f), slope = height - MIN (relief->v[lit], 1.5f);
        float v = middle + veiled * (veil->v[i] - 0.5f) + contrast * (slanted * slope + height - 0.5f);
        out->v[i] = CLAMP (v, 0.02f, 1.0f);
      }
}

/* 256 x 256, periodic: brightness of the frost. */
static gboolean
frost_sheet (random_source *random, layer *out, GError **error)
{
  g_auto (layer) veil = { 0 }, relief = { 0 };

  if (!plasma_init (&veil, 1.6, random, error) || !layer_init (&relief, PLASMA_SIZE, PLASMA_SIZE, 1, error)
      || !layer_init (out, PLASMA_SIZE, PLASMA_SIZE, 1, error))
    return FALSE;
  sheet s = { .relief = relief, .random = random };
  memset (relief.v, 0, sizeof (float) * PLASMA_SIZE * PLASMA_SIZE);
  double spread = random_uniform (random, 0.3, 1.6);
  needle_cells (&s, &veil, spread, (float) random_uniform (random, 0.2, 1.2));
  for (int n = 30 + random_below (random, 170); n > 0; n--)
    {
      double x = random_uniform (random, 0.0, PLASMA_SIZE), y = random_uniform (random, 0.0, PLASMA_SIZE);
      double angle = random_uniform (random, 0.0, 2.0 * G_PI);
      feather (&s, x, y, angle, random_uniform (random, 8.0, 60.0));
    }
  if (!layer_gaussian (&relief, random_uniform (random, 0.2, 0.7), 3, error))
    return FALSE;
  shade (&relief, &veil, random, out);
  return TRUE;
}

gboolean
corrupt_with_frost (corruption *c, GError **error)
{
  static const double kept[5] = { 1, .8, .7, .65, .6 };
  g_auto (layer) l = { 0 }, frost = { 0 };
  float keep = (float) corruption_between (c, kept), add = (float) c->amount, fine = (float) (1.0 / c->scale), tint[3];
  float x0 = (float) random_below (&c->random, PLASMA_SIZE), y0 = (float) random_below (&c->random, PLASMA_SIZE);
  /* from the brown of a lit room to the blue of the sky */
  float cold = (float) random_uniform (&c->random, -0.12, 0.28);

  if (!layer_of_picture (&l, c->im, error) || !frost_sheet (&c->random, &frost, error))
    return FALSE;
  tint[0] = 1.0f - cold;
  tint[1] = 1.0f;
  tint[2] = 1.0f + 0.6f * cold;
  float *p = l.v;
  for (int y = 0; y < l.height; y++)
    for (int x = 0; x < l.width; x++)
      {
        float ice = plasma_at (&frost, (float) x * fine + x0, (float) y * fine + y0);
        for (int k = 0; k < 3; k++, p++)
          *p = keep * *p + add * MIN (ice * tint[k], 1.0f);
      }
  layer_to_picture (&l, c->im);
  return TRUE;
}
