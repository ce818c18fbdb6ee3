/* Light and colour. Hue is never computed: a change of HSV value scales the three channels, a change of HSV saturation
 * scales their distance from the largest. */
#include <math.h>

#include "base/steady.h"
#include "image/corrupt_parts.h"

/* Every level of every channel to another. */
static void
apply_tables (image *im, const guint8 tables[3][256])
{
  gsize n = (gsize) im->width * (gsize) im->height, channels = (gsize) im->channels;

  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < 3; k++)
      im->pixels[i * channels + k] = tables[k][im->pixels[i * channels + k]];
}

/* Linear light times `gains`, each channel by itself. */
static void
apply_gains (image *im, const double gains[3])
{
  float linear[256];
  guint8 tables[3][256];

  srgb_table (linear);
  for (int k = 0; k < 3; k++)
    for (int i = 0; i < 256; i++)
      tables[k][i] = layer_byte (srgb_of_linear (linear[i] * (float) gains[k]));
  apply_tables (im, tables);
}

gboolean
corrupt_with_dark (corruption *c, GError **error)
{
  (void) error;
  double gain = steady_power (0.5, c->amount);
  apply_gains (c->im, (const double[3]){ gain, gain, gain });
  return TRUE;
}

/* The hue by the seed, evenly around the circle: a channel keeps all of its light where the hue has it, and loses
 * `amount` of it opposite. */
gboolean
corrupt_with_colour_cast (corruption *c, GError **error)
{
  (void) error;
  double hue = random_uniform (&c->random, 0.0, 6.0), gains[3];
  for (int k = 0; k < 3; k++)
    {
      double away = fabs (hue - 2.0 * k);
      away = MIN (away, 6.0 - away);
      gains[k] = 1.0 - c->amount * CLAMP (away - 1.0, 0.0, 1.0);
    }
  apply_gains (c->im, gains);
  return TRUE;
}

gboolean
corrupt_with_bright (corruption *c, GError **error)
{
  (void) error;
  gsize n = (gsize) c->im->width * (gsize) c->im->height, channels = (gsize) c->im->channels;
  for (gsize i = 0; i < n; i++)
    {
      guint8 *p = c->im->pixels + i * channels;
      double value = MAX (p[0], MAX (p[1], p[2])) / 255.0, brighter = MIN (value + c->amount, 1.0);
      for (int k = 0; k < 3; k++)
        p[k] = layer_byte ((float) (value > 0.0 ? p[k] / 255.0 * brighter / value : brighter));
    }
  return TRUE;
}

gboolean
corrupt_with_low_contrast (corruption *c, GError **error)
{
  (void) error;
  gsize n = (gsize) c->im->width * (gsize) c->im->height, channels = (gsize) c->im->channels;
  guint64 sums[3] = { 0 };
  guint8 tables[3][256];
  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < 3; k++)
      sums[k] += c->im->pixels[i * channels + k];
  for (int k = 0; k < 3; k++)
    for (int i = 0; i < 256; i++)
      {
        double mean = (double) sums[k] / (double) n;
        tables[k][i] = layer_byte ((float) (((i - mean) * c->amount + mean) / 255.0));
      }
  apply_tables (c->im, tables);
  return TRUE;
}

/* Over- or under-saturated by the seed. The published kind does one at severity 1 and 2 and the other from 3 on, which
 * would pass through an unchanged picture between. Grey has no hue to saturate and stays grey. */
gboolean
corrupt_with_saturation (corruption *c, GError **error)
{
  (void) error;
  static const double added[5] = { 0, 0, 0.05, 0.1, 0.2 };
  gboolean over = random_below (&c->random, 2) == 1;
  double factor = over ? c->amount : 1.0 / c->amount, more = over ? corruption_between (c, added) : 0.0;
  gsize n = (gsize) c->im->width * (gsize) c->im->height, channels = (gsize) c->im->channels;

  for (gsize i = 0; i < n; i++)
    {
      guint8 *p = c->im->pixels + i * channels;
      double high = MAX (p[0], MAX (p[1], p[2])), low = MIN (p[0], MIN (p[1], p[2]));
      if (high == low)
        continue;
      double saturation = (high - low) / high, k = MIN (saturation * factor + more, 1.0) / saturation;
      for (int j = 0; j < 3; j++)
        p[j] = layer_byte ((float) ((high - (high - p[j]) * k) / 255.0));
    }
  return TRUE;
}
