/* The list of pictures: made, replaced, interrupted, sampled, walked (store.h). */
#include "store_folder.h"

#include <sys/wait.h>
#include <unistd.h>

static void
test_order (void)
{
  /* bytes, not letters: newline, space, upper case, lower case, then UTF-8 and what is none */
  const char *const sorted[] = { "\n", "a\nb", "a b",      "a/b",       "a0",       "aB",  "ab",
                                 "b",  "\x7f", "\xc3\xa9", "\xc3\xa9z", "\xfe\xff", "\xff" };
  const char *files[G_N_ELEMENTS (sorted) + 1] = { NULL };
  for (gsize i = 0; i < G_N_ELEMENTS (sorted); i++)
    files[i] = sorted[(i * 5 + 3) % G_N_ELEMENTS (sorted)];
  g_autoptr (store) s = open_store ();
  g_assert_cmpuint (list (s, files).found, ==, G_N_ELEMENTS (sorted));
  for (gsize i = 0; i < G_N_ELEMENTS (sorted); i++)
    put (s, 0, sorted[i], (guint) i + 1);
  g_autoptr (store_cursor) c = store_cursor_new (s, 0, NULL);
  store_picture p;
  for (gsize i = 0; i < G_N_ELEMENTS (sorted); i++)
    {
      g_autofree char *path = g_strconcat ("/root/", sorted[i], NULL);
      g_assert_true (store_cursor_next (c, &p, NULL));
      g_assert_cmpstr (p.ref.file, ==, sorted[i]);
      g_assert_cmpstr (p.ref.path, ==, path);
      g_assert_cmpuint (p.bytes, ==, 1001 + i);
    }
  g_assert_false (store_cursor_next (c, &p, NULL));
  g_assert_false (store_cursor_next (c, &p, NULL));
}

