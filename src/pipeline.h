/* The recipe: what a scan does, in order. OPEN FIRST (pipeline.c). */
#pragma once

#include "base/job.h"
#include "pardon.h"

/* pardon_scan with the library's own errors. */
gboolean pipeline_scan (const pardon_scan_options *options, const job *j, pardon_scan_result *result, GError **error);
