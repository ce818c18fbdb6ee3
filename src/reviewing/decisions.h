/* What people decided, as a list for others: JSON and CSV, the same columns (docs/report.md). */
#pragma once

#include "store/store.h"

/* `decisions`: a list, oldest first, undone ones included; `undo`: how many can be taken back. NULL with `error` set. */
GBytes *decisions_json (store *s, guint64 undo, GError **error);
GBytes *decisions_csv (store *s, GError **error);
/* The tables now written hold all decisions made so far. */
gboolean decisions_are_applied (store *s, GError **error);
/* Decisions that hold and are not in the tables of DIR, and those taken back that are; 0 also where nobody can tell. */
guint64 decisions_since (const char *dir);
/* pardon_export_decisions (pardon.h), in the library's own terms. */
gboolean decisions_export (const char *dir, const char *file, GError **error);
