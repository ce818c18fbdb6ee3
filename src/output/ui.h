/* The page's files, carried inside the program. */
#pragma once

#include <glib.h>

/* "app.js", "app.css", "index.html", "icon.svg"; g_bytes_unref. NULL: no such file, or built without the page (-Dui=false). */
GBytes *ui_asset (const char *name);
