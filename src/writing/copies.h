/* Writing things that are not a report: corrupted copies, demo pictures, the features for NumPy. */
#pragma once

#include "base/job.h"
#include "pardon.h"
#include "store/store.h"

gboolean copies_corrupt (const pardon_corrupt_options *o, const job *j, pardon_corrupt_result *result, GError **error);
gboolean copies_demo (const char *output, int count, guint64 seed, const job *j, GError **error);
/* The feature set of the last scan, which its rows were clustered from. 0 with `error` set where there is none. */
gint64 copies_last_features (store *s, const char *results, GError **error);
gboolean copies_export_npy (const char *results, const char *file, GError **error);
