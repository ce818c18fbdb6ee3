/* Quality measures: a fixed, documented vector per picture, from pixels alone, on the measure view (view_measure():
 * short side 256, area average, never enlarged). Blind by construction: sees neither labels nor predictions (house
 * rule, tests/layers.py). */
#pragma once

#include "types.h"

#define QUALITY_VERSION 2

typedef struct {
  const char *name;   /* "mscn1-alpha" */
  const char *unit;   /* "", "grey levels", "pixels", "log2 ratio", "share" */
  double low, high;   /* every value lies in here, for any 8-bit picture */
  const char *source; /* paper and section, or "pardon" with the formula */
} quality_measure;

gsize quality_size (void);
const quality_measure *quality_measures (void); /* quality_size() of them */
gsize quality_find (const char *name); /* its place among them; asked for a name that is none: 0, with a warning */

/* `rgb`: 3 channels, any size from 1 x 1. `out`: quality_size() floats, all finite and within low..high. FALSE with
 * PARDON_ERROR_PICTURE only when memory is short. Thread-safe.  A side below 32 is extended to 32 by reflection; of
 * more than 2^22 pixels the middle is measured. Where a scale has 96 rows or more, sums that whole coverage would
 * not make surer are taken on every second or fourth row. Two instruction sets add in a different order: their
 * values agree to 1e-4 of (1 + |value|) on photographs, 2e-3 on anything. */
gboolean quality_measure_picture (const image *rgb, float *out, GError **error);

/* The instruction set in use: "scalar" or "avx2". PARDON_CPU forces one the machine has. */
const char *quality_cpu (void);
