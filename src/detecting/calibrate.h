/* Pictures the user vouches for (scan --calibrate): looked at as the others are, and known to nobody else. */
#pragma once

#include "base/job.h"
#include "noise/detector.h"

#define CALIBRATE_FEWEST 20 /* as detector_calibrate */

/* PARDON_ERROR_INPUT where `clean` (a folder, a picture or a CSV list) holds fewer pictures than that; `results`: a folder not to be
 * entered, or NULL. Opens none. */
gboolean calibrate_check (const char *clean, const char *results, const job *j, GError **error);

/* Measures them and fits `d` to them; *n: how many could be read. What was measured is kept in a store of
 * its own, RESULTS/calibration, so that they are decoded once and appear in no list, count or cluster. */
gboolean
calibrate (detector *d, const char *clean, const char *results, int threads, const job *j, guint64 *n, GError **error);
/* The same fit where there are no results: nothing is kept. */
gboolean calibrate_in_passing (detector *d, const char *clean, int threads, const job *j, guint64 *n, GError **error);
