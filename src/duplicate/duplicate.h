/* The same picture more than once. Two answers, each a list of groups:
 *   exact  pictures whose pixels are equal, however they are stored;
 *   near   pictures alike to the group's first one (likeness.h) by at least options.similarity.
 *
 * Near groups do not chain. Pictures are taken in order; each joins the most alike first-of-a-group at or above the similarity, or begins
 * a group ("leader clustering": Hartigan 1975, ch. 3). So every member is alike to the group's first picture, no two first
 * pictures are (as far as the search finds), and a slow sequence a..z is cut into stretches. Plain pictures
 * (likeness.plain) have no near duplicates, only exact ones. Mirrored and turned pictures are different ones. A picture not alike enough
 * to any first one as it lies is laid on the four most alike first (align.h): so slightly cropped copies are found.
 *
 * The same answer whatever the number of threads. */
#pragma once

#include "base/job.h"
#include "duplicate/signature.h"

#define DUPLICATE_SIMILARITY 0.90 /* docs/duplicates.md */
#define DUPLICATE_MOST       100000000

/* Signatures somewhere in memory; not owned. Number i stands at base + rows[i] * stride, or base + i * stride where rows is NULL. One
 * whose first float is negative or NaN is passed over. At most DUPLICATE_MOST. */
typedef struct {
  const float *base;
  gsize stride; /* floats from one row to the next, >= SIGNATURE_SIZE */
  const guint64 *rows;
  gsize n;
} signature_rows;

typedef struct {
  double similarity; /* 0 < s <= 1 */
  int threads;       /* below 1: 1 */
} duplicate_options;

void duplicate_options_init (duplicate_options *o);

typedef struct {
  guint32 number;   /* of the picture, as in signature_rows */
  float similarity; /* to the group's first member; 1 for equal pixels alone */
} duplicate_member;

/* n_groups groups, ordered by their first members; group g is members[starts[g]] up to members[starts[g + 1]], ascending by
 * number. Each holds two members or more. */
typedef struct {
  gsize n_groups;
  gsize *starts; /* n_groups + 1 */
  duplicate_member *members;
} duplicate_groups;

typedef struct {
  duplicate_groups exact;
  duplicate_groups near; /* only groups with at least two different contents; all copies of each are members */
  gsize n_plain;         /* different contents too plain to be searched for near duplicates */
} duplicates;

/* FALSE with PARDON_ERROR_STOPPED, or PARDON_ERROR_INPUT when there are too many rows. About 200 bytes of memory a picture. */
gboolean
duplicates_find (const signature_rows *in, const duplicate_options *o, const job *j, duplicates *out, GError **error);
void duplicates_clear (duplicates *d);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (duplicates, duplicates_clear)
