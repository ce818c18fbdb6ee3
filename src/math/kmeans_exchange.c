/* Exchange of single rows. Moving a row from cluster a to b lowers the inertia when
 *     n_a / (n_a - 1) |x - c_a|^2 > n_b / (n_b + 1) |x - c_b|^2,
 * which is stricter than being nearer to b: it leads out of places where Lloyd's iterations stand still. A cheap look finds the rows
 * that may satisfy it, then each is tried exactly, in order, with the centres as they are by then. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "math/blocks.h"
#include "math/kmeans_parts.h"
#include "math/linalg.h"
#include "math/rows.h"

#define MAX_SWEEPS 100
#define DOUBT      1e-5f /* relative error allowed to single-precision distances */

typedef struct {
  const kmeans_points *p;
  const kmeans_state *s;
  float *centres, *norm2; /* k x d, k */
  float *leave, *enter;   /* k: the factors of the condition */
  GArray **found;         /* parts: of gsize */
} hunt;

/* The best that another cluster offers each of `count` rows, less the doubt about it; products: k x count. */
static void
offers (const hunt *h, gsize first, gsize count, const float *products, float *least)
{
  const float *size2 = h->p->norm2 + first;
  const int *labels = h->s->labels + first;
  for (gsize i = 0; i < count; i++)
    least[i] = FLT_MAX;
  for (int c = 0; c < h->s->k; c++)
    {
      const float *product = products + (gsize) c * count;
      float enter = h->enter[c], norm2 = h->norm2[c];
      for (gsize i = 0; i < count; i++)
        {
          float offer = enter * (product[i] + norm2 + size2[i]) - DOUBT * (size2[i] + norm2);
          offer = labels[i] == c ? FLT_MAX : offer;
          least[i] = offer < least[i] ? offer : least[i];
        }
    }
}

static void
hunt_part (gsize part, gpointer user)
{
  hunt *h = user;
  const kmeans_points *p = h->p;
  gsize k = (gsize) h->s->k, end = blocks_first (p->n, p->parts, part + 1);
  g_autofree float *scratch = p->copy == NULL ? g_new (float, KMEANS_BLOCK * p->d) : NULL;
  g_autofree float *products = g_new (float, KMEANS_BLOCK *k);
  float least[KMEANS_BLOCK];
  h->found[part] = g_array_new (FALSE, FALSE, sizeof (gsize));
  for (gsize first = blocks_first (p->n, p->parts, part); first < end; first += KMEANS_BLOCK)
    {
      gsize count = MIN (KMEANS_BLOCK, end - first);
      linalg_gemm_nt (k, count, p->d, -2, h->centres, kmeans_points_block (p, first, count, scratch), 0, products);
      offers (h, first, count, products, least);
      for (gsize i = 0; i < count; i++)
        {
          gsize row = first + i, own = (gsize) h->s->labels[row];
          float size2 = p->norm2[row] + h->norm2[own];
          if (h->s->sizes[own] > 1 && least[i] < h->leave[own] * (products[own * count + i] + size2) + DOUBT * size2)
            g_array_append_val (h->found[part], row);
        }
    }
}

static void
find_candidates (const kmeans_points *p, const kmeans_state *s, GArray **found)
{
  gsize k = (gsize) s->k, d = p->d;
  g_autofree float *centres = g_new (float, k *d);
  g_autofree float *factors = g_new0 (float, 3 * k);
  hunt h = { .p = p, .s = s, .centres = centres, .norm2 = factors, .found = found };
  h.leave = factors + k;
  h.enter = factors + 2 * k;
  for (gsize c = 0; c < k; c++)
    {
      double size = (double) s->sizes[c], sum = 0;
      for (gsize q = 0; q < d; q++)
        {
          centres[c * d + q] = (float) s->centres[c * d + q];
          sum += (double) centres[c * d + q] * (double) centres[c * d + q];
        }
      h.norm2[c] = (float) sum;
      h.leave[c] = (float) (size / (size - 1)); /* never used for a cluster of one */
      h.enter[c] = (float) (size / (size + 1));
    }
  blocks_run (p->parts, kmeans_points_threads (p, s->k), hunt_part, &h);
}

static void
exchange (const kmeans_points *p, kmeans_state *s, gsize i, const float *row, int to)
{
  int from = s->labels[i];
  double *a = s->sums + (gsize) from * p->d, *b = s->sums + (gsize) to * p->d;
  double *ca = s->centres + (gsize) from * p->d, *cb = s->centres + (gsize) to * p->d;
  double na = (double) --s->sizes[from], nb = (double) ++s->sizes[to];
  for (gsize c = 0; c < p->d; c++)
    {
      a[c] -= row[c];
      b[c] += row[c];
      ca[c] = a[c] / na;
      cb[c] = b[c] / nb;
    }
  s->labels[i] = to;
}

/* Returns by how much the inertia falls. */
static double
try_row (const kmeans_points *p, kmeans_state *s, gsize i, float *scratch)
{
  int own = s->labels[i], best = own;
  double n_own = (double) s->sizes[own];
  if (n_own < 2)
    return 0;
  const float *row = kmeans_points_block (p, i, 1, scratch);
  double now = n_own / (n_own - 1) * rows_distance2_to (row, s->centres + (gsize) own * p->d, p->d);
  double least = now * (1 - 1e-9); /* a gain that is not rounding, or rows would move for ever */
  for (int c = 0; c < s->k; c++)
    {
      if (c == own)
        continue;
      double size = (double) s->sizes[c];
      double then = size / (size + 1) * rows_distance2_to (row, s->centres + (gsize) c * p->d, p->d);
      if (then < least)
        {
          least = then;
          best = c;
        }
    }
  if (best == own)
    return 0;
  exchange (p, s, i, row, best);
  return now - least;
}

gboolean
kmeans_exchange (const kmeans_points *p, kmeans_state *s, double enough, const job *j, GError **error)
{
  g_autofree float *scratch = g_new (float, p->d);
  g_autofree GArray **found = g_new0 (GArray *, p->parts);
  double gain = INFINITY;
  gboolean ok = TRUE;
  for (int sweep = 0; sweep < MAX_SWEEPS && s->k > 1 && gain > enough * s->inertia && ok; sweep++)
    {
      gain = 0;
      find_candidates (p, s, found);
      for (gsize part = 0; part < p->parts; part++)
        {
          ok = ok && job_go_on (j, error);
          for (gsize q = 0; q < found[part]->len && ok; q++)
            gain += try_row (p, s, g_array_index (found[part], gsize, q), scratch);
          g_array_unref (found[part]);
        }
    }
  s->inertia = kmeans_inertia (p, s);
  return ok;
}
