/* PCA by eigenvectors of the smaller of X^T X and X X^T. Both are one sum, C += B^T B over blocks B: blocks of rows for the covariance,
 * transposed blocks of columns for the Gram matrix. C is cut into tiles, each owned by one worker at a time, so every entry is
 * summed in the blocks' order. */
#include "math/pca.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "math/blocks.h"
#include "math/linalg.h"
#include "math/rows.h"

#define BLOCK 512 /* rows (covariance) or columns (Gram) taken in at once */
#define TILE  128 /* columns of a tile of C */
#define STRIP 64  /* rows projected at once */

typedef struct {
  const matrix *x;
  const double *mean;
  gboolean gram;
  gsize p;            /* C is p x p */
  gsize first, count; /* of the block */
  double *block;      /* count x p */
  double *c;
} product;

/* A strip of the block's longer side: rows of it for the covariance, columns for the Gram matrix (the matrix's rows either way). */
static void
fill_strip (gsize part, gpointer user)
{
  product *w = user;
  gsize begin = part * STRIP, end = MIN (begin + STRIP, w->gram ? w->p : w->count);
  for (gsize i = begin; i < end; i++)
    if (w->gram)
      {
        const float *row = matrix_row (w->x, i) + w->first;
        for (gsize c = 0; c < w->count; c++)
          w->block[c * w->p + i] = (double) row[c] - w->mean[w->first + c];
      }
    else
      {
        const float *row = matrix_row (w->x, w->first + i);
        for (gsize c = 0; c < w->p; c++)
          w->block[i * w->p + c] = (double) row[c] - w->mean[c];
      }
}

static void
add_tile (gsize part, gpointer user)
{
  product *w = user;
  gsize side = (w->p + TILE - 1) / TILE, row = 0;
  while (part >= side - row)
    part -= side - row++;
  gsize i = row * TILE, j = (row + part) * TILE;
  gsize ni = MIN (TILE, w->p - i), nj = MIN (TILE, w->p - j);
  if (i == j)
    linalg_syrk_add (w->count, ni, w->block + i, w->p, w->c + i * w->p + i, w->p);
  else
    linalg_gemm_tn_add (w->count, ni, nj, w->block + i, w->p, w->block + j, w->p, w->c + i * w->p + j, w->p);
}

static gboolean
sum_products (const matrix *x, const double *mean, gboolean gram, int threads, const job *j, double *c, GError **error)
{
  gsize p = gram ? x->n : x->d, length = gram ? x->d : x->n, side = (p + TILE - 1) / TILE;
  gsize block = MIN (BLOCK, length);
  g_autofree double *buffer = g_new (double, block *p);
  product w = { .x = x, .mean = mean, .gram = gram, .p = p, .block = buffer, .c = c };
  for (w.first = 0; w.first < length; w.first += block)
    {
      if (!job_go_on (j, error))
        return FALSE;
      w.count = MIN (block, length - w.first);
      blocks_run (((gram ? p : w.count) + STRIP - 1) / STRIP, threads, fill_strip, &w);
      blocks_run (side * (side + 1) / 2, threads, add_tile, &w);
    }
  return TRUE;
}

typedef struct {
  const matrix *x;
  const double *mean;
  gsize k;
  const double *u; /* n x k */
  double *out;     /* k x d */
} back;

static void
back_columns (gsize part, gpointer user)
{
  back *b = user;
  gsize d = b->x->d, c0 = part * TILE, cn = MIN (TILE, d - c0);
  g_autofree double *block = g_new (double, BLOCK *cn);
  for (gsize first = 0; first < b->x->n; first += BLOCK)
    {
      gsize m = MIN (BLOCK, b->x->n - first);
      for (gsize i = 0; i < m; i++)
        for (gsize c = 0; c < cn; c++)
          block[i * cn + c] = (double) matrix_row (b->x, first + i)[c0 + c] - b->mean[c0 + c];
      linalg_gemm_tn_add (m, b->k, cn, b->u + first * b->k, b->k, block, cn, b->out + c0, d);
    }
}

/* Eigenvectors u (k x n) of X X^T become those of X^T X: X^T u. */
static void
from_gram (const matrix *x, const double *mean, gsize k, const double *u, int threads, double *components)
{
  g_autofree double *turned = g_new (double, x->n *k);
  for (gsize r = 0; r < k; r++)
    for (gsize i = 0; i < x->n; i++)
      turned[i * k + r] = u[r * x->n + i];
  memset (components, 0, k * x->d * sizeof *components);
  back b = { .x = x, .mean = mean, .k = k, .u = turned, .out = components };
  blocks_run ((x->d + TILE - 1) / TILE, threads, back_columns, &b);
}

