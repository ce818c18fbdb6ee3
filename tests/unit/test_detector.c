/* The blind judge on made-up measures, where the truth is planted. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "noise/train.h"

#define D       20
#define SOURCES 150 /* tails and calibration of fewer clean rows are too uncertain for the bounds below */
#define COPIES  6   /* clean, two of each kind, a slight one */

static const char *const kinds[] = { "up", "down" }, *const families[] = { "first", "second" };

typedef struct {
  float measures[SOURCES * COPIES * D];
  train_row rows[SOURCES * COPIES];
  train_set set;
} planted;

/* Clean rows are normal around a level of their source; "up" lifts measures 0 to 4, "down" lowers 5 to 9, by severity. */
static planted *
plant (int sources)
{
  planted *p = g_new0 (planted, 1);
  random_source r;
  random_init (&r, 7, "planted");
  gsize n = 0;
  for (int s = 0; s < sources; s++)
    {
      gsize clean = n;
      for (int c = 0; c < COPIES; c++, n++)
        {
          int kind = c == 0 ? -1 : c % 2;
          double severity = kind < 0 ? 0 : c == COPIES - 1 ? 0.5 : random_uniform (&r, 1, 5);
          for (int m = 0; m < D; m++)
            {
              double value = random_normal (&r);
              if (kind == 0 && m < 5)
                value += 1 + severity;
              if (kind == 1 && m >= 5 && m < 10)
                value -= 1 + severity;
              p->measures[n * D + (gsize) m] = (float) value;
            }
          p->rows[n] = (train_row){ kind, (float) severity, (guint32) s, (guint32) clean, c < COPIES - 1 };
        }
    }
  p->set = (train_set){ n, D, p->measures, p->rows, 2, kinds, families, 1, 1 };
  return p;
}

/* As trained: what a test changes, it trains for itself. */
static detector *trained;
static train_result trained_result;

static detector *
train_with (int threads, train_result *result)
{
  g_autofree planted *p = plant (SOURCES);
  g_autoptr (GError) error = NULL;
  p->set.threads = threads;
  detector *d = detector_train (&p->set, NULL, result, &error);
  g_assert_no_error (error);
  return d;
}

static detector *
train (train_result *result)
{
  return train_with (3, result);
}

