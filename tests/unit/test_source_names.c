/* Finding pictures: names where several paths are given, excludes, lists. */
#include "source_tree.h"

/* --- several paths ------------------------------------------------------------------------- */

static void
test_several (tree *t, gconstpointer data)
{
  (void) data;
  put ("p/x.jpg", "");
  put ("p/s/y.jpg", "");
  put ("q/x.jpg", "");
  put ("q/note", "");
  WALK (t, "p", "q");
  expect (t, "p/s/y.jpg|p/x.jpg|q/x.jpg", "q/note: not a picture: empty");
  WALK (t, "p/x.jpg");
  expect (t, "x.jpg", "");
  WALK (t, "p/s/y.jpg", "q/x.jpg");
  expect (t, "x.jpg|y.jpg", "");
  WALK (t, "p/x.jpg", "q/x.jpg");
  expect (t, "p/x.jpg|q/x.jpg", "");
  g_assert_cmpstr (path_of (t, "q/x.jpg"), ==, "q/x.jpg");
  WALK (t, "p/x.jpg", "q");
  expect (t, "q/x.jpg|x.jpg", "q/note: not a picture: empty");
  WALK (t, "q/note", "p/s");
  expect (t, "s/y.jpg", "note: not a picture: empty");
}

static void
test_clashes (tree *t, gconstpointer data)
{
  (void) data;
  put ("1/a/x.jpg", "");
  put ("2/a/x.jpg", "");
  put ("3/1/a/x.jpg", "");
  put ("4/1/y.jpg", "");
  WALK (t, "1/a", "2/a");
  expect (t, "1/a/x.jpg|2/a/x.jpg", "");
  WALK (t, "1/a", "2/a", "4/1");
  /* '1' and '1/a' would mix */
  g_assert_no_error (t->error);
  g_assert_cmpuint (t->pictures->len, ==, 3);
  g_assert_nonnull (path_of (t, "4/1/y.jpg"));
  WALK (t, "1/a", "3/1/a");
  g_assert_cmpuint (t->pictures->len, ==, 2);
  g_assert_nonnull (path_of (t, "3/1/a/x.jpg"));
  /* one name for a file and a folder */
  put ("5/x.jpg/x.jpg", "");
  put ("5/a/x.jpg", "");
  WALK (t, "5/x.jpg", "1/a/x.jpg");
  expect (t, "5/x.jpg/x.jpg|a/x.jpg", "");
}

static void
test_twice (tree *t, gconstpointer data)
{
  (void) data;
  put ("p/x.jpg", "");
  put ("p/s/y.jpg", "");
  WALK (t, "p", "./p/", "p/../p");
  expect (t, "s/y.jpg|x.jpg",
          "p: the path is given twice; it is scanned once|p: the path is given twice; it is scanned once");
  WALK (t, "p/x.jpg", "p/./x.jpg");
  expect (t, "x.jpg", "x.jpg: the path is given twice; it is scanned once");
  /* one within the other */
  WALK (t, "p", "p/s");
  expect (t, "p/x.jpg|s/y.jpg", "p/s: named on its own; it is scanned once");
  WALK (t, "p/s", "p");
  expect (t, "p/x.jpg|s/y.jpg", "p/s: named on its own; it is scanned once");
  WALK (t, "p/s/y.jpg", "p");
  expect (t, "p/x.jpg|y.jpg", "p/s/y.jpg: named on its own; it is scanned once");
}

static void
test_many_roots (tree *t, gconstpointer data)
{
  (void) data;
  enum { N = 600 };
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  for (int i = 0; i < N; i++)
    {
      g_ptr_array_add (paths, g_strdup_printf ("p/%d/%d.jpg", i % 3, i / 3));
      put (paths->pdata[i], "");
    }
  g_ptr_array_add (paths, NULL);
  gint64 start = g_get_monotonic_time ();
  walk_with (t, (const char *const *) paths->pdata, NULL, NULL);
  g_assert_no_error (t->error);
  g_assert_cmpuint (t->pictures->len, ==, N);
  g_assert_cmpstr (path_of (t, "2/17.jpg"), ==, "p/2/17.jpg");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
}

/* --- excludes ------------------------------------------------------------------------------ */

/* What is left of one fixed tree. */
static void
left (tree *t, const char *glob, const char *pictures)
{
  const char *const paths[] = { "p", NULL }, *const excludes[] = { glob, NULL };
  walk_with (t, paths, excludes, NULL);
  g_assert_no_error (t->error);
  g_ptr_array_add (t->pictures, NULL);
  g_autofree char *p = g_strjoinv ("|", (char **) t->pictures->pdata);
  if (strcmp (p, pictures) != 0)
    g_error ("'%s' leaves %s, not %s", glob, p, pictures);
}

