/* pardon export: results in other programs' formats. */
#include <stdio.h>

#include "cmd/cmd.h"
#include "pardon.h"

static int
run (const settings *s)
{
  pardon_error *error = NULL;
  if (s->rest[0] == NULL || s->rest[1] != NULL)
    return complain (&command_export, "'export' takes one results folder");
  if (s->npy == NULL)
    return complain (&command_export, "what should be exported? Add --npy FILE.npy");
  if (pardon_export_npy (s->rest[0], s->npy, &error) != 0)
    {
      complain (NULL, "%s", pardon_error_text (error));
      pardon_error_free (error);
      return EXIT_CANNOT;
    }
  printf ("features written to %s\n", s->npy);
  return 0;
}

const command command_export = {
  COMMAND_EXPORT,
  "export",
  "DIR --npy FILE.npy",
  "write a scan's features for NumPy",
  "Writes the features of the last scan into FILE.npy, one row a readable picture in the order of images.csv, and the "
  "names of these pictures into the file of the same name ending in .csv.",
  "pardon export results --npy features.npy\n"
  "then, in Python: numpy.load('features.npy')",
  run,
  NULL,
};
