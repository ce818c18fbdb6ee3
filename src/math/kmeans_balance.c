/* The cheapest assignment with no cluster smaller than min_size, given the centres: a minimum-cost flow. Every row begins at its nearest
 * centre, which is the cheapest assignment without bounds. Then one row's worth of flow at a time goes from a cluster that can spare it to
 * one that lacks it, along the cheapest path: an arc a -> b costs what it costs to move the one member of a that minds it least. Each
 * shortest path keeps the assignment the cheapest for its sizes (Ahuja, Magnanti, Orlin 1993, section 9.7). The arcs' members wait in one heap a pair;
 * a member that has left its cluster is dropped when it comes to the top. Memory: n x k doubles and about as many 32-bit heap entries. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "math/blocks.h"
#include "math/kmeans_parts.h"
#include "math/rows.h"

typedef struct {
  const kmeans_points *p;
  gsize k;
  const double *centres;
  double *cost;   /* n x k */
  int *labels;    /* n */
  gsize *sizes;   /* k */
  GArray **heaps; /* k x k of guint32: members of a, the one that minds moving to b least first */
} flow;

static void
cost_part (gsize part, gpointer user)
{
  flow *f = user;
  gsize d = f->p->d, end = blocks_first (f->p->n, f->p->parts, part + 1);
  g_autofree float *scratch = f->p->copy == NULL ? g_new (float, d) : NULL;
  for (gsize i = blocks_first (f->p->n, f->p->parts, part); i < end; i++)
    {
      const float *row = kmeans_points_block (f->p, i, 1, scratch);
      int best = 0;
      for (gsize c = 0; c < f->k; c++)
        {
          f->cost[i * f->k + c] = rows_distance2_to (row, f->centres + c * d, d);
          if (f->cost[i * f->k + c] < f->cost[i * f->k + (gsize) best])
            best = (int) c;
        }
      f->labels[i] = best;
    }
}

static double
mind (const flow *f, guint32 i, gsize a, gsize b)
{
  return f->cost[i * f->k + b] - f->cost[i * f->k + a];
}

/* Ties go to the lower row, so that the outcome does not depend on the heaps' history. */
static gboolean
before (const flow *f, guint32 i, guint32 q, gsize a, gsize b)
{
  double x = mind (f, i, a, b), y = mind (f, q, a, b);
  return x < y || (x == y && i < q);
}

static void
heap_push (flow *f, gsize a, gsize b, guint32 row)
{
  GArray *heap = f->heaps[a * f->k + b];
  g_array_append_val (heap, row);
  guint32 *v = (guint32 *) heap->data;
  guint at = heap->len - 1;
  while (at > 0 && before (f, row, v[(at - 1) / 2], a, b))
    {
      v[at] = v[(at - 1) / 2];
      at = (at - 1) / 2;
    }
  v[at] = row;
}

static void
heap_pop (flow *f, gsize a, gsize b)
{
  GArray *heap = f->heaps[a * f->k + b];
  guint32 *v = (guint32 *) heap->data;
  guint last = heap->len - 1, at = 0;
  guint32 row = v[last];
  for (guint child = 1; child < last; child = 2 * at + 1)
    {
      if (child + 1 < last && before (f, v[child + 1], v[child], a, b))
        child++;
      if (!before (f, v[child], row, a, b))
        break;
      v[at] = v[child];
      at = child;
    }
  v[at] = row;
  g_array_set_size (heap, last);
}

/* The member of a that minds moving to b least; FALSE when a has none. */
static gboolean
heap_top (flow *f, gsize a, gsize b, guint32 *row)
{
  GArray *heap = f->heaps[a * f->k + b];
  while (heap->len > 0)
    {
      *row = g_array_index (heap, guint32, 0);
      if (f->labels[*row] == (int) a)
        return TRUE;
      heap_pop (f, a, b);
    }
  return FALSE;
}

static void
enter (flow *f, guint32 row, gsize a)
{
  f->labels[row] = (int) a;
  for (gsize b = 0; b < f->k; b++)
    if (b != a)
      heap_push (f, a, b, row);
}

/* Bellman and Ford from every cluster above min_size at once (arcs may be negative, cycles are not). Returns the cheapest cluster below
 * min_size, or k; `through` says from where each was reached. */
static gsize
cheapest_path (flow *f, gsize min_size, double *distance, gsize *through, const double *arc)
{
  gsize k = f->k, end = k;
  for (gsize c = 0; c < k; c++)
    {
      distance[c] = f->sizes[c] > min_size ? 0 : INFINITY;
      through[c] = k;
    }
  gboolean better = TRUE;
  for (gsize round = 0; round < k && better; round++)
    {
      better = FALSE;
      for (gsize a = 0; a < k; a++)
        for (gsize b = 0; b < k && distance[a] < INFINITY; b++)
          {
            double there = distance[a] + arc[a * k + b];
            /* rounding must not close a path into a circle */
            if (a != b && there < distance[b] && there < distance[b] - 1e-13 * fabs (there))
              {
                distance[b] = there;
                through[b] = a;
                better = TRUE;
              }
          }
    }
  for (gsize c = 0; c < k; c++)
    if (f->sizes[c] < min_size && distance[c] < INFINITY && (end == k || distance[c] < distance[end]))
      end = c;
  return end;
}

