/* The classifier's section of report.html: how good it is, what it rests on, and what is left to look at. */
#include "output/html_parts.h"

#include <math.h>

#include "output/html_text.h"
#include "output/judging_parts.h"

/* --- the answer ------------------------------------------------------------------------------------------ */

static void
append_answer (GString *out, const report_judging *j)
{
  const report_rate *all = &j->accuracy[SIDE_ALL], *fit = &j->accuracy[SIDE_FIT];
  g_string_append (out, "<p class=\"answer\">");
  if (all->n == 0)
    g_string_append (out, "No picture has pixels, a label and a prediction");
  else
    {
      g_string_append (out, "It is right on <b>");
      html_append_percent (out, all->value);
      g_string_append (out, "</b> of all ");
      html_append_plural (out, all->n, "picture", "pictures");
    }
  if (all->n > 0 && fit->n == 0)
    g_string_append (out, "; none is fit to judge by");
  else if (all->n > 0)
    {
      g_string_append (out, ", and on <b>");
      html_append_percent (out, fit->value);
      g_string_append (out, "</b> of the ");
      html_append_count (out, fit->n);
      g_string_append (out, " fit to judge by");
    }
  g_string_append (out, ".</p>\n");
}

static void
append_words (GString *out, const report_judging *j)
{
  g_string_append (out, "<ul class=\"said\">\n");
  for (guint i = 0; i < j->words->len; i++)
    {
      g_string_append (out, "<li>");
      html_append_text (out, j->words->pdata[i]);
      g_string_append (out, "</li>\n");
    }
  g_string_append (out, "</ul>\n");
}

/* --- pictures ------------------------------------------------------------------------------------------------ */

static void
append_case (GString *out, const report_case *c, const char *between)
{
  g_string_append (out, "<li title=\"");
  html_append_text (out, c->file);
  g_string_append (out, "\"><span class=\"shot\">");
  html_append_preview (out, &c->preview, c->file);
  g_string_append (out, "</span><span class=\"pair-of\">");
  html_append_text (out, c->label);
  g_string_append_printf (out, "</span><span class=\"called\">%s <b>", between);
  html_append_text (out, c->said);
  g_string_append (out, "</b>");
  if (isfinite (c->confidence))
    {
      g_string_append_c (out, ' ');
      html_append_number (out, "%.0f", 100 * c->confidence);
      g_string_append (out, "\u00a0%");
    }
  g_string_append (out, "</span><span class=\"name\"><bdi>");
  html_append_short_name (out, c->file);
  g_string_append (out, "</bdi></span></li>\n");
}

static void
append_cases (GString *out, const GPtrArray *cases, const char *between)
{
  g_string_append (out, "<ol class=\"sheet cases\">\n");
  for (guint i = 0; i < cases->len; i++)
    append_case (out, cases->pdata[i], between);
  g_string_append (out, "</ol>\n");
}

static void
append_confident (GString *out, const report_judging *j)
{
  if (j->confident->len == 0)
    return;
  g_string_append (out,
                   "<h3 class=\"apart\">Look at these first</h3>\n<p class=\"note\">Mistakes on fit pictures, the "
                   "surest first: what the picture is labelled, what it was called, and how sure that was. All owed "
                   "mistakes stand in <code>owed.csv</code>.</p>\n");
  append_cases (out, j->confident, "called");
}

static void
append_group (GString *out, const report_owed *g, const char *name, guint id)
{
  g_string_append_printf (out, "<li><h4>%s %u <span>", name, id);
  html_append_plural (out, g->size, "mistake", "mistakes");
  g_string_append (out, "</span></h4>\n<p class=\"more\">");
  html_append_text (out, g->line);
  g_string_append (out, "</p>\n");
  if (g->cases->len > 0)
    append_cases (out, g->cases, "called");
  g_string_append (out, "</li>\n");
}

