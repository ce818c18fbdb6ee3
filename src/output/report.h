/* The report: one document, filled once from the store, from which report.json and summary.json
 * are written, and the one that report.html holds (docs/report.md). */
#pragma once

#include "base/job.h"
#include "output/preview.h"
#include "output/report_probes.h"
#include "output/report_repeats.h"
#include "types.h"

struct store;
struct store_picture;

#define REPORT_FORMAT   1   /* "version" in report.json: raised when a reader would have to change */
#define REPORT_MEMBERS  24  /* pictures shown of one cluster; fewer, down to 3, where there are more than 40 clusters */
#define REPORT_PROBLEMS 200 /* problems listed one by one */
#define REPORT_WORST    48  /* noisy pictures shown, in all */
#define REPORT_DOUBTFUL 12  /* pictures shown on either side of the threshold */
#define REPORT_BINS     64  /* of the histogram, at most */

typedef struct {
  char *file;
  double distance;
  report_preview preview;
  gboolean noisy;
  char *kind; /* "" where not noisy */
} report_member;

typedef struct {
  int id;
  guint64 size;
  double silhouette, mean_distance, largest_distance;
  guint64 noisy;      /* of its pictures */
  char *kind;         /* the most frequent kind of those, ties by name; NULL where none is noisy */
  guint64 of_kind;    /* pictures of that kind */
  GPtrArray *members; /* of report_member, nearest to the centre first, at most REPORT_MEMBERS */
} report_cluster;

typedef struct {
  char *file, *status, *reason;
} report_problem;

typedef struct {
  char *kind, *family; /* family: "" where nobody knows it */
  guint64 pictures;
  guint64 severities[5]; /* of them, nearest to 1..5 */
  double severity;       /* the median; of an even number the lower of the two in the middle */
} report_kind;

/* A picture whose verdict is shown. */
typedef struct {
  char *file, *kind; /* kind: "" where not noisy */
  double score, noise, severity;
  char **why;                    /* sentences; NULL: nobody said why */
  report_preview preview, probe; /* probe: what that kind and severity look like */
  char *path;                    /* where it can be read; never written */
  gboolean damaged;              /* its file breaks off */
  gint64 row;                    /* of its measures; -1: none; never written */
} report_shot;

/* How many pictures have a score above first + i * step and at or below the next such edge; the first and the last bin
 * hold also what lies beyond. The threshold is one of the edges, so no bin has both sides of it. */
typedef struct {
  guint n; /* 0: there is nothing to show */
  double first, step;
  guint64 counts[REPORT_BINS], noisy[REPORT_BINS];
} report_histogram;

/* How noisy the pictures are. What the store's verdicts tell (judged, noisy, kinds and all that is shown) is found out
 * from them; the rest is told to report_keep. */
typedef struct {
  char *detector; /* NULL: nobody judged, all else is zero */
  double false_alarms, threshold;
  double share, low, high;      /* prevalence: estimated share of degraded pictures; NAN where there is none */
  double wrong;                 /* of the noisy ones, the share expected to be fine; NAN where there is none */
  double wrong_low, wrong_high; /* its interval; NAN where there is none, or an older version scanned */
  guint64 judged, noisy, unlike, vouched;
  GPtrArray *kinds; /* of report_kind, most frequent first, ties by name */
  report_histogram histogram;
  GPtrArray *worst;         /* of report_shot: in turns, the worst of each kind, then the second worst of each, ... */
  GPtrArray *below, *above; /* of report_shot: nearest to the threshold first, on either side of it */
  char *probe_of, *probe_path; /* the fit picture that probes are made of; NULL: there are none */
  report_preview probe_fit;    /* that picture as it is */
} report_noise;

