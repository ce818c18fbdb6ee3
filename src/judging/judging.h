/* Judging the classifier: truth and predictions brought to the list's pictures, set against the noise verdicts, and scored (docs/report.md).
 * The noise was judged before, from pixels alone; nothing here changes a verdict of it. */
#pragma once

#include "base/job.h"
#include "join/join.h"
#include "judge/excess.h"
#include "judging/classifier.h"
#include "judging/judging_left.h"
#include "looking/lens.h"
#include "noise/detector.h"
#include "output/report.h"
#include "store/store.h"

/* What the tables and the features say, as text: carried over from the scan to who judges again from the store alone. */
typedef struct {
  char *sources, *left, *more; /* JSON objects whose members belong to the section */
  char **source_words, **left_words;
} judging_kept;

typedef struct {
  double threshold, false_alarms; /* score above which a picture is noisy; share of clean pictures above it */
} judging_threshold;

typedef struct judging {
  gboolean asked;   /* truth or predictions were given: else all below is empty but `files` */
  gsize n;          /* pictures, in the order of the list */
  GPtrArray *files; /* n char * */
  joined joined; /* the classifier's answers are put in the place of predictions, decided labels in that of the truth */
  int *said;     /* n: the truth as it was given */
  gint8 *top5;   /* n: as joined.top5, but of the truth that holds */
  class_scores scores;  /* of --classifier; n = 0: there is none */
  GPtrArray *shown;     /* char *, a class: its name, its id or number added where another has the name too */
  char *classifier;     /* its name, or NULL */
  gboolean *allowed;    /* classes: those of the labels; NULL: not restricted */
  GHashTable *by_shown; /* `shown` -> class + 1 */
  gint8 *noisy;         /* n: 1, 0, -1 */
  gint8 *forced;        /* n: noisy (1) or fit (2) whatever its score: damaged, or decided; 0: the threshold decides */
  double *noise, *severity, *confidence; /* n */
  int *kind;                             /* n */
  GPtrArray *kinds;                      /* char *: names of kinds that occur */
  judge_rows rows;                       /* over the above */
  gboolean judged; /* some picture has both a truth and a prediction: score and excess are filled */
  scorecard score;
  excess excess;
  leftovers left;       /* leftovers_find */
  GHashTable *previews; /* judging_look_again; NULL: none */
  double threshold;     /* the scan's; NAN: not known */
  GArray *thresholds;   /* judging_threshold, ascending, the scan's among them; NULL: none */
  judging_kept *kept;   /* NULL: this is the scan itself */
} judging;

/* What can be told of the options before anything is touched. */
gboolean judging_check (const pardon_scan_options *o, GError **error);
/* Reads the tables and joins them to the list as it stands. `l`: the lens that gives class scores, or NULL. What cannot be used is refused
 * here, before any picture is looked at. On failure `j` is as judging_clear leaves it. */
gboolean judging_open (judging *j, store *s, const pardon_scan_options *o, const lens *l, GError **error);
/* After the noise was judged. `scores`: the set of class scores, 0 for none. */
gboolean judging_make (judging *j, store *s, gint64 scores, GError **error);
void judging_clear (judging *j);

/* The class with this name (as `shown`), or -1. */
int judging_class (const judging *j, const char *name);
/* Arrays for n pictures; the truth that stands in `joined` is what was given. */
void judging_make_room (judging *j);
/* Takes in what the store knows of picture i, decisions included; then judging_weigh. A decided label that is no class is passed
 * over. */
void judging_take (judging *j, gsize i, const store_picture *p);
/* Score and excess of what was taken in; again after something changed. */
void judging_weigh (judging *j);

/* Thresholds to judge by, spread over the scores, and `threshold`, the scan's. After judging_make. */
void judging_spread (judging *j, const detector *d, double threshold);
/* The list `thresholds` of the section: what a scan with that threshold would find. */
void judging_put_thresholds (GString *o, const judging *j);

/* Who wants to see the pictures as they pass by. */
typedef struct {
  void (*each) (gpointer user, gsize i, const store_picture *p);
  gpointer user;
  gint64 pixels; /* set of the rows it wants */
} judging_reader;

/* Writes all that judging_restore needs into the store. `more`: a JSON object whose members others add to the section. */
gboolean judging_keep (const judging *j, store *s, const char *more, GError **error);
/* `reader` may be NULL. As after the scan, with the decisions made since: from the store alone, without tables, classifier or features. Groups, slices and suspected
 * labels are those of the scan. PARDON_ERROR_STORE where the last scan is not finished or is of an older pardon. On failure `j` is as
 * judging_clear leaves it. */
gboolean judging_restore (judging *j, store *s, const judging_reader *reader, GError **error);

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

/* classes.csv and confusions.csv in `dir`; only their headers where nothing was judged. */
gboolean judging_write_csv (const judging *j, const char *dir, GError **error);
/* JSON: the keys of summary.json (an object to merge), and the section 'judging' of report.json. g_free. */
char *judging_summary (const judging *j);
char *judging_section (const judging *j);
/* The section's members that stand on the tables, and what is said of them: what judging_keep carries over. */
char *judging_sources (const judging *j);
void judging_say_sources (const judging *j, GPtrArray *lines);
/* What a person is told, a sentence a line: char *, g_ptr_array_unref. Empty where nothing was asked. */
GPtrArray *judging_words (const judging *j);
/* The headline alone: g_free; NULL: there is none. */
char *judging_headline (const judging *j);
/* All of it, and the headline's numbers. */
void judging_tell (const judging *j, pardon_judgement *out);
/* Adds what was asked to the report's settings. */
void judging_describe (const judging *j, const pardon_scan_options *o, const lens *scoring, report *r);
