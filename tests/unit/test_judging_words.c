/* The headline in every number of mistakes: one sentence, and "because of it" only where the guard says that noise costs accuracy. */
#include "judging/judging.h"

static void
test_headline (void)
{
  static const struct {
    gsize right, right_noisy, set_aside, owed; /* right_noisy: of the right ones */
    guard guard;
    const char *want;
  } cases[] = {
    { 438, 123, 206, 56, GUARD_COSTS,
      "62.6 % right overall; 84.9 % on the 371 pictures fit to judge by; 206 of 262 mistakes were made on pictures not "
      "fit to judge by, 131 of them (110 to 150) because of it; 56 are owed" },
    { 438, 123, 206, 56, GUARD_TOO_FEW,
      "62.6 % right overall; 84.9 % on the 371 pictures fit to judge by; 206 of 262 mistakes were made on pictures not "
      "fit to judge by; 56 are owed" },
    { 5, 2, 1, 1, GUARD_DOES_NOT,
      "71.4 % right overall; 75.0 % on the 4 pictures fit to judge by; 1 of 2 mistakes was made on pictures not fit to "
      "judge by; 1 is owed" },
    { 1, 0, 1, 0, GUARD_TOO_FEW,
      "50.0 % right overall; 100.0 % on the 1 picture fit to judge by; the one mistake was made on a picture not fit "
      "to "
      "judge by; none is owed" },
    { 9, 0, 0, 1, GUARD_TOO_FEW, "90.0 % right overall; all pictures are fit to judge by; the one mistake is owed" },
    { 8, 3, 0, 2, GUARD_DOES_NOT,
      "80.0 % right overall; 71.4 % on the 7 pictures fit to judge by; all 2 mistakes are owed" },
    { 3, 1, 0, 0, GUARD_DOES_NOT,
      "100.0 % right overall; 100.0 % on the 2 pictures fit to judge by; no mistake was made" },
    { 1, 0, 0, 0, GUARD_TOO_FEW, "100.0 % right overall; the one picture is fit to judge by; no mistake was made" },
    { 2, 2, 3, 0, GUARD_TOO_FEW,
      "40.0 % right overall; no picture is fit to judge by; 3 of 3 mistakes were made on pictures not fit to judge by; "
      "none is owed" },
    { 0, 0, 0, 4, GUARD_TOO_FEW, "0.0 % right overall; all pictures are fit to judge by; all 4 mistakes are owed" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize fit_right = cases[i].right - cases[i].right_noisy, fit = fit_right + cases[i].owed;
      judging j = { 0 };
      j.score.right = cases[i].right;
      j.score.set_aside = cases[i].set_aside;
      j.score.owed = cases[i].owed;
      j.score.all = wilson ((double) cases[i].right, cases[i].right + cases[i].set_aside + cases[i].owed, 0.95);
      j.score.fit = wilson ((double) fit_right, fit, 0.95);
      j.excess.total =
          (excess_errors){ .known = fit > 0, .guard = cases[i].guard, .value = 131.2, .low = 109.6, .high = 149.7 };
      g_autofree char *got = judging_headline (&j);
      g_assert_cmpstr (got, ==, cases[i].want);
    }
  judging none = { 0 };
  g_assert_null (judging_headline (&none));
}

static void
test_why_unjudged (void)
{
  gint8 noisy[] = { -1, 0, 1, 0, 0 };
  int truth[] = { 0, -1, 0, -1, 0 }, prediction[] = { 0, 0, -1, -1, 0 };
  static const unjudged_why want[] = { UNJUDGED_NO_PIXELS, UNJUDGED_NO_LABEL, UNJUDGED_NO_PREDICTION, UNJUDGED_NEITHER,
                                       UNJUDGED_NOT };
  judging j = { .noisy = noisy, .joined = { .truth = truth, .prediction = prediction } };
  for (gsize i = 0; i < G_N_ELEMENTS (want); i++)
    g_assert_cmpint (judging_why_unjudged (&j, i), ==, want[i]);
  j.classifier = (char *) "net.onnx";
  g_assert_cmpint (judging_why_unjudged (&j, 2), ==, UNJUDGED_REFUSED);
  g_assert_cmpint (judging_why_unjudged (&j, 0), ==, UNJUDGED_NO_PIXELS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/judging-words/headline", test_headline);
  g_test_add_func ("/judging-words/why-unjudged", test_why_unjudged);
  return g_test_run ();
}
