/* What words mean. A word is never guessed at: one that means no class, or two, stops the join with the nearest name. */
#include "join/classes.h"

#include "base/error.h"
#include "base/nearest.h"

#include <string.h>

gboolean
class_index_read (const char *word, guint64 *index)
{
  char *end;
  if (!g_ascii_isdigit (word[0]))
    return FALSE;
  *index = g_ascii_strtoull (word, &end, 10);
  if (*end == '.' && end[1 + strspn (end + 1, "0")] == '\0')
    return TRUE;
  return *end == '\0' && *index < G_MAXUINT64;
}

static int
look_up (GHashTable *table, const char *word, gboolean *several)
{
  gpointer found;
  *several = FALSE;
  if (table == NULL || !g_hash_table_lookup_extended (table, word, NULL, &found))
    return -1;
  *several = found == NULL;
  return GPOINTER_TO_INT (found) - 1;
}

/* As a name, an id, a name with its synonyms behind it. */
static int
find_class (const class_list *l, const char *word, class_reading *how, gboolean *several)
{
  guint64 number;
  g_autofree char *digits =
      l->numbered && class_index_read (word, &number) ? g_strdup_printf ("%" G_GUINT64_FORMAT, number) : NULL;
  *how = READ_NAMES;
  int index = look_up (l->by_name, digits != NULL ? digits : word, several);
  if (index >= 0 || *several)
    return index;
  *how = READ_IDS;
  index = look_up (l->by_id, word, several);
  if (index >= 0)
    return index;
  const char *comma = strstr (word, ", ");
  *how = READ_NAMES;
  if (comma == NULL)
    return look_up (l->by_short, word, several);
  g_autofree char *first = g_strndup (word, (gsize) (comma - word));
  return look_up (l->by_name, first, several);
}

static gboolean
counts (const class_word *w)
{
  return w->line > 0 && w->word[0] != '\0';
}

/* Whether the words are to be read as indices, and the first of them that is none below n. */
static gboolean
all_indices (const class_list *l, const class_word *words, gsize n, const class_word **beyond)
{
  gsize numbers = 0, named = 0, used = 0;
  *beyond = NULL;
  for (gsize i = 0; i < n; i++)
    {
      guint64 index;
      gboolean several;
      if (!counts (&words[i]))
        continue;
      used++;
      named += look_up (l->by_name, words[i].word, &several) >= 0;
      if (!class_index_read (words[i].word, &index))
        continue;
      numbers++;
      if (index >= l->n && (*beyond == NULL || words[i].line < (*beyond)->line))
        *beyond = &words[i];
    }
  return used > 0 && numbers == used && named < used && !l->numbered;
}

static char *
place_of (const char *shown, guint64 line)
{
  return shown != NULL ? g_strdup_printf ("'%s' line %" G_GUINT64_FORMAT, shown, line)
                       : g_strdup ("the folders as classes");
}

/* " of 'FILE'", or nothing. */
static char *
origin_of (const class_list *l)
{
  return l->shown != NULL ? g_strdup_printf (" of '%s'", l->shown) : g_strdup ("");
}

static void
refuse_index (const class_list *l, const class_word *w, const char *shown, GError **error)
{
  guint64 index = 0;
  class_index_read (w->word, &index);
  g_autofree char *place = place_of (shown, w->line), *origin = origin_of (l);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "%s: there is no class '%s'; the %" G_GSIZE_FORMAT " classes%s have the indices 0 to %" G_GSIZE_FORMAT
               "%s",
               place, w->word, l->n, origin, l->n - 1,
               index == l->n ? " (where yours begin at 1, map them with --label-map FILE)" : "");
}

static gboolean
begins_with (const char *name, const char *word, gsize length, gboolean and_ends)
{
  return strncmp (name, word, length) == 0
         && (and_ends ? name[length] == '\0' : g_str_has_prefix (name + length, ", "));
}

