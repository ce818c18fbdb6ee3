/* Folders of links, or of copies. What is there is never replaced: symlink() and O_EXCL see to that, also against whoever writes there at the same
 * time. Names come from a results folder that may be anybody's, so they are made safe before they become paths. */
#include "writing/exporting.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

typedef struct {
  char *name;
  guint64 files;
} folder;

typedef struct {
  char *file, *path;
  folder *in;
} entry;

typedef struct {
  const pardon_export_options *o;
  GPtrArray *entries;
  GHashTable *folders; /* name -> folder */
  GHashTable *names;   /* "FOLDER/BASE NAME" -> how many */
  const pardon_export_told *told;
  pardon_export_result *result;
} links;

static void
folder_free (gpointer data)
{
  folder *f = data;
  g_free (f->name);
  g_free (f);
}

static void
entry_free (gpointer data)
{
  entry *e = data;
  g_free (e->file);
  g_free (e->path);
  g_free (e);
}

static void
links_clear (links *l)
{
  g_ptr_array_unref (l->entries);
  g_hash_table_unref (l->folders);
  g_hash_table_unref (l->names);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (links, links_clear)

/* --- sorting -------------------------------------------------------------------------------------------- */

static char *
by_verdict (const export_row *row)
{
  const char *verdict = row->field[EXPORT_VERDICT];
  return verdict[0] == 0 ? NULL : g_strdup (verdict);
}

static char *
by_noisy (const export_row *row)
{
  const char *noisy = row->field[EXPORT_NOISY];
  return g_strdup (strcmp (noisy, "1") == 0 ? "noisy" : strcmp (noisy, "0") == 0 ? "clean" : "unreadable");
}

static char *
by_kind (const export_row *row)
{
  return row->field[EXPORT_KIND][0] != 0 ? g_strdup (row->field[EXPORT_KIND]) : by_noisy (row);
}

static char *
by_cluster (const export_row *row)
{
  const char *cluster = row->field[EXPORT_CLUSTER];
  return cluster[0] == 0 ? NULL : g_strconcat ("cluster-", cluster, NULL);
}

static char *
by_group (const export_row *row)
{
  const char *group = row->extra[EXPORT_GROUP];
  return group[0] == 0 ? NULL : g_strconcat ("group-", group, NULL);
}

/* The folder's name, g_free; NULL: the picture belongs to none. */
typedef char *(*sorter) (const export_row *row);

static sorter
find_sorter (const char *by, GError **error)
{
  static const struct {
    const char *name;
    sorter sort;
  } sorters[] = { { "verdict", by_verdict },
                  { "noisy", by_noisy },
                  { "kind", by_kind },
                  { "cluster", by_cluster },
                  { "group", by_group } };
  for (gsize i = 0; i < G_N_ELEMENTS (sorters); i++)
    if (g_strcmp0 (by != NULL ? by : "verdict", sorters[i].name) == 0)
      return sorters[i].sort;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "links cannot be sorted by '%s'; there are verdict, noisy, kind, cluster and group", by);
  return NULL;
}

static char *
base_of (const entry *e)
{
  g_autofree char *base = g_path_get_basename (e->file);
  g_autofree char *safe = export_safe_name (base, FALSE);
  return g_strconcat (e->in->name, "/", safe, NULL);
}

static void
add (links *l, const export_row *row, char *name)
{
  g_autofree char *given = name;
  g_autofree char *safe = export_safe_name (given, FALSE);
  folder *in = g_hash_table_lookup (l->folders, safe);
  if (in == NULL)
    {
      in = g_new0 (folder, 1);
      in->name = g_steal_pointer (&safe);
      g_hash_table_insert (l->folders, in->name, in);
    }
  entry *e = g_new0 (entry, 1);
  e->file = g_strdup (row->field[EXPORT_FILE]);
  e->path = g_strdup (row->extra[EXPORT_PATH]);
  e->in = in;
  in->files++;
  g_ptr_array_add (l->entries, e);
  char *base = base_of (e);
  gpointer count = g_hash_table_lookup (l->names, base);
  g_hash_table_insert (l->names, base, GINT_TO_POINTER (GPOINTER_TO_INT (count) + 1));
}

