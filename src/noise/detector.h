/* The blind judge: quality measures of one picture in, a verdict out. It sees neither labels nor predictions, nor even
 * the picture: rows of measures are all it is given (house rule; tests/layers.py).
 *
 * How it decides, and why so, stands in docs/method.md; how its table was made, in src/noise/weights.md. */
#pragma once

#include <glib.h>

#define DETECTOR_MOST_KINDS   32
#define DETECTOR_PREVALENCE   0.5  /* of degraded pictures, at which `noise` is a probability */
#define DETECTOR_FALSE_ALARMS 0.05 /* the default share of clean pictures that are called noisy */

typedef struct detector detector;

/* A trained table from `file` (detector_save), or the shipped one where it is NULL, for rows of `measures` numbers
 * (quality_size ()). PARDON_ERROR_INPUT for a file that is
 * none, is of another version, was made for other measures, or holds numbers that are none. */
detector *detector_open (const char *file, gsize measures, GError **error);
void detector_free (detector *d);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (detector, detector_free)
const char *
detector_name (const detector *d); /* "shipped 1a2b3c4d" or the file's name with its own: what verdicts depend on */

/* Kinds it tells apart, at most DETECTOR_MOST_KINDS. The last one is "unknown": unlike clean pictures in a way no kind
 * explains. Names and families as in docs/corruptions.md. */
int detector_kinds (const detector *d);
const char *detector_kind (const detector *d, int kind);
const char *detector_family (const detector *d, int kind);
int detector_kind_find (const detector *d, const char *name); /* -1: none */

/* `measure`: the one that is 0 for a picture without any colour. Such a picture has none that could be wrong: from then on
 * the kinds "saturation" and "colour-cast" are passed over for it, their scores -50. */
void detector_know_colour (detector *d, gsize measure);

typedef struct {
  float score;    /* of all kinds joined (joint.c): larger is worse. Ranks pictures. */
  float noise;    /* 0..1: the probability of being degraded, where DETECTOR_PREVALENCE of the pictures are */
  int kind;       /* the most likely one, also for a picture that is fine */
  float severity; /* 1..5, ImageNet-C's scale, if it is of that kind */
  float
      unlike; /* distance from everything it was trained on, clean and degraded; above 1 for one picture in a hundred there */
  float kinds[DETECTOR_MOST_KINDS]; /* each kind's own score, log odds against clean */
} judgement;

/* `measures`: as many floats as the table was opened for. Any finite numbers give a defined verdict. Thread-safe. */
void detector_judge (const detector *d, const float *measures, judgement *j);

/* The `noise` of a picture with this score. */
double detector_noise (const detector *d, double score);

/* The score that a clean picture exceeds with probability `false_alarms` (above 0, below 1). */
double detector_threshold (const detector *d, double false_alarms);

/* The share of clean pictures with a score above this one: the least for which detector_threshold is not above it; from 0 to 1. */
double detector_false_alarms (const detector *d, double score);

/* Fits threshold and calibration to `n` scores of pictures the user vouches for: from then on, they are what clean
 * means. FALSE with PARDON_ERROR_INPUT for fewer than 20. */
gboolean detector_calibrate (detector *d, const float *scores, gsize n, GError **error);

/* Whether `n` scores can be those of pictures like the ones given to detector_calibrate, whatever share of them is degraded. Of such
 * pictures, half of the clean ones score at most as the middle one of the given ones, of all at most half; and of those that score at most as
 * the given ones' 95th percentile, which are clean but for a few, about half again. Both are held against wide bounds, at least three
 * standard errors away: of halves of one source, fewer than one in 500 pairs fails (docs/method.md). */
typedef enum {
  KINSHIP_UNTOLD,  /* not calibrated, or fewer than 20 scores */
  KINSHIP_FINE,    /* nothing speaks against it */
  KINSHIP_CLEANER, /* nearly all look cleaner than the middle given one: degraded ones may pass for clean */
  KINSHIP_WORSE    /* hardly any looks as clean: false alarms will be many, or nearly all are degraded */
} kinship_word;
typedef struct {
  kinship_word word;
  double share; /* of the n, those that score at most as the middle given one; NAN: UNTOLD */
} kinship;
void detector_kinship (const detector *d, const float *scores, gsize n, kinship *k);

/* What share of `n` pictures is degraded, by their scores (which need not be of the training's share), and what share of
 * those above `threshold` to expect clean. Expectation maximisation over the prior (Saerens, Latinne, Decaestecker 2002,
 * section 2) with an interval of two standard errors. The expected share of wrong flags falls as the share of degraded pictures rises, so
 * the ends of that interval, carried over, bound it; what calibration may be off by is not in it. n of 0 gives NAN. */
typedef struct {
  double share, low, high;      /* of degraded pictures */
  double wrong;                 /* of those called noisy, the expected share that is clean; NAN when none is */
  double wrong_low, wrong_high; /* the same if `high`, and if `low`, of the pictures were degraded */
} prevalence;
void detector_prevalence (const detector *d, const float *scores, gsize n, double threshold, prevalence *p);

/* --- why: how one measure stands among clean pictures -------------------------------------- */

typedef struct {
  int measure;             /* index among quality_measures () */
  float value;             /* of this picture */
  float low, middle, high; /* 5th, 50th and 95th percentile over clean pictures */
  float weight;            /* how much of the kind's score it carries, largest first; above 0 */
} evidence;
/* The measures that speak most for `kind`, at most `most`; their number. */
int detector_evidence (const detector *d, const float *measures, int kind, evidence *e, int most);
