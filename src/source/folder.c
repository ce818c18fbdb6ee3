/* Everything below one folder. One folder is open at a time and its names are taken as they come, so neither depth nor
 * breadth costs memory or descriptors: what waits is only the list of folders not yet entered. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "source/internal.h"

#define HEAD_BYTES 64 /* enough for the signatures of all formats read */

/* A folder being read. */
typedef struct {
  walk *w;
  const root *r;
  int fd;
  const char *file;     /* its name in results; "" for a lone root */
  const char *path;     /* what open() takes */
  gboolean holds_roots; /* files in it were named on their own */
  GPtrArray *waiting;   /* names below the root of folders to enter */
} folder;

static gboolean
skip_errno (walk *w, const char *file, const char *path, const char *what, int code, GError **error)
{
  const char *words = code == EACCES || code == EPERM ? "no permission" : g_strerror (code);
  g_autofree char *why = g_strdup_printf ("%s: %s", what, words);
  return walk_skipped (w, file, path, why, error);
}

/* Out of descriptors or memory: not this folder's fault, and skipping all that follow would be wrong. */
static gboolean
is_systems_fault (int code)
{
  return code == EMFILE || code == ENFILE || code == ENOMEM;
}

/* --- files --------------------------------------------------------------------------------- */

/* The first bytes of a regular file; -1 with errno set; -2 when it turns out to be something else. */
static gssize
read_head (int dir_fd, const char *name, guint8 head[HEAD_BYTES])
{
  /* without O_NONBLOCK, opening a pipe that has just taken the file's place would wait for a writer */
  int fd = openat (dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return -1;
  struct stat st;
  gssize n = 0;
  if (fstat (fd, &st) != 0)
    n = -1;
  else if (!S_ISREG (st.st_mode))
    n = -2;
  while (n >= 0 && n < HEAD_BYTES)
    {
      gssize got = read (fd, head + n, (gsize) (HEAD_BYTES - n));
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        n = -1;
      if (got <= 0)
        break;
      n += got;
    }
  int code = errno;
  close (fd);
  errno = code;
  return n;
}

gboolean
folder_file (walk *w, int dir_fd, const char *name, const char *file, const char *path, GError **error)
{
  if (w->o->is_picture == NULL || w->o->is_picture (name, NULL, 0))
    return walk_picture (w, file, path, NULL, error);
  if (names_never_picture (name))
    return walk_skipped (w, file, path, "not a picture, by its name's ending", error);
  guint8 head[HEAD_BYTES];
  gssize n = read_head (dir_fd, name, head);
  if (n == -1 && is_systems_fault (errno))
    {
      g_autofree char *shown = g_filename_display_name (path);
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot open '%s': %s", shown, g_strerror (errno));
      return FALSE;
    }
  if (n == -1)
    return skip_errno (w, file, path, "cannot read its first bytes", errno, error);
  if (n >= 0 && w->o->is_picture (name, head, (gsize) n))
    return walk_picture (w, file, path, NULL, error);
  return walk_skipped (w, file, path, n == 0 ? "not a picture: empty" : "not a picture", error);
}

/* --- what stands in a folder --------------------------------------------------------------- */

static gboolean
is_root_file (const folder *f, const char *name)
{
  const walk *w = f->w;
  for (gsize i = 0; i < w->n_roots; i++)
    if (w->roots[i].kind == ROOT_FILE && strcmp (strrchr (w->roots[i].absolute, '/') + 1, name) == 0)
      {
        struct stat st;
        if (fstat (f->fd, &st) == 0 && st.st_dev == w->roots[i].dev && st.st_ino == w->roots[i].ino)
          return TRUE;
      }
  return FALSE;
}

static gboolean
take_link (const folder *f, const char *name, const char *file, const char *path, GError **error)
{
  struct stat st;
  if (fstatat (f->fd, name, &st, 0) != 0)
    {
      if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
        return walk_skipped (f->w, file, path, "a symbolic link that leads nowhere", error);
      return skip_errno (f->w, file, path, "cannot follow the symbolic link", errno, error);
    }
  if (S_ISREG (st.st_mode))
    return folder_file (f->w, f->fd, name, file, path, error);
  if (S_ISDIR (st.st_mode))
    return walk_skipped (f->w, file, path,
                         "a symbolic link to a folder; such links are not followed, name the folder itself to scan it",
                         error);
  g_autofree char *why = g_strdup_printf ("a symbolic link to %s", special_kind (st.st_mode));
  return walk_skipped (f->w, file, path, why, error);
}

/* The file type bits of what `name` is, links not followed; 0 with errno set. */
static mode_t
type_of (int dir_fd, const struct dirent *entry)
{
  struct stat st;
  switch (entry->d_type)
    {
    case DT_REG:
      return S_IFREG;
    case DT_DIR:
      return S_IFDIR;
    case DT_LNK:
      return S_IFLNK;
    default: /* some file systems do not tell */
      return fstatat (dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_mode & S_IFMT : 0;
    }
}

static gboolean
take_entry (const folder *f, const struct dirent *entry, GError **error)
{
  walk *w = f->w;
  const char *name = entry->d_name;
  if (strcmp (name, ".") == 0 || strcmp (name, "..") == 0)
    return TRUE;
  g_autofree char *file = names_join (f->file, name);
  g_autofree char *path = names_join (f->path, name);
  mode_t type = type_of (f->fd, entry);
  if (type == 0)
    return skip_errno (w, file, path, "cannot be looked at", errno, error);
  if (name[0] == '.')
    return walk_skipped (w, file, path, S_ISDIR (type) ? "a hidden folder" : "a hidden file", error);
  const char *glob = names_excluded (w->o->excludes, f->r->label, file, S_ISDIR (type));
  if (glob != NULL)
    {
      g_autofree char *why = g_strdup_printf ("excluded by '%s'", glob);
      return walk_skipped (w, file, path, why, error);
    }
  if (S_ISDIR (type))
    {
      g_ptr_array_add (f->waiting, g_steal_pointer (&file));
      return TRUE;
    }
  if (f->holds_roots && is_root_file (f, name))
    return walk_skipped (w, file, path, "named on its own; it is scanned once", error);
  if (S_ISLNK (type))
    return take_link (f, name, file, path, error);
  if (S_ISREG (type))
    return folder_file (w, f->fd, name, file, path, error);
  return walk_skipped (w, file, path, special_kind (type), error);
}

/* --- folders ------------------------------------------------------------------------------- */

/* Why the folder just opened is not walked here, or NULL. */
static const char *
not_entered (folder *f)
{
  struct stat st;
  if (fstat (f->fd, &st) != 0)
    return "cannot be looked at";
  const walk *w = f->w;
  if (w->have_skip_dir && st.st_dev == w->skip_dev && st.st_ino == w->skip_ino)
    return "the folder of the results";
  for (gsize i = 0; i < w->n_roots; i++)
    {
      const root *r = &w->roots[i];
      if (r->dev != st.st_dev || r->ino != st.st_ino)
        continue;
      if (r->kind == ROOT_FOLDER && r != f->r)
        return "named on its own; it is scanned once";
      f->holds_roots |= r->kind == ROOT_FILE;
    }
  return NULL;
}

static gboolean
read_entries (const folder *f, DIR *dir, GError **error)
{
  for (;;)
    {
      errno = 0;
      const struct dirent *entry = readdir (dir);
      if (entry == NULL && errno != 0)
        return skip_errno (f->w, f->file, f->path, "the folder could be read only in part", errno, error);
      if (entry == NULL)
        return TRUE;
      if (!take_entry (f, entry, error))
        return FALSE;
    }
}

/* `file` is the folder's name in results and the root's label its beginning. */
static gboolean
walk_one (walk *w, const root *r, const char *file, GPtrArray *waiting, GError **error)
{
  if (!job_go_on (w->j, error))
    return FALSE;
  const char *below = file + strlen (r->label);
  g_autofree char *path = *below == '\0' ? g_strdup (r->path) : names_join (r->path, below + (*below == '/'));
  gboolean is_root = *below == '\0';
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (is_root ? 0 : O_NOFOLLOW));
  DIR *dir = fd < 0 ? NULL : fdopendir (fd);
  if (dir == NULL)
    {
      int code = errno;
      if (fd >= 0)
        close (fd);
      if (!is_root && !is_systems_fault (code))
        return skip_errno (w, file, path, "cannot enter the folder", code, error);
      g_autofree char *shown = g_filename_display_name (path);
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot read the folder '%s': %s", shown,
                   g_strerror (code));
      return FALSE;
    }
  folder f = { .w = w, .r = r, .fd = fd, .file = file, .path = path, .waiting = waiting };
  const char *why = not_entered (&f);
  gboolean ok = why != NULL ? walk_skipped (w, file, path, why, error) : read_entries (&f, dir, error);
  closedir (dir);
  return ok;
}

gboolean
folder_walk (walk *w, const root *r, GError **error)
{
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (waiting, g_strdup (r->label));
  while (waiting->len > 0)
    {
      g_autofree char *file = g_ptr_array_steal_index (waiting, waiting->len - 1);
      if (!walk_one (w, r, file, waiting, error))
        return FALSE;
    }
  return TRUE;
}
