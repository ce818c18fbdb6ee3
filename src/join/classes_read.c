/* Where classes come from: files of names and ids, and the words of the tables themselves. */
#include "join/classes.h"

#include "base/csv.h"
#include "base/error.h"
#include "join/map_file.h"

#include <string.h>

#define CLASSES_MAX 10000000

static void
class_list_init (class_list *l)
{
  *l = (class_list){ 0 };
  l->names = g_ptr_array_new_with_free_func (g_free);
  l->by_name = g_hash_table_new (g_str_hash, g_str_equal);
}

void
class_list_clear (class_list *l)
{
  g_clear_pointer (&l->shown, g_free);
  g_clear_pointer (&l->by_name, g_hash_table_unref);
  g_clear_pointer (&l->by_short, g_hash_table_unref);
  g_clear_pointer (&l->by_id, g_hash_table_unref);
  g_clear_pointer (&l->names, g_ptr_array_unref);
  g_clear_pointer (&l->ids, g_ptr_array_unref);
  l->n = 0;
}

static void
add_class (class_list *l, char *name)
{
  gboolean again = g_hash_table_contains (l->by_name, name);
  int index = again ? 0 : (int) l->n + 1;
  l->n++;
  g_ptr_array_add (l->names, name);
  g_hash_table_replace (l->by_name, name, GINT_TO_POINTER (index));
}

static gboolean
    G_GNUC_PRINTF (4, 5) refuse_line (const char *shown, guint64 line, GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *valid = g_utf8_make_valid (what, -1);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' line %" G_GUINT64_FORMAT ": %s", shown, line, valid);
  return FALSE;
}

static gboolean
add_id (class_list *l, char *id, const char *shown, guint64 line, GError **error)
{
  if (l->ids == NULL)
    {
      l->ids = g_ptr_array_new_with_free_func (g_free);
      l->by_id = g_hash_table_new (g_str_hash, g_str_equal);
    }
  g_ptr_array_add (l->ids, id);
  if (id[0] == '\0')
    return refuse_line (shown, line, error, "the id is empty");
  if (g_hash_table_insert (l->by_id, id, GINT_TO_POINTER ((int) l->ids->len)))
    return TRUE;
  return refuse_line (shown, line, error, "the id '%s' stands twice", id);
}

/* --- lines ---------------------------------------------------------------------------------- */

/* The lines of a text file, without blanks at either end; empty ones at the end are dropped, others refused. */
static GPtrArray *
read_lines (const char *path, const char *shown, GError **error)
{
  g_autoptr (GMappedFile) mapped = map_file (path, shown, error);
  if (mapped == NULL)
    return NULL;
  const char *at = g_mapped_file_get_contents (mapped), *end = at + g_mapped_file_get_length (mapped);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  if (at != NULL && end - at >= 3 && memcmp (at, "\xEF\xBB\xBF", 3) == 0)
    at += 3;
  guint64 empty = 0;
  for (guint64 line = 1; at != NULL && at < end; line++)
    {
      const char *newline = memchr (at, '\n', (gsize) (end - at)), *stop = newline != NULL ? newline : end;
      if (memchr (at, '\0', (gsize) (stop - at)) != NULL)
        {
          refuse_line (shown, line, error, "a NUL byte; save the file as UTF-8 text");
          return NULL;
        }
      char *text = g_strstrip (g_strndup (at, (gsize) (stop - at)));
      at = newline != NULL ? newline + 1 : end;
      if (text[0] == '\0')
        {
          g_free (text);
          empty = empty == 0 ? line : empty;
          continue;
        }
      g_ptr_array_add (lines, text);
      if (empty > 0 || lines->len > CLASSES_MAX)
        {
          refuse_line (shown, empty > 0 ? empty : line, error, "%s",
                       empty > 0 ? "the line is empty; every class needs a name" : "more than 10000000 classes");
          return NULL;
        }
    }
  if (lines->len > 0)
    return g_steal_pointer (&lines);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' is empty; it should name a class on every line", shown);
  return NULL;
}

