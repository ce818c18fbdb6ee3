/* k-means against its definition and, where sizes allow, against every possible partition. */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "math/kmeans.h"

static float *
random_rows (gsize n, gsize d, guint32 seed)
{
  GRand *rng = g_rand_new_with_seed (seed);
  float *x = g_new (float, n *d);
  for (gsize i = 0; i < n * d; i++)
    x[i] = (float) g_rand_double (rng);
  g_rand_free (rng);
  return x;
}

static kmeans_options
options (int k, guint64 seed)
{
  kmeans_options o;
  kmeans_options_init (&o);
  o.k = k;
  o.seed = seed;
  o.threads = 2;
  return o;
}

static kmeans
fit (const matrix *x, const kmeans_options *o)
{
  kmeans km;
  g_autoptr (GError) error = NULL;
  gboolean ok = kmeans_fit (x, o, NULL, &km, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  return km;
}

/* Everything the header promises of a result, by its plain formulas. */
static void
assert_consistent (const matrix *x, const kmeans *km)
{
  gsize k = (gsize) km->k, d = x->d;
  g_autofree double *sums = g_new0 (double, k *d);
  g_autofree gsize *sizes = g_new0 (gsize, k);
  g_autofree gsize *first = g_new0 (gsize, k);
  double inertia = 0;
  for (gsize i = 0; i < x->n; i++)
    {
      gsize c = (gsize) km->labels[i];
      g_assert_cmpint (km->labels[i], >=, 0);
      g_assert_cmpint (km->labels[i], <, km->k);
      if (sizes[c]++ == 0)
        first[c] = i;
      for (gsize q = 0; q < d; q++)
        sums[c * d + q] += matrix_row (x, i)[q];
    }
  for (gsize c = 0; c < k; c++)
    {
      g_assert_cmpuint (sizes[c], >, 0);
      g_assert_cmpuint (sizes[c], ==, km->sizes[c]);
      if (c > 0)
        g_assert_true (sizes[c] < sizes[c - 1] || (sizes[c] == sizes[c - 1] && first[c] > first[c - 1]));
      for (gsize q = 0; q < d; q++)
        g_assert_true (km->centres[c * d + q] == (float) (sums[c * d + q] / (double) sizes[c])
                       || fabs (km->centres[c * d + q] / (sums[c * d + q] / (double) sizes[c]) - 1) < 1e-6);
    }
  for (gsize i = 0; i < x->n; i++)
    {
      double d2 = 0;
      gsize c = (gsize) km->labels[i];
      for (gsize q = 0; q < d; q++)
        d2 += pow (matrix_row (x, i)[q] - sums[c * d + q] / (double) sizes[c], 2);
      inertia += d2;
      g_assert_cmpfloat (fabs (km->distances[i] - sqrt (d2)), <=, 1e-6 * sqrt (d2) + 1e-30);
    }
  g_assert_cmpfloat (fabs (km->inertia - inertia), <=, 1e-9 * inertia + 1e-30);
}

static double
partition_inertia (const matrix *x, const int *labels, int k)
{
  double total = 0;
  for (int c = 0; c < k; c++)
    for (gsize q = 0; q < x->d; q++)
      {
        double sum = 0, sum2 = 0, n = 0;
        for (gsize i = 0; i < x->n; i++)
          if (labels[i] == c)
            {
              double v = x->data[i * x->d + q];
              sum += v;
              sum2 += v * v;
              n++;
            }
        total += n > 0 ? sum2 - sum * sum / n : 0;
      }
  return total;
}

/* The least inertia over all k^n assignments. */
static double
exhaustive (const matrix *x, int k)
{
  int labels[16] = { 0 };
  double least = INFINITY;
  for (;;)
    {
      least = MIN (least, partition_inertia (x, labels, k));
      gsize i = 0;
      while (i < x->n && ++labels[i] == k)
        labels[i++] = 0;
      if (i == x->n)
        return least;
    }
}

static void
test_optimum (void)
{
  for (guint32 seed = 0; seed < 12; seed++)
    {
      int k = 2 + (int) seed % 3;
      gsize n = k == 2 ? 12 : k == 3 ? 9 : 8;
      g_autofree float *data = random_rows (n, 2, seed);
      matrix x = { .n = n, .d = 2, .data = data };
      kmeans_options o = options (k, seed);
      kmeans km = fit (&x, &o);
      assert_consistent (&x, &km);
      g_assert_cmpfloat_with_epsilon (km.inertia, exhaustive (&x, k), 1e-9);
      kmeans_clear (&km);
    }
}

static void
test_shapes (void)
{
  static const gsize shapes[][3] = { { 1, 1, 1 },   { 1, 5, 3 },     { 2, 1, 2 },     { 7, 3, 7 },
                                     { 257, 1, 4 }, { 1000, 17, 9 }, { 3000, 3, 40 }, { 513, 64, 1 } };
  for (gsize s = 0; s < G_N_ELEMENTS (shapes); s++)
    {
      g_autofree float *data = random_rows (shapes[s][0], shapes[s][1], (guint32) s);
      matrix x = { .n = shapes[s][0], .d = shapes[s][1], .data = data };
      kmeans_options o = options ((int) shapes[s][2], 5);
      kmeans km = fit (&x, &o);
      g_assert_cmpint (km.k, ==, (int) MIN (shapes[s][2], shapes[s][0]));
      assert_consistent (&x, &km);
      if ((gsize) km.k == x.n)
        g_assert_cmpfloat (km.inertia, ==, 0);
      kmeans_clear (&km);
    }
}

static void
test_threads (void)
{
  g_autofree float *data = random_rows (20000, 12, 3);
  matrix x = { .n = 20000, .d = 12, .data = data };
  static const int threads[] = { 1, 2, 7 };
  kmeans km[3];
  for (int t = 0; t < 3; t++)
    {
      kmeans_options o = options (11, 22);
      o.restarts = 3;
      o.threads = threads[t];
      km[t] = fit (&x, &o);
      g_assert_cmpmem (km[t].labels, x.n * sizeof (int), km[0].labels, x.n * sizeof (int));
      g_assert_cmpmem (km[t].distances, x.n * sizeof (float), km[0].distances, x.n * sizeof (float));
      g_assert_cmpmem (km[t].centres, 11 * 12 * sizeof (float), km[0].centres, 11 * 12 * sizeof (float));
      g_assert_cmpmem (&km[t].inertia, sizeof (double), &km[0].inertia, sizeof (double));
      g_assert_cmpint (km[t].iterations, ==, km[0].iterations);
    }
  assert_consistent (&x, &km[0]);
  for (int t = 0; t < 3; t++)
    kmeans_clear (&km[t]);
}

static void
test_duplicates (void)
{
  g_autofree float *data = g_new (float, 600 * 3);
  for (gsize i = 0; i < 600; i++)
    for (gsize c = 0; c < 3; c++)
      data[i * 3 + c] = i % 6 == 5 && c == 0 ? -0.0f : (float) ((i % 6) % 5) * (float) (c + 1);
  matrix x = { .n = 600, .d = 3, .data = data };
  for (int k = 1; k <= 9; k++)
    {
      kmeans_options o = options (k, 1);
      kmeans km = fit (&x, &o);
      g_assert_cmpint (km.k, ==, MIN (k, 5)); /* i % 6 == 5 repeats 0, but for the sign of zero */
      if (k >= 5)
        g_assert_cmpfloat (km.inertia, ==, 0);
      kmeans_clear (&km);
    }
  for (gsize i = 0; i < 1800; i++)
    data[i] = 0.1f;
  kmeans_options o = options (4, 1);
  kmeans km = fit (&x, &o);
  g_assert_cmpint (km.k, ==, 1);
  g_assert_cmpuint (km.sizes[0], ==, 600);
  kmeans_clear (&km);
}

/* Far from the origin, and at the ends of what a float can hold. */
static void
test_ranges (void)
{
  static const float offset[] = { 1e6f, 0, 0, 0 }, scale[] = { 1, 1e-30f, 1e37f, 1e-42f };
  for (gsize s = 0; s < G_N_ELEMENTS (scale); s++)
    {
      float data[40];
      for (int i = 0; i < 40; i++)
        data[i] = offset[s] + scale[s] * (float) ((i / 10) * 8 + i % 3);
      matrix x = { .n = 40, .d = 1, .data = data };
      kmeans_options o = options (4, s);
      kmeans km = fit (&x, &o);
      g_assert_cmpint (km.k, ==, 4);
      for (int i = 0; i < 40; i++)
        g_assert_cmpint (km.labels[i], ==, i / 10);
      kmeans_clear (&km);
    }
}

static void
test_indices (void)
{
  g_autofree float *data = random_rows (500, 6, 9);
  g_autofree float *picked = g_new (float, 200 * 6);
  guint64 rows[200];
  for (gsize i = 0; i < 200; i++)
    {
      rows[i] = (i * 37) % 500;
      memcpy (picked + i * 6, data + rows[i] * 6, 6 * sizeof (float));
    }
  matrix by_index = { .n = 200, .d = 6, .data = data, .rows = rows }, plain = { .n = 200, .d = 6, .data = picked };
  kmeans_options o = options (7, 4);
  kmeans a = fit (&by_index, &o), b = fit (&plain, &o);
  g_assert_cmpmem (a.labels, sizeof (int) * 200, b.labels, sizeof (int) * 200);
  kmeans_clear (&a);
  kmeans_clear (&b);
}

/* No cluster below the bound, and no cheaper single move or exchange of two rows that respects it. */
static void
test_min_size (void)
{
  for (guint32 seed = 0; seed < 10; seed++)
    {
      gsize n = 60 + seed * 7, min_size = 8 + seed % 4;
      g_autofree float *data = random_rows (n, 2, 100 + seed);
      for (gsize i = 0; i < n / 10; i++)
        data[2 * i] += 5 * (float) i; /* far ones that would stand alone */
      matrix x = { .n = n, .d = 2, .data = data };
      kmeans_options o = options (5, seed);
      o.min_size = min_size;
      kmeans km = fit (&x, &o);
      g_assert_cmpint (km.k, ==, 5);
      assert_consistent (&x, &km);
      for (int c = 0; c < 5; c++)
        g_assert_cmpuint (km.sizes[c], >=, min_size);
      for (gsize i = 0; i < n; i++)
        for (gsize q = 0; q < i; q++)
          {
            const float *a = km.centres + 2 * km.labels[i], *b = km.centres + 2 * km.labels[q];
            double now = pow (km.distances[i], 2) + pow (km.distances[q], 2);
            double then = pow (data[2 * i] - b[0], 2) + pow (data[2 * i + 1] - b[1], 2) + pow (data[2 * q] - a[0], 2)
                          + pow (data[2 * q + 1] - a[1], 2);
            g_assert_cmpfloat (now, <=, then * (1 + 1e-5) + 1e-6);
          }
      kmeans_clear (&km);
    }
}

static void
test_min_size_all (void)
{
  g_autofree float *data = random_rows (12, 2, 5);
  matrix x = { .n = 12, .d = 2, .data = data };
  kmeans_options o = options (4, 1);
  o.min_size = 3;
  kmeans km = fit (&x, &o);
  for (int c = 0; c < 4; c++)
    g_assert_cmpuint (km.sizes[c], ==, 3);
  kmeans_clear (&km);
  /* duplicates divided between clusters, as the bound demands */
  for (gsize i = 0; i < 24; i++)
    data[i] = i < 22 ? 0 : (float) i;
  o = options (2, 1);
  o.min_size = 5;
  km = fit (&x, &o);
  g_assert_cmpint (km.k, ==, 2);
  g_assert_cmpuint (km.sizes[1], >=, 5);
  kmeans_clear (&km);
}

static void
test_refused (void)
{
  g_autofree float *data = random_rows (10, 2, 5);
  matrix x = { .n = 10, .d = 2, .data = data }, empty = { .n = 0, .d = 2, .data = data };
  kmeans_options o = options (4, 1);
  kmeans km;
  g_autoptr (GError) error = NULL;
  o.min_size = 3;
  g_assert_false (kmeans_fit (&x, &o, NULL, &km, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  g_clear_error (&error);
  o.min_size = G_MAXSIZE;
  g_assert_false (kmeans_fit (&x, &o, NULL, &km, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  g_clear_error (&error);
  o = options (0, 1);
  g_assert_false (kmeans_fit (&x, &o, NULL, &km, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  g_clear_error (&error);
  o = options (3, 1);
  g_assert_false (kmeans_fit (&empty, &o, NULL, &km, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  g_clear_error (&error);
  data[13] = NAN;
  g_assert_false (kmeans_fit (&x, &o, NULL, &km, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  g_assert_null (km.labels);
}

typedef struct {
  int asked, stop_at;
  guint64 last, total;
} watch;

static gboolean
stop_later (gpointer user)
{
  watch *w = user;
  return ++w->asked >= w->stop_at;
}

static void
told (gpointer user, const char *phase, guint64 done, guint64 total)
{
  watch *w = user;
  g_assert_cmpstr (phase, ==, "clusters");
  g_assert_cmpuint (done, >=, w->last);
  g_assert_cmpuint (done, <=, total);
  w->last = done;
  w->total = total;
}

static void
test_job (void)
{
  g_autofree float *data = random_rows (900, 4, 5);
  matrix x = { .n = 900, .d = 4, .data = data };
  kmeans_options o = options (30, 1);
  o.min_size = 25;
  watch w = { .stop_at = G_MAXINT };
  job j = { .stop = stop_later, .progress = told, .user = &w };
  kmeans km;
  g_autoptr (GError) error = NULL;
  g_assert_true (kmeans_fit (&x, &o, &j, &km, &error));
  kmeans_clear (&km);
  g_assert_cmpuint (w.last, ==, w.total);
  g_assert_cmpuint (w.total, ==, 10);
  int polls = w.asked;
  g_assert_cmpint (polls, >, 20);
  /* wherever it is stopped, it says so and leaves nothing behind */
  for (int at = 1; at <= polls; at += 1 + polls / 12)
    {
      w = (watch){ .stop_at = at };
      g_assert_false (kmeans_fit (&x, &o, &j, &km, &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STOPPED);
      g_assert_cmpint (w.asked, ==, at);
      g_assert_null (km.labels);
      g_clear_error (&error);
    }
}

static void
test_silhouette (void)
{
  /* two pairs on a line: a = 1, b = (9 + 10) / 2 and (10 + 11) / 2 */
  float data[] = { 0, 1, 10, 11 };
  int labels[] = { 0, 0, 1, 1 };
  float each[4];
  matrix x = { .n = 4, .d = 1, .data = data };
  double outer = 1 - 1 / 10.5, inner = 1 - 1 / 9.5;
  g_assert_cmpfloat_with_epsilon (silhouette (&x, labels, 2, 0, 1, 2, each), (outer + inner) / 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (each[0], outer, 1e-6);
  g_assert_cmpfloat_with_epsilon (each[1], inner, 1e-6);
  int alone[] = { 0, 0, 0, 1 };
  silhouette (&x, alone, 2, 0, 1, 1, each);
  g_assert_cmpfloat (each[3], ==, 0);
  int one[] = { 0, 0, 0, 0 };
  g_assert_cmpfloat (silhouette (&x, one, 1, 0, 1, 1, each), ==, 0);
  g_assert_cmpfloat (each[2], ==, 0);
  float equal[] = { 3, 3, 3, 3 };
  matrix same = { .n = 4, .d = 1, .data = equal };
  g_assert_cmpfloat (silhouette (&same, labels, 2, 0, 1, 1, NULL), ==, 0);
}

static void
test_silhouette_sample (void)
{
  g_autofree float *data = random_rows (3000, 3, 8);
  matrix x = { .n = 3000, .d = 3, .data = data };
  kmeans_options o = options (5, 2);
  kmeans km = fit (&x, &o);
  g_autofree float *each = g_new (float, 3000);
  g_autofree float *again = g_new (float, 3000);
  double all = silhouette (&x, km.labels, 5, 0, 1, 2, NULL);
  double some = silhouette (&x, km.labels, 5, 700, 1, 1, each), same = silhouette (&x, km.labels, 5, 700, 1, 7, again);
  double other = silhouette (&x, km.labels, 5, 700, 2, 1, NULL);
  g_assert_cmpfloat (fabs (all - some), <, 0.02);
  g_assert_cmpmem (&some, sizeof some, &same, sizeof same);
  g_assert_cmpmem (each, 3000 * sizeof (float), again, 3000 * sizeof (float));
  g_assert_cmpfloat (some, !=, other);
  int drawn = 0;
  for (gsize i = 0; i < 3000; i++)
    drawn += !isnan (each[i]);
  g_assert_cmpint (drawn, ==, 700);
  kmeans_clear (&km);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kmeans/optimum", test_optimum);
  g_test_add_func ("/kmeans/shapes", test_shapes);
  g_test_add_func ("/kmeans/threads", test_threads);
  g_test_add_func ("/kmeans/duplicates", test_duplicates);
  g_test_add_func ("/kmeans/ranges", test_ranges);
  g_test_add_func ("/kmeans/indices", test_indices);
  g_test_add_func ("/kmeans/min-size", test_min_size);
  g_test_add_func ("/kmeans/min-size-all", test_min_size_all);
  g_test_add_func ("/kmeans/refused", test_refused);
  g_test_add_func ("/kmeans/job", test_job);
  g_test_add_func ("/silhouette/values", test_silhouette);
  g_test_add_func ("/silhouette/sample", test_silhouette_sample);
  return g_test_run ();
}