static gboolean
gather (links *l, GError **error)
{
  sorter sort = find_sorter (l->o->by, error);
  g_autoptr (export_source) x = sort != NULL ? export_source_new (l->o, error) : NULL;
  g_autoptr (GError) why = NULL;
  if (x == NULL)
    return FALSE;
  for (export_row row; export_source_next (x, &row, &why);)
    {
      char *name = sort (&row);
      l->result->pictures++;
      if (name != NULL)
        add (l, &row, name);
      else
        l->result->in_none++;
    }
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* --- making ----------------------------------------------------------------------------------------------- */

/* Its base name, with its folders before it where another one in that folder has the same. */
static char *
name_of (const links *l, const entry *e)
{
  g_autofree char *base = base_of (e);
  if (GPOINTER_TO_INT (g_hash_table_lookup (l->names, base)) == 1)
    return g_build_filename (l->o->folder, base, NULL);
  g_autofree char *whole = export_safe_name (e->file, TRUE);
  return g_build_filename (l->o->folder, e->in->name, whole, NULL);
}

/* An earlier export's. */
static gboolean
is_same (const links *l, const char *name, const char *target)
{
  g_autofree char *former = l->o->copy ? NULL : g_file_read_link (name, NULL);
  if (!l->o->copy)
    return g_strcmp0 (former, target) == 0;
  g_autofree char *a = NULL, *b = NULL;
  gsize of_a, of_b;
  return g_file_get_contents (name, &a, &of_a, NULL) && g_file_get_contents (target, &b, &of_b, NULL) && of_a == of_b
         && memcmp (a, b, of_a) == 0;
}

static gboolean
write_all (int fd, const char *bytes, gsize n)
{
  while (n > 0)
    {
      gssize written = write (fd, bytes, n);
      if (written < 0 && errno != EINTR)
        return FALSE;
      bytes += MAX (written, 0);
      n -= (gsize) MAX (written, 0);
    }
  return TRUE;
}

/* FALSE with errno set. */
static gboolean
copy_file (const char *from, const char *to)
{
  char bytes[65536];
  gssize n = -1;
  int in = open (from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  int out = in >= 0 ? open (to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666) : -1;
  gboolean made = out >= 0;
  while (made && (n = read (in, bytes, sizeof bytes)) > 0 && write_all (out, bytes, (gsize) n))
    ;
  int fault = n != 0 ? errno : 0;
  if (out >= 0 && close (out) != 0 && fault == 0)
    fault = errno;
  if (in >= 0)
    close (in);
  if (made && fault != 0)
    g_unlink (to);
  errno = fault;
  return made && fault == 0;
}

static gboolean
make_file (const links *l, const char *name, const char *target)
{
  g_autofree char *above = g_path_get_dirname (name);
  if (g_mkdir_with_parents (above, 0777) != 0)
    return FALSE;
  return l->o->copy ? copy_file (target, name) : symlink (target, name) == 0;
}

static void
make_one (const links *l, const entry *e)
{
  pardon_export_result *r = l->result;
  g_autofree char *name = name_of (l, e), *target = g_canonicalize_filename (e->path, NULL);
  struct stat st;
  if (stat (target, &st) != 0 || !S_ISREG (st.st_mode))
    r->gone++;
  else if (lstat (name, &st) == 0 && is_same (l, name, target))
    r->there++;
  else if (lstat (name, &st) == 0)
    export_tell_failure (l->told, r, "'%s' exists and is not replaced", name);
  else if (!l->o->make || make_file (l, name, target))
    r->made++;
  else
    export_tell_failure (l->told, r, "cannot make '%s': %s", name, g_strerror (errno));
}

/* cluster-2 before cluster-10. */
static int
by_name (gconstpointer a, gconstpointer b)
{
  const folder *x = a, *y = b;
  gsize of_x = strcspn (x->name, "0123456789"), of_y = strcspn (y->name, "0123456789");
  gboolean numbered = of_x == of_y && strncmp (x->name, y->name, of_x) == 0;
  gint64 order = numbered ? g_ascii_strtoll (x->name + of_x, NULL, 10) - g_ascii_strtoll (y->name + of_y, NULL, 10) : 0;
  return order != 0 ? (order < 0 ? -1 : 1) : strcmp (x->name, y->name);
}

static void
tell_folders (const links *l)
{
  GList *all = g_list_sort (g_hash_table_get_values (l->folders), by_name);
  for (GList *at = all; at != NULL; at = at->next)
    l->told->folder (l->told->user, ((folder *) at->data)->name, ((folder *) at->data)->files);
  g_list_free (all);
}

gboolean
exporting_links (const pardon_export_options *o, const pardon_export_told *told, const job *j,
                 pardon_export_result *result, GError **error)
{
  *result = (pardon_export_result){ 0 };
  g_auto (links) l = { .o = o,
                       .entries = g_ptr_array_new_with_free_func (entry_free),
                       .folders = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, folder_free),
                       .names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                       .told = told,
                       .result = result };
  if (!gather (&l, error))
    return FALSE;
  tell_folders (&l);
  for (guint i = 0; i < l.entries->len; i++)
    {
      if (!job_go_on (j, error))
        return FALSE;
      make_one (&l, l.entries->pdata[i]);
      job_tell (j, o->make ? "making files" : "looking", i + 1, l.entries->len);
    }
  return !o->with_probes || exporting_probes (o, told, j, result, error);
}
