/* Probes beside pictures: what is measured is the pictures' alone, and what a cluster's probes say is counted by hand. */
#include <math.h>

#include "base/error.h"
#include "detecting/own_probes.h"
#include "image/corrupt.h"
#include "math/kmeans.h"

/* --- clustering with companions ------------------------------------------------------------- */

#define PICTURES   40
#define COMPANIONS 25

/* Pictures in two places; ten companions beside the first, the others where no picture is. */
static float *
places (void)
{
  float *x = g_new (float, (PICTURES + COMPANIONS) * 2);
  GRand *rng = g_rand_new_with_seed (5);
  for (gsize i = 0; i < PICTURES + COMPANIONS; i++)
    {
      double at = i < 28 ? 0 : i < PICTURES ? 30 : i < PICTURES + 10 ? 0 : 90;
      x[2 * i] = (float) (at + g_rand_double (rng));
      x[2 * i + 1] = (float) (at / 2 + g_rand_double (rng));
    }
  g_rand_free (rng);
  return x;
}

static void
fit_beside (const float *x, gsize n, gsize companions, int k, clustering *c, int *labels)
{
  matrix m = { .n = n, .d = 2, .data = x };
  cluster_options o;
  g_autoptr (GError) error = NULL;
  cluster_options_init (&o);
  o.k = k;
  o.components = 0;
  gboolean fine = cluster_fit_beside (&m, companions, &o, NULL, c, labels, &error);
  g_assert_no_error (error);
  g_assert_true (fine);
}

static void
test_companions (void)
{
  g_autofree float *x = places ();
  int labels[COMPANIONS];
  clustering c;
  fit_beside (x, PICTURES + COMPANIONS, COMPANIONS, 3, &c, labels);
  g_assert_cmpuint (c.n, ==, PICTURES);
  g_assert_cmpint (c.k, ==, 2); /* the third holds companions alone */
  g_assert_cmpuint (c.sizes[0], ==, 28);
  g_assert_cmpuint (c.sizes[1], ==, 12);
  for (int i = 0; i < PICTURES; i++)
    g_assert_cmpint (c.labels[i], ==, i < 28 ? 0 : 1);
  for (int i = 0; i < COMPANIONS; i++)
    g_assert_cmpint (labels[i], ==, i < 10 ? 0 : -1);
  double inertia = 0;
  for (int i = 0; i < PICTURES; i++)
    inertia += (double) c.distances[i] * (double) c.distances[i];
  g_assert_cmpfloat_with_epsilon (c.inertia, inertia, 1e-9 * inertia);
  g_assert_cmpfloat (c.inertia_lowest, <=, c.inertia);
  matrix pictures = { .n = PICTURES, .d = 2, .data = x };
  g_assert_cmpfloat_with_epsilon (c.silhouette, silhouette (&pictures, c.labels, 2, 0, 0, 1, NULL), 1e-9);
  g_assert_cmpuint (c.curve_rows, ==, PICTURES);
  gboolean holds = FALSE;
  for (gsize i = 0; i < c.n_curve; i++)
    {
      holds |= c.curve[i].k == c.k && c.curve[i].silhouette == c.silhouette;
      g_assert_true (i == 0 || c.curve[i].k > c.curve[i - 1].k);
    }
  g_assert_true (holds);
  clustering_clear (&c);
}

/* Larger with its companions than without: pictures alone decide which cluster is the first. */
static void
test_order_is_of_pictures (void)
{
  float x[2 * 30];
  int labels[20];
  clustering c;
  for (int i = 0; i < 30; i++)
    {
      gboolean far = (i >= 6 && i < 10) || i >= 10; /* four pictures and all companions */
      x[2 * i] = far ? 50 + (float) (i % 5) : (float) (i % 5);
      x[2 * i + 1] = (float) (i % 7);
    }
  fit_beside (x, 30, 20, 2, &c, labels);
  g_assert_cmpuint (c.sizes[0], ==, 6);
  g_assert_cmpint (c.labels[0], ==, 0);
  g_assert_cmpint (c.labels[9], ==, 1);
  for (int i = 0; i < 20; i++)
    g_assert_cmpint (labels[i], ==, 1);
  clustering_clear (&c);
}

static void
test_no_companions (void)
{
  g_autofree float *x = places ();
  matrix m = { .n = PICTURES + COMPANIONS, .d = 2, .data = x };
  cluster_options o;
  clustering a, b;
  cluster_options_init (&o);
  g_assert_true (cluster_fit (&m, &o, NULL, &a, NULL));
  g_assert_true (cluster_fit_beside (&m, 0, &o, NULL, &b, NULL, NULL));
  g_assert_cmpint (a.k, ==, b.k);
  g_assert_cmpmem (a.labels, a.n * sizeof (int), b.labels, b.n * sizeof (int));
  g_assert_true (a.inertia == b.inertia && a.silhouette == b.silhouette && a.n_curve == b.n_curve);
  clustering_clear (&a);
  clustering_clear (&b);
}

/* --- what they say -------------------------------------------------------------------------- */

