/* The exact form of Mantel and Haenszel's test: sums of independent hypergeometric counts. What is thinner than rounding is cut off at both
 * ends, so that a sum of many strata stays as short as its spread. */
#include <math.h>
#include <string.h>

#include "judge/distributions.h"
#include "judge/statistics.h"

#define MOST_VARIANCE 400.0 /* of an exact sum: a normal one is then right to some 1e-4 of p */
#define THIN          1e-18

/* P (count = first + i), i < n. */
typedef struct {
  double first;
  gsize n;
  double *p;
} counts;

static void
counts_trim (counts *c)
{
  gsize cut = 0;
  while (c->n > 1 && c->p[c->n - 1] < THIN)
    c->n--;
  while (cut + 1 < c->n && c->p[cut] < THIN)
    cut++;
  c->n -= cut;
  c->first += (double) cut;
  memmove (c->p, c->p + cut, c->n * sizeof *c->p);
}

/* Outwards from the mode, until it is thin. */
static counts
counts_of (const stratum *s)
{
  double draws = s->a + s->b, marked = s->a + s->c, total = draws + s->c + s->d;
  double least = MAX (0.0, draws + marked - total), most = MIN (draws, marked);
  double mode = CLAMP (floor ((draws + 1.0) * (marked + 1.0) / (total + 2.0)), least, most), low = mode, high = mode;
  while (low > least && hypergeometric_log_pmf (low, draws, marked, total) > log (THIN))
    low--;
  while (high < most && hypergeometric_log_pmf (high, draws, marked, total) > log (THIN))
    high++;
  counts c = { .first = low, .n = (gsize) (high - low) + 1 };
  c.p = g_new (double, c.n);
  for (gsize i = 0; i < c.n; i++)
    c.p[i] = exp (hypergeometric_log_pmf (low + (double) i, draws, marked, total));
  return c;
}

static void
counts_add (counts *sum, const counts *one)
{
  gsize n = sum->n + one->n - 1;
  double *p = g_new0 (double, n);
  for (gsize i = 0; i < sum->n; i++)
    for (gsize j = 0; j < one->n; j++)
      p[i + j] += sum->p[i] * one->p[j];
  g_free (sum->p);
  *sum = (counts){ .first = sum->first + one->first, .n = n, .p = p };
  counts_trim (sum);
}

static double
upper_mid (const counts *c, double seen)
{
  double above = 0.0;
  for (gsize i = c->n; i-- > 0;)
    {
      double at = c->first + (double) i;
      above += at > seen ? c->p[i] : at == seen ? 0.5 * c->p[i] : 0.0;
    }
  return CLAMP (above, 0.0, 1.0);
}

/* Only those with exposed and not, cases and not, say anything. */
static gboolean
says_something (const stratum *s)
{
  return s->a + s->b > 0.0 && s->c + s->d > 0.0 && s->a + s->c > 0.0 && s->b + s->d > 0.0;
}

double
mantel_haenszel_greater (const stratum *s, gsize n)
{
  double seen = 0.0, mean = 0.0, variance = 0.0;
  for (gsize i = 0; i < n; i++)
    if (says_something (&s[i]))
      {
        double draws = s[i].a + s[i].b, marked = s[i].a + s[i].c, total = draws + s[i].c + s[i].d;
        double share = draws / total;
        seen += s[i].a;
        mean += marked * share;
        variance += marked * share * (1.0 - share) * (total - marked) / (total - 1.0);
      }
  if (variance <= 0.0)
    return 0.5;
  if (variance > MOST_VARIANCE)
    return normal_cdf ((mean - seen) / sqrt (variance));
  counts sum = { .n = 1, .p = g_new (double, 1) };
  sum.p[0] = 1.0;
  for (gsize i = 0; i < n; i++)
    if (says_something (&s[i]))
      {
        counts one = counts_of (&s[i]);
        counts_add (&sum, &one);
        g_free (one.p);
      }
  double p = upper_mid (&sum, seen);
  g_free (sum.p);
  return p;
}
