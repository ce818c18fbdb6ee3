/* Kept as a key file in one of the store's notes: a group [probes], then one for each cluster. */
#include "output/report_probes.h"

#include "output/kept.h"
#include "store/store.h"

#define NOTE  "report.probes"
#define GROUP "probes"

static void
cluster_free (gpointer data)
{
  cluster_probes *c = data;
  g_free (c->family);
  g_free (c->kinds);
  g_free (c);
}

void
report_probes_init (report_probes *r)
{
  *r = (report_probes){ .clusters = g_ptr_array_new_with_free_func (cluster_free) };
}

cluster_probes *
cluster_probes_add (report_probes *r)
{
  cluster_probes *c = g_new0 (cluster_probes, 1);
  g_ptr_array_add (r->clusters, c);
  return c;
}

void
report_probes_clear (report_probes *r)
{
  g_clear_pointer (&r->clusters, g_ptr_array_unref);
  *r = (report_probes){ 0 };
}

#define AT(field) G_STRUCT_OFFSET (report_probes, field)
static const kept_field fields[] = {
  { "probes", KEPT_COUNT, AT (probes) },     { "of_pictures", KEPT_COUNT, AT (of_pictures) },
  { "alone", KEPT_COUNT, AT (alone) },       { "many_clusters", KEPT_COUNT, AT (many_clusters) },
  { "pictures", KEPT_COUNT, AT (pictures) },
};
#undef AT

#define AT(field) G_STRUCT_OFFSET (cluster_probes, field)
static const kept_field cluster_fields[] = {
  { "probes", KEPT_COUNT, AT (probes) },    { "originals", KEPT_COUNT, AT (originals) },
  { "come", KEPT_COUNT, AT (come) },        { "left", KEPT_COUNT, AT (left) },
  { "share", KEPT_REAL, AT (share) },       { "p", KEPT_REAL, AT (p) },
  { "adjusted", KEPT_REAL, AT (adjusted) }, { "many", KEPT_FLAG, AT (many) },
  { "family", KEPT_TEXT, AT (family) },     { "kinds", KEPT_TEXT, AT (kinds) },
};
#undef AT

gboolean
report_probes_keep (store *s, const report_probes *r, GError **error)
{
  if (r->clusters == NULL)
    return store_note (s, NOTE, NULL, error);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  kept_put (file, GROUP, fields, G_N_ELEMENTS (fields), r);
  kept_put_each (file, "cluster", cluster_fields, G_N_ELEMENTS (cluster_fields), r->clusters);
  return kept_save (s, NOTE, file, error);
}

void
report_probes_fill (store *s, report_probes *r)
{
  cluster_probes kept = { 0 };
  g_autoptr (GKeyFile) file = kept_load (s, NOTE);
  *r = (report_probes){ 0 };
  if (file == NULL)
    return;
  report_probes_init (r);
  kept_get (file, GROUP, fields, G_N_ELEMENTS (fields), r);
  while (kept_get_nth (file, "cluster", r->clusters->len, cluster_fields, G_N_ELEMENTS (cluster_fields), &kept))
    *cluster_probes_add (r) = kept;
}
