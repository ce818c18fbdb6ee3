/* Parts handed out by a counter to a few threads. GLib keeps idle threads of shared pools, so a run costs no thread creation. */
#include "math/blocks.h"

typedef struct {
  gsize parts;
  gsize next; /* atomic */
  blocks_work work;
  gpointer user;
} blocks;

static void
take_parts (gpointer task, gpointer user)
{
  (void) task;
  blocks *b = user;
  for (;;)
    {
      gsize part = g_atomic_pointer_add (&b->next, 1);
      if (part >= b->parts)
        return;
      b->work (part, b->user);
    }
}

void
blocks_run (gsize parts, int threads, blocks_work work, gpointer user)
{
  blocks b = { .parts = parts, .work = work, .user = user };
  gsize helpers = MIN ((gsize) MAX (threads, 1), MAX (parts, 1)) - 1;
  GThreadPool *pool = helpers > 0 ? g_thread_pool_new (take_parts, &b, (int) helpers, FALSE, NULL) : NULL;
  for (gsize i = 0; pool != NULL && i < helpers; i++)
    g_thread_pool_push (pool, &b, NULL);
  take_parts (NULL, &b);
  if (pool != NULL)
    g_thread_pool_free (pool, FALSE, TRUE);
}
