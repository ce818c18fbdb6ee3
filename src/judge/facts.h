/* What sets some pictures apart from the rest, in words: values of columns that stand there too often, numbers that
 * lie low or high. Pure, thread-safe, never NaN. */
#pragma once

#include <glib.h>

/* A fact known of each of n pictures: a word, or a number. The caller keeps everything. */
typedef struct {
  const char *name;
  /* a word: */
  const char *const *values; /* n_values; number 0 is "": not given. NULL: a number */
  guint32 n_values;
  const guint32 *of; /* n: 0 .. n_values - 1 */
  /* a number: */
  const float *numbers;             /* n; not finite: not known. NULL: a word */
  const char *low_word, *high_word; /* for it, "dark" and "bright"; NULL: "low NAME" and "high NAME" */
} fact_column;

/* The numbers a column of words really holds: n floats, NAN where not given; NULL unless every value is a finite
 * number and more than NUMBERS_LEAST of them are used. Free with g_free. */
#define NUMBERS_LEAST 8
float *fact_numbers (const fact_column *c, gsize n);

/* The values at `count` shares (0 .. 1) of the `wanted` rows (all where NULL) whose number is finite: the least
 * number with at least that share of them at or below it. Their count is returned; 0: `out` is all 0. */
gsize fact_quantiles (const float *numbers, gsize n, const guint8 *wanted, const double *shares, int count, float *out);

typedef struct {
  int column;
  guint32 value; /* of a word */
  int side;      /* of a number: -1 in the lowest third of the rest, 1 in the highest; 0: a word */
  double share;  /* of the pictures in question of which anything is known in this column */
  double rest;   /* of the rest */
  double p;      /* Fisher's exact test, one-sided */
} fact;

typedef struct {
  double least_share; /* 0.6: said only where it holds for so many of them */
  double least_lift;  /* 1.3: and so much more often than in the rest */
  double alpha;       /* 0.01, divided by the number of things looked at (Bonferroni) */
  int most;           /* 3 */
} fact_options;
void fact_options_init (fact_options *o);

/* What is said of the rows with member[i] = 1 against those with 0 (2: not looked at). Smallest p first, one a
 * column, at most o->most into `out`; returns how many. O(n log n) a column. */
int
facts_find (const fact_column *columns, int n_columns, gsize n, const guint8 *member, const fact_options *o, fact *out);

/* "dark, low contrast, camera = A": "" where there is none. g_free. */
char *facts_words (const fact *facts, int n, const fact_column *columns);

/* How often one class was called another. */
typedef struct {
  int truth, predicted;
  gsize n;
} confusion;

/* Those among `rows` whose truth and prediction are known and differ: most frequent first, then by classes. g_free;
 * *n_confusions of them. `truth` or `predicted` NULL: none. */
confusion *
confusions_new (const int *truth, const int *predicted, const gsize *rows, gsize n_rows, gsize *n_confusions);
/* The story of `mistakes` in one clause: "'tabby' called 'tiger cat'" where one confusion is half of them, else
 * "'tabby' called other names" or "others called 'tabby'" where a class is, else the commonest with its count where
 * that is 2 or more and a fifth of them; "" otherwise. `names`: of the classes, NULL: "class 3". g_free. */
char *confusions_words (const confusion *c, gsize n, gsize mistakes, const char *const *names);
/* "'tabby'", or "class 3" without names. g_free. */
char *class_words (int class, const char *const *names);
