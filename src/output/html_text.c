/* Escaping. A file name is the one thing on the page an outsider chooses, so it may neither close a tag nor dress up as
 * another name. */
#include "output/html_text.h"

#include <math.h>
#include <string.h>

static gboolean
is_deceptive (gunichar c)
{
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || (c >= 0x2028 && c <= 0x2029) || c == 0x061C
         || (c >= 0x200B && c <= 0x200F && c != 0x200C
             && c != 0x200D) /* the joiners are part of words in some scripts */
         || c == 0x00AD || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F);
}

static void
append_character (GString *out, gunichar c)
{
  switch (c)
    {
    case '&':
      g_string_append (out, "&amp;");
      break;
    case '<':
      g_string_append (out, "&lt;");
      break;
    case '>':
      g_string_append (out, "&gt;");
      break;
    case '"':
      g_string_append (out, "&quot;");
      break;
    case '\'':
      g_string_append (out, "&#39;");
      break;
    default:
      if (c < 0x20 || c == 0x7F || is_deceptive (c))
        g_string_append_printf (out, "[U+%04X]", c);
      else if ((c >= 0x80 && c <= 0x9F) || (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF))
        g_string_append_unichar (out, 0xFFFD);
      else
        g_string_append_unichar (out, c);
    }
}

void
html_append_text (GString *out, const char *bytes)
{
  g_autofree char *valid = g_utf8_make_valid (bytes == NULL ? "" : bytes, -1);
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    append_character (out, g_utf8_get_char (c));
}

void
html_append_count (GString *out, guint64 n)
{
  char digits[32];
  g_snprintf (digits, sizeof digits, "%" G_GUINT64_FORMAT, n);
  gsize length = strlen (digits);
  for (gsize i = 0; i < length; i++)
    {
      if (i > 0 && (length - i) % 3 == 0)
        g_string_append_c (out, ',');
      g_string_append_c (out, digits[i]);
    }
}

void
html_append_number (GString *out, const char *format, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE * 12]; /* "%.2f" of the largest double has 312 characters */
  if (isfinite (value))
    g_string_append (out, g_ascii_formatd (text, sizeof text, format, value));
  else
    g_string_append (out, "\u2013");
}

void
html_append_measure (GString *out, double value)
{
  double size = fabs (value);
  if (value >= 999.5 && value < 1e15)
    html_append_count (out, (guint64) llround (value));
  else
    html_append_number (out, size >= 99.95 ? "%.4g" : size >= 9.995 ? "%.1f" : size >= 0.9995 ? "%.2f" : "%.3g", value);
}
