/* Words from numbers: phrases against what the numbers say, worked out here by hand; a planted detector; and that no row
 * of finite numbers, however wild, is without words. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "detecting/explain.h"
#include "detecting/words.h"
#include "detecting/words_table.h"
#include "feature/quality.h"
#include "image/corrupt.h"
#include "noise/detector.h"
#include "noise/detector_internal.h"

static void
assert_says (const char *measure, double value, double low, double middle, double high, const char *wanted)
{
  g_autofree char *got = words_measure (measure, value, low, middle, high);
  g_assert_cmpstr (got, ==, wanted);
}

static void
test_number (void)
{
  static const struct {
    double value;
    const char *text;
  } cases[] = { { 0, "0" },     { -0.0, "0" },          { 0.0312, "0.031" }, { 0.97, "0.97" },  { 1.04, "1" },
                { 9.96, "10" }, { 31.2, "31" },         { 1234, "1234" },    { -2.06, "-2.1" }, { NAN, "0" },
                { 1e-12, "0" }, { 1e30, "1000000000" }, { 0.004, "0.004" } };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = words_number (cases[i].value);
      g_assert_cmpstr (got, ==, cases[i].text);
    }
}

/* The amounts are the measures' own formulas, backwards. */
static void
test_phrases (void)
{
  assert_says ("width0-across-q50", 6, 1.6, 2, 3.1,
               "edges are 3.0 times softer from left to right than in clean pictures (width 6.0 pixels; clean pictures "
               "1.6 to 3.1)");
  assert_says (
      "width0-down-q50", 1.25, 1.6, 2.5, 3.1,
      "edges are 2.0 times sharper from top to bottom than in clean pictures (width 1.2 pixels; clean pictures "
      "1.6 to 3.1)");
  /* of scale 1, whose pixels are two of the view's */
  assert_says ("width1-across-q50", 4, 1.4, 2, 2.5,
               "coarse edges are 2.0 times softer from left to right than in clean pictures (width 8.0 pixels; clean "
               "pictures 2.8 to 5.0)");
  /* log2 (s + 1/16): 16 and 1 grey levels */
  assert_says (
      "noise-median", log2 (16 + 1 / 16.), log2 (0.5 + 1 / 16.), log2 (1 + 1 / 16.), log2 (4 + 1 / 16.),
      "grain is 16 times stronger than in clean pictures (deviation 16 grey levels; clean pictures 0.50 to 4.0)");
  /* log2 (m + 1/16) of squares: 5 and 10 grey levels */
  assert_says (
      "gradient0-across", log2 (25 + 1 / 16.), log2 (36 + 1 / 16.), log2 (100 + 1 / 16.), log2 (400 + 1 / 16.),
      "steps from pixel to pixel are 2.0 times smaller than in clean pictures (typically 5.0 grey levels; clean "
      "pictures 6.0 to 20)");
  assert_says (
      "luma-q50", 192 / 256., 46 / 256., 119 / 256., 186 / 256.,
      "the picture is 73 grey levels brighter than in clean pictures (middle brightness 192 grey levels; clean "
      "pictures 46 to 186)");
  assert_says (
      "cr-mean", -0.25, -0.08, 0.03125, 0.27,
      "the whole is 36 grey levels greener than in clean pictures (red against brightness -32 grey levels; clean "
      "pictures -10 to 35)");
  /* log2 (s + 2^-12) of a share */
  assert_says (
      "specks-24", log2 (0.05 + exp2 (-12)), -12, -12, log2 (0.001 + exp2 (-12)),
      "5.0 % of the pixels are specks, more than 24 grey levels beyond all their neighbours (clean pictures at most "
      "0.10 %)");
  assert_says ("luma-white", 0.32, 0, 0, 0, "32 % of the pixels are white (clean pictures 0 %)");
  assert_says (
      "mscn1-sigma", 0.25, 0.4, 0.5, 0.65,
      "at half size, pixels stand out from their surroundings 2.0 times less than in clean pictures (deviation "
      "0.25; clean pictures 0.40 to 0.65)");
  assert_says (
      "lag3-falling", -3, -1.5, -1, -0.4,
      "near pixels are more alike than in clean pictures: along diagonals, those 3 apart differ by 12 % of what "
      "pixels 12 apart do (clean pictures 35 to 76 %)");
  /* hardly outside: digits until it shows; equal to the middle one: no ratio to speak of */
  assert_says (
      "width0-across-q50", 3.104, 1.6, 2, 3.1,
      "edges are 1.6 times softer from left to right than in clean pictures (width 3.104 pixels; clean pictures "
      "1.600 to 3.100)");
  assert_says (
      "width0-across-q50", 2.02, 1.6, 2, 2.01,
      "edges are slightly softer from left to right than in clean pictures (width 2.02 pixels; clean pictures 1.60 "
      "to 2.01)");
  /* nothing left, against something: a bound, no ratio */
  assert_says (
      "noise-median", -4, log2 (0.5 + 1 / 16.), log2 (1 + 1 / 16.), 2,
      "grain is more than 16 times weaker than in clean pictures (deviation 0 grey levels; clean pictures 0.50 to "
      "3.9)");
  assert_says ("blocks-across-best", 0, 0.03, 0.1, 0.4, NULL);
  assert_says ("no-such-measure", 1, 2, 3, 4, NULL);
}

