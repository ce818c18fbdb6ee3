/* What is left once the noisy pictures are put aside: mistakes on fit pictures in groups that look alike, slices with more mistakes than
 * elsewhere, and labels that are probably wrong. Nothing here changes what is noisy, nor a verdict. */
#pragma once

#include "base/job.h"
#include "judge/groups.h"
#include "judge/labels.h"
#include "judge/slices.h"
#include "looking/eyes.h"

struct judging;
struct store;

typedef enum {
  LABELS_NOT_JUDGED, /* no labels, or no predictions with a probability */
  LABELS_BY_ALL,     /* probabilities of all classes */
  LABELS_BY_TOP,     /* of the predicted class alone */
} labels_from;

typedef struct {
  gsize n;          /* fit pictures with features */
  gsize *of;        /* n: their numbers in the list, ascending */
  gsize pictures;   /* in the list */
  const char *seen; /* static: whose features the groups are formed in */
  mistake_groups groups;
  int *group;      /* pictures: -1: in none. Results count them from 1 */
  float *distance; /* pictures: to the group's centre, NAN */
  slice_list slices;
  GPtrArray *slice_words; /* char *, as slices */
  GPtrArray *columns;     /* char *: their names */
  labels_from labelled;
  label_report
      labels; /* suspects' rows are numbers in the list, their classes the problem's; `cells`, `threshold` are of no use */
  float *suggested; /* of the suspects: probability of the likely class */
} leftovers;

/* After judging_make. Groups are formed in the classifier's features, where it was asked itself, else in those of the scan; slices, beside a classifier, also
 * in --model's or by the look descriptor. */
gboolean leftovers_find (struct judging *g, struct store *s, const eyes *e, guint64 seed, int threads, const job *j,
                         GError **error);
void leftovers_clear (leftovers *l);

/* Of judging_labels.c: fills `labelled` and `labels`. */
void leftovers_find_labels (struct judging *g);

/* owed.csv, slices.csv and suspected.csv in `dir`. */
gboolean leftovers_write_csv (const struct judging *g, const char *dir, GError **error);
/* Keys of an open object; `whole`: of report.json, else of summary.json. */
void leftovers_put_json (GString *o, const struct judging *g, gboolean whole);
/* Sentences, appended. */
void leftovers_say (const struct judging *g, GPtrArray *lines);
