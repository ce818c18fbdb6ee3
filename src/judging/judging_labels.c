/* Suspected wrong labels. A class without a labelled picture is suspected of nobody, so all such classes share one column, that of the
 * likeliest of them: what is kept grows with the labelled classes, not with a thousand of ImageNet's. */
#include "judging/judging.h"

#include <math.h>

#define MOST_CELLS ((gsize) 1 << 28) /* probabilities kept at once: 1 GB */

/* Fit pictures with a label, and classes with one of those. */
typedef struct {
  GArray *of;       /* gsize: pictures */
  int *column;      /* classes: of the labelled ones; -1 */
  GArray *class_of; /* int: of a column */
} labelled;

static void
labelled_clear (labelled *l)
{
  g_array_unref (l->of);
  g_array_unref (l->class_of);
  g_free (l->column);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (labelled, labelled_clear)

static void
labelled_init (labelled *l, const judging *g)
{
  gsize classes = g->joined.classes.n;
  *l = (labelled){ .of = g_array_new (FALSE, FALSE, sizeof (gsize)),
                   .class_of = g_array_new (FALSE, FALSE, sizeof (int)),
                   .column = g_new (int, MAX (classes, 1)) };
  g_autofree gboolean *used = g_new0 (gboolean, MAX (classes, 1));
  for (gsize i = 0; i < g->n; i++)
    if (g->noisy[i] == 0 && g->joined.truth[i] >= 0)
      {
        used[g->joined.truth[i]] = TRUE;
        g_array_append_val (l->of, i);
      }
  for (gsize c = 0; c < classes; c++)
    {
      int class = (int) c;
      l->column[c] = used[c] ? (int) l->class_of->len : -1;
      if (used[c])
        g_array_append_val (l->class_of, class);
    }
}

/* Probabilities of picture i; FALSE where there are none. */
static gboolean
probabilities_of (const judging *g, gsize i, float *out)
{
  if (g->scores.n > 0)
    return class_scores_row (&g->scores, i, out);
  const float *row = matrix_row (&g->joined.probabilities, i);
  for (gsize c = 0; c < g->joined.classes.n; c++)
    out[c] = row[c];
  return TRUE;
}

static void
narrow (const labelled *l, gsize classes, const float *p, float *out)
{
  float *rest = out + l->class_of->len;
  *rest = 0;
  for (gsize c = 0; c < classes; c++)
    if (l->column[c] >= 0)
      out[l->column[c]] = p[c];
    else if (!isnan (*rest) && !(p[c] <= *rest)) /* a NAN stays */
      *rest = p[c];
}

/* n x (labelled classes + 1), or NULL: there are no probabilities, or too many. g_free. */
static float *
gather (const judging *g, const labelled *l)
{
  gsize classes = g->joined.classes.n, width = l->class_of->len + 1;
  if ((g->scores.file == NULL && g->joined.probabilities.d == 0) || l->of->len > MOST_CELLS / width)
    return NULL;
  float *all = g_try_new (float, l->of->len *width + 1);
  g_autofree float *p = g_new (float, classes);
  for (gsize i = 0; all != NULL && i < l->of->len; i++)
    {
      float *out = all + i * width;
      if (probabilities_of (g, g_array_index (l->of, gsize, i), p))
        narrow (l, classes, p, out);
      else
        for (gsize c = 0; c < width; c++)
          out[c] = NAN;
    }
  return all;
}

static void
suspect_by_all (judging *g, const labelled *l, const float *all)
{
  gsize n = l->of->len;
  matrix m = { .n = n, .d = l->class_of->len + 1, .data = all };
  g_autofree int *label = g_new (int, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    label[i] = l->column[g->joined.truth[g_array_index (l->of, gsize, i)]];
  label_rows rows = { .n = n, .n_classes = (int) m.d, .label = label, .probabilities = &m };
  label_report_init (&g->left.labels, &rows, LABELS_BY_MARGIN);
  g->left.suggested = g_new (float, MAX (g->left.labels.n_suspects, 1));
  for (gsize i = 0; i < g->left.labels.n_suspects; i++)
    {
      label_suspect *s = &g->left.labels.suspects[i];
      gsize row = s->row;
      int likely = s->likely;
      s->row = g_array_index (l->of, gsize, row);
      s->given = g_array_index (l->class_of, int, s->given);
      s->likely = g_array_index (l->class_of, int, likely);
      g->left.suggested[i] = all[row * m.d + (gsize) likely];
    }
  g->left.labelled = g->left.labels.n > 0 ? LABELS_BY_ALL : LABELS_NOT_JUDGED;
}

static void
suspect_by_top (judging *g)
{
  g_autofree guint8 *wanted = g_new (guint8, MAX (g->n, 1));
  for (gsize i = 0; i < g->n; i++)
    wanted[i] = g->noisy[i] == 0;
  label_rows rows = { .n = g->n,
                      .n_classes = (int) g->joined.classes.n,
                      .label = g->joined.truth,
                      .wanted = wanted,
                      .predicted = g->joined.prediction,
                      .confidence = g->joined.confidence };
  label_report_init (&g->left.labels, &rows, LABELS_BY_MARGIN);
  g->left.suggested = g_new (float, MAX (g->left.labels.n_suspects, 1));
  for (gsize i = 0; i < g->left.labels.n_suspects; i++)
    g->left.suggested[i] = g->joined.confidence[g->left.labels.suspects[i].row];
  g->left.labelled = g->left.labels.n > 0 ? LABELS_BY_TOP : LABELS_NOT_JUDGED;
}

void
leftovers_find_labels (judging *g)
{
  g_auto (labelled) l = { 0 };
  labelled_init (&l, g);
  g_autofree float *all = gather (g, &l);
  if (all != NULL)
    suspect_by_all (g, &l, all);
  else
    suspect_by_top (g);
}
