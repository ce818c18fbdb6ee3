/* Fits a detector to measured probes: pictures vouched for, and copies of them corrupted with known kind and severity.
 * Nothing here reads pictures: rows of measures come in, a table goes out. */
#pragma once

#include "base/job.h"
#include "noise/detector.h"

typedef struct {
  int kind;         /* -1: clean; else an index into train_set.kinds */
  float severity;   /* above 0 up to 5; 0: clean */
  guint32 source;   /* which original it was made of: copies of one original are never on both sides of a split */
  guint32 twin;     /* row of the copy it differs from in this corruption alone, and looks worse than; its own: none */
  gboolean example; /* FALSE: too slight for an example of its kind, only to be compared with its twin */
} train_row;

typedef struct {
  gsize n, d;
  const float *measures; /* n x d, row-major */
  const train_row *rows; /* n */
  int n_kinds;
  const char *const *kinds, *const *families; /* n_kinds names each */
  guint64 seed;
  int threads; /* at most so many at a time, below 1: one; the table does not hang on it */
} train_set;

/* What cross-validation by source found, on pictures a fold's detector had not seen. */
typedef struct {
  double auroc, found; /* all kinds; share found at DETECTOR_FALSE_ALARMS */
} train_result;

/* NULL with PARDON_ERROR_INPUT for fewer than 20 sources or a kind without a row. Same set and seed: same table, to the byte,
 * where the linear algebra library is the same and runs on the same kind of processor. */
detector *detector_train (const train_set *set, const job *j, train_result *result, GError **error);
/* Whole or not at all. */
gboolean detector_save (const detector *d, const char *file, GError **error);
