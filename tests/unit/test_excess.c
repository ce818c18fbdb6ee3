/* Excess errors where most classes have one picture: no label may decide for all, and the two intervals must tell the same. */
#include <glib.h>
#include <math.h>

#include "judge/excess.h"

#define MOST 400

typedef struct {
  gsize n;
  int classes, truth[MOST], predicted[MOST];
  gint8 noisy[MOST];
} table;

static void
table_add (table *t, int class, gboolean noisy, gboolean right)
{
  t->truth[t->n] = class;
  t->predicted[t->n] = right ? class : (class + 1) % t->classes;
  t->noisy[t->n++] = (gint8) noisy;
}

static excess_errors
table_judge (const table *t)
{
  judge_rows rows = {
    .n = t->n, .n_classes = t->classes, .truth = t->truth, .predicted = t->predicted, .noisy = t->noisy
  };
  g_auto (excess) e = { 0 };
  excess_options o;

  excess_options_init (&o);
  excess_init (&e, &rows, &o);
  return e.total;
}

/* Value and effect are one number. Their intervals differ by their making: that of value takes the mistakes seen for known, so that it
 * ends there, and has chance in the expected ones; that of effect has chance in those seen. But neither may deny the other. */
static void
assert_agreement (const excess_errors *e)
{
  double m = (double) e->pictures, low = m * e->effect.low, high = m * e->effect.high, width = high - low;

  g_assert_cmpfloat_with_epsilon (e->value, m * e->effect.value, 1e-9 * m);
  g_assert_cmpfloat (e->low, <=, e->value);
  g_assert_cmpfloat (e->high, >=, e->value);
  if (m < 10.0)
    return; /* counts are coarse */
  g_assert_cmpfloat (fabs (e->low - low), <, 0.6 * width);
  g_assert_cmpfloat (fabs (e->high - MIN (high, (double) e->wrong)), <, 0.4 * width);
  g_assert_cmpfloat (e->high - e->low, >, 0.2 * width);
}

static void
test_one_label_of_300 (void)
{
  table t = { .classes = 300 };

  for (int c = 0; c < 160; c++)
    table_add (&t, c, FALSE, c >= 29);
  for (int c = 160; c < 300; c++)
    table_add (&t, c, TRUE, c >= 248);
  excess_errors before = table_judge (&t);
  g_assert_cmpfloat_with_epsilon (before.expected, 140.0 * 29 / 160, 1e-9);
  g_assert_cmpint (before.guard, ==, GUARD_COSTS);
  assert_agreement (&before);
  t.truth[40] = 290; /* a fit picture, now wrong, of the class of a noisy one that is right */
  excess_errors after = table_judge (&t);
  g_assert_cmpint (after.guard, ==, GUARD_COSTS);
  g_assert_cmpfloat (fabs (after.expected - before.expected), <, 4.0);
  assert_agreement (&after);
}

static void
test_one_label_of_any (void)
{
  g_autoptr (GRand) r = g_rand_new_with_seed (7);

  for (int i = 0; i < 2000; i++)
    {
      table t = { .classes = g_rand_int_range (r, 20, 200) };
      double noisy = g_rand_double_range (r, 0.2, 0.8), wrong = g_rand_double_range (r, 0.02, 0.5),
             twice = g_rand_double (r);
      for (int c = 0; c < t.classes; c++)
        for (int k = g_rand_double (r) < twice ? 0 : 1; k < 2; k++)
          table_add (&t, c, g_rand_double (r) < noisy, g_rand_double (r) >= wrong);
      excess_errors before = table_judge (&t);
      int row = g_rand_int_range (r, 0, (int) t.n);
      t.truth[row] = g_rand_int_range (r, 0, t.classes);
      excess_errors after = table_judge (&t);
      if (!before.known || !after.known)
        continue;
      assert_agreement (&before);
      assert_agreement (&after);
      /* what one of n is to m, and what rates.h lets it move the slope; two classes change with a label */
      double m = (double) before.pictures, n = (double) t.n - m;
      g_assert_cmpfloat (fabs (after.expected - before.expected), <, 2.5 * m / n * (1.0 + 0.25 * sqrt (n)));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/excess/one-label-of-300", test_one_label_of_300);
  g_test_add_func ("/excess/one-label-of-any", test_one_label_of_any);
  return g_test_run ();
}
