/* What depends on the order of scores alone, and how confidence keeps its word. Everything sorts once and walks. */
#include "judge/statistics.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
  double score;
  gsize i;
} ranked;

static int
by_score (const void *a, const void *b)
{
  const ranked *x = a, *y = b;

  return x->score != y->score ? (x->score < y->score ? -1 : 1) : (x->i < y->i ? -1 : x->i > y->i);
}

/* Ascending; free with g_free. */
static ranked *
ranked_new (const double *score, gsize n)
{
  ranked *order = g_new (ranked, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    order[i] = (ranked){ score[i], i };
  qsort (order, n, sizeof *order, by_score);
  return order;
}

static gsize
tie_end (const ranked *order, gsize n, gsize from)
{
  gsize to = from + 1;

  while (to < n && order[to].score == order[from].score)
    to++;
  return to;
}

/* A row's placement is the share of the other side that it beats: its midrank in all minus its midrank among its own. */
auroc_result
auroc (const double *score, const gint8 *positive, gsize n)
{
  auroc_result r = { .value = 0.5 };
  g_autofree ranked *order = ranked_new (score, n);
  gsize seen[2] = { 0, 0 };
  double sum[2] = { 0, 0 }, squares[2] = { 0, 0 };

  for (gsize i = 0; i < n; i++)
    r.n_positive += positive[i] != 0;
  r.n_negative = n - r.n_positive;
  double all[2] = { (double) r.n_negative, (double) r.n_positive };
  if (r.n_positive == 0 || r.n_negative == 0)
    return r;
  r.value = 0.0;
  for (int pass = 0; pass < 2; pass++) /* the mean first: squares about it keep their digits */
    {
      seen[0] = seen[1] = 0;
      for (gsize i = 0, to; i < n; i = to)
        {
          double tied[2] = { 0, 0 };
          to = tie_end (order, n, i);
          for (gsize j = i; j < to; j++)
            tied[positive[order[j].i] != 0] += 1.0;
          double beats = ((double) seen[0] + 0.5 * tied[0]) / all[0];
          double beaten = 1.0 - ((double) seen[1] + 0.5 * tied[1]) / all[1];
          if (pass == 0)
            sum[1] += tied[1] * beats;
          else
            {
              squares[1] += tied[1] * (beats - r.value) * (beats - r.value);
              squares[0] += tied[0] * (beaten - r.value) * (beaten - r.value);
            }
          seen[0] += (gsize) tied[0];
          seen[1] += (gsize) tied[1];
        }
      if (pass == 0)
        r.value = sum[1] / all[1];
    }
  if (r.n_positive > 1 && r.n_negative > 1)
    r.error = sqrt (squares[1] / (all[1] * (all[1] - 1.0)) + squares[0] / (all[0] * (all[0] - 1.0)));
  return r;
}

double
average_precision (const double *score, const gint8 *positive, gsize n)
{
  g_autofree ranked *order = ranked_new (score, n);
  double hits = 0.0, sum = 0.0;

  for (gsize end = n; end > 0;)
    {
      gsize from = end - 1;
      double gained = 0.0;
      while (from > 0 && order[from - 1].score == order[end - 1].score)
        from--;
      for (gsize j = from; j < end; j++)
        gained += positive[order[j].i] != 0;
      hits += gained;
      sum += gained * hits / (double) (n - from);
      end = from;
    }
  return hits > 0.0 ? sum / hits : 0.0;
}

recall_point *
recall_curve (const double *score, const gint8 *positive, gsize n, gsize most, gsize *n_points)
{
  g_autofree ranked *order = ranked_new (score, n);
  GArray *points = g_array_new (FALSE, FALSE, sizeof (recall_point));
  gsize hits = 0, all = 0, step = n / MAX (most, 1) + 1, last = n;

  for (gsize i = 0; i < n; i++)
    all += positive[i] != 0;
  for (gsize i = n; i-- > 0;)
    {
      hits += positive[order[i].i] != 0;
      if (i > 0 && (order[i - 1].score == order[i].score || last - i < step))
        continue;
      recall_point p = { order[i].score, (double) hits / (double) (n - i),
                         all > 0 ? (double) hits / (double) all : 0.0 };
      g_array_append_val (points, p);
      last = i;
    }
  *n_points = points->len;
  return (recall_point *) g_array_free (points, FALSE);
}

static void
bin_add (reliability_bin *b, double confidence, gboolean correct)
{
  b->n++;
  b->confidence += confidence;
  b->accuracy += correct;
}

/* Sums become means; returns the weighted sum of gaps. */
static double
bins_finish (reliability_bin *bins, int count, gsize n)
{
  double gaps = 0.0;

  for (int i = 0; i < count; i++)
    if (bins[i].n > 0)
      {
        gaps += fabs (bins[i].accuracy - bins[i].confidence) / (double) n;
        bins[i].accuracy /= (double) bins[i].n;
        bins[i].confidence /= (double) bins[i].n;
      }
  return gaps;
}

double
calibration_error (const double *confidence, const gint8 *correct, gsize n, int count, reliability_bin *bins)
{
  g_autofree reliability_bin *own = bins == NULL ? g_new (reliability_bin, count) : NULL;
  reliability_bin *b = bins == NULL ? own : bins;

  for (int i = 0; i < count; i++)
    b[i] = (reliability_bin){ .low = (double) i / count, .high = (double) (i + 1) / count };
  for (gsize i = 0; i < n; i++)
    {
      int at = CLAMP ((int) ceil (confidence[i] * count) - 1, 0, count - 1);
      /* The product may round across an edge. */
      if (at > 0 && confidence[i] <= b[at].low)
        at--;
      else if (at < count - 1 && confidence[i] > b[at].high)
        at++;
      bin_add (&b[at], confidence[i], correct[i] != 0);
    }
  return bins_finish (b, count, n);
}

double
calibration_error_adaptive (const double *confidence, const gint8 *correct, gsize n, int count, reliability_bin *bins,
                            int *n_bins)
{
  g_autofree ranked *order = ranked_new (confidence, n);
  int used = 0;

  for (gsize i = 0; i < n && used < count; used++)
    {
      /* Ends come from the whole, so that a long tie does not starve the bins after it. */
      gsize end = MAX ((gsize) ((double) n * (used + 1) / count + 0.5), i + 1);
      end = used == count - 1 ? n : MIN (end, n);
      end = tie_end (order, n, end - 1);
      bins[used] = (reliability_bin){ .low = order[i].score, .high = order[end - 1].score };
      for (gsize j = i; j < end; j++)
        bin_add (&bins[used], order[j].score, correct[order[j].i] != 0);
      i = end;
    }
  *n_bins = used;
  return bins_finish (bins, used, n);
}
