/* How alike two pictures are, from their signatures. */
#pragma once

#include "duplicate/signature.h"

/* Numbers every comparison needs; read-only once made, for any number of threads. */
typedef struct {
  float wave[SIGNATURE_SIDE][SIGNATURE_SIDE]; /* [frequency][cell]: orthonormal DCT-II */
  float weight[SIGNATURE_LUMINANCE];          /* [fy * SIDE + fx]: square root of the frequency's length */
} likeness_basis;

void likeness_basis_init (likeness_basis *b);

/* A signature made ready to be compared. */
typedef struct {
  float shape[SIGNATURE_LUMINANCE]; /* weighted DCT of the luminance, of length 1; all 0 where `plain` */
  guint8 luminance[SIGNATURE_LUMINANCE];
  guint8 colour[SIGNATURE_COLOUR];
  gboolean plain; /* too little detail to tell it from other plain pictures: walls, skies, gradients, blanks */
} likeness;

void likeness_init (likeness *l, const likeness_basis *b, const float *row);

/* 0 .. 1. The correlation of the two shapes (so brightness and contrast do not count), less what the colours differ beyond what
 * re-saving, brightness and contrast do to them. 0 where either is plain. `mirrored`, where not NULL, becomes how alike `a` is to the mirror image of `b`. */
double likeness_compare (const likeness *a, const likeness *b, double *mirrored);

/* Whether that says `b` is a mirrored copy of a picture that is nearly its own mirror image. */
static inline gboolean
likeness_is_mirrored (double alike, double mirrored)
{
  return mirrored > alike + 0.02;
}

/* What the colours take off it. */
double likeness_colour_cost (const likeness *a, const likeness *b);
