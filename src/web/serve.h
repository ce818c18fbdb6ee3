/* pardon serve: the socket, its limits, and the threads that answer. The only user of libmicrohttpd. */
#pragma once

#include <glib.h>

#include "base/job.h"

typedef struct {
  const char *dir;                     /* a results folder */
  const char *host;                    /* a numeric address of this machine, or "localhost"; NULL: 127.0.0.1 */
  guint16 port;                        /* 0: a free one */
  gboolean read_only;                  /* no decision is taken */
  GBytes *(*asset) (const char *name); /* api.h */
  void (*ready) (gpointer user,
                 const char *url); /* told once, when the page can be opened; the address holds the token */
  gpointer user;
} serve_options;

/* Answers until the job says stop, which is no error. FALSE: it could not begin (PARDON_ERROR_INPUT, _MISSING where there is no
 * page in this build, and whatever review_open says). */
gboolean serve_run (const serve_options *o, const job *j, GError **error);

/* The library's name and version. */
const char *serve_library (void);
