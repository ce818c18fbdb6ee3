/* Thirds of a number are cut in the rest, not in everything: many alike pictures would else move the mark they are
 * measured by. */
#include "judge/facts.h"

#include <math.h>
#include <stdlib.h>

#include "judge/statistics.h"

#define THIRD (1.0 / 3.0)

void
fact_options_init (fact_options *o)
{
  *o = (fact_options){ .least_share = 0.6, .least_lift = 1.3, .alpha = 0.01, .most = 3 };
}

float *
fact_numbers (const fact_column *c, gsize n)
{
  if (c->values == NULL || c->n_values <= NUMBERS_LEAST)
    return NULL;
  g_autofree float *value = g_new (float, c->n_values);
  value[0] = NAN;
  for (guint32 v = 1; v < c->n_values; v++)
    {
      char *end = NULL;
      double number = g_ascii_strtod (c->values[v], &end);
      if (end == c->values[v] || *end != '\0' || !isfinite ((float) number))
        return NULL;
      value[v] = (float) number;
    }
  float *numbers = g_new (float, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    numbers[i] = value[c->of[i]];
  return numbers;
}

static int
by_number (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

gsize
fact_quantiles (const float *numbers, gsize n, const guint8 *wanted, const double *shares, int count, float *out)
{
  g_autofree float *sorted = g_new (float, MAX (n, 1));
  gsize m = 0;

  for (gsize i = 0; i < n; i++)
    if (isfinite (numbers[i]) && (wanted == NULL || wanted[i]))
      sorted[m++] = numbers[i];
  qsort (sorted, m, sizeof *sorted, by_number);
  for (int s = 0; s < count; s++)
    {
      double at = ceil (shares[s] * (double) m - 1e-9) - 1.0;
      out[s] = m > 0 ? sorted[(gsize) CLAMP (at, 0.0, (double) (m - 1))] : 0.0f;
    }
  return m;
}

/* Fills in shares and p. TRUE where it may be said of the members, the number of tests aside. */
static gboolean
weigh (fact *f, gsize with, gsize members, gsize with_rest, gsize rest, const fact_options *o)
{
  if (members == 0 || rest == 0)
    return FALSE;
  f->share = (double) with / (double) members;
  f->rest = (double) with_rest / (double) rest;
  if (f->share < o->least_share || f->share < o->least_lift * f->rest)
    return FALSE;
  f->p = fisher_exact (with, members - with, with_rest, rest - with_rest).greater;
  return TRUE;
}

/* The best value of a column of words; *looked grows by the values tried. */
static gboolean
find_value (const fact_column *c, gsize n, const guint8 *member, const fact_options *o, gsize *looked, fact *best)
{
  g_autofree gsize *seen = g_new0 (gsize, 2 * (gsize) c->n_values + 2);
  gsize total[2] = { 0, 0 };
  gboolean found = FALSE;

  for (gsize i = 0; i < n; i++)
    if (member[i] <= 1 && c->of[i] != 0)
      {
        seen[2 * (gsize) c->of[i] + member[i]]++;
        total[member[i]]++;
      }
  for (guint32 v = 1; v < c->n_values; v++)
    {
      fact f = { .value = v };
      gsize with = seen[2 * (gsize) v + 1];
      *looked += with > 0;
      if (with > 0 && weigh (&f, with, total[1], seen[2 * (gsize) v], total[0], o) && (!found || f.p < best->p))
        *best = f, found = TRUE;
    }
  return found;
}

static gboolean
find_side (const float *numbers, gsize n, const guint8 *member, const fact_options *o, gsize *looked, fact *best)
{
  const double shares[] = { THIRD, 2 * THIRD };
  g_autofree guint8 *rest = g_new (guint8, MAX (n, 1));
  gsize total[2] = { 0, 0 }, low[2] = { 0, 0 }, high[2] = { 0, 0 };
  float cut[2];
  gboolean found = FALSE;

  for (gsize i = 0; i < n; i++)
    rest[i] = member[i] == 0;
  if (fact_quantiles (numbers, n, rest, shares, 2, cut) == 0)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (member[i] <= 1 && isfinite (numbers[i]))
      {
        total[member[i]]++;
        low[member[i]] += numbers[i] <= cut[0];
        high[member[i]] += numbers[i] > cut[1];
      }
  *looked += 2;
  for (int side = -1; side <= 1; side += 2)
    {
      const gsize *with = side < 0 ? low : high;
      fact f = { .side = side };
      if (weigh (&f, with[1], total[1], with[0], total[0], o) && (!found || f.p < best->p))
        *best = f, found = TRUE;
    }
  return found;
}

static int
by_p (const void *a, const void *b)
{
  const fact *x = a, *y = b;

  if (x->p != y->p)
    return x->p < y->p ? -1 : 1;
  return x->share != y->share ? (x->share > y->share ? -1 : 1) : x->column - y->column;
}

int
facts_find (const fact_column *columns, int n_columns, gsize n, const guint8 *member, const fact_options *o, fact *out)
{
  g_autofree fact *found = g_new0 (fact, MAX (n_columns, 1));
  gsize looked = 0;
  int n_found = 0, said = 0;

  for (int c = 0; c < n_columns; c++)
    {
      g_autofree float *read = columns[c].numbers == NULL ? fact_numbers (&columns[c], n) : NULL;
      const float *numbers = columns[c].numbers != NULL ? columns[c].numbers : read;
      fact best = { 0 };
      if (numbers != NULL ? find_side (numbers, n, member, o, &looked, &best)
                          : columns[c].values != NULL && find_value (&columns[c], n, member, o, &looked, &best))
        {
          best.column = c;
          found[n_found++] = best;
        }
    }
  qsort (found, (gsize) n_found, sizeof *found, by_p);
  while (said < n_found && said < o->most && found[said].p * (double) MAX (looked, 1) <= o->alpha)
    {
      out[said] = found[said];
      said++;
    }
  return said;
}

char *
facts_words (const fact *facts, int n, const fact_column *columns)
{
  GString *s = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    {
      const fact_column *c = &columns[facts[i].column];
      const char *word = facts[i].side < 0 ? c->low_word : c->high_word;
      g_string_append (s, i > 0 ? ", " : "");
      if (facts[i].side == 0)
        g_string_append_printf (s, "%s = %s", c->name, c->values[facts[i].value]);
      else if (word != NULL)
        g_string_append (s, word);
      else
        g_string_append_printf (s, "%s %s", facts[i].side < 0 ? "low" : "high", c->name);
    }
  return g_string_free (s, FALSE);
}
