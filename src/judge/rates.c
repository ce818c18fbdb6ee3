/* Shrunk class error rates. Half a mistake and half a right answer are added to the pool where uncertainty is told, so that
 * no mistake among few pictures does not pass for certainty; the rates themselves are without it. */
#include "judge/rates.h"

#include <math.h>

#define LEAST_INTRACLASS 0.02 /* classes are never taken for exactly alike */
#define MOST_INTRACLASS  0.95
#define USUAL_INTRACLASS 0.1 /* taken where little is known, as if seen on so many pairs */
#define USUAL_PAIRS      30.0
#define MOST_MOVED       0.25 /* roots of the number of pictures: see slope_share() */

/* What is fitted, and on what. */
typedef struct {
  gsize classes;
  const gsize *wrong, *n, *other;
  const double *x;                /* classes */
  double *variance;               /* classes: of a single answer, before classes are told apart */
  double *weight;                 /* classes */
  double level, slope, middle;    /* a at the mean of x, b, and that mean */
  double level_error, slope_gain; /* variance of a; what b takes of each weighted deviation */
} regression;

static double
mean_of (const regression *g, gsize c)
{
  return CLAMP (g->level + g->slope * (g->x[c] - g->middle), 0.0, 1.0);
}

/* The share of the slope that is taken. Where nearly all classes have the same x, the few others alone fix the slope, and where
 * the other side's pictures lie far from all of them, one answer would decide for all: beside its share of the mean, an answer
 * counts for off x reach / spread such shares, off its class's x less the middle, spread the mean square of that, reach the root
 * of the mean square on the other side. With the off of those that fix the slope, the root of the mean of off^2 weighted by
 * off^2, that is kept below a quarter of the root of n: so that, of as many pictures on either side, one label moves the sum by
 * about as much as chance alone does, or less. */
static double
slope_share (const regression *g, double spread)
{
  double far = 0.0, near = 0.0, reach = 0.0, n = 0.0, others = 0.0;

  for (gsize c = 0; c < g->classes; c++)
    {
      double off = g->x[c] - g->middle, square = off * off;
      if (g->n[c] > 0)
        {
          far += g->weight[c] * square * square;
          near += g->weight[c] * square;
        }
      reach += (double) g->other[c] * square;
      n += (double) g->n[c];
      others += (double) g->other[c];
    }
  double moved = others > 0.0 ? sqrt (far / near * reach / others) : 0.0, most = MOST_MOVED * sqrt (n) * spread;
  return moved > most ? most / moved : 1.0;
}

/* The weighted line, and the sum of squares about it, whose expectation is what *expected says. */
static double
regression_fit (regression *g, double intraclass, double *expected)
{
  double w0 = 0.0, w1 = 0.0, y1 = 0.0, sxx = 0.0, sxy = 0.0, squares = 0.0;

  *expected = -1.0;
  for (gsize c = 0; c < g->classes; c++)
    if (g->n[c] > 0)
      {
        double w = 1.0 / (g->variance[c] * (intraclass + (1.0 - intraclass) / (double) g->n[c]));
        g->weight[c] = w;
        w0 += w;
        w1 += w * g->x[c];
        y1 += w * (double) g->wrong[c] / (double) g->n[c];
        *expected += 1.0;
      }
  g->level = y1 / w0;
  g->middle = w1 / w0;
  g->level_error = 1.0 / w0;
  for (gsize c = 0; c < g->classes; c++)
    if (g->n[c] > 0)
      {
        double w = g->weight[c], off = g->x[c] - g->middle;
        sxx += w * off * off;
        sxy += w * off * ((double) g->wrong[c] / (double) g->n[c] - g->level);
      }
  g->slope = g->slope_gain = 0.0;
  /* Two classes alone would fix the line, whatever they are. */
  if (sxx > 1e-9 * w0 && *expected > 1.0)
    {
      double share = slope_share (g, sxx / w0);
      g->slope_gain = share / sxx;
      g->slope = g->slope_gain * sxy;
      *expected -= share * (2.0 - share);
    }
  for (gsize c = 0; c < g->classes; c++)
    if (g->n[c] > 0)
      {
        double off = (double) g->wrong[c] / (double) g->n[c] - mean_of (g, c);
        squares += g->weight[c] * off * off;
      }
  return squares;
}

/* Variances of a and b where a single answer of class c has variance own[c], whatever the weights took it for. */
static void
regression_errors (const regression *g, const double *own, class_rates *r)
{
  for (gsize c = 0; c < g->classes; c++)
    if (g->n[c] > 0)
      {
        double off = g->x[c] - g->middle, w = g->weight[c] * own[c] / g->variance[c];
        r->level_error += w * g->level_error * g->level_error;
        r->slope_error += w * off * off * g->slope_gain * g->slope_gain;
      }
}

/* Pairs of pictures within classes: what the intraclass correlation is known from. */
static double
pairs_of (const regression *g)
{
  double pairs = 0.0;

  for (gsize c = 0; c < g->classes; c++)
    pairs += 0.5 * (double) g->n[c] * ((double) g->n[c] - 1.0);
  return pairs;
}

