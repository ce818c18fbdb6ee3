/* GLib's own words name the system call, not what to do: hence this. */
#include "join/map_file.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

GMappedFile *
map_file (const char *path, const char *shown, GError **error)
{
  struct stat st;
  GMappedFile *mapped = NULL;
  /* O_NONBLOCK: opening a pipe must not wait for a writer */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  int reason = errno;
  if (fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
    {
      mapped = g_mapped_file_new_from_fd (fd, FALSE, NULL);
      reason = ENOMEM;
    }
  else if (fd >= 0)
    reason = S_ISDIR (st.st_mode) ? EISDIR : ESPIPE;
  if (fd >= 0)
    close (fd);
  if (mapped == NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot open '%s': %s", shown,
                 reason == ESPIPE ? "it is not a regular file" : g_strerror (reason));
  return mapped;
}
