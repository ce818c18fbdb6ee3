/* Projects, looks at a range of k on a sample, then clusters all rows with the chosen one. The distances behind the silhouettes are
 * computed once for all k. */
#include "cluster/cluster.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "math/kmeans.h"
#include "math/pca.h"
#include "math/rows.h"

#define CURVE_ROWS     5000
#define CURVE_RESTARTS 4
#define PLACES         16
#define EQUAL          1e-9 /* silhouettes closer than this are ties */
#define OPTIMA_ROWS    1000
#define OPTIMA_STARTS  2000
#define OPTIMA_WORK    1e8 /* multiplications of one look, times starts */

void
cluster_options_init (cluster_options *o)
{
  *o = (cluster_options){ .components = 50, .k_max = 20, .threads = 1 };
}

/* The rows the curve is measured on, and what was found for each k. */
typedef struct {
  guint64 *rows;
  matrix sample;
  matrix measured; /* the sample's first rows: those that are no companions */
  int k_first, n_k;
  kmeans *fits; /* n_k, of k_first, k_first + 1, ... */
  double *silhouettes;
} survey;

static void
survey_clear (survey *s)
{
  for (int i = 0; i < s->n_k; i++)
    kmeans_clear (&s->fits[i]);
  g_free (s->fits);
  g_free (s->silhouettes);
  g_free (s->rows);
}

/* Rows that are clustered as they are still have to be drawn in a plane. */
static gboolean
find_places (const matrix *x, const cluster_options *o, const job *j, clustering *out, GError **error)
{
  pca p;
  if (!pca_fit (x, PLACES, o->threads, j, &p, error))
    return FALSE;
  out->n_places = p.k;
  out->places = g_new (float, x->n *p.k);
  gboolean ok = pca_project (&p, x, o->threads, j, out->places, error);
  pca_clear (&p);
  return ok;
}

static gboolean
project (const matrix *x, const cluster_options *o, const job *j, clustering *out, GError **error)
{
  out->n = x->n;
  if (o->components == 0)
    {
      g_autofree double *mean = g_new (double, MAX (x->d, 1));
      if (!rows_mean (x, o->threads, mean, error))
        return FALSE;
      out->d = x->d;
      out->projected = g_new (float, x->n * x->d);
      for (gsize i = 0; i < x->n; i++)
        memcpy (out->projected + i * x->d, matrix_row (x, i), x->d * sizeof (float));
      return find_places (x, o, j, out, error);
    }
  pca p;
  job_tell (j, "components", 0, 0);
  if (!pca_fit (x, o->components, o->threads, j, &p, error))
    return FALSE;
  out->d = out->n_components = p.k;
  out->total_variance = p.total_variance;
  out->explained_variance = g_memdup2 (p.explained_variance, p.k * sizeof *p.explained_variance);
  out->projected = g_new (float, x->n *p.k);
  gboolean ok = pca_project (&p, x, o->threads, j, out->projected, error);
  pca_clear (&p);
  return ok;
}

static kmeans_options
kmeans_settings (const cluster_options *o, int k, gsize min_size)
{
  kmeans_options settings;
  kmeans_options_init (&settings);
  settings.k = k;
  settings.min_size = min_size;
  settings.seed = o->seed;
  settings.threads = o->threads;
  return settings;
}

static void
measure_survey (survey *s, int threads)
{
  g_autofree silhouette_labelling *of = g_new0 (silhouette_labelling, MAX (s->n_k, 1));
  for (int i = 0; i < s->n_k; i++)
    of[i] = (silhouette_labelling){ .labels = s->fits[i].labels, .k = s->fits[i].k };
  silhouette_many (&s->measured, of, (gsize) s->n_k, threads);
  s->silhouettes = g_new0 (double, MAX (s->n_k, 1));
  for (int i = 0; i < s->n_k; i++)
    s->silhouettes[i] = of[i].mean;
}

/* Of the first n rows alone. */
static double
inertia_of (const kmeans *fit, gsize n)
{
  double sum = 0;
  for (gsize i = 0; i < n; i++)
    sum += (double) fit->distances[i] * (double) fit->distances[i];
  return sum;
}

/* What the rows that are measured share of a fit's inertia, which is the fit's own where all of them are. */
static double
measured_inertia (const kmeans *fit, gsize measured, gsize all)
{
  return measured == all ? fit->inertia : inertia_of (fit, measured);
}

/* Clusters the sample for each k of the curve. */
static gboolean
survey_run (survey *s, const clustering *c, const cluster_options *o, const job *j, GError **error)
{
  job quiet = { .stop = j != NULL ? j->stop : NULL, .user = j != NULL ? j->user : NULL };
  gsize m = s->sample.n;
  /* in the sample a cluster has its share of the smallest size */
  gsize min_size = (gsize) ((double) o->min_size * (double) m / (double) c->n);
  int last = (int) MIN ((gsize) MAX (o->k_max, MIN (o->k, G_MAXINT - 5) + 5), m - 1);
  if (min_size > 1)
    last = (int) MIN ((gsize) last, m / min_size);
  s->k_first = 2;
  s->fits = g_new0 (kmeans, MAX (last - 1, 1));
  for (int k = 2; k <= last; k++)
    {
      kmeans_options settings = kmeans_settings (o, k, min_size);
      settings.restarts = CURVE_RESTARTS;
      job_tell (j, "clusters", (guint64) (k - 2), (guint64) last);
      kmeans *fit = &s->fits[s->n_k];
      if (!kmeans_fit (&s->sample, &settings, &quiet, fit, error))
        return FALSE;
      if (fit->k < k)
        {
          kmeans_clear (fit);
          break;
        }
      s->n_k++;
    }
  measure_survey (s, o->threads);
  return TRUE;
}

