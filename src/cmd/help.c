/* pardon help: the overview, a command's help, the manual page, completions. */
#include <stdio.h>

#include "cmd/cmd.h"
#include "options.h"

static int
print (char *text)
{
  fputs (text, stdout);
  g_free (text);
  return 0;
}

static int
run (const settings *s)
{
  if (s->man)
    return print (options_man (command_table));
  if (s->shell != NULL)
    {
      char *text = options_completion (command_table, s->shell);
      return text != NULL ? print (text)
                          : complain (&command_help, "completions are for bash, zsh or fish, not '%s'", s->shell);
    }
  if (s->rest[0] == NULL)
    return print (options_overview (command_table));
  const command *c = find_command (s->rest[0]);
  return c != NULL ? print (options_help (c)) : unknown_command (s->rest[0]);
}

const command command_help = {
  COMMAND_HELP,
  "help",
  "[COMMAND]",
  "show help for pardon or for one command",
  "Everything printed here, the manual page and the completions come from one table.",
  "pardon help scan\n"
  "pardon help --man > pardon.1\n"
  "pardon help --completion bash > /etc/bash_completion.d/pardon",
  run,
  NULL,
};
