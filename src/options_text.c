/* What is written about the options: help, manual page, completions, all from the one table. */
#include "options.h"

#include <string.h>

#include "config.h"

#define WIDTH 79

/* Appends `text` broken at spaces, every line after the first indented by `indent`; `at` is the column to start in. */
static void
append_wrapped (GString *out, const char *text, int indent, int at)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  for (char **w = words; *w != NULL; w++)
    {
      int length = (int) strlen (*w);
      if (at > indent && at + 1 + length > WIDTH)
        {
          g_string_append_printf (out, "\n%*s", indent, "");
          at = indent;
        }
      else if (w != words)
        {
          g_string_append_c (out, ' ');
          at++;
        }
      g_string_append (out, *w);
      at += length;
    }
  g_string_append_c (out, '\n');
}

static void
append_paragraphs (GString *out, const char *text, int indent)
{
  g_auto (GStrv) paragraphs = g_strsplit (text, "\n\n", -1);
  for (char **p = paragraphs; *p != NULL; p++)
    {
      g_string_append_printf (out, "%s%*s", p == paragraphs ? "" : "\n", indent, "");
      append_wrapped (out, *p, indent, indent);
    }
}

static char *
option_words (const option *o)
{
  return o->shown_default != NULL ? g_strdup_printf ("%s (default: %s)", o->help, o->shown_default)
                                  : g_strdup (o->help);
}

char *
options_help (const command *c)
{
  GString *out = g_string_new (NULL);
  g_string_append_printf (out, "pardon %s - %s\n\nUsage: pardon %s%s%s\n\n", c->name, c->summary, c->name,
                          *c->usage != 0 ? " " : "", c->usage);
  append_paragraphs (out, c->description, 0);
  g_string_append (out, "\nOptions:\n");
  for (const option *o = option_table; o->name != NULL; o++)
    if ((o->commands & c->bit) != 0)
      {
        char letter[] = { '-', o->letter, ',', ' ', 0 };
        g_autofree char *left =
            g_strdup_printf ("  %s--%s%s%s", o->letter != 0 ? letter : "    ", o->name, o->argument != NULL ? " " : "",
                             o->argument != NULL ? o->argument : "");
        g_autofree char *words = option_words (o);
        if (strlen (left) > 24)
          g_string_append_printf (out, "%s\n%*s", left, 26, "");
        else
          g_string_append_printf (out, "%-26s", left);
        append_wrapped (out, words, 26, 26);
      }
  g_string_append (out, "      --help              this text\n");
  if (c->examples != NULL)
    {
      g_auto (GStrv) lines = g_strsplit (c->examples, "\n", -1);
      g_string_append (out, "\nExamples:\n");
      for (char **l = lines; *l != NULL; l++)
        g_string_append_printf (out, "  %s%s\n", g_str_has_prefix (*l, "pardon") ? "  " : "", *l);
    }
  return g_string_free (out, FALSE);
}

char *
options_overview (const command *const *commands)
{
  GString *out = g_string_new ("pardon " PARDON_VERSION " - which of an image classifier's mistakes deserve pardon\n\n"
                               "Usage: pardon COMMAND [ARGUMENTS]\n\nCommands:\n");
  for (; *commands != NULL; commands++)
    g_string_append_printf (out, "  %-10s%s\n", (*commands)->name, (*commands)->summary);
  g_string_append (out, "\nStart here:\n"
                        "  pardon scan PICTURES -o RESULTS     look at a folder; then open RESULTS/report.html\n"
                        "  pardon help COMMAND                 options and examples of a command\n"
                        "  pardon doctor                       what this machine can do\n\n"
                        "Exit codes: 0 fine, 1 a check you asked for failed, 2 it could not be done.\n");
  return g_string_free (out, FALSE);
}

/* --- man page ------------------------------------------------------------------------------ */

static void
append_roff (GString *out, const char *text)
{
  if (*text == '.' || *text == '\'')
    g_string_append (out, "\\&");
  for (; *text != 0; text++)
    if (*text == '\\')
      g_string_append (out, "\\e");
    else if (*text == '-')
      g_string_append (out, "\\-");
    else if (*text == '\n' && text[1] == '\n')
      {
        g_string_append (out, "\n.PP\n");
        text++;
      }
    else
      g_string_append_c (out, *text);
}

static void
man_command (GString *out, const command *c)
{
  g_string_append_printf (out, "\n.SS pardon %s%s", c->name, *c->usage != 0 ? " " : "");
  append_roff (out, c->usage);
  g_string_append_c (out, '\n');
  append_roff (out, c->description);
  g_string_append_c (out, '\n');
  for (const option *o = option_table; o->name != NULL; o++)
    if ((o->commands & c->bit) != 0)
      {
        g_autofree char *words = option_words (o);
        g_string_append (out, ".TP\n\\fB");
        if (o->letter != 0)
          g_string_append_printf (out, "\\-%c\\fR, \\fB", o->letter);
        g_string_append (out, "\\-\\-");
        append_roff (out, o->name);
        g_string_append (out, "\\fR");
        if (o->argument != NULL)
          {
            g_string_append (out, " \\fI");
            append_roff (out, o->argument);
            g_string_append (out, "\\fR");
          }
        g_string_append_c (out, '\n');
        append_roff (out, words);
        g_string_append (out, ".\n");
      }
  if (c->examples != NULL)
    {
      g_string_append (out, ".PP\n.nf\n");
      append_roff (out, c->examples);
      g_string_append (out, "\n.fi\n");
    }
}