static int
choose_k (const survey *s, int k_max)
{
  int best = -1;
  for (int i = 0; i < s->n_k && s->k_first + i <= k_max; i++)
    if (best < 0 || s->silhouettes[i] > s->silhouettes[best] + EQUAL)
      best = i;
  return best < 0 ? 1 : s->k_first + best;
}

/* Silhouettes of the result over the survey's rows. */
static void
measure_result (clustering *c, const survey *s, int threads)
{
  gsize m = s->measured.n;
  g_autofree int *labels = g_new (int, m);
  g_autofree float *each = g_new0 (float, m);
  g_autofree gsize *measured = g_new0 (gsize, c->k);
  for (gsize i = 0; i < m; i++)
    labels[i] = c->labels[s->rows[i]];
  silhouette_labelling of = { .labels = labels, .k = c->k, .each = each };
  silhouette_many (&s->measured, &of, 1, threads);
  c->silhouette = c->k > 1 ? of.mean : NAN;
  c->cluster_silhouette = g_new0 (double, c->k);
  for (gsize i = 0; i < m; i++)
    {
      c->cluster_silhouette[labels[i]] += each[i];
      measured[labels[i]]++;
    }
  for (int q = 0; q < c->k; q++)
    c->cluster_silhouette[q] = c->k > 1 && measured[q] > 0 ? c->cluster_silhouette[q] / (double) measured[q] : NAN;
}

/* The survey's inertias, and the result in its place. */
static gboolean
set_curve (clustering *c, const survey *s, const cluster_options *o, const job *j, GError **error)
{
  gsize m = s->measured.n;
  gboolean all = m == c->n, placed = FALSE;
  cluster_curve_point own = { .k = c->k, .inertia = c->inertia, .silhouette = c->silhouette };
  c->curve = g_new0 (cluster_curve_point, s->n_k + 1);
  if (!all && (c->k < s->k_first || c->k >= s->k_first + s->n_k))
    {
      kmeans fit;
      kmeans_options settings = kmeans_settings (o, c->k, 0);
      settings.restarts = CURVE_RESTARTS;
      if (!kmeans_fit (&s->sample, &settings, j, &fit, error))
        return FALSE;
      own.inertia = measured_inertia (&fit, m, s->sample.n);
      own.silhouette = silhouette (&s->measured, fit.labels, fit.k, 0, 0, o->threads, NULL);
      kmeans_clear (&fit);
    }
  for (int i = 0; i < s->n_k; i++)
    {
      int k = s->k_first + i;
      if (!placed && own.k < k)
        {
          c->curve[c->n_curve++] = own;
          placed = TRUE;
        }
      if (k == own.k && all)
        c->curve[c->n_curve++] = own;
      else
        c->curve[c->n_curve++] = (cluster_curve_point){ .k = k,
                                                        .inertia = measured_inertia (&s->fits[i], m, s->sample.n),
                                                        .silhouette = s->silhouettes[i] };
      placed |= k == own.k;
    }
  if (!placed)
    c->curve[c->n_curve++] = own;
  c->curve_rows = m;
  return TRUE;
}

/* Few pictures leave k-means undecided: partitions whose inertias differ by less than a third of one picture's mean share (1 / 3n) are
 * as good as one another, and of those the best separated one is taken. The choice narrows as n grows and is not looked for where
 * it no longer matters. */
static gboolean
prefer_separated (const matrix *rows, const kmeans_options *settings, kmeans *fit, const cluster_options *o,
                  const job *j, GError **error)
{
  double work = (double) rows->n * (double) rows->d * fit->k;
  int starts = (int) MIN (OPTIMA_STARTS, OPTIMA_WORK / work);
  if (fit->k < 2 || fit->k < settings->k || settings->min_size > 1 || rows->n > OPTIMA_ROWS)
    return TRUE;
  double most = fit->inertia * (1 + 1 / (3 * (double) rows->n));
  g_autoptr (GArray) optima = kmeans_optima (rows, settings, starts, most, j, error);
  if (optima == NULL)
    return FALSE;
  g_autofree silhouette_labelling *of = g_new0 (silhouette_labelling, optima->len + 1);
  of[0] = (silhouette_labelling){ .labels = fit->labels, .k = fit->k };
  for (guint i = 0; i < optima->len; i++)
    of[i + 1] = (silhouette_labelling){ .labels = g_array_index (optima, kmeans, i).labels, .k = fit->k };
  silhouette_many (rows, of, optima->len + 1, o->threads);
  guint best = 0;
  for (guint i = 1; i <= optima->len; i++)
    if (of[i].mean > of[best].mean + EQUAL)
      best = i;
  if (best > 0)
    {
      kmeans former = *fit;
      *fit = g_array_index (optima, kmeans, best - 1);
      g_array_index (optima, kmeans, best - 1) = former;
    }
  return TRUE;
}

