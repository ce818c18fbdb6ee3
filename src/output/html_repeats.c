/* Copies and splits in report.html. The number of groups and pictures shown is bounded by who fills the report; the tables beside
 * the page have all of them. */
#include "output/html_parts.h"

#include "output/html_text.h"

#include <math.h>

/* --- duplicates ---------------------------------------------------------------------------------- */

static void
append_sums (GString *out, const report_repeats *r)
{
  g_string_append (out, "<p class=\"answer\">");
  if (r->groups_across > 0)
    {
      g_string_append (out, "<b>");
      html_append_count (out, r->groups_across);
      g_string_append (out, "</b>");
      g_string_append (out, r->groups_across == 1 ? " group of copies has" : " groups of copies have");
      g_string_append (out, " pictures of different splits: what is tested may have been learned by heart.</p>\n");
    }
  else
    {
      html_append_plural (out, r->exact_groups + r->near_groups, "group", "groups");
      g_string_append (out, r->splits->len > 0 ? " of copies; none has pictures of different splits.</p>\n"
                                               : " of pictures that stand in the data set more than once.</p>\n");
    }
  g_string_append (out, "<p class=\"note\">");
  if (r->exact_groups > 0)
    {
      html_append_plural (out, r->exact_pictures, "picture in ", "pictures in ");
      html_append_plural (out, r->exact_groups, "group", "groups");
      g_string_append (out, " have equal pixels, however they are stored: ");
      html_append_count (out, r->exact_extra);
      g_string_append (out, " could go. ");
    }
  if (r->near_groups > 0)
    {
      html_append_plural (out, r->near_pictures, "picture in ", "pictures in ");
      html_append_plural (out, r->near_groups, "group", "groups");
      g_string_append (out, " look the same to the eye. ");
    }
  if (r->near_groups > 0)
    g_string_append (out, "Similarity goes from 0 to 1 and is measured to the group\u2019s first picture. ");
  g_string_append (out, "<code>duplicates.csv</code> names all of them.</p>\n");
}

static void
append_copy (GString *out, const report_copies *g, const report_copy *c, gboolean first)
{
  g_string_append (out, "<li title=\"");
  html_append_text (out, c->file);
  g_string_append (out, "\"><span class=\"shot\">");
  html_append_preview (out, &c->preview, c->file);
  g_string_append_printf (out, "</span><span class=\"name\"%s><bdi>",
                          c->preview.jpeg != NULL ? " aria-hidden=\"true\"" : "");
  html_append_short_name (out, c->file);
  g_string_append (out, "</bdi></span><span class=\"like\">");
  if (first)
    g_string_append (out, "the first");
  else if (g->exact || c->similarity >= 1)
    g_string_append (out, g->exact ? "equal pixels" : "similarity 1");
  else if (c->similarity >= 0.9995) /* never 1.000 for what is not equal */
    g_string_append (out, "similarity above 0.999");
  else
    {
      g_string_append (out, "similarity ");
      html_append_number (out, "%.3f", c->similarity);
    }
  g_string_append (out, "</span>");
  if (c->split[0] != '\0')
    {
      g_string_append (out, "<span class=\"split\">in ");
      html_append_text (out, c->split);
      g_string_append (out, "</span>");
    }
  g_string_append (out, "</li>\n");
}

static void
append_group (GString *out, const report_copies *g)
{
  g_string_append_printf (out, "<li class=\"%s%s\">\n<h3>%s<span>", g->copies->len > 2 ? "many" : "two",
                          g->across ? " across" : "", g->exact ? "Equal pixels" : "Look the same");
  html_append_plural (out, g->pictures, "picture", "pictures");
  g_string_append (out, ", group ");
  html_append_count (out, g->group);
  g_string_append (out, "</span></h3>\n");
  if (g->across)
    g_string_append (out, "<p class=\"leak\">across splits</p>\n");
  g_string_append (out, "<ol class=\"sheet\">\n");
  for (guint i = 0; i < g->copies->len; i++)
    append_copy (out, g, g->copies->pdata[i], i == 0);
  g_string_append (out, "</ol>\n");
  if (g->copies->len < g->pictures)
    {
      g_string_append (out, "<p class=\"more\">and ");
      html_append_count (out, g->pictures - g->copies->len);
      g_string_append (out, " more: group ");
      html_append_count (out, g->group);
      g_string_append (out, " in duplicates.csv</p>\n");
    }
  g_string_append (out, "</li>\n");
}

