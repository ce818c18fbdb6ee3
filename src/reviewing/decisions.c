/* The log is small, whatever the number of pictures: it is written in memory. */
#include "reviewing/decisions.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/csv.h"
#include "base/error.h"
#include "base/json_write.h"
#include "output/whole_file.h"

#define HEADER "when,file,field,from,to,undone\r\n"
#define NOTE   "decisions" /* "12 3": id of the last one, how many are undone */

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

/* The log only grows, and a decision is only ever undone: the last id and how many up to it are undone tell what tables hold. */
typedef struct {
  gint64 last;            /* of those looked at as old */
  guint64 undone, newest; /* among these; id of the last of all */
  guint64 standing;       /* later ones that are not undone */
} tally;

static void
count (const store_decision *d, gpointer user)
{
  tally *t = user;
  t->newest = (guint64) d->id;
  if (d->id <= t->last)
    t->undone += d->undone != FALSE;
  else
    t->standing += d->undone == FALSE;
}

gboolean
decisions_are_applied (store *s, GError **error)
{
  tally t = { .last = G_MAXINT64 };
  if (!store_each_decision (s, count, &t, error))
    return FALSE;
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, t.newest, t.undone);
  return store_note (s, NOTE, text, error);
}

guint64
decisions_since (const char *dir)
{
  g_autoptr (store) s = store_open (dir, FALSE, NULL);
  g_autofree char *text = s != NULL ? store_get_note (s, NOTE) : NULL;
  tally t = { 0 };
  guint64 undone = 0;
  if (text != NULL && sscanf (text, "%" SCNd64 " %" SCNu64, &t.last, &undone) != 2)
    t.last = 0;
  if (s == NULL || !store_each_decision (s, count, &t, NULL))
    return 0;
  return t.standing + t.undone - MIN (undone, t.undone);
}
