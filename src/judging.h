/* Judging the classifier: truth and predictions brought to the list's pictures, set against the noise verdicts, and scored (docs/report.md).
 * The noise was judged before, from pixels alone; nothing here changes a verdict of it. */
#pragma once

#include "base/job.h"
#include "classifier.h"
#include "judge/excess.h"
#include "judge/join.h"
#include "judging_left.h"
#include "lens.h"
#include "output/report.h"
#include "store/store.h"

typedef struct judging {
  gboolean asked;      /* truth or predictions were given: else all below is empty but `files` */
  gsize n;             /* pictures, in the order of the list */
  GPtrArray *files;    /* n char * */
  joined joined;       /* the classifier's answers are put in the place of predictions */
  class_scores scores; /* of --classifier; n = 0: there is none */
  GPtrArray *shown;    /* char *, a class: its name, its id or number added where another has the name too */
  char *classifier;    /* its name, or NULL */
  gboolean *allowed;   /* classes: those of the labels; NULL: not restricted */
  gint8 *noisy;        /* n: 1, 0, -1 */
  double *noise, *severity, *confidence; /* n */
  int *kind;                             /* n */
  GPtrArray *kinds;                      /* char *: names of kinds that occur */
  judge_rows rows;                       /* over the above */
  gboolean judged; /* some picture has both a truth and a prediction: score and excess are filled */
  scorecard score;
  excess excess;
  leftovers left;       /* leftovers_find */
  GHashTable *previews; /* judging_look_again; NULL: none */
} judging;

/* What can be told of the options before anything is touched. */
gboolean judging_check (const pardon_scan_options *o, GError **error);
/* Reads the tables and joins them to the list as it stands. `l`: the lens that gives class scores, or NULL. What cannot be used is refused
 * here, before any picture is looked at. On failure `j` is as judging_clear leaves it. */
gboolean judging_open (judging *j, store *s, const pardon_scan_options *o, const lens *l, GError **error);
/* After the noise was judged. `scores`: the set of class scores, 0 for none. */
gboolean judging_make (judging *j, store *s, gint64 scores, GError **error);
void judging_clear (judging *j);

/* Why picture i has no verdict on its answer. */
typedef enum {
  UNJUDGED_NOT, /* it has one */
  UNJUDGED_NO_PIXELS,
  UNJUDGED_REFUSED, /* by --classifier; the store's reason says why */
  UNJUDGED_NO_LABEL,
  UNJUDGED_NO_PREDICTION,
  UNJUDGED_NEITHER,
} unjudged_why;
unjudged_why judging_why_unjudged (const judging *j, gsize i);
const char *unjudged_why_words (unjudged_why why); /* "" for UNJUDGED_NOT */

/* Picture i for images.csv. */
void judging_answer (const judging *j, gsize i, report_answer *a);
/* classes.csv and confusions.csv in `dir`; only their headers where nothing was judged. */
gboolean judging_write_csv (const judging *j, const char *dir, GError **error);
/* JSON: the keys of summary.json (an object to merge), and the section 'judging' of report.json. g_free. */
char *judging_summary (const judging *j);
char *judging_section (const judging *j);
/* What a person is told, a sentence a line: char *, g_ptr_array_unref. Empty where nothing was asked. */
GPtrArray *judging_words (const judging *j);
/* The headline alone: g_free; NULL: there is none. */
char *judging_headline (const judging *j);
/* All of it, and the headline's numbers. */
void judging_tell (const judging *j, pardon_judgement *out);
/* Adds what was asked to the report's settings. */
void judging_describe (const judging *j, const pardon_scan_options *o, const lens *scoring, report *r);
