/* report.json and summary.json: what a report knows, put into trees. */
#include "output/report.h"

#include "output/json_tree.h"

#include <math.h>
#include <string.h>

/* --- report.json ---------------------------------------------------------------------------- */

static tree *
settings_list (const report *r)
{
  tree *list = tree_list ();
  for (guint i = 0; i < r->settings->len; i++)
    {
      char **setting = r->settings->pdata[i];
      tree *one = tree_object ();
      tree_set (one, "name", tree_text (setting[0]));
      tree_set (one, "value", tree_text (setting[1]));
      tree_add (list, one);
    }
  return list;
}

static void
set_counts (tree *into, const report *r)
{
  tree_set (into, "found", tree_count (r->found));
  tree_set (into, "ok", tree_count (r->ok));
  tree_set (into, "damaged", tree_count (r->damaged));
  tree_set (into, "unreadable", tree_count (r->unreadable));
  tree_set (into, "skipped", tree_count (r->skipped));
  tree_set (into, "added", tree_count (r->added));
  tree_set (into, "vanished", tree_count (r->vanished));
}

/* Null where nobody judged. */
static tree *
noise_object (const report_noise *n)
{
  if (n->detector == NULL)
    return tree_null ();
  tree *o = tree_object (), *kinds = tree_list (), *prevalence = tree_object ();
  tree_set (o, "detector", tree_text (n->detector));
  tree_set (o, "calibrated_on", tree_count (n->vouched));
  tree_set (o, "false_alarms", tree_real (n->false_alarms));
  tree_set (o, "threshold", tree_real (n->threshold));
  tree_set (o, "judged", tree_count (n->judged));
  tree_set (o, "noisy", tree_count (n->noisy));
  for (guint i = 0; i < n->kinds->len; i++)
    {
      const report_kind *k = n->kinds->pdata[i];
      tree *one = tree_object ();
      tree_set (one, "kind", tree_text (k->kind));
      tree_set (one, "pictures", tree_count (k->pictures));
      tree_add (kinds, one);
    }
  tree_set (o, "kinds", kinds);
  tree_set (prevalence, "share", tree_real (n->share));
  tree_set (prevalence, "low", tree_real (n->low));
  tree_set (prevalence, "high", tree_real (n->high));
  tree_set (o, "prevalence", prevalence);
  tree_set (o, "expected_wrong", tree_real (n->wrong));
  tree_set (o, "expected_wrong_low", tree_real (n->wrong_low));
  tree_set (o, "expected_wrong_high", tree_real (n->wrong_high));
  tree_set (o, "unlike", tree_share ((double) n->unlike, (double) n->judged));
  return o;
}

/* Null where nobody looked. */
static tree *
duplicates_object (const report_repeats *r)
{
  if (r->splits == NULL)
    return tree_null ();
  tree *o = tree_object ();
  tree_set (o, "exact_groups", tree_count (r->exact_groups));
  tree_set (o, "exact_pictures", tree_count (r->exact_pictures));
  tree_set (o, "exact_extra", tree_count (r->exact_extra));
  tree_set (o, "near_groups", tree_count (r->near_groups));
  tree_set (o, "near_pictures", tree_count (r->near_pictures));
  tree_set (o, "groups_across", tree_count (r->groups_across));
  return o;
}

/* Null where there were none. */
static tree *
probes_object (const report_probes *r)
{
  if (r->clusters == NULL)
    return tree_null ();
  tree *o = tree_object (), *list = tree_list ();
  tree_set (o, "probes", tree_count (r->probes));
  tree_set (o, "of_pictures", tree_count (r->of_pictures));
  tree_set (o, "alone", tree_count (r->alone));
  tree_set (o, "many_clusters", tree_count (r->many_clusters));
  tree_set (o, "pictures", tree_count (r->pictures));
  for (guint i = 0; i < r->clusters->len; i++)
    {
      const cluster_probes *c = r->clusters->pdata[i];
      tree *one = tree_object ();
      tree_set (one, "probes", tree_count (c->probes));
      tree_set (one, "originals", tree_count (c->originals));
      tree_set (one, "come", tree_count (c->come));
      tree_set (one, "left", tree_count (c->left));
      tree_set (one, "share", tree_real (c->share));
      tree_set (one, "p", tree_real (c->adjusted));
      tree_set (one, "many", tree_flag (c->many));
      tree_set (one, "family", tree_text (c->family));
      tree_set (one, "kinds", tree_text (c->kinds));
      tree_add (list, one);
    }
  tree_set (o, "clusters", list);
  return o;
}

