/* Between the files of reviewing.h. Everything is called with the review's lock held, unless said otherwise. */
#pragma once

#include "judging/judging.h"
#include "output/report.h"
#include "reviewing/reviewing.h"
#include "reviewing/reviewing_facts.h"

/* A picture as it was scanned, and what is decided of it. Strings are kept in `strings`. */
typedef struct {
  const char *path;
  gint64 content;              /* 0: it has none: nothing can be decided of it */
  gint64 pixels_row;           /* of its measures; -1: none */
  gint64 same;                 /* the next picture of that content; -1: none */
  const char *likely;          /* the detector's likeliest kind */
  float severity, noise;       /* if it is of that kind; how noisy it finds it */
  gboolean judged, said_noisy; /* by the detector */
  const char *damage;          /* NULL for a whole file */
  store_decided decided;
} review_picture_state;

struct review {
  GMutex mutex;
  char *dir;
  gboolean writable;
  store *store; /* for reading */
  gint64 list;  /* its age at opening */
  struct {
    guint64 device, inode;
  } file; /* the store's, then */
  review_facts facts;
  judging judging;
  gsize n;
  review_picture_state *pictures; /* n */
  GHashTable *by_content;         /* gint64 -> number of its first picture + 1 */
  GStringChunk *strings;
  char **kinds;       /* the detector's */
  guint64 can_undo;   /* batches */
  report *first;      /* filled at opening, all but the judgement; NULL: taken, or something was decided since */
  GBytes *report;     /* until something is decided; NULL: not made yet */
  char *probe_path;   /* found with the report; NULL: there is none */
  GMutex probe_mutex; /* around the two below alone; no other lock is taken inside */
  char *probe_read;   /* path of `probe`; NULL: none was read */
  image probe;
};

/* Not once another list stands in the store, or another store in the folder. */
gboolean review_is_current (review *r, store *s, GError **error);
/* Reads the log again; numbers (gsize) of the pictures whose decisions are now others; g_array_unref. */
GArray *review_read_log (review *r, GError **error);
/* What holds of picture i now, as far as judging_take asks; its strings are the review's. */
store_picture review_state (const review *r, gsize i);
/* Fills r->report and r->probe_path. */
gboolean review_make_report (review *r, GError **error);
/* Something was decided: it is to be made again. */
void review_forget_report (review *r);
