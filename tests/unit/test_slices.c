/* Slices and groups on cases small enough to count by hand, and where there is nothing to find. */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "judge/groups.h"
#include "judge/slices.h"

#define NEAR(a, b) g_assert_cmpfloat_with_epsilon ((a), (b), 1e-9)

static void
test_quantiles (void)
{
  const float x[] = { 5, NAN, 1, 4, INFINITY, 2, 3 };
  const guint8 wanted[] = { 1, 1, 1, 1, 1, 0, 1 };
  const double shares[] = { 0, 0.2, 0.4, 0.41, 1 };
  float out[5];

  g_assert_cmpuint (fact_quantiles (x, 7, NULL, shares, 5, out), ==, 5);
  g_assert_true (out[0] == 1 && out[1] == 1 && out[2] == 2 && out[3] == 3 && out[4] == 5);
  g_assert_cmpuint (fact_quantiles (x, 7, wanted, shares, 5, out), ==, 4);
  g_assert_true (out[2] == 3);
  g_assert_cmpuint (fact_quantiles (x + 1, 1, NULL, shares, 5, out), ==, 0);
  g_assert_true (out[0] == 0 && out[4] == 0);
}

static void
test_numbers (void)
{
  const char *values[] = { "", "1", "2", "3", "4", "5", "6", "7e1", "-8.5" };
  const guint32 of[] = { 8, 0, 7 };
  fact_column c = { .name = "x", .values = values, .n_values = 9, .of = of };

  g_autofree float *x = fact_numbers (&c, 3);
  g_assert_true (x[0] == -8.5f && isnan (x[1]) && x[2] == 70);
  c.n_values = NUMBERS_LEAST; /* few numbers are names */
  g_assert_null (fact_numbers (&c, 3));
  c.n_values = 9;
  values[4] = "4 px";
  g_assert_null (fact_numbers (&c, 3));
  values[4] = "nan";
  g_assert_null (fact_numbers (&c, 3));
}

/* 10 members and 30 others: 9 of 10 'A' against 3 of 30; and the members lie in the rest's lowest third. */
static void
test_facts (void)
{
  const char *values[] = { "", "A", "B" };
  guint32 of[41];
  float light[41];
  guint8 member[41];
  fact_column columns[] = { { .name = "camera", .values = values, .n_values = 3, .of = of },
                            { .name = "light", .numbers = light, .low_word = "dark" } };
  fact_options o;
  fact found[3];

  for (int i = 0; i < 41; i++)
    {
      member[i] = i < 10 ? 1 : i < 40 ? 0 : 2;
      of[i] = i < 9 || (i >= 10 && i < 13) ? 1 : 2;
      light[i] = i < 10 ? 0.5f : (float) i;
    }
  fact_options_init (&o);
  g_assert_cmpint (facts_find (columns, 2, 41, member, &o, found), ==, 2);
  g_assert_cmpint (found[0].column, ==, 0); /* p = 3.6e-6 against 1.0e-4 */
  NEAR (found[0].share, 0.9);
  NEAR (found[0].rest, 0.1);
  NEAR (found[0].p, fisher_exact (9, 1, 3, 27).greater);
  g_assert_cmpint (found[1].side, ==, -1);
  NEAR (found[1].rest, 1.0 / 3.0);
  g_autofree char *words = facts_words (found, 2, columns);
  g_assert_cmpstr (words, ==, "camera = A, dark");
  columns[1].low_word = NULL;
  g_autofree char *plain = facts_words (found + 1, 1, columns);
  g_assert_cmpstr (plain, ==, "low light");
  for (int i = 0; i < 41; i++)
    light[i] = 1;
  g_assert_cmpint (facts_find (columns + 1, 1, 41, member, &o, found), ==, 0);
  memset (member, 1, sizeof member);
  g_assert_cmpint (facts_find (columns, 2, 41, member, &o, found), ==, 0); /* no rest */
}

static void
check_words (const int *truth, const int *predicted, gsize n, const char *expected)
{
  static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
  g_autofree gsize *rows = g_new (gsize, n);
  gsize count = 0;

  for (gsize i = 0; i < n; i++)
    rows[i] = i;
  g_autofree confusion *c = confusions_new (truth, predicted, rows, n, &count);
  g_autofree char *words = confusions_words (c, count, n, names);
  g_assert_cmpstr (words, ==, expected);
}

