/* The small network that scores kinds: out = W2 max (W1 x + b1, 0) + b2. */
#pragma once

#include <glib.h>

typedef struct {
  gsize d, hidden, outputs;
  float *w1, *b1; /* hidden x d, hidden */
  float *w2, *b2; /* outputs x hidden, outputs */
} net;

/* Floats that one takes, in the order above, and its view of a block of so many. */
gsize net_size (gsize d, gsize hidden, gsize outputs);
void net_place (net *n, gsize d, gsize hidden, gsize outputs, float *block);

/* x: rows x d; hidden: rows x n->hidden, kept for the way back; out: rows x n->outputs. Thread-safe. */
void net_run (const net *n, gsize rows, const float *x, float *hidden, float *out);
