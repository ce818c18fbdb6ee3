/* Probes: copies of clean pictures whose corruption is known (docs/method.md, section 3). Each is made in a history such
 * as any picture may have had, cropping, shrinking, saving, which must not count as noise. */
#pragma once

#include "types.h"

/* Where a copy's pixels have been, before it was corrupted and after. */
typedef struct {
  double x, y, width, height; /* the part of the original that is kept, as shares of its sides */
  double soften;              /* radius in pixels of the original of a box mean: a lens, or a denoiser; 0: none */
  int short_side;             /* that the part is shrunk to, never enlarged; 0: as it is */
  gboolean square;            /* shrunk to short_side x short_side, whatever the shape */
  int filter;                 /* view_filter it is shrunk with */
  int qualities[2];           /* of the JPEGs it is saved as, one after the other; 0: not saved */
  gboolean full_chroma;
} history;

/* Draws one; the same seed draws the same. */
void history_draw (history *h, guint64 seed);

/* Before: `original` (3 or 4 channels; alpha is laid on white) to `out` (RGB, reserved as needed), cropped and shrunk.
 * PARDON_ERROR_PICTURE when memory is short; thread-safe, as are the two below. */
gboolean history_begin (const history *h, const image *original, image *out, GError **error);
/* Between: `kind` of corruption_kinds, severity above 0 up to 5; below 1 the copy is blended from the clean one and
 * severity 1. */
gboolean history_degrade (image *im, int kind, double severity, guint64 seed, GError **error);
/* After: saved. */
gboolean history_end (const history *h, image *im, GError **error);
