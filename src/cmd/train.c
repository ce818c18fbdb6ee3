/* pardon train: a detector of one's own. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "pardon.h"

static void
print_result (const settings *s, const pardon_train_result *r)
{
  printf ("%" PRIu64 " pictures, %" PRIu64 " copies of them measured, %d kinds of corruption", r->pictures, r->rows,
          r->kinds);
  if (r->unreadable > 0)
    printf ("; %" PRIu64 " could not be used (unreadable, damaged, or a side below 96 pixels)", r->unreadable);
  printf ("\non pictures kept aside in turn: AUROC %.4f, %.1f %% of the corrupted found at 5 %% false alarms\n",
          r->auroc, 100 * r->found);
  printf ("table: %s\nuse it: pardon scan PICTURES -o DIR --detector %s\n", s->output, s->output);
}

static int
run (const settings *s)
{
  pardon_train_options o;
  pardon_train_result result;
  pardon_error *error = NULL;
  if (s->rest[0] == NULL)
    return complain (&command_train, "on which clean pictures? Name folders, files or a CSV list");
  if (s->output == NULL)
    return complain (&command_train, "where should the table go? Add -o FILE.detector");
  pardon_train_options_init (&o);
  o.paths = (const char *const *) s->rest;
  o.output = s->output;
  o.leave_out = (const char *const *) s->leave_out;
  o.seed = (uint64_t) s->seed;
  o.threads = (int) s->threads;
  o.overwrite = s->overwrite;
  if (pardon_train (&o, progress_begin (), &result, &error) != 0)
    return progress_fail (error);
  progress_end ();
  print_result (s, &result);
  return 0;
}

const command command_train = {
  COMMAND_TRAIN,
  "train",
  "CLEAN_DIR... -o FILE.detector [OPTIONS]",
  "train a noise detector on clean pictures of your own",
  "Makes probes out of clean pictures (copies, corrupted in known ways, of pictures cropped, shrunk and saved as any "
  "may "
  "have been), learns to tell them from the originals, and writes what it learned into one file, a table that 'pardon "
  "scan --detector' and 'pardon explain --detector' judge by. For pictures that look like no photograph; where they "
  "do, 'pardon scan --calibrate' needs fewer of them and less time.\n\n"
  "At least 20 pictures, better 500, all of them fine; those with a side below 96 pixels are passed over. "
  "500 pictures take about 7 minutes on two cores. Same pictures and seed, same table.",
  "pardon train clean -o own.detector\n"
  "pardon scan pictures -o results --detector own.detector\n"
  "pardon train clean -o no-weather.detector --leave-out weather --leave-out glass-blur",
  run,
  NULL,
};
