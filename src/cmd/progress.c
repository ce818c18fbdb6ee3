/* One line on standard error, redrawn at most ten times a second, with rate and time left. */
#include "cmd/progress.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <glib.h>

#include "cmd/cmd.h"

#define BAR    24
#define WINDOW 8 /* moments, at least a second apart, that the rate looks back on */

static volatile sig_atomic_t caught; /* the signal that asked us to stop */

typedef struct {
  gint64 when; /* microseconds */
  guint64 done;
} moment;

static struct {
  gboolean terminal;
  char phase[64];
  gint64 drawn, noted; /* microseconds */
  moment past[WINDOW]; /* a ring; none of a phase's first second, in which work known from before rushes by */
  guint n_past;        /* ever noted in this phase */
  gboolean line;       /* something stands on the line */
} shown;

static void
catch_signal (int number)
{
  caught = number;
}

static int
asked_to_stop (void *user)
{
  (void) user;
  return caught != 0;
}

/* Per second over the last few seconds; 0: not known yet. */
static double
rate_now (uint64_t done, gint64 now)
{
  const moment *oldest = &shown.past[shown.n_past > WINDOW ? shown.n_past % WINDOW : 0];
  if (shown.n_past == 0 || now - oldest->when < G_USEC_PER_SEC / 2)
    return 0;
  return (double) (done - oldest->done) * G_USEC_PER_SEC / (double) (now - oldest->when);
}

static int
columns (void)
{
  struct winsize size;
  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static void
draw (const char *phase, uint64_t done, uint64_t total, gint64 now)
{
  g_autoptr (GString) line = g_string_new (NULL);
  if (total == 0)
    g_string_append_printf (line, "%" G_GUINT64_FORMAT, done);
  else
    g_string_append_printf (line, "%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, done, total);
  double rate = rate_now (done, now);
  if (rate > 0 && done < total)
    {
      guint64 left = (guint64) ((double) (total - done) / rate + 0.5);
      g_string_append_printf (line, "  %.*f/s", rate < 10 ? 1 : 0, rate);
      if (left >= 3600)
        g_string_append_printf (line, "  %" G_GUINT64_FORMAT "h%02dm left", left / 3600, (int) (left / 60 % 60));
      else
        g_string_append_printf (line, "  %d:%02d left", (int) (left / 60), (int) (left % 60));
    }

  /* a line as wide as the terminal would wrap, and each redraw begin a new one */
  int room = columns () - 1;
  int bar = MIN (BAR, room - (int) (strlen (phase) + strlen ("  [] ") + line->len));
  if (total > 0 && bar > 3)
    {
      char marks[BAR + 1] = { 0 };
      memset (marks, '.', (size_t) bar);
      memset (marks, '#', (size_t) (MIN (done, total) * (guint64) bar / total));
      g_string_prepend (line, "] ");
      g_string_prepend (line, marks);
      g_string_prepend (line, "[");
    }
  g_string_prepend (line, "  ");
  g_string_prepend (line, phase);
  fprintf (stderr, "\r%.*s\033[K", MAX (room, 0), line->str);
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
      shown.noted = now;
      shown.drawn = 0;
      shown.n_past = 0;
    }
  if (now - shown.noted >= G_USEC_PER_SEC)
    {
      shown.past[shown.n_past++ % WINDOW] = (moment){ now, done };
      shown.noted = now;
    }
  if (now - shown.drawn >= G_USEC_PER_SEC / 10)
    draw (phase, done, total, now);
}

/* What the caller had ignored (nohup, a job in the background) stays ignored. */
static void
watch_for (int number, int flags)
{
  struct sigaction action = { .sa_handler = catch_signal, .sa_flags = flags }, before;
  if (sigaction (number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
    sigaction (number, &action, NULL);
}

const pardon_job *
progress_begin (void)
{
  static const pardon_job the_job = { asked_to_stop, tell, NULL };
  const char *kind = getenv ("TERM");
  /* a second Ctrl-C ends the process; a terminal that is lost may send SIGHUP twice, from the shell and the kernel */
  watch_for (SIGINT, (int) SA_RESETHAND);
  watch_for (SIGTERM, (int) SA_RESETHAND);
  watch_for (SIGHUP, 0);
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
      /* die by the signal so that a calling shell stops too */
      fflush (NULL);
      signal (caught, SIG_DFL);
      raise (caught);
    }
  return EXIT_CANNOT;
}
