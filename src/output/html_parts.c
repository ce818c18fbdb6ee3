/* Clusters and charts of report.html. No style attributes: the page's policy forbids them, so lengths that hang on data
 * are SVG. */
#include "output/html_parts.h"

#include "output/html_text.h"
#include "output/plot.h"

#include <math.h>
#include <string.h>

#define FEW 3 /* pictures that fit beside a cluster's facts in half the page's width */

const char *
html_silhouette_words (double silhouette)
{
  if (!isfinite (silhouette))
    return "not measured";
  return silhouette > 0.7    ? "the clusters are clearly apart"
         : silhouette > 0.5  ? "the clusters are distinct"
         : silhouette > 0.25 ? "the clusters touch"
                             : "the clusters overlap";
}

void
html_append_plural (GString *out, guint64 n, const char *one, const char *many)
{
  html_append_count (out, n);
  g_string_append_c (out, ' ');
  g_string_append (out, n == 1 ? one : many);
}

void
html_append_percent (GString *out, double share)
{
  html_append_number (out, "%.1f", 100 * share);
  g_string_append (out, "\u00a0%");
}

/* --- clusters --------------------------------------------------------------------------------- */

static void
append_fact (GString *out, const char *name, double value, gboolean is_silhouette)
{
  g_string_append_printf (out, "<div><dt>%s</dt><dd>", name);
  if (is_silhouette)
    html_append_number (out, "%.2f", value);
  else
    html_append_measure (out, value);
  g_string_append (out, "</dd></div>\n");
}

void
html_append_preview (GString *out, const report_preview *p, const char *alt)
{
  if (p->jpeg == NULL)
    {
      g_string_append (out, "<span>no preview</span>");
      return;
    }
  gsize length;
  const guint8 *bytes = g_bytes_get_data (p->jpeg, &length);
  g_autofree char *base64 = g_base64_encode (bytes, length);
  g_string_append_printf (out, "<img src=\"data:image/jpeg;base64,%s\" width=\"%d\" height=\"%d\" alt=\"", base64,
                          p->width, p->height);
  html_append_text (out, alt);
  g_string_append (out, "\">");
}

void
html_append_short_name (GString *out, const char *file)
{
  const char *slash = strrchr (file, '/');
  html_append_text (out, slash == NULL ? file : slash + 1);
}

static void
append_member (GString *out, const report_member *m)
{
  g_string_append_printf (out, "<li%s title=\"", m->noisy ? " class=\"noisy\"" : "");
  html_append_text (out, m->file);
  g_string_append (out, ", distance ");
  html_append_measure (out, m->distance);
  if (m->noisy)
    {
      g_string_append (out, ", too degraded: ");
      html_append_text (out, m->kind);
    }
  g_string_append (out, "\"><span class=\"shot\">");
  html_append_preview (out, &m->preview, m->file);
  g_string_append_printf (out, "</span><span class=\"name\"%s><bdi>",
                          m->preview.jpeg != NULL ? " aria-hidden=\"true\"" : "");
  html_append_short_name (out, m->file);
  g_string_append (out, "</bdi></span>");
  if (m->noisy)
    {
      g_string_append (out, "<span class=\"flag\">");
      html_append_text (out, m->kind);
      g_string_append (out, "</span>");
    }
  g_string_append (out, "</li>\n");
}

void
html_append_bar (GString *out, const char *class, double share)
{
  g_string_append_printf (
      out,
      "<svg class=\"%s\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect height=\"6\" "
      "width=\"",
      class);
  html_append_number (out, "%.2f", share > 0 ? CLAMP (share * 100, 0.6, 100) : 0);
  g_string_append (out, "\"/></svg>\n");
}

