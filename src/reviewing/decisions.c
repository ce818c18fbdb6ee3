/* The log is small, whatever the number of pictures: it is written in memory. */
#include "reviewing/decisions.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/csv.h"
#include "base/error.h"
#include "base/json_write.h"
#include "output/whole_file.h"

#define HEADER "when,file,field,from,to,undone\r\n"
#define NOTE   "decisions" /* "12 3": how many there are, how many of them undone */

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
  GString *o = g_string_new (HEADER);
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
  if (text == NULL)
    return FALSE;
  gsize n;
  const char *data = g_bytes_get_data (text, &n);
  g_autofree char *folder = g_path_get_dirname (file), *name = g_path_get_basename (file);
  if (!whole_file_may_replace (file, HEADER, error))
    return FALSE;
  g_autoptr (whole_file) out = whole_file_new (folder, name, error);
  if (out == NULL)
    return FALSE;
  whole_file_put (out, data, n);
  return whole_file_commit (out, error);
}

/* --- since the scan ------------------------------------------------------------------------------ */

static void
count (const store_decision *d, gpointer user)
{
  guint64 *counts = user;
  counts[0]++;
  counts[1] += d->undone != FALSE;
}

gboolean
decisions_are_applied (store *s, GError **error)
{
  guint64 now[2] = { 0, 0 };
  if (!store_each_decision (s, count, now, error))
    return FALSE;
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, now[0], now[1]);
  return store_note (s, NOTE, text, error);
}

guint64
decisions_since (const char *dir)
{
  guint64 now[2] = { 0, 0 }, then[2] = { 0, 0 };
  g_autoptr (store) s = store_open (dir, FALSE, NULL);
  if (s == NULL || !store_each_decision (s, count, now, NULL))
    return 0;
  g_autofree char *text = store_get_note (s, NOTE);
  if (text != NULL && sscanf (text, "%" SCNu64 " %" SCNu64, &then[0], &then[1]) != 2)
    then[0] = then[1] = 0;
  return now[0] - MIN (then[0], now[0]) + (now[1] - MIN (then[1], now[1]));
}
