/* The score of a classifier. One walk counts, by class and side; everything printed is arithmetic on those counts. */
#include "judge/score.h"

#include <stdlib.h>

#include "judge/rates.h"
#include "judge/score_curves.h"

const char *
row_verdict_name (row_verdict v)
{
  static const char *const names[] = { "unjudged", "right", "set-aside", "owed" };

  return names[v];
}

row_verdict
judge_row (const judge_rows *r, gsize i)
{
  int correct = -1;

  if (r->correct != NULL)
    correct = r->correct[i];
  else if (r->truth != NULL && r->predicted != NULL && r->truth[i] >= 0 && r->predicted[i] >= 0)
    correct = r->truth[i] == r->predicted[i];
  if (correct < 0 || r->noisy[i] < 0)
    return VERDICT_UNJUDGED;
  if (correct > 0)
    return VERDICT_RIGHT;
  return r->noisy[i] > 0 ? VERDICT_SET_ASIDE : VERDICT_OWED;
}

/* Judged rows of one side by class; the last class holds those without a truth. */
typedef struct {
  gsize n, right;
  gsize top5, n_top5;
  gsize *support, *hits, *wrong; /* classes + 1, by truth */
  gsize *called, *called_right;  /* classes, by prediction, where the truth is known too */
} side_counts;

