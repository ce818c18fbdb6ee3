/* Forms everything that may turn out to be a slice. Only counts of the first half may decide whether something is a
 * candidate: a look at the second would spoil its test. */
#include "judge/slices_internal.h"

#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "judge/regions.h"

/* The pieces of a number: outer tenths, where trouble gathers, and thirds. Shares from and to, as indices of CUTS. */
#define N_CUTS 4
static const double CUTS[N_CUTS] = { 0.1, 1.0 / 3.0, 2.0 / 3.0, 0.9 };
static const int PIECES[][2] = { { -1, 0 }, { -1, 1 }, { 1, 2 }, { 2, N_CUTS }, { 3, N_CUTS } };

static void
numbers_clear (gpointer p)
{
  g_free (((slice_numbers *) p)->owned);
}

void
slice_forming_clear (slice_forming *f)
{
  g_clear_pointer (&f->owned, g_ptr_array_unref);
  g_clear_pointer (&f->layers, g_array_unref);
  g_clear_pointer (&f->numbers, g_array_unref);
  g_clear_pointer (&f->candidates, g_array_unref);
  g_clear_pointer (&f->half, g_free);
}

/* --- regions ----------------------------------------------------------------------------------------------------- */

static gboolean
add_layers (slice_forming *f, int space, const job *j, GError **error)
{
  const fit_rows *r = f->r;
  const matrix *x = &r->spaces[space];
  region_options o;
  g_auto (regions) cut = { 0 };
  int ks[G_N_ELEMENTS (f->o->ks)], n_ks = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (f->o->ks) && f->o->ks[i] > 0; i++)
    if (f->o->ks[i] > 1 && r->n / (gsize) f->o->ks[i] >= f->o->least_size)
      ks[n_ks++] = f->o->ks[i];
  if (n_ks == 0 || x->d == 0)
    return TRUE;
  region_options_init (&o);
  o.seed = f->o->seed;
  o.threads = f->o->threads;
  if (!regions_init (&cut, x, ks, n_ks, &o, j, error))
    return FALSE;
  int *labels = g_new (int, r->n *(gsize) cut.n_fits);
  float *distances = g_new (float, r->n *(gsize) cut.n_fits);
  g_ptr_array_add (f->owned, labels);
  g_ptr_array_add (f->owned, distances);
  if (!regions_assign (&cut, x, 0, cut.n_fits, f->o->threads, j, labels, distances, error))
    return FALSE;
  for (int i = 0; i < cut.n_fits; i++)
    {
      slice_layer l = { space, cut.fits[i].k, labels + (gsize) i * r->n, distances + (gsize) i * r->n };
      g_array_append_val (f->layers, l);
    }
  return TRUE;
}

/* --- halves ------------------------------------------------------------------------------------------------------ */

typedef struct {
  int truth, region;
  guint64 lot;
  gsize i;
} dealt;

static int
by_stratum (const void *a, const void *b)
{
  const dealt *x = a, *y = b;

  if (x->truth != y->truth)
    return x->truth < y->truth ? -1 : 1;
  if (x->region != y->region)
    return x->region < y->region ? -1 : 1;
  if (x->lot != y->lot)
    return x->lot < y->lot ? -1 : 1;
  return (x->i > y->i) - (x->i < y->i);
}

/* Of each two rows that follow each other in strata of class and region, one goes to each half by lot. Correctness
 * has no say: were it spread evenly within strata, each half would tell the other's rates. */
static void
split (slice_forming *f)
{
  const fit_rows *r = f->r;
  const slice_layer *l = f->layers->len > 0 ? &g_array_index (f->layers, slice_layer, 0) : NULL;
  g_autofree dealt *rows = g_new (dealt, MAX (r->n, 1));
  random_source random;
  gsize m = 0;
  int second = 0;

  random_init (&random, f->o->seed, "slices");
  f->half = g_new (guint8, MAX (r->n, 1));
  for (gsize i = 0; i < r->n; i++)
    {
      guint64 lot = random_bits (&random);
      f->half[i] = HALF_NONE;
      if (r->correct[i] >= 0)
        rows[m++] = (dealt){ r->truth != NULL ? r->truth[i] : 0, l != NULL ? l->labels[i] : 0, lot, i };
    }
  qsort (rows, m, sizeof *rows, by_stratum);
  for (gsize i = 0; i < m; i++)
    {
      int half = i % 2 == 0 ? (random_bits (&random) >> 63 != 0 ? HALF_TESTED : HALF_FOUND) : second;
      second = HALF_TESTED - half;
      f->half[rows[i].i] = (guint8) half;
      f->n[half]++;
      f->wrong[half] += r->correct[rows[i].i] == 0;
    }
}

