/* RFC 4180 values. The reader is one state machine over bytes; the current row lives in one buffer that
 * never exceeds ROW_MAX, whatever the file holds. The first error stays: every later call repeats it. */
#include "base/csv.h"

#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ROW_MAX      (1024 * 1024)
#define READ_AHEAD   (64 * 1024)
#define AT_FILE_END  (-1)
#define NOT_READABLE (-2)

struct csv_reader {
  char *name; /* as the user gave it, made printable, for messages */
  FILE *in;
  guint8 *ahead; /* READ_AHEAD bytes */
  gsize ahead_at, ahead_n;
  char delimiter;
  guint64 line, column;   /* of the byte about to be read, from 1; the column counts characters */
  guint64 row_line;       /* where the current row began */
  guint64 surplus_column; /* where the row's first field beyond the header's began; 0: nowhere */
  GString *text;          /* the row's fields, each ended by a NUL */
  GArray *starts;         /* gsize: where each field starts in `text` */
  GPtrArray *fields;      /* char *, NULL-ended: what is handed out */
  char **header;
  gsize columns;
  GError *failed;
};

typedef enum {
  FIELD_BEGINS,
  FIELD_BARE,
  FIELD_QUOTED,
  FIELD_QUOTE_ENDED, /* or the first half of a doubled quote */
} field_state;