static void
assert_plain (const char *sentence)
{
  g_assert_nonnull (sentence);
  g_assert_true (g_utf8_validate (sentence, -1, NULL));
  g_assert_null (strpbrk (sentence, "#$@~\n"));
  const char *const never[] = { "  ", " ,", " ;", " )", "( ", "nan", "inf", "e+", "than than" };
  for (gsize i = 0; i < G_N_ELEMENTS (never); i++)
    if (strstr (sentence, never[i]) != NULL)
      g_error ("'%s' holds '%s'", sentence, never[i]);
}

/* Every measure has words above its middle, and every row of the table is used. */
static void
test_all_measures (void)
{
  const quality_measure *all = quality_measures ();
  gsize n_rows = 0;
  while (words_table[n_rows].pattern != NULL)
    n_rows++;
  g_autofree gboolean *used = g_new0 (gboolean, n_rows);
  for (gsize m = 0; m < quality_size (); m++)
    {
      double range = all[m].high - all[m].low, low = all[m].low + range / 4, high = all[m].high - range / 4;
      double middle = (low + high) / 2;
      g_autofree char *above = words_measure (all[m].name, all[m].high, low, middle, high);
      g_autofree char *below = words_measure (all[m].name, all[m].low, low, middle, high);
      g_autofree char *same = words_measure (all[m].name, middle, middle, middle, middle);
      assert_plain (above);
      assert_plain (same);
      if (below != NULL)
        assert_plain (below);
      if (below != NULL && g_strcmp0 (above, below) == 0)
        g_error ("'%s' says the same of both ends", all[m].name);
      gsize row = 0;
      while (!g_pattern_match_simple (words_table[row].pattern, all[m].name))
        row++;
      used[row] = TRUE;
    }
  for (gsize row = 0; row < n_rows; row++)
    if (!used[row])
      g_error ("no measure is called '%s', or an earlier row takes it", words_table[row].pattern);
}

static void
assert_like (const char *kind, double severity, const char *wanted)
{
  g_autofree char *got = words_like (kind, severity);
  g_assert_cmpstr (got, ==, wanted);
}

static void
test_likes (void)
{
  assert_like ("gaussian-blur", 2.1, "a blur of sigma about 2.1 pixels at short side 256");
  assert_like ("gaussian-noise", 1, "noise of deviation about 20 grey levels");
  assert_like ("jpeg", 4, "a JPEG saved at quality about 10");
  assert_like ("pixelate", 5, "squares of about 4 pixels at short side 256");
  assert_like ("low-contrast", 3, "a contrast shrunk to about 20 %");
  assert_like ("elastic", 3, NULL);
  assert_like ("unknown", 3, NULL);
  assert_like ("gaussian-blur", NAN, NULL);
  for (int k = 0; k < CORRUPTION_KINDS; k++)
    for (double severity = 1; severity <= 5; severity += 0.5)
      {
        g_autofree char *got = words_like (corruption_kinds[k].name, severity);
        if (got != NULL)
          assert_plain (got);
      }
}

/* --- planted detectors ------------------------------------------------------------------------ */

/* Clean pictures' measures lie in the middle half of their ranges. */
static detector *
plant (int n_kinds, const char *const *kinds, const char *const *families)
{
  const quality_measure *all = quality_measures ();
  detector *d = detector_new (quality_size (), n_kinds, kinds, families);
  for (gsize m = 0; m < d->d; m++)
    {
      double range = all[m].high - all[m].low;
      d->at.low[m] = d->at.least[m] = (float) (all[m].low + range / 4);
      d->at.middle[m] = d->at.centre[m] = (float) (all[m].low + range / 2);
      d->at.high[m] = d->at.most[m] = (float) (all[m].high - range / 4);
      d->at.scale[m] = (float) (8 / range);
      d->at.whiten[m * d->d + m] = 1;
    }
  d->slope = 1;
  d->strange_slope = 1;
  d->strange_offset = -100;
  d->unlike = 0.05;
  return d;
}

