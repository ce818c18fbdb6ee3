/* The page's policy lets run the one script whose hash it names, and lets nothing be fetched: a file name that got past the escaping could
 * do nothing. */
#include "output/page.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/json_write.h"
#include "base/page_fill.h"
#include "config.h"
#include "output/ui.h"
#include "output/whole_file.h"

#define NAME "report.html"
#define DATA "<!--data-->" /* kept where the documents come */

/* Inside <script> only "<" could end it or begin a comment; the two separators are none of JSON's business but were of old scripts'. */
static void
put_document (whole_file *f, const char *id, GBytes *document)
{
  gsize size;
  const char *from = g_bytes_get_data (document, &size), *end = from + size, *at = from;
  g_autofree char *open = g_strdup_printf ("<script type=\"application/json\" id=\"%s\">", id);
  whole_file_put (f, open, strlen (open));
  for (; at < end; at++)
    {
      gboolean separator = end - at >= 3 && memcmp (at, "\xe2\x80", 2) == 0 && (at[2] == '\xa8' || at[2] == '\xa9');
      if (*at != '<' && !separator)
        continue;
      const char *escaped = *at == '<' ? "\\u003c" : at[2] == '\xa8' ? "\\u2028" : "\\u2029";
      whole_file_put (f, from, (gsize) (at - from));
      whole_file_put (f, escaped, strlen (escaped));
      from = at + (separator ? 3 : 1);
      at = from - 1;
    }
  whole_file_put (f, from, (gsize) (end - from));
  whole_file_put (f, "</script>\n", 10);
}

static GBytes *
about (void)
{
  GString *o = g_string_new (NULL);
  json_open (o, NULL, '{');
  json_put_text (o, "mode", "file");
  json_put_text (o, "version", PARDON_VERSION);
  json_put_flag (o, "readonly", TRUE);
  json_close (o, '}');
  return g_string_free_to_bytes (o);
}

static char *
make_head (GBytes *script, GBytes *style)
{
  gsize script_size, style_size, digest_size = 32;
  const guchar *text = g_bytes_get_data (script, &script_size);
  const char *css = g_bytes_get_data (style, &style_size);
  guint8 digest[32];
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (sum, text, (gssize) script_size);
  g_checksum_get_digest (sum, digest, &digest_size);
  g_autofree char *hash = g_base64_encode (digest, digest_size);
  GString *head = g_string_new (NULL);
  g_string_append_printf (head,
                          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src "
                          "'sha256-%s'; style-src 'unsafe-inline'; img-src data: blob:; worker-src blob:; "
                          "connect-src 'none'; base-uri 'none'; form-action 'none'\">\n"
                          "<meta name=\"referrer\" content=\"no-referrer\">\n<style>",
                          hash);
  g_string_append_len (head, css, (gssize) style_size);
  g_string_append (head, "</style>");
  return g_string_free (head, FALSE);
}

static void
put_documents (whole_file *f, const page_documents *d, GBytes *script)
{
  g_autoptr (GBytes) self = about ();
  gsize size;
  const char *text = g_bytes_get_data (script, &size);
  put_document (f, "about", self);
  put_document (f, "report", d->report);
  put_document (f, "pictures", d->pictures);
  if (d->thumbnails != NULL)
    put_document (f, "thumbnails", d->thumbnails);
  whole_file_put (f, "<script>", 8);
  whole_file_put (f, text, size);
  whole_file_put (f, "</script>\n", 10);
}

gboolean
page_write (const page_documents *d, const char *dir, GError **error)
{
  if (!ui_is_there ())
    {
      g_autofree char *path = g_build_filename (dir, NAME, NULL);
      (void) g_remove (path);
      return TRUE;
    }
  g_autoptr (GBytes) template = ui_asset ("index.html"), script = ui_asset ("app.js"), style = ui_asset ("app.css");
  g_autofree char *head = make_head (script, style);
  GString *page = page_fill (template, head, DATA);
  const char *rest = strstr (page->str, DATA);
  g_autoptr (whole_file) f = whole_file_new (dir, NAME, error);
  gboolean fine = f != NULL;
  if (fine)
    {
      whole_file_put (f, page->str, (gsize) (rest - page->str));
      put_documents (f, d, script);
      whole_file_put (f, rest + strlen (DATA), strlen (rest + strlen (DATA)));
      fine = whole_file_commit (f, error);
    }
  g_string_free (page, TRUE);
  return fine;
}