static void
append_groups (GString *out, const report_judging *j)
{
  if (j->groups->len == 0)
    return;
  g_string_append (out, "<h3 class=\"apart\">What is owed, grouped by look</h3>\n<p class=\"note\">Mistakes on fit "
                        "pictures that look alike to ");
  html_append_text (out, j->seen);
  g_string_append (out,
                   ", the most typical first. Each line sets them against all fit pictures that look the same. The "
                   "groups hold mistakes alone, so they show what goes wrong, not how often: the slices below do "
                   "that.</p>\n<ol class=\"owed-groups\">\n");
  for (guint i = 0; i < j->groups->len; i++)
    append_group (out, j->groups->pdata[i], "Group", i + 1);
  g_string_append (out, "</ol>\n");
  if (j->groups->len < j->n_groups)
    {
      g_string_append (out, "<p class=\"more\">and ");
      html_append_plural (out, j->n_groups - j->groups->len, "smaller group", "smaller groups");
      g_string_append (out, ": <code>owed.csv</code></p>\n");
    }
}

static void
append_slices (GString *out, const report_judging *j)
{
  if (j->owed == 0)
    return;
  g_string_append (out, "<h3 class=\"apart\">Where it is wrong more often</h3>\n<p class=\"note\">Slices of the fit "
                        "pictures, found on one half of them and tested on the other, so that looking does not become "
                        "finding (Fisher\u2019s exact test, Benjamini and Hochberg). ");
  html_append_plural (out, j->n_slices, "was tested", "were tested");
  g_string_append (out, j->slices->len == 0 ? "; none has more mistakes than elsewhere beyond chance.</p>\n"
                                            : "; these have more mistakes than elsewhere. All stand in "
                                              "<code>slices.csv</code>.</p>\n<ol class=\"owed-groups\">\n");
  for (guint i = 0; i < j->slices->len; i++)
    append_group (out, j->slices->pdata[i], "Slice", i + 1);
  if (j->slices->len > 0)
    g_string_append (out, "</ol>\n");
}

static void
append_suspects (GString *out, const report_judging *j)
{
  if (!j->suspected)
    return;
  g_string_append (out, "<h3 class=\"apart\">Labels that may be wrong</h3>\n<p class=\"note\">");
  if (j->n_suspects == 0)
    g_string_append (out, "No label of a fit picture is suspected.");
  else
    {
      html_append_count (out, j->n_suspects);
      g_string_append (out, j->n_suspects == 1 ? " label of a fit picture is" : " labels of fit pictures are");
      g_string_append (out, " suspected; of all, about ");
      html_append_percent (out, j->wrong_labels.value);
      g_string_append (out, " (");
      html_append_number (out, "%.1f", 100 * j->wrong_labels.low);
      g_string_append (out, " to ");
      html_append_number (out, "%.1f", 100 * j->wrong_labels.high);
      g_string_append (out, ") are wrong. The most suspicious first; all stand in <code>suspected.csv</code>. They are "
                            "still counted as owed: whether the label or the classifier errs, a person must say.");
    }
  if (j->fallback)
    g_string_append (out, " Only the likeliest class was known, which makes this a rough list.");
  g_string_append (out,
                   " Confident learning, Northcutt, Jiang and Chuang 2021. <b>A classifier asked about pictures it was "
                   "trained on agrees with their wrong labels; few are then suspected, however many there "
                   "are.</b></p>\n");
  if (j->suspects->len > 0)
    append_cases (out, j->suspects, "rather");
}

void
html_append_judging (GString *out, const report *r)
{
  const report_judging *j = r->judging;
  if (j == NULL)
    return;
  g_string_append (out, "<section aria-labelledby=\"classifier\" class=\"classifier\">\n<h2 id=\"classifier\">The "
                        "classifier</h2>\n");
  if (!j->judged)
    {
      append_words (out, j);
      g_string_append (out, "</section>\n");
      return;
    }
  append_answer (out, j);
  g_string_append (out, "<div class=\"panels\">\n<div class=\"beside\">\n");
  judging_append_accuracy (out, j);
  judging_append_rejection (out, j);
  g_string_append (out, "</div>\n<div class=\"beside\">\n");
  judging_append_guards (out, j);
  judging_append_calibration (out, j);
  g_string_append (out, "</div>\n</div>\n<div class=\"panels\">\n");
  judging_append_classes (out, j);
  judging_append_confusions (out, j);
  g_string_append (out, "</div>\n");
  append_confident (out, j);
  append_groups (out, j);
  append_slices (out, j);
  append_suspects (out, j);
  g_string_append (out, "<details><summary>All that the scan said of it</summary>\n");
  append_words (out, j);
  g_string_append (out, "</details>\n</section>\n");
}
