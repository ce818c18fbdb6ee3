/* Intervals and tests on counts. Tails are summed from the observed table outwards, so that the smallest probabilities keep
 * their digits. */
#include "judge/statistics.h"

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "judge/distributions.h"

#define PERMUTATIONS 999 /* fewer, but 199, where many pictures make them slow */
#define MOST_DEALT   4e7
#define ENOUGH       20 /* as uneven ones, after which p is plainly no small one (Besag and Clifford 1991) */

proportion
wilson_effective (double value, double effective, gsize n, double level)
{
  proportion r = { 0 };

  if (n == 0 || !(effective > 0.0))
    return r;
  double z = normal_quantile (0.5 + 0.5 * level), z2 = z * z / effective;
  double middle = (value + 0.5 * z2) / (1.0 + z2);
  double half = z * sqrt (MAX (value * (1.0 - value), 0.0) / effective + 0.25 * z2 / effective) / (1.0 + z2);
  r.value = value;
  r.low = value <= 0.0 ? 0.0 : CLAMP (middle - half, 0.0, value);
  r.high = value >= 1.0 ? 1.0 : CLAMP (middle + half, value, 1.0);
  r.n = n;
  return r;
}

proportion
wilson (double k, gsize n, double level)
{
  return wilson_effective (n > 0 ? k / (double) n : 0.0, (double) n, n, level);
}

proportion
clopper_pearson (gsize k, gsize n, double level)
{
  proportion r = { 0 };

  if (n == 0)
    return r;
  double tail = 0.5 * (1.0 - level), x = (double) k, m = (double) n;
  r.value = x / m;
  r.low = k == 0 ? 0.0 : beta_quantile (tail, x, m - x + 1.0);
  r.high = k == n ? 1.0 : 1.0 - beta_quantile (tail, m - x, x + 1.0);
  r.n = n;
  return r;
}

difference
difference_of (const proportion *a, const proportion *b)
{
  difference r = { 0 };

  if (a->n == 0 || b->n == 0)
    return r;
  r.value = a->value - b->value;
  r.low = r.value - hypot (a->value - a->low, b->high - b->value);
  r.high = r.value + hypot (a->high - a->value, b->value - b->low);
  r.n = MIN (a->n, b->n);
  return r;
}

difference
newcombe (gsize k1, gsize n1, gsize k2, gsize n2, double level)
{
  proportion a = wilson ((double) k1, n1, level), b = wilson ((double) k2, n2, level);

  return difference_of (&a, &b);
}

/* The 2 x 2 tables with these margins, by their first cell. */
typedef struct {
  double draws, marked, total; /* first row, first column, all */
  double least, most;
} margins;

/* Sum of probabilities from `from` on, away from the mode in steps of `direction`. */
static double
outward_sum (const margins *m, double from, double direction)
{
  double each = exp (hypergeometric_log_pmf (from, m->draws, m->marked, m->total)), sum = 0.0;

  for (double x = from; x >= m->least && x <= m->most && each > sum * 1e-18; x += direction)
    {
      sum += each;
      each *= direction > 0 ? (m->draws - x) * (m->marked - x) / ((x + 1) * (m->total - m->draws - m->marked + x + 1))
                            : x * (m->total - m->draws - m->marked + x) / ((m->draws - x + 1) * (m->marked - x + 1));
    }
  return sum;
}

/* The nearest table beyond the mode, on the side of `direction`, that is no likelier than `log_p`; may lie outside. */
static double
other_side (const margins *m, double mode, double log_p, double direction)
{
  double near = mode, far = direction > 0 ? m->most + 1 : m->least - 1;

  while (fabs (far - near) > 1)
    {
      double middle = floor (0.5 * (near + far));
      if (middle == near)
        middle += 1.0;
      if (hypergeometric_log_pmf (middle, m->draws, m->marked, m->total) <= log_p)
        far = middle;
      else
        near = middle;
    }
  return far;
}

