/* report.html: the report as one page that can be mailed. It has no script and asks for nothing: the policy in its head
 * allows data: pictures and the one style sheet whose hash it names, so a file name that got past the escaping could do
 * nothing. */
#include "output/report.h"

#include "output/html_parts.h"
#include "output/html_text.h"
#include "output_resources.h"
#include "output/whole_file.h"
#include "store/store.h"

#include <math.h>
#include <string.h>

/* "33 pictures in 10 clusters; 1 could not be read". */
static char *
what_there_is (const report *r)
{
  if (r->found == 0)
    return g_strdup ("No pictures were found");
  GString *out = g_string_new (NULL);
  if (r->clusters.k > 0)
    {
      html_append_plural (out, r->clusters.n, "picture in ", "pictures in ");
      html_append_plural (out, (guint64) r->clusters.k, "cluster", "clusters");
    }
  else
    html_append_plural (out, r->found, "picture", "pictures");
  if (r->unreadable == r->found)
    g_string_append (out, r->found == 1 ? "; it could not be read" : "; none could be read");
  else if (r->unreadable > 0)
    {
      g_string_append (out, "; ");
      html_append_count (out, r->unreadable);
      g_string_append (out, " could not be read");
    }
  else
    g_string_append (out, r->found == 1 ? "; it could be read" : "; all could be read");
  return g_string_free (out, FALSE);
}

/* The answer in one sentence, without a full stop: "140 of 300 pictures are too degraded to judge by". */
static char *
headline (const report *r)
{
  const report_noise *n = &r->noise;
  if (r->headline != NULL)
    return g_strconcat (r->headline, html_noise_is_astray (n) ? "; but the detector does not know such pictures" : "",
                        NULL);
  if (n->detector == NULL || n->judged == 0)
    return what_there_is (r);
  gboolean astray = html_noise_is_astray (n), one = n->judged == 1;
  GString *out = g_string_new (one ? "The" : n->noisy == 0 || n->noisy == n->judged ? "All " : NULL);
  if (!one)
    {
      html_append_count (out, n->noisy == 0 ? n->judged : n->noisy);
      if (n->noisy > 0 && n->noisy < n->judged)
        {
          g_string_append (out, " of ");
          html_append_count (out, n->judged);
        }
    }
  g_string_append (out, one ? " picture" : " pictures");
  gboolean singular = one || n->noisy == 1;
  g_string_append (out, astray ? (singular ? " looks" : " look") : singular ? " is" : " are");
  g_string_append (out, n->noisy == 0 ? " fit to judge by" : " too degraded to judge by");
  if (astray)
    g_string_append (out, ", to a detector that does not know such pictures");
  return g_string_free (out, FALSE);
}

/* --- head ------------------------------------------------------------------------------------- */

static void
append_style (GString *out)
{
  g_autoptr (GBytes) style = g_resource_lookup_data (output_get_resource (), "/pardon/output/report.css", 0, NULL);
  gsize length;
  const char *text = g_bytes_get_data (style, &length);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (sum, (const guchar *) text, (gssize) length);
  guint8 digest[32];
  gsize digest_length = sizeof digest;
  g_checksum_get_digest (sum, digest, &digest_length);
  g_autofree char *hash = g_base64_encode (digest, digest_length);
  g_string_append_printf (out,
                          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
                          "style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n<style>",
                          hash);
  g_string_append_len (out, text, (gssize) length);
  g_string_append (out, "</style>\n");
}

