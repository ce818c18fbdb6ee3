/* Finding pictures: folders and what stands in them. */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "source_tree.h"

/* --- folders ------------------------------------------------------------------------------- */

static void
test_folder (tree *t, gconstpointer data)
{
  (void) data;
  put ("p/b.jpg", "");
  put ("p/a/x.png", "");
  put ("p/a/deep/y.jpg", "");
  put ("p/a/noending", "\x89PNG....");
  put ("p/a/notes.txt", "\x89PNG but never looked at");
  put ("p/a/other", "x");
  put ("p/a/void", "");
  WALK (t, "p");
  const char *pictures = "a/deep/y.jpg|a/noending|a/x.png|b.jpg";
  const char *skipped =
      "a/notes.txt: not a picture, by its name's ending|a/other: not a picture|a/void: not a picture: empty";
  expect (t, pictures, skipped);
  g_assert_cmpstr (path_of (t, "a/x.png"), ==, "p/a/x.png");
  g_assert_cmpuint (t->told, ==, 4);
  g_assert_cmpuint (heads_read, ==, 3); /* of none whose ending tells */
  WALK (t, "./p///");
  expect (t, pictures, skipped);
  WALK (t, "p/a/..");
  expect (t, pictures, skipped);
  g_autofree char *absolute = g_build_filename (t->dir, "p", NULL);
  WALK (t, absolute);
  expect (t, pictures, skipped);
  g_assert_true (g_str_has_prefix (path_of (t, "b.jpg"), absolute));
  g_assert_cmpint (chdir ("p"), ==, 0);
  WALK (t, ".");
  expect (t, pictures, skipped);
}

static void
test_empty (tree *t, gconstpointer data)
{
  (void) data;
  g_assert_cmpint (g_mkdir ("p", 0777), ==, 0);
  WALK (t, "p");
  expect (t, "", "");
  const char *const none[] = { NULL };
  walk_with (t, none, NULL, NULL);
  expect_error (t, "nothing to scan");
  walk_with (t, NULL, NULL, NULL);
  expect_error (t, "nothing to scan");
}

static void
test_bytes (tree *t, gconstpointer data)
{
  (void) data;
  static const char *const names[] = { "with space", "caf\xc3\xa9", "new\nline", "caf\xe9",
                                       "*[x]?",      "back\\slash", "-o",        "\"q\"" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file = g_strdup_printf ("p/%s/%s.jpg", names[i], names[i]);
      put (file, "");
    }
  WALK (t, "p");
  g_assert_cmpuint (t->pictures->len, ==, G_N_ELEMENTS (names));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file = g_strdup_printf ("%s/%s.jpg", names[i], names[i]);
      g_assert_true (g_file_test (path_of (t, file), G_FILE_TEST_IS_REGULAR));
      g_autofree char *root = g_strdup_printf ("p/%s", names[i]);
      g_autofree char *base = g_strdup_printf ("%s.jpg", names[i]);
      const char *const paths[] = { root, NULL };
      tree one = { .pictures = g_ptr_array_new_with_free_func (g_free),
                   .skipped = g_ptr_array_new_with_free_func (g_free),
                   .paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
                   .splits = g_hash_table_new (g_str_hash, g_str_equal),
                   .stop_after = G_MAXUINT };
      walk_with (&one, paths, NULL, NULL);
      expect (&one, base, "");
      g_ptr_array_unref (one.pictures);
      g_ptr_array_unref (one.skipped);
      g_hash_table_unref (one.paths);
      g_hash_table_unref (one.splits);
    }
}

static void
test_hidden_and_links (tree *t, gconstpointer data)
{
  (void) data;
  put ("p/.hidden.jpg", "");
  put ("p/.git/a.jpg", "");
  put ("p/a.jpg", "");
  put ("outside/b.jpg", "");
  g_assert_cmpint (symlink ("../outside/b.jpg", "p/link.jpg"), ==, 0);
  g_assert_cmpint (symlink ("nowhere", "p/broken.jpg"), ==, 0);
  g_assert_cmpint (symlink ("loop.jpg", "p/loop.jpg"), ==, 0);
  g_assert_cmpint (symlink ("..", "p/up"), ==, 0);
  g_assert_cmpint (symlink ("p", "named"), ==, 0);
  const char *links = "a symbolic link to a folder; such links are not followed, name the folder itself to scan it";
  g_autofree char *skipped =
      g_strdup_printf (".git: a hidden folder|.hidden.jpg: a hidden file|broken.jpg: a symbolic link "
                       "that leads nowhere|loop.jpg: a symbolic link that leads nowhere|up: %s",
                       links);
  WALK (t, "p");
  expect (t, "a.jpg|link.jpg", skipped);
  WALK (t, "named");
  expect (t, "a.jpg|link.jpg", skipped);
  /* named by the user, hidden is no reason */
  WALK (t, "p/.git");
  expect (t, "a.jpg", "");
  WALK (t, "p/.hidden.jpg");
  expect (t, ".hidden.jpg", "");
}

