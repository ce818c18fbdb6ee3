/* report.json, summary.json and explanations; the only user of jansson. JSON has no NaN and no raw bytes: a measure that is not
 * finite becomes null, a byte that is not UTF-8 becomes U+FFFD. */
#include "output/report.h"

#include "output/explanation.h"
#include "output/whole_file.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS 7 /* significant; what float32 features carry */

static json_t *
text (const char *bytes)
{
  g_autofree char *valid = g_utf8_make_valid (bytes == NULL ? "" : bytes, -1);
  return json_string (valid);
}

static json_t *
count (guint64 n)
{
  return json_integer ((json_int_t) MIN (n, (guint64) G_MAXINT64));
}

static json_t *
measure (double value)
{
  return isfinite (value) ? json_real (value) : json_null ();
}

static json_t *
share_of (double part, double whole)
{
  return measure (whole > 0 ? part / whole : NAN);
}

static int
put_bytes (const char *bytes, size_t length, void *user)
{
  whole_file_put (user, bytes, length);
  return 0;
}

static gboolean
write_document (json_t *document, const char *dir, const char *name, GError **error)
{
  g_autoptr (whole_file) f = whole_file_new (dir, name, error);
  if (f == NULL)
    return FALSE;
  json_dump_callback (document, put_bytes, f, JSON_INDENT (2) | JSON_REAL_PRECISION (DIGITS));
  whole_file_put (f, "\n", 1);
  return whole_file_commit (f, error);
}

/* --- report.json ---------------------------------------------------------------------------- */

static json_t *
settings_list (const report *r)
{
  json_t *list = json_array ();
  for (guint i = 0; i < r->settings->len; i++)
    {
      char **setting = r->settings->pdata[i];
      json_t *one = json_object ();
      json_object_set_new (one, "name", text (setting[0]));
      json_object_set_new (one, "value", text (setting[1]));
      json_array_append_new (list, one);
    }
  return list;
}

static void
set_counts (json_t *into, const report *r)
{
  json_object_set_new (into, "found", count (r->found));
  json_object_set_new (into, "ok", count (r->ok));
  json_object_set_new (into, "damaged", count (r->damaged));
  json_object_set_new (into, "unreadable", count (r->unreadable));
  json_object_set_new (into, "skipped", count (r->skipped));
  json_object_set_new (into, "added", count (r->added));
  json_object_set_new (into, "vanished", count (r->vanished));
}

/* Null where nobody judged. */
static json_t *
noise_object (const report_noise *n)
{
  if (n->detector == NULL)
    return json_null ();
  json_t *o = json_object (), *kinds = json_array (), *prevalence = json_object ();
  json_object_set_new (o, "detector", text (n->detector));
  json_object_set_new (o, "calibrated_on", count (n->vouched));
  json_object_set_new (o, "false_alarms", measure (n->false_alarms));
  json_object_set_new (o, "threshold", measure (n->threshold));
  json_object_set_new (o, "judged", count (n->judged));
  json_object_set_new (o, "noisy", count (n->noisy));
  for (guint i = 0; i < n->kinds->len; i++)
    {
      const report_kind *k = n->kinds->pdata[i];
      json_t *one = json_object ();
      json_object_set_new (one, "kind", text (k->kind));
      json_object_set_new (one, "pictures", count (k->pictures));
      json_array_append_new (kinds, one);
    }
  json_object_set_new (o, "kinds", kinds);
  json_object_set_new (prevalence, "share", measure (n->share));
  json_object_set_new (prevalence, "low", measure (n->low));
  json_object_set_new (prevalence, "high", measure (n->high));
  json_object_set_new (o, "prevalence", prevalence);
  json_object_set_new (o, "expected_wrong", measure (n->wrong));
  json_object_set_new (o, "expected_wrong_low", measure (n->wrong_low));
  json_object_set_new (o, "expected_wrong_high", measure (n->wrong_high));
  json_object_set_new (o, "unlike", share_of ((double) n->unlike, (double) n->judged));
  return o;
}

