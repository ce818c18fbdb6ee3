/* Regions of feature space: rows projected by PCA and cut up by k-means at several k. What correctness is never
 * enters here. Between the judge's files.
 *
 * Components and centres are found on at most `sample` rows drawn by the seed; every row then goes to its nearest
 * centre, in blocks, so that a projection of all rows never stands in memory. Same seed, same bytes, whatever the
 * number of threads. Thread-safe. */
#pragma once

#include "base/job.h"
#include "math/kmeans.h"
#include "math/pca.h"

typedef struct {
  gsize components; /* of PCA, at most: 50 */
  gsize sample;     /* 20000 */
  int restarts;     /* of k-means: 4 */
  guint64 seed;
  int threads;
} region_options;
void region_options_init (region_options *o);

typedef struct {
  pca axes;
  float *projected; /* m x axes.k: the drawn rows */
  guint64 *drawn;   /* m of 0 .. n - 1, ascending */
  gsize m;
  kmeans *fits; /* n_fits, one a k; k ascending, each k once */
  int n_fits;
} regions;

/* x: n >= 1 rows, all finite. ks: wanted numbers of clusters, ascending; those above the number of distinct rows fall
 * away, one always stays. PARDON_ERROR_INPUT for a value that is not finite, PARDON_ERROR_STOPPED; `r` is then
 * cleared. */
gboolean regions_init (regions *r, const matrix *x, const int *ks, int n_ks, const region_options *o, const job *j,
                       GError **error);
void regions_clear (regions *r);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (regions, regions_clear)

/* Each row of `x` (same d, all finite) to the nearest centre of fits[first] .. fits[first + count - 1]: label and
 * Euclidean distance of row i in fit f at [(f - first) * n + i]. Ties go to the lower number. PARDON_ERROR_STOPPED,
 * PARDON_ERROR_INPUT. */
gboolean regions_assign (const regions *r, const matrix *x, int first, int count, int threads, const job *j,
                         int *labels, float *distances, GError **error);

/* The fit with the best mean silhouette over at most 5000 of the drawn rows, the smallest k of equals; -1 where none
 * has two clusters. *mean: its silhouette, or 0. */
int regions_best (const regions *r, const region_options *o, double *mean);
