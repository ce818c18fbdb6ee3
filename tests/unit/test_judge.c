/* The judge's arithmetic where it is easiest to get wrong: edges, ties, sides, and worked examples from the papers. */
#include <glib.h>
#include <math.h>

#include "judge/distributions.h"
#include "judge/excess.h"
#include "judge/rates.h"

#define NEAR(a, b) g_assert_cmpfloat_with_epsilon ((a), (b), 1e-9)

static void
test_wilson (void)
{
  proportion p = wilson (0, 0, 0.95);
  g_assert_cmpuint (p.n, ==, 0);
  g_assert_true (p.value == 0.0 && p.low == 0.0 && p.high == 0.0);
  p = wilson (10, 10, 0.95);
  g_assert_true (p.high == 1.0 && p.value == 1.0);
  NEAR (p.low, 10.0 / (10.0 + 3.841458820694124)); /* n / (n + z^2) */
  p = wilson (0, 10, 0.95);
  g_assert_true (p.low == 0.0);
  NEAR (p.high, 3.841458820694124 / (10.0 + 3.841458820694124));
}

/* Fisher's tea: three of four cups right, 17/70 one-sided. */
static void
test_fisher (void)
{
  fisher_result f = fisher_exact (3, 1, 1, 3);
  NEAR (f.greater, 17.0 / 70.0);
  NEAR (f.less, 69.0 / 70.0);
  NEAR (f.two_sided, 34.0 / 70.0); /* the equally likely table on the other side counts */
  f = fisher_exact (0, 0, 5, 7);
  g_assert_true (f.less == 1.0 && f.greater == 1.0 && f.two_sided == 1.0);
  f = fisher_exact (2000, 0, 0, 2000);
  g_assert_true (f.greater == 0.0 && f.two_sided == 0.0); /* 1e-1203 */
}

static void
test_tails (void)
{
  NEAR (binomial_log_upper (10000, 10000, 0.25), 10000 * log (0.25));
  NEAR (binomial_upper (0, 5, 0.3), 1.0);
  NEAR (binomial_cdf (4, 5, 0.5), 31.0 / 32.0);
  g_assert_true (binomial_cdf (-1, 5, 0.5) == 0.0 && binomial_cdf (5, 5, 0.5) == 1.0);
  g_assert_true (isinf (normal_quantile (0.0)) && isinf (normal_quantile (1.0)));
  NEAR (normal_quantile (0.975), 1.959963984540054);
  /* Of one coin: mid-p lies at 1/4 and 3/4. */
  NEAR (count_quantile (0.5, 1, 0.5, 0.25), 0.5);
  g_assert_true (count_quantile (0.025, 20, 0.5, 0.5) == 0.0);
  g_assert_true (count_quantile (0.5, 10, 0.0, 0.0) == 0.0 && count_quantile (0.5, 10, 10.0, 1.0) == 10.0);
}

static void
test_false_discovery (void)
{
  double p[] = { 0.04, 0.01, 0.03 }, q[3];
  benjamini_hochberg (p, 3, q);
  NEAR (q[0], 0.04);
  NEAR (q[1], 0.03);
  NEAR (q[2], 0.04);
  benjamini_hochberg (p, 0, q);
}

static void
test_ranking (void)
{
  double score[] = { 0.9, 0.8, 0.8, 0.1 };
  gint8 positive[] = { 1, 1, 0, 0 }, none[] = { 0, 0, 0, 0 };
  auroc_result a = auroc (score, positive, 4);
  NEAR (a.value, 0.875);
  NEAR (a.error, sqrt (0.03125)); /* placements 1 and 0.75 on either side */
  NEAR (average_precision (score, positive, 4), 0.5 + 0.5 * 2.0 / 3.0);
  NEAR (average_precision (score, none, 4), 0.0);
  gsize n;
  g_autofree recall_point *points = recall_curve (score, positive, 4, 10, &n);
  g_assert_cmpuint (n, ==, 3);
  NEAR (points[1].precision, 2.0 / 3.0);
  NEAR (points[1].recall, 1.0);
}

static void
test_calibration (void)
{
  double confidence[] = { 0.0, 0.5, 0.50001, 1.0 };
  gint8 correct[] = { 0, 1, 0, 1 };
  reliability_bin bins[2];
  NEAR (calibration_error (confidence, correct, 4, 2, bins), (0.5 + 0.50001) / 4.0);
  g_assert_cmpuint (bins[0].n, ==, 2); /* (low, high], and 0 */
  int used;
  double same[] = { 0.7, 0.7, 0.7, 0.7 };
  NEAR (calibration_error_adaptive (same, correct, 4, 2, bins, &used), 0.2);
  g_assert_cmpint (used, ==, 1);
  NEAR (calibration_error_adaptive (same, correct, 0, 2, bins, &used), 0.0);
  g_assert_cmpint (used, ==, 0);
}

/* Where nothing stands on the other side, shrunk rates still sum to the mistakes seen, lie between class and pool, and a class
 * without pictures has the pool's. */
static void
test_rates (void)
{
  gsize wrong[] = { 5, 0, 30, 0 }, n[] = { 10, 10, 40, 0 }, none[] = { 0, 0, 0, 0 };
  double weight[] = { 10, 10, 40, 0 }, absent[] = { 0, 0, 0, 8 };
  g_auto (class_rates) r = { 0 };
  class_rates_init (&r, wrong, n, none, 4);
  NEAR (class_rates_sum (&r, weight).sum, 35.0);
  g_assert_cmpfloat (r.rate[1], >, 0.0);
  g_assert_cmpfloat (r.rate[2], <, 0.75);
  NEAR (r.borrowed[3], 1.0);
  g_assert_cmpfloat (class_rates_sum (&r, absent).predictive, >, class_rates_sum (&r, absent).variance);
  class_rates_clear (&r);
  class_rates_init (&r, none, none, n, 4);
  g_assert_cmpuint (r.n, ==, 0);
  g_assert_true (class_rates_sum (&r, weight).sum == 0.0);
}