static tree *
splits_list (const report_repeats *r)
{
  tree *list = tree_list ();
  for (guint i = 0; r->splits != NULL && i < r->splits->len; i++)
    {
      const report_split *p = r->splits->pdata[i];
      tree *one = tree_object ();
      tree_set (one, "name", tree_text (p->name));
      tree_set (one, "pictures", tree_count (p->pictures));
      tree_set (one, "noisy", tree_count (p->noisy));
      tree_set (one, "noise_rate", tree_real (p->noise_rate));
      tree_set (one, "low", tree_real (p->low));
      tree_set (one, "high", tree_real (p->high));
      tree_set (one, "copied", tree_count (p->copied));
      tree_add (list, one);
    }
  return list;
}

/* --- noise, for report.json alone ------------------------------------------------------------- */

static tree *
preview_object (const report_preview *p)
{
  if (p->jpeg == NULL)
    return tree_null ();
  gsize length;
  const guint8 *bytes = g_bytes_get_data (p->jpeg, &length);
  g_autofree char *base64 = g_base64_encode (bytes, length);
  g_autofree char *uri = g_strconcat ("data:image/jpeg;base64,", base64, NULL);
  tree *o = tree_object ();
  tree_set (o, "width", tree_int (p->width));
  tree_set (o, "height", tree_int (p->height));
  tree_set (o, "uri", tree_text (uri));
  return o;
}

static tree *
counts_list (const guint64 *counts, guint n)
{
  tree *list = tree_list ();
  for (guint i = 0; i < n; i++)
    tree_add (list, tree_count (counts[i]));
  return list;
}

static tree *
kinds_list (const report_noise *n)
{
  tree *list = tree_list ();
  for (guint i = 0; i < n->kinds->len; i++)
    {
      const report_kind *k = n->kinds->pdata[i];
      tree *one = tree_object ();
      tree_set (one, "kind", tree_text (k->kind));
      tree_set (one, "family", k->family[0] == '\0' ? tree_null () : tree_text (k->family));
      tree_set (one, "count", tree_count (k->pictures));
      tree_set (one, "share", tree_share ((double) k->pictures, (double) n->judged));
      tree_set (one, "severity", tree_real (k->severity));
      tree_set (one, "severities", counts_list (k->severities, G_N_ELEMENTS (k->severities)));
      tree_add (list, one);
    }
  return list;
}

static tree *
histogram_object (const report_noise *n)
{
  const report_histogram *h = &n->histogram;
  if (h->n == 0)
    return tree_null ();
  tree *o = tree_object (), *edges = tree_list ();
  for (guint i = 0; i <= h->n; i++)
    tree_add (edges, tree_real (h->first + i * h->step));
  tree_set (o, "edges", edges);
  tree_set (o, "counts", counts_list (h->counts, h->n));
  tree_set (o, "noisy", counts_list (h->noisy, h->n));
  tree_set (o, "threshold", tree_real (n->threshold));
  return o;
}

static tree *
shots_list (const GPtrArray *shots, gboolean with_probe)
{
  tree *list = tree_list ();
  for (guint i = 0; i < shots->len; i++)
    {
      const report_shot *s = shots->pdata[i];
      tree *one = tree_object (), *evidence = tree_list ();
      tree_set (one, "file", tree_text (s->file));
      tree_set (one, "noise", tree_real (s->noise));
      tree_set (one, "score", tree_real (s->score));
      tree_set (one, "kind", s->kind[0] == '\0' ? tree_null () : tree_text (s->kind));
      tree_set (one, "severity", tree_real (s->severity));
      for (char **w = s->why; w != NULL && *w != NULL; w++)
        tree_add (evidence, tree_text (*w));
      tree_set (one, "evidence", evidence);
      tree_set (one, "thumbnail", preview_object (&s->preview));
      if (with_probe)
        tree_set (one, "probe", preview_object (&s->probe));
      tree_add (list, one);
    }
  return list;
}

static tree *
noise_in_full (const report_noise *n)
{
  tree *o = noise_object (n);
  if (n->detector == NULL)
    return o;
  tree *doubtful = tree_object (), *probe = tree_object ();
  tree_set (o, "by_kind", kinds_list (n));
  tree_set (o, "histogram", histogram_object (n));
  tree_set (probe, "file", n->probe_of == NULL ? tree_null () : tree_text (n->probe_of));
  tree_set (probe, "thumbnail", preview_object (&n->probe_fit));
  tree_set (o, "probe_of", probe);
  tree_set (o, "worst", shots_list (n->worst, TRUE));
  tree_set (doubtful, "below", shots_list (n->below, FALSE));
  tree_set (doubtful, "above", shots_list (n->above, FALSE));
  tree_set (o, "doubtful", doubtful);
  return o;
}

