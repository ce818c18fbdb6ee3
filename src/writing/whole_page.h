/* Everything report.html shows, brought together and written. */
#pragma once

#include "output/report.h"
#include "store/store.h"

/* After `r` was filled and the store committed. `c`: as of report_fill. */
gboolean whole_page_write (store *s, const report *r, const report_callbacks *c, guint64 seed, int threads,
                           const job *j, GError **error);
