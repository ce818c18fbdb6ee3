/* Verdicts: kept to the bit, replaced as a whole or not at all (store.h, S9). */
#include "store_folder.h"

#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const kinds[] = { "blur", "noise", "dark" };

static store_verdict
verdict_of (guint i, double shift)
{
  store_verdict v = { .judged = TRUE,
                      .score = i + shift,
                      .noise = 1.0 / (i + 2),
                      .noisy = i % 2,
                      .kind = i % 2 ? "dark" : "",
                      .severity = i % 2 ? 2.5 : NAN,
                      .unlike = 0.25 * i,
                      .n_kinds = 3,
                      .kinds = { (float) i, -1e-30f, 1.0f / 3 },
                      .grey = i % 3 == 0,
                      .enlarged = (int) (i % 3) - 1 };
  return v;
}

static void
add_all (store *s, guint n, double shift)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (store_verdicts_begin (s, kinds, 3, NULL));
  for (guint i = 0; i < n; i++)
    {
      char name[16];
      store_verdict v = verdict_of (i, shift);
      g_snprintf (name, sizeof name, "%06u", i);
      store_verdicts_add (s, name, &v, &error);
      g_assert_no_error (error);
    }
}

/* How many of the list have one, which are checked. */
static guint
check_all (store *s, double shift)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (store_cursor) c = store_cursor_new (s, 0, &error);
  guint judged = 0, i = 0;
  for (store_picture p; store_cursor_next (c, &p, &error); i++)
    {
      store_verdict want = verdict_of (i, shift), *v = &p.verdict;
      g_assert_nonnull (v->kind);
      if (!v->judged)
        continue;
      judged++;
      g_assert_cmpfloat (v->score, ==, want.score);
      g_assert_cmpfloat (v->noise, ==, want.noise);
      g_assert_cmpint (v->noisy, ==, want.noisy);
      g_assert_cmpstr (v->kind, ==, want.kind);
      g_assert_true (isnan (want.severity) ? isnan (v->severity) : v->severity == want.severity);
      g_assert_cmpfloat (v->unlike, ==, want.unlike);
      g_assert_cmpuint (v->n_kinds, ==, 3);
      g_assert_cmpmem (v->kinds, 3 * sizeof *v->kinds, want.kinds, 3 * sizeof *want.kinds);
      g_assert_cmpint (v->grey, ==, want.grey);
      g_assert_cmpint (v->enlarged, ==, want.enlarged);
    }
  g_assert_no_error (error);
  return judged;
}

static void
test_kept (void)
{
  store *s = open_store ();
  list_numbers (s, 1000);
  g_assert_cmpuint (check_all (s, 0), ==, 0);
  add_all (s, 600, 0);
  g_assert_true (store_verdicts_end (s, TRUE, NULL));
  g_assert_cmpuint (check_all (s, 0), ==, 600);
  store_free (s);
  s = store_open (folder, FALSE, NULL);
  g_auto (GStrv) names = store_verdict_kinds (s, NULL);
  g_assert_true (g_strv_equal ((const char *const *) names, (const char *const[]){ "blur", "noise", "dark", NULL }));
  g_assert_cmpuint (check_all (s, 0), ==, 600);
  store_free (s);
}

static void
test_s9_replaced (void)
{
  store *s = open_store ();
  g_autoptr (GError) error = NULL;
  list_numbers (s, 10);
  add_all (s, 10, 0);
  g_assert_true (store_verdicts_end (s, TRUE, NULL));
  add_all (s, 4, 0.5);
  g_assert_true (store_verdicts_end (s, TRUE, NULL));
  g_assert_cmpuint (check_all (s, 0.5), ==, 4);
  /* taken back, and written on */
  add_all (s, 7, 0.75);
  g_assert_true (store_verdicts_end (s, FALSE, NULL));
  g_assert_cmpuint (check_all (s, 0.5), ==, 4);
  put_numbers (s, store_feature_set (s, "a", NULL), 0, 10);
  /* forgotten half way */
  add_all (s, 7, 0.75);
  store_free (s);
  s = open_store ();
  g_assert_cmpuint (check_all (s, 0.5), ==, 4);
  g_assert_cmpuint (check_sound (), ==, 10);
  /* no kinds, no verdicts */
  g_assert_true (store_verdicts_begin (s, NULL, 0, NULL) && store_verdicts_end (s, TRUE, NULL));
  g_assert_cmpuint (check_all (s, 0), ==, 0);
  g_auto (GStrv) names = store_verdict_kinds (s, NULL);
  g_assert_cmpuint (g_strv_length (names), ==, 0);
  /* another number of kinds than was begun with */
  store_verdict v = verdict_of (0, 0);
  g_assert_true (store_verdicts_begin (s, kinds, 2, NULL));
  g_assert_false (store_verdicts_add (s, "000000", &v, &error));
  check_refused (error, "does not belong");
  g_assert_false (store_verdicts_end (s, TRUE, NULL));
  store_free (s);
  s = open_store ();
  g_clear_error (&error);
  g_assert_false (store_verdicts_add (s, "000000", &v, &error)); /* not begun */
  check_refused (error, "does not belong");
  g_clear_error (&error);
  const char *many[STORE_MOST_KINDS + 1] = { "k" };
  g_assert_false (store_verdicts_begin (s, many, STORE_MOST_KINDS + 1, &error));
  check_refused (error, "33 kinds");
  store_free (s);
  g_assert_cmpint (ask ("SELECT count(*) FROM verdict"), ==, 0);
}

/* A judge killed at work leaves the former verdicts, however many had reached the file. */
static void
test_s9_killed (void)
{
  store *s = open_store ();
  list_numbers (s, 20000);
  add_all (s, 500, 0);
  g_assert_true (store_verdicts_end (s, TRUE, NULL));
  store_free (s);
  pid_t child = fork ();
  if (child == 0)
    {
      s = open_store ();
      add_all (s, 20000, 0.5);
      _exit (0);
    }
  int status;
  waitpid (child, &status, 0);
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  s = open_store ();
  g_assert_cmpuint (check_all (s, 0), ==, 500);
  store_free (s);
}

/* A stranger's hand in the table ends in fewer scores, never in a crash. */
static void
test_meddled (void)
{
  store *s = open_store ();
  list_numbers (s, 3);
  add_all (s, 3, 0);
  g_assert_true (store_verdicts_end (s, TRUE, NULL));
  store_free (s);
  meddle ("UPDATE verdict SET kinds = zeroblob (1000) WHERE file = '000000'");
  meddle ("UPDATE verdict SET kinds = x'0011223344' WHERE file = '000001'");
  meddle ("UPDATE verdict SET kinds = x'' WHERE file = '000002'");
  s = open_store ();
  g_assert_cmpuint (get (s, 0, "000000").verdict.n_kinds, ==, STORE_MOST_KINDS);
  g_assert_cmpuint (get (s, 0, "000001").verdict.n_kinds, ==, 1);
  g_assert_cmpuint (get (s, 0, "000002").verdict.n_kinds, ==, 0);
  get (NULL, 0, NULL);
  store_free (s);
}

int
main (int argc, char **argv)
{
  static const store_test tests[] = {
    { "/store/verdicts", test_kept },
    { "/store/S9/replaced", test_s9_replaced },
    { "/store/S9/killed", test_s9_killed },
    { "/store/verdicts/meddled", test_meddled },
  };
  return run_tests (argc, argv, tests, G_N_ELEMENTS (tests));
}