static void
side_counts_clear (side_counts *s)
{
  g_free (s->support);
  g_free (s->hits);
  g_free (s->wrong);
  g_free (s->called);
  g_free (s->called_right);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (side_counts, side_counts_clear)

static void
side_counts_init (side_counts *s, const judge_rows *r, gboolean fit_only)
{
  gsize classes = (gsize) r->n_classes;

  *s = (side_counts){ .support = g_new0 (gsize, classes + 1),
                      .hits = g_new0 (gsize, classes + 1),
                      .wrong = g_new0 (gsize, classes + 1),
                      .called = g_new0 (gsize, classes + 1),
                      .called_right = g_new0 (gsize, classes + 1) };
  for (gsize i = 0; i < r->n; i++)
    {
      row_verdict v = judge_row (r, i);
      if (v == VERDICT_UNJUDGED || (fit_only && r->noisy[i] != 0))
        continue;
      gboolean right = v == VERDICT_RIGHT, labelled = r->truth != NULL && r->truth[i] >= 0;
      gsize c = labelled ? (gsize) r->truth[i] : classes;
      s->n++;
      s->right += right;
      s->support[c]++;
      s->hits[c] += right;
      s->wrong[c] += !right;
      if (labelled && r->predicted != NULL && r->predicted[i] >= 0)
        {
          s->called[r->predicted[i]]++;
          s->called_right[r->predicted[i]] += r->predicted[i] == r->truth[i];
        }
      if (r->top5 != NULL && r->top5[i] >= 0)
        {
          s->n_top5++;
          s->top5 += r->top5[i] > 0;
        }
    }
}

/* Mean recall of the classes that have pictures. Its variance is that of the hits, with class rates shrunk so that one lucky
 * picture is no certainty. */
static proportion
balanced (const side_counts *s, int n_classes, double level)
{
  gsize classes = (gsize) n_classes, n = 0;
  g_autofree gsize *none = g_new0 (gsize, classes + 1);
  g_auto (class_rates) rates = { 0 };
  g_autofree double *weight = g_new0 (double, classes + 1);
  double sum = 0.0, present = 0.0;

  class_rates_init (&rates, s->wrong, s->support, none, classes);
  for (gsize c = 0; c < classes; c++)
    if (s->support[c] > 0)
      {
        double m = (double) s->support[c];
        present += 1.0;
        n += s->support[c];
        sum += (double) s->hits[c] / m;
        weight[c] = 1.0 / m;
      }
  if (n == 0)
    return (proportion){ 0 };
  double value = sum / present, p = (value * (double) n + 0.5) / ((double) n + 1.0);
  double variance = class_rates_single (&rates, weight) / (present * present);
  return wilson_effective (value, p * (1.0 - p) / MAX (variance, 1e-12), n, level);
}

static proportion
standardised (const side_counts *all, const side_counts *fit, int n_classes, double level, gsize *missing)
{
  gsize classes = (gsize) n_classes + 1;
  g_autofree gsize *noisy = g_new (gsize, classes);
  g_autofree double *mix = g_new0 (double, classes);
  g_auto (class_rates) rates = { 0 };

  *missing = 0;
  for (gsize c = 0; c < classes; c++)
    {
      noisy[c] = all->support[c] - fit->support[c];
      mix[c] = all->n > 0 ? (double) all->support[c] / (double) all->n : 0.0;
      *missing += fit->support[c] == 0 ? all->support[c] : 0;
    }
  if (fit->n == 0)
    return (proportion){ 0 };
  class_rates_init (&rates, fit->wrong, fit->support, noisy, classes);
  rates_sum e = class_rates_sum (&rates, mix);
  double size = (double) fit->n, value = CLAMP (1.0 - e.sum, 0.0, 1.0), p = (value * size + 0.5) / (size + 1.0);
  return wilson_effective (value, p * (1.0 - p) / MAX (e.variance, 1e-12), fit->n, level);
}

static class_side
class_side_of (const side_counts *s, int c, double level)
{
  class_side k = { .precision = wilson ((double) s->called_right[c], s->called[c], level),
                   .recall = wilson ((double) s->hits[c], s->support[c], level) };
  gsize both = s->called[c] + s->support[c];

  k.f1 = both > 0 ? 2.0 * (double) s->called_right[c] / (double) both : 0.0;
  return k;
}

static int
by_number (const void *a, const void *b)
{
  guint64 x = *(const guint64 *) a, y = *(const guint64 *) b;

  return x < y ? -1 : x > y;
}

static int
by_weight (const void *a, const void *b)
{
  const confusion_cell *x = a, *y = b;

  if (x->all != y->all)
    return x->all > y->all ? -1 : 1;
  if (x->truth != y->truth)
    return x->truth < y->truth ? -1 : 1;
  return x->predicted < y->predicted ? -1 : x->predicted > y->predicted;
}

/* Sorted keys truth, prediction, side; each run of them is a cell. */
static confusion_cell *
confusion (const judge_rows *r, gsize *n_cells)
{
  g_autofree guint64 *keys = g_new (guint64, MAX (r->n, 1));
  GArray *cells = g_array_new (FALSE, FALSE, sizeof (confusion_cell));
  guint64 classes = (guint64) r->n_classes;
  gsize n = 0;

  for (gsize i = 0; i < r->n && r->truth != NULL && r->predicted != NULL; i++)
    if (judge_row (r, i) != VERDICT_UNJUDGED && r->truth[i] >= 0 && r->predicted[i] >= 0)
      keys[n++] = 2 * ((guint64) r->truth[i] * classes + (guint64) r->predicted[i]) + (r->noisy[i] == 0);
  qsort (keys, n, sizeof *keys, by_number);
  for (gsize i = 0, to; i < n; i = to)
    {
      guint64 cell = keys[i] / 2;
      confusion_cell c = { .truth = (int) (cell / classes), .predicted = (int) (cell % classes) };
      for (to = i; to < n && keys[to] / 2 == cell; to++)
        c.fit += keys[to] % 2;
      c.all = to - i;
      g_array_append_val (cells, c);
    }
  *n_cells = cells->len;
  if (cells->len > 0)
    qsort (cells->data, cells->len, sizeof (confusion_cell), by_weight);
  return (confusion_cell *) g_array_free (cells, FALSE);
}

void
score_options_init (score_options *o)
{
  *o = (score_options){ .level = 0.95, .bins = 15, .most_points = 101, .most_confident = 100 };
}

static void
score_counts (scorecard *s, const judge_rows *r, double level)
{
  g_auto (side_counts) all = { 0 };
  g_auto (side_counts) fit = { 0 };

  side_counts_init (&all, r, FALSE);
  side_counts_init (&fit, r, TRUE);
  s->right = all.right;
  s->right_noisy = all.right - fit.right;
  s->owed = fit.n - fit.right;
  s->set_aside = all.n - all.right - s->owed;
  s->unjudged = r->n - all.n;
  s->all = wilson ((double) all.right, all.n, level);
  s->fit = wilson ((double) fit.right, fit.n, level);
  s->top5_all = wilson ((double) all.top5, all.n_top5, level);
  s->top5_fit = wilson ((double) fit.top5, fit.n_top5, level);
  s->balanced_all = balanced (&all, r->n_classes, level);
  s->balanced_fit = balanced (&fit, r->n_classes, level);
  s->standardised = standardised (&all, &fit, r->n_classes, level, &s->mix_missing);
  s->n_classes = r->n_classes;
  s->classes = g_new0 (class_score, MAX (r->n_classes, 1));
  for (int c = 0; c < r->n_classes; c++)
    s->classes[c] = (class_score){ .all = class_side_of (&all, c, level),
                                   .fit = class_side_of (&fit, c, level),
                                   .noisy = all.support[c] - fit.support[c] };
}

void
scorecard_count (scorecard *s, const judge_rows *r, const score_options *o)
{
  gsize fit_right = 0;
  *s = (scorecard){ 0 };
  for (gsize i = 0; i < r->n; i++)
    switch (judge_row (r, i))
      {
      case VERDICT_RIGHT:
        s->right++;
        fit_right += r->noisy[i] == 0;
        break;
      case VERDICT_SET_ASIDE:
        s->set_aside++;
        break;
      case VERDICT_OWED:
        s->owed++;
        break;
      case VERDICT_UNJUDGED:
        s->unjudged++;
      }
  s->right_noisy = s->right - fit_right;
  s->all = wilson ((double) s->right, r->n - s->unjudged, o->level);
  s->fit = wilson ((double) fit_right, fit_right + s->owed, o->level);
}

void
scorecard_init (scorecard *s, const judge_rows *r, const score_options *o)
{
  *s = (scorecard){ 0 };
  score_counts (s, r, o->level);
  s->cells = confusion (r, &s->n_cells);
  score_calibration (&s->calibration_all, r, FALSE, o->bins);
  score_calibration (&s->calibration_fit, r, TRUE, o->bins);
  score_rejection (&s->rejection, r, o->most_points);
  score_binary (&s->binary_all, r, FALSE, o->most_points);
  score_binary (&s->binary_fit, r, TRUE, o->most_points);
  score_spread (&s->by_class, r, r->truth, r->n_classes, o->level);
  score_spread (&s->by_split, r, r->split, r->n_splits, o->level);
  s->confident = score_confident (r, o->most_confident, &s->n_confident);
}

void
scorecard_clear (scorecard *s)
{
  g_free (s->classes);
  g_free (s->cells);
  g_free (s->calibration_all.bins);
  g_free (s->calibration_all.equal);
  g_free (s->calibration_fit.bins);
  g_free (s->calibration_fit.equal);
  g_free (s->rejection.points);
  g_free (s->binary_all.points);
  g_free (s->binary_fit.points);
  g_free (s->by_class.groups);
  g_free (s->by_split.groups);
  g_free (s->confident);
  *s = (scorecard){ 0 };
}
