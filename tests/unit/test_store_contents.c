/* Contents and features (store.h, S1 to S4): processes are killed, matrices broken. */
#include "store_folder.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_s1_s2_killed (void)
{
  enum { BATCH = 1024, N = 4000 };
  store *s = open_store ();
  g_assert_cmpint (store_feature_set (s, "a", NULL), ==, 1);
  list_numbers (s, N);
  store_free (s);
  g_assert_cmpuint (check_sound (), ==, 0);
  guint before = 0;
  for (guint stop = 1100; stop <= N; stop += 1300)
    {
      pid_t child = fork ();
      if (child == 0)
        {
          put_numbers (open_store (), 1, before, stop);
          _exit (0);
        }
      waitpid (child, NULL, 0);
      guint kept = check_sound ();
      g_assert_cmpuint (kept, >=, before + (stop - before) / BATCH * BATCH);
      g_assert_cmpuint (kept, <=, stop);
      before = kept;
    }
  s = open_store ();
  put_numbers (s, 1, 0, N);
  store_free (s);
  g_assert_cmpuint (check_sound (), ==, N);
  g_assert_cmpint (ask ("SELECT rows FROM feature_set"), ==, N);
}

/* At any moment, not just between two puts. */
static void
test_s1_s2_killed_anywhere (void)
{
  store *s = open_store ();
  g_assert_cmpint (store_feature_set (s, "a", NULL), ==, 1);
  list_numbers (s, 60000);
  store_free (s);
  guint kept = 0;
  for (int i = 0; i < (g_test_slow () ? 60 : 12); i++)
    {
      pid_t child = fork ();
      if (child == 0)
        {
          put_numbers (open_store (), 1, kept, 60000);
          _exit (0);
        }
      g_usleep ((gulong) g_test_rand_int_range (2000, 120000));
      kill (child, SIGKILL);
      waitpid (child, NULL, 0);
      guint now = check_sound ();
      g_assert_cmpuint (now, >=, kept);
      kept = now;
    }
}

