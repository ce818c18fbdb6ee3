/* NumPy's .npy (NumPy Enhancement Proposal 1). Only what a matrix of probabilities is saved as is taken; the rest is refused with
 * the line of Python that mends it. */
#include "join/table.h"

#include "base/error.h"
#include "join/map_file.h"
#include "join/rows.h"

#include <math.h>
#include <string.h>

typedef struct {
  gsize n, c;
  gsize bytes; /* of one number: 4 or 8 */
  gboolean fortran;
  const char *data;
} npy;

static gboolean G_GNUC_PRINTF (3, 4) refuse (GError **error, const char *shown, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s': %s", shown, what);
  return FALSE;
}

/* What stands behind 'key': in the header's dictionary; NULL where it is not there. */
static const char *
value_of (const char *dictionary, const char *key)
{
  g_autofree char *quoted = g_strdup_printf ("'%s':", key);
  const char *found = strstr (dictionary, quoted);
  if (found == NULL)
    return NULL;
  found += strlen (quoted);
  while (*found == ' ')
    found++;
  return found;
}

static gboolean
read_shape (npy *a, const char *shape, const char *shown, GError **error)
{
  char *after_n = NULL, *after_c = NULL;
  guint64 n = 0, c = 0;
  if (shape != NULL && shape[0] == '(' && g_ascii_isdigit (shape[1]))
    n = g_ascii_strtoull (shape + 1, &after_n, 10);
  if (after_n != NULL && after_n[0] == ',' && after_n[1] == ' ' && g_ascii_isdigit (after_n[2]))
    c = g_ascii_strtoull (after_n + 2, &after_c, 10);
  if (after_c == NULL || *after_c != ')')
    return refuse (error, shown, "not a matrix; one row a picture and one column a class are wanted: shape (n, c)");
  if (n == 0 || c < 2)
    return refuse (error, shown,
                   "a matrix of %" G_GUINT64_FORMAT " x %" G_GUINT64_FORMAT
                   " holds no probabilities; one row a picture and one column a class are wanted",
                   n, c);
  a->n = n;
  a->c = c;
  return TRUE;
}

static gboolean
read_header (npy *a, const char *header, const char *shown, GError **error)
{
  const char *type = value_of (header, "descr"), *fortran = value_of (header, "fortran_order");
  if (type == NULL || fortran == NULL)
    return refuse (error, shown, "the header of the .npy file is damaged");
  if (g_str_has_prefix (type, "'<f4'"))
    a->bytes = 4;
  else if (g_str_has_prefix (type, "'<f8'"))
    a->bytes = 8;
  else
    {
      g_autofree char *valid = g_utf8_make_valid (type, (gssize) MIN (strcspn (type, ","), 20));
      return refuse (error, shown, "numbers of type %s; save them with numpy.save(FILE, p.astype('<f4'))", valid);
    }
  a->fortran = g_str_has_prefix (fortran, "True");
  return read_shape (a, value_of (header, "shape"), shown, error);
}

static gboolean
npy_open (npy *a, GMappedFile *mapped, const char *shown, GError **error)
{
  const guint8 *file = (const guint8 *) g_mapped_file_get_contents (mapped);
  gsize size = g_mapped_file_get_length (mapped), at, length;
  if (size < 12 || memcmp (file, "\x93NUMPY", 6) != 0)
    return refuse (error, shown, "not a .npy file; write one with numpy.save");
  if (file[6] == 1)
    {
      at = 10;
      length = file[8] | (gsize) file[9] << 8;
    }
  else
    {
      at = 12;
      length = file[8] | (gsize) file[9] << 8 | (gsize) file[10] << 16 | (gsize) file[11] << 24;
    }
  if (length > size - at)
    return refuse (error, shown, "cut off within its header");
  g_autofree char *header = g_strndup ((const char *) file + at, length);
  if (!read_header (a, header, shown, error))
    return FALSE;
  a->data = (const char *) file + at + length;
  gsize there = size - at - length;
  if (a->n > G_MAXUINT32 - 1 || a->c > G_MAXINT || a->n > there / a->bytes / a->c)
    return refuse (error, shown,
                   "cut off: %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT " numbers do not fit into its %" G_GSIZE_FORMAT
                   " bytes",
                   a->n, a->c, there);
  return TRUE;
}

