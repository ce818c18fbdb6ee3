/* Which scan of a results folder is shown. A folder may be scanned again while its page is open; pictures then have other numbers, so a
 * request works with one scan to its end, and the pages of a former scan are told apart by its number. All calls may be made from any thread. */
#pragma once

#include "reviewing/reviewing.h"

typedef struct scans scans;

/* One that is open, held by whoever works with it. */
typedef struct {
  review *review;
  guint number; /* from 1, one more with each that is opened */
} scan_held;

/* As review_open. */
scans *scans_new (const char *dir, gboolean writable, GError **error);
/* None of its scans may be held any more. */
void scans_free (scans *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (scans, scans_free)

gboolean scans_are_writable (scans *s); /* review_is_writable of the last one */

/* The last one opened; scan_held_free. */
scan_held *scans_hold (scans *s);
/* Opens the folder's scan where it is newer than the last one opened. One that cannot be opened, as it has not ended yet, changes nothing. */
void scans_look_again (scans *s);
/* The last holder closes it, unless it is still the last one opened. */
void scan_held_free (scan_held *held);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (scan_held, scan_held_free)