static void
test_special (tree *t, gconstpointer data)
{
  (void) data;
  put ("p/a.jpg", "");
  g_assert_cmpint (mkfifo ("p/pipe.jpg", 0666), ==, 0);
  g_assert_cmpint (mkfifo ("p/pipe", 0666), ==, 0);
  g_assert_cmpint (symlink ("pipe", "p/topipe"), ==, 0);
  g_assert_cmpint (symlink ("/dev/null", "p/null.jpg"), ==, 0);
  struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "p/socket" };
  int s = socket (AF_UNIX, SOCK_STREAM, 0);
  g_assert_cmpint (bind (s, (struct sockaddr *) &address, sizeof address), ==, 0);
  WALK (t, "p");
  close (s);
  expect (t, "a.jpg",
          "null.jpg: a symbolic link to a device|pipe.jpg: a named pipe|pipe: a named pipe|socket: a socket|topipe: a "
          "symbolic "
          "link to a named pipe");
  WALK (t, "p/pipe.jpg");
  expect_error (t, "it is a named pipe, not a file or folder");
  WALK (t, "/dev/null");
  expect_error (t, "it is a device");
}

static void
test_deep (tree *t, gconstpointer data)
{
  (void) data;
  /* deeper than there are descriptors, and than a path may be long; the last picture lies where a path still reaches */
  enum { DEEP = 60, PICTURE_AT = 35 };
  g_autofree char *name = g_strnfill (100, 'd');
  struct rlimit before, few = { 30, 30 };
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  few.rlim_max = before.rlim_max;
  g_assert_cmpint (g_mkdir ("p", 0777), ==, 0);
  g_assert_cmpint (chdir ("p"), ==, 0);
  for (int i = 0; i < DEEP; i++)
    {
      g_assert_cmpint (g_mkdir (name, 0777), ==, 0);
      g_assert_cmpint (chdir (name), ==, 0);
      if (i + 1 == PICTURE_AT)
        put ("a.jpg", "");
    }
  g_assert_cmpint (chdir (t->dir), ==, 0);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &few), ==, 0);
  WALK (t, "p");
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  g_assert_no_error (t->error);
  g_assert_cmpuint (t->pictures->len, ==, 1);
  g_assert_cmpuint (strlen (t->pictures->pdata[0]), ==, PICTURE_AT * 101 + 5);
  g_assert_cmpuint (t->skipped->len, ==, 1);
  g_assert_nonnull (strstr (t->skipped->pdata[0], "cannot enter the folder: File name too long"));
  /* remove_all cannot reach that deep either */
  g_assert_cmpint (chdir ("p"), ==, 0);
  for (int i = 0; i < DEEP; i++)
    g_assert_cmpint (chdir (name), ==, 0);
  for (int i = 0; i < DEEP; i++)
    {
      g_unlink ("a.jpg");
      g_assert_cmpint (chdir (".."), ==, 0);
      g_assert_cmpint (g_rmdir (name), ==, 0);
    }
  g_assert_cmpint (chdir (t->dir), ==, 0);
}

/* As a user to whom permissions apply. */
static void
test_permission (tree *t, gconstpointer data)
{
  (void) data;
  put ("p/a.jpg", "");
  put ("p/closed/b.jpg", "");
  put ("p/head", "\x89PNG");
  put ("list.csv", "file\na.jpg\n");
  gboolean super = geteuid () == 0;
  g_assert_cmpint (chmod ("p/closed", 0), ==, 0);
  g_assert_cmpint (chmod ("p/head", 0), ==, 0);
  g_assert_cmpint (chmod ("list.csv", 0), ==, 0);
  if (super && seteuid (65534) != 0)
    {
      g_test_skip ("the superuser may read everything");
      return;
    }
  WALK (t, "p");
  expect (t, "a.jpg",
          "closed: cannot enter the folder: no permission|head: cannot read its first bytes: no permission");
  WALK (t, "p", "p/closed");
  expect_error (t, "cannot scan 'p/closed': no permission");
  WALK (t, "p/closed/b.jpg");
  expect_error (t, "no permission");
  WALK (t, "p/head");
  expect_error (t, "no permission");
  WALK (t, "list.csv");
  expect_error (t, "no permission");
  if (super)
    g_assert_cmpint (seteuid (0), ==, 0);
  g_assert_cmpint (chmod ("p/closed", 0700), ==, 0);
}

