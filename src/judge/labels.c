/* Two looks at the probabilities: one for the thresholds, one for who passes them. The joint is a sorted list of
 * cells: with a thousand classes nearly all of a table would be 0. */
#include "judge/labels.h"

#include <math.h>
#include <stdlib.h>

void
label_report_clear (label_report *l)
{
  g_free (l->class_n);
  g_free (l->threshold);
  g_free (l->cells);
  g_free (l->suspects);
  *l = (label_report){ 0 };
}

static gboolean
row_known (const label_rows *r, gsize i)
{
  int c = r->n_classes, label = r->label[i];

  if (label < 0 || label >= c || (r->wanted != NULL && r->wanted[i] == 0))
    return FALSE;
  if (r->probabilities == NULL)
    return r->predicted != NULL && r->confidence != NULL && r->predicted[i] >= 0 && r->predicted[i] < c
           && isfinite (r->confidence[i]);
  const float *p = matrix_row (r->probabilities, i);
  for (int j = 0; j < c; j++)
    if (!isfinite (p[j]))
      return FALSE;
  return TRUE;
}

/* Only the top is known: what it leaves is spread evenly. */
static double
left_over (const label_rows *r, gsize i)
{
  return r->n_classes > 1 ? (1.0 - (double) r->confidence[i]) / (double) (r->n_classes - 1) : 0.0;
}

static double
self_confidence (const label_rows *r, gsize i)
{
  if (r->probabilities != NULL)
    return (double) matrix_row (r->probabilities, i)[r->label[i]];
  return r->predicted[i] == r->label[i] ? (double) r->confidence[i] : left_over (r, i);
}

/* The class a picture counts for, or -1; *other: the largest probability of a class that is not the label. */
static int
likely_class (const label_report *l, const label_rows *r, gsize i, double *other)
{
  int best = -1;

  *other = 0.0;
  if (r->probabilities == NULL)
    {
      int j = r->predicted[i];
      double p = (double) r->confidence[i];
      *other = j != r->label[i] ? p : left_over (r, i);
      return l->class_n[j] > 0 && p >= l->threshold[j] ? j : -1;
    }
  const float *p = matrix_row (r->probabilities, i);
  gboolean first = TRUE;
  for (int j = 0; j < r->n_classes; j++)
    {
      if (j != r->label[i] && (first || (double) p[j] > *other))
        *other = (double) p[j], first = FALSE;
      if (l->class_n[j] > 0 && (double) p[j] >= l->threshold[j] && (best < 0 || p[j] > p[best]))
        best = j;
    }
  return best;
}

static void
find_thresholds (label_report *l, const label_rows *r, guint8 *known)
{
  for (gsize i = 0; i < r->n; i++)
    {
      known[i] = row_known (r, i);
      if (!known[i])
        continue;
      l->n++;
      l->class_n[r->label[i]]++;
      l->threshold[r->label[i]] += self_confidence (r, i);
    }
  for (int c = 0; c < r->n_classes; c++)
    if (l->class_n[c] > 0)
      l->threshold[c] /= (double) l->class_n[c];
}

static int
by_class (const void *a, const void *b)
{
  const label_cell *x = a, *y = b;

  if (x->given != y->given)
    return x->given < y->given ? -1 : 1;
  return (x->likely > y->likely) - (x->likely < y->likely);
}

/* Cells equal in both classes become one. */
static void
merge_cells (GArray *cells)
{
  guint n = 0;
  label_cell *c = (label_cell *) (gpointer) cells->data;

  g_array_sort (cells, by_class);
  for (guint i = 0; i < cells->len; i++)
    if (n > 0 && by_class (&c[n - 1], &c[i]) == 0)
      c[n - 1].n += c[i].n;
    else
      c[n++] = c[i];
  g_array_set_size (cells, n);
}

