/* Copies through a lens: prepared pictures gathered until the model takes them at once. One thread. */
#pragma once

#include "looking/lens.h"

typedef struct {
  const lens *lens;
  gsize pending;
  guint64 *tags;                 /* batch: who waits */
  float *inputs, *rows, *scores; /* batch of each */
  void (*each) (gpointer user, guint64 tag, const float *row, const float *scores);
  gpointer user;
} lens_batch;

/* `each` is handed every picture's row of features and of scores, in the order in which they were added; a row may hold NaN (lens_run).
 * PARDON_ERROR_MEMORY. */
gboolean lens_batch_init (lens_batch *b, const lens *l,
                          void (*each) (gpointer user, guint64 tag, const float *row, const float *scores),
                          gpointer user, GError **error);
/* Where the next prepared picture goes: lens->prepared_size floats. */
float *lens_batch_room (lens_batch *b);
/* It stands there. Runs the lens when a batch is full. */
gboolean lens_batch_add (lens_batch *b, guint64 tag, GError **error);
/* Runs what is left. */
gboolean lens_batch_end (lens_batch *b, GError **error);
void lens_batch_clear (lens_batch *b);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (lens_batch, lens_batch_clear)
