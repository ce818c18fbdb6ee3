/* What the corruptions share: layers of float values, and one function a kind. Private to corrupt*.c. */
#pragma once

#include "base/random.h"
#include "image/corrupt.h"

/* ---- layers: pictures in float, 1 is white */

typedef struct {
  int width, height, channels; /* channels 3 (RGB) or 1 */
  float *v;                    /* height x width x channels, interleaved */
} layer;

/* Values are not set. FALSE with PARDON_ERROR_PICTURE when memory is short. */
gboolean layer_init (layer *l, int width, int height, int channels, GError **error);
void layer_clear (layer *l);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (layer, layer_clear)

gboolean layer_of_picture (layer *l, const image *im, GError **error); /* RGB over 255 */
void layer_to_picture (const layer *l, image *im);                     /* clipped, rounded; alpha left alone */
guint8 layer_byte (float value);                                       /* 0..1 to 0..255, clipped, rounded */

/* Room for `n` things of `size` bytes; NULL with PARDON_ERROR_PICTURE when memory is short. g_free. */
gpointer corruption_room (gsize n, gsize size, GError **error);

/* Index within 0 .. n - 1: the nearest end; or mirrored at the ends, which are repeated, or not repeated. */
int edge_nearest (int i, int n);
int edge_mirror (int i, int n);
int edge_mirror_once (int i, int n);

/* Gaussian weights cut off at `reach` pixels; edges extended. sigma 0: nothing. */
gboolean layer_gaussian (layer *l, double sigma, int reach, GError **error);
/* Near a gaussian of large sigma, by four box means; edges mirrored; cost does not grow with sigma. */
gboolean layer_smooth (layer *l, double sigma, GError **error);
/* Half a gaussian along a line, as ImageMagick's motion blur has it: weights exp (-i^2 / 2 sigma^2) for i < length, each
 * taken from the pixel nearest to i steps in direction (dx, dy), a unit vector; edges extended. */
gboolean layer_motion (layer *l, int length, double sigma, double dx, double dy, GError **error);
/* Adds `weight` times the middle of `in`, enlarged `zoom` >= 1 times by linear interpolation, to `out` of the same size. */
gboolean layer_add_zoomed (layer *out, const layer *in, double zoom, float weight, GError **error);
/* Linear interpolation of channel c at (x, y), edges mirrored. */
float layer_at (const layer *l, float x, float y, int c);

/* ---- one corruption under way */

typedef struct {
  image *im;
  double severity;
  double amount; /* the kind's parameter at this severity */
  double scale;  /* pixels here for one at short side 224 to 256 */
  random_source random;
} corruption;

/* A further parameter from its five values. */
double corruption_between (const corruption *c, const double at[5]);
/* A length for short side 224, here, rounded, at least `least`. */
int corruption_pixels (const corruption *c, double length, int least);

gboolean corrupt_with_box_blur (corruption *c, GError **error);
gboolean corrupt_with_gaussian_blur (corruption *c, GError **error);
gboolean corrupt_with_defocus_blur (corruption *c, GError **error);
gboolean corrupt_with_motion_blur (corruption *c, GError **error);
gboolean corrupt_with_zoom_blur (corruption *c, GError **error);
gboolean corrupt_with_glass_blur (corruption *c, GError **error);

gboolean corrupt_with_gaussian_noise (corruption *c, GError **error);
gboolean corrupt_with_shot_noise (corruption *c, GError **error);
gboolean corrupt_with_impulse_noise (corruption *c, GError **error);
gboolean corrupt_with_speckle_noise (corruption *c, GError **error);
gboolean corrupt_with_sensor_noise (corruption *c, GError **error);

gboolean corrupt_with_jpeg (corruption *c, GError **error);
gboolean corrupt_with_pixelate (corruption *c, GError **error);
gboolean corrupt_with_low_resolution (corruption *c, GError **error);

gboolean corrupt_with_snow (corruption *c, GError **error);
gboolean corrupt_with_frost (corruption *c, GError **error);
gboolean corrupt_with_fog (corruption *c, GError **error);
gboolean corrupt_with_haze (corruption *c, GError **error);

gboolean corrupt_with_dark (corruption *c, GError **error);
gboolean corrupt_with_bright (corruption *c, GError **error);
gboolean corrupt_with_low_contrast (corruption *c, GError **error);
gboolean corrupt_with_colour_cast (corruption *c, GError **error);
gboolean corrupt_with_saturation (corruption *c, GError **error);

gboolean corrupt_with_elastic (corruption *c, GError **error);
gboolean corrupt_with_cut_off (corruption *c, GError **error);

/* sRGB (IEC 61966-2-1) to linear light and back, 0..1. `table`: 256 linear values. */
void srgb_table (float table[256]);
float srgb_of_linear (float linear);

/* A plasma fractal by the diamond-square algorithm (Fournier, Fussell, Carpenter 1982), 256 x 256, periodic, 0..1: each
 * octave's wobble is `decay`^2 times smaller than the last. */
#define PLASMA_SIZE 256
gboolean plasma_init (layer *l, double decay, random_source *random, GError **error);
/* Linear interpolation at (x, y), repeated endlessly. */
float plasma_at (const layer *l, float x, float y);
