/* From features to clusters: PCA, the choice of k, k-means, and the curves that justify k. */
#pragma once

#include "base/job.h"
#include "types.h"

typedef struct {
  gsize components;  /* of PCA; 0: none, cluster the features as they are */
  int k;             /* 0: chosen by silhouette among 2 .. k_max */
  int k_max;         /* default 20, at most n - 1 */
  gsize min_size;
  guint64 seed;
  int threads;
} cluster_options;

void cluster_options_init (cluster_options *o);
/* x: n >= 1 rows, all finite. */
gboolean cluster_fit (const matrix *x, const cluster_options *o, const job *j, clustering *out, GError **error);
