/* What a person is told. The guard decides the words: where noise was not shown to cost accuracy, no mistake is said to be due to it. */
#include "judging.h"

#include <math.h>

#define NAMED      3  /* of what did not match */
#define MOST_FEW   10 /* kinds in one line */
#define LEAST_GAIN 0.01

static void say (GPtrArray *lines, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (GPtrArray *lines, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_ptr_array_add (lines, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

static const char *
plural (gsize n, const char *one, const char *many)
{
  return n == 1 ? one : many;
}

/* "75.4 % (71.2 to 79.2 %)". g_free. */
static char *
share_words (const proportion *p)
{
  return g_strdup_printf ("%.1f %% (%.1f to %.1f %%)", 100 * p->value, 100 * p->low, 100 * p->high);
}

static void
say_accuracy (const judging *j, GPtrArray *lines)
{
  const scorecard *s = &j->score;
  g_autofree char *all = share_words (&s->all), *fit = share_words (&s->fit);
  if (s->all.n == 0)
    say (lines, "no picture has pixels, a label and a prediction: there is nothing to judge the classifier by");
  else if (s->fit.n == 0)
    say (lines, "accuracy %s on all %" G_GSIZE_FORMAT " pictures; none is fit to judge by", all, s->all.n);
  else
    say (lines, "accuracy %s on all %" G_GSIZE_FORMAT " pictures, %s on the %" G_GSIZE_FORMAT " fit to judge by", all,
         s->all.n, fit, s->fit.n);
  if (s->fit.n == 0 || fabs (s->standardised.value - s->fit.value) < LEAST_GAIN)
    return;
  g_autofree char *standardised = share_words (&s->standardised);
  say (lines, "%s if the fit pictures had the mix of classes of all", standardised);
}

static gsize
not_below_zero (double value)
{
  return value > 0 ? (gsize) (value + 0.5) : 0;
}

/* The second half of the headline: how many of the mistakes set aside noise is to blame for. */
static char *
due_words (const excess_errors *e)
{
  if (!e->known)
    return g_strdup ("no picture is fit to compare them with");
  if (e->guard == GUARD_DOES_NOT)
    return g_strdup ("but noise does not cost accuracy here: as many are to be expected on fit pictures");
  if (e->guard == GUARD_TOO_FEW)
    return g_strdup ("whether they are due to the noise cannot be told from so few");
  return g_strdup_printf ("of these, %" G_GSIZE_FORMAT " (%" G_GSIZE_FORMAT " to %" G_GSIZE_FORMAT
                          ") are due to the noise",
                          not_below_zero (e->value), not_below_zero (e->low), not_below_zero (e->high));
}

static void
say_headline (const judging *j, GPtrArray *lines)
{
  const scorecard *s = &j->score;
  gsize wrong = s->set_aside + s->owed;
  if (s->all.n == 0)
    return;
  if (wrong == 0)
    {
      say (lines, "no mistake on %" G_GSIZE_FORMAT " %s", s->all.n, plural (s->all.n, "picture", "pictures"));
      return;
    }
  if (s->set_aside == 0)
    {
      say (lines, "%" G_GSIZE_FORMAT " %s made, all on pictures fit to judge by: %" G_GSIZE_FORMAT " %s owed", wrong,
           plural (wrong, "mistake was", "mistakes were"), s->owed, plural (s->owed, "is", "are"));
      return;
    }
  g_autofree char *due = due_words (&j->excess.total);
  say (lines,
       "%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " %s made on pictures not fit to judge by; %s; %" G_GSIZE_FORMAT
       " %s owed",
       s->set_aside, wrong, plural (wrong, "mistake was", "mistakes were"), due, s->owed,
       plural (s->owed, "is", "are"));
}

char *
judging_headline (const judging *j)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  say_headline (j, lines);
  return lines->len > 0 ? g_strdup (lines->pdata[0]) : NULL;
}

static void
say_kind (const char *kind, const excess_errors *e, GPtrArray *lines)
{
  static const char *const words[] = { "too few to tell whether %s costs accuracy", "%s costs accuracy",
                                       "%s does not cost accuracy" };
  g_auto (GStrv) parts = g_strsplit (words[e->guard], "%s", 2);
  say (lines, "%s%s%s: %+.1f points of error (%+.1f to %+.1f), %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " wrong",
       parts[0], kind, parts[1], 100 * e->effect.value, 100 * e->effect.low, 100 * e->effect.high, e->wrong,
       e->pictures);
}

static int
most_pictures (gconstpointer a, gconstpointer b)
{
  const excess_errors *x = *(excess_errors *const *) a, *y = *(excess_errors *const *) b;
  return x->pictures != y->pictures ? (x->pictures > y->pictures ? -1 : 1) : x < y ? -1 : x > y;
}

/* Kinds of which too few pictures are there to tell share a line. */
static void
say_guard (const judging *j, GPtrArray *lines)
{
  const excess *e = &j->excess;
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autoptr (GString) few = g_string_new (NULL);
  guint n_few = 0;
  if (!e->total.known)
    return;
  say_kind ("noise", &e->total, lines);
  for (int k = 0; k < e->n_kinds; k++)
    if (e->kinds[k].pictures > 0)
      g_ptr_array_add (order, &e->kinds[k]);
  g_ptr_array_sort (order, most_pictures);
  for (guint i = 0; i < order->len; i++)
    {
      const excess_errors *one = order->pdata[i];
      const char *kind = j->kinds->pdata[one - e->kinds];
      if (one->guard != GUARD_TOO_FEW)
        say_kind (kind, one, lines);
      else if (++n_few <= MOST_FEW)
        g_string_append_printf (few, "%s%s (%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " wrong)", n_few == 1 ? "" : ", ",
                                kind, one->wrong, one->pictures);
    }
  if (n_few > 0)
    say (lines, "too few to tell, kind by kind: %s%s", few->str, n_few > MOST_FEW ? ", ..." : "");
}

static void
say_spread (const judging *j, GPtrArray *lines)
{
  if (j->score.by_class.uneven)
    say (lines, "noise is unevenly spread over the classes (Cramer's V %.2f): compare class by class, not as a whole",
         j->score.by_class.test.cramer_v);
  if (j->score.by_split.uneven)
    say (lines, "noise is unevenly spread over the splits (Cramer's V %.2f)", j->score.by_split.test.cramer_v);
}

static void
say_odds (const join_side *s, gsize n, const char *one, const char *many, const join_odds *odds, GPtrArray *lines)
{
  /* the join's own sentence, where there is one, names the first */
  gboolean named = s->exact < s->matched || s->matched < n || s->ambiguous.count > 0;
  if (odds->count < (named ? 2 : 1))
    return;
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < odds->first->len && i < NAMED; i++)
    {
      const join_odd *odd = &g_array_index (odds->first, join_odd, i);
      g_autofree char *name = g_filename_display_name (odd->name);
      g_string_append_printf (names, "%s'%s'", i == 0 ? "" : ", ", name);
      if (odd->line > 0)
        g_string_append_printf (names, " (line %" G_GUINT64_FORMAT ")", odd->line);
    }
  say (lines, "'%s': %" G_GUINT64_FORMAT " %s: %s%s", s->shown, odds->count, plural (odds->count, one, many),
       names->str, odds->count > NAMED ? ", ..." : "");
}