static void
append_head (GString *out, const char *title)
{
  g_string_append (out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                        "<meta name=\"color-scheme\" content=\"light dark\">\n"
                        "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
  html_append_text (out, title);
  g_string_append (out, " \u2013 pardon</title>\n");
  append_style (out);
  g_string_append (out, "</head>\n<body>\n<a class=\"skip\" href=\"#content\">Skip to the results</a>\n");
}

static void
append_lead (GString *out, const report *r)
{
  g_string_append (out, "<p class=\"lead\">");
  if (r->noise.detector != NULL && r->noise.judged > 0)
    {
      g_autofree char *sentence = what_there_is (r);
      html_append_text (out, sentence);
      g_string_append_c (out, '.');
    }
  else if (r->clusters.k > 0)
    g_string_append (out, "Pictures that look alike stand together. Each cluster is shown by its "
                          "most typical pictures, the one nearest to its centre first.");
  else if (r->found == 0)
    g_string_append (out, "Nothing was there to be looked at. <code>manifest.csv</code> names every file that "
                          "was left out, and why.");
  else if (r->ok + r->damaged == 0)
    g_string_append (out, "Without a readable picture there is nothing to cluster. The reasons are below.");
  else
    g_string_append (out, "The pictures have not been clustered.");
  g_string_append (out, "</p>\n");
}

/* --- tiles ------------------------------------------------------------------------------------ */

static void
begin_tile (GString *out, const char *name, gboolean alert)
{
  g_string_append_printf (out, "<div%s><dt>%s</dt><dd class=\"value\">", alert ? " class=\"alert\"" : "", name);
}

static void
end_tile (GString *out, const char *small)
{
  if (small != NULL)
    g_string_append_printf (out, "</dd><dd class=\"small\">%s", small);
  g_string_append (out, "</dd></div>\n");
}

static void
append_count_tile (GString *out, const char *name, guint64 n, const char *small, gboolean alert)
{
  begin_tile (out, name, alert);
  html_append_count (out, n);
  end_tile (out, small);
}

static void
append_cluster_tiles (GString *out, const report *r)
{
  g_autoptr (GString) spread = g_string_new (NULL);
  guint64 least = G_MAXUINT64, most = 0;
  for (guint i = 0; i < r->groups->len; i++)
    {
      const report_cluster *c = r->groups->pdata[i];
      least = MIN (least, c->size);
      most = MAX (most, c->size);
    }
  if (most > 0 && least == most)
    html_append_plural (spread, most, "picture each", "pictures each");
  else if (most > 0)
    {
      html_append_count (spread, least);
      g_string_append (spread, " to ");
      html_append_plural (spread, most, "picture each", "pictures each");
    }
  append_count_tile (out, "Clusters", (guint64) r->clusters.k, spread->str, FALSE);
  begin_tile (out, "Silhouette", FALSE);
  html_append_number (out, "%.2f", r->clusters.silhouette);
  end_tile (out, html_silhouette_words (r->clusters.silhouette));
}

static void
append_noise_tile (GString *out, const report_noise *n)
{
  if (n->detector == NULL || n->judged == 0)
    return;
  g_autoptr (GString) small = g_string_new (NULL);
  html_append_number (small, "%.1f", 100 * (double) n->noisy / (double) n->judged);
  g_string_append (small, "\u00a0%, <a href=\"#noise\">by kind and why</a>");
  append_count_tile (out, "Too degraded", n->noisy, n->noisy > 0 ? small->str : "none", n->noisy > 0);
}

static void
append_copies_tile (GString *out, const report_repeats *r)
{
  guint64 groups = r->exact_groups + r->near_groups;
  if (groups == 0)
    return;
  g_autoptr (GString) small = g_string_new ("<a href=\"#copies\">");
  if (r->groups_across > 0)
    {
      html_append_count (small, r->groups_across);
      g_string_append (small, " across splits");
    }
  else
    g_string_append (small, "equal or nearly so");
  g_string_append (small, "</a>");
  append_count_tile (out, "Groups of duplicates", groups, small->str, r->groups_across > 0);
}

static void
append_tiles (GString *out, const report *r)
{
  g_autoptr (GString) small = g_string_new (NULL);
  if (r->vanished > 0 || (r->added > 0 && r->added < r->found))
    {
      html_append_count (small, r->added);
      g_string_append (small, " new, ");
      html_append_count (small, r->vanished);
      g_string_append (small, " gone since the last scan");
    }
  else
    {
      html_append_count (small, r->ok + r->damaged);
      g_string_append (small, r->damaged > 0 ? " readable, whole or in part" : " readable");
    }
  g_string_append (out, "<dl class=\"tiles\">\n");
  append_noise_tile (out, &r->noise);
  append_count_tile (out, "Pictures found", r->found, small->str, FALSE);
  append_copies_tile (out, &r->repeats);
  if (r->clusters.k > 0)
    append_cluster_tiles (out, r);
  append_count_tile (out, "Not readable", r->unreadable,
                     r->unreadable > 0 ? "<a href=\"#problems\">see the reasons</a>" : "none", r->unreadable > 0);
  append_count_tile (out, "Damaged", r->damaged,
                     r->damaged > 0 ? "used as far as they go, <a href=\"#problems\">see the reasons</a>" : "none",
                     r->damaged > 0);
  append_count_tile (out, "Left out", r->skipped, r->skipped > 0 ? "each with a reason in manifest.csv" : "nothing",
                     FALSE);
  g_string_append (out, "</dl>\n");
}

/* --- settings, problems, words ---------------------------------------------------------------- */

static void
append_settings (GString *out, const report *r)
{
  if (r->settings->len == 0)
    return;
  g_string_append (
      out, "<section aria-labelledby=\"asked\">\n<h2 id=\"asked\">What was asked</h2>\n<dl class=\"settings\">\n");
  for (guint i = 0; i < r->settings->len; i++)
    {
      char **setting = r->settings->pdata[i];
      g_string_append (out, "<div><dt>");
      html_append_text (out, setting[0]);
      g_string_append (out, "</dt><dd><bdi>");
      html_append_text (out, setting[1]);
      g_string_append (out, "</bdi></dd></div>\n");
    }
  g_string_append (out, "</dl>\n</section>\n");
}

static void
append_problem (GString *out, const report_problem *p)
{
  g_string_append (out, "<tr><td><bdi>");
  html_append_text (out, p->file);
  g_string_append (out, "</bdi></td><td><span class=\"kind\">");
  if (g_strcmp0 (p->status, STATUS_UNREADABLE) == 0)
    g_string_append (out, "not readable");
  else
    html_append_text (out, p->status);
  g_string_append (out, "</span></td><td>");
  html_append_text (out, p->reason);
  g_string_append (out, "</td></tr>\n");
}

static void
append_problems (GString *out, const report *r)
{
  guint64 all = r->damaged + r->unreadable;
  if (all == 0)
    return;
  g_string_append (
      out,
      "<section aria-labelledby=\"problems\">\n<h2 id=\"problems\">Pictures with problems</h2>\n<p class=\"note\">");
  if (r->problems->len < all)
    {
      g_string_append (out, "The first ");
      html_append_count (out, r->problems->len);
      g_string_append (out, " of ");
      html_append_count (out, all);
      g_string_append (out, "; all of them stand in images.csv. ");
    }
  g_string_append (
      out, "What is damaged was decoded as far as it goes and takes part in the clusters; what is not readable is "
           "in none.</p>\n<table class=\"problems\">\n<thead><tr><th scope=\"col\">File</th>"
           "<th scope=\"col\">State</th><th scope=\"col\">Reason</th></tr></thead>\n<tbody>\n");
  for (guint i = 0; i < r->problems->len; i++)
    append_problem (out, r->problems->pdata[i]);
  g_string_append (out, "</tbody>\n</table>\n</section>\n");
}

static void
append_glossary (GString *out, const report *r)
{
  if (r->clusters.k <= 0)
    return;
  g_string_append (
      out,
      "<section aria-labelledby=\"words\">\n<h2 id=\"words\">How to read the numbers</h2>\n<dl class=\"glossary\">\n"
      "<div><dt>Silhouette</dt><dd>How much closer a picture is to its own cluster than to the next one: 1 is clearly "
      "apart, 0 "
      "on the border, below 0 rather in the other. Above 0.5 the clusters are distinct, below 0.25 they hardly "
      "are (Kaufman and Rousseeuw, 1990).</dd></div>\n"
      "<div><dt>Distance</dt><dd>From a picture to the centre of its cluster, in the units of the features. Small is "
      "typical, "
      "large is an outlier. Comparable within one scan only.</dd></div>\n"
      "<div><dt>Inertia</dt><dd>The sum of all squared distances: what the clusters leave unexplained. It always falls "
      "as k "
      "grows; where it stops falling fast, more clusters bring little.</dd></div>\n");
  if (r->clusters.n_components > 0)
    g_string_append (
        out, "<div><dt>Principal components</dt><dd>The few directions in which the pictures differ most. Clustering "
             "looks at these alone; the rest of the variance is left aside.</dd></div>\n");
  g_string_append (out, "</dl>\n</section>\n");
}

static void
append_foot (GString *out, const report *r)
{
  g_string_append (out, "</main>\n<footer><p>Written by pardon ");
  html_append_text (out, r->program_version);
  g_string_append (
      out, ". Beside this page: <code>images.csv</code> has a row for every picture, <code>clusters.csv</code> "
           "for every cluster, <code>manifest.csv</code> for every file that was found; "
           "<code>report.json</code> holds what is shown here, for programs.</p></footer>\n</div>\n</body>\n</html>\n");
}

gboolean
report_write_html (const report *r, const char *dir, GError **error)
{
  g_autoptr (GString) out = g_string_sized_new (1 << 20);
  g_autofree char *sentence = headline (r);
  append_head (out, sentence);
  g_string_append (
      out, "<div class=\"frame\">\n<header>\n<p class=\"brand\"><svg viewBox=\"0 0 20 20\" aria-hidden=\"true\">"
           "<circle cx=\"4\" cy=\"5\" r=\"2.6\"/><circle cx=\"10\" cy=\"3.6\" r=\"2.6\"/>"
           "<circle cx=\"7\" cy=\"10\" r=\"2.6\"/><circle cx=\"15.6\" cy=\"15.4\" r=\"2.6\" opacity=\".45\"/>"
           "</svg>pardon</p>\n<h1>");
  html_append_text (out, sentence);
  g_string_append (out, ".</h1>\n");
  append_lead (out, r);
  append_tiles (out, r);
  g_string_append (out, "</header>\n<main id=\"content\">\n");
  html_append_judging (out, r);
  html_append_noise (out, r);
  html_append_splits (out, r);
  html_append_repeats (out, r);
  html_append_probes (out, r);
  html_append_clusters (out, r);
  html_append_charts (out, r);
  append_problems (out, r);
  append_settings (out, r);
  append_glossary (out, r);
  append_foot (out, r);
  g_autoptr (whole_file) f = whole_file_new (dir, "report.html", error);
  if (f == NULL)
    return FALSE;
  whole_file_put (f, out->str, out->len);
  return whole_file_commit (f, error);
}
