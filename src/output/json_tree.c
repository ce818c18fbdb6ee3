/* The only user of jansson. JSON has no NaN and no raw bytes: a measure that is not finite becomes null, a byte that is not UTF-8
 * becomes U+FFFD. */
#include "output/json_tree.h"

#include <jansson.h>
#include <math.h>

#include "base/error.h"
#include "output/whole_file.h"

#define DIGITS 7 /* significant; what float32 features carry */

tree *
tree_object (void)
{
  return json_object ();
}

tree *
tree_list (void)
{
  return json_array ();
}

tree *
tree_null (void)
{
  return json_null ();
}

tree *
tree_text (const char *bytes)
{
  g_autofree char *valid = g_utf8_make_valid (bytes == NULL ? "" : bytes, -1);
  return json_string (valid);
}

tree *
tree_text_or_null (const char *bytes)
{
  return bytes != NULL ? tree_text (bytes) : json_null ();
}

tree *
tree_int (gint64 n)
{
  return json_integer ((json_int_t) n);
}

tree *
tree_count (guint64 n)
{
  return json_integer ((json_int_t) MIN (n, (guint64) G_MAXINT64));
}

tree *
tree_real (double value)
{
  return isfinite (value) ? json_real (value) : json_null ();
}

tree *
tree_share (double part, double whole)
{
  return tree_real (whole > 0 ? part / whole : NAN);
}

tree *
tree_flag (gboolean flag)
{
  return json_boolean (flag);
}

tree *
tree_read (const char *json)
{
  tree *t = json != NULL ? json_loads (json, 0, NULL) : NULL;
  return t != NULL ? t : json_null ();
}

tree *
tree_parse (const char *json, gsize length, GError **error)
{
  json_error_t why;
  tree *t = json_loadb (json, length, JSON_REJECT_DUPLICATES, &why);
  if (t == NULL)
    {
      g_autofree char *words = g_utf8_make_valid (why.text, -1); /* it may quote half a character */
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "%s (line %d, column %d)", words, why.line, why.column);
    }
  return t;
}

void
tree_free (tree *t)
{
  json_decref (t);
}

void
tree_set (tree *object, const char *key, tree *value)
{
  json_object_set_new (object, key, value);
}

void
tree_add (tree *list, tree *value)
{
  json_array_append_new (list, value);
}

void
tree_set_all (tree *object, const tree *of)
{
  if (json_is_object (of))
    json_object_update (object, (tree *) of);
}

void
tree_drop (tree *t, const char *key)
{
  const char *other;
  json_t *value;
  size_t i;
  json_array_foreach (t, i, value) tree_drop (value, key);
  if (json_is_object (t))
    json_object_del (t, key);
  json_object_foreach (t, other, value) tree_drop (value, key);
}

const tree *
tree_get (const tree *t, const char *key)
{
  return json_object_get (t, key);
}

const char *
tree_next_key (const tree *object, const char *key)
{
  tree *o = (tree *) object;
  return json_object_iter_key (key == NULL ? json_object_iter (o)
                                           : json_object_iter_next (o, json_object_key_to_iter (key)));
}

gssize
tree_length (const tree *t)
{
  return json_is_array (t) ? (gssize) json_array_size (t) : -1;
}

const tree *
tree_at (const tree *list, gssize i)
{
  return json_array_get (list, (size_t) i);
}

gboolean
tree_is_object (const tree *t)
{
  return json_is_object (t);
}

gboolean
tree_is_null (const tree *t)
{
  return json_is_null (t);
}

const char *
tree_as_text (const tree *t)
{
  return json_string_value (t);
}

gboolean
tree_as_int (const tree *t, gint64 *n)
{
  *n = json_integer_value (t);
  return json_is_integer (t);
}

int
tree_as_flag (const tree *t)
{
  return json_is_boolean (t) ? json_is_true (t) : -1;
}

static int
put_into_string (const char *bytes, size_t length, void *user)
{
  g_string_append_len (user, bytes, (gssize) length);
  return 0;
}

char *
tree_print (const tree *t)
{
  GString *made = g_string_new (NULL);
  json_dump_callback (t, put_into_string, made, JSON_COMPACT | JSON_REAL_PRECISION (DIGITS));
  return g_string_free (made, FALSE);
}

static int
put_into_file (const char *bytes, size_t length, void *user)
{
  whole_file_put (user, bytes, length);
  return 0;
}

gboolean
tree_write (const tree *t, const char *dir, const char *name, GError **error)
{
  g_autoptr (whole_file) f = whole_file_new (dir, name, error);
  if (f == NULL)
    return FALSE;
  json_dump_callback (t, put_into_file, f, JSON_INDENT (2) | JSON_REAL_PRECISION (DIGITS));
  whole_file_put (f, "\n", 1);
  return whole_file_commit (f, error);
}
