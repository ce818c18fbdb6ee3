/* Rows to a table: standardise, describe the clean ones, cross-validate by source (for honest thresholds), fit. */
#include "noise/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "math/blocks.h"
#include "math/linalg.h"
#include "noise/detector_internal.h"
#include "noise/order.h"
#include "noise/train_internal.h"

#define LEAST_SOURCES 20
#define FOLDS         10

/* How the unknown kind joins: chosen so that kinds and families left out of training are found, at little cost to those
 * that are in (bench/bench_unseen.py). */
#define STRANGE_SLOPE 4.0
#define STRANGE_SHARE                                                                                                  \
  0.995 /* at this quantile of clean pictures, being strange counts as much as reaching the nets' threshold */
#define STRANGE_FLOOR 0.3 /* added to the variances of standardised measures before they are whitened */

/* --- checks -------------------------------------------------------------------------------------- */

static gboolean
check (const train_set *s, GError **error)
{
  g_autoptr (GHashTable) sources = g_hash_table_new (NULL, NULL);
  g_autofree gsize *examples = g_new0 (gsize, s->n_kinds + 1);
  for (gsize i = 0; i < s->n; i++)
    {
      g_hash_table_add (sources, GUINT_TO_POINTER (s->rows[i].source + 1));
      if (s->rows[i].example)
        examples[s->rows[i].kind + 1]++;
    }
  if (g_hash_table_size (sources) < LEAST_SOURCES)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "%u clean pictures are too few to train on; %d are the least, 500 are better",
                   g_hash_table_size (sources), LEAST_SOURCES);
      return FALSE;
    }
  for (int k = 0; k <= s->n_kinds; k++)
    if (examples[k] == 0)
      {
        g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "there is no example of '%s'",
                     k == 0 ? "clean" : s->kinds[k - 1]);
        return FALSE;
      }
  return TRUE;
}

/* --- what measures are like ----------------------------------------------------------------------- */

/* Percentiles, centre and scale of each measure. */
static gboolean
describe (const train_set *s, detector *d)
{
  g_autofree float *all = g_try_new (float, s->n), *clean = g_try_new (float, s->n);
  if (all == NULL || clean == NULL)
    return FALSE;
  for (gsize m = 0; m < s->d; m++)
    {
      gsize n = 0, n_clean = 0;
      double sum = 0, square = 0;
      for (gsize i = 0; i < s->n; i++)
        {
          float value = s->measures[i * s->d + m];
          if (!s->rows[i].example)
            continue;
          all[n++] = value;
          sum += value;
          if (s->rows[i].kind < 0)
            clean[n_clean++] = value;
        }
      double mean = sum / (double) n;
      for (gsize i = 0; i < n; i++)
        square += (all[i] - mean) * (all[i] - mean);
      d->at.centre[m] = (float) mean;
      d->at.scale[m] = (float) (1 / MAX (sqrt (square / (double) n), 1e-6));
      order_floats (all, n);
      order_floats (clean, n_clean);
      d->at.low[m] = (float) order_quantile (clean, n_clean, 0.05);
      d->at.middle[m] = (float) order_quantile (clean, n_clean, 0.5);
      d->at.high[m] = (float) order_quantile (clean, n_clean, 0.95);
      d->at.least[m] = (float) order_quantile (all, n, 0.001);
      d->at.most[m] = (float) order_quantile (all, n, 0.999);
    }
  return TRUE;
}

/* Whitens by the clean examples' covariance, its eigenvalues raised by STRANGE_FLOOR. */
static gboolean
whiten (const train_set *s, const float *z, detector *d, GError **error)
{
  gsize n = s->d, rows = 0;
  g_autofree double *covariance = g_new0 (double, n *n), *values = g_new (double, n), *vectors = g_new (double, n *n);
  g_autofree double *mean = g_new0 (double, n), *deviation = g_new (double, n);
  for (gsize i = 0; i < s->n; i++)
    if (s->rows[i].example && s->rows[i].kind < 0 && ++rows > 0)
      for (gsize m = 0; m < n; m++)
        mean[m] += z[i * n + m];
  for (gsize m = 0; m < n; m++)
    d->at.clean_mean[m] = (float) (mean[m] /= (double) rows);
  for (gsize i = 0; i < s->n; i++)
    if (s->rows[i].example && s->rows[i].kind < 0)
      {
        for (gsize m = 0; m < n; m++)
          deviation[m] = z[i * n + m] - mean[m];
        linalg_syrk_add (1, n, deviation, n, covariance, n);
      }
  for (gsize i = 0; i < n * n; i++)
    covariance[i] /= (double) rows;
  if (!linalg_eigen_top (n, n, covariance, values, vectors, error))
    return FALSE;
  for (gsize r = 0; r < n; r++)
    for (gsize m = 0; m < n; m++)
      d->at.whiten[r * n + m] = (float) (vectors[r * n + m] / sqrt (MAX (values[r], 0) + STRANGE_FLOOR));
  return TRUE;
}

