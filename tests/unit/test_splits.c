/* splits.h: who is asked first, picture by picture, and that both who ask hear the same. */
#include "repeating/splits.h"

#include <glib/gstdio.h>

#define N 6

static const char *const files[N] = { "train/a.jpg", "train/b.jpg", "test/c.jpg", "d.jpg", "e.jpg", "val/f.jpg" };

static char *
put (const char *dir, const char *name, const char *text)
{
  char *path = g_build_filename (dir, name, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
note (splits *s, const char *file, const char *split)
{
  image_ref ref = { .file = (char *) file, .path = (char *) file, .split = split };
  splits_note (s, &ref);
}

/* What was told of the pictures, settled with a table. */
static void
settle (splits *s, joined *j, const char *table)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("pardon-splits-XXXXXX", NULL);
  g_autofree char *labels = put (dir, "labels.csv", table);
  join_options o = { .labels = labels };
  g_assert_true (joined_init (j, files, N, &o, &error));
  g_assert_no_error (error);
  g_unlink (labels);
  g_rmdir (dir);
  splits_settle (s, files, j);
}

static const char *
of_joined (const joined *j, gsize i)
{
  const join_column *c = j->columns->pdata[j->split];
  return c->values->pdata[c->of[i]];
}

static void
test_folders (void)
{
  g_auto (splits) s = { NULL };
  joined nothing = { 0 };
  note (&s, "train/a.jpg", NULL);
  note (&s, "train/b.jpg", "  ");
  splits_settle (&s, files, &nothing);
  const char *const wanted[N] = { "train", "train", "test", NULL, NULL, "val" };
  for (int i = 0; i < N; i++)
    g_assert_cmpstr (splits_of (&s, files[i]), ==, wanted[i]);
}

static void
test_list_before_folders (void)
{
  g_auto (splits) s = { NULL };
  note (&s, "train/a.jpg", " Validation ");
  note (&s, "d.jpg", "fold\0332\n");
  note (&s, "e.jpg", "");
  const char *const wanted[N] = { "val", "train", "test", "fold 2", NULL, "val" };
  for (int i = 0; i < N; i++)
    g_assert_cmpstr (splits_of (&s, files[i]), ==, wanted[i]);
}

static void
test_table (void)
{
  g_auto (splits) s = { NULL };
  g_auto (joined) j = { 0 };
  note (&s, "train/a.jpg", "test");
  settle (&s, &j,
          "file,label,source,subset\ntrain/a.jpg,x,web,val\ntrain/b.jpg,y,web,VALID\ntest/c.jpg,x,web,\nd.jpg,y,web, "
          "dev\ne.jpg,x,web,holdout\n");
  /* the list before the table, the table before the folder, the folder where a cell is empty or there is no row */
  const char *const wanted[N] = { "test", "val", "test", "val", "holdout", "val" };
  for (int i = 0; i < N; i++)
    g_assert_cmpstr (splits_of (&s, files[i]), ==, wanted[i]);
  g_assert_cmpuint (j.columns->len, ==, 2);
  g_assert_cmpstr (((join_column *) j.columns->pdata[j.split])->name, ==, "subset");
  const char *const told[N] = { "test", "val", "", "val", "holdout", "" };
  for (gsize i = 0; i < N; i++)
    g_assert_cmpstr (of_joined (&j, i), ==, told[i]);
}

static void
test_list_joined (void)
{
  g_auto (splits) s = { NULL };
  g_auto (joined) j = { 0 };
  note (&s, "d.jpg", "training");
  settle (&s, &j, "file,label,camera\ntrain/a.jpg,x,big\nd.jpg,y,small\n");
  g_assert_cmpuint (j.columns->len, ==, 2); /* a column the table did not have */
  g_assert_cmpstr (((join_column *) j.columns->pdata[j.split])->name, ==, "split");
  g_assert_cmpstr (of_joined (&j, 3), ==, "train");
  g_assert_cmpstr (of_joined (&j, 0), ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/splits/folders", test_folders);
  g_test_add_func ("/splits/list-before-folders", test_list_before_folders);
  g_test_add_func ("/splits/table", test_table);
  g_test_add_func ("/splits/list-joined", test_list_joined);
  return g_test_run ();
}
