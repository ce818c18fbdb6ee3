/* Numbers of the classifier, before and after the noisy pictures are put aside. */
#include "output/judging_parts.h"

#include <math.h>
#include <string.h>

#include "output/html_parts.h"
#include "output/html_text.h"
#include "output/plot.h"

/* --- bars ------------------------------------------------------------------------------------------- */

static void
append_rect (GString *out, const char *class, double x, double width, double y, double height)
{
  g_string_append_printf (out, "<rect class=\"%s\" x=\"", class);
  html_append_number (out, "%.2f", x);
  g_string_append (out, "\" width=\"");
  html_append_number (out, "%.2f", width);
  g_string_append (out, "\" y=\"");
  html_append_number (out, "%.1f", y);
  g_string_append (out, "\" height=\"");
  html_append_number (out, "%.1f", height);
  g_string_append (out, "\"/>");
}

/* 0 to 100 % over the whole width, the interval as a whisker. */
static void
append_rate_bar (GString *out, const report_rate *r, const char *class)
{
  g_string_append (out,
                   "<svg class=\"rate\" viewBox=\"0 0 200 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
  append_rect (out, "ground", 0, 200, 0, 10);
  append_rect (out, class, 0, 200 * CLAMP (r->value, 0, 1), 0, 10);
  append_rect (out, "reach", 200 * r->low, MAX (200 * (r->high - r->low), 0.4), 4, 2);
  g_string_append (out, "</svg>");
}

static void
append_interval (GString *out, const report_rate *r)
{
  html_append_number (out, "%.1f", 100 * r->low);
  g_string_append (out, " to ");
  html_append_number (out, "%.1f", 100 * r->high);
}

static void
append_rate_row (GString *out, const char *name, const report_rate *r, const char *class)
{
  if (r->n == 0)
    return;
  g_string_append_printf (out, "<tr><th scope=\"row\">%s<span>", name);
  html_append_plural (out, r->n, "picture", "pictures");
  g_string_append (out, "</span></th><td class=\"drawn\">");
  append_rate_bar (out, r, class);
  g_string_append (out, "</td><td class=\"number count\">");
  html_append_percent (out, r->value);
  g_string_append (out, "</td><td class=\"number soft\">");
  append_interval (out, r);
  g_string_append (out, "</td></tr>\n");
}

static void
append_verdict (GString *out, const char *class, const char *name, guint64 n)
{
  g_string_append_printf (out, "<div><dt><i class=\"%s\"></i>%s</dt><dd>", class, name);
  html_append_count (out, n);
  g_string_append (out, "</dd></div>\n");
}

/* The judged pictures as one bar, right to owed. */
static void
append_verdicts (GString *out, const report_judging *j)
{
  const guint64 counts[] = { j->right, j->set_aside, j->owed };
  static const char *const classes[] = { "right", "aside", "owed" };
  double all = (double) (j->right + j->set_aside + j->owed), x = 0;
  g_string_append (out, "<svg class=\"rate verdicts\" viewBox=\"0 0 200 10\" preserveAspectRatio=\"none\" "
                        "aria-hidden=\"true\">");
  for (int i = 0; i < 3 && all > 0; i++)
    {
      double width = 200 * (double) counts[i] / all;
      append_rect (out, classes[i], x, width, 0, 10);
      x += width;
    }
  g_string_append (out, "</svg>\n<dl class=\"verdict-counts\">\n");
  append_verdict (out, "right", "right", j->right);
  append_verdict (out, "aside", "wrong, set aside: the picture is not fit to judge by", j->set_aside);
  append_verdict (out, "owed", "wrong, owed: the picture is fit", j->owed);
  if (j->unjudged > 0)
    append_verdict (out, "none", "unjudged: no label, no prediction or no pixels", j->unjudged);
  g_string_append (out, "</dl>\n");
}

void
judging_append_accuracy (GString *out, const report_judging *j)
{
  g_string_append (out,
                   "<div class=\"panel\">\n<h3 id=\"accuracy\">Before and after</h3>\n<p>With 95\u00a0% intervals. "
                   "After: on pictures fit to judge by.</p>\n<table class=\"figures\" aria-labelledby=\"accuracy\">\n"
                   "<thead><tr><th scope=\"col\">Share right</th><th></th><th scope=\"col\" class=\"number\">%</th>"
                   "<th scope=\"col\" class=\"number\">interval</th></tr></thead>\n<tbody>\n");
  append_rate_row (out, "before: all", &j->accuracy[SIDE_ALL], "before");
  append_rate_row (out, "after: fit", &j->accuracy[SIDE_FIT], "after");
  append_rate_row (out, "after, same mix of classes", &j->standardised, "after");
  append_rate_row (out, "before: mean of classes", &j->balanced[SIDE_ALL], "before");
  append_rate_row (out, "after: mean of classes", &j->balanced[SIDE_FIT], "after");
  append_rate_row (out, "before: among the top five", &j->top5[SIDE_ALL], "before");
  append_rate_row (out, "after: among the top five", &j->top5[SIDE_FIT], "after");
  g_string_append (out, "</tbody>\n</table>\n");
  append_verdicts (out, j);
  g_string_append (out, "</div>\n");
}

/* --- guards -------------------------------------------------------------------------------------------- */

static const char *
guard_words (const char *guard)
{
  return strcmp (guard, "costs") == 0 ? "yes" : strcmp (guard, "does not") == 0 ? "no" : "too few";
}

static void
append_guard (GString *out, const report_guard *g)
{
  g_string_append (out, "<tr><th scope=\"row\">");
  html_append_text (out, g->name);
  g_string_append (out, "</th><td class=\"number\">");
  html_append_count (out, g->wrong);
  g_string_append (out, " of ");
  html_append_count (out, g->pictures);
  g_string_append (out, "</td><td class=\"number\">");
  html_append_number (out, "%+.0f", 100 * g->effect);
  g_string_append (out, "</td><td class=\"number soft\">");
  html_append_number (out, "%+.0f", 100 * g->low);
  g_string_append (out, " to ");
  html_append_number (out, "%+.0f", 100 * g->high);
  g_string_append_printf (out, "</td><td class=\"%s\">%s</td></tr>\n",
                          strcmp (g->guard, "costs") == 0 ? "costs" : "soft", guard_words (g->guard));
}

void
judging_append_guards (GString *out, const report_judging *j)
{
  if (j->guards->len == 0)
    return;
  g_string_append (
      out,
      "<div class=\"panel\">\n<h3 id=\"guard\">Does noise cost accuracy?</h3>\n<p>Points of error beyond fit pictures "
      "of the same classes, with 95\u00a0% intervals. Too few to tell is not the same as no cost.</p>\n"
      "<table class=\"figures\" aria-labelledby=\"guard\">\n<thead><tr><th scope=\"col\">Kind</th>"
      "<th scope=\"col\" class=\"number\">wrong</th><th scope=\"col\" class=\"number\">points</th>"
      "<th scope=\"col\" class=\"number\">interval</th><th scope=\"col\">costs it</th></tr></thead>\n<tbody>\n");
  for (guint i = 0; i < j->guards->len; i++)
    append_guard (out, j->guards->pdata[i]);
  g_string_append (out, "</tbody>\n</table>\n</div>\n");
}

/* --- curves ----------------------------------------------------------------------------------------------- */

void
judging_append_rejection (GString *out, const report_judging *j)
{
  const report_rate *all = &j->accuracy[SIDE_ALL], *fit = &j->accuracy[SIDE_FIT];
  if (j->n_points < 2)
    return;
  line_plot p = { .description = "Error of the pictures that are kept, by how many are put aside; the numbers stand in "
                                 "report.json",
                  .x_label = "share put aside, noisiest first",
                  .y_label = "wrong among the kept",
                  .x = j->rejected,
                  .y = j->error,
                  .n = j->n_points,
                  .percent = TRUE,
                  .from_zero = TRUE,
                  .mark = all->n > 0 ? (double) (all->n - fit->n) / (double) all->n : NAN,
                  .mark_label = "as decided" };
  g_string_append (out, "<figure class=\"panel\">\n<figcaption><h3>Error left when the noisiest are put aside</h3>\n<p>"
                        "Falls where noise explains mistakes. Mean error over all shares: ");
  html_append_percent (out, j->area);
  g_string_append (out, "; by chance ");
  html_append_percent (out, j->area_random);
  g_string_append (out, ", had one put aside exactly the mistakes ");
  html_append_percent (out, j->area_perfect);
  g_string_append (out, ".</p></figcaption>\n");
  plot_append (out, &p);
  g_string_append (out, "</figure>\n");
}

static void
append_calibration (GString *out, const char *name, const report_calibration *c)
{
  const double shares[] = { c->confidence, c->accuracy, c->ece };
  g_string_append_printf (out, "<tr><th scope=\"row\">%s</th>", name);
  for (gsize i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      g_string_append (out, "<td class=\"number\">");
      if (c->n > 0)
        html_append_percent (out, shares[i]);
      g_string_append (out, "</td>");
    }
  g_string_append (out, "</tr>\n");
}

void
judging_append_calibration (GString *out, const report_judging *j)
{
  if (j->calibration[SIDE_ALL].n == 0)
    return;
  g_string_append (
      out,
      "<div class=\"panel\">\n<h3 id=\"calibration\">Is it as sure as it is right?</h3>\n<p>The expected calibration "
      "error (ECE) is the mean gap between confidence and share right, over 15 steps of confidence.</p>\n"
      "<table class=\"figures\" aria-labelledby=\"calibration\">\n<thead><tr><th></th><th scope=\"col\" "
      "class=\"number\">"
      "confidence</th><th scope=\"col\" class=\"number\">right</th><th scope=\"col\" "
      "class=\"number\">ECE</th></tr></thead>\n"
      "<tbody>\n");
  append_calibration (out, "before", &j->calibration[SIDE_ALL]);
  append_calibration (out, "after", &j->calibration[SIDE_FIT]);
  g_string_append (out, "</tbody>\n</table>\n</div>\n");
}

/* --- classes ------------------------------------------------------------------------------------------------ */

static void
append_share_cell (GString *out, const report_rate *r)
{
  g_string_append (out, "<td class=\"number\">");
  if (r->n > 0)
    html_append_number (out, "%.0f", 100 * r->value);
  g_string_append (out, "</td>");
}

static void
append_class (GString *out, const report_class *c)
{
  g_string_append (out, "<tr><th scope=\"row\">");
  html_append_text (out, c->name);
  g_string_append (out, "</th><td class=\"number count\">");
  html_append_count (out, c->wrong[SIDE_FIT]);
  g_string_append (out, " of ");
  html_append_count (out, c->recall[SIDE_FIT].n);
  g_string_append (out, "</td><td class=\"number soft\">");
  html_append_count (out, c->wrong[SIDE_ALL]);
  g_string_append (out, " of ");
  html_append_count (out, c->recall[SIDE_ALL].n);
  g_string_append (out, "</td>");
  append_share_cell (out, &c->recall[SIDE_ALL]);
  append_share_cell (out, &c->recall[SIDE_FIT]);
  append_share_cell (out, &c->precision[SIDE_FIT]);
  g_string_append (out, "</tr>\n");
}

static void
append_more (GString *out, guint64 shown, guint64 all, const char *where)
{
  if (shown >= all)
    return;
  g_string_append (out, "<p class=\"more\">and ");
  html_append_count (out, all - shown);
  g_string_append_printf (out, " more: <code>%s</code></p>\n", where);
}

void
judging_append_classes (GString *out, const report_judging *j)
{
  if (j->classes->len == 0)
    return;
  g_string_append (
      out,
      "<div class=\"panel\">\n<h3 id=\"classes\">By class</h3>\n<p>Those with the most owed mistakes first. Recall: of "
      "its pictures, the share called so; precision: of those called so, the share that are.</p>\n"
      "<table class=\"figures\" aria-labelledby=\"classes\">\n<thead><tr><th scope=\"col\">Class</th>"
      "<th scope=\"col\" class=\"number\">owed</th><th scope=\"col\" class=\"number\">wrong, all</th>"
      "<th scope=\"col\" class=\"number\">recall before</th><th scope=\"col\" class=\"number\">after, %</th>"
      "<th scope=\"col\" class=\"number\">precision after</th></tr></thead>\n<tbody>\n");
  for (guint i = 0; i < j->classes->len; i++)
    append_class (out, j->classes->pdata[i]);
  g_string_append (out, "</tbody>\n</table>\n");
  append_more (out, j->classes->len, j->n_classes, "classes.csv");
  g_string_append (out, "</div>\n");
}

void
judging_append_confusions (GString *out, const report_judging *j)
{
  if (j->confusions->len == 0)
    return;
  g_string_append (out,
                   "<div class=\"panel\">\n<h3 id=\"confusions\">What is called what</h3>\n<table class=\"figures\" "
                   "aria-labelledby=\"confusions\">\n<thead><tr><th scope=\"col\">Class</th><th scope=\"col\">called"
                   "</th><th scope=\"col\" class=\"number\">owed</th><th scope=\"col\" class=\"number\">all</th></tr>"
                   "</thead>\n<tbody>\n");
  for (guint i = 0; i < j->confusions->len; i++)
    {
      const report_confusion *c = j->confusions->pdata[i];
      g_string_append (out, "<tr><th scope=\"row\">");
      html_append_text (out, c->label);
      g_string_append (out, "</th><td>");
      html_append_text (out, c->prediction);
      g_string_append (out, "</td><td class=\"number count\">");
      html_append_count (out, c->fit);
      g_string_append (out, "</td><td class=\"number soft\">");
      html_append_count (out, c->all);
      g_string_append (out, "</td></tr>\n");
    }
  g_string_append (out, "</tbody>\n</table>\n");
  append_more (out, j->confusions->len, j->n_confusions, "confusions.csv");
  g_string_append (out, "</div>\n");
}