static void
count_joint (label_report *l, const label_rows *r, const guint8 *known)
{
  g_autofree gsize *diagonal = g_new0 (gsize, MAX (r->n_classes, 1));
  GArray *cells = g_array_new (FALSE, FALSE, sizeof (label_cell));
  GArray *suspects = g_array_new (FALSE, FALSE, sizeof (label_suspect));

  for (gsize i = 0; i < r->n; i++)
    {
      double other;
      int given = r->label[i], likely = known[i] ? likely_class (l, r, i, &other) : -1;
      if (likely < 0)
        continue;
      l->counted++;
      if (likely == given)
        {
          diagonal[given]++;
          continue;
        }
      double own = self_confidence (r, i);
      label_cell cell = { given, likely, 1, 0.0 };
      label_suspect suspect = { i, given, likely, own, own - other };
      g_array_append_val (cells, cell);
      g_array_append_val (suspects, suspect);
    }
  for (int c = 0; c < r->n_classes; c++)
    if (diagonal[c] > 0)
      {
        label_cell cell = { c, c, diagonal[c], 0.0 };
        g_array_append_val (cells, cell);
      }
  merge_cells (cells);
  l->n_cells = cells->len;
  l->cells = (label_cell *) (gpointer) g_array_free (cells, FALSE);
  l->n_suspects = suspects->len;
  l->suspects = (label_suspect *) (gpointer) g_array_free (suspects, FALSE);
}

/* Variances take one picture of the whole's share into each class: a class of one would else be certain. */
static void
estimate_wrong (label_report *l)
{
  if (l->counted == 0)
    return;
  double pool = (double) l->n_suspects / (double) l->counted, value = 0.0, variance = 0.0, seen = 0.0;
  for (gsize at = 0, next; at < l->n_cells; at = next)
    {
      int given = l->cells[at].given;
      gsize row = 0, wrong = 0;
      for (next = at; next < l->n_cells && l->cells[next].given == given; next++)
        {
          row += l->cells[next].n;
          wrong += l->cells[next].likely != given ? l->cells[next].n : 0;
        }
      for (gsize c = at; c < next; c++)
        l->cells[c].pictures = (double) l->cells[c].n / (double) row * (double) l->class_n[given];
      double weight = (double) l->class_n[given] / (double) l->n;
      double rate = ((double) wrong + pool) / ((double) row + 1.0);
      value += weight * (double) wrong / (double) row;
      variance += weight * weight * rate * (1.0 - rate) / (double) row;
      seen += weight;
    }
  value = CLAMP (value + MAX (1.0 - seen, 0.0) * pool, 0.0, 1.0);
  double single = MAX (value * (1.0 - value), 0.0), most = (double) l->counted;
  double effective = single > 0.0 && variance > 0.0 ? MIN (single / variance, most) : most;
  l->wrong = wilson_effective (value, effective, l->counted, 0.95);
}

static int
by_margin (const void *a, const void *b)
{
  const label_suspect *x = a, *y = b;

  if (x->margin != y->margin)
    return x->margin < y->margin ? -1 : 1;
  return (x->row > y->row) - (x->row < y->row);
}

static int
by_self_confidence (const void *a, const void *b)
{
  const label_suspect *x = a, *y = b;

  if (x->self_confidence != y->self_confidence)
    return x->self_confidence < y->self_confidence ? -1 : 1;
  return (x->row > y->row) - (x->row < y->row);
}

void
label_report_init (label_report *l, const label_rows *r, label_order order)
{
  g_autofree guint8 *known = g_new0 (guint8, MAX (r->n, 1));

  *l = (label_report){ .n_classes = r->n_classes };
  l->class_n = g_new0 (gsize, MAX (r->n_classes, 1));
  l->threshold = g_new0 (double, MAX (r->n_classes, 1));
  find_thresholds (l, r, known);
  count_joint (l, r, known);
  estimate_wrong (l);
  if (l->n_suspects > 1)
    qsort (l->suspects, l->n_suspects, sizeof *l->suspects, order == LABELS_BY_MARGIN ? by_margin : by_self_confidence);
}
