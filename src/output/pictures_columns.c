/* Numbers are little-endian whatever the machine is, for a browser's arrays are. */
#include "output/pictures_columns.h"

#include <math.h>

#include "base/json_write.h"

#define NO_CODE 65535

void
column_put_word (column *c, guint32 bits, gsize size)
{
  guint32 little = GUINT32_TO_LE (bits);
  g_byte_array_append (c->data, (const guint8 *) &little, (guint) size);
}

void
column_put_float (column *c, double value)
{
  union {
    float value;
    guint32 bits;
  } u = { .value = isfinite (value) ? (float) value : NAN };
  column_put_word (c, u.bits, sizeof u.bits);
  c->known = c->known || isfinite (value);
}

void
column_put_int (column *c, gint64 value)
{
  column_put_word (c, (guint32) (gint32) MIN (value, G_MAXINT32), sizeof (gint32));
  c->known = c->known || value >= 0;
}

/* `nothing`: the value that says nothing. */
void
column_put_octet (column *c, guint8 value, guint8 nothing)
{
  g_byte_array_append (c->data, &value, 1);
  c->known = c->known || value != nothing;
}

void
column_init (column *c, column_type type, GPtrArray *names)
{
  *c = (column){ .data = g_byte_array_new () };
  if (names != NULL)
    {
      c->names = g_ptr_array_ref (names);
      c->wide = names->len >= NO_CODE;
    }
  else if (type == COLUMN_CATEGORY)
    {
      c->names = g_ptr_array_new_with_free_func (g_free);
      c->numbers = g_hash_table_new (g_str_hash, g_str_equal);
    }
}

void
column_put_text (column *c, const char *text)
{
  g_autoptr (GString) value = g_string_new (c->data->len > 0 ? "," : NULL);
  g_autoptr (GString) quoted = g_string_new (NULL);
  json_put_text (quoted, NULL, text);
  g_string_append_len (value, quoted->str, (gssize) quoted->len);
  g_byte_array_append (c->data, (const guint8 *) value->str, (guint) value->len);
  c->known = c->known || text != NULL;
}

void
column_put_code (column *c, gint64 code)
{
  column_put_word (c, code < 0 ? G_MAXUINT32 : (guint32) code, c->wide ? sizeof (guint32) : sizeof (guint16));
  c->known = c->known || code >= 0;
}

/* NULL and "": none. */
void
column_put_name (column *c, const char *name)
{
  gpointer number = NULL;
  if (name == NULL || *name == '\0')
    {
      column_put_code (c, -1);
      return;
    }
  if (!g_hash_table_lookup_extended (c->numbers, name, NULL, &number))
    {
      if (c->names->len == NO_CODE && !c->wide) /* only a damaged store has so many formats or kinds */
        {
          column_put_code (c, -1);
          return;
        }
      char *kept = g_strdup (name);
      number = GUINT_TO_POINTER (c->names->len);
      g_ptr_array_add (c->names, kept);
      g_hash_table_insert (c->numbers, kept, number);
    }
  column_put_code (c, GPOINTER_TO_UINT (number));
}

static gsize
count_codes (const column *c)
{
  return c->data->len / (c->wide ? sizeof (guint32) : sizeof (guint16));
}

/* -1: none. */
static gint64
code_at (const column *c, gsize i)
{
  gconstpointer data = c->data->data;
  gint64 code =
      c->wide ? (gint64) GUINT32_FROM_LE (((const guint32 *) data)[i]) : GUINT16_FROM_LE (((const guint16 *) data)[i]);
  return code < (gint64) c->names->len ? code : -1;
}

void
column_drop_unused (column *const *columns, gsize n)
{
  g_autoptr (GPtrArray) former = g_ptr_array_ref (columns[0]->names);
  g_autofree gint64 *becomes = g_new0 (gint64, MAX (former->len, 1)); /* used: 1; then its new code */
  g_autoptr (GPtrArray) used = g_ptr_array_new_with_free_func (g_free);
  for (gsize k = 0; k < n; k++)
    for (gsize i = 0; i < count_codes (columns[k]); i++)
      if (code_at (columns[k], i) >= 0)
        becomes[code_at (columns[k], i)] = 1;
  for (guint c = 0; c < former->len; c++)
    if (becomes[c] != 0)
      {
        becomes[c] = used->len;
        g_ptr_array_add (used, g_strdup (former->pdata[c]));
      }
  for (gsize k = 0; k < n; k++)
    {
      column now;
      column_init (&now, COLUMN_CATEGORY, used);
      for (gsize i = 0; i < count_codes (columns[k]); i++)
        column_put_code (&now, code_at (columns[k], i) < 0 ? -1 : becomes[code_at (columns[k], i)]);
      column_clear (columns[k]);
      *columns[k] = now;
    }
}

void
column_clear (column *c)
{
  g_clear_pointer (&c->data, g_byte_array_unref);
  g_clear_pointer (&c->numbers, g_hash_table_unref);
  g_clear_pointer (&c->names, g_ptr_array_unref);
}

void
json_put_names (GString *o, const char *key, const GPtrArray *names)
{
  json_open (o, key, '[');
  for (guint i = 0; i < names->len; i++)
    json_put_text (o, NULL, names->pdata[i]);
  json_close (o, ']');
}

void
column_write (GString *o, const char *name, column_type type, const column *c)
{
  static const char *const types[] = { "text", "category", "f32", "i32", "u8" };
  json_open (o, name, '{');
  json_put_text (o, "type", types[type]);
  if (type == COLUMN_TEXT)
    {
      json_open (o, "values", '[');
      g_string_append_len (o, (const char *) c->data->data, c->data->len);
      json_close (o, ']');
    }
  else
    {
      if (type == COLUMN_CATEGORY)
        json_put_names (o, "names", c->names);
      if (type == COLUMN_CATEGORY && c->wide)
        json_put_flag (o, "wide", TRUE);
      json_put_bytes (o, "data", c->data->data, c->data->len);
    }
  json_close (o, '}');
}
