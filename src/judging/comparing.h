/* Two scans of the same pictures: what the second classifier got right that the first did not, and the other way round. */
#pragma once

#include "pardon.h"

#include <glib.h>

/* pardon_compare with the library's own errors. */
gboolean comparing_run (const pardon_compare_options *o, pardon_compare_result *result, GError **error);
