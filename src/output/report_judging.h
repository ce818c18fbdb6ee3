/* The classifier as report.html shows it: bounded, whatever the number of pictures. Filled by who judges; the same and more stands in
 * report.json as text (report.judged). */
#pragma once

#include <glib.h>

#include "output/preview.h"

/* A share with its 95 % interval; n = 0: not known. */
typedef struct {
  double value, low, high;
  guint64 n;
} report_rate;

typedef struct {
  char *file, *label, *said; /* said: the prediction, or the suggested label */
  double confidence;         /* NAN: not known */
  report_preview preview;
} report_case;

typedef struct {
  char *line;
  guint64 size;
  GPtrArray *cases; /* of report_case: some of them */
} report_owed;

typedef struct {
  char *name;
  guint64 pictures, wrong;
  double effect, low, high; /* points of error, as a share; NAN: not known */
  const char *guard;        /* static, as in report.json */
} report_guard;

typedef struct {
  char *name;
  guint64 noisy, wrong[2];
  report_rate recall[2], precision[2]; /* all, fit */
} report_class;

typedef struct {
  char *label, *prediction;
  guint64 all, fit;
} report_confusion;

typedef struct {
  guint64 n;
  double ece, confidence, accuracy;
} report_calibration;

typedef struct {
  gboolean judged;  /* some picture has a label and a prediction; else only `words` is there */
  GPtrArray *words; /* char * */
  guint64 right, right_noisy, set_aside, owed, unjudged;
  report_rate accuracy[2], balanced[2], top5[2], standardised; /* all, fit */
  GPtrArray *guards;        /* of report_guard: noise as a whole, then by kind, most pictures first */
  double *rejected, *error; /* n_points: error left when this share is put aside */
  gsize n_points;
  double area, area_perfect, area_random;
  GPtrArray *classes; /* of report_class, most mistakes first; some of n_classes */
  guint64 n_classes;
  GPtrArray *confusions; /* of report_confusion, mistakes alone, largest first; some of n_confusions */
  guint64 n_confusions;
  report_calibration calibration[2]; /* all, fit */
  GPtrArray *confident; /* of report_case: mistakes on fit pictures, most confident first; some of `owed` */
  GPtrArray *groups;    /* of report_owed; some of n_groups */
  guint64 n_groups;
  char *seen;          /* whose features the groups are formed in */
  GPtrArray *slices;   /* of report_owed: those that are significant, with some of their mistakes */
  guint64 n_slices;    /* tested */
  GPtrArray *suspects; /* of report_case: labels that are probably wrong; some of n_suspects */
  guint64 n_suspects;
  gboolean suspected, fallback; /* labels were looked at; by the likeliest class alone */
  report_rate wrong_labels;
} report_judging;

/* Empty, with arrays that free what is put into them. */
report_judging *report_judging_new (void);
void report_judging_free (report_judging *j); /* NULL is fine */
report_owed *report_owed_new (void);
