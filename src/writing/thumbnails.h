/* The small pictures that report.html carries, and why the noisy ones among them are called so. */
#pragma once

#include "output/report.h"
#include "store/store.h"

#define THUMBNAIL_SIDE    112 /* of the long side */
#define THUMBNAIL_QUALITY 75
#define THUMBNAILS_ALL    1000 /* so many pictures all have one */
#define THUMBNAILS_SOME   3000 /* of more pictures, so many */
#define THUMBNAILS_WHY    1000

/* The document `thumbnails` (docs/report.md). `of`: numbers (gsize) of the pictures that the page holds, ascending. Above THUMBNAILS_ALL those
 * that a reader looks for first: the worst of each kind in turns, the doubtful, the typical of each cluster, owed mistakes, suspected
 * labels, shown copies, then others drawn by `seed`. `r`: filled; its threshold and copies are read. `c`: for words and measures.
 * A picture that cannot be read again has none. Errors: PARDON_ERROR_STORE, PARDON_ERROR_STOPPED. */
GBytes *thumbnails_document (store *s, const GArray *of, const report *r, const report_callbacks *c, guint64 seed,
                             int threads, const job *j, GError **error);
