/* A lens is much quicker with many pictures than with one. */
#include "looking/lens_batch.h"

#include "base/error.h"

gboolean
lens_batch_init (lens_batch *b, const lens *l,
                 void (*each) (gpointer user, guint64 tag, const float *row, const float *scores), gpointer user,
                 GError **error)
{
  gsize batch = (gsize) l->batch;
  *b = (lens_batch){ .lens = l, .each = each, .user = user, .tags = g_new (guint64, batch) };
  b->inputs = g_try_new (float, batch * l->prepared_size);
  b->rows = g_try_new (float, batch * l->d);
  b->scores = g_try_new (float, batch *MAX (l->n_scores, 1));
  if (b->inputs != NULL && b->rows != NULL && b->scores != NULL)
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory for %d pictures at a time; lower --batch",
               l->batch);
  lens_batch_clear (b);
  return FALSE;
}

float *
lens_batch_room (lens_batch *b)
{
  return b->inputs + b->pending * b->lens->prepared_size;
}

gboolean
lens_batch_add (lens_batch *b, guint64 tag, GError **error)
{
  b->tags[b->pending++] = tag;
  return b->pending < (gsize) b->lens->batch || lens_batch_end (b, error);
}

gboolean
lens_batch_end (lens_batch *b, GError **error)
{
  const lens *l = b->lens;
  if (b->pending > 0 && !lens_run (l, b->inputs, (int) b->pending, b->rows, b->scores, error))
    return FALSE;
  for (gsize i = 0; i < b->pending; i++)
    b->each (b->user, b->tags[i], b->rows + i * l->d, b->scores + i * l->n_scores);
  b->pending = 0;
  return TRUE;
}

void
lens_batch_clear (lens_batch *b)
{
  g_free (b->tags);
  g_free (b->inputs);
  g_free (b->rows);
  g_free (b->scores);
  *b = (lens_batch){ 0 };
}
