/* Stands in for the results folder and the page's files, where the routes and the server are what is tested: answers that are
 * told apart by their bytes, and every kind of refusal. */
#include <string.h>

#include <glib.h>

#include "base/error.h"
#include "output/ui.h"
#include "reviewing/reviewing.h"

struct review {
  char *dir;
  guint64 count; /* rows of images.csv; 12 where there is none */
  gboolean writable;
  gint decisions;
};

static GBytes *
text_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

GBytes *
ui_asset (const char *name)
{
  if (strcmp (name, "index.html") == 0)
    return text_bytes (
        "<!doctype html><html><head><title>pardon</title><!--head--></head><body><!--data--></body></html>");
  if (strcmp (name, "app.js") == 0)
    return text_bytes ("console.log (1)");
  if (strcmp (name, "app.css") == 0)
    return text_bytes ("body{}");
  return strcmp (name, "icon.svg") == 0 ? text_bytes ("<svg xmlns='http://www.w3.org/2000/svg'/>") : NULL;
}

review *
review_open (const char *dir, gboolean writable, GError **error)
{
  if (!g_file_test (dir, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' is not a results folder", dir);
      return NULL;
    }
  review *r = g_new0 (review, 1);
  g_autofree char *list = g_build_filename (dir, "images.csv", NULL), *text = NULL;
  r->dir = g_strdup (dir);
  r->count = 12;
  r->writable = writable;
  if (g_file_get_contents (list, &text, NULL, NULL))
    {
      g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
      r->count = g_strv_length (lines) - 2;
    }
  return r;
}

void
review_free (review *r)
{
  if (r != NULL)
    g_free (r->dir);
  g_free (r);
}

guint64
review_count (const review *r)
{
  return r->count;
}

gboolean
review_is_writable (const review *r)
{
  return r->writable;
}

/* As long as DIR/newer is there. */
gboolean
review_is_outdated (review *r)
{
  g_autofree char *newer = g_build_filename (r->dir, "newer", NULL);
  return g_file_test (newer, G_FILE_TEST_EXISTS);
}

GBytes *
review_report (review *r, GError **error)
{
  (void) r;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "cannot read \"pardon.db\" \xff");
  return NULL;
}

GBytes *
review_pictures (review *r, GError **error)
{
  (void) error;
  g_autoptr (GString) text = g_string_new ("{\"n\":");
  g_string_append_printf (text, "%" G_GUINT64_FORMAT "}", r->count);
  return text_bytes (text->str);
}

GBytes *
review_judging (review *r, GError **error)
{
  (void) error;
  g_autofree char *text = g_strdup_printf ("{\"decisions\":%d}", g_atomic_int_get (&r->decisions));
  return text_bytes (text);
}

GBytes *
review_classes (review *r)
{
  (void) r;
  return text_bytes ("{\"classes\":[]}");
}

GBytes *
review_why (review *r, guint64 id, GError **error)
{
  (void) r;
  (void) id;
  (void) error;
  return text_bytes ("{\"sentences\":[],\"measures\":[]}");
}

GBytes *
review_decisions (review *r, gboolean csv, GError **error)
{
  (void) r;
  (void) error;
  return text_bytes (csv ? "when,file,field,from,to,undone\n" : "{\"decisions\":[]}");
}

GBytes *
review_picture (review *r, guint64 id, review_look look, int side, GError **error)
{
  g_assert (id < r->count);
  if (id == 3)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "'gone.jpg' is gone");
      return NULL;
    }
  g_autofree char *text =
      g_strdup_printf ("%s%" G_GUINT64_FORMAT " at %d", look == REVIEW_VIEW ? "\x89PNG" : "\xff\xd8\xff", id, side);
  return text_bytes (text);
}

GBytes *
review_probe (review *r, const char *kind, double severity, int side, GError **error)
{
  (void) r;
  if (g_strcmp0 (kind, "no-such") == 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "there is no kind '%s'", kind);
      return NULL;
    }
  g_autofree char *text = g_strdup_printf ("\xff\xd8\xff%s %.2f at %d", kind != NULL ? kind : "fit", severity, side);
  return text_bytes (text);
}

GBytes *
review_decide (review *r, const char *json, gsize length, GError **error)
{
  g_assert (r->writable);
  if (length < 2 || json[0] != '{' || json[length - 1] != '}')
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "a decision is a JSON object");
      return NULL;
    }
  g_autofree char *text = g_strdup_printf ("{\"undo\":%d}", g_atomic_int_add (&r->decisions, 1) + 1);
  return text_bytes (text);
}

GBytes *
review_undo (review *r, GError **error)
{
  if (g_atomic_int_get (&r->decisions) == 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "there is no decision to take back");
      return NULL;
    }
  g_autofree char *text = g_strdup_printf ("{\"undo\":%d}", g_atomic_int_add (&r->decisions, -1) - 1);
  return text_bytes (text);
}
