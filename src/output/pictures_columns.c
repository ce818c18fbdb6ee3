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