static void
test_exclude (tree *t, gconstpointer data)
{
  (void) data;
  put ("p/1.jpg", "");
  put ("p/12.png", "");
  put ("p/a/1.jpg", "");
  put ("p/a/b/1.jpg", "");
  put ("p/a/b/2.jpg", "");
  left (t, "none", "1.jpg|12.png|a/1.jpg|a/b/1.jpg|a/b/2.jpg");
  left (t, "*.png", "1.jpg|a/1.jpg|a/b/1.jpg|a/b/2.jpg");
  left (t, "1.jpg", "12.png|a/b/2.jpg");
  left (t, "?.jpg", "12.png");
  left (t, "[2-9].jpg", "1.jpg|12.png|a/1.jpg|a/b/1.jpg");
  left (t, "[!2].jpg", "12.png|a/b/2.jpg");
  left (t, "a", "1.jpg|12.png");
  left (t, "a/", "1.jpg|12.png");
  left (t, "1.jpg/", "1.jpg|12.png|a/1.jpg|a/b/1.jpg|a/b/2.jpg");
  left (t, "b", "1.jpg|12.png|a/1.jpg");
  left (t, "a/*", "1.jpg|12.png");
  left (t, "a/*.jpg", "1.jpg|12.png|a/b/1.jpg|a/b/2.jpg");
  left (t, "*/1.jpg", "1.jpg|12.png|a/b/1.jpg|a/b/2.jpg");
  left (t, "**/1.jpg", "12.png|a/b/2.jpg");
  left (t, "a/**", "1.jpg|12.png");
  left (t, "a/**/1.jpg", "1.jpg|12.png|a/b/2.jpg");
  left (t, "**/b/**", "1.jpg|12.png|a/1.jpg");
  left (t, "**/**/2.jpg", "1.jpg|12.png|a/1.jpg|a/b/1.jpg");
  left (t, "*", "");
  left (t, "**", "");
  left (t, "", "1.jpg|12.png|a/1.jpg|a/b/1.jpg|a/b/2.jpg");
  left (t, "[", "1.jpg|12.png|a/1.jpg|a/b/1.jpg|a/b/2.jpg");
  const char *const one[] = { "p", NULL }, *const excludes[] = { "x", "*.png", "b", NULL };
  walk_with (t, one, excludes, NULL);
  expect (t, "1.jpg|a/1.jpg", "12.png: excluded by '*.png'|a/b: excluded by 'b'");
  /* with several paths: the name in results, and below the root */
  put ("q/a/1.jpg", "");
  const char *const two[] = { "p", "q", NULL }, *const with_root[] = { "p/a/**", NULL },
                    *const without[] = { "a/**", NULL };
  walk_with (t, two, with_root, NULL);
  expect (t, "p/1.jpg|p/12.png|q/a/1.jpg", "p/a: excluded by 'p/a/**'");
  walk_with (t, two, without, NULL);
  expect (t, "p/1.jpg|p/12.png", "p/a: excluded by 'a/**'|q/a: excluded by 'a/**'");
  const char *const files[] = { "p/1.jpg", "p/12.png", "q", NULL }, *const of_files[] = { "*.png", "q", NULL };
  walk_with (t, files, of_files, NULL);
  expect (t, "1.jpg", "12.png: excluded by '*.png'|q: excluded by 'q'");
}

/* --- lists --------------------------------------------------------------------------------- */

static void
test_list (tree *t, gconstpointer data)
{
  (void) data;
  put ("l/a.jpg", "");
  put ("l/sub/b.jpg", "");
  put ("l/sub/c.dat", "not a picture, but listed");
  put ("other/o.jpg", "");
  g_autofree char *text =
      g_strdup_printf ("label,File\n1,a.jpg\n2,./sub//b.jpg\n3,sub/../a.jpg\n4,%s/l/sub/b.jpg\n5,sub/c.dat\n"
                       "6,gone.jpg\n7,../other/o.jpg\n8,%s/other/o.jpg\n9,sub\n10,\n11,\"with, comma.jpg\"\n"
                       "12,/dev/null\n13,.hidden.jpg\n",
                       t->dir, t->dir);
  put ("l/list.csv", text);
  WALK (t, "l/list.csv");
  g_autofree char *outside = g_strdup_printf ("%s/other/o.jpg", t->dir + 1);
  g_autofree char *pictures =
      g_strdup_printf (".hidden.jpg|a.jpg|gone.jpg|sub/b.jpg|sub/c.dat|%s|with, comma.jpg", outside);
  g_autofree char *skipped = g_strdup_printf (
      "%s: the list names it again in line 9|a.jpg: the list names it again in line 4|dev/null: a device|"
      "list.csv:11: the list has no file name in this line|sub/b.jpg: the list names it "
      "again in line 5|sub: a folder; a list names files",
      outside);
  /* both sorted as bytes; where the temporary folder's name falls is not ours to say */
  g_auto (GStrv) want = g_strsplit (pictures, "|", -1);
  g_assert_no_error (t->error);
  g_assert_cmpuint (t->pictures->len, ==, g_strv_length (want));
  for (char **w = want; *w != NULL; w++)
    g_assert_nonnull (path_of (t, *w));
  g_auto (GStrv) why = g_strsplit (skipped, "|", -1);
  g_assert_cmpuint (t->skipped->len, ==, g_strv_length (why));
  for (char **w = why; *w != NULL; w++)
    if (!g_ptr_array_find_with_equal_func (t->skipped, *w, g_str_equal, NULL))
      g_error ("not said: %s", *w);
  g_assert_cmpstr (path_of (t, "a.jpg"), ==, "l/a.jpg");
  g_assert_cmpstr (path_of (t, "sub/b.jpg"), ==, "l/./sub//b.jpg");
  g_assert_cmpstr (path_of (t, outside), ==, "l/../other/o.jpg");
  g_assert_cmpuint (heads_read, ==, 0);
  g_assert_cmpint (chdir ("l"), ==, 0);
  WALK (t, "list.csv");
  g_assert_cmpstr (path_of (t, "a.jpg"), ==, "a.jpg");
}

