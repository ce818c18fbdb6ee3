/* Properties of the quality measures: finite and within their stated ranges for any picture, whatever its size; the
 * same by every instruction set; and moved the right way by blur, noise, blocks and broken files. */
#include <math.h>
#include <string.h>

#include "feature/quality.h"
#include "feature/quality_internal.h"
#include "image/corrupt.h"
#include "image/scene.h"

static const char *const sets[] = { "scalar", "avx2" };

static int
find (const char *name)
{
  for (gsize i = 0; i < quality_size (); i++)
    if (strcmp (quality_measures ()[i].name, name) == 0)
      return (int) i;
  g_error ("no measure '%s'", name);
}

static double
value (const float *out, const char *name)
{
  return out[find (name)];
}

static void
test_table (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  const quality_measure *m = quality_measures ();

  g_assert_cmpuint (quality_size (), ==, 262);
  for (gsize i = 0; i < quality_size (); i++)
    {
      g_assert_true (g_hash_table_add (seen, (gpointer) m[i].name));
      g_assert_cmpfloat (m[i].low, <, m[i].high);
      g_assert_nonnull (m[i].unit);
      g_assert_cmpuint (strlen (m[i].source), >, 5);
      for (const char *c = m[i].name; *c != 0; c++)
        g_assert_true (g_ascii_islower (*c) || g_ascii_isdigit (*c) || *c == '-');
    }
}

/* --- any picture --- */

enum { CONSTANT, NOISE, FAINT, ONE_BIT, RAMP, STRIPES, BLOCKS, SPECKS, BROKEN, CHECKER, COLOURS, KINDS };

static guint8
pixel (int kind, int x, int y, int c, int a, int b, GRand *rand)
{
  switch (kind)
    {
    case CONSTANT:
      return (guint8) (a * (c + 1));
    case NOISE:
      return (guint8) g_rand_int (rand);
    case FAINT:
      return (guint8) (a % 254 + g_rand_int_range (rand, 0, 2));
    case ONE_BIT:
      return g_rand_boolean (rand) ? 255 : 0;
    case RAMP:
      return (guint8) ((x * a + y * b) / 16);
    case STRIPES:
      return (x * (a % 3) + y * (b % 3)) % (2 + a % 9) == 0 ? 255 : 0;
    case BLOCKS:
      return (guint8) (((x / (1 + a % 17)) * 7919 + (y / (1 + b % 17)) * 104729 + c * 31) % 256);
    case SPECKS:
      return g_rand_int_range (rand, 0, 1 + a * 4) == 0 ? (guint8) (a % 2 == 0 ? 255 : 0) : (guint8) b;
    case BROKEN:
      return y > a ? 128 : (guint8) g_rand_int (rand);
    case CHECKER:
      return (x + y) % 2 == 0 ? (guint8) a : (guint8) b;
    default:
      return c == a % 3 ? 255 : 0;
    }
}

