/* The judgement as JSON text. Numbers that are not known are null, never NaN; every count is there also where nothing was judged, so that a
 * script need not ask first. */
#include "judging.h"

#include <math.h>
#include <string.h>

#define MOST_CELLS 1000 /* confusions in report.json; confusions.csv has all */

/* A comma where something stands before. */
static void
begin_value (GString *o, const char *key)
{
  if (o->len > 0 && strchr ("{[:", o->str[o->len - 1]) == NULL)
    g_string_append_c (o, ',');
  if (key != NULL)
    g_string_append_printf (o, "\"%s\":", key);
}

static void
open_part (GString *o, const char *key, char bracket)
{
  begin_value (o, key);
  g_string_append_c (o, bracket);
}

static void
close_part (GString *o, char bracket)
{
  g_string_append_c (o, bracket);
}

static void
put_text (GString *o, const char *key, const char *text)
{
  begin_value (o, key);
  if (text == NULL)
    {
      g_string_append (o, "null");
      return;
    }
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_string_append_c (o, '"');
  for (const char *c = valid; *c != '\0'; c++)
    if (*c == '"' || *c == '\\')
      g_string_append_printf (o, "\\%c", *c);
    else if ((guchar) *c < 0x20)
      g_string_append_printf (o, "\\u%04x", (guint) *c);
    else
      g_string_append_c (o, *c);
  g_string_append_c (o, '"');
}

static void
put_count (GString *o, const char *key, gsize n)
{
  begin_value (o, key);
  g_string_append_printf (o, "%" G_GSIZE_FORMAT, n);
}

static void
put_flag (GString *o, const char *key, gboolean flag)
{
  begin_value (o, key);
  g_string_append (o, flag ? "true" : "false");
}

/* With a point or an exponent, so that readers that tell them apart see a real number whatever its value. */
static void
put_real (GString *o, const char *key, double value, gboolean known)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  begin_value (o, key);
  if (!known || !isfinite (value))
    {
      g_string_append (o, "null");
      return;
    }
  g_ascii_formatd (text, sizeof text, "%.17g", value);
  g_string_append (o, text);
  if (strpbrk (text, ".e") == NULL)
    g_string_append (o, ".0");
}

static void
put_share (GString *o, const char *key, const proportion *p)
{
  open_part (o, key, '{');
  put_real (o, "value", p->value, p->n > 0);
  put_real (o, "low", p->low, p->n > 0);
  put_real (o, "high", p->high, p->n > 0);
  put_count (o, "n", p->n);
  close_part (o, '}');
}

static void
put_both (GString *o, const char *key, const proportion *all, const proportion *fit)
{
  open_part (o, key, '{');
  put_share (o, "all", all);
  put_share (o, "fit", fit);
  close_part (o, '}');
}

/* --- what both documents hold --------------------------------------------------------------------- */

static void
put_excess (GString *o, const char *key, const char *kind, const excess_errors *e)
{
  open_part (o, key, '{');
  if (kind != NULL)
    put_text (o, "kind", kind);
  put_count (o, "pictures", e->pictures);
  put_count (o, "wrong", e->wrong);
  put_real (o, "expected", e->expected, e->known);
  put_real (o, "value", e->value, e->known);
  put_real (o, "low", e->low, e->known);
  put_real (o, "high", e->high, e->known);
  open_part (o, "effect", '{');
  put_real (o, "value", e->effect.value, e->known);
  put_real (o, "low", e->effect.low, e->known);
  put_real (o, "high", e->effect.high, e->known);
  put_count (o, "n", e->effect.n);
  close_part (o, '}');
  put_text (o, "guard", guard_name (e->guard));
  close_part (o, '}');
}

static void
put_accuracy (GString *o, const judging *j)
{
  const scorecard *s = &j->score;
  open_part (o, "verdicts", '{');
  put_count (o, "right", s->right);
  put_count (o, "set_aside", s->set_aside);
  put_count (o, "owed", s->owed);
  put_count (o, "unjudged", s->unjudged);
  put_count (o, "right_noisy", s->right_noisy);
  close_part (o, '}');
  put_both (o, "accuracy", &s->all, &s->fit);
  put_both (o, "balanced", &s->balanced_all, &s->balanced_fit);
  put_both (o, "top5", &s->top5_all, &s->top5_fit);
  put_share (o, "class_standardised", &s->standardised);
  put_count (o, "class_mix_missing", s->mix_missing);
}

static void
put_guard (GString *o, const judging *j)
{
  const excess *e = &j->excess;
  put_excess (o, "excess_errors", NULL, &e->total);
  open_part (o, "excess_errors_by_kind", '[');
  for (int k = 0; k < e->n_kinds; k++)
    put_excess (o, NULL, j->kinds->pdata[k], &e->kinds[k]);
  close_part (o, ']');
  open_part (o, "guard", '{');
  put_text (o, "overall", guard_name (e->total.guard));
  open_part (o, "by_kind", '{');
  for (int k = 0; k < e->n_kinds; k++)
    put_text (o, j->kinds->pdata[k], guard_name (e->kinds[k].guard));
  close_part (o, '}');
  close_part (o, '}');
}

