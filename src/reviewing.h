/* What the page asks of a results folder, and what a person decides there. Everything stands in memory from opening on (one
 * walk over the store), a decision changes it in place and is written to the store at once. Calls may be made from any thread. */
#pragma once

#include <glib.h>

typedef struct review review;

/* `writable` FALSE: review_decide and review_undo are refused. The store's lock is taken only while a decision is written.
 * A folder without a finished scan, or scanned by an older pardon (no answers kept), is refused with the remedy. */
review *review_open (const char *dir, gboolean writable, GError **error);
void review_free (review *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (review, review_free)
guint64 review_count (const review *r); /* pictures */

/* JSON documents (docs/report.md); g_bytes_unref. */
GBytes *review_report (review *r, GError **error);   /* report.json without thumbnails, judged with the decisions */
GBytes *review_pictures (review *r, GError **error); /* the columns */
GBytes *review_judging (review *r, GError **error);
GBytes *review_why (review *r, guint64 id, GError **error);
GBytes *review_decisions (review *r, gboolean csv, GError **error);

typedef enum { REVIEW_THUMB, REVIEW_FULL, REVIEW_VIEW } review_look;
/* The picture with this number, decoded and written anew (a stranger's bytes never reach the browser): JPEG, or PNG for
 * REVIEW_VIEW. `side`: of the long side, REVIEW_THUMB alone. PARDON_ERROR_INPUT: no such id; PARDON_ERROR_PICTURE: gone or
 * cannot be read. */
GBytes *review_picture (review *r, guint64 id, review_look look, int side, GError **error);
/* The scan's fit picture corrupted so; `kind` NULL: as it is. */
GBytes *review_probe (review *r, const char *kind, double severity, int side, GError **error);

/* A decision as JSON; the answer, too (what changed, and the judgement after). PARDON_ERROR_INPUT: it cannot be understood. */
GBytes *review_decide (review *r, const char *json, gsize length, GError **error);
GBytes *review_undo (review *r, GError **error);
