/* One line for one slice: counts first, then what it is, then what its pictures share. */
#include "judge/slices.h"

static char *
what_words (const slice *s, const fit_rows *r, const char *const *names)
{
  g_autofree char *truth = s->truth >= 0 ? class_words (s->truth, names) : NULL;
  g_autofree char *predicted = s->predicted >= 0 ? class_words (s->predicted, names) : NULL;

  switch (s->kind)
    {
    case SLICE_VALUE:
      return g_strdup_printf ("%s = %s", r->columns[s->column].name, r->columns[s->column].values[s->value]);
    case SLICE_RANGE:
      return g_strdup_printf ("%s from %.4g to %.4g", r->columns[s->column].name, s->low, s->high);
    case SLICE_TRUTH:
      return g_strdup_printf ("that are %s", truth);
    case SLICE_PREDICTED:
      return g_strdup_printf ("called %s", predicted);
    case SLICE_PAIR:
      return g_strdup_printf ("%s called %s", truth, predicted);
    case SLICE_REGION:
    default:
      return g_strdup ("that look alike");
    }
}

/* The commonest confusion of its mistakes, where the slice does not say it by itself. */
static char *
mistakes_words (const slice *s, const fit_rows *r, const char *const *names)
{
  gsize n = 0;

  if (s->kind == SLICE_PAIR)
    return g_strdup ("");
  g_autofree confusion *c = confusions_new (r->truth, r->predicted, s->members, s->wrong, &n);
  return confusions_words (c, n, s->wrong, names);
}

char *
slice_words (const slice *s, const fit_rows *r, const char *const *names)
{
  fact_options o;
  fact_options_init (&o);
  g_autofree fact *facts = g_new (fact, (gsize) o.most + 1);
  g_autofree guint8 *member = g_new (guint8, MAX (r->n, 1));

  for (gsize i = 0; i < r->n; i++)
    member[i] = r->correct[i] >= 0 ? 0 : 2;
  for (gsize i = 0; i < s->n; i++) /* the judged ones stand first */
    member[s->members[i]] = 1;
  o.most++;
  int n = facts_find (r->columns, r->n_columns, r->n, member, &o, facts), kept = 0;
  for (int i = 0; i < n && kept < o.most - 1; i++)
    if (facts[i].column != s->column) /* it is what the slice is made of */
      facts[kept++] = facts[i];
  g_autofree char *what = what_words (s, r, names), *mistakes = mistakes_words (s, r, names);
  g_autofree char *shared = facts_words (facts, kept, r->columns);
  return g_strdup_printf ("%" G_GSIZE_FORMAT " pictures, %" G_GSIZE_FORMAT
                          " wrong (tested: %.0f %%, elsewhere %.0f %%): %s%s%s%s%s",
                          s->n, s->wrong, 100.0 * s->tested.value, 100.0 * s->rest.value, what,
                          *mistakes != '\0' ? "; " : "", mistakes, *shared != '\0' ? "; " : "", shared);
}
