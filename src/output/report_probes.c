/* Kept as a key file in one of the store's notes: a group [probes], then one for each cluster. */
#include "output/report_probes.h"

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

gboolean
report_probes_keep (store *s, const report_probes *r, GError **error)
{
  if (r->clusters == NULL)
    return store_note (s, NOTE, NULL, error);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_key_file_set_uint64 (file, GROUP, "probes", r->probes);
  g_key_file_set_uint64 (file, GROUP, "of_pictures", r->of_pictures);
  g_key_file_set_uint64 (file, GROUP, "alone", r->alone);
  g_key_file_set_uint64 (file, GROUP, "many_clusters", r->many_clusters);
  g_key_file_set_uint64 (file, GROUP, "pictures", r->pictures);
  for (guint i = 0; i < r->clusters->len; i++)
    {
      const cluster_probes *c = r->clusters->pdata[i];
      g_autofree char *group = g_strdup_printf ("cluster %u", i);
      g_key_file_set_uint64 (file, group, "probes", c->probes);
      g_key_file_set_uint64 (file, group, "originals", c->originals);
      g_key_file_set_uint64 (file, group, "come", c->come);
      g_key_file_set_uint64 (file, group, "left", c->left);
      g_key_file_set_double (file, group, "share", c->share);
      g_key_file_set_double (file, group, "p", c->p);
      g_key_file_set_double (file, group, "adjusted", c->adjusted);
      g_key_file_set_boolean (file, group, "many", c->many);
      g_key_file_set_string (file, group, "family", c->family);
      g_key_file_set_string (file, group, "kinds", c->kinds);
    }
  g_autofree char *text = g_key_file_to_data (file, NULL, NULL);
  return store_note (s, NOTE, text, error);
}

void
report_probes_fill (store *s, report_probes *r)
{
  g_autofree char *text = store_get_note (s, NOTE);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  *r = (report_probes){ 0 };
  if (text == NULL || !g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_NONE, NULL))
    return;
  report_probes_init (r);
  r->probes = g_key_file_get_uint64 (file, GROUP, "probes", NULL);
  r->of_pictures = g_key_file_get_uint64 (file, GROUP, "of_pictures", NULL);
  r->alone = g_key_file_get_uint64 (file, GROUP, "alone", NULL);
  r->many_clusters = g_key_file_get_uint64 (file, GROUP, "many_clusters", NULL);
  r->pictures = g_key_file_get_uint64 (file, GROUP, "pictures", NULL);
  for (guint i = 0;; i++)
    {
      g_autofree char *group = g_strdup_printf ("cluster %u", i);
      g_autofree char *family = g_key_file_get_string (file, group, "family", NULL);
      g_autofree char *kinds = g_key_file_get_string (file, group, "kinds", NULL);
      if (family == NULL || kinds == NULL)
        return;
      cluster_probes *c = cluster_probes_add (r);
      c->probes = g_key_file_get_uint64 (file, group, "probes", NULL);
      c->originals = g_key_file_get_uint64 (file, group, "originals", NULL);
      c->come = g_key_file_get_uint64 (file, group, "come", NULL);
      c->left = g_key_file_get_uint64 (file, group, "left", NULL);
      c->share = g_key_file_get_double (file, group, "share", NULL);
      c->p = g_key_file_get_double (file, group, "p", NULL);
      c->adjusted = g_key_file_get_double (file, group, "adjusted", NULL);
      c->many = g_key_file_get_boolean (file, group, "many", NULL);
      c->family = g_steal_pointer (&family);
      c->kinds = g_steal_pointer (&kinds);
    }
}
