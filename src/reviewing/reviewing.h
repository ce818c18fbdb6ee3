/* What the page asks of a results folder, and what a person decides there. Pictures stand in memory from opening on; a decision is
 * written to the store first, then changes them in place. Calls may be made from any thread. */
#pragma once

#include <glib.h>

typedef struct review review;

/* `writable` FALSE: review_decide and review_undo are refused. The store's lock is taken only while a decision is written, so others may
 * decide, and a scan may run, beside it. PARDON_ERROR_STORE with the remedy for a folder without a finished scan, or scanned by an older
 * pardon. */
review *review_open (const char *dir, gboolean writable, GError **error);
void review_free (review *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (review, review_free)
guint64 review_count (const review *r); /* pictures; their ids are 0 .. count - 1, the lines of images.csv */
gboolean review_is_writable (const review *r);
/* The folder holds another list of pictures than the one that was opened: it was scanned again, is being scanned, or was put in the place of the
 * former one. FALSE also where it is gone. */
gboolean review_is_outdated (review *r);

/* JSON documents (docs/report.md); g_bytes_unref. Once the folder was scanned again, ids would mean other pictures: all calls fail then with
 * PARDON_ERROR_STORE and say so, but for review_judging, review_classes and review_why. */
GBytes *review_report (
    review *r,
    GError **error); /* report.json as a scan would write it now, without pictures: no thumbnails, no probes */
GBytes *review_pictures (review *r, GError **error); /* the columns */
GBytes *review_judging (review *r, GError **error);  /* its section `judging`; null where no classifier was judged */
GBytes *review_classes (review *r);                  /* {"classes":[...]}: all names a label may be; never fails */
/* "sentences", and "measures": what speaks most for the verdict, each beside what clean pictures show. PARDON_ERROR_INPUT: no such id, or
 * nothing was measured. */
GBytes *review_why (review *r, guint64 id, GError **error);
GBytes *review_decisions (review *r, gboolean csv, GError **error);

typedef enum { REVIEW_THUMB, REVIEW_FULL, REVIEW_VIEW } review_look;
/* The picture with this number, decoded and written anew (a stranger's bytes never reach the browser): JPEG, or PNG for
 * REVIEW_VIEW. `side`: of the long side, REVIEW_THUMB alone. PARDON_ERROR_INPUT: no such id; PARDON_ERROR_PICTURE: gone or
 * cannot be read. Reads no state that changes: runs beside all else. */
GBytes *review_picture (review *r, guint64 id, review_look look, int side, GError **error);
/* The scan's fit picture corrupted so, as JPEG; `kind` NULL: as it is. PARDON_ERROR_INPUT: no such kind, or there is no fit picture. */
GBytes *review_probe (review *r, const char *kind, double severity, int side, GError **error);

/* A decision as JSON:
 *     {"ids":[1,2], "noisy":true|false|null, "kind":"jpeg"|null, "label":"tabby"|null, "restore":["noisy","label"]}
 * What is absent or null stays. A kind says that the picture is noisy; a label must be a class of the scan, for a new class would be one
 * the classifier was never asked about. Decisions hang on contents: copies of a picture change with it. Pictures that cannot be read are passed
 * over for noise. The answer:
 *     {"changed":{"ids":[],"noisy":[],"forced":[],"kind":[],"severity":[],"label":[],"correct":[],"verdict":[],"decided":[]},
 *      "judging":{...}|null, "undo":N}
 * N: decisions (as sent) that can still be taken back. PARDON_ERROR_INPUT: it cannot be understood, nothing is changed. */
GBytes *review_decide (review *r, const char *json, gsize length, GError **error);
GBytes *review_undo (review *r, GError **error); /* the last one, whoever made it; the same answer */
