/* Excess errors and the guard. Counts by class and kind first; the rest is arithmetic on them. */
#include "judge/excess.h"

#include <math.h>

#include "judge/distributions.h"
#include "judge/rates.h"

/* Judged rows, by class; the last class holds those without a truth. */
typedef struct {
  gsize classes;
  gsize *fit, *fit_wrong;     /* classes */
  gsize *noisy, *noisy_wrong; /* classes */
} class_counts;

static void
class_counts_clear (class_counts *t)
{
  g_free (t->fit);
  g_free (t->fit_wrong);
  g_free (t->noisy);
  g_free (t->noisy_wrong);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (class_counts, class_counts_clear)

/* Noisy rows of `kind` alone, -1: all; fit ones always. */
static void
class_counts_init (class_counts *t, const judge_rows *r, int kind)
{
  t->classes = (gsize) r->n_classes + 1;
  t->fit = g_new0 (gsize, t->classes);
  t->fit_wrong = g_new0 (gsize, t->classes);
  t->noisy = g_new0 (gsize, t->classes);
  t->noisy_wrong = g_new0 (gsize, t->classes);
  for (gsize i = 0; i < r->n; i++)
    {
      row_verdict v = judge_row (r, i);
      gsize c = r->truth != NULL && r->truth[i] >= 0 ? (gsize) r->truth[i] : t->classes - 1;
      if (v == VERDICT_UNJUDGED)
        continue;
      if (r->noisy[i] == 0)
        {
          t->fit[c]++;
          t->fit_wrong[c] += v != VERDICT_RIGHT;
        }
      else if (kind < 0 || (r->kind != NULL && r->kind[i] == kind))
        {
          t->noisy[c]++;
          t->noisy_wrong[c] += v != VERDICT_RIGHT;
        }
    }
}

const char *
guard_name (guard g)
{
  static const char *const names[] = { "too few", "costs", "does not" };

  return names[g];
}

void
excess_options_init (excess_options *o)
{
  *o = (excess_options){ .level = 0.95, .alpha = 0.01, .margin = 0.05, .within = 0.4, .least = 5 };
}

double
excess_dilution (double called_wrongly, double missed)
{
  return 1.0 - called_wrongly - missed;
}

/* What chance does to the count of mistakes on noisy pictures: the sum of m q (1 - q). */
static double
count_variance (const class_counts *t)
{
  g_auto (class_rates) q = { 0 };
  g_autofree double *weight = g_new (double, t->classes);

  class_rates_init (&q, t->noisy_wrong, t->noisy, t->fit, t->classes);
  for (gsize c = 0; c < t->classes; c++)
    weight[c] = (double) t->noisy[c];
  return class_rates_single (&q, weight);
}

/* A rate near 0 or 1 that is known from few pictures, be it by its neighbours' line, is drawn in to where half a picture of so
 * few would have it: 0 of n has a variance of about 1/2 n^-2. A third, not half: where n is all there is, it stays as it was. */
static double
rate_inside (double rate, double variance)
{
  double least = MIN (sqrt (variance / 3.0), 0.5);

  return CLAMP (rate, least, 1.0 - least);
}

/* An estimated rate with this variance, as a proportion with a Wilson-type interval. */
static proportion
rate_interval (double rate, double variance, gsize n, double level)
{
  double size = (double) n, p = rate_inside ((rate * size + 0.5) / (size + 1.0), variance);

  return wilson_effective (rate, p * (1.0 - p) / MAX (variance, 1e-12), n, level);
}

/* Mantel and Haenszel's strata, noisy against fit. n: t->classes; g_free. */
static stratum *
strata_of (const class_counts *t)
{
  stratum *s = g_new (stratum, t->classes);

  for (gsize c = 0; c < t->classes; c++)
    s[c] = (stratum){ (double) t->noisy_wrong[c], (double) (t->noisy[c] - t->noisy_wrong[c]), (double) t->fit_wrong[c],
                      (double) (t->fit[c] - t->fit_wrong[c]) };
  return s;
}

/* How much of what the pictures say of noisy against fit is left when only those of one class are compared. */
static double
within_classes (const class_counts *t, double noisy, double fit)
{
  double within = 0.0;

  for (gsize c = 0; c < t->classes; c++)
    if (t->noisy[c] + t->fit[c] > 0)
      within += (double) t->noisy[c] * (double) t->fit[c] / (double) (t->noisy[c] + t->fit[c]);
  return within * (noisy + fit) / (noisy * fit);
}

/* Which test it is hangs on the margins alone, never on who is wrong. The interval that stands beside the word must agree with it. */
static gboolean
is_costly (const excess_errors *e, const class_counts *t, double fit, const excess_options *o)
{
  if (within_classes (t, (double) e->pictures, fit) < o->within)
    return e->surely > 0.0;
  g_autofree stratum *s = strata_of (t);
  return e->effect.low > 0.0 && mantel_haenszel_greater (s, t->classes) <= o->alpha;
}

static void
errors_weigh (excess_errors *e, const class_counts *t, const class_rates *p, const excess_options *o)
{
  g_autofree double *weight = g_new (double, t->classes);

  *e = (excess_errors){ 0 };
  for (gsize c = 0; c < t->classes; c++)
    {
      weight[c] = (double) t->noisy[c];
      e->pictures += t->noisy[c];
      e->wrong += t->noisy_wrong[c];
    }
  if (e->pictures == 0 || p->n == 0)
    return;
  rates_sum z = class_rates_sum (p, weight);
  double m = (double) e->pictures, tail = 0.5 * (1.0 - o->level), all = (double) p->n;
  double fit_variance = z.variance / (m * m), x = (double) e->wrong;
  double mean = m * rate_inside ((z.sum / m * all + 0.5) / (all + 1.0), fit_variance);

  e->known = TRUE;
  e->expected = z.sum;
  e->value = x - z.sum;
  e->low = MIN (x - count_quantile (1.0 - tail, m, mean, z.predictive), e->value);
  e->high = MAX (x - count_quantile (tail, m, mean, z.predictive), e->value);

  double noise_variance = count_variance (t) / (m * m);
  proportion with = rate_interval (x / m, noise_variance, e->pictures, o->level);
  proportion without = rate_interval (z.sum / m, fit_variance, p->n, o->level);
  e->effect = difference_of (&with, &without);
  e->effect.n = e->pictures;
  with = rate_interval (x / m, noise_variance, e->pictures, 1.0 - 2.0 * o->alpha);
  without = rate_interval (z.sum / m, fit_variance, p->n, 1.0 - 2.0 * o->alpha);
  e->surely = difference_of (&with, &without).low;
  if (e->pictures >= o->least)
    {
      /* where fit pictures are nearly all wrong, noise cannot cost more, and nothing is shown by that */
      gboolean room = z.sum / m <= 1.0 - o->margin;
      e->guard = is_costly (e, t, (double) p->n, o)   ? GUARD_COSTS
                 : e->effect.high < o->margin && room ? GUARD_DOES_NOT
                                                      : GUARD_TOO_FEW;
    }
}

void
excess_init (excess *e, const judge_rows *r, const excess_options *o)
{
  g_auto (class_counts) all = { 0 };
  g_auto (class_rates) p = { 0 };

  *e = (excess){ .n_kinds = r->kind != NULL ? MAX (r->n_kinds, 0) : 0 };
  class_counts_init (&all, r, -1);
  class_rates_init (&p, all.fit_wrong, all.fit, all.noisy, all.classes);
  for (gsize c = 0; c < all.classes; c++)
    {
      e->fit_pictures += all.fit[c];
      e->fit_wrong += all.fit_wrong[c];
      e->borrowed += all.fit[c] == 0 ? all.noisy[c] : 0;
    }
  e->intraclass = p.intraclass;
  errors_weigh (&e->total, &all, &p, o);
  g_autofree stratum *strata = strata_of (&all);
  e->common = mantel_haenszel (strata, all.classes, o->level);
  e->kinds = g_new0 (excess_errors, MAX (e->n_kinds, 1));
  for (int k = 0; k < e->n_kinds; k++)
    {
      g_auto (class_counts) one = { 0 };
      class_counts_init (&one, r, k);
      errors_weigh (&e->kinds[k], &one, &p, o);
    }
}

void
excess_clear (excess *e)
{
  g_free (e->kinds);
  *e = (excess){ 0 };
}
