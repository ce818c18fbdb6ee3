/* Who may ask. Three strangers are kept out: a page of another site in the same browser (Host, Origin, Sec-Fetch-Site, the content
 * type), another program of this machine (the token), and a name that was made to point here (Host). */
#include "web/api_admit.h"

#include <string.h>

#include <gio/gio.h>

char *
api_cookie_name (const api *a)
{
  return g_strdup_printf ("pardon-%u", a->port);
}

char *
api_query_value (const char *query, const char *name)
{
  g_auto (GStrv) pairs = g_strsplit (query != NULL ? query : "", "&", -1);
  gsize n = strlen (name);
  for (char **p = pairs; *p != NULL; p++)
    if (strncmp (*p, name, n) == 0 && (*p)[n] == '=')
      return g_strdup (*p + n + 1);
  return NULL;
}

/* Takes as long for a guess that is nearly right as for one that is all wrong. */
static gboolean
token_right (const api *a, const char *given)
{
  volatile guint8 different = 0;
  if (strlen (given) != API_TOKEN_LENGTH)
    return FALSE;
  for (int i = 0; i < API_TOKEN_LENGTH; i++)
    different |= (guint8) (given[i] ^ a->token[i]);
  return different == 0;
}

static gboolean
cookie_right (const api *a, const char *cookies)
{
  g_autofree char *name = api_cookie_name (a);
  g_auto (GStrv) list = g_strsplit (cookies != NULL ? cookies : "", ";", -1);
  gsize n = strlen (name);
  for (char **c = list; *c != NULL; c++)
    {
      const char *one = g_strstrip (*c);
      if (strncmp (one, name, n) == 0 && one[n] == '=' && token_right (a, one + n + 1))
        return TRUE;
    }
  return FALSE;
}

/* A name can be made to point to this machine by whoever owns it; a number cannot. */
static gboolean
is_address_here (const api *a, const char *host)
{
  g_autofree char *end = a->port == 80 ? g_strdup ("") : g_strdup_printf (":%u", a->port);
  if (!g_str_has_suffix (host, end))
    return FALSE;
  g_autofree char *address = g_strndup (host, strlen (host) - strlen (end));
  gsize n = strlen (address);
  gboolean bracketed = n > 2 && address[0] == '[' && address[n - 1] == ']';
  if (bracketed)
    {
      address[n - 1] = 0;
      memmove (address, address + 1, n - 1);
    }
  g_autoptr (GInetAddress) parsed = g_inet_address_new_from_string (address);
  return parsed != NULL && (g_inet_address_get_family (parsed) == G_SOCKET_FAMILY_IPV6) == bracketed;
}

static gboolean
host_right (const api *a, const char *host)
{
  if (host == NULL)
    return FALSE;
  for (char *const *h = a->hosts; *h != NULL; h++)
    if (g_ascii_strcasecmp (host, *h) == 0)
      return TRUE;
  return a->any_address && is_address_here (a, host);
}

static gboolean
origin_is_host (const api_request *q)
{
  return g_ascii_strncasecmp (q->origin, "http://", 7) == 0 && g_ascii_strcasecmp (q->origin + 7, q->host) == 0;
}

/* A browser says where a request comes from; a link to the page may stand anywhere, all else only in the page itself. */
static gboolean
from_elsewhere (const api_request *q, gboolean is_page)
{
  if (q->origin != NULL && !origin_is_host (q))
    return TRUE;
  return q->site != NULL && !is_page && strcmp (q->site, "same-origin") != 0 && strcmp (q->site, "none") != 0;
}

static gboolean
is_json (const char *type)
{
  if (type == NULL)
    return FALSE;
  g_autofree char *kind = g_strndup (type, strcspn (type, ";"));
  return g_ascii_strcasecmp (g_strstrip (kind), "application/json") == 0;
}

static guint
refuse (guint status, const char *words, const char **why)
{
  *why = words;
  return status;
}

guint
api_admit (const api *a, const api_request *q, gboolean *fresh, const char **why)
{
  gboolean post = strcmp (q->method, "POST") == 0;
  gboolean get = strcmp (q->method, "GET") == 0 || strcmp (q->method, "HEAD") == 0;
  gboolean is_page = get && q->target[0] == '/' && (q->target[1] == 0 || q->target[1] == '?');
  *fresh = FALSE;
  if (q->repeated)
    return refuse (400, "a header came twice", why);
  if (!host_right (a, q->host))
    return refuse (403, "this page answers only at the address that 'pardon serve' printed", why);
  if (from_elsewhere (q, is_page))
    return refuse (403, "another page asked; only pardon's own page may", why);
  g_autofree char *token = is_page && q->target[1] != 0 ? api_query_value (q->target + 2, "token") : NULL;
  *fresh = token != NULL && token_right (a, token);
  if (!*fresh && (token != NULL || !cookie_right (a, q->cookie)))
    return refuse (403, "the token is missing or wrong: open the address that 'pardon serve' printed", why);
  if (!post && !get)
    return refuse (405, "only GET, HEAD and POST are answered", why);
  if (q->too_long)
    return refuse (413, "the request's body is larger than 1 MiB", why);
  if (post && q->origin == NULL && q->site == NULL)
    return refuse (403, "a change must come from pardon's own page: Origin is missing", why);
  if (post && !is_json (q->type))
    return refuse (400, "a change must be sent as application/json", why);
  if (post && a->read_only)
    return refuse (403, "this page is read-only: 'pardon serve' was started with --read-only", why);
  return 0;
}
