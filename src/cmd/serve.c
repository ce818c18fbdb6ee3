/* pardon serve: the page to review a scan in, on this machine. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "pardon.h"

/* Only when asked: the browser's command line, which other users of the machine can read, then holds the token. */
static void
open_browser (const char *url)
{
  g_autoptr (GError) error = NULL;
  const char *browser = getenv ("BROWSER");
  const char *line[] = { browser != NULL && *browser != 0 ? browser : "xdg-open", url, NULL };
  if (!g_spawn_async (NULL, (char **) line, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                      &error))
    complain (NULL, "cannot start '%s', so open the address yourself", line[0]);
}

typedef struct {
  const settings *settings;
  const pardon_job *job;
  gboolean unheard; /* the address could not be printed: nobody can come */
} serving;

static void
tell_address (void *user, const char *url)
{
  serving *s = user;
  printf ("%s\n", url);
  s->unheard = fflush (stdout) != 0; /* whoever reads a pipe waits for this line */
  if (s->settings->open && !s->unheard)
    open_browser (url);
}

static int
asked_to_stop (void *user)
{
  const serving *s = user;
  return s->unheard || s->job->stop (s->job->user);
}

static void
warn_of_host (const settings *s)
{
  g_autoptr (GInetAddress) address = s->host != NULL ? g_inet_address_new_from_string (s->host) : NULL;
  if (address != NULL && !g_inet_address_get_is_loopback (address))
    complain (NULL,
              "--host %s: other machines can reach this page; whoever has its address sees all pictures and results%s, "
              "and nothing is encrypted on the way",
              s->host, s->read_only ? "" : " and can decide");
}

static int
run (const settings *s)
{
  pardon_serve_options o;
  pardon_error *error = NULL;
  if (s->rest[0] == NULL || s->rest[1] != NULL)
    return complain (&command_serve, "'serve' takes one results folder");
  if (s->port > G_MAXUINT16)
    return complain (&command_serve, "--port takes a number up to %d", G_MAXUINT16);
  warn_of_host (s);
  if (!s->read_only && g_file_test (s->rest[0], G_FILE_TEST_IS_DIR) && g_access (s->rest[0], W_OK) != 0)
    complain (NULL, "'%s' cannot be written into, so nothing can be decided: the page is read-only", s->rest[0]);
  pardon_serve_options_init (&o);
  o.results = s->rest[0];
  o.host = s->host;
  o.port = (int) s->port;
  o.read_only = s->read_only;
  o.ready = tell_address;
  serving state = { s, progress_begin (), FALSE };
  o.user = &state;
  if (pardon_serve (&o, &(pardon_job){ asked_to_stop, NULL, &state }, &error) != 0)
    return progress_fail (error);
  return 0;
}

const command command_serve = {
  COMMAND_SERVE,
  "serve",
  "DIR [OPTIONS]",
  "show a scan's results in a browser, to review and decide in",
  "Prints one address, with a token that lets its holder in, and answers there until Ctrl-C. Nothing else on this "
  "machine or any other is contacted, and only this machine can reach the page unless --host says otherwise.\n\n"
  "In the page pictures can be called noisy or fit and labels be mended; decisions are kept in the results folder, "
  "change the numbers at once and hold in later scans.",
  "pardon serve results\n"
  "pardon serve --open --read-only results\n"
  "pardon serve --port 8080 results",
  run,
  NULL,
};