/* "n01440764 tench, Tinca tinca": a WordNet id and what it stands for. */
static const char *
behind_wordnet_id (const char *line)
{
  if (line[0] != 'n' || strspn (line + 1, "0123456789") != 8 || (line[9] != ' ' && line[9] != '\t'))
    return NULL;
  line += 10;
  return line + strspn (line, " \t");
}

static gboolean
read_text (class_list *l, const char *path, GError **error)
{
  g_autoptr (GPtrArray) lines = read_lines (path, l->shown, error);
  if (lines == NULL)
    return FALSE;
  gboolean with_ids = TRUE;
  for (guint i = 0; i < lines->len && with_ids; i++)
    with_ids = behind_wordnet_id (lines->pdata[i]) != NULL;
  for (guint i = 0; i < lines->len; i++)
    {
      const char *line = lines->pdata[i];
      add_class (l, g_strdup (with_ids ? behind_wordnet_id (line) : line));
      if (with_ids && !add_id (l, g_strndup (line, 9), l->shown, i + 1, error))
        return FALSE;
    }
  return TRUE;
}

/* --- CSV ------------------------------------------------------------------------------------ */

static gboolean
read_csv (class_list *l, const char *path, GError **error)
{
  static const char *const names[] = { "name", "class_name", "class", "label", "description", NULL };
  static const char *const ids[] = { "id", "wnid", "synset", "class_id", NULL };
  static const char *const indices[] = { "index", "class_index", "idx", NULL };
  g_autoptr (csv_reader) r = csv_reader_new (path, error);
  if (r == NULL)
    return FALSE;
  int name = csv_reader_column (r, names), id = csv_reader_column (r, ids), at = csv_reader_column (r, indices);
  if (name < 0)
    return refuse_line (
        l->shown, 1, error,
        "no column holds the classes' names; call it 'name' (and the ids' column 'id'), or give a text file "
        "of one name a line");
  GError *local = NULL;
  for (char **row; (row = csv_reader_next (r, &local)) != NULL;)
    {
      guint64 line = csv_reader_line (r), index;
      if (row[name][0] == '\0')
        return refuse_line (l->shown, line, error, "the name is empty; every class needs one");
      if (at >= 0 && (!class_index_read (row[at], &index) || index != l->n))
        return refuse_line (l->shown, line, error,
                            "the index '%s' stands where %" G_GSIZE_FORMAT
                            " should; sort the classes by index, from 0, without "
                            "a gap",
                            row[at], l->n);
      if (l->n == CLASSES_MAX)
        return refuse_line (l->shown, line, error, "more than 10000000 classes");
      add_class (l, g_strstrip (g_strdup (row[name])));
      if (id >= 0 && !add_id (l, g_strstrip (g_strdup (row[id])), l->shown, line, error))
        return FALSE;
    }
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  return l->n > 0 || refuse_line (l->shown, 1, error, "a header and no classes");
}

static gboolean
is_csv (const char *path)
{
  const char *dot = strrchr (path, '.');
  return dot != NULL && (g_ascii_strcasecmp (dot, ".csv") == 0 || g_ascii_strcasecmp (dot, ".tsv") == 0);
}

static void
add_short_names (class_list *l)
{
  l->by_short = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (gsize i = 0; i < l->n; i++)
    {
      const char *name = l->names->pdata[i], *comma = strstr (name, ", ");
      if (comma == NULL)
        continue;
      char *first = g_strndup (name, (gsize) (comma - name));
      int index = g_hash_table_contains (l->by_short, first) ? 0 : (int) i + 1;
      g_hash_table_replace (l->by_short, first, GINT_TO_POINTER (index));
    }
}

gboolean
class_list_read (class_list *l, const char *names, const char *ids, GError **error)
{
  class_list_init (l);
  l->shown = g_filename_display_name (names);
  if (!(is_csv (names) ? read_csv (l, names, error) : read_text (l, names, error)))
    return FALSE;
  add_short_names (l);
  if (ids == NULL)
    return TRUE;
  g_autofree char *shown = g_filename_display_name (ids);
  if (l->ids != NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' has ids of its own; leave '%s' out", l->shown, shown);
      return FALSE;
    }
  g_autoptr (GPtrArray) lines = read_lines (ids, shown, error);
  if (lines == NULL)
    return FALSE;
  if (lines->len != l->n)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "'%s' has %u ids for the %" G_GSIZE_FORMAT " classes of '%s'", shown, lines->len, l->n, l->shown);
      return FALSE;
    }
  for (guint i = 0; i < lines->len; i++)
    if (!add_id (l, g_strdup (lines->pdata[i]), shown, i + 1, error))
      return FALSE;
  return TRUE;
}