/* Null where nobody looked. */
static json_t *
duplicates_object (const report_repeats *r)
{
  if (r->splits == NULL)
    return json_null ();
  json_t *o = json_object ();
  json_object_set_new (o, "exact_groups", count (r->exact_groups));
  json_object_set_new (o, "exact_pictures", count (r->exact_pictures));
  json_object_set_new (o, "exact_extra", count (r->exact_extra));
  json_object_set_new (o, "near_groups", count (r->near_groups));
  json_object_set_new (o, "near_pictures", count (r->near_pictures));
  json_object_set_new (o, "groups_across", count (r->groups_across));
  return o;
}

/* Null where there were none. */
static json_t *
probes_object (const report_probes *r)
{
  if (r->clusters == NULL)
    return json_null ();
  json_t *o = json_object (), *list = json_array ();
  json_object_set_new (o, "probes", count (r->probes));
  json_object_set_new (o, "of_pictures", count (r->of_pictures));
  json_object_set_new (o, "alone", count (r->alone));
  json_object_set_new (o, "many_clusters", count (r->many_clusters));
  json_object_set_new (o, "pictures", count (r->pictures));
  for (guint i = 0; i < r->clusters->len; i++)
    {
      const cluster_probes *c = r->clusters->pdata[i];
      json_t *one = json_object ();
      json_object_set_new (one, "probes", count (c->probes));
      json_object_set_new (one, "originals", count (c->originals));
      json_object_set_new (one, "come", count (c->come));
      json_object_set_new (one, "left", count (c->left));
      json_object_set_new (one, "share", measure (c->share));
      json_object_set_new (one, "p", measure (c->adjusted));
      json_object_set_new (one, "many", json_boolean (c->many));
      json_object_set_new (one, "family", text (c->family));
      json_object_set_new (one, "kinds", text (c->kinds));
      json_array_append_new (list, one);
    }
  json_object_set_new (o, "clusters", list);
  return o;
}

static json_t *
splits_list (const report_repeats *r)
{
  json_t *list = json_array ();
  for (guint i = 0; r->splits != NULL && i < r->splits->len; i++)
    {
      const report_split *p = r->splits->pdata[i];
      json_t *one = json_object ();
      json_object_set_new (one, "name", text (p->name));
      json_object_set_new (one, "pictures", count (p->pictures));
      json_object_set_new (one, "noisy", count (p->noisy));
      json_object_set_new (one, "noise_rate", measure (p->noise_rate));
      json_object_set_new (one, "low", measure (p->low));
      json_object_set_new (one, "high", measure (p->high));
      json_object_set_new (one, "copied", count (p->copied));
      json_array_append_new (list, one);
    }
  return list;
}

/* --- noise, for report.json alone ------------------------------------------------------------- */

static json_t *
preview_object (const report_preview *p)
{
  if (p->jpeg == NULL)
    return json_null ();
  gsize length;
  const guint8 *bytes = g_bytes_get_data (p->jpeg, &length);
  g_autofree char *base64 = g_base64_encode (bytes, length);
  json_t *o = json_object ();
  json_object_set_new (o, "width", json_integer (p->width));
  json_object_set_new (o, "height", json_integer (p->height));
  json_object_set_new (o, "uri", json_sprintf ("data:image/jpeg;base64,%s", base64));
  return o;
}

static json_t *
counts_list (const guint64 *counts, guint n)
{
  json_t *list = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (list, count (counts[i]));
  return list;
}

