/* pardon model: names for models. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "pardon.h"

static void
print_model (void *user, const pardon_model *m)
{
  (void) user;
  g_autofree char *size = m->bytes > 0 ? g_format_size (m->bytes) : g_strdup ("-");
  printf ("%-20s %-10s %-10s %s\n", m->name,
          m->present       ? "here"
          : m->url != NULL ? "to get"
                           : "missing",
          size, *m->about != 0 ? m->about : "added by you");
  if (m->view == NULL && m->scale == NULL)
    printf ("%-20s view and scale as given to scan", "");
  else
    printf ("%-20s %s, %s", "", m->view != NULL ? m->view : "view as given to scan",
            m->scale != NULL ? m->scale : "scale as given to scan");
  printf ("%s%s\n", m->layer != NULL ? ", layer " : "", m->layer != NULL ? m->layer : "");
  if (m->present)
    printf ("%-20s %s\n", "", m->path);
}

static int
finish (int done, pardon_error **error)
{
  if (done != 0)
    return progress_fail (*error);
  progress_end ();
  return 0;
}

typedef struct {
  const char *layer;
  gboolean found;
} search;

static void
compare_layer (void *user, const pardon_tensor *t)
{
  search *wanted = user;
  wanted->found = wanted->found || strcmp (t->name, wanted->layer) == 0;
}

/* Looks into the file first: what is wrong with it is better said now than by every scan. */
static int
add (const settings *s)
{
  pardon_error *error = NULL;
  const char *name = s->rest[1], *file = s->rest[2];
  search wanted = { s->layer != NULL ? s->layer : "", s->layer == NULL };
  if (pardon_layers (file, compare_layer, &wanted, &error) != 0)
    return progress_fail (error);
  if (!wanted.found)
    return complain (NULL, "'%s' has no tensor '%s'; 'pardon layers %s' lists them", file, s->layer, file);
  int code = finish (pardon_model_add (name, file, s->view, s->scale, s->layer, &error), &error);
  if (code == 0)
    printf ("'%s' now stands for %s: pardon scan PICTURES -o RESULTS --model %s\n", name, file, name);
  return code;
}

static int
run (const settings *s)
{
  pardon_error *error = NULL;
  const char *verb = s->rest[0];
  guint n = g_strv_length (s->rest);
  if (verb != NULL && strcmp (verb, "list") == 0 && n == 1)
    {
      printf ("%-20s %-10s %-10s %s\n", "NAME", "FILE", "SIZE", "ABOUT (view, scale, layer)");
      return finish (pardon_model_list (print_model, NULL, &error), &error);
    }
  if (verb != NULL && strcmp (verb, "get") == 0 && n == 2)
    {
      int code = finish (pardon_model_get (s->rest[1], progress_begin (), &error), &error);
      if (code == 0)
        printf ("'%s' is ready: pardon scan PICTURES -o RESULTS --model %s\n", s->rest[1], s->rest[1]);
      return code;
    }
  if (verb != NULL && strcmp (verb, "add") == 0 && n == 3)
    return add (s);
  return complain (&command_model, "'model' takes list, get NAME, or add NAME FILE.onnx");
}

const command command_model = {
  COMMAND_MODEL,
  "model",
  "list | get NAME | add NAME FILE.onnx [OPTIONS]",
  "names for models: list them, fetch public ones, add your own",
  "A name stands for a file, a view, a scale and a layer, so that 'pardon scan PICTURES --model NAME' is all there is "
  "to type. 'get' downloads a public model once, resumes where it was cut off, and checks its SHA-256; without a "
  "network it says where to put the file by hand. 'add' gives your own file a name; the file stays where it is.",
  "pardon model list\n"
  "pardon model get vgg16\n"
  "pardon model add mine net.onnx --view short256-centre224-bicubic --scale torch",
  run,
  "list get add",
};
