/* The paired test's arithmetic on answers made by hand: pictures without an answer are in no number, and what stands for the truth. */
#include "judging/stress.h"

#include <string.h>

#define PICTURES 4

static void
fill (int *answer, int class)
{
  for (int i = 0; i < STRESS_CELLS; i++)
    answer[i] = class;
}

static int
cell (int kind, int severity)
{
  return 1 + kind * STRESS_SEVERITIES + severity - 1;
}

/* 0: right throughout but for kind 3 at severity 5. 1: wrong as it is, mended by kind 2 at severity 1. 2: lacks one answer. 3: right
 * as it is, wrong in all of kind 3. */
static void
make (int answer[PICTURES][STRESS_CELLS])
{
  fill (answer[0], 7);
  answer[0][cell (3, 5)] = 1;
  fill (answer[1], 6);
  answer[1][cell (2, 1)] = 7;
  fill (answer[2], 1);
  answer[2][cell (0, 1)] = -1;
  fill (answer[3], 7);
  for (int s = 1; s <= STRESS_SEVERITIES; s++)
    answer[3][cell (3, s)] = s;
}

static void
test_labels (void)
{
  int answer[PICTURES][STRESS_CELLS];
  const int truth[PICTURES] = { 7, 7, 7, 7 };
  stress x = { .wanted = PICTURES, .drawn = PICTURES, .truth = TRUE };
  make (answer);
  stress_weigh (&x, answer[0], truth, PICTURES);
  g_assert_cmpuint (x.n, ==, 3);
  g_assert_cmpfloat_with_epsilon (x.clean.value, 1.0 / 3, 1e-12);
  g_assert_cmpuint (x.cells[3][4].wrong, ==, 3);
  g_assert_cmpuint (x.cells[3][4].broken, ==, 2);
  g_assert_cmpuint (x.cells[3][4].mended, ==, 0);
  g_assert_cmpfloat_with_epsilon (x.cells[3][4].p, 0.5, 1e-12);
  g_assert_cmpuint (x.cells[2][0].wrong, ==, 0);
  g_assert_cmpuint (x.cells[2][0].mended, ==, 1);
  g_assert_cmpfloat_with_epsilon (x.kinds[3].value, 11.0 / 15, 1e-12);
  g_assert_cmpfloat_with_epsilon (x.mce.value, (125.0 - 1 + 1 + 5) / 375, 1e-12);
  g_assert_cmpfloat (x.kinds[3].low, <, x.kinds[3].value);
  g_assert_cmpfloat (x.kinds[3].high, <=, 1);
}

static void
test_clean_copies (void)
{
  int answer[PICTURES][STRESS_CELLS];
  stress x = { .wanted = PICTURES, .drawn = PICTURES };
  make (answer);
  stress_weigh (&x, answer[0], NULL, PICTURES);
  g_assert_cmpuint (x.n, ==, 3);
  g_assert_cmpfloat_with_epsilon (x.clean.value, 0, 1e-12);
  g_assert_cmpuint (x.cells[2][0].broken, ==, 1);
  g_assert_cmpuint (x.cells[3][4].wrong, ==, 2);
  g_assert_cmpfloat_with_epsilon (x.mce.value, 7.0 / 375, 1e-12);
}

static void
test_order_and_words (void)
{
  int answer[PICTURES][STRESS_CELLS], order[CORRUPTION_KINDS];
  stress x = { .wanted = 9, .pool = PICTURES, .drawn = PICTURES };
  pardon_judgement told = { 0 };
  make (answer);
  stress_weigh (&x, answer[0], NULL, PICTURES);
  stress_order (&x, order);
  g_assert_cmpint (order[0], ==, 3);
  g_assert_cmpint (order[1], ==, 2);
  for (int i = 3; i < CORRUPTION_KINDS; i++)
    g_assert_cmpstr (corruption_kinds[order[i - 1]].name, <, corruption_kinds[order[i]].name);
  stress_tell (&x, &told);
  g_assert_cmpint (told.n_lines, ==, 5);
  g_assert_nonnull (strstr (told.lines[0], "3 fit pictures"));
  g_assert_nonnull (strstr (told.lines[3], "9 pictures were asked for, 4 can serve"));
  g_assert_nonnull (
      strstr (told.lines[4], "1 of the 4 pictures drawn could not be read or classified again and is left out"));
  told.n_lines = PARDON_MOST_LINES - 1; /* a full list is not overrun */
  stress_tell (&x, &told);
  g_assert_cmpint (told.n_lines, ==, PARDON_MOST_LINES);
}

static void
test_none (void)
{
  stress not_asked = { 0 }, none = { .wanted = 5, .pool = 2, .drawn = 2 };
  pardon_judgement told = { 0 };
  int answer[2 * STRESS_CELLS];
  fill (answer, -1);
  fill (answer + STRESS_CELLS, -1);
  stress_weigh (&none, answer, NULL, 2);
  stress_tell (&not_asked, &told);
  g_assert_cmpint (told.n_lines, ==, 0);
  stress_tell (&none, &told);
  g_assert_cmpint (told.n_lines, ==, 1);
  g_autofree char *nothing = stress_add (&not_asked, g_strdup ("{}"), FALSE);
  g_assert_cmpstr (nothing, ==, "{\"stress\":null}");
  g_autofree char *object = stress_add (&none, g_strdup ("{\"a\":{}}"), TRUE);
  g_assert_true (
      g_str_has_prefix (object, "{\"a\":{},\"stress\":{\"n\":0,\"asked\":5,\"can_serve\":2,\"left_out\":2,"));
  g_assert_nonnull (strstr (object, "\"worst_kind\":null,\"kinds\":[]}}"));
  g_assert_null (strstr (object, "nan"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stress/labels", test_labels);
  g_test_add_func ("/stress/clean-copies", test_clean_copies);
  g_test_add_func ("/stress/order-and-words", test_order_and_words);
  g_test_add_func ("/stress/none", test_none);
  return g_test_run ();
}
