/* k-means: greedy k-means++ seeding (Arthur and Vassilvitskii 2007; greedy as in scikit-learn), Lloyd's iterations, best of several
 * restarts, exchange of single points while inertia falls (Hartigan and Wong 1979), then attempts to take a centre away and put it
 * elsewhere (Lattanzi and Sohler 2019). Same seed, same bytes, whatever the number of threads. With min_size, the final assignment is the
 * cheapest one with no cluster smaller (Bradley, Bennett, Demiriz 2000), by successive shortest paths over the k clusters, in turn with
 * the centres until neither changes.
 *
 * Effort follows from size, work = n * k * d: restarts are lowered, though not below two, so that restarts * work <= 4e9; centres
 * are moved 4e8 / work times, at least twice and at most a hundred times. Memory: a second copy of the rows where that takes at most a
 * GiB, and some 40 bytes a row; with min_size where it binds, another 12 * k bytes a row. */
#pragma once

#include "base/job.h"
#include "types.h"

typedef struct {
  int k;
  int restarts;       /* default 10 */
  int max_iterations; /* default 300 */
  double
      tolerance; /* squared movement of all centres below which a restart has settled, in units of the mean variance of a
                         column; default 1e-4, as scikit-learn */
  gsize min_size; /* 0 or 1: none */
  guint64 seed;
  int threads;
} kmeans_options;

typedef struct {
  int k;
  gsize d;
  float *centres;   /* k x d; clusters ordered by size, largest first, ties by first member */
  int *labels;      /* n */
  float *distances; /* n: Euclidean, to the own centre */
  gsize *sizes;     /* k; every cluster has a member */
  double inertia;   /* sum of squared distances */
  int iterations;   /* of the best restart */
} kmeans;

void kmeans_options_init (kmeans_options *o);
/* k is lowered to the number of distinct rows where that is smaller. PARDON_ERROR_INPUT when k < 1, k * min_size > n, there are no rows or a
 * value is not finite. Tells the job of "clusters", restarts done and in all. On FALSE `out` is cleared. */
gboolean kmeans_fit (const matrix *x, const kmeans_options *o, const job *j, kmeans *out, GError **error);
void kmeans_clear (kmeans *km);

/* The distinct partitions into exactly k clusters that Lloyd's iterations settle in from `starts` seeded starts and whose inertia is at most
 * `most`: a GArray of kmeans (free with g_array_unref). For small n: a start costs about twenty looks at all rows. NULL with `error`
 * set when a value is not finite or the job asks to stop. min_size and restarts are not regarded. */
GArray *kmeans_optima (const matrix *x, const kmeans_options *o, int starts, double most, const job *j, GError **error);

/* Mean silhouette (Rousseeuw 1987) of `labels` (n, 0..k-1) over at most `max_rows` rows drawn with `seed` (0: all rows), both sides of the
 * measure within the drawn rows. -1..1; 0 for clusters of one and where k < 2. `each` (n floats; NAN where not drawn) may be NULL. */
double silhouette (const matrix *x, const int *labels, int k, gsize max_rows, guint64 seed, int threads, float *each);

/* One of several labellings of the same rows. */
typedef struct {
  const int *labels; /* n */
  int k;
  float *each; /* n, or NULL */
  double mean; /* out */
} silhouette_labelling;

/* All of them for one computation of the distances, which is where the time goes; over all rows of x. */
void silhouette_many (const matrix *x, silhouette_labelling *of, gsize count, int threads);
