/* pardon compare: what a second classifier fixed and broke. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "pardon.h"

#define ALPHA     0.05
#define EXIT_GATE 1

static void
print_side (const char *where, const pardon_comparison *c)
{
  printf ("%s: %" PRIu64 " pictures, %" PRIu64 " fixed, %" PRIu64 " broken; accuracy %.1f %% (%.1f to %.1f %%) before, "
          "%.1f %% (%.1f to %.1f %%) after; McNemar's exact p = %.4g\n",
          where, c->pictures, c->fixed, c->broken, 100 * c->before.value, 100 * c->before.low, 100 * c->before.high,
          100 * c->after.value, 100 * c->after.low, 100 * c->after.high, c->p);
}

static int
run (const settings *s)
{
  pardon_compare_result r;
  pardon_error *error = NULL;
  if (s->rest[0] == NULL || s->rest[1] == NULL || s->rest[2] != NULL)
    return complain (&command_compare, "which two results folders? Name the one before and the one after");
  pardon_compare_options o = { s->rest[0], s->rest[1], s->output };
  if (pardon_compare (&o, &r, &error) != 0)
    return progress_fail (error);
  print_side ("on all", &r.all);
  if (r.fit.pictures > 0)
    print_side ("on pictures fit to judge by", &r.fit);
  else
    printf ("no picture is fit to judge by in both\n");
  if (r.only_before + r.only_after + r.unjudged + r.relabelled > 0)
    printf ("not compared: %" PRIu64 " only before, %" PRIu64 " only after, %" PRIu64
            " without label or prediction in one, %" PRIu64 " with another label\n",
            r.only_before, r.only_after, r.unjudged, r.relabelled);
  if (s->output != NULL)
    printf ("what changed: %s\n", s->output);
  if (!s->fail_if_worse || r.fit.p >= ALPHA || r.fit.broken <= r.fit.fixed)
    return 0;
  fflush (stdout);
  fprintf (stderr,
           "pardon: gate failed: --fail-if-worse: on pictures fit to judge by %" PRIu64 " broke and %" PRIu64
           " were fixed (p = %.4g)\n",
           r.fit.broken, r.fit.fixed, r.fit.p);
  return EXIT_GATE;
}

const command command_compare = {
  COMMAND_COMPARE,
  "compare",
  "BEFORE AFTER [OPTIONS]",
  "tell what one classifier fixed and broke against another",
  "Compares two results folders of scans that were given labels and predictions, picture by picture: how many mistakes "
  "were fixed, how many right answers broke, and how likely such a difference is by chance (McNemar's exact test), on "
  "all pictures and on those fit to judge by in both.",
  "pardon compare results-old results-new\n"
  "pardon compare results-old results-new -o changes.csv --fail-if-worse",
  run,
  NULL,
};
