/* The routes, all in one table: what stands there is answered, and nothing else is. A picture is asked for by its number, so no
 * request ever becomes a path. */
#include "web/api.h"

#include <string.h>

#include "base/error.h"
#include "config.h"
#include "base/json_write.h"
#include "base/page_fill.h"
#include "web/api_admit.h"

#define PARTS_MOST 2  /* of a path that vary: a picture's number, a kind, a severity */
#define PART_MOST  32 /* characters of one */

/* What the page may do, where a fault in it let foreign text in: nothing but show what comes from here. */
#define CONTENT_POLICY                                                                                                 \
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "              \
  "connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

#define PAGE_HEAD                                                                                                      \
  "<link rel=\"icon\" href=\"/icon.svg\"><link rel=\"stylesheet\" href=\"/app.css\"><script src=\"/app.js\" "          \
  "defer></script>"

typedef struct {
  const api *api;
  const scan_held *scan;
  const char *file; /* of the row */
  char parts[PARTS_MOST][PART_MOST];
  const char *query; /* NULL: none */
  gboolean of_scan;  /* the query says of which scan, and it is the one that is shown */
  int side;          /* of a small picture */
  GBytes *body;
} call;

/* --- answers of the routes; NULL with an error -------------------------------------------------- */

static GBytes *
bytes_of (GString *text)
{
  return g_string_free_to_bytes (text);
}

static GBytes *
answer_asset (const call *c, GError **error)
{
  GBytes *file = c->api->asset (c->file);
  if (file == NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_MISSING, "there is no '%s' in this build", c->file);
  return file;
}

/* The page, with what it must know before it asks for anything. */
static GBytes *
answer_page (const call *c, GError **error)
{
  g_autoptr (GBytes) file = answer_asset (c, error);
  if (file == NULL)
    return NULL;
  g_autoptr (GString) about = g_string_new (NULL);
  json_open (about, NULL, '{');
  json_put_text (about, "mode", "serve");
  json_put_text (about, "version", PARDON_VERSION);
  json_put_flag (about, "readonly", c->api->read_only);
  json_put_count (about, "scan", c->scan->number);
  json_close (about, '}');
  g_string_prepend (about, "<script type=\"application/json\" id=\"about\">");
  g_string_append (about, "</script>");
  return bytes_of (page_fill (file, PAGE_HEAD, about->str));
}

static GBytes *
answer_scan (const call *c, GError **error)
{
  (void) error;
  GString *o = g_string_new (NULL);
  json_open (o, NULL, '{');
  json_put_count (o, "scan", c->scan->number);
  json_close (o, '}');
  return bytes_of (o);
}

static GBytes *
answer_report (const call *c, GError **error)
{
  return review_report (c->scan->review, error);
}

static GBytes *
answer_pictures (const call *c, GError **error)
{
  return review_pictures (c->scan->review, error);
}

static GBytes *
answer_judging (const call *c, GError **error)
{
  return review_judging (c->scan->review, error);
}

static GBytes *
answer_classes (const call *c, GError **error)
{
  (void) error;
  return review_classes (c->scan->review);
}

static GBytes *
answer_decisions (const call *c, GError **error)
{
  return review_decisions (c->scan->review, FALSE, error);
}

static GBytes *
answer_decisions_csv (const call *c, GError **error)
{
  return review_decisions (c->scan->review, TRUE, error);
}

static gboolean
number_of (const call *c, guint64 *id, GError **error)
{
  const char *text = c->parts[0];
  guint64 count = review_count (c->scan->review);
  gboolean plain = text[0] != '0' || text[1] == 0; /* one spelling each, as caches know them by it */
  if (plain && count > 0 && g_ascii_string_to_unsigned (text, 10, 0, count - 1, id, NULL))
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "there is no picture '%s'", text);
  return FALSE;
}

static GBytes *
answer_look (const call *c, review_look look, GError **error)
{
  guint64 id;
  return number_of (c, &id, error) ? review_picture (c->scan->review, id, look, c->side, error) : NULL;
}