static json_t *
kinds_list (const report_noise *n)
{
  json_t *list = json_array ();
  for (guint i = 0; i < n->kinds->len; i++)
    {
      const report_kind *k = n->kinds->pdata[i];
      json_t *one = json_object ();
      json_object_set_new (one, "kind", text (k->kind));
      json_object_set_new (one, "family", k->family[0] == '\0' ? json_null () : text (k->family));
      json_object_set_new (one, "count", count (k->pictures));
      json_object_set_new (one, "share", share_of ((double) k->pictures, (double) n->judged));
      json_object_set_new (one, "severity", measure (k->severity));
      json_object_set_new (one, "severities", counts_list (k->severities, G_N_ELEMENTS (k->severities)));
      json_array_append_new (list, one);
    }
  return list;
}

static json_t *
histogram_object (const report_noise *n)
{
  const report_histogram *h = &n->histogram;
  if (h->n == 0)
    return json_null ();
  json_t *o = json_object (), *edges = json_array ();
  for (guint i = 0; i <= h->n; i++)
    json_array_append_new (edges, measure (h->first + i * h->step));
  json_object_set_new (o, "edges", edges);
  json_object_set_new (o, "counts", counts_list (h->counts, h->n));
  json_object_set_new (o, "noisy", counts_list (h->noisy, h->n));
  json_object_set_new (o, "threshold", measure (n->threshold));
  return o;
}

static json_t *
shots_list (const GPtrArray *shots, gboolean with_probe)
{
  json_t *list = json_array ();
  for (guint i = 0; i < shots->len; i++)
    {
      const report_shot *s = shots->pdata[i];
      json_t *one = json_object (), *evidence = json_array ();
      json_object_set_new (one, "file", text (s->file));
      json_object_set_new (one, "noise", measure (s->noise));
      json_object_set_new (one, "score", measure (s->score));
      json_object_set_new (one, "kind", s->kind[0] == '\0' ? json_null () : text (s->kind));
      json_object_set_new (one, "severity", measure (s->severity));
      for (char **w = s->why; w != NULL && *w != NULL; w++)
        json_array_append_new (evidence, text (*w));
      json_object_set_new (one, "evidence", evidence);
      json_object_set_new (one, "thumbnail", preview_object (&s->preview));
      if (with_probe)
        json_object_set_new (one, "probe", preview_object (&s->probe));
      json_array_append_new (list, one);
    }
  return list;
}

static json_t *
noise_in_full (const report_noise *n)
{
  json_t *o = noise_object (n);
  if (n->detector == NULL)
    return o;
  json_t *doubtful = json_object (), *probe = json_object ();
  json_object_set_new (o, "by_kind", kinds_list (n));
  json_object_set_new (o, "histogram", histogram_object (n));
  json_object_set_new (probe, "file", n->probe_of == NULL ? json_null () : text (n->probe_of));
  json_object_set_new (probe, "thumbnail", preview_object (&n->probe_fit));
  json_object_set_new (o, "probe_of", probe);
  json_object_set_new (o, "worst", shots_list (n->worst, TRUE));
  json_object_set_new (doubtful, "below", shots_list (n->below, FALSE));
  json_object_set_new (doubtful, "above", shots_list (n->above, FALSE));
  json_object_set_new (o, "doubtful", doubtful);
  return o;
}

/* --- clusters ---------------------------------------------------------------------------------- */

static json_t *
clustering_object (const clustering *c)
{
  json_t *o = json_object ();
  json_object_set_new (o, "pictures", count (c->n));
  json_object_set_new (o, "dimensions", count (c->d));
  json_object_set_new (o, "k", json_integer (c->k));
  json_object_set_new (o, "inertia", c->k > 0 ? measure (c->inertia) : json_null ());
  json_object_set_new (o, "inertia_lowest", c->k > 0 ? measure (c->inertia_lowest) : json_null ());
  json_object_set_new (o, "silhouette", c->k > 0 ? measure (c->silhouette) : json_null ());
  json_object_set_new (o, "measured_on", count (c->curve_rows));
  json_t *curve = json_array ();
  for (gsize i = 0; i < c->n_curve; i++)
    {
      json_t *point = json_object ();
      json_object_set_new (point, "k", json_integer (c->curve[i].k));
      json_object_set_new (point, "inertia", measure (c->curve[i].inertia));
      json_object_set_new (point, "silhouette", measure (c->curve[i].silhouette));
      json_array_append_new (curve, point);
    }
  json_object_set_new (o, "curve", curve);
  json_object_set_new (o, "total_variance", measure (c->n_components > 0 ? c->total_variance : NAN));
  json_t *explained = json_array ();
  for (gsize i = 0; i < c->n_components; i++)
    json_array_append_new (explained, measure (c->explained_variance[i]));
  json_object_set_new (o, "explained_variance", explained);
  return o;
}

