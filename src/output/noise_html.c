/* The noise section of report.html: the answer in a sentence, then what it rests on. */
#include "output/html_parts.h"

#include "output/html_text.h"
#include "output/plot.h"

#include <math.h>
#include <string.h>

#define SHOWN_AT_ONCE   12        /* of the worst; the others unfold */
#define TOO_MANY_UNLIKE (1.0 / 3) /* of the judged: then the verdicts are not to be relied on */
#define SHORT_TABLE     8         /* kinds that leave room below their table for the method */
#define SENTENCES       3         /* why, beside a picture */

gboolean
html_noise_is_astray (const report_noise *n)
{
  return n->vouched == 0 && n->judged > 0 && (double) n->unlike > TOO_MANY_UNLIKE * (double) n->judged;
}

/* --- the answer ---------------------------------------------------------------------------------- */

static void
append_answer (GString *out, const report_noise *n)
{
  g_string_append (out, "<p class=\"answer\">");
  if (n->noisy == 0)
    {
      g_string_append (out, n->judged == 1 ? "The <b>" : "None of the <b>");
      html_append_count (out, n->judged);
      g_string_append (out, n->judged == 1 ? "</b> picture is fit to judge a classifier by"
                                           : "</b> pictures is too degraded to judge a classifier by");
    }
  else
    {
      g_string_append (out, "<b>");
      html_append_count (out, n->noisy);
      g_string_append (out, "</b> of ");
      html_append_count (out, n->judged);
      g_string_append (out, n->judged == 1 ? " picture" : " pictures");
      g_string_append (out, n->noisy == 1 ? " is" : " are");
      g_string_append (out, " too degraded to judge a classifier by (");
      html_append_percent (out, (double) n->noisy / (double) n->judged);
      g_string_append_c (out, ')');
    }
  if (isfinite (n->share))
    {
      g_string_append (out, "; about ");
      html_append_percent (out, n->share);
      g_string_append (out, " (");
      html_append_number (out, "%.1f", 100 * n->low);
      g_string_append (out, " to ");
      html_append_percent (out, n->high);
      g_string_append (out, ") are truly degraded");
    }
  if (n->noisy > 0 && isfinite (n->wrong))
    {
      g_string_append (out, ", and ");
      html_append_number (out, n->wrong < 0.0995 ? "%.1f" : "%.0f", 100 * n->wrong);
      if (n->wrong_high > n->wrong_low)
        {
          g_string_append (out, "\u00a0% (");
          html_append_number (out, n->wrong_low < 0.0995 ? "%.1f" : "%.0f", 100 * n->wrong_low);
          g_string_append (out, " to ");
          html_append_number (out, n->wrong_high < 0.0995 ? "%.1f" : "%.0f", 100 * n->wrong_high);
          g_string_append (out, "\u00a0%)");
        }
      else
        g_string_append (out, "\u00a0%");
      g_string_append (out, " of the flags are expected to be wrong");
    }
  g_string_append (out, ".</p>\n");
}

static void
append_unlike (GString *out, const report_noise *n)
{
  double share = n->judged > 0 ? (double) n->unlike / (double) n->judged : 0;
  gboolean many = share > TOO_MANY_UNLIKE;
  if (n->unlike == 0)
    return;
  g_string_append (out, many ? "<p class=\"warning\"><b>" : "<p class=\"note\">");
  html_append_count (out, n->unlike);
  g_string_append (out, n->unlike == 1 ? " picture (" : " pictures (");
  html_append_percent (out, share);
  g_string_append_printf (out, "%s unlike everything the detector knows", n->unlike == 1 ? ") is" : ") are");
  if (many && n->vouched == 0)
    g_string_append (
        out, ".</b> It was trained on photographs; of those, one in a hundred is. Drawings, X-rays, screenshots or "
             "microscope pictures can look noisy to it without being so, and the verdicts on this page are not to "
             "be relied on. <code>--calibrate CLEAN_DIR</code>, with pictures you vouch for, tells it what clean "
             "means here.");
  else if (many)
    g_string_append (
        out, ".</b> Its threshold was fitted to the pictures you vouched for, but what kind a picture is of, and how "
             "severe, rests on photographs.");
  else
    g_string_append (
        out, "; of the photographs it was trained on, one in a hundred is. What it says of these pictures is less "
             "certain (<code>unlike</code> in noise.csv).");
  g_string_append (out, "</p>\n");
}

