/* The page's own files, carried inside the library: what ui/ builds. */
#pragma once

#include <glib.h>

gboolean ui_is_there (void); /* FALSE: built with -Dui=false */

/* "index.html", "app.js", "app.css", "icon.svg": g_bytes_unref. NULL where it was built without, and for any other name. The bytes are those
 * of the program itself: nothing is copied. */
GBytes *ui_asset (const char *name);
