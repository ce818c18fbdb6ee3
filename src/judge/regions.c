/* k-means sees a sample: a million rows more would move centres by less than another seed does, and cost hours. */
#include "judge/regions.h"

#include <math.h>

#include "base/error.h"
#include "math/blocks.h"
#include "math/rows.h"

#define BLOCK           16384
#define PART            256
#define SILHOUETTE_ROWS 5000
#define EQUAL           1e-9

void
region_options_init (region_options *o)
{
  *o = (region_options){ .components = 50, .sample = 20000, .restarts = 4, .threads = 1 };
}

void
regions_clear (regions *r)
{
  for (int f = 0; f < r->n_fits; f++)
    kmeans_clear (&r->fits[f]);
  pca_clear (&r->axes);
  g_free (r->fits);
  g_free (r->projected);
  g_free (r->drawn);
  *r = (regions){ 0 };
}

/* Adds the clustering at `k` unless it turns out to be one that is there already. FALSE with `error`. */
static gboolean
add_fit (regions *r, int k, const region_options *o, const job *j, GError **error)
{
  matrix sample = { .n = r->m, .d = r->axes.k, .data = r->projected };
  kmeans_options settings;

  kmeans_options_init (&settings);
  settings.k = k;
  settings.restarts = o->restarts;
  settings.seed = o->seed;
  settings.threads = o->threads;
  kmeans *fit = &r->fits[r->n_fits];
  if (!kmeans_fit (&sample, &settings, j, fit, error))
    return FALSE;
  if (r->n_fits > 0 && fit->k <= r->fits[r->n_fits - 1].k)
    kmeans_clear (fit);
  else
    r->n_fits++;
  return TRUE;
}

gboolean
regions_init (regions *r, const matrix *x, const int *ks, int n_ks, const region_options *o, const job *j,
              GError **error)
{
  job quiet = { .stop = j != NULL ? j->stop : NULL, .user = j != NULL ? j->user : NULL };

  *r = (regions){ 0 };
  g_autofree guint64 *of = NULL;
  r->drawn = rows_sample (x->n, o->sample, o->seed, &r->m);
  of = g_new (guint64, MAX (r->m, 1));
  for (gsize i = 0; i < r->m; i++)
    of[i] = x->rows != NULL ? x->rows[r->drawn[i]] : r->drawn[i];
  matrix sample = { .n = r->m, .d = x->d, .data = x->data, .rows = of };
  gboolean ok = pca_fit (&sample, o->components, o->threads, j, &r->axes, error);
  if (ok)
    {
      r->projected = g_new (float, r->m * r->axes.k);
      r->fits = g_new0 (kmeans, MAX (n_ks, 1));
      ok = pca_project (&r->axes, &sample, o->threads, j, r->projected, error);
    }
  for (int i = 0; ok && i < n_ks; i++)
    {
      job_tell (j, "regions", (guint64) i, (guint64) n_ks);
      if (ks[i] >= 1 && (r->n_fits == 0 || ks[i] <= (int) MIN (r->m, G_MAXINT)))
        ok = add_fit (r, ks[i], o, &quiet, error);
    }
  if (!ok)
    regions_clear (r);
  return ok;
}

/* A block of projected rows on its way to its centres. */
typedef struct {
  const regions *r;
  const float *projected;
  gsize rows, at, n; /* rows of the block; its first; of all */
  int first, count;
  int *labels;
  float *distances;
} assignment;

static void
assign_part (gsize part, gpointer user)
{
  assignment *a = user;
  gsize d = a->r->axes.k, end = MIN ((part + 1) * PART, a->rows);

  for (int f = 0; f < a->count; f++)
    {
      const kmeans *fit = &a->r->fits[a->first + f];
      for (gsize i = part * PART; i < end; i++)
        {
          double nearest = INFINITY;
          int label = 0;
          for (int c = 0; c < fit->k; c++)
            {
              double d2 = rows_distance2 (a->projected + i * d, fit->centres + (gsize) c * d, d);
              if (d2 < nearest)
                nearest = d2, label = c;
            }
          a->labels[(gsize) f * a->n + a->at + i] = label;
          a->distances[(gsize) f * a->n + a->at + i] = (float) sqrt (nearest);
        }
    }
}

gboolean
regions_assign (const regions *r, const matrix *x, int first, int count, int threads, const job *j, int *labels,
                float *distances, GError **error)
{
  g_autofree float *projected = g_new (float, MIN (x->n, BLOCK) * r->axes.k);
  job quiet = { .stop = j != NULL ? j->stop : NULL, .user = j != NULL ? j->user : NULL };

  for (gsize at = 0; at < x->n; at += BLOCK)
    {
      matrix block = { .n = MIN (BLOCK, x->n - at), .d = x->d, .data = x->data };
      if (x->rows != NULL)
        block.rows = x->rows + at;
      else
        block.data += at * x->d;
      if (!job_go_on (j, error) || !pca_project (&r->axes, &block, threads, &quiet, projected, error))
        return FALSE;
      assignment a = { r, projected, block.n, at, x->n, first, count, labels, distances };
      blocks_run ((block.n + PART - 1) / PART, threads, assign_part, &a);
      job_tell (j, "regions", at + block.n, x->n);
    }
  return TRUE;
}

int
regions_best (const regions *r, const region_options *o, double *mean)
{
  gsize m = 0;
  g_autofree guint64 *rows = rows_sample (r->m, SILHOUETTE_ROWS, o->seed, &m);
  matrix sample = { .n = m, .d = r->axes.k, .data = r->projected, .rows = rows };
  g_autofree silhouette_labelling *of = g_new0 (silhouette_labelling, MAX (r->n_fits, 1));
  g_autofree int *labels = g_new (int, m *(gsize) MAX (r->n_fits, 1));
  int best = -1;

  for (int f = 0; f < r->n_fits; f++)
    {
      for (gsize i = 0; i < m; i++)
        labels[(gsize) f * m + i] = r->fits[f].labels[rows[i]];
      of[f] = (silhouette_labelling){ .labels = labels + (gsize) f * m, .k = r->fits[f].k };
    }
  silhouette_many (&sample, of, (gsize) r->n_fits, o->threads);
  for (int f = 0; f < r->n_fits; f++)
    if (r->fits[f].k > 1 && (best < 0 || of[f].mean > of[best].mean + EQUAL))
      best = f;
  *mean = best >= 0 ? of[best].mean : 0.0;
  return best;
}
