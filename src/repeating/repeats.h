/* What a data set holds more than once, and whether a part it is judged by holds what it was trained on. */
#pragma once

#include "duplicate/duplicate.h"

typedef struct {
  signature_rows signatures; /* of n pictures, in the order of the list */
  const char *const *files;  /* n names */
  const guint8 *noisy;       /* n: not 0 for noisy, or NULL where nobody looked */
  const char *const *splits; /* n names of parts, NULL within for none; NULL: nothing is of a part */
} repeats_input;

typedef struct {
  const char *name; /* "" for pictures of no part; interned */
  guint64 pictures, noisy;
  double noise_rate; /* noisy / pictures; NAN where nobody looked */
  double low, high;  /* Wilson's 95 % interval of it (1927) */
  guint64 copied;    /* pictures that share a group, exact or near, with a picture of another part */
} repeats_split;

typedef struct {
  duplicates found;
  gsize n;
  const char **splits;  /* n: each picture's part, interned, NULL for none */
  guint8 *exact_across; /* found.exact.n_groups: 1 where members are of different parts (those of none do not count) */
  guint8 *near_across;  /* found.near.n_groups */
  guint64 exact_pictures, exact_extra; /* in exact groups; those beyond each group's first */
  guint64 near_pictures;
  guint64 n_exact_across, n_near_across; /* groups */
  gsize n_parts;
  repeats_split
      *parts; /* train, val, test, then others by name, then those of none; empty where nothing is of a part */
} repeats;

/* Errors: those of duplicates_find. */
gboolean repeats_find (const repeats_input *in, const duplicate_options *o, const job *j, repeats *out, GError **error);
void repeats_clear (repeats *r);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (repeats, repeats_clear)

/* Hands the lines of duplicates.csv, header first, to `put` one at a time, RFC 4180 with CRLF:
 *   group,file,kind,similarity,split,across
 * Exact groups first, then near ones; groups count from 1 through both. A picture may stand in one of each. across: yes where the
 * group holds pictures of different parts, else no. */
void repeats_write_csv (const repeats *r, const char *const *files,
                        void (*put) (const char *bytes, gsize n, gpointer user), gpointer user);