static void
append_method (GString *out, const report_noise *n)
{
  g_string_append (
      out,
      "<div class=\"panel\">\n<h3>How this was decided</h3>\n<p>Blind, from pixels alone: no label, no prediction and "
      "no "
      "file name was looked at, so \u201ctoo degraded\u201d cannot become another word for \u201cmisclassified\u201d. "
      "Each picture is measured at the size a classifier looks at (short side 256, never enlarged): edges, fine grain, "
      "blocks, light, colour. A detector that learned from clean photographs, and from the same corrupted on purpose, "
      "weighs the measures. Its score is the log odds of degraded against clean.</p>\n<p>Too degraded is what scores "
      "above ");
  html_append_number (out, "%.2f", n->threshold);
  g_string_append (out, ", as ");
  html_append_number (out, "%.4g", 100 * n->false_alarms);
  g_string_append (out, "\u00a0% of clean pictures do (<code>--false-alarms</code>)");
  if (n->vouched > 0)
    {
      g_string_append (out, ", where clean means the ");
      html_append_count (out, n->vouched);
      g_string_append (out, " pictures you vouched for (<code>--calibrate</code>)");
    }
  g_string_append (
      out, ", and any file that breaks off. Where few pictures are degraded, most flags are such false alarms: the "
           "estimate on top says how many to expect. More in pardon\u2019s <code>docs/method.md</code>; "
           "detector: ");
  html_append_text (out, n->detector);
  g_string_append (out, ".</p>\n</div>\n");
}

/* --- kinds and scores ------------------------------------------------------------------------------ */

/* Five columns, as high as there are pictures of that severity. */
static void
append_severities (GString *out, const report_kind *k)
{
  guint64 most = 1;
  for (int i = 0; i < 5; i++)
    most = MAX (most, k->severities[i]);
  g_string_append (out, "<svg class=\"levels\" viewBox=\"0 0 60 20\" role=\"img\" aria-label=\"severity 1 to 5:");
  for (int i = 0; i < 5; i++)
    {
      g_string_append_c (out, ' ');
      html_append_count (out, k->severities[i]);
    }
  g_string_append (out, "\">");
  for (int i = 0; i < 5; i++)
    {
      double height = k->severities[i] == 0 ? 0 : 1.5 + 16.5 * (double) k->severities[i] / (double) most;
      g_string_append_printf (out, "<g><title>severity %d: ", i + 1);
      html_append_count (out, k->severities[i]);
      g_string_append_printf (out, "</title><rect class=\"ground\" x=\"%d\" y=\"18.5\" width=\"10\" height=\"1.5\"/>",
                              i * 12);
      g_string_append_printf (out, "<rect class=\"s%d\" x=\"%d\" width=\"10\" y=\"", i + 1, i * 12);
      html_append_number (out, "%.1f", 18.5 - height);
      g_string_append (out, "\" height=\"");
      html_append_number (out, "%.1f", height);
      g_string_append (out, "\"/></g>");
    }
  g_string_append (out, "</svg>");
}

static void
append_kind (GString *out, const report_noise *n, const report_kind *k)
{
  const report_kind *most = n->kinds->pdata[0];
  g_string_append (out, "<tr><th scope=\"row\">");
  html_append_text (out, k->kind);
  if (k->family[0] != '\0' && strcmp (k->family, k->kind) != 0)
    {
      g_string_append (out, "<span>");
      html_append_text (out, k->family);
      g_string_append (out, "</span>");
    }
  g_string_append (out, "</th><td class=\"number count\">");
  html_append_count (out, k->pictures);
  g_string_append (out, "</td><td class=\"share\">");
  html_append_bar (out, "bar", (double) k->pictures / (double) most->pictures);
  g_string_append (out, "</td><td class=\"number percent\">");
  html_append_percent (out, (double) k->pictures / (double) n->judged);
  g_string_append (out, "</td><td class=\"number severity\">");
  html_append_number (out, "%.1f", k->severity);
  g_string_append (out, "</td><td class=\"spread\">");
  append_severities (out, k);
  g_string_append (out, "</td></tr>\n");
}

static void
append_kinds (GString *out, const report_noise *n)
{
  if (n->kinds->len == 0)
    return;
  g_string_append (
      out, "<div class=\"panel\">\n<h3 id=\"kinds\">By kind</h3>\n<p>What the degraded pictures look like they suffer "
           "from; the share is of all pictures judged. Severity goes from 1 to 5, as in ImageNet-C.</p>\n"
           "<table class=\"kinds\" aria-labelledby=\"kinds\">\n"
           "<thead><tr><th scope=\"col\">Kind</th><th scope=\"col\" class=\"number\" colspan=\"2\">Pictures</th>"
           "<th scope=\"col\" class=\"number percent\">Share</th><th scope=\"col\" class=\"number severity\">Median "
           "severity</th>"
           "<th scope=\"col\">1 to 5</th></tr></thead>\n<tbody>\n");
  for (guint i = 0; i < n->kinds->len; i++)
    append_kind (out, n, n->kinds->pdata[i]);
  g_string_append (out, "</tbody>\n</table>\n</div>\n");
}

