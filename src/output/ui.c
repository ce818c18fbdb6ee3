/* Which names there are is written here and not asked of the resource, so that no path of a request is ever looked up. */
#include "output/ui.h"

#include <string.h>

#include "config.h"
#if HAVE_UI
  #include "ui_resources.h"
#endif

gboolean
ui_is_there (void)
{
  return HAVE_UI;
}

GBytes *
ui_asset (const char *name)
{
#if HAVE_UI
  static const char *const names[] = { "index.html", "app.js", "app.css", "icon.svg" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      {
        g_autofree char *path = g_strconcat ("/pardon/ui/", name, NULL);
        return g_resource_lookup_data (ui_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      }
#else
  (void) name;
#endif
  return NULL;
}

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
ui_page (const char *head, const char *data)
{
  g_autoptr (GBytes) page = ui_asset ("index.html");
  if (page == NULL)
    return NULL;
  gsize size;
  const char *from = g_bytes_get_data (page, &size), *end = from + size;
  GString *out = g_string_sized_new (size + strlen (head) + strlen (data));
  from = put_until (out, from, end, "<!--head-->", head);
  from = put_until (out, from, end, "<!--data-->", data);
  g_string_append_len (out, from, end - from);
  return out;
}