static void
test_list_splits (tree *t, gconstpointer data)
{
  (void) data;
  put ("a.jpg", "");
  put ("train/b.jpg", "");
  put ("plain.csv", "file\na.jpg\n");
  put ("list.csv", "label, Subset ,file\nx,Training,a.jpg\ny,,train/b.jpg\n");
  WALK (t, "list.csv", "plain.csv");
  g_assert_cmpstr (g_hash_table_lookup (t->splits, "list.csv/a.jpg"), ==, "Training"); /* as written */
  g_assert_cmpstr (g_hash_table_lookup (t->splits, "list.csv/train/b.jpg"), ==, "");
  g_assert_cmpuint (g_hash_table_size (t->splits), ==, 2);
  put ("both.csv", "partition,split,file\n1,val,a.jpg\n");
  WALK (t, "both.csv");
  g_assert_cmpstr (g_hash_table_lookup (t->splits, "a.jpg"), ==, "val");
}

static void
test_list_among_others (tree *t, gconstpointer data)
{
  (void) data;
  put ("a.jpg", "");
  put ("p/a.jpg", "");
  put ("1.CSV", "path\na.jpg\np/a.jpg\n");
  WALK (t, "1.CSV", "p");
  expect (t, "1.CSV/a.jpg|1.CSV/p/a.jpg|p/a.jpg", "");
  const char *const paths[] = { "1.CSV", NULL }, *const excludes[] = { "p/*", NULL };
  walk_with (t, paths, excludes, NULL);
  expect (t, "a.jpg", "p/a.jpg: excluded by 'p/*'");
  /* in a folder a list is a file like any other */
  WALK (t, ".");
  expect (t, "a.jpg|p/a.jpg", "1.CSV: not a picture, by its name's ending");
}

static void
test_broken_lists (tree *t, gconstpointer data)
{
  (void) data;
  put ("a.csv", "name,label\nx.jpg,1\n");
  WALK (t, "a.csv");
  expect_error (t, "'a.csv' has no column 'file', 'filename', 'path' or 'image' (its first line reads: name, label)");
  g_autofree char *wide = g_strnfill (100000, 'x');
  put ("a.csv", wide);
  WALK (t, "a.csv");
  expect_error (t, "xxx...)");
  g_assert_cmpuint (strlen (t->error->message), <, 400);
  put ("a.csv", "file,label\nx.jpg\n");
  WALK (t, "a.csv");
  expect_error (t, "line 2");
  put ("a.csv", "");
  WALK (t, "a.csv");
  expect_error (t, "a.csv");
  put ("a.csv", "file\n");
  WALK (t, "a.csv");
  expect (t, "", "");
  put ("a.csv", "file\n/\n//\n..\n.\n//etc/../etc//passwd\n");
  WALK (t, "a.csv");
  g_assert_no_error (t->error);
  g_assert_cmpuint (t->pictures->len, ==, 1);
  g_assert_cmpstr (path_of (t, "etc/passwd"), !=, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add ("/source/" path, tree, NULL, setup, test, teardown)
  ADD ("several", test_several);
  ADD ("clashes", test_clashes);
  ADD ("twice", test_twice);
  ADD ("many-roots", test_many_roots);
  ADD ("exclude", test_exclude);
  ADD ("list", test_list);
  ADD ("list-splits", test_list_splits);
  ADD ("list-among-others", test_list_among_others);
  ADD ("broken-lists", test_broken_lists);
  return g_test_run ();
}
