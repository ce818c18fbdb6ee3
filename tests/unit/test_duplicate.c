/* Signatures and groups: equal pixels are found however they are stored, copies are found, a chain is cut, strangers stay apart. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "duplicate/align.h"
#include "duplicate/duplicate.h"
#include "duplicate/split.h"

/* A picture of soft random blobs; `phase` moves every blob a little. */
static void
paint (image *im, int width, int height, guint64 seed, double phase)
{
  enum { BLOBS = 40 };
  double x[BLOBS], y[BLOBS], size[BLOBS], light[BLOBS];
  random_source r;

  random_init (&r, seed, "blobs");
  for (int b = 0; b < BLOBS; b++)
    {
      x[b] = random_uniform (&r, 0, 1) + phase * random_uniform (&r, -1, 1);
      y[b] = random_uniform (&r, 0, 1) + phase * random_uniform (&r, -1, 1);
      size[b] = random_uniform (&r, 0.03, 0.12);
      light[b] = random_uniform (&r, -90, 90);
    }
  g_assert_true (image_reserve (im, width, height, 3));
  for (int j = 0; j < height; j++)
    for (int i = 0; i < width; i++)
      {
        double sum = 128;
        for (int b = 0; b < BLOBS; b++)
          {
            double dx = ((i + 0.5) / width - x[b]) / size[b], dy = ((j + 0.5) / height - y[b]) / size[b];
            if (dx * dx + dy * dy < 9)
              sum += light[b] * exp (-(dx * dx + dy * dy) / 2);
          }
        for (int c = 0; c < 3; c++)
          im->pixels[(j * width + i) * 3 + c] = (guint8) CLAMP (sum + 10 * c, 0, 255);
      }
}

static void
sign (const image *im, float *row)
{
  g_autoptr (GError) error = NULL;
  gboolean done = signature_make (im, row, &error);
  g_assert_no_error (error);
  g_assert_true (done);
}

static void
set_alpha (const image *from, image *to, int alpha, int at)
{
  g_assert_true (image_reserve (to, from->width, from->height, 4));
  for (int i = 0; i < from->width * from->height; i++)
    {
      memcpy (to->pixels + i * 4, from->pixels + i * 3, 3);
      to->pixels[i * 4 + 3] = (guint8) (i == at ? alpha : 255);
    }
}

