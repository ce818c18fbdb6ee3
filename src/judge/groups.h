/* What is left, grouped: mistakes on fit pictures clustered by look, for contact sheets. A group holds mistakes alone
 * and says nothing of error rates (slices.h does); `alike` gives its mistakes a measure.
 *
 * COST. Beside the input: at m mistakes 12 bytes each, and 8 a fit picture; time is that of k_max clusterings of at
 * most 5000 rows, one of at most 20000, and of projecting every row once. */
#pragma once

#include "base/job.h"
#include "judge/fit_rows.h"

#define GROUP_FACTS 3

typedef struct {
  gsize n;
  gsize *members;   /* n rows of fit_rows, nearest the centre first */
  float *distances; /* n: Euclidean, in the space of PCA */
  /* judged pictures, right or wrong, to which this centre is the nearest, no farther away than its farthest member:
     n or more */
  gsize alike;
  confusion *confusions; /* n_confusions, most frequent first */
  gsize n_confusions;
  fact facts[GROUP_FACTS]; /* n_facts: against all other judged pictures */
  int n_facts;
  char *words; /* "41 pictures, 38 wrong: 'tabby' called 'tiger cat'; indoor, low contrast" */
} mistake_group;

typedef struct {
  mistake_group *groups; /* n_groups, largest first; none is empty */
  gsize n_groups;
  gsize mistakes;
  double silhouette; /* mean over at most 5000 mistakes; 0 for one group */
} mistake_groups;

typedef struct {
  int space;        /* of fit_rows: 0 */
  gsize components; /* of PCA: 50 */
  int k;            /* 0: the best silhouette of 2 .. k_max */
  int k_max;        /* 20 */
  guint64 seed;
  int threads;
} group_options;
void group_options_init (group_options *o);

/* `names`: of the classes, or NULL. No mistakes: no groups, and no error. PARDON_ERROR_INPUT for features that are
 * not finite or a space that is not there, PARDON_ERROR_STOPPED; `g` is then cleared. */
gboolean mistake_groups_init (mistake_groups *g, const fit_rows *r, const char *const *names, const group_options *o,
                              const job *j, GError **error);
void mistake_groups_clear (mistake_groups *g);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (mistake_groups, mistake_groups_clear)
