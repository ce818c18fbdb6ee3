/* Which pictures are too degraded to judge by: the blind judge over every row of measures (docs/method.md). */
#pragma once

#include "base/job.h"
#include "looking/lens.h"
#include "noise/detector.h"
#include "store/store.h"

typedef struct {
  detector *detector;
  double false_alarms, threshold;
  gboolean fixed;                /* the threshold was given; `false_alarms` is what it comes to */
  guint64 vouched;               /* pictures it was calibrated on; 0: it was not */
  kinship kin;                   /* of the list's whole pictures to those */
  guint64 judged, noisy, unlike; /* pictures; unlike: from all the detector knows */
  prevalence prevalence;         /* of the judged ones; NAN where there are none */
} verdicts;

/* The detector of `file` (NULL: the shipped one), as all verdicts are made by. PARDON_ERROR_INPUT for a share of false alarms that
 * is none, and as detector_open. */
detector *verdicts_detector (const char *file, double false_alarms, GError **error);

/* The detector the options ask for. PARDON_ERROR_INPUT for options that make no sense. */
gboolean verdicts_open (const pardon_scan_options *o, verdicts *v, GError **error);
void verdicts_clear (verdicts *v);

/* Judges every picture of the list that has a row in `set` (pixels.h) and replaces the store's verdicts. The counts and
 * the prevalence of `v` become those of the list. */
gboolean verdicts_make (verdicts *v, store *s, gint64 set, const lens *l, int threads, const job *j, GError **error);

/* The severity of a picture that breaks off, by the share of its rows that is missing: from the row that `damage` names, else as the measure
 * "broken-grey" has it; 3 where neither tells. */
double verdicts_cut_off_severity (const char *damage, double grey);

/* A sentence where the pictures are unlike those the detector was calibrated on, else NULL; g_free. */
char *verdicts_kinship_words (const verdicts *v);
