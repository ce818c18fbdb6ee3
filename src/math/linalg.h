/* The only file that uses BLAS and LAPACK. Every call runs on one thread of its own: callers
 * split work over fixed blocks, so that results do not depend on the number of threads. */
#pragma once

#include <glib.h>

const char *linalg_describe (void); /* library, version and CPU kernels in use; static */

/* c (m x n) = alpha * a (m x k) * b^T (n x k) + beta * c; all row-major. */
void linalg_gemm_nt (gsize m, gsize n, gsize k, float alpha, const float *a, const float *b, float beta, float *c);
/* c (n x n, upper triangle) += a^T a, a: m x n, doubles, row-major. */
void linalg_syrk_add (gsize m, gsize n, const double *a, double *c);
/* The `k` largest eigenvalues (descending) and their unit eigenvectors (k x n, one a row) of symmetric `a` (n x n, upper triangle,
 * destroyed). Sign: the entry of largest magnitude is positive. FALSE when LAPACK does not converge. */
gboolean linalg_eigen_top (gsize n, gsize k, double *a, double *values, double *vectors, GError **error);
