/* PCA by its definition: orthonormal directions, uncorrelated coordinates, variances that add up; and the corners. */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "math/linalg.h"
#include "math/pca.h"

static float *
random_rows (gsize n, gsize d, guint32 seed)
{
  GRand *rng = g_rand_new_with_seed (seed);
  float *x = g_new (float, n *d);
  for (gsize i = 0; i < n; i++)
    {
      double common = g_rand_double (rng);
      for (gsize c = 0; c < d; c++)
        x[i * d + c] = (float) (5 + common * (double) (c % 7) + g_rand_double (rng) / (double) (1 + c));
    }
  g_rand_free (rng);
  return x;
}

static void
assert_orthonormal (const pca *p)
{
  for (gsize a = 0; a < p->k; a++)
    for (gsize b = 0; b <= a; b++)
      {
        double sum = 0;
        for (gsize c = 0; c < p->d; c++)
          sum += p->components[a * p->d + c] * p->components[b * p->d + c];
        g_assert_cmpfloat_with_epsilon (sum, a == b ? 1 : 0, 1e-7);
      }
}

static void
assert_signs (const pca *p)
{
  for (gsize a = 0; a < p->k; a++)
    {
      double top = 0;
      for (gsize c = 0; c < p->d; c++)
        if (fabs (p->components[a * p->d + c]) > fabs (top))
          top = p->components[a * p->d + c];
      g_assert_cmpfloat (top, >, 0);
    }
}

