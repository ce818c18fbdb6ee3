/* image/decode.h and image/encode.h: refusals, limits, damage, orientation, round trips, threads. Pixels of ordinary files
 * are compared with Pillow's in tests/oracle/decode.py. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "image/decode.h"
#include "image/encode.h"

static char *folder; /* for the files of one run */

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static char *
shared (const char *name)
{
  const char *root = g_getenv ("PARDON_SHARED");
  char *path = g_build_filename (root != NULL ? root : "../shared", "data", name, NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_clear_pointer (&path, g_free);
  if (path == NULL)
    g_test_skip ("the shared material is not on this machine");
  return path;
}

/* Noise, so that no format makes a file too short to cut. */
static void
draw (image *im, int width, int height, int channels)
{
  g_assert_true (image_reserve (im, width, height, channels));
  guint32 state = 1;
  for (gsize i = 0; i < (gsize) width * (gsize) height * (gsize) channels; i++)
    im->pixels[i] = (guint8) ((state = state * 1664525 + 1013904223) >> 24);
}

/* Smooth, so that JPEG keeps it. */
static void
draw_smooth (image *im, int width, int height)
{
  g_assert_true (image_reserve (im, width, height, 3));
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint8 *p = im->pixels + ((gsize) y * (gsize) width + (gsize) x) * 3;
        p[0] = (guint8) (x * 255 / width);
        p[1] = (guint8) (y * 255 / height);
        p[2] = (guint8) ((x + y) * 255 / (width + height));
      }
}

