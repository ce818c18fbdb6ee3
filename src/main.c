/* The command table. Exit codes: 0 fine, 1 a gate failed, 2 cannot do it. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "cmd/cmd.h"
#include "options.h"
#include "pardon.h"

const command *const command_table[] = {
  &command_scan,  &command_explain, &command_train, &command_corrupt, &command_export, &command_compare,
  &command_serve, &command_layers,  &command_model, &command_demo,    &command_doctor, &command_help,
  NULL,
};

int
complain (const command *c, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  for (char *at = text; *at != 0; at++) /* a file's name must not steer the terminal */
    if ((*at > 0 && *at < ' ' && *at != '\n') || *at == 0x7f)
      *at = '?';
  fprintf (stderr, "pardon: %s\n", text);
  if (c != NULL)
    fprintf (stderr, "        'pardon help %s' shows how it is used\n", c->name);
  return EXIT_CANNOT;
}

const command *
find_command (const char *name)
{
  for (const command *const *c = command_table; *c != NULL; c++)
    if (strcmp ((*c)->name, name) == 0)
      return *c;
  return NULL;
}

int
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

/* A standard descriptor the caller closed would go to the next file opened, and our messages into that file. Opened
 * the wrong way round, it fails when used, as the closed one would. */
static void
hold_standard_descriptors (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) == -1 && open ("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
      exit (EXIT_CANNOT);
}

static int
run_command (const command *c, char **arguments)
{
  settings s;
  g_autoptr (GError) error = NULL;
  if (options_ask_help (c, arguments))
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
  hold_standard_descriptors ();
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
  if ((fflush (stdout) != 0 || ferror (stdout)) && code == 0)
    code = complain (NULL, "cannot write the output");
  return code;
}
