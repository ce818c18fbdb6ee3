/* Confusions are counted by sorting pairs: classes may be many thousands, mistakes are few. */
#include "judge/facts.h"

#include <stdlib.h>

static int
by_classes (const void *a, const void *b)
{
  const confusion *x = a, *y = b;

  if (x->truth != y->truth)
    return x->truth < y->truth ? -1 : 1;
  return (x->predicted > y->predicted) - (x->predicted < y->predicted);
}

static int
by_count (const void *a, const void *b)
{
  const confusion *x = a, *y = b;

  return x->n != y->n ? (x->n > y->n ? -1 : 1) : by_classes (a, b);
}

confusion *
confusions_new (const int *truth, const int *predicted, const gsize *rows, gsize n_rows, gsize *n_confusions)
{
  confusion *c = g_new (confusion, MAX (n_rows, 1));
  gsize m = 0, n = 0;

  if (truth != NULL && predicted != NULL)
    for (gsize i = 0; i < n_rows; i++)
      {
        int t = truth[rows[i]], p = predicted[rows[i]];
        if (t >= 0 && p >= 0 && t != p)
          c[m++] = (confusion){ t, p, 1 };
      }
  qsort (c, m, sizeof *c, by_classes);
  for (gsize i = 0; i < m; i++)
    if (n > 0 && by_classes (&c[n - 1], &c[i]) == 0)
      c[n - 1].n++;
    else
      c[n++] = c[i];
  qsort (c, n, sizeof *c, by_count);
  *n_confusions = n;
  return c;
}

char *
class_words (int class, const char *const *names)
{
  return names != NULL ? g_strdup_printf ("'%s'", names[class]) : g_strdup_printf ("class %d", class);
}

/* The class on one side of at least half of the mistakes, or -1. */
static int
common_class (const confusion *c, gsize n, gsize mistakes, gboolean predicted)
{
  g_autoptr (GHashTable) count = g_hash_table_new (NULL, NULL);

  for (gsize i = 0; i < n; i++)
    {
      gpointer key = GINT_TO_POINTER (predicted ? c[i].predicted : c[i].truth);
      gsize sum = GPOINTER_TO_SIZE (g_hash_table_lookup (count, key)) + c[i].n;
      if (2 * sum >= mistakes)
        return GPOINTER_TO_INT (key);
      g_hash_table_insert (count, key, GSIZE_TO_POINTER (sum));
    }
  return -1;
}

char *
confusions_words (const confusion *c, gsize n, gsize mistakes, const char *const *names)
{
  if (n == 0)
    return g_strdup ("");
  g_autofree char *truth = class_words (c[0].truth, names), *predicted = class_words (c[0].predicted, names);
  if (2 * c[0].n >= mistakes)
    return g_strdup_printf ("%s called %s", truth, predicted);
  int class = common_class (c, n, mistakes, FALSE);
  if (class >= 0)
    {
      g_autofree char *name = class_words (class, names);
      return g_strdup_printf ("%s called other names", name);
    }
  class = common_class (c, n, mistakes, TRUE);
  if (class >= 0)
    {
      g_autofree char *name = class_words (class, names);
      return g_strdup_printf ("others called %s", name);
    }
  return c[0].n > 1 && 5 * c[0].n >= mistakes
             ? g_strdup_printf ("%" G_GSIZE_FORMAT " times %s called %s", c[0].n, truth, predicted)
             : g_strdup ("");
}
