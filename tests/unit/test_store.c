/* Opening a results folder: other people's files, newer formats, damage, locks, killed writers
 * (store.h, S6 to S8); and notes. */
#include "store_folder.h"

#include <glib/gstdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_open (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *deep = in_folder ("a b/\xc3\xbc\n");
  g_assert_null (store_open (deep, FALSE, &error));
  check_refused (error, "no results");
  g_clear_error (&error);
  store *s = store_open (deep, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (store_dir (s), ==, deep);
  g_assert_cmpuint (store_count (s), ==, 0);
  store_free (s);
  s = store_open (deep, FALSE, &error);
  g_assert_no_error (error);
  g_assert_false (store_list_begin (s, &error));
  check_refused (error, "reading only");
  g_clear_error (&error);
  g_assert_cmpint (store_feature_set (s, "none", &error), ==, 0);
  check_refused (error, "reading only");
  g_clear_error (&error);
  store_free (s);
  g_autofree char *file = in_folder ("a b/\xc3\xbc\n/pardon.db");
  g_assert_null (store_open (file, TRUE, &error));
  check_refused (error, "cannot make the folder");
}

/* An interrupted first scan: an empty database is nobody's. */
static void
test_open_empty (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = in_folder ("pardon.db");
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_null (store_open (folder, FALSE, &error));
  check_refused (error, "no results");
  g_autoptr (store) s = open_store ();
  g_assert_cmpuint (store_count (s), ==, 0);
}

static void
check_left_alone (const char *words)
{
  g_autofree char *path = in_folder ("pardon.db"), *before = NULL;
  gsize n, m;
  g_assert_true (g_file_get_contents (path, &before, &n, NULL));
  for (int writable = 0; writable < 2; writable++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *after = NULL;
      g_assert_null (store_open (folder, writable, &error));
      check_refused (error, words);
      g_assert_true (g_file_get_contents (path, &after, &m, NULL));
      g_assert_cmpmem (before, n, after, m);
    }
}