static void
put_odds (GString *o, const char *key, const join_odds *odds)
{
  open_part (o, key, '{');
  put_count (o, "count", odds->count);
  open_part (o, "first", '[');
  for (guint i = 0; odds->first != NULL && i < odds->first->len; i++)
    {
      const join_odd *odd = &g_array_index (odds->first, join_odd, i);
      open_part (o, NULL, '{');
      put_text (o, "name", odd->name);
      if (odd->line > 0)
        put_count (o, "line", odd->line);
      close_part (o, '}');
    }
  close_part (o, ']');
  close_part (o, '}');
}

static void
put_side (GString *o, const char *key, const join_side *s)
{
  if (s->shown == NULL)
    {
      put_text (o, key, NULL);
      return;
    }
  open_part (o, key, '{');
  put_text (o, "file", s->shown);
  put_count (o, "rows", s->rows);
  put_count (o, "matched", s->matched);
  put_count (o, "exact", s->exact);
  put_count (o, "by_folders", s->by_folders);
  put_count (o, "by_base_name", s->by_base_name);
  put_count (o, "without_ending", s->by_stem);
  put_count (o, "empty", s->empty);
  put_odds (o, "rows_without_picture", &s->without_picture);
  put_odds (o, "ambiguous_rows", &s->ambiguous);
  put_odds (o, "repeated_rows", &s->repeated);
  put_odds (o, "pictures_without_row", &s->without_row);
  close_part (o, '}');
}

static void
put_sources (GString *o, const judging *j)
{
  static const char *const truths[] = { NULL, "table", "folders" };
  const class_scores *c = &j->scores;
  put_text (o, "truth_from", truths[j->joined.truth_from]);
  put_text (o, "predictions_from", j->classifier != NULL ? "classifier" : j->joined.predicted ? "table" : NULL);
  if (j->classifier != NULL)
    {
      open_part (o, "classifier", '{');
      put_text (o, "model", j->classifier);
      put_flag (o, "softmax_applied", c->logits);
      put_flag (o, "classes_restricted", j->allowed != NULL);
      close_part (o, '}');
    }
  else
    put_text (o, "classifier", NULL);
  put_count (o, "classes", j->joined.classes.n);
  open_part (o, "matching", '{');
  put_side (o, "labels", &j->joined.labels);
  put_side (o, "predictions", j->classifier != NULL ? &(join_side){ 0 } : &j->joined.predictions);
  close_part (o, '}');
}

static void
put_words (GString *o, const judging *j)
{
  g_autoptr (GPtrArray) words = judging_words (j);
  open_part (o, "words", '[');
  for (guint i = 0; i < words->len; i++)
    put_text (o, NULL, words->pdata[i]);
  close_part (o, ']');
}

char *
judging_summary (const judging *j)
{
  GString *o = g_string_new (NULL);
  open_part (o, NULL, '{');
  if (!j->asked)
    {
      static const char *const keys[] = { "verdicts", "accuracy", "excess_errors", "guard" };
      for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
        put_text (o, keys[i], NULL);
    }
  else
    {
      put_accuracy (o, j);
      put_guard (o, j);
      put_sources (o, j);
    }
  close_part (o, '}');
  return g_string_free (o, FALSE);
}

/* --- report.json alone ----------------------------------------------------------------------------- */

static void
put_class_side (GString *o, const char *key, const class_side *s)
{
  open_part (o, key, '{');
  put_count (o, "support", s->recall.n);
  put_share (o, "precision", &s->precision);
  put_share (o, "recall", &s->recall);
  put_real (o, "f1", s->f1, s->recall.n + s->precision.n > 0);
  close_part (o, '}');
}

static void
put_classes (GString *o, const judging *j)
{
  open_part (o, "per_class", '[');
  for (int c = 0; c < j->score.n_classes; c++)
    {
      const class_score *s = &j->score.classes[c];
      if (s->all.recall.n + s->all.precision.n == 0)
        continue;
      open_part (o, NULL, '{');
      put_text (o, "class", j->shown->pdata[c]);
      put_count (o, "number", (gsize) c);
      put_count (o, "noisy", s->noisy);
      put_class_side (o, "all", &s->all);
      put_class_side (o, "fit", &s->fit);
      close_part (o, '}');
    }
  close_part (o, ']');
}

static void
put_cells (GString *o, const judging *j)
{
  gsize shown = 0;
  open_part (o, "confusions", '[');
  for (gsize i = 0; i < j->score.n_cells && shown < MOST_CELLS; i++)
    {
      const confusion_cell *c = &j->score.cells[i];
      if (c->truth == c->predicted)
        continue;
      open_part (o, NULL, '{');
      put_text (o, "label", j->shown->pdata[c->truth]);
      put_text (o, "prediction", j->shown->pdata[c->predicted]);
      put_count (o, "all", c->all);
      put_count (o, "fit", c->fit);
      close_part (o, '}');
      shown++;
    }
  close_part (o, ']');
}

