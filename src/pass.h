/* One pass over the pictures of a store's list: open, tell apart by content, decode, prepare (many workers), then run the
 * model and write (one writer, in the order of the list). */
#pragma once

#include "base/job.h"
#include "lens.h"
#include "store/store.h"

typedef struct {
  guint64 unchanged; /* pictures that hold what they held when last looked at */
} pass_counts;

gboolean pass_run (store *s, gint64 set, const lens *l, int threads, const job *j, pass_counts *counts, GError **error);
