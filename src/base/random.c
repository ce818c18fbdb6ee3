/* Random numbers by inversion: each draw takes one step of the generator, so that sequences stay aligned whatever
 * the distribution's parameters are. */
#include "base/random.h"

#include <math.h>
#include <string.h>

#include "base/steady.h"

guint64
random_bits (random_source *r)
{
  guint64 z = r->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

void
random_init (random_source *r, guint64 seed, const char *purpose)
{
  r->state = seed;
  for (const char *p = purpose; *p != '\0'; p++)
    r->state = random_bits (r) ^ (guint8) *p;
  r->state = random_bits (r);
}

/* 52 bits, in the middle of their interval: never 0 or 1. */
static inline double
unit (random_source *r)
{
  return ((double) (random_bits (r) >> 12) + 0.5) * (1.0 / 4503599627370496.0);
}

double
random_uniform (random_source *r, double low, double high)
{
  return low + (high - low) * unit (r);
}

int
random_below (random_source *r, int n)
{
  return (int) (unit (r) * n);
}

#define LARGEST_ELEMENT 64

void
random_shuffle (random_source *r, gpointer elements, gsize n, gsize size)
{
  guint8 kept[LARGEST_ELEMENT], *at = elements;
  g_return_if_fail (size <= sizeof kept);
  for (gsize i = n; i-- > 1;)
    {
      gsize other = (gsize) random_below (r, (int) i + 1);
      memcpy (kept, at + i * size, size);
      memmove (at + i * size, at + other * size, size);
      memcpy (at + other * size, kept, size);
    }
}

/* The normal distribution's quantile by rational functions, to 7 digits (Wichura 1988, algorithm AS 241, PPND7). */
double
random_normal (random_source *r)
{
  double p = unit (r), q = p - 0.5;

  if (fabs (q) <= 0.425)
    {
      double t = 0.180625 - q * q;
      return q * (((59.109374720 * t + 159.29113202) * t + 50.434271938) * t + 3.3871327179)
             / (((67.187563600 * t + 78.757757664) * t + 17.895169469) * t + 1.0);
    }
  double t = sqrt (-steady_log (q < 0.0 ? p : 1.0 - p)), x;
  if (t <= 5.0)
    {
      t -= 1.6;
      x = (((0.17023821103 * t + 1.3067284816) * t + 2.7568153900) * t + 1.4234372777)
          / ((0.12021132975 * t + 0.73700164250) * t + 1.0);
    }
  else
    {
      t -= 5.0;
      x = (((0.017337203997 * t + 0.42868294337) * t + 3.0812263860) * t + 6.6579051150)
          / ((0.012258202635 * t + 0.24197894225) * t + 1.0);
    }
  return q < 0.0 ? -x : x;
}

void
poisson_init (poisson_table *p, double mean)
{
  p->n = (int) (mean + 12.0 * sqrt (mean) + 12.0);
  p->up_to = g_new (double, p->n);
  double each = steady_exp (-mean), sum = 0.0;
  for (int i = 0; i < p->n; i++)
    {
      sum += each;
      p->up_to[i] = sum;
      each *= mean / (i + 1);
    }
}

int
poisson_draw (const poisson_table *p, random_source *r)
{
  double u = unit (r);
  int low = 0, high = p->n - 1;

  while (low < high)
    {
      int middle = (low + high) / 2;
      if (p->up_to[middle] > u)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

void
poisson_clear (poisson_table *p)
{
  g_free (p->up_to);
  *p = (poisson_table){ 0 };
}
