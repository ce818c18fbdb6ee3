/* The pipeline's bounded queue: one producer, many workers, one consumer that sees items in the
 * order they were produced. Memory is bounded by `window` items, however many pass. */
#pragma once

#include "base/job.h"

typedef struct {
  int threads; /* workers */
  int window;  /* items in flight at most, >= threads */
  /* Called on the caller's thread. Next item, or NULL at the end or with `error` set. */
  gpointer (*produce) (gpointer user, GError **error);
  /* Called on a worker. Faults of one item belong into the item. `worker` is 0 .. threads - 1. */
  void (*work) (gpointer item, int worker, gpointer user);
  /* Called on the caller's thread, in order. Owns the item. FALSE with `error` set ends the run. */
  gboolean (*consume) (gpointer item, gpointer user, GError **error);
  /* Frees an item that was produced but will not be consumed (after an error or a stop). */
  void (*discard) (gpointer item, gpointer user);
  gpointer user;
} ordered_map;

/* Runs until the producer ends, a callback fails or `j` asks to stop (PARDON_ERROR_STOPPED). On return no worker runs and no item is left. */
gboolean ordered_map_run (const ordered_map *m, const job *j, GError **error);
