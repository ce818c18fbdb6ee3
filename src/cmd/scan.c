/* pardon scan: look at pictures, group them, write a report. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/judgement.h"
#include "cmd/progress.h"
#include "pardon.h"

static const char *
plural (uint64_t n, const char *one, const char *many)
{
  return n == 1 ? one : many;
}

/* A share as a percentage, the numbers alone. */
static double
percent (double share)
{
  return 100 * share;
}

#define WIDE 0.5 /* an interval that says nothing */

static void
print_noise (const settings *s, const pardon_scan_result *r)
{
  if (r->judged == 0)
    return;
  printf ("noise: %" PRIu64 " of %" PRIu64 " %s too degraded to judge by (%.1f %%)", r->noisy, r->judged,
          plural (r->judged, "picture is", "pictures are"), percent ((double) r->noisy / (double) r->judged));
  for (int i = 0; i < r->n_kinds; i++)
    printf ("%s %" PRIu64 " %s", i == 0 ? ":" : ",", r->kinds[i].pictures, r->kinds[i].kind);
  printf ("\n");
  if (r->vouched > 0)
    printf ("noise: judged against %" PRIu64 " pictures of '%s'\n", r->vouched, s->calibrate);
  if (r->prevalence_high - r->prevalence_low > WIDE)
    {
      printf ("noise: too few pictures to estimate what share of them is degraded\n");
      return;
    }
  printf ("noise: an estimated %.1f %% of the pictures are degraded (%.1f to %.1f %%)", percent (r->prevalence),
          percent (r->prevalence_low), percent (r->prevalence_high));
  if (r->noisy > 0)
    printf ("; of those found too degraded, expect %.1f %% (%.1f to %.1f %%) to be fine", percent (r->expected_wrong),
            percent (r->expected_wrong_low), percent (r->expected_wrong_high));
  printf ("\n");
}

static void
print_duplicates (const pardon_scan_result *r)
{
  const char *before = " (";
  if (r->exact_groups + r->near_groups == 0)
    return;
  printf ("duplicates: ");
  if (r->exact_groups > 0)
    printf ("%" PRIu64 " pictures in %" PRIu64 " %s are exact copies", r->exact_pictures, r->exact_groups,
            plural (r->exact_groups, "group", "groups"));
  if (r->near_groups > 0)
    printf ("%s%" PRIu64 "%s in %" PRIu64 " %s%s near copies", r->exact_groups > 0 ? ", " : "", r->near_pictures,
            r->exact_groups > 0 ? "" : " pictures", r->near_groups, plural (r->near_groups, "group", "groups"),
            r->exact_groups > 0 ? "" : " are");
  if (r->groups_across > 0)
    {
      printf ("; %" PRIu64 " %s across splits", r->groups_across,
              plural (r->groups_across, "group lies", "groups lie"));
      for (int i = 0; i < r->n_splits; i++)
        if (r->splits[i].copied > 0)
          {
            printf ("%s%s", before, r->splits[i].name);
            before = ", ";
          }
      printf (")");
    }
  printf (": duplicates.csv\n");
}

static void
print_splits (const pardon_scan_result *r)
{
  for (int i = 0; i < r->n_splits; i++)
    {
      const pardon_split *p = &r->splits[i];
      printf ("%s%s %.1f %% of %" PRIu64 " (%.1f to %.1f %%)", i == 0 ? "noise by split: " : ", ",
              p->name[0] != 0 ? p->name : "no split", percent (p->noise_rate), p->pictures, percent (p->low),
              percent (p->high));
    }
  if (r->n_splits > 0)
    printf ("\n");
}

static void
print_probes (const pardon_scan_result *r)
{
  if (r->probes == 0)
    return;
  printf ("probes: %" PRIu64 " corrupted %s of %" PRIu64 " %s; ", r->probes, plural (r->probes, "copy", "copies"),
          r->probes_of, plural (r->probes_of, "picture", "pictures"));
  if (r->probe_clusters == 0)
    {
      printf ("they come to no cluster in particular\n");
      return;
    }
  printf ("they come to %d %s: %" PRIu64 " %s with them (", r->probe_clusters,
          plural ((uint64_t) r->probe_clusters, "cluster", "clusters"), r->beside_probes,
          plural (r->beside_probes, "picture sits", "pictures sit"));
  for (int i = 0; i < r->n_probe_families; i++)
    printf ("%s%s %" PRIu64, i == 0 ? "" : ", ", r->probe_families[i].kind, r->probe_families[i].pictures);
  printf ("): probes.csv\n");
}