/* --- lessons -------------------------------------------------------------------------------------- */

static void
lessons_clear (lessons *l)
{
  g_free ((float *) l->z);
  g_free ((guint32 *) l->first);
  g_free ((guint32 *) l->order);
}

static gboolean
lessons_init (lessons *l, const train_set *s, const detector *d)
{
  float *z = g_try_new (float, s->n * s->d);
  guint32 *count = g_try_new0 (guint32, s->n + 1), *order = g_try_new (guint32, s->n);
  guint32 *first = g_try_new0 (guint32, s->n + 1);
  *l = (lessons){ s->n, s->d, z, s->rows, s->n_kinds, 0, first, order };
  if (z == NULL || count == NULL || order == NULL || first == NULL)
    {
      g_free (count);
      lessons_clear (l);
      return FALSE;
    }
  for (gsize i = 0; i < s->n; i++)
    {
      detector_standardise (d, s->measures + i * s->d, z + i * s->d);
      count[s->rows[i].twin]++;
    }
  /* count becomes where each group's next row goes */
  guint32 next = 0;
  for (gsize i = 0; i < s->n; i++)
    {
      guint32 size = count[i];
      count[i] = next;
      if (size > 0)
        first[l->n_groups++] = next;
      next += size;
    }
  first[l->n_groups] = next;
  for (gsize i = 0; i < s->n; i++)
    order[count[s->rows[i].twin]++] = (guint32) i;
  g_free (count);
  return TRUE;
}

typedef struct {
  const lessons *lessons;
  const gboolean *use;
  guint64 seed; /* of the first net */
  detector *detector;
  const job *job;
  GThread *caller; /* the only one that may ask the job */
  GError *why[DETECTOR_NETS];
} fitting;

static void
fit_one (gsize i, gpointer user)
{
  fitting *f = user;
  const job *j = g_thread_self () == f->caller ? f->job : NULL;
  train_net (f->lessons, f->use, f->seed + i, &f->detector->nets[i], j, &f->why[i]);
}

static gboolean
fit_nets (const lessons *l, const gboolean *use, guint64 seed, int threads, detector *d, const job *j, GError **error)
{
  fitting f = { l, use, seed, d, j, g_thread_self (), { NULL } };
  blocks_run (DETECTOR_NETS, MAX (threads, 1), fit_one, &f);
  GError *first = NULL;
  for (int i = 0; i < DETECTOR_NETS; i++)
    if (f.why[i] != NULL && first == NULL)
      first = f.why[i];
    else
      g_clear_error (&f.why[i]);
  if (first != NULL)
    g_propagate_error (error, first);
  return first == NULL;
}

/* --- thresholds ------------------------------------------------------------------------------------ */

/* Of every row, by nets that did not see its source: the kinds' scores, how strange it is in the place of "unknown"'s
 * (n x (known + 1)); and, when all is settled, the joint score (n). */
typedef struct {
  float *kinds, *joint;
} scores;

static guint32
fold_of (const guint32 *folds, const train_row *r)
{
  return folds[r->source];
}

static void
score_rows (const lessons *l, const detector *d, const guint32 *folds, guint32 fold, scores *out)
{
  float severities[DETECTOR_MOST_KINDS], room[DETECTOR_MOST_MEASURES];
  for (gsize i = 0; i < l->n; i++)
    if (l->rows[i].example && fold_of (folds, &l->rows[i]) == fold)
      {
        const float *z = l->z + i * l->d;
        float *kinds = out->kinds + i * (gsize) (d->known + 1);
        detector_scores (d, z, kinds, severities);
        kinds[d->known] = (float) log (MAX (detector_strangeness (d, z, room), 1e-6));
      }
}

/* A fold of every source, by seed. */
static guint32 *
draw_folds (const train_set *s)
{
  guint32 last = 0;
  random_source r;
  random_init (&r, s->seed, "folds");
  for (gsize i = 0; i < s->n; i++)
    last = MAX (last, s->rows[i].source);
  guint32 *folds = g_new (guint32, last + 1);
  for (guint32 i = 0; i <= last; i++)
    folds[i] = i % FOLDS;
  random_shuffle (&r, folds, (gsize) last + 1, sizeof *folds);
  return folds;
}

