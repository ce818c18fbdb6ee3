/* Shows the linear algebra and clustering to Python. Matrices come in as .npy (float32, two dimensions, C order) and go out as raw
 * little-endian arrays below PREFIX:
 *     tool_cluster pca FILE.npy K THREADS PREFIX           .mean .components .variance (float64) .projected (float32)
 *     tool_cluster kmeans FILE.npy K SEED RESTARTS MIN_SIZE THREADS PREFIX    .labels (int32) .centres .distances (float32)
 *     tool_cluster silhouette FILE.npy LABELS.i32 K MAX_ROWS SEED THREADS PREFIX   .each (float32)
 *     tool_cluster cluster FILE.npy COMPONENTS K K_MAX MIN_SIZE SEED THREADS PREFIX  .labels .distances .projected .curve
 * One line NAME=VALUE for each number, seconds among them: of the computation alone. PREFIX - writes no files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/cluster.h"
#include "math/kmeans.h"
#include "math/linalg.h"
#include "math/pca.h"

static void
fail (const char *what, const char *why)
{
  fprintf (stderr, "%s: %s\n", what, why);
  exit (2);
}

static float *
read_npy (const char *path, matrix *m)
{
  char *bytes = NULL;
  gsize length = 0;
  g_autoptr (GError) error = NULL;
  if (!g_file_get_contents (path, &bytes, &length, &error))
    fail (path, error->message);
  if (length < 10 || memcmp (bytes, "\x93NUMPY\x01", 7) != 0 || strstr (bytes + 10, "'<f4'") == NULL)
    fail (path, "not a float32 .npy of version 1");
  gsize start = 10 + (guint8) bytes[8] + 256u * (guint8) bytes[9];
  const char *shape = strstr (bytes + 10, "'shape': (");
  if (shape == NULL || sscanf (shape, "'shape': (%" G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT ")", &m->n, &m->d) != 2)
    fail (path, "not a matrix");
  if (length - start != m->n * m->d * sizeof (float))
    fail (path, "wrong length");
  float *data = g_new (float, MAX (m->n * m->d, 1));
  memcpy (data, bytes + start, length - start);
  g_free (bytes);
  m->data = data;
  m->rows = NULL;
  return data;
}

static void
write_raw (const char *prefix, const char *suffix, const void *data, gsize bytes)
{
  if (strcmp (prefix, "-") == 0)
    return;
  g_autofree char *path = g_strconcat (prefix, suffix, NULL);
  g_autoptr (GError) error = NULL;
  if (!g_file_set_contents (path, data, (gssize) bytes, &error))
    fail (path, error->message);
}

static double
seconds_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1e6;
}

static void
run_pca (const matrix *m, char **a)
{
  pca p;
  g_autoptr (GError) error = NULL;
  int threads = atoi (a[1]);
  gint64 start = g_get_monotonic_time ();
  if (!pca_fit (m, (gsize) atoll (a[0]), threads, NULL, &p, &error))
    fail ("pca", error->message);
  double fit = seconds_since (start);
  g_autofree float *out = g_new (float, m->n *p.k);
  if (!pca_project (&p, m, threads, NULL, out, &error))
    fail ("project", error->message);
  printf ("seconds=%.6f\nfit_seconds=%.6f\nk=%" G_GSIZE_FORMAT "\ntotal=%.17g\n", seconds_since (start), fit, p.k,
          p.total_variance);
  write_raw (a[2], ".mean", p.mean, p.d * sizeof (double));
  write_raw (a[2], ".components", p.components, p.k * p.d * sizeof (double));
  write_raw (a[2], ".variance", p.explained_variance, p.k * sizeof (double));
  write_raw (a[2], ".projected", out, m->n * p.k * sizeof (float));
  pca_clear (&p);
}

static void
run_kmeans (const matrix *m, char **a)
{
  kmeans_options o;
  kmeans_options_init (&o);
  o.k = atoi (a[0]);
  o.seed = g_ascii_strtoull (a[1], NULL, 10);
  o.restarts = atoi (a[2]);
  o.min_size = (gsize) atoll (a[3]);
  o.threads = atoi (a[4]);
  kmeans km;
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  if (!kmeans_fit (m, &o, NULL, &km, &error))
    fail ("kmeans", error->message);
  printf ("seconds=%.6f\nk=%d\ninertia=%.17g\niterations=%d\n", seconds_since (start), km.k, km.inertia, km.iterations);
  write_raw (a[5], ".labels", km.labels, m->n * sizeof (int));
  write_raw (a[5], ".centres", km.centres, (gsize) km.k * km.d * sizeof (float));
  write_raw (a[5], ".distances", km.distances, m->n * sizeof (float));
  kmeans_clear (&km);
}

static void
run_silhouette (const matrix *m, char **a)
{
  g_autofree char *labels = NULL;
  gsize length;
  g_autoptr (GError) error = NULL;
  if (!g_file_get_contents (a[0], &labels, &length, &error))
    fail (a[0], error->message);
  if (length != m->n * sizeof (int))
    fail (a[0], "wrong length");
  g_autofree int *aligned = g_new (int, MAX (m->n, 1));
  memcpy (aligned, labels, length);
  g_autofree float *each = g_new (float, MAX (m->n, 1));
  gint64 start = g_get_monotonic_time ();
  double mean =
      silhouette (m, aligned, atoi (a[1]), (gsize) atoll (a[2]), g_ascii_strtoull (a[3], NULL, 10), atoi (a[4]), each);
  printf ("seconds=%.6f\nmean=%.17g\n", seconds_since (start), mean);
  write_raw (a[5], ".each", each, m->n * sizeof (float));
}

static void
run_cluster (const matrix *m, char **a)
{
  cluster_options o;
  cluster_options_init (&o);
  o.components = (gsize) atoll (a[0]);
  o.k = atoi (a[1]);
  o.k_max = atoi (a[2]);
  o.min_size = (gsize) atoll (a[3]);
  o.seed = g_ascii_strtoull (a[4], NULL, 10);
  o.threads = atoi (a[5]);
  clustering c;
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  if (!cluster_fit (m, &o, NULL, &c, &error))
    fail ("cluster", error->message);
  printf ("seconds=%.6f\nk=%d\ninertia=%.17g\nsilhouette=%.17g\ncurve_rows=%" G_GSIZE_FORMAT "\ntotal=%.17g\n",
          seconds_since (start), c.k, c.inertia, c.silhouette, c.curve_rows, c.total_variance);
  g_autofree double *curve = g_new (double, 3 * MAX (c.n_curve, 1));
  for (gsize i = 0; i < c.n_curve; i++)
    {
      curve[3 * i] = c.curve[i].k;
      curve[3 * i + 1] = c.curve[i].inertia;
      curve[3 * i + 2] = c.curve[i].silhouette;
    }
  write_raw (a[6], ".labels", c.labels, c.n * sizeof (int));
  write_raw (a[6], ".distances", c.distances, c.n * sizeof (float));
  write_raw (a[6], ".projected", c.projected, c.n * c.d * sizeof (float));
  write_raw (a[6], ".silhouettes", c.cluster_silhouette, (gsize) c.k * sizeof (double));
  write_raw (a[6], ".curve", curve, 3 * c.n_curve * sizeof (double));
  clustering_clear (&c);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    int arguments;
    void (*run) (const matrix *m, char **arguments);
  } commands[] = { { "pca", 3, run_pca },
                   { "kmeans", 6, run_kmeans },
                   { "silhouette", 6, run_silhouette },
                   { "cluster", 7, run_cluster } };
  for (gsize i = 0; argc > 2 && i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[1], commands[i].name) == 0 && argc == commands[i].arguments + 3)
      {
        matrix m;
        float *data = read_npy (argv[2], &m);
        printf ("blas=%s\nn=%" G_GSIZE_FORMAT "\nd=%" G_GSIZE_FORMAT "\n", linalg_describe (), m.n, m.d);
        commands[i].run (&m, argv + 3);
        g_free (data);
        return 0;
      }
  fputs ("wrong arguments: see the top of tool_cluster.c\n", stderr);
  return 2;
}
