/* The pictures fit to judge by, as slices and groups look at them. */
#pragma once

#include "judge/facts.h"
#include "types.h"

/* n fit pictures. Arrays that may be NULL are unknown throughout. The caller keeps them. */
typedef struct {
  gsize n;
  const gint8 *correct; /* n: 1, 0, -1 not judged */
  int n_classes;
  const int *truth;     /* n: class 0 .. n_classes - 1, -1 unknown; or NULL */
  const int *predicted; /* the same; or NULL */
  const matrix *spaces; /* n_spaces, each n rows, all finite: the classifier's features, the look descriptor, ... */
  int n_spaces;
  const fact_column *columns; /* n_columns */
  int n_columns;
} fit_rows;
