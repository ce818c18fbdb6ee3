/* What the demo scenes are painted with: a canvas of linear light, random numbers, noise, brushes, a sky and a
 * landscape. Private to scene*.c.
 *
 * The same pixels everywhere: only + - * / and square roots in single precision, which IEEE 754 rounds one way, and
 * no library function whose last bit a platform may choose. Lengths are in pixels of the canvas unless a name ends in
 * `_u`: those are in canvas heights. */
#pragma once

#include "types.h"

typedef struct {
  float r, g, b; /* linear light, 1 is paper white */
} colour;

typedef struct {
  guint64 state; /* splitmix64 (Steele, Lea, Flood 2014) */
} dice;

typedef struct {
  int width, height;
  float *light; /* height x width x 3 */
  float *depth; /* height x width: distance of the landscape, 0 where there is none */
  int variant;  /* counts up with the seed: what moods are chosen by, so that neighbours differ */
  dice dice;
  guint8 lattice[512];     /* a permutation of 0 .. 255, twice */
  float gradients[256][2]; /* unit vectors */
} canvas;

float dice_roll (dice *d, float low, float high);
int dice_pick (dice *d, int n); /* 0 .. n - 1 */
/* TRUE in `percent` of 100 throws. */
gboolean dice_chance (dice *d, int percent);

colour colour_of (guint32 rgb); /* 0xRRGGBB as one sees it */
colour colour_mix (colour a, colour b, float t);
colour colour_scale (colour a, float k);
colour colour_times (colour a, colour b);

float ramp (float low, float high, float x); /* smoothstep: 0 below low, 1 above high; also falling */
float fade (float x);                        /* near exp (-x) for x >= 0 */
float noise_power (float x, int n);          /* x to the n */

/* Perlin's gradient noise, about -0.7 .. 0.7; with its slope when `slope` is not NULL. */
float noise_at (const canvas *c, float x, float y, float slope[2]);
/* Octaves of it, each half as high and twice as fine as the last, rotated; about -1 .. 1. */
float noise_octaves (const canvas *c, float x, float y, int octaves);
/* Noise as fine as a pixel of size `fine` can show, at every distance; about -0.7 .. 0.7. */
float noise_texture (const canvas *c, float x, float y, float fine, int octaves);
/* 0 .. 1, another value for each pair of integers. */
float noise_grain (const canvas *c, int x, int y);

void canvas_blend (canvas *c, int x, int y, colour what, float cover);
colour canvas_at (const canvas *c, int x, int y); /* nearest inside */
/* An ellipse with soft edge, turned so that its long side points along (dx, dy), a unit vector. */
void canvas_dab (canvas *c, float x, float y, float rx, float ry, float dx, float dy, colour what, float cover);
/* A tapering line. */
void canvas_stroke (canvas *c, float x0, float y0, float x1, float y1, float w0, float w1, colour what, float cover);
/* A blade: a stroke bent sideways by `bend`, from a thick root to a point, colour from root to tip. */
void canvas_blade (canvas *c, float x, float y, float length, float lean, float bend, float w, colour root, colour tip);

typedef struct {
  colour zenith, low; /* of the clear sky, at the top of the picture and at the horizon */
  colour cloud, cloud_shade;
  colour sun;         /* colour of its light */
  float sun_x, sun_y; /* where it stands; may be outside the picture */
  float glow;         /* of the air around it, 0 .. 1 */
  float cover;        /* clouds: -1 none .. 1 overcast */
  float cloud_size;
  float shift_x, shift_y; /* which clouds */
  float horizon;          /* row */
} sky;

void sky_init (sky *s, canvas *c, float horizon); /* a fair day; change what should differ */
colour sky_at (const canvas *c, const sky *s, float x, float y);
void sky_paint (canvas *c, const sky *s); /* rows above the horizon and a little below */

typedef struct {
  /* Height at (x, z) with detail down to `fine`, the size of a pixel there; slope: its two derivatives. */
  float (*height) (const canvas *c, const void *land, float x, float z, float fine, float slope[2]);
  colour (*shade) (const canvas *c, const void *land, float x, float z, float height, const float slope[2], float fine);
  const void *land;
  float eye, focal, horizon, from, to; /* eye height, focal length in pixels, nearest and farthest z */
  colour haze;
  float haze_length;
  float stride; /* each step away from the eye is this much longer than the last */
} landscape;

/* Highest ground just before the eye: stand above it. */
float landscape_near (const canvas *c, const landscape *l);
/* Paints every pixel whose ray meets the ground before `to`, and sets canvas->depth there. */
void landscape_paint (canvas *c, const landscape *l);

void scene_beach (canvas *c);
void scene_city (canvas *c);
void scene_desert (canvas *c);
void scene_forest (canvas *c);
void scene_meadow (canvas *c);
void scene_mountains (canvas *c);