static void
test_wrong_paths (tree *t, gconstpointer data)
{
  (void) data;
  put ("p/a.jpg", "");
  WALK (t, "p", "q");
  expect_error (t, "cannot scan 'q': no such file or folder; check the spelling");
  g_assert_cmpuint (t->pictures->len, ==, 0); /* before anything was walked */
  WALK (t, "");
  expect_error (t, "the path is empty");
  WALK (t, "p/a.jpg/");
  expect_error (t, "it is a file, not a folder");
  WALK (t, "p/a.jpg/b");
  expect_error (t, "no such file");
  WALK (t, "caf\xe9\n");
  g_assert_true (g_utf8_validate (t->error->message, -1, NULL));
  g_autofree char *longest = g_strnfill (5000, 'x');
  WALK (t, longest);
  expect_error (t, "File name too long");
}

/* --- leaving out --------------------------------------------------------------------------- */

static void
test_skip_dir (tree *t, gconstpointer data)
{
  (void) data;
  put ("p/a.jpg", "");
  put ("p/out/thumb.jpg", "");
  const char *const paths[] = { "p", NULL };
  g_autofree char *out = g_build_filename (t->dir, "p", "s", "..", "out", NULL);
  g_autofree char *straight = g_build_filename (t->dir, "p", "out", NULL);
  walk_with (t, paths, NULL, straight);
  expect (t, "a.jpg", "out: the folder of the results");
  put ("p/s/b.jpg", "");
  walk_with (t, paths, NULL, out); /* however it is written */
  expect (t, "a.jpg|s/b.jpg", "out: the folder of the results");
  walk_with (t, paths, NULL, "/not/made/yet");
  expect (t, "a.jpg|out/thumb.jpg|s/b.jpg", "");
  g_autofree char *itself = g_build_filename (t->dir, "p", NULL);
  walk_with (t, paths, NULL, itself);
  expect_error (t, "it is the folder the results go to");
}

/* --- stopping ------------------------------------------------------------------------------ */

static void
test_stop (tree *t, gconstpointer data)
{
  (void) data;
  for (int i = 0; i < 50; i++)
    {
      g_autofree char *file = g_strdup_printf ("p/%d/%d.jpg", i / 10, i);
      put (file, "");
    }
  t->stop_after = 7;
  WALK (t, "p");
  g_assert_error (t->error, PARDON_ERROR, PARDON_ERROR_STOPPED);
  g_assert_cmpuint (t->pictures->len, ==, 7);
  t->stop_after = 0;
  WALK (t, "p");
  g_assert_error (t->error, PARDON_ERROR, PARDON_ERROR_STOPPED);
  t->stop_after = G_MAXUINT;
  put ("p/0/refuse.jpg", "");
  WALK (t, "p/0");
  g_assert_error (t->error, PARDON_ERROR, PARDON_ERROR_STORE);
}

/* Only measured: what the walk itself costs per file. */
static void
test_speed (tree *t, gconstpointer data)
{
  (void) data;
  enum { N = 500 };
  for (int i = 0; i < N; i++)
    {
      g_autofree char *file = g_strdup_printf ("p/%d/%d.jpg", i / 100, i);
      if (i % 100 == 0)
        put (file, "");
      else
        {
          int fd = open (file, O_CREAT | O_WRONLY, 0666);
          g_assert_cmpint (fd, >=, 0);
          close (fd);
        }
    }
  gint64 start = g_get_monotonic_time ();
  WALK (t, "p");
  double seconds = (double) (g_get_monotonic_time () - start) * 1e-6;
  g_assert_cmpuint (t->pictures->len, ==, N);
  g_test_message ("%.0f files per second", N / seconds);
  g_assert_cmpfloat (N / seconds, >, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add ("/source/" path, tree, NULL, setup, test, teardown)
  ADD ("folder", test_folder);
  ADD ("empty", test_empty);
  ADD ("bytes", test_bytes);
  ADD ("hidden-and-links", test_hidden_and_links);
  ADD ("special", test_special);
  ADD ("deep", test_deep);
  ADD ("permission", test_permission);
  ADD ("wrong-paths", test_wrong_paths);
  ADD ("skip-dir", test_skip_dir);
  ADD ("stop", test_stop);
  ADD ("speed", test_speed);
  return g_test_run ();
}
