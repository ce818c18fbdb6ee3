/* One line on standard error, redrawn at most ten times a second, with rate and time left. */
#include "cmd/progress.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "cmd/cmd.h"

#define BAR 24

static volatile sig_atomic_t caught; /* the signal that asked us to stop */

static struct {
  gboolean terminal;
  char phase[64];
  gint64 began, drawn; /* microseconds */
  guint64 first;       /* what was done when the phase began: reused work must not count into the rate */
  gboolean line;       /* something stands on the line */
} shown;

static void
catch_signal (int number)
{
  caught = number; /* the handler was reset on delivery (SA_RESETHAND): a second Ctrl-C ends the process */
}

static int
asked_to_stop (void *user)
{
  (void) user;
  return caught != 0;
}

static void
draw (const char *phase, uint64_t done, uint64_t total, gint64 now)
{
  double seconds = (double) (now - shown.began) / G_USEC_PER_SEC;
  double rate = seconds > 0.5 ? (double) (done - shown.first) / seconds : 0;
  g_autoptr (GString) line = g_string_new ("\r");
  if (total == 0)
    g_string_append_printf (line, "%s  %" G_GUINT64_FORMAT, phase, done);
  else
    {
      int full = (int) (done * BAR / total);
      char bar[BAR + 1];
      memset (bar, '.', BAR);
      memset (bar, '#', (size_t) full);
      bar[BAR] = 0;
      g_string_append_printf (line, "%s  [%s] %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, phase, bar, done, total);
      if (rate > 0 && done < total)
        {
          guint64 left = (guint64) ((double) (total - done) / rate + 0.5);
          g_string_append_printf (line, "  %.*f/s", rate < 10 ? 1 : 0, rate);
          if (left >= 3600)
            g_string_append_printf (line, "  %" G_GUINT64_FORMAT "h%02dm left", left / 3600, (int) (left / 60 % 60));
          else
            g_string_append_printf (line, "  %d:%02d left", (int) (left / 60), (int) (left % 60));
        }
    }
  fprintf (stderr, "%s\033[K", line->str);
  fflush (stderr);
  shown.line = TRUE;
  shown.drawn = now;
}

static void
tell (void *user, const char *phase, uint64_t done, uint64_t total)
{
  (void) user;
  if (!shown.terminal)
    return;
  gint64 now = g_get_monotonic_time ();
  if (strcmp (phase, shown.phase) != 0)
    {
      g_strlcpy (shown.phase, phase, sizeof shown.phase);
      shown.began = now;
      shown.first = done;
      shown.drawn = 0;
    }
  if (now - shown.drawn >= G_USEC_PER_SEC / 10)
    draw (phase, done, total, now);
}

const pardon_job *
progress_begin (void)
{
  static const pardon_job the_job = { asked_to_stop, tell, NULL };
  struct sigaction action = { .sa_handler = catch_signal, .sa_flags = (int) SA_RESETHAND };
  const char *kind = getenv ("TERM");
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  memset (&shown, 0, sizeof shown);
  shown.terminal = isatty (STDERR_FILENO) && kind != NULL && strcmp (kind, "dumb") != 0;
  return &the_job;
}

void
progress_end (void)
{
  if (shown.line)
    fputs ("\r\033[K", stderr);
  shown.line = FALSE;
}

int
progress_fail (pardon_error *error)
{
  progress_end ();
  complain (NULL, "%s", pardon_error_text (error));
  pardon_error_free (error);
  if (caught != 0)
    {
      /* the handler is gone already for the caught one; die by the signal so that a calling shell stops too */
      fflush (NULL);
      signal (caught, SIG_DFL);
      raise (caught);
    }
  return EXIT_CANNOT;
}
