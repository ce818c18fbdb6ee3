/* OpenBLAS behind a few plain calls. OpenBLAS is told once to use a single thread: its own splitting would make sums depend on the
 * number of processors. */
#include "math/linalg.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "base/error.h"

static void
ready (void)
{
  static gsize once = 0;
  if (g_once_init_enter (&once))
    {
      openblas_set_num_threads (1);
      g_once_init_leave (&once, 1);
    }
}

const char *
linalg_describe (void)
{
  static gsize text = 0;
  if (g_once_init_enter (&text))
    {
      /* the configuration reads "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...": name and version say enough */
      g_auto (GStrv) words = g_strsplit (openblas_get_config (), " ", 3);
      gboolean two = words[0] != NULL && words[1] != NULL;
      char *made = g_strdup_printf ("%s %s, %s kernels", two ? words[0] : "OpenBLAS",
                                    two ? words[1] : "of unknown version", openblas_get_corename ());
      g_once_init_leave (&text, (gsize) made);
    }
  return (const char *) text;
}

void
linalg_gemm_nt (gsize m, gsize n, gsize k, float alpha, const float *a, const float *b, float beta, float *c)
{
  if (m == 0 || n == 0)
    return;
  ready ();
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint) m, (blasint) n, (blasint) k, alpha, a, (blasint) k, b,
               (blasint) k, beta, c, (blasint) n);
}

void
linalg_gemm_nt_double (gsize m, gsize n, gsize k, double alpha, const double *a, const double *b, double beta,
                       double *c)
{
  if (m == 0 || n == 0)
    return;
  ready ();
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint) m, (blasint) n, (blasint) k, alpha, a, (blasint) k, b,
               (blasint) k, beta, c, (blasint) n);
}

void
linalg_gemm_tn_add (gsize m, gsize p, gsize q, const double *a, gsize a_stride, const double *b, gsize b_stride,
                    double *c, gsize c_stride)
{
  if (m == 0 || p == 0 || q == 0)
    return;
  ready ();
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (blasint) p, (blasint) q, (blasint) m, 1, a, (blasint) a_stride,
               b, (blasint) b_stride, 1, c, (blasint) c_stride);
}

void
linalg_syrk_add (gsize m, gsize n, const double *a, gsize a_stride, double *c, gsize c_stride)
{
  if (m == 0 || n == 0)
    return;
  ready ();
  cblas_dsyrk (CblasRowMajor, CblasUpper, CblasTrans, (blasint) n, (blasint) m, 1, a, (blasint) a_stride, 1, c,
               (blasint) c_stride);
}

void
linalg_fix_sign (gsize n, double *v)
{
  gsize top = 0;
  for (gsize i = 1; i < n; i++)
    if (fabs (v[i]) > fabs (v[top]))
      top = i;
  if (n > 0 && v[top] < 0)
    for (gsize i = 0; i < n; i++)
      v[i] = -v[i];
}

static void
swap_rows (gsize n, double *a, double *b)
{
  for (gsize i = 0; i < n; i++)
    {
      double t = a[i];
      a[i] = b[i];
      b[i] = t;
    }
}

gboolean
linalg_eigen_top (gsize n, gsize k, double *a, double *values, double *vectors, GError **error)
{
  if (k == 0 || n == 0)
    return TRUE;
  ready ();
  g_autofree double *w = g_new (double, n);
  g_autofree lapack_int *support = g_new (lapack_int, 2 * n);
  lapack_int found = 0;
  /* a row-major upper triangle is a column-major lower one, and the column-major n x k result is our k x n: no transposes */
  lapack_int info =
      LAPACKE_dsyevr (LAPACK_COL_MAJOR, 'V', 'I', 'L', (lapack_int) n, a, (lapack_int) n, 0, 0,
                      (lapack_int) (n - k + 1), (lapack_int) n, 0, &found, w, vectors, (lapack_int) n, support);
  if (info != 0 || (gsize) found != k)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "cannot find the principal components of the features: the eigenvalue solver gave up (%d)",
                   (int) info);
      return FALSE;
    }
  for (gsize i = 0; i < k; i++)
    values[i] = w[k - 1 - i];
  for (gsize i = 0; i < k / 2; i++)
    swap_rows (n, vectors + i * n, vectors + (k - 1 - i) * n);
  for (gsize i = 0; i < k; i++)
    linalg_fix_sign (n, vectors + i * n);
  return TRUE;
}
