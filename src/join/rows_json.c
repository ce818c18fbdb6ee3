/* JSON lines as a table. The file is read twice: for its keys, and for its rows; values go straight into the row's text. */
#include "join/rows.h"

#include "base/error.h"
#include "join/json_text.h"
#include "join/map_file.h"

#include <string.h>

#define LINE_MAX_BYTES (16 * 1024 * 1024)
#define KEYS_MAX       65536

struct json_rows {
  char *name;
  GMappedFile *mapped;
  const char *at, *end;    /* what is not read yet */
  const char *line_starts; /* of the current line */
  json_text t;             /* what is left of it */
  guint64 line;            /* of the current line */
  GHashTable *keys;        /* column name -> index */
  GPtrArray *columns;      /* column names, NULL-ended when all are known */
  gboolean gathering;      /* first reading: unknown keys become columns */
  GString *text;           /* the row's values, each ended by a NUL; offset 0 holds "" */
  GArray *starts;          /* gsize: where each column's value starts in `text` */
  GString *key, *value;
  GPtrArray *fields;
  GError *failed;
};

/* The fault of the current line, if there is one. */
static void
keep_fault (json_rows *r)
{
  if (r->t.fault == NULL || r->failed != NULL)
    return;
  guint64 column = 1;
  for (const char *c = r->line_starts; c < r->t.p; c++)
    column += (*c & 0xC0) != 0x80;
  r->failed = g_error_new (PARDON_ERROR, PARDON_ERROR_INPUT,
                           "'%s' line %" G_GUINT64_FORMAT ", column %" G_GUINT64_FORMAT ": %s", r->name, r->line,
                           column, r->t.fault);
}

/* Keeps `text` (or forgets it, while keys are gathered) as the value of `key`. */
static gboolean
put_value (json_rows *r, const char *key, const char *text, gsize length)
{
  gpointer found;
  gsize column;
  if (g_hash_table_lookup_extended (r->keys, key, NULL, &found))
    column = GPOINTER_TO_SIZE (found);
  else
    {
      if (r->columns->len == KEYS_MAX)
        return json_text_refuse (&r->t, "more than 65536 different keys");
      column = r->columns->len;
      char *name = g_strdup (key);
      g_ptr_array_add (r->columns, name);
      g_hash_table_insert (r->keys, name, GSIZE_TO_POINTER (column));
    }
  if (r->gathering)
    return TRUE;
  g_array_index (r->starts, gsize, column) = r->text->len;
  g_string_append_len (r->text, text, (gssize) length);
  g_string_append_c (r->text, '\0');
  return TRUE;
}