/* XXH3's own test vector for nothing, and pieces that make no difference. */
static void
test_pieces (void)
{
  g_autoptr (content_hasher) whole = content_hasher_new (), pieces = content_hasher_new ();
  content_hash one, other;
  guint8 bytes[3001];

  content_hasher_end (whole, &one);
  g_autofree char *hex = content_hash_hex (&one);
  g_assert_cmpstr (hex, ==, "99aa06d3014798d86001c324468d497f");
  for (gsize i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) (i * i >> 3);
  content_hasher_add (whole, bytes, sizeof bytes);
  for (gsize at = 0, n = 0; at < sizeof bytes; at += n, n = MIN (n + 1, sizeof bytes - at))
    content_hasher_add (pieces, bytes + at, n);
  content_hasher_end (whole, &one);
  content_hasher_end (pieces, &other);
  g_assert_cmpmem (&one, sizeof one, &other, sizeof other);

  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  guint64 n = 0;
  int fd = g_file_open_tmp (NULL, &path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (write (fd, bytes, sizeof bytes), ==, sizeof bytes);
  g_assert_true (content_hash_fd (fd, path, &other, &n, &error));
  g_assert_cmpint (n, ==, sizeof bytes);
  g_assert_cmpmem (&one, sizeof one, &other, sizeof other);
  close (fd);
  unlink (path);
}

static void
test_hash (void)
{
  g_auto (image) a = { 0 }, b = { 0 };
  float one[SIGNATURE_SIZE], other[SIGNATURE_SIZE];
  const gsize hash = SIGNATURE_HASH * sizeof (float);

  paint (&a, 61, 47, 1, 0);
  sign (&a, one);
  set_alpha (&a, &b, 255, 0);
  sign (&b, other);
  g_assert_cmpmem (one, sizeof one, other, sizeof other);
  set_alpha (&a, &b, 254, 61 * 47 - 1);
  sign (&b, other);
  g_assert_cmpint (memcmp (one, other, hash), !=, 0);
  a.pixels[61 * 47 * 3 - 1] ^= 1;
  sign (&a, other);
  g_assert_cmpint (memcmp (one, other, hash), !=, 0);

  /* The same bytes in another shape are another picture. */
  a.width = 47;
  a.height = 61;
  sign (&a, one);
  g_assert_cmpint (memcmp (one, other, hash), !=, 0);
}

/* Cell by cell against the plain definition, on odd sizes: fewer pixels than cells, a multiple, thin ones, many rows. */
static void
test_cells (void)
{
  const int sizes[][2] = {
    { 1, 1 }, { 2, 3 }, { 19, 21 }, { 20, 20 }, { 40, 60 }, { 33, 1 }, { 1, 777 }, { 317, 6001 }
  };
  g_auto (image) im = { 0 };
  float row[SIGNATURE_SIZE];
  guint8 cells[SIGNATURE_CELLS];
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      int w = sizes[s][0], h = sizes[s][1];
      g_assert_true (image_reserve (&im, w, h, 3));
      for (int i = 0; i < w * h * 3; i++)
        im.pixels[i] = (guint8) (s % 2 == 0 ? g_rand_int_range (rand, 0, 256) : 255 - g_rand_int_range (rand, 0, 3));
      sign (&im, row);
      signature_cells (row, cells);
      for (int cell = 0; cell < SIGNATURE_LUMINANCE; cell++)
        {
          double top = cell / 20 * h / 20.0, left = cell % 20 * w / 20.0, sum = 0;
          for (int y = (int) top; y < h && y < top + h / 20.0; y++)
            for (int x = (int) left; x < w && x < left + w / 20.0; x++)
              {
                const guint8 *p = im.pixels + (y * w + x) * 3;
                double share =
                    (fmin (y + 1, top + h / 20.0) - fmax (y, top)) * (fmin (x + 1, left + w / 20.0) - fmax (x, left));
                sum += share * (0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2]);
              }
          g_assert_cmpfloat_with_epsilon (cells[cell], sum / (w * h / 400.0), 0.501);
        }
      for (int i = 0; i < SIGNATURE_SIZE; i++)
        g_assert_true (row[i] >= 0 && row[i] < 16777216 && row[i] == floorf (row[i]));
    }
}

static void
test_colour (void)
{
  g_auto (image) im = { 0 }, seen = { 0 };
  float row[SIGNATURE_SIZE];
  guint8 cells[SIGNATURE_CELLS];

  g_assert_true (image_reserve (&im, 50, 50, 3));
  for (int i = 0; i < 2500; i++)
    memcpy (im.pixels + i * 3, i / 50 < 25 ? "\xff\0\0" : "\0\0\xff", 3);
  sign (&im, row);
  signature_cells (row, cells);
  g_assert_cmpint (cells[0], ==, 76);
  g_assert_cmpint (cells[399], ==, 29);
  g_assert_cmpint (cells[400], ==, 85);  /* Cb of red */
  g_assert_cmpint (cells[424], ==, 255); /* of blue */
  g_assert_cmpint (cells[425], ==, 255); /* Cr of red */
  g_assert_cmpint (cells[449], ==, 107); /* of blue */
  g_assert_true (image_reserve (&seen, 2, 2, 4));
  memset (seen.pixels, 0, 16);
  sign (&seen, row);
  signature_cells (row, cells);
  g_assert_cmpint (cells[0], ==, 255); /* nothing, on white */
}

static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;
  float row[SIGNATURE_SIZE];
  image nothing = { 0 };

  g_assert_false (signature_make (&nothing, row, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE);
}

/* Rows to group, beside numbers of another meaning as a scan keeps them. */
#define BESIDE 7
#define STRIDE (SIGNATURE_SIZE + BESIDE)

