/* output/: what can be told without another program. tests/oracle/report.py reads the files with other programs. */
#include "base/error.h"
#include "output/html_text.h"
#include "output/plot.h"
#include "output/report.h"
#include "output/whole_file.h"
#include "store/store.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static char *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *dir = g_dir_make_tmp ("pardon-XXXXXX", &error);
  g_assert_no_error (error);
  return dir;
}

static void
remove_folder (const char *dir)
{
  g_autoptr (GDir) names = g_dir_open (dir, 0, NULL);
  for (const char *name; (name = g_dir_read_name (names)) != NULL;)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

static char *
read_file (const char *dir, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (dir, name, NULL);
  char *text = NULL;
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static gboolean
is_there (const char *dir, const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* --- numbers and text ------------------------------------------------------------------------- */

static void
test_ticks (void)
{
  static const struct {
    double low, high;
    int wanted;
    gboolean whole;
    double first, step;
    int n;
  } cases[] = {
    { 0, 100, 5, FALSE, 0, 20, 6 }, { 0, 1, 5, FALSE, 0, 0.2, 6 },           { 2, 20, 5, TRUE, 0, 5, 5 },
    { 2, 4, 5, TRUE, 2, 1, 3 },     { -3, 7, 5, FALSE, -4, 2, 7 },           { 5, 5, 5, TRUE, 4, 1, 3 },
    { 0, 0, 5, FALSE, 0, 0.2, 6 },  { 0.12, 0.18, 4, FALSE, 0.12, 0.02, 4 }, { 15437, 21044, 5, FALSE, 15000, 1000, 8 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double first, step;
      int n = plot_ticks (cases[i].low, cases[i].high, cases[i].wanted, cases[i].whole, &first, &step);
      g_test_message ("case %zu", i);
      g_assert_cmpint (n, ==, cases[i].n);
      g_assert_cmpfloat_with_epsilon (first, cases[i].first, 1e-12);
      g_assert_cmpfloat_with_epsilon (step, cases[i].step, 1e-12);
    }
}

static void
test_ticks_hold (void)
{
  for (int i = 0; i < 20000; i++)
    {
      double scale = pow (10, g_test_rand_double_range (-12, 12));
      double a = g_test_rand_double_range (-1, 1) * scale, b = a + g_test_rand_double_range (0, 2) * scale;
      double first, step;
      int n = plot_ticks (a, b, 5, FALSE, &first, &step);
      g_assert_true (first <= a + step * 1e-6 && first + (n - 1) * step >= b - step * 1e-6);
      g_assert_cmpint (n, >=, 2);
      g_assert_cmpint (n, <=, 10);
      double mantissa = step / pow (10, floor (log10 (step) + 1e-9));
      g_assert_true (fabs (mantissa - 1) < 1e-6 || fabs (mantissa - 2) < 1e-6 || fabs (mantissa - 5) < 1e-6);
    }
}

static void
test_text (void)
{
  static const char *const cases[][2] = {
    { "plain 1.png", "plain 1.png" },
    { "<a href=\"x\" b='c'>&amp;", "&lt;a href=&quot;x&quot; b=&#39;c&#39;&gt;&amp;amp;" },
    { "a\nb\tc\x01\x7F", "a[U+000A]b[U+0009]c[U+0001][U+007F]" },
    { "\xFFzz\xC3", "\uFFFDzz\uFFFD" },
    { "\u202Egnp.exe", "[U+202E]gnp.exe" },
    { "\u2066\u200F\uFEFF\u2028\u00AD", "[U+2066][U+200F][U+FEFF][U+2028][U+00AD]" },
    { "\u200C\u200D", "\u200C\u200D" },
    { "\U000E0041", "[U+E0041]" },
    { "\xC2\x85\uFFFE\uFDD0", "\uFFFD\uFFFD\uFFFD" },
    { "\u4E2D\u6587 \U0001D54F", "\u4E2D\u6587 \U0001D54F" },
    { "", "" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      html_append_text (out, cases[i][0]);
      g_assert_cmpstr (out->str, ==, cases[i][1]);
    }
  g_autoptr (GString) none = g_string_new (NULL);
  html_append_text (none, NULL);
  g_assert_cmpstr (none->str, ==, "");
}

static void
test_numbers (void)
{
  static const struct {
    guint64 n;
    const char *text;
  } counts[] = { { 0, "0" },
                 { 999, "999" },
                 { 1000, "1,000" },
                 { 123456, "123,456" },
                 { 3000000, "3,000,000" },
                 { G_MAXUINT64, "18,446,744,073,709,551,615" } };
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      html_append_count (out, counts[i].n);
      g_assert_cmpstr (out->str, ==, counts[i].text);
    }
  static const struct {
    double value;
    const char *text;
  } measures[] = { { 0, "0" },         { 0.12345, "0.123" },   { 1, "1.00" },       { 9.996, "10.0" },
                   { 14, "14.0" },     { 99.96, "99.96" },     { 123.46, "123.5" }, { 999.4, "999.4" },
                   { 999.6, "1,000" }, { 12345.6, "12,346" },  { 1e20, "1e+20" },   { -0.5, "-0.5" },
                   { NAN, "\u2013" },  { INFINITY, "\u2013" }, { 1e-9, "1e-09" } };
  for (gsize i = 0; i < G_N_ELEMENTS (measures); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      html_append_measure (out, measures[i].value);
      g_assert_cmpstr (out->str, ==, measures[i].text);
    }
  g_autoptr (GString) large = g_string_new (NULL);
  html_append_number (large, "%.3f", -G_MAXDOUBLE);
  g_assert_cmpuint (large->len, ==, 1 + 309 + 1 + 3);
}

static char *
plot_of (const double *y, gsize n, double mark)
{
  double x[8] = { 2, 3, 4, 5, 6, 7, 8, 9 };
  line_plot p = { "d", "k", "y", x, y, n, TRUE, FALSE, FALSE, mark, "m" };
  GString *out = g_string_new (NULL);
  plot_append (out, &p);
  return g_string_free (out, FALSE);
}

static void
test_plot_extremes (void)
{
  g_autofree char *none = plot_of ((double[]){ 0 }, 0, NAN);
  g_assert_cmpstr (none, ==, "");
  g_autofree char *no_number = plot_of ((double[]){ NAN, INFINITY, -INFINITY }, 3, 3);
  g_assert_cmpstr (no_number, ==, "");
  static const double odd[][3] = {
    { 5, 5, 5 },           { 0, 0, 0 },          { -1, NAN, 1 },         { 9e299, -9e299, 0 },
    { 5e-324, 0, 5e-324 }, { 1e17, 1e17, 1e17 }, { 1e300, 2, INFINITY }, { 1, 1 + 1e-15, 1 }
  };
  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    for (gsize n = 1; n <= 3; n++)
      {
        g_autofree char *plot = plot_of (odd[i], n, 3);
        g_assert_true (strstr (plot, "nan") == NULL && strstr (plot, "inf") == NULL && strstr (plot, "\u2013") == NULL);
        g_assert_cmpuint (strlen (plot), <, 8000);
      }
  g_autofree char *one = plot_of ((double[]){ 3 }, 1, 2);
  g_assert_nonnull (strstr (one, "class=\"dot marked\""));
  g_autofree char *outside = plot_of ((double[]){ 3, 4 }, 2, 17);
  g_assert_null (strstr (outside, "class=\"mark\""));
}

/* --- files ------------------------------------------------------------------------------------ */

static void
test_whole_file (void)
{
  g_autofree char *dir = make_folder ();
  g_autoptr (GError) error = NULL;
  for (int round = 0; round < 2; round++)
    {
      whole_file *f = whole_file_new (dir, "a", &error);
      g_assert_no_error (error);
      whole_file_put (f, round == 0 ? "one" : "two", 3);
      g_assert_true (is_there (dir, "a") == (round > 0));
      g_assert_true (whole_file_commit (f, &error));
      whole_file_free (f);
    }
  whole_file *dropped = whole_file_new (dir, "a", &error);
  whole_file_put (dropped, "three", 5);
  whole_file_free (dropped);
  g_autofree char *text = read_file (dir, "a");
  g_assert_cmpstr (text, ==, "two");
  g_assert_false (is_there (dir, "a.part"));
  whole_file_free (NULL);
  remove_folder (dir);
}

static void
test_whole_file_refused (void)
{
  g_autofree char *dir = make_folder ();
  g_autofree char *taken = g_build_filename (dir, "taken", NULL), *link = g_build_filename (dir, "b.part", NULL);
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (g_mkdir (taken, 0700), ==, 0);
  whole_file *f = whole_file_new (dir, "taken", &error);
  g_assert_no_error (error);
  g_assert_false (whole_file_commit (f, &error));
  g_assert_true (g_error_matches (error, PARDON_ERROR, PARDON_ERROR_STORE));
  g_assert_true (g_str_has_prefix (error->message, "cannot write '") && strstr (error->message, "/taken': ") != NULL);
  g_assert_false (is_there (dir, "taken.part"));
  whole_file_free (f);
  g_clear_error (&error);

  g_assert_cmpint (symlink ("/dev/null", link), ==, 0); /* never written through */
  g_assert_null (whole_file_new (dir, "b", &error));
  g_assert_true (g_error_matches (error, PARDON_ERROR, PARDON_ERROR_STORE));
  g_assert_null (whole_file_new (dir, "b", NULL));
  remove_folder (dir);
}

/* --- from a store ------------------------------------------------------------------------------ */

#define READABLE 5

static const struct {
  const char *file, *status, *reason;
  int cluster;
  float distance;
} rows[] = {
  { "a, b.png", STATUS_OK, "", 0, 0.5f },
  { "c \"d\".png", STATUS_OK, "", 1, 1.25f },
  { "e\nf.png", STATUS_DAMAGED, "cut off after 12 of 99 bytes", 0, 2.0f },
  { "gone.png", STATUS_UNREADABLE, "cannot open 'gone.png': No such file or directory", -1, 0 },
  { "h/\xE4.png", STATUS_OK, "", 0, 0.25f },
  { "z.png", STATUS_OK, "", 0, 0.125f },
};

static void
put_row (store *s, gint64 set, gsize i)
{
  g_autoptr (GError) error = NULL;
  float features[2] = { (float) i, 1 };
  store_look look = {
    .file = rows[i].file, .status = rows[i].status, .reason = rows[i].reason, .stamp = { .size = 7 + i }
  };
  look.opened = rows[i].cluster >= 0;
  if (look.opened)
    {
      look.hash.bytes[0] = (guint8) (i + 1);
      look.bytes = 1000 + i;
      look.facts = (image_facts){ .width = 640,
                                  .height = 480 + (int) i,
                                  .channels = 3,
                                  .bits = 8,
                                  .orientation = 1,
                                  .format = "png",
                                  .space = "rgb" };
      g_strlcpy (look.facts.damage, rows[i].reason, sizeof look.facts.damage);
      look.features = features;
      look.d = 2;
    }
  store_put (s, set, &look, &error);
  g_assert_no_error (error);
}

static void
put_clusters (store *s, gint64 set)
{
  int labels[READABLE];
  float distances[READABLE];
  gsize sizes[] = { 4, 1 };
  double silhouettes[] = { 0.5, NAN }, variance[] = { 3, 1 };
  cluster_curve_point curve[] = { { 2, 10.5, 0.25 }, { 3, 5.25, 0.125 } };
  gsize n = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].cluster >= 0)
      {
        labels[n] = rows[i].cluster;
        distances[n++] = rows[i].distance;
      }
  g_assert_cmpuint (n, ==, READABLE);
  clustering c = { .n = n,
                   .d = 2,
                   .n_components = 2,
                   .explained_variance = variance,
                   .total_variance = 5,
                   .k = 2,
                   .labels = labels,
                   .distances = distances,
                   .sizes = sizes,
                   .cluster_silhouette = silhouettes,
                   .inertia = 10.5,
                   .silhouette = 0.25,
                   .curve = curve,
                   .n_curve = 2,
                   .curve_rows = n };
  g_autoptr (GError) error = NULL;
  store_put_clustering (s, set, &c, &error);
  g_assert_no_error (error);
}

#define HEADER                                                                                                         \
  "file,status,reason,width,height,format,bytes,cluster,distance,noise,noisy,kind,severity,bits,space,grey,aspect,"    \
  "enlarged,label,prediction,confidence,correct,verdict,verdict_reason\r\n"

/* One fine, two noisy; the rest nobody judged. */
static void
put_verdicts (store *s)
{
  static const char *const kinds[] = { "blur", "a, \"b\"" };
  store_verdict fine = { .judged = TRUE,
                         .score = -1.5,
                         .noise = 0.125,
                         .kind = "",
                         .severity = NAN,
                         .unlike = 0.5,
                         .n_kinds = 2,
                         .kinds = { -2, -1.5f },
                         .grey = TRUE,
                         .enlarged = -1 };
  store_verdict noisy = fine;
  noisy.score = 4.0 / 3;
  noisy.noise = 0.75;
  noisy.noisy = TRUE;
  noisy.kind = "a, \"b\"";
  noisy.severity = 2.25;
  noisy.unlike = 1.5;
  noisy.grey = FALSE;
  noisy.enlarged = 1;
  noisy.kinds[1] = NAN;
  store_verdict other = noisy;
  other.kind = "blur";
  other.enlarged = 0;
  g_assert_true (store_verdicts_begin (s, kinds, 2, NULL) && store_verdicts_add (s, rows[0].file, &fine, NULL)
                 && store_verdicts_add (s, rows[1].file, &noisy, NULL)
                 && store_verdicts_add (s, rows[5].file, &other, NULL) && store_verdicts_end (s, TRUE, NULL));
}

static store *
filled_store (const char *dir)
{
  g_autoptr (GError) error = NULL;
  store *s = store_open (dir, TRUE, &error);
  g_assert_no_error (error);
  gboolean fine = store_list_begin (s, &error);
  for (gsize i = G_N_ELEMENTS (rows); fine && i-- > 0;)
    {
      g_autofree char *path = g_strconcat ("root/", rows[i].file, NULL);
      fine = store_list_add (s, &(image_ref){ (char *) rows[i].file, path }, &error);
    }
  fine = fine && store_list_skip (s, &(image_ref){ (char *) "zz.txt", (char *) "root/zz.txt" }, "not a picture", &error)
         && store_list_skip (s, &(image_ref){ (char *) "b.txt", (char *) "root/b.txt" }, "excluded by 'b*'", &error);
  store_list_counts counts;
  fine = fine && store_list_end (s, 0, 1, &counts, &error);
  g_assert_no_error (error);
  gint64 set = store_feature_set (s, "test", &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    put_row (s, set, i);
  g_assert_true (store_commit (s, &error));
  put_clusters (s, set);
  put_verdicts (s);
  return s;
}

static void
test_csv_files (void)
{
  g_autofree char *dir = make_folder ();
  g_autoptr (GError) error = NULL;
  store *s = filled_store (dir);
  g_assert_true (report_write_csv (s, dir, NULL, NULL, &error));
  g_autofree char *images = read_file (dir, "images.csv"), *clusters = read_file (dir, "clusters.csv"),
                  *manifest = read_file (dir, "manifest.csv"), *noise = read_file (dir, "noise.csv");
  g_assert_cmpstr (
      images, ==,
      HEADER
      "\"a, b.png\",ok,,640,480,png,1000,0,0.5,0.125,0,,,8,rgb,1,1.333333,,,,,,unjudged,\r\n"
      "\"c \"\"d\"\".png\",ok,,640,481,png,1001,1,1.25,0.75,1,\"a, "
      "\"\"b\"\"\",2.25,8,rgb,0,1.330561,1,,,,,unjudged,\r\n"
      "\"e\nf.png\",damaged,cut off after 12 of 99 bytes,640,482,png,1002,0,2,,,,,8,rgb,,1.327801,,,,,,unjudged,\r\n"
      "gone.png,unreadable,cannot open 'gone.png': No such file or directory,,,,,,,,,,,,,,,,,,,,unjudged,\r\n"
      "h/\xE4.png,ok,,640,484,png,1004,0,0.25,,,,,8,rgb,,1.322314,,,,,,unjudged,\r\n"
      "z.png,ok,,640,485,png,1005,0,0.125,0.75,1,blur,2.25,8,rgb,0,1.319588,0,,,,,unjudged,\r\n");
  g_assert_cmpstr (noise, ==,
                   "file,score,noise,noisy,kind,severity,unlike,blur,\"a, \"\"b\"\"\"\r\n"
                   "\"a, b.png\",-1.5,0.125,0,,,0.5,-2,-1.5\r\n"
                   "\"c \"\"d\"\".png\",1.333333,0.75,1,\"a, \"\"b\"\"\",2.25,1.5,-2,\r\n"
                   "z.png,1.333333,0.75,1,blur,2.25,1.5,-2,\r\n");
  g_assert_cmpstr (clusters, ==,
                   "cluster,size,share,silhouette,mean_distance,largest_distance,nearest,probes,originals,probe_share,"
                   "probe_kinds,probe_p\r\n"
                   "0,4,0.8,0.5,0.71875,2,z.png,,,,,\r\n"
                   "1,1,0.2,,1.25,1.25,\"c \"\"d\"\".png\",,,,,\r\n");
  g_assert_cmpstr (manifest, ==,
                   "file,path,included,reason\r\n"
                   "\"a, b.png\",\"root/a, b.png\",yes,\r\n"
                   "b.txt,,no,excluded by 'b*'\r\n"
                   "\"c \"\"d\"\".png\",\"root/c \"\"d\"\".png\",yes,\r\n"
                   "\"e\nf.png\",\"root/e\nf.png\",yes,\r\n"
                   "gone.png,root/gone.png,yes,\r\n"
                   "h/\xE4.png,root/h/\xE4.png,yes,\r\n"
                   "z.png,root/z.png,yes,\r\n"
                   "zz.txt,,no,not a picture\r\n");
  g_assert_false (report_write_csv (s, "/dev/null/none", NULL, NULL, &error));
  g_assert_cmpstr (error->message, ==, "cannot write '/dev/null/none/images.csv': Not a directory");
  store_free (s);
  remove_folder (dir);
}

static GBytes *
thumbnail_of (gpointer user G_GNUC_UNUSED, const char *path, int side, int *width, int *height)
{
  g_assert_true (side == 96 || side == 128 || side == 176);
  if (strcmp (path, "root/z.png") == 0)
    return NULL;
  *width = 96;
  *height = 64;
  return g_bytes_new (path, strlen (path));
}

static const report_callbacks callbacks = { .preview = thumbnail_of };

static void
check_copies (const report_repeats *r)
{
  g_assert_cmpuint (r->shown->len, ==, 1);
  const report_copies *g = r->shown->pdata[0];
  g_assert_true (g->group == 7 && !g->exact && g->across && g->pictures == 9);
  g_assert_cmpuint (g->copies->len, ==, 3);
  const report_copy *a = g->copies->pdata[0], *b = g->copies->pdata[1], *c = g->copies->pdata[2];
  g_assert_cmpstr (a->file, ==, "h/\xE4.png");
  g_assert_cmpstr (a->split, ==, "train");
  g_assert_cmpstr (b->file, ==, "e\nf.png");
  g_assert_cmpstr (b->split, ==, "");
  g_assert_true (a->similarity == 1 && b->similarity == 1.0 / 3);
  g_assert_cmpmem (g_bytes_get_data (a->preview.jpeg, NULL), g_bytes_get_size (a->preview.jpeg), "root/h/\xE4.png", 12);
  g_assert_null (c->preview.jpeg); /* it is not in the list any more */
}

static void
test_fill (void)
{
  g_autofree char *dir = make_folder ();
  g_autoptr (GError) error = NULL;
  store *s = filled_store (dir);
  report kept;
  report_init (&kept);
  report_add_setting (&kept, "paths", "a=b\nc\\\xE4");
  report_add_setting (&kept, "k", "");
  kept.added = 5;
  kept.vanished = 2;
  kept.noise.detector = g_strdup ("shipped \xC3\xA4=1\n2");
  kept.noise.false_alarms = 1.0 / 30;
  kept.noise.threshold = -2.5;
  kept.noise.share = 0.1;
  kept.noise.high = 1.0 / 3;
  kept.noise.wrong = NAN;
  kept.noise.vouched = 21;
  report_repeats_init (&kept.repeats);
  report_copies *group = report_copies_add (&kept.repeats, 7);
  group->across = TRUE;
  group->pictures = 9;
  report_copy_add (group, "h/\xE4.png", "train", 1);
  report_copy_add (group, "e\nf.png", "", 1.0 / 3);
  report_copy_add (group, "nowhere.png", "val", 0.9);
  g_assert_true (report_keep (s, &kept, &error));
  report_clear (&kept);

  report r;
  g_assert_true (report_fill (s, &callbacks, NULL, &r, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (r.settings->len, ==, 2);
  g_assert_cmpstr (((char **) r.settings->pdata[0])[0], ==, "paths");
  g_assert_cmpstr (((char **) r.settings->pdata[0])[1], ==, "a=b\nc\\\xE4");
  g_assert_cmpstr (((char **) r.settings->pdata[1])[1], ==, "");
  g_assert_true (r.found == 6 && r.ok == 4 && r.damaged == 1 && r.unreadable == 1 && r.skipped == 2);
  g_assert_true (r.added == 5 && r.vanished == 2);
  check_copies (&r.repeats);
  g_assert_cmpstr (r.noise.detector, ==, "shipped \xC3\xA4=1\n2");
  g_assert_true (r.noise.false_alarms == 1.0 / 30 && r.noise.threshold == -2.5 && r.noise.share == 0.1
                 && r.noise.low == 0 && r.noise.high == 1.0 / 3 && isnan (r.noise.wrong) && r.noise.vouched == 21);
  g_assert_true (r.noise.judged == 3 && r.noise.noisy == 2 && r.noise.unlike == 2 && r.noise.kinds->len == 2);
  const report_kind *kind = r.noise.kinds->pdata[0]; /* a tie: by name */
  g_assert_cmpstr (kind->kind, ==, "a, \"b\"");
  g_assert_cmpuint (kind->pictures, ==, 1);
  g_assert_true (r.noise.worst->len == 2 && r.noise.above->len == 2 && r.noise.below->len == 1);
  const report_shot *shot = r.noise.worst->pdata[0];
  g_assert_cmpstr (shot->file, ==, "c \"d\".png");
  g_assert_true (shot->preview.jpeg != NULL && shot->probe.jpeg == NULL && shot->why == NULL);
  g_assert_cmpstr (r.noise.probe_of, ==, "a, b.png");
  g_assert_cmpuint (r.problems->len, ==, 2);
  const report_problem *damaged = r.problems->pdata[0];
  g_assert_cmpstr (damaged->file, ==, "e\nf.png");
  g_assert_cmpstr (damaged->reason, ==, "cut off after 12 of 99 bytes");
  g_assert_true (r.clusters.k == 2 && r.clusters.n == 5 && r.clusters.n_curve == 2 && r.clusters.n_components == 2);
  g_assert_cmpuint (r.groups->len, ==, 2);
  const report_cluster *c = r.groups->pdata[0];
  g_assert_true (c->size == 4 && c->silhouette == 0.5 && c->largest_distance == 2);
  static const char *const order[] = { "z.png", "h/\xE4.png", "a, b.png", "e\nf.png" };
  g_assert_cmpuint (c->members->len, ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      const report_member *m = c->members->pdata[i];
      g_assert_cmpstr (m->file, ==, order[i]);
      g_assert_true ((m->preview.jpeg == NULL) == (i == 0) && m->preview.width == (i == 0 ? 0 : 96));
      g_assert_true (m->noisy == (i == 0)); /* z.png, a blur */
    }
  g_assert_true (c->noisy == 1 && c->of_kind == 1);
  g_assert_cmpstr (c->kind, ==, "blur");
  g_assert_true (report_write_json (&r, dir, &error) && report_write_html (&r, dir, &error));
  report_clear (&r);
  store_free (s);
  remove_folder (dir);
}

/* k clusters of `each` pictures; how many are shown of the first and of the last. */
static void
check_shown (int k, int each, guint want)
{
  g_autofree char *dir = make_folder ();
  g_autoptr (GError) error = NULL;
  store *s = store_open (dir, TRUE, &error);
  int n = k * each;
  char name[16];
  g_assert_true (store_list_begin (s, &error));
  for (int i = 0; i < n; i++)
    {
      g_snprintf (name, sizeof name, "%06d.png", i);
      store_list_add (s, &(image_ref){ name, name }, &error);
    }
  store_list_counts counts;
  store_list_end (s, 0, 1, &counts, &error);
  gint64 set = store_feature_set (s, "test", &error);
  g_autofree int *labels = g_new (int, n);
  g_autofree float *distances = g_new (float, n);
  g_autofree gsize *sizes = g_new (gsize, k);
  g_autofree double *silhouettes = g_new0 (double, k);
  for (int i = 0; i < n; i++)
    {
      g_snprintf (name, sizeof name, "%06d.png", i);
      store_look look = {
        .file = name, .status = STATUS_OK, .reason = "", .opened = TRUE, .features = &(float){ 1 }, .d = 1
      };
      memcpy (look.hash.bytes, &i, sizeof i);
      look.facts = (image_facts){ .width = 1, .height = 1, .channels = 3, .bits = 8, .format = "png", .space = "rgb" };
      store_put (s, set, &look, &error);
      labels[i] = i % k;
      distances[i] = (float) i;
      sizes[i % k] = (gsize) each;
    }
  store_commit (s, &error);
  g_assert_no_error (error);
  clustering c = { .n = (gsize) n,
                   .d = 1,
                   .k = k,
                   .labels = labels,
                   .distances = distances,
                   .sizes = sizes,
                   .cluster_silhouette = silhouettes };
  g_assert_true (store_put_clustering (s, set, &c, &error));
  report r;
  g_assert_true (report_fill (s, NULL, NULL, &r, &error));
  g_assert_cmpuint (r.groups->len, ==, k);
  for (guint i = 0; i < r.groups->len; i++)
    g_assert_cmpuint (((const report_cluster *) r.groups->pdata[i])->members->len, ==, want);
  report_clear (&r);
  store_free (s);
  remove_folder (dir);
}

static void
test_shown_is_bounded (void)
{
  check_shown (1, 30, 24);
  check_shown (40, 26, 24);
  check_shown (60, 17, 16);
  check_shown (400, 4, 3);
}

static gboolean
stop_at_once (gpointer user G_GNUC_UNUSED)
{
  return TRUE;
}

static void
test_fill_stops_and_starts_empty (void)
{
  g_autofree char *dir = make_folder ();
  g_autoptr (GError) error = NULL;
  store *s = filled_store (dir);
  report r;
  g_assert_false (report_fill (s, &callbacks, &(job){ .stop = stop_at_once }, &r, &error));
  g_assert_true (g_error_matches (error, PARDON_ERROR, PARDON_ERROR_STOPPED));
  g_assert_null (r.groups);
  store_free (s);
  remove_folder (dir);
  g_clear_error (&error);

  g_autofree char *empty = make_folder ();
  s = store_open (empty, TRUE, &error);
  g_assert_true (report_fill (s, NULL, NULL, &r, &error));
  g_assert_true (r.found == 0 && r.groups->len == 0 && r.settings->len == 0);
  g_assert_true (r.noise.detector == NULL && r.noise.judged == 0 && r.noise.kinds->len == 0);
  report_clear (&r);
  g_assert_true (report_write_csv (s, empty, NULL, NULL, &error));
  g_autofree char *images = read_file (empty, "images.csv");
  g_assert_cmpstr (images, ==, HEADER);
  store_free (s);
  remove_folder (empty);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/output/ticks", test_ticks);
  g_test_add_func ("/output/ticks-hold", test_ticks_hold);
  g_test_add_func ("/output/text", test_text);
  g_test_add_func ("/output/numbers", test_numbers);
  g_test_add_func ("/output/plot-extremes", test_plot_extremes);
  g_test_add_func ("/output/whole-file", test_whole_file);
  g_test_add_func ("/output/whole-file-refused", test_whole_file_refused);
  g_test_add_func ("/output/csv-files", test_csv_files);
  g_test_add_func ("/output/fill", test_fill);
  g_test_add_func ("/output/shown-is-bounded", test_shown_is_bounded);
  g_test_add_func ("/output/fill-stops-and-starts-empty", test_fill_stops_and_starts_empty);
  return g_test_run ();
}