void
html_append_repeats (GString *out, const report *r)
{
  const report_repeats *c = &r->repeats;
  guint64 groups = c->exact_groups + c->near_groups;
  if (c->splits == NULL || groups == 0)
    return;
  g_string_append (out, "<section aria-labelledby=\"copies\">\n<h2 id=\"copies\">Duplicates</h2>\n");
  append_sums (out, c);
  if (c->shown->len > 0)
    g_string_append (out, "<ol class=\"copies\">\n");
  for (guint i = 0; i < c->shown->len; i++)
    append_group (out, c->shown->pdata[i]);
  if (c->shown->len > 0)
    g_string_append (out, "</ol>\n");
  if (c->shown->len > 0 && c->shown->len < groups)
    {
      g_string_append (out, "<p class=\"more\">and ");
      html_append_plural (out, groups - c->shown->len, "more group", "more groups");
      g_string_append (out, " in duplicates.csv</p>\n");
    }
  g_string_append (out, "</section>\n");
}

/* --- splits ------------------------------------------------------------------------------------- */

/* The rate as a dot, its interval as a bar, on a scale from 0 to `most`. */
static void
append_interval (GString *out, const report_split *p, double most)
{
  g_string_append (out, "<svg class=\"interval\" viewBox=\"0 0 200 12\" aria-hidden=\"true\">"
                        "<rect class=\"ground\" y=\"5\" width=\"200\" height=\"2\"/><rect class=\"reach\" y=\"3\" "
                        "height=\"6\" rx=\"3\" x=\"");
  html_append_number (out, "%.1f", 6 + 188 * p->low / most);
  g_string_append (out, "\" width=\"");
  html_append_number (out, "%.1f", MAX (188 * (p->high - p->low) / most, 1));
  g_string_append (out, "\"/><circle cy=\"6\" r=\"5\" cx=\"");
  html_append_number (out, "%.1f", 6 + 188 * p->noise_rate / most);
  g_string_append (out, "\"/></svg>");
}

static void
append_cell (GString *out, const char *name)
{
  g_string_append_printf (out, "</td>\n<td class=\"number\" data-is=\"%s\">", name);
}

static void
append_split (GString *out, const report_split *p, double most)
{
  g_string_append (out, "<tr><th scope=\"row\">");
  html_append_text (out, p->name[0] != '\0' ? p->name : "no split");
  g_string_append (out, "</th>\n<td class=\"number\" data-is=\"Pictures\">");
  html_append_count (out, p->pictures);
  append_cell (out, "Too degraded");
  html_append_count (out, p->noisy);
  append_cell (out, "Rate");
  html_append_percent (out, p->noise_rate);
  append_cell (out, "95\u00a0% interval");
  html_append_number (out, "%.1f", 100 * p->low);
  g_string_append (out, " to ");
  html_append_percent (out, p->high);
  g_string_append (out, "</td>\n<td class=\"drawn\">");
  if (most > 0 && isfinite (p->noise_rate))
    append_interval (out, p, most);
  append_cell (out, "With a copy in another split");
  html_append_count (out, p->copied);
  g_string_append (out, "</td></tr>\n");
}

void
html_append_splits (GString *out, const report *r)
{
  const GPtrArray *splits = r->repeats.splits;
  double most = 0;
  if (splits == NULL || splits->len == 0)
    return;
  for (guint i = 0; i < splits->len; i++)
    most = fmax (most, ((const report_split *) splits->pdata[i])->high);
  g_string_append (
      out,
      "<section aria-labelledby=\"splits\">\n<h2 id=\"splits\">Splits</h2>\n<p class=\"note\">By the names of "
      "folders. The interval holds the true rate in 95 of 100 such samples; where two lie apart, a difference in "
      "accuracy between the splits may be the noise\u2019s.</p>\n<div class=\"scroll\"><table class=\"splits rows\" "
      "aria-labelledby=\"splits\">\n<thead><tr><th scope=\"col\">Split</th>"
      "<th scope=\"col\" class=\"number\">Pictures</th><th scope=\"col\" class=\"number\">Too degraded</th>"
      "<th scope=\"col\" class=\"number\">Rate</th><th scope=\"col\" class=\"number\">95\u00a0% interval</th>"
      "<td class=\"drawn\"></td><th scope=\"col\" class=\"number\">With a copy in another split</th></tr></thead>\n"
      "<tbody>\n");
  for (guint i = 0; i < splits->len; i++)
    append_split (out, splits->pdata[i], most);
  g_string_append (out, "</tbody>\n</table></div>\n</section>\n");
}
