/* JSON as text, a value at a time. Numbers that are not known are null, never NaN. */
#include "base/json_write.h"

#include <math.h>
#include <string.h>

static void
put_quoted (GString *o, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_string_append_c (o, '"');
  for (const char *c = valid; *c != '\0'; c++)
    if (*c == '"' || *c == '\\')
      g_string_append_printf (o, "\\%c", *c);
    else if ((guchar) *c < 0x20)
      g_string_append_printf (o, "\\u%04x", (guint) *c);
    else
      g_string_append_c (o, *c);
  g_string_append_c (o, '"');
}

/* A comma where something stands before. */
void
json_begin (GString *o, const char *key)
{
  if (o->len > 0 && strchr ("{[:", o->str[o->len - 1]) == NULL)
    g_string_append_c (o, ',');
  if (key == NULL)
    return;
  put_quoted (o, key);
  g_string_append_c (o, ':');
}

void
json_open (GString *o, const char *key, char bracket)
{
  json_begin (o, key);
  g_string_append_c (o, bracket);
}

void
json_close (GString *o, char bracket)
{
  g_string_append_c (o, bracket);
}

void
json_put_text (GString *o, const char *key, const char *text)
{
  json_begin (o, key);
  if (text == NULL)
    g_string_append (o, "null");
  else
    put_quoted (o, text);
}

void
json_put_count (GString *o, const char *key, gsize n)
{
  json_begin (o, key);
  g_string_append_printf (o, "%" G_GSIZE_FORMAT, n);
}

void
json_put_flag (GString *o, const char *key, gboolean flag)
{
  json_begin (o, key);
  g_string_append (o, flag ? "true" : "false");
}

/* With a point or an exponent, so that readers that tell them apart see a real number whatever its value. */
void
json_put_real (GString *o, const char *key, double value, gboolean known)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  json_begin (o, key);
  if (!known || !isfinite (value))
    {
      g_string_append (o, "null");
      return;
    }
  g_ascii_formatd (text, sizeof text, "%.17g", value);
  g_string_append (o, text);
  if (strpbrk (text, ".e") == NULL)
    g_string_append (o, ".0");
}

void
json_put_bytes (GString *o, const char *key, const void *bytes, gsize n)
{
  json_begin (o, key);
  gsize at = o->len + 1, room = n / 3 * 4 + 8;
  int state = 0, save = 0;
  g_string_append_c (o, '"');
  g_string_set_size (o, at + room); /* encoded in place: a copy of a long column would be as long again */
  gsize done = g_base64_encode_step (bytes, n, FALSE, o->str + at, &state, &save);
  done += g_base64_encode_close (FALSE, o->str + at + done, &state, &save);
  g_string_truncate (o, at + done);
  g_string_append_c (o, '"');
}
