/* Telling contents apart: XXH3, 128 bits. The only file that uses xxHash. It finds change, not malice: nobody's safety rests on it. */
#pragma once

#include "types.h"

/* Of everything `fd` holds from its start; the position afterwards is undefined. `bytes` may be NULL. FALSE with
 * PARDON_ERROR_PICTURE when reading fails; `name` for the words. */
gboolean content_hash_fd (int fd, const char *name, content_hash *hash, guint64 *bytes, GError **error);

/* 32 hex digits; g_free. */
char *content_hash_hex (const content_hash *hash);