static void
draw (image *im, int width, int height, int kind, GRand *rand)
{
  int a = g_rand_int_range (rand, 0, 256), b = g_rand_int_range (rand, 0, 256);

  g_assert_true (image_reserve (im, width, height, 3));
  for (int y = 0, i = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        im->pixels[i++] = pixel (kind, x, y, c, a, b, rand);
}

/* Within range before anything is held to it: a formula that leaves its range is found here, not hidden. */
static void
check (const image *im, int kind)
{
  g_autofree float *all = g_new (float, 2 * quality_size () + 2);
  const quality_measure *m = quality_measures ();
  float *first = NULL;

  for (gsize s = 0; s < G_N_ELEMENTS (sets); s++)
    {
      const quality_kernels *kernels = quality_kernels_named (sets[s]);
      float *out = all + s * (quality_size () + 1);
      if (kernels == NULL)
        continue;
      for (gsize i = 0; i <= quality_size (); i++)
        out[i] = NAN;
      g_assert_true (quality_measure_by (kernels, im, out, NULL, NULL));
      g_assert_true (isnan (out[quality_size ()]));
      for (gsize i = 0; i < quality_size (); i++)
        if (!isfinite (out[i]) || out[i] < m[i].low - 1e-4 || out[i] > m[i].high + 1e-4)
          g_error ("%s of a picture of %d x %d, kind %d, by %s: %g outside %g .. %g", m[i].name, im->width, im->height,
                   kind, sets[s], (double) out[i], m[i].low, m[i].high);
      for (gsize i = 0; first != NULL && i < quality_size (); i++)
        if (fabsf (out[i] - first[i]) > 2e-3f * (1 + fabsf (first[i])))
          g_error ("%s of a picture of %d x %d, kind %d: %g by %s, %g by %s", m[i].name, im->width, im->height, kind,
                   (double) first[i], sets[0], (double) out[i], sets[s]);
      first = out;
    }
}

static void
test_sizes (void)
{
  const int sides[] = { 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 160, 255 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  g_auto (image) im = { 0 };

  for (gsize a = 0; a < G_N_ELEMENTS (sides); a++)
    for (gsize b = 0; b < G_N_ELEMENTS (sides); b++)
      {
        int kind = (int) ((a * G_N_ELEMENTS (sides) + b) % KINDS);
        draw (&im, sides[a], sides[b], kind, rand);
        check (&im, kind);
      }
}

static void
test_strips (void)
{
  const int sizes[][2] = { { 20000, 3 }, { 3, 20000 }, { 1, 200000 }, { 200000, 1 }, { 20000, 255 } };
  g_autoptr (GRand) rand = g_rand_new_with_seed (12);
  g_auto (image) im = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      int kind = i == 4 ? ONE_BIT : (int) (i % 2 == 0 ? NOISE : RAMP);
      draw (&im, sizes[i][0], sizes[i][1], kind, rand);
      check (&im, kind);
    }
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (13);
  g_auto (image) im = { 0 };
  int n = g_getenv ("PARDON_LONG") != NULL ? 10000 : 1000;

  for (int i = 0; i < n; i++)
    {
      int width = (int) exp2 (g_rand_double_range (rand, 0, 8.5)),
          height = (int) exp2 (g_rand_double_range (rand, 0, 8.5));
      int kind = g_rand_int_range (rand, 0, KINDS);
      draw (&im, width, height, kind, rand);
      check (&im, kind);
    }
}

/* --- what moves what --- */

static void
scene (image *im, int kind, guint64 seed)
{
  g_assert_true (scene_draw (kind, seed, 320, 256, im, NULL));
}

static float *
measure (const image *im)
{
  float *out = g_new (float, quality_size ());

  g_assert_true (quality_measure_picture (im, out, NULL));
  return out;
}

static void
test_blur (void)
{
  for (int kind = 0; kind < 4; kind++)
    {
      g_auto (image) im = { 0 };
      scene (&im, kind, 5);
      g_autofree float *sharp = measure (&im);
      g_assert_true (corrupt_box_blur (&im, 2, NULL));
      g_autofree float *soft = measure (&im);
      g_assert_cmpfloat (value (soft, "laplacian0-energy"), <, value (sharp, "laplacian0-energy") - 2);
      g_assert_cmpfloat (value (soft, "reblur0-across"), >, value (sharp, "reblur0-across") + 0.1);
      g_assert_cmpfloat (value (soft, "reblur0-down"), >, value (sharp, "reblur0-down") + 0.1);
      g_assert_cmpfloat (value (soft, "width0-across-q50"), >, value (sharp, "width0-across-q50"));
      g_assert_cmpfloat (value (soft, "width-tile-q50"), >, value (sharp, "width-tile-q50"));
      g_assert_cmpfloat (value (soft, "haar1-haar2"), <, value (sharp, "haar1-haar2") - 0.5);
      g_assert_cmpfloat (value (soft, "lag1-across"), <, value (sharp, "lag1-across"));
    }
}

/* Noise of a known deviation on grey is measured as such. */
static void
test_noise (void)
{
  const double deviations[] = { 1, 2, 5, 10, 20 };

  for (gsize i = 0; i < G_N_ELEMENTS (deviations); i++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) i);
      g_auto (image) im = { 0 };
      g_assert_true (image_reserve (&im, 256, 256, 3));
      for (int p = 0; p < 256 * 256; p++)
        {
          double normal = -6;
          for (int k = 0; k < 12; k++)
            normal += g_rand_double (rand);
          memset (im.pixels + 3 * p, (int) floor (128.5 + deviations[i] * normal), 3);
        }
      g_autofree float *out = measure (&im);
      double wanted = log2 (sqrt (deviations[i] * deviations[i] + 1. / 12) + 1. / 16);
      g_assert_cmpfloat (fabs (value (out, "noise-mean") - wanted), <, 0.06);
      g_assert_cmpfloat (fabs (value (out, "noise-green") - wanted), <, 0.15);
      g_assert_cmpfloat (fabs (value (out, "flat50-noise") - wanted), <, 0.06);
      g_assert_cmpfloat (value (out, "flat-red-green"), >, 0.99);
      g_assert_cmpfloat (fabs (value (out, "residual-1-0") + 2. / 3), <, 0.05); /* of the mask itself on white noise */
      g_assert_cmpfloat (value (out, "mscn0-alpha"), >, 1.9);
      g_assert_cmpfloat (value (out, "mscn0-alpha"), <,
                         3.6); /* above 2: a deviation that knows the pixel thins the tails */
    }
}

