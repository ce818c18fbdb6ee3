/* Between the k-means files; nobody else includes it. All of them work on the rows moved to their mean and scaled by a power of two, so
 * that single precision neither overflows nor loses the differences; kmeans.c goes back to the original rows at the end. */
#pragma once

#include "math/kmeans.h"

#define KMEANS_BLOCK 256 /* rows of one matrix product */

typedef struct {
  const matrix *x;
  gsize n, d;
  double *mean; /* d */
  double scale; /* a power of two: scaled rows are within -1..1 */
  float *copy;  /* n x d scaled rows; NULL when that would take over a GiB, then blocks are made when asked for */
  float *norm2; /* n: squared lengths of the scaled rows */
  gsize parts;  /* fixed by n, d and the largest k */
  int threads;
} kmeans_points;

/* A clustering under way. `sums` and `sizes` always agree with `labels`. */
typedef struct {
  int k;
  int *labels;     /* n; -1 before the first assignment */
  gsize *sizes;    /* k */
  double *sums;    /* k x d */
  double *centres; /* k x d */
  float *near;     /* n: squared distance to the nearest centre when last assigned */
  double inertia;
  int iterations;
} kmeans_state;

/* FALSE with PARDON_ERROR_INPUT when a value is not finite. */
gboolean kmeans_points_init (kmeans_points *p, const matrix *x, int k, int threads, GError **error);
void kmeans_points_clear (kmeans_points *p);
/* Scaled rows first .. first + count - 1; `scratch` (count x d) is used where there is no copy. */
const float *kmeans_points_block (const kmeans_points *p, gsize first, gsize count, float *scratch);
/* How many threads one look at all rows against k centres is worth. */
int kmeans_points_threads (const kmeans_points *p, int k);

kmeans_state *kmeans_state_new (const kmeans_points *p, int k);
void kmeans_state_copy (const kmeans_points *p, const kmeans_state *from, kmeans_state *to);
void kmeans_state_free (kmeans_state *s);

/* Forgets labels; the next assignment starts from the centres alone. */
void kmeans_state_restart (const kmeans_points *p, kmeans_state *s);
/* The centres become the means of their members. */
void kmeans_update (const kmeans_points *p, kmeans_state *s);
/* Assigns every row to its nearest centre until nothing moves, the centres move less than `tolerance` (squared, in all) or `max_iterations`
 * are spent; then sets the inertia. No cluster is left empty. FALSE when stopped. */
gboolean kmeans_lloyd (const kmeans_points *p, kmeans_state *s, int max_iterations, double tolerance, const job *j,
                       GError **error);
/* Squared distances of every row to the nearest and second nearest centre. second: n floats. */
void kmeans_two_nearest (const kmeans_points *p, const kmeans_state *s, float *second);
/* Sum of squared distances of rows to their centres, in double and fixed order. */
double kmeans_inertia (const kmeans_points *p, const kmeans_state *s);

/* kmeans_exchange.c: moves single rows while a sweep lowers the inertia by more than `enough` of it (Hartigan and Wong 1979). */
gboolean kmeans_exchange (const kmeans_points *p, kmeans_state *s, double enough, const job *j, GError **error);

/* kmeans_seed.c: centres by greedy k-means++. */
void kmeans_seed (const kmeans_points *p, GRand *rng, kmeans_state *s);
/* Tries `attempts` times to take a centre away and put it elsewhere (Lattanzi and Sohler 2019), settling each time as kmeans_lloyd and
 * kmeans_exchange (with `enough`) do; keeps what is better. With `thrifty`, only replacements that look promising before settling are
 * followed. */
gboolean kmeans_swap (const kmeans_points *p, kmeans_state *s, int attempts, gboolean thrifty, double enough,
                      GRand *rng, const job *j, GError **error);

/* kmeans_balance.c: no cluster below min_size, at the least cost; see there. labels and centres change. */
gboolean kmeans_balance (const kmeans_points *p, kmeans_state *s, gsize min_size, int max_iterations, const job *j,
                         GError **error);