static gboolean
cross_validate (const lessons *l, const train_set *s, detector *d, scores *out, const job *j, GError **error)
{
  g_autofree guint32 *folds = draw_folds (s);
  g_autofree gboolean *use = g_new (gboolean, l->n_groups);
  for (guint32 fold = 0; fold < FOLDS; fold++)
    {
      job_tell (j, "training", fold, FOLDS + 1);
      for (gsize g = 0; g < l->n_groups; g++)
        use[g] = fold_of (folds, &l->rows[l->order[l->first[g]]]) != fold;
      if (!fit_nets (l, use, s->seed + 1000 * (fold + 1), s->threads, d, j, error))
        return FALSE;
      score_rows (l, d, folds, fold, out);
    }
  job_tell (j, "training", FOLDS, FOLDS + 1);
  return TRUE;
}

/* The clean examples' values, which stand `step` apart, ascending. */
static float *
clean_values (const lessons *l, const float *values, gsize step, gsize *n)
{
  float *clean = g_new (float, l->n);
  *n = 0;
  for (gsize i = 0; i < l->n; i++)
    if (l->rows[i].example && l->rows[i].kind < 0)
      clean[(*n)++] = values[i * step];
  order_floats (clean, *n);
  return clean;
}

/* Mean loss of slope a and offset b, each side weighing half, with its gradient and second derivatives. */
static double
calibration_loss (const lessons *l, const float *joint, const double shares[2], double a, double b, double g[2],
                  double h[3])
{
  double loss = 0;
  memset (g, 0, 2 * sizeof *g);
  memset (h, 0, 3 * sizeof *h);
  for (gsize i = 0; i < l->n; i++)
    if (l->rows[i].example)
      {
        gboolean bad = l->rows[i].kind >= 0;
        double w = 0.5 / shares[bad], x = joint[i], odds = a * x + b, p = 1 / (1 + exp (-odds));
        loss += w * (MAX (odds, 0) + log1p (exp (-fabs (odds))) - bad * odds);
        g[0] += w * (p - bad) * x;
        g[1] += w * (p - bad);
        h[0] += w * p * (1 - p) * x * x;
        h[1] += w * p * (1 - p) * x;
        h[2] += w * p * (1 - p);
      }
  return loss;
}

/* slope and offset of the log odds of being degraded, at even prevalence: logistic regression (Platt 1999) by Newton's
 * method, its steps halved until they help. */
static void
calibrate (const lessons *l, const float *joint, const double shares[2], detector *d)
{
  double a = 0, b = 0, g[2], h[3], next_g[2], next_h[3];
  double loss = calibration_loss (l, joint, shares, a, b, g, h);
  for (int round = 0; round < 100; round++)
    {
      double determinant = h[0] * h[2] - h[1] * h[1] + 1e-12;
      double da = (h[2] * g[0] - h[1] * g[1]) / determinant, db = (h[0] * g[1] - h[1] * g[0]) / determinant;
      double step = 1, after = G_MAXDOUBLE;
      while (step > 1e-6
             && (after = calibration_loss (l, joint, shares, a - step * da, b - step * db, next_g, next_h)) > loss)
        step /= 2;
      if (after > loss)
        break;
      a -= step * da;
      b -= step * db;
      gboolean done = loss - after < 1e-12;
      loss = after;
      memcpy (g, next_g, sizeof g);
      memcpy (h, next_h, sizeof h);
      if (done)
        break;
    }
  d->slope = MAX (a, 0.01); /* a table whose scores told nothing must still rank one way */
  d->offset = b;
}

/* Rank sum (Hanley, McNeil 1982, section 2): the share of pairs in order, ties counting half. */
static double
area_under (const float *clean, gsize n_clean, const lessons *l, const float *joint)
{
  double in_order = 0, n = 0;
  for (gsize i = 0; i < l->n; i++)
    if (l->rows[i].example && l->rows[i].kind >= 0)
      {
        gsize low = 0, high = n_clean;
        while (low < high)
          {
            gsize middle = (low + high) / 2;
            if (clean[middle] < joint[i])
              low = middle + 1;
            else
              high = middle;
          }
        in_order += (double) low;
        n++;
      }
  return in_order / (n * (double) n_clean);
}

