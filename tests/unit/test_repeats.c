/* Duplicates joined with parts and noise: counts by hand, the interval against published values, the CSV to the byte. */
#include <math.h>
#include <string.h>

#include "repeating/repeats.h"

/* The row of a plain picture with this hash: only exact duplicates. */
static void
put_row (GArray *rows, int hash)
{
  float row[SIGNATURE_SIZE] = { [SIGNATURE_HASH - 1] = (float) hash };
  g_array_append_vals (rows, row, SIGNATURE_SIZE);
}

static void
find (const int *hashes, const char *const *files, const guint8 *noisy, const char *const *splits, gsize n,
      repeats *out)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GError) error = NULL;
  duplicate_options o;

  for (gsize i = 0; i < n; i++)
    put_row (rows, hashes[i]);
  repeats_input in = {
    .signatures = { .base = (const float *) (const void *) rows->data, .stride = SIGNATURE_SIZE, .n = n },
    .files = files,
    .noisy = noisy,
    .splits = splits
  };
  duplicate_options_init (&o);
  gboolean done = repeats_find (&in, &o, NULL, out, &error);
  g_assert_no_error (error);
  g_assert_true (done);
}

static void
append (const char *bytes, gsize n, gpointer user)
{
  g_string_append_len (user, bytes, (gssize) n);
}

static const int hashes[] = { 1, 2, 1, 3, 2, 1, 4 };
static const char *const files[] = { "train/a.jpg",     "train/b.jpg", "test/a, again.jpg", "test/c.jpg",
                                     "Training/b2.jpg", "a.jpg",       "dev/d.jpg" };
static const char *const of_folders[] = { "train", "train", "test", "test", "train", NULL, "val" };
static const guint8 noisy[] = { 0, 1, 0, 1, 1, 0, 0 };

static void
test_parts (void)
{
  g_auto (repeats) r = { 0 };
  g_autoptr (GString) csv = g_string_new (NULL);

  find (hashes, files, noisy, of_folders, G_N_ELEMENTS (hashes), &r);
  g_assert_cmpint (r.exact_pictures, ==, 5);
  g_assert_cmpint (r.exact_extra, ==, 3);
  g_assert_cmpint (r.near_pictures, ==, 0);
  g_assert_cmpint (r.n_exact_across, ==, 1);
  g_assert_cmpint (r.n_parts, ==, 4);
  const char *const names[] = { "train", "val", "test", "" };
  const int pictures[] = { 3, 1, 2, 1 }, bad[] = { 2, 0, 1, 0 }, copied[] = { 1, 0, 1, 0 };
  for (int i = 0; i < 4; i++)
    {
      g_assert_cmpstr (r.parts[i].name, ==, names[i]);
      g_assert_cmpint (r.parts[i].pictures, ==, pictures[i]);
      g_assert_cmpint (r.parts[i].noisy, ==, bad[i]);
      g_assert_cmpint (r.parts[i].copied, ==, copied[i]);
    }
  g_assert_cmpfloat_with_epsilon (r.parts[0].noise_rate, 2.0 / 3, 1e-12);
  /* statsmodels' proportion_confint (2, 3, method='wilson') */
  g_assert_cmpfloat_with_epsilon (r.parts[0].low, 0.20765960080204776, 1e-9);
  g_assert_cmpfloat_with_epsilon (r.parts[0].high, 0.9385080552796073, 1e-9);
  repeats_write_csv (&r, files, append, csv);
  g_assert_cmpstr (csv->str, ==,
                   "group,file,kind,similarity,split,across\r\n"
                   "1,train/a.jpg,exact,1,train,yes\r\n"
                   "1,\"test/a, again.jpg\",exact,1,test,yes\r\n"
                   "1,a.jpg,exact,1,,yes\r\n"
                   "2,train/b.jpg,exact,1,train,no\r\n"
                   "2,Training/b2.jpg,exact,1,train,no\r\n");
}

static void
test_column (void)
{
  const char *const splits[] = { "holdout", NULL, "train", "fold 2", "", "holdout", "" };
  g_auto (repeats) r = { 0 };

  find (hashes, files, NULL, splits, G_N_ELEMENTS (hashes), &r);
  g_assert_cmpint (r.n_parts, ==, 4);
  g_assert_cmpstr (r.parts[0].name, ==, "train");
  g_assert_cmpstr (r.parts[1].name, ==, "fold 2");
  g_assert_cmpstr (r.parts[2].name, ==, "holdout");
  g_assert_cmpstr (r.parts[3].name, ==, "");
  g_assert_cmpint (r.parts[2].copied, ==, 2);
  g_assert_cmpint (r.parts[3].copied, ==, 0);
  g_assert_true (isnan (r.parts[0].noise_rate));
  g_assert_cmpint (r.exact_across[0], ==, 1);
  g_assert_cmpint (r.exact_across[1], ==, 0);
}

static void
test_none (void)
{
  const char *const names[] = { "a", "b" };
  g_auto (repeats) r = { 0 };

  find (hashes, names, noisy, NULL, 2, &r);
  g_assert_cmpint (r.n_parts, ==, 0);
  g_assert_cmpint (r.found.exact.n_groups, ==, 0);
  repeats_clear (&r);
  find (NULL, NULL, NULL, NULL, 0, &r);
  g_assert_cmpint (r.n_parts, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/repeats/parts", test_parts);
  g_test_add_func ("/repeats/column", test_column);
  g_test_add_func ("/repeats/none", test_none);
  return g_test_run ();
}
