/* Each kind is scored apart against clean: the log odds of the kind against clean, which one softmax over kinds and clean
 * gives and which do not hang on the other kinds. "unknown" joins them by the distance from clean pictures, for kinds no one has
 * thought of. How they become one score: joint.c. */
#include "noise/detector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "noise/detector_internal.h"
#include "noise/order.h"

#define LEAST_GIVEN 20
#define NO_CHANCE   -50 /* log odds */

/* --- making -------------------------------------------------------------------------------- */

static gsize
place (detector *d, float *block)
{
  float *next = block;
  float **fields[] = { &d->at.centre, &d->at.scale, &d->at.low,  &d->at.middle,
                       &d->at.high,   &d->at.least, &d->at.most, &d->at.clean_mean };
  gsize outputs = 2 * (gsize) d->known + 1;
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++, next += d->d)
    *fields[i] = next;
  d->at.whiten = next;
  d->at.tails = next + d->d * d->d;
  d->at.clean_scores = d->at.tails + (gsize) (d->known + 1) * DETECTOR_TAILS;
  next = d->at.clean_scores + DETECTOR_QUANTILES;
  for (int i = 0; i < DETECTOR_NETS; i++, next += net_size (d->d, DETECTOR_HIDDEN, outputs))
    {
      d->at.blocks[i] = next;
      net_place (&d->nets[i], d->d, DETECTOR_HIDDEN, outputs, next);
    }
  return (gsize) (next - block);
}

detector *
detector_new (gsize d, int n_kinds, const char *const *kinds, const char *const *families)
{
  detector *made = g_new0 (detector, 1);
  made->d = d;
  made->known = n_kinds;
  made->stretch = 1;
  made->colour = -1;
  for (int k = 0; k < n_kinds; k++)
    {
      made->kinds[k] = g_strdup (kinds[k]);
      made->families[k] = g_strdup (families[k]);
    }
  made->kinds[n_kinds] = g_strdup ("unknown");
  made->families[n_kinds] = g_strdup ("unknown");
  static float nowhere[1];
  made->n_all = place (made, nowhere);
  made->all = g_new0 (float, made->n_all);
  place (made, made->all);
  return made;
}

void
detector_free (detector *d)
{
  if (d == NULL)
    return;
  for (int k = 0; k <= d->known; k++)
    {
      g_free (d->kinds[k]);
      g_free (d->families[k]);
    }
  g_free (d->given);
  g_free (d->name);
  g_free (d->note);
  g_free (d->all);
  g_free (d);
}

const char *
detector_name (const detector *d)
{
  return d->name;
}

int
detector_kinds (const detector *d)
{
  return d->known + 1;
}

const char *
detector_kind (const detector *d, int kind)
{
  return d->kinds[kind];
}

const char *
detector_family (const detector *d, int kind)
{
  return d->families[kind];
}

int
detector_kind_find (const detector *d, const char *name)
{
  for (int k = 0; k <= d->known; k++)
    if (strcmp (d->kinds[k], name) == 0)
      return k;
  return -1;
}

/* --- judging ------------------------------------------------------------------------------- */

void
detector_standardise (const detector *d, const float *measures, float *z)
{
  for (gsize i = 0; i < d->d; i++)
    {
      float value = (measures[i] - d->at.centre[i]) * d->at.scale[i];
      z[i] = CLAMP (value, -DETECTOR_BEYOND, DETECTOR_BEYOND);
    }
}

double
detector_strangeness (const detector *d, const float *z, float *room)
{
  double sum = 0;
  for (gsize i = 0; i < d->d; i++)
    room[i] = z[i] - d->at.clean_mean[i];
  for (gsize r = 0; r < d->d; r++)
    {
      const float *row = d->at.whiten + r * d->d;
      float along[8] = { 0 };
      gsize i = 0;
      for (; i + 8 <= d->d; i += 8) /* eight sums side by side, which vector units add at once, in a fixed order */
        for (int lane = 0; lane < 8; lane++)
          along[lane] += row[i + lane] * room[i + lane];
      for (; i < d->d; i++)
        along[0] += row[i] * room[i];
      double whole = 0;
      for (int lane = 0; lane < 8; lane++)
        whole += along[lane];
      sum += whole * whole;
    }
  return sqrt (sum / (double) d->d);
}

void
detector_scores (const detector *d, const float *z, float *kinds, float *severities)
{
  float hidden[DETECTOR_HIDDEN], out[2 * DETECTOR_MOST_KINDS + 1];
  memset (kinds, 0, sizeof *kinds * (gsize) d->known);
  memset (severities, 0, sizeof *severities * (gsize) d->known);
  for (int n = 0; n < DETECTOR_NETS; n++)
    {
      net_run (&d->nets[n], 1, z, hidden, out);
      for (int k = 0; k < d->known; k++)
        {
          kinds[k] += (out[k] - out[d->known]) / DETECTOR_NETS;
          severities[k] += out[d->known + 1 + k] / DETECTOR_NETS;
        }
    }
}

