/* Kept by name, for lists are read long before the pictures have numbers. */
#include "repeating/splits.h"

#include "duplicate/split.h"

static void
tell (splits *s, const char *file, const char *as_written)
{
  g_autofree char *word = g_strdup (as_written);
  for (char *at = word; *at != '\0'; at++) /* a word must not steer a terminal, nor begin another line */
    if ((*at > 0 && *at < ' ') || *at == 0x7f)
      *at = ' ';
  g_strstrip (word);
  if (*word == '\0')
    return;
  if (s->told == NULL)
    s->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_insert (s->told, g_strdup (file), (gpointer) split_named (word));
}

static const char *
told (const splits *s, const char *file)
{
  return s->told != NULL ? g_hash_table_lookup (s->told, file) : NULL;
}

void
splits_note (splits *s, const image_ref *ref)
{
  if (ref->split != NULL)
    tell (s, ref->file, ref->split);
}

void
splits_settle (splits *s, const char *const *files, joined *j)
{
  if (j->columns == NULL || (j->split < 0 && s->told == NULL))
    return;
  g_autofree const char **names = g_new0 (const char *, MAX (j->n, 1));
  const join_column *c = j->split >= 0 ? j->columns->pdata[j->split] : NULL;
  for (gsize i = 0; i < j->n; i++)
    {
      const char *word = c != NULL ? c->values->pdata[c->of[i]] : "";
      if (told (s, files[i]) == NULL)
        tell (s, files[i], word);
      names[i] = told (s, files[i]);
    }
  joined_set_splits (j, names);
}

const char *
splits_of (const splits *s, const char *file)
{
  const char *of = told (s, file);
  return of != NULL ? of : split_of (file);
}

void
splits_clear (splits *s)
{
  g_clear_pointer (&s->told, g_hash_table_unref);
}
