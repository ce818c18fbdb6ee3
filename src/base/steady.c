/* Elementary functions by range reduction and series; see steady.h for why. */
#include "base/steady.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define LN2_HIGH  6.93147180369123816490e-01 /* so many zero bits at the end that n * LN2_HIGH is exact */
#define LN2_LOW   1.90821492927058770002e-10
#define TURN_HIGH 1.57079632673412561417e+00 /* a quarter turn, split likewise */
#define TURN_LOW  6.07710050650619224932e-11

static double
scale_by_power_of_two (double x, int n)
{
  guint64 bits = (guint64) (n + 1023) << 52;
  double power;

  memcpy (&power, &bits, sizeof power);
  return x * power;
}

double
steady_exp (double x)
{
  x = CLAMP (x, -700.0, 700.0);
  double n = floor (x * 1.44269504088896340736 + 0.5);
  double r = (x - n * LN2_HIGH) - n * LN2_LOW, sum = 1.0;

  for (int i = 14; i >= 1; i--)
    sum = 1.0 + sum * r / i;
  return scale_by_power_of_two (sum, (int) n);
}

/* x = m 2^n with m about 1; log m = 2 atanh ((m - 1) / (m + 1)). */
double
steady_log (double x)
{
  guint64 bits;

  memcpy (&bits, &x, sizeof bits);
  int n = (int) (bits >> 52) - 1023;
  bits = (bits & G_GUINT64_CONSTANT (0x000fffffffffffff)) | G_GUINT64_CONSTANT (0x3ff0000000000000);
  double m;
  memcpy (&m, &bits, sizeof m);
  if (m > 1.41421356237309504880)
    {
      m *= 0.5;
      n++;
    }
  double t = (m - 1.0) / (m + 1.0), t2 = t * t, sum = 0.0;
  for (int i = 21; i >= 1; i -= 2)
    sum = sum * t2 + 1.0 / i;
  return n * LN2_HIGH + (n * LN2_LOW + 2.0 * t * sum);
}

double
steady_power (double x, double y)
{
  return x > 0.0 ? steady_exp (y * steady_log (x)) : 0.0;
}

static double
sine_of_quarters (double x, int quarters)
{
  double n = floor (x * 0.63661977236758134308 + 0.5);
  double r = (x - n * TURN_HIGH) - n * TURN_LOW, r2 = r * r, sum = 1.0;
  int quadrant = ((int) n + quarters) & 3;

  if (quadrant & 1)
    for (int i = 17; i >= 1; i -= 2)
      sum = 1.0 - sum * r2 / (i * (i + 1));
  else
    {
      for (int i = 18; i >= 2; i -= 2)
        sum = 1.0 - sum * r2 / (i * (i + 1));
      sum *= r;
    }
  return quadrant & 2 ? -sum : sum;
}

double
steady_sin (double x)
{
  return sine_of_quarters (x, 0);
}

double
steady_cos (double x)
{
  return sine_of_quarters (x, 1);
}
