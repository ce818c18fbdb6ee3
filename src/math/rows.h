/* What PCA, k-means and the silhouette all ask of a matrix's rows. */
#pragma once

#include "types.h"

/* mean: d doubles. Sums run over fixed parts in fixed order. FALSE with PARDON_ERROR_INPUT, naming the row, when a value is not finite or
 * there are no rows. */
gboolean rows_mean (const matrix *x, int threads, double *mean, GError **error);

/* m of 0 .. n - 1 without repetition, ascending, drawn by `seed` (Knuth, TAOCP 2, algorithm 3.4.2 S); all of them when m >= n or m is 0
 * (then *drawn is n). Free with g_free. */
guint64 *rows_sample (gsize n, gsize m, guint64 seed, gsize *drawn);

/* A generator of its own for each (seed, stream). Free with g_rand_free. */
GRand *rows_rand (guint64 seed, guint32 stream);

/* The squared distance of two vectors of d, summed in double. */
double rows_distance2 (const float *a, const float *b, gsize d);
double rows_distance2_to (const float *a, const double *b, gsize d);