/* What the items of a list under `key` are called, or NULL where lists are kept as written. */
static const char *
item_name (const char *key)
{
  static const char *const names[][2] = {
    { "prob", "prob" },   { "probs", "prob" },   { "probabilities", "prob" }, { "scores", "prob" },
    { "label", "label" }, { "labels", "label" }, { "index", "index" },        { "indices", "index" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (key, names[i][0]) == 0)
      return names[i][1];
  return NULL;
}

/* Standing on '['. */
static gboolean
take_list (json_rows *r, const char *name)
{
  r->t.p++;
  json_text_pass_blanks (&r->t);
  if (json_text_peek (&r->t) == ']')
    {
      r->t.p++;
      return TRUE;
    }
  for (guint i = 0;; i++)
    {
      char key[40];
      json_text_pass_blanks (&r->t);
      if (json_text_peek (&r->t) == '[' || json_text_peek (&r->t) == '{')
        return json_text_refuse (&r->t, "a list inside a list of values");
      if (!json_text_value (&r->t, r->value))
        return FALSE;
      g_snprintf (key, sizeof key, "%s_%u", name, i);
      if (!put_value (r, key, r->value->str, r->value->len))
        return FALSE;
      json_text_pass_blanks (&r->t);
      char c = json_text_peek (&r->t);
      if (c != ',' && c != ']')
        return json_text_refuse (&r->t, "a ',' or ']' should stand here");
      r->t.p++;
      if (c == ']')
        return TRUE;
    }
}

static gboolean
take_member (json_rows *r)
{
  if (json_text_peek (&r->t) != '"')
    return json_text_refuse (&r->t, "a key in double quotes should stand here");
  g_string_truncate (r->key, 0);
  if (!json_text_string (&r->t, r->key))
    return FALSE;
  json_text_pass_blanks (&r->t);
  if (json_text_peek (&r->t) != ':')
    return json_text_refuse (&r->t, "a ':' should stand here");
  r->t.p++;
  json_text_pass_blanks (&r->t);
  const char *item = item_name (r->key->str), *begins = r->t.p;
  if (item != NULL && json_text_peek (&r->t) == '[')
    return take_list (r, item);
  gboolean nested = json_text_peek (&r->t) == '[' || json_text_peek (&r->t) == '{';
  if (!json_text_value (&r->t, r->value))
    return FALSE;
  return nested ? put_value (r, r->key->str, begins, (gsize) (r->t.p - begins))
                : put_value (r, r->key->str, r->value->str, r->value->len);
}

static gboolean
take_object (json_rows *r)
{
  json_text_pass_blanks (&r->t);
  if (json_text_peek (&r->t) == '[')
    return json_text_refuse (&r->t, "a list; JSON lines hold one object a line, {\"file\": ...}");
  if (json_text_peek (&r->t) != '{')
    return json_text_refuse (&r->t, "an object, {\"file\": ...}, should stand here");
  r->t.p++;
  json_text_pass_blanks (&r->t);
  if (json_text_peek (&r->t) == '}')
    r->t.p++;
  else
    for (char c = ','; c != '}';)
      {
        json_text_pass_blanks (&r->t);
        if (!take_member (r))
          return FALSE;
        json_text_pass_blanks (&r->t);
        c = json_text_peek (&r->t);
        if (c != ',' && c != '}')
          return json_text_refuse (&r->t, r->t.p == r->t.end
                                              ? "the line ends inside the object; an object stands on one line"
                                              : "a ',' or '}' should stand here");
        r->t.p++;
      }
  json_text_pass_blanks (&r->t);
  return r->t.p == r->t.end || json_text_refuse (&r->t, "text after the object; JSON lines hold one object a line");
}

/* The next line that is not blank; FALSE at the end or with a fault set. */
static gboolean
next_line (json_rows *r)
{
  while (r->at < r->end)
    {
      const char *newline = memchr (r->at, '\n', (gsize) (r->end - r->at));
      r->line_starts = r->t.p = r->at;
      r->t.end = newline != NULL ? newline : r->end;
      r->at = newline != NULL ? newline + 1 : r->end;
      r->line++;
      json_text_pass_blanks (&r->t);
      if (r->t.p == r->t.end)
        continue;
      const char *valid;
      if (r->t.end - r->t.p > LINE_MAX_BYTES)
        return json_text_refuse (&r->t, "the line is longer than 16 MiB");
      if (!g_utf8_validate (r->t.p, r->t.end - r->t.p, &valid))
        {
          r->t.p = valid;
          return json_text_refuse (&r->t, *valid == '\0'
                                              ? "a NUL byte, which no JSON holds; save the file as UTF-8 text"
                                              : "this is not UTF-8; save the file as UTF-8 text");
        }
      return TRUE;
    }
  return FALSE;
}

static void
rewind_rows (json_rows *r)
{
  r->at = g_mapped_file_get_contents (r->mapped);
  r->end = r->at != NULL ? r->at + g_mapped_file_get_length (r->mapped) : NULL;
  if (r->at != NULL && r->end - r->at >= 3 && memcmp (r->at, "\xEF\xBB\xBF", 3) == 0)
    r->at += 3;
  r->line = 0;
}

static gboolean
gather_keys (json_rows *r)
{
  if (r->end - r->at >= 2 && (memcmp (r->at, "\xFF\xFE", 2) == 0 || memcmp (r->at, "\xFE\xFF", 2) == 0))
    {
      r->failed = g_error_new (PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' is UTF-16 text; save it as UTF-8", r->name);
      return FALSE;
    }
  r->gathering = TRUE;
  while (next_line (r) && take_object (r))
    ;
  keep_fault (r);
  if (r->failed == NULL && r->columns->len == 0)
    r->failed = g_error_new (PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' holds no object", r->name);
  r->gathering = FALSE;
  return r->failed == NULL;
}

json_rows *
json_rows_new (const char *path, GError **error)
{
  g_autoptr (json_rows) r = g_new0 (json_rows, 1);
  r->name = g_filename_display_name (path);
  r->mapped = map_file (path, r->name, error);
  if (r->mapped == NULL)
    return NULL;
  r->keys = g_hash_table_new (g_str_hash, g_str_equal);
  r->columns = g_ptr_array_new_with_free_func (g_free);
  r->key = g_string_new (NULL);
  r->value = g_string_new (NULL);
  r->text = g_string_new (NULL);
  rewind_rows (r);
  if (!gather_keys (r))
    {
      g_propagate_error (error, g_steal_pointer (&r->failed));
      return NULL;
    }
  rewind_rows (r);
  r->starts = g_array_sized_new (FALSE, TRUE, sizeof (gsize), r->columns->len);
  g_array_set_size (r->starts, r->columns->len);
  r->fields = g_ptr_array_sized_new (r->columns->len + 1);
  g_ptr_array_set_size (r->fields, (int) r->columns->len + 1);
  g_ptr_array_add (r->columns, NULL);
  return g_steal_pointer (&r);
}

char **
json_rows_header (const json_rows *r)
{
  return (char **) r->columns->pdata;
}

char **
json_rows_next (json_rows *r, GError **error)
{
  g_string_truncate (r->text, 0);
  g_string_append_c (r->text, '\0');
  memset (r->starts->data, 0, r->starts->len * sizeof (gsize));
  if (r->failed == NULL && next_line (r) && take_object (r))
    {
      for (guint i = 0; i < r->starts->len; i++)
        r->fields->pdata[i] = r->text->str + g_array_index (r->starts, gsize, i);
      return (char **) r->fields->pdata;
    }
  keep_fault (r);
  if (r->failed != NULL && error != NULL)
    *error = g_error_copy (r->failed);
  return NULL;
}

guint64
json_rows_line (const json_rows *r)
{
  return r->line;
}

void
json_rows_free (json_rows *r)
{
  if (r == NULL)
    return;
  g_free (r->name);
  g_clear_pointer (&r->mapped, g_mapped_file_unref);
  g_clear_pointer (&r->keys, g_hash_table_unref);
  g_clear_pointer (&r->columns, g_ptr_array_unref);
  g_clear_pointer (&r->starts, g_array_unref);
  g_clear_pointer (&r->fields, g_ptr_array_unref);
  for (GString **s = (GString *[]){ r->text, r->key, r->value, NULL }; *s != NULL; s++)
    g_string_free (*s, TRUE);
  g_clear_error (&r->failed);
  g_free (r);
}
