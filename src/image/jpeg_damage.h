/* How reading a JPEG went, and the words for what its pixels lack. */
#pragma once

#include <glib.h>

typedef struct {
  guint64 n_bytes;  /* of the file, as its header was read */
  guint64 n_read;   /* bytes taken from the file so far */
  int read_errno;   /* of the read that failed; 0: none did */
  gboolean ran_out; /* the decoder asked for more than the file has */
  gboolean too_many_scans;
  int max_scans;
  gboolean progressive;
  guint64 at;    /* offset of the first fault in pixel data; G_MAXUINT64: none */
  guint64 row;   /* row of pixels it stands in, as stored */
  int left_over; /* bytes of pixel data that no row asked for, when that is the fault */
} jpeg_damage;

/* Why pixels of `height` rows are not what they should be; `out`: `size` bytes. */
void jpeg_damage_describe (const jpeg_damage *d, int height, char *out, gsize size);
