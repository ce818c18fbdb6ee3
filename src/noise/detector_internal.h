/* What a detector is made of. Only detector*.c and train*.c see it. */
#pragma once

#include "noise/detector.h"
#include "noise/net.h"

#define DETECTOR_NETS          3 /* averaged: they differ in their start and in the order of their examples */
#define DETECTOR_HIDDEN        192
#define DETECTOR_QUANTILES     1001
#define DETECTOR_TAILS         10
#define DETECTOR_MOST_MEASURES 512
#define DETECTOR_BEYOND        6 /* deviations at which a measure is cut off: further out says no more */

/* Every number of the table, in one block of floats; the order is that of the file. */
typedef struct {
  float *centre, *scale;      /* d: a measure m becomes (m - centre) * scale, cut off at DETECTOR_BEYOND */
  float *low, *middle, *high; /* d: 5th, 50th, 95th percentile over clean pictures */
  float *least, *most; /* d: what all training rows, clean and corrupted, lie between but for the outermost 0.1 % */
  float *clean_mean;   /* d: of clean pictures, standardised */
  float *whiten;       /* d x d: rows that turn a deviation from clean_mean into independent unit ones */
  float *tails;        /* (known + 1) x DETECTOR_TAILS: each kind's scores of clean pictures, see joint.c; ascending */
  float *clean_scores; /* DETECTOR_QUANTILES: of the scores of clean pictures not trained on, ascending */
  float *blocks[DETECTOR_NETS];
} detector_numbers;

struct detector {
  gsize d;
  int known; /* kinds with an output of their own; "unknown" follows them */
  char *kinds[DETECTOR_MOST_KINDS], *families[DETECTOR_MOST_KINDS];
  double slope, offset;                 /* log odds of being degraded at DETECTOR_PREVALENCE = slope * score + offset */
  double strange_slope, strange_offset; /* the unknown kind's score = slope * log (distance from clean) + offset */
  double unlike;         /* the share of measures outside least..most that one training row in a hundred exceeds */
  double stretch, shift; /* after detector_calibrate: what the shipped pictures' score would be */
  float *given;          /* its scores, ascending; NULL: not calibrated */
  gsize n_given;
  gssize colour;     /* the measure of detector_know_colour; -1: none */
  char *name, *note; /* note: how the table was made, kept in its file */
  float *all;
  gsize n_all;
  detector_numbers at;
  net nets[DETECTOR_NETS];
};

/* With room for all numbers, zero; kinds and families are copied, "unknown" is added. */
detector *detector_new (gsize d, int n_kinds, const char *const *kinds, const char *const *families);

/* The measures, standardised and cut off, to z (d). */
void detector_standardise (const detector *d, const float *measures, float *z);
/* Root mean square of the whitened deviations from clean: about 1 for a clean picture. `z` standardised, `room` d floats. */
double detector_strangeness (const detector *d, const float *z, float *room);
/* Of being degraded at DETECTOR_PREVALENCE, within -50..50. */
double detector_log_odds (const detector *d, double score);
/* The share of measures that lie outside everything trained on. */
double detector_outside (const detector *d, const float *measures);
/* Each known kind's log odds against clean, and severities, from the nets alone; `kinds`, `severities`: d->known floats. */
void detector_scores (const detector *d, const float *z, float *kinds, float *severities);

/* --- joint.c --- */

double log_sum_exp (const float *x, gsize n);
/* Of known + 1 kinds' scores. */
double joint_score (const detector *d, const float *kinds);
/* From a kind's own scores of n clean pictures, ascending. */
void joint_learn (detector *d, int kind, const float *sorted, gsize n);