/* The unknown kind's scores in the place of how strange the rows are. */
static void
settle_unknown (const lessons *l, scores *found, detector *d)
{
  gsize n_clean, width = (gsize) d->known + 1;
  for (gsize i = 0; i < l->n; i++)
    if (l->rows[i].example)
      found->joint[i] = (float) log_sum_exp (found->kinds + i * width, width - 1);
  g_autofree float *nets = clean_values (l, found->joint, 1, &n_clean),
                   *strange = clean_values (l, found->kinds + d->known, width, &n_clean);
  d->strange_slope = STRANGE_SLOPE;
  d->strange_offset = order_quantile (nets, n_clean, 1 - DETECTOR_FALSE_ALARMS)
                      - STRANGE_SLOPE * order_quantile (strange, n_clean, STRANGE_SHARE);
  for (gsize i = 0; i < l->n; i++)
    {
      float *unknown = found->kinds + i * width + d->known;
      *unknown = (float) (d->strange_slope * (double) *unknown + d->strange_offset);
    }
}

static void
settle_joint (const lessons *l, scores *found, detector *d)
{
  gsize n_clean, width = (gsize) d->known + 1;
  for (int k = 0; k <= d->known; k++)
    {
      g_autofree float *clean = clean_values (l, found->kinds + k, width, &n_clean);
      joint_learn (d, k, clean, n_clean);
    }
  for (gsize i = 0; i < l->n; i++)
    if (l->rows[i].example)
      found->joint[i] = (float) joint_score (d, found->kinds + i * width);
}

static void
settle (const lessons *l, scores *found, detector *d, train_result *result)
{
  gsize n_clean;
  double shares[2] = { 0, 0 }, hits = 0;
  settle_unknown (l, found, d);
  settle_joint (l, found, d);
  for (gsize i = 0; i < l->n; i++)
    if (l->rows[i].example)
      shares[l->rows[i].kind >= 0]++;
  g_autofree float *clean = clean_values (l, found->joint, 1, &n_clean);
  for (int q = 0; q < DETECTOR_QUANTILES; q++)
    d->at.clean_scores[q] = (float) order_quantile (clean, n_clean, q / (double) (DETECTOR_QUANTILES - 1));
  calibrate (l, found->joint, shares, d);
  double threshold = detector_threshold (d, DETECTOR_FALSE_ALARMS);
  for (gsize i = 0; i < l->n; i++)
    hits += l->rows[i].example && l->rows[i].kind >= 0 && (double) found->joint[i] > threshold;
  *result = (train_result){ area_under (clean, n_clean, l, found->joint), hits / shares[1] };
}

/* Shares of measures outside least..most over the examples; the 99th percentile is the unit of `unlike`. */
static void
settle_unlike (const train_set *s, detector *d)
{
  g_autofree float *shares = g_new (float, s->n);
  gsize n = 0;
  for (gsize i = 0; i < s->n; i++)
    if (s->rows[i].example)
      shares[n++] = (float) detector_outside (d, s->measures + i * s->d);
  order_floats (shares, n);
  d->unlike = order_quantile (shares, n, 0.99);
}

static gpointer
no_memory (GError **error)
{
  g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory to train");
  return NULL;
}

detector *
detector_train (const train_set *s, const job *j, train_result *result, GError **error)
{
  if (!check (s, error))
    return NULL;
  g_autoptr (detector) d = detector_new (s->d, s->n_kinds, s->kinds, s->families);
  lessons l;
  if (!describe (s, d) || !lessons_init (&l, s, d))
    return no_memory (error);
  g_autofree float *found = g_try_new0 (float, s->n *(gsize) (s->n_kinds + 2));
  if (found == NULL)
    {
      lessons_clear (&l);
      return no_memory (error);
    }
  scores of_rows = { found, found + s->n * (gsize) (s->n_kinds + 1) };
  gboolean fine = whiten (s, l.z, d, error) && cross_validate (&l, s, d, &of_rows, j, error);
  if (fine)
    {
      settle (&l, &of_rows, d, result);
      settle_unlike (s, d);
      fine = fit_nets (&l, NULL, s->seed, s->threads, d, j, error);
    }
  lessons_clear (&l);
  if (!fine)
    return NULL;
  job_tell (j, "training", FOLDS + 1, FOLDS + 1);
  d->name = g_strdup ("new");
  d->note = g_strdup_printf ("%" G_GSIZE_FORMAT " rows, seed %" G_GUINT64_FORMAT, s->n, s->seed);
  return g_steal_pointer (&d);
}
