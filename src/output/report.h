/* The report: one document, filled once from the store, from which report.json, summary.json and
 * report.html are all written. */
#pragma once

#include "base/job.h"
#include "types.h"

struct store;

#define REPORT_FORMAT 1 /* "version" in report.json: raised when a reader would have to change */

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
  GPtrArray *members; /* of report_member, nearest to the centre first, at most 24 */
} report_cluster;

typedef struct {
  char *file, *status, *reason;
} report_problem;

typedef struct {
  char *program_version;
  GPtrArray *settings;  /* of char *[2] {name, value}: what the scan was asked, in order, as options are named */
  guint64 found, ok, damaged, unreadable, skipped, added, vanished; /* found = ok + damaged + unreadable */
  clustering clusters;  /* curve and variances; no rows */
  GPtrArray *groups;    /* of report_cluster */
  GPtrArray *problems;  /* of report_problem: damaged and unreadable, by file, at most 200 */
} report;

/* Fills `r` from a finished scan. Thumbnails are made by decoding the members again, by `thumbnail` (file path -> JPEG, or NULL with the
 * size untouched), given by the pipeline so that output needs no decoder. */
typedef GBytes *(*report_thumbnail) (const char *path, int *width, int *height);
gboolean report_fill (struct store *s, report_thumbnail thumbnail, const job *j, report *r, GError **error);
void report_clear (report *r);

/* Writers into `dir`. Each file appears whole or not at all. No clock: same scan, same bytes. */
gboolean report_write_json (const report *r, const char *dir, GError **error);    /* report.json and summary.json (json.c: only jansson user) */
gboolean report_write_html (const report *r, const char *dir, GError **error);    /* report.html: one file, no network */

/* images.csv, clusters.csv, manifest.csv: RFC 4180, sorted by file (docs/file-formats.md). */
gboolean report_write_csv (struct store *s, const char *dir, GError **error);
