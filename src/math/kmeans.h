/* k-means: greedy k-means++ seeding (Arthur and Vassilvitskii 2007; greedy as in scikit-learn), Lloyd's iterations, best of several
 * restarts, then exchange of single points while inertia falls (Hartigan and Wong 1979). Same seed, same bytes, whatever the number of
 * threads. With min_size, the final assignment is the cheapest one with no cluster smaller (Bradley, Bennett, Demiriz 2000), by
 * successive shortest paths over the k clusters. */
#pragma once

#include "base/job.h"
#include "types.h"

typedef struct {
  int k;
  int restarts;       /* default 10 */
  int max_iterations; /* default 300 */
  double tolerance;   /* relative movement of centres; default 1e-4 of the mean variance, as scikit-learn */
  gsize min_size;     /* 0 or 1: none */
  guint64 seed;
  int threads;
} kmeans_options;

typedef struct {
  int k;
  gsize d;
  float *centres;     /* k x d; clusters ordered by size, largest first, ties by first member */
  int *labels;        /* n */
  float *distances;   /* n: Euclidean, to the own centre */
  gsize *sizes;       /* k; every cluster has a member */
  double inertia;     /* sum of squared distances */
  int iterations;     /* of the best restart */
} kmeans;

void kmeans_options_init (kmeans_options *o);
/* k is lowered to the number of distinct rows where that is smaller. PARDON_ERROR_INPUT when k * min_size > n. */
gboolean kmeans_fit (const matrix *x, const kmeans_options *o, const job *j, kmeans *out, GError **error);
void kmeans_clear (kmeans *km);

/* Mean silhouette (Rousseeuw 1987) of `labels` (n, 0..k-1) over at most `max_rows` rows drawn with `seed` (0: all rows), both sides of the
 * measure within the drawn rows. -1..1; 0 for clusters of one and where k < 2. `each` (n floats; NAN where not drawn) may be NULL. */
double silhouette (const matrix *x, const int *labels, int k, gsize max_rows, guint64 seed, int threads, float *each);