/* Blocks of 8 that start at 3, 5 are found, and where. */
static void
test_blocks (void)
{
  g_auto (image) im = { 0 };

  g_assert_true (image_reserve (&im, 256, 256, 3));
  for (int y = 0, i = 0; y < 256; y++)
    for (int x = 0; x < 256; x++)
      for (int c = 0; c < 3; c++)
        im.pixels[i++] = (guint8) (100 + (((x + 5) / 8) * 37 + ((y + 3) / 8) * 91) % 60);
  g_autofree float *out = measure (&im);
  g_assert_cmpfloat (value (out, "blocks-across-best"), >, 5);
  g_assert_cmpfloat (value (out, "blocks-across-grid"), <, 0);
  g_assert_cmpfloat (value (out, "blocks-across-recurrence"), >, 0.9);
  g_assert_cmpfloat (value (out, "blocks-across-period"), ==, 8);
  g_assert_cmpfloat (value (out, "blocks-down-period"), ==, 8);
  g_assert_cmpfloat (value (out, "zeros-high"), ==, 1);
  g_assert_cmpfloat (value (out, "blocks-shifted"), <, -5);
}

static void
test_broken (void)
{
  g_auto (image) im = { 0 };

  scene (&im, 0, 9);
  g_autofree float *whole = measure (&im);
  gsize row = (gsize) im.width * 3;
  memset (im.pixels + row * 192, 128, row * 64);
  g_autofree float *broken = measure (&im);
  g_assert_cmpfloat (value (whole, "broken-grey"), ==, 0);
  g_assert_cmpfloat (value (broken, "broken-grey"), ==, 0.25);
  g_assert_cmpfloat (value (broken, "broken-bottom"), ==, 0.25);
  g_assert_cmpfloat (fabs (value (broken, "broken-rows") - value (whole, "broken-rows") - 63. / 256), <, 0.01);
  g_assert_cmpfloat (value (broken, "broken-128"), >=, 0.25);
  memset (im.pixels, 7, row * 256);
  g_autofree float *flat = measure (&im);
  g_assert_cmpfloat (value (flat, "broken-bottom"), ==, 1);
  g_assert_cmpfloat (value (flat, "broken-right"), ==, 1);
  g_assert_cmpfloat (value (flat, "broken-tiles"), ==, 1);
}

static gpointer
measure_again (gpointer user)
{
  return measure (user);
}

