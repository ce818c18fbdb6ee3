/* The matrix on disk, invariant by invariant (matrix_file.h), and the .npy writer. */
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "base/error.h"
#include "store/matrix_file.h"

static char *folder; /* of the running test */

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
fill (float *row, gsize d, guint64 i)
{
  for (gsize j = 0; j < d; j++)
    row[j] = (float) (i * 1000 + j) + 0.5f;
}

static void
add_rows (matrix_file *f, gsize d, guint64 from, guint64 to)
{
  g_autofree float *row = g_new (float, d);
  for (guint64 i = from; i < to; i++)
    {
      fill (row, d, i);
      g_assert_true (matrix_file_add (f, row, NULL));
    }
}

static void
check_rows (const char *path, gsize d, guint64 n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (matrix_file) f = matrix_file_open (path, &error);
  g_assert_no_error (error);
  const matrix *m = matrix_file_get (f);
  g_assert_cmpuint (m->n, ==, n);
  g_assert_cmpuint (m->d, ==, d);
  g_assert_null (m->rows);
  g_assert_cmpuint (matrix_file_rows (f), ==, n);
  g_autofree float *row = g_new (float, d);
  for (guint64 i = 0; i < n; i++)
    {
      fill (row, d, i);
      g_assert_cmpmem (row, d * 4, matrix_row (m, i), d * 4);
    }
}

static guint64
size_of (const char *path)
{
  struct stat st;
  g_assert_cmpint (stat (path, &st), ==, 0);
  return (guint64) st.st_size;
}

static void
make (const char *path, gsize d, guint64 n)
{
  g_autoptr (matrix_file) f = matrix_file_append (path, d, 0, NULL);
  g_assert_nonnull (f);
  add_rows (f, d, 0, n);
  g_assert_true (matrix_file_sync (f, NULL));
}

static void
check_refused (GError *error, const char *words)
{
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_false (g_str_has_suffix (error->message, "."));
}

/* Neither reading nor appending takes the file, and both leave it as it was. */
static void
check_left_alone (const char *path, gsize d, guint64 keep, const char *words)
{
  g_autofree char *before = NULL, *after = NULL;
  gsize n, m;
  g_autoptr (GError) error = NULL;
  g_assert_true (g_file_get_contents (path, &before, &n, NULL));
  g_assert_null (matrix_file_append (path, d, keep, &error));
  check_refused (error, words);
  g_assert_true (g_file_get_contents (path, &after, &m, NULL));
  g_assert_cmpmem (before, n, after, m);
}

static void
test_round_trip (void)
{
  const gsize widths[] = { 1, 3, 512, 100000 }; /* the last wider than the buffer */
  for (gsize i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      g_autofree char *name = g_strdup_printf ("%" G_GSIZE_FORMAT ".f32", widths[i]), *path = in_folder (name);
      guint64 n = widths[i] > 1000 ? 5 : 3000;
      make (path, widths[i], n);
      check_rows (path, widths[i], n);
      g_assert_cmpuint (size_of (path), ==, 64 + n * widths[i] * 4);
    }
}

static void
test_header (void)
{
  g_autofree char *path = in_folder ("h.f32"), *bytes = NULL;
  gsize n;
  make (path, 258, 3);
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  const guint8 wanted[64] = { 'P', 'A', 'R', 'D', 'O', 'N', 'F', '4', 1, 0, 0, 0, 2, 1, 0, 0, 3 };
  g_assert_cmpmem (bytes, 64, wanted, 64);
}

static void
test_empty (void)
{
  g_autofree char *path = in_folder ("e.f32");
  make (path, 7, 0);
  check_rows (path, 7, 0);
  g_assert_null (matrix_file_append (path, 0, 0, NULL));
}

/* M1 */
static void
test_too_short (void)
{
  g_autofree char *path = in_folder ("m1.f32");
  g_autoptr (GError) error = NULL;
  make (path, 4, 10);
  g_assert_cmpint (truncate (path, 64 + 10 * 16 - 1), ==, 0);
  g_assert_null (matrix_file_open (path, &error));
  check_refused (error, "damaged");
  check_left_alone (path, 4, 10, "damaged");
  g_assert_cmpint (truncate (path, 63), ==, 0);
  check_left_alone (path, 4, 0, "is not a matrix");
}

/* M1 */
static void
test_tail_is_cut (void)
{
  g_autofree char *path = in_folder ("tail.f32");
  make (path, 4, 10);
  FILE *tail = g_fopen (path, "ab");
  fputs ("half a row", tail);
  fclose (tail);
  check_rows (path, 4, 10);
  g_autoptr (matrix_file) f = matrix_file_append (path, 4, 6, NULL);
  g_assert_nonnull (f);
  g_assert_cmpuint (size_of (path), ==, 64 + 6 * 16);
  check_rows (path, 4, 6);
  add_rows (f, 4, 6, 8);
  g_assert_true (matrix_file_sync (f, NULL));
  check_rows (path, 4, 8);
}

