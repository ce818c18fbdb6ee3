/* From features to clusters: PCA, the choice of k, k-means, and the curves that justify k. */
#pragma once

#include "base/job.h"
#include "types.h"

typedef struct {
  gsize components; /* of PCA; 0: none, cluster the features as they are */
  int k; /* 0: the one with the best mean silhouette among 2 .. k_max (the smallest of equals), 1 where there is no choice */
  int k_max; /* default 20, at most n - 1 */
  gsize min_size;
  guint64 seed;
  int threads;
} cluster_options;

void cluster_options_init (cluster_options *o);
/* x: n >= 1 rows, all finite. The curve runs over k = 2 .. max(k_max, k + 5), at most n - 1 and as far as there are distinct rows and members for
 * min_size, and holds the chosen k in any case. It and the silhouettes are measured on at most 5000 rows drawn by the seed, with fewer
 * restarts than the result has; where all rows were measured, the chosen k's point is the result itself. k above the number of distinct
 * rows is lowered. Of partitions that differ in inertia by less than a third of one picture's mean share, at most 1000 rows, the one with the best
 * silhouette is taken (inertia_lowest is the least inertia found). Errors: PARDON_ERROR_INPUT, PARDON_ERROR_STOPPED; `out` is then cleared. */
gboolean cluster_fit (const matrix *x, const cluster_options *o, const job *j, clustering *out, GError **error);

/* The same where the last `companions` rows of x help to form components, clusters and the choice among partitions, but are not what it
 * is about: `out` has the n - companions >= 1 other rows alone, and its sizes, inertias, silhouettes and curve are measured on them.
 * (explained_variance and total_variance are of all rows.) Clusters that hold companions alone are dropped, so k may be lower than what was
 * asked for. labels[i]: the cluster of the i-th companion, -1 for one of those dropped. */
gboolean cluster_fit_beside (const matrix *x, gsize companions, const cluster_options *o, const job *j, clustering *out,
                             int *labels, GError **error);