static void
refused (const char *path, const decode_limits *limits, const char *expected)
{
  image im = { 0 };
  image_facts facts;
  g_autoptr (GError) error = NULL;
  g_assert_false (decode_file (path, limits, &im, &facts, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE);
  if (strstr (error->message, expected) == NULL)
    g_error ("'%s' should contain '%s'", error->message, expected);
  g_assert_nonnull (strchr (error->message, '\''));
  g_assert_null (strchr (error->message, '\n'));
  image_clear (&im);
}

static void
test_not_files (void)
{
  g_autofree char *missing = in_folder ("missing.jpg");
  refused (missing, NULL, "No such file");
  refused (folder, NULL, "it is a folder");
  g_autofree char *pipe = in_folder ("pipe.jpg");
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  refused (pipe, NULL, "not a file");
  refused ("/dev/null", NULL, "not a file");
}

static void
test_permission (void)
{
  g_autofree char *path = in_folder ("closed.png");
  g_assert_true (g_file_set_contents (path, "\x89PNG", 4, NULL));
  g_assert_cmpint (g_chmod (path, 0), ==, 0);
  /* Root may read everything. */
  gboolean root = geteuid () == 0;
  if (root)
    g_assert_cmpint (seteuid (65534), ==, 0);
  refused (path, NULL, "Permission denied");
  if (root)
    g_assert_cmpint (seteuid (0), ==, 0);
}

static void
test_not_pictures (void)
{
  static const struct {
    const char *bytes;
    gsize n;
    const char *expected;
  } cases[] = {
    { "", 0, "the file is empty" },
    { "<!DOCTYPE html><html>", 21, "a web page" },
    { "version https://git-lfs.github.com/spec/v1\n", 43, "git lfs pull" },
    { "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, "nothing but zero bytes" },
    { "Dear reader,\n", 13, "a text file" },
    { "BMW is a car, not a picture\n", 28, "a text file" },
    { "RIFF\x24\0\0\0WAVEfmt ", 16, "not a picture" },
    { "\x89PNG\n\x1A\n\0\0\0\rIHDR", 15, "as text" },
    { "\xFF\xD8\xFF", 3, "truncated after 3 bytes" },
    { "\xFF\xD8\xFF\xE0\0\x10JFIF", 10, "truncated after 10 bytes" },
    { "\x89PNG\r\n\x1A\n", 8, "no pixel data" },
    { "GIF89a", 6, "truncated after 6 bytes" },
    { "II*\0", 4, "TIFF" },
    { "II*\0\xFF\xFF\xFF\x7F", 8, "truncated after 8 bytes" },
    { "RIFF\x24\0\0\0WEBPVP8 ", 16, "truncated after 16 of 44 bytes" },
    { "BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0", 18, "truncated after 18 bytes" },
    { "P6\n", 3, "not a picture" },
    { "P6\n1 1\n255\n", 11, "truncated after 11 of 14 bytes" },
    { "P6\n99999 99999\n255\n", 19, "more than the limit" },
    { "P5\n2147483647 2147483647\n255\n", 29, "more than the limit" },
    { "\0\0\1\0\1\0\x10\x10\0\0\0\0\0\0\0\0", 16, "its list of pictures points beyond" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = in_folder ("case.jpg");
      g_assert_true (g_file_set_contents (path, cases[i].bytes, (gssize) cases[i].n, NULL));
      refused (path, NULL, cases[i].expected);
    }
}

static void
test_limits (void)
{
  g_autofree char *path = in_folder ("limits.png");
  image im = { 0 };
  draw (&im, 40, 30, 3);
  g_assert_true (encode_file (&im, path, NULL));
  image_facts facts;
  g_assert_true (decode_file (path, &(decode_limits){ 1 << 20, 1200 }, &im, &facts, NULL));
  refused (path, &(decode_limits){ 1 << 20, 1199 }, "40 x 30 pixels are more than the limit of 1199");
  refused (path, &(decode_limits){ 10, 1200 }, "over the limit of 10");
  /* A hole of over 1 GiB costs no disk and must cost no memory. */
  g_autofree char *huge = in_folder ("huge.png");
  int fd = g_open (huge, O_WRONLY | O_CREAT, 0600);
  g_assert_cmpint (ftruncate (fd, ((off_t) 1 << 30) + 1), ==, 0);
  close (fd);
  refused (huge, NULL, "1073741825 bytes, over the limit of 1073741824");
  g_unlink (huge);
  image_clear (&im);
}

static void
test_misuse (void)
{
  g_autofree char *path = in_folder ("misuse.png");
  image im = { 0 };
  draw (&im, 5, 4, 3);
  g_assert_true (encode_file (&im, path, NULL));
  int fd = g_open (path, O_RDONLY, 0);
  image_facts facts;
  g_autoptr (GError) error = NULL;
  g_autoptr (decoder) d = decoder_new (fd, "name\nwith\xFFrubbish", NULL, &facts, &error);
  g_assert_no_error (error);
  guint8 pixels[60];
  g_assert_false (decoder_read (d, pixels, 59, &facts, &error));
  g_assert_nonnull (strstr (error->message, "wrong size"));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (strchr (error->message, '\n'));
  g_clear_error (&error);
  g_assert_true (decoder_read (d, pixels, 60, &facts, &error));
  g_assert_cmpmem (pixels, 60, im.pixels, 60);
  g_assert_false (decoder_read (d, pixels, 60, &facts, &error));
  close (fd);
  image_clear (&im);
}

static void
test_is_picture (void)
{
  const guint8 jpeg[16] = { 0xFF, 0xD8, 0xFF, 0xE0 }, text[] = "hello, world: 1";
  g_assert_true (decode_is_picture ("a/b.txt", jpeg, 16));
  g_assert_true (decode_is_picture ("a/b", jpeg, 16));
  g_assert_true (decode_is_picture ("a/b.JPEG", text, 16));
  g_assert_true (decode_is_picture ("b.webp", NULL, 0));
  g_assert_true (decode_is_picture ("b.HeIc", text, 16));
  g_assert_false (decode_is_picture ("a/b.txt", text, 16));
  g_assert_false (decode_is_picture ("a.png/b", text, 16));
  g_assert_false (decode_is_picture (".png", text, 16));
  g_assert_false (decode_is_picture ("a/.jpg", text, 16));
  g_assert_false (decode_is_picture ("jpg", NULL, 0));
  g_assert_false (decode_is_picture ("BMW.txt", (const guint8 *) "BM is two letter", 16));
  g_assert_false (decode_is_picture ("P1.txt", (const guint8 *) "P1: first point.", 16));
}

/* Every lossless format gives back what it was given, at awkward sizes too. */
static void
test_round_trip (void)
{
  static const struct {
    const char *name;
    int channels;
  } cases[] = { { "a.png", 3 },  { "a.png", 4 }, { "a.tif", 3 }, { "a.tiff", 4 },
                { "a.webp", 3 }, { "a.bmp", 3 }, { "A.PNG", 4 } };
  static const int sizes[][2] = { { 1, 1 }, { 1, 77 }, { 20000, 3 }, { 3, 9000 }, { 129, 65 } };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        /* WebP ends at 16383 a side, and so does BMP where ImageMagick's policy says so. */
        if (sizes[s][0] == 20000
            && (g_str_has_suffix (cases[i].name, "webp") || g_str_has_suffix (cases[i].name, "bmp")))
          continue;
        g_autofree char *path = in_folder (cases[i].name);
        image in = { 0 }, out = { 0 };
        image_facts facts;
        g_autoptr (GError) error = NULL;
        draw (&in, sizes[s][0], sizes[s][1], cases[i].channels);
        encode_file (&in, path, &error);
        g_assert_no_error (error);
        decode_file (path, NULL, &out, &facts, &error);
        g_assert_no_error (error);
        g_assert_cmpstr (facts.damage, ==, "");
        g_assert_cmpint (out.channels, ==, in.channels);
        gsize n = (gsize) in.width * (gsize) in.height * (gsize) in.channels;
        g_assert_cmpmem (in.pixels, n, out.pixels, (gsize) out.width * (gsize) out.height * (gsize) out.channels);
        image_clear (&in);
        image_clear (&out);
      }
}

static void
test_jpeg (void)
{
  g_autofree char *path = in_folder ("smooth.jpg");
  image in = { 0 }, out = { 0 };
  image_facts facts;
  g_autoptr (GError) error = NULL;
  draw_smooth (&in, 301, 203);
  encode_file (&in, path, &error);
  g_assert_no_error (error);
  decode_file (path, NULL, &out, &facts, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (facts.format, ==, "jpeg");
  g_assert_cmpstr (facts.space, ==, "rgb");
  int worst = 0;
  for (gsize i = 0; i < (gsize) in.width * (gsize) in.height * 3; i++)
    worst = MAX (worst, ABS (in.pixels[i] - out.pixels[i]));
  g_assert_cmpint (worst, <=, 6);
  /* Alpha is composed on white, and quality matters. */
  draw (&in, 64, 64, 4);
  for (gsize i = 3; i < 64 * 64 * 4; i += 4)
    in.pixels[i] = 0;
  g_autoptr (GBytes) white = encode_jpeg (&in, 90, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (white, NULL), (gssize) g_bytes_get_size (white), NULL));
  g_assert_true (decode_file (path, NULL, &out, &facts, &error));
  for (gsize i = 0; i < 64 * 64 * 3; i++)
    g_assert_cmpint (out.pixels[i], ==, 255);
  draw (&in, 64, 64, 3);
  g_autoptr (GBytes) good = encode_jpeg (&in, 95, &error), poor = encode_jpeg (&in, 10, &error);
  g_assert_cmpuint (g_bytes_get_size (good), >, 2 * g_bytes_get_size (poor));
  image_clear (&in);
  image_clear (&out);
}

/* What is missing is grey and is told; what is there is untouched. */
static void
test_truncated (void)
{
  static const char *const names[] = { "whole.jpg", "whole.png", "whole.bmp" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = in_folder (names[i]);
      image in = { 0 }, whole = { 0 }, part = { 0 };
      image_facts facts;
      g_autofree char *bytes = NULL;
      gsize n;
      draw (&in, 300, 200, 3);
      g_assert_true (encode_file (&in, path, NULL));
      g_assert_true (decode_file (path, NULL, &whole, &facts, NULL));
      g_assert_cmpstr (facts.damage, ==, "");
      g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
      gboolean jpeg = g_str_has_suffix (path, "jpg");
      if (jpeg)
        {
          /* The end marker alone is no pixel. */
          g_assert_true (g_file_set_contents (path, bytes, (gssize) n - 2, NULL));
          g_assert_true (decode_file (path, NULL, &part, &facts, NULL));
          g_assert_cmpstr (facts.damage, ==, "");
          g_assert_cmpmem (whole.pixels, 300 * 200 * 3, part.pixels, 300 * 200 * 3);
        }
      g_assert_true (g_file_set_contents (path, bytes, (gssize) n / 2, NULL));
      g_assert_true (decode_file (path, NULL, &part, &facts, NULL));
      g_autofree char *expected = g_strdup_printf ("truncated after %" G_GSIZE_FORMAT, n / 2);
      g_assert_true (g_str_has_prefix (facts.damage, expected));
      gboolean upside_down = g_str_has_suffix (path, "bmp");
      gsize quarter = (gsize) 300 * 3 * 50, last = (gsize) 300 * 3 * 199;
      gsize sound = upside_down ? 3 * quarter : 0, lost = upside_down ? 0 : last;
      g_assert_cmpmem (whole.pixels + sound, quarter, part.pixels + sound, quarter);
      for (gsize k = 0; k < 900; k++)
        g_assert_cmpint (part.pixels[lost + k], ==, 128);
      image_clear (&in);
      image_clear (&whole);
      image_clear (&part);
    }
}

/* A byte changed in the middle: a checksum refuses the PNG, the JPEG decodes with a note. */
static void
test_corrupt (void)
{
  g_autofree char *png = in_folder ("changed.png"), *jpeg = in_folder ("changed.jpg");
  image im = { 0 };
  image_facts facts;
  g_autofree char *bytes = NULL, *more = NULL;
  gsize n;
  draw (&im, 100, 100, 3);
  g_assert_true (encode_file (&im, png, NULL));
  g_assert_true (g_file_get_contents (png, &bytes, &n, NULL));
  bytes[n / 2] ^= 0x55;
  g_assert_true (g_file_set_contents (png, bytes, (gssize) n, NULL));
  refused (png, NULL, "a checksum is wrong");
  g_assert_true (encode_file (&im, jpeg, NULL));
  g_assert_true (g_file_get_contents (jpeg, &more, &n, NULL));
  /* Sixteen ones in a row are no code in any JPEG. */
  for (gsize i = 0; i < 100; i++)
    more[n / 2 + i] = i % 2 == 0 ? '\xFF' : '\0';
  g_assert_true (g_file_set_contents (jpeg, more, (gssize) n, NULL));
  g_assert_true (decode_file (jpeg, NULL, &im, &facts, NULL));
  g_assert_true (g_str_has_prefix (facts.damage, "corrupt"));
  image_clear (&im);
}

static void
test_orientation (void)
{
  static const char *const groups[] = { "Landscape", "Portrait" };
  g_autofree char *exif = shared ("odd/exif");
  if (exif == NULL)
    return;
  for (int g = 0; g < 2; g++)
    {
      image first = { 0 };
      for (int i = 0; i <= 8; i++)
        {
          g_autofree char *path = g_strdup_printf ("%s/%s_%d.jpg", exif, groups[g], i);
          image im = { 0 };
          image_facts facts;
          g_autoptr (GError) error = NULL;
          decode_file (path, NULL, &im, &facts, &error);
          g_assert_no_error (error);
          g_assert_cmpint (facts.orientation, ==, MAX (i, 1));
          g_assert_cmpint (im.width, ==, g == 0 ? 1800 : 1200);
          g_assert_cmpint (facts.width, ==, im.width);
          if (i == 0)
            {
              first = im;
              continue;
            }
          double sum = 0;
          gsize n = (gsize) im.width * (gsize) im.height * 3;
          for (gsize k = 0; k < n; k++)
            sum += ABS (im.pixels[k] - first.pixels[k]);
          /* The nine were compressed apart from each other; a wrong turn differs by 40 and more. */
          g_assert_cmpfloat (sum / (double) n, <, 6);
          image_clear (&im);
        }
      image_clear (&first);
    }
}

/* Of a smaller decode: the mean difference to the means of the squares of `by` that it stands for. */
static double
difference_to_means (const image *small, const image *whole, int by)
{
  double sum = 0;
  int width = whole->width / by, height = whole->height / by;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        {
          int square = 0;
          for (int i = 0; i < by * by; i++)
            {
              gsize row = (gsize) (y * by + i / by), column = (gsize) (x * by + i % by);
              square += whole->pixels[(row * (gsize) whole->width + column) * 3 + (gsize) c];
            }
          double mean = (double) square / (by * by);
          sum += ABS (mean - small->pixels[((gsize) y * (gsize) small->width + (gsize) x) * 3 + (gsize) c]);
        }
  return sum / ((double) width * height * 3);
}

static void
test_small (void)
{
  static const struct {
    int width, height, least, by;
  } cases[] = { { 800, 640, 80, 8 },   { 800, 640, 81, 4 }, { 640, 800, 160, 4 }, { 800, 640, 320, 2 },
                { 800, 640, 321, 1 },  { 801, 643, 80, 8 }, { 7, 3, 1, 2 },       { 1, 1, 1, 1 },
                { 800, 640, 9999, 1 }, { 803, 641, 160, 4 } };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int png = 0; png < 2; png++)
      {
        g_autofree char *path = in_folder (png ? "small.png" : "small.jpg");
        g_auto (image) drawn = { 0 }, whole = { 0 }, small = { 0 };
        image_facts facts;
        int by = png ? 1 : cases[i].by;
        draw_smooth (&drawn, cases[i].width, cases[i].height);
        g_assert_true (encode_file (&drawn, path, NULL) && decode_file (path, NULL, &whole, &facts, NULL));
        g_assert_true (decode_file_small (path, cases[i].least, &small, &facts, NULL));
        g_assert_cmpint (small.width, ==, (cases[i].width + by - 1) / by);
        g_assert_cmpint (small.height, ==, (cases[i].height + by - 1) / by);
        g_assert_true (facts.width == small.width && facts.height == small.height);
        g_assert_cmpfloat (difference_to_means (&small, &whole, by), <, 1.5);
      }
}

/* Turned as the whole picture is, and damaged where that is. */
static void
test_small_of_the_odd (void)
{
  g_autofree char *exif = shared ("odd/exif");
  for (int i = 1; exif != NULL && i <= 8; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/Landscape_%d.jpg", exif, i);
      g_auto (image) whole = { 0 }, small = { 0 };
      image_facts facts;
      g_assert_true (decode_file (path, NULL, &whole, &facts, NULL)
                     && decode_file_small (path, 150, &small, &facts, NULL));
      g_assert_true (small.width == 225 && small.height == 150);
      g_assert_cmpfloat (difference_to_means (&small, &whole, 8), <, 4);
    }
  g_autofree char *path = in_folder ("cut.jpg"), *bytes = NULL;
  g_auto (image) drawn = { 0 }, small = { 0 };
  image_facts facts;
  gsize n = 0;
  draw (&drawn, 640, 480, 3);
  g_assert_true (encode_file (&drawn, path, NULL) && g_file_get_contents (path, &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n / 2, NULL));
  g_assert_true (decode_file_small (path, 60, &small, &facts, NULL));
  g_assert_true (small.width == 80 && small.height == 60 && facts.damage[0] != 0);
  const guint8 *last = small.pixels + (80 * 60 - 1) * 3;
  g_assert_true (last[0] == 128 && last[1] == 128 && last[2] == 128);
}

/* Every strange file of the collection: pixels or a sentence, never a crash, and PngSuite's broken ones a sentence. */
static void
visit (const char *path, int *decoded, int *refusals)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  if (dir != NULL)
    {
      for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
        {
          g_autofree char *inner = g_build_filename (path, name, NULL);
          visit (inner, decoded, refusals);
        }
      return;
    }
  image im = { 0 };
  image_facts facts;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_path_get_basename (path);
  gboolean broken = strstr (path, "/odd/png/") != NULL && name[0] == 'x';
  image small = { 0 };
  image_facts facts_of_small;
  gboolean is_small = decode_file_small (path, 16, &small, &facts_of_small, NULL);
  image_clear (&small);
  if (decode_file (path, NULL, &im, &facts, &error))
    {
      ++*decoded;
      g_assert_true (is_small);
      g_assert_false (broken);
      g_assert_cmpint (im.width, ==, facts.width);
      g_assert_cmpint (im.height, ==, facts.height);
      g_assert_cmpint (im.channels, ==, facts.channels);
      g_assert_cmpint (facts.bits, >, 0);
    }
  else
    {
      ++*refusals;
      g_assert_false (is_small);
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE);
      g_assert_true (g_str_has_prefix (error->message, "cannot decode '"));
      g_assert_null (strstr (error->message, "vips"));
    }
  image_clear (&im);
}

