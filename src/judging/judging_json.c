/* The judgement as JSON text. Numbers that are not known are null, never NaN; every count is there also where nothing was judged, so that a
 * script need not ask first. */
#include "judging/judging.h"

#include "judging/json_put.h"
#include "judging/judging_previews.h"

#define MOST_CELLS 1000 /* confusions in report.json; confusions.csv has all */

static void
put_both (GString *o, const char *key, const proportion *all, const proportion *fit)
{
  json_open (o, key, '{');
  json_put_share (o, "all", all);
  json_put_share (o, "fit", fit);
  json_close (o, '}');
}

/* --- what both documents hold --------------------------------------------------------------------- */

static void
put_excess (GString *o, const char *key, const char *kind, const excess_errors *e)
{
  json_open (o, key, '{');
  if (kind != NULL)
    json_put_text (o, "kind", kind);
  json_put_count (o, "pictures", e->pictures);
  json_put_count (o, "wrong", e->wrong);
  json_put_real (o, "expected", e->expected, e->known);
  json_put_real (o, "value", e->value, e->known);
  json_put_real (o, "low", e->low, e->known);
  json_put_real (o, "high", e->high, e->known);
  json_open (o, "effect", '{');
  json_put_real (o, "value", e->effect.value, e->known);
  json_put_real (o, "low", e->effect.low, e->known);
  json_put_real (o, "high", e->effect.high, e->known);
  json_put_count (o, "n", e->effect.n);
  json_close (o, '}');
  json_put_text (o, "guard", guard_name (e->guard));
  json_close (o, '}');
}

static void
put_accuracy (GString *o, const judging *j)
{
  const scorecard *s = &j->score;
  json_open (o, "verdicts", '{');
  json_put_count (o, "right", s->right);
  json_put_count (o, "set_aside", s->set_aside);
  json_put_count (o, "owed", s->owed);
  json_put_count (o, "unjudged", s->unjudged);
  json_put_count (o, "right_noisy", s->right_noisy);
  json_close (o, '}');
  put_both (o, "accuracy", &s->all, &s->fit);
  put_both (o, "balanced", &s->balanced_all, &s->balanced_fit);
  put_both (o, "top5", &s->top5_all, &s->top5_fit);
  json_put_share (o, "class_standardised", &s->standardised);
  json_put_count (o, "class_mix_missing", s->mix_missing);
}

static void
put_guard (GString *o, const judging *j)
{
  const excess *e = &j->excess;
  put_excess (o, "excess_errors", NULL, &e->total);
  json_open (o, "excess_errors_by_kind", '[');
  for (int k = 0; k < e->n_kinds; k++)
    put_excess (o, NULL, j->kinds->pdata[k], &e->kinds[k]);
  json_close (o, ']');
  json_open (o, "guard", '{');
  json_put_text (o, "overall", guard_name (e->total.guard));
  json_open (o, "by_kind", '{');
  for (int k = 0; k < e->n_kinds; k++)
    json_put_text (o, j->kinds->pdata[k], guard_name (e->kinds[k].guard));
  json_close (o, '}');
  json_close (o, '}');
}

static void
put_odds (GString *o, const char *key, const join_odds *odds)
{
  json_open (o, key, '{');
  json_put_count (o, "count", odds->count);
  json_open (o, "first", '[');
  for (guint i = 0; odds->first != NULL && i < odds->first->len; i++)
    {
      const join_odd *odd = &g_array_index (odds->first, join_odd, i);
      json_open (o, NULL, '{');
      json_put_text (o, "name", odd->name);
      if (odd->line > 0)
        json_put_count (o, "line", odd->line);
      json_close (o, '}');
    }
  json_close (o, ']');
  json_close (o, '}');
}

static void
put_side (GString *o, const char *key, const join_side *s)
{
  if (s->shown == NULL)
    {
      json_put_text (o, key, NULL);
      return;
    }
  json_open (o, key, '{');
  json_put_text (o, "file", s->shown);
  json_put_count (o, "rows", s->rows);
  json_put_count (o, "matched", s->matched);
  json_put_count (o, "exact", s->exact);
  json_put_count (o, "by_folders", s->by_folders);
  json_put_count (o, "by_base_name", s->by_base_name);
  json_put_count (o, "without_ending", s->by_stem);
  json_put_count (o, "empty", s->empty);
  put_odds (o, "rows_without_picture", &s->without_picture);
  put_odds (o, "ambiguous_rows", &s->ambiguous);
  put_odds (o, "repeated_rows", &s->repeated);
  put_odds (o, "pictures_without_row", &s->without_row);
  json_close (o, '}');
}

