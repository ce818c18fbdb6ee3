/* Rows to train on: the same whatever the number of threads; and leaving kinds out: what stays is the same numbers in the same order, and
 * twins still find theirs. */
#include <string.h>

#include <glib/gstdio.h>

#include "detecting/training.h"
#include "image/corrupt.h"
#include "pardon.h"

static const char *const kinds[] = { "box-blur", "fog", "snow", "jpeg" };
static const char *const families[] = { "blur", "weather", "weather", "resolution" };

enum { D = 3, SOURCES = 4, COPIES = 9 };

/* Of every source a clean copy, then two of each kind; measures tell the row. */
static void
fill (training_rows *t)
{
  *t = (training_rows){ .measures = g_array_new (FALSE, FALSE, sizeof (float)),
                        .rows = g_array_new (FALSE, FALSE, sizeof (train_row)) };
  for (guint32 i = 0; i < SOURCES * COPIES; i++)
    {
      int copy = (int) (i % COPIES);
      train_row row = { copy == 0 ? -1 : (copy - 1) % 4, copy == 0 ? 0 : 3, i / COPIES, i - i % COPIES, copy < 6 };
      float measures[D] = { (float) i, (float) row.kind, (float) row.twin };
      g_array_append_val (t->rows, row);
      g_array_append_vals (t->measures, measures, D);
    }
  t->set = (train_set){
    t->rows->len, D, (const float *) t->measures->data, (const train_row *) t->rows->data, 4, kinds, families, 1, 1
  };
}

static void
check (const char *const *names, guint wanted_rows, int n_left, const char *const *left)
{
  training_rows t;
  fill (&t);
  training_leave_out (&t, names);
  g_assert_cmpuint (t.set.n, ==, wanted_rows);
  g_assert_cmpuint (t.rows->len, ==, wanted_rows);
  g_assert_cmpuint (t.measures->len, ==, wanted_rows * D);
  g_assert_cmpint (t.set.n_kinds, ==, n_left);
  for (int k = 0; k < n_left; k++)
    g_assert_cmpstr (t.set.kinds[k], ==, left[k]);
  float before = -1;
  for (gsize i = 0; i < t.set.n; i++)
    {
      const train_row *row = &t.set.rows[i];
      const float *measures = t.set.measures + i * D;
      const char *was = measures[1] < 0 ? NULL : kinds[(int) measures[1]];
      g_assert_cmpfloat (measures[0], >, before);
      before = measures[0];
      if (was == NULL)
        g_assert_cmpint (row->kind, ==, -1);
      else
        {
          g_assert_cmpstr (t.set.kinds[row->kind], ==, was);
          g_assert_cmpstr (t.set.families[row->kind], ==, families[(int) measures[1]]);
        }
      g_assert_cmpuint (row->twin, <, t.set.n);
      g_assert_cmpfloat (t.set.measures[row->twin * D], ==, measures[2]); /* the row that was its twin */
      g_assert_cmpint (t.set.rows[row->twin].kind, ==, -1);
      g_assert_cmpuint (row->source, ==, (guint) measures[0] / COPIES);
    }
  training_rows_clear (&t);
}

static void
test_leave_out (void)
{
  check ((const char *const[]){ NULL }, SOURCES * 9, 4, kinds);
  check ((const char *const[]){ "fog", NULL }, SOURCES * 7, 3, (const char *const[]){ "box-blur", "snow", "jpeg" });
  check ((const char *const[]){ "weather", NULL }, SOURCES * 5, 2, (const char *const[]){ "box-blur", "jpeg" });
  check ((const char *const[]){ "snow", "weather", "box-blur", NULL }, SOURCES * 3, 1, (const char *const[]){ "jpeg" });
}

/* Removes a folder of folders of files. */
static void
remove_all (const char *dir)
{
  g_autoptr (GDir) d = g_dir_open (dir, 0, NULL);
  for (const char *name; d != NULL && (name = g_dir_read_name (d)) != NULL;)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      remove_all (path);
    }
  g_remove (dir);
}

static void
test_threads (void)
{
  g_autofree char *dir = g_dir_make_tmp ("pardon-training-XXXXXX", NULL);
  const char *const paths[] = { dir, NULL };
  training_rows t[3];
  g_assert_cmpint (pardon_demo (dir, 3, 1, NULL, NULL), ==, 0);
  for (int i = 0; i < 3; i++)
    g_assert_true (training_measure (paths, i < 2 ? 1 : 2, i == 0 ? 1 : 2, NULL, &t[i], NULL));
  gsize bytes = t[0].measures->len * sizeof (float);
  g_assert_cmpuint (t[0].set.n, >, 3 * CORRUPTION_KINDS);
  g_assert_cmpmem (t[0].measures->data, bytes, t[1].measures->data, t[1].measures->len * sizeof (float));
  g_assert_cmpuint (t[0].rows->len, ==, t[1].rows->len);
  for (guint i = 0; i < t[0].rows->len; i++)
    {
      const train_row *a = &t[0].set.rows[i], *b = &t[1].set.rows[i];
      g_assert_true (a->kind == b->kind && a->source == b->source && a->twin == b->twin && a->example == b->example);
      g_assert_cmpfloat (a->severity, ==, b->severity);
    }
  g_assert_true (t[2].measures->len != t[0].measures->len
                 || memcmp (t[2].measures->data, t[0].measures->data, bytes) != 0);
  for (int i = 0; i < 3; i++)
    training_rows_clear (&t[i]);
  remove_all (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/training/leave-out", test_leave_out);
  g_test_add_func ("/training/threads", test_threads);
  return g_test_run ();
}
