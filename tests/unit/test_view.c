/* Views and scales: names, files, sizes, edges. That pixels equal Pillow's is in tests/oracle/views.py. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "image/resample.h"
#include "image/scale.h"
#include "image/view.h"

static void
fill (image *im, int width, int height, int channels)
{
  g_assert_true (image_reserve (im, width, height, channels));
  for (int i = 0; i < width * height * channels; i++)
    im->pixels[i] = (guint8) (i * 37 + i / 7);
}

static void
assert_view_error (const char *text, const char *part)
{
  g_autoptr (GError) error = NULL;
  view v;

  g_assert_false (view_parse (text, &v, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  if (strstr (error->message, part) == NULL)
    g_error ("'%s' lacks '%s'", error->message, part);
}

static void
test_names (void)
{
  static const char *const names[] = { "none",
                                       "none-white",
                                       "stretch-nearest-224",
                                       "stretch-lanczos-1",
                                       "stretch-area-4096",
                                       "stretch-bicubic-224x299",
                                       "short256-centre224-bilinear",
                                       "short1-centre1-nearest",
                                       "short256-centre224x192-bicubic",
                                       "short256-area",
                                       "short256-area-noenlarge-white",
                                       "short4096-centre4096x4095-bilinear-noenlarge-ff00fe",
                                       "stretch-nearest-8-black" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      view v, again;
      g_assert_true (view_parse (names[i], &v, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (v.name, ==, names[i]);
      g_assert_true (view_parse (v.name, &again, NULL));
      g_assert_cmpint (v.fit, ==, again.fit);
      g_assert_cmpint (v.short_side, ==, again.short_side);
    }
  view v, measure = view_measure ();
  g_assert_true (view_parse ("Short256-Center224-bilinear", &v, NULL));
  g_assert_cmpstr (v.name, ==, "short256-centre224-bilinear");
  g_assert_cmpint (v.fit, ==, VIEW_SHORT_CENTRE);
  g_assert_cmpint (v.filter, ==, FILTER_BILINEAR);
  g_assert_cmpint (v.short_side, ==, 256);
  g_assert_cmpint (v.width, ==, 224);
  g_assert_cmpint (v.height, ==, 224);
  g_assert_cmpint (v.alpha, ==, ALPHA_DROP);
  g_assert_false (v.never_enlarge);
  g_assert_true (view_parse (measure.name, &v, NULL));
  g_assert_cmpstr (measure.name, ==, v.name);
  g_assert_true (v.never_enlarge);
  g_assert_cmpint (v.alpha, ==, ALPHA_COMPOSE);
  g_assert_cmpmem (v.background, 3, measure.background, 3);
  g_assert_true (view_parse ("stretch-nearest-8-80c0ff", &v, NULL));
  g_assert_cmpmem (v.background, 3, "\x80\xc0\xff", 3);
}

static void
test_suggestions (void)
{
  assert_view_error ("strech-nearest-224", "did you mean 'stretch-nearest-224'?");
  assert_view_error ("stretch-nearst-225", "did you mean 'stretch-nearest-225'?");
  assert_view_error ("stretch-224-nearest", "did you mean 'stretch-nearest-224'?");
  assert_view_error ("short256-bilinear-centre224", "did you mean 'short256-centre224-bilinear'?");
  assert_view_error ("short256-cetner224-biliner", "did you mean 'short256-centre224-bilinear'?");
  assert_view_error ("stretch_nearest_224", "did you mean 'stretch-nearest-224'?");
  assert_view_error ("stretch-nearest-0224", "did you mean 'stretch-nearest-224'?");
  assert_view_error ("stretch-nearest-224x224", "did you mean 'stretch-nearest-224'?");
  static const char *const hopeless[] = { "",
                                          "-",
                                          "224",
                                          "stretch",
                                          "stretch-nearest",
                                          "stretch-nearest-0",
                                          "centre224-area",
                                          "stretch-nearest-4097",
                                          "stretch-nearest-99999999999999999999",
                                          "short256",
                                          "short-area",
                                          "short256-centre-area",
                                          "short256-area-224",
                                          "none-nearest",
                                          "none-noenlarge",
                                          "stretch-nearest-224-noenlarge",
                                          "stretch-short256-area",
                                          "stretch-nearest-224x",
                                          "stretch-nearest-x224",
                                          "stretch-nearest--5e",
                                          "?",
                                          "stretch-nearest-224-zzzzzz",
                                          "1-2-3-4-5-6-7-8-9-1-2-3-4-5-6-7-8-9-1-2" };
  for (gsize i = 0; i < G_N_ELEMENTS (hopeless); i++)
    {
      assert_view_error (hopeless[i], "names are none, stretch-FILTER-N");
      g_autoptr (GError) error = NULL;
      view v;
      g_assert_false (view_parse (hopeless[i], &v, &error));
      if (strstr (error->message, "did you mean") != NULL)
        g_error ("a suggestion where none can be meant: %s", error->message);
    }
}

/* Writes `content` to a file and gives its path; the folder goes with the process. */
static char *
file_of (const char *content)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("pardon-view-XXXXXX", &error);

  g_assert_no_error (error);
  char *path = g_build_filename (folder, "my view.txt", NULL);
  g_assert_true (g_file_set_contents (path, content, -1, &error));
  return path;
}

