/* One pass over the bytes; nothing is kept but the text of the last string or number. */
#include "join/json_text.h"

#include <string.h>

#define DEPTH_MAX 64

gboolean
json_text_refuse (json_text *t, const char *what)
{
  t->fault = what;
  return FALSE;
}

char
json_text_peek (const json_text *t)
{
  return t->p < t->end ? *t->p : '\0';
}

void
json_text_pass_blanks (json_text *t)
{
  while (t->p < t->end && (*t->p == ' ' || *t->p == '\t' || *t->p == '\r'))
    t->p++;
}

static gboolean
take_hex (json_text *t, gunichar *code)
{
  *code = 0;
  for (int i = 0; i < 4; i++, t->p++)
    {
      int digit = t->p < t->end ? g_ascii_xdigit_value (*t->p) : -1;
      if (digit < 0)
        return json_text_refuse (t, "\\u wants four hexadecimal digits");
      *code = *code * 16 + (gunichar) digit;
    }
  return TRUE;
}

/* After "\u". Two surrogates make one character. */
static gboolean
take_unicode (json_text *t, GString *into)
{
  gunichar code, low;
  if (!take_hex (t, &code))
    return FALSE;
  if (code >= 0xD800 && code < 0xDC00 && t->end - t->p >= 2 && t->p[0] == '\\' && t->p[1] == 'u')
    {
      t->p += 2;
      if (!take_hex (t, &low))
        return FALSE;
      if (low >= 0xDC00 && low < 0xE000)
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
  if (code == 0)
    return json_text_refuse (t, "a NUL character, which no name holds");
  if (code >= 0xD800 && code < 0xE000)
    return json_text_refuse (t, "half of a surrogate pair");
  g_string_append_unichar (into, code);
  return TRUE;
}

static gboolean
take_escape (json_text *t, GString *into)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  char c = json_text_peek (t);
  const char *known = c != '\0' ? strchr (from, c) : NULL;
  if (c == 'u')
    {
      t->p++;
      return take_unicode (t, into);
    }
  if (known == NULL)
    return json_text_refuse (t, "an unknown escape; a '\\' inside a string is written twice");
  g_string_append_c (into, to[known - from]);
  t->p++;
  return TRUE;
}

/* Standing on the opening quote. */
gboolean
json_text_string (json_text *t, GString *into)
{
  const char *opening = t->p++;
  while (t->p < t->end && *t->p != '"')
    {
      if (*t->p == '\\')
        {
          t->p++;
          if (!take_escape (t, into))
            return FALSE;
          continue;
        }
      if ((guint8) *t->p < 0x20)
        return json_text_refuse (t, "a control character inside a string");
      const char *run = t->p;
      while (t->p < t->end && *t->p != '"' && *t->p != '\\' && (guint8) *t->p >= 0x20)
        t->p++;
      g_string_append_len (into, run, t->p - run);
    }
  if (t->p == t->end)
    {
      t->p = opening;
      return json_text_refuse (t, "a string that is opened here is never closed");
    }
  t->p++;
  return TRUE;
}

static const char *
pass_digits (const char *c, const char *end)
{
  while (c < end && g_ascii_isdigit (*c))
    c++;
  return c;
}

/* RFC 8259 section 6; the end of the number at `c`, or NULL. */
static const char *
pass_number (const char *c, const char *end)
{
  if (c < end && *c == '-')
    c++;
  const char *digits = c;
  c = pass_digits (c, end);
  if (c == digits || (*digits == '0' && c - digits > 1))
    return NULL;
  if (c < end && *c == '.')
    {
      digits = ++c;
      c = pass_digits (c, end);
      if (c == digits)
        return NULL;
    }
  if (c < end && (*c == 'e' || *c == 'E'))
    {
      c++;
      if (c < end && (*c == '+' || *c == '-'))
        c++;
      digits = c;
      c = pass_digits (c, end);
      if (c == digits)
        return NULL;
    }
  return c;
}

/* Numbers and words as written; null is nothing. NaN and Infinity are what Python's json writes for such floats. */
static gboolean
take_scalar (json_text *t, GString *into)
{
  static const char *const words[] = { "true", "false", "NaN", "Infinity", "-Infinity", "null" };
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize n = strlen (words[i]);
      if ((gsize) (t->end - t->p) >= n && memcmp (t->p, words[i], n) == 0)
        {
          if (i != 5)
            g_string_append (into, words[i]);
          t->p += n;
          return TRUE;
        }
    }
  const char *after = pass_number (t->p, t->end);
  if (after == NULL)
    return json_text_refuse (t, "no JSON value begins so");
  g_string_append_len (into, t->p, after - t->p);
  t->p = after;
  return TRUE;
}

/* Any value; what is inside lists and objects is passed over. */
static gboolean
pass_value (json_text *t, int depth, GString *into)
{
  char opening = json_text_peek (t);
  g_string_truncate (into, 0);
  if (opening == '"')
    return json_text_string (t, into);
  if (opening != '[' && opening != '{')
    return take_scalar (t, into);
  if (depth == DEPTH_MAX)
    return json_text_refuse (t, "lists and objects inside one another more than 64 deep");
  char closing = opening == '[' ? ']' : '}';
  t->p++;
  json_text_pass_blanks (t);
  if (json_text_peek (t) == closing)
    {
      t->p++;
      return TRUE;
    }
  for (;;)
    {
      if (opening == '{')
        {
          g_string_truncate (into, 0);
          if (json_text_peek (t) != '"')
            return json_text_refuse (t, "a key in double quotes should stand here");
          if (!json_text_string (t, into))
            return FALSE;
          json_text_pass_blanks (t);
          if (json_text_peek (t) != ':')
            return json_text_refuse (t, "a ':' should stand here");
          t->p++;
          json_text_pass_blanks (t);
        }
      if (!pass_value (t, depth + 1, into))
        return FALSE;
      json_text_pass_blanks (t);
      char c = json_text_peek (t);
      if (c != closing && c != ',')
        return json_text_refuse (t,
                                 opening == '[' ? "a ',' or ']' should stand here" : "a ',' or '}' should stand here");
      t->p++;
      if (c == closing)
        return TRUE;
      json_text_pass_blanks (t);
    }
}

gboolean
json_text_value (json_text *t, GString *into)
{
  return pass_value (t, 0, into);
}
