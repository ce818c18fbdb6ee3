/* The walk over all paths the user named: what each is, which name stands in front, who walks it. All paths are looked
 * at before the first is walked, so that a typing error in the last one shows at once. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "source/internal.h"

#define PHASE      "finding pictures"
#define TELL_EVERY 256

gboolean
walk_picture (walk *w, const char *file, const char *path, const char *split, GError **error)
{
  const image_ref ref = { (char *) file, (char *) path, split };
  w->found++;
  if (w->seen++ % TELL_EVERY == 0)
    job_tell (w->j, PHASE, w->found, 0);
  return job_go_on (w->j, error) && w->sink->picture (w->sink->user, &ref, error);
}

gboolean
walk_skipped (walk *w, const char *file, const char *path, const char *why, GError **error)
{
  const image_ref ref = { .file = (char *) file, .path = (char *) path };
  if (w->seen++ % TELL_EVERY == 0)
    job_tell (w->j, PHASE, w->found, 0);
  return job_go_on (w->j, error) && (w->sink->skipped == NULL || w->sink->skipped (w->sink->user, &ref, why, error));
}

const char *
special_kind (mode_t mode)
{
  return S_ISFIFO (mode) ? "a named pipe" : S_ISSOCK (mode) ? "a socket" : "a device";
}

/* --- looking at the user's paths ----------------------------------------------------------- */

static void G_GNUC_PRINTF (3, 4) refuse (GError **error, const char *path, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *why = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *shown = g_filename_display_name (path);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot scan '%s': %s", shown, why);
}

static gboolean
refuse_errno (GError **error, const char *path, int code)
{
  if (code == ENOENT || code == ENOTDIR)
    refuse (error, path, "no such file or folder; check the spelling, and put quotes around a name with spaces");
  else if (code == EACCES || code == EPERM)
    refuse (error, path, "no permission to read it; ask its owner, or scan a copy you may read");
  else
    refuse (error, path, "%s", g_strerror (code));
  return FALSE;
}

/* The path from '/', with '.' and '..' resolved. Links are followed only where '..' makes that necessary, so that a
 * linked folder keeps the name the user knows it by. */
static char *
absolute_path (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  if (g_strv_contains ((const char *const *) parts, ".."))
    {
      char *real = realpath (path, NULL);
      if (real != NULL)
        {
          char *copy = g_strdup (real);
          free (real);
          return copy;
        }
    }
  return g_canonicalize_filename (path, NULL);
}

