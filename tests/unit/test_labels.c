/* Confident learning where it can be counted by hand, and where there is nothing to learn. */
#include <glib.h>
#include <math.h>

#include "judge/labels.h"

#define NEAR(a, b) g_assert_cmpfloat_with_epsilon ((a), (b), 1e-9)

/* Thresholds 0.6875 and 0.5; class 2 has no label and can be nobody's true one. */
static void
test_labels (void)
{
  const float p[] = { 0.875f, 0.125f, 0, 0.5f, 0.5f, 0, 0.25f, 0.75f, 0, 0.75f, 0.25f, 0, NAN, 1, 0, 0, 0, 1 };
  const int label[] = { 0, 0, 1, 1, 0, -1 };
  matrix m = { .n = 6, .d = 3, .data = p };
  label_rows r = { .n = 6, .n_classes = 3, .label = label, .probabilities = &m };
  g_auto (label_report) l = { 0 };

  label_report_init (&l, &r, LABELS_BY_MARGIN);
  g_assert_true (l.n == 4 && l.counted == 4 && l.class_n[2] == 0);
  NEAR (l.threshold[0], 0.6875);
  NEAR (l.threshold[1], 0.5);
  g_assert_true (l.n_cells == 4 && l.cells[1].given == 0 && l.cells[1].likely == 1 && l.cells[1].n == 1);
  g_assert_cmpuint (l.n_suspects, ==, 2);
  g_assert_true (l.suspects[0].row == 3 && l.suspects[0].likely == 0 && l.suspects[0].margin == -0.5);
  g_assert_true (l.suspects[1].row == 1 && l.suspects[1].likely == 1 && l.suspects[1].margin == 0.0);
  NEAR (l.wrong.value, 0.5);
  g_assert_true (l.wrong.low > 0.1 && l.wrong.high < 0.9);
  const guint8 wanted[] = { 1, 1, 1, 0, 1, 1 };
  r.wanted = wanted;
  label_report_clear (&l);
  label_report_init (&l, &r, LABELS_BY_MARGIN);
  g_assert_true (l.n == 3 && l.n_suspects == 0); /* class 1's threshold rises to 0.75 */
}

/* Only the top is known: 0 called 1 with more confidence than ones have in the mean. */
static void
test_labels_top (void)
{
  const int label[] = { 0, 0, 1, 1, 1, 0 }, predicted[] = { 0, 1, 1, 1, -1, 1 };
  const float confidence[] = { 0.75f, 0.875f, 0.75f, 0.5f, 0.5f, NAN };
  label_rows r = { .n = 6, .n_classes = 2, .label = label, .predicted = predicted, .confidence = confidence };
  g_auto (label_report) l = { 0 };

  label_report_init (&l, &r, LABELS_BY_SELF_CONFIDENCE);
  g_assert_cmpuint (l.n, ==, 4);
  NEAR (l.threshold[0], (0.75 + 0.125) / 2);
  NEAR (l.threshold[1], 0.625);
  g_assert_true (l.n_suspects == 1 && l.suspects[0].row == 1);
  NEAR (l.suspects[0].margin, 0.125 - 0.875);
}

static void
test_labels_nothing (void)
{
  const int label[] = { 0, 0, 0 }, none[] = { -1, -1, -1 };
  const float ones[] = { 1, 1, 1 };
  matrix m = { .n = 3, .d = 1, .data = ones };
  label_rows r = { .n = 3, .n_classes = 1, .label = label, .probabilities = &m };
  g_auto (label_report) one = { 0 }, empty = { 0 }, unknown = { 0 };

  label_report_init (&one, &r, LABELS_BY_MARGIN);
  g_assert_true (one.n_suspects == 0 && one.wrong.value == 0.0 && one.wrong.high > 0.5 && one.counted == 3);
  r.label = none;
  label_report_init (&empty, &r, LABELS_BY_MARGIN);
  g_assert_true (empty.n == 0 && empty.wrong.n == 0 && empty.wrong.high == 0.0);
  r.label = label;
  r.probabilities = NULL;
  label_report_init (&unknown, &r, LABELS_BY_MARGIN);
  g_assert_cmpuint (unknown.n, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/labels/probabilities", test_labels);
  g_test_add_func ("/labels/top", test_labels_top);
  g_test_add_func ("/labels/nothing", test_labels_nothing);
  return g_test_run ();
}
