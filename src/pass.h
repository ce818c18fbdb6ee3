/* One pass over the pictures of a store's list: open, tell apart by content, decode, prepare (many workers), then run the
 * model and write (one writer, in the order of the list). */
#pragma once

#include "base/job.h"
#include "lens.h"
#include "store/store.h"

typedef struct {
  guint64 unchanged; /* pictures that hold what they held when last looked at */
} pass_counts;

/* Gives every readable picture its rows: in `pixels_set` what pixels.h keeps, in `set` what the lens sees. Without a
 * lens (NULL; `set` 0) the former alone. A picture is decoded once for both, and only where one is missing. */
gboolean pass_run (store *s, gint64 set, gint64 pixels_set, const lens *l, int threads, const job *j,
                   pass_counts *counts, GError **error);