/* Results of others: nothing is replaced, nothing is added to them, not even the lock. */
static void
test_foreign_folder (void)
{
  static const char *const names[] = { "images.csv",     "noise.csv",  "clusters.csv",  "manifest.csv",
                                       "duplicates.csv", "probes.csv", "classes.csv",   "confusions.csv",
                                       "owed.csv",       "slices.csv", "suspected.csv", "summary.json",
                                       "report.json",    "report.html" };
  g_autofree char *database = in_folder ("pardon.db"), *lock = in_folder ("pardon.lock"), *other = in_folder ("my.csv");
  g_assert_true (g_file_set_contents (other, "mine", 4, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *path = in_folder (names[i]), *after = NULL;
      g_autofree char *words = g_strdup_printf ("holds '%s' but no pardon.db", names[i]);
      g_assert_true (g_file_set_contents (path, "mine", 4, NULL));
      g_assert_null (store_open (folder, TRUE, &error));
      check_refused (error, words);
      g_assert_false (g_file_test (database, G_FILE_TEST_EXISTS) || g_file_test (lock, G_FILE_TEST_EXISTS));
      g_assert_true (g_file_get_contents (path, &after, NULL, NULL));
      g_assert_cmpstr (after, ==, "mine");
      g_assert_cmpint (g_remove (path), ==, 0);
    }
  /* a link to nowhere would be replaced too */
  g_autoptr (GError) error = NULL;
  g_autofree char *link = in_folder ("report.html");
  g_assert_cmpint (symlink ("nowhere", link), ==, 0);
  g_assert_null (store_open (folder, TRUE, &error));
  check_refused (error, "'report.html'");
  g_assert_cmpint (g_remove (link), ==, 0);
  store_free (open_store ()); /* other files do not matter */
  g_assert_true (g_file_set_contents (link, "a former scan's", -1, NULL));
  store_free (open_store ());
}

static void
test_s6 (void)
{
  store_free (open_store ());
  meddle ("UPDATE meta SET value = '4' WHERE key = 'format'");
  check_left_alone ("newer pardon (format 4");
  meddle ("UPDATE meta SET value = 'x' WHERE key = 'format'");
  check_left_alone ("does not say its format");
}

static void
check_list (store *s)
{
  g_assert_cmpuint (store_count (s), ==, 3);
  store_picture p = get (s, 1, "000002");
  g_assert_cmpint (p.feature_row, ==, 2);
  g_assert_false (p.verdict.judged);
  g_assert_cmpstr (p.verdict.kind, ==, "");
  g_assert_false (p.answer.given);
  g_assert_cmpint (p.decided.noisy, ==, -1);
  g_auto (GStrv) kinds = store_verdict_kinds (s, NULL);
  g_assert_cmpuint (g_strv_length (kinds), ==, 0);
  get (NULL, 0, NULL);
}

/* A store of format 1 has no verdicts: a reader leaves it as it is, a writer adds the tables and loses nothing. */
static void
check_older (const char *without)
{
  g_autofree char *path = in_folder ("pardon.db"), *before = NULL, *after = NULL;
  gsize n, m;
  store *s = open_store ();
  gint64 set = store_feature_set (s, "a", NULL);
  list_numbers (s, 3);
  put_numbers (s, set, 0, 3);
  store_free (s);
  meddle (without);
  g_assert_true (g_file_get_contents (path, &before, &n, NULL));
  s = store_open (folder, FALSE, NULL);
  g_assert_nonnull (s);
  check_list (s);
  store_free (s);
  g_assert_true (g_file_get_contents (path, &after, &m, NULL));
  g_assert_cmpmem (before, n, after, m);

  s = open_store ();
  check_list (s);
  store_free (s);
  g_assert_cmpint (ask ("SELECT value FROM meta WHERE key = 'format'"), ==, 3);
  s = store_open (folder, FALSE, NULL);
  check_list (s);
  store_free (s);
}

#define WITHOUT_FORMAT_3 "DROP TABLE answer; DROP TABLE answer_name; DROP TABLE decision; DROP TABLE place;"

static void
test_s6_older (void)
{
  check_older (WITHOUT_FORMAT_3 "DROP TABLE verdict; DROP TABLE verdict_kind;"
                                "UPDATE meta SET value = '1' WHERE key = 'format'");
}

static void
test_s6_old (void)
{
  check_older (WITHOUT_FORMAT_3 "UPDATE meta SET value = '2' WHERE key = 'format'");
}

static void
test_s7 (void)
{
  g_autoptr (GError) error = NULL;
  store *s = open_store ();
  g_assert_null (store_open (folder, TRUE, &error));
  check_refused (error, "another pardon: wait");
  pid_t child = fork ();
  if (child == 0)
    {
      GError *fault = NULL;
      store *second = store_open (folder, TRUE, &fault);
      store *reader = store_open (folder, FALSE, NULL);
      _exit (second == NULL && fault != NULL && strstr (fault->message, "another pardon") != NULL && reader != NULL
                 ? 0
                 : 1);
    }
  int status;
  waitpid (child, &status, 0);
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  list_numbers (s, 3); /* the first is not disturbed */
  store_free (s);
  /* a lock ends with the process that held it */
  child = fork ();
  if (child == 0)
    {
      open_store ();
      _exit (0);
    }
  waitpid (child, &status, 0);
  s = open_store ();
  g_assert_cmpuint (store_count (s), ==, 3);
  store_free (s);
}

static void
test_s8_foreign (void)
{
  g_autofree char *path = in_folder ("pardon.db"), *text = g_strnfill (5000, 'x');
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  check_left_alone ("is not a pardon database");
  g_assert_true (g_file_set_contents (path, "short", -1, NULL));
  check_left_alone ("is not a pardon database");
  g_remove (path);
  meddle ("CREATE TABLE theirs (x)");
  check_left_alone ("another program's");
  meddle ("CREATE TABLE meta (key, value); INSERT INTO meta VALUES ('format', '1')");
  check_left_alone ("another program's");
  g_remove (path);
  g_assert_cmpint (g_mkdir (path, 0777), ==, 0);
  g_autoptr (GError) error = NULL;
  g_assert_null (store_open (folder, TRUE, &error));
  check_refused (error, "cannot read or write");
}

static void
test_s8_damaged (void)
{
  g_autofree char *path = in_folder ("pardon.db"), *bytes = NULL;
  gsize n;
  store *s = open_store ();
  gint64 set = store_feature_set (s, "a", NULL);
  list_numbers (s, 2000);
  put_numbers (s, set, 0, 2000);
  store_free (s);
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) (n / 2 / 4096 * 4096), NULL));
  check_left_alone ("damaged");
  memset (bytes + 100, 0x5a, 3000);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
  check_left_alone ("damaged");
}