char *
options_man (const command *const *commands)
{
  GString *out = g_string_new (
      ".TH PARDON 1 \"\" \"pardon " PARDON_VERSION "\" \"User Commands\"\n.SH NAME\npardon \\- which of an "
      "image classifier's mistakes deserve pardon\n.SH SYNOPSIS\n.B pardon\n\\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n"
      ".SH COMMANDS\n");
  for (; *commands != NULL; commands++)
    man_command (out, *commands);
  g_string_append (out,
                   ".SH EXIT STATUS\n0 fine; 1 a check that was asked for failed; 2 it could not be done.\n"
                   ".SH ENVIRONMENT\n.TP\n\\fBPARDON_ONNXRUNTIME\\fR\nthe ONNX Runtime library to load.\n"
                   ".TP\n\\fBPARDON_CACHE\\fR\nfolder of downloaded models.\n"
                   ".TP\n\\fBPARDON_CONFIG\\fR\nfolder of the list of added models.\n"
                   ".TP\n\\fBPARDON_CPU\\fR\n\\fBscalar\\fR or \\fBavx2\\fR: the kernels to measure quality with.\n"
                   ".TP\n\\fBPARDON_MODEL_MIRROR\\fR\nwhere models are downloaded from instead.\n"
                   ".TP\n\\fBNO_COLOR\\fR\nno colours on a terminal.\n");
  return g_string_free (out, FALSE);
}

/* --- completions ------------------------------------------------------------------------------ */

/* Names of models, one a line. They are asked for when they are wanted, for people add theirs; nothing that a shell would expand gets through. */
#define MODELS "pardon model list 2>/dev/null | sed -n 's/^\\([a-z0-9][a-z0-9._-]*\\) .*/\\1/p'"

/* What may follow the command's name: its own words, or for `help` the commands. NULL: files. g_free. */
static char *
first_words (const command *c, const command *const *commands)
{
  if (c->bit != COMMAND_HELP)
    return g_strdup (c->words);
  GString *words = g_string_new (NULL);
  for (const command *const *other = commands; *other != NULL; other++)
    g_string_append_printf (words, "%s%s", other == commands ? "" : " ", (*other)->name);
  return g_string_free (words, FALSE);
}

static void
complete_bash (GString *out, const command *const *commands)
{
  g_autofree char *names = first_words (&command_help, commands);
  g_string_append_printf (out,
                          "# bash completion for pardon\n_pardon_models () {\n  " MODELS "\n}\n_pardon () {\n"
                          "  local word=${COMP_WORDS[COMP_CWORD]} options= words= choices= files=-f\n"
                          "  if [ \"$COMP_CWORD\" = 1 ]; then\n    COMPREPLY=($(compgen -W '%s' -- \"$word\"))\n"
                          "    return\n  fi\n  case ${COMP_WORDS[1]} in\n",
                          names);
  for (const command *const *c = commands; *c != NULL; c++)
    {
      g_autofree char *words = first_words (*c, commands);
      g_string_append_printf (out, "    %s) words='%s' options='--help", (*c)->name, words != NULL ? words : "");
      for (const option *o = option_table; o->name != NULL; o++)
        if ((o->commands & (*c)->bit) != 0)
          g_string_append_printf (out, " --%s", o->name);
      g_string_append (out, "' ;;\n");
    }
  g_string_append (out, "  esac\n  case ${COMP_WORDS[COMP_CWORD-1]} in\n");
  for (const option *o = option_table; o->name != NULL; o++)
    {
      char letter[] = { '|', '-', o->letter, 0 };
      if (o->choices != NULL)
        g_string_append_printf (out, "    --%s%s) choices='%s'%s ;;\n", o->name, o->letter != 0 ? letter : "",
                                o->choices, o->type == OPTION_FILE ? "" : " files=");
      else if (o->type == OPTION_MODEL)
        g_string_append_printf (out, "    --%s%s) choices=$(_pardon_models) ;;\n", o->name,
                                o->letter != 0 ? letter : "");
    }
  g_string_append (
      out, "  esac\n  [ \"${COMP_WORDS[*]:1:COMP_CWORD-1}\" != 'model get' ] || choices=$(_pardon_models) files=\n"
           "  if [ -n \"$choices\" ]; then\n    [ -z \"$files\" ] || compopt -o filenames 2>/dev/null\n"
           "    COMPREPLY=($(compgen $files -W \"$choices\" -- \"$word\"))\n"
           "  elif [[ $word == -* ]]; then\n    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
           "  elif [ \"$COMP_CWORD\" = 2 ] && [ -n \"$words\" ]; then\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
           "  else\n    compopt -o filenames 2>/dev/null\n    COMPREPLY=($(compgen -f -- \"$word\"))\n  fi\n}\n"
           "complete -F _pardon pardon\n");
}