static gboolean
can_read_folder (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return FALSE;
  close (fd);
  return faccessat (AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

static gboolean
look_at_folder (const walk *w, root *r, const struct stat *st, GError **error)
{
  r->kind = ROOT_FOLDER;
  r->dev = st->st_dev;
  r->ino = st->st_ino;
  if (w->have_skip_dir && st->st_dev == w->skip_dev && st->st_ino == w->skip_ino)
    {
      refuse (error, r->given, "it is the folder the results go to; name another folder for the results");
      return FALSE;
    }
  if (!can_read_folder (r->path))
    return refuse_errno (error, r->given, errno);
  return TRUE;
}

static gboolean
look_at_file (root *r, const struct stat *st, GError **error)
{
  if (!S_ISREG (st->st_mode))
    {
      refuse (error, r->given, "it is %s, not a file or folder", special_kind (st->st_mode));
      return FALSE;
    }
  if (g_str_has_suffix (r->given, "/"))
    {
      refuse (error, r->given, "it is a file, not a folder; leave out the '/' at its end");
      return FALSE;
    }
  if (faccessat (AT_FDCWD, r->path, R_OK, AT_EACCESS) != 0)
    return refuse_errno (error, r->given, errno);
  gsize n = strlen (r->path);
  r->kind = n >= 4 && g_ascii_strcasecmp (r->path + n - 4, ".csv") == 0 ? ROOT_LIST : ROOT_FILE;
  struct stat folder;
  g_autofree char *dir = g_path_get_dirname (r->absolute);
  if (stat (dir, &folder) != 0)
    return refuse_errno (error, r->given, errno);
  r->dev = folder.st_dev;
  r->ino = folder.st_ino;
  return TRUE;
}

static gboolean
look_at (const walk *w, const char *given, root *r, GError **error)
{
  if (given[0] == '\0')
    {
      refuse (error, "", "the path is empty; name a folder, a picture or a .csv list ('.' is the current folder)");
      return FALSE;
    }
  gsize n = strlen (given);
  while (n > 1 && given[n - 1] == '/')
    n--;
  r->given = given;
  r->path = g_strndup (given, n);
  struct stat st;
  if (stat (r->path, &st) != 0)
    return refuse_errno (error, given, errno);
  r->absolute = absolute_path (r->path);
  return S_ISDIR (st.st_mode) ? look_at_folder (w, r, &st, error) : look_at_file (r, &st, error);
}

/* --- walking ------------------------------------------------------------------------------- */

static gboolean
same_root (const root *a, const root *b)
{
  if (a->dev != b->dev || a->ino != b->ino || (a->kind == ROOT_FOLDER) != (b->kind == ROOT_FOLDER))
    return FALSE;
  if (a->kind == ROOT_FOLDER)
    return TRUE;
  return strcmp (strrchr (a->absolute, '/'), strrchr (b->absolute, '/')) == 0;
}

static guint
root_hash (gconstpointer p)
{
  const root *r = p;
  guint h = (guint) r->ino ^ (guint) r->dev * 31;
  return r->kind == ROOT_FOLDER ? h : h ^ g_str_hash (strrchr (r->absolute, '/'));
}

static gboolean
root_equal (gconstpointer a, gconstpointer b)
{
  return same_root (a, b);
}

/* Drops what was given twice, so that it needs no second name; and says so. */
static gboolean
drop_twins (walk *w, GError **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new (root_hash, root_equal);
  gsize kept = 0;
  for (gsize i = 0; i < w->n_roots; i++)
    {
      root *r = &w->roots[i];
      const root *twin = g_hash_table_lookup (known, r);
      if (twin != NULL)
        {
          const char *slash = strrchr (r->path, '/');
          gboolean ok = walk_skipped (w, slash != NULL && slash[1] != '\0' ? slash + 1 : r->path, r->path,
                                      "the path is given twice; it is scanned once", error);
          g_free (r->path);
          g_free (r->absolute);
          *r = (root){ 0 };
          if (!ok)
            return FALSE;
          continue;
        }
      w->roots[kept] = *r;
      if (kept != i)
        *r = (root){ 0 };
      g_hash_table_add (known, &w->roots[kept++]);
    }
  w->n_roots = kept;
  return TRUE;
}

static gboolean
walk_root (walk *w, const root *r, GError **error)
{
  const char *glob = r->label[0] == '\0' || r->kind == ROOT_LIST
                         ? NULL
                         : names_excluded (w->o->excludes, "", r->label, r->kind == ROOT_FOLDER);
  if (glob != NULL)
    {
      g_autofree char *why = g_strdup_printf ("excluded by '%s'", glob);
      return walk_skipped (w, r->label, r->path, why, error);
    }
  if (r->kind == ROOT_FOLDER)
    return folder_walk (w, r, error);
  if (r->kind == ROOT_LIST)
    return list_walk (w, r, error);
  return folder_file (w, AT_FDCWD, r->path, r->label, r->path, error);
}

static gboolean
walk_all (walk *w, GError **error)
{
  gsize n = w->n_roots;
  for (gsize i = 0; i < n; i++)
    if (!job_go_on (w->j, error) || !look_at (w, w->o->paths[i], &w->roots[i], error))
      return FALSE;
  if (!drop_twins (w, error))
    return FALSE;
  names_label (w->roots, w->n_roots);
  for (gsize i = 0; i < w->n_roots; i++)
    if (!walk_root (w, &w->roots[i], error))
      return FALSE;
  job_tell (w->j, PHASE, w->found, 0);
  return TRUE;
}

gboolean
source_walk (const source_options *o, const source_sink *sink, const job *j, GError **error)
{
  gsize n = o->paths == NULL ? 0 : g_strv_length ((char **) o->paths);
  if (n == 0)
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                           "nothing to scan: name a folder, a picture or a .csv list");
      return FALSE;
    }
  walk w = { .o = o, .sink = sink, .j = j, .roots = g_new0 (root, n), .n_roots = n };
  struct stat st;
  if (o->skip_dir != NULL && stat (o->skip_dir, &st) == 0)
    {
      w.have_skip_dir = TRUE;
      w.skip_dev = st.st_dev;
      w.skip_ino = st.st_ino;
    }
  gboolean ok = walk_all (&w, error);
  for (gsize i = 0; i < n; i++)
    {
      g_free (w.roots[i].path);
      g_free (w.roots[i].label);
      g_free (w.roots[i].absolute);
    }
  g_free (w.roots);
  return ok;
}