static void
add (own_probes *p, GArray *labels, int n, const char *kind, gsize source, int to)
{
  own_probe probe = { corruption_find (kind), 3, source };
  g_assert_cmpint (probe.kind, >=, 0);
  for (int i = 0; i < n; i++)
    {
      g_array_append_val (p->made, probe);
      g_array_append_val (labels, to);
    }
}

static void
test_weigh (void)
{
  int of[] = { 0, 0, 0, 0, 1, 1, 1, 2, 2, 3 };
  gsize sizes[] = { 4, 3, 2, 1 };
  clustering c = { .n = 10, .k = 4, .labels = of, .sizes = sizes };
  g_auto (own_probes) p = { .made = g_array_new (FALSE, FALSE, sizeof (own_probe)), .of_pictures = 3 };
  g_autoptr (GArray) labels = g_array_new (FALSE, FALSE, sizeof (int));
  g_auto (report_probes) r = { 0 };
  add (&p, labels, 20, "saturation", 0, 0); /* stay where they were made */
  add (&p, labels, 5, "jpeg", 0, 1);
  add (&p, labels, 4, "gaussian-blur", 0, 1);
  add (&p, labels, 3, "defocus-blur", 7, 1);
  add (&p, labels, 1, "fog", 4, 2); /* leaves 1 */
  add (&p, labels, 2, "haze", 0, 3);
  add (&p, labels, 6, "snow", 0, -1);
  own_probes_weigh (&p, &c, (const int *) (const void *) labels->data, &r);
  g_assert_cmpuint (r.probes, ==, 41);
  g_assert_cmpuint (r.of_pictures, ==, 3);
  g_assert_cmpuint (r.alone, ==, 6);
  const struct {
    guint64 probes, originals, come, left;
    double p, adjusted;
    gboolean many;
    const char *family, *kinds;
  } wanted[] = {
    { 20, 37, 0, 17, 1, 1, FALSE, "", "" },
    /* 12 against 1: 14 / 2^13; times 4 clusters */
    { 12, 1, 12, 1, 14 / 8192.0, 4 * 14 / 8192.0, TRUE, "blur", "jpeg 5, gaussian-blur 4, defocus-blur 3" },
    { 1, 3, 1, 3, 1, 1, FALSE, "weather", "fog 1" },
    { 2, 0, 2, 0, 0.25, 0.5, FALSE, "weather", "haze 2" },
  };
  for (int q = 0; q < 4; q++)
    {
      const cluster_probes *of_q = r.clusters->pdata[q];
      g_assert_cmpuint (of_q->probes, ==, wanted[q].probes);
      g_assert_cmpuint (of_q->originals, ==, wanted[q].originals);
      g_assert_cmpuint (of_q->come, ==, wanted[q].come);
      g_assert_cmpuint (of_q->left, ==, wanted[q].left);
      g_assert_cmpfloat_with_epsilon (of_q->p, wanted[q].p, 1e-12);
      g_assert_cmpfloat_with_epsilon (of_q->adjusted, wanted[q].adjusted, 1e-12);
      g_assert_cmpint (of_q->many, ==, wanted[q].many);
      g_assert_cmpstr (of_q->family, ==, wanted[q].family);
      g_assert_cmpstr (of_q->kinds, ==, wanted[q].kinds);
    }
  g_assert_cmpuint (r.many_clusters, ==, 1);
  g_assert_cmpuint (r.pictures, ==, 3);
}

/* Come for certain, but not in numbers: a place that many are made of anyway. */
static void
test_lift (void)
{
  int of[] = { 0, 1 };
  gsize sizes[] = { 1, 1 };
  clustering c = { .n = 2, .k = 2, .labels = of, .sizes = sizes };
  for (int stay = 12; stay <= 13; stay++)
    {
      g_auto (own_probes) p = { .made = g_array_new (FALSE, FALSE, sizeof (own_probe)), .of_pictures = 2 };
      g_autoptr (GArray) labels = g_array_new (FALSE, FALSE, sizeof (int));
      g_auto (report_probes) r = { 0 };
      add (&p, labels, 12, "fog", 0, 1);
      add (&p, labels, stay, "fog", 1, 1);
      own_probes_weigh (&p, &c, (const int *) (const void *) labels->data, &r);
      const cluster_probes *second = r.clusters->pdata[1];
      g_assert_cmpfloat (second->adjusted, <, 0.001);
      g_assert_cmpint (second->many, ==, stay <= 12);
    }
}

static void
test_check (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (own_probes_check (OWN_PROBES_MOST, NULL));
  g_assert_false (own_probes_check (OWN_PROBES_MOST + 1, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/own_probes/companions", test_companions);
  g_test_add_func ("/own_probes/order", test_order_is_of_pictures);
  g_test_add_func ("/own_probes/no-companions", test_no_companions);
  g_test_add_func ("/own_probes/weigh", test_weigh);
  g_test_add_func ("/own_probes/lift", test_lift);
  g_test_add_func ("/own_probes/check", test_check);
  return g_test_run ();
}
