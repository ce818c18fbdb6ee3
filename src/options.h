/* Every option once. The table feeds parsing, the config file, --help, the man page and the completions. */
#pragma once

#include <glib.h>

#include "cmd/cmd.h"

typedef enum {
  OPTION_FLAG,
  OPTION_TEXT,
  OPTION_FILE,  /* text that names a file: completions offer files */
  OPTION_MODEL, /* text that names a model, or its file: completions offer both */
  OPTION_FOLDER,
  OPTION_LIST,   /* may be given several times */
  OPTION_COUNT,  /* whole number from 0 */
  OPTION_SOME,   /* whole number from 1 */
  OPTION_AUTO,   /* whole number from 1, or "auto" (kept as 0) */
  OPTION_NUMBER, /* real number from 0 */
  OPTION_REAL,   /* any real number */
  OPTION_SHARE,  /* real number above 0 and below 1 */
} option_type;

typedef struct {
  const char *name; /* without the dashes; the key in a config file */
  char letter;      /* 0: none */
  option_type type;
  gsize offset;              /* of its field in `settings` */
  const char *argument;      /* "DIR"; NULL for a flag */
  const char *shown_default; /* NULL: none */
  const char *help;          /* one sentence, no final stop */
  guint commands;            /* COMMAND_... bits it belongs to */
  const char *choices;       /* values completions offer, separated by blanks; NULL: none */
} option;

extern const option option_table[]; /* ends with a row of name NULL */

/* Whether --help or -h is among the arguments (as options_parse takes them), and no other option's value. */
gboolean options_ask_help (const command *c, char **arguments);
/* Sets defaults, reads the command line (without program and command name), then the config file, whose values
 * stand only where the command line is silent. FALSE with a sentence that names the nearest option. */
gboolean options_parse (const command *c, char **arguments, settings *s, GError **error);
void settings_clear (settings *s);

/* Text of `pardon help COMMAND`; width 79. g_free. */
char *options_help (const command *c);
/* Text of `pardon help`; `commands` ends with NULL. g_free. */
char *options_overview (const command *const *commands);
/* roff for man(1), section 1. g_free. */
char *options_man (const command *const *commands);
/* For "bash", "zsh" or "fish"; NULL for another. g_free. */
char *options_completion (const command *const *commands, const char *shell);