static GBytes *
answer_thumb (const call *c, GError **error)
{
  return answer_look (c, REVIEW_THUMB, error);
}

static GBytes *
answer_full (const call *c, GError **error)
{
  return answer_look (c, REVIEW_FULL, error);
}

static GBytes *
answer_view (const call *c, GError **error)
{
  return answer_look (c, REVIEW_VIEW, error);
}

static GBytes *
answer_why (const call *c, GError **error)
{
  guint64 id;
  return number_of (c, &id, error) ? review_why (c->scan->review, id, error) : NULL;
}

static GBytes *
answer_probe (const call *c, GError **error)
{
  const char *text = c->parts[1];
  char *end;
  double severity = g_ascii_strtod (text, &end);
  if (*end != 0 || !(severity >= 1 && severity <= 5))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "a severity lies between 1 and 5, not '%s'", text);
      return NULL;
    }
  return review_probe (c->scan->review, c->parts[0], severity, c->side, error);
}

static GBytes *
answer_fit_probe (const call *c, GError **error)
{
  return review_probe (c->scan->review, NULL, 0, c->side, error);
}

static GBytes *
answer_decide (const call *c, GError **error)
{
  gsize n = 0;
  const char *json = c->body != NULL ? g_bytes_get_data (c->body, &n) : NULL;
  return review_decide (c->scan->review, json != NULL ? json : "", n, error);
}

static GBytes *
answer_undo (const call *c, GError **error)
{
  return review_undo (c->scan->review, error);
}

/* --- the table ------------------------------------------------------------------------------------ */

typedef enum {
  KEEP_NEVER, /* numbers, which a decision changes */
  KEEP_ASK,   /* files of the page: the next pardon has others */
  KEEP_LONG,  /* pictures */
} keep;

typedef enum {
  GET,
  GET_NEWEST, /* a newer scan is looked for first */
  POST,
} way;

typedef struct {
  way way;
  const char *path; /* '#' stands for a number, '*' for a word */
  const char *type;
  keep keep;
  int side; /* the default where ?side= may be given; 0: it may not */
  GBytes *(*answer) (const call *c, GError **error);
  const char *file; /* of the page; a download's name where there is none of the page */
} route;

#define JSON "application/json"

static const route routes[] = {
  { GET_NEWEST, "/", "text/html; charset=utf-8", KEEP_NEVER, 0, answer_page, "index.html" },
  { GET, "/app.js", "text/javascript; charset=utf-8", KEEP_ASK, 0, answer_asset, "app.js" },
  { GET, "/app.css", "text/css; charset=utf-8", KEEP_ASK, 0, answer_asset, "app.css" },
  { GET, "/icon.svg", "image/svg+xml", KEEP_ASK, 0, answer_asset, "icon.svg" },
  { GET_NEWEST, "/api/scan", JSON, KEEP_NEVER, 0, answer_scan, NULL },
  { GET, "/api/report", JSON, KEEP_NEVER, 0, answer_report, NULL },
  { GET, "/api/pictures", JSON, KEEP_NEVER, 0, answer_pictures, NULL },
  { GET, "/api/judging", JSON, KEEP_NEVER, 0, answer_judging, NULL },
  { GET, "/api/classes", JSON, KEEP_NEVER, 0, answer_classes, NULL },
  { GET, "/api/picture/#/thumb", "image/jpeg", KEEP_LONG, 112, answer_thumb, NULL },
  { GET, "/api/picture/#/full", "image/jpeg", KEEP_LONG, 0, answer_full, NULL },
  { GET, "/api/picture/#/view", "image/png", KEEP_LONG, 0, answer_view, NULL },
  { GET, "/api/picture/#/why", JSON, KEEP_NEVER, 0, answer_why, NULL },
  { GET, "/api/probe/fit", "image/jpeg", KEEP_LONG, 224, answer_fit_probe, NULL },
  { GET, "/api/probe/*/#", "image/jpeg", KEEP_LONG, 224, answer_probe, NULL },
  { GET, "/api/decisions", JSON, KEEP_NEVER, 0, answer_decisions, NULL },
  { GET, "/api/decisions.csv", "text/csv; charset=utf-8", KEEP_NEVER, 0, answer_decisions_csv, "decisions.csv" },
  { POST, "/api/decide", JSON, KEEP_NEVER, 0, answer_decide, NULL },
  { POST, "/api/undo", JSON, KEEP_NEVER, 0, answer_undo, NULL },
};

