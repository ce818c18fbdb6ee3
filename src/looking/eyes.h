/* All that a scan looks at pictures through: the lens its features come from, and beside a classifier a second one, for
 * mistakes that share a look need not lie together in the features of who makes them (docs/method.md). */
#pragma once

#include "looking/lens.h"
#include "looking/pass.h"
#include "store/store.h"

typedef struct {
  lens main,
      second; /* second: the classifier where features are a model's, the look descriptor beside a classifier's own */
  const lens *scoring; /* the one of the two that gives class scores; NULL: none */
  pass_lens passes[PASS_LENSES];
  int n;
  gint64 pixels, scores; /* sets of the store; scores 0: none */
} eyes;

/* `e` must stay where it is until eyes_clear: it points into itself. */
gboolean eyes_open (eyes *e, const pardon_scan_options *o, int threads, GError **error);
void eyes_clear (eyes *e);
gboolean eyes_find_sets (eyes *e, store *s, GError **error);
/* Which of the passes mistakes are grouped by: the classifier's, where there is one. */
int eyes_own (const eyes *e);
/* The view pictures are judged in: the classifier's, where there is one. */
const lens *eyes_view (const eyes *e);
