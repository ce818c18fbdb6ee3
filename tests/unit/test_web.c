/* The routes and who may ask, without a socket: over the stand-in of tests/tools/stand_in.c, whose picture 3 is gone, whose
 * report cannot be read, and which knows no kind 'no-such'. tests/oracle/serve.py asks the whole program. */
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "output/ui.h"
#include "web/api.h"
#include "web/serve.h"

#define TOKEN "0123456789abcdef0123456789abcdef"

static char *own_hosts[] = { (char *) "127.0.0.1:8080", (char *) "localhost:8080", NULL };

typedef struct {
  api api;
  api_request request;
} asked;

static void
asked_init (asked *a, gboolean writable)
{
  g_autoptr (GError) error = NULL;
  *a = (asked){ { .asset = ui_asset, .hosts = own_hosts, .port = 8080, .read_only = !writable, .token = TOKEN },
                { .method = "GET", .host = "127.0.0.1:8080", .cookie = "pardon-8080=" TOKEN } };
  a->api.scans = scans_new ("/", writable, &error);
  g_assert_no_error (error);
}

static void
asked_clear (asked *a)
{
  scans_free (a->api.scans);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (asked, asked_clear)

static const char *
header_of (const api_answer *answer, const char *name)
{
  for (guint i = 0; i < answer->headers->len; i += 2)
    if (strcmp (g_ptr_array_index (answer->headers, i), name) == 0)
      return g_ptr_array_index (answer->headers, i + 1);
  return NULL;
}

static void
assert_answer (asked *a, const char *target, guint status, const char *body)
{
  a->request.target = target;
  g_autoptr (api_answer) answer = api_handle (&a->api, &a->request);
  if (answer->status != status)
    g_error ("'%s' was answered with %u, not %u", target, answer->status, status);
  gsize n;
  const char *data = g_bytes_get_data (answer->body, &n);
  g_autofree char *text = g_strndup (data != NULL ? data : "", n);
  g_assert_nonnull (header_of (answer, "Content-Security-Policy"));
  g_assert_nonnull (header_of (answer, "Cache-Control"));
  if (body != NULL)
    g_assert_cmpstr (text, ==, body);
}

static void
test_routes (void)
{
  g_auto (asked) a;
  asked_init (&a, TRUE);
  assert_answer (&a, "/", 200, NULL);
  assert_answer (&a, "/?anything", 200, NULL);
  assert_answer (&a, "/app.js", 200, "console.log (1)");
  assert_answer (&a, "/api/pictures", 200, "{\"n\":12}");
  assert_answer (&a, "/api/picture/11/thumb", 200,
                 "\xff\xd8\xff"
                 "11 at 112");
  assert_answer (&a, "/api/picture/0/thumb?side=224", 200,
                 "\xff\xd8\xff"
                 "0 at 224");
  assert_answer (&a, "/api/picture/7/view", 200, "\x89PNG7 at 0");
  assert_answer (&a, "/api/probe/fit", 200,
                 "\xff\xd8\xff"
                 "fit 0.00 at 224");
  assert_answer (&a, "/api/probe/gaussian-noise/2.5?side=112", 200,
                 "\xff\xd8\xff"
                 "gaussian-noise 2.50 at 112");
  assert_answer (&a, "/api/decisions.csv", 200, "when,file,field,from,to,undone\n");
}

static void
test_page_is_filled (void)
{
  g_auto (asked) a;
  asked_init (&a, FALSE);
  assert_answer (
      &a, "/", 200,
      "<!doctype html><html><head><title>pardon</title><link rel=\"icon\" href=\"/icon.svg\"><link rel=\"stylesheet\" "
      "href=\"/app.css\"><script src=\"/app.js\" defer></script></head><body><script type=\"application/json\" "
      "id=\"about\">{\"mode\":\"serve\",\"version\":\"0.1.0\",\"readonly\":true,\"scan\":1}</script></body></html>");
}

static void
test_refusals (void)
{
  g_auto (asked) a;
  asked_init (&a, TRUE);
  static const char *const nowhere[] = {
    "",
    "x",
    "/x",
    "/app.js/",
    "//app.js",
    "/api/picture/12/thumb",
    "/api/picture/-1/thumb",
    "/api/picture/01/thumb",
    "/api/picture/+1/why",
    "/api/picture/1./why",
    "/api/picture/../thumb",
    "/api/picture//thumb",
    "/api/picture/1%30/why",
    "/api/probe/no-such/3",
    "/api/probe/fog/0.9",
    "/api/probe/fog/5.01",
    "/api/probe/fog/1.2.3",
    "/api/probe/fog/nan",
    "/api/probe/fog/.",
    "/api/probe/../3",
    "/api/picture/99999999999999999999/why",
    "/api/picture/18446744073709551616/why",
    "/api/picture/3/full",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (nowhere); i++)
    assert_answer (&a, nowhere[i], 404, NULL);
  assert_answer (&a, "/api/picture/3/thumb", 404, "{\"error\":\"'gone.jpg' is gone\"}");
  assert_answer (&a, "/api/report", 500, "{\"error\":\"cannot read \\\"pardon.db\\\" \xef\xbf\xbd\"}");
  assert_answer (&a, "/api/picture/0/thumb?side=113", 400, "{\"error\":\"side is 112 or 224\"}");
  assert_answer (&a, "/api/decide", 405, NULL);
}

static void
test_decisions (void)
{
  static const char decision[] = "{\"ids\":[1]}";
  g_auto (asked) a;
  asked_init (&a, TRUE);
  a.request.method = "POST";
  a.request.origin = "http://127.0.0.1:8080";
  a.request.type = "application/json";
  assert_answer (&a, "/api/undo?scan=1", 400, "{\"error\":\"there is no decision to take back\"}");
  assert_answer (&a, "/api/decide?scan=1", 400, "{\"error\":\"a decision is a JSON object\"}");
  g_autoptr (GBytes) body = g_bytes_new_static (decision, strlen (decision));
  a.request.body = body;
  assert_answer (&a, "/api/decide?scan=1", 200, "{\"undo\":1}");
  assert_answer (&a, "/api/undo?scan=1", 200, "{\"undo\":0}");
  assert_answer (&a, "/api/report", 405, NULL);
  a.request.too_long = TRUE;
  assert_answer (&a, "/api/decide", 413, NULL);
  a.request.too_long = FALSE;
  a.api.read_only = TRUE;
  assert_answer (&a, "/api/decide", 403, NULL);
}

typedef struct {
  const char *host, *origin, *site, *cookie;
  guint status;
} stranger;

static void
test_strangers (void)
{
  static const char right[] = "pardon-8080=" TOKEN, host[] = "127.0.0.1:8080";
  static const stranger strangers[] = {
    { host, NULL, NULL, right, 200 },
    { "LOCALHOST:8080", NULL, NULL, right, 200 },
    { host, "http://127.0.0.1:8080", "same-origin", right, 200 },
    { NULL, NULL, NULL, right, 403 },
    { "evil.example:8080", NULL, NULL, right, 403 },
    { "192.168.0.1:8080", NULL, NULL, right, 403 },
    { "127.0.0.1", NULL, NULL, right, 403 },
    { "localhost:8080", "http://127.0.0.1:8080", NULL, right, 403 },
    { host, "null", NULL, right, 403 },
    { host, "https://127.0.0.1:8080", NULL, right, 403 },
    { host, NULL, "same-site", right, 403 },
    { host, NULL, "cross-site", right, 403 },
    { host, NULL, NULL, NULL, 403 },
    { host, NULL, NULL, "pardon-8080=0123456789abcdef0123456789abcdeF", 403 },
    { host, NULL, NULL, "pardon-8081=" TOKEN, 403 },
    { host, NULL, NULL, "a=b;pardon-8080=" TOKEN, 200 },
  };
  g_auto (asked) a;
  asked_init (&a, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      const stranger *s = &strangers[i];
      a.request =
          (api_request){ .method = "GET", .host = s->host, .origin = s->origin, .site = s->site, .cookie = s->cookie };
      assert_answer (&a, "/api/pictures", s->status, NULL);
    }
}

static void
test_all_addresses (void)
{
  g_auto (asked) a;
  asked_init (&a, TRUE);
  a.api.any_address = TRUE;
  static const struct {
    const char *host;
    guint status;
  } tried[] = {
    { "192.168.0.1:8080", 200 },  { "[fe80::1]:8080", 200 },    { "localhost:8080", 200 }, { "fe80::1:8080", 403 },
    { "evil.example:8080", 403 }, { "192.168.0.1:80800", 403 }, { ":8080", 403 },          { "[]:8080", 403 },
    { "[192.168.0.1]:8080", 403 }
  };
  for (gsize i = 0; i < G_N_ELEMENTS (tried); i++)
    {
      a.request.host = tried[i].host;
      assert_answer (&a, "/api/pictures", tried[i].status, NULL);
    }
}

static void
test_token_of_the_address (void)
{
  g_auto (asked) a;
  asked_init (&a, TRUE);
  a.request.cookie = NULL;
  a.request.target = "/?x=1&token=" TOKEN;
  g_autoptr (api_answer) answer = api_handle (&a.api, &a.request);
  g_assert_cmpuint (answer->status, ==, 303);
  g_assert_cmpstr (header_of (answer, "Location"), ==, "/");
  g_assert_cmpstr (header_of (answer, "Set-Cookie"), ==, "pardon-8080=" TOKEN "; HttpOnly; SameSite=Strict; Path=/");
  assert_answer (&a, "/?token=", 403, NULL);
  assert_answer (&a, "/?token=0", 403, NULL);
  assert_answer (&a, "/?xtoken=" TOKEN, 403, NULL);
  assert_answer (&a, "/api/pictures?token=" TOKEN, 403, NULL);
  a.request.method = "POST";
  assert_answer (&a, "/?token=" TOKEN, 403, NULL);
}

/* A folder that is scanned again: who works with the former scan goes on, and who asks by its numbers is told. */
static void
test_a_newer_scan (void)
{
  g_auto (asked) a;
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("pardon-web-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *newer = g_build_filename (dir, "newer", NULL), *list = g_build_filename (dir, "images.csv", NULL);
  asked_init (&a, TRUE);
  scans_free (a.api.scans);
  a.api.scans = scans_new (dir, TRUE, &error);
  g_assert_no_error (error);
  assert_answer (&a, "/api/scan", 200, "{\"scan\":1}");
  scan_held *at_work = scans_hold (a.api.scans);
  g_assert_true (g_file_set_contents (newer, "", 0, NULL));
  g_assert_true (g_file_set_contents (list, "file\na\nb\n", -1, NULL));
  assert_answer (&a, "/api/pictures?scan=1", 200,
                 "{\"n\":12}"); /* it is looked for when a page is loaded, not before */
  assert_answer (&a, "/api/scan", 200, "{\"scan\":2}");
  g_assert_cmpint (g_unlink (newer), ==, 0);
  assert_answer (&a, "/api/scan", 200, "{\"scan\":2}");
  assert_answer (&a, "/api/pictures", 200, "{\"n\":2}");
  assert_answer (&a, "/api/pictures?scan=2", 200, "{\"n\":2}");
  static const char *const former[] = { "/api/pictures?scan=1", "/api/picture/0/thumb?side=112&scan=1",
                                        "/api/picture/0/why?scan=0", "/api/probe/fit?scan=02", "/api/report?scan=3" };
  for (gsize i = 0; i < G_N_ELEMENTS (former); i++)
    assert_answer (&a, former[i], 409,
                   "{\"error\":\"the folder was scanned again since this page was loaded: load it again\"}");
  assert_answer (&a, "/api/picture/0/why?scan=", 400, "{\"error\":\"scan is a number, as /api/scan has it\"}");
  g_assert_cmpuint (at_work->number, ==, 1);
  g_assert_cmpuint (review_count (at_work->review), ==, 12);
  scan_held_free (at_work);
  a.request.method = "POST";
  a.request.origin = "http://127.0.0.1:8080";
  a.request.type = "application/json";
  assert_answer (&a, "/api/undo?scan=1", 409, NULL);
  assert_answer (&a, "/api/undo", 400,
                 "{\"error\":\"a change must say which scan it is about: ?scan=, as /api/scan has it\"}");
  g_assert_cmpint (g_unlink (list), ==, 0);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

/* A picture may be kept by the browser only under an address that no later scan has. */
static void
test_what_is_kept (void)
{
  g_auto (asked) a;
  asked_init (&a, TRUE);
  static const struct {
    const char *target, *keep;
  } kept[] = { { "/api/picture/0/thumb", "private, no-cache" },
               { "/api/picture/0/thumb?scan=1", "private, max-age=600" },
               { "/api/probe/fit?side=112&scan=1", "private, max-age=600" },
               { "/app.js?scan=1", "private, no-cache" },
               { "/api/pictures?scan=1", "no-store" } };
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      a.request.target = kept[i].target;
      g_autoptr (api_answer) answer = api_handle (&a.api, &a.request);
      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_cmpstr (header_of (answer, "Cache-Control"), ==, kept[i].keep);
    }
}

static GBytes *
no_asset (const char *name)
{
  (void) name;
  return NULL;
}

static void
test_a_build_without_the_page (void)
{
  g_autoptr (GError) error = NULL;
  const serve_options o = { .dir = "/", .asset = no_asset };
  g_assert_false (serve_run (&o, NULL, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_MISSING);
  g_assert_cmpstr (error->message, ==,
                   "this pardon was built without its page (-Dui=false), so there is nothing to serve");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/routes", test_routes);
  g_test_add_func ("/web/page-is-filled", test_page_is_filled);
  g_test_add_func ("/web/refusals", test_refusals);
  g_test_add_func ("/web/decisions", test_decisions);
  g_test_add_func ("/web/strangers", test_strangers);
  g_test_add_func ("/web/all-addresses", test_all_addresses);
  g_test_add_func ("/web/token-of-the-address", test_token_of_the_address);
  g_test_add_func ("/web/a-newer-scan", test_a_newer_scan);
  g_test_add_func ("/web/what-is-kept", test_what_is_kept);
  g_test_add_func ("/web/a-build-without-the-page", test_a_build_without_the_page);
  return g_test_run ();
}