static gboolean
take_part (const char **at, const char *letters, char *part)
{
  gsize n = strspn (*at, letters);
  if (n == 0 || n >= PART_MOST)
    return FALSE;
  memcpy (part, *at, n);
  part[n] = 0;
  *at += n;
  return TRUE;
}

static gboolean
route_matches (const route *r, const char *path, call *c)
{
  const char *wanted = r->path;
  int n = 0;
  for (; *wanted != 0; wanted++)
    if (*wanted == '#'   ? !take_part (&path, "0123456789.", c->parts[n++])
        : *wanted == '*' ? !take_part (&path, "abcdefghijklmnopqrstuvwxyz-", c->parts[n++])
                         : *path++ != *wanted)
      return FALSE;
  return *path == 0;
}

/* --- answers -------------------------------------------------------------------------------------- */

static void
add_header (api_answer *answer, const char *name, const char *value)
{
  g_ptr_array_add (answer->headers, g_strdup (name));
  g_ptr_array_add (answer->headers, g_strdup (value));
}

static api_answer *
answer_new (guint status, const char *type, GBytes *body)
{
  api_answer *answer = g_new (api_answer, 1);
  *answer = (api_answer){ status, body, g_ptr_array_new_with_free_func (g_free) };
  add_header (answer, "Content-Type", type);
  add_header (answer, "Content-Security-Policy", CONTENT_POLICY);
  add_header (answer, "X-Content-Type-Options", "nosniff");
  add_header (answer, "Referrer-Policy", "no-referrer");
  add_header (answer, "Cross-Origin-Resource-Policy", "same-origin");
  add_header (answer, "Cross-Origin-Opener-Policy", "same-origin");
  return answer;
}

void
api_answer_free (api_answer *answer)
{
  if (answer == NULL)
    return;
  g_bytes_unref (answer->body);
  g_ptr_array_unref (answer->headers);
  g_free (answer);
}

static api_answer *
answer_error (guint status, const char *sentence)
{
  GString *o = g_string_new (NULL);
  json_open (o, NULL, '{');
  json_put_text (o, "error", sentence);
  json_close (o, '}');
  api_answer *answer = answer_new (status, JSON, bytes_of (o));
  add_header (answer, "Cache-Control", "no-store");
  return answer;
}

static guint
status_of (const route *r, const GError *error)
{
  if (error->domain != PARDON_ERROR)
    return 500;
  switch (error->code)
    {
    case PARDON_ERROR_INPUT:
      return r->way == POST ? 400 : 404;
    case PARDON_ERROR_PICTURE:
    case PARDON_ERROR_MISSING:
      return 404;
    default:
      return 500;
    }
}

/* A tag that was sent is compared as a whole: the browser sends back what it got. */
static api_answer *
answer_kept (const route *r, const call *c, const api_request *q, GBytes *body)
{
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, body);
  sum[32] = 0;
  g_autofree char *tag = g_strdup_printf ("\"%s\"", sum);
  gboolean same = g_strcmp0 (q->if_none_match, tag) == 0;
  api_answer *answer = answer_new (same ? 304 : 200, r->type, same ? g_bytes_new (NULL, 0) : g_bytes_ref (body));
  add_header (answer, "ETag", tag);
  gboolean ask = r->keep == KEEP_ASK || !c->of_scan; /* a picture's number will mean another one in the next scan */
  add_header (answer, "Cache-Control", ask ? "private, no-cache" : "private, max-age=600");
  /* the cookie is another one at each start: what a page of other results left in the browser must not pass for ours */
  add_header (answer, "Vary", "Cookie");
  return answer;
}

