/* What a person is told. The guard decides the words: where noise was not shown to cost accuracy, no mistake is said to be due to it. */
#include "judging/judging.h"

#include <math.h>

#define NAMED      3 /* of what did not match */
#define MOST_KINDS 5 /* in one line */
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

/* How many of the mistakes set aside noise is to blame for; "" where the guard does not say that it is. */
static char *
due_words (const excess_errors *e)
{
  if (!e->known || e->guard != GUARD_COSTS)
    return g_strdup ("");
  return g_strdup_printf (", %" G_GSIZE_FORMAT " of them (%" G_GSIZE_FORMAT " to %" G_GSIZE_FORMAT ") because of it",
                          not_below_zero (e->value), not_below_zero (e->low), not_below_zero (e->high));
}

static void
append_mistakes (GString *out, const judging *j)
{
  const scorecard *s = &j->score;
  gsize wrong = s->set_aside + s->owed;
  if (wrong == 0)
    g_string_append (out, "; no mistake was made");
  else if (s->set_aside == 0)
    g_string_append_printf (
        out, wrong == 1 ? "; the one mistake is owed" : "; all %" G_GSIZE_FORMAT " mistakes are owed", wrong);
  if (wrong == 0 || s->set_aside == 0)
    return;
  g_autofree char *due = due_words (&j->excess.total);
  if (wrong == 1)
    g_string_append (out, "; the one mistake was made on a picture not fit to judge by");
  else
    g_string_append_printf (out,
                            "; %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " mistakes %s made on pictures not fit to "
                            "judge by",
                            s->set_aside, wrong, plural (s->set_aside, "was", "were"));
  g_string_append (out, due);
  if (s->owed == 0)
    g_string_append (out, "; none is owed");
  else
    g_string_append_printf (out, "; %" G_GSIZE_FORMAT " %s owed", s->owed, plural (s->owed, "is", "are"));
}

/* One sentence with all that matters; intervals of the shares stand in the line below. */
char *
judging_headline (const judging *j)
{
  const scorecard *s = &j->score;
  if (s->all.n == 0)
    return NULL;
  GString *out = g_string_new (NULL);
  g_string_append_printf (out, "%.1f %% right overall", 100 * s->all.value);
  if (s->fit.n == 0)
    g_string_append (out, "; no picture is fit to judge by");
  else if (s->fit.n == s->all.n)
    g_string_append_printf (out, "; %s fit to judge by", s->all.n == 1 ? "the one picture is" : "all pictures are");
  else
    g_string_append_printf (out, "; %.1f %% on the %" G_GSIZE_FORMAT " %s fit to judge by", 100 * s->fit.value,
                            s->fit.n, plural (s->fit.n, "picture", "pictures"));
  append_mistakes (out, j);
  return g_string_free (out, FALSE);
}

static void
say_headline (const judging *j, GPtrArray *lines)
{
  char *headline = judging_headline (j);
  if (headline != NULL)
    g_ptr_array_add (lines, headline);
}

/* Of pictures that would be judged but for one thing. */
static void
say_unjudged (const judging *j, GPtrArray *lines)
{
  gsize refused = 0, first = 0;
  for (gsize i = 0; i < j->n; i++)
    if (judging_why_unjudged (j, i) == UNJUDGED_REFUSED && refused++ == 0)
      first = i;
  if (refused == 0)
    return;
  g_autofree char *name = g_filename_display_name (j->files->pdata[first]);
  say (lines,
       "the classifier could not be asked about %" G_GSIZE_FORMAT " %s (first '%s'): verdict_reason in images.csv "
       "says why",
       refused, plural (refused, "picture", "pictures"), name);
}

unjudged_why
judging_why_unjudged (const judging *j, gsize i)
{
  if (j->noisy[i] < 0)
    return UNJUDGED_NO_PIXELS;
  if (j->joined.prediction[i] < 0 && j->classifier != NULL)
    return UNJUDGED_REFUSED;
  if (j->joined.truth[i] >= 0)
    return j->joined.prediction[i] < 0 ? UNJUDGED_NO_PREDICTION : UNJUDGED_NOT;
  return j->joined.prediction[i] < 0 ? UNJUDGED_NEITHER : UNJUDGED_NO_LABEL;
}

const char *
unjudged_why_words (unjudged_why why)
{
  static const char *const words[] = { [UNJUDGED_NOT] = "",
                                       [UNJUDGED_NO_PIXELS] = "no pixels",
                                       [UNJUDGED_REFUSED] = "the classifier refused it",
                                       [UNJUDGED_NO_LABEL] = "no label",
                                       [UNJUDGED_NO_PREDICTION] = "no prediction",
                                       [UNJUDGED_NEITHER] = "no label, no prediction" };
  return words[why];
}

/* Of a share; what is printed as nothing has no minus. */
static double
points (double share)
{
  return fabs (share) < 0.0005 ? 0 : 100 * share;
}

static void
say_noise (const excess_errors *e, GPtrArray *lines)
{
  static const char *const words[] = { "too few to tell whether noise costs accuracy", "noise costs accuracy",
                                       "noise does not cost accuracy" };
  say (lines, "%s: %+.1f points of error (%+.1f to %+.1f), %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " wrong",
       words[e->guard], points (e->effect.value), points (e->effect.low), points (e->effect.high), e->wrong,
       e->pictures);
}

static int
most_pictures (gconstpointer a, gconstpointer b)
{
  const excess_errors *x = *(excess_errors *const *) a, *y = *(excess_errors *const *) b;
  return x->pictures != y->pictures ? (x->pictures > y->pictures ? -1 : 1) : x < y ? -1 : x > y;
}

/* Kinds of which the guard says the same share a line; report.json has them all. */
static void
say_kinds (const judging *j, const GPtrArray *order, guard said, const char *words, GPtrArray *lines)
{
  g_autoptr (GString) some = g_string_new (NULL);
  guint n = 0;
  for (guint i = 0; i < order->len; i++)
    {
      const excess_errors *e = order->pdata[i];
      const char *kind = j->kinds->pdata[e - j->excess.kinds];
      if (e->guard != said || n++ >= MOST_KINDS)
        continue;
      g_string_append_printf (some, "%s%s ", n == 1 ? "" : ", ", kind);
      if (said == GUARD_TOO_FEW)
        g_string_append_printf (some, "(%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " wrong)", e->wrong, e->pictures);
      else
        g_string_append_printf (some, "%+.1f points (%+.1f to %+.1f)", points (e->effect.value), points (e->effect.low),
                                points (e->effect.high));
    }
  if (n > MOST_KINDS)
    g_string_append_printf (some, " and %u more", n - MOST_KINDS);
  if (n > 0)
    say (lines, "%s %u %s: %s", words, n, plural (n, "kind", "kinds"), some->str);
}

static void
say_guard (const judging *j, GPtrArray *lines)
{
  const excess *e = &j->excess;
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  if (!e->total.known)
    return;
  say_noise (&e->total, lines);
  for (int k = 0; k < e->n_kinds; k++)
    if (e->kinds[k].pictures > 0)
      g_ptr_array_add (order, &e->kinds[k]);
  g_ptr_array_sort (order, most_pictures);
  say_kinds (j, order, GUARD_COSTS, "noise costs accuracy for", lines);
  say_kinds (j, order, GUARD_DOES_NOT, "noise does not cost accuracy for", lines);
  say_kinds (j, order, GUARD_TOO_FEW, "too few to tell for", lines);
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
      say_unjudged (j, lines);
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
