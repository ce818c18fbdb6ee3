/* report.html: the page and all it shows in one file, opened from disk and mailed. */
#pragma once

#include <glib.h>

typedef struct {
  GBytes *report, *pictures, *thumbnails; /* JSON documents (docs/report.md); thumbnails: NULL for none */
} page_documents;

/* Into dir/report.html, whole or not at all; nothing is asked of any network by it. Built without the page (ui_is_there), it removes what a
 * former scan left there, for that would tell of other pictures. PARDON_ERROR_STORE. */
gboolean page_write (const page_documents *d, const char *dir, GError **error);
