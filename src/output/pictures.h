/* The document `pictures`: what the page knows of every picture, column by column (docs/report.md). A hundred thousand pictures are filtered
 * in the browser, so columns of numbers travel as base64 of little-endian arrays, and words once each. */
#pragma once

#include <glib.h>

struct store;
struct store_picture;

#define PICTURES_IN_FILE 100000 /* at most in report.html */

/* What is known of a picture besides what the store's cursor tells. Numbers of names below; -1: none. */
typedef struct {
  int label, prediction, suggested; /* of `classes`; suggested: where the label is suspected */
  int split;                        /* of `splits` */
  int group;                        /* owed, from 1 */
  float confidence;                 /* NAN: not known */
  int correct;                      /* 1, 0, -1 */
  const char *verdict;              /* as in images.csv; static */
} picture_answer;

/* A further column of the user's tables. */
typedef struct {
  const char *name;
  const GPtrArray *values; /* char *; number 0 is "": not given */
  const guint32 *of;       /* pictures in the list */
} picture_column;

typedef struct {
  const GPtrArray *classes; /* char * */
  const GPtrArray *splits;  /* char *; NULL: there are no parts */
  const picture_column *columns;
  gsize n_columns;
  void (*answer) (gpointer user, gsize picture, picture_answer *a); /* of the picture with this number in the list */
  gpointer user;
} pictures_judged;

typedef struct {
  gsize most;                                              /* pictures; 0: all */
  guint64 seed;                                            /* of the choice among more */
  const char *(*family) (gpointer user, const char *kind); /* of kinds; NULL: not known */
  gpointer user;
  const pictures_judged *judged; /* NULL: no classifier was judged */
} pictures_options;

/* JSON, to be freed by g_bytes_unref. At more than `most` pictures a selection: mistakes first, then noisy ones, then the rest, each whole as far
 * as it fits, else drawn by the seed. Memory beside the result: about 200 bytes a picture and what its name needs. Errors: PARDON_ERROR_STORE.
 * `chosen`, where not NULL: numbers (gsize) of the pictures in it, ascending; g_array_unref. */
GBytes *pictures_document (struct store *s, const pictures_options *o, GArray **chosen, GError **error);