typedef struct {
  char *program_version;
  GPtrArray *settings; /* of char *[2] {name, value}: what the scan was asked, in order, as options are named */
  guint64 found, ok, damaged, unreadable, skipped, added, vanished; /* found = ok + damaged + unreadable */
  report_noise noise;
  report_repeats repeats;
  report_probes probes;
  clustering clusters;           /* curve and variances; no rows */
  GPtrArray *groups;             /* of report_cluster */
  GPtrArray *problems;           /* of report_problem: damaged and unreadable, by file, at most REPORT_PROBLEMS */
  char *judged_summary, *judged; /* JSON: keys of summary.json as an object, and 'judging' of report.json; NULL: none */
} report;

/* Empty, with arrays that free what is put into them. */
void report_init (report *r);
void report_add_setting (report *r, const char *name, const char *value);
report_cluster *report_cluster_new (void); /* zero, with an empty `members` that frees its own; for `groups` */
void report_clear (report *r);

/* Keeps with the store what its last scan was asked (`settings` of `r`), what was new or gone (`added`, `vanished`),
 * `noise`, `repeats` and `probes`: what report_fill cannot find out from the pictures themselves. To be called once a scan, before report_fill. */
gboolean report_keep (struct store *s, const report *r, GError **error);

/* What output cannot do itself, for it has no decoder and no judge: given by the pipeline. Each may be NULL, and is
 * called on the caller's thread, one picture at a time; but `why` from any thread. */
typedef struct {
  /* The picture as JPEG, its long side at most `side`; NULL (width and height untouched) when it cannot be read. */
  GBytes *(*preview) (gpointer user, const char *path, int side, int *width, int *height);
  /* The same of the picture corrupted, at the size it is measured at; NULL where nobody knows what the kind looks like. */
  GBytes *(*probe) (gpointer user, const char *path, const char *kind, double severity, int side, int *width,
                    int *height);
  const char *(*family) (gpointer user, const char *kind); /* NULL: not known */
  /* Why a picture is judged as it is, as sentences (g_strfreev), the weightiest first; NULL: not known. `row`: of its
   * measures. */
  char **(*why) (gpointer user, gint64 row);
  gint64 measures; /* the store's set of those rows; 0: nobody asks for them */
  gpointer user;
} report_callbacks;

/* Fills `r` (uninitialised or cleared; cleared again on failure) from a finished scan. `callbacks` may be NULL. */
gboolean report_fill (struct store *s, const report_callbacks *callbacks, const job *j, report *r, GError **error);

/* The same for who reads the pictures anyway: each is taken once, in the list's order, with the rows of `measures`. What is handed to `new`
 * must outlive it. NULL: `r` is cleared; where `end` fails it is the caller's to clear. */
typedef struct report_filling report_filling;
report_filling *
report_filling_new (struct store *s, const report_callbacks *callbacks, const job *j, report *r, GError **error);
void report_filling_take (report_filling *f, const struct store_picture *p);
gboolean report_filling_end (report_filling *f, GError **error);
void report_filling_free (report_filling *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (report_filling, report_filling_free)

/* Writers into `dir`. Each file is written beside its name and renamed: it appears whole or not at all. No clock: same
 * scan, same bytes. Errors: PARDON_ERROR_STORE. */
gboolean report_write_json (const report *r, const char *dir, GError **error); /* report.json and summary.json */
/* report.json on one line and without its thumbnails, as the page takes it. */
GBytes *report_json (const report *r);

/* Why the answer on the picture with this number in the order of the list has no verdict: "" where it has one; `refused`: the picture's
 * reason says more. */
typedef const char *(*report_unjudged) (gpointer user, gsize picture, gboolean *refused);

/* images.csv, noise.csv, clusters.csv, manifest.csv: RFC 4180, CRLF, sorted by file (docs/report.md). Streams: memory does not
 * grow with the number of pictures. `why` NULL: nothing was asked. */
gboolean report_write_csv (struct store *s, const char *dir, report_unjudged why, gpointer user, GError **error);
/* Of a picture: "right", "set-aside", "owed", "unjudged". */
const char *report_verdict (const struct store_picture *p);
/* What people decided of it: "noisy" (its kind, too), "label", "both", "". */
const char *report_decided (const struct store_picture *p);