static json_t *
member_object (const report_member *m)
{
  json_t *o = json_object ();
  json_object_set_new (o, "file", text (m->file));
  json_object_set_new (o, "distance", measure (m->distance));
  json_object_set_new (o, "noisy", json_boolean (m->noisy));
  json_object_set_new (o, "kind", m->noisy ? text (m->kind) : json_null ());
  json_object_set_new (o, "thumbnail", preview_object (&m->preview));
  return o;
}

static json_t *
cluster_object (const report *r, const report_cluster *c)
{
  json_t *o = json_object ();
  json_object_set_new (o, "id", json_integer (c->id));
  json_object_set_new (o, "size", count (c->size));
  json_object_set_new (o, "share", share_of ((double) c->size, (double) r->clusters.n));
  json_object_set_new (o, "silhouette", measure (c->silhouette));
  json_object_set_new (o, "mean_distance", measure (c->mean_distance));
  json_object_set_new (o, "largest_distance", measure (c->largest_distance));
  json_object_set_new (o, "noisy", r->noise.detector == NULL ? json_null () : count (c->noisy));
  json_object_set_new (o, "noisy_share",
                       r->noise.detector == NULL ? json_null () : share_of ((double) c->noisy, (double) c->size));
  json_object_set_new (o, "kind", c->kind == NULL ? json_null () : text (c->kind));
  json_object_set_new (o, "of_kind", c->kind == NULL ? json_null () : count (c->of_kind));
  json_t *members = json_array ();
  for (guint i = 0; i < c->members->len; i++)
    json_array_append_new (members, member_object (c->members->pdata[i]));
  json_object_set_new (o, "members", members);
  return o;
}

/* The duplicates of summary.json, and the groups that are shown. */
static json_t *
duplicates_in_full (const report_repeats *r)
{
  json_t *o = duplicates_object (r);
  if (!json_is_object (o))
    return o;
  json_t *groups = json_array ();
  for (guint i = 0; i < r->shown->len; i++)
    {
      const report_copies *g = r->shown->pdata[i];
      json_t *one = json_object (), *files = json_array ();
      json_object_set_new (one, "group", count (g->group));
      json_object_set_new (one, "kind", json_string (g->exact ? "exact" : "near"));
      json_object_set_new (one, "across", json_boolean (g->across));
      json_object_set_new (one, "pictures", count (g->pictures));
      for (guint c = 0; c < g->copies->len; c++)
        {
          const report_copy *copy = g->copies->pdata[c];
          json_t *file = json_object ();
          json_object_set_new (file, "file", text (copy->file));
          json_object_set_new (file, "split", text (copy->split));
          json_object_set_new (file, "similarity", measure (copy->similarity));
          json_object_set_new (file, "thumbnail", preview_object (&copy->preview));
          json_array_append_new (files, file);
        }
      json_object_set_new (one, "files", files);
      json_array_append_new (groups, one);
    }
  json_object_set_new (o, "groups", groups);
  return o;
}

static json_t *
problems_list (const report *r)
{
  json_t *list = json_array ();
  for (guint i = 0; i < r->problems->len; i++)
    {
      const report_problem *p = r->problems->pdata[i];
      json_t *one = json_object ();
      json_object_set_new (one, "file", text (p->file));
      json_object_set_new (one, "status", text (p->status));
      json_object_set_new (one, "reason", text (p->reason));
      json_array_append_new (list, one);
    }
  return list;
}

