/* Random numbers from an explicit seed: the same sequence on every machine, for ever. Not for secrets. */
#pragma once

#include <glib.h>

typedef struct {
  guint64 state; /* splitmix64 (Steele, Lea, Flood 2014) */
} random_source;

/* Seeds that differ in one bit, or `purpose` (any words), give unrelated sequences. */
void random_init (random_source *r, guint64 seed, const char *purpose);

guint64 random_bits (random_source *r);                            /* 64 of them */
double random_uniform (random_source *r, double low, double high); /* low <= x < high */
int random_below (random_source *r, int n);                        /* 0 .. n - 1; n >= 1 */
double random_normal (random_source *r);                           /* mean 0, deviation 1 */

/* n elements of `size` bytes each, at most 64, into a random order (Fisher and Yates; Durstenfeld 1964). n below 2^31. */
void random_shuffle (random_source *r, gpointer elements, gsize n, gsize size);

/* Counts of a Poisson distribution, for a mean drawn from often. */
typedef struct {
  int n;
  double *up_to; /* n: probability of a count <= i */
} poisson_table;

/* 0 <= mean <= 500. */
void poisson_init (poisson_table *p, double mean);
int poisson_draw (const poisson_table *p, random_source *r);
void poisson_clear (poisson_table *p);
