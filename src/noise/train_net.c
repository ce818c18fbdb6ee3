/* Stochastic descent with a hand-written gradient (the net has one hidden layer; a library for that would be larger than
 * the program). What is minimised, over the rows of a batch:
 *
 *   cross-entropy of kinds and clean, over examples (clean ones weigh CLEAN_WEIGHT)
 * + RANK_JOINT * log (1 + exp (-(s - s twin))), s the joint score: a copy looks worse than its twin (RankNet; Burges
 *   and others 2005, section 3)
 * + RANK_KIND * the same for the score of the row's own kind
 * + SEVERITY_WEIGHT * (severity of its kind - true one)^2 / 2, over corrupted examples
 *
 * by Adam (Kingma, Ba 2015, algorithm 1) with decoupled decay (Loshchilov, Hutter 2019), a rate that falls along a cosine,
 * and dropout (Srivastava and others 2014) of hidden units, without which the nets learn the sources by heart. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "math/linalg.h"
#include "noise/detector_internal.h"
#include "noise/train_internal.h"

#define EPOCHS          20
#define LEAST_STEPS     400 /* few pictures are gone over more often */
#define GROUPS_A_BATCH  24
#define RATE            1e-3
#define WARM_UP         50 /* steps */
#define DECAY           1e-3
#define DROPOUT         0.4
#define CLEAN_WEIGHT    2.0
#define RANK_JOINT      1.0
#define RANK_KIND       0.5
#define SEVERITY_WEIGHT 0.1

typedef struct {
  float *numbers, *gradient, *mean, *square; /* size each */
  gsize size;
  guint step;
  float *x, *hidden, *out, *d_out, *d_hidden, *mask; /* of a batch, most_rows rows each */
  float *turned[2];                                  /* room for transposes */
  gsize most_rows;
  guint32 *batch;
  int *twin;
} descent;

static void
transpose (const float *a, gsize rows, gsize columns, float *out)
{
  for (gsize i = 0; i < rows; i++)
    for (gsize j = 0; j < columns; j++)
      out[j * rows + i] = a[i * columns + j];
}

/* c (p x q) = a^T b, a: m x p, b: m x q. */
static void
product_of_columns (descent *t, gsize m, gsize p, gsize q, const float *a, const float *b, float *c)
{
  transpose (a, m, p, t->turned[0]);
  transpose (b, m, q, t->turned[1]);
  linalg_gemm_nt (p, q, m, 1, t->turned[0], t->turned[1], 0, c);
}

static void
sum_of_columns (gsize m, gsize p, const float *a, float *c)
{
  memset (c, 0, p * sizeof *c);
  for (gsize i = 0; i < m; i++)
    for (gsize j = 0; j < p; j++)
      c[j] += a[i * p + j];
}

/* --- the gradient of what is minimised, by the net's outputs ------------------------------------ */

static double
pull (double difference)
{
  return 1 / (1 + exp (CLAMP (difference, -50, 50)));
}

/* Adds `weight` times the derivative of the joint score of row `out` to `d_out`. */
static void
add_joint (const float *out, int kinds, double joint, double weight, float *d_out)
{
  for (int k = 0; k < kinds; k++)
    d_out[k] += (float) (weight * exp (out[k] - out[kinds] - joint));
  d_out[kinds] -= (float) weight;
}

static void
add_example (const lessons *l, const train_row *row, const float *out, double weight, double severity_weight,
             float *d_out)
{
  double all = log_sum_exp (out, (gsize) l->kinds + 1);
  int truth = row->kind < 0 ? l->kinds : row->kind;
  for (int k = 0; k <= l->kinds; k++)
    d_out[k] += (float) (weight * exp (out[k] - all));
  d_out[truth] -= (float) weight;
  if (row->kind >= 0)
    d_out[l->kinds + 1 + row->kind] += (float) (severity_weight * (out[l->kinds + 1 + row->kind] - row->severity));
}

static void
add_rank (const lessons *l, const train_row *row, const float *out, const float *twin, double share, float *d_out,
          float *d_twin)
{
  int k = row->kind, clean = l->kinds;
  double joint = log_sum_exp (out, (gsize) clean) - out[clean];
  double twin_joint = log_sum_exp (twin, (gsize) clean) - twin[clean];
  double weight = RANK_JOINT * share * pull (joint - twin_joint);
  add_joint (out, clean, joint, -weight, d_out);
  add_joint (twin, clean, twin_joint, weight, d_twin);
  weight = RANK_KIND * share * pull ((out[k] - out[clean]) - (twin[k] - twin[clean]));
  d_out[k] -= (float) weight;
  d_out[clean] += (float) weight;
  d_twin[k] += (float) weight;
  d_twin[clean] -= (float) weight;
}

