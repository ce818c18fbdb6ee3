/* report.json and summary.json; the only user of jansson. JSON has no NaN and no raw bytes: a measure that is not
 * finite becomes null, a byte that is not UTF-8 becomes U+FFFD. */
#include "output/report.h"

#include "output/whole_file.h"

#include <jansson.h>
#include <math.h>

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
  json_object_set_new (o, "unlike", share_of ((double) n->unlike, (double) n->judged));
  return o;
}

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
  if (m->thumbnail == NULL)
    {
      json_object_set_new (o, "thumbnail", json_null ());
      return o;
    }
  gsize length;
  const guint8 *bytes = g_bytes_get_data (m->thumbnail, &length);
  g_autofree char *base64 = g_base64_encode (bytes, length);
  json_t *thumbnail = json_object ();
  json_object_set_new (thumbnail, "width", json_integer (m->thumbnail_width));
  json_object_set_new (thumbnail, "height", json_integer (m->thumbnail_height));
  json_object_set_new (thumbnail, "uri", json_sprintf ("data:image/jpeg;base64,%s", base64));
  json_object_set_new (o, "thumbnail", thumbnail);
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
  json_t *members = json_array ();
  for (guint i = 0; i < c->members->len; i++)
    json_array_append_new (members, member_object (c->members->pdata[i]));
  json_object_set_new (o, "members", members);
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
  json_object_set_new (o, "noise", noise_object (&r->noise));
  json_object_set_new (o, "clustering", clustering_object (&r->clusters));
  json_t *clusters = json_array ();
  for (guint i = 0; i < r->groups->len; i++)
    json_array_append_new (clusters, cluster_object (r, r->groups->pdata[i]));
  json_object_set_new (o, "clusters", clusters);
  json_object_set_new (o, "problems", problems_list (r));
  return o;
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
