/* A gate whose number is not known fails: a check that passes because nothing was checked is none. */
#include "cmd/judgement.h"

#include <stdio.h>

#define EXIT_GATE 1

void
print_judgement (const pardon_scan_result *r)
{
  for (int i = 0; i < r->judgement.n_lines; i++)
    printf ("classifier: %s\n", r->judgement.lines[i]);
}

static void
check_accuracy (GString *failed, const char *option, const char *what, double least, const pardon_share *accuracy)
{
  if (least == 0 || (accuracy->n > 0 && accuracy->value >= least))
    return;
  g_string_append_printf (failed, "%s--%s %g: ", failed->len > 0 ? "; " : "", option, least);
  if (accuracy->n == 0)
    g_string_append_printf (failed, "the accuracy on %s is not known", what);
  else
    g_string_append_printf (failed, "the accuracy on %s is %.4f (%.4f to %.4f)", what, accuracy->value, accuracy->low,
                            accuracy->high);
}

int
check_gates (const settings *s, const pardon_scan_result *r)
{
  g_autoptr (GString) failed = g_string_new (NULL);
  check_accuracy (failed, "fail-under-accuracy", "pictures fit to judge by", s->fail_under_accuracy,
                  &r->judgement.fit_accuracy);
  check_accuracy (failed, "fail-under-raw-accuracy", "all pictures", s->fail_under_raw_accuracy,
                  &r->judgement.accuracy);
  double noisy = r->judged > 0 ? (double) r->noisy / (double) r->judged : 1;
  if (s->fail_over_noisy > 0 && noisy > s->fail_over_noisy)
    g_string_append_printf (failed, "%s--fail-over-noisy %g: %.4f of the pictures are too degraded to judge by",
                            failed->len > 0 ? "; " : "", s->fail_over_noisy, noisy);
  if (failed->len == 0)
    return 0;
  fflush (stdout);
  fprintf (stderr, "pardon: gate failed: %s\n", failed->str);
  return EXIT_GATE;
}
