/* The first cause speaks: what ends a file early leaves faults in its pixels, too. */
#include "image/jpeg_damage.h"

void
jpeg_damage_describe (const jpeg_damage *d, int height, char *out, gsize size)
{
  guint64 row = MIN (d->row, (guint64) height);
  if (d->too_many_scans)
    g_snprintf (out, size, "has more than %d passes over the picture; the later ones were left out", d->max_scans);
  else if (d->read_errno != 0)
    g_snprintf (out, size, "reading stopped at byte %" G_GUINT64_FORMAT ": %s", d->n_read, g_strerror (d->read_errno));
  else if (d->ran_out && d->progressive)
    g_snprintf (out, size, "truncated after %" G_GUINT64_FORMAT " bytes: fine detail may be missing", d->n_read);
  else if (d->ran_out)
    g_snprintf (out, size, "truncated after %" G_GUINT64_FORMAT " bytes, near row %" G_GUINT64_FORMAT " of %d",
                d->n_read, row, height);
  else if (d->left_over > 0)
    g_snprintf (out, size,
                "corrupt before byte %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                ": %d bytes of pixel data are left over",
                d->at, d->n_bytes, d->left_over);
  else
    g_snprintf (out, size,
                "corrupt near byte %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT ", row %" G_GUINT64_FORMAT " of %d",
                d->at, d->n_bytes, row, height);
}
