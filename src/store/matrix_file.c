/* A float32 matrix that grows at its end. The one thing to know: rows reach the disk before the count in the header
 * does, so whatever moment the machine stops at, the counted rows are whole. */
#include "store/matrix_file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN); /* the file is mapped as it is */
G_STATIC_ASSERT (sizeof (float) == 4 && sizeof (void *) == 8);

#define MAGIC   "PARDONF4"
#define VERSION 1
#define HEADER  64
#define BUFFER  (1u << 18)

typedef struct {
  char magic[8];
  guint32 version, d;
  guint64 n;
  guint8 zero[40];
} header;
G_STATIC_ASSERT (sizeof (header) == HEADER);

struct matrix_file {
  char *path;
  int fd; /* -1 when mapped */
  gsize d;
  guint64 rows;    /* on disk and in the buffer */
  guint64 written; /* of them in the file */
  guint8 *buffer;
  gsize buffered, capacity; /* bytes */
  void *map;
  gsize map_size;
  matrix view;
};

static void
set_system_error (GError **error, const char *doing, const char *path, int number)
{
  if (number == ENOSPC || number == EDQUOT)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                 "cannot %s '%s': the disk is full; make room and try again, what was stored is kept", doing, path);
  else
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "cannot %s '%s': %s", doing, path, g_strerror (number));
}

static gboolean
write_all (int fd, const void *bytes, gsize size, guint64 at, const char *path, GError **error)
{
  const guint8 *from = bytes;
  while (size > 0)
    {
      ssize_t n = pwrite (fd, from, MIN (size, 1u << 30), (off_t) at);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          set_system_error (error, "write", path, n < 0 ? errno : ENOSPC);
          return FALSE;
        }
      from += n;
      at += (guint64) n;
      size -= (gsize) n;
    }
  return TRUE;
}

static gboolean
flush_to_disk (int fd, const char *path, GError **error)
{
  if (fdatasync (fd) == 0)
    return TRUE;
  set_system_error (error, "write", path, errno);
  return FALSE;
}

/* A new name in a folder is on disk only when the folder is. */
static void
flush_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  (void) fsync (fd); /* not every file system can; then there is no more to be done */
  close (fd);
}

static gboolean
write_header (int fd, gsize d, guint64 n, const char *path, GError **error)
{
  header h = { .version = VERSION, .d = (guint32) d, .n = n };
  memcpy (h.magic, MAGIC, sizeof h.magic);
  return write_all (fd, &h, sizeof h, 0, path, error) && flush_to_disk (fd, path, error);
}

/* Reads and checks the header against the file's size (M1). */
static gboolean
read_header (int fd, const char *path, header *h, guint64 *size, GError **error)
{
  struct stat st;
  if (fstat (fd, &st) != 0)
    {
      set_system_error (error, "read", path, errno);
      return FALSE;
    }
  *size = (guint64) st.st_size;
  ssize_t n = S_ISREG (st.st_mode) ? pread (fd, h, sizeof *h, 0) : 0;
  if (n < 0)
    {
      set_system_error (error, "read", path, errno);
      return FALSE;
    }
  if (n < HEADER || memcmp (h->magic, MAGIC, sizeof h->magic) != 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                   "'%s' is not a matrix of pardon's: it was left alone; move it away and scan again", path);
      return FALSE;
    }
  if (h->version != VERSION)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                   "'%s' was written by a newer pardon (format %u, this one knows %d): use that one, or another folder",
                   path, h->version, VERSION);
      return FALSE;
    }
  if (h->d == 0 || h->n > (*size - HEADER) / 4 / h->d)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                   "'%s' is damaged: %" G_GUINT64_FORMAT " bytes are too few for its %" G_GUINT64_FORMAT
                   " rows of %u numbers; remove the results folder and scan again",
                   path, *size, h->n, h->d);
      return FALSE;
    }
  return TRUE;
}

/* Brings a file that has content to `keep` rows. */
static gboolean
cut_to (int fd, const char *path, gsize d, guint64 keep, GError **error)
{
  header h;
  guint64 size;
  if (!read_header (fd, path, &h, &size, error))
    return FALSE;
  if (h.d != d)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                   "'%s' has rows of %u numbers where %" G_GSIZE_FORMAT " are to be added: move it away and scan again",
                   path, h.d, d);
      return FALSE;
    }
  if (h.n < keep)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                   "'%s' is damaged: it has %" G_GUINT64_FORMAT " rows where %" G_GUINT64_FORMAT
                   " were stored; remove the results folder and scan again",
                   path, h.n, keep);
      return FALSE;
    }
  /* the count first, so that at no time it counts what is not there */
  if (h.n != keep && !write_header (fd, d, keep, path, error))
    return FALSE;
  guint64 wanted = HEADER + keep * d * 4;
  if (size != wanted && ftruncate (fd, (off_t) wanted) != 0)
    {
      set_system_error (error, "write", path, errno);
      return FALSE;
    }
  return TRUE;
}

