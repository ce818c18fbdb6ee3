/* Likeness of a picture and a slightly cropped copy of it: one is laid on the other first. */
#pragma once

#include "duplicate/likeness.h"

#define ALIGN_SIDE (SIGNATURE_SIDE - 2) /* cells compared a side: those at the rim have no neighbours */

typedef struct {
  float wave[ALIGN_SIDE][ALIGN_SIDE];    /* as in likeness_basis */
  float weight[ALIGN_SIDE * ALIGN_SIDE]; /* the frequency's length; 0 for the finest, which laying on blurs */
} align_basis;

void align_basis_init (align_basis *b);

/* 0 .. 1: as likeness_compare, after the shift and stretch (each at most 6 % of a side, across and down apart) that fits best by least
 * squares (Lucas, Kanade 1981), less ALIGN_COST, as strangers gain by it too. 0 for mirrored copies. */
double align_compare (const likeness *a, const likeness *b, const align_basis *basis);

#define ALIGN_COST 0.04