static void
refuse_several (const class_list *l, const class_word *w, const char *shown, GError **error)
{
  const char *comma = strstr (w->word, ", ");
  gboolean whole = g_hash_table_contains (l->by_name, w->word);
  /* where the whole word is no name, its beginning is, or it is the beginning of names */
  gsize length = whole || comma == NULL ? strlen (w->word) : (gsize) (comma - w->word);
  g_autoptr (GString) places = g_string_new (NULL);
  for (gsize i = 0; i < l->n; i++)
    if (begins_with (l->names->pdata[i], w->word, length, whole || comma != NULL))
      g_string_append_printf (places, "%s%" G_GSIZE_FORMAT, places->len > 0 ? ", " : "", i);
  g_autofree char *valid = g_utf8_make_valid (w->word, -1);
  g_autofree char *place = place_of (shown, w->line), *origin = origin_of (l);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "%s: '%s' names several classes%s (%s); tell them apart by index or id", place, valid, origin,
               places->str);
}

static const char *
nearest_class (const class_list *l, const char *word)
{
  const char *near = NULL;
  g_autofree const char **all = g_new0 (const char *, l->n + 1);
  memcpy (all, l->names->pdata, l->n * sizeof (char *));
  g_autofree char *spaced = g_strdelimit (g_strdup (word), "_", ' ');
  near = nearest_word (word, all);
  if (near == NULL)
    near = nearest_word (spaced, all);
  if (near == NULL && l->ids != NULL)
    {
      memcpy (all, l->ids->pdata, l->n * sizeof (char *));
      near = nearest_word (word, all);
    }
  return near;
}

static void
refuse_unknown (const class_list *l, const class_word *w, const char *shown, GError **error)
{
  const char *near = nearest_class (l, w->word);
  g_autofree char *valid = g_utf8_make_valid (w->word, -1);
  gboolean wordnet = w->word[0] == 'n' && strlen (w->word) == 9 && strspn (w->word + 1, "0123456789") == 8;
  g_autofree char *nearest =
      wordnet && l->ids == NULL
          ? g_strdup ("; for WordNet ids add their list, in the same order, with --class-ids FILE")
      : near != NULL ? g_strdup_printf ("; the nearest is '%s'", near)
                     : g_strdup_printf ("; they begin with '%s'", (char *) l->names->pdata[0]);
  g_autofree char *nearest_valid = g_utf8_make_valid (nearest, -1);
  g_autofree char *place = place_of (shown, w->line), *origin = origin_of (l);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "%s: there is no class '%s' among the %" G_GSIZE_FORMAT "%s%s",
               place, valid, l->n, l->shown != NULL ? origin : " known", nearest_valid);
}

gboolean
class_list_resolve (const class_list *l, class_word *words, gsize n, const char *shown, class_reading *reading,
                    GError **error)
{
  const class_word *beyond, *bad = NULL;
  gsize ways[3] = { 0 };
  gboolean indices = all_indices (l, words, n, &beyond);
  if (indices && beyond != NULL)
    {
      refuse_index (l, beyond, shown, error);
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    {
      guint64 index = 0;
      gboolean several = FALSE;
      class_reading how = READ_INDICES;
      words[i].index = -1;
      if (!counts (&words[i]))
        continue;
      if (indices && class_index_read (words[i].word, &index))
        words[i].index = (int) index;
      else
        words[i].index = find_class (l, words[i].word, &how, &several);
      ways[how]++;
      if (words[i].index < 0 && (bad == NULL || words[i].line < bad->line))
        bad = &words[i];
    }
  *reading = indices || l->numbered ? READ_INDICES : ways[READ_IDS] > ways[READ_NAMES] ? READ_IDS : READ_NAMES;
  if (bad == NULL)
    return TRUE;
  gboolean several;
  class_reading how;
  find_class (l, bad->word, &how, &several);
  if (several)
    refuse_several (l, bad, shown, error);
  else
    refuse_unknown (l, bad, shown, error);
  return FALSE;
}
