/* Corruptions of known kind and severity: what probes are made of. Same input, kind, severity and seed: same output, on
 * every machine.
 *
 * Severity 1..5 is on ImageNet-C's scale (Hendrycks and Dietterich 2019, appendix B; values from the program published
 * with it). A fractional severity lies between. Sizes in pixels are for a picture whose short side is 224 (a crop) to 256
 * (before the crop), where a pixel means the same to a model; they grow and shrink with a short side beyond that range,
 * so that severity means the same at the size a model looks at. What has no size in pixels (noise, impulses, JPEG,
 * levels) works on single pixels at any size. docs/corruptions.md says it at length. */
#pragma once

#include "types.h"

typedef enum {
  FAMILY_BLUR,
  FAMILY_NOISE,
  FAMILY_RESOLUTION, /* compression too */
  FAMILY_WEATHER,
  FAMILY_TONE,
  FAMILY_GEOMETRY,
  FAMILY_BROKEN,
} corruption_family;

#define CORRUPTION_FAMILIES 7
extern const char *const corruption_family_names[CORRUPTION_FAMILIES]; /* "blur", "noise", ... */

typedef struct {
  const char *name; /* "gaussian-blur": as --kind takes it */
  corruption_family family;
  const char *parameter; /* what severity sets, in words with units: "sigma in pixels"; the first of several */
  double at[5];          /* its value at severity 1..5 */
  const char *source;    /* of the formula and of the values */
} corruption_kind;

#define CORRUPTION_KINDS 25
extern const corruption_kind corruption_kinds[CORRUPTION_KINDS];
int corruption_find (const char *name); /* -1: none */

/* The parameter at a severity, linear between the steps; a severity beyond 1..5 counts as the nearer of the two. */
double corruption_parameter (int kind, double severity);

/* In place, same size and channels; alpha is left alone except by box-blur. FALSE with PARDON_ERROR_INPUT for a severity
 * outside 1..5, with PARDON_ERROR_PICTURE when memory is short or the picture cannot be a JPEG (over 65500 a side). The
 * picture is as it was after a failure. Thread-safe. */
gboolean corrupt (image *im, int kind, double severity, guint64 seed, GError **error);

/* Mean over the (2 * radius + 1)^2 square, edges extended, every channel (alpha too) by itself: Pillow's
 * ImageFilter.BoxBlur to the bit (fractional radius too), horizontal then vertical, each rounded to 8 bits.
 * In place. */
gboolean corrupt_box_blur (image *im, double radius, GError **error);

/* In place: the picture as it comes back from a JPEG of `quality` 1..100, with or without halved chroma. The pictures'
 * own history, not a corruption, where the quality is high. */
gboolean corrupt_resave (image *im, int quality, gboolean full_chroma, GError **error);
