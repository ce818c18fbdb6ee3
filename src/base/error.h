/* Errors of the library: one GError domain, words a person can act on.
 *
 * Whoever detects a fault sets the error once: lower case, no final stop, the subject in
 * single quotes, the remedy where there is one:
 *     cannot decode 'a/b.jpg': truncated after 1204 of 88112 bytes
 * Callers pass it on, or add context with g_prefix_error. Nothing here prints or exits. */
#pragma once

#include <glib.h>

#define PARDON_ERROR (pardon_error_quark ())

typedef enum {
  PARDON_ERROR_INPUT,   /* the user's files or options are not usable; the words say which and what to do */
  PARDON_ERROR_PICTURE, /* one picture cannot be read: becomes a row's reason, never a stop */
  PARDON_ERROR_MODEL,   /* a model file is refused */
  PARDON_ERROR_MISSING, /* an optional part (a library, a catalogue model) is not on this machine */
  PARDON_ERROR_STORE,   /* the results folder cannot be read or written */
  PARDON_ERROR_NETWORK, /* a download failed */
  PARDON_ERROR_MEMORY,  /* not enough memory: of the moment, so never a lasting verdict on a picture */
  PARDON_ERROR_STOPPED, /* the caller asked to stop; what was done is kept */
} pardon_error_code;

GQuark pardon_error_quark (void);