matrix_file *
matrix_file_append (const char *path, gsize d, guint64 keep, GError **error)
{
  if (d == 0 || d > G_MAXINT32)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                   "cannot write '%s': rows of %" G_GSIZE_FORMAT " numbers are not possible", path, d);
      return NULL;
    }
  /* a lost file is not started anew: its rows are counted elsewhere */
  int fd = open (path, O_RDWR | O_CLOEXEC | (keep == 0 ? O_CREAT : 0), 0666);
  if (fd < 0 && errno == ENOENT && keep > 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                   "'%s' is missing: bring it back, or remove the results folder and scan again", path);
      return NULL;
    }
  if (fd < 0)
    {
      set_system_error (error, "open", path, errno);
      return NULL;
    }
  g_autoptr (matrix_file) f = g_new0 (matrix_file, 1);
  f->path = g_strdup (path);
  f->fd = fd;
  f->d = d;
  f->rows = f->written = keep;
  f->capacity = MAX (BUFFER / (d * 4), 1) * d * 4;
  f->buffer = g_malloc (f->capacity);
  struct stat st;
  if (fstat (fd, &st) == 0 && st.st_size == 0 && keep == 0)
    {
      if (!write_header (fd, d, 0, path, error))
        {
          /* half a header would be taken for a stranger's file the next time */
          (void) ftruncate (fd, 0);
          return NULL;
        }
      flush_folder (path);
    }
  else if (!cut_to (fd, path, d, keep, error))
    return NULL;
  return g_steal_pointer (&f);
}

static gboolean
empty_buffer (matrix_file *f, GError **error)
{
  if (!write_all (f->fd, f->buffer, f->buffered, HEADER + f->written * f->d * 4, f->path, error))
    return FALSE;
  f->written = f->rows;
  f->buffered = 0;
  return TRUE;
}

gboolean
matrix_file_add (matrix_file *f, const float *row, GError **error)
{
  if (f->buffered == f->capacity && !empty_buffer (f, error))
    return FALSE;
  memcpy (f->buffer + f->buffered, row, f->d * 4);
  f->buffered += f->d * 4;
  f->rows++;
  return TRUE;
}

gboolean
matrix_file_sync (matrix_file *f, GError **error)
{
  return empty_buffer (f, error) && flush_to_disk (f->fd, f->path, error)
         && write_header (f->fd, f->d, f->rows, f->path, error);
}

matrix_file *
matrix_file_open (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    {
      set_system_error (error, "open", path, errno);
      return NULL;
    }
  header h;
  guint64 size;
  g_autoptr (matrix_file) f = g_new0 (matrix_file, 1);
  f->path = g_strdup (path);
  f->fd = fd;
  if (!read_header (fd, path, &h, &size, error))
    return NULL;
  f->map_size = HEADER + h.n * h.d * 4;
  f->map = mmap (NULL, f->map_size, PROT_READ, MAP_SHARED, fd, 0);
  if (f->map == MAP_FAILED)
    {
      f->map = NULL;
      set_system_error (error, "read", path, errno);
      return NULL;
    }
  f->fd = -1;
  close (fd);
  f->d = h.d;
  f->rows = f->written = h.n;
  f->view = (matrix){ .n = h.n, .d = h.d, .data = (const float *) ((const guint8 *) f->map + HEADER) };
  return g_steal_pointer (&f);
}

const matrix *
matrix_file_get (const matrix_file *f)
{
  return f->map != NULL ? &f->view : NULL;
}

guint64
matrix_file_rows (const matrix_file *f)
{
  return f->rows;
}

void
matrix_file_free (matrix_file *f)
{
  if (f == NULL)
    return;
  if (f->map != NULL)
    munmap (f->map, f->map_size);
  if (f->fd >= 0)
    close (f->fd);
  g_free (f->buffer);
  g_free (f->path);
  g_free (f);
}

/* Magic, version 1.0, and the dictionary padded so that the data begins at a multiple of 64
 * (NumPy Enhancement Proposal 1, "Format Specification: Version 1.0"). */
static GString *
npy_header (gsize n, gsize d)
{
  GString *h = g_string_new_len ("\x93NUMPY\x01\x00\x00\x00", 10);
  g_string_append_printf (
      h, "{'descr': '<f4', 'fortran_order': False, 'shape': (%" G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT "), }", n, d);
  while ((h->len + 1) % 64 != 0)
    g_string_append_c (h, ' ');
  g_string_append_c (h, '\n');
  guint16 length = (guint16) (h->len - 10);
  h->str[8] = (char) (length & 0xff);
  h->str[9] = (char) (length >> 8);
  return h;
}

static gboolean
npy_write (int fd, const matrix *x, const char *path, GError **error)
{
  g_autoptr (GString) h = npy_header (x->n, x->d);
  if (!write_all (fd, h->str, h->len, 0, path, error))
    return FALSE;
  gsize width = x->d * 4, rows = width > 0 ? MAX (BUFFER / width, 1) : 1;
  g_autofree guint8 *buffer = g_malloc (MAX (rows * width, 1));
  guint64 at = h->len;
  for (gsize i = 0; i < x->n && width > 0; i += rows)
    {
      gsize count = MIN (rows, x->n - i);
      for (gsize j = 0; j < count; j++)
        memcpy (buffer + j * width, matrix_row (x, i + j), width);
      if (!write_all (fd, buffer, count * width, at, path, error))
        return FALSE;
      at += count * width;
    }
  return flush_to_disk (fd, path, error);
}

gboolean
matrix_write_npy (const matrix *x, const char *path, GError **error)
{
  g_autofree char *partial = g_strconcat (path, ".XXXXXX", NULL);
  int fd = g_mkstemp_full (partial, O_RDWR | O_CLOEXEC, 0666);
  if (fd < 0)
    {
      set_system_error (error, "write", path, errno);
      return FALSE;
    }
  gboolean good = npy_write (fd, x, path, error);
  if (close (fd) != 0 && good)
    {
      set_system_error (error, "write", path, errno);
      good = FALSE;
    }
  if (good && g_rename (partial, path) != 0)
    {
      set_system_error (error, "write", path, errno);
      good = FALSE;
    }
  if (!good)
    g_unlink (partial);
  return good;
}