static void
say_side (const join_side *s, gsize n, GPtrArray *lines)
{
  if (s->shown == NULL)
    return;
  say_odds (s, n, "row found no picture", "rows found no picture", &s->without_picture, lines);
  say_odds (s, n, "row could mean several pictures", "rows could mean several pictures", &s->ambiguous, lines);
  say_odds (s, n, "row repeats an earlier one", "rows repeat an earlier one", &s->repeated, lines);
  say_odds (s, n, "picture found no row", "pictures found no row", &s->without_row, lines);
}

void
judging_say_sources (const judging *j, GPtrArray *lines)
{
  const joined *x = &j->joined;
  if (j->kept != NULL)
    {
      for (char **line = j->kept->source_words; *line != NULL; line++)
        say (lines, "%s", *line);
      return;
    }
  for (guint i = 0; i < x->notes->len; i++)
    say (lines, "%s", (char *) x->notes->pdata[i]);
  if (x->truth_from == TRUTH_FOLDERS)
    say (lines, "labels are the names of the folders");
  if (j->scores.logits)
    say (lines, "the classifier's scores are no probabilities: softmax was applied");
  if (j->allowed != NULL)
    {
      gsize n = 0;
      for (gsize c = 0; c < x->classes.n; c++)
        n += j->allowed[c];
      say (lines, "predictions are restricted to the %" G_GSIZE_FORMAT " %s of the labels", n,
           plural (n, "class", "classes"));
    }
  say_side (&x->labels, j->n, lines);
  if (j->classifier == NULL && g_strcmp0 (x->predictions.shown, x->labels.shown) != 0)
    say_side (&x->predictions, j->n, lines);
}

GPtrArray *
judging_words (const judging *j)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  if (!j->asked)
    return lines;
  judging_say_sources (j, lines);
  if (j->joined.truth_from == TRUTH_NONE)
    say (lines, "there are no labels: the classifier was not judged; add --labels FILE, or --labels folders");
  else if (!j->joined.predicted)
    say (lines, "there are no predictions: the classifier was not judged; add --predictions FILE or --classifier "
                "FILE.onnx");
  else
    {
      say_headline (j, lines);
      say_accuracy (j, lines);
      say_guard (j, lines);
      say_spread (j, lines);
      leftovers_say (j, lines);
    }
  return lines;
}

static pardon_share
share_from (const proportion *p)
{
  return (pardon_share){ p->value, p->low, p->high, p->n };
}

void
judging_tell (const judging *j, pardon_judgement *out)
{
  g_autoptr (GPtrArray) words = judging_words (j);
  const scorecard *score = &j->score;
  *out = (pardon_judgement){ .right = score->right,
                             .set_aside = score->set_aside,
                             .owed = score->owed,
                             .unjudged = score->unjudged,
                             .accuracy = share_from (&score->all),
                             .fit_accuracy = share_from (&score->fit) };
  for (guint i = 0; i < words->len && i < PARDON_MOST_LINES; i++)
    g_strlcpy (out->lines[out->n_lines++], words->pdata[i], sizeof out->lines[0]);
}

void
judging_describe (const judging *j, const pardon_scan_options *o, const lens *scoring, report *r)
{
  if (!j->asked)
    return;
  const char *const given[][2] = {
    { "labels", o->labels },         { "predictions", o->predictions }, { "prediction-files", o->prediction_files },
    { "classifier", o->classifier }, { "classes", o->classes },         { "class-ids", o->class_ids },
    { "label-map", o->label_map }
  };
  for (gsize i = 0; i < G_N_ELEMENTS (given); i++)
    if (given[i][1] != NULL)
      report_add_setting (r, given[i][0], given[i][1]);
  if (o->restrict_classes)
    report_add_setting (r, "restrict-classes", "yes");
  if (scoring == NULL || o->model == NULL)
    return;
  report_add_setting (r, "classifier's view", scoring->view.name);
  report_add_setting (r, "classifier's scale", scoring->scale.name);
}
