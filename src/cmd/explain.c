/* pardon explain: why a picture was judged as it was. */
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "pardon.h"

typedef struct {
  const settings *settings;
  uint64_t read;
} explaining;

static void
print_one (void *user, const pardon_explanation *e)
{
  explaining *x = user;
  progress_end ();
  if (x->settings->json)
    printf ("%s\n", e->json);
  else if (e->problem == NULL)
    fputs (e->text, stdout);
  if (e->problem != NULL)
    {
      fflush (stdout); /* so that both appear in the order of the pictures */
      complain (NULL, "%s", e->problem);
    }
  else
    x->read++;
}

static int
run (const settings *s)
{
  pardon_explain_options o;
  pardon_error *error = NULL;
  explaining x = { s, 0 };
  if (s->rest[0] == NULL)
    return complain (&command_explain, "which picture? Name one or several files");
  pardon_explain_options_init (&o);
  o.paths = (const char *const *) s->rest;
  if (s->false_alarms > 0)
    o.false_alarms = s->false_alarms;
  o.detector = s->detector;
  o.calibrate = s->calibrate;
  if (pardon_explain (&o, print_one, &x, progress_begin (), &error) != 0)
    return progress_fail (error);
  progress_end ();
  return x.read > 0 ? 0 : EXIT_CANNOT;
}

const command command_explain = {
  COMMAND_EXPLAIN,
  "explain",
  "FILE... [OPTIONS]",
  "say why a picture is too degraded to judge by, or is not",
  "Says of each picture, in words and numbers, whether it is too degraded (blurred, noisy, dark, cut off, ...) to "
  "judge a "
  "classifier by, what it is most like and how badly, and what speaks for that: how it differs from the middle one of "
  "clean pictures, and behind it the range in which nine in ten of them lie. Measured at short side 256, never "
  "enlarged.\n\n"
  "A noisy picture is no failure: the exit code is 2 only where no picture could be read.",
  "pardon explain photo.jpg\n"
  "pardon explain --json *.jpg\n"
  "pardon explain --false-alarms 0.01 photo.jpg\n"
  "pardon explain --calibrate clean/ photo.jpg",
  run,
  NULL,
};
