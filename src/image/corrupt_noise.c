/* Noise. The four of ImageNet-C act on each value by itself; sensor noise is made where a camera makes it, on the mosaic
 * in linear light, and so is coloured, coarser than a pixel and stronger in the dark. */
#include <math.h>
#include <string.h>

#include "base/steady.h"
#include "image/corrupt_parts.h"

/* A function that gives a value's new self; `amount` is the kind's parameter. */
typedef float (*noise_function) (float value, double amount, random_source *random);

static void
add_noise (corruption *c, noise_function noise)
{
  gsize n = (gsize) c->im->width * (gsize) c->im->height, channels = (gsize) c->im->channels;

  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < 3; k++)
      {
        guint8 *p = c->im->pixels + i * channels + k;
        *p = layer_byte (noise ((float) *p / 255.0f, c->amount, &c->random));
      }
}

static float
gaussian (float value, double amount, random_source *random)
{
  return value + (float) (amount * random_normal (random));
}

static float
speckle (float value, double amount, random_source *random)
{
  return value + value * (float) (amount * random_normal (random));
}

static float
impulse (float value, double amount, random_source *random)
{
  double u = random_uniform (random, 0.0, 1.0);

  return u < amount / 2.0 ? 0.0f : u < amount ? 1.0f : value;
}

gboolean
corrupt_with_gaussian_noise (corruption *c, GError **error)
{
  (void) error;
  add_noise (c, gaussian);
  return TRUE;
}

gboolean
corrupt_with_speckle_noise (corruption *c, GError **error)
{
  (void) error;
  add_noise (c, speckle);
  return TRUE;
}

gboolean
corrupt_with_impulse_noise (corruption *c, GError **error)
{
  (void) error;
  add_noise (c, impulse);
  return TRUE;
}

gboolean
corrupt_with_shot_noise (corruption *c, GError **error)
{
  (void) error;
  poisson_table tables[256];
  gsize n = (gsize) c->im->width * (gsize) c->im->height, channels = (gsize) c->im->channels;

  for (int i = 0; i < 256; i++)
    poisson_init (&tables[i], i / 255.0 * c->amount);
  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < 3; k++)
      {
        guint8 *p = c->im->pixels + i * channels + k;
        *p = layer_byte ((float) (poisson_draw (&tables[*p], &c->random) / c->amount));
      }
  for (int i = 0; i < 256; i++)
    poisson_clear (&tables[i]);
  return TRUE;
}

/* ---- sensor */

void
srgb_table (float table[256])
{
  for (int i = 0; i < 256; i++)
    {
      double v = i / 255.0;
      table[i] = (float) (v <= 0.04045 ? v / 12.92 : steady_power ((v + 0.055) / 1.055, 2.4));
    }
}

float
srgb_of_linear (float linear)
{
  if (linear <= 0.0f)
    return 0.0f;
  double v = MIN ((double) linear, 1.0);
  return (float) (v <= 0.0031308 ? v * 12.92 : 1.055 * steady_power (v, 1.0 / 2.4) - 0.055);
}

/* Which colour a Bayer mosaic (RGGB) has at (x, y). */
static inline int
bayer (int x, int y)
{
  return (y & 1) + (x & 1);
}

/* Noise of the mosaic: photons make its variance grow with the light, reading adds a constant. The channels behind
 * weaker filters (red, blue) are amplified by `gains` afterwards. */
static void
expose (const image *im, const float linear[256], const float gains[3], double variance, random_source *random,
        layer *mosaic)
{
  double read = 0.02 * sqrt (variance) * (1.0 + 4.0 * sqrt (variance));

  for (int y = 0; y < im->height; y++)
    for (int x = 0; x < im->width; x++)
      {
        gsize i = (gsize) y * (gsize) im->width + (gsize) x;
        int colour = bayer (x, y);
        double light = (double) (linear[im->pixels[i * (gsize) im->channels + (gsize) colour]] / gains[colour]);
        double deviation = sqrt (variance * light + read * read);
        mosaic->v[i] = gains[colour] * (float) (deviation * random_normal (random));
      }
}

/* Bilinear demosaicing at (x, y): the mean over the nearest places of the mosaic that have `colour`. */
static float
demosaic (const layer *mosaic, int x, int y, int colour)
{
  float sum = 0.0f, n = 0.0f;

  if (bayer (x, y) == colour)
    return mosaic->v[(gsize) y * (gsize) mosaic->width + (gsize) x];
  for (int dy = -1; dy <= 1; dy++)
    for (int dx = -1; dx <= 1; dx++)
      if (bayer (x + dx, y + dy) == colour && !(colour == 1 && dx != 0 && dy != 0) && x + dx >= 0 && y + dy >= 0
          && x + dx < mosaic->width && y + dy < mosaic->height)
        {
          sum += mosaic->v[(gsize) (y + dy) * (gsize) mosaic->width + (gsize) (x + dx)];
          n += 1.0f;
        }
  return n > 0.0f ? sum / n : 0.0f;
}

/* The picture itself does not pass through the mosaic, because it would come out softer, which is another fault: by
 * linearity, the noise alone is demosaiced and added. Half of the seeds smooth it a little, as cameras do. */
gboolean
corrupt_with_sensor_noise (corruption *c, GError **error)
{
  float linear[256], gains[3] = { 1.0f, 1.0f, 1.0f };
  image *im = c->im;
  g_auto (layer) mosaic = { 0 }, noise = { 0 };

  if (!layer_init (&mosaic, im->width, im->height, 1, error) || !layer_init (&noise, im->width, im->height, 3, error))
    return FALSE;
  srgb_table (linear);
  gains[0] = (float) random_uniform (&c->random, 1.4, 2.2);
  gains[2] = (float) random_uniform (&c->random, 1.3, 2.0);
  double smoothing = random_uniform (&c->random, -0.6, 0.6);
  expose (im, linear, gains, c->amount, &c->random, &mosaic);
  float *to = noise.v;
  for (int y = 0; y < im->height; y++)
    for (int x = 0; x < im->width; x++)
      for (int k = 0; k < 3; k++)
        *to++ = demosaic (&mosaic, x, y, k);
  if (!layer_gaussian (&noise, MAX (smoothing, 0.0), 2, error))
    return FALSE;
  gsize n = (gsize) im->width * (gsize) im->height, channels = (gsize) im->channels;
  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < 3; k++)
      {
        guint8 *p = im->pixels + i * channels + k;
        *p = layer_byte (srgb_of_linear (linear[*p] + noise.v[3 * i + k]));
      }
  return TRUE;
}