/* --- clusters ---------------------------------------------------------------------------------- */

static tree *
clustering_object (const clustering *c)
{
  tree *o = tree_object ();
  tree_set (o, "pictures", tree_count (c->n));
  tree_set (o, "dimensions", tree_count (c->d));
  tree_set (o, "k", tree_int (c->k));
  tree_set (o, "inertia", c->k > 0 ? tree_real (c->inertia) : tree_null ());
  tree_set (o, "inertia_lowest", c->k > 0 ? tree_real (c->inertia_lowest) : tree_null ());
  tree_set (o, "silhouette", c->k > 0 ? tree_real (c->silhouette) : tree_null ());
  tree_set (o, "measured_on", tree_count (c->curve_rows));
  tree *curve = tree_list ();
  for (gsize i = 0; i < c->n_curve; i++)
    {
      tree *point = tree_object ();
      tree_set (point, "k", tree_int (c->curve[i].k));
      tree_set (point, "inertia", tree_real (c->curve[i].inertia));
      tree_set (point, "silhouette", tree_real (c->curve[i].silhouette));
      tree_add (curve, point);
    }
  tree_set (o, "curve", curve);
  tree_set (o, "total_variance", tree_real (c->n_components > 0 ? c->total_variance : NAN));
  tree *explained = tree_list ();
  for (gsize i = 0; i < c->n_components; i++)
    tree_add (explained, tree_real (c->explained_variance[i]));
  tree_set (o, "explained_variance", explained);
  return o;
}

static tree *
member_object (const report_member *m)
{
  tree *o = tree_object ();
  tree_set (o, "file", tree_text (m->file));
  tree_set (o, "distance", tree_real (m->distance));
  tree_set (o, "noisy", tree_flag (m->noisy));
  tree_set (o, "kind", m->noisy ? tree_text (m->kind) : tree_null ());
  tree_set (o, "thumbnail", preview_object (&m->preview));
  return o;
}

static tree *
cluster_object (const report *r, const report_cluster *c)
{
  tree *o = tree_object ();
  tree_set (o, "id", tree_int (c->id));
  tree_set (o, "size", tree_count (c->size));
  tree_set (o, "share", tree_share ((double) c->size, (double) r->clusters.n));
  tree_set (o, "silhouette", tree_real (c->silhouette));
  tree_set (o, "mean_distance", tree_real (c->mean_distance));
  tree_set (o, "largest_distance", tree_real (c->largest_distance));
  tree_set (o, "noisy", r->noise.detector == NULL ? tree_null () : tree_count (c->noisy));
  tree_set (o, "noisy_share",
            r->noise.detector == NULL ? tree_null () : tree_share ((double) c->noisy, (double) c->size));
  tree_set (o, "kind", c->kind == NULL ? tree_null () : tree_text (c->kind));
  tree_set (o, "of_kind", c->kind == NULL ? tree_null () : tree_count (c->of_kind));
  tree *members = tree_list ();
  for (guint i = 0; i < c->members->len; i++)
    tree_add (members, member_object (c->members->pdata[i]));
  tree_set (o, "members", members);
  return o;
}

/* The duplicates of summary.json, and the groups that are shown. */
static tree *
duplicates_in_full (const report_repeats *r)
{
  tree *o = duplicates_object (r);
  if (r->splits == NULL)
    return o;
  tree *groups = tree_list ();
  for (guint i = 0; i < r->shown->len; i++)
    {
      const report_copies *g = r->shown->pdata[i];
      tree *one = tree_object (), *files = tree_list ();
      tree_set (one, "group", tree_count (g->group));
      tree_set (one, "kind", tree_text (g->exact ? "exact" : "near"));
      tree_set (one, "across", tree_flag (g->across));
      tree_set (one, "pictures", tree_count (g->pictures));
      for (guint c = 0; c < g->copies->len; c++)
        {
          const report_copy *copy = g->copies->pdata[c];
          tree *file = tree_object ();
          tree_set (file, "file", tree_text (copy->file));
          tree_set (file, "split", tree_text (copy->split));
          tree_set (file, "similarity", tree_real (copy->similarity));
          tree_set (file, "thumbnail", preview_object (&copy->preview));
          tree_add (files, file);
        }
      tree_set (one, "files", files);
      tree_add (groups, one);
    }
  tree_set (o, "groups", groups);
  return o;
}

