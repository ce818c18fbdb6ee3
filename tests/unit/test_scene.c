/* Demo scenes: the same pixels everywhere, another picture for each seed, detail as a camera would have it. */
#include <string.h>

#include "base/error.h"
#include "image/scene.h"

static void
draw (int kind, guint64 seed, int width, int height, image *im)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (scene_draw (kind, seed, width, height, im, &error));
  g_assert_no_error (error);
  g_assert_cmpint (im->width, ==, width);
  g_assert_cmpint (im->height, ==, height);
  g_assert_cmpint (im->channels, ==, 3);
}

static char *
sum_of (const image *im)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, im->pixels, (gsize) im->width * (gsize) im->height * 3);
}

/* The sums are those of every compiler, optimisation and machine: a difference means that a picture depends on one of
 * these. When a painter was changed on purpose, take the new sums from this test's output. */
static void
test_same_everywhere (void)
{
  static const char *const sums[SCENE_KINDS] = {
    "b4b01892c71c00bf97e967214ef021d85cf79ce304af89c8f353ecb17ce3523e",
    "93ce1fe1ae807796c7d14170a19c3bdd3057f7ae094121d9d5c19dcf6ce0bdfb",
    "bd21a77a412d265d132976e7193098cfe816d4667e7e24da4794ef8d7f394f49",
    "44bba5c9bf3998e07a39bd7429d4d8d4bc544f67143b168b75310af4a766eaa3",
    "429664fce8d91c9208afba7bd9e47d0e26d9fc62ab6d5e5d17f9fd01c0347cf5",
    "22d9005338a0d9b7e30a200e003022f2b98e76bdaa1cf2f69d51ac25dee2f26c",
  };
  image im = { 0 };

  for (int kind = 0; kind < SCENE_KINDS; kind++)
    {
      g_autofree char *sum = NULL, *again = NULL;
      draw (kind, 22, 160, 120, &im);
      sum = sum_of (&im);
      g_test_message ("%s 22: %s", scene_names[kind], sum);
      draw (kind, 22, 160, 120, &im);
      again = sum_of (&im);
      g_assert_cmpstr (sum, ==, again);
      g_assert_cmpstr (sum, ==, sums[kind]);
    }
  image_clear (&im);
}

static void
test_seeds_differ (void)
{
  image a = { 0 }, b = { 0 };

  for (int kind = 0; kind < SCENE_KINDS; kind++)
    for (guint64 seed = 1; seed < 5; seed++)
      {
        double difference = 0;
        draw (kind, seed, 80, 60, &a);
        draw (kind, seed + 1, 80, 60, &b);
        for (int i = 0; i < 80 * 60 * 3; i++)
          difference += ABS (a.pixels[i] - b.pixels[i]);
        g_assert_cmpfloat (difference / (80 * 60 * 3), >, 8);
      }
  image_clear (&a);
  image_clear (&b);
}

/* Mean square of the Laplacian of green: a sharp photograph has hundreds, a box blur of radius 4 some tens at most. */
static double
sharpness (const image *im)
{
  double sum = 0;
  int row = im->width * 3;

  for (int y = 1; y < im->height - 1; y++)
    for (int x = 1; x < im->width - 1; x++)
      {
        const guint8 *p = im->pixels + y * row + x * 3 + 1;
        double laplacian = 4.0 * p[0] - p[-3] - p[3] - p[-row] - p[row];
        sum += laplacian * laplacian;
      }
  return sum / ((im->width - 2) * (im->height - 2));
}

static void
test_sharp_and_lit (void)
{
  image im = { 0 };

  for (int kind = 0; kind < SCENE_KINDS; kind++)
    for (guint64 seed = 0; seed < 6; seed++)
      {
        int dark = 0, bright = 0, n = 320 * 240 * 3;
        double mean = 0;
        draw (kind, seed, 320, 240, &im);
        for (int i = 0; i < n; i++)
          {
            mean += im.pixels[i] / (double) n;
            dark += im.pixels[i] == 0;
            bright += im.pixels[i] == 255;
          }
        g_test_message ("%s %d: sharpness %.0f, mean %.0f", scene_names[kind], (int) seed, sharpness (&im), mean);
        g_assert_cmpfloat (sharpness (&im), >, 80);
        g_assert_cmpfloat (mean, >, 30);
        g_assert_cmpfloat (mean, <, 225);
        g_assert_cmpint (dark, <, n / 10);
        g_assert_cmpint (bright, <, n / 10);
      }
  image_clear (&im);
}

static void
test_sizes (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 1, 50 }, { 50, 1 }, { 2, 3 }, { 17, 200 }, { 333, 21 } };
  image im = { 0 };

  for (int kind = 0; kind < SCENE_KINDS; kind++)
    for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
      draw (kind, G_MAXUINT64 - i, sizes[i][0], sizes[i][1], &im);
  image_clear (&im);
}

static void
test_refuses (void)
{
  static const int wrong[][3] = { { -1, 8, 8 }, { SCENE_KINDS, 8, 8 }, { 0, 0, 8 }, { 0, 8, -8 }, { 0, 8193, 8 } };
  image im = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (scene_draw (wrong[i][0], 1, wrong[i][1], wrong[i][2], &im, &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
    }
  image_clear (&im);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scene/same-everywhere", test_same_everywhere);
  g_test_add_func ("/scene/seeds-differ", test_seeds_differ);
  g_test_add_func ("/scene/sharp-and-lit", test_sharp_and_lit);
  g_test_add_func ("/scene/sizes", test_sizes);
  g_test_add_func ("/scene/refuses", test_refuses);
  return g_test_run ();
}
