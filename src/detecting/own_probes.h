/* Probes made of the user's own pictures (scan --probes; docs/probes.md): copies of known corruption that enter the
 * clustering beside the pictures, so that a cluster's share of them tells what sits there. They count in nothing. */
#pragma once

#include "base/job.h"
#include "cluster/cluster.h"
#include "looking/lens.h"
#include "output/report_probes.h"
#include "store/store.h"

#define OWN_PROBES_MOST 10000
/* PARDON_ERROR_INPUT for more. */
gboolean own_probes_check (guint64 n, GError **error);

typedef struct {
  int kind; /* of corruption_kinds */
  double severity;
  gsize source; /* the picture it is a copy of: its number among those with features, in the order of the list */
} own_probe;

typedef struct {
  GArray *made; /* of own_probe */
  float *rows;  /* made->len x d: features */
  gsize d;
  guint64 of_pictures; /* different ones they were made of */
  gboolean of_all;     /* drawn among all pictures: FALSE among those found fit to judge by */
} own_probes;

/* `n` copies, at most OWN_PROBES_MOST, of pictures drawn by `seed`: among those with features in `set` and a verdict that calls them
 * fit; among all where `all` is set or none is fit. A picture is used again when all were. Every kind in turn, at severities 2 to 5. A copy
 * that cannot be made (the file is gone) is left out. The same whatever the number of threads. */
gboolean own_probes_make (store *s, gint64 set, const lens *l, guint64 n, gboolean all, guint64 seed, int threads,
                          const job *j, own_probes *out, GError **error);
/* The same copies one by one, as pictures. */
typedef struct {
  const char *path; /* of the picture */
  own_probe what;
  guint64 seed;
} own_probe_plan;
typedef gboolean (*own_probe_taker) (gpointer user, const own_probe_plan *p, GError **error);
gboolean own_probes_each (store *s, gint64 set, guint64 n, gboolean all, guint64 seed, own_probe_taker take,
                          gpointer user, GError **error);
/* Into `out`, at the size that quality is measured at; `decoded` is a buffer. PARDON_ERROR_PICTURE and others. */
gboolean own_probe_draw (const own_probe_plan *p, image *decoded, image *out, GError **error);
/* The last scan's, as a note of the store: what own_probes_each is to be given. `n` 0: there are none. */
gboolean own_probes_keep (store *s, guint64 n, gboolean all, guint64 seed, GError **error);
void own_probes_kept (store *s, guint64 *n, gboolean *all, guint64 *seed);
/* The rows of `x`, then those of the probes; `out` points at *data (g_free). PARDON_ERROR_MEMORY. */
gboolean own_probes_join (const own_probes *p, const matrix *x, matrix *out, float **data, GError **error);
void own_probes_clear (own_probes *p);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (own_probes, own_probes_clear)

/* cluster_fit of `x` (rows of `set`) with n probes beside them, and what the clusters then hold of these. `all` says, also on
 * return, whether they were drawn among all pictures. `found` and `weighed`: uninitialised; to be cleared where TRUE. */
gboolean own_probes_cluster (store *s, gint64 set, const matrix *x, const cluster_options *c, const lens *l, guint64 n,
                             gboolean *all, const job *j, clustering *found, report_probes *weighed, GError **error);

/* What the clusters of `c` hold of probes, probe i being in cluster labels[i] (-1: one without pictures). Most corruptions change features
 * less than what is to be seen does, so most probes lie where the picture lies that they were made of; and a probe says something only where
 * it does not. So each is compared with its own original: if a corruption moved it anywhere, as many would come into a cluster as leave it
 * (McNemar 1947, exact, one-sided; Benjamini and Hochberg over the clusters). A cluster is a place that probes come to when more come than
 * leave with p <= PROBES_CHANCE, and it holds PROBES_LIFT times as many as originals or more. `out` uninitialised. */
#define PROBES_CHANCE 0.05
#define PROBES_LIFT   2
void own_probes_weigh (const own_probes *p, const clustering *c, const int *labels, report_probes *out);

/* dir/probes.csv: the pictures in clusters with many. Without probes (clusters NULL) the file of a former scan is removed. */
gboolean own_probes_write (store *s, const report_probes *r, const char *dir, GError **error);
