/* Writing things that are not a report: corrupted copies, demo pictures, the features for NumPy. */
#pragma once

#include "base/job.h"
#include "pardon.h"

gboolean copies_corrupt (const pardon_corrupt_options *o, const job *j, pardon_corrupt_result *result, GError **error);
gboolean copies_demo (const char *output, int count, guint64 seed, const job *j, GError **error);
gboolean copies_export_npy (const char *results, const char *file, GError **error);
