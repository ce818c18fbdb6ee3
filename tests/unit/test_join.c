/* join/match.h, join/classes.h, join/folder.h and join/join.h: each rule once, and its edges. tests/oracle/join.py has the random ones. */
#include "join/join.h"

#include "base/error.h"
#include "join/folder.h"
#include "join/match.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static char *
put (const char *dir, const char *name, const char *text)
{
  char *path = g_build_filename (dir, name, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static char *
make_dir (void)
{
  char *dir = g_dir_make_tmp ("pardon-join-XXXXXX", NULL);
  g_assert_nonnull (dir);
  return dir;
}

static void
remove_dir (const char *dir)
{
  GDir *d = g_dir_open (dir, 0, NULL);
  for (const char *name; (name = g_dir_read_name (d)) != NULL;)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      g_unlink (path);
    }
  g_dir_close (d);
  g_rmdir (dir);
}

/* --- match ---------------------------------------------------------------------------------- */

/* Words separated by blanks in; for every row the picture's number and how, such as "1e" or "-?": e exact, f folders, b base name, s without
 * ending, r repeated, ? ambiguous, - none. */
static void
check_match (const char *pictures, const char *rows, const char *expected)
{
  static const char letters[] = "-?refbs";
  g_auto (GStrv) p = g_strsplit (pictures, " ", -1), r = g_strsplit (rows, " ", -1);
  gsize n = g_strv_length (p), m = g_strv_length (r);
  g_auto (matching) mt = { 0 };
  matching_init (&mt, (const char *const *) p, n, (const char *const *) r, m);
  g_autoptr (GString) seen = g_string_new (NULL);
  for (gsize i = 0; i < m; i++)
    {
      gsize picture = n;
      for (gsize k = 0; k < n; k++)
        if (mt.row[k] == i)
          {
            g_assert_cmpuint (picture, ==, n); /* a row is taken once */
            picture = k;
          }
      g_assert_cmpint (picture < n, ==, mt.how[i] >= MATCH_EXACT);
      g_assert_cmpint (mt.same_as[i] != MATCH_NO_ROW, ==, mt.how[i] == MATCH_REPEATED);
      g_string_append_printf (seen, "%s%c%c", i > 0 ? " " : "", picture < n ? (char) ('0' + picture) : '-',
                              letters[mt.how[i]]);
    }
  g_assert_cmpstr (seen->str, ==, expected);
}

static void
test_match (void)
{
  check_match ("a.jpg b.jpg", "b.jpg a.jpg", "1e 0e");
  check_match ("a.jpg", "./a.jpg", "0e");
  check_match ("x/a.jpg", "x//a.jpg", "0e");
  check_match ("x/a.jpg", "x\\a.jpg", "0e");
  check_match ("x\\a.jpg", "x\\a.jpg", "0e");
  check_match ("x/a.jpg", "/data/x/a.jpg", "0f");
  check_match ("data/x/a.jpg", "x/a.jpg", "0f");
  check_match ("new/x/a.jpg", "old/x/a.jpg", "0f");
  check_match ("x/a.jpg y/a.jpg", "q/y/a.jpg", "1f");
  check_match ("x/a.jpg", "a.jpg", "0b");
  check_match ("a.jpg", "x/a.jpg", "0b");
  check_match ("x/a.jpg y/a.jpg", "a.jpg", "-?");
  check_match ("a.jpg x/a.jpg", "q/x/a.jpg", "1f");
  check_match ("a.jpg x/a.jpg", "q/y/a.jpg", "0b"); /* wholly the end of the row's name */
  check_match ("ba.jpg", "a.jpg", "--");
  check_match ("x/ba.jpg", "x/a.jpg", "--");
  check_match ("a.jpg", "a", "0s");
  check_match ("x/a.jpg x/b.jpg", "q/x/b", "1s");
  check_match ("a.jpg a.png", "a", "-?");
  check_match ("a.tar.gz", "a.tar", "0s");
  check_match ("a.jpg b.png", "a.png", "--"); /* an ending of its own is not another's */
  check_match ("a.jpg", "a.jpg a.jpg ./a.jpg", "0e -r -r");
  check_match ("a.jpg", "z.jpg z.jpg", "-- -r");
  check_match ("c/a.jpg", "x/a.jpg y/a.jpg", "-? -?");
  check_match ("c/a.jpg", "x/a.jpg c/a.jpg", "-- 0e"); /* the better rule takes the picture */
  check_match ("c/a.jpg", "x/a.jpg q/c/a.jpg a", "-- 0f --");
  check_match ("c/a.jpg", "a a.jpg", "-- 0b");
  check_match ("a.jpg", "  ", "-- -r -r"); /* rows without a name */
  check_match ("a/", "a/", "0e");
  check_match ("b.jpg", "a/", "--");
}

static void
test_match_nothing (void)
{
  const char *one[] = { "a.jpg" };
  g_auto (matching) none = { 0 };
  matching_init (&none, one, 0, one, 1);
  g_assert_cmpint (none.how[0], ==, MATCH_NONE);
  matching_clear (&none);
  matching_init (&none, one, 1, one, 0);
  g_assert_cmpuint (none.row[0], ==, MATCH_NO_ROW);
}

/* 200,000 pictures of one base name: a step that grows with the square would not end. */
static void
test_match_one_base_name (void)
{
  enum { N = 200000 };
  g_autoptr (GPtrArray) pictures = g_ptr_array_new_with_free_func (g_free),
                        rows = g_ptr_array_new_with_free_func (g_free);
  for (int i = 0; i < N; i++)
    {
      g_ptr_array_add (pictures, g_strdup_printf ("%d/image.jpg", i));
      g_ptr_array_add (rows, g_strdup_printf (i % 2 ? "x/%d/image.jpg" : "y%d/image.jpg", N - 1 - i));
    }
  g_auto (matching) mt = { 0 };
  matching_init (&mt, (const char *const *) pictures->pdata, N, (const char *const *) rows->pdata, N);
  for (gsize r = 0; r < N; r++)
    g_assert_cmpint (mt.how[r], ==, r % 2 ? MATCH_FOLDERS : MATCH_AMBIGUOUS);
  for (gsize i = 0; i < N; i += 2)
    g_assert_cmpuint (mt.row[i], ==, N - 1 - i);
}

/* --- classes -------------------------------------------------------------------------------- */

static void
test_index (void)
{
  guint64 index;
  g_assert_true (class_index_read ("0", &index) && index == 0);
  g_assert_true (class_index_read ("589.0", &index) && index == 589);
  g_assert_true (class_index_read ("007", &index) && index == 7);
  const char *const wrong[] = { "", "-1", "+1", "1.5", "1e2", "one", "1 ", "99999999999999999999999" };
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (class_index_read (wrong[i], &index));
}

static void
test_class_files (void)
{
  static const struct {
    const char *name, *text, *ids, *error; /* FILE and IDS in the error stand for the paths */
  } cases[] = {
    { "c.txt", "\xEF\xBB\xBFtench\r\ngoldfish\r\n\r\n", NULL, NULL },
    { "c.txt", "tench\n\ngoldfish\n", NULL, "'FILE' line 2: the line is empty; every class needs a name" },
    { "c.txt", "\n\n", NULL, "'FILE' is empty; it should name a class on every line" },
    { "c.txt", "tench\ngoldfish\n", "n01\n", "'IDS' has 1 ids for the 2 classes of 'FILE'" },
    { "c.txt", "tench\ngoldfish\n", "n01\nn01\n", "'IDS' line 2: the id 'n01' stands twice" },
    { "c.txt", "tench\ngoldfish\n", "n01\nn02\n", NULL },
    { "c.csv", "id,name\nn01,tench\nn02,goldfish\n", NULL, NULL },
    { "c.csv", "index,name\n0,tench\n1,goldfish\n", NULL, NULL },
    { "c.csv", "index,name\n1,tench\n2,goldfish\n", NULL,
      "'FILE' line 2: the index '1' stands where 0 should; sort the classes by index, from 0, without a gap" },
    { "c.csv", "id,name\nn01,tench\nn01,goldfish\n", NULL, "'FILE' line 3: the id 'n01' stands twice" },
    { "c.csv", "id,name\nn01,tench\nn02,\n", NULL, "'FILE' line 3: the name is empty; every class needs one" },
    { "c.csv", "id,name\nn01,tench\nn02,goldfish\n", "n01\nn02\n", "'FILE' has ids of its own; leave 'IDS' out" },
    { "c.csv", "tench,1\ngoldfish,2\n", NULL,
      "'FILE' line 1: no column holds the classes' names; call it 'name' (and the ids' column 'id'), or give a text "
      "file of "
      "one name a line" },
  };
  g_autofree char *dir = make_dir ();
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = put (dir, cases[i].name, cases[i].text);
      g_autofree char *ids = cases[i].ids != NULL ? put (dir, "ids.txt", cases[i].ids) : NULL;
      g_autoptr (GError) error = NULL;
      g_auto (class_list) l = { 0 };
      gboolean read = class_list_read (&l, path, ids, &error);
      g_assert_true (read == (cases[i].error == NULL));
      if (read)
        {
          g_assert_cmpuint (l.n, ==, 2);
          g_assert_cmpstr (l.names->pdata[1], ==, "goldfish");
          continue;
        }
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
      g_autoptr (GString) words = g_string_new (error->message);
      g_string_replace (words, path, "FILE", 0);
      if (ids != NULL)
        g_string_replace (words, ids, "IDS", 0);
      g_assert_cmpstr (words->str, ==, cases[i].error);
    }
  remove_dir (dir);
}

