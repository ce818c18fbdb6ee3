/* What of a data set stands in it more than once, and its parts (train, val, test), as results tell of them. */
#pragma once

#include "output/preview.h"

struct store;

#define REPEATS_GROUPS   12 /* shown, of both sorts together */
#define REPEATS_PICTURES 4  /* shown of one group */

typedef struct {
  char *name; /* "" for pictures of no part */
  guint64 pictures, noisy;
  double noise_rate, low, high; /* of the pictures, those noisy, with a 95 % interval; NAN where nobody looked */
  guint64 copied;               /* pictures with an exact or near copy in another part */
} report_split;

typedef struct {
  char *file, *split; /* split: "" for none */
  double similarity;  /* to the group's first picture */
  report_preview preview;
} report_copy;

/* A group that is shown. */
typedef struct {
  guint64 group; /* as in duplicates.csv */
  gboolean exact, across;
  guint64 pictures;
  GPtrArray
      *copies; /* of report_copy, by file: the first of the group, then at most REPEATS_PICTURES - 1 of the others */
} report_copies;

/* All zero, `splits` NULL: nobody looked. */
typedef struct {
  guint64 exact_groups, exact_pictures; /* of equal pixels */
  guint64 exact_extra;                  /* those beyond each group's first */
  guint64 near_groups, near_pictures;
  guint64 groups_across; /* of both sorts: those with pictures of different parts */
  GPtrArray *splits;     /* of report_split: train, val, test, then those of none; empty where nothing is of a part */
  GPtrArray *shown;      /* of report_copies, at most REPEATS_GROUPS: those across parts first */
} report_repeats;

void report_repeats_init (report_repeats *r); /* nothing found by someone who looked */
report_split *report_split_add (report_repeats *r, const char *name);
report_copies *report_copies_add (report_repeats *r, guint64 group);
report_copy *report_copy_add (report_copies *g, const char *file, const char *split, double similarity);
void report_repeats_clear (report_repeats *r);

/* With the store's last scan; one that nobody looked at removes what is kept. Errors: PARDON_ERROR_STORE. */
gboolean report_repeats_keep (struct store *s, const report_repeats *r, GError **error);
/* `r` uninitialised or cleared. */
void report_repeats_fill (struct store *s, report_repeats *r);