/* M2: rows written and not synced are not counted, whatever has reached the file */
static void
test_count_after_rows (void)
{
  g_autofree char *path = in_folder ("m2.f32");
  g_autoptr (matrix_file) f = matrix_file_append (path, 1000, 0, NULL);
  add_rows (f, 1000, 0, 2000);
  g_assert_cmpuint (matrix_file_rows (f), ==, 2000);
  g_assert_null (matrix_file_get (f));
  g_assert_cmpuint (size_of (path), >, 64);
  check_rows (path, 1000, 0);
  g_assert_true (matrix_file_sync (f, NULL));
  check_rows (path, 1000, 2000);
}

/* M2, with a process that dies */
static void
test_killed (void)
{
  g_autofree char *path = in_folder ("killed.f32");
  pid_t child = fork ();
  if (child == 0)
    {
      matrix_file *f = matrix_file_append (path, 1000, 0, NULL);
      add_rows (f, 1000, 0, 500);
      matrix_file_sync (f, NULL);
      add_rows (f, 1000, 500, 900);
      _exit (0);
    }
  waitpid (child, NULL, 0);
  g_assert_cmpuint (size_of (path), >, 64 + 500 * 4000);
  check_rows (path, 1000, 500);
  g_autoptr (matrix_file) f = matrix_file_append (path, 1000, 500, NULL);
  g_assert_nonnull (f);
  g_assert_cmpuint (size_of (path), ==, 64 + 500 * 4000);
}

/* M3: what is mapped stays as it is while rows are added */
static void
test_rows_stay (void)
{
  g_autofree char *path = in_folder ("m3.f32");
  make (path, 8, 100);
  g_autoptr (matrix_file) reader = matrix_file_open (path, NULL);
  g_autoptr (matrix_file) f = matrix_file_append (path, 8, 100, NULL);
  add_rows (f, 8, 100, 5000);
  g_assert_true (matrix_file_sync (f, NULL));
  g_assert_cmpuint (matrix_file_get (reader)->n, ==, 100);
  float row[8];
  for (guint64 i = 0; i < 100; i++)
    {
      fill (row, 8, i);
      g_assert_cmpmem (row, sizeof row, matrix_row (matrix_file_get (reader), i), sizeof row);
    }
  check_rows (path, 8, 5000);
}

/* M4 */
static void
test_width_stays (void)
{
  g_autofree char *path = in_folder ("m4.f32");
  make (path, 8, 3);
  check_left_alone (path, 9, 3, "rows of 8");
  check_left_alone (path, 9, 0, "rows of 8");
}

static void
test_fewer_than_kept (void)
{
  g_autofree char *path = in_folder ("few.f32"), *none = in_folder ("none.f32");
  g_autoptr (GError) error = NULL;
  make (path, 8, 3);
  check_left_alone (path, 8, 4, "3 rows where 4");
  g_assert_null (matrix_file_append (none, 8, 1, &error));
  check_refused (error, "missing");
  g_assert_false (g_file_test (none, G_FILE_TEST_EXISTS));
}

static void
test_foreign (void)
{
  g_autofree char *path = in_folder ("foreign.f32"), *text = g_strnfill (200, 'x');
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  check_left_alone (path, 8, 0, "is not a matrix");
  g_autofree char *newer = in_folder ("v.f32"), *bytes = NULL;
  gsize n;
  make (newer, 8, 3);
  g_assert_true (g_file_get_contents (newer, &bytes, &n, NULL));
  bytes[8] = 2;
  g_assert_true (g_file_set_contents (newer, bytes, (gssize) n, NULL));
  check_left_alone (newer, 8, 0, "newer");
  /* a count whose product overflows */
  bytes[8] = 1;
  memset (bytes + 16, 0xff, 8);
  g_assert_true (g_file_set_contents (newer, bytes, (gssize) n, NULL));
  check_left_alone (newer, 8, 0, "damaged");
  g_autoptr (GError) error = NULL;
  g_assert_null (matrix_file_open (newer, &error));
  check_refused (error, "damaged");
  g_clear_error (&error);
  g_assert_null (matrix_file_open (folder, &error));
  check_refused (error, "is not a matrix");
}

