/* The table of corruptions, and the way to each.
 *
 * The one thing to know: the random sequence starts from the seed and the kind's name, so that kinds can be added or
 * moved without changing what others make of a seed. */
#include "image/corrupt.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "image/corrupt_parts.h"

#define IMAGENET_C "Hendrycks and Dietterich 2019, ImageNet-C"

const char *const corruption_family_names[CORRUPTION_FAMILIES] = { "blur", "noise",    "resolution", "weather",
                                                                   "tone", "geometry", "broken" };

/* clang-format off */
const corruption_kind corruption_kinds[CORRUPTION_KINDS] = {
  { "box-blur", FAMILY_BLUR, "radius in pixels", { 1, 1.5, 2, 3, 4 }, "Pillow's BoxBlur; values by pardon" },
  { "gaussian-blur", FAMILY_BLUR, "sigma in pixels", { 1, 2, 3, 4, 6 }, IMAGENET_C },
  { "defocus-blur", FAMILY_BLUR, "radius of the disc in pixels", { 3, 4, 6, 8, 10 }, IMAGENET_C },
  { "motion-blur", FAMILY_BLUR, "sigma of the trail in pixels", { 3, 5, 8, 12, 15 }, IMAGENET_C },
  { "zoom-blur", FAMILY_BLUR, "largest enlargement", { 1.11, 1.15, 1.20, 1.24, 1.30 }, IMAGENET_C },
  { "glass-blur", FAMILY_BLUR, "sigma in pixels", { 0.7, 0.9, 1, 1.1, 1.5 }, IMAGENET_C },
  { "gaussian-noise", FAMILY_NOISE, "deviation, 1 is white", { .08, .12, .18, .26, .38 }, IMAGENET_C },
  { "shot-noise", FAMILY_NOISE, "photons in white", { 60, 25, 12, 5, 3 }, IMAGENET_C },
  { "impulse-noise", FAMILY_NOISE, "share of values lost", { .03, .06, .09, .17, .27 }, IMAGENET_C },
  { "speckle-noise", FAMILY_NOISE, "deviation over the value", { .15, .2, .35, .45, .6 }, IMAGENET_C },
  { "sensor-noise", FAMILY_NOISE, "variance in linear white", { .008, .018, .04, .08, .16 },
    "Foi, Trimeche, Katkovnik, Egiazarian 2008; values by pardon" },
  { "jpeg", FAMILY_RESOLUTION, "quality", { 25, 18, 15, 10, 7 }, IMAGENET_C },
  { "pixelate", FAMILY_RESOLUTION, "share of the pixels along a side", { .6, .5, .4, .3, .25 }, IMAGENET_C },
  { "low-resolution", FAMILY_RESOLUTION, "share of the pixels along a side", { .6, .5, .4, .3, .25 },
    "shares as pixelate" },
  { "snow", FAMILY_WEATHER, "mean of the snow layer", { .1, .2, .55, .55, .55 }, IMAGENET_C },
  { "frost", FAMILY_WEATHER, "share of frost added", { .4, .6, .7, .7, .75 },
    IMAGENET_C "; procedural crystals by pardon" },
  { "fog", FAMILY_WEATHER, "thickness over white", { 1.5, 2, 2.5, 2.5, 3 }, IMAGENET_C },
  { "haze", FAMILY_WEATHER, "light that comes through", { .7, .58, .46, .36, .26 },
    "Narasimhan and Nayar 2002; values by pardon" },
  { "dark", FAMILY_TONE, "stops underexposed", { 1, 2, 3, 4, 5 }, "photographic stops in linear light; values by pardon" },
  { "bright", FAMILY_TONE, "added to the value, 1 is white", { .1, .2, .3, .4, .5 }, IMAGENET_C },
  { "low-contrast", FAMILY_TONE, "share of the contrast left", { .4, .3, .2, .1, .05 }, IMAGENET_C },
  { "colour-cast", FAMILY_TONE, "share of the opposite colour lost", { .2, .3, .42, .55, .7 },
    "gains in linear light; values by pardon" },
  { "saturation", FAMILY_TONE, "times the saturation, or divided by it", { 2, 3, 5, 10, 20 },
    IMAGENET_C "'s saturate, put in order" },
  { "elastic", FAMILY_GEOMETRY, "strength of the displacement in pixels", { 488, 488, 12.2, 17.08, 29.28 },
    IMAGENET_C "; Simard, Steinkraus, Platt 2003" },
  { "cut-off", FAMILY_BROKEN, "share of the rows missing", { .1, .2, .35, .5, .7 }, "libjpeg on a truncated file" },
};
/* clang-format on */

typedef gboolean (*corrupt_function) (corruption *c, GError **error);

static const corrupt_function functions[CORRUPTION_KINDS] = {
  corrupt_with_box_blur,      corrupt_with_gaussian_blur,  corrupt_with_defocus_blur,   corrupt_with_motion_blur,
  corrupt_with_zoom_blur,     corrupt_with_glass_blur,     corrupt_with_gaussian_noise, corrupt_with_shot_noise,
  corrupt_with_impulse_noise, corrupt_with_speckle_noise,  corrupt_with_sensor_noise,   corrupt_with_jpeg,
  corrupt_with_pixelate,      corrupt_with_low_resolution, corrupt_with_snow,           corrupt_with_frost,
  corrupt_with_fog,           corrupt_with_haze,           corrupt_with_dark,           corrupt_with_bright,
  corrupt_with_low_contrast,  corrupt_with_colour_cast,    corrupt_with_saturation,     corrupt_with_elastic,
  corrupt_with_cut_off,
};

int
corruption_find (const char *name)
{
  for (int i = 0; i < CORRUPTION_KINDS; i++)
    if (strcmp (corruption_kinds[i].name, name) == 0)
      return i;
  return -1;
}

static double
between (const double at[5], double severity)
{
  double s = CLAMP (severity, 1.0, 5.0) - 1.0;
  int below = MIN ((int) s, 3);

  return at[below] + (at[below + 1] - at[below]) * (s - below);
}

double
corruption_parameter (int kind, double severity)
{
  return between (corruption_kinds[kind].at, severity);
}

double
corruption_between (const corruption *c, const double at[5])
{
  return between (at, c->severity);
}

int
corruption_pixels (const corruption *c, double length, int least)
{
  return MAX ((int) floor (length * c->scale + 0.5), least);
}

/* A model's usual recipe brings the short side to 256 and cuts 224 out: the same pixels. */
static double
scale_of (const image *im)
{
  int side = MIN (im->width, im->height);

  return side < 224 ? side / 224.0 : side > 256 ? side / 256.0 : 1.0;
}

gboolean
corrupt (image *im, int kind, double severity, guint64 seed, GError **error)
{
  if (!(severity >= 1.0 && severity <= 5.0))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "severity '%g' of %s is not between 1 and 5", severity,
                   corruption_kinds[kind].name);
      return FALSE;
    }
  corruption c = {
    .im = im, .severity = severity, .amount = corruption_parameter (kind, severity), .scale = scale_of (im)
  };
  random_init (&c.random, seed, corruption_kinds[kind].name);
  return functions[kind](&c, error);
}
