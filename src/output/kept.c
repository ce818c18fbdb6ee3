/* Numbers are written so that they are read back to the bit. */
#include "output/kept.h"

#include <math.h>

#include "store/store.h"

gboolean
kept_save (store *s, const char *note, GKeyFile *file, GError **error)
{
  g_autofree char *text = g_key_file_to_data (file, NULL, NULL);
  return store_note (s, note, text, error);
}

GKeyFile *
kept_load (store *s, const char *note)
{
  g_autofree char *text = store_get_note (s, note);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  gboolean kept = text != NULL && g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_NONE, NULL);
  return kept ? g_steal_pointer (&file) : NULL;
}

void
kept_put (GKeyFile *file, const char *group, const kept_field *fields, gsize n, const void *record)
{
  for (const kept_field *f = fields; f < fields + n; f++)
    {
      gconstpointer at = (const char *) record + f->offset;
      switch (f->type)
        {
        case KEPT_COUNT:
          g_key_file_set_uint64 (file, group, f->name, *(const guint64 *) at);
          break;
        case KEPT_REAL:
          g_key_file_set_double (file, group, f->name, *(const double *) at);
          break;
        case KEPT_FLAG:
          g_key_file_set_boolean (file, group, f->name, *(const gboolean *) at);
          break;
        case KEPT_TEXT:
          g_key_file_set_string (file, group, f->name, *(char *const *) at);
          break;
        }
    }
}

static double
get_real (GKeyFile *file, const char *group, const char *name)
{
  return g_key_file_has_key (file, group, name, NULL) ? g_key_file_get_double (file, group, name, NULL) : (double) NAN;
}

gboolean
kept_get (GKeyFile *file, const char *group, const kept_field *fields, gsize n, void *record)
{
  gboolean whole = g_key_file_has_group (file, group);
  for (const kept_field *f = fields; f < fields + n; f++)
    {
      gpointer at = (char *) record + f->offset;
      switch (f->type)
        {
        case KEPT_COUNT:
          *(guint64 *) at = g_key_file_get_uint64 (file, group, f->name, NULL);
          break;
        case KEPT_REAL:
          *(double *) at = get_real (file, group, f->name);
          break;
        case KEPT_FLAG:
          *(gboolean *) at = g_key_file_get_boolean (file, group, f->name, NULL);
          break;
        case KEPT_TEXT:
          *(char **) at = g_key_file_get_string (file, group, f->name, NULL);
          whole = whole && *(char **) at != NULL;
          break;
        }
    }
  for (const kept_field *f = fields; !whole && f < fields + n; f++)
    if (f->type == KEPT_TEXT)
      g_clear_pointer ((char **) ((char *) record + f->offset), g_free);
  return whole;
}

void
kept_put_each (GKeyFile *file, const char *name, const kept_field *fields, gsize n, const GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++)
    {
      g_autofree char *group = g_strdup_printf ("%s %u", name, i);
      kept_put (file, group, fields, n, records->pdata[i]);
    }
}

gboolean
kept_get_nth (GKeyFile *file, const char *name, guint number, const kept_field *fields, gsize n, void *record)
{
  g_autofree char *group = g_strdup_printf ("%s %u", name, number);
  return kept_get (file, group, fields, n, record);
}