static void
test_verdicts (void)
{
  const int truth[] = { 0, 0, 1, 1, -1, 0, 1 }, predicted[] = { 0, 1, 0, 1, 0, -1, 0 };
  const gint8 noisy[] = { 0, 0, 1, 1, 0, 0, -1 };
  judge_rows rows = { .n = 7, .n_classes = 2, .truth = truth, .predicted = predicted, .noisy = noisy };
  const row_verdict wanted[] = { VERDICT_RIGHT,    VERDICT_OWED,     VERDICT_SET_ASIDE, VERDICT_RIGHT,
                                 VERDICT_UNJUDGED, VERDICT_UNJUDGED, VERDICT_UNJUDGED };
  score_options o;
  g_auto (scorecard) s = { 0 };
  for (gsize i = 0; i < 7; i++)
    g_assert_cmpint (judge_row (&rows, i), ==, wanted[i]);
  g_assert_cmpstr (row_verdict_name (VERDICT_SET_ASIDE), ==, "set-aside");
  score_options_init (&o);
  scorecard_init (&s, &rows, &o);
  g_assert_cmpuint (s.right + s.set_aside + s.owed + s.unjudged, ==, 7);
  g_assert_cmpuint (s.right_noisy, ==, 1);
  g_assert_cmpuint (s.all.n, ==, 4);
  g_assert_cmpuint (s.fit.n, ==, 2);
  g_assert_cmpuint (s.n_cells, ==, 4);
  g_assert_cmpuint (s.rejection.n, ==, 0);
  g_assert_cmpuint (s.n_confident, ==, 0);
  g_assert_cmpint (s.by_split.n_groups, ==, 0);
}

/* One class, 100 noisy with 60 mistakes, 100 fit with 20: 40 in excess, and the guard is sure. */
static void
test_excess (void)
{
  int truth[200] = { 0 }, kind[200];
  gint8 correct[200], noisy[200];
  for (int i = 0; i < 200; i++)
    {
      noisy[i] = i < 100;
      correct[i] = i < 100 ? i >= 60 : i >= 120;
      kind[i] = i < 50 ? 0 : i < 100 ? 1 : -1; /* the second kind: 10 of 50 */
    }
  judge_rows rows = {
    .n = 200, .n_classes = 1, .n_kinds = 3, .truth = truth, .correct = correct, .noisy = noisy, .kind = kind
  };
  excess_options o;
  g_auto (excess) e = { 0 };
  excess_options_init (&o);
  excess_init (&e, &rows, &o);
  NEAR (e.total.value, 40.0);
  NEAR (e.total.effect.value, 0.4);
  g_assert_cmpint (e.total.guard, ==, GUARD_COSTS);
  g_assert_cmpfloat (e.total.low, >, 25.0);
  g_assert_cmpfloat (e.total.high, <, 53.0);
  NEAR (e.kinds[0].value, 40.0);
  NEAR (e.kinds[1].value, 0.0);
  g_assert_cmpint (e.kinds[1].guard, ==, GUARD_TOO_FEW);
  g_assert_false (e.kinds[2].known);
  NEAR (e.common.risk_difference, 0.4);
  NEAR (excess_dilution (0.1, 0.2), 0.7);
}

/* Whatever the numbers say, the guard is silent of four pictures and speaks of five: here all wrong, against 95 of 100 right. */
static void
test_excess_of_few (void)
{
  for (gsize few = 1; few <= 6; few++)
    {
      int truth[106] = { 0 }, kind[106];
      gint8 correct[106], noisy[106];
      for (gsize i = 0; i < 100 + few; i++)
        {
          noisy[i] = i >= 100;
          correct[i] = i < 95;
          kind[i] = i >= 100 ? 0 : -1;
        }
      judge_rows rows = {
        .n = 100 + few, .n_classes = 1, .n_kinds = 1, .truth = truth, .correct = correct, .noisy = noisy, .kind = kind
      };
      excess_options o;
      g_auto (excess) e = { 0 };
      excess_options_init (&o);
      excess_init (&e, &rows, &o);
      g_assert_cmpfloat (e.kinds[0].surely, >, few > 1 ? 0.0 : -1.0);
      g_assert_cmpint (e.kinds[0].guard, ==, few < 5 ? GUARD_TOO_FEW : GUARD_COSTS);
      g_assert_cmpint (e.total.guard, ==, e.kinds[0].guard);
      o.least = few;
      g_auto (excess) bold = { 0 };
      excess_init (&bold, &rows, &o);
      g_assert_cmpint (bold.total.guard, ==, few > 1 ? GUARD_COSTS : GUARD_TOO_FEW); /* one: p is 3 % */
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/judge/wilson", test_wilson);
  g_test_add_func ("/judge/fisher", test_fisher);
  g_test_add_func ("/judge/tails", test_tails);
  g_test_add_func ("/judge/false-discovery", test_false_discovery);
  g_test_add_func ("/judge/ranking", test_ranking);
  g_test_add_func ("/judge/calibration", test_calibration);
  g_test_add_func ("/judge/rates", test_rates);
  g_test_add_func ("/judge/verdicts", test_verdicts);
  g_test_add_func ("/judge/excess", test_excess);
  g_test_add_func ("/judge/excess/few", test_excess_of_few);
  return g_test_run ();
}