static void
set_arcs (flow *f, gsize a, double *arc)
{
  for (gsize b = 0; b < f->k; b++)
    {
      guint32 row;
      arc[a * f->k + b] = a != b && heap_top (f, a, b, &row) ? mind (f, row, a, b) : INFINITY;
    }
}

/* Moves one row along every arc of the path that ends in `end`. */
static void
follow_path (flow *f, gsize end, const gsize *through, double *arc)
{
  gsize k = f->k, steps = 0;
  g_autofree guint32 *rows = g_new (guint32, k);
  g_autofree gsize *to = g_new (gsize, k);
  for (gsize b = end; through[b] < k && steps < k; b = through[b])
    {
      heap_top (f, through[b], b, &rows[steps]);
      to[steps++] = b;
    }
  for (gsize s = 0; s < steps; s++)
    {
      f->sizes[f->labels[rows[s]]]--;
      f->sizes[to[s]]++;
      enter (f, rows[s], to[s]);
    }
  for (gsize s = 0; s < steps; s++)
    {
      set_arcs (f, to[s], arc);
      set_arcs (f, through[to[s]], arc);
    }
}

static gboolean
cheapest_assignment (flow *f, gsize min_size, const job *j, GError **error)
{
  gsize k = f->k;
  blocks_run (f->p->parts, kmeans_points_threads (f->p, (int) k), cost_part, f);
  memset (f->sizes, 0, k * sizeof *f->sizes);
  for (gsize q = 0; q < k * k; q++)
    g_array_set_size (f->heaps[q], 0);
  for (gsize i = 0; i < f->p->n; i++)
    f->sizes[f->labels[i]]++;
  gsize lacking = 0;
  for (gsize c = 0; c < k; c++)
    lacking += f->sizes[c] < min_size ? min_size - f->sizes[c] : 0;
  if (lacking == 0)
    return TRUE;
  for (gsize i = 0; i < f->p->n; i++)
    enter (f, (guint32) i, (gsize) f->labels[i]);
  g_autofree double *arc = g_new (double, k *k);
  g_autofree double *distance = g_new (double, k);
  g_autofree gsize *through = g_new (gsize, k);
  for (gsize a = 0; a < k; a++)
    set_arcs (f, a, arc);
  for (; lacking > 0; lacking--)
    {
      if (!job_go_on (j, error))
        return FALSE;
      gsize end = cheapest_path (f, min_size, distance, through, arc);
      if (end == k)
        break;
      follow_path (f, end, through, arc);
    }
  return TRUE;
}

/* Takes the flow's labels over. Returns whether they differ from the state's. */
static gboolean
adopt (const flow *f, kmeans_state *s)
{
  const kmeans_points *p = f->p;
  gboolean differ = memcmp (s->labels, f->labels, p->n * sizeof *s->labels) != 0;
  g_autofree float *scratch = g_new (float, p->d);
  memcpy (s->labels, f->labels, p->n * sizeof *s->labels);
  memcpy (s->sizes, f->sizes, f->k * sizeof *s->sizes);
  memset (s->sums, 0, f->k * p->d * sizeof *s->sums);
  for (gsize i = 0; i < p->n; i++)
    {
      const float *row = kmeans_points_block (p, i, 1, scratch);
      double *sum = s->sums + (gsize) s->labels[i] * p->d;
      for (gsize c = 0; c < p->d; c++)
        sum[c] += row[c];
    }
  kmeans_update (p, s);
  s->inertia = kmeans_inertia (p, s);
  return differ;
}

gboolean
kmeans_balance (const kmeans_points *p, kmeans_state *s, gsize min_size, int max_iterations, const job *j,
                GError **error)
{
  gsize k = (gsize) s->k;
  gboolean small = FALSE;
  for (gsize c = 0; c < k; c++)
    small |= s->sizes[c] < min_size;
  if (!small)
    return TRUE;
  if (p->n > G_MAXUINT32)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "a smallest cluster size can be kept for at most %u pictures: leave it out, or sample fewer",
                   G_MAXUINT32);
      return FALSE;
    }
  g_autofree double *cost = g_new (double, p->n *k);
  g_autofree int *labels = g_new (int, p->n);
  g_autofree gsize *sizes = g_new (gsize, k);
  g_autofree GArray **heaps = g_new (GArray *, k * k);
  flow f = { .p = p, .k = k, .centres = s->centres, .cost = cost, .labels = labels, .sizes = sizes, .heaps = heaps };
  for (gsize q = 0; q < k * k; q++)
    heaps[q] = g_array_new (FALSE, FALSE, sizeof (guint32));
  gboolean ok = TRUE, moving = TRUE;
  double last = INFINITY;
  for (int i = 0; i < MAX (max_iterations, 1) && moving && ok; i++)
    {
      ok = cheapest_assignment (&f, min_size, j, error);
      moving = ok && adopt (&f, s) && s->inertia < last * (1 - 1e-12);
      last = s->inertia;
    }
  for (gsize q = 0; q < k * k; q++)
    g_array_unref (heaps[q]);
  return ok;
}
