/* pardon layers: the tensors of a model. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "pardon.h"

static void
print_tensor (void *user, const pardon_tensor *t)
{
  gboolean *header = user;
  if (!*header)
    printf ("%-40s %-20s %s\n", "TENSOR", "MADE BY", "SHAPE");
  *header = TRUE;
  char shape[256] = "?";
  int at = 0;
  for (int i = 0; i < t->rank && i < 8; i++)
    if (t->shape[i] < 0)
      at += g_snprintf (shape + at, sizeof shape - (gsize) at, "%s%s", i > 0 ? " x " : "", i == 0 ? "N" : "?");
    else
      at += g_snprintf (shape + at, sizeof shape - (gsize) at, "%s%" PRId64, i > 0 ? " x " : "", t->shape[i]);
  g_autofree char *line =
      g_strdup_printf ("%-40s %-20s %-24s%s%s", t->name, t->op, t->rank == 0 ? "number" : shape,
                       t->is_output ? " output" : "", t->is_penultimate ? " penultimate (the default layer)" : "");
  puts (g_strchomp (line));
}

typedef struct {
  const char *name;
  char *path; /* NULL: no such model */
  gboolean present, public;
} search;

static void
compare_name (void *user, const pardon_model *m)
{
  search *wanted = user;
  if (strcmp (m->name, wanted->name) != 0)
    return;
  wanted->path = g_strdup (m->path);
  wanted->present = m->present;
  wanted->public = m->url != NULL;
}

static int
fail (pardon_error *error)
{
  complain (NULL, "%s", pardon_error_text (error));
  pardon_error_free (error);
  return EXIT_CANNOT;
}

static int
list_tensors (const char *file)
{
  pardon_error *error = NULL;
  gboolean header = FALSE; /* printed with the first tensor: none above an error */
  return pardon_layers (file, print_tensor, &header, &error) == 0 ? 0 : fail (error);
}

/* A file goes before a model of the same name, as it does with --model. */
static int
run (const settings *s)
{
  pardon_error *error = NULL;
  if (s->rest[0] == NULL || s->rest[1] != NULL)
    return complain (&command_layers, "'layers' takes one .onnx file, or the name of a model");
  const char *name = s->rest[0];
  if (g_file_test (name, G_FILE_TEST_EXISTS))
    return list_tensors (name);
  search wanted = { name, NULL, FALSE, FALSE };
  if (pardon_model_list (compare_name, &wanted, &error) != 0)
    return fail (error);
  g_autofree char *path = wanted.path;
  if (path == NULL)
    return complain (NULL, "there is no file '%s' and no model of that name ('pardon model list' shows names)", name);
  if (!wanted.present && wanted.public)
    return complain (NULL, "the file of model '%s' is not on this machine; 'pardon model get %s' fetches it", name,
                     name);
  return list_tensors (path);
}

const command command_layers = {
  COMMAND_LAYERS,
  "layers",
  "FILE.onnx|NAME",
  "list the tensors of a model, with shapes",
  "Any tensor listed can be given to 'pardon scan --layer'. N is the number of pictures, ? a size the file leaves "
  "open. A "
  "tensor with a picture's two dimensions is averaged over them.",
  "pardon layers vgg16.onnx\n"
  "pardon layers squeezenet1.1",
  run,
  NULL,
};
