/* Which pictures have a thumbnail in report.html. */
#pragma once

#include "writing/thumbnails.h"

/* Numbers (gsize), ascending; NULL with `error` set. */
GArray *thumbnails_choose (store *s, const GArray *of, const report *r, guint64 seed, GError **error);
