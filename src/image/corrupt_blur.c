/* Blurs, as ImageNet-C has them; box blur stands in corrupt_box.c. */
#include <math.h>
#include <string.h>

#include "base/steady.h"
#include "image/corrupt_parts.h"

gboolean
corrupt_with_box_blur (corruption *c, GError **error)
{
  return corrupt_box_blur (c->im, c->amount * c->scale, error);
}

gboolean
corrupt_with_gaussian_blur (corruption *c, GError **error)
{
  double sigma = c->amount * c->scale;
  g_auto (layer) l = { 0 };

  if (!layer_of_picture (&l, c->im, error) || !layer_gaussian (&l, sigma, (int) (4.0 * sigma + 0.5), error))
    return FALSE;
  layer_to_picture (&l, c->im);
  return TRUE;
}

/* ---- defocus */

/* Running sums along the rows of `im`, mirrored at the ends: sums[y][x][c] over the pixels before x - reach. */
static guint32 *
row_sums (const image *im, int reach, GError **error)
{
  gsize wide = ((gsize) im->width + 2 * (gsize) reach + 1) * 3, channels = (gsize) im->channels;
  guint32 *sums = corruption_room (wide * (gsize) im->height, sizeof *sums, error);

  if (sums == NULL)
    return NULL;
  for (int y = 0; y < im->height; y++)
    {
      const guint8 *row = im->pixels + (gsize) y * (gsize) im->width * channels;
      guint32 *to = sums + (gsize) y * wide, sum[3] = { 0 };
      for (int x = -reach; x <= im->width + reach; x++)
        {
          const guint8 *p = row + (gsize) edge_mirror_once (x, im->width) * channels;
          for (int c = 0; c < 3; c++)
            {
              *to++ = sum[c];
              sum[c] += p[c];
            }
        }
    }
  return sums;
}

/* Mean over a disc of whole pixels. Wrapping sums of 32 bits are exact up to a radius of 2300. */
static gboolean
disc_mean (const image *im, double radius, layer *out, GError **error)
{
  int reach = (int) radius;
  gsize row = (gsize) im->width * 3, wide = row + 6 * (gsize) reach + 3;
  g_autofree guint32 *sums = row_sums (im, reach, error);
  g_autofree guint32 *total = sums != NULL ? corruption_room (row, sizeof *total, error) : NULL;

  if (total == NULL)
    return FALSE;
  g_autofree int *half = g_new (int, 2 * reach + 1);
  double n = 0.0;
  for (int dy = -reach; dy <= reach; dy++)
    {
      half[dy + reach] = (int) sqrt (MAX (radius * radius - (double) dy * dy, 0.0));
      n += 2 * half[dy + reach] + 1;
    }
  for (int y = 0; y < im->height; y++)
    {
      memset (total, 0, row * sizeof *total);
      for (int dy = -reach; dy <= reach; dy++)
        {
          const guint32 *line = sums + (gsize) edge_mirror_once (y + dy, im->height) * wide;
          const guint32 *left = line + 3 * (reach - half[dy + reach]),
                        *right = line + 3 * (reach + half[dy + reach] + 1);
          for (gsize i = 0; i < row; i++)
            total[i] += right[i] - left[i];
        }
      for (gsize i = 0; i < row; i++)
        out->v[(gsize) y * row + i] = (float) (total[i] / (255.0 * n));
    }
  return TRUE;
}

gboolean
corrupt_with_defocus_blur (corruption *c, GError **error)
{
  static const double softness[5] = { 0.1, 0.5, 0.5, 0.5, 0.5 };
  double sigma = corruption_between (c, softness) * c->scale;
  int reach = corruption_pixels (c, c->amount <= 8.0 ? 1 : 2, 1);
  g_auto (layer) l = { 0 };

  if (!layer_init (&l, c->im->width, c->im->height, 3, error)
      || !disc_mean (c->im, MIN (c->amount * c->scale, 2300.0), &l, error) || !layer_gaussian (&l, sigma, reach, error))
    return FALSE;
  layer_to_picture (&l, c->im);
  return TRUE;
}

/* ---- motion, zoom, glass */

gboolean
corrupt_with_motion_blur (corruption *c, GError **error)
{
  static const double radii[5] = { 10, 15, 15, 15, 20 };
  double angle = random_uniform (&c->random, -G_PI_2, G_PI_2);
  int length = 2 * corruption_pixels (c, corruption_between (c, radii), 0) + 1;
  g_auto (layer) l = { 0 };

  if (!layer_of_picture (&l, c->im, error)
      || !layer_motion (&l, length, c->amount * c->scale, steady_cos (angle), steady_sin (angle), error))
    return FALSE;
  layer_to_picture (&l, c->im);
  return TRUE;
}

gboolean
corrupt_with_zoom_blur (corruption *c, GError **error)
{
  static const double steps[5] = { 0.01, 0.01, 0.02, 0.02, 0.03 };
  /* the published enlargements to the last bit: where the crop's size rounds depends on it */
  double step = corruption_between (c, steps), each = (1.0 + step) - 1.0;
  int n = (int) floor ((c->amount - 1.0) / step + 0.5) + 1;
  g_auto (layer) l = { 0 }, sum = { 0 };

  if (!layer_of_picture (&l, c->im, error) || !layer_of_picture (&sum, c->im, error))
    return FALSE;
  for (int i = 0; i < n; i++)
    if (!layer_add_zoomed (&sum, &l, 1.0 + i * each, 1.0f, error))
      return FALSE;
  gsize values = (gsize) sum.width * (gsize) sum.height * 3;
  for (gsize i = 0; i < values; i++)
    sum.v[i] /= (float) (n + 1);
  layer_to_picture (&sum, c->im);
  return TRUE;
}

/* The published program means to swap two pixels, but its two views share memory, so that one colour is copied. Pictures
 * made by it are what severity is stated in, so it is copied here too. */
static void
scatter (layer *l, int reach, random_source *random)
{
  for (int y = l->height - reach; y > reach; y--)
    for (int x = l->width - reach; x > reach; x--)
      {
        int dx = random_below (random, 2 * reach) - reach, dy = random_below (random, 2 * reach) - reach;
        memmove (l->v + 3 * ((gsize) y * (gsize) l->width + (gsize) x),
                 l->v + 3 * ((gsize) (y + dy) * (gsize) l->width + (gsize) (x + dx)), 3 * sizeof (float));
      }
}

gboolean
corrupt_with_glass_blur (corruption *c, GError **error)
{
  static const double reaches[5] = { 1, 2, 2, 3, 4 }, rounds[5] = { 2, 1, 3, 2, 2 };
  double sigma = c->amount * c->scale;
  int n = (int) floor (corruption_between (c, rounds) + 0.5), cut = (int) (4.0 * sigma + 0.5);
  int reach = corruption_pixels (c, floor (corruption_between (c, reaches) + 0.5), 1);
  g_auto (layer) l = { 0 };

  if (!layer_of_picture (&l, c->im, error) || !layer_gaussian (&l, sigma, cut, error))
    return FALSE;
  for (int i = 0; i < n; i++)
    scatter (&l, reach, &c->random);
  if (!layer_gaussian (&l, sigma, cut, error))
    return FALSE;
  layer_to_picture (&l, c->im);
  return TRUE;
}
