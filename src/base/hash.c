/* Contents are read in pieces, not mapped: a file cut short meanwhile must not crash the process. */
#include "base/hash.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

#include "base/error.h"

#define PIECE (256 * 1024)

struct content_hasher {
  XXH3_state_t *state;
};

content_hasher *
content_hasher_new (void)
{
  content_hasher *h = g_new (content_hasher, 1);
  h->state = XXH3_createState ();
  XXH3_128bits_reset (h->state);
  return h;
}

void
content_hasher_add (content_hasher *h, const void *bytes, gsize n)
{
  XXH3_128bits_update (h->state, bytes, n);
}

void
content_hasher_end (const content_hasher *h, content_hash *hash)
{
  XXH128_canonical_t canonical;

  XXH128_canonicalFromHash (&canonical, XXH3_128bits_digest (h->state));
  memcpy (hash->bytes, canonical.digest, sizeof hash->bytes);
}

void
content_hasher_free (content_hasher *h)
{
  if (h == NULL)
    return;
  XXH3_freeState (h->state);
  g_free (h);
}

gboolean
content_hash_fd (int fd, const char *name, content_hash *hash, guint64 *bytes, GError **error)
{
  g_autofree guint8 *piece = g_malloc (PIECE);
  g_autoptr (content_hasher) hasher = content_hasher_new ();
  guint64 at = 0;
  ssize_t got;

  for (;;)
    {
      got = pread (fd, piece, PIECE, (off_t) at);
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        break;
      content_hasher_add (hasher, piece, (gsize) got);
      at += (guint64) got;
    }
  if (got < 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "cannot read '%s': %s", name, g_strerror (errno));
      return FALSE;
    }
  content_hasher_end (hasher, hash);
  if (bytes != NULL)
    *bytes = at;
  return TRUE;
}

char *
content_hash_hex (const content_hash *hash)
{
  GString *hex = g_string_sized_new (32);
  for (gsize i = 0; i < sizeof hash->bytes; i++)
    g_string_append_printf (hex, "%02x", hash->bytes[i]);
  return g_string_free (hex, FALSE);
}