/* --- candidates -------------------------------------------------------------------------------------------------- */

/* Large enough, and leaving enough outside, in both halves? Sizes tell nothing of correctness. */
static void
add_candidate (slice_forming *f, const slice_candidate *c)
{
  gsize inside = c->n[0] + c->n[1], all = f->n[0] + f->n[1], least = f->o->least_size, quarter = (least + 3) / 4;

  if (inside < least || all - inside < least)
    return;
  for (int h = 0; h < 2; h++)
    if (c->n[h] < quarter || f->n[h] - c->n[h] < quarter)
      return;
  g_array_append_val (f->candidates, *c);
}

/* One candidate for each of 0 .. groups - 1 of `of`; other numbers are in none. */
static void
add_groups (slice_forming *f, slice_kind kind, int a, const int *of, int groups)
{
  g_autofree slice_candidate *c = g_new0 (slice_candidate, MAX (groups, 1));

  for (gsize i = 0; i < f->r->n; i++)
    if (f->half[i] != HALF_NONE && of[i] >= 0 && of[i] < groups)
      {
        c[of[i]].n[f->half[i]]++;
        c[of[i]].wrong[f->half[i]] += f->r->correct[i] == 0;
      }
  for (int g = 0; g < groups; g++)
    {
      c[g].kind = kind;
      c[g].a = kind == SLICE_TRUTH ? g : a;
      c[g].b = g;
      for (int h = 0; h < 2; h++)
        c[g].mistakes[h] = c[g].wrong[h];
      add_candidate (f, &c[g]);
    }
}

static void
add_ranges (slice_forming *f, int which)
{
  const float *numbers = g_array_index (f->numbers, slice_numbers, which).numbers;
  float cuts[N_CUTS];

  if (fact_quantiles (numbers, f->r->n, NULL, CUTS, N_CUTS, cuts) == 0)
    return;
  for (gsize p = 0; p < G_N_ELEMENTS (PIECES); p++)
    {
      int from = PIECES[p][0], to = PIECES[p][1];
      slice_candidate c = { .kind = SLICE_RANGE,
                            .a = which,
                            .low = from < 0 ? -INFINITY : cuts[from],
                            .high = to == N_CUTS ? INFINITY : cuts[to] };
      for (gsize i = 0; i < f->r->n; i++)
        if (f->half[i] != HALF_NONE && slice_candidate_has (f, &c, i))
          {
            c.n[f->half[i]]++;
            c.wrong[f->half[i]] += f->r->correct[i] == 0;
          }
      for (int h = 0; h < 2; h++)
        c.mistakes[h] = c.wrong[h];
      add_candidate (f, &c);
    }
}

/* A pair for each class half of whose mistakes, or more, on the first half are one and the same. */
static void
add_pairs (slice_forming *f)
{
  const fit_rows *r = f->r;
  g_autofree gsize *mistakes = g_new (gsize, MAX (r->n, 1));
  gsize m = 0, n_confusions = 0;

  for (gsize i = 0; i < r->n; i++)
    if (f->half[i] == HALF_FOUND && r->correct[i] == 0)
      mistakes[m++] = i;
  g_autofree confusion *cells = confusions_new (r->truth, r->predicted, mistakes, m, &n_confusions);
  g_autofree int *called = g_new (int, MAX (r->n_classes, 1));
  g_autofree slice_candidate *of = g_new0 (slice_candidate, MAX (r->n_classes, 1));
  for (int c = 0; c < r->n_classes; c++)
    called[c] = -1;
  for (gsize i = n_confusions; i-- > 0;) /* the most frequent is written last */
    called[cells[i].truth] = cells[i].predicted;
  for (gsize i = 0; i < r->n; i++)
    if (f->half[i] != HALF_NONE && r->truth[i] >= 0)
      {
        slice_candidate *c = &of[r->truth[i]];
        c->n[f->half[i]]++;
        c->mistakes[f->half[i]] += r->correct[i] == 0;
        c->wrong[f->half[i]] += r->correct[i] == 0 && r->predicted[i] >= 0 && r->predicted[i] == called[r->truth[i]];
      }
  for (int t = 0; t < r->n_classes; t++)
    if (called[t] >= 0 && 2 * of[t].wrong[HALF_FOUND] >= of[t].mistakes[HALF_FOUND])
      {
        of[t].kind = SLICE_PAIR;
        of[t].a = t;
        of[t].b = called[t];
        add_candidate (f, &of[t]);
      }
}