static void
test_confusions (void)
{
  const int truth[] = { 1, 0, 1, 2, -1, 3 }, predicted[] = { 2, 0, 2, 1, 4, 2 };
  const gsize rows[] = { 0, 1, 2, 3, 4, 5 };
  gsize n = 0;

  g_autofree confusion *c = confusions_new (truth, predicted, rows, 6, &n);
  g_assert_cmpuint (n, ==, 3);
  g_assert_true (c[0].truth == 1 && c[0].predicted == 2 && c[0].n == 2);
  g_assert_true (c[1].truth == 2 && c[1].predicted == 1 && c[1].n == 1);
  g_assert_true (c[2].truth == 3 && c[2].predicted == 2 && c[2].n == 1);
  check_words ((int[]){ 0, 0, 1 }, (int[]){ 1, 1, 2 }, 3, "'a' called 'b'");
  check_words ((int[]){ 0, 0, 1 }, (int[]){ 1, 2, 3 }, 3, "'a' called other names");
  check_words ((int[]){ 0, 1, 2, 3 }, (int[]){ 4, 4, 4, 5 }, 4, "others called 'e'");
  check_words ((int[]){ 0, 0, 1, 2, 3, 6 }, (int[]){ 1, 1, 2, 3, 4, 7 }, 6, "2 times 'a' called 'b'");
  check_words ((int[]){ 0, 1, 2, 3 }, (int[]){ 1, 2, 3, 4 }, 4, "");
  check_words ((int[]){ 0 }, (int[]){ 0 }, 1, "");
  g_autofree char *class = class_words (7, NULL);
  g_assert_cmpstr (class, ==, "class 7");
}

/* --- slices ------------------------------------------------------------------------------------------------------ */

#define N 400

/* 400 pictures, ten classes of 40; `camera` B takes the first 4 of each ten. Without mistakes. */
typedef struct {
  gint8 correct[N];
  int truth[N], predicted[N];
  guint32 camera[N];
  float features[N * 3];
  matrix space;
  fact_column column;
  fit_rows rows;
} set;

static const char *const cameras[] = { "", "A", "B" };

static void
set_init (set *s)
{
  random_source random;

  random_init (&random, 1, "test");
  for (int i = 0; i < N; i++)
    {
      s->correct[i] = 1;
      s->truth[i] = s->predicted[i] = i / 40;
      s->camera[i] = i % 10 < 4 ? 2 : 1;
      for (int c = 0; c < 3; c++)
        s->features[3 * i + c] = (float) random_normal (&random) + (c == 0 ? (float) (8 * (i % 3)) : 0.0f);
    }
  s->space = (matrix){ .n = N, .d = 3, .data = s->features };
  s->column = (fact_column){ .name = "camera", .values = cameras, .n_values = 3, .of = s->camera };
  s->rows = (fit_rows){ .n = N,
                        .correct = s->correct,
                        .n_classes = 10,
                        .truth = s->truth,
                        .predicted = s->predicted,
                        .spaces = &s->space,
                        .n_spaces = 1,
                        .columns = &s->column,
                        .n_columns = 1 };
}

static void
set_wrong (set *s, int i, int predicted)
{
  s->correct[i] = 0;
  s->predicted[i] = predicted;
}

/* Everything finite, consistent, and in order. */
static void
check_list (const slice_list *l, const fit_rows *r)
{
  for (gsize i = 0; i < l->n_slices; i++)
    {
      const slice *s = &l->slices[i];
      const double values[] = { s->found.value, s->tested.value, s->rest.value, s->lift,       s->p,
                                s->q,           s->low,          s->high,       s->tested.low, s->tested.high };
      for (gsize v = 0; v < G_N_ELEMENTS (values); v++)
        g_assert_true (isfinite (values[v]));
      g_assert_true (s->p >= 0 && s->p <= 1 && s->q >= s->p * (1 - 1e-12) && s->q <= 1);
      g_assert_cmpuint (s->found.n + s->tested.n, ==, s->n);
      g_assert_cmpuint (s->n, <=, s->n_members);
      NEAR (s->found.value * (double) s->found.n + s->tested.value * (double) s->tested.n, (double) s->wrong);
      g_assert_true (i == 0 || l->slices[i - 1].p <= s->p);
      for (gsize m = 0; m < s->n_members; m++)
        {
          g_assert_cmpuint (s->members[m], <, r->n);
          if (m < s->wrong)
            g_assert_true (r->correct[s->members[m]] == 0);
        }
      g_autofree char *words = slice_words (s, r, NULL);
      g_assert_null (strstr (words, "nan"));
    }
}

