/* Fetching one file: the only file that uses libcurl. */
#pragma once

#include "base/job.h"
#include <glib.h>

/* `url` (http or https) to `path`: written to path + ".part", resumed from there when the server allows, checked
 * against `sha256` (hex) and `bytes` (0: not known), then renamed, so that `path` is never there in part. Folders are
 * made. Nothing is fetched when `path` is there and right; what is there and wrong is replaced once the new file is
 * checked.
 *
 * PARDON_ERROR_NETWORK in words: no network, refused, another size announced (before anything is fetched), cut off
 * (what came is kept for resuming), wrong sum (the part is deleted), disk full (the part is kept), another process
 * fetching the same file. PARDON_ERROR_STOPPED within about 0.1 s of the job's asking; the part is kept. Any thread. */
gboolean
download_file (const char *url, const char *path, const char *sha256, guint64 bytes, const job *j, GError **error);
