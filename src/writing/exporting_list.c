/* Chosen pictures as text, CSV or JSON lines. Names are the bytes the file system has, but for JSON, which must be UTF-8. */
#include "writing/exporting.h"

#include <string.h>
#include <sys/stat.h>

#include "base/csv.h"
#include "base/error.h"
#include "base/json_write.h"

typedef void (*writer) (GString *line, char *const *header, const export_row *row);

static void
write_path (GString *line, char *const *header, const export_row *row)
{
  (void) header;
  g_string_append (line, row->extra[EXPORT_PATH]);
}

static void
write_csv (GString *line, char *const *header, const export_row *row)
{
  for (gsize i = 0; header[i] != NULL; i++)
    csv_append (line, row->fields[i], i == 0);
  for (int e = 0; e < EXPORT_EXTRAS; e++)
    csv_append (line, row->extra[e], FALSE);
  g_string_append (line, "\r\n");
}

static void
write_header (GString *line, char *const *header)
{
  for (gsize i = 0; header[i] != NULL; i++)
    csv_append (line, header[i], i == 0);
  for (int e = 0; e < EXPORT_EXTRAS; e++)
    csv_append (line, export_extra_names[e], FALSE);
  g_string_append (line, "\r\n");
}

/* A class named 7 stays text. */
static gboolean
is_text (const char *column)
{
  static const char *const names[] = { "file",           "path",    "status",    "reason",     "format",
                                       "kind",           "space",   "label",     "prediction", "verdict",
                                       "verdict_reason", "decided", "suggested", NULL };
  return g_strv_contains (names, column);
}

static const char *
skip_digits (const char *at)
{
  return at + strspn (at, "0123456789");
}

/* RFC 8259, section 6. */
static gboolean
is_number (const char *at)
{
  const char *digits = at += *at == '-';
  at = skip_digits (at);
  if (at == digits || (*digits == '0' && at > digits + 1))
    return FALSE;
  if (*at == '.')
    {
      digits = at + 1;
      at = skip_digits (digits);
      if (at == digits)
        return FALSE;
    }
  if (*at == 'e' || *at == 'E')
    {
      digits = at + 1;
      digits += *digits == '-' || *digits == '+';
      at = skip_digits (digits);
      if (at == digits)
        return FALSE;
    }
  return *at == 0;
}

static void
put_value (GString *line, const char *column, const char *value)
{
  if (*value == 0)
    json_put_text (line, column, NULL);
  else if (is_text (column) || !is_number (value))
    json_put_text (line, column, value);
  else
    {
      json_begin (line, column);
      g_string_append (line, value);
    }
}

static void
write_json (GString *line, char *const *header, const export_row *row)
{
  json_open (line, NULL, '{');
  for (gsize i = 0; header[i] != NULL; i++)
    put_value (line, header[i], row->fields[i]);
  for (int e = 0; e < EXPORT_EXTRAS; e++)
    put_value (line, export_extra_names[e], row->extra[e]);
  json_close (line, '}');
  g_string_append_c (line, '\n');
}

static writer
find_writer (const pardon_export_options *o, GError **error)
{
  const char *format = o->format != NULL ? o->format : "text";
  writer found = strcmp (format, "text") == 0    ? write_path
                 : strcmp (format, "csv") == 0   ? write_csv
                 : strcmp (format, "jsonl") == 0 ? write_json
                                                 : NULL;
  if (found == NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "there is no format '%s'; there are text, csv and jsonl",
                 format);
  else if (o->null_ended && found != write_path)
    g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT, "only text can be ended by NUL, not csv or jsonl");
  else
    return found;
  return NULL;
}

gboolean
exporting_list (const pardon_export_options *o, void (*put) (void *user, const char *bytes, size_t n), void *user,
                pardon_export_result *result, GError **error)
{
  *result = (pardon_export_result){ 0 };
  writer write = find_writer (o, error);
  g_autoptr (export_source) x = write != NULL ? export_source_new (o, error) : NULL;
  if (x == NULL)
    return FALSE;
  char **header = export_source_header (x);
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GError) why = NULL;
  struct stat st;
  if (write == write_csv)
    {
      write_header (line, header);
      put (user, line->str, line->len);
    }
  for (export_row row; export_source_next (x, &row, &why);)
    {
      const char *path = row.extra[EXPORT_PATH];
      g_string_truncate (line, 0);
      write (line, header, &row);
      if (write == write_path)
        g_string_append_c (line, o->null_ended ? '\0' : '\n');
      put (user, line->str, line->len);
      result->pictures++;
      result->gone += stat (path, &st) != 0;
      result->broken_names += write == write_path && !o->null_ended && strpbrk (path, "\r\n") != NULL;
    }
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}