static void
run (set *s, const slice_options *o, slice_list *l)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (slice_list_init (l, &s->rows, o, NULL, &error));
  g_assert_no_error (error);
  check_list (l, &s->rows);
}

static const slice *
slice_of (const slice_list *l, slice_kind kind)
{
  for (gsize i = 0; i < l->n_slices; i++)
    if (l->slices[i].kind == kind)
      return &l->slices[i];
  return NULL;
}

/* Class 3: 30 of 40 wrong, 25 of them called class 4; elsewhere every tenth picture of camera A. */
static void
test_class_and_pair (void)
{
  static set s;
  slice_options o;
  g_auto (slice_list) l = { 0 };

  set_init (&s);
  for (int i = 0; i < N; i++)
    if (s.truth[i] == 3 ? i % 4 != 0 : i % 10 == 9)
      set_wrong (&s, i, s.truth[i] != 3 ? (s.truth[i] + 1) % 10 : i % 40 < 34 ? 4 : 5);
  slice_options_init (&o);
  run (&s, &o, &l);
  g_assert_cmpint (l.slices[0].kind, ==, SLICE_TRUTH);
  g_assert_cmpint (l.slices[0].truth, ==, 3);
  g_assert_true (l.slices[0].n == 40 && l.slices[0].wrong == 30 && l.slices[0].significant);
  g_assert_true (l.slices[0].found.n == 20 && l.slices[0].tested.n == 20);
  g_assert_cmpuint (l.wrong, ==, 30 + 36);
  const slice *pair = slice_of (&l, SLICE_PAIR);
  g_assert_true (pair != NULL && pair->truth == 3 && pair->predicted == 4);
  g_assert_true (pair->n == 40 && pair->wrong == 25 && pair->significant);
  g_autofree char *words = slice_words (&l.slices[0], &s.rows, NULL);
  g_assert_true (g_str_has_prefix (words, "40 pictures, 30 wrong (tested: "));
  g_assert_nonnull (strstr (words, "that are class 3; class 3 called class 4"));
}

/* Every second picture of camera B. p is Fisher's of the numbers that are told. */
static void
test_value (void)
{
  static set s;
  slice_options o;
  g_auto (slice_list) l = { 0 };

  set_init (&s);
  for (int i = 0; i < N; i++)
    if (i % 10 == 0 || i % 10 == 2 || i % 20 == 19)
      set_wrong (&s, i, (s.truth[i] + 1 + i % 7) % 10);
  s.correct[1] = -1; /* a member that nobody judged */
  slice_options_init (&o);
  run (&s, &o, &l);
  const slice *b = &l.slices[0];
  g_assert_true (b->kind == SLICE_VALUE && b->column == 0 && b->value == 2 && b->significant);
  g_assert_true (b->n == 159 && b->wrong == 80 && b->n_members == 160);
  g_assert_cmpuint (b->members[159], ==, 1);
  gsize wrong = (gsize) lround (b->tested.value * (double) b->tested.n),
        others = (gsize) lround (b->rest.value * (double) b->rest.n);
  NEAR (b->p, fisher_exact (wrong, b->tested.n - wrong, others, b->rest.n - others).greater);
  NEAR (b->lift * (double) (wrong + others) / (double) (b->tested.n + b->rest.n), b->tested.value);
}

