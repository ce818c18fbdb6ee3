/* Clean pictures to a trained table: `pardon train`, step by step. */
#pragma once

#include "base/job.h"
#include "noise/train.h"
#include "pardon.h"

/* Rows that a detector is trained on, with everything they need. */
typedef struct {
  train_set set;      /* its arrays are those below */
  GArray *measures;   /* of float */
  GArray *rows;       /* of train_row */
  guint64 unreadable; /* pictures that could not be read, or are below 96 pixels a side */
  const char **names; /* of the kinds kept, then of their families; NULL: all were */
} training_rows;

/* Copies of the pictures at `paths` (NULL-ended: files, folders, lists), corrupted and measured: TRAIN_COPIES each, at most
 * TRAIN_SOURCES pictures, drawn by `seed`. Same pictures, same seed: same rows, whatever the number of threads. */
gboolean training_measure (const char *const *paths, guint64 seed, int threads, const job *j, training_rows *rows,
                           GError **error);
/* Drops the rows of every kind that `names` (NULL-ended) names, itself or by its family, and the kind with them, as if it
 * did not exist. Clean rows stay, and so a row's twin does. */
void training_leave_out (training_rows *rows, const char *const *names);
void training_rows_clear (training_rows *rows);