typedef struct {
  gsize first;
  int from, members;
} place;

static int
by_size (gconstpointer a, gconstpointer b)
{
  const place *x = a, *y = b;
  return x->members != y->members ? (x->members > y->members ? -1 : 1) : (x->first > y->first) - (x->first < y->first);
}

/* Leaves the first rows of the fit, numbers the clusters by what they hold of them, and tells where the others are. */
static void
part_from (clustering *c, gsize companions, int *labels)
{
  gsize n = c->n - companions;
  g_autofree place *places = g_new0 (place, c->k);
  g_autofree int *number = g_new (int, c->k);
  int k = 0;
  for (gsize i = n; i-- > 0;)
    {
      places[c->labels[i]].first = i;
      places[c->labels[i]].members++;
    }
  for (int q = 0; q < c->k; q++)
    places[q].from = q;
  qsort (places, (gsize) c->k, sizeof *places, by_size);
  for (; k < c->k && places[k].members > 0; k++)
    {
      number[places[k].from] = k;
      c->sizes[k] = (gsize) places[k].members;
    }
  for (int q = k; q < c->k; q++)
    number[places[q].from] = -1;
  for (gsize i = 0; i < c->n; i++)
    {
      int label = number[c->labels[i]];
      if (i < n)
        c->labels[i] = label;
      else
        labels[i - n] = label;
    }
  c->n = n;
  c->k = k;
}

static gboolean
cluster_projected (clustering *c, survey *s, gsize companions, int *labels, const cluster_options *o, const job *j,
                   GError **error)
{
  matrix rows = { .n = c->n, .d = c->d, .data = c->projected };
  gsize m, measured = 0;
  s->rows = rows_sample (c->n, CURVE_ROWS, o->seed, &m);
  while (measured < m && s->rows[measured] < c->n - companions)
    measured++;
  s->sample = (matrix){ .n = m, .d = c->d, .data = c->projected, .rows = s->rows };
  s->measured = s->sample;
  s->measured.n = measured;
  if (o->k > 0 && o->min_size > 1 && o->min_size > c->n / (gsize) o->k)
    {
      /* said before the work of the survey, in the words of the one that knows */
      kmeans none;
      kmeans_options settings = kmeans_settings (o, o->k, o->min_size);
      return kmeans_fit (&rows, &settings, j, &none, error);
    }
  if (!survey_run (s, c, o, j, error))
    return FALSE;
  int limit = o->min_size > 1 ? (int) MIN (c->n / o->min_size, G_MAXINT) : G_MAXINT;
  int k = o->k > 0 ? o->k : choose_k (s, MIN (o->k_max, limit));
  kmeans_options settings = kmeans_settings (o, k, k == 1 ? 0 : o->min_size);
  kmeans fit;
  job quiet = { .stop = j != NULL ? j->stop : NULL, .user = j != NULL ? j->user : NULL };
  if (!kmeans_fit (&rows, &settings, &quiet, &fit, error))
    return FALSE;
  c->inertia_lowest = measured_inertia (&fit, c->n - companions, c->n);
  if (!prefer_separated (&rows, &settings, &fit, o, &quiet, error))
    {
      kmeans_clear (&fit);
      return FALSE;
    }
  c->k = fit.k;
  c->inertia = measured_inertia (&fit, c->n - companions, c->n);
  c->inertia_lowest = MIN (c->inertia_lowest, c->inertia);
  c->labels = g_steal_pointer (&fit.labels);
  c->distances = g_steal_pointer (&fit.distances);
  c->sizes = g_steal_pointer (&fit.sizes);
  kmeans_clear (&fit);
  if (companions > 0)
    part_from (c, companions, labels);
  measure_result (c, s, o->threads);
  return set_curve (c, s, o, &quiet, error);
}

gboolean
cluster_fit (const matrix *x, const cluster_options *o, const job *j, clustering *out, GError **error)
{
  return cluster_fit_beside (x, 0, o, j, out, NULL, error);
}

gboolean
cluster_fit_beside (const matrix *x, gsize companions, const cluster_options *o, const job *j, clustering *out,
                    int *labels, GError **error)
{
  *out = (clustering){ 0 };
  survey s = { 0 };
  if (o->k < 0 || o->k_max < 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "cannot make %d clusters: ask for at least one, or for 0 to choose", MIN (o->k, o->k_max));
      return FALSE;
    }
  gboolean ok = project (x, o, j, out, error) && cluster_projected (out, &s, companions, labels, o, j, error);
  survey_clear (&s);
  if (!ok)
    clustering_clear (out);
  else
    job_tell (j, "clusters", 1, 1);
  return ok;
}
