/* What the user's own probes found, in report.html. The pictures shown are those the clusters show. */
#include "output/html_parts.h"

#include "output/html_text.h"

#include <string.h>

#define PICTURES 24 /* shown, in all */
#define CLUSTERS 12 /* with a row of their own */

static void
append_sums (GString *out, const report_probes *p)
{
  g_string_append (out, "<p class=\"answer\">");
  if (p->many_clusters == 0)
    g_string_append (out, "Probes come to no cluster: nothing here sits with pictures corrupted on purpose.");
  else
    {
      g_string_append (out, "<b>");
      html_append_count (out, p->pictures);
      g_string_append (out, p->pictures == 1 ? "</b> picture sits" : "</b> pictures sit");
      g_string_append (out, " with probes, in ");
      html_append_plural (out, p->many_clusters, "cluster.", "clusters.");
    }
  g_string_append (out, "</p>\n<p class=\"note\">");
  html_append_plural (out, p->probes, "probe, a corrupted copy of ", "probes, corrupted copies of ");
  html_append_plural (out, p->of_pictures, "of your own pictures, was", "of your own pictures, were");
  g_string_append (out, " put among the pictures before clustering. A cluster that probes come to, more than leave it "
                        "for elsewhere, holds what corruption looks like here; look at its pictures yourself. Probes "
                        "count in no other number.");
  if (p->alone > 0)
    {
      g_string_append_c (out, ' ');
      html_append_plural (out, p->alone, "probe lies", "probes lie");
      g_string_append (out, " apart from every picture.");
    }
  if (p->many_clusters > 0)
    g_string_append (out, " <code>probes.csv</code> names the pictures.");
  g_string_append (out, "</p>\n");
}

static void
append_cell (GString *out, const char *name)
{
  g_string_append_printf (out, "</td>\n<td class=\"number\" data-is=\"%s\">", name);
}

static void
append_row (GString *out, guint id, const cluster_probes *c, guint64 size)
{
  g_string_append_printf (out, "<tr><th scope=\"row\">Cluster %u</th>\n<td class=\"number\" data-is=\"Pictures\">", id);
  html_append_count (out, size);
  append_cell (out, "Probes");
  html_append_count (out, c->probes);
  append_cell (out, "Their share");
  html_append_percent (out, c->share);
  append_cell (out, "Come");
  html_append_count (out, c->come);
  append_cell (out, "Left");
  html_append_count (out, c->left);
  append_cell (out, "p");
  if (c->adjusted < 0.0001)
    g_string_append (out, "below 0.0001");
  else
    html_append_number (out, "%.2g", c->adjusted);
  g_string_append (out, "</td>\n<td class=\"kinds-come\" data-is=\"Kinds of those that come\">");
  if (c->many)
    g_string_append (out, "<span class=\"kind\">probes come here</span> ");
  html_append_text (out, c->kinds[0] != '\0' ? c->kinds : "\u2013");
  g_string_append (out, "</td></tr>\n");
}

/* Clusters that hold probes: those they come to first. */
static void
append_table (GString *out, const report *r)
{
  const GPtrArray *clusters = r->probes.clusters;
  guint holding = 0, rows = 0;
  g_string_append (
      out,
      "<div class=\"scroll\"><table class=\"probes rows\" aria-labelledby=\"probes\">\n<thead><tr><th scope=\"col\">"
      "Cluster</th><th scope=\"col\" class=\"number\">Pictures</th><th scope=\"col\" class=\"number\">Probes</th>"
      "<th scope=\"col\" class=\"number\">Their share</th><th scope=\"col\" class=\"number\">Come</th>"
      "<th scope=\"col\" class=\"number\">Left</th><th scope=\"col\" class=\"number\">p</th>"
      "<th scope=\"col\">Kinds of those that come</th></tr></thead>\n<tbody>\n");
  for (int many = 1; many >= 0; many--)
    for (guint i = 0; i < clusters->len && i < r->groups->len; i++)
      {
        const cluster_probes *c = clusters->pdata[i];
        if (c->probes == 0 || !c->many != !many)
          continue;
        holding++;
        if (rows < CLUSTERS && ++rows)
          append_row (out, i, c, ((const report_cluster *) r->groups->pdata[i])->size);
      }
  g_string_append (out,
                   "</tbody>\n</table></div>\n<p class=\"more\">Come: probes whose original is elsewhere. Left: probes "
                   "elsewhere whose original is here. p: the chance of so many more coming than leaving, were it "
                   "all chance.");
  if (holding > rows)
    {
      g_string_append (out, " And ");
      html_append_plural (out, holding - rows, "more cluster holds", "more clusters hold");
      g_string_append (out, " probes: clusters.csv.");
    }
  g_string_append (out, "</p>\n");
}

static void
append_picture (GString *out, const report_cluster *c, const report_member *m, const char *family)
{
  g_string_append (out, "<li title=\"");
  html_append_text (out, m->file);
  g_string_append_printf (out, ", cluster %d\"><span class=\"shot\">", c->id);
  html_append_preview (out, &m->preview, m->file);
  g_string_append_printf (out, "</span><span class=\"name\"%s><bdi>",
                          m->preview.jpeg != NULL ? " aria-hidden=\"true\"" : "");
  html_append_short_name (out, m->file);
  g_string_append_printf (out, "</bdi></span><span class=\"flag\">cluster %d: ", c->id);
  html_append_text (out, family);
  g_string_append (out, "</span></li>\n");
}

/* In turns, the nearest to each cluster's centre first, so that no cluster crowds out the others. */
static void
append_pictures (GString *out, const report *r)
{
  guint shown = 0;
  gboolean any = TRUE;
  g_string_append (out, "<h3 class=\"apart\">Pictures that sit with probes</h3>\n<ol class=\"sheet beside-probes\">\n");
  for (guint turn = 0; any && shown < PICTURES; turn++)
    {
      any = FALSE;
      for (guint i = 0; i < r->probes.clusters->len && i < r->groups->len && shown < PICTURES; i++)
        {
          const cluster_probes *c = r->probes.clusters->pdata[i];
          const report_cluster *g = r->groups->pdata[i];
          if (!c->many || turn >= g->members->len)
            continue;
          append_picture (out, g, g->members->pdata[turn], c->family);
          shown++;
          any = TRUE;
        }
    }
  g_string_append (out, "</ol>\n");
  if (shown < r->probes.pictures)
    {
      g_string_append (out, "<p class=\"more\">and ");
      html_append_count (out, r->probes.pictures - shown);
      g_string_append (out, " more in probes.csv</p>\n");
    }
}

void
html_append_probes (GString *out, const report *r)
{
  const report_probes *p = &r->probes;
  if (p->clusters == NULL)
    return;
  g_string_append (out, "<section aria-labelledby=\"probes\">\n<h2 id=\"probes\">Probes</h2>\n");
  append_sums (out, p);
  if (p->probes > p->alone)
    append_table (out, r);
  if (p->many_clusters > 0)
    append_pictures (out, r);
  g_string_append (out, "</section>\n");
}