double
detector_log_odds (const detector *d, double score)
{
  double log_odds = d->slope * (d->stretch * score + d->shift) + d->offset;
  return CLAMP (log_odds, -50, 50);
}

double
detector_noise (const detector *d, double score)
{
  return 1 / (1 + exp (-detector_log_odds (d, score)));
}

double
detector_outside (const detector *d, const float *measures)
{
  gsize n = 0;
  for (gsize i = 0; i < d->d; i++)
    n += measures[i] < d->at.least[i] || measures[i] > d->at.most[i];
  return (double) n / (double) d->d;
}

void
detector_know_colour (detector *d, gsize measure)
{
  d->colour = (gssize) measure;
}

static void
pass_over_colour (const detector *d, float *kinds)
{
  static const char *const of_colour[] = { "saturation", "colour-cast" };
  for (gsize i = 0; i < G_N_ELEMENTS (of_colour); i++)
    {
      int k = detector_kind_find (d, of_colour[i]);
      if (k >= 0)
        kinds[k] = NO_CHANCE;
    }
}

void
detector_judge (const detector *d, const float *measures, judgement *j)
{
  float z[DETECTOR_MOST_MEASURES], room[DETECTOR_MOST_MEASURES], severities[DETECTOR_MOST_KINDS];
  *j = (judgement){ 0 };
  detector_standardise (d, measures, z);
  detector_scores (d, z, j->kinds, severities);
  if (d->colour >= 0 && measures[d->colour] <= 0)
    pass_over_colour (d, j->kinds);
  double strangeness = detector_strangeness (d, z, room);
  j->kinds[d->known] = (float) (d->strange_slope * log (MAX (strangeness, 1e-6)) + d->strange_offset);
  for (int k = 1; k < d->known; k++)
    if (j->kinds[k] > j->kinds[j->kind])
      j->kind = k;
  /* a kind likelier than clean explains the picture, however strange it is besides */
  if (j->kinds[j->kind] < MIN (j->kinds[d->known], 0))
    j->kind = d->known;
  j->severity = j->kind < d->known ? CLAMP (severities[j->kind], 1, 5) : 3;
  j->score = (float) joint_score (d, j->kinds);
  j->noise = (float) detector_noise (d, j->score);
  j->unlike = (float) (detector_outside (d, measures) / MAX (d->unlike, 1e-6));
}

/* --- threshold ------------------------------------------------------------------------------ */

double
detector_threshold (const detector *d, double false_alarms)
{
  double shipped = (order_quantile (d->at.clean_scores, DETECTOR_QUANTILES, 1 - false_alarms) - d->shift) / d->stretch;
  if (d->given == NULL)
    return shipped;
  /* The order statistic that one more clean picture exceeds with this probability at most (Vovk, Gammerman, Shafer 2005, section 2.2) */
  double rank = ceil ((double) (d->n_given + 1) * (1 - false_alarms));
  return rank <= (double) d->n_given ? d->given[(gsize) rank - 1] : MAX (shipped, d->given[d->n_given - 1]);
}

double
detector_false_alarms (const detector *d, double score)
{
  double low = 0, high = 1; /* the threshold falls as the share rises */
  if (detector_threshold (d, low) <= score)
    return low;
  if (detector_threshold (d, high) > score)
    return high;
  for (int i = 0; i < 60; i++)
    {
      double middle = (low + high) / 2;
      if (detector_threshold (d, middle) <= score)
        high = middle;
      else
        low = middle;
    }
  return high;
}

gboolean
detector_calibrate (detector *d, const float *scores, gsize n, GError **error)
{
  if (n < LEAST_GIVEN)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "%" G_GSIZE_FORMAT " clean pictures are too few to calibrate by; %d are the least, 300 are better",
                   n, LEAST_GIVEN);
      return FALSE;
    }
  g_free (d->given);
  d->given = g_memdup2 (scores, n * sizeof *scores);
  d->n_given = n;
  order_floats (d->given, n);
  /* median and 95th percentile are laid on those of the shipped pictures */
  double middle = order_quantile (d->given, n, 0.5), high = order_quantile (d->given, n, 0.95);
  double to_middle = order_quantile (d->at.clean_scores, DETECTOR_QUANTILES, 0.5);
  double to_high = order_quantile (d->at.clean_scores, DETECTOR_QUANTILES, 0.95);
  d->stretch = (to_high - to_middle) / MAX (high - middle, 0.1);
  d->shift = to_middle - d->stretch * middle;
  return TRUE;
}