/* A part that came as text. */
static json_t *
section (const char *json)
{
  json_t *part = json != NULL ? json_loads (json, 0, NULL) : NULL;
  return part != NULL ? part : json_null ();
}

static json_t *
report_document (const report *r)
{
  json_t *o = json_object ();
  json_object_set_new (o, "version", json_integer (REPORT_FORMAT));
  json_object_set_new (o, "program_version", text (r->program_version));
  json_object_set_new (o, "settings", settings_list (r));
  json_t *counts = json_object ();
  set_counts (counts, r);
  json_object_set_new (o, "counts", counts);
  json_object_set_new (o, "noise", noise_in_full (&r->noise));
  json_object_set_new (o, "duplicates", duplicates_in_full (&r->repeats));
  json_object_set_new (o, "splits", splits_list (&r->repeats));
  json_object_set_new (o, "probes", probes_object (&r->probes));
  json_object_set_new (o, "clustering", clustering_object (&r->clusters));
  json_t *clusters = json_array ();
  for (guint i = 0; i < r->groups->len; i++)
    json_array_append_new (clusters, cluster_object (r, r->groups->pdata[i]));
  json_object_set_new (o, "clusters", clusters);
  json_object_set_new (o, "problems", problems_list (r));
  json_object_set_new (o, "judging", section (r->judged));
  return o;
}

/* The page has its own pictures, by number. */
static void
drop_thumbnails (json_t *at)
{
  const char *key;
  json_t *value;
  size_t i;
  json_array_foreach (at, i, value) drop_thumbnails (value);
  if (json_is_object (at))
    json_object_del (at, "thumbnail");
  json_object_foreach (at, key, value) drop_thumbnails (value);
}

GBytes *
report_json (const report *r)
{
  json_t *document = report_document (r);
  drop_thumbnails (document);
  char *made = json_dumps (document, JSON_COMPACT | JSON_REAL_PRECISION (DIGITS));
  json_decref (document);
  return g_bytes_new_with_free_func (made, strlen (made), free, made);
}

/* --- summary.json --------------------------------------------------------------------------- */

/* An object, easier to ask than a list; values of one name are joined. */
static json_t *
settings_object (const report *r)
{
  json_t *o = json_object ();
  for (guint i = 0; i < r->settings->len; i++)
    {
      char **setting = r->settings->pdata[i];
      g_autofree char *name = g_utf8_make_valid (setting[0], -1);
      g_autofree char *value = g_utf8_make_valid (setting[1], -1);
      json_t *before = json_object_get (o, name);
      json_object_set_new (
          o, name, before == NULL ? json_string (value) : json_sprintf ("%s, %s", json_string_value (before), value));
    }
  return o;
}

static json_t *
summary_document (const report *r)
{
  json_t *o = json_object ();
  json_object_set_new (o, "version", json_integer (REPORT_FORMAT));
  json_object_set_new (o, "program_version", text (r->program_version));
  set_counts (o, r);
  json_object_set_new (o, "clustered", count (r->clusters.n));
  json_object_set_new (o, "k", json_integer (r->clusters.k));
  json_object_set_new (o, "inertia", measure (r->clusters.k > 0 ? r->clusters.inertia : NAN));
  json_object_set_new (o, "inertia_lowest", measure (r->clusters.k > 0 ? r->clusters.inertia_lowest : NAN));
  json_object_set_new (o, "silhouette", measure (r->clusters.k > 0 ? r->clusters.silhouette : NAN));
  json_t *sizes = json_array ();
  for (guint i = 0; i < r->groups->len; i++)
    json_array_append_new (sizes, count (((const report_cluster *) r->groups->pdata[i])->size));
  json_object_set_new (o, "sizes", sizes);
  json_object_set_new (o, "noise", noise_object (&r->noise));
  json_object_set_new (o, "duplicates", duplicates_object (&r->repeats));
  json_object_set_new (o, "splits", splits_list (&r->repeats));
  json_object_set_new (o, "probes", probes_object (&r->probes));
  json_t *judged = section (r->judged_summary);
  if (json_is_object (judged))
    json_object_update (o, judged);
  json_decref (judged);
  json_object_set_new (o, "settings", settings_object (r));
  return o;
}

