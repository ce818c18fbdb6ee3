/* Distributions. Everything rests on two pieces: the saddle-point form of a binomial probability, which keeps its digits at
 * any size, and a continued fraction for the incomplete beta function. */
#include "judge/distributions.h"

#include <math.h>

#define TINY  1e-300
#define SMALL 1e-16

static double
log_gamma (double x)
{
  int sign;
  return lgamma_r (x, &sign); /* lgamma itself writes a global */
}

double
normal_cdf (double x)
{
  return 0.5 * erfc (-x * M_SQRT1_2);
}

double
normal_quantile (double p)
{
  if (!(p > 0.0))
    return -INFINITY;
  if (p >= 1.0)
    return INFINITY;
  if (p == 0.5)
    return 0.0;
  double tail = MIN (p, 1.0 - p), t = sqrt (-2.0 * log (tail));
  double x = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
  for (int i = 0; i < 3; i++)
    {
      double density = exp (-0.5 * x * x) / sqrt (2.0 * M_PI);
      if (density <= 0.0)
        break;
      double step = (normal_cdf (x) - tail) / density;
      x -= step / (1.0 + 0.5 * x * step);
    }
  return p < 0.5 ? x : -x;
}

/* ln n! minus Stirling's formula (Loader 2000, section 4). */
static double
stirling_error (double n)
{
  if (n < 16.0)
    return n <= 0.0 ? INFINITY : log_gamma (n + 1.0) - (n + 0.5) * log (n) + n - 0.5 * log (2.0 * M_PI);
  double m = n * n;
  return (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / (1188.0 * m)) / m) / m) / m) / n;
}

/* x ln (x / m) + m - x without cancellation near x = m (Loader 2000, section 4). */
static double
deviance (double x, double m)
{
  if (fabs (x - m) < 0.1 * (x + m))
    {
      double v = (x - m) / (x + m), s = (x - m) * v, each = 2.0 * x * v;
      for (int j = 1; j < 1000; j++)
        {
          each *= v * v;
          double next = s + each / (2 * j + 1);
          if (next == s)
            break;
          s = next;
        }
      return s;
    }
  return x * log (x / m) + m - x;
}

/* For any real 0 <= k <= n; q = 1 - p is given because subtraction would lose it for p near 1. */
static double
log_pmf (double k, double n, double p, double q)
{
  if (p <= 0.0)
    return k == 0.0 ? 0.0 : -INFINITY;
  if (q <= 0.0)
    return k == n ? 0.0 : -INFINITY;
  if (n <= 0.0)
    return 0.0;
  if (k == 0.0)
    return p < 0.1 ? n * log1p (-p) : n * log (q);
  if (k == n)
    return q < 0.1 ? n * log1p (-q) : n * log (p);
  return stirling_error (n) - stirling_error (k) - stirling_error (n - k) - deviance (k, n * p)
         - deviance (n - k, n * q) + 0.5 * log (n / (2.0 * M_PI * k * (n - k)));
}

double
binomial_log_pmf (double k, double n, double p)
{
  if (k < 0.0 || k > n)
    return -INFINITY;
  return log_pmf (k, n, p, 1.0 - p);
}

/* The continued fraction of I_x(a, b); converges fast for x < (a + 1) / (a + b + 2). */
static double
beta_fraction (double x, double a, double b)
{
  double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0);

  d = 1.0 / (fabs (d) < TINY ? TINY : d);
  double h = d;
  for (int m = 1; m < 200000; m++)
    {
      double term = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m));
      for (int half = 0; half < 2; half++)
        {
          d = 1.0 + term * d;
          d = 1.0 / (fabs (d) < TINY ? TINY : d);
          c = 1.0 + term / c;
          c = fabs (c) < TINY ? TINY : c;
          h *= d * c;
          term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0));
        }
      if (fabs (d * c - 1.0) < SMALL)
        break;
    }
  return h;
}

/* ln of x^a (1 - x)^b / (a B(a, b)) times the fraction. */
static double
beta_log_direct (double x, double y, double a, double b)
{
  return log_pmf (a, a + b, x, y) + log (b / (a + b)) + log (beta_fraction (x, a, b));
}

double
beta_log_cdf (double x, double a, double b)
{
  if (!(x > 0.0))
    return -INFINITY;
  if (x >= 1.0)
    return 0.0;
  if (x <= (a + 1.0) / (a + b + 2.0))
    return MIN (beta_log_direct (x, 1.0 - x, a, b), 0.0);
  return log1p (-MIN (exp (beta_log_direct (1.0 - x, x, b, a)), 1.0));
}

double
beta_cdf (double x, double a, double b)
{
  return exp (beta_log_cdf (x, a, b));
}