/* A third of the pictures lies apart and is wrong more often; nearest members come first among the mistakes. */
static void
test_region_and_threads (void)
{
  static set s;
  slice_options o;

  set_init (&s);
  for (int i = 0; i < N; i++)
    if (i % 3 == 1 ? i % 2 == 0 : i % 17 == 0)
      set_wrong (&s, i, (s.truth[i] + 1 + i % 7) % 10);
  slice_options_init (&o);
  o.ks[0] = 3;
  o.ks[1] = 0;
  g_auto (slice_list) one = { 0 }, four = { 0 };
  run (&s, &o, &one);
  o.threads = 4;
  run (&s, &o, &four);
  const slice *r = slice_of (&one, SLICE_REGION);
  g_assert_true (r == &one.slices[0] && r->significant && r->k == 3);
  g_assert_cmpuint (r->n, ==, 133);
  for (gsize m = 0; m < r->n_members; m++)
    g_assert_cmpuint (r->members[m] % 3, ==, 1);
  g_assert_cmpuint (one.n_slices, ==, four.n_slices);
  for (gsize i = 0; i < one.n_slices; i++)
    {
      g_assert_true (one.slices[i].p == four.slices[i].p && one.slices[i].n_members == four.slices[i].n_members);
      g_assert_cmpmem (one.slices[i].members, one.slices[i].n_members * sizeof (gsize), four.slices[i].members,
                       four.slices[i].n_members * sizeof (gsize));
    }
}

static void
test_nothing_to_slice (void)
{
  static set s;
  slice_options o;
  g_auto (slice_list) none = { 0 }, all = { 0 }, five = { 0 }, flat = { 0 }, empty = { 0 }, one = { 0 };

  set_init (&s);
  slice_options_init (&o);
  run (&s, &o, &none);
  g_assert_true (none.n_slices == 0 && none.judged == N && none.wrong == 0);
  for (int i = 0; i < N; i += 4)
    set_wrong (&s, i, 11 % 10 == s.truth[i] ? 2 : 1);
  memset (s.features, 0, sizeof s.features); /* constant features */
  run (&s, &o, &flat);
  g_assert_null (slice_of (&flat, SLICE_REGION));
  s.rows.n = s.space.n = 5;
  run (&s, &o, &five);
  g_assert_cmpuint (five.n_slices, ==, 0);
  s.rows.n = s.space.n = 0;
  run (&s, &o, &empty);
  g_assert_cmpuint (empty.judged, ==, 0);
  s.rows.n = s.space.n = N;
  s.rows.n_classes = 1; /* one class: it is everything and no slice */
  memset (s.truth, 0, sizeof s.truth);
  s.rows.predicted = NULL;
  run (&s, &o, &one);
  g_assert_null (slice_of (&one, SLICE_TRUTH));
  memset (s.correct, 0, sizeof s.correct);
  run (&s, &o, &all);
  g_assert_true (all.n_slices == 0 && all.wrong == N);
}