static void
add_columns (slice_forming *f)
{
  const fit_rows *r = f->r;

  for (int c = 0; c < r->n_columns; c++)
    {
      const fact_column *column = &r->columns[c];
      slice_numbers read = { .column = c, .numbers = column->numbers };
      if (read.numbers == NULL)
        read.numbers = read.owned = fact_numbers (column, r->n);
      if (read.numbers != NULL)
        {
          g_array_append_val (f->numbers, read);
          add_ranges (f, (int) f->numbers->len - 1);
        }
      else if (column->values != NULL && column->n_values > 1)
        {
          g_autofree int *of = g_new (int, MAX (r->n, 1));
          for (gsize i = 0; i < r->n; i++)
            of[i] = column->of[i] > 0 ? (int) column->of[i] : -1;
          add_groups (f, SLICE_VALUE, c, of, (int) MIN (column->n_values, G_MAXINT));
        }
    }
}

gboolean
slice_forming_init (slice_forming *f, const fit_rows *r, const slice_options *o, const job *j, GError **error)
{
  *f = (slice_forming){ .r = r, .o = o };
  f->owned = g_ptr_array_new_with_free_func (g_free);
  f->layers = g_array_new (FALSE, FALSE, sizeof (slice_layer));
  f->numbers = g_array_new (FALSE, FALSE, sizeof (slice_numbers));
  g_array_set_clear_func (f->numbers, numbers_clear);
  f->candidates = g_array_new (FALSE, FALSE, sizeof (slice_candidate));
  for (int s = 0; s < r->n_spaces; s++)
    if (!add_layers (f, s, j, error))
      return FALSE;
  split (f);
  for (guint l = 0; l < f->layers->len; l++)
    {
      const slice_layer *layer = &g_array_index (f->layers, slice_layer, l);
      add_groups (f, SLICE_REGION, (int) l, layer->labels, layer->k);
    }
  add_columns (f);
  if (r->truth != NULL)
    add_groups (f, SLICE_TRUTH, 0, r->truth, r->n_classes);
  if (r->predicted != NULL)
    add_groups (f, SLICE_PREDICTED, 0, r->predicted, r->n_classes);
  if (r->truth != NULL && r->predicted != NULL)
    add_pairs (f);
  return TRUE;
}

gboolean
slice_candidate_has (const slice_forming *f, const slice_candidate *c, gsize i)
{
  switch (c->kind)
    {
    case SLICE_REGION:
      return g_array_index (f->layers, slice_layer, c->a).labels[i] == c->b;
    case SLICE_VALUE:
      return f->r->columns[c->a].of[i] == (guint32) c->b;
    case SLICE_RANGE:
      {
        float x = g_array_index (f->numbers, slice_numbers, c->a).numbers[i];
        return isfinite (x) && x > c->low && x <= c->high;
      }
    case SLICE_PREDICTED:
      return f->r->predicted[i] == c->b;
    case SLICE_TRUTH:
    case SLICE_PAIR:
    default:
      return f->r->truth[i] == c->a;
    }
}

/* k ln (k / n) + (n - k) ln ((n - k) / n), 0 at its ends. */
static double
log_likelihood (double k, double n)
{
  return (k > 0.0 ? k * log (k / n) : 0.0) + (n > k ? (n - k) * log ((n - k) / n) : 0.0);
}

double
slice_root (double k, double n, double k_rest, double n_rest)
{
  if (n <= 0.0 || n_rest <= 0.0)
    return 0.0;
  double ratio = log_likelihood (k, n) + log_likelihood (k_rest, n_rest) - log_likelihood (k + k_rest, n + n_rest);
  return copysign (sqrt (MAX (2.0 * ratio, 0.0)), k / n - k_rest / n_rest);
}

double
slice_candidate_root (const slice_forming *f, const slice_candidate *c, int half)
{
  return slice_root ((double) c->wrong[half], (double) c->n[half], (double) (f->wrong[half] - c->mistakes[half]),
                     (double) (f->n[half] - c->n[half]));
}
