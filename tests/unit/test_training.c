/* Leaving kinds out of rows to train on: what stays is the same numbers in the same order, and twins still find theirs. */
#include <string.h>

#include "training.h"

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
  t->set = (train_set){ t->rows->len, D, (const float *) t->measures->data, (const train_row *) t->rows->data, 4, kinds,
                        families,     1 };
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/training/leave-out", test_leave_out);
  return g_test_run ();
}