/* S2 broken by hand: rows that were stored are gone. */
static void
test_s2_matrix_lost (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = in_folder ("features-1.f32");
  store *s = open_store ();
  gint64 set = store_feature_set (s, "a", NULL);
  list_numbers (s, 20);
  put_numbers (s, set, 0, 10);
  g_assert_null (store_matrix (s, 99, &error));
  check_refused (error, "no feature set");
  g_clear_error (&error);
  g_assert_null (store_matrix (s, set, &error));
  check_refused (error, "no picture");
  g_clear_error (&error);
  g_assert_true (store_commit (s, NULL));
  g_autoptr (matrix_file) m = store_matrix (s, set, NULL);
  g_assert_cmpuint (matrix_file_get (m)->n, ==, 10);
  store_free (s);
  g_assert_cmpint (truncate (path, 64 + 5 * D * 4), ==, 0);
  for (int gone = 0; gone < 2; gone++)
    {
      float row[D] = { 0 };
      store_look look = look_at ("000015", 77, row);
      s = open_store ();
      g_assert_false (store_put (s, set, &look, &error));
      check_refused (error, gone ? "missing" : "damaged");
      g_clear_error (&error);
      g_assert_null (store_matrix (s, set, &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STORE);
      g_clear_error (&error);
      store_free (s);
      g_remove (path);
    }
  /* a feature that points past the matrix is not handed out */
  meddle ("UPDATE feature SET row = 10 WHERE row = 3");
  s = open_store ();
  g_autoptr (store_cursor) c = store_cursor_new (s, set, NULL);
  store_picture p;
  g_assert_false (store_cursor_next (c, &p, &error));
  check_refused (error, "not in the matrix");
  g_clear_pointer (&c, store_cursor_free);
  store_free (s);
}

static void
test_s3 (void)
{
  g_autoptr (store) s = open_store ();
  list (s, (const char *const[]){ "a", "b", NULL });
  gint64 one = store_feature_set (s, "one", NULL), two = store_feature_set (s, "two", NULL), row;
  g_assert_cmpint (store_feature_set (s, "one", NULL), ==, one);
  g_assert_cmpint (one, !=, two);
  put (s, one, "a", 5);
  store_picture p = get (s, one, "a");
  gint64 content = p.content;
  g_assert_cmpint (p.facts.width, ==, 640);
  g_assert_cmpint (p.facts.height, ==, 480);
  g_assert_cmpint (p.facts.channels, ==, 3);
  g_assert_cmpint (p.facts.bits, ==, 8);
  g_assert_cmpint (p.facts.orientation, ==, 6);
  g_assert_cmpuint (p.bytes, ==, 1005);
  /* static: the same pointer whenever it is read */
  const char *format = p.facts.format, *space = p.facts.space;
  g_assert_cmpstr (format, ==, "jpeg");
  g_assert_cmpstr (space, ==, "rgb");
  /* the same bytes under another name, with other facts and features, and then in another set */
  float other[D] = { 9, 9, 9 };
  store_look look = look_at ("b", 5, other);
  look.facts.width = 1;
  look.status = STATUS_UNREADABLE;
  g_assert_true (store_put (s, one, &look, NULL));
  look.status = STATUS_DAMAGED;
  g_assert_true (store_put (s, two, &look, NULL));
  p = get (s, one, "b");
  g_assert_cmpint (p.content, ==, content);
  g_assert_cmpint (p.facts.width, ==, 640);
  g_assert_cmpstr (p.status, ==, STATUS_OK);
  g_assert_true (p.facts.format == format && p.facts.space == space);
  g_assert_cmpint (p.feature_row, ==, 0);
  content_hash h = hash_of (5), unknown = hash_of (6);
  gboolean readable;
  g_assert_cmpint (store_find_content (s, &h, two, &row, &readable, NULL), ==, content);
  g_assert_cmpint (row, ==, 0);
  g_assert_true (readable);
  g_assert_cmpint (store_find_content (s, &unknown, two, &row, &readable, NULL), ==, 0);
  g_assert_cmpint (row, ==, -1);
  g_assert_true (store_commit (s, NULL));
  g_assert_cmpint (ask ("SELECT count(*) FROM content"), ==, 1);
  g_assert_cmpint (ask ("SELECT count(*) FROM feature"), ==, 2);
  g_autoptr (matrix_file) a = store_matrix (s, one, NULL), b = store_matrix (s, two, NULL);
  g_assert_cmpfloat (matrix_row (matrix_file_get (a), 0)[0], ==, 50);
  g_assert_cmpfloat (matrix_row (matrix_file_get (b), 0)[0], ==, 9);
  get (NULL, 0, NULL);
}

/* S3: what was unreadable is looked at again by another version, and by no other. */
static void
test_s3_unreadable (void)
{
  store *s = open_store ();
  gint64 set = store_feature_set (s, "a", NULL), row;
  gboolean readable;
  content_hash h = hash_of (1);
  list (s, (const char *const[]){ "a", NULL });
  put_unreadable (s, "a", 1);
  store_picture p = get (s, set, "a");
  g_assert_cmpint (p.content, !=, 0);
  g_assert_cmpstr (p.status, ==, STATUS_UNREADABLE);
  g_assert_cmpstr (p.reason, ==, "truncated after 3 bytes");
  g_assert_null (p.facts.format);
  g_assert_cmpuint (p.bytes, ==, 1001);
  g_assert_cmpint (store_find_content (s, &h, set, &row, &readable, NULL), ==, p.content);
  g_assert_false (readable);
  gint64 content = p.content;
  get (NULL, 0, NULL);
  store_free (s);
  meddle ("UPDATE content SET decoder = '0.0.1'");
  s = open_store ();
  g_assert_cmpint (store_find_content (s, &h, set, &row, &readable, NULL), ==, 0);
  g_assert_true (readable);
  p = get (s, set, "a");
  g_assert_cmpint (p.content, ==, 0);
  g_assert_cmpstr (p.status, ==, STATUS_UNREADABLE);
  put_unreadable (s, "a", 1); /* still is */
  g_assert_cmpint (store_find_content (s, &h, set, &row, &readable, NULL), ==, content);
  store_free (s);
  meddle ("UPDATE content SET decoder = '0.0.1'");
  s = open_store ();
  put (s, set, "a", 1); /* no longer */
  p = get (s, set, "a");
  g_assert_cmpint (p.content, ==, content);
  g_assert_cmpstr (p.status, ==, STATUS_OK);
  g_assert_cmpint (p.facts.width, ==, 640);
  g_assert_cmpint (p.feature_row, ==, 0);
  get (NULL, 0, NULL);
  store_free (s);
  meddle ("UPDATE content SET decoder = '0.0.1'");
  s = open_store ();
  g_assert_cmpint (store_find_content (s, &h, set, &row, &readable, NULL), ==, content); /* readable stays */
  store_free (s);
}

/* S4: what a model refuses keeps its content, its other rows and the reason, and is looked at again. */
static void
test_s4_refused (void)
{
  store *s = open_store ();
  gint64 set = store_feature_set (s, "model", NULL), pixels = store_feature_set (s, "pixels", NULL);
  float row[D], wide[D + 1] = { 1, 2, 3 };
  g_autoptr (GError) error = NULL;
  features_of (row, 7);
  list (s, (const char *const[]){ "a", "b", NULL });
  store_look look = look_at ("a", 7, NULL);
  look.refused = "the model looks at 9 x 9";
  look.pixels = (store_row){ pixels, row, D };
  g_assert_true (store_put (s, set, &look, NULL));
  g_autoptr (store_cursor) c = store_cursor_new_pixels (s, set, pixels, NULL);
  store_picture p;
  g_assert_true (store_cursor_next (c, &p, NULL));
  g_assert_cmpint (p.content, !=, 0);
  g_assert_true (p.refused);
  g_assert_cmpstr (p.status, ==, STATUS_UNREADABLE);
  g_assert_cmpstr (p.reason, ==, "the model looks at 9 x 9");
  g_assert_cmpint (p.facts.width, ==, 640);
  g_assert_cmpint (p.feature_row, ==, -1);
  g_assert_cmpint (p.pixels_row, ==, 0);
  g_assert_true (store_cursor_next (c, &p, NULL));
  g_assert_false (p.refused); /* not looked at is not refused */
  g_assert_cmpint (p.pixels_row, ==, -1);
  g_clear_pointer (&c, store_cursor_free);

  /* the same content: neither row is written twice, the missing one is added, the refusal forgotten */
  look = look_at ("a", 7, row);
  look.pixels = (store_row){ pixels, row, D };
  g_assert_true (store_put (s, set, &look, NULL));
  p = get (s, set, "a");
  g_assert_false (p.refused);
  g_assert_cmpstr (p.status, ==, STATUS_OK);
  g_assert_cmpint (p.feature_row, ==, 0);
  get (NULL, 0, NULL);

  /* another width of the second row is refused before the first is written */
  look = look_at ("b", 8, row);
  look.pixels = (store_row){ pixels, wide, D + 1 };
  g_assert_false (store_put (s, set, &look, &error));
  check_refused (error, "9 numbers where those before were 8");
  store_free (s);
  g_assert_cmpint (ask ("SELECT count(*) FROM feature"), ==, 2);
  g_assert_cmpint (ask ("SELECT count(*) FROM content"), ==, 1);
  meddle ("UPDATE feature SET row = 5 WHERE feature_set = 2");
  s = open_store ();
  c = store_cursor_new_pixels (s, 0, pixels, NULL);
  g_clear_error (&error);
  g_assert_false (store_cursor_next (c, &p, &error));
  check_refused (error, "not in the matrix");
  g_clear_pointer (&c, store_cursor_free);
  store_free (s);
}

/* Rows of further sets come and go as the first two do: each once, and one of another width refuses all. */
static void
test_more_sets (void)
{
  store *s = open_store ();
  gint64 set = store_feature_set (s, "model", NULL);
  gint64 more[STORE_MORE] = { store_feature_set (s, "scores", NULL), store_feature_set (s, "other", NULL) };
  float row[D], wide[D + 1] = { 1, 2, 3 };
  g_autoptr (GError) error = NULL;
  features_of (row, 7);
  list (s, (const char *const[]){ "a", "b", NULL });
  store_look look = look_at ("a", 7, row);
  look.more[1] = (store_row){ more[1], wide, D + 1 };
  g_assert_true (store_put (s, set, &look, NULL));
  look = look_at ("a", 7, row);
  look.more[0] = (store_row){ more[0], row, D };
  look.more[1] = (store_row){ more[1], wide, D + 1 };
  g_assert_true (store_put (s, set, &look, NULL));
  g_autoptr (store_cursor) c = store_cursor_new_more (s, set, 0, more, NULL);
  store_picture p;
  g_assert_true (store_cursor_next (c, &p, NULL));
  g_assert_cmpint (p.feature_row, ==, 0);
  g_assert_cmpint (p.pixels_row, ==, -1);
  g_assert_cmpint (p.more_rows[0], ==, 0);
  g_assert_cmpint (p.more_rows[1], ==, 0);
  g_assert_true (store_cursor_next (c, &p, NULL));
  g_assert_cmpint (p.more_rows[0], ==, -1);
  g_clear_pointer (&c, store_cursor_free);

  look = look_at ("b", 8, row);
  look.more[1] = (store_row){ more[1], row, D };
  g_assert_false (store_put (s, set, &look, &error));
  check_refused (error, "8 numbers where those before were 9");
  store_free (s);
  g_assert_cmpint (ask ("SELECT count(*) FROM feature"), ==, 3);
  meddle ("UPDATE feature SET row = 5 WHERE feature_set = 3");
  s = open_store ();
  c = store_cursor_new_more (s, 0, 0, more, NULL);
  g_clear_error (&error);
  g_assert_false (store_cursor_next (c, &p, &error));
  check_refused (error, "not in the matrix");
  g_clear_pointer (&c, store_cursor_free);
  store_free (s);
}

static int times_described;

static char *
only_jpeg (void)
{
  times_described++;
  return g_strdup ("1.0; jpeg");
}

static char *
also_heif (void)
{
  return g_strdup ("1.0; jpeg, heif");
}

/* A decoder that came later looks again at what none before could read, and only at that. */
static void
test_decoder (void)
{
  gint64 row;
  gboolean readable;
  content_hash bad = hash_of (1), good = hash_of (2);
  store *s = open_store ();
  store_set_decoder (s, only_jpeg);
  list (s, (const char *const[]){ "bad", "good", NULL });
  put_unreadable (s, "bad", 1);
  put (s, 0, "good", 2);
  gint64 content = store_find_content (s, &bad, 0, &row, &readable, NULL);
  g_assert_cmpint (content, !=, 0);
  store_free (s);
  g_assert_cmpint (times_described, ==, 1);
  g_assert_cmpint (ask ("SELECT count(*) FROM content WHERE decoder = '1.0; jpeg'"), ==, 1); /* who could not */
  s = open_store ();
  store_set_decoder (s, only_jpeg);
  g_assert_cmpint (store_find_content (s, &good, 0, &row, &readable, NULL), !=, 0);
  put (s, 0, "good", 3);
  g_assert_cmpint (times_described, ==, 1); /* no one asks while all can be read */
  g_assert_cmpint (store_find_content (s, &bad, 0, &row, &readable, NULL), ==, content);
  g_assert_false (readable);
  store_set_decoder (s, also_heif);
  g_assert_cmpint (store_find_content (s, &bad, 0, &row, &readable, NULL), ==, 0);
  g_assert_cmpint (store_find_content (s, &good, 0, &row, &readable, NULL), !=, 0);
  g_assert_cmpint (get (s, 0, "bad").content, ==, 0);
  put_unreadable (s, "bad", 1);
  g_assert_cmpint (get (s, 0, "bad").content, ==, content);
  store_set_decoder (s, NULL); /* the version alone: not what looked */
  g_assert_cmpint (get (s, 0, "bad").content, ==, 0);
  get (NULL, 0, NULL);
  store_free (s);
  g_assert_cmpint (ask ("SELECT count(*) FROM content WHERE decoder = '1.0; jpeg, heif'"), ==, 1);
}

static void
test_s4 (void)
{
  g_autoptr (GError) error = NULL;
  store *s = open_store ();
  list (s, (const char *const[]){ "a", "b", "c", NULL });
  put (s, 0, "a", 1);
  store_look look = look_at ("a", 1, NULL);
  look.opened = FALSE;
  look.status = STATUS_OK;
  look.reason = NULL;
  g_assert_true (store_put (s, 0, &look, NULL));
  store_picture p = get (s, 0, "a");
  g_assert_cmpint (p.content, ==, 0);
  g_assert_cmpstr (p.status, ==, STATUS_UNREADABLE);
  g_assert_cmpstr (p.reason, !=, "");
  look.reason = "no permission";
  g_assert_true (store_put (s, 0, &look, NULL));
  g_assert_cmpstr (get (s, 0, "a").reason, ==, "no permission");
  put (s, 0, "a", 1); /* and back */
  p = get (s, 0, "a");
  g_assert_cmpstr (p.status, ==, STATUS_OK);
  g_assert_cmpstr (p.reason, ==, "");
  look = look_at ("b", 2, NULL);
  look.status = STATUS_DAMAGED;
  look.reason = "half of it is missing";
  g_assert_true (store_put (s, 0, &look, NULL));
  p = get (s, 0, "b");
  g_assert_cmpstr (p.status, ==, STATUS_DAMAGED);
  g_assert_cmpstr (p.facts.damage, ==, "half of it is missing");
  g_assert_cmpint (p.facts.width, ==, 640);
  look.file = "nowhere";
  g_assert_false (store_put (s, 0, &look, &error));
  check_refused (error, "not in the list");
  put (s, 0, "c", 3); /* which has not harmed the store */
  get (NULL, 0, NULL);
  store_free (s);
  g_clear_error (&error);
  g_autofree char *path = in_folder ("pardon.db");
  g_autoptr (db) d = db_open (path, FALSE, NULL);
  g_assert_false (db_run (d, "UPDATE picture SET content = NULL WHERE file = 'a'", &error));
  g_clear_error (&error);
  g_assert_false (db_run (d, "UPDATE picture SET content = NULL, status = 'ok', reason = 'x'", &error));
}

static void
test_widths (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (store) s = open_store ();
  gint64 set = store_feature_set (s, "a", NULL);
  list (s, (const char *const[]){ "a", "b", NULL });
  put (s, set, "a", 1);
  float wide[D + 1] = { 0 };
  store_look look = look_at ("b", 2, wide);
  look.d = D + 1;
  g_assert_false (store_put (s, set, &look, &error));
  check_refused (error, "are 9 numbers where those before were 8");
  put (s, set, "b", 2);
}

/* Numbers of sets are not given out again, so a killed scan leaves no matrix of another width in the next one's way. */
static void
test_set_is_durable (void)
{
  pid_t child = fork ();
  if (child == 0)
    {
      store *s = open_store ();
      list_numbers (s, 10);
      put_numbers (s, store_feature_set (s, "first", NULL), 0, 10);
      _exit (0);
    }
  waitpid (child, NULL, 0);
  g_autoptr (store) s = open_store ();
  gint64 set = store_feature_set (s, "second", NULL);
  g_assert_cmpint (set, ==, 2);
  float wide[3] = { 0 };
  store_look look = look_at ("000001", 2, wide);
  look.d = 3;
  g_autoptr (GError) error = NULL;
  store_put (s, set, &look, &error);
  g_assert_no_error (error);
}

typedef struct {
  store *s;
  gint64 set;
  gint done; /* contents put so far */
} race;

static gpointer
find_all (gpointer user)
{
  race *r = user;
  for (int round = 0; g_atomic_int_get (&r->done) < 3000; round++)
    {
      guint done = (guint) g_atomic_int_get (&r->done);
      content_hash h = hash_of (1 + (guint) round % 3000);
      gint64 row;
      gboolean readable;
      g_autoptr (GError) error = NULL;
      gint64 id = store_find_content (r->s, &h, r->set, &row, &readable, &error);
      g_assert_no_error (error);
      /* what was put is seen, committed or not */
      if ((guint) round % 3000 < done)
        g_assert_true (id != 0 && row == round % 3000);
    }
  return NULL;
}

static void
test_threads (void)
{
  race r = { .s = open_store () };
  r.set = store_feature_set (r.s, "a", NULL);
  list_numbers (r.s, 3000);
  GThread *threads[3];
  for (int i = 0; i < 3; i++)
    threads[i] = g_thread_new ("find", find_all, &r);
  for (guint i = 0; i < 3000; i++)
    {
      put_numbers (r.s, r.set, i, i + 1);
      g_atomic_int_inc (&r.done);
    }
  for (int i = 0; i < 3; i++)
    g_thread_join (threads[i]);
  store_free (r.s);
  g_assert_cmpuint (check_sound (), ==, 3000);
}

int
main (int argc, char **argv)
{
  static const store_test tests[] = {
    { "/store/S1-S2/killed", test_s1_s2_killed },     { "/store/S1-S2/killed-anywhere", test_s1_s2_killed_anywhere },
    { "/store/S2/matrix-lost", test_s2_matrix_lost }, { "/store/S3/written-once", test_s3 },
    { "/store/S3/unreadable", test_s3_unreadable },   { "/store/S4/status", test_s4 },
    { "/store/S4/refused", test_s4_refused },         { "/store/more-sets", test_more_sets },
    { "/store/content/decoder", test_decoder },       { "/store/widths", test_widths },
    { "/store/set-is-durable", test_set_is_durable }, { "/store/threads", test_threads },
  };
  return run_tests (argc, argv, tests, G_N_ELEMENTS (tests));
}
