/* Work split into parts that depend on the data's size alone. Which thread does a part is left to chance; the caller combines the
 * parts in their order, so results do not depend on the number of threads. */
#pragma once

#include <glib.h>

typedef void (*blocks_work) (gsize part, gpointer user);

/* Calls `work` once for each of 0 .. parts - 1, on the calling thread and up to threads - 1 others; returns when all are done. */
void blocks_run (gsize parts, int threads, blocks_work work, gpointer user);

/* The first of n rows that belongs to `part` of `parts` nearly equal ones; that of part + 1 is its end. */
static inline gsize
blocks_first (gsize n, gsize parts, gsize part)
{
  return n / parts * part + MIN (part, n % parts);
}
