/* From features to clusters: groups that are there are found, k is chosen, and the corners hold. */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "cluster/cluster.h"
#include "math/kmeans.h"

static float *
blobs (gsize n, gsize d, int groups, guint32 seed)
{
  GRand *rng = g_rand_new_with_seed (seed);
  g_autofree double *centres = g_new (double, (gsize) groups *d);
  for (gsize i = 0; i < (gsize) groups * d; i++)
    centres[i] = g_rand_double (rng) * 20;
  float *x = g_new (float, n *d);
  for (gsize i = 0; i < n; i++)
    for (gsize c = 0; c < d; c++)
      x[i * d + c] = (float) (centres[(i % (gsize) groups) * d + c] + g_rand_double (rng) + g_rand_double (rng));
  g_rand_free (rng);
  return x;
}

static cluster_options
options (gsize components, int k)
{
  cluster_options o;
  cluster_options_init (&o);
  o.components = components;
  o.k = k;
  o.seed = 22;
  o.threads = 2;
  return o;
}

static clustering
fit (const matrix *x, const cluster_options *o)
{
  clustering c;
  g_autoptr (GError) error = NULL;
  gboolean ok = cluster_fit (x, o, NULL, &c, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  gsize sum = 0;
  for (int q = 0; q < c.k; q++)
    sum += c.sizes[q];
  g_assert_cmpuint (sum, ==, x->n);
  gboolean holds = FALSE;
  for (gsize i = 0; i < c.n_curve; i++)
    {
      holds |= c.curve[i].k == c.k;
      g_assert_true (i == 0 || c.curve[i].k > c.curve[i - 1].k);
      g_assert_true (isfinite (c.curve[i].inertia));
      g_assert_true (isfinite (c.curve[i].silhouette) == (c.curve[i].k > 1)); /* one cluster has none */
    }
  g_assert_true (holds);
  return c;
}

static void
test_finds_groups (void)
{
  g_autofree float *data = blobs (600, 40, 6, 1);
  matrix x = { .n = 600, .d = 40, .data = data };
  for (gsize components = 0; components <= 10; components += 10)
    {
      cluster_options o = options (components, 0);
      clustering c = fit (&x, &o);
      g_assert_cmpint (c.k, ==, 6);
      g_assert_cmpuint (c.n_components, ==, components);
      g_assert_cmpuint (c.d, ==, components > 0 ? components : 40);
      g_assert_cmpuint (c.n_curve, ==, 19);
      g_assert_cmpuint (c.curve_rows, ==, 600);
      for (gsize i = 0; i < 600; i++)
        g_assert_cmpint (c.labels[i], ==, (int) (i % 6)); /* equal sizes, so ordered by first member */
      g_assert_cmpfloat (c.silhouette, >, 0.7);
      g_assert_cmpfloat (c.curve[4].inertia, ==, c.inertia);
      g_assert_cmpfloat (c.curve[4].silhouette, ==, c.silhouette);
      double mean = 0;
      for (int q = 0; q < 6; q++)
        mean += c.cluster_silhouette[q] / 6;
      g_assert_cmpfloat_with_epsilon (mean, c.silhouette, 1e-6);
      clustering_clear (&c);
    }
}

static void
test_curve_range (void)
{
  g_autofree float *data = blobs (60, 3, 4, 2);
  matrix x = { .n = 60, .d = 3, .data = data };
  cluster_options o = options (2, 30);
  clustering c = fit (&x, &o);
  g_assert_cmpint (c.k, ==, 30);
  g_assert_cmpint (c.curve[c.n_curve - 1].k, ==, 35);
  clustering_clear (&c);
  o = options (2, 1);
  c = fit (&x, &o);
  g_assert_cmpint (c.k, ==, 1);
  g_assert_cmpint (c.curve[0].k, ==, 1);
  g_assert_cmpint (c.curve[1].k, ==, 2);
  g_assert_true (isnan (c.silhouette));
  clustering_clear (&c);
  o = options (2, 60);
  c = fit (&x, &o);
  g_assert_cmpint (c.k, ==, 60);
  g_assert_cmpint (c.curve[c.n_curve - 1].k, ==, 60);
  g_assert_cmpint (c.curve[c.n_curve - 2].k, ==, 59);
  g_assert_cmpfloat (c.inertia, ==, 0);
  clustering_clear (&c);
  o = options (2, 1000);
  c = fit (&x, &o);
  g_assert_cmpint (c.k, ==, 60);
  clustering_clear (&c);
}

static void
test_corners (void)
{
  float data[8] = { 1, 2, 5, 9, 1, 2, 1, 2 };
  for (gsize components = 0; components <= 3; components += 3)
    for (int k = 0; k <= 3; k++)
      {
        cluster_options o = options (components, k);
        matrix one = { .n = 1, .d = 2, .data = data }, two = { .n = 2, .d = 2, .data = data };
        clustering c = fit (&one, &o);
        g_assert_cmpint (c.k, ==, 1);
        g_assert_cmpfloat (c.inertia, ==, 0);
        clustering_clear (&c);
        c = fit (&two, &o);
        g_assert_cmpint (c.k, ==, k == 0 ? 1 : MIN (k, 2));
        clustering_clear (&c);
      }
}

static void
test_equal_rows (void)
{
  g_autofree float *data = g_new (float, 90 * 30);
  for (gsize i = 0; i < 90 * 30; i++)
    data[i] = 0.1f * (float) (i % 30);
  matrix x = { .n = 90, .d = 30, .data = data };
  for (gsize components = 0; components <= 5; components += 5)
    for (int k = 0; k <= 4; k += 4)
      {
        cluster_options o = options (components, k);
        clustering c = fit (&x, &o);
        g_assert_cmpint (c.k, ==, 1);
        g_assert_cmpfloat (c.inertia, <, 1e-9);
        clustering_clear (&c);
      }
  /* three kinds of row, asked for more */
  for (gsize i = 0; i < 90; i++)
    data[i * 30 + 3] = (float) (i % 3);
  for (gsize components = 0; components <= 5; components += 5)
    {
      cluster_options o = options (components, 8);
      clustering c = fit (&x, &o);
      g_assert_cmpint (c.k, ==, 3);
      g_assert_cmpuint (c.n_curve, ==, 2);
      clustering_clear (&c);
    }
}

static void
test_sampled (void)
{
  g_autofree float *data = blobs (12000, 6, 5, 4);
  matrix x = { .n = 12000, .d = 6, .data = data };
  cluster_options o = options (4, 0);
  clustering c[3];
  static const int threads[] = { 1, 2, 7 };
  for (int t = 0; t < 3; t++)
    {
      o.threads = threads[t];
      c[t] = fit (&x, &o);
      g_assert_cmpmem (c[t].projected, 12000 * 4 * sizeof (float), c[0].projected, 12000 * 4 * sizeof (float));
      g_assert_cmpmem (c[t].labels, 12000 * sizeof (int), c[0].labels, 12000 * sizeof (int));
      g_assert_cmpmem (c[t].cluster_silhouette, 5 * sizeof (double), c[0].cluster_silhouette, 5 * sizeof (double));
      for (gsize i = 0; i < c[0].n_curve; i++)
        {
          g_assert_cmpfloat (c[t].curve[i].inertia, ==, c[0].curve[i].inertia);
          g_assert_cmpfloat (c[t].curve[i].silhouette, ==, c[0].curve[i].silhouette);
        }
    }
  g_assert_cmpint (c[0].k, ==, 5);
  g_assert_cmpuint (c[0].curve_rows, ==, 5000);
  g_assert_cmpfloat (c[0].curve[3].inertia, <, c[0].inertia); /* the sample's */
  for (int t = 0; t < 3; t++)
    clustering_clear (&c[t]);
}

static void
test_min_size (void)
{
  g_autofree float *data = blobs (100, 4, 3, 5);
  for (gsize i = 0; i < 4; i++)
    data[4 * i] += 1000 * (float) (i + 1);
  matrix x = { .n = 100, .d = 4, .data = data };
  cluster_options o = options (3, 5);
  o.min_size = 15;
  clustering c = fit (&x, &o);
  g_assert_cmpint (c.k, ==, 5);
  for (int q = 0; q < 5; q++)
    g_assert_cmpuint (c.sizes[q], >=, 15);
  clustering_clear (&c);
  o.k = 0;
  c = fit (&x, &o);
  for (int q = 0; q < c.k; q++)
    g_assert_cmpuint (c.sizes[q], >=, 15);
  g_assert_cmpint (c.curve[c.n_curve - 1].k, ==, 6);
  clustering_clear (&c);
  g_autoptr (GError) error = NULL;
  o.k = 7;
  g_assert_false (cluster_fit (&x, &o, NULL, &c, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  g_assert_null (c.projected);
}

static void
test_refused (void)
{
  float data[6] = { 1, 2, 3, NAN, 5, 6 };
  matrix x = { .n = 3, .d = 2, .data = data }, empty = { .n = 0, .d = 2, .data = data };
  for (gsize components = 0; components <= 2; components += 2)
    {
      cluster_options o = options (components, 2);
      clustering c;
      g_autoptr (GError) error = NULL;
      g_assert_false (cluster_fit (&x, &o, NULL, &c, &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
      g_assert_null (c.projected);
      g_clear_error (&error);
      g_assert_false (cluster_fit (&empty, &o, NULL, &c, &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
      g_clear_error (&error);
      o.k = -1;
      g_assert_false (cluster_fit (&x, &o, NULL, &c, &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
    }
}

static gboolean
stop_later (gpointer user)
{
  int *left = user;
  return --*left <= 0;
}

static void
test_stop (void)
{
  g_autofree float *data = blobs (300, 6, 5, 4);
  matrix x = { .n = 300, .d = 6, .data = data };
  cluster_options o = options (4, 0);
  for (int after = 1; after < 2000; after = after * 2 + 1)
    {
      int left = after;
      job j = { .stop = stop_later, .user = &left };
      clustering c;
      g_autoptr (GError) error = NULL;
      g_assert_false (cluster_fit (&x, &o, &j, &c, &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STOPPED);
      g_assert_null (c.projected);
    }
}

/* Of near ties in inertia the best separated one: never worse in silhouette than k-means alone, never further from the
 * least inertia than a third of one picture's share, and at times really another. */
static void
test_prefers_separated (void)
{
  int others = 0;
  for (guint32 seed = 0; seed < 20; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      float data[30 * 4];
      for (gsize i = 0; i < G_N_ELEMENTS (data); i++)
        data[i] = (float) g_rand_double (rand);
      matrix x = { .n = 30, .d = 4, .data = data };
      cluster_options o = options (0, 7);
      clustering c;
      g_assert_true (cluster_fit (&x, &o, NULL, &c, NULL));
      g_assert_cmpfloat (c.inertia, >=, c.inertia_lowest * (1 - 1e-9));
      g_assert_cmpfloat (c.inertia, <=, c.inertia_lowest * (1 + 1.0 / 90) * (1 + 1e-9));
      if (c.inertia > c.inertia_lowest * (1 + 1e-9))
        {
          kmeans_options settings;
          kmeans lowest;
          kmeans_options_init (&settings);
          settings.k = 7;
          settings.seed = o.seed;
          g_assert_true (kmeans_fit (&x, &settings, NULL, &lowest, NULL));
          g_assert_cmpfloat (c.silhouette, >, silhouette (&x, lowest.labels, 7, 0, 0, 1, NULL));
          kmeans_clear (&lowest);
          others++;
        }
      clustering_clear (&c);
    }
  g_assert_cmpint (others, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cluster/finds-groups", test_finds_groups);
  g_test_add_func ("/cluster/curve-range", test_curve_range);
  g_test_add_func ("/cluster/corners", test_corners);
  g_test_add_func ("/cluster/equal-rows", test_equal_rows);
  g_test_add_func ("/cluster/sampled", test_sampled);
  g_test_add_func ("/cluster/min-size", test_min_size);
  g_test_add_func ("/cluster/prefers-separated", test_prefers_separated);
  g_test_add_func ("/cluster/refused", test_refused);
  g_test_add_func ("/cluster/stop", test_stop);
  return g_test_run ();
}
