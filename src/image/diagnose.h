/* Why a file that begins like a picture cannot be decoded, in words a person can act on.
 *
 * Told from the file's own structure, not from what the decoding library said: libvips keeps its words in one buffer
 * for all threads, so that two broken files at the same time would take each other's reasons. */
#pragma once

#include <glib.h>

typedef enum {
  FAULT_TRUNCATED, /* breaks off: what stands before is sound */
  FAULT_CHECKSUM,  /* complete, but changed after it was written: no pixel of it can be trusted */
  FAULT_BROKEN,    /* anything else */
} fault;

/* `data` is the whole file, known to begin as `format` (sniff_format). Writes a clause such as "truncated after 1204
 * bytes". */
fault diagnose (const char *format, const guint8 *data, gsize n, char *words, gsize n_words);