static void
test_label_map (void)
{
  g_autofree char *dir = make_dir ();
  g_autofree char *path = put (dir, "m.csv", "to;from\ntench;fish\ntench; fish \nhen;tench\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) map = label_map_read (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (label_map_apply (map, "fish"), ==, "tench"); /* one step, not on to hen */
  g_assert_cmpstr (label_map_apply (map, "dog"), ==, "dog");
  g_assert_cmpstr (label_map_apply (NULL, "dog"), ==, "dog");
  g_autofree char *twice = put (dir, "t.csv", "from,to\nfish,tench\nfish,hen\n");
  g_assert_null (label_map_read (twice, &error));
  g_assert_nonnull (strstr (error->message, "line 3: 'fish' is mapped to 'hen', and to 'tench' in line 2"));
  remove_dir (dir);
}

/* --- join ----------------------------------------------------------------------------------- */

static const char *const files[] = { "a/1.jpg", "a/2.jpg", "b/3.jpg", "b/4.jpg" };

static void
test_two_tables (void)
{
  g_autofree char *dir = make_dir ();
  g_autofree char *labels =
      put (dir, "l.csv", "file,label,site,split\nb/3.jpg,dog,x,val\na/1.jpg,cat,y,train\n4.jpg,,x,val\n");
  g_autofree char *predictions =
      put (dir, "p.jsonl",
           "{\"file\": \"b/3.jpg\", \"prediction\": \"cat\", \"prob\": 0.75, \"site\": \"z\"}\n"
           "{\"file\": \"/abs/a/2.jpg\", \"prediction\": \"cow\", \"prob\": null}\n");
  join_options o = { .labels = labels, .predictions = predictions };
  g_autoptr (GError) error = NULL;
  g_auto (joined) j = { 0 };
  g_assert_true (joined_init (&j, files, 4, &o, &error));
  g_assert_no_error (error);
  g_assert_cmpint (j.truth_from, ==, TRUTH_TABLE);
  g_assert_cmpuint (j.classes.n, ==, 3); /* cat, cow, dog */
  const int truth[] = { 0, -1, 2, -1 }, prediction[] = { -1, 1, 0, -1 };
  for (gsize i = 0; i < 4; i++)
    {
      g_assert_cmpint (j.truth[i], ==, truth[i]);
      g_assert_cmpint (j.prediction[i], ==, prediction[i]);
      g_assert_cmpint (j.top5[i], ==, -1);
      g_assert_true (i == 2 ? j.confidence[i] == 0.75f : isnan (j.confidence[i]));
    }
  g_assert_cmpuint (j.labels.matched, ==, 3);
  g_assert_cmpuint (j.labels.empty, ==, 1);
  g_assert_cmpuint (j.labels.by_base_name, ==, 1);
  g_assert_cmpuint (j.predictions.by_folders, ==, 1);
  g_assert_cmpuint (j.predictions.without_row.count, ==, 2);
  g_assert_cmpuint (j.columns->len, ==, 3);
  g_assert_cmpint (j.split, ==, 1);
  const join_column *site = j.columns->pdata[0], *other = j.columns->pdata[2];
  g_assert_cmpstr (site->values->pdata[site->of[0]], ==, "y");
  g_assert_cmpstr (site->values->pdata[site->of[1]], ==, "");
  g_assert_true (g_str_has_prefix (other->name, "site ("));
  g_assert_cmpstr (other->values->pdata[other->of[2]], ==, "z");
  remove_dir (dir);
}

static void
test_unused_rows_need_no_class (void)
{
  g_autofree char *dir = make_dir ();
  g_autofree char *classes = put (dir, "c.txt", "cat\ndog\n");
  g_autofree char *labels = put (dir, "l.csv", "file,label\nother.jpg,unicorn\na/1.jpg,dog\n");
  join_options o = { .labels = labels, .classes = classes };
  g_autoptr (GError) error = NULL;
  g_auto (joined) j = { 0 };
  g_assert_true (joined_init (&j, files, 4, &o, &error));
  g_assert_cmpint (j.truth[0], ==, 1);
  g_assert_cmpuint (j.labels.without_picture.count, ==, 1);
  joined_clear (&j);
  g_autofree char *wrong = put (dir, "w.csv", "file,label\na/2.jpg,cat\na/1.jpg,dgo\n");
  o.labels = wrong;
  g_assert_false (joined_init (&j, files, 4, &o, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, "line 3: there is no class 'dgo' among the 2 of "));
  g_assert_nonnull (strstr (error->message, "the nearest is 'dog'"));
  g_assert_null (j.truth);
  remove_dir (dir);
}

static void
test_no_pictures (void)
{
  g_autofree char *dir = make_dir ();
  g_autofree char *labels = put (dir, "l.csv", "file,label,prediction\na.jpg,x,y\n");
  join_options o = { .labels = labels }, none = { 0 };
  g_autoptr (GError) error = NULL;
  g_auto (joined) j = { 0 };
  g_assert_true (joined_init (&j, files, 0, &o, &error));
  g_assert_cmpuint (j.labels.without_picture.count, ==, 1);
  g_assert_cmpuint (j.classes.n, ==, 0);
  joined_clear (&j);
  g_assert_true (joined_init (&j, files, 4, &none, &error));
  g_assert_cmpint (j.truth_from, ==, TRUTH_FOLDERS);
  g_assert_cmpint (j.truth[3], ==, 1);
  g_assert_false (j.predicted);
  g_assert_null (j.labels.shown);
  remove_dir (dir);
}

static void
test_options_at_odds (void)
{
  const join_options wrong[] = { { .labels = "l.csv", .folders_asked = TRUE },
                                 { .class_ids = "ids.txt" },
                                 { .predictions = "p.csv", .prediction_files = "f.txt" } };
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      joined j;
      g_assert_false (joined_init (&j, files, 4, &wrong[i], &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
    }
}

/* The shared set's labels are indices, its class list has two names twice. */
static void
test_shared (void)
{
  const char *shared = g_getenv ("PARDON_SHARED");
  g_autofree char *labels = g_build_filename (shared != NULL ? shared : "", "data", "photos.csv", NULL);
  if (shared == NULL || !g_file_test (labels, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("the shared material is not on this machine");
      return;
    }
  g_autofree char *classes = g_build_filename (shared, "models", "imagenet_classes.txt", NULL);
  g_autofree char *ids = g_build_filename (shared, "models", "imagenet_wnids.txt", NULL);
  const char *const pictures[] = { "photos/n01440764_tench.JPEG", "photos/n01443537_goldfish.JPEG" };
  join_options o = { .labels = labels, .classes = classes, .class_ids = ids };
  g_autoptr (GError) error = NULL;
  g_auto (joined) j = { 0 };
  g_assert_true (joined_init (&j, pictures, 2, &o, &error));
  g_assert_cmpuint (j.classes.n, ==, 1000);
  g_assert_cmpint (j.truth[0], ==, 0);
  g_assert_cmpint (j.truth[1], ==, 1);
  g_assert_cmpint (j.truth_reading, ==, READ_INDICES);
  g_assert_cmpuint (j.labels.without_picture.count, ==, 298);
  class_reading reading;
  class_word words[] = { { "n01440764", 1, 0 }, { "goldfish", 2, 0 }, { "", 3, 0 }, { "unicorn", 0, 0 } };
  g_assert_true (class_list_resolve (&j.classes, words, 4, "x", &reading, &error));
  g_assert_cmpint (words[0].index, ==, 0);
  g_assert_cmpint (words[1].index, ==, 1);
  g_assert_cmpint (words[2].index, ==, -1);
  g_assert_cmpint (words[3].index, ==, -1);
  class_word twice = { "crane", 7, 0 };
  g_assert_false (class_list_resolve (&j.classes, &twice, 1, "x", &reading, &error));
  g_assert_nonnull (strstr (error->message, "(134, 517)"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/join/match", test_match);
  g_test_add_func ("/join/match-nothing", test_match_nothing);
  g_test_add_func ("/join/match-one-base-name", test_match_one_base_name);
  g_test_add_func ("/join/index", test_index);
  g_test_add_func ("/join/class-files", test_class_files);
  g_test_add_func ("/join/label-map", test_label_map);
  g_test_add_func ("/join/two-tables", test_two_tables);
  g_test_add_func ("/join/unused-rows-need-no-class", test_unused_rows_need_no_class);
  g_test_add_func ("/join/no-pictures", test_no_pictures);
  g_test_add_func ("/join/options-at-odds", test_options_at_odds);
  g_test_add_func ("/join/shared", test_shared);
  return g_test_run ();
}
