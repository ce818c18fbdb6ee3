/* What views and scales share when they are read from words or from a text file. */
#pragma once

#include <glib.h>

/* Reads the text file at `path`, which must have `group` and in it no other key than `keys` (NULL-ended). NULL with
 * PARDON_ERROR_INPUT; every error names the file. Other groups are left alone, so one file can hold several. */
GKeyFile *settings_load (const char *path, const char *group, const char *const *keys, GError **error);

/* The text of a key without white space around it, or NULL when it is not there. */
char *settings_text (GKeyFile *file, const char *group, const char *key);

/* All of `text` as a finite number; FALSE otherwise. A point is the decimal sign whatever the locale. */
gboolean settings_number (const char *text, double *value);
