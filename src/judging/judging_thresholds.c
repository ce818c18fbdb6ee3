/* What other thresholds would find, so that a page can move one. The one thing to know: each entry is what a scan with that
 * --threshold says, so rows are judged again from their scores and the headline is made by the very function that prints it. */
#include "judging/judging.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judging/json_put.h"
#include "math/blocks.h"

#define MOST   161
#define ROUNDS 10000 /* thresholds are multiples of a ten thousandth, so that they can be typed */

static int
ascending (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

static int
by_threshold (gconstpointer a, gconstpointer b)
{
  return ascending (&((const judging_threshold *) a)->threshold, &((const judging_threshold *) b)->threshold);
}

static void
add (GArray *list, const detector *d, double threshold)
{
  judging_threshold t = { threshold, detector_false_alarms (d, threshold) };
  if (list->len == 0 || g_array_index (list, judging_threshold, list->len - 1).threshold < threshold)
    g_array_append_val (list, t);
}

/* Half of them at equal distances, where a slider stands, half at equal shares of the pictures, where something happens. */
static GArray *
spread (const double *scores, gsize n, const detector *d)
{
  const int half = (MOST - 1) / 2;
  g_autofree double *at = g_new (double, MOST);
  GArray *list = g_array_new (FALSE, FALSE, sizeof (judging_threshold));
  double first = scores[0], range = scores[n - 1] - first;
  for (int i = 0; i < half; i++)
    {
      at[i] = first + range * i / (half - 1);
      at[half + i] = scores[(n - 1) * (gsize) i / (gsize) (half - 1)];
    }
  qsort (at, (gsize) (2 * half), sizeof *at, ascending);
  for (int i = 0; i < 2 * half; i++)
    add (list, d, round (at[i] * ROUNDS) / ROUNDS);
  return list;
}

void
judging_spread (judging *j, const detector *d, double threshold)
{
  g_autofree double *scores = g_new (double, MAX (j->n, 1));
  gsize n = 0;
  j->threshold = threshold;
  for (gsize i = 0; i < j->n; i++)
    if (isfinite (j->noise[i]))
      scores[n++] = j->noise[i];
  if (n == 0)
    return;
  qsort (scores, n, sizeof *scores, ascending);
  j->thresholds = spread (scores, n, d);
  for (guint i = 0; i < j->thresholds->len; i++)
    if (g_array_index (j->thresholds, judging_threshold, i).threshold == threshold)
      return;
  judging_threshold own = { threshold, detector_false_alarms (d, threshold) };
  g_array_append_val (j->thresholds, own);
  g_array_sort (j->thresholds, by_threshold);
}

/* --- what each finds ------------------------------------------------------------------------------ */

typedef struct {
  gsize noisy;
  scorecard score;
  excess excess;
  char *headline;
} finding;

typedef struct {
  const judging *judging;
  finding *found; /* one a threshold */
} search;

static void
judge_at (gsize which, gpointer user)
{
  const search *s = user;
  const judging *j = s->judging;
  finding *f = &s->found[which];
  double threshold = g_array_index (j->thresholds, judging_threshold, which).threshold;
  g_autofree gint8 *noisy = g_new (gint8, MAX (j->n, 1));
  score_options of_score;
  excess_options of_excess;
  for (gsize i = 0; i < j->n; i++)
    {
      noisy[i] = j->noisy[i] < 0 ? -1 : j->forced[i] != 0 ? j->forced[i] == 1 : j->noise[i] > threshold;
      f->noisy += noisy[i] > 0;
    }
  judging at = *j;
  at.rows.noisy = noisy;
  at.rows.kind = NULL; /* the headline asks for no kind */
  score_options_init (&of_score);
  excess_options_init (&of_excess);
  scorecard_count (&at.score, &at.rows, &of_score);
  excess_init (&at.excess, &at.rows, &of_excess);
  f->headline = judging_headline (&at);
  f->score = at.score;
  f->excess = at.excess;
}

/* As it has to be typed to mean the very same. */
static void
put_exact (GString *o, const char *key, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd (text, sizeof text, "%.15g", value);
  if (g_ascii_strtod (text, NULL) != value)
    g_ascii_formatd (text, sizeof text, "%.17g", value);
  json_begin (o, key);
  g_string_append (o, text);
  if (strcspn (text, ".e") == strlen (text))
    g_string_append (o, ".0");
}

static void
put_finding (GString *o, const judging_threshold *t, const finding *f)
{
  const excess_errors *e = &f->excess.total;
  json_open (o, NULL, '{');
  put_exact (o, "threshold", t->threshold);
  json_put_real (o, "false_alarms", t->false_alarms, TRUE);
  json_put_count (o, "noisy", f->noisy);
  json_put_count (o, "right", f->score.right);
  json_put_count (o, "right_noisy", f->score.right_noisy);
  json_put_count (o, "set_aside", f->score.set_aside);
  json_put_count (o, "owed", f->score.owed);
  json_put_share (o, "fit", &f->score.fit);
  json_open (o, "excess", '{');
  json_put_real (o, "value", e->value, e->known);
  json_put_real (o, "low", e->low, e->known);
  json_put_real (o, "high", e->high, e->known);
  json_put_flag (o, "known", e->known);
  json_close (o, '}');
  json_put_text (o, "guard", guard_name (e->guard));
  json_put_text (o, "headline", f->headline);
  json_close (o, '}');
}

void
judging_put_thresholds (GString *o, const judging *j)
{
  if (!j->judged || j->thresholds == NULL)
    return;
  guint n = j->thresholds->len;
  g_autofree finding *found = g_new0 (finding, MAX (n, 1));
  search s = { j, found };
  blocks_run (n, (int) g_get_num_processors (), judge_at, &s);
  json_open (o, "thresholds", '[');
  for (guint i = 0; i < n; i++)
    {
      put_finding (o, &g_array_index (j->thresholds, judging_threshold, i), &found[i]);
      scorecard_clear (&found[i].score);
      excess_clear (&found[i].excess);
      g_free (found[i].headline);
    }
  json_close (o, ']');
}
