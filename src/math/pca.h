/* Principal component analysis (Jolliffe 2002, ch. 3): exact, by the smaller of the covariance (d x d) and the Gram matrix (n x n), summed in
 * fixed blocks in double, so the result does not depend on the number of threads. Reads the rows a constant number of times and never
 * copies the matrix. Variances divide by n - 1, as scikit-learn does. */
#pragma once

#include "base/job.h"
#include "types.h"

typedef struct {
  gsize d, k;
  double *mean;               /* d */
  double *components;         /* k x d, orthonormal rows, descending variance; entry of largest magnitude positive */
  double *explained_variance; /* k */
  double total_variance;      /* sum over all d directions */
} pca;

/* k is capped at min(n - 1, d) (at least 1; with n = 1 the single component has variance 0). */
gboolean pca_fit (const matrix *x, gsize k, int threads, const job *j, pca *out, GError **error);
/* out: x->n x k float32. */
gboolean pca_project (const pca *p, const matrix *x, int threads, const job *j, float *out, GError **error);
void pca_clear (pca *p);
