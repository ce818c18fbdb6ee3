/* Class scores to probabilities: softmax where it is needed and nowhere else, restriction, ties, two classes from one value. */
#include "judging/classifier.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* Scores of `n` pictures and one without. */
static class_scores
scores_of (const float *rows, gsize n, gsize width, gsize classes, const gboolean *allowed)
{
  g_autofree char *dir = g_dir_make_tmp ("pardon-XXXXXX", NULL), *path = g_build_filename (dir, "s.f32", NULL);
  matrix_file *f = matrix_file_append (path, width, 0, NULL);
  gint64 *at = g_new (gint64, n + 1);
  for (gsize i = 0; i < n; i++)
    {
      g_assert_true (matrix_file_add (f, rows + i * width, NULL));
      at[i] = (gint64) i;
    }
  at[n] = -1;
  g_assert_true (matrix_file_sync (f, NULL));
  matrix_file_free (f);
  f = matrix_file_open (path, NULL);
  g_assert_nonnull (f);
  g_unlink (path);
  g_rmdir (dir);
  class_scores c;
  class_scores_init (&c, f, at, n + 1, classes, allowed);
  return c;
}

static void
check (const class_scores *c, gsize i, const double *want)
{
  float p[8];
  g_assert_true (class_scores_row (c, i, p));
  for (gsize k = 0; k < c->classes; k++)
    g_assert_cmpfloat_with_epsilon ((double) p[k], want[k], 1e-6);
}

static void
test_probabilities (void)
{
  g_auto (class_scores) c = scores_of ((const float[]){ 0.2f, 0.5f, 0.3f, 0.1f, 0.898f, 0 }, 2, 3, 3,
                                       NULL); /* half precision: sums to 0.998 */
  float p[3];
  g_assert_false (c.logits);
  check (&c, 0, (const double[]){ 0.2, 0.5, 0.3 });
  check (&c, 1, (const double[]){ 0.1 / 0.998, 0.898 / 0.998, 0 });
  g_assert_false (class_scores_row (&c, 2, p));
}

static void
test_logits (void)
{
  /* one row alone tells: the first could be probabilities */
  g_auto (class_scores) c = scores_of ((const float[]){ 0.2f, 0.5f, 0.3f, 1000, 999, -2000 }, 2, 3, 3, NULL);
  double sum = exp (0.2) + exp (0.5) + exp (0.3), e = exp (1);
  g_assert_true (c.logits);
  check (&c, 0, (const double[]){ exp (0.2) / sum, exp (0.5) / sum, exp (0.3) / sum });
  check (&c, 1, (const double[]){ e / (e + 1), 1 / (e + 1), 0 });
  g_auto (class_scores) off = scores_of ((const float[]){ 0.9f, 0.9f, 0.1f }, 1, 3, 3, NULL);
  g_assert_true (off.logits); /* within 0 and 1, but no distribution */
}

static void
test_restricted (void)
{
  const gboolean allowed[] = { TRUE, FALSE, TRUE };
  g_auto (class_scores) c = scores_of ((const float[]){ 0.2f, 0.5f, 0.3f, 0, 1, 0 }, 2, 3, 3, allowed);
  check (&c, 0, (const double[]){ 0.4, 0, 0.6 });
  check (&c, 1, (const double[]){ 0.5, 0, 0.5 }); /* nothing left to share: evenly */
  g_auto (class_scores) logits = scores_of ((const float[]){ -500, 900, -500 }, 1, 3, 3, allowed);
  check (&logits, 0, (const double[]){ 0.5, 0, 0.5 });
}

static void
test_one_value (void)
{
  g_auto (class_scores) c = scores_of ((const float[]){ 0.25f, 1 }, 2, 1, 2, NULL);
  check (&c, 0, (const double[]){ 0.75, 0.25 });
  check (&c, 1, (const double[]){ 0, 1 });
  g_auto (class_scores) logits = scores_of ((const float[]){ 0, -3000 }, 2, 1, 2, NULL);
  check (&logits, 0, (const double[]){ 0.5, 0.5 });
  check (&logits, 1, (const double[]){ 1, 0 });
}

static void
test_predict (void)
{
  const float p[] = { 0.1f, 0.2f, 0.2f, 0.1f, 0.2f, 0.1f, 0.1f };
  int prediction;
  float confidence;
  gint8 top5;
  class_scores_predict (p, 7, 5, &prediction, &confidence, &top5);
  g_assert_cmpint (prediction, ==, 1); /* the first of equals */
  g_assert_cmpfloat (confidence, ==, 0.2f);
  g_assert_cmpint (top5, ==, 0); /* 1 2 4 0 3 stand before it */
  class_scores_predict (p, 7, 3, &prediction, &confidence, &top5);
  g_assert_cmpint (top5, ==, 1);
  class_scores_predict (p, 7, -1, &prediction, &confidence, &top5);
  g_assert_cmpint (top5, ==, -1);
}

static void
test_check (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (class_scores_check (5, 5, "m", NULL));
  g_assert_true (class_scores_check (1, 2, "m", NULL));
  g_assert_false (class_scores_check (5, 4, "m.onnx", &error));
  g_assert_nonnull (strstr (error->message, "'m.onnx' gives 5 class scores where --classes names 4"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/classifier/probabilities", test_probabilities);
  g_test_add_func ("/classifier/logits", test_logits);
  g_test_add_func ("/classifier/restricted", test_restricted);
  g_test_add_func ("/classifier/one-value", test_one_value);
  g_test_add_func ("/classifier/predict", test_predict);
  g_test_add_func ("/classifier/check", test_check);
  return g_test_run ();
}
