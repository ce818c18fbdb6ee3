/* Candidates before they are tested. Between slices.c and slices_candidates.c. */
#pragma once

#include "judge/slices.h"

/* Where a row is counted. */
enum { HALF_FOUND, HALF_TESTED, HALF_NONE };

/* One clustering of one space. */
typedef struct {
  int space, k;
  const int *labels; /* n */
  const float *distances;
} slice_layer;

/* A column as numbers. */
typedef struct {
  int column;
  const float *numbers;
  float *owned; /* numbers read from words; or NULL */
} slice_numbers;

typedef struct {
  slice_kind kind;
  int a;           /* layer, column, or true class */
  int b;           /* cluster, value, called class */
  float low, high; /* of a range: low < number <= high */
  /* by half: judged members; wrong as this slice counts; wrong at all */
  gsize n[2], wrong[2], mistakes[2];
  double root; /* on the half where it was found */
  double p;    /* on the other */
} slice_candidate;

typedef struct {
  const fit_rows *r;
  const slice_options *o;
  GPtrArray *owned; /* int * and float * behind the layers */
  GArray *layers;   /* slice_layer */
  GArray *numbers;  /* slice_numbers */
  guint8 *half;     /* n */
  gsize n[2], wrong[2];
  GArray *candidates; /* slice_candidate, in a fixed order */
} slice_forming;

/* Regions, halves, candidates with their counts. FALSE with `error`; clear in any case. */
gboolean slice_forming_init (slice_forming *f, const fit_rows *r, const slice_options *o, const job *j, GError **error);
void slice_forming_clear (slice_forming *f);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (slice_forming, slice_forming_clear)

gboolean slice_candidate_has (const slice_forming *f, const slice_candidate *c, gsize i);
/* The signed root of the likelihood ratio of two rates, k of n and the rest's, against one (Wilks 1938): about
 * standard normal where there is one, positive where the first is higher; 0 where one side is empty. */
double slice_root (double k, double n, double k_rest, double n_rest);
double slice_candidate_root (const slice_forming *f, const slice_candidate *c, int half);
