/* Rows of the store hold what the graph gave, so that whether it ends in softmax is decided over all pictures at once, and
 * restricting classes computes nothing anew. */
#include "judging/classifier.h"

#include <math.h>

#include "base/error.h"

#define RANGE_SLACK 1e-3 /* of a probability, and */
#define SUM_SLACK   1e-2 /* of their sum: half-precision graphs are as far off as this */
#define TOP         5

gboolean
class_scores_check (gsize width, gsize classes, const char *model, GError **error)
{
  if (width == classes || (width == 1 && classes == 2))
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "model '%s' gives %" G_GSIZE_FORMAT " class scores where --classes names %" G_GSIZE_FORMAT
               " classes: give --classes a file of one name a line, in the order of the model's scores",
               model, width, classes);
  return FALSE;
}

static gboolean
is_probable (const float *scores, gsize width)
{
  double sum = 0;
  for (gsize c = 0; c < width; c++)
    {
      if (!(scores[c] >= -RANGE_SLACK && scores[c] <= 1 + RANGE_SLACK))
        return FALSE;
      sum += scores[c];
    }
  return width == 1 || fabs (sum - 1) <= SUM_SLACK;
}

void
class_scores_init (class_scores *c, matrix_file *file, gint64 *row, gsize n, gsize classes, const gboolean *allowed)
{
  *c = (class_scores){ .n = n, .classes = classes, .file = file, .row = row, .allowed = allowed };
  if (file == NULL)
    return;
  const matrix *m = matrix_file_get (file);
  c->width = m->d;
  for (gsize i = 0; i < n && !c->logits; i++)
    c->logits = row[i] >= 0 && !is_probable (m->data + (gsize) row[i] * m->d, m->d);
}

void
class_scores_clear (class_scores *c)
{
  matrix_file_free (c->file);
  g_free (c->row);
  *c = (class_scores){ 0 };
}

static gboolean
is_allowed (const class_scores *c, gsize class)
{
  return c->allowed == NULL || c->allowed[class];
}

static void
two_classes (const class_scores *c, float score, double *p)
{
  p[1] = c->logits ? 1 / (1 + exp (-(double) score)) : CLAMP ((double) score, 0, 1);
  p[0] = 1 - p[1];
}

static void
many_classes (const class_scores *c, const float *scores, double *p)
{
  double most = -INFINITY;
  for (gsize k = 0; k < c->classes; k++)
    if (is_allowed (c, k) && scores[k] > most)
      most = scores[k];
  for (gsize k = 0; k < c->classes; k++)
    p[k] = c->logits ? exp (scores[k] - most) : MAX (scores[k], 0);
}

void
class_scores_weigh (const class_scores *c, const float *scores, float *out)
{
  g_autofree double *p = g_new (double, c->classes);
  double sum = 0;
  if (c->width < c->classes)
    two_classes (c, scores[0], p);
  else
    many_classes (c, scores, p);
  gsize left = 0;
  for (gsize k = 0; k < c->classes; k++)
    {
      left += is_allowed (c, k);
      sum += is_allowed (c, k) ? p[k] : 0;
    }
  for (gsize k = 0; k < c->classes; k++)
    out[k] = !is_allowed (c, k) ? 0 : sum > 0 ? (float) (p[k] / sum) : 1 / (float) left;
}

gboolean
class_scores_row (const class_scores *c, gsize i, float *out)
{
  if (c->file == NULL || c->row[i] < 0)
    return FALSE;
  class_scores_weigh (c, matrix_file_get (c->file)->data + (gsize) c->row[i] * c->width, out);
  return TRUE;
}

void
class_scores_predict (const float *p, gsize classes, int truth, int *prediction, float *confidence, gint8 *top5)
{
  gsize best = 0, ahead = 0;
  for (gsize c = 1; c < classes; c++)
    if (p[c] > p[best])
      best = c;
  *prediction = (int) best;
  *confidence = MIN (p[best], 1);
  *top5 = -1;
  if (truth < 0)
    return;
  for (gsize c = 0; c < classes; c++)
    ahead += p[c] > p[truth] || (p[c] >= p[truth] && c < (gsize) truth);
  *top5 = ahead < TOP;
}
