/* Names only: no folder is opened. */
#include "join/folder.h"

#include <string.h>

static gboolean
is_split (const char *name, gsize length)
{
  static const char *const splits[] = { "train", "training", "val",     "valid",  "validation",
                                        "dev",   "test",     "testing", "holdout" };
  for (gsize i = 0; i < G_N_ELEMENTS (splits); i++)
    if (strlen (splits[i]) == length && g_ascii_strncasecmp (splits[i], name, length) == 0)
      return TRUE;
  return FALSE;
}

/* Length of the first folder of `name`; 0 where there is none. */
static gsize
first_folder (const char *name)
{
  const char *slash = strchr (name, '/');
  return slash != NULL ? (gsize) (slash - name) : 0;
}

/* Bytes in front of every name that are folders all share and that leave each a folder. */
static gsize
shared_front (const char *const *files, gsize n)
{
  gsize front = 0;
  for (;;)
    {
      gsize length = n > 0 ? first_folder (files[0] + front) : 0;
      for (gsize i = 0; i < n && length > 0; i++)
        if (strncmp (files[i] + front, files[0] + front, length + 1) != 0
            || first_folder (files[i] + front + length + 1) == 0)
          length = 0;
      if (length == 0)
        return front;
      /* one split alone, as in a scan of train/, is a split and not a folder in front */
      if (is_split (files[0] + front, length))
        return front;
      front += length + 1;
    }
}

static gboolean
has_splits (const char *const *files, gsize n, gsize front)
{
  for (gsize i = 0; i < n; i++)
    {
      const char *name = files[i] + front;
      gsize length = first_folder (name);
      if (length == 0 || !is_split (name, length) || first_folder (name + length + 1) == 0)
        return FALSE;
    }
  return n > 0;
}

/* TRUE when there was a folder to add; `length` is its. */
static gboolean
add_folder (word_column *into, const char *name, gsize length, GString *folder)
{
  g_string_truncate (folder, 0);
  g_string_append_len (folder, name, (gssize) length);
  guint32 number = vocabulary_add (&into->words, folder->str);
  g_array_append_val (into->rows, number);
  return length > 0;
}

gboolean
folder_classes (const char *const *files, gsize n, word_column *classes, word_column *splits)
{
  g_autoptr (GString) folder = g_string_new (NULL);
  gsize front = shared_front (files, n);
  gboolean split = has_splits (files, n, front), all = n > 0;
  for (gsize i = 0; i < n; i++)
    {
      const char *name = files[i] + front;
      gsize length = split ? first_folder (name) : 0;
      add_folder (splits, name, length, folder);
      name += split ? length + 1 : 0;
      all &= add_folder (classes, name, first_folder (name), folder);
    }
  return all && classes->words.words->len > 2; /* "" is one of them */
}
