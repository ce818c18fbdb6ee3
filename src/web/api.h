/* The page's routes over reviewing.h: a request goes in, an answer comes out. Nothing here knows of sockets, threads or the HTTP
 * library (serve.c does), so every rule of docs/security.md can be tried without a connection. Calls may be made from any thread. */
#pragma once

#include <glib.h>

#include "web/scans.h"

#define API_BODY_LIMIT   (1 << 20) /* bytes of a request's body */
#define API_TOKEN_LENGTH 32        /* 128 bits as hex digits */

typedef struct {
  scans *scans;
  GBytes *(*asset) (const char *name); /* a file of the page, a new reference; NULL: there is none */
  char *const *hosts;                  /* what the Host header may say, "127.0.0.1:8080"; NULL-ended */
  gboolean any_address;                /* and any numeric address with this port: bound to all of them */
  guint16 port;
  gboolean read_only;
  char token[API_TOKEN_LENGTH + 1];
} api;

/* Header values as sent; NULL: not sent. */
typedef struct {
  const char *method, *target; /* the target is not decoded: no route needs it, and so there is nothing to smuggle */
  const char *host, *origin, *site, *type, *cookie, *if_none_match; /* `site`: Sec-Fetch-Site */
  gboolean repeated;                                                /* one of these came twice */
  gboolean too_long;                                                /* the body is over API_BODY_LIMIT, and not here */
  GBytes *body;                                                     /* may be NULL */
} api_request;

typedef struct {
  guint status;
  GBytes *body;       /* never NULL */
  GPtrArray *headers; /* name, value, name, value, ...: all of them but lengths and dates */
} api_answer;

/* Never fails: what goes wrong is an answer, too. api_answer_free. */
api_answer *api_handle (const api *a, const api_request *q);
void api_answer_free (api_answer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (api_answer, api_answer_free)