static void
add_gradients (const lessons *l, const descent *t, gsize m, gsize width)
{
  double weight = 0, corrupted = 0, pairs = 0;
  for (gsize i = 0; i < m; i++)
    {
      const train_row *row = &l->rows[t->batch[i]];
      weight += row->example ? row->kind < 0 ? CLEAN_WEIGHT : 1 : 0;
      corrupted += row->example && row->kind >= 0;
      pairs += t->twin[i] != (int) i;
    }
  memset (t->d_out, 0, m * width * sizeof *t->d_out);
  for (gsize i = 0; i < m; i++)
    {
      const train_row *row = &l->rows[t->batch[i]];
      const float *out = t->out + i * width;
      gsize twin = (gsize) t->twin[i] * width;
      if (row->example)
        add_example (l, row, out, (row->kind < 0 ? CLEAN_WEIGHT : 1) / weight, SEVERITY_WEIGHT / MAX (corrupted, 1),
                     t->d_out + i * width);
      if (t->twin[i] != (int) i)
        add_rank (l, row, out, t->out + twin, 1 / pairs, t->d_out + i * width, t->d_out + twin);
    }
}

/* --- one batch ----------------------------------------------------------------------------------- */

/* Rows of the groups at turn[0] .. turn[n - 1], and where in the batch their twins stand. */
static gsize
gather (const lessons *l, const guint32 *turn, gsize n, descent *t)
{
  gsize m = 0;
  for (gsize g = 0; g < n; g++)
    {
      gsize begin = m;
      for (guint32 i = l->first[turn[g]]; i < l->first[turn[g] + 1]; i++)
        t->batch[m++] = l->order[i];
      int twin = 0;
      for (gsize i = begin; i < m; i++)
        if (l->rows[t->batch[i]].twin == t->batch[i])
          twin = (int) i;
      for (gsize i = begin; i < m; i++)
        t->twin[i] = twin;
    }
  for (gsize i = 0; i < m; i++)
    memcpy (t->x + i * l->d, l->z + (gsize) t->batch[i] * l->d, l->d * sizeof *t->x);
  return m;
}

static void
run_with_dropout (const net *n, descent *t, gsize m, random_source *r)
{
  net_run (n, m, t->x, t->hidden, t->out);
  for (gsize i = 0; i < m * n->hidden; i++)
    {
      t->mask[i] = random_uniform (r, 0, 1) < DROPOUT ? 0.0f : (float) (1 / (1 - DROPOUT));
      t->hidden[i] *= t->mask[i];
    }
  for (gsize i = 0; i < m; i++)
    memcpy (t->out + i * n->outputs, n->b2, n->outputs * sizeof *t->out);
  linalg_gemm_nt (m, n->outputs, n->hidden, 1, t->hidden, n->w2, 1, t->out);
}

static void
go_back (const net *n, descent *t, gsize m)
{
  net g;
  net_place (&g, n->d, n->hidden, n->outputs, t->gradient);
  product_of_columns (t, m, n->outputs, n->hidden, t->d_out, t->hidden, g.w2);
  sum_of_columns (m, n->outputs, t->d_out, g.b2);
  transpose (n->w2, n->outputs, n->hidden, t->turned[0]);
  linalg_gemm_nt (m, n->hidden, n->outputs, 1, t->d_out, t->turned[0], 0, t->d_hidden);
  for (gsize i = 0; i < m * n->hidden; i++)
    t->d_hidden[i] *= t->hidden[i] > 0 ? t->mask[i] : 0;
  product_of_columns (t, m, n->hidden, n->d, t->d_hidden, t->x, g.w1);
  sum_of_columns (m, n->hidden, t->d_hidden, g.b1);
}

static void
adam (descent *t, const net *n, double rate)
{
  t->step++;
  float first = (float) (1 / (1 - pow (0.9, t->step))), second = (float) (1 / (1 - pow (0.999, t->step)));
  gsize from_b1 = (gsize) (n->b1 - n->w1), from_w2 = (gsize) (n->w2 - n->w1), from_b2 = (gsize) (n->b2 - n->w1);
  for (gsize i = 0; i < t->size; i++)
    {
      gboolean weight = i < from_b1 || (i >= from_w2 && i < from_b2);
      t->mean[i] = 0.9f * t->mean[i] + 0.1f * t->gradient[i];
      t->square[i] = 0.999f * t->square[i] + 0.001f * t->gradient[i] * t->gradient[i];
      float move = t->mean[i] * first / (sqrtf (t->square[i] * second) + 1e-8f);
      t->numbers[i] -= (float) rate * (move + (weight ? (float) DECAY * t->numbers[i] : 0));
    }
}

