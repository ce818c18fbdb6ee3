/* pardon doctor: what this machine can do. */
#include <stdio.h>

#include "cmd/cmd.h"
#include "pardon.h"

static void
print_part (void *user, const pardon_part *p)
{
  int *missing = user;
  printf ("%-9s %-16s %s\n", p->present ? "present" : "MISSING", p->part, p->detail);
  *missing += !p->present;
}

static int
run (const settings *s)
{
  pardon_error *error = NULL;
  int missing = 0;
  if (s->rest[0] != NULL)
    return complain (&command_doctor, "'doctor' takes no arguments");
  printf ("pardon %s\n", pardon_version ());
  if (pardon_doctor (print_part, &missing, &error) != 0)
    {
      complain (NULL, "%s", pardon_error_text (error));
      pardon_error_free (error);
      return EXIT_CANNOT;
    }
  printf (missing == 0 ? "Everything is here.\n"
                       : "Scans without --model work all the same; what is MISSING says how to get it.\n");
  return 0;
}

const command command_doctor = {
  COMMAND_DOCTOR,
  "doctor",
  "",
  "say what is present on this machine, what is missing, and what that costs",
  "Lists the libraries in use with their versions, picture formats that can be read, model support and processor "
  "kernels.",
  "pardon doctor",
  run,
  NULL,
};
