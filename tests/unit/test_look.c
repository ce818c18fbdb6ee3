/* Properties of the look descriptor: finite for any picture, blind to what it should be blind to. */
#include <math.h>
#include <string.h>

#include "feature/look.h"
#include "image/corrupt.h"

static void
fill (image *im, int width, int height, guint32 seed, int kind)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_assert_true (image_reserve (im, width, height, 3));
  for (int i = 0; i < width * height * 3; i++)
    im->pixels[i] = kind == 0   ? (guint8) g_rand_int_range (rand, 0, 256)
                    : kind == 1 ? 255
                    : kind == 2 ? 0
                                : (guint8) (i % 256);
}

static void
test_finite (void)
{
  const int sides[] = { 1, 2, 3, 5, 7, 8, 9, 16, 33, 255, 256, 2000 };
  g_autofree float *out = g_new (float, look_size ());
  g_auto (image) im = { 0 };
  for (gsize a = 0; a < G_N_ELEMENTS (sides); a++)
    for (gsize b = 0; b < G_N_ELEMENTS (sides); b++)
      for (int kind = 0; kind < 4; kind++)
        {
          if (sides[a] * sides[b] > 600000)
            continue;
          fill (&im, sides[a], sides[b], (guint32) (a * 100 + b), kind);
          for (gsize i = 0; i < look_size (); i++)
            out[i] = NAN;
          g_assert_true (look_measure (&im, out, NULL));
          for (gsize i = 0; i < look_size (); i++)
            g_assert_true (isfinite (out[i]));
        }
}

static double
fine_sum (const float *look)
{
  double sum = 0;
  for (gsize i = 176; i < 191; i++)
    sum += look[i];
  return sum;
}

/* smooth random shapes with sharp edges: something a blur changes */
static void
draw_shapes (image *im, double contrast)
{
  g_assert_true (image_reserve (im, 160, 120, 3));
  for (int y = 0; y < 120; y++)
    for (int x = 0; x < 160; x++)
      for (int c = 0; c < 3; c++)
        {
          int inside = (x - 80) * (x - 80) + (y - 60) * (y - 60) < 900 || (x / 11 + y / 7) % 3 == 0;
          im->pixels[(y * 160 + x) * 3 + c] = (guint8) (60 + (inside ? 120 * contrast : 0) + 10 * c);
        }
}

static void
test_blur_lowers_detail (void)
{
  g_autofree float *sharp = g_new (float, look_size ()), *soft = g_new (float, look_size ());
  g_auto (image) im = { 0 };
  draw_shapes (&im, 1);
  g_assert_true (look_measure (&im, sharp, NULL));
  g_assert_true (corrupt_box_blur (&im, 3, NULL));
  g_assert_true (look_measure (&im, soft, NULL));
  g_assert_cmpfloat (fine_sum (soft), <, fine_sum (sharp) - 2);
}

static void
test_contrast_does_not_count (void)
{
  g_autofree float *strong = g_new (float, look_size ()), *weak = g_new (float, look_size ());
  g_auto (image) im = { 0 };
  draw_shapes (&im, 1);
  g_assert_true (look_measure (&im, strong, NULL));
  draw_shapes (&im, 0.5);
  g_assert_true (look_measure (&im, weak, NULL));
  for (gsize i = 176; i < 196; i++)
    g_assert_cmpfloat (fabsf (strong[i] - weak[i]), <, 0.05F);
  for (gsize i = 48; i < 176; i++)
    g_assert_cmpfloat (fabsf (strong[i] - weak[i]), <, 0.02F);
}

static void
test_colour_layout (void)
{
  g_autofree float *out = g_new (float, look_size ());
  g_auto (image) im = { 0 };
  g_assert_true (image_reserve (&im, 64, 64, 3));
  memset (im.pixels, 0, 64 * 64 * 3);
  for (int y = 0; y < 16; y++)
    for (int x = 48; x < 64; x++)
      im.pixels[(y * 64 + x) * 3] = 255; /* the cell at the upper right is red */
  g_assert_true (look_measure (&im, out, NULL));
  g_assert_cmpfloat_with_epsilon (out[3 * 3], 0.8F * 0.299F, 1e-3F);
  g_assert_cmpfloat_with_epsilon (out[3 * 3 + 2], 0.8F * (0.5F + 0.701F * 0.713F), 1e-3F);
  g_assert_cmpfloat_with_epsilon (out[0], 0, 1e-6F);
  g_assert_cmpfloat_with_epsilon (out[1], 0.4F, 1e-6F);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/look/finite", test_finite);
  g_test_add_func ("/look/blur-lowers-detail", test_blur_lowers_detail);
  g_test_add_func ("/look/contrast-does-not-count", test_contrast_does_not_count);
  g_test_add_func ("/look/colour-layout", test_colour_layout);
  return g_test_run ();
}