static double
dot (gsize n, const double *a, const double *b)
{
  double sum = 0;
  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

/* Takes from v what lies along the `r` rows before it (twice: once leaves rounding behind) and makes it a unit vector. */
static double
orthonormalise (gsize d, gsize r, const double *rows, double *v)
{
  for (int pass = 0; pass < 2; pass++)
    for (gsize q = 0; q < r; q++)
      {
        double along = dot (d, rows + q * d, v);
        for (gsize c = 0; c < d; c++)
          v[c] -= along * rows[q * d + c];
      }
  double norm = sqrt (dot (d, v, v));
  for (gsize c = 0; c < d && norm > 0; c++)
    v[c] /= norm;
  return norm;
}

/* Directions without variance are not determined by the data. Any orthonormal ones do; these are the axes least covered so far. */
static void
complete (pca *p, gsize r)
{
  g_autofree double *covered = g_new0 (double, p->d);
  for (gsize q = 0; q < r; q++)
    for (gsize c = 0; c < p->d; c++)
      covered[c] += p->components[q * p->d + c] * p->components[q * p->d + c];
  gsize axis = 0;
  for (gsize c = 1; c < p->d; c++)
    if (covered[c] < covered[axis])
      axis = c;
  double *v = p->components + r * p->d;
  memset (v, 0, p->d * sizeof *v);
  v[axis] = 1;
  orthonormalise (p->d, r, p->components, v);
}

/* `values` are eigenvalues of the unscaled products. */
static void
finish (pca *p, const matrix *x, gboolean gram, const double *values)
{
  double size2 = dot (p->d, p->mean, p->mean);
  /* below this an eigenvalue is rounding: of the sums, or of the mean that was subtracted */
  double noise = MAX ((double) MAX (x->n, x->d) * DBL_EPSILON * MAX (values[0], 0),
                      (double) x->n * size2 * 16 * DBL_EPSILON * DBL_EPSILON);
  for (gsize r = 0; r < p->k; r++)
    {
      double *v = p->components + r * p->d;
      gboolean real = values[r] > noise;
      p->explained_variance[r] = real ? values[r] / (double) (x->n - 1) : 0;
      if (!real && (gram || x->n == 1)) /* the covariance's eigenvectors are orthonormal whatever their values */
        complete (p, r);
      else if (gram)
        {
          /* X^T u loses orthogonality in proportion to values[0] / values[r] */
          if (orthonormalise (p->d, values[r] < 1e-8 * values[0] ? r : 0, p->components, v) == 0)
            complete (p, r);
        }
      linalg_fix_sign (p->d, v);
    }
}

gboolean
pca_fit (const matrix *x, gsize k, int threads, const job *j, pca *out, GError **error)
{
  *out = (pca){ .d = x->d };
  out->mean = g_new0 (double, MAX (x->d, 1));
  if (!rows_mean (x, threads, out->mean, error))
    {
      pca_clear (out);
      return FALSE;
    }
  out->k = CLAMP (k, 1, MAX (MIN (x->n - 1, x->d), 1));
  out->components = g_new0 (double, out->k * x->d);
  out->explained_variance = g_new0 (double, out->k);
  gboolean gram = x->n < x->d;
  gsize p = gram ? x->n : x->d;
  g_autofree double *c = g_new0 (double, p *p);
  g_autofree double *values = g_new0 (double, out->k);
  g_autofree double *u = gram ? g_new0 (double, out->k *p) : NULL;
  gboolean done = x->n == 1 || sum_products (x, out->mean, gram, threads, j, c, error);
  for (gsize i = 0; done && i < p && x->n > 1; i++)
    out->total_variance += c[i * p + i] / (double) (x->n - 1);
  done = done && (x->n == 1 || linalg_eigen_top (p, out->k, c, values, gram ? u : out->components, error));
  if (!done)
    {
      pca_clear (out);
      return FALSE;
    }
  if (gram && x->n > 1)
    from_gram (x, out->mean, out->k, u, threads, out->components);
  finish (out, x, gram, values);
  return TRUE;
}

typedef struct {
  const pca *p;
  const matrix *x;
  float *out;
  const job *j;
  GThread *caller; /* the one that may ask the job */
  GError *error;
  int stopped; /* atomic */
} projection;

static void
project_strip (gsize part, gpointer user)
{
  projection *w = user;
  if (g_atomic_int_get (&w->stopped))
    return;
  if (g_thread_self () == w->caller && !job_go_on (w->j, &w->error))
    {
      g_atomic_int_set (&w->stopped, 1);
      return;
    }
  gsize d = w->p->d, k = w->p->k, first = part * STRIP, m = MIN (STRIP, w->x->n - first);
  g_autofree double *block = g_new (double, STRIP *d);
  g_autofree double *product_rows = g_new (double, STRIP *k);
  for (gsize i = 0; i < m; i++)
    {
      const float *row = matrix_row (w->x, first + i);
      for (gsize c = 0; c < d; c++)
        block[i * d + c] = (double) row[c] - w->p->mean[c];
    }
  linalg_gemm_nt_double (m, k, d, 1, block, w->p->components, 0, product_rows);
  for (gsize i = 0; i < m; i++)
    for (gsize r = 0; r < k; r++)
      /* without variance every coordinate is rounding, which would make equal rows differ */
      w->out[(first + i) * k + r] = w->p->explained_variance[r] > 0 ? (float) product_rows[i * k + r] : 0;
}

gboolean
pca_project (const pca *p, const matrix *x, int threads, const job *j, float *out, GError **error)
{
  projection w = { .p = p, .x = x, .out = out, .j = j, .caller = g_thread_self () };
  blocks_run ((x->n + STRIP - 1) / STRIP, threads, project_strip, &w);
  if (w.error == NULL)
    return TRUE;
  g_propagate_error (error, w.error);
  return FALSE;
}

void
pca_clear (pca *p)
{
  g_free (p->mean);
  g_free (p->components);
  g_free (p->explained_variance);
  *p = (pca){ 0 };
}
