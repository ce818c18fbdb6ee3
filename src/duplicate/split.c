/* Whole words only: 'training_wheels' is a class. */
#include "duplicate/split.h"

#include <string.h>

static const struct {
  const char *word, *split;
} names[] = {
  { "train", "train" }, { "training", "train" }, { "val", "val" },      { "valid", "val" }, { "validation", "val" },
  { "dev", "val" },     { "test", "test" },      { "testing", "test" }, { "eval", "test" },
};

static const char *
usual_name (const char *word, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strlen (names[i].word) == length && g_ascii_strncasecmp (word, names[i].word, length) == 0)
      return names[i].split;
  return NULL;
}

const char *
split_of (const char *file)
{
  const char *found = NULL;
  for (const char *slash; found == NULL && (slash = strchr (file, '/')) != NULL; file = slash + 1)
    found = usual_name (file, (gsize) (slash - file));
  return found;
}

const char *
split_named (const char *word)
{
  const char *usual = usual_name (word, strlen (word));
  return usual != NULL ? usual : g_intern_string (word);
}