static void
test_odd (void)
{
  g_autofree char *odd = shared ("odd");
  if (odd == NULL)
    return;
  int decoded = 0, refusals = 0;
  visit (odd, &decoded, &refusals);
  g_test_message ("%d decoded, %d refused", decoded, refusals);
  g_assert_cmpint (decoded, >=, 300);
  g_assert_cmpint (refusals, >=, 60);
}

typedef struct {
  const char *const *paths;
  int faults;
} thread_task;

static gpointer
decode_many (gpointer data)
{
  thread_task *task = data;
  for (int round = 0; round < 6; round++)
    for (int i = 0; task->paths[i] != NULL; i++)
      {
        image im = { 0 };
        image_facts facts;
        g_autoptr (GError) error = NULL;
        gboolean fine = decode_file (task->paths[i], NULL, &im, &facts, &error);
        /* The last two are broken, each in its own words. */
        if (i < 3 ? !fine : fine || strstr (error->message, i == 3 ? "checksum" : "truncated after 40 bytes") == NULL)
          task->faults++;
        image_clear (&im);
      }
  return NULL;
}

static void
test_threads (void)
{
  static const char *const names[] = { "t.png", "t.jpg", "t.bmp", "broken.png", "broken.gif", NULL };
  char *paths[6] = { NULL };
  image im = { 0 };
  draw (&im, 90, 60, 3);
  for (int i = 0; names[i] != NULL; i++)
    {
      paths[i] = in_folder (names[i]);
      if (i < 4)
        g_assert_true (encode_file (&im, paths[i], NULL));
    }
  g_autofree char *bytes = NULL;
  gsize n;
  g_assert_true (g_file_get_contents (paths[3], &bytes, &n, NULL));
  bytes[n / 2] ^= 1;
  g_assert_true (g_file_set_contents (paths[3], bytes, (gssize) n, NULL));
  memcpy (bytes, "GIF89a", 6);
  g_assert_true (g_file_set_contents (paths[4], bytes, 40, NULL));
  GThread *threads[8];
  thread_task tasks[8];
  for (int i = 0; i < 8; i++)
    {
      tasks[i] = (thread_task){ (const char *const *) paths, 0 };
      threads[i] = g_thread_new ("decode", decode_many, &tasks[i]);
    }
  for (int i = 0; i < 8; i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpint (tasks[i].faults, ==, 0);
    }
  for (int i = 0; i < 5; i++)
    g_free (paths[i]);
  image_clear (&im);
}

