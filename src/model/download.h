/* Fetching one file: the only file that uses libcurl. */
#pragma once

#include "base/job.h"
#include <glib.h>

/* `url` to `path`: written to path + ".part", resumed from there when the server allows, checked against `sha256` (hex) and `bytes`, then renamed.
 * PARDON_ERROR_NETWORK in words: no network, refused, cut off (what came is kept for resuming), wrong sum (the part is deleted), disk full. */
gboolean download_file (const char *url, const char *path, const char *sha256, guint64 bytes, const job *j, GError **error);