/* NULL: the request may mean the scan that is shown. */
static api_answer *
refuse_other_scan (const route *r, call *c)
{
  g_autofree char *asked = api_query_value (c->query, "scan");
  g_autofree char *shown = g_strdup_printf ("%u", c->scan->number);
  c->of_scan = g_strcmp0 (asked, shown) == 0;
  if (c->of_scan || (asked == NULL && r->way != POST))
    return NULL;
  if (asked != NULL && (*asked == 0 || asked[strspn (asked, "0123456789")] != 0))
    return answer_error (400, "scan is a number, as /api/scan has it");
  return asked == NULL ? answer_error (400, "a change must say which scan it is about: ?scan=, as /api/scan has it")
                       : answer_error (409, "the folder was scanned again since this page was loaded: load it again");
}

static api_answer *
answer_route (const route *r, call *c, const api_request *q)
{
  g_autoptr (GError) error = NULL;
  if (r->way == GET_NEWEST)
    scans_look_again (c->api->scans);
  g_autoptr (scan_held) scan = scans_hold (c->api->scans);
  c->scan = scan;
  api_answer *other = r->way != GET_NEWEST && r->keep != KEEP_ASK ? refuse_other_scan (r, c) : NULL;
  if (other != NULL)
    return other;
  g_autofree char *side = r->side != 0 ? api_query_value (c->query, "side") : NULL;
  c->file = r->file;
  c->body = q->body;
  c->side = side == NULL ? r->side : strcmp (side, "112") == 0 ? 112 : strcmp (side, "224") == 0 ? 224 : 0;
  if (r->side != 0 && c->side == 0)
    return answer_error (400, "side is 112 or 224");
  g_autoptr (GBytes) body = r->answer (c, &error);
  if (body == NULL)
    return answer_error (status_of (r, error), error->message);
  if (r->keep != KEEP_NEVER)
    return answer_kept (r, c, q, body);
  api_answer *answer = answer_new (200, r->type, g_steal_pointer (&body));
  add_header (answer, "Cache-Control", "no-store");
  if (r->answer == answer_decisions_csv)
    add_header (answer, "Content-Disposition", "attachment; filename=\"decisions.csv\"");
  return answer;
}

/* The token leaves the address, so that it stands neither in the browser's history nor in a picture of the screen. */
static api_answer *
answer_welcome (const api *a)
{
  g_autofree char *name = api_cookie_name (a);
  g_autofree char *cookie = g_strdup_printf ("%s=%s; HttpOnly; SameSite=Strict; Path=/", name, a->token);
  api_answer *answer = answer_new (303, "text/plain", g_bytes_new (NULL, 0));
  add_header (answer, "Location", "/");
  add_header (answer, "Set-Cookie", cookie);
  add_header (answer, "Cache-Control", "no-store");
  return answer;
}

api_answer *
api_handle (const api *a, const api_request *q)
{
  gboolean fresh, post = strcmp (q->method, "POST") == 0;
  const char *why, *allowed = "GET, HEAD, POST";
  guint refused = api_admit (a, q, &fresh, &why);
  if (refused == 0 && fresh)
    return answer_welcome (a);
  if (refused == 0)
    {
      const char *query = strchr (q->target, '?');
      g_autofree char *path = query != NULL ? g_strndup (q->target, (gsize) (query - q->target)) : g_strdup (q->target);
      refused = 404;
      why = "there is nothing at this address";
      for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
        {
          call c = { .api = a, .query = query != NULL ? query + 1 : NULL };
          if (!route_matches (&routes[i], path, &c))
            continue;
          if ((routes[i].way == POST) == post)
            return answer_route (&routes[i], &c, q);
          refused = 405;
          why = routes[i].way == POST ? "only POST is answered here" : "only GET and HEAD are answered here";
          allowed = routes[i].way == POST ? "POST" : "GET, HEAD";
          break;
        }
    }
  api_answer *answer = answer_error (refused, why);
  if (refused == 405)
    add_header (answer, "Allow", allowed);
  return answer;
}
