/* The log is small, whatever the number of pictures: it is written in memory. */
#include "reviewing/decisions.h"

#include <string.h>

#include "base/csv.h"
#include "base/error.h"
#include "base/json_write.h"

/* ISO 8601, UTC; g_free. */
static char *
time_text (gint64 when)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (when);
  return at != NULL ? g_date_time_format (at, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("");
}

static void
put_object (const store_decision *d, gpointer user)
{
  GString *o = user;
  g_autofree char *when = time_text (d->when);
  json_open (o, NULL, '{');
  json_put_text (o, "when", when);
  json_put_text (o, "file", d->file);
  json_put_text (o, "field", d->field);
  json_put_text (o, "from", d->from);
  json_put_text (o, "to", d->to);
  json_put_flag (o, "undone", d->undone);
  json_close (o, '}');
}

static void
put_line (const store_decision *d, gpointer user)
{
  GString *o = user;
  g_autofree char *when = time_text (d->when);
  const char *fields[] = { when, d->file, d->field, d->from, d->to != NULL ? d->to : "", d->undone ? "1" : "0" };
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    csv_append (o, fields[i], i == 0);
  g_string_append (o, "\r\n");
}

GBytes *
decisions_json (store *s, guint64 undo, GError **error)
{
  GString *o = g_string_new (NULL);
  json_open (o, NULL, '{');
  json_open (o, "decisions", '[');
  gboolean fine = store_each_decision (s, put_object, o, error);
  json_close (o, ']');
  json_put_count (o, "undo", undo);
  json_close (o, '}');
  GBytes *bytes = g_string_free_to_bytes (o);
  if (!fine)
    g_clear_pointer (&bytes, g_bytes_unref);
  return bytes;
}

GBytes *
decisions_csv (store *s, GError **error)
{
  GString *o = g_string_new ("when,file,field,from,to,undone\r\n");
  gboolean fine = store_each_decision (s, put_line, o, error);
  GBytes *bytes = g_string_free_to_bytes (o);
  if (!fine)
    g_clear_pointer (&bytes, g_bytes_unref);
  return bytes;
}

gboolean
decisions_export (const char *dir, const char *file, GError **error)
{
  g_autoptr (store) s = store_open (dir, FALSE, error);
  g_autoptr (GBytes) text = s != NULL ? decisions_csv (s, error) : NULL;
  g_autoptr (GError) fault = NULL;
  if (text == NULL)
    return FALSE;
  gsize n;
  const char *data = g_bytes_get_data (text, &n);
  if (g_file_set_contents_full (file, data, (gssize) n, G_FILE_SET_CONTENTS_CONSISTENT, 0666, &fault))
    return TRUE;
  const char *colon = strrchr (fault->message, ':');
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "cannot write '%s': %s", file,
               colon != NULL ? colon + 2 : fault->message);
  return FALSE;
}
