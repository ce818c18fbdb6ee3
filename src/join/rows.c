/* One face for the two kinds of text files. */
#include "join/rows.h"

#include "base/csv.h"

#include <string.h>

struct row_reader {
  char *name;
  csv_reader *csv; /* one of the two is set */
  json_rows *json;
};

static gboolean
is_json (const char *path)
{
  static const char *const endings[] = { "jsonl", "ndjson", "json" };
  const char *dot = strrchr (path, '.');
  for (gsize i = 0; dot != NULL && i < G_N_ELEMENTS (endings); i++)
    if (g_ascii_strcasecmp (dot + 1, endings[i]) == 0)
      return TRUE;
  return FALSE;
}

row_reader *
row_reader_new (const char *path, GError **error)
{
  g_autoptr (row_reader) r = g_new0 (row_reader, 1);
  r->name = g_filename_display_name (path);
  if (is_json (path))
    r->json = json_rows_new (path, error);
  else
    r->csv = csv_reader_new (path, error);
  return r->json == NULL && r->csv == NULL ? NULL : g_steal_pointer (&r);
}

char **
row_reader_header (const row_reader *r)
{
  return r->json != NULL ? json_rows_header (r->json) : csv_reader_header (r->csv);
}

char **
row_reader_next (row_reader *r, GError **error)
{
  return r->json != NULL ? json_rows_next (r->json, error) : csv_reader_next (r->csv, error);
}

guint64
row_reader_line (const row_reader *r)
{
  return r->json != NULL ? json_rows_line (r->json) : csv_reader_line (r->csv);
}

const char *
row_reader_name (const row_reader *r)
{
  return r->name;
}

void
row_reader_free (row_reader *r)
{
  if (r == NULL)
    return;
  g_clear_pointer (&r->csv, csv_reader_free);
  g_clear_pointer (&r->json, json_rows_free);
  g_free (r->name);
  g_free (r);
}
