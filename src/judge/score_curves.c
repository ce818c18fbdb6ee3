/* Calibration, rejection, binary curves, spread of noise and the confident mistakes. Sorts break ties by row, so that the same
 * rows give the same bytes. */
#include "judge/score_curves.h"

#include <math.h>
#include <stdlib.h>

/* Judged rows that count on this side, and whose confidence is known. */
static gboolean
row_counts (const judge_rows *r, gsize i, gboolean fit_only)
{
  return judge_row (r, i) != VERDICT_UNJUDGED && !(fit_only && r->noisy[i] != 0);
}

static gboolean
row_is_confident (const judge_rows *r, gsize i)
{
  return r->confidence != NULL && r->confidence[i] >= 0.0 && r->confidence[i] <= 1.0;
}

void
score_calibration (calibration *c, const judge_rows *r, gboolean fit_only, int bins)
{
  g_autofree double *confidence = g_new (double, MAX (r->n, 1));
  g_autofree gint8 *correct = g_new (gint8, MAX (r->n, 1));

  *c = (calibration){ .n_bins = bins, .bins = g_new0 (reliability_bin, bins), .equal = g_new0 (reliability_bin, bins) };
  for (gsize i = 0; i < r->n; i++)
    if (row_counts (r, i, fit_only) && row_is_confident (r, i))
      {
        confidence[c->n] = r->confidence[i];
        correct[c->n] = judge_row (r, i) == VERDICT_RIGHT;
        c->confidence += confidence[c->n];
        c->accuracy += correct[c->n];
        c->n++;
      }
  c->ece = calibration_error (confidence, correct, c->n, bins, c->bins);
  c->ece_adaptive = calibration_error_adaptive (confidence, correct, c->n, bins, c->equal, &c->n_equal);
  if (c->n > 0)
    {
      c->confidence /= (double) c->n;
      c->accuracy /= (double) c->n;
    }
}

typedef struct {
  double key;
  gsize i;
  gboolean wrong;
} keyed_row;

static int
by_key (const void *a, const void *b)
{
  const keyed_row *x = a, *y = b;

  return x->key != y->key ? (x->key < y->key ? -1 : 1) : (x->i < y->i ? -1 : x->i > y->i);
}

/* Rows with a noise score, the best first. */
static keyed_row *
rows_by_noise (const judge_rows *r, gsize *n, gsize *mistakes)
{
  keyed_row *rows = g_new (keyed_row, MAX (r->n, 1));

  *n = *mistakes = 0;
  for (gsize i = 0; i < r->n; i++)
    if (row_counts (r, i, FALSE) && r->noise != NULL && !isnan (r->noise[i]))
      {
        gboolean wrong = judge_row (r, i) != VERDICT_RIGHT;
        rows[(*n)++] = (keyed_row){ r->noise[i], i, wrong };
        *mistakes += wrong;
      }
  qsort (rows, *n, sizeof *rows, by_key);
  return rows;
}

void
score_rejection (rejection *j, const judge_rows *r, gsize most_points)
{
  gsize mistakes;
  *j = (rejection){ 0 };
  g_autofree keyed_row *rows = rows_by_noise (r, &j->n, &mistakes);
  g_autofree double *errors = g_new0 (double, j->n + 1); /* expected among the k best */
  gsize n = j->n;

  for (gsize i = 0, to; i < n; i = to)
    {
      double wrong = 0.0;
      for (to = i; to < n && rows[to].key == rows[i].key; to++)
        wrong += rows[to].wrong;
      for (gsize k = i; k < to; k++)
        errors[k + 1] = errors[i] + wrong * (double) (k + 1 - i) / (double) (to - i);
    }
  for (gsize k = 1; k <= n; k++)
    {
      j->area += errors[k] / (double) k / (double) n;
      if (k > n - mistakes)
        j->perfect += (double) (k - (n - mistakes)) / (double) k / (double) n;
    }
  j->random = n > 0 ? (double) mistakes / (double) n : 0.0;
  j->n_points = MIN (n, MAX (most_points, 1));
  j->points = g_new0 (rejection_point, MAX (j->n_points, 1));
  for (gsize p = 0; p < j->n_points; p++)
    {
      gsize kept = n - (gsize) ((double) n * (double) p / (double) j->n_points);
      j->points[p] = (rejection_point){ 1.0 - (double) kept / (double) n, errors[kept] / (double) kept };
    }
}

void
score_binary (binary_side *b, const judge_rows *r, gboolean fit_only, gsize most_points)
{
  g_autofree double *confidence = g_new (double, MAX (r->n, 1));
  g_autofree gint8 *positive = g_new (gint8, MAX (r->n, 1));

  *b = (binary_side){ 0 };
  for (gsize i = 0; i < r->n && r->n_classes == 2 && r->truth != NULL && r->predicted != NULL; i++)
    if (row_counts (r, i, fit_only) && row_is_confident (r, i) && r->truth[i] >= 0 && r->predicted[i] >= 0)
      {
        confidence[b->n] = r->predicted[i] == 1 ? r->confidence[i] : 1.0 - r->confidence[i];
        positive[b->n] = r->truth[i] == 1;
        b->n_positive += r->truth[i] == 1;
        b->n++;
      }
  b->average_precision = average_precision (confidence, positive, b->n);
  b->auroc = auroc (confidence, positive, b->n);
  b->points = recall_curve (confidence, positive, b->n, most_points, &b->n_points);
}

void
score_spread (noise_spread *s, const judge_rows *r, const int *group, int n_groups, double level)
{
  int groups = group != NULL ? MAX (n_groups, 0) : 0;
  g_autofree gsize *noisy = g_new0 (gsize, MAX (groups, 1));
  g_autofree gsize *n = g_new0 (gsize, MAX (groups, 1));

  *s = (noise_spread){ .groups = g_new0 (proportion, MAX (groups, 1)), .n_groups = groups };
  for (gsize i = 0; i < r->n && groups > 0; i++)
    if (group[i] >= 0 && r->noisy[i] >= 0)
      {
        n[group[i]]++;
        noisy[group[i]] += r->noisy[i] != 0;
      }
  for (int g = 0; g < groups; g++)
    s->groups[g] = wilson ((double) noisy[g], n[g], level);
  s->test = evenness (noisy, n, (gsize) groups);
  s->uneven = s->test.p < 0.01 && s->test.cramer_v >= 0.1;
}

gsize *
score_confident (const judge_rows *r, gsize most, gsize *n)
{
  g_autofree keyed_row *rows = g_new (keyed_row, MAX (r->n, 1));
  gsize owed = 0;

  for (gsize i = 0; i < r->n; i++)
    if (judge_row (r, i) == VERDICT_OWED && row_is_confident (r, i))
      rows[owed++] = (keyed_row){ -r->confidence[i], i, TRUE };
  qsort (rows, owed, sizeof *rows, by_key);
  *n = MIN (owed, most);
  gsize *first = g_new (gsize, MAX (*n, 1));
  for (gsize i = 0; i < *n; i++)
    first[i] = rows[i].i;
  return first;
}