gboolean
report_write_json (const report *r, const char *dir, GError **error)
{
  json_t *document = report_document (r);
  gboolean done = write_document (document, dir, "report.json", error);
  json_decref (document);
  if (!done)
    return FALSE;
  document = summary_document (r);
  done = write_document (document, dir, "summary.json", error);
  json_decref (document);
  return done;
}

/* --- an explanation ------------------------------------------------------------------------- */

static json_t *
text_or_null (const char *bytes)
{
  return bytes != NULL ? text (bytes) : json_null ();
}

static json_t *
reasons_list (const explanation *e)
{
  json_t *list = json_array ();
  for (guint i = 0; i < e->reasons->len; i++)
    {
      const explanation_reason *r = e->reasons->pdata[i];
      json_t *one = json_object ();
      json_object_set_new (one, "sentence", text (r->sentence));
      json_object_set_new (one, "measure", text (r->measure));
      json_object_set_new (one, "value", measure (r->value));
      json_object_set_new (one, "clean_low", measure (r->low));
      json_object_set_new (one, "clean_middle", measure (r->middle));
      json_object_set_new (one, "clean_high", measure (r->high));
      json_array_append_new (list, one);
    }
  return list;
}

static json_t *
others_list (const explanation *e)
{
  json_t *list = json_array ();
  for (guint i = 0; i < e->others->len; i++)
    {
      const explanation_kind *k = e->others->pdata[i];
      json_t *one = json_object ();
      json_object_set_new (one, "kind", text (k->kind));
      json_object_set_new (one, "score", measure (k->score));
      json_array_append_new (list, one);
    }
  return list;
}

static void
set_verdict (json_t *o, const explanation *e)
{
  json_object_set_new (o, "noisy", json_boolean (e->noisy));
  json_object_set_new (o, "noise", measure (e->noise));
  json_object_set_new (o, "noise_limit", measure (e->limit));
  json_object_set_new (o, "score", measure (e->score));
  json_object_set_new (o, "threshold", measure (e->threshold));
  json_object_set_new (o, "false_alarms", measure (e->false_alarms));
  json_object_set_new (o, "kind", text (e->kind));
  json_object_set_new (o, "family", text (e->family));
  json_object_set_new (o, "severity", measure (e->severity));
  json_object_set_new (o, "like", text_or_null (e->like));
  json_object_set_new (o, "reasons", reasons_list (e));
  json_object_set_new (o, "others", others_list (e));
  json_object_set_new (o, "unlike", measure (e->unlike));
}

char *
explanation_json (const explanation *e)
{
  json_t *o = json_object ();
  json_object_set_new (o, "file", text (e->file));
  json_object_set_new (o, "problem", text_or_null (e->problem));
  if (e->problem == NULL)
    {
      set_verdict (o, e);
      json_object_set_new (o, "width", e->width > 0 ? json_integer (e->width) : json_null ());
      json_object_set_new (o, "height", e->height > 0 ? json_integer (e->height) : json_null ());
      json_object_set_new (o, "format", text_or_null (e->format));
      json_object_set_new (o, "damage", text_or_null (e->damage));
      json_object_set_new (o, "grey", json_boolean (e->grey));
      json_object_set_new (o, "enlarged", json_boolean (e->enlarged));
    }
  char *made = json_dumps (o, JSON_COMPACT | JSON_REAL_PRECISION (DIGITS));
  json_decref (o);
  char *line = g_strdup (made);
  free (made);
  return line;
}