static int
count_files (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  int n = 0;
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_encode_refusals (void)
{
  image im = { 0 };
  g_autoptr (GError) error = NULL;
  draw (&im, 200, 200, 3);
  g_autofree char *ending = in_folder ("a.xyz"), *none = in_folder ("a"), *missing = in_folder ("no/such/a.png");
  g_assert_false (encode_file (&im, ending, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  g_clear_error (&error);
  g_assert_false (encode_file (&im, none, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  g_clear_error (&error);
  g_assert_false (encode_file (&im, missing, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "No such file"));
  g_clear_error (&error);
  /* A limit on file sizes stands for a full disk: writing fails half way, and neither the old file is lost nor a new
   * one left lying. */
  g_autofree char *full = in_folder ("full"), *path = g_build_filename (full, "a.png", NULL);
  g_assert_cmpint (g_mkdir (full, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "old", 3, NULL));
  struct rlimit old, low;
  getrlimit (RLIMIT_FSIZE, &old);
  low = old;
  low.rlim_cur = 4096;
  signal (SIGXFSZ, SIG_IGN);
  setrlimit (RLIMIT_FSIZE, &low);
  gboolean fine = encode_file (&im, path, &error);
  setrlimit (RLIMIT_FSIZE, &old);
  g_assert_false (fine);
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "cannot write '"));
  g_assert_cmpint (count_files (full), ==, 1);
  g_autofree char *kept = NULL;
  g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "old");
  g_clear_error (&error);
  g_assert_true (encode_file (&im, path, &error));
  g_assert_cmpint (count_files (full), ==, 1);
  g_unlink (path);
  g_rmdir (full);
  image_clear (&im);
}

static void
test_describe (void)
{
  g_autofree char *words = decode_describe ();
  g_assert_nonnull (strstr (words, "jpeg; libvips "));
  g_assert_nonnull (strstr (words, " png"));
}

static void
remove_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = in_folder (name);
      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
}

static void
test_missing_share (void)
{
  g_assert_cmpfloat (decode_missing_share ("truncated after 90 bytes, near row 60 of 240"), ==, 0.75);
  g_assert_cmpfloat (decode_missing_share ("truncated after 90 bytes, near row 240 of 240"), ==, 0);
  g_assert_cmpfloat (decode_missing_share ("corrupt near byte 7 of 99, row 12 of 16"), ==, 0.25);
  g_assert_cmpfloat (decode_missing_share ("a row 1 of 2, row 9: rows from 10 of 40 on are missing"), ==, 0.75);
  const char *const silent[] = { "",
                                 "truncated after 90 bytes: fine detail may be missing",
                                 "corrupt before byte 3 of 9: 7 bytes of pixel data are left over",
                                 "x: part of the picture is missing",
                                 "corrupt near byte 1 of 2, row ",
                                 "corrupt near byte 1 of 2, row 3",
                                 "corrupt near byte 1 of 2, row 3 of ",
                                 "corrupt near byte 1 of 2, row 3 of 0",
                                 "corrupt near byte 1 of 2, row 3 of 2" };
  for (gsize i = 0; i < G_N_ELEMENTS (silent); i++)
    g_assert_true (isnan (decode_missing_share (silent[i])));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* libvips warns of broken files through GLib, and g_test_init makes every warning fatal. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);
  folder = g_dir_make_tmp ("pardon-decode-XXXXXX", NULL);
  g_test_add_func ("/decode/not-files", test_not_files);
  g_test_add_func ("/decode/permission", test_permission);
  g_test_add_func ("/decode/not-pictures", test_not_pictures);
  g_test_add_func ("/decode/limits", test_limits);
  g_test_add_func ("/decode/misuse", test_misuse);
  g_test_add_func ("/decode/is-picture", test_is_picture);
  g_test_add_func ("/decode/truncated", test_truncated);
  g_test_add_func ("/decode/corrupt", test_corrupt);
  g_test_add_func ("/decode/orientation", test_orientation);
  g_test_add_func ("/decode/small", test_small);
  g_test_add_func ("/decode/small-of-the-odd", test_small_of_the_odd);
  g_test_add_func ("/decode/odd", test_odd);
  g_test_add_func ("/decode/threads", test_threads);
  g_test_add_func ("/decode/describe", test_describe);
  g_test_add_func ("/decode/missing-share", test_missing_share);
  g_test_add_func ("/encode/round-trip", test_round_trip);
  g_test_add_func ("/encode/jpeg", test_jpeg);
  g_test_add_func ("/encode/refusals", test_encode_refusals);
  int failed = g_test_run ();
  remove_folder ();
  return failed;
}