double
beta_quantile (double p, double a, double b)
{
  if (!(p > 0.0))
    return 0.0;
  if (p >= 1.0)
    return 1.0;
  double low = 0.0, high = 1.0, mean = a / (a + b);
  double x = mean + normal_quantile (p) * sqrt (mean * (1.0 - mean) / (a + b + 1.0));
  for (int i = 0; i < 200 && high - low > 1e-15 * high; i++)
    {
      if (!(x > low && x < high))
        x = high > 16.0 * low ? (low > 0.0 ? sqrt (low * high) : high * 0.0625) : 0.5 * (low + high);
      double off = beta_cdf (x, a, b) - p;
      if (off > 0.0)
        high = x;
      else
        low = x;
      double density = exp (log_pmf (a, a + b, x, 1.0 - x)) * a * b / ((a + b) * x * (1.0 - x));
      double step = off / density;
      if (fabs (step) <= 1e-15 * x)
        break;
      x -= step;
    }
  return CLAMP (x, 0.0, 1.0);
}

double
binomial_log_upper (double k, double n, double p)
{
  if (k <= 0.0)
    return 0.0;
  if (k > n)
    return -INFINITY;
  return beta_log_cdf (p, k, n - k + 1.0);
}

double
binomial_upper (double k, double n, double p)
{
  return exp (binomial_log_upper (k, n, p));
}

double
binomial_cdf (double k, double n, double p)
{
  if (k < 0.0)
    return 0.0;
  if (k >= n)
    return 1.0;
  return beta_cdf (1.0 - p, n - k, k + 1.0);
}

/* Two moments of a count, as the steps from one value's probability to the next. */
typedef struct {
  double n, a, b; /* beta-binomial; or binomial of n (any real) with odds a, b = 0 */
} count_shape;

static double
count_step (const count_shape *s, double z)
{
  if (z >= s->n)
    return 0.0;
  return (s->n - z) / (z + 1.0) * (s->b > 0.0 ? (z + s->a) / (s->n - z - 1.0 + s->b) : s->a);
}

static count_shape
count_shape_of (double n, double mean, double variance)
{
  double binomial = mean * (1.0 - mean / n), more = n > 1.0 ? (variance / binomial - 1.0) / (n - 1.0) : 0.0;

  if (more > 1e-9)
    {
      double size = MAX (1.0 / MIN (more, 0.99) - 1.0, 1e-3);
      return (count_shape){ n, mean / n * size, (1.0 - mean / n) * size };
    }
  double odd = MIN (MAX (1.0 - variance / mean, mean / n), 0.999);
  return (count_shape){ mean / odd, odd / (1.0 - odd), 0.0 };
}

double
count_quantile (double p, double n, double mean, double variance)
{
  if (!(mean > 0.0))
    return 0.0;
  if (mean >= n)
    return n;
  if (!(variance > 0.0))
    return mean;
  count_shape s = count_shape_of (n, mean, variance);
  double reach = 10.0 * sqrt (variance) + 20.0, first = floor (MAX (mean - reach, 0.0));
  double last = ceil (MIN (mean + reach, n)), total = 0.0, each;
  gsize size = (gsize) (last - first) + 1, mode = (gsize) (floor (mean) - first);
  g_autofree double *mass = g_new0 (double, size);

  mass[mode] = 1.0;
  for (gsize i = mode; i + 1 < size; i++)
    mass[i + 1] = mass[i] * count_step (&s, first + (double) i);
  for (gsize i = mode; i-- > 0 && (each = count_step (&s, first + (double) i)) > 0.0;)
    mass[i] = mass[i + 1] / each;
  for (gsize i = 0; i < size; i++)
    total += mass[i];
  double below = 0.0, before = 0.0;
  for (gsize i = 0; i < size; i++)
    {
      double at = (below + 0.5 * mass[i]) / total;
      if (at >= p)
        return i == 0 ? first : first + (double) i - (at - p) / (at - before);
      below += mass[i];
      before = at;
    }
  return last;
}

double
hypergeometric_log_pmf (double k, double draws, double marked, double total)
{
  if (k < 0.0 || k > draws || k > marked || draws - k > total - marked)
    return -INFINITY;
  double p = draws / total, q = (total - draws) / total;
  return log_pmf (k, marked, p, q) + log_pmf (draws - k, total - marked, p, q) - log_pmf (draws, total, p, q);
}

double
chi_square_upper (double x, double degrees)
{
  double a = 0.5 * degrees, z = 0.5 * x;

  if (!(degrees > 0.0) || !(z > 0.0))
    return 1.0;
  /* z^a e^-z / Gamma (a + 1), by the saddle point. */
  double factor = exp (-stirling_error (a) - deviance (a, z)) / sqrt (2.0 * M_PI * a);
  if (z < a + 1.0)
    {
      double sum = 1.0, each = 1.0;
      for (int i = 1; i < 200000 && each > sum * 1e-17; i++)
        {
          each *= z / (a + i);
          sum += each;
        }
      return MAX (1.0 - factor * sum, 0.0);
    }
  double b = z + 1.0 - a, c = 1.0 / TINY, d = 1.0 / b, h = d;
  for (int i = 1; i < 200000; i++)
    {
      double term = -i * (i - a);
      b += 2.0;
      d = term * d + b;
      d = 1.0 / (fabs (d) < TINY ? TINY : d);
      c = b + term / c;
      c = fabs (c) < TINY ? TINY : c;
      h *= d * c;
      if (fabs (d * c - 1.0) < SMALL)
        break;
    }
  return factor * a * h;
}
