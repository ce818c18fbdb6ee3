/* Shapes bent, and files that broke off. */
#include <math.h>
#include <string.h>

#include "image/corrupt_parts.h"

typedef struct {
  double xx, xy, x0; /* x of the source = xx * x + xy * y + x0 */
  double yx, yy, y0;
} affine;

/* Where `to` came from `from`: the affine map of three points to three. FALSE when `from` is near a line. */
static gboolean
affine_of_points (const double from[3][2], const double to[3][2], affine *a)
{
  double ux = from[1][0] - from[0][0], uy = from[1][1] - from[0][1];
  double vx = from[2][0] - from[0][0], vy = from[2][1] - from[0][1], det = ux * vy - uy * vx;

  if (fabs (det) < 0.05 * (fabs (ux * vy) + fabs (uy * vx)) || det == 0.0)
    return FALSE;
  for (int k = 0; k < 2; k++)
    {
      double u = to[1][k] - to[0][k], v = to[2][k] - to[0][k];
      double gx = (u * vy - v * uy) / det, gy = (v * ux - u * vx) / det;
      double at_zero = to[0][k] - gx * from[0][0] - gy * from[0][1];
      if (k == 0)
        *a = (affine){ .xx = gx, .xy = gy, .x0 = at_zero };
      else
        {
          a->yx = gx;
          a->yy = gy;
          a->y0 = at_zero;
        }
    }
  return TRUE;
}

/* Three corners of a square about the middle, each moved by up to `shake` pixels along both axes. */
static void
random_affine (const corruption *c, double shake, random_source *random, affine *a)
{
  double x = c->im->width / 2, y = c->im->height / 2, q = MIN (c->im->width, c->im->height) / 3.0, moved[3][2];
  double square[3][2] = { { x + q, y + q }, { x + q, y - q }, { x - q, y - q } };

  *a = (affine){ .xx = 1.0, .yy = 1.0 };
  for (int tries = 0; tries < 20; tries++)
    {
      for (int i = 0; i < 3; i++)
        for (int k = 0; k < 2; k++)
          moved[i][k] = square[i][k] + random_uniform (random, -shake, shake);
      if (affine_of_points (moved, square, a))
        return;
    }
}

/* Uniform -1..1, smoothed, on the grid of a picture of short side 256 at most. */
static gboolean
displacement (const corruption *c, double sigma, random_source *random, layer *l, GError **error)
{
  double coarse = MAX (c->scale, 1.0);
  int w = MAX ((int) ceil (c->im->width / coarse), 1), h = MAX ((int) ceil (c->im->height / coarse), 1);

  sigma *= c->scale / coarse;
  if (!layer_init (l, w, h, 1, error))
    return FALSE;
  for (gsize i = 0; i < (gsize) w * (gsize) h; i++)
    l->v[i] = (float) random_uniform (random, -1.0, 1.0);
  return sigma > 8.0 ? layer_smooth (l, sigma, error) : layer_gaussian (l, sigma, (int) (3.0 * sigma + 0.5), error);
}

static void
warp_affine (const layer *in, const affine *a, layer *out)
{
  float *to = out->v;

  for (int y = 0; y < in->height; y++)
    for (int x = 0; x < in->width; x++)
      for (int k = 0; k < 3; k++)
        *to++ = layer_at (in, (float) (a->xx * x + a->xy * y + a->x0), (float) (a->yx * x + a->yy * y + a->y0), k);
}

static void
warp_by (const layer *in, const layer *dx, const layer *dy, float strength, float coarse, layer *out)
{
  float *to = out->v;

  for (int y = 0; y < in->height; y++)
    for (int x = 0; x < in->width; x++)
      {
        float u = (float) x / coarse, v = (float) y / coarse;
        float from_x = (float) x + strength * layer_at (dx, u, v, 0),
              from_y = (float) y + strength * layer_at (dy, u, v, 0);
        for (int k = 0; k < 3; k++)
          *to++ = layer_at (in, from_x, from_y, k);
      }
}

gboolean
corrupt_with_elastic (corruption *c, GError **error)
{
  static const double sigmas[5] = { 170.8, 19.52, 2.44, 2.44, 2.44 }, shakes[5] = { 24.4, 48.8, 4.88, 4.88, 4.88 };
  double sigma = corruption_between (c, sigmas);
  g_auto (layer) l = { 0 }, bent = { 0 }, dx = { 0 }, dy = { 0 };
  affine a;

  if (!layer_of_picture (&l, c->im, error) || !layer_init (&bent, l.width, l.height, 3, error))
    return FALSE;
  random_affine (c, corruption_between (c, shakes) * c->scale, &c->random, &a);
  if (!displacement (c, sigma, &c->random, &dx, error) || !displacement (c, sigma, &c->random, &dy, error))
    return FALSE;
  warp_affine (&l, &a, &bent);
  warp_by (&bent, &dx, &dy, (float) (c->amount * c->scale), (float) MAX (c->scale, 1.0), &l);
  layer_to_picture (&l, c->im);
  return TRUE;
}

/* As libjpeg leaves a file that ends early: grey 128 from the block on that was not read. A block is 16 pixels when the
 * chroma is halved. */
gboolean
corrupt_with_cut_off (corruption *c, GError **error)
{
  (void) error;
  image *im = c->im;
  int block = random_below (&c->random, 4) == 0 ? 8 : 16, y = (int) (im->height * (1.0 - c->amount)) / block * block;
  int x = random_below (&c->random, (im->width + block - 1) / block) * block;
  gsize channels = (gsize) im->channels;

  for (int row = y; row < im->height; row++)
    for (int i = row < y + block ? x : 0; i < im->width; i++)
      memset (im->pixels + ((gsize) row * (gsize) im->width + (gsize) i) * channels, 128, 3);
  return TRUE;
}