static gsize
index_of (const char *name)
{
  const quality_measure *all = quality_measures ();
  gsize m = 0;
  while (strcmp (all[m].name, name) != 0)
    m++;
  return m;
}

/* One hidden unit of every net hears `measure`, and speaks for `kind`. */
static void
plant_ear (detector *d, int kind, const char *measure, int unit, float weight)
{
  for (int i = 0; i < DETECTOR_NETS; i++)
    {
      net *n = &d->nets[i];
      n->w1[(gsize) unit * n->d + index_of (measure)] = 1;
      n->w2[(gsize) kind * n->hidden + (gsize) unit] = weight;
    }
}

static const char *const two_kinds[] = { "gaussian-blur", "fog" };
static const char *const two_families[] = { "blur", "weather" };

static void
set_edges (float *row, float factor)
{
  const char *const ways[] = { "width0-across-q50", "width0-down-q50" };
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    row[index_of (ways[i])] *= factor;
}

static void
test_planted (void)
{
  g_autoptr (detector) d = plant (2, two_kinds, two_families);
  g_autofree float *row = g_memdup2 (d->at.middle, d->d * sizeof *row);
  const gsize widths[] = { index_of ("width0-across-q50"), index_of ("width0-down-q50") };
  for (gsize i = 0; i < 2; i++)
    {
      d->at.low[widths[i]] = 1.5f;
      row[widths[i]] = d->at.middle[widths[i]] = d->at.centre[widths[i]] = 2;
      d->at.high[widths[i]] = 3;
    }
  plant_ear (d, 0, "width0-across-q50", 0, 4);
  plant_ear (d, 0, "width0-down-q50", 1, 3);
  plant_ear (d, 0, "luma-q50", 2, 1);
  for (int q = 0; q < DETECTOR_QUANTILES; q++)
    d->at.clean_scores[q] = (float) (3. * q / (DETECTOR_QUANTILES - 1));

  set_edges (row, 3);
  g_auto (explanation) e;
  explanation_init (&e);
  explain_row (d, row, detector_threshold (d, 0.05), 0.05, NULL, &e);
  g_assert_true (e.noisy);
  g_assert_cmpstr (e.kind, ==, "gaussian-blur");
  g_assert_cmpstr (e.family, ==, "blur");
  g_assert_cmpfloat_with_epsilon (e.threshold, 2.85, 1e-5);
  g_assert_cmpfloat_with_epsilon (e.limit, 1 / (1 + exp (-2.85)), 1e-5);
  g_assert_cmpuint (e.reasons->len, ==, 1); /* the two are one thing; brightness is where it should be */
  const explanation_reason *r = e.reasons->pdata[0];
  g_assert_cmpstr (r->sentence, ==,
                   "edges are 3.0 times softer than in clean pictures (width 6.0 pixels; clean pictures 1.5 to 3.0)");
  g_assert_cmpstr (r->measure, ==, "width0-across-q50");
  g_assert_true (r->outside);

  /* one way alone: said */
  row[widths[1]] = 2;
  g_ptr_array_set_size (e.reasons, 0);
  words_reasons (d, row, 0, TRUE, 5, e.reasons);
  r = e.reasons->pdata[0];
  g_assert_nonnull (strstr (r->sentence, "3.0 times softer from left to right"));
}

/* The verdict's own numbers come back from the score. */
static void
test_noise_of_score (void)
{
  g_autoptr (detector) d = plant (2, two_kinds, two_families);
  judgement said;
  d->slope = 0.7;
  d->offset = -1.5;
  d->stretch = 1.2;
  d->shift = 0.3;
  plant_ear (d, 1, "luma-q50", 0, 2);
  g_autofree float *row = g_memdup2 (d->at.high, d->d * sizeof *row);
  detector_judge (d, row, &said);
  g_assert_cmpfloat_with_epsilon (detector_noise (d, said.score), said.noise, 1e-6);
  g_assert_cmpfloat (said.noise, >, 0.2);
}