static void
put_sources (GString *o, const judging *j)
{
  static const char *const truths[] = { NULL, "table", "folders", "decisions" };
  const class_scores *c = &j->scores;
  if (j->kept != NULL)
    {
      json_put_members (o, j->kept->sources);
      return;
    }
  json_put_text (o, "truth_from", truths[j->joined.truth_from]);
  json_put_text (o, "predictions_from", j->classifier != NULL ? "classifier" : j->joined.predicted ? "table" : NULL);
  if (j->classifier != NULL)
    {
      json_open (o, "classifier", '{');
      json_put_text (o, "model", j->classifier);
      json_put_flag (o, "softmax_applied", c->logits);
      json_put_flag (o, "classes_restricted", j->allowed != NULL);
      json_close (o, '}');
    }
  else
    json_put_text (o, "classifier", NULL);
  json_put_count (o, "classes", j->joined.classes.n);
  json_open (o, "matching", '{');
  put_side (o, "labels", &j->joined.labels);
  put_side (o, "predictions", j->classifier != NULL ? &(join_side){ 0 } : &j->joined.predictions);
  json_close (o, '}');
}

static void
put_words (GString *o, const judging *j)
{
  g_autoptr (GPtrArray) words = judging_words (j);
  g_autofree char *headline = judging_headline (j);
  json_put_text (o, "headline", headline);
  json_open (o, "words", '[');
  for (guint i = 0; i < words->len; i++)
    json_put_text (o, NULL, words->pdata[i]);
  json_close (o, ']');
}

char *
judging_sources (const judging *j)
{
  GString *o = g_string_new (NULL);
  json_open (o, NULL, '{');
  put_sources (o, j);
  json_close (o, '}');
  return g_string_free (o, FALSE);
}

char *
judging_summary (const judging *j)
{
  GString *o = g_string_new (NULL);
  json_open (o, NULL, '{');
  if (!j->asked)
    {
      static const char *const keys[] = { "verdicts", "accuracy", "excess_errors", "guard" };
      for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
        json_put_text (o, keys[i], NULL);
    }
  else
    {
      put_accuracy (o, j);
      put_guard (o, j);
      put_sources (o, j);
      leftovers_put_json (o, j, FALSE);
    }
  json_close (o, '}');
  return g_string_free (o, FALSE);
}

/* --- report.json alone ----------------------------------------------------------------------------- */

static void
put_class_side (GString *o, const char *key, const class_side *s)
{
  json_open (o, key, '{');
  json_put_count (o, "support", s->recall.n);
  json_put_share (o, "precision", &s->precision);
  json_put_share (o, "recall", &s->recall);
  json_put_real (o, "f1", s->f1, s->recall.n + s->precision.n > 0);
  json_close (o, '}');
}

static void
put_classes (GString *o, const judging *j)
{
  json_open (o, "per_class", '[');
  for (int c = 0; c < j->score.n_classes; c++)
    {
      const class_score *s = &j->score.classes[c];
      if (s->all.recall.n + s->all.precision.n == 0)
        continue;
      json_open (o, NULL, '{');
      json_put_text (o, "class", j->shown->pdata[c]);
      json_put_count (o, "number", (gsize) c);
      json_put_count (o, "noisy", s->noisy);
      put_class_side (o, "all", &s->all);
      put_class_side (o, "fit", &s->fit);
      json_close (o, '}');
    }
  json_close (o, ']');
}

static void
put_cells (GString *o, const judging *j)
{
  gsize shown = 0;
  json_open (o, "confusions", '[');
  for (gsize i = 0; i < j->score.n_cells && shown < MOST_CELLS; i++)
    {
      const confusion_cell *c = &j->score.cells[i];
      if (c->truth == c->predicted)
        continue;
      json_open (o, NULL, '{');
      json_put_text (o, "label", j->shown->pdata[c->truth]);
      json_put_text (o, "prediction", j->shown->pdata[c->predicted]);
      json_put_count (o, "all", c->all);
      json_put_count (o, "fit", c->fit);
      json_close (o, '}');
      shown++;
    }
  json_close (o, ']');
}

static void
put_calibration (GString *o, const char *key, const calibration *c)
{
  json_open (o, key, '{');
  json_put_count (o, "n", c->n);
  json_put_real (o, "ece", c->ece, c->n > 0);
  json_put_real (o, "ece_equal_counts", c->ece_adaptive, c->n > 0);
  json_put_real (o, "confidence", c->confidence, c->n > 0);
  json_put_real (o, "accuracy", c->accuracy, c->n > 0);
  json_open (o, "bins", '[');
  for (int i = 0; i < c->n_bins; i++)
    {
      const reliability_bin *b = &c->bins[i];
      json_open (o, NULL, '{');
      json_put_real (o, "low", b->low, TRUE);
      json_put_real (o, "high", b->high, TRUE);
      json_put_real (o, "confidence", b->confidence, b->n > 0);
      json_put_real (o, "accuracy", b->accuracy, b->n > 0);
      json_put_count (o, "n", b->n);
      json_close (o, '}');
    }
  json_close (o, ']');
  json_close (o, '}');
}

