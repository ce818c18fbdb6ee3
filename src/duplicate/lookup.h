/* Finding, among millions of signatures, the few that may be like one: signs of random projections (Charikar 2002), looked up by parts
 * (multi-index hashing: Norouzi, Punjani, Fleet 2012), with the least certain bits tried both ways (multi-probe: Lv et al. 2007). */
#pragma once

#include "duplicate/likeness.h"

#define LOOKUP_WORDS    8
#define LOOKUP_BITS     (32 * LOOKUP_WORDS)
#define LOOKUP_WAVES    64 /* the coarsest waves, which small crops move least */
#define LOOKUP_FARTHEST 72 /* bits of 256 two alike pictures may differ in */
#define LOOKUP_MOST     64 /* candidates returned at most */

/* The code of one picture. Two with a correlation r over the coarse waves differ in arccos(r)/pi of their bits. */
typedef struct {
  guint32 words[LOOKUP_WORDS];
  guint8 weak[LOOKUP_WORDS][2]; /* of each word's first `bits`, the two nearest to changing */
} lookup_code;

typedef struct lookup lookup;

/* For about `expected` pictures. `mean`: of what lookup_waves gives over some of the pictures, shrunk as the caller sees fit; half of it
 * is taken off, so that sets where all pictures are alike still spread. Copied. */
lookup *lookup_new (gsize expected, const float mean[LOOKUP_WAVES]);
void lookup_free (lookup *l);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (lookup, lookup_free)

void lookup_waves (const lookup *l, const likeness *of, float waves[LOOKUP_WAVES]);
void lookup_encode (const lookup *l, const likeness *of, lookup_code *code);

/* Puts a code in; numbers count up from 0. Not while others find. */
void lookup_add (lookup *l, const lookup_code *code);

/* Numbers of codes at most LOOKUP_FARTHEST bits away, nearest first, the earlier first among equals; LOOKUP_MOST at most. Returns how
 * many. Any number of threads at once. */
int lookup_find (const lookup *l, const lookup_code *code, guint32 found[LOOKUP_MOST]);

int lookup_distance (const lookup_code *a, const lookup_code *b);
