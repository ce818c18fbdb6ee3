/* Optimal string alignment distance (Damerau 1964, restricted). Words here are option and tensor names: short. */
#include "base/nearest.h"

#include <string.h>

#define LONGEST 64

static guint
distance (const char *a, const char *b)
{
  gsize n = strlen (a), m = strlen (b);
  guint row[3][LONGEST + 1];
  if (n > LONGEST || m > LONGEST)
    return G_MAXUINT;
  for (gsize j = 0; j <= m; j++)
    row[0][j] = (guint) j;
  for (gsize i = 1; i <= n; i++)
    {
      guint *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
      now[0] = (guint) i;
      for (gsize j = 1; j <= m; j++)
        {
          now[j] = MIN (MIN (last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            now[j] = MIN (now[j], before[j - 2] + 1);
        }
    }
  return row[n % 3][m];
}

const char *
nearest_word (const char *word, const char *const *words)
{
  const char *best = NULL;
  guint least = MAX (1, (guint) strlen (word) / 3) + 1;
  for (; *words != NULL; words++)
    {
      guint d = distance (word, *words);
      if (d < least)
        {
          least = d;
          best = *words;
        }
    }
  return best;
}
