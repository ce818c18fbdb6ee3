/* What the pictures of a store's list are copies of each other (docs/duplicates.md). */
#pragma once

#include "base/job.h"
#include "output/report_repeats.h"
#include "repeating/repeats.h"
#include "repeating/splits.h"
#include "store/store.h"

typedef struct {
  GPtrArray *files; /* of char *: pictures with a row of pixels.h, in the order of the list */
  repeats found;    /* of those */
} listed_repeats;

/* From the signatures in `set` (pixels.h), the store's verdicts, and what part each is of. */
gboolean listed_repeats_find (store *s, gint64 set, const splits *parts, int threads, const job *j, listed_repeats *out,
                              GError **error);
void listed_repeats_clear (listed_repeats *r);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (listed_repeats, listed_repeats_clear)

/* The numbers, and the groups to show; `out` uninitialised, report_repeats_clear when done. */
void listed_repeats_tell (const listed_repeats *r, report_repeats *out);
/* dir/duplicates.csv, whole or not at all. */
gboolean listed_repeats_write (const listed_repeats *r, const char *dir, GError **error);
