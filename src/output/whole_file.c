/* Write beside, sync, rename. The part's name is fixed, so a killed run leaves at most one, which the next run takes
 * over; the store's lock sees to it that two runs never write one folder. */
#include "output/whole_file.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct whole_file {
  char *path, *part;
  FILE *out; /* NULL once committed */
  int fault; /* errno of the first failed write */
};

static gboolean
refuse (const whole_file *f, int fault, GError **error)
{
  g_autofree char *name = g_filename_display_name (f->path);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "cannot write '%s': %s", name, g_strerror (fault));
  return FALSE;
}

/* Only so much is read as tells: a stranger's file may be of any size, or a pipe. */
static gboolean
is_ours (const char *path, const char *begins)
{
  gsize wanted = strlen (begins);
  g_autofree char *former = g_malloc (wanted);
  FILE *in = g_file_test (path, G_FILE_TEST_IS_REGULAR) ? fopen (path, "rbe") : NULL;
  if (in == NULL)
    return FALSE;
  gsize got = fread (former, 1, wanted, in);
  gboolean ours = !ferror (in) && (got == 0 || (got == wanted && memcmp (former, begins, wanted) == 0));
  fclose (in);
  return ours;
}

gboolean
whole_file_may_replace (const char *path, const char *begins, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);
  if (!g_file_test (path, G_FILE_TEST_EXISTS) || is_ours (path, begins))
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "'%s' exists and is no such table of pardon's: it is not replaced; choose another name", name);
  return FALSE;
}

whole_file *
whole_file_new (const char *dir, const char *name, GError **error)
{
  g_autoptr (whole_file) f = g_new0 (whole_file, 1);
  f->path = g_build_filename (dir, name, NULL);
  f->part = g_strconcat (f->path, ".part", NULL);
  int fd = open (f->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (fd >= 0)
    f->out = fdopen (fd, "wb");
  if (f->out == NULL)
    {
      refuse (f, errno, error);
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  return g_steal_pointer (&f);
}

void
whole_file_put (whole_file *f, const char *bytes, gsize length)
{
  if (f->fault == 0 && fwrite (bytes, 1, length, f->out) != length)
    f->fault = errno;
}

gboolean
whole_file_commit (whole_file *f, GError **error)
{
  if (f->fault == 0 && (fflush (f->out) != 0 || fsync (fileno (f->out)) != 0))
    f->fault = errno;
  FILE *out = g_steal_pointer (&f->out);
  if (fclose (out) != 0 && f->fault == 0)
    f->fault = errno;
  if (f->fault == 0 && rename (f->part, f->path) != 0)
    f->fault = errno;
  if (f->fault == 0)
    return TRUE;
  unlink (f->part);
  return refuse (f, f->fault, error);
}

void
whole_file_free (whole_file *f)
{
  if (f == NULL)
    return;
  if (f->out != NULL)
    {
      fclose (f->out);
      unlink (f->part);
    }
  g_free (f->path);
  g_free (f->part);
  g_free (f);
}