/* One that a test may change. */
static detector *
copy (void)
{
  g_autofree char *file = g_build_filename (g_get_tmp_dir (), "test-detector-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  close (g_mkstemp (file));
  g_assert_true (detector_save (trained, file, NULL));
  detector *d = detector_open (file, D, &error);
  g_assert_no_error (error);
  g_unlink (file);
  return d;
}

static void
row_of (float *row, int from, float value)
{
  memset (row, 0, D * sizeof *row);
  for (int m = from; m < from + 5; m++)
    row[m] = value;
}

static void
test_learns (void)
{
  const detector *d = trained;
  judgement clean, up, down;
  float row[D];
  g_assert_cmpfloat (trained_result.auroc, >, 0.97);
  g_assert_cmpfloat (trained_result.auroc, <=, 1);
  row_of (row, 0, 0);
  detector_judge (d, row, &clean);
  row_of (row, 0, 4);
  detector_judge (d, row, &up);
  row_of (row, 5, -4);
  detector_judge (d, row, &down);
  g_assert_cmpstr (detector_kind (d, up.kind), ==, "up");
  g_assert_cmpstr (detector_family (d, down.kind), ==, "second");
  g_assert_cmpfloat (up.score, >, clean.score);
  g_assert_cmpfloat (up.noise, >, 0.9);
  g_assert_cmpfloat (clean.noise, <, 0.2);
  double threshold = detector_threshold (d, 0.05);
  g_assert_cmpfloat (up.score, >, threshold);
  g_assert_cmpfloat (down.score, >, threshold);
  g_assert_cmpfloat (clean.score, <, threshold);
  g_assert_cmpint (detector_kinds (d), ==, 3);
  g_assert_cmpstr (detector_kind (d, 2), ==, "unknown");
  g_assert_cmpint (detector_kind_find (d, "down"), ==, 1);
  g_assert_cmpint (detector_kind_find (d, "sideways"), ==, -1);
}

static void
test_severity_grows (void)
{
  const detector *d = trained;
  judgement weak, strong;
  float row[D];
  row_of (row, 0, 2.2f);
  detector_judge (d, row, &weak);
  row_of (row, 0, 5.8f);
  detector_judge (d, row, &strong);
  g_assert_cmpfloat (strong.severity, >, weak.severity + 1);
  g_assert_cmpfloat (strong.severity, <=, 5);
  g_assert_cmpfloat (weak.severity, >=, 1);
}

/* What no kind explains is found by its distance from clean. */
static void
test_unknown (void)
{
  const detector *d = trained;
  judgement j;
  float row[D];
  row_of (row, 14, 12);
  detector_judge (d, row, &j);
  g_assert_cmpfloat (j.kinds[2], >, detector_threshold (d, 0.05));
  g_assert_cmpfloat (j.score, >, detector_threshold (d, 0.05));
  g_assert_cmpfloat (j.unlike, >, 1);
}

static void
test_same_seed_same_table (void)
{
  train_result result;
  g_autoptr (detector) b = train_with (1, &result); /* the other one was trained with three */
  g_autofree char *file = g_build_filename (g_get_tmp_dir (), "test-detector-XXXXXX", NULL);
  g_autofree char *texts[2] = { NULL, NULL };
  gsize lengths[2];
  close (g_mkstemp (file));
  for (int i = 0; i < 2; i++)
    {
      g_assert_true (detector_save (i == 0 ? trained : b, file, NULL));
      g_assert_true (g_file_get_contents (file, &texts[i], &lengths[i], NULL));
    }
  g_assert_cmpmem (texts[0], lengths[0], texts[1], lengths[1]);
  g_free (texts[1]);
  texts[1] = NULL;
  g_unlink (file);
}

static void
refused (const char *data, gsize n, const char *word)
{
  g_autofree char *file = g_build_filename (g_get_tmp_dir (), "test-detector-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  close (g_mkstemp (file));
  g_assert_true (g_file_set_contents (file, data, (gssize) n, NULL));
  g_assert_null (detector_open (file, D, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_nonnull (strstr (error->message, file));
  g_unlink (file);
}

static void
test_files (void)
{
  const detector *d = trained;
  g_autofree char *file = g_build_filename (g_get_tmp_dir (), "test-detector-XXXXXX", NULL), *data = NULL;
  gsize n;
  float row[D];
  judgement before, after;
  close (g_mkstemp (file));
  g_assert_true (detector_save (d, file, NULL));
  g_autoptr (detector) again = detector_open (file, D, NULL);
  g_assert_nonnull (again);
  row_of (row, 0, 3);
  detector_judge (d, row, &before);
  detector_judge (again, row, &after);
  g_assert_cmpmem (&before, sizeof before, &after, sizeof after);
  g_assert_cmpfloat (detector_threshold (d, 0.05), ==, detector_threshold (again, 0.05));

  g_autoptr (GError) error = NULL;
  g_assert_null (detector_open (file, D + 1, &error));
  g_assert_nonnull (strstr (error->message, "other quality measures"));
  g_assert_true (g_file_get_contents (file, &data, &n, NULL));
  refused (data, 0, "begin");
  refused (data, n / 2, "cut off");
  refused (data, n - 1, "cut off");
  refused ("hello", 5, "begin");
  const float none = NAN;
  memcpy (data + n - sizeof none, &none, sizeof none);
  refused (data, n, "numbers");
  g_unlink (file);
  g_assert_null (detector_open (file, D, NULL));
}

static void
test_threshold_falls (void)
{
  const detector *d = trained;
  double before = G_MAXDOUBLE;
  for (double share = 0.001; share < 1; share += 0.05)
    {
      double now = detector_threshold (d, share);
      g_assert_cmpfloat (now, <=, before);
      before = now;
    }
}

/* A new world whose clean scores are higher: calibrated, its clean pictures are called noisy as often as asked. */
static void
test_calibrate (void)
{
  g_autoptr (detector) d = copy ();
  g_autoptr (GError) error = NULL;
  random_source r;
  float scores[2000];
  random_init (&r, 3, "scores");
  for (int i = 0; i < 2000; i++)
    scores[i] = (float) (5 + 2 * random_normal (&r));
  g_assert_false (detector_calibrate (d, scores, 19, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, "20"));
  g_assert_true (detector_calibrate (d, scores, 1000, NULL));
  int above = 0;
  for (int i = 1000; i < 2000; i++)
    above += scores[i] > detector_threshold (d, 0.1);
  g_assert_cmpint (above, >, 70);
  g_assert_cmpint (above, <, 130);
  g_assert_true (isfinite (detector_threshold (d, 1e-6)));
}

/* `share` of n normal scores lifted by 8, as degraded ones are. */
static kinship
kinship_of (const detector *d, random_source *r, int n, double mean, double share)
{
  float scores[400];
  kinship k;
  for (int i = 0; i < n; i++)
    scores[i] = (float) (mean + 2 * random_normal (r) + (i < share * n ? 8 : 0));
  detector_kinship (d, scores, (gsize) n, &k);
  return k;
}

static void
test_kinship (void)
{
  g_autoptr (detector) d = copy ();
  random_source r;
  float given[100];
  random_init (&r, 4, "scores");
  g_assert_cmpint (kinship_of (d, &r, 400, 5, 0).word, ==, KINSHIP_UNTOLD); /* not calibrated */
  for (int n = 20; n <= 100; n += 80)
    {
      for (int i = 0; i < n; i++)
        given[i] = (float) (5 + 2 * random_normal (&r));
      g_assert_true (detector_calibrate (d, given, (gsize) n, NULL));
      g_assert_cmpint (kinship_of (d, &r, 19, 5, 0).word, ==, KINSHIP_UNTOLD);
      for (int of = 20; of <= 400; of += 95)
        for (double share = 0; share < 0.85; share += 0.2)
          g_assert_cmpint (kinship_of (d, &r, of, 5, share).word, ==, KINSHIP_FINE);
      g_assert_cmpint (kinship_of (d, &r, 400, 0, 0).word, ==, KINSHIP_CLEANER);
      g_assert_cmpint (kinship_of (d, &r, 400, 0, 0.1).word, ==, KINSHIP_CLEANER);
      g_assert_cmpint (kinship_of (d, &r, 400, 9, 0).word, ==, KINSHIP_WORSE);
      g_assert_cmpint (kinship_of (d, &r, 400, 40, 0).word, ==, KINSHIP_WORSE);
      g_assert_cmpfloat (kinship_of (d, &r, 400, 40, 0).share, ==, 0);
    }
}

static void
test_prevalence (void)
{
  const detector *d = trained;
  prevalence p;
  detector_prevalence (d, NULL, 0, 0, &p);
  g_assert_true (isnan (p.share));
  random_source r;
  random_init (&r, 5, "rows");
  float scores[3000];
  for (int i = 0; i < 3000; i++)
    {
      float row[D];
      for (int m = 0; m < D; m++)
        row[m] = (float) (random_normal (&r) + (i < 600 && m < 5 ? 1 + random_uniform (&r, 1, 5) : 0));
      judgement j;
      detector_judge (d, row, &j);
      scores[i] = j.score;
    }
  detector_prevalence (d, scores, 3000, detector_threshold (d, 0.05), &p);
  g_assert_cmpfloat (p.share, >, 0.15);
  g_assert_cmpfloat (p.share, <, 0.25);
  g_assert_cmpfloat (p.low, <, p.share);
  g_assert_cmpfloat (p.high, >, p.share);
  g_assert_cmpfloat (p.wrong, <, 0.3);
  /* the same sum by hand, from the probability at even prevalence */
  double shares[] = { p.share, p.high, p.low }, said[] = { p.wrong, p.wrong_low, p.wrong_high };
  for (int k = 0; k < 3; k++)
    {
      double sum = 0;
      int flagged = 0;
      for (int i = 0; i < 3000; i++)
        if (scores[i] > detector_threshold (d, 0.05))
          {
            double noise = detector_noise (d, scores[i]);
            sum += (1 - noise) * (1 - shares[k]) / (noise * shares[k] + (1 - noise) * (1 - shares[k]));
            flagged++;
          }
      g_assert_cmpfloat_with_epsilon (said[k], sum / flagged, 1e-6);
    }
  g_assert_cmpfloat (p.wrong_low, <, p.wrong);
  g_assert_cmpfloat (p.wrong_high, >, p.wrong);
}

static void
test_evidence (void)
{
  const detector *d = trained;
  evidence e[D];
  float row[D];
  row_of (row, 0, 4);
  int n = detector_evidence (d, row, 0, e, 5);
  g_assert_cmpint (n, >=, 3);
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (e[i].measure, <, 5); /* the ones that were lifted */
  for (int i = 1; i < n; i++)
    g_assert_cmpfloat (e[i].weight, <=, e[i - 1].weight);
  g_assert_cmpfloat (e[0].value, ==, 4);
  g_assert_cmpfloat (e[0].low, <, e[0].middle);
  g_assert_cmpfloat (e[0].middle, <, e[0].high);
  g_assert_cmpfloat (e[0].high, <, 4);
}

static void
test_any_number (void)
{
  const detector *d = trained;
  const float values[] = { 0, 1e30f, -1e30f, G_MAXFLOAT, -G_MAXFLOAT, 1e-30f };
  for (gsize v = 0; v < G_N_ELEMENTS (values); v++)
    {
      float row[D];
      judgement j;
      for (int m = 0; m < D; m++)
        row[m] = values[v];
      detector_judge (d, row, &j);
      g_assert_true (isfinite (j.score) && isfinite (j.severity) && isfinite (j.unlike));
      g_assert_true (j.noise >= 0 && j.noise <= 1);
    }
}

static void
test_refuses_few (void)
{
  train_result result;
  g_autofree planted *p = plant (19);
  g_autoptr (GError) error = NULL;
  g_assert_null (detector_train (&p->set, NULL, &result, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, "19"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  trained = train (&trained_result);
  g_test_add_func ("/detector/learns", test_learns);
  g_test_add_func ("/detector/severity-grows", test_severity_grows);
  g_test_add_func ("/detector/unknown", test_unknown);
  g_test_add_func ("/detector/same-seed-same-table", test_same_seed_same_table);
  g_test_add_func ("/detector/files", test_files);
  g_test_add_func ("/detector/threshold-falls", test_threshold_falls);
  g_test_add_func ("/detector/calibrate", test_calibrate);
  g_test_add_func ("/detector/kinship", test_kinship);
  g_test_add_func ("/detector/prevalence", test_prevalence);
  g_test_add_func ("/detector/evidence", test_evidence);
  g_test_add_func ("/detector/any-number", test_any_number);
  g_test_add_func ("/detector/refuses-few", test_refuses_few);
  int failed = g_test_run ();
  detector_free (trained);
  return failed;
}
