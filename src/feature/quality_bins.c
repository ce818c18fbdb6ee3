/* A quantile of many small whole numbers: guessed from every eighth, then checked and mended by counting how many lie
 * below and at the guess, which vectors do faster than any histogram is filled. */
#include "feature/quality_internal.h"

#include <math.h>
#include <string.h>

#define BLOCK   64    /* values; every eighth block is the sample */
#define CHUNK   32768 /* counts of so many fit into 16 bits */
#define FEW     4096  /* up to so many are simply counted */
#define GUESSES 6     /* from then on the interval is halved, whatever the counts suggest */

typedef struct {
  gsize below, upto; /* how many are below, at most the guess */
} ranks;

static ranks
rank_some (const guint16 *restrict bins, int n, guint16 guess)
{
  guint16 below = 0, upto = 0;

  for (int i = 0; i < n; i++)
    {
      below += bins[i] < guess;
      upto += bins[i] <= guess;
    }
  return (ranks){ below, upto };
}

static ranks
rank_of (const guint16 *bins, gsize n, int guess)
{
  ranks all = { 0 };

  for (gsize from = 0; from < n; from += CHUNK)
    {
      ranks some = rank_some (bins + from, (int) MIN (n - from, CHUNK), (guint16) guess);
      all.below += some.below;
      all.upto += some.upto;
    }
  return all;
}

double
QUALITY_NAME (quality_bin_quantile) (const guint16 *bins, gsize n, double q, guint32 *count)
{
  int low = 0, high = QUALITY_BINS - 1, guess;
  double wanted = q * (double) n;

  quality_count_start (count);
  if (n <= FEW)
    {
      quality_count (count, bins, (int) n);
      quality_count_end (count);
      return quality_count_quantile (count, QUALITY_BINS, q, 0);
    }
  for (gsize from = 0; from + BLOCK <= n; from += 8 * BLOCK)
    quality_count (count, bins + from, BLOCK);
  quality_count_end (count);
  guess = (int) quality_count_quantile (count, QUALITY_BINS, q, 0);
  for (int tries = 0;; tries++)
    {
      guess = CLAMP (guess, low, high);
      ranks r = rank_of (bins, n, guess);
      double here = (double) (r.upto - r.below), off;
      if ((double) r.upto < wanted)
        {
          low = guess + 1;
          off = 1 + (wanted - (double) r.upto) / (here + 1);
        }
      else if ((double) r.below >= wanted)
        {
          high = guess - 1;
          off = -1 - ((double) r.below - wanted) / (here + 1);
        }
      else
        return guess + (wanted - (double) r.below) / here;
      guess = tries < GUESSES ? guess + (int) CLAMP (off, -QUALITY_BINS, QUALITY_BINS) : (low + high) / 2;
    }
}
