/* Corruptions: the same bytes for the same seed, worse with severity, any size, alpha kept; box blur against a naive mean
 * over the window. Formulas are checked by tests/oracle/corrupt.py, box blur against Pillow by tests/oracle/views.py. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "image/corrupt.h"
#include "image/scene.h"

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

static gsize
bytes_of (const image *im)
{
  return (gsize) im->width * (gsize) im->height * (gsize) im->channels;
}

static void
copy (const image *from, image *to)
{
  g_assert_true (image_reserve (to, from->width, from->height, from->channels));
  memcpy (to->pixels, from->pixels, bytes_of (from));
}

static void
must_corrupt (image *im, int kind, double severity, guint64 seed)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (corrupt (im, kind, severity, seed, &error));
  g_assert_no_error (error);
}

static void
test_table (void)
{
  for (int i = 0; i < CORRUPTION_KINDS; i++)
    {
      const corruption_kind *k = &corruption_kinds[i];
      g_assert_cmpint (corruption_find (k->name), ==, i);
      g_assert_cmpint (k->family, >=, 0);
      g_assert_cmpint (k->family, <, CORRUPTION_FAMILIES);
      g_assert_cmpstr (k->parameter, !=, "");
      g_assert_cmpstr (k->source, !=, "");
      for (int s = 0; s < 5; s++)
        g_assert_cmpfloat (corruption_parameter (i, s + 1), ==, k->at[s]);
    }
  for (int i = 0; i < CORRUPTION_FAMILIES; i++)
    g_assert_nonnull (corruption_family_names[i]);
  g_assert_cmpint (corruption_find ("gaussian"), ==, -1);
  g_assert_cmpint (corruption_find (""), ==, -1);
  int blur = corruption_find ("gaussian-blur");
  g_assert_cmpfloat (corruption_parameter (blur, 4.5), ==, 5.0);
  g_assert_cmpfloat (corruption_parameter (blur, 0), ==, 1.0);
  g_assert_cmpfloat (corruption_parameter (blur, 9), ==, 6.0);
}

static void
test_severity_refused (void)
{
  static const double severities[] = { 0, 0.99, 5.01, -1, NAN, INFINITY };
  image im = { 0 }, before = { 0 };

  fill (&im, 9, 9, 3);
  copy (&im, &before);
  for (gsize i = 0; i < G_N_ELEMENTS (severities); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (corrupt (&im, corruption_find ("fog"), severities[i], 1, &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
      g_assert_nonnull (strstr (error->message, "of fog is not between 1 and 5"));
    }
  g_assert_cmpmem (im.pixels, bytes_of (&im), before.pixels, bytes_of (&before));
  image_clear (&im);
  image_clear (&before);
}

/* What stood here when the formulas were compared with the published program's pictures. JPEG is libjpeg's business. */
static void
test_same_bytes (void)
{
  static const struct {
    const char *kind, *sum;
  } expected[] = {
    { "box-blur", "810f37896afb1d74" },       { "gaussian-blur", "a48561eb1e374635" },
    { "defocus-blur", "bb6cbcd6c08f850b" },   { "motion-blur", "2b50a430df3df9ce" },
    { "zoom-blur", "92f2d3d960f89058" },      { "glass-blur", "bb80ea4549a3214a" },
    { "gaussian-noise", "2a775a9f11f0cb8d" }, { "shot-noise", "6051f2e9e1d19093" },
    { "impulse-noise", "6580e1fec24840ac" },  { "speckle-noise", "da9d326246aae728" },
    { "sensor-noise", "492271239fccabdf" },   { "pixelate", "90445365688682bb" },
    { "low-resolution", "495b3cfec664d15d" }, { "snow", "16d353ad72eaa574" },
    { "frost", "7ea755b61775cd89" },          { "fog", "4c0833d1a8ba0125" },
    { "haze", "00f430e4f27a83e0" },           { "dark", "962f34e3b1de34c8" },
    { "bright", "6b454c08523a6e94" },         { "low-contrast", "2446a91b7d2daed6" },
    { "colour-cast", "0b10dd7f64f1245f" },    { "saturation", "541f031208552052" },
    { "elastic", "27f1b3a6ab61eca1" },        { "cut-off", "c0ec0ec144d0d61f" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
      for (int n = 0; n < 3; n++)
        {
          image im = { 0 };
          fill (&im, n == 0 ? 224 : 61, n == 2 ? 300 : 47, 3);
          must_corrupt (&im, corruption_find (expected[i].kind), 1 + 1.75 * n, (guint64) n + 5);
          g_checksum_update (sum, im.pixels, (gssize) bytes_of (&im));
          image_clear (&im);
        }
      g_autofree char *start = g_strndup (g_checksum_get_string (sum), 16);
      g_test_message ("%s %s", expected[i].kind, start);
      g_assert_cmpstr (start, ==, expected[i].sum);
    }
}

/* The seed matters where the kind's description says so, and only there. */
static void
test_seed (void)
{
  static const char *const fixed[] = { "box-blur", "gaussian-blur", "defocus-blur", "zoom-blur", "pixelate",
                                       "dark",     "bright",        "low-contrast", NULL };

  for (int kind = 0; kind < CORRUPTION_KINDS; kind++)
    {
      image first = { 0 }, other = { 0 }, again = { 0 };
      gboolean differs = FALSE;
      g_assert_true (scene_draw (0, 7, 96, 80, &first, NULL));
      copy (&first, &again);
      must_corrupt (&again, kind, 3, 0);
      for (guint64 seed = 0; seed < 12; seed++)
        {
          copy (&first, &other);
          must_corrupt (&other, kind, 3, seed);
          gboolean same = memcmp (other.pixels, again.pixels, bytes_of (&again)) == 0;
          g_assert_true (seed > 0 || same);
          differs |= !same;
        }
      g_test_message ("%s", corruption_kinds[kind].name);
      g_assert_cmpint (differs, ==, !g_strv_contains (fixed, corruption_kinds[kind].name));
      image_clear (&first);
      image_clear (&other);
      image_clear (&again);
    }
}

static void
test_sizes_and_alpha (void)
{
  static const int sizes[][2] = { { 1, 1 },  { 1, 2 },   { 2, 1 },     { 2, 2 },   { 3, 3 },     { 1, 40 },   { 40, 1 },
                                  { 7, 16 }, { 17, 15 }, { 2000, 10 }, { 3, 700 }, { 260, 300 }, { 224, 225 } };

  for (int kind = 0; kind < CORRUPTION_KINDS; kind++)
    for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
      for (int severity = 1; severity <= 5; severity += 2)
        {
          image rgb = { 0 }, rgba = { 0 };
          fill (&rgba, sizes[i][0], sizes[i][1], 4);
          fill (&rgb, sizes[i][0], sizes[i][1], 3);
          gsize n = (gsize) rgb.width * (gsize) rgb.height;
          for (gsize p = 0; p < n; p++)
            {
              memcpy (rgb.pixels + 3 * p, rgba.pixels + 4 * p, 3);
              rgba.pixels[4 * p + 3] = (guint8) (p * 37);
            }
          must_corrupt (&rgb, kind, severity, i);
          must_corrupt (&rgba, kind, severity, i);
          g_assert_cmpint (rgba.width, ==, sizes[i][0]);
          g_assert_cmpint (rgba.height, ==, sizes[i][1]);
          g_assert_cmpint (rgba.channels, ==, 4);
          for (gsize p = 0; p < n; p++)
            {
              g_assert_cmpmem (rgb.pixels + 3 * p, 3, rgba.pixels + 4 * p, 3);
              if (kind != corruption_find ("box-blur"))
                g_assert_cmpint (rgba.pixels[4 * p + 3], ==, (guint8) (p * 37));
            }
          image_clear (&rgb);
          image_clear (&rgba);
        }
}

/* Flat pictures: what has nothing to lose stays as it is. */
static void
test_flat (void)
{
  static const char *const kinds[] = { "box-blur",       "gaussian-blur", "defocus-blur", "motion-blur",
                                       "zoom-blur",      "glass-blur",    "pixelate",     "elastic",
                                       "low-resolution", "low-contrast",  "saturation" };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (int level = 0; level < 256; level += 51)
      for (double severity = 1; severity <= 5; severity += 0.5)
        {
          image im = { 0 };
          g_assert_true (image_reserve (&im, 70, 50, 3));
          memset (im.pixels, level, bytes_of (&im));
          must_corrupt (&im, corruption_find (kinds[i]), severity, 3);
          for (gsize p = 0; p < bytes_of (&im); p++)
            g_assert_cmpint (im.pixels[p], ==, level);
          image_clear (&im);
        }
}

#define SCENES 4

/* Mean squared error over scenes, each with its own seed. */
static double
harm (const image *scenes, int kind, double severity)
{
  double sum = 0;
  image im = { 0 };

  for (int n = 0; n < SCENES; n++)
    {
      copy (&scenes[n], &im);
      must_corrupt (&im, kind, severity, (guint64) n);
      for (gsize i = 0; i < bytes_of (&im); i++)
        sum += (im.pixels[i] - scenes[n].pixels[i]) * (im.pixels[i] - scenes[n].pixels[i]);
    }
  double mean = sum / SCENES / (double) bytes_of (&im);
  image_clear (&im);
  return mean;
}

static void
test_worse_with_severity (void)
{
  /* Published so: glass has fewer rounds at 2 and 4, zoom fewer copies at 3; frost takes away nearly what it adds; elastic shifts the picture at 1
   * and 2 and crumples it from 3 on. */
  static const char *const uneven[] = { "glass-blur", "zoom-blur", "frost", "elastic", NULL };
  image scenes[SCENES] = { 0 };

  for (int n = 0; n < SCENES; n++)
    g_assert_true (scene_draw (n, 1, 224, 224, &scenes[n], NULL));
  for (int kind = 0; kind < CORRUPTION_KINDS; kind++)
    {
      const char *name = corruption_kinds[kind].name;
      double at[6];
      for (int severity = 1; severity <= 5; severity++)
        {
          at[severity] = harm (scenes, kind, severity);
          g_test_message ("%s %d: mean squared error %g", name, severity, at[severity]);
          if (severity > 1 && !g_strv_contains (uneven, name))
            g_assert_cmpfloat (at[severity], >, at[severity - 1]);
        }
      gboolean elastic = strcmp (name, "elastic") == 0;
      g_assert_cmpfloat (at[5], >, at[elastic ? 3 : 1]);
      g_assert_cmpfloat (at[1], >, 5.0);
    }
  for (int n = 0; n < SCENES; n++)
    image_clear (&scenes[n]);
}

static void
test_too_wide_for_jpeg (void)
{
  g_autoptr (GError) error = NULL;
  image im = { 0 }, before = { 0 };

  fill (&im, 65600, 1, 3);
  copy (&im, &before);
  g_assert_false (corrupt (&im, corruption_find ("jpeg"), 1, 1, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE);
  g_assert_cmpmem (im.pixels, bytes_of (&im), before.pixels, bytes_of (&before));
  image_clear (&im);
  image_clear (&before);
}

static gpointer
corrupt_in_thread (gpointer data)
{
  for (int kind = 0; kind < CORRUPTION_KINDS; kind++)
    must_corrupt (data, kind, 2, 11);
  return NULL;
}

static void
test_threads (void)
{
  image pictures[4] = { 0 };
  GThread *threads[4];

  for (int i = 0; i < 4; i++)
    {
      g_assert_true (scene_draw (1, 3, 64, 64, &pictures[i], NULL));
      threads[i] = g_thread_new ("corrupt", corrupt_in_thread, &pictures[i]);
    }
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  for (int i = 1; i < 4; i++)
    g_assert_cmpmem (pictures[0].pixels, bytes_of (&pictures[0]), pictures[i].pixels, bytes_of (&pictures[i]));
  for (int i = 0; i < 4; i++)
    image_clear (&pictures[i]);
}

/* Known for ever: a changed generator would make other probes of old seeds. */
static void
test_random (void)
{
  random_source a, b;

  random_init (&a, 1, "fog");
  random_init (&b, 1, "fog");
  for (int i = 0; i < 100; i++)
    g_assert_true (random_bits (&a) == random_bits (&b));
  random_init (&b, 1, "gof");
  random_init (&a, 1, "fog");
  g_assert_false (random_bits (&a) == random_bits (&b));
  random_init (&a, G_MAXUINT64, "");
  for (int i = 0; i < 100000; i++)
    {
      double u = random_uniform (&a, 2.0, 3.0);
      int n = random_below (&a, 7);
      g_assert_true (u >= 2.0 && u < 3.0 && n >= 0 && n < 7);
      g_assert_true (isfinite (random_normal (&a)));
    }
  poisson_table zero;
  poisson_init (&zero, 0.0);
  for (int i = 0; i < 1000; i++)
    g_assert_cmpint (poisson_draw (&zero, &a), ==, 0);
  poisson_clear (&zero);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/corrupt/box-blur/naive", test_naive);
  g_test_add_func ("/corrupt/box-blur/refuses", test_refuses);
  g_test_add_func ("/corrupt/box-blur/flat-stays-flat", test_flat_stays_flat);
  g_test_add_func ("/corrupt/table", test_table);
  g_test_add_func ("/corrupt/severity-refused", test_severity_refused);
  g_test_add_func ("/corrupt/same-bytes", test_same_bytes);
  g_test_add_func ("/corrupt/seed", test_seed);
  g_test_add_func ("/corrupt/sizes-and-alpha", test_sizes_and_alpha);
  g_test_add_func ("/corrupt/flat", test_flat);
  g_test_add_func ("/corrupt/worse-with-severity", test_worse_with_severity);
  g_test_add_func ("/corrupt/too-wide-for-jpeg", test_too_wide_for_jpeg);
  g_test_add_func ("/corrupt/threads", test_threads);
  g_test_add_func ("/corrupt/random", test_random);
  return g_test_run ();
}