static void
test_s8_damaged_pages (void)
{
  g_autofree char *path = in_folder ("pardon.db"), *bytes = NULL;
  gsize n;
  guint said = 0;
  store *s = open_store ();
  gint64 set = store_feature_set (s, "a", NULL);
  list_numbers (s, 300);
  put_numbers (s, set, 0, 300);
  store_free (s);
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  /* whatever is read then ends in rows or in a sentence, and never in a crash */
  for (gsize page = 1; page < n / 4096; page++)
    {
      g_autofree char *broken = g_memdup2 (bytes, n);
      g_autoptr (GError) error = NULL;
      memset (broken + page * 4096, (int) page * 37, 2000);
      g_assert_true (g_file_set_contents (path, broken, (gssize) n, NULL));
      s = store_open (folder, TRUE, &error);
      g_autoptr (store_cursor) c = s != NULL ? store_cursor_new (s, 1, &error) : NULL;
      store_picture p;
      while (c != NULL && store_cursor_next (c, &p, &error))
        g_assert_nonnull (p.reason);
      if (s != NULL && error == NULL)
        for (guint i = 0; i < 300 && error == NULL; i++)
          {
            char name[16];
            g_snprintf (name, sizeof name, "%06u", i);
            store_look look = look_at (name, i, NULL);
            store_put (s, 0, &look, &error);
          }
      if (error != NULL)
        {
          g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STORE);
          said++;
        }
      g_clear_pointer (&c, store_cursor_free);
      store_free (s);
    }
  g_assert_cmpuint (said, >, 3);
}

/* As root, a file without permission is no hindrance: another user's process tries. */
static void
test_permission (void)
{
  if (getuid () != 0)
    {
      g_test_skip ("needs to become another user");
      return;
    }
  store *s = open_store ();
  list_numbers (s, 3);
  store_free (s);
  g_chmod (folder, 0755);
  pid_t child = fork ();
  if (child == 0)
    {
      GError *error = NULL;
      if (setuid (65534) != 0)
        _exit (9);
      store *reader = store_open (folder, FALSE, NULL);
      if (reader == NULL || store_count (reader) != 3)
        _exit (1);
      if (store_open (folder, TRUE, &error) != NULL || strstr (error->message, "cannot write into") == NULL)
        _exit (2);
      g_clear_error (&error);
      g_autofree char *other = in_folder ("other");
      _exit (store_open (other, TRUE, &error) == NULL && strstr (error->message, "Permission denied") != NULL ? 0 : 3);
    }
  int status;
  waitpid (child, &status, 0);
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

/* A writer killed after parts of a transaction reached the file: the next to open takes them back, a reader too. */
static void
test_killed_in_transaction (void)
{
  store *s = open_store ();
  list_numbers (s, 5000);
  store_free (s);
  g_autofree char *journal = in_folder ("pardon.db-journal");
  pid_t child = fork ();
  if (child == 0)
    {
      g_autofree char *path = in_folder ("pardon.db");
      db *d = db_open (path, FALSE, NULL);
      _exit (d != NULL
                     && db_run (d,
                                "PRAGMA cache_size = 5; BEGIN; UPDATE picture SET reason = 'half done' || file;"
                                "UPDATE meta SET value = '99' WHERE key = 'format'",
                                NULL)
                 ? 0
                 : 1);
    }
  int status;
  waitpid (child, &status, 0);
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_true (g_file_test (journal, G_FILE_TEST_EXISTS));
  s = store_open (folder, FALSE, NULL);
  g_assert_nonnull (s);
  g_assert_cmpuint (store_count (s), ==, 5000);
  g_assert_cmpstr (get (s, 0, "004999").reason, ==, "not looked at yet");
  get (NULL, 0, NULL);
  store_free (s);
}

static void
test_notes (void)
{
  store *s = open_store ();
  g_assert_null (store_get_note (s, "options"));
  g_assert_true (store_note (s, "options", "{\"k\":\n10}", NULL));
  g_assert_true (store_note (s, "options", "two", NULL));
  g_assert_true (store_note (s, "gone", "x", NULL));
  g_assert_true (store_note (s, "gone", NULL, NULL));
  store_free (s); /* commits */
  s = store_open (folder, FALSE, NULL);
  g_autofree char *value = store_get_note (s, "options");
  g_assert_cmpstr (value, ==, "two");
  g_assert_null (store_get_note (s, "gone"));
  store_free (s);
}

int
main (int argc, char **argv)
{
  static const store_test tests[] = {
    { "/store/open", test_open },
    { "/store/open/empty", test_open_empty },
    { "/store/open/permission", test_permission },
    { "/store/open/killed-in-transaction", test_killed_in_transaction },
    { "/store/S6/newer", test_s6 },
    { "/store/S6/older", test_s6_older },
    { "/store/S6/old", test_s6_old },
    { "/store/S7/lock", test_s7 },
    { "/store/S8/foreign", test_s8_foreign },
    { "/store/S8/foreign-folder", test_foreign_folder },
    { "/store/S8/damaged", test_s8_damaged },
    { "/store/S8/damaged-pages", test_s8_damaged_pages },
    { "/store/notes", test_notes },
  };
  return run_tests (argc, argv, tests, G_N_ELEMENTS (tests));
}
