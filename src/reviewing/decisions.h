/* What people decided, as a list for others: JSON and CSV, the same columns (docs/report.md). */
#pragma once

#include "store/store.h"

/* `decisions`: a list, oldest first, undone ones included; `undo`: how many can be taken back. NULL with `error` set. */
GBytes *decisions_json (store *s, guint64 undo, GError **error);
GBytes *decisions_csv (store *s, GError **error);
/* pardon_export_decisions (pardon.h), in the library's own terms. */
gboolean decisions_export (const char *dir, const char *file, GError **error);