static void
print_result (const settings *s, const pardon_scan_result *r)
{
  printf ("%" PRIu64 " %s", r->found, plural (r->found, "picture", "pictures"));
  if (r->damaged > 0)
    printf (", %" PRIu64 " damaged", r->damaged);
  if (r->unreadable > 0)
    printf (", %" PRIu64 " could not be read", r->unreadable);
  if (r->skipped > 0)
    printf ("; %" PRIu64 " other %s left out", r->skipped, plural (r->skipped, "file", "files"));
  printf ("\n");
  if (r->added < r->found)
    printf ("since the last scan: %" PRIu64 " unchanged, %" PRIu64 " new, %" PRIu64 " gone\n",
            MIN (r->unchanged, r->found - r->added), r->added, r->vanished);
  else if (r->unchanged > 0)
    printf ("%" PRIu64 " had been looked at before the last scan ended early\n", r->unchanged);
  if (r->layer[0] != 0)
    printf ("features: tensor '%s', %zu numbers a picture\n", r->layer, r->dimension);
  else
    printf ("features: %s, %zu numbers a picture\n", r->features, r->dimension);
  for (int i = 0; i < r->n_notes; i++)
    printf ("note: %s\n", r->notes[i]);
  printf ("%d %s of %" PRIu64 " %s", r->k, plural ((uint64_t) r->k, "cluster", "clusters"), r->k_of,
          plural (r->k_of, "picture", "pictures"));
  if (r->k > 1)
    printf (", silhouette %.3f, inertia %.6g", r->silhouette, r->inertia);
  printf ("\n");
  print_noise (s, r);
  print_splits (r);
  print_duplicates (r);
  print_probes (r);
  print_judgement (r);
  if (r->page)
    printf ("report: %s/report.html\n", s->output);
  else
    printf ("report: %s/report.json (this build has no page)\n", s->output);
}

static int
run (const settings *s)
{
  pardon_scan_options o;
  pardon_scan_result result;
  pardon_error *error = NULL;

  if (s->rest[0] == NULL)
    return complain (&command_scan, "which pictures? Name a folder, files or a CSV list");
  if (s->output == NULL)
    return complain (&command_scan, "where should the results go? Add -o DIR");

  if (s->false_alarms > 0 && !isnan (s->threshold))
    return complain (&command_scan,
                     "--false-alarms and --threshold both say which pictures are too degraded: give one");

  pardon_scan_options_init (&o);
  o.paths = (const char *const *) s->rest;
  o.output = s->output;
  o.excludes = (const char *const *) s->exclude;
  o.sample = (uint64_t) s->sample;
  o.model = s->model;
  o.layer = s->layer;
  o.view = s->view;
  o.scale = s->scale;
  o.batch = (int) s->batch;
  o.pca = (int) s->pca;
  o.k = (int) s->k;
  o.min_size = (uint64_t) s->min_size;
  o.seed = (uint64_t) s->seed;
  o.threads = (int) s->threads;
  if (s->false_alarms > 0)
    o.false_alarms = s->false_alarms;
  o.threshold = s->threshold;
  o.calibrate = s->calibrate;
  o.detector = s->detector;
  o.probes = (uint64_t) s->probes;
  o.labels = s->labels;
  o.predictions = s->predictions;
  o.prediction_files = s->prediction_files;
  o.classifier = s->classifier;
  o.classes = s->classes;
  o.class_ids = s->class_ids;
  o.label_map = s->label_map;
  o.restrict_classes = s->restrict_classes;
  o.model_view = s->model_view;
  o.model_scale = s->model_scale;
  o.stress = (uint64_t) s->stress;
  int refused = judgement_check (s);
  if (refused != 0)
    return refused;
  if (pardon_scan (&o, progress_begin (), &result, &error) != 0)
    return progress_fail (error);
  progress_end ();
  print_result (s, &result);
  return judgement_exit (s, &result);
}

const command command_scan = {
  COMMAND_SCAN,
  "scan",
  "PATH... -o DIR [OPTIONS]",
  "look at pictures, group those that look alike, write a report",
  "Finds pictures (files, folders, CSV lists with a column 'file' and maybe 'split'), looks at each as a model would "
  "see it, turns it "
  "into a row of numbers (features), groups alike ones with PCA and k-means, says of each whether it is too degraded "
  "(blurred, noisy, dark, cut off, ...) to judge a classifier by, and writes DIR/report.html, images.csv, noise.csv, "
  "clusters.csv, duplicates.csv, manifest.csv, summary.json and report.json.\n\n"
  "Given what the pictures show (--labels) and what a classifier said of them (--predictions, or --classifier to ask "
  "it), tells "
  "how good it is on pictures fit to judge by, which mistakes are owed and how many are due to the noise; classes.csv "
  "and confusions.csv hold the tables. --stress corrupts fit pictures and asks the classifier again: stress.csv.\n\n"
  "A second scan into the same DIR looks only at what has changed. A picture that cannot be read becomes a row with "
  "the "
  "reason; it never stops the scan. Ctrl-C stops at once and keeps what was done.",
  "pardon scan photos -o results\n"
  "pardon scan photos -o results --model vgg16 --pca 10 --k 10\n"
  "pardon scan photos -o results --labels labels.csv --predictions predictions.csv\n"
  "pardon scan photos -o results --labels folders --classifier model.onnx --classes names.txt\n"
  "pardon scan list.csv -o results --exclude '*.gif' --sample 1000\n"
  "The article this began with, on its pictures:\n"
  "pardon scan PICTURES -o results --model vgg16.onnx --layer fc2 \\\n"
  "         --view stretch-nearest-224 --scale caffe --pca 10 --k 10 --seed 22",
  run,
  NULL,
};