static void
test_not_finite (void)
{
  static set s;
  slice_options o;
  group_options g;
  g_auto (slice_list) l = { 0 };
  g_auto (mistake_groups) m = { 0 };
  g_autoptr (GError) error = NULL, other = NULL, third = NULL;

  set_init (&s);
  s.features[10] = NAN;
  for (int i = 0; i < N; i += 3)
    set_wrong (&s, i, 9 - s.truth[i]);
  slice_options_init (&o);
  g_assert_false (slice_list_init (&l, &s.rows, &o, NULL, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  group_options_init (&g);
  g_assert_false (mistake_groups_init (&m, &s.rows, NULL, &g, NULL, &other));
  g_assert_error (other, PARDON_ERROR, PARDON_ERROR_INPUT);
  s.rows.n_spaces = 0;
  g_assert_false (mistake_groups_init (&m, &s.rows, NULL, &g, NULL, &third));
  g_assert_error (third, PARDON_ERROR, PARDON_ERROR_INPUT);
}

/* --- groups ------------------------------------------------------------------------------------------------------ */

/* Mistakes on a line: 10 about 0, 6 about 100. Two right pictures lie among the ten, all others at 1000. */
#define LINE 60
typedef struct {
  float x[LINE], light[LINE];
  gint8 correct[LINE];
  int truth[LINE], predicted[LINE];
  matrix space;
  fact_column column;
  fit_rows rows;
} line;

static void
line_init (line *l)
{
  for (int i = 0; i < LINE; i++)
    {
      l->x[i] = i < 10 ? (float) i : i < 16 ? (float) (90 + i) : i < 18 ? 4.5f : 1000.0f;
      l->correct[i] = i >= 16;
      l->light[i] = i < 10 ? 0.0f : i < 16 ? 38.0f : (float) i; /* the six lie in the middle */
      l->truth[i] = i < 7 ? 0 : i < 10 ? 1 : 2;
      l->predicted[i] = i < 7 ? 1 : i < 10 ? 2 : i < 16 ? i % 2 : 2;
    }
  l->space = (matrix){ .n = LINE, .d = 1, .data = l->x };
  l->column = (fact_column){ .name = "light", .numbers = l->light, .low_word = "dark", .high_word = "bright" };
  l->rows = (fit_rows){ .n = LINE,
                        .correct = l->correct,
                        .n_classes = 3,
                        .truth = l->truth,
                        .predicted = l->predicted,
                        .spaces = &l->space,
                        .n_spaces = 1,
                        .columns = &l->column,
                        .n_columns = 1 };
}

static void
test_groups (void)
{
  static const char *const names[] = { "tabby", "tiger cat", "lynx" };
  line l;
  group_options o;
  g_auto (mistake_groups) g = { 0 };
  g_autoptr (GError) error = NULL;

  line_init (&l);
  group_options_init (&o);
  g_assert_true (mistake_groups_init (&g, &l.rows, names, &o, NULL, &error));
  g_assert_cmpuint (g.n_groups, ==, 2);
  g_assert_cmpuint (g.mistakes, ==, 16);
  g_assert_true (g.silhouette > 0.9);
  g_assert_true (g.groups[0].n == 10 && g.groups[0].alike == 12);
  g_assert_true (g.groups[0].members[0] == 4 && g.groups[0].members[1] == 5 && g.groups[0].members[9] == 9);
  g_assert_cmpfloat_with_epsilon (g.groups[0].distances[9], 4.5, 1e-4);
  g_assert_true (g.groups[0].confusions[0].n == 7 && g.groups[0].n_confusions == 2);
  g_assert_cmpstr (g.groups[0].words, ==, "12 pictures, 10 wrong: 'tabby' called 'tiger cat'; dark");
  g_assert_cmpstr (g.groups[1].words, ==, "6 pictures, 6 wrong: 'lynx' called 'tabby'");
}

static void
test_few_groups (void)
{
  line l;
  group_options o;
  g_auto (mistake_groups) g = { 0 };
  g_autoptr (GError) error = NULL;

  line_init (&l);
  group_options_init (&o);
  o.k = 1;
  g_assert_true (mistake_groups_init (&g, &l.rows, NULL, &o, NULL, &error));
  g_assert_true (g.n_groups == 1 && g.groups[0].n == 16 && g.silhouette == 0.0);
  mistake_groups_clear (&g);
  o.k = 0;
  for (int left = 2; left >= 0; left--) /* two mistakes, one, none */
    {
      for (int i = 0; i < LINE; i++)
        l.correct[i] = i >= left;
      g_assert_true (mistake_groups_init (&g, &l.rows, NULL, &o, NULL, &error));
      g_assert_true (g.n_groups == (left > 0) && (int) g.mistakes == left);
      mistake_groups_clear (&g);
    }
  for (int i = 0; i < LINE; i++)
    {
      l.correct[i] = 0;
      l.x[i] = 1;
    }
  l.rows.n_columns = 0;
  l.rows.truth = NULL;
  g_assert_true (mistake_groups_init (&g, &l.rows, NULL, &o, NULL, &error));
  g_assert_true (g.n_groups == 1);
  g_assert_cmpstr (g.groups[0].words, ==, "60 pictures, 60 wrong");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/slices/quantiles", test_quantiles);
  g_test_add_func ("/slices/numbers", test_numbers);
  g_test_add_func ("/slices/facts", test_facts);
  g_test_add_func ("/slices/confusions", test_confusions);
  g_test_add_func ("/slices/class-and-pair", test_class_and_pair);
  g_test_add_func ("/slices/value", test_value);
  g_test_add_func ("/slices/region-and-threads", test_region_and_threads);
  g_test_add_func ("/slices/nothing", test_nothing_to_slice);
  g_test_add_func ("/slices/not-finite", test_not_finite);
  g_test_add_func ("/slices/groups", test_groups);
  g_test_add_func ("/slices/few-groups", test_few_groups);
  return g_test_run ();
}
