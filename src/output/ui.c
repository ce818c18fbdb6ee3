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
