/* Decisions: what holds, what is undone, and that they follow the content (store.h, S11). */
#include "store_folder.h"

#include <math.h>

static const char *const classes[] = { "cat", "dog", NULL };

/* Pictures 0 .. n - 1 with contents of their own; odd ones noisy by jpeg, even ones likeliest so; all cats called dogs. */
static store *
scanned (guint n)
{
  store *s = open_store ();
  list_numbers (s, n);
  put_numbers (s, store_feature_set (s, "a", NULL), 0, n);
  g_assert_true (store_verdicts_begin (s, (const char *const[]){ "jpeg", "blur", NULL }, 2, NULL));
  for (guint i = 0; i < n; i++)
    {
      char name[16];
      store_verdict v = { .judged = TRUE,
                          .score = i,
                          .noisy = i % 2,
                          .kind = i % 2 ? "jpeg" : "",
                          .severity = i % 2 ? 2.5 : NAN,
                          .likely = "jpeg",
                          .likely_severity = 2.5,
                          .n_kinds = 2 };
      g_snprintf (name, sizeof name, "%06u", i);
      g_assert_true (store_verdicts_add (s, name, &v, NULL));
    }
  g_assert_true (store_verdicts_end (s, TRUE, NULL) && store_answers_begin (s, classes, NULL, -1, NULL));
  for (guint i = 0; i < n; i++)
    {
      char name[16];
      store_answer a = { .truth = 0, .prediction = 1, .top5 = 0, .owed = -1, .suggested = -1 };
      g_snprintf (name, sizeof name, "%06u", i);
      g_assert_true (store_answers_add (s, name, &a, NULL));
    }
  g_assert_true (store_answers_end (s, TRUE, NULL));
  return s;
}

static void
decide (store *s, const char *file, const char *field, const char *to)
{
  g_autoptr (GError) error = NULL;
  store_picture p = get (s, 0, file);
  store_decision d = { .when = 77, .content = p.content, .file = file, .field = field, .from = "x", .to = to };
  store_decide (s, &d, 1, &error);
  g_assert_no_error (error);
}

static void
check (store *s, const char *file, gboolean noisy, const char *kind, double severity, int truth)
{
  store_picture p = get (s, 0, file);
  g_assert_cmpint (p.verdict.noisy, ==, noisy);
  g_assert_cmpstr (p.verdict.kind, ==, kind);
  g_assert_true (isnan (severity) ? isnan (p.verdict.severity) : p.verdict.severity == severity);
  g_assert_cmpint (p.answer.truth, ==, truth);
  g_assert_cmpint (p.answer.said_truth, ==, 0);
  g_assert_cmpint (p.answer.top5, ==, 0);
}

static void
test_overlay (void)
{
  store *s = scanned (4);
  check (s, "000000", FALSE, "", NAN, 0);
  check (s, "000001", TRUE, "jpeg", 2.5, 0);
  decide (s, "000000", "noisy", "1");
  check (s, "000000", TRUE, "jpeg", 2.5, 0);
  g_assert_false (get (s, 0, "000000").verdict.said_noisy);
  decide (s, "000000", "kind", "blur");
  check (s, "000000", TRUE, "blur", NAN, 0);
  decide (s, "000001", "noisy", "0");
  check (s, "000001", FALSE, "", NAN, 0);
  g_assert_true (get (s, 0, "000001").verdict.said_noisy);
  decide (s, "000001", "label", "dog");
  check (s, "000001", FALSE, "", NAN, 1);
  decide (s, "000001", "label", "no such class");
  check (s, "000001", FALSE, "", NAN, 0);
  g_assert_cmpstr (get (s, 0, "000001").decided.label, ==, "no such class");
  /* what pardon said holds again */
  decide (s, "000001", "noisy", NULL);
  check (s, "000001", TRUE, "jpeg", 2.5, 0);
  g_assert_cmpint (get (s, 0, "000001").decided.noisy, ==, -1);
  check (s, "000002", FALSE, "", NAN, 0);
  get (NULL, 0, NULL);
  store_free (s);
}

