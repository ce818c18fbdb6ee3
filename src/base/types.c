#include "types.h"

void
image_clear (image *im)
{
  g_free (im->pixels);
  *im = (image){ 0 };
}

gboolean
image_reserve (image *im, int width, int height, int channels)
{
  if (width <= 0 || height <= 0 || channels <= 0 || (gsize) width > G_MAXSSIZE / (gsize) height / (gsize) channels)
    return FALSE;
  gsize need = (gsize) width * (gsize) height * (gsize) channels;
  if (need > im->capacity)
    {
      /* what was there is not kept, so nothing is copied */
      g_free (im->pixels);
      im->capacity = 0;
      im->pixels = g_try_malloc (need);
      if (im->pixels == NULL)
        return FALSE;
      im->capacity = need;
    }
  im->width = width;
  im->height = height;
  im->channels = channels;
  return TRUE;
}

void
clustering_clear (clustering *c)
{
  g_free (c->projected);
  g_free (c->places);
  g_free (c->explained_variance);
  g_free (c->labels);
  g_free (c->distances);
  g_free (c->sizes);
  g_free (c->cluster_silhouette);
  g_free (c->curve);
  *c = (clustering){ 0 };
}