static void G_GNUC_PRINTF (3, 4) fail_at (csv_reader *r, guint64 column, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (column > 0)
    r->failed = g_error_new (PARDON_ERROR, PARDON_ERROR_INPUT,
                             "'%s' line %" G_GUINT64_FORMAT ", column %" G_GUINT64_FORMAT ": %s", r->name, r->line,
                             column, what);
  else
    r->failed =
        g_error_new (PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' line %" G_GUINT64_FORMAT ": %s", r->name, r->line, what);
}

static gboolean
pass_on (const csv_reader *r, GError **error)
{
  if (error != NULL)
    *error = g_error_copy (r->failed);
  return FALSE;
}

static gboolean
fill_ahead (csv_reader *r)
{
  r->ahead_at = 0;
  errno = 0;
  r->ahead_n = fread (r->ahead, 1, READ_AHEAD, r->in);
  if (r->ahead_n == 0 && ferror (r->in))
    {
      r->failed = g_error_new (PARDON_ERROR, PARDON_ERROR_INPUT, "cannot read '%s': %s", r->name, g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

static int
peek_byte (csv_reader *r)
{
  if (r->ahead_at == r->ahead_n && !fill_ahead (r))
    return NOT_READABLE;
  return r->ahead_n == 0 ? AT_FILE_END : r->ahead[r->ahead_at];
}

static void
take_byte (csv_reader *r, int byte)
{
  r->ahead_at++;
  if (byte == '\n')
    {
      r->line++;
      r->column = 1;
    }
  else if ((byte & 0xC0) != 0x80) /* UTF-8 continuation bytes belong to the character before */
    r->column++;
}

static void
begin_field (csv_reader *r)
{
  if (r->starts->len == r->columns && r->columns > 0)
    r->surplus_column = r->column;
  g_array_append_val (r->starts, r->text->len);
}

static void
end_field (csv_reader *r)
{
  g_string_append_c (r->text, '\0');
}

/* Takes a lone CR, a lone LF or CR LF; a lone CR is counted as a line too. */
static gboolean
take_line_end (csv_reader *r, int byte)
{
  take_byte (r, byte);
  if (byte != '\r')
    return TRUE;
  int next = peek_byte (r);
  if (next == NOT_READABLE)
    return FALSE;
  if (next == '\n')
    take_byte (r, next);
  else
    {
      r->line++;
      r->column = 1;
    }
  return TRUE;
}

/* A byte inside quotes. A lone CR there is data, and a line of the file all the same. */
static gboolean
take_quoted (csv_reader *r, int byte)
{
  g_string_append_c (r->text, (char) byte);
  take_byte (r, byte);
  if (byte != '\r')
    return TRUE;
  int next = peek_byte (r);
  if (next != '\n')
    {
      r->line++;
      r->column = 1;
    }
  return next != NOT_READABLE;
}

static gboolean
refuse_byte (csv_reader *r, int byte)
{
  if (byte == 0)
    fail_at (r, r->column, "a NUL byte, which no CSV text holds; save the file as UTF-8 text");
  else if (r->text->len + r->starts->len >= ROW_MAX)
    {
      r->line = r->row_line;
      fail_at (r, 0, "the row is longer than 1 MiB; is a quote missing?");
    }
  else
    return FALSE;
  return TRUE;
}

/* Reads one row into text and starts. FALSE at the end of the file or with r->failed set. */
static gboolean
read_row (csv_reader *r)
{
  field_state state = FIELD_BEGINS;
  guint64 quote_line = 0, quote_column = 0;
  g_string_truncate (r->text, 0);
  g_array_set_size (r->starts, 0);
  r->surplus_column = 0;

  int byte;
  while ((byte = peek_byte (r)) == '\n' || byte == '\r')
    if (!take_line_end (r, byte))
      return FALSE;
  if (byte < 0)
    return FALSE;
  r->row_line = r->line;
  begin_field (r);

  for (;; byte = peek_byte (r))
    {
      if (byte == NOT_READABLE || (byte >= 0 && refuse_byte (r, byte)))
        return FALSE;
      if (byte == AT_FILE_END && state == FIELD_QUOTED)
        {
          r->line = quote_line;
          fail_at (r, quote_column, "a quote that is opened here is never closed");
          return FALSE;
        }
      if (state == FIELD_QUOTED)
        {
          if (byte == '"')
            {
              take_byte (r, byte);
              state = FIELD_QUOTE_ENDED;
            }
          else if (!take_quoted (r, byte))
            return FALSE;
        }
      else if (byte == AT_FILE_END || byte == '\n' || byte == '\r')
        {
          end_field (r);
          return byte == AT_FILE_END || take_line_end (r, byte);
        }
      else if (byte == (guint8) r->delimiter)
        {
          end_field (r);
          take_byte (r, byte);
          begin_field (r);
          state = FIELD_BEGINS;
        }
      else if (byte == '"' && state == FIELD_BEGINS)
        {
          quote_line = r->line;
          quote_column = r->column;
          take_byte (r, byte);
          state = FIELD_QUOTED;
        }
      else if (state == FIELD_QUOTE_ENDED && byte != '"')
        {
          fail_at (r, r->column, "text after a closing quote; a quote inside a field is written twice");
          return FALSE;
        }
      else
        {
          state = state == FIELD_QUOTE_ENDED ? FIELD_QUOTED : FIELD_BARE;
          g_string_append_c (r->text, (char) byte);
          take_byte (r, byte);
        }
    }
}

/* The text buffer moves while it grows, so pointers are made when the row is complete. */
static void
point_at_fields (csv_reader *r)
{
  g_ptr_array_set_size (r->fields, 0);
  for (guint i = 0; i < r->starts->len; i++)
    g_ptr_array_add (r->fields, r->text->str + g_array_index (r->starts, gsize, i));
  g_ptr_array_add (r->fields, NULL);
}

/* The commonest candidate outside quotes on the first line; a comma where none stands out. */
static char
tell_delimiter (const guint8 *text, gsize n)
{
  static const char candidates[] = ",;\t|";
  gsize counts[sizeof candidates - 1] = { 0 };
  gboolean quoted = FALSE, begins = TRUE;
  gsize i = 0;
  while (i < n && (text[i] == '\n' || text[i] == '\r'))
    i++;
  for (; i < n && (quoted || (text[i] != '\n' && text[i] != '\r')); i++)
    {
      const char *found = text[i] == 0 ? NULL : strchr (candidates, text[i]);
      if (text[i] == '"' && (quoted || begins))
        quoted = !quoted;
      else if (text[i] == '"' && i > 0 && text[i - 1] == '"')
        quoted = TRUE; /* a doubled quote: the first half had ended the field */
      else if (found != NULL && !quoted)
        counts[found - candidates]++;
      begins = found != NULL;
    }
  gsize best = 0;
  for (gsize c = 1; c < G_N_ELEMENTS (counts); c++)
    if (counts[c] > counts[best])
      best = c;
  return candidates[best];
}

static gboolean
read_header (csv_reader *r)
{
  if (!fill_ahead (r))
    return FALSE;
  if (r->ahead_n >= 2 && ((r->ahead[0] == 0xFF && r->ahead[1] == 0xFE) || (r->ahead[0] == 0xFE && r->ahead[1] == 0xFF)))
    {
      r->failed = g_error_new (PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' is UTF-16 text; save it as UTF-8", r->name);
      return FALSE;
    }
  if (r->ahead_n >= 3 && memcmp (r->ahead, "\xEF\xBB\xBF", 3) == 0)
    r->ahead_at = 3;
  r->delimiter = tell_delimiter (r->ahead + r->ahead_at, r->ahead_n - r->ahead_at);
  if (!read_row (r))
    {
      if (r->failed == NULL)
        r->failed = g_error_new (PARDON_ERROR, PARDON_ERROR_INPUT,
                                 "'%s' is empty; its first line must name the columns", r->name);
      return FALSE;
    }
  point_at_fields (r);
  r->columns = r->starts->len;
  r->header = g_strdupv ((char **) r->fields->pdata);
  return TRUE;
}

csv_reader *
csv_reader_new (const char *path, GError **error)
{
  g_autoptr (csv_reader) r = g_new0 (csv_reader, 1);
  r->name = g_filename_display_name (path);
  r->ahead = g_malloc (READ_AHEAD);
  r->line = r->column = 1;
  r->text = g_string_new (NULL);
  r->starts = g_array_new (FALSE, FALSE, sizeof (gsize));
  r->fields = g_ptr_array_new ();
  r->in = fopen (path, "rbe");
  if (r->in == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot open '%s': %s", r->name, g_strerror (errno));
      return NULL;
    }
  if (!read_header (r))
    {
      pass_on (r, error);
      return NULL;
    }
  return g_steal_pointer (&r);
}

char **
csv_reader_header (const csv_reader *r)
{
  return r->header;
}

int
csv_reader_column (const csv_reader *r, const char *const *names)
{
  for (; *names != NULL; names++)
    for (gsize c = 0; c < r->columns; c++)
      {
        g_autofree char *bare = g_strstrip (g_strdup (r->header[c]));
        if (g_ascii_strcasecmp (bare, *names) == 0)
          return (int) c;
      }
  return -1;
}

char **
csv_reader_next (csv_reader *r, GError **error)
{
  if (r->failed == NULL && read_row (r))
    {
      gsize n = r->starts->len;
      if (n == r->columns)
        {
          point_at_fields (r);
          return (char **) r->fields->pdata;
        }
      r->line = r->row_line;
      fail_at (r, 0, "%" G_GSIZE_FORMAT " %s where the header has %" G_GSIZE_FORMAT, n, n == 1 ? "field" : "fields",
               r->columns);
      if (r->surplus_column > 0)
        {
          g_autofree char *words = g_steal_pointer (&r->failed->message);
          r->failed->message =
              g_strdup_printf ("%s (the first one too many at column %" G_GUINT64_FORMAT ")", words, r->surplus_column);
        }
    }
  if (r->failed != NULL)
    pass_on (r, error);
  return NULL;
}

guint64
csv_reader_line (const csv_reader *r)
{
  return r->row_line;
}

void
csv_reader_free (csv_reader *r)
{
  if (r == NULL)
    return;
  if (r->in != NULL)
    fclose (r->in);
  g_free (r->name);
  g_free (r->ahead);
  g_string_free (r->text, TRUE);
  g_array_unref (r->starts);
  g_ptr_array_unref (r->fields);
  g_strfreev (r->header);
  g_clear_error (&r->failed);
  g_free (r);
}

void
csv_append (GString *line, const char *field, gboolean first)
{
  if (!first)
    g_string_append_c (line, ',');
  if (strpbrk (field, ",\"\r\n") == NULL)
    {
      g_string_append (line, field);
      return;
    }
  g_string_append_c (line, '"');
  for (const char *c = field; *c != '\0'; c++)
    {
      if (*c == '"')
        g_string_append_c (line, '"');
      g_string_append_c (line, *c);
    }
  g_string_append_c (line, '"');
}
