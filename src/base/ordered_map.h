/* The pipeline's bounded queue: one producer, many workers, one consumer that sees items in the
 * order they were produced. Memory is bounded by `window` items, however many pass. */
#pragma once

#include "base/job.h"

typedef struct {
  int threads; /* workers; below 1 is taken as 1 */
  int window;  /* items in flight (produced, not yet consumed) at most; below `threads` is taken as `threads` */
  /* Called on the caller's thread. Next item, or NULL at the end or with `error` set. */
  gpointer (*produce) (gpointer user, GError **error);
  /* Called on a worker. Faults of one item belong into the item. `worker` is 0 .. threads - 1. */
  void (*work) (gpointer item, int worker, gpointer user);
  /* Called on the caller's thread, in order. Owns the item. FALSE with `error` set ends the run. */
  gboolean (*consume) (gpointer item, gpointer user, GError **error);
  /* Frees an item that was produced but will not be consumed (after an error or a stop); on the caller's thread,
   * after all workers have ended. It may or may not have been worked on. */
  void (*discard) (gpointer item, gpointer user);
  gpointer user;
} ordered_map;

/* Runs until the producer ends, a callback fails or `j` asks to stop (PARDON_ERROR_STOPPED). On return no worker runs
 * and no item is left. `j` is asked before every item and at least every 50 ms while waiting for a slow one; a work()
 * under way is not interrupted, only waited for. PARDON_ERROR_MISSING when the system grants no more threads. */
gboolean ordered_map_run (const ordered_map *m, const job *j, GError **error);
