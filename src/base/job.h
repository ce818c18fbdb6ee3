/* What a long-running function may ask of its caller and tell it. */
#pragma once

#include <glib.h>

/* Both callbacks may be NULL. They are called from the thread that called the long-running
 * function, never from a worker. */
typedef struct {
  gboolean (*stop) (gpointer user); /* polled often; TRUE: end soon with PARDON_ERROR_STOPPED, keeping what is done */
  void (*progress) (gpointer user, const char *phase, guint64 done, guint64 total); /* total 0: not known yet */
  gpointer user;
} job;

/* FALSE with PARDON_ERROR_STOPPED set when the caller asked to stop. `j` may be NULL. */
gboolean job_go_on (const job *j, GError **error);
void job_tell (const job *j, const char *phase, guint64 done, guint64 total);