fisher_result
fisher_exact (gsize a, gsize b, gsize c, gsize d)
{
  margins m = { .draws = (double) a + (double) b, .marked = (double) a + (double) c };
  m.total = m.draws + (double) c + (double) d;
  if (m.total <= 0.0)
    return (fisher_result){ 1.0, 1.0, 1.0 };
  m.least = MAX (0.0, m.draws + m.marked - m.total);
  m.most = MIN (m.draws, m.marked);
  double x = (double) a, mode = floor ((m.draws + 1.0) * (m.marked + 1.0) / (m.total + 2.0));
  double log_p = hypergeometric_log_pmf (x, m.draws, m.marked, m.total), p = exp (log_p);
  gboolean above = x >= mode;
  double own = outward_sum (&m, x, above ? 1.0 : -1.0), rest = MAX (1.0 - own + p, 0.0);
  fisher_result r = { .less = above ? MIN (rest, 1.0) : MIN (own, 1.0),
                      .greater = above ? MIN (own, 1.0) : MIN (rest, 1.0) };
  /* Equally likely tables must count on both sides although rounding parts them. */
  if (hypergeometric_log_pmf (mode, m.draws, m.marked, m.total) <= log_p + 1e-9)
    r.two_sided = 1.0;
  else
    {
      double direction = above ? -1.0 : 1.0, from = other_side (&m, mode, log_p + 1e-9, direction);
      r.two_sided = MIN (own + outward_sum (&m, from, direction), 1.0);
    }
  return r;
}

typedef struct {
  double p;
  gsize i;
} ranked_p;

static int
by_p (const void *a, const void *b)
{
  const ranked_p *x = a, *y = b;

  return x->p != y->p ? (x->p < y->p ? -1 : 1) : (x->i < y->i ? -1 : x->i > y->i);
}

