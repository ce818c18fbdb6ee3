/* Telling contents apart: XXH3, 128 bits. The only file that uses xxHash. It finds change, not malice: nobody's safety rests on it. */
#pragma once

#include "types.h"

/* Of everything `fd` holds from its start; the position afterwards is undefined. `bytes` may be NULL. FALSE with
 * PARDON_ERROR_PICTURE when reading fails; `name` for the words. */
gboolean content_hash_fd (int fd, const char *name, content_hash *hash, guint64 *bytes, GError **error);

/* 32 hex digits; g_free. */
char *content_hash_hex (const content_hash *hash);

/* The same of bytes handed over piece by piece: how they were cut makes no difference. */
typedef struct content_hasher content_hasher;
content_hasher *content_hasher_new (void);
void content_hasher_add (content_hasher *h, const void *bytes, gsize n);
/* Of everything added so far. */
void content_hasher_end (const content_hasher *h, content_hash *hash);
void content_hasher_free (content_hasher *h);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (content_hasher, content_hasher_free)
