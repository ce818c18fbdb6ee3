/* pardon layers: the tensors of a model. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "pardon.h"

static void
print_tensor (void *user, const pardon_tensor *t)
{
  (void) user;
  char shape[256] = "?";
  int at = 0;
  for (int i = 0; i < t->rank && i < 8; i++)
    if (t->shape[i] < 0)
      at += g_snprintf (shape + at, sizeof shape - (gsize) at, "%s%s", i > 0 ? " x " : "", i == 0 ? "N" : "?");
    else
      at += g_snprintf (shape + at, sizeof shape - (gsize) at, "%s%" PRId64, i > 0 ? " x " : "", t->shape[i]);
  printf ("%-40s %-20s %-24s%s%s\n", t->name, t->op, t->rank == 0 ? "number" : shape, t->is_output ? " output" : "",
          t->is_penultimate ? " penultimate (the default layer)" : "");
}

static int
run (const settings *s)
{
  pardon_error *error = NULL;
  if (s->rest[0] == NULL || s->rest[1] != NULL)
    return complain (&command_layers, "'layers' takes one .onnx file");
  printf ("%-40s %-20s %-24s\n", "TENSOR", "MADE BY", "SHAPE");
  if (pardon_layers (s->rest[0], print_tensor, NULL, &error) != 0)
    {
      complain (NULL, "%s", pardon_error_text (error));
      pardon_error_free (error);
      return EXIT_CANNOT;
    }
  return 0;
}

const command command_layers = {
  COMMAND_LAYERS,
  "layers",
  "FILE.onnx",
  "list the tensors of a model, with shapes",
  "Any tensor listed can be given to 'pardon scan --layer'. N is the number of pictures, ? a size the file leaves "
  "open. "
  "A tensor with a picture's two dimensions is averaged over them.",
  "pardon layers vgg16.onnx",
  run,
};