static void
append_histogram (GString *out, const report_noise *n)
{
  const report_histogram *h = &n->histogram;
  if (h->n == 0)
    return;
  g_autoptr (GString) mark = g_string_new ("threshold ");
  html_append_number (mark, "%.2f", n->threshold);
  histogram_plot p = { .description = "Histogram of the scores; the numbers stand in report.json",
                       .x_label = "score: log odds of degraded against clean",
                       .y_label = "pictures",
                       .first = h->first,
                       .step = h->step,
                       .n = h->n,
                       .counts = h->counts,
                       .marked = h->noisy,
                       .mark = n->threshold,
                       .mark_label = mark->str,
                       .left_label = "fit",
                       .right_label = "too degraded" };
  g_string_append (out, "<figure class=\"panel\">\n<figcaption><h3>How the scores lie</h3>\n<p>");
  html_append_number (out, "%.4g", 100 * n->false_alarms);
  g_string_append (out, "\u00a0% of clean pictures are expected above the threshold: right of it stand the pictures "
                        "too degraded, left of it the fit "
                        "ones. The wider the valley around it, the surer the "
                        "verdicts; the outermost bars hold what lies beyond.</p></figcaption>\n");
  plot_append_histogram (out, &p);
  g_string_append (out, "</figure>\n");
}

/* --- pictures ------------------------------------------------------------------------------------ */

static void
append_dots (GString *out, double severity)
{
  if (!isfinite (severity))
    return;
  g_string_append (out, "<svg class=\"dots\" viewBox=\"0 0 50 8\" aria-hidden=\"true\">");
  for (int i = 0; i < 5; i++) /* each filled as far as the severity reaches into it */
    {
      g_string_append_printf (out, "<rect class=\"ground\" x=\"%d\" width=\"8.5\" height=\"8\" rx=\"2\"/>", i * 10);
      double part = CLAMP (severity - i, 0, 1);
      if (part <= 0.05)
        continue;
      g_string_append_printf (out, "<rect class=\"on\" x=\"%d\" height=\"8\" rx=\"2\" width=\"", i * 10);
      html_append_number (out, "%.1f", 8.5 * part);
      g_string_append (out, "\"/>");
    }
  g_string_append (out, "</svg>");
}

static void
append_verdict (GString *out, const report_shot *s)
{
  g_string_append (out, "<p class=\"verdict\"><b>");
  html_append_text (out, s->kind);
  g_string_append (out, "</b>");
  append_dots (out, s->severity);
  g_string_append (out, "<span>");
  if (isfinite (s->severity))
    {
      g_string_append (out, "severity ");
      html_append_number (out, "%.1f", s->severity);
      g_string_append (out, " of 5, ");
    }
  g_string_append (out, "noise ");
  html_append_number (out, "%.3f", s->noise);
  g_string_append (out, " of 1</span></p>\n");
}

static void
append_probe (GString *out, const report_shot *s)
{
  g_autoptr (GString) alt = g_string_new ("a fit picture with ");
  g_string_append (alt, s->kind);
  g_string_append (out, "<div><span class=\"shot\">");
  if (s->probe.jpeg != NULL)
    html_append_preview (out, &s->probe, alt->str);
  else
    g_string_append (out, "<span>no probe of this kind</span>");
  g_string_append (out, "</span><span class=\"name\">");
  if (s->probe.jpeg != NULL)
    {
      html_append_text (out, s->kind);
      g_string_append_c (out, ' ');
      html_append_number (out, "%.1f", s->severity);
    }
  g_string_append (out, "</span></div>\n");
}

static void
append_worst (GString *out, const report_noise *n, const report_shot *s)
{
  g_string_append (out, "<li title=\"");
  html_append_text (out, s->file);
  g_string_append (out, ", score ");
  html_append_number (out, "%.2f", s->score);
  g_string_append (out, "\">\n<div class=\"pair\"><div><span class=\"shot\">");
  html_append_preview (out, &s->preview, s->file);
  g_string_append (out, "</span><span class=\"name\"><bdi>");
  html_append_short_name (out, s->file);
  g_string_append (out, "</bdi></span></div>\n");
  if (n->probe_of != NULL)
    append_probe (out, s);
  g_string_append (out, "</div>\n");
  append_verdict (out, s);
  if (s->why != NULL && s->why[0] != NULL)
    {
      g_string_append (out, "<ul class=\"why\">");
      for (int i = 0; i < SENTENCES && s->why[i] != NULL; i++)
        {
          g_string_append (out, "<li>");
          html_append_text (out, s->why[i]);
          g_string_append (out, "</li>");
        }
      g_string_append (out, "</ul>\n");
    }
  g_string_append (out, "</li>\n");
}