static void
put_rejection (GString *o, const rejection *r)
{
  json_open (o, "rejection", '{');
  json_put_count (o, "n", r->n);
  json_put_real (o, "area", r->area, r->n > 0);
  json_put_real (o, "area_perfect", r->perfect, r->n > 0);
  json_put_real (o, "area_random", r->random, r->n > 0);
  json_open (o, "points", '[');
  for (gsize i = 0; i < r->n_points; i++)
    {
      json_open (o, NULL, '{');
      json_put_real (o, "rejected", r->points[i].rejected, TRUE);
      json_put_real (o, "error", r->points[i].error, TRUE);
      json_close (o, '}');
    }
  json_close (o, ']');
  json_close (o, '}');
}

static void
put_binary (GString *o, const char *key, const binary_side *b)
{
  if (b->n == 0)
    {
      json_put_text (o, key, NULL);
      return;
    }
  json_open (o, key, '{');
  json_put_count (o, "n", b->n);
  json_put_count (o, "positive", b->n_positive);
  json_put_real (o, "average_precision", b->average_precision, TRUE);
  json_put_real (o, "auroc", b->auroc.value, TRUE);
  json_put_real (o, "auroc_error", b->auroc.error, TRUE);
  json_open (o, "points", '[');
  for (gsize i = 0; i < b->n_points; i++)
    {
      json_open (o, NULL, '{');
      json_put_real (o, "threshold", b->points[i].threshold, TRUE);
      json_put_real (o, "precision", b->points[i].precision, TRUE);
      json_put_real (o, "recall", b->points[i].recall, TRUE);
      json_close (o, '}');
    }
  json_close (o, ']');
  json_close (o, '}');
}

static void
put_spread (GString *o, const char *key, const noise_spread *s, const GPtrArray *names, guint first)
{
  json_open (o, key, '{');
  json_put_flag (o, "uneven", s->uneven);
  json_put_real (o, "p", s->test.p, s->test.n_groups > 0);
  json_put_real (o, "cramer_v", s->test.cramer_v, s->test.n_groups > 0);
  json_open (o, "groups", '[');
  for (int i = 0; i < s->n_groups && s->groups != NULL; i++)
    if (s->groups[i].n > 0)
      {
        json_open (o, NULL, '{');
        json_put_text (o, "name", names->pdata[first + (guint) i]);
        json_put_share (o, "noisy", &s->groups[i]);
        json_close (o, '}');
      }
  json_close (o, ']');
  json_close (o, '}');
}

static void
put_confident (GString *o, const judging *j)
{
  const joined *x = &j->joined;
  json_open (o, "confident_mistakes", '[');
  for (gsize i = 0; i < j->score.n_confident; i++)
    {
      gsize row = j->score.confident[i];
      json_open (o, NULL, '{');
      json_put_text (o, "file", j->files->pdata[row]);
      json_put_text (o, "label", x->truth[row] >= 0 ? j->shown->pdata[x->truth[row]] : NULL);
      json_put_text (o, "prediction", x->prediction[row] >= 0 ? j->shown->pdata[x->prediction[row]] : NULL);
      json_put_real (o, "confidence", j->confidence[row], TRUE);
      json_put_thumbnail (o, judging_preview (j, row));
      json_close (o, '}');
    }
  json_close (o, ']');
}

char *
judging_section (const judging *j)
{
  const scorecard *s = &j->score;
  if (!j->asked)
    return NULL;
  GString *o = g_string_new (NULL);
  json_open (o, NULL, '{');
  put_words (o, j);
  put_accuracy (o, j);
  put_guard (o, j);
  put_sources (o, j);
  put_classes (o, j);
  put_cells (o, j);
  json_open (o, "calibration", '{');
  put_calibration (o, "all", &s->calibration_all);
  put_calibration (o, "fit", &s->calibration_fit);
  json_close (o, '}');
  put_rejection (o, &s->rejection);
  json_open (o, "binary", '{');
  put_binary (o, "all", &s->binary_all);
  put_binary (o, "fit", &s->binary_fit);
  json_close (o, '}');
  json_open (o, "noise_rates", '{');
  put_spread (o, "by_class", &s->by_class, j->shown, 0);
  if (j->joined.split >= 0)
    put_spread (o, "by_split", &s->by_split, ((join_column *) j->joined.columns->pdata[j->joined.split])->values, 1);
  json_close (o, '}');
  put_confident (o, j);
  judging_put_thresholds (o, j);
  leftovers_put_json (o, j, TRUE);
  if (j->kept != NULL)
    json_put_members (o, j->kept->more);
  json_close (o, '}');
  return g_string_free (o, FALSE);
}
