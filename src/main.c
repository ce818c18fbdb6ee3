/* The command table. Exit codes: 0 fine, 1 a gate failed, 2 cannot do it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "cmd/cmd.h"
#include "options.h"
#include "pardon.h"

const command *const command_table[] = {
  &command_scan,   &command_corrupt, &command_export,
  &command_layers, &command_model,   &command_demo,
  &command_doctor, &command_help,    NULL,
};

int
complain (const command *c, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fprintf (stderr, "pardon: %s\n", text);
  if (c != NULL)
    fprintf (stderr, "        'pardon help %s' shows how it is used\n", c->name);
  return EXIT_CANNOT;
}

static const command *
find_command (const char *name)
{
  for (const command *const *c = command_table; *c != NULL; c++)
    if (strcmp ((*c)->name, name) == 0)
      return *c;
  return NULL;
}

static int
unknown_command (const char *name)
{
  const char *names[G_N_ELEMENTS (command_table)] = { NULL };
  for (gsize i = 0; command_table[i] != NULL; i++)
    names[i] = command_table[i]->name;
  const char *nearest = nearest_word (name, names);
  if (nearest != NULL)
    return complain (NULL, "there is no command '%s'; did you mean '%s'?", name, nearest);
  return complain (NULL, "there is no command '%s'; 'pardon help' lists them", name);
}

static gboolean
asks_for_help (char **arguments)
{
  for (; *arguments != NULL && strcmp (*arguments, "--") != 0; arguments++)
    if (strcmp (*arguments, "--help") == 0 || strcmp (*arguments, "-h") == 0)
      return TRUE;
  return FALSE;
}

static int
run_command (const command *c, char **arguments)
{
  settings s;
  g_autoptr (GError) error = NULL;
  if (asks_for_help (arguments))
    {
      g_autofree char *text = options_help (c);
      fputs (text, stdout);
      return 0;
    }
  int code = options_parse (c, arguments, &s, &error) ? c->run (&s) : complain (c, "%s", error->message);
  settings_clear (&s);
  return code;
}

int
main (int argc, char **argv)
{
  int code = 0;
  if (argc < 2)
    {
      g_autofree char *text = options_overview (command_table);
      fputs (text, stderr);
      return EXIT_CANNOT;
    }
  const char *name = argv[1];
  if (strcmp (name, "--version") == 0 || strcmp (name, "-V") == 0)
    printf ("pardon %s\n", pardon_version ());
  else if (strcmp (name, "--help") == 0 || strcmp (name, "-h") == 0)
    code = run_command (&command_help, (char *[]){ NULL });
  else
    {
      const command *c = find_command (name);
      code = c == NULL ? unknown_command (name) : run_command (c, argv + 2);
    }
  /* a full disk behind a pipe must not pass for success */
  if (fflush (stdout) != 0 && code == 0)
    code = complain (NULL, "cannot write the output");
  return code;
}
