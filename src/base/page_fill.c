/* Places are sought in the template alone: what fills one may hold the other's mark. */
#include "base/page_fill.h"

#include <string.h>

/* Up to `mark`, which is passed over; then `text`. */
static const char *
put_until (GString *out, const char *from, const char *end, const char *mark, const char *text)
{
  const char *at = g_strstr_len (from, end - from, mark);
  if (at == NULL)
    return from;
  g_string_append_len (out, from, at - from);
  g_string_append (out, text);
  return at + strlen (mark);
}

GString *
page_fill (GBytes *page, const char *head, const char *data)
{
  gsize size;
  const char *from = g_bytes_get_data (page, &size), *end = from + size;
  GString *out = g_string_sized_new (size + strlen (head) + strlen (data));
  from = put_until (out, from, end, "<!--head-->", head);
  from = put_until (out, from, end, "<!--data-->", data);
  g_string_append_len (out, from, end - from);
  return out;
}