static void
test_threads (void)
{
  g_auto (image) im = { 0 };
  GThread *threads[4];

  scene (&im, 1, 3);
  g_autofree float *alone = measure (&im);
  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("measure", measure_again, &im);
  for (int i = 0; i < 4; i++)
    {
      g_autofree float *other = g_thread_join (threads[i]);
      g_assert_cmpmem (other, quality_size () * sizeof (float), alone, quality_size () * sizeof (float));
    }
}

static void
test_shape (void)
{
  for (double shape = 0.25; shape < 9; shape *= 1.17)
    {
      double ratio = exp (2 * lgamma (2 / shape) - lgamma (1 / shape) - lgamma (3 / shape));
      g_assert_cmpfloat (fabs (quality_shape (ratio, NULL) - shape), <, 1e-4 * shape);
    }
  g_assert_cmpfloat (quality_shape (0, NULL), ==, 0.2);
  g_assert_cmpfloat (fabs (quality_shape (1, NULL) - 10), <, 1e-9);
}

static void
test_select (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (int n = 1; n < 200; n++)
    {
      float values[200], sorted[200];
      for (int i = 0; i < n; i++)
        values[i] = (float) g_rand_int_range (rand, 0, n % 7 == 0 ? 3 : 1000) / (n % 5 == 0 ? 1e6f : 7);
      memcpy (sorted, values, sizeof (float) * (gsize) n);
      for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && sorted[j] < sorted[j - 1]; j--)
          {
            float held = sorted[j];
            sorted[j] = sorted[j - 1];
            sorted[j - 1] = held;
          }
      for (double q = 0; q <= 1; q += 0.125)
        {
          float room[200], got[2];
          const double both[] = { q, 1 - q };
          quality_quantiles (values, (gsize) n, both, 2, -1, room, got);
          g_assert_cmpfloat (got[0], ==, sorted[(int) (q * (n - 1) + 0.5)]);
          g_assert_cmpfloat (got[1], ==, sorted[(int) ((1 - q) * (n - 1) + 0.5)]);
        }
    }
  const double half = 0.5;
  float none;
  quality_quantiles (NULL, 0, &half, 1, -1, NULL, &none);
  g_assert_cmpfloat (none, ==, -1);
}

double quality_bin_quantile_scalar (const guint16 *bins, gsize n, double q, guint32 *count);

/* The guess of a sample must be mended to what a whole histogram says, however the sample misleads. */
static void
test_bin_quantile (void)
{
  enum { MOST = 40000 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autofree guint16 *bins = g_new (guint16, MOST);
  g_autofree guint32 *count = g_new (guint32, 4 * QUALITY_BINS), *all = g_new (guint32, 4 * QUALITY_BINS);

  for (int round = 0; round < 60; round++)
    {
      int n = g_rand_int_range (rand, 1, MOST), widest = g_rand_int_range (rand, 1, QUALITY_BINS + 1);
      for (int i = 0; i < n; i++)
        bins[i] = (guint16) (round % 3 == 0 && i % 512 < 64 ? QUALITY_BINS - 1 : g_rand_int_range (rand, 0, widest));
      quality_count_start (all);
      quality_count (all, bins, n);
      quality_count_end (all);
      for (double q = 0.05; q < 1; q += 0.15)
        g_assert_cmpfloat (quality_bin_quantile_scalar (bins, (gsize) n, q, count), ==,
                           quality_count_quantile (all, QUALITY_BINS, q, 0));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality/table", test_table);
  g_test_add_func ("/quality/shape", test_shape);
  g_test_add_func ("/quality/select", test_select);
  g_test_add_func ("/quality/bin-quantile", test_bin_quantile);
  g_test_add_func ("/quality/sizes", test_sizes);
  g_test_add_func ("/quality/strips", test_strips);
  g_test_add_func ("/quality/random", test_random);
  g_test_add_func ("/quality/blur", test_blur);
  g_test_add_func ("/quality/noise", test_noise);
  g_test_add_func ("/quality/blocks", test_blocks);
  g_test_add_func ("/quality/broken", test_broken);
  g_test_add_func ("/quality/threads", test_threads);
  return g_test_run ();
}