static void
find (GArray *rows, int threads, duplicates *out)
{
  duplicate_options o;
  g_autoptr (GError) error = NULL;
  signature_rows in = { .base = (const float *) (const void *) rows->data + BESIDE,
                        .stride = STRIDE,
                        .n = rows->len / STRIDE };

  duplicate_options_init (&o);
  o.threads = threads;
  gboolean done = duplicates_find (&in, &o, NULL, out, &error);
  g_assert_no_error (error);
  g_assert_true (done);
}

static void
add (GArray *rows, const image *im)
{
  float row[STRIDE] = { 0 };

  sign (im, row + BESIDE);
  g_array_append_vals (rows, row, STRIDE);
}

static void
test_planted (void)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (float));
  g_auto (image) im = { 0 }, half = { 0 };
  g_auto (duplicates) found = { 0 };

  for (int i = 0; i < 30; i++)
    {
      paint (&im, 160, 120, (guint64) i % 29, 0); /* number 29 is number 0 again */
      add (rows, &im);
    }
  paint (&half, 80, 60, 3, 0);
  add (rows, &half); /* 30: 3 at half the size */
  add (rows, &half); /* 31 */
  for (int i = 0; i < 80 * 60 * 3; i++)
    half.pixels[i] = (guint8) (half.pixels[i] * 3 / 4 + 20);
  add (rows, &half); /* 32: and fainter */
  find (rows, 1, &found);

  g_assert_cmpint (found.exact.n_groups, ==, 2);
  g_assert_cmpint (found.exact.starts[1], ==, 2);
  g_assert_cmpint (found.exact.starts[2], ==, 4);
  const guint32 exact[] = { 0, 29, 30, 31 };
  for (int i = 0; i < 4; i++)
    {
      g_assert_cmpint (found.exact.members[i].number, ==, exact[i]);
      g_assert_cmpfloat (found.exact.members[i].similarity, ==, 1);
    }
  g_assert_cmpint (found.near.n_groups, ==, 1);
  g_assert_cmpint (found.near.starts[1], ==, 4);
  const guint32 near[] = { 3, 30, 31, 32 };
  for (int i = 0; i < 4; i++)
    g_assert_cmpint (found.near.members[i].number, ==, near[i]);
  g_assert_cmpfloat (found.near.members[0].similarity, ==, 1);
  g_assert_cmpfloat (found.near.members[1].similarity, <, 1);
  g_assert_cmpfloat (found.near.members[1].similarity, >, 0.98f);
  g_assert_cmpfloat (found.near.members[2].similarity, ==, found.near.members[1].similarity);
  g_assert_cmpint (found.n_plain, ==, 0);
}

/* Each like its neighbours, the first unlike the last. */
static void
test_chain (void)
{
  enum { N = 60 };
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (float));
  g_autofree likeness_basis *basis = g_new (likeness_basis, 1);
  g_autofree align_basis *align = g_new (align_basis, 1);
  g_autofree likeness *all = g_new (likeness, N);
  g_auto (image) im = { 0 };
  g_auto (duplicates) found = { 0 };
  int in_group[N];

  likeness_basis_init (basis);
  align_basis_init (align);
  for (int i = 0; i < N; i++)
    {
      paint (&im, 100, 80, 11, i * 0.004);
      add (rows, &im);
      likeness_init (&all[i], basis, &g_array_index (rows, float, i *STRIDE + BESIDE));
      in_group[i] = -1;
      if (i > 0)
        g_assert_cmpfloat (likeness_compare (&all[i - 1], &all[i], NULL), >, 0.95);
    }
  g_assert_cmpfloat (likeness_compare (&all[0], &all[N - 1], NULL), <, 0.7);
  find (rows, 2, &found);
  g_assert_cmpint (found.near.n_groups, >, 1);
  for (gsize g = 0; g < found.near.n_groups; g++)
    for (gsize m = found.near.starts[g]; m < found.near.starts[g + 1]; m++)
      {
        guint32 first = found.near.members[found.near.starts[g]].number, number = found.near.members[m].number;
        double alike =
            fmax (likeness_compare (&all[first], &all[number], NULL), align_compare (&all[first], &all[number], align));
        g_assert_cmpfloat (alike, >=, DUPLICATE_SIMILARITY - 1e-6);
        g_assert_cmpint (in_group[number], ==, -1);
        in_group[number] = (int) g;
      }
  g_assert_cmpint (in_group[0], !=, in_group[N - 1]);
}