/* "12 noisy (8.5 %), most of them gaussian-blur" as facts. */
static void
append_noise_facts (GString *out, const report_cluster *c)
{
  g_string_append_printf (out, "<div%s><dt>Too degraded</dt><dd>", c->noisy > 0 ? " class=\"noisy\"" : "");
  html_append_count (out, c->noisy);
  if (c->noisy > 0 && c->size > 0)
    {
      g_string_append (out, ", ");
      html_append_number (out, "%.1f", 100 * (double) c->noisy / (double) c->size);
      g_string_append (out, "\u00a0%");
    }
  g_string_append (out, "</dd></div>\n");
  if (c->kind == NULL)
    return;
  g_string_append (out, "<div class=\"noisy\"><dt>Most often</dt><dd>");
  html_append_text (out, c->kind);
  if (c->of_kind < c->noisy)
    {
      g_string_append (out, ", ");
      html_append_count (out, c->of_kind);
    }
  g_string_append (out, "</dd></div>\n");
}

static void
append_cluster (GString *out, const report *r, const report_cluster *c)
{
  double share = r->clusters.n > 0 ? (double) c->size / (double) r->clusters.n : 0;
  /* small ones come last, so two of them may share a line and leave no gap */
  g_string_append_printf (out, "<li class=\"cluster%s\">\n<div>\n<h3>Cluster %d</h3>\n<p class=\"size\">",
                          c->members->len <= FEW ? " few" : "", c->id);
  html_append_count (out, c->size);
  g_string_append (out, c->size == 1 ? " picture, " : " pictures, ");
  html_append_number (out, "%.1f", share * 100);
  g_string_append (out, "\u00a0%</p>\n");
  html_append_bar (out, "bar", share);
  g_string_append (out, "<dl class=\"facts\">\n");
  append_fact (out, "Silhouette", c->silhouette, TRUE);
  append_fact (out, "Mean distance", c->mean_distance, FALSE);
  append_fact (out, "Largest distance", c->largest_distance, FALSE);
  if (r->noise.detector != NULL)
    append_noise_facts (out, c);
  g_string_append (out, "</dl>\n</div>\n<div>\n<ol class=\"sheet\">\n");
  for (guint i = 0; i < c->members->len; i++)
    append_member (out, c->members->pdata[i]);
  g_string_append (out, "</ol>\n");
  if (c->members->len < c->size)
    {
      g_string_append (out, "<p class=\"more\">and ");
      html_append_count (out, c->size - c->members->len);
      g_string_append_printf (out, " more: cluster %d in images.csv</p>\n", c->id);
    }
  g_string_append (out, "</div>\n</li>\n");
}

void
html_append_clusters (GString *out, const report *r)
{
  if (r->groups->len == 0)
    return;
  g_string_append (
      out,
      "<section aria-labelledby=\"clusters\">\n<h2 id=\"clusters\">Clusters</h2>\n<p class=\"note\">Pictures that look "
      "alike stand together. Largest first; within each, the pictures nearest to the centre first. The bar is the "
      "cluster\u2019s share of all "
      "pictures.");
  if (r->noise.noisy > 0)
    g_string_append (out, " Pictures too degraded to judge by are marked, and their kind stands below them.");
  g_string_append (out, "</p>\n<ol class=\"clusters\">\n");
  for (guint i = 0; i < r->groups->len; i++)
    append_cluster (out, r, r->groups->pdata[i]);
  g_string_append (out, "</ol>\n</section>\n");
}

/* --- charts ----------------------------------------------------------------------------------- */

static void
append_figure (GString *out, const char *title, const char *words, const line_plot *p)
{
  g_autoptr (GString) plot = g_string_new (NULL);
  plot_append (plot, p);
  if (plot->len == 0)
    return;
  g_string_append_printf (out, "<figure>\n<figcaption><h3>%s</h3><p>%s</p></figcaption>\n%s</figure>\n", title, words,
                          plot->str);
}

