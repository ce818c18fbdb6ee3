/* The only file that uses BLAS and LAPACK. Every call runs on one thread of its own: callers
 * split work over fixed blocks, so that results do not depend on the number of threads.
 * All matrices are row-major; a `stride` is the distance from one row to the next, in elements. */
#pragma once

#include <glib.h>

const char *linalg_describe (void); /* library, version and CPU kernels in use; static */

/* c (m x n) = alpha * a (m x k) * b^T (n x k) + beta * c. */
void linalg_gemm_nt (gsize m, gsize n, gsize k, float alpha, const float *a, const float *b, float beta, float *c);
/* The same in doubles. */
void linalg_gemm_nt_double (gsize m, gsize n, gsize k, double alpha, const double *a, const double *b, double beta,
                            double *c);
/* c (p x q) += a^T b, a: m x p, b: m x q, doubles. */
void linalg_gemm_tn_add (gsize m, gsize p, gsize q, const double *a, gsize a_stride, const double *b, gsize b_stride,
                         double *c, gsize c_stride);
/* c (n x n, upper triangle) += a^T a, a: m x n, doubles. */
void linalg_syrk_add (gsize m, gsize n, const double *a, gsize a_stride, double *c, gsize c_stride);
/* The `k` largest eigenvalues (descending) and their unit eigenvectors (k x n, one a row) of symmetric `a` (n x n, upper triangle,
 * destroyed). Sign: the entry of largest magnitude is positive. FALSE with PARDON_ERROR_INPUT when LAPACK does not converge. */
gboolean linalg_eigen_top (gsize n, gsize k, double *a, double *values, double *vectors, GError **error);
/* Turns v (n) so that its entry of largest magnitude (the first of them) is positive. */
void linalg_fix_sign (gsize n, double *v);