/* Walls, skies and blanks are alike in everything but what makes a picture; mirrored ones are others. */
static void
test_apart (void)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_auto (image) im = { 0 };
  g_auto (duplicates) found = { 0 };

  for (int kind = 0; kind < 6; kind++)
    {
      g_assert_true (image_reserve (&im, 90, 70, 3));
      for (int i = 0; i < 90 * 70 * 3; i++)
        {
          int x = i / 3 % 90, y = i / 270;
          int light = kind < 2 ? 200 + kind : kind < 4 ? 40 + x + y / (kind - 1) : 128;
          im.pixels[i] = (guint8) CLAMP (light + g_rand_int_range (rand, -4, 5), 0, 255);
        }
      add (rows, &im);
    }
  for (int turn = 0; turn < 2; turn++)
    {
      paint (&im, 90, 70, 77, 0);
      for (int y = 0; y < 70 && turn == 0; y++) /* nearly symmetric */
        for (int x = 45; x < 90; x++)
          for (int c = 0; c < 3; c++)
            im.pixels[(y * 90 + x) * 3 + c] =
                (guint8) (im.pixels[(y * 90 + x) * 3 + c] / 5 + im.pixels[(y * 90 + 89 - x) * 3 + c] / 5 * 4);
      add (rows, &im);
      for (int y = 0; y < 70; y++)
        for (int x = 0; x < 45; x++)
          for (int c = 0; c < 3; c++)
            {
              guint8 *a = im.pixels + (y * 90 + x) * 3 + c, *b = im.pixels + (y * 90 + 89 - x) * 3 + c, t = *a;
              *a = *b;
              *b = t;
            }
      add (rows, &im);
    }
  find (rows, 1, &found);
  g_assert_cmpint (found.exact.n_groups, ==, 0);
  g_assert_cmpint (found.near.n_groups, ==, 0);
  g_assert_cmpint (found.n_plain, ==, 6);
}

/* Many rows: the same answer for any number of threads, every copy found, none but copies; unreadable ones passed over. */
static void
test_threads (void)
{
  enum { N = 3000, COPIES = 300 };
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (float));
  g_auto (image) im = { 0 };
  g_auto (duplicates) one = { 0 }, four = { 0 };
  float unreadable[STRIDE] = { 0 };

  for (int i = 0; i < N + COPIES; i++)
    {
      paint (&im, 24, 24, 1000 + (guint64) (i < N ? i : (i - N) * 7), i < N ? 0 : 0.001);
      add (rows, &im);
    }
  unreadable[BESIDE] = -1;
  g_array_append_vals (rows, unreadable, STRIDE);
  unreadable[BESIDE] = NAN;
  g_array_append_vals (rows, unreadable, STRIDE);
  find (rows, 1, &one);
  find (rows, 4, &four);
  gsize members = one.near.starts[one.near.n_groups];
  g_assert_cmpint (one.exact.n_groups, ==, 0);
  g_assert_cmpint (one.near.n_groups, ==, COPIES);
  g_assert_cmpint (members, ==, 2 * COPIES);
  for (gsize g = 0; g < one.near.n_groups; g++)
    g_assert_cmpint ((int) one.near.members[g * 2 + 1].number, ==, N + (int) one.near.members[g * 2].number / 7);
  g_assert_cmpint (four.near.n_groups, ==, one.near.n_groups);
  g_assert_cmpmem (one.near.starts, (one.near.n_groups + 1) * sizeof (gsize), four.near.starts,
                   (four.near.n_groups + 1) * sizeof (gsize));
  g_assert_cmpmem (one.near.members, members * sizeof (duplicate_member), four.near.members,
                   members * sizeof (duplicate_member));
}

