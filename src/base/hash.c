/* Contents are read in pieces, not mapped: a file cut short meanwhile must not crash the process. */
#include "base/hash.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

#include "base/error.h"

#define PIECE (256 * 1024)

gboolean
content_hash_fd (int fd, const char *name, content_hash *hash, guint64 *bytes, GError **error)
{
  g_autofree guint8 *piece = g_malloc (PIECE);
  XXH3_state_t *state = XXH3_createState ();
  guint64 at = 0;
  ssize_t got;

  XXH3_128bits_reset (state);
  for (;;)
    {
      got = pread (fd, piece, PIECE, (off_t) at);
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        break;
      XXH3_128bits_update (state, piece, (size_t) got);
      at += (guint64) got;
    }
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash (&canonical, XXH3_128bits_digest (state));
  XXH3_freeState (state);
  if (got < 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "cannot read '%s': %s", name, g_strerror (errno));
      return FALSE;
    }
  memcpy (hash->bytes, canonical.digest, sizeof hash->bytes);
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
