/* Who may ask: the checks a request passes before any route is looked at. */
#pragma once

#include "web/api.h"

/* 0: it may go on; else the status to refuse it with, and `why` a constant sentence. `fresh` is set where the address carries the
 * token ("/?token=..."), which the cookie takes over. */
guint api_admit (const api *a, const api_request *q, gboolean *fresh, const char **why);
/* The value of `name` in a query string ("a=1&b=2", not decoded), NULL where it is not there; g_free. */
char *api_query_value (const char *query, const char *name);
/* "pardon-8080": cookies are shared by all ports of a host, so the name carries ours; g_free. */
char *api_cookie_name (const api *a);
