/* One pass over the pictures of a store's list: open, tell apart by content, decode, prepare (many workers), then run the
 * model and write (one writer, in the order of the list). */
#pragma once

#include "base/job.h"
#include "looking/lens.h"
#include "store/store.h"

typedef struct {
  guint64 unchanged; /* pictures that hold what they held when last looked at */
} pass_counts;

/* A lens, and the sets its rows go to. */
typedef struct {
  const lens *lens;
  gint64 features;
  gint64 scores; /* 0 where the lens gives none */
} pass_lens;
#define PASS_LENSES 2

/* Gives every readable picture its rows: in `pixels_set` what pixels.h keeps, in the lenses' sets (`n` of them, at most
 * PASS_LENSES; the first's features are the scan's) what they see. A picture is decoded once for all, and only where one is
 * missing. */
gboolean pass_run (store *s, const pass_lens *lenses, int n, gint64 pixels_set, int threads, const job *j,
                   pass_counts *counts, GError **error);
