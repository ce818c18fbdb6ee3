/* pardon demo: pictures to try pardon on. */
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "pardon.h"

static int
run (const settings *s)
{
  pardon_error *error = NULL;
  if (s->rest[0] != NULL)
    return complain (&command_demo, "'demo' takes no paths, only -o DIR");
  if (s->output == NULL)
    return complain (&command_demo, "where should the pictures go? Add -o DIR");
  if (pardon_demo (s->output, (int) s->count, (uint64_t) s->seed, progress_begin (), &error) != 0)
    return progress_fail (error);
  progress_end ();
  printf ("%d pictures drawn in %s; truth.csv there says which were corrupted and how\n", (int) s->count, s->output);
  return 0;
}

const command command_demo = {
  COMMAND_DEMO,
  "demo",
  "-o DIR [OPTIONS]",
  "draw pictures to try pardon on",
  "Draws natural-looking scenes in a few classes, one folder a class; every fourth picture is blurred, and one file is "
  "broken off in the middle. truth.csv says what was done to each.",
  "pardon demo -o pictures\n"
  "pardon scan pictures -o results",
  run,
  NULL,
};