/* --- from words ----------------------------------------------------------------------------- */

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint64 x = g_ascii_strtoull (*(char *const *) a, NULL, 10), y = g_ascii_strtoull (*(char *const *) b, NULL, 10);
  return (x > y) - (x < y);
}

void
class_list_make (class_list *l, const char *const *words, gsize n)
{
  class_list_init (l);
  guint64 number;
  l->numbered = n > 0;
  for (gsize i = 0; i < n; i++)
    l->numbered = l->numbered && (words[i][0] == '\0' || class_index_read (words[i], &number));
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (gsize i = 0; i < n; i++)
    {
      if (words[i][0] == '\0')
        continue;
      char *name = l->numbered && class_index_read (words[i], &number) ? g_strdup_printf ("%" G_GUINT64_FORMAT, number)
                                                                       : g_strdup (words[i]);
      if (g_hash_table_add (seen, name))
        g_ptr_array_add (names, name);
      else
        g_free (name);
    }
  g_ptr_array_sort (names, l->numbered ? compare_numbers : compare_words);
  for (guint i = 0; i < names->len; i++)
    add_class (l, names->pdata[i]);
}

void
class_list_number (class_list *l, gsize n)
{
  class_list_init (l);
  l->numbered = TRUE;
  for (gsize i = 0; i < n; i++)
    add_class (l, g_strdup_printf ("%" G_GSIZE_FORMAT, i));
}

/* --- label map ------------------------------------------------------------------------------ */

typedef struct {
  char *to;
  guint64 line;
} mapped_word;

static void
mapped_word_free (gpointer word)
{
  g_free (((mapped_word *) word)->to);
  g_free (word);
}

static gboolean
add_mapping (GHashTable *map, const char *from, const char *to, const char *shown, guint64 line, GError **error)
{
  g_autofree char *key = g_strstrip (g_strdup (from));
  g_autofree char *value = g_strstrip (g_strdup (to));
  if (key[0] == '\0')
    return refuse_line (shown, line, error, "nothing to map from");
  const mapped_word *known = g_hash_table_lookup (map, key);
  if (known == NULL)
    {
      mapped_word *word = g_new (mapped_word, 1);
      *word = (mapped_word){ g_steal_pointer (&value), line };
      g_hash_table_insert (map, g_steal_pointer (&key), word);
      return TRUE;
    }
  return strcmp (known->to, value) == 0
         || refuse_line (shown, line, error, "'%s' is mapped to '%s', and to '%s' in line %" G_GUINT64_FORMAT, key,
                         value, known->to, known->line);
}

GHashTable *
label_map_read (const char *path, GError **error)
{
  static const char *const froms[] = { "from", "old", "source", NULL };
  static const char *const tos[] = { "to", "new", "target", NULL };
  g_autofree char *shown = g_filename_display_name (path);
  g_autoptr (csv_reader) r = csv_reader_new (path, error);
  if (r == NULL)
    return NULL;
  int from = csv_reader_column (r, froms), to = csv_reader_column (r, tos);
  if (from < 0 || to < 0)
    {
      refuse_line (shown, 1, error, "the columns 'from' and 'to' should stand here");
      return NULL;
    }
  g_autoptr (GHashTable) map = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, mapped_word_free);
  GError *local = NULL;
  for (char **row; (row = csv_reader_next (r, &local)) != NULL;)
    if (!add_mapping (map, row[from], row[to], shown, csv_reader_line (r), error))
      return NULL;
  if (local == NULL)
    return g_steal_pointer (&map);
  g_propagate_error (error, local);
  return NULL;
}

const char *
label_map_apply (GHashTable *map, const char *word)
{
  const mapped_word *found = map != NULL ? g_hash_table_lookup (map, word) : NULL;
  return found != NULL ? found->to : word;
}
