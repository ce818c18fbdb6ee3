/* The report: one document, filled once from the store, from which report.json, summary.json and
 * report.html are all written (docs/report.md). */
#pragma once

#include "base/job.h"
#include "types.h"

struct store;

#define REPORT_FORMAT   1   /* "version" in report.json: raised when a reader would have to change */
#define REPORT_MEMBERS  24  /* pictures shown of one cluster; fewer, down to 3, where there are more than 40 clusters */
#define REPORT_PROBLEMS 200 /* problems listed one by one */

typedef struct {
  char *file;
  double distance;
  GBytes *thumbnail; /* JPEG, long side at most 96; NULL when the picture could not be read again */
  int thumbnail_width, thumbnail_height;
} report_member;

typedef struct {
  int id;
  guint64 size;
  double silhouette, mean_distance, largest_distance;
  GPtrArray *members; /* of report_member, nearest to the centre first, at most REPORT_MEMBERS */
} report_cluster;

typedef struct {
  char *file, *status, *reason;
} report_problem;

typedef struct {
  char *kind;
  guint64 pictures;
} report_kind;

/* How noisy the pictures are. What the store's verdicts tell (judged, noisy, kinds) is counted from them; the rest is
 * told to report_keep. */
typedef struct {
  char *detector; /* NULL: nobody judged, all else is zero */
  double false_alarms, threshold;
  double share, low, high; /* prevalence: estimated share of degraded pictures; NAN where there is none */
  double wrong;            /* of the noisy ones, the share expected to be fine; NAN where there is none */
  guint64 judged, noisy, unlike, vouched;
  GPtrArray *kinds; /* of report_kind, most frequent first, ties by name */
} report_noise;

typedef struct {
  char *program_version;
  GPtrArray *settings; /* of char *[2] {name, value}: what the scan was asked, in order, as options are named */
  guint64 found, ok, damaged, unreadable, skipped, added, vanished; /* found = ok + damaged + unreadable */
  report_noise noise;
  clustering clusters; /* curve and variances; no rows */
  GPtrArray *groups;   /* of report_cluster */
  GPtrArray *problems; /* of report_problem: damaged and unreadable, by file, at most REPORT_PROBLEMS */
} report;

/* Empty, with arrays that free what is put into them. */
void report_init (report *r);
void report_add_setting (report *r, const char *name, const char *value);
report_cluster *report_cluster_new (void); /* zero, with an empty `members` that frees its own; for `groups` */
void report_clear (report *r);

/* Keeps with the store what its last scan was asked (`settings` of `r`), what was new or gone (`added`, `vanished`) and
 * `noise`: what report_fill cannot find out from the pictures themselves. To be called once a scan, before report_fill. */
gboolean report_keep (struct store *s, const report *r, GError **error);

/* Fills `r` (uninitialised or cleared; cleared again on failure) from a finished scan. Thumbnails are made by decoding
 * the members again, by `thumbnail` (file path -> JPEG, or NULL with the size untouched), given by the pipeline so that
 * output needs no decoder. It is called on the caller's thread, one picture at a time. */
typedef GBytes *(*report_thumbnail) (const char *path, int *width, int *height);
gboolean report_fill (struct store *s, report_thumbnail thumbnail, const job *j, report *r, GError **error);

/* Writers into `dir`. Each file is written beside its name and renamed: it appears whole or not at all. No clock: same
 * scan, same bytes. Errors: PARDON_ERROR_STORE. */
gboolean report_write_json (const report *r, const char *dir, GError **error); /* report.json and summary.json */
gboolean report_write_html (const report *r, const char *dir, GError **error); /* report.html: one file, no network */

/* images.csv, noise.csv, clusters.csv, manifest.csv: RFC 4180, CRLF, sorted by file (docs/report.md). Streams: memory does not
 * grow with the number of pictures. */
gboolean report_write_csv (struct store *s, const char *dir, GError **error);
