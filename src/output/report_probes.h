/* What the clusters hold of probes, as results tell of it (docs/report.md). */
#pragma once

#include <glib.h>

struct store;

typedef struct {
  guint64 probes;     /* that sit with the cluster's pictures */
  guint64 originals;  /* probes whose original sits there */
  guint64 come, left; /* probes there without their original; originals there without their probe, counted by probe */
  double share;       /* of probes and pictures together */
  double p,
      adjusted;  /* of so many more coming than leaving by chance; after Benjamini and Hochberg over the clusters */
  gboolean many; /* probes come to it: its pictures stand in probes.csv */
  char *family;  /* of corruptions: of most of those that came; "" where none did */
  char *kinds;   /* of those that came, most frequent first: "gaussian-blur 5, jpeg 2" */
} cluster_probes;

/* All zero, `clusters` NULL: there were no probes. */
typedef struct {
  guint64 probes, of_pictures;     /* probes in the clustering; how many different pictures they were made of */
  guint64 alone;                   /* probes in clusters that hold no picture */
  guint64 many_clusters, pictures; /* clusters with many; the pictures in them */
  GPtrArray *clusters;             /* of cluster_probes, by cluster */
} report_probes;

void report_probes_init (report_probes *r); /* no clusters yet */
cluster_probes *cluster_probes_add (report_probes *r);
void report_probes_clear (report_probes *r);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (report_probes, report_probes_clear)

/* With the store's last scan; no probes: removes what is kept. Errors: PARDON_ERROR_STORE. */
gboolean report_probes_keep (struct store *s, const report_probes *r, GError **error);
/* `r` uninitialised or cleared. */
void report_probes_fill (struct store *s, report_probes *r);