static void
append_sheet (GString *out, const report_noise *n, guint from, guint to)
{
  g_string_append (out, "<ol class=\"worst\">\n");
  for (guint i = from; i < to; i++)
    append_worst (out, n, n->worst->pdata[i]);
  g_string_append (out, "</ol>\n");
}

static void
append_all_worst (GString *out, const report_noise *n)
{
  guint shown = MIN (n->worst->len, SHOWN_AT_ONCE);
  if (n->worst->len == 0)
    return;
  g_string_append (out, "<div class=\"intro\">");
  if (n->probe_of != NULL && n->probe_fit.jpeg != NULL)
    {
      g_string_append (out, "<div class=\"reference\"><span class=\"shot\">");
      html_append_preview (out, &n->probe_fit, n->probe_of);
      g_string_append (out, "</span></div>");
    }
  g_string_append (
      out,
      "<div><h3>Worst first</h3>\n<p class=\"note\">The worst of each kind, then the second worst of each, and so on.");
  if (n->probe_of != NULL)
    {
      g_string_append (out, " Right of each picture is a <b>probe</b>: an ordinary fit picture of yours (<bdi>");
      html_append_text (out, n->probe_of);
      g_string_append (
          out, "</bdi>, always the same one), corrupted by that kind to that severity. Where the two suffer alike, the "
               "verdict can be believed.");
    }
  g_string_append (out, "</p></div></div>\n");
  append_sheet (out, n, 0, shown);
  if (n->worst->len > shown)
    {
      g_string_append_printf (out, "<details><summary>%u more</summary>\n", n->worst->len - shown);
      append_sheet (out, n, shown, n->worst->len);
      g_string_append (out, "</details>\n");
    }
  if (n->worst->len < n->noisy)
    {
      g_string_append (out, "<p class=\"more\">and ");
      html_append_count (out, n->noisy - n->worst->len);
      g_string_append (out, " more: the rows of images.csv whose <code>noisy</code> is 1</p>\n");
    }
}

static void
append_doubtful (GString *out, const GPtrArray *shots, const char *title, const char *class, double threshold)
{
  if (shots->len == 0)
    return;
  g_string_append_printf (out, "<div class=\"doubtful %s\">\n<h4>%s</h4>\n<ol class=\"sheet\">\n", class, title);
  for (guint i = 0; i < shots->len; i++)
    {
      const report_shot *s = shots->pdata[i];
      g_string_append (out, "<li title=\"");
      html_append_text (out, s->file);
      g_string_append (out, ", noise ");
      html_append_number (out, "%.3f", s->noise);
      g_string_append (out, "\"><span class=\"shot\">");
      html_append_preview (out, &s->preview, s->file);
      g_string_append (out, "</span><span class=\"name\"><bdi>");
      html_append_short_name (out, s->file);
      g_string_append (out, "</bdi></span><span class=\"score\">");
      g_string_append (out, s->score > threshold ? "+" : "\u2212");
      html_append_number (out, "%.2f", fabs (s->score - threshold));
      g_string_append (out, "</span></li>\n");
    }
  g_string_append (out, "</ol>\n</div>\n");
}

void
html_append_noise (GString *out, const report *r)
{
  const report_noise *n = &r->noise;
  if (n->detector == NULL || n->judged == 0)
    return;
  g_string_append (out, "<section aria-labelledby=\"noise\" class=\"noise\">\n<h2 id=\"noise\">Noise</h2>\n");
  append_answer (out, n);
  append_unlike (out, n);
  g_string_append (out, "<div class=\"panels\">\n");
  gboolean short_table = n->kinds->len > 0 && n->kinds->len <= SHORT_TABLE;
  if (short_table)
    g_string_append (out, "<div class=\"beside\">\n");
  append_kinds (out, n);
  if (short_table)
    {
      append_method (out, n);
      g_string_append (out, "</div>\n");
    }
  g_string_append (out, "<div class=\"beside\">\n");
  append_histogram (out, n);
  if (!short_table)
    append_method (out, n);
  g_string_append (out, "</div>\n</div>\n");
  append_all_worst (out, n);
  if (n->below->len + n->above->len > 0)
    {
      g_string_append (
          out,
          "<h3 class=\"apart\">The most doubtful</h3>\n<p class=\"note\">The pictures nearest to the threshold, and "
          "how far their scores lie from it. Whoever disagrees with many of these should move it: "
          "<code>--false-alarms</code>.</p>\n");
      append_doubtful (out, n->below, "Just fit", "fit", n->threshold);
      append_doubtful (out, n->above, "Just too degraded", "noisy", n->threshold);
    }
  g_string_append (out, "</section>\n");
}