static void
test_s11_undo (void)
{
  g_autoptr (GError) error = NULL;
  guint64 n;
  store *s = scanned (4);
  store_picture p = get (s, 0, "000000");
  store_decision two[] = { { .content = p.content, .file = "000000", .field = "noisy", .from = "0", .to = "1" },
                           { .content = p.content, .file = "000000", .field = "kind", .from = "", .to = "blur" } };
  g_assert_true (store_decide (s, two, 2, NULL));
  decide (s, "000000", "noisy", "0");
  check (s, "000000", FALSE, "", NAN, 0);
  g_assert_true (store_undo (s, &n, NULL));
  g_assert_cmpuint (n, ==, 1);
  check (s, "000000", TRUE, "blur", NAN, 0);
  g_assert_true (store_undo (s, &n, NULL));
  g_assert_cmpuint (n, ==, 2);
  check (s, "000000", FALSE, "", NAN, 0);
  g_assert_true (store_undo (s, &n, NULL));
  g_assert_cmpuint (n, ==, 0);
  /* a wrong one of a batch undoes all of it, and the store is written on */
  two[1].field = "colour";
  g_assert_false (store_decide (s, two, 2, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  check (s, "000000", FALSE, "", NAN, 0);
  decide (s, "000000", "noisy", "1");
  check (s, "000000", TRUE, "jpeg", 2.5, 0);
  g_assert_cmpint (ask ("SELECT count(*) FROM decision"), ==, 4);
  g_assert_cmpint (ask ("SELECT count(DISTINCT id) FROM decision"), ==, 4);
  get (NULL, 0, NULL);
  store_free (s);
}

static void
keep_text (const store_decision *d, gpointer user)
{
  g_string_append_printf (user, "%" G_GINT64_FORMAT " %s %s %s>%s %d\n", d->when, d->file, d->field, d->from,
                          d->to != NULL ? d->to : "-", d->undone);
}

static void
test_s11_content (void)
{
  store *s = scanned (4);
  decide (s, "000001", "noisy", "0");
  /* renamed, copied, and the old name given to another content; verdicts made anew */
  list (s, (const char *const[]){ "copy", "new-name", "000001", NULL });
  gint64 set = store_feature_set (s, "a", NULL);
  put (s, set, "copy", 2);
  put (s, set, "new-name", 2);
  put (s, set, "000001", 9);
  store_verdict v = { .judged = TRUE, .noisy = TRUE, .kind = "jpeg", .severity = 2, .n_kinds = 1 };
  g_assert_true (store_verdicts_begin (s, (const char *const[]){ "jpeg", NULL }, 1, NULL)
                 && store_verdicts_add (s, "copy", &v, NULL) && store_verdicts_add (s, "new-name", &v, NULL)
                 && store_verdicts_add (s, "000001", &v, NULL) && store_verdicts_end (s, TRUE, NULL));
  store_free (s);
  s = store_open (folder, FALSE, NULL);
  g_assert_false (get (s, 0, "copy").verdict.noisy);
  g_assert_false (get (s, 0, "new-name").verdict.noisy);
  g_assert_true (get (s, 0, "000001").verdict.noisy);
  g_autoptr (GString) log = g_string_new (NULL);
  g_assert_true (store_each_decision (s, keep_text, log, NULL));
  g_assert_cmpstr (log->str, ==, "77 000001 noisy x>0 0\n");
  get (NULL, 0, NULL);
  store_free (s);
}

int
main (int argc, char **argv)
{
  static const store_test tests[] = {
    { "/store/decisions/overlay", test_overlay },
    { "/store/decisions/S11-undo", test_s11_undo },
    { "/store/decisions/S11-content", test_s11_content },
  };
  return run_tests (argc, argv, tests, G_N_ELEMENTS (tests));
}
