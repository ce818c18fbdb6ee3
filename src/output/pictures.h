/* The document `pictures`: what the page knows of every picture, column by column (docs/report.md). A hundred thousand pictures are filtered
 * in the browser, so columns of numbers travel as base64 of little-endian arrays, and words once each. */
#pragma once

#include <glib.h>

struct store;

#define PICTURES_IN_FILE 100000 /* at most in report.html */

typedef struct {
  gsize most;                                              /* pictures; 0: all */
  guint64 seed;                                            /* of the choice among more */
  const char *(*family) (gpointer user, const char *kind); /* of kinds; NULL: not known */
  gpointer user;
} pictures_options;

/* JSON, to be freed by g_bytes_unref. Of the classes only those that occur are named, whose number is as good as that of pictures. At more than `most` pictures a selection: mistakes first, then noisy ones, then the rest, each whole as far
 * as it fits, else drawn by the seed. Memory beside the result: about 200 bytes a picture and what its name needs. Errors: PARDON_ERROR_STORE.
 * `chosen`, where not NULL: numbers (gsize) of the pictures in it, ascending; g_array_unref. */
GBytes *pictures_document (struct store *s, const pictures_options *o, GArray **chosen, GError **error);