/* The variances of the projected columns are the explained ones, and the columns do not go together. */
static void
check (gsize n, gsize d, gsize k, guint32 seed)
{
  g_autofree float *data = random_rows (n, d, seed);
  matrix x = { .n = n, .d = d, .data = data };
  pca p;
  g_autoptr (GError) error = NULL;
  g_assert_true (pca_fit (&x, k, 2, NULL, &p, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (p.k, ==, MAX (MIN (k, MIN (n - 1, d)), 1));
  assert_orthonormal (&p);
  assert_signs (&p);
  g_autofree float *y = g_new (float, n *p.k);
  g_assert_true (pca_project (&p, &x, 2, NULL, y, &error));
  double sum = 0, total = 0;
  for (gsize c = 0; c < d; c++)
    for (gsize i = 0; i < n; i++)
      total += pow (data[i * d + c] - p.mean[c], 2) / (double) (n - 1);
  for (gsize a = 0; a < p.k; a++)
    for (gsize b = 0; b <= a; b++)
      {
        double cross = 0;
        for (gsize i = 0; i < n; i++)
          cross += (double) y[i * p.k + a] * (double) y[i * p.k + b] / (double) (n - 1);
        g_assert_cmpfloat_with_epsilon (cross, a == b ? p.explained_variance[a] : 0, 1e-6 * total);
      }
  for (gsize a = 0; a < p.k; a++)
    {
      sum += p.explained_variance[a];
      g_assert_cmpfloat (p.explained_variance[a], >=, 0);
      if (a > 0)
        g_assert_cmpfloat (p.explained_variance[a], <=, p.explained_variance[a - 1]);
    }
  g_assert_cmpfloat_with_epsilon (p.total_variance, total, 1e-9 * total);
  if (p.k == MIN (n - 1, d))
    g_assert_cmpfloat_with_epsilon (sum, total, 1e-9 * total);
  pca_clear (&p);
}

static void
test_shapes (void)
{
  check (2000, 5, 3, 1);
  check (130, 300, 20, 2);
  check (300, 130, 130, 3);
  check (129, 129, 500, 4);
  check (2, 1, 1, 5);
  check (2, 900, 4, 6);
  check (3, 2, 2, 7);
  check (1025, 257, 30, 8);
}

static void
test_one_row (void)
{
  float data[3] = { 1, 2, 3 }, y[1] = { 7 };
  matrix x = { .n = 1, .d = 3, .data = data };
  pca p;
  g_autoptr (GError) error = NULL;
  g_assert_true (pca_fit (&x, 9, 1, NULL, &p, &error));
  g_assert_cmpuint (p.k, ==, 1);
  g_assert_cmpfloat (p.explained_variance[0], ==, 0);
  g_assert_cmpfloat (p.total_variance, ==, 0);
  assert_orthonormal (&p);
  g_assert_true (pca_project (&p, &x, 1, NULL, y, &error));
  g_assert_cmpfloat (y[0], ==, 0);
  pca_clear (&p);
}

/* Rank two in ten and in three hundred columns, some of them constant: what has no variance is 0, not noise. */
static void
test_rank (void)
{
  for (gsize d = 10; d <= 300; d += 290)
    {
      g_autofree float *data = g_new0 (float, 40 * d);
      for (gsize i = 0; i < 40; i++)
        for (gsize c = 0; c < d; c++)
          data[i * d + c] =
              c % 3 == 0 ? 1234.5f : (float) (i % 5) * (float) (c % 4) + (float) (i % 3) * (float) (c % 7);
      matrix x = { .n = 40, .d = d, .data = data };
      pca p;
      g_autoptr (GError) error = NULL;
      g_assert_true (pca_fit (&x, 8, 1, NULL, &p, &error));
      g_assert_cmpuint (p.k, ==, 8);
      assert_orthonormal (&p);
      g_assert_cmpfloat (p.explained_variance[1], >, 0.1);
      g_autofree float *y = g_new (float, 40 * 8);
      g_assert_true (pca_project (&p, &x, 1, NULL, y, &error));
      for (gsize a = 2; a < 8; a++)
        {
          g_assert_cmpfloat (p.explained_variance[a], ==, 0);
          for (gsize i = 0; i < 40; i++)
            g_assert_cmpfloat (y[i * 8 + a], ==, 0);
        }
      pca_clear (&p);
    }
}

static void
test_equal_rows (void)
{
  g_autofree float *data = g_new (float, 50 * 20);
  for (gsize i = 0; i < 50 * 20; i++)
    data[i] = 0.1f * (float) (i % 20 + 1);
  matrix x = { .n = 50, .d = 20, .data = data };
  pca p;
  g_autoptr (GError) error = NULL;
  g_autofree float *y = g_new (float, 50 * 4);
  g_assert_true (pca_fit (&x, 4, 1, NULL, &p, &error));
  g_assert_true (pca_project (&p, &x, 1, NULL, y, &error));
  for (gsize i = 0; i < 50 * 4; i++)
    g_assert_cmpfloat (y[i], ==, 0);
  pca_clear (&p);
}

/* Rows given by indices are those rows, and a shift of the data by a large constant changes little. */
static void
test_indices (void)
{
  g_autofree float *data = random_rows (400, 30, 11);
  g_autofree float *picked = g_new (float, 100 * 30);
  guint64 rows[100];
  for (gsize i = 0; i < 100; i++)
    {
      rows[i] = 399 - 4 * i;
      memcpy (picked + i * 30, data + rows[i] * 30, 30 * sizeof (float));
    }
  matrix by_index = { .n = 100, .d = 30, .data = data, .rows = rows }, plain = { .n = 100, .d = 30, .data = picked };
  pca a, b;
  g_autoptr (GError) error = NULL;
  g_assert_true (pca_fit (&by_index, 7, 1, NULL, &a, &error));
  g_assert_true (pca_fit (&plain, 7, 1, NULL, &b, &error));
  g_assert_cmpmem (a.components, 7 * 30 * sizeof (double), b.components, 7 * 30 * sizeof (double));
  g_assert_cmpmem (a.explained_variance, 7 * sizeof (double), b.explained_variance, 7 * sizeof (double));
  float y[700], z[700];
  g_assert_true (pca_project (&a, &by_index, 1, NULL, y, &error));
  g_assert_true (pca_project (&b, &plain, 1, NULL, z, &error));
  g_assert_cmpmem (y, sizeof y, z, sizeof z);
  pca_clear (&a);
  pca_clear (&b);
}

static void
test_threads (void)
{
  for (gsize d = 40; d <= 1400; d += 1360)
    {
      g_autofree float *data = random_rows (700, d, 12);
      matrix x = { .n = 700, .d = d, .data = data };
      pca p[3];
      g_autofree float *y = g_new0 (float, 3 * 700 * 20);
      static const int threads[] = { 1, 2, 7 };
      for (int t = 0; t < 3; t++)
        {
          g_assert_true (pca_fit (&x, 20, threads[t], NULL, &p[t], NULL));
          g_assert_true (pca_project (&p[t], &x, threads[t], NULL, y + t * 700 * 20, NULL));
          g_assert_cmpmem (p[t].components, 20 * d * sizeof (double), p[0].components, 20 * d * sizeof (double));
          g_assert_cmpmem (p[t].explained_variance, 20 * sizeof (double), p[0].explained_variance,
                           20 * sizeof (double));
          g_assert_cmpmem (y + t * 700 * 20, 700 * 20 * sizeof (float), y, 700 * 20 * sizeof (float));
        }
      for (int t = 0; t < 3; t++)
        pca_clear (&p[t]);
    }
}

static void
test_not_finite (void)
{
  static const float bad[] = { NAN, INFINITY, -INFINITY };
  for (int i = 0; i < 3; i++)
    {
      float data[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
      data[7] = bad[i];
      matrix x = { .n = 4, .d = 3, .data = data };
      pca p;
      g_autoptr (GError) error = NULL;
      g_assert_false (pca_fit (&x, 2, 1, NULL, &p, &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
      g_assert_nonnull (strstr (error->message, "row 3, column 2"));
    }
}

static void
test_huge_and_tiny (void)
{
  static const float scales[] = { 1e-30f, 1e30f };
  for (int s = 0; s < 2; s++)
    {
      g_autofree float *data = random_rows (60, 8, 13);
      matrix x = { .n = 60, .d = 8, .data = data };
      pca plain, scaled;
      g_assert_true (pca_fit (&x, 3, 1, NULL, &plain, NULL));
      for (gsize i = 0; i < 60 * 8; i++)
        data[i] *= scales[s];
      g_assert_true (pca_fit (&x, 3, 1, NULL, &scaled, NULL));
      double factor = (double) scales[s] * (double) scales[s];
      for (int a = 0; a < 3; a++)
        g_assert_cmpfloat_with_epsilon (scaled.explained_variance[a] / factor / plain.explained_variance[a], 1, 1e-4);
      pca_clear (&plain);
      pca_clear (&scaled);
    }
}

static gboolean
stop_at_once (gpointer user)
{
  (void) user;
  return TRUE;
}

static void
test_stop (void)
{
  g_autofree float *data = random_rows (600, 8, 14);
  matrix x = { .n = 600, .d = 8, .data = data };
  job j = { .stop = stop_at_once };
  pca p;
  g_autofree float *y = g_new0 (float, 600 * 3);
  g_autoptr (GError) error = NULL;
  g_assert_false (pca_fit (&x, 3, 2, &j, &p, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STOPPED);
  g_clear_error (&error);
  g_assert_true (pca_fit (&x, 3, 2, NULL, &p, &error));
  g_assert_false (pca_project (&p, &x, 1, &j, y, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STOPPED);
  pca_clear (&p);
}

static void
test_describe (void)
{
  g_assert_true (g_str_has_prefix (linalg_describe (), "OpenBLAS "));
  g_assert_nonnull (strstr (linalg_describe (), " kernels"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pca/shapes", test_shapes);
  g_test_add_func ("/pca/one-row", test_one_row);
  g_test_add_func ("/pca/rank", test_rank);
  g_test_add_func ("/pca/equal-rows", test_equal_rows);
  g_test_add_func ("/pca/indices", test_indices);
  g_test_add_func ("/pca/threads", test_threads);
  g_test_add_func ("/pca/not-finite", test_not_finite);
  g_test_add_func ("/pca/huge-and-tiny", test_huge_and_tiny);
  g_test_add_func ("/pca/stop", test_stop);
  g_test_add_func ("/linalg/describe", test_describe);
  return g_test_run ();
}
