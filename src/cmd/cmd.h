/* What a command is, and what it is given. To add one: a file here, a bit, a row in main.c's table (CONTRIBUTING.md). */
#pragma once

#include <glib.h>

enum {
  COMMAND_SCAN = 1 << 0,
  COMMAND_CORRUPT = 1 << 1,
  COMMAND_LAYERS = 1 << 2,
  COMMAND_MODEL = 1 << 3,
  COMMAND_EXPORT = 1 << 4,
  COMMAND_DEMO = 1 << 5,
  COMMAND_DOCTOR = 1 << 6,
  COMMAND_HELP = 1 << 7,
  COMMAND_EXPLAIN = 1 << 8,
  COMMAND_TRAIN = 1 << 9,
  COMMAND_COMPARE = 1 << 10,
  COMMAND_SERVE = 1 << 11,
};

/* Values of all options; a command reads those that belong to it. */
typedef struct {
  char **rest; /* arguments that are no options; NULL-ended, never NULL */
  char *config, *output, *model, *layer, *view, *scale, *kind, *npy, *shell;
  char *calibrate, *detector;
  char *labels, *predictions, *prediction_files, *classes, *class_ids, *label_map;
  char *classifier, *model_view, *model_scale, *markdown, *junit;
  char *host;
  char *list, *format, *links, *by, *decisions;
  char **exclude, **leave_out; /* NULL: none */
  gint64 probes, stress, sample, pca, k, min_size, seed, threads, batch, count, port, group;
  double severity, radius;                                              /* radius below 0: not given */
  double false_alarms;                                                  /* 0: not given */
  double threshold;                                                     /* NaN: not given */
  double fail_under_accuracy, fail_under_raw_accuracy, fail_over_noisy; /* 0: not given */
  gboolean overwrite, man, json, restrict_classes, fail_if_worse, open, read_only, null_ended, copy, yes, with_probes;
} settings;

typedef struct {
  guint bit;
  const char *name;
  const char *usage;              /* what follows the name: "PATH... -o DIR [OPTIONS]" */
  const char *summary;            /* one line, no final stop */
  const char *description;        /* paragraphs, separated by an empty line */
  const char *examples;           /* lines; those that start with "pardon" are commands */
  int (*run) (const settings *s); /* exit code: 0 fine, 1 a gate failed, 2 cannot do it */
  const char *words;              /* first arguments completions offer, separated by blanks; NULL: files */
} command;

extern const command command_compare, command_serve, command_scan, command_explain, command_train, command_corrupt,
    command_layers, command_model, command_export, command_demo, command_doctor, command_help;

extern const command *const command_table[]; /* main.c; ends with NULL */

/* --- shared by the commands ------------------------------------------------------------- */

#define EXIT_CANNOT 2

const command *find_command (const char *name); /* NULL: there is none */
/* Complains, with the nearest command. Returns EXIT_CANNOT. */
int unknown_command (const char *name);
/* Prints "pardon: ..." on standard error, and where to find help when `c` is not NULL. Returns EXIT_CANNOT. */
int complain (const command *c, const char *format, ...) G_GNUC_PRINTF (2, 3);