/* A file that may not grow stands for a full disk. */
static void
test_full (void)
{
  g_autofree char *path = in_folder ("full.f32"), *npy = in_folder ("full.npy");
  make (path, 1000, 10);
  pid_t child = fork ();
  if (child == 0)
    {
      signal (SIGXFSZ, SIG_IGN);
      struct rlimit limit = { 100000, 100000 };
      setrlimit (RLIMIT_FSIZE, &limit);
      GError *error = NULL;
      matrix_file *f = matrix_file_append (path, 1000, 10, NULL);
      float row[1000] = { 0 };
      gboolean good = f != NULL;
      for (int i = 0; i < 100 && good; i++)
        good = matrix_file_add (f, row, &error);
      good = good && matrix_file_sync (f, &error);
      if (good || error == NULL || error->code != PARDON_ERROR_STORE)
        _exit (1);
      g_clear_error (&error);
      float *data = g_new0 (float, 1000000);
      matrix m = { .n = 1000, .d = 1000, .data = data };
      _exit (!matrix_write_npy (&m, npy, &error) && error != NULL ? 0 : 2);
    }
  int status;
  waitpid (child, &status, 0);
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  check_rows (path, 1000, 10);
  g_assert_false (g_file_test (npy, G_FILE_TEST_EXISTS));
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    g_assert_cmpstr (name, ==, "full.f32");
}

static void
test_npy (void)
{
  const gsize shapes[][2] = { { 0, 3 }, { 1, 1 }, { 3, 0 }, { 7, 5 }, { 1000, 513 }, { 2, 100000 } };
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      gsize n = shapes[i][0], d = shapes[i][1];
      g_autofree char *path = in_folder ("x.npy"), *bytes = NULL;
      g_autofree float *data = g_new0 (float, n *d + 1);
      g_autofree guint64 *rows = g_new (guint64, n + 1);
      for (gsize j = 0; j < n * d; j++)
        data[j] = (float) j / 3;
      for (gsize j = 0; j < n; j++)
        rows[j] = n - 1 - j;
      for (int turned = 0; turned < 2; turned++)
        {
          matrix m = { .n = n, .d = d, .data = data, .rows = turned ? rows : NULL };
          gsize size;
          g_autoptr (GError) error = NULL;
          g_assert_true (matrix_write_npy (&m, path, &error));
          g_clear_pointer (&bytes, g_free);
          g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
          g_assert_cmpmem (bytes, 8, "\x93NUMPY\x01\x00", 8);
          gsize header = 10 + (guint8) bytes[8] + 256u * (guint8) bytes[9];
          g_assert_cmpuint (header % 64, ==, 0);
          g_assert_cmpint (bytes[header - 1], ==, '\n');
          g_autofree char *shape = g_strdup_printf ("'shape': (%" G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT ")", n, d);
          g_assert_nonnull (g_strstr_len (bytes + 10, (gssize) header - 10, shape));
          g_assert_cmpuint (size, ==, header + n * d * 4);
          for (gsize j = 0; j < n; j++)
            g_assert_cmpmem (bytes + header + j * d * 4, d * 4, matrix_row (&m, j), d * 4);
        }
    }
}

static void
test_npy_whole_or_not (void)
{
  matrix m = { .n = 1, .d = 1, .data = (const float[]){ 1 } };
  g_autoptr (GError) error = NULL;
  g_autofree char *path = in_folder ("no/such/x.npy");
  g_assert_false (matrix_write_npy (&m, path, &error));
  check_refused (error, "No such file");
  g_clear_error (&error);
  /* a folder in its place: nothing is left behind */
  g_autofree char *taken = in_folder ("taken");
  g_assert_cmpint (g_mkdir (taken, 0777), ==, 0);
  g_assert_false (matrix_write_npy (&m, taken, &error));
  check_refused (error, "taken");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    g_assert_cmpstr (name, ==, "taken");
}

static void
remove_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = in_folder (name);
      g_remove (path);
    }
  g_rmdir (folder);
  g_clear_pointer (&folder, g_free);
}

static void
run (gconstpointer test)
{
  folder = g_dir_make_tmp ("pardon-matrix-XXXXXX", NULL);
  g_assert_nonnull (folder);
  (*(void (*const *) (void)) test) ();
  remove_folder ();
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*test) (void);
  } tests[] = {
    { "/matrix_file/round-trip", test_round_trip },
    { "/matrix_file/header", test_header },
    { "/matrix_file/empty", test_empty },
    { "/matrix_file/M1/too-short", test_too_short },
    { "/matrix_file/M1/tail-is-cut", test_tail_is_cut },
    { "/matrix_file/M2/count-after-rows", test_count_after_rows },
    { "/matrix_file/M2/killed", test_killed },
    { "/matrix_file/M3/rows-stay", test_rows_stay },
    { "/matrix_file/M4/width-stays", test_width_stays },
    { "/matrix_file/fewer-than-kept", test_fewer_than_kept },
    { "/matrix_file/foreign", test_foreign },
    { "/matrix_file/full", test_full },
    { "/matrix_file/npy", test_npy },
    { "/matrix_file/npy/whole-or-not", test_npy_whole_or_not },
  };
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, &tests[i].test, run);
  return g_test_run ();
}