static void
test_twice (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (store) s = open_store ();
  image_ref a = { .file = (char *) "a", .path = (char *) "/x/a" },
            other = { .file = (char *) "a", .path = (char *) "/y/a" };
  g_assert_false (store_list_add (s, &a, &error));
  check_refused (error, "no list");
  g_clear_error (&error);
  g_assert_true (store_list_begin (s, NULL));
  g_assert_true (store_list_add (s, &a, NULL));
  g_assert_true (store_list_add (s, &a, NULL));
  g_assert_false (store_list_add (s, &other, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, "'/x/a' and '/y/a'"));
  g_clear_error (&error);
  g_assert_false (store_list_add (s, &(image_ref){ .file = (char *) "", .path = (char *) "/x" }, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  store_list_counts counts;
  g_assert_true (store_list_end (s, 0, 0, &counts, NULL));
  g_assert_cmpuint (counts.found, ==, 1);
  g_assert_false (store_list_end (s, 0, 0, &counts, NULL));
}

static void
test_rescan (void)
{
  g_autoptr (store) s = open_store ();
  gint64 set = store_feature_set (s, "a", NULL);
  store_list_counts n = list (s, (const char *const[]){ "a", "b", "c", "d", NULL });
  g_assert_cmpuint (n.found, ==, 4);
  g_assert_cmpuint (n.added, ==, 4);
  g_assert_cmpuint (n.vanished, ==, 0);
  put (s, set, "a", 1);
  put (s, set, "b", 2);
  put (s, set, "c", 3);
  put (s, set, "d", 4);
  g_assert_true (store_finish (s, NULL));
  n = list (s, (const char *const[]){ "0", "b", "d", NULL });
  g_assert_cmpuint (n.found, ==, 3);
  g_assert_cmpuint (n.added, ==, 1);
  g_assert_cmpuint (n.vanished, ==, 2);
  g_assert_cmpuint (store_count (s), ==, 3);
  store_picture p = get (s, set, "b");
  g_assert_cmpuint (p.stamp.size, ==, 102);
  g_assert_cmpuint (p.stamp.inode, ==, 202);
  g_assert_cmpint (p.stamp.mtime_ns, ==, 302);
  g_assert_cmpint (p.stamp.ctime_ns, ==, 402);
  g_assert_cmpint (p.content, !=, 0);
  g_assert_cmpint (p.feature_row, ==, 1);
  p = get (s, set, "0");
  g_assert_cmpint (p.content, ==, 0);
  g_assert_cmpuint (p.stamp.size, ==, 0);
  g_assert_cmpint (p.feature_row, ==, -1);
  g_assert_cmpint (p.cluster, ==, -1);
  g_assert_cmpstr (p.status, ==, STATUS_UNREADABLE);
  g_assert_cmpstr (p.reason, ==, "not looked at yet");
  /* the same name elsewhere is another file */
  g_assert_true (store_list_begin (s, NULL));
  g_assert_true (store_list_add (s, &(image_ref){ .file = (char *) "b", .path = (char *) "/elsewhere/b" }, NULL));
  g_assert_true (store_list_end (s, 0, 0, &n, NULL));
  g_assert_cmpuint (n.added, ==, 0);
  g_assert_cmpuint (n.vanished, ==, 3); /* of a, b, c, d: the list between was not finished */
  g_assert_cmpint (get (s, set, "b").content, ==, 0);
  /* its content is still known by its bytes */
  gint64 row;
  gboolean readable;
  content_hash h = hash_of (2);
  g_assert_cmpint (store_find_content (s, &h, set, &row, &readable, NULL), !=, 0);
  g_assert_cmpint (row, ==, 1);
  get (NULL, 0, NULL);
}

/* New and gone count against the last scan that came to its end. */
static void
test_finish (void)
{
  g_autoptr (GError) error = NULL;
  const char *const three[] = { "a", "b", "c", NULL }, *const two[] = { "b", "new", NULL };
  store *s = open_store ();
  list (s, three);
  store_free (s); /* interrupted */
  s = open_store ();
  store_list_counts n = list (s, three);
  g_assert_cmpuint (n.added, ==, 3);
  g_assert_cmpuint (n.vanished, ==, 0);
  put (s, 0, "a", 1);
  g_assert_true (store_finish (s, NULL));
  /* durable at once, with what was put before */
  g_assert_cmpint (ask ("SELECT count(*) FROM finished"), ==, 3);
  g_assert_cmpint (ask ("SELECT count(*) FROM picture WHERE content IS NOT NULL"), ==, 1);
  n = list (s, three);
  g_assert_cmpuint (n.added, ==, 0);
  g_assert_cmpuint (n.vanished, ==, 0);
  for (int i = 0; i < 2; i++) /* interrupted again, then finished */
    {
      n = list (s, two);
      g_assert_cmpuint (n.added, ==, 1);
      g_assert_cmpuint (n.vanished, ==, 2);
    }
  g_assert_true (store_finish (s, NULL));
  n = list (s, three);
  g_assert_cmpuint (n.added, ==, 2);
  g_assert_cmpuint (n.vanished, ==, 1);
  store_free (s);
  s = store_open (folder, FALSE, NULL);
  g_assert_false (store_finish (s, &error));
  check_refused (error, "reading only");
  store_free (s);
}

/* Stopped or killed between begin and end: the old list stands. */
static void
test_list_interrupted (void)
{
  store *s = open_store ();
  list_numbers (s, 100);
  g_assert_true (store_list_begin (s, NULL));
  g_assert_true (store_list_add (s, &(image_ref){ .file = (char *) "new", .path = (char *) "new" }, NULL));
  g_assert_cmpuint (store_count (s), ==, 100);
  store_free (s);
  pid_t child = fork ();
  if (child == 0)
    {
      s = open_store ();
      store_list_begin (s, NULL);
      for (guint i = 0; i < 20000; i++)
        {
          g_autofree char *name = g_strdup_printf ("x%u", i);
          store_list_add (s, &(image_ref){ .file = name, .path = name }, NULL);
        }
      _exit (0);
    }
  waitpid (child, NULL, 0);
  s = open_store ();
  g_assert_cmpuint (store_count (s), ==, 100);
  store_list_counts n = list (s, (const char *const[]){ "000007", NULL });
  g_assert_cmpuint (n.found, ==, 1);
  store_free (s);
  g_assert_cmpint (ask ("SELECT count(*) FROM listing"), ==, 0);
}

static void
take_skipped (const char *file, const char *why, gpointer user)
{
  g_string_append_printf (user, "%s:%s;", file, why);
}

static void
test_skipped (void)
{
  g_autoptr (store) s = open_store ();
  g_autoptr (GString) said = g_string_new (NULL);
  store_list_counts n;
  g_assert_true (store_list_begin (s, NULL));
  g_assert_true (
      store_list_skip (s, &(image_ref){ .file = (char *) "z.txt", .path = (char *) "z" }, "not a picture", NULL));
  g_assert_true (store_list_skip (s, &(image_ref){ .file = (char *) "a\xff", .path = (char *) "a" }, "hidden", NULL));
  g_assert_true (store_list_skip (s, &(image_ref){ .file = (char *) "a\xff", .path = (char *) "a" }, "hidden", NULL));
  g_assert_true (store_list_end (s, 0, 0, &n, NULL));
  g_assert_cmpuint (n.skipped, ==, 2);
  g_assert_cmpuint (n.found, ==, 0);
  g_assert_true (store_each_skipped (s, take_skipped, said, NULL));
  g_assert_cmpstr (said->str, ==, "a\xff:hidden;z.txt:not a picture;");
  list (s, (const char *const[]){ "a", NULL });
  g_string_truncate (said, 0);
  g_assert_true (store_each_skipped (s, take_skipped, said, NULL));
  g_assert_cmpstr (said->str, ==, "");
}

static GHashTable *
sample (guint n, guint64 size, guint64 seed)
{
  g_autoptr (store) s = open_store ();
  store_list_counts counts;
  GHashTable *taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_assert_true (store_list_begin (s, NULL));
  for (guint i = 0; i < n; i++)
    {
      char name[16];
      g_snprintf (name, sizeof name, "%06u", i);
      g_assert_true (store_list_add (s, &(image_ref){ .file = name, .path = name }, NULL));
    }
  g_assert_true (store_list_end (s, size, seed, &counts, NULL));
  g_assert_cmpuint (counts.found, ==, MIN (size, n));
  g_assert_cmpuint (counts.skipped, ==, n - counts.found);
  g_autoptr (GString) said = g_string_new (NULL);
  g_assert_true (store_each_skipped (s, take_skipped, said, NULL));
  g_assert_true (counts.skipped == 0 || strstr (said->str, ":not in the sample;") != NULL);
  g_autoptr (store_cursor) c = store_cursor_new (s, 0, NULL);
  store_picture p;
  while (store_cursor_next (c, &p, NULL))
    g_hash_table_add (taken, g_strdup (p.ref.file));
  g_assert_cmpuint (g_hash_table_size (taken), ==, counts.found);
  return taken;
}

static guint
in_common (GHashTable *a, GHashTable *b)
{
  guint n = 0;
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    n += g_hash_table_contains (b, key);
  return n;
}

static void
test_sample (void)
{
  g_autoptr (GHashTable) a = sample (2000, 300, 1), b = sample (2000, 300, 1), c = sample (2010, 300, 1),
                         d = sample (2000, 300, 2), all = sample (200, 200, 1), more = sample (200, G_MAXUINT64, 1);
  g_assert_cmpuint (in_common (a, b), ==, 300);
  g_assert_cmpuint (in_common (a, c), >=, 290); /* ten more pictures push out ten at most */
  g_assert_cmpuint (in_common (a, d), <, 90);   /* another seed: by chance 45 */
  g_assert_cmpuint (in_common (all, more), ==, 200);
  /* neither end of the list is favoured: by chance 150 of each half, deviation 8 */
  guint first = 0;
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    first += strcmp (key, "001000") < 0;
  g_assert_cmpuint (first, >, 110);
  g_assert_cmpuint (first, <, 190);
}

static void
test_cursor_while_writing (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (store) s = open_store ();
  gint64 set = store_feature_set (s, "a", NULL);
  list_numbers (s, 1000);
  g_autoptr (store_cursor) c = store_cursor_new (s, set, NULL), second = store_cursor_new (s, set, NULL);
  store_picture p;
  for (guint i = 0; i < 1000; i++)
    {
      g_assert_true (store_cursor_next (c, &p, &error));
      g_assert_cmpuint ((guint) g_ascii_strtoull (p.ref.file, NULL, 10), ==, i);
      put (s, set, p.ref.file, i + 1);
      if (i % 100 == 0)
        g_assert_true (store_commit (s, NULL));
    }
  g_assert_false (store_cursor_next (c, &p, &error));
  g_assert_no_error (error);
  g_assert_true (store_cursor_next (second, &p, &error));
  list_numbers (s, 1000);
  while (store_cursor_next (second, &p, &error))
    ;
  check_refused (error, "replaced while it was read");
}

int
main (int argc, char **argv)
{
  static const store_test tests[] = {
    { "/store/list/order", test_order },
    { "/store/list/twice", test_twice },
    { "/store/list/rescan", test_rescan },
    { "/store/list/finish", test_finish },
    { "/store/list/interrupted", test_list_interrupted },
    { "/store/list/skipped", test_skipped },
    { "/store/list/sample", test_sample },
    { "/store/cursor/while-writing", test_cursor_while_writing },
  };
  return run_tests (argc, argv, tests, G_N_ELEMENTS (tests));
}