void
benjamini_hochberg (const double *p, gsize n, double *adjusted)
{
  g_autofree ranked_p *order = g_new (ranked_p, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    order[i] = (ranked_p){ p[i], i };
  qsort (order, n, sizeof *order, by_p);
  double least = 1.0;
  for (gsize i = n; i-- > 0;)
    {
      least = MIN (least, order[i].p * (double) n / (double) (i + 1));
      adjusted[order[i].i] = least;
    }
}

static void
common_odds (const stratum *s, gsize n, double z, mantel_haenszel_result *r)
{
  double num = 0, den = 0, pr = 0, ps_qr = 0, qs = 0;
  gsize used = 0;

  for (gsize i = 0; i < n; i++)
    {
      double total = s[i].a + s[i].b + s[i].c + s[i].d;
      if (s[i].a + s[i].b <= 0 || s[i].c + s[i].d <= 0)
        continue;
      double x = s[i].a * s[i].d / total, y = s[i].b * s[i].c / total;
      double p = (s[i].a + s[i].d) / total, q = (s[i].b + s[i].c) / total;
      num += x;
      den += y;
      pr += p * x;
      ps_qr += p * y + q * x;
      qs += q * y;
      used++;
    }
  if (!(num > 0.0) || !(den > 0.0))
    return;
  r->n_odds = used;
  r->odds_ratio = num / den;
  r->log_odds_error = sqrt (pr / (2 * num * num) + ps_qr / (2 * num * den) + qs / (2 * den * den));
  r->odds_low = exp (log (r->odds_ratio) - z * r->log_odds_error);
  r->odds_high = exp (log (r->odds_ratio) + z * r->log_odds_error);
}

static void
common_risk (const stratum *s, gsize n, double z, mantel_haenszel_result *r)
{
  double sum = 0, weight = 0, p = 0, q = 0;

  for (gsize i = 0; i < n; i++)
    {
      double n1 = s[i].a + s[i].b, n2 = s[i].c + s[i].d, total = n1 + n2;
      if (n1 <= 0 || n2 <= 0)
        continue;
      double w1 = n1 / total, w2 = n2 / total;
      sum += s[i].a * w2 - s[i].c * w1;
      weight += n1 * w2;
      p += s[i].c * w1 * w1 - s[i].a * w2 * w2 + w1 * w2 * (n2 - n1) / 2;
      q += (s[i].a * s[i].d + s[i].c * s[i].b) / total / 2;
      r->n_risk++;
    }
  if (r->n_risk == 0)
    return;
  r->risk_difference = sum / weight;
  r->risk_error = sqrt (MAX (r->risk_difference * p + q, 0.0)) / weight;
  r->risk_low = MAX (r->risk_difference - z * r->risk_error, -1.0);
  r->risk_high = MIN (r->risk_difference + z * r->risk_error, 1.0);
}

mantel_haenszel_result
mantel_haenszel (const stratum *s, gsize n, double level)
{
  mantel_haenszel_result r = { 0 };
  double z = normal_quantile (0.5 + 0.5 * level);

  common_odds (s, n, z, &r);
  common_risk (s, n, z, &r);
  return r;
}

mcnemar_result
mcnemar (gsize b, gsize c)
{
  double n = (double) b + (double) c, apart = fabs ((double) b - (double) c);

  if (n <= 0.0)
    return (mcnemar_result){ 1.0, 0.0, 1.0 };
  mcnemar_result r = { .exact = MIN (2.0 * binomial_cdf ((double) MIN (b, c), n, 0.5), 1.0) };
  r.chi_square = (apart - 1.0) * (apart - 1.0) / n;
  r.p = chi_square_upper (r.chi_square, 1.0);
  return r;
}

/* Pearson's statistic of a 2 x groups table with margins held, from the sum of k^2 / n; 0 where the rate is 0 or 1. */
static double
pearson (double squares, double marked, double total)
{
  double rate = marked / total, v = rate * (1.0 - rate);

  return v > 0.0 ? MAX (squares - marked * rate, 0.0) / v : 0.0;
}

static double
sum_of_squares (const gsize *k, const double *inverse, gsize groups)
{
  double sum = 0.0;

  for (gsize i = 0; i < groups; i++)
    sum += (double) k[i] * (double) k[i] * inverse[i];
  return sum;
}

/* The share of random allotments of the marked to groups that are no more even than `observed`. Marked and unmarked have the
 * same statistic, so the rarer are dealt out. */
static double
permutation_p (const gsize *n, const double *inverse, gsize groups, gsize marked, gsize total, double observed)
{
  g_autofree gsize *owner = g_new (gsize, total);
  g_autofree gsize *k = g_new (gsize, groups);
  gsize at = 0, as_uneven = 0, dealt = MIN (marked, total - marked);
  int rounds = (int) CLAMP (MOST_DEALT / (double) dealt, 199.0, PERMUTATIONS);
  random_source r;

  random_init (&r, 1, "evenness");
  for (gsize i = 0; i < groups; i++)
    for (gsize j = 0; j < n[i]; j++)
      owner[at++] = i;
  for (int round = 0; round < rounds; round++)
    {
      memset (k, 0, groups * sizeof *k);
      for (gsize i = 0; i < dealt; i++)
        {
          gsize j = i + (gsize) (random_uniform (&r, 0.0, 1.0) * (double) (total - i));
          gsize swap = owner[j];
          owner[j] = owner[i];
          owner[i] = swap;
          k[swap]++;
        }
      double drawn = pearson (sum_of_squares (k, inverse, groups), (double) dealt, (double) total);
      as_uneven += drawn >= observed * (1.0 - 1e-9);
      if (as_uneven == ENOUGH)
        return (double) ENOUGH / (round + 1);
    }
  return (double) (as_uneven + 1) / (rounds + 1);
}

evenness_result
evenness (const gsize *k, const gsize *n, gsize groups)
{
  evenness_result r = { .p = 1.0 };
  gsize marked = 0, total = 0, below5 = 0, below1 = 0;
  g_autofree double *inverse = g_new (double, MAX (groups, 1));

  for (gsize i = 0; i < groups; i++)
    {
      inverse[i] = n[i] > 0 ? 1.0 / (double) n[i] : 0.0;
      marked += k[i];
      total += n[i];
      r.n_groups += n[i] > 0;
    }
  if (r.n_groups < 2 || marked == 0 || marked == total)
    return r;
  double rate = (double) marked / (double) total, rarer = MIN (rate, 1.0 - rate);
  for (gsize i = 0; i < groups; i++)
    if (n[i] > 0)
      {
        below1 += (double) n[i] * rarer < 1.0;
        below5 += ((double) n[i] * rate < 5.0) + ((double) n[i] * (1.0 - rate) < 5.0);
      }
  r.chi_square = pearson (sum_of_squares (k, inverse, groups), (double) marked, (double) total);
  r.cramer_v = sqrt (r.chi_square / (double) total);
  r.permuted = below1 > 0 || (double) below5 > 0.2 * 2.0 * (double) r.n_groups;
  r.p = r.permuted ? permutation_p (n, inverse, groups, marked, total, r.chi_square)
                   : chi_square_upper (r.chi_square, (double) (r.n_groups - 1));
  return r;
}
