/* Entries of a CSV list. The user listed them, so each is a picture whatever its name, and one that is missing becomes
 * an unreadable row rather than vanish; only folders and special files, which decoders must not open, are left out. */
#include <string.h>
#include <sys/stat.h>

#include "base/csv.h"
#include "base/error.h"
#include "source/internal.h"

#define SHOWN_CHARS 100

static const char *const columns[] = { "file", "filename", "path", "image", NULL };
static const char *const split_columns[] = { "split", "subset", "partition", NULL }; /* as join/join.c */

/* A list being read. */
typedef struct {
  walk *w;
  const root *r;
  char *folder; /* absolute, of the list */
  GStringChunk *text;
  GHashTable *names; /* names in results so far -> absolute path, both in `text` */
} list;

/* The name in results of what lies at `absolute` (normalised); without the label. */
static const char *
name_below (const list *l, const char *absolute)
{
  gsize n = strlen (l->folder);
  if (n > 1 && strncmp (absolute, l->folder, n) == 0 && absolute[n] == '/')
    return absolute + n + 1;
  return absolute + 1;
}

static gboolean
take_entry (list *l, const char *entry, const char *split, guint64 line, GError **error)
{
  walk *w = l->w;
  if (entry[0] == '\0')
    {
      g_autofree char *base = g_path_get_basename (l->r->path);
      g_autofree char *file = g_strdup_printf ("%s:%" G_GUINT64_FORMAT, base, line);
      return walk_skipped (w, file, l->r->path, "the list has no file name in this line", error);
    }
  const char *one_slash = entry;
  while (one_slash[0] == '/' && one_slash[1] == '/')
    one_slash++;
  g_autofree char *absolute = g_canonicalize_filename (one_slash, l->folder);
  g_autofree char *file = names_join (l->r->label, name_below (l, absolute));
  g_autofree char *list_dir = g_path_get_dirname (l->r->path);
  g_autofree char *path = entry[0] == '/'               ? g_strdup (entry)
                          : strcmp (list_dir, ".") == 0 ? g_strdup (entry)
                                                        : names_join (list_dir, entry);
  const char *known = g_hash_table_lookup (l->names, file);
  if (known != NULL)
    {
      g_autofree char *why = g_strdup_printf (
          strcmp (known, absolute) == 0 ? "the list names it again in line %" G_GUINT64_FORMAT
                                        : "another picture of the list has the same name (line %" G_GUINT64_FORMAT ")",
          line);
      return walk_skipped (w, file, path, why, error);
    }
  g_hash_table_insert (l->names, g_string_chunk_insert (l->text, file), g_string_chunk_insert (l->text, absolute));

  const char *glob = names_excluded (w->o->excludes, l->r->label, file, FALSE);
  if (glob != NULL)
    {
      g_autofree char *why = g_strdup_printf ("excluded by '%s'", glob);
      return walk_skipped (w, file, path, why, error);
    }
  struct stat st;
  if (stat (path, &st) == 0 && !S_ISREG (st.st_mode))
    {
      g_autofree char *why =
          S_ISDIR (st.st_mode) ? g_strdup ("a folder; a list names files") : g_strdup (special_kind (st.st_mode));
      return walk_skipped (w, file, path, why, error);
    }
  return walk_picture (w, file, path, split, error);
}

static gboolean
take_rows (list *l, csv_reader *reader, int column, GError **error)
{
  int split = csv_reader_column (reader, split_columns);
  for (;;)
    {
      GError *local = NULL;
      char **row = csv_reader_next (reader, &local);
      if (local != NULL)
        {
          g_propagate_error (error, local);
          return FALSE;
        }
      if (row == NULL)
        return TRUE;
      if (!job_go_on (l->w->j, error)
          || !take_entry (l, row[column], split >= 0 ? row[split] : NULL, csv_reader_line (reader), error))
        return FALSE;
    }
}

gboolean
list_walk (walk *w, const root *r, GError **error)
{
  g_autoptr (csv_reader) reader = csv_reader_new (r->path, error);
  if (reader == NULL)
    return FALSE;
  int column = csv_reader_column (reader, columns);
  if (column < 0)
    {
      g_autofree char *shown = g_filename_display_name (r->given);
      /* a first line of any length may stand there, in any encoding */
      g_autofree char *header = g_strjoinv (", ", csv_reader_header (reader));
      g_autofree char *valid = g_utf8_make_valid (header, -1);
      g_autofree char *start = g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), SHOWN_CHARS));
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "'%s' has no column 'file', 'filename', 'path' or 'image' (its first line reads: %s%s); name the "
                   "column that holds the pictures so",
                   shown, start, strlen (start) < strlen (valid) ? "..." : "");
      return FALSE;
    }
  list l = { .w = w, .r = r };
  l.folder = g_path_get_dirname (r->absolute);
  l.text = g_string_chunk_new (64 * 1024);
  l.names = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean ok = take_rows (&l, reader, column, error);
  g_hash_table_unref (l.names);
  g_string_chunk_free (l.text);
  g_free (l.folder);
  return ok;
}