static void
append_curves (GString *out, const clustering *c)
{
  g_autofree double *k = g_new (double, c->n_curve + 1);
  g_autofree double *inertia = g_new (double, c->n_curve + 1);
  g_autofree double *silhouettes = g_new (double, c->n_curve + 1);
  for (gsize i = 0; i < c->n_curve; i++)
    {
      k[i] = c->curve[i].k;
      inertia[i] = c->curve[i].inertia;
      silhouettes[i] = c->curve[i].silhouette;
    }
  g_autofree char *mark = g_strdup_printf ("k = %d", c->k);
  line_plot p = {
    .x = k, .n = c->n_curve, .x_label = "clusters (k)", .whole_x = TRUE, .mark = c->k, .mark_label = mark
  };
  p.y = inertia;
  p.y_label = "inertia";
  p.from_zero = TRUE;
  p.description = "Inertia by number of clusters; the numbers stand in the table below";
  append_figure (out, "Elbow", "What the clusters leave unexplained. Beyond the bend, another cluster brings little.",
                 &p);
  p.y = silhouettes;
  p.y_label = "mean silhouette";
  p.from_zero = FALSE;
  p.description = "Mean silhouette by number of clusters; the numbers stand in the table below";
  append_figure (out, "Silhouette",
                 "How well the clusters are apart. The higher, the better the k fits these pictures.", &p);
}

static void
append_variance (GString *out, const clustering *c)
{
  if (c->n_components == 0 || !(c->total_variance > 0))
    return;
  g_autofree double *component = g_new (double, c->n_components);
  g_autofree double *share = g_new (double, c->n_components);
  double sum = 0;
  for (gsize i = 0; i < c->n_components; i++)
    {
      sum += c->explained_variance[i];
      component[i] = (double) (i + 1);
      share[i] = sum / c->total_variance;
    }
  g_autoptr (GString) mark = g_string_new (NULL), words = g_string_new ("Together, the ");
  html_append_number (mark, "%.0f", share[c->n_components - 1] * 100);
  g_string_append (mark, "\u00a0%");
  html_append_count (words, c->n_components);
  g_string_append_printf (words, " principal component%s that clustering looked at hold%s %s of all variance.",
                          c->n_components == 1 ? "" : "s", c->n_components == 1 ? "s" : "", mark->str);
  line_plot p = { .description = words->str,
                  .x = component,
                  .y = share,
                  .n = c->n_components,
                  .x_label = "components",
                  .y_label = "share of variance, summed up",
                  .whole_x = TRUE,
                  .percent = TRUE,
                  .from_zero = TRUE,
                  .mark = (double) c->n_components,
                  .mark_label = mark->str };
  append_figure (out, "Explained variance", words->str, &p);
}

static void
append_curve_table (GString *out, const clustering *c)
{
  if (c->n_curve == 0)
    return;
  g_string_append (out, "<details><summary>The curves as a table</summary>\n<div class=\"scroll\"><table>\n<thead><tr>"
                        "<th scope=\"col\" class=\"number\">k</th><th scope=\"col\" class=\"number\">Inertia</th>"
                        "<th scope=\"col\" class=\"number\">Silhouette</th></tr></thead>\n<tbody>\n");
  for (gsize i = 0; i < c->n_curve; i++)
    {
      g_string_append_printf (out, "<tr%s><td class=\"number\">%d</td><td class=\"number\">",
                              c->curve[i].k == c->k ? " class=\"chosen\"" : "", c->curve[i].k);
      html_append_number (out, "%.6g", c->curve[i].inertia);
      g_string_append (out, "</td><td class=\"number\">");
      html_append_number (out, "%.3f", c->curve[i].silhouette);
      g_string_append (out, "</td></tr>\n");
    }
  g_string_append (out, "</tbody>\n</table></div></details>\n");
}

void
html_append_charts (GString *out, const report *r)
{
  const clustering *c = &r->clusters;
  g_autoptr (GString) figures = g_string_new (NULL);
  if (c->n_curve > 1) /* one point makes no curve */
    append_curves (figures, c);
  append_variance (figures, c);
  if (figures->len == 0)
    return;
  g_string_append (out,
                   "<section aria-labelledby=\"choice\">\n<h2 id=\"choice\">How many clusters?</h2>\n<p class=\"note\">"
                   "The marked k is the one used in this report.");
  if (c->curve_rows > 0 && c->curve_rows < c->n)
    {
      g_string_append (out, " The curves and silhouettes were measured on ");
      html_append_count (out, c->curve_rows);
      g_string_append (out, " pictures drawn at random.");
    }
  g_string_append_printf (out, "</p>\n<div class=\"charts\">\n%s</div>\n", figures->str);
  append_curve_table (out, c);
  g_string_append (out, "</section>\n");
}