static gboolean
stop_now (gpointer user)
{
  (void) user;
  return TRUE;
}

static void
test_corners (void)
{
  signature_rows none = { .stride = STRIDE };
  duplicate_options o;
  g_auto (duplicates) found = { 0 };
  g_auto (image) im = { 0 };
  g_autoptr (GError) error = NULL;
  float row[SIGNATURE_SIZE];
  const guint64 thrice[] = { 0, 0, 0 };

  duplicate_options_init (&o);
  o.threads = 0;
  g_assert_true (duplicates_find (&none, &o, NULL, &found, &error));
  g_assert_no_error (error);
  g_assert_cmpint (found.exact.n_groups + found.near.n_groups, ==, 0);
  duplicates_clear (&found);

  paint (&im, 30, 30, 1, 0);
  sign (&im, row);
  signature_rows same = { .base = row, .stride = SIGNATURE_SIZE, .rows = thrice, .n = 3 };
  g_assert_true (duplicates_find (&same, &o, NULL, &found, &error));
  g_assert_cmpint (found.exact.n_groups, ==, 1);
  g_assert_cmpint (found.exact.starts[1], ==, 3);
  g_assert_cmpint (found.near.n_groups, ==, 0);
  duplicates_clear (&found);

  const job stopping = { .stop = stop_now };
  g_assert_false (duplicates_find (&same, &o, &stopping, &found, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STOPPED);
}

static void
test_split (void)
{
  g_assert_cmpstr (split_of ("train/cat/1.jpg"), ==, "train");
  g_assert_cmpstr (split_of ("data/Training/1.jpg"), ==, "train");
  g_assert_cmpstr (split_of ("VAL/1.jpg"), ==, "val");
  g_assert_cmpstr (split_of ("a/valid/1.jpg"), ==, "val");
  g_assert_cmpstr (split_of ("validation/train/1.jpg"), ==, "val");
  g_assert_cmpstr (split_of ("dev/1.jpg"), ==, "val");
  g_assert_cmpstr (split_of ("x/y/testing/1.jpg"), ==, "test");
  g_assert_cmpstr (split_of ("eval/1.jpg"), ==, "test");
  g_assert_cmpstr (split_of ("trains/1.jpg"), ==, NULL);
  g_assert_cmpstr (split_of ("model_train/1.jpg"), ==, NULL);
  g_assert_cmpstr (split_of ("cat/test"), ==, NULL);
  g_assert_cmpstr (split_of ("test"), ==, NULL);
  g_assert_cmpstr (split_of ("/test/"), ==, "test");
  g_assert_cmpstr (split_of (""), ==, NULL);
  g_assert_cmpstr (split_named ("Training"), ==, "train");
  g_assert_cmpstr (split_named ("VALID"), ==, "val");
  g_assert_cmpstr (split_named ("dev"), ==, "val");
  g_assert_cmpstr (split_named ("eval"), ==, "test");
  g_assert_cmpstr (split_named ("Fold 3"), ==, "Fold 3");
  g_assert_true (split_named ("fold 3") == split_named ("fold 3"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hash/pieces", test_pieces);
  g_test_add_func ("/signature/hash", test_hash);
  g_test_add_func ("/signature/cells", test_cells);
  g_test_add_func ("/signature/colour", test_colour);
  g_test_add_func ("/signature/refused", test_refused);
  g_test_add_func ("/duplicate/planted", test_planted);
  g_test_add_func ("/duplicate/chain", test_chain);
  g_test_add_func ("/duplicate/apart", test_apart);
  g_test_add_func ("/duplicate/threads", test_threads);
  g_test_add_func ("/duplicate/corners", test_corners);
  g_test_add_func ("/split/names", test_split);
  return g_test_run ();
}