static float
npy_get (const npy *a, gsize i, gsize j)
{
  gsize at = (a->fortran ? j * a->n + i : i * a->c + j) * a->bytes;
  float single;
  double twice;
  if (a->bytes == 4)
    {
      memcpy (&single, a->data + at, 4);
      return single;
    }
  memcpy (&twice, a->data + at, 8);
  return (float) twice;
}

static gboolean
read_lines (table *t, const char *path, const char *shown, gsize expected, GError **error)
{
  g_autoptr (GMappedFile) mapped = map_file (path, shown, error);
  if (mapped == NULL)
    return FALSE;
  const char *at = g_mapped_file_get_contents (mapped), *end = at + g_mapped_file_get_length (mapped);
  if (at != NULL && end - at >= 3 && memcmp (at, "\xEF\xBB\xBF", 3) == 0)
    at += 3;
  for (guint64 line = 1; at != NULL && at < end && t->n <= expected; line++)
    {
      const char *newline = memchr (at, '\n', (gsize) (end - at)), *stop = newline != NULL ? newline : end;
      gsize length = (gsize) (stop - at);
      if (memchr (at, '\0', length) != NULL)
        return refuse (error, shown, "line %" G_GUINT64_FORMAT " holds a NUL byte; save the file as UTF-8 text", line);
      if (length > 0 && at[length - 1] == '\r')
        length--;
      g_autofree char *name = g_strndup (at, length);
      if (name[0] != '\0')
        table_add_name (t, name, line);
      at = newline != NULL ? newline + 1 : end;
    }
  return TRUE;
}

static gboolean
read_file_column (table *t, const char *path, gsize expected, GError **error)
{
  g_autoptr (row_reader) reader = row_reader_new (path, error);
  if (reader == NULL)
    return FALSE;
  int column = table_file_column (row_reader_header (reader), row_reader_name (reader), error);
  if (column < 0)
    return FALSE;
  GError *local = NULL;
  for (char **row; t->n <= expected && (row = row_reader_next (reader, &local)) != NULL;)
    table_add_name (t, row[column], row_reader_line (reader));
  if (local != NULL)
    g_propagate_error (error, local);
  return local == NULL;
}

static gboolean
read_names (table *t, const char *path, const char *files, gsize expected, GError **error)
{
  g_autofree char *beside = NULL;
  if (files == NULL)
    {
      gsize stem = strlen (path) - (g_str_has_suffix (path, ".npy") ? 4 : 0);
      files = beside = g_strdup_printf ("%.*s.csv", (int) stem, path);
      if (!g_file_test (files, G_FILE_TEST_EXISTS))
        return refuse (error, t->shown,
                       "which row is which picture? Name the list of its files, one a line, with "
                       "--prediction-files FILE.txt");
    }
  g_autofree char *shown = g_filename_display_name (files);
  gboolean lines = g_str_has_suffix (files, ".txt") || g_str_has_suffix (files, ".lst");
  if (!(lines ? read_lines (t, files, shown, expected, error) : read_file_column (t, files, expected, error)))
    return FALSE;
  if (t->n == expected)
    {
      /* rows are lines of the list: messages name them so */
      g_free (t->shown);
      t->shown = g_steal_pointer (&shown);
      return TRUE;
    }
  return refuse (error, shown, "%s%" G_GSIZE_FORMAT " names for the %" G_GSIZE_FORMAT " rows of '%s'",
                 t->n > expected ? "more than " : "", MIN (t->n, expected), expected, t->shown);
}

table *
table_read_npy (const char *path, const char *files, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autoptr (GMappedFile) mapped = map_file (path, shown, error);
  npy a = { 0 };
  if (mapped == NULL || !npy_open (&a, mapped, shown, error))
    return NULL;
  g_autoptr (table) t = table_new (shown);
  if (!read_names (t, path, files, a.n, error))
    return NULL;
  t->width = a.c;
  t->probabilities = g_try_malloc_n (a.n, a.c * sizeof (float));
  if (t->probabilities == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MEMORY,
                   "not enough memory for '%s': %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT " numbers", shown, a.n, a.c);
      return NULL;
    }
  for (gsize i = 0; i < a.n; i++)
    {
      for (gsize j = 0; j < a.c; j++)
        t->probabilities[i * a.c + j] = npy_get (&a, i, j);
      if (!table_check_probabilities (t, i, error))
        return NULL;
    }
  return g_steal_pointer (&t);
}
