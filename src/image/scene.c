/* Demo scenes: one painter a class, on a canvas finer than the picture, which is then shrunk, toned and given the
 * faint grain of a camera.
 *
 * The one thing to know: a test keeps check sums of pixels, so a change to any painter changes those on purpose. */
#include "image/scene.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "image/resample.h"
#include "image/scene_tools.h"

#define LARGEST_SIDE 8192

const char *const scene_names[SCENE_KINDS] = { "beach", "city", "desert", "forest", "meadow", "mountains" };

static void (*const painters[SCENE_KINDS]) (canvas *c) = { scene_beach,  scene_city,   scene_desert,
                                                           scene_forest, scene_meadow, scene_mountains };

static void
canvas_clear (canvas *c)
{
  g_free (c->light);
  g_free (c->depth);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (canvas, canvas_clear)

static gboolean
canvas_init (canvas *c, int width, int height, int kind, guint64 seed)
{
  gsize n = (gsize) width * (gsize) height;

  *c = (canvas){ .width = width,
                 .height = height,
                 .variant = (int) (seed % 12),
                 .dice.state = seed * SCENE_KINDS + (guint64) kind + 1 };
  c->light = g_try_malloc0 (n * 3 * sizeof (float));
  c->depth = g_try_malloc0 (n * sizeof (float));
  for (int i = 0; i < 256; i++)
    {
      float x, y, square;
      do
        {
          x = dice_roll (&c->dice, -1.0f, 1.0f);
          y = dice_roll (&c->dice, -1.0f, 1.0f);
          square = x * x + y * y;
        }
      while (square > 1.0f || square < 0.01f);
      c->gradients[i][0] = x / sqrtf (square);
      c->gradients[i][1] = y / sqrtf (square);
      c->lattice[i] = (guint8) i;
    }
  for (int i = 255; i > 0; i--)
    {
      int j = dice_pick (&c->dice, i + 1);
      guint8 swap = c->lattice[i];
      c->lattice[i] = c->lattice[j];
      c->lattice[j] = swap;
    }
  memcpy (c->lattice + 256, c->lattice, 256);
  return c->light != NULL && c->depth != NULL;
}

/* Linear light to 8 bits: highlights roll off as film does, and a square root stands in for the gamma curve. */
static guint8
develop (float light)
{
  float x = MAX (light, 0.0f);

  x = x < 0.6f ? x : 0.6f + (x - 0.6f) / (1.0f + (x - 0.6f) * 1.4f);
  x = sqrtf (MIN (x, 1.0f));
  x = x + 0.25f * x * (1.0f - x) * (2.0f * x - 1.0f);
  return (guint8) (x * 255.0f + 0.5f);
}

/* A camera's grain: about one level, a little more in the dark, as a sum of four even draws. */
static void
add_grain (const canvas *c, image *out)
{
  dice d = { c->dice.state ^ 0x5eed };
  gsize n = (gsize) out->width * (gsize) out->height * 3;

  for (gsize i = 0; i < n; i++)
    {
      float draw = dice_roll (&d, -1.0f, 1.0f) + dice_roll (&d, -1.0f, 1.0f), level = out->pixels[i];
      int grained = (int) (level + draw * (1.6f - 0.003f * level) + 0.5f);
      out->pixels[i] = (guint8) CLAMP (grained, 0, 255);
    }
}

static gboolean
draw (int kind, guint64 seed, int width, int height, image *fine, image *out, GError **error)
{
  g_auto (canvas) c = { 0 };
  int fine_width = width * 4 / 3 + 1, fine_height = height * 4 / 3 + 1;

  if (!canvas_init (&c, fine_width, fine_height, kind, seed) || !image_reserve (fine, fine_width, fine_height, 3))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "not enough memory to draw %d x %d pixels", width,
                   height);
      return FALSE;
    }
  painters[kind](&c);
  gsize n = (gsize) fine_width * (gsize) fine_height * 3;
  for (gsize i = 0; i < n; i++)
    fine->pixels[i] = develop (c.light[i]);
  if (!resample (fine, width, height, FILTER_BICUBIC, out, error))
    return FALSE;
  add_grain (&c, out);
  return TRUE;
}

gboolean
scene_draw (int kind, guint64 seed, int width, int height, image *out, GError **error)
{
  image fine = { 0 };

  if (kind < 0 || kind >= SCENE_KINDS || width < 1 || height < 1 || width > LARGEST_SIDE || height > LARGEST_SIDE)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "no scene %d of %d x %d pixels: kinds are 0 to %d, sides 1 to %d", kind, width, height,
                   SCENE_KINDS - 1, LARGEST_SIDE);
      return FALSE;
    }
  gboolean done = draw (kind, seed, width, height, &fine, out, error);
  image_clear (&fine);
  return done;
}