static void
test_inside_only (void)
{
  g_autoptr (detector) d = plant (2, two_kinds, two_families);
  g_autofree float *row = g_memdup2 (d->at.middle, d->d * sizeof *row);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_auto (explanation) e;
  explanation_init (&e);
  plant_ear (d, 1, "luma-q50", 0, 4);
  row[index_of ("luma-q50")] = 0.7f; /* of .25 to .75 */
  words_reasons (d, row, 1, FALSE, 5, none);
  g_assert_cmpuint (none->len, ==, 0);
  explain_row (d, row, detector_threshold (d, 0.05), 0.05, NULL, &e);
  g_assert_cmpuint (e.reasons->len, ==, 1);
  g_auto (GStrv) said = explain_sentences (&e);
  g_assert_nonnull (g_strrstr (said[2], "nothing by itself lies outside"));
}

static void
test_damaged (void)
{
  g_autoptr (detector) d = plant (2, two_kinds, two_families);
  g_autofree float *row = g_memdup2 (d->at.middle, d->d * sizeof *row);
  g_auto (explanation) e;
  explanation_init (&e);
  row[index_of ("broken-grey")] = 0.35f; /* cut-off of severity 3 */
  explain_row (d, row, detector_threshold (d, 0.05), 0.05, "it ends early", &e);
  g_assert_true (e.noisy);
  g_assert_cmpfloat (e.noise, ==, 1);
  g_assert_cmpstr (e.kind, ==, "cut-off");
  g_assert_cmpstr (e.family, ==, "broken");
  g_assert_cmpfloat_with_epsilon (e.severity, 3, 1e-4);
  g_auto (GStrv) said = explain_sentences (&e);
  g_assert_cmpstr (said[0], ==, "too degraded to judge by: the file is damaged (it ends early)");
  g_assert_cmpstr (said[1], ==, "most like cut-off, severity 3.0 of 5 (a file with about 35 % of the rows missing)");
}

static float
wild (random_source *r, const quality_measure *m)
{
  static const float extremes[] = { 0, 1e30f, -1e30f, 3.4e38f, -3.4e38f, 1e-30f, 255, -1 };
  int which = random_below (r, 24);
  if (which < 8)
    return extremes[which];
  if (which == 8)
    return (float) m->low;
  if (which == 9)
    return (float) m->high;
  return (float) random_uniform (r, m->low, m->high);
}

/* Nets of random numbers, rows of wild ones. */
static void
test_any_row (void)
{
  const char *kinds[CORRUPTION_KINDS], *families[CORRUPTION_KINDS];
  for (int k = 0; k < CORRUPTION_KINDS; k++)
    {
      kinds[k] = corruption_kinds[k].name;
      families[k] = corruption_family_names[corruption_kinds[k].family];
    }
  g_autoptr (detector) d = plant (CORRUPTION_KINDS, kinds, families);
  random_source r;
  random_init (&r, 7, "wild rows");
  for (int i = 0; i < DETECTOR_NETS; i++)
    for (gsize w = 0; w < net_size (d->d, DETECTOR_HIDDEN, 2 * CORRUPTION_KINDS + 1); w++)
      d->at.blocks[i][w] = (float) random_uniform (&r, -0.3, 0.3);
  g_autofree float *row = g_new (float, d->d);
  for (int n = 0; n < 1500; n++)
    {
      g_auto (explanation) e;
      explanation_init (&e);
      e.file = g_strdup ("a\xff.jpg");
      for (gsize m = 0; m < d->d; m++)
        row[m] =
            n % 3 == 0 ? (float) random_uniform (&r, d->at.low[m], d->at.high[m]) : wild (&r, quality_measures () + m);
      explain_row (d, row, detector_threshold (d, n % 2 == 0 ? 0.05 : 0.999), n % 2 == 0 ? 0.05 : 0.999,
                   n % 10 == 9 ? "broken" : NULL, &e);
      g_assert_cmpuint (e.reasons->len, <=, 5);
      g_auto (GStrv) said = explain_sentences (&e);
      g_assert_cmpuint (g_strv_length (said), >=, 2);
      for (char **s = said; *s != NULL; s++)
        assert_plain (*s);
      g_autofree char *json = explanation_json (&e);
      g_assert_true (g_utf8_validate (json, -1, NULL));
      g_assert_null (strchr (json, '\n'));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/number", test_number);
  g_test_add_func ("/words/phrases", test_phrases);
  g_test_add_func ("/words/all-measures", test_all_measures);
  g_test_add_func ("/words/likes", test_likes);
  g_test_add_func ("/words/planted", test_planted);
  g_test_add_func ("/words/noise-of-score", test_noise_of_score);
  g_test_add_func ("/words/inside-only", test_inside_only);
  g_test_add_func ("/words/damaged", test_damaged);
  g_test_add_func ("/words/any-row", test_any_row);
  return g_test_run ();
}
