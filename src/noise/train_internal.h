/* Between train.c, which prepares rows and reads off thresholds, and train_net.c, which descends. */
#pragma once

#include "base/job.h"
#include "noise/net.h"
#include "noise/train.h"

/* Rows ready to learn from. Groups are what shares a twin: the rows at order[first[g]] .. order[first[g + 1] - 1], their twin
 * among them. */
typedef struct {
  gsize n, d;
  const float *z;        /* n x d, standardised */
  const train_row *rows; /* n */
  int kinds;             /* outputs of a net: kinds, clean, a severity for each kind */
  gsize n_groups;
  const guint32 *first, *order;
} lessons;

/* Fits `n` (its numbers are drawn anew) to the groups that `use` marks; NULL: to all. Same lessons and seed: same numbers on one machine. */
gboolean train_net (const lessons *l, const gboolean *use, guint64 seed, net *n, const job *j, GError **error);
