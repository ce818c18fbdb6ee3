/* Downloads and the catalogue for the Python tests. The last line printed is 'ok' or 'CODE: the error'; a line
 * 'progress PHASE DONE TOTAL' for each report. SIGINT stops as Ctrl-C would.
 *
 *   tool_model download URL PATH SHA256 BYTES
 *   tool_model get NAME
 *   tool_model show NAME
 *   tool_model add NAME FILE VIEW SCALE LAYER      ('-' for none) */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "model/catalogue.h"
#include "model/download.h"

static volatile sig_atomic_t interrupted;

static void
on_interrupt (int number)
{
  (void) number;
  interrupted = 1;
}

static gboolean
stop (gpointer user)
{
  (void) user;
  return interrupted;
}

static void
progress (gpointer user, const char *phase, guint64 done, guint64 total)
{
  (void) user;
  printf ("progress %s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", phase, done, total);
  fflush (stdout);
}

static gboolean
show (const char *name, GError **error)
{
  GError *local = NULL;
  g_autoptr (catalogue_entry) e = catalogue_find (name, &local);
  if (e != NULL)
    printf ("%s\n%s\n%s\n%s\n", e->url, e->path, e->sha256, e->present ? "present" : "absent");
  else if (local == NULL)
    printf ("no such name\n");
  else
    g_propagate_error (error, local);
  return e != NULL;
}

static const char *
text (const char *argument)
{
  return strcmp (argument, "-") == 0 ? NULL : argument;
}

int
main (int argc, char **argv)
{
  static const char *const codes[] = {
    "INPUT", "PICTURE", "MODEL", "MISSING", "STORE", "NETWORK", "MEMORY", "STOPPED"
  };
  const job j = { .stop = stop, .progress = progress };
  g_autoptr (GError) error = NULL;
  gboolean ok = FALSE;
  signal (SIGINT, on_interrupt);
  if (argc == 6 && strcmp (argv[1], "download") == 0)
    ok = download_file (argv[2], argv[3], argv[4], g_ascii_strtoull (argv[5], NULL, 10), &j, &error);
  else if (argc == 3 && strcmp (argv[1], "get") == 0)
    ok = catalogue_get (argv[2], &j, &error);
  else if (argc == 3 && strcmp (argv[1], "show") == 0)
    ok = show (argv[2], &error);
  else if (argc == 7 && strcmp (argv[1], "add") == 0)
    ok = catalogue_add (argv[2], argv[3], text (argv[4]), text (argv[5]), text (argv[6]), NULL, &error);
  if (error != NULL)
    printf ("%s: %s\n", codes[error->code], error->message);
  else
    printf (ok ? "ok\n" : "failed\n");
  return ok ? 0 : 1;
}