static void
drop_file (char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (path);
}

static void
assert_view_file (const char *content, const char *name)
{
  g_autoptr (GError) error = NULL;
  char *path = file_of (content);
  view v;

  g_assert_true (view_parse (path, &v, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (v.name, ==, name);
  drop_file (path);
}

static void
assert_view_file_error (const char *content, const char *part)
{
  char *path = file_of (content);

  assert_view_error (path, part);
  drop_file (path);
}

static void
test_files (void)
{
  assert_view_file ("[view]\nfit=stretch\nfilter=nearest\nwidth=224\n", "stretch-nearest-224");
  assert_view_file (
      "# mine\n[scale]\ndivide=1\n[view]\nfit = short-centre \nfilter = bicubic\nshort = 235\nwidth = 224\n"
      "height = 192\nalpha = #80C0ff\nenlarge = false\n",
      "short235-centre224x192-bicubic-noenlarge-80c0ff");
  assert_view_file ("[view]\nfit=none\nalpha=black\n", "none-black");
  assert_view_file ("[view]\nfit=short\nfilter=area\nshort=256\nalpha=white\nenlarge=false", view_measure ().name);
  assert_view_file_error ("", "no group [view]");
  assert_view_file_error ("fit=none\n", "group [view]");
  assert_view_file_error ("[view]\nfit=none\nfiter=area\n", "did you mean 'filter'?");
  assert_view_file_error ("[view]\nfilter=area\n", "needs the key 'fit'");
  assert_view_file_error ("[view]\nfit=stretch\nwidth=4\n", "needs the key 'filter'");
  assert_view_file_error ("[view]\nfit=stretched\nfilter=area\nwidth=4\n", "not one of none, stretch");
  assert_view_file_error ("[view]\nfit=stretch\nfilter=area\n", "needs the key 'width'");
  assert_view_file_error ("[view]\nfit=stretch\nfilter=area\nwidth=4\nshort=4\n", "takes no key 'short'");
  assert_view_file_error ("[view]\nfit=stretch\nfilter=area\nwidth=4\nenlarge=false\n", "takes no 'enlarge");
  assert_view_file_error ("[view]\nfit=stretch\nfilter=area\nwidth=0\n", "from 1 to 4096");
  assert_view_file_error ("[view]\nfit=stretch\nfilter=area\nwidth=-3\n", "from 1 to 4096");
  assert_view_file_error ("[view]\nfit=stretch\nfilter=area\nwidth=4x\n", "from 1 to 4096");
  assert_view_file_error ("[view]\nfit=none\nalpha=#12345\n", "a colour like");
  assert_view_file_error ("[view]\nfit=none\nenlarge=no\n", "not true or false");
  assert_view_error ("/nowhere/view.txt", "cannot read '/nowhere/view.txt'");
  assert_view_error ("/", "cannot read '/'");
}

static void
test_sizes (void)
{
  static const struct {
    const char *name;
    int width, height, out_width, out_height;
  } cases[] = { { "none", 500, 375, 500, 375 },
                { "stretch-nearest-224", 500, 375, 224, 224 },
                { "stretch-nearest-224x100", 1, 9999, 224, 100 },
                { "short256-area", 500, 375, 341, 256 },
                { "short256-area", 375, 500, 256, 341 },
                { "short256-area", 128, 128, 256, 256 },
                { "short256-area", 1, 3, 256, 768 },
                { "short256-area-noenlarge", 300, 255, 300, 255 },
                { "short256-area-noenlarge", 300, 257, 298, 256 },
                { "short256-centre224-bilinear", 10, 4000, 224, 224 },
                { "short4096-area", 1, G_MAXINT, 4096, G_MAXINT } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      view v;
      int width, height;
      g_assert_true (view_parse (cases[i].name, &v, NULL));
      view_size (&v, cases[i].width, cases[i].height, &width, &height);
      g_assert_cmpint (width, ==, cases[i].out_width);
      g_assert_cmpint (height, ==, cases[i].out_height);
    }
}

static void
test_stretch (void)
{
  image in = { 0 }, out = { 0 };
  view v;
  const guint8 expected[] = { 0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5 };

  g_assert_true (image_reserve (&in, 2, 1, 3));
  for (guint8 i = 0; i < 6; i++)
    in.pixels[i] = i;
  g_assert_true (view_parse ("stretch-nearest-4x1", &v, NULL));
  g_assert_true (view_apply (&v, &in, &out, NULL));
  g_assert_cmpmem (out.pixels, 12, expected, 12);
  image_clear (&in);
  image_clear (&out);
}

/* A part must be what cutting the whole gives. */
static void
test_part (void)
{
  image in = { 0 }, whole = { 0 }, cut = { 0 };

  for (int filter = FILTER_NEAREST; filter <= FILTER_AREA; filter++)
    for (int size = 1; size <= 90; size += 13)
      {
        resample_part part = { size, 77, size / 3, 20, (size + 1) / 2, 31 };
        fill (&in, 45, 38, 3 + filter % 2);
        g_assert_true (resample (&in, size, 77, (view_filter) filter, &whole, NULL));
        g_assert_true (resample_to_part (&in, &part, (view_filter) filter, &cut, NULL));
        g_assert_cmpint (cut.width, ==, part.width);
        g_assert_cmpint (cut.height, ==, part.height);
        gsize n = (gsize) (part.width * in.channels);
        for (int y = 0; y < part.height; y++)
          g_assert_cmpmem (cut.pixels + (gsize) y * n, n,
                           whole.pixels + ((gsize) (20 + y) * (gsize) size + (gsize) part.x) * (gsize) in.channels, n);
      }
  image_clear (&in);
  image_clear (&whole);
  image_clear (&cut);
}

static void
test_pad_is_black (void)
{
  image in = { 0 }, out = { 0 };
  view v;

  g_assert_true (image_reserve (&in, 2, 2, 3));
  memset (in.pixels, 200, 12);
  g_assert_true (view_parse ("short2-centre5-bicubic", &v, NULL));
  g_assert_true (view_apply (&v, &in, &out, NULL));
  for (int y = 0; y < 5; y++)
    for (int x = 0; x < 5; x++)
      g_assert_cmpint (out.pixels[(y * 5 + x) * 3], ==, x >= 1 && x <= 2 && y >= 1 && y <= 2 ? 200 : 0);
  image_clear (&in);
  image_clear (&out);
}

/* A strip whose enlarged whole would take gigabytes: the crop is cheap, the whole is refused, nothing falls over. */
static void
test_extreme_strip (void)
{
  image in = { 0 }, out = { 0 };
  g_autoptr (GError) error = NULL;
  static const char *const names[] = { "short4096-centre224-nearest",
                                       "short4096-centre224-bilinear",
                                       "short4096-centre224-bicubic",
                                       "short4096-centre224-lanczos",
                                       "short4096-centre224-area",
                                       "stretch-area-1",
                                       "stretch-lanczos-3" };
  view v;

  for (int turn = 0; turn < 2; turn++)
    {
      fill (&in, turn == 0 ? 1 : 2000003, turn == 0 ? 2000003 : 1, 3);
      memset (in.pixels, 255, (gsize) in.width * (gsize) in.height * 3);
      for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
        {
          g_assert_true (view_parse (names[i], &v, NULL));
          g_assert_true (view_apply (&v, &in, &out, &error));
          g_assert_no_error (error);
          for (int j = 0; j < out.width * out.height * 3 && i != 6; j++)
            g_assert_cmpint (out.pixels[j], ==, 255);
        }
      g_assert_true (view_parse ("short4096-area", &v, NULL));
      g_assert_false (view_apply (&v, &in, &out, &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE);
      g_clear_error (&error);
    }
  image_clear (&in);
  image_clear (&out);
}

static void
test_scale (void)
{
  static const struct {
    const char *name;
    float rgb[3]; /* values for the pixel 255, 0, 128, in the order of the result */
  } cases[] = {
    { "raw", { 255, 0, 128 } },
    { "unit", { 1, 0, 128 / 255.0f } },
    { "tf", { 1, -1, 128 / 127.5f - 1 } },
    { "caffe", { 128 - 103.939f, -116.779f, 255 - 123.68f } },
    { "caffe-104", { 24, -117, 132 } },
    { "torch", { (1 - .485f) / .229f, -.456f / .224f, (128 / 255.0f - .406f) / .225f } },
    { "clip", { (1 - .48145466f) / .26862954f, -.4578275f / .26130258f, (128 / 255.0f - .40821073f) / .27577711f } }
  };
  guint8 pixels[] = { 255, 0, 128, 255, 0, 128 };
  image rgb = { .width = 2, .height = 1, .channels = 3, .pixels = pixels };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      scale s;
      float planar[6], interleaved[6];
      g_assert_true (scale_parse (cases[i].name, &s, NULL));
      g_assert_cmpstr (s.name, ==, cases[i].name);
      scale_apply (&s, &rgb, TRUE, planar);
      scale_apply (&s, &rgb, FALSE, interleaved);
      for (int c = 0; c < 3; c++)
        for (int x = 0; x < 2; x++)
          {
            g_assert_cmpfloat_with_epsilon (planar[c * 2 + x], cases[i].rgb[c], 1e-5);
            g_assert_cmpfloat_with_epsilon (interleaved[x * 3 + c], cases[i].rgb[c], 1e-5);
          }
    }
}

static void
assert_scale_error (const char *text, const char *part)
{
  g_autoptr (GError) error = NULL;
  scale s;

  g_assert_false (scale_parse (text, &s, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  if (strstr (error->message, part) == NULL)
    g_error ("'%s' lacks '%s'", error->message, part);
}

static void
assert_scale_file_error (const char *content, const char *part)
{
  char *path = file_of (content);

  assert_scale_error (path, part);
  drop_file (path);
}

static void
test_scale_files (void)
{
  g_autoptr (GError) error = NULL;
  scale a, b;
  char *path = file_of ("[scale]\norder = bgr\ndivide = 2.5\nmean = 1, 2.5, -3e1\nstd = 2\n");
  char *other = file_of ("[scale]\norder = bgr\ndivide = 2.5\nmean = 1, 2.5, -3e1\nstd = 2, 2, 2.0000001\n");
  char *torch = file_of ("[scale]\ndivide = 255\nmean = 0.485,0.456,0.406\nstd = 0.229, 0.224, 0.225\n");

  g_assert_true (scale_parse (path, &a, &error));
  g_assert_true (a.bgr);
  g_assert_cmpfloat (a.divide, ==, 2.5);
  g_assert_cmpfloat (a.mean[2], ==, -30);
  g_assert_cmpfloat (a.std[2], ==, 2);
  g_assert_true (g_str_has_prefix (a.name, "bgr-"));
  g_assert_true (scale_parse (other, &b, &error));
  g_assert_cmpstr (a.name, !=, b.name);
  g_assert_true (scale_parse (torch, &b, &error));
  g_assert_cmpstr (b.name, ==, "torch");
  drop_file (path);
  drop_file (other);
  drop_file (torch);
  assert_scale_error ("Troch", "did you mean 'torch'?");
  assert_scale_error ("", "names are caffe, caffe-104, torch, tf, unit, clip, lite, raw");
  assert_scale_file_error ("[scale]\ndivide = 0\n", "not a number other than 0");
  assert_scale_file_error ("[scale]\ndivide = nan\n", "not a number other than 0");
  assert_scale_file_error ("[scale]\nstd = 1, 0, 1\n", "other than 0");
  assert_scale_file_error ("[scale]\nmean = 1, 2\n", "three numbers");
  assert_scale_file_error ("[scale]\nmean = 1, 2, 3, 4\n", "three numbers");
  assert_scale_file_error ("[scale]\nmean = 1, 2, inf\n", "three numbers");
  assert_scale_file_error ("[scale]\nmean = 1, 2, 3a\n", "three numbers");
  assert_scale_file_error ("[scale]\norder = rbg\n", "not rgb or bgr");
  assert_scale_file_error ("[scale]\nmeans = 1\n", "did you mean 'mean'?");
  assert_scale_file_error ("[view]\nfit = none\n", "no group [scale]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/view/names", test_names);
  g_test_add_func ("/view/suggestions", test_suggestions);
  g_test_add_func ("/view/files", test_files);
  g_test_add_func ("/view/sizes", test_sizes);
  g_test_add_func ("/view/stretch", test_stretch);
  g_test_add_func ("/view/part", test_part);
  g_test_add_func ("/view/pad-is-black", test_pad_is_black);
  g_test_add_func ("/view/extreme-strip", test_extreme_strip);
  g_test_add_func ("/scale/values", test_scale);
  g_test_add_func ("/scale/files", test_scale_files);
  return g_test_run ();
}