/* The intraclass correlation at which the squares are as large as they should be. */
static double
regression_solve (regression *g)
{
  double low = LEAST_INTRACLASS, high = MOST_INTRACLASS, expected;

  for (int i = 0; i < 20; i++)
    {
      double middle = 0.5 * (low + high);
      if (regression_fit (g, middle, &expected) > expected)
        low = middle;
      else
        high = middle;
    }
  double pairs = pairs_of (g), intraclass = (pairs * low + USUAL_PAIRS * USUAL_INTRACLASS) / (pairs + USUAL_PAIRS);
  regression_fit (g, intraclass, &expected);
  return intraclass;
}

/* How far the intraclass correlation is told from none: 0 not at all, 1 surely. From pairs it errs by some pairs^-1/2. */
static double
certainty (const regression *g, double intraclass)
{
  double pairs = pairs_of (g);

  return pairs > 0.0 ? intraclass * intraclass / (intraclass * intraclass + 1.0 / pairs) : 0.0;
}

void
class_rates_init (class_rates *r, const gsize *wrong, const gsize *n, const gsize *other, gsize classes)
{
  gsize mistakes = 0, others = 0;
  g_autofree double *x = g_new0 (double, MAX (classes, 1));

  *r = (class_rates){ .classes = classes,
                      .rate = g_new0 (double, MAX (classes, 1)),
                      .uncertainty = g_new0 (double, MAX (classes, 1)),
                      .borrowed = g_new0 (double, MAX (classes, 1)),
                      .side = g_new0 (double, MAX (classes, 1)) };
  for (gsize c = 0; c < classes; c++)
    {
      mistakes += wrong[c];
      r->n += n[c];
      others += other[c];
      x[c] = log (((double) other[c] + 0.5) / ((double) n[c] + 0.5));
    }
  if (r->n == 0)
    return;
  double all = (double) r->n, cautious = ((double) mistakes + 0.5) / (all + 1.0);
  r->pool = (double) mistakes / all;
  double expected, start = cautious * (1.0 - cautious);
  g_autofree double *variance = g_new (double, classes);
  g_autofree double *weight = g_new0 (double, classes);
  g_autofree double *own = g_new (double, classes);
  regression g = {
    .classes = classes, .wrong = wrong, .n = n, .other = other, .x = x, .variance = variance, .weight = weight
  };
  for (gsize c = 0; c < classes; c++)
    variance[c] = start;
  r->intraclass = regression_solve (&g);
  for (gsize c = 0; c < classes; c++)
    {
      double p = 0.5 * (mean_of (&g, c) + cautious);
      variance[c] = p * (1.0 - p);
    }
  r->intraclass = regression_solve (&g);
  /* One variance for all: then the shrunk rates of the given pictures sum to the mistakes that were seen. */
  for (gsize c = 0; c < classes; c++)
    {
      own[c] = variance[c];
      variance[c] = start;
      x[c] = others > 0 ? x[c] : 0.0;
    }
  regression_fit (&g, r->intraclass, &expected);
  regression_errors (&g, own, r);
  r->certainty = certainty (&g, r->intraclass);
  double prior = (1.0 - r->intraclass) / r->intraclass;
  for (gsize c = 0; c < classes; c++)
    {
      double m = (double) n[c];
      r->side[c] = x[c] - g.middle;
      r->borrowed[c] = prior / (m + prior);
      r->rate[c] = (prior * mean_of (&g, c) + (double) wrong[c]) / (m + prior);
      double p = (r->rate[c] * all + 0.5) / (all + 1.0);
      r->uncertainty[c] = p * (1.0 - p) / (m + prior + 1.0);
    }
}

void
class_rates_clear (class_rates *r)
{
  g_free (r->rate);
  g_free (r->uncertainty);
  g_free (r->borrowed);
  g_free (r->side);
  *r = (class_rates){ 0 };
}

double
class_rates_single (const class_rates *r, const double *weight)
{
  double apart = 0.0, mean = 0.0, sum = 0.0, all = (double) r->n;

  for (gsize c = 0; c < r->classes; c++)
    {
      double p = (r->rate[c] * all + 0.5) / (all + 1.0);
      apart += weight[c] * (p * (1.0 - p) - r->uncertainty[c]);
      mean += weight[c] * p;
      sum += weight[c];
    }
  double alike = sum > 0.0 ? mean * (1.0 - mean / sum) : 0.0;
  return r->certainty * MAX (apart, 0.0) + (1.0 - r->certainty) * alike;
}

rates_sum
class_rates_sum (const class_rates *r, const double *weight)
{
  rates_sum s = { 0 };
  double level = 0.0, slope = 0.0;

  for (gsize c = 0; c < r->classes; c++)
    {
      double w = weight[c];
      s.sum += w * r->rate[c];
      s.variance += w * w * r->uncertainty[c];
      level += w * r->borrowed[c];
      slope += w * r->borrowed[c] * r->side[c];
    }
  s.variance += level * level * r->level_error + slope * slope * r->slope_error;
  s.predictive = s.variance + class_rates_single (r, weight);
  return s;
}