static void
put_calibration (GString *o, const char *key, const calibration *c)
{
  open_part (o, key, '{');
  put_count (o, "n", c->n);
  put_real (o, "ece", c->ece, c->n > 0);
  put_real (o, "ece_equal_counts", c->ece_adaptive, c->n > 0);
  put_real (o, "confidence", c->confidence, c->n > 0);
  put_real (o, "accuracy", c->accuracy, c->n > 0);
  open_part (o, "bins", '[');
  for (int i = 0; i < c->n_bins; i++)
    {
      const reliability_bin *b = &c->bins[i];
      open_part (o, NULL, '{');
      put_real (o, "low", b->low, TRUE);
      put_real (o, "high", b->high, TRUE);
      put_real (o, "confidence", b->confidence, b->n > 0);
      put_real (o, "accuracy", b->accuracy, b->n > 0);
      put_count (o, "n", b->n);
      close_part (o, '}');
    }
  close_part (o, ']');
  close_part (o, '}');
}

static void
put_rejection (GString *o, const rejection *r)
{
  open_part (o, "rejection", '{');
  put_count (o, "n", r->n);
  put_real (o, "area", r->area, r->n > 0);
  put_real (o, "area_perfect", r->perfect, r->n > 0);
  put_real (o, "area_random", r->random, r->n > 0);
  open_part (o, "points", '[');
  for (gsize i = 0; i < r->n_points; i++)
    {
      open_part (o, NULL, '{');
      put_real (o, "rejected", r->points[i].rejected, TRUE);
      put_real (o, "error", r->points[i].error, TRUE);
      close_part (o, '}');
    }
  close_part (o, ']');
  close_part (o, '}');
}

static void
put_binary (GString *o, const char *key, const binary_side *b)
{
  if (b->n == 0)
    {
      put_text (o, key, NULL);
      return;
    }
  open_part (o, key, '{');
  put_count (o, "n", b->n);
  put_count (o, "positive", b->n_positive);
  put_real (o, "average_precision", b->average_precision, TRUE);
  put_real (o, "auroc", b->auroc.value, TRUE);
  put_real (o, "auroc_error", b->auroc.error, TRUE);
  open_part (o, "points", '[');
  for (gsize i = 0; i < b->n_points; i++)
    {
      open_part (o, NULL, '{');
      put_real (o, "threshold", b->points[i].threshold, TRUE);
      put_real (o, "precision", b->points[i].precision, TRUE);
      put_real (o, "recall", b->points[i].recall, TRUE);
      close_part (o, '}');
    }
  close_part (o, ']');
  close_part (o, '}');
}

static void
put_spread (GString *o, const char *key, const noise_spread *s, const GPtrArray *names, guint first)
{
  open_part (o, key, '{');
  put_flag (o, "uneven", s->uneven);
  put_real (o, "p", s->test.p, s->test.n_groups > 0);
  put_real (o, "cramer_v", s->test.cramer_v, s->test.n_groups > 0);
  open_part (o, "groups", '[');
  for (int i = 0; i < s->n_groups && s->groups != NULL; i++)
    if (s->groups[i].n > 0)
      {
        open_part (o, NULL, '{');
        put_text (o, "name", names->pdata[first + (guint) i]);
        put_share (o, "noisy", &s->groups[i]);
        close_part (o, '}');
      }
  close_part (o, ']');
  close_part (o, '}');
}

static void
put_confident (GString *o, const judging *j)
{
  const joined *x = &j->joined;
  open_part (o, "confident_mistakes", '[');
  for (gsize i = 0; i < j->score.n_confident; i++)
    {
      gsize row = j->score.confident[i];
      open_part (o, NULL, '{');
      put_text (o, "file", j->files->pdata[row]);
      put_text (o, "label", x->truth[row] >= 0 ? j->shown->pdata[x->truth[row]] : NULL);
      put_text (o, "prediction", x->prediction[row] >= 0 ? j->shown->pdata[x->prediction[row]] : NULL);
      put_real (o, "confidence", j->confidence[row], TRUE);
      close_part (o, '}');
    }
  close_part (o, ']');
}

char *
judging_section (const judging *j)
{
  const scorecard *s = &j->score;
  if (!j->asked)
    return NULL;
  GString *o = g_string_new (NULL);
  open_part (o, NULL, '{');
  put_words (o, j);
  put_accuracy (o, j);
  put_guard (o, j);
  put_sources (o, j);
  put_classes (o, j);
  put_cells (o, j);
  open_part (o, "calibration", '{');
  put_calibration (o, "all", &s->calibration_all);
  put_calibration (o, "fit", &s->calibration_fit);
  close_part (o, '}');
  put_rejection (o, &s->rejection);
  open_part (o, "binary", '{');
  put_binary (o, "all", &s->binary_all);
  put_binary (o, "fit", &s->binary_fit);
  close_part (o, '}');
  open_part (o, "noise_rates", '{');
  put_spread (o, "by_class", &s->by_class, j->shown, 0);
  if (j->joined.split >= 0)
    put_spread (o, "by_split", &s->by_split, ((join_column *) j->joined.columns->pdata[j->joined.split])->values, 1);
  close_part (o, '}');
  put_confident (o, j);
  close_part (o, '}');
  return g_string_free (o, FALSE);
}
