/* One hidden layer is enough: the measures are features already, and a second layer found no more on unseen pictures. */
#include "noise/net.h"

#include <string.h>

#include "math/linalg.h"

gsize
net_size (gsize d, gsize hidden, gsize outputs)
{
  return hidden * d + hidden + outputs * hidden + outputs;
}

void
net_place (net *n, gsize d, gsize hidden, gsize outputs, float *block)
{
  *n = (net){ .d = d, .hidden = hidden, .outputs = outputs, .w1 = block };
  n->b1 = n->w1 + hidden * d;
  n->w2 = n->b1 + hidden;
  n->b2 = n->w2 + outputs * hidden;
}

static void
repeat (const float *bias, gsize n, gsize rows, float *out)
{
  for (gsize i = 0; i < rows; i++)
    memcpy (out + i * n, bias, n * sizeof *out);
}

void
net_run (const net *n, gsize rows, const float *x, float *hidden, float *out)
{
  repeat (n->b1, n->hidden, rows, hidden);
  linalg_gemm_nt (rows, n->hidden, n->d, 1, x, n->w1, 1, hidden);
  for (gsize i = 0; i < rows * n->hidden; i++)
    hidden[i] = MAX (hidden[i], 0);
  repeat (n->b2, n->outputs, rows, out);
  linalg_gemm_nt (rows, n->outputs, n->hidden, 1, hidden, n->w2, 1, out);
}
