/* Answers: kept as they were given, replaced as a whole or not at all (store.h, S10). */
#include "store_folder.h"

#include <math.h>

static const char *const classes[] = { "cat", "dog", "crane (7)", NULL };
static const char *const columns[] = { "camera", "split", NULL };

static store_answer
answer_of (guint i, int shift, const char **details)
{
  static const char *const parts[] = { "train", "test", "" };
  details[0] = i % 2 ? "a, \"b\"" : "";
  details[1] = parts[i % 3];
  return (store_answer){ .truth = (int) (i + (guint) shift) % 4 - 1,
                         .prediction = (int) i % 3,
                         .top5 = (int) i % 3 - 1,
                         .confidence = i % 5 == 0 ? NAN : 1.0 / (i + 3),
                         .owed = i % 4 == 0 ? 3 : -1,
                         .suggested = i % 7 == 0 ? 2 : -1,
                         .n_details = 2,
                         .details = details };
}

static void
add_all (store *s, guint n, int shift)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (store_answers_begin (s, classes, columns, 1, NULL));
  for (guint i = 0; i < n; i++)
    {
      char name[16];
      const char *details[2];
      store_answer a = answer_of (i, shift, details);
      g_snprintf (name, sizeof name, "%06u", i);
      store_answers_add (s, name, &a, &error);
      g_assert_no_error (error);
    }
}

/* How many of the list have one, which are checked. */
static guint
check_all (store *s, int shift)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (store_cursor) c = store_cursor_new (s, 0, &error);
  guint given = 0, i = 0;
  for (store_picture p; store_cursor_next (c, &p, &error); i++)
    {
      const char *details[2];
      store_answer want = answer_of (i, shift, details), *a = &p.answer;
      if (!a->given)
        {
          g_assert_true (a->truth == -1 && a->prediction == -1 && a->owed == -1 && a->n_details == 0);
          continue;
        }
      given++;
      g_assert_cmpint (a->truth, ==, want.truth);
      g_assert_cmpint (a->said_truth, ==, want.truth);
      g_assert_cmpint (a->prediction, ==, want.prediction);
      g_assert_cmpint (a->top5, ==, want.top5);
      g_assert_true (isnan (want.confidence) ? isnan (a->confidence) : a->confidence == want.confidence);
      g_assert_cmpint (a->owed, ==, want.owed);
      g_assert_cmpint (a->suggested, ==, want.suggested);
      g_assert_cmpuint (a->n_details, ==, 2);
      g_assert_cmpstr (a->details[0], ==, details[0]);
      g_assert_cmpstr (a->details[1], ==, details[1]);
    }
  g_assert_no_error (error);
  return given;
}

static void
test_kept (void)
{
  int split;
  store *s = open_store ();
  list_numbers (s, 1000);
  g_assert_cmpuint (check_all (s, 0), ==, 0);
  add_all (s, 600, 0);
  g_assert_true (store_answers_end (s, TRUE, NULL));
  store_free (s);
  s = store_open (folder, FALSE, NULL);
  g_auto (GStrv) of_classes = store_answer_classes (s, NULL), of_columns = store_answer_columns (s, &split, NULL);
  g_assert_true (g_strv_equal ((const char *const *) of_classes, classes));
  g_assert_true (g_strv_equal ((const char *const *) of_columns, columns));
  g_assert_cmpint (split, ==, 1);
  g_assert_cmpuint (check_all (s, 0), ==, 600);
  store_free (s);
}

static void
test_s10_replaced (void)
{
  store *s = open_store ();
  list_numbers (s, 10);
  add_all (s, 10, 0);
  g_assert_true (store_answers_end (s, TRUE, NULL));
  add_all (s, 4, 1);
  g_assert_true (store_answers_end (s, TRUE, NULL));
  g_assert_cmpuint (check_all (s, 1), ==, 4);
  /* taken back, and forgotten half way */
  add_all (s, 7, 2);
  g_assert_true (store_answers_end (s, FALSE, NULL));
  g_assert_cmpuint (check_all (s, 1), ==, 4);
  add_all (s, 7, 2);
  store_free (s);
  s = open_store ();
  g_assert_cmpuint (check_all (s, 1), ==, 4);
  /* nothing was asked of a classifier */
  int split;
  g_assert_true (store_answers_begin (s, NULL, NULL, -1, NULL) && store_answers_end (s, TRUE, NULL));
  g_assert_cmpuint (check_all (s, 0), ==, 0);
  g_auto (GStrv) none = store_answer_columns (s, &split, NULL);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  g_assert_cmpint (split, ==, -1);
  store_free (s);
}

static void
check_foreign (store_answer a)
{
  g_autoptr (GError) error = NULL;
  store *s = open_store ();
  add_all (s, 2, 0);
  g_assert_false (store_answers_add (s, "000003", &a, &error));
  check_refused (error, "does not belong");
  g_assert_false (store_answers_end (s, TRUE, NULL));
  g_assert_cmpuint (check_all (s, 0), ==, 5);
  store_free (s);
}

static void
test_s10_foreign (void)
{
  const char *details[2];
  store *s = open_store ();
  list_numbers (s, 5);
  add_all (s, 5, 0);
  g_assert_true (store_answers_end (s, TRUE, NULL));
  store_free (s);
  store_answer a = answer_of (3, 0, details);
  a.truth = 3;
  check_foreign (a);
  a = answer_of (3, 0, details);
  a.n_details = 1;
  check_foreign (a);
  /* verdicts are no answers */
  s = open_store ();
  g_assert_true (store_answers_begin (s, classes, NULL, -1, NULL));
  g_assert_false (store_verdicts_add (s, "000000", &(store_verdict){ .kind = "" }, NULL));
  g_assert_true (store_answers_end (s, FALSE, NULL));
  store_free (s);
}

int
main (int argc, char **argv)
{
  static const store_test tests[] = {
    { "/store/answers/kept", test_kept },
    { "/store/answers/S10-replaced", test_s10_replaced },
    { "/store/answers/S10-foreign", test_s10_foreign },
  };
  return run_tests (argc, argv, tests, G_N_ELEMENTS (tests));
}