static tree *
problems_list (const report *r)
{
  tree *list = tree_list ();
  for (guint i = 0; i < r->problems->len; i++)
    {
      const report_problem *p = r->problems->pdata[i];
      tree *one = tree_object ();
      tree_set (one, "file", tree_text (p->file));
      tree_set (one, "status", tree_text (p->status));
      tree_set (one, "reason", tree_text (p->reason));
      tree_add (list, one);
    }
  return list;
}

static tree *
report_document (const report *r)
{
  tree *o = tree_object ();
  tree_set (o, "version", tree_int (REPORT_FORMAT));
  tree_set (o, "program_version", tree_text (r->program_version));
  tree_set (o, "settings", settings_list (r));
  tree *counts = tree_object ();
  set_counts (counts, r);
  tree_set (o, "counts", counts);
  tree_set (o, "noise", noise_in_full (&r->noise));
  tree_set (o, "duplicates", duplicates_in_full (&r->repeats));
  tree_set (o, "splits", splits_list (&r->repeats));
  tree_set (o, "probes", probes_object (&r->probes));
  tree_set (o, "clustering", clustering_object (&r->clusters));
  tree *clusters = tree_list ();
  for (guint i = 0; i < r->groups->len; i++)
    tree_add (clusters, cluster_object (r, r->groups->pdata[i]));
  tree_set (o, "clusters", clusters);
  tree_set (o, "problems", problems_list (r));
  tree_set (o, "judging", tree_read (r->judged));
  return o;
}

GBytes *
report_json (const report *r)
{
  g_autoptr (tree) document = report_document (r);
  tree_drop (document, "thumbnail"); /* the page has its own pictures, by number */
  char *made = tree_print (document);
  return g_bytes_new_take (made, strlen (made));
}

/* --- summary.json --------------------------------------------------------------------------- */

/* An object, easier to ask than a list; values of one name are joined. */
static tree *
settings_object (const report *r)
{
  tree *o = tree_object ();
  for (guint i = 0; i < r->settings->len; i++)
    {
      char **setting = r->settings->pdata[i];
      g_autofree char *name = g_utf8_make_valid (setting[0], -1);
      const char *before = tree_as_text (tree_get (o, name));
      g_autofree char *both = before != NULL ? g_strconcat (before, ", ", setting[1], NULL) : NULL;
      tree_set (o, name, tree_text (both != NULL ? both : setting[1]));
    }
  return o;
}

static tree *
summary_document (const report *r)
{
  tree *o = tree_object ();
  tree_set (o, "version", tree_int (REPORT_FORMAT));
  tree_set (o, "program_version", tree_text (r->program_version));
  set_counts (o, r);
  tree_set (o, "clustered", tree_count (r->clusters.n));
  tree_set (o, "k", tree_int (r->clusters.k));
  tree_set (o, "inertia", tree_real (r->clusters.k > 0 ? r->clusters.inertia : NAN));
  tree_set (o, "inertia_lowest", tree_real (r->clusters.k > 0 ? r->clusters.inertia_lowest : NAN));
  tree_set (o, "silhouette", tree_real (r->clusters.k > 0 ? r->clusters.silhouette : NAN));
  tree *sizes = tree_list ();
  for (guint i = 0; i < r->groups->len; i++)
    tree_add (sizes, tree_count (((const report_cluster *) r->groups->pdata[i])->size));
  tree_set (o, "sizes", sizes);
  tree_set (o, "noise", noise_object (&r->noise));
  tree_set (o, "duplicates", duplicates_object (&r->repeats));
  tree_set (o, "splits", splits_list (&r->repeats));
  tree_set (o, "probes", probes_object (&r->probes));
  g_autoptr (tree) judged = tree_read (r->judged_summary);
  tree_set_all (o, judged);
  tree_set (o, "settings", settings_object (r));
  return o;
}

gboolean
report_write_json (const report *r, const char *dir, GError **error)
{
  g_autoptr (tree) document = report_document (r);
  if (!tree_write (document, dir, "report.json", error))
    return FALSE;
  g_autoptr (tree) summary = summary_document (r);
  return tree_write (summary, dir, "summary.json", error);
}
