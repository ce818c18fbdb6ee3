/* Whole folder names only: 'training_wheels' is a class. */
#include "duplicate/split.h"

#include <string.h>

static const struct {
  const char *folder, *split;
} names[] = {
  { "train", "train" }, { "training", "train" }, { "val", "val" },      { "valid", "val" }, { "validation", "val" },
  { "dev", "val" },     { "test", "test" },      { "testing", "test" }, { "eval", "test" },
};

const char *
split_of (const char *file)
{
  for (const char *slash; (slash = strchr (file, '/')) != NULL; file = slash + 1)
    for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
      if (strlen (names[i].folder) == (gsize) (slash - file)
          && g_ascii_strncasecmp (file, names[i].folder, (gsize) (slash - file)) == 0)
        return names[i].split;
  return NULL;
}