/* --- all of them --------------------------------------------------------------------------------- */

static void
draw_numbers (net *n, int kinds, random_source *r)
{
  for (gsize i = 0; i < n->hidden * n->d; i++)
    n->w1[i] = (float) (random_normal (r) / sqrt ((double) n->d));
  for (gsize i = 0; i < n->outputs * n->hidden; i++)
    n->w2[i] = (float) (random_normal (r) / sqrt ((double) n->hidden));
  memset (n->b1, 0, n->hidden * sizeof *n->b1);
  for (gsize i = 0; i < n->outputs; i++)
    n->b2[i] = i > (gsize) kinds ? 3 : 0; /* the middle severity */
}

static gboolean
descent_init (descent *t, const lessons *l, const net *n)
{
  gsize largest = 0;
  for (gsize g = 0; g < l->n_groups; g++)
    largest = MAX (largest, l->first[g + 1] - l->first[g]);
  gsize m = largest * GROUPS_A_BATCH, widest = MAX (l->d, MAX (n->hidden, n->outputs));
  *t = (descent){ .numbers = n->w1, .size = net_size (n->d, n->hidden, n->outputs), .most_rows = m };
  t->gradient = g_try_new0 (float, 3 * t->size);
  t->x = g_try_new (float,
                    m *(l->d + 3 * n->hidden + 2 * n->outputs + 2 * MAX (widest, n->outputs)) + n->hidden * n->outputs);
  t->batch = g_try_new (guint32, m);
  t->twin = g_try_new (int, m);
  if (t->gradient == NULL || t->x == NULL || t->batch == NULL || t->twin == NULL)
    return FALSE;
  t->mean = t->gradient + t->size;
  t->square = t->mean + t->size;
  t->hidden = t->x + m * l->d;
  t->mask = t->hidden + m * n->hidden;
  t->d_hidden = t->mask + m * n->hidden;
  t->out = t->d_hidden + m * n->hidden;
  t->d_out = t->out + m * n->outputs;
  t->turned[0] = t->d_out + m * n->outputs;
  t->turned[1] = t->turned[0] + m * widest + n->hidden * n->outputs;
  return TRUE;
}

static void
descent_clear (descent *t)
{
  g_free (t->gradient);
  g_free (t->x);
  g_free (t->batch);
  g_free (t->twin);
}

gboolean
train_net (const lessons *l, const gboolean *use, guint64 seed, net *n, const job *j, GError **error)
{
  random_source r;
  descent t;
  random_init (&r, seed, "net");
  draw_numbers (n, l->kinds, &r);
  g_autofree guint32 *turn = g_new (guint32, l->n_groups + 1);
  gsize used = 0;
  for (gsize g = 0; g < l->n_groups; g++)
    if (use == NULL || use[g])
      turn[used++] = (guint32) g;
  if (!descent_init (&t, l, n))
    {
      descent_clear (&t);
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory to train");
      return FALSE;
    }
  gsize batches = (used + GROUPS_A_BATCH - 1) / GROUPS_A_BATCH;
  gsize epochs = MAX (EPOCHS, LEAST_STEPS / MAX (batches, 1));
  double steps = (double) (batches * epochs);
  gboolean fine = TRUE;
  for (gsize epoch = 0; epoch < epochs && fine; epoch++)
    {
      random_shuffle (&r, turn, used, sizeof *turn);
      for (gsize b = 0; b < batches && (fine = job_go_on (j, error)); b++)
        {
          gsize m = gather (l, turn + b * GROUPS_A_BATCH, MIN (GROUPS_A_BATCH, used - b * GROUPS_A_BATCH), &t);
          run_with_dropout (n, &t, m, &r);
          add_gradients (l, &t, m, n->outputs);
          go_back (n, &t, m);
          double warm = MIN (1, (t.step + 1) / (double) WARM_UP);
          adam (&t, n, RATE * warm * 0.5 * (1 + cos (G_PI * t.step / steps)));
        }
    }
  descent_clear (&t);
  return fine;
}