static void
zsh_value (GString *out, const option *o)
{
  if (o->choices != NULL && o->type == OPTION_FILE)
    g_string_append_printf (out, ":value: _pardon_or_file %s", o->choices);
  else if (o->choices != NULL)
    g_string_append_printf (out, ":value:(%s)", o->choices);
  else if (o->type == OPTION_MODEL)
    g_string_append (out, ":value: _pardon_or_file $(_pardon_models)");
  else if (o->type == OPTION_FILE)
    g_string_append (out, ":file:_files");
  else if (o->type == OPTION_FOLDER)
    g_string_append (out, ":folder:_files -/");
  else if (o->type != OPTION_FLAG)
    g_string_append (out, ":value:");
}

static void
complete_zsh (GString *out, const command *const *commands)
{
  g_string_append (out, "#compdef pardon\n_pardon_models () {\n  " MODELS
                        "\n}\n_pardon_or_file () {\n  compadd -- \"$@\"\n  _files\n}\n"
                        "_pardon () {\n  if (( CURRENT == 2 )); then\n    local -a commands=(\n");
  for (const command *const *c = commands; *c != NULL; c++)
    {
      g_autofree char *summary = g_strdup ((*c)->summary);
      g_strdelimit (summary, "':", ' ');
      g_string_append_printf (out, "      '%s:%s'\n", (*c)->name, summary);
    }
  g_string_append (
      out, "    )\n    _describe command commands\n    return\n  fi\n  local what=$words[2]\n  case $what in\n");
  for (const command *const *c = commands; *c != NULL; c++)
    {
      g_autofree char *words = first_words (*c, commands);
      g_string_append_printf (out, "    %s) _arguments '--help[this text]'", (*c)->name);
      for (const option *o = option_table; o->name != NULL; o++)
        if ((o->commands & (*c)->bit) != 0)
          {
            g_autofree char *help = g_strdup (o->help);
            g_strdelimit (help, "[]':", ' ');
            g_string_append_printf (out, " \\\n      '--%s[%s]", o->name, help);
            zsh_value (out, o);
            g_string_append_c (out, '\'');
          }
      if (words != NULL)
        g_string_append_printf (out, " \\\n      '2:what:(%s)'", words);
      if ((*c)->bit == COMMAND_MODEL)
        g_string_append (out, " \\\n      '3:name:{[ $words[3] != get ] || compadd -- $(_pardon_models)}'");
      g_string_append (out, " \\\n      '*:file:_files' ;;\n");
    }
  g_string_append (out, "  esac\n}\ncompdef _pardon pardon\n");
}

static void
complete_fish (GString *out, const command *const *commands)
{
  g_string_append (out,
                   "# fish completion for pardon\nfunction __pardon_models\n  " MODELS "\nend\n"
                   "complete -c pardon -n '__fish_seen_subcommand_from model; and __fish_seen_subcommand_from get' -f "
                   "-a '(__pardon_models)'\n");
  for (const command *const *c = commands; *c != NULL; c++)
    {
      g_autofree char *summary = g_strescape ((*c)->summary, NULL);
      g_autofree char *words = first_words (*c, commands);
      g_string_append_printf (out, "complete -c pardon -n __fish_use_subcommand -a %s -d \"%s\"\n", (*c)->name,
                              summary);
      if (words != NULL)
        g_string_append_printf (out,
                                "complete -c pardon -n '__fish_seen_subcommand_from %s; and not "
                                "__fish_seen_subcommand_from %s' -f -a '%s'\n",
                                (*c)->name, words, words);
      for (const option *o = option_table; o->name != NULL; o++)
        if ((o->commands & (*c)->bit) != 0)
          {
            g_autofree char *help = g_strescape (o->help, NULL);
            const char *value = o->type == OPTION_FLAG                         ? ""
                                : o->choices != NULL && o->type != OPTION_FILE ? " -x"
                                                                               : " -r";
            g_string_append_printf (out, "complete -c pardon -n '__fish_seen_subcommand_from %s' -l %s%s -d \"%s\"",
                                    (*c)->name, o->name, value, help);
            if (o->letter != 0)
              g_string_append_printf (out, " -s %c", o->letter);
            if (o->choices != NULL)
              g_string_append_printf (out, " -a '%s'", o->choices);
            else if (o->type == OPTION_MODEL)
              g_string_append (out, " -a '(__pardon_models)'");
            g_string_append_c (out, '\n');
          }
    }
}

char *
options_completion (const command *const *commands, const char *shell)
{
  GString *out = g_string_new (NULL);
  if (strcmp (shell, "bash") == 0)
    complete_bash (out, commands);
  else if (strcmp (shell, "zsh") == 0)
    complete_zsh (out, commands);
  else if (strcmp (shell, "fish") == 0)
    complete_fish (out, commands);
  else
    {
      g_string_free (out, TRUE);
      return NULL;
    }
  return g_string_free (out, FALSE);
}
