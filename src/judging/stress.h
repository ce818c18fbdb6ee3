/* The paired test: some of the user's own fit pictures, corrupted in every kind and severity and classified again, each set against itself. No
 * strata, no detector's faults: the strongest evidence there is of what a corruption costs this classifier on these pictures.
 *
 * A picture is brought through the classifier's view first and corrupted there, at the size the classifier looks at, so that severity means
 * the same whatever the file's size. A kind's five copies share their seed. Copies enter no count and no other file. */
#pragma once

#include "base/job.h"
#include "image/corrupt.h"
#include "judging/judging.h"

#define STRESS_SEVERITIES 5
#define STRESS_CELLS      (1 + CORRUPTION_KINDS * STRESS_SEVERITIES) /* answers a picture; the first is of the clean copy */

typedef struct {
  gsize wrong;
  gsize broken, mended; /* right as it is and wrong corrupted; the other way round */
  double p;             /* of such a difference by chance: McNemar's exact test, two-sided */
  proportion error;     /* Wilson */
} stress_cell;

typedef struct {
  guint64 wanted;       /* 0: not asked, and the rest is 0 */
  gsize pool, drawn, n; /* pictures that may serve; drawn; with an answer for every copy: those behind all numbers */
  gboolean truth;       /* an error is an answer that is not the label; else one that is not that of the clean copy */
  proportion clean;     /* error on the pictures as they are */
  stress_cell cells[CORRUPTION_KINDS][STRESS_SEVERITIES];
  proportion kinds[CORRUPTION_KINDS]; /* mean error over the severities; interval over pictures */
  proportion mce;                     /* mean over the kinds of those: ImageNet-C's mean corruption error before it is
                                         divided by another classifier's (Hendrycks and Dietterich 2019, section 4.2) */
} stress;

gboolean stress_check (const pardon_scan_options *o, GError **error);
/* After judging_make. `n` pictures are drawn among the fit ones with a prediction (and a label, where any has one), by `seed`, every class
 * by its share. Same answers whatever `threads`. A picture that cannot be read again is left out. Memory: 500 bytes a drawn picture and the
 * window. */
gboolean stress_run (store *s, const judging *j, const lens *l, guint64 n, guint64 seed, int threads, const job *of,
                     stress *out, GError **error);
/* `answer`: drawn x STRESS_CELLS classes, -1 where there is none; `truth`: drawn, NULL where no label is known. Sets all but what says how
 * the pictures came about. */
void stress_weigh (stress *x, const int *answer, const int *truth, gsize drawn);

/* Kinds by their mean error, worst first, ties by name. */
void stress_order (const stress *x, int order[CORRUPTION_KINDS]);
/* stress.csv in `dir`; only its header where nothing was asked. */
gboolean stress_write_csv (const stress *x, const char *dir, GError **error);
/* Puts the key `stress` into `object`, JSON text, which is freed; NULL stays NULL. `whole`: with every severity. g_free. */
char *stress_add (const stress *x, char *object, gboolean whole);
/* Adds what a person is told. */
void stress_tell (const stress *x, pardon_judgement *out);
