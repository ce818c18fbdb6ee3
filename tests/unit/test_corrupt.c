/* Box blur against a naive mean over the window. That it equals Pillow's is in tests/oracle/views.py. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "image/corrupt.h"

static void
fill (image *im, int width, int height, int channels)
{
  g_assert_true (image_reserve (im, width, height, channels));
  for (int i = 0; i < width * height * channels; i++)
    im->pixels[i] = (guint8) (i * 101 + i / 5 * 13);
}

/* Mean over the line's window in exact arithmetic, rounded; fractional radius weighs the outermost two. */
static guint8
naive_mean (const guint8 *line, int n, int step, int at, double radius)
{
  int reach = (int) radius;
  double sum = 0, edge = radius - reach;

  for (int i = at - reach - 1; i <= at + reach + 1; i++)
    sum += line[CLAMP (i, 0, n - 1) * step] * (ABS (i - at) <= reach ? 1.0 : edge);
  return (guint8) floor (sum / (2 * radius + 1) + 0.5);
}

static void
naive_blur (const image *in, double radius, guint8 *out)
{
  int w = in->width, h = in->height, c = in->channels, row = w * c;
  g_autofree guint8 *across = g_malloc (in->capacity);

  for (int y = 0; y < h; y++)
    for (int i = 0; i < row; i++)
      across[y * row + i] = naive_mean (in->pixels + y * row + i % c, w, c, i / c, radius);
  for (int y = 0; y < h; y++)
    for (int i = 0; i < row; i++)
      out[y * row + i] = naive_mean (across + i, h, row, y, radius);
}

static void
test_naive (void)
{
  static const int sizes[][3] = { { 1, 1, 3 }, { 1, 9, 4 }, { 9, 1, 3 }, { 2, 2, 4 }, { 17, 5, 3 }, { 31, 33, 4 } };
  static const double radii[] = { 0, 0.5, 1, 2, 3, 4, 7.5, 40 };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (gsize r = 0; r < G_N_ELEMENTS (radii); r++)
      {
        g_autoptr (GError) error = NULL;
        image im = { 0 };
        fill (&im, sizes[s][0], sizes[s][1], sizes[s][2]);
        int n = im.width * im.height * im.channels;
        g_autofree guint8 *expected = g_malloc ((gsize) n);
        naive_blur (&im, radii[r], expected);
        g_assert_true (corrupt_box_blur (&im, radii[r], &error));
        g_assert_no_error (error);
        /* fixed point may fall on the other side of a half in either pass */
        for (int i = 0; i < n; i++)
          g_assert_cmpint (ABS (im.pixels[i] - expected[i]), <=, radii[r] == 0 ? 0 : 1);
        image_clear (&im);
      }
}

static void
test_refuses (void)
{
  static const double radii[] = { -1, -0.001, 1000001, NAN, INFINITY };
  image im = { 0 };

  fill (&im, 3, 3, 3);
  for (gsize i = 0; i < G_N_ELEMENTS (radii); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (corrupt_box_blur (&im, radii[i], &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
      g_assert_nonnull (strstr (error->message, "not between 0 and 1000000"));
    }
  image_clear (&im);
}

static void
test_flat_stays_flat (void)
{
  image im = { 0 };

  g_assert_true (image_reserve (&im, 40, 30, 4));
  for (int level = 0; level < 256; level += 17)
    {
      memset (im.pixels, level, 40 * 30 * 4);
      g_assert_true (corrupt_box_blur (&im, 5.3, NULL));
      for (int i = 0; i < 40 * 30 * 4; i++)
        g_assert_cmpint (im.pixels[i], ==, level);
    }
  image_clear (&im);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/corrupt/box-blur/naive", test_naive);
  g_test_add_func ("/corrupt/box-blur/refuses", test_refuses);
  g_test_add_func ("/corrupt/box-blur/flat-stays-flat", test_flat_stays_flat);
  return g_test_run ();
}
