/* One note, a key file with one group. A detector is kept by its path: should its file have changed since, its name tells. */
#include "reviewing/reviewing_facts.h"

#include <math.h>

#include "base/error.h"

#define NOTE  "review"
#define GROUP "review"

gboolean
review_facts_keep (store *s, const pardon_scan_options *o, const eyes *e, const verdicts *v, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  gint64 list = store_list_age (s, error);
  if (list < 0)
    return FALSE;
  g_key_file_set_int64 (file, GROUP, "list", list);
  g_key_file_set_string (file, GROUP, "view", eyes_view (e)->view.name);
  g_key_file_set_int64 (file, GROUP, "pixels", e->pixels);
  g_key_file_set_double (file, GROUP, "threshold", v->threshold);
  g_key_file_set_double (file, GROUP, "false_alarms", v->false_alarms);
  g_key_file_set_double (file, GROUP, "limit", detector_noise (v->detector, v->threshold));
  g_key_file_set_string (file, GROUP, "detector", detector_name (v->detector));
  if (o->detector != NULL)
    {
      g_autofree char *path = g_canonicalize_filename (o->detector, NULL);
      g_autofree char *escaped = g_strescape (path, NULL);
      g_key_file_set_string (file, GROUP, "path", escaped);
    }
  g_autofree char *text = g_key_file_to_data (file, NULL, NULL);
  return store_note (s, NOTE, text, error);
}

static detector *
open_detector (GKeyFile *file)
{
  g_autofree char *name = g_key_file_get_string (file, GROUP, "detector", NULL);
  g_autofree char *escaped = g_key_file_get_string (file, GROUP, "path", NULL);
  g_autofree char *path = escaped != NULL ? g_strcompress (escaped) : NULL;
  detector *d = verdicts_detector (path, DETECTOR_FALSE_ALARMS, NULL);
  if (d != NULL && g_strcmp0 (name, detector_name (d)) != 0)
    g_clear_pointer (&d, detector_free);
  return d;
}

gboolean
review_facts_read (store *s, review_facts *f, GError **error)
{
  g_autofree char *text = store_get_note (s, NOTE);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  *f = (review_facts){ 0 };
  if (text == NULL || !g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_NONE, NULL))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                   "'%s' was not scanned to the end, or by an older pardon: scan again", store_dir (s));
      return FALSE;
    }
  if (g_key_file_get_int64 (file, GROUP, "list", NULL)
      != store_list_age (s, NULL)) /* a scan is about to end, or was broken off */
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "the last scan into '%s' did not end: scan again",
                   store_dir (s));
      return FALSE;
    }
  g_autofree char *name = g_key_file_get_string (file, GROUP, "view", NULL);
  if (name == NULL || !view_parse (name, &f->view, NULL))
    f->view = view_measure ();
  f->pixels = g_key_file_get_int64 (file, GROUP, "pixels", NULL);
  f->threshold = g_key_file_get_double (file, GROUP, "threshold", NULL);
  f->false_alarms = g_key_file_get_double (file, GROUP, "false_alarms", NULL);
  f->limit = g_key_file_get_double (file, GROUP, "limit", NULL);
  f->detector = open_detector (file);
  return TRUE;
}

void
review_facts_clear (review_facts *f)
{
  g_clear_pointer (&f->detector, detector_free);
}
