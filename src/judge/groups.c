/* Clusters the mistakes, then lets every judged picture find its nearest centre: so a group knows how many pictures
 * that look the same the classifier got right. */
#include "judge/groups.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "judge/regions.h"

#define CURVE_ROWS 5000

void
group_options_init (group_options *o)
{
  *o = (group_options){ .components = 50, .k_max = 20, .threads = 1 };
}

void
mistake_groups_clear (mistake_groups *g)
{
  for (gsize i = 0; i < g->n_groups; i++)
    {
      g_free (g->groups[i].members);
      g_free (g->groups[i].distances);
      g_free (g->groups[i].confusions);
      g_free (g->groups[i].words);
    }
  g_free (g->groups);
  *g = (mistake_groups){ 0 };
}

/* Some rows of a space, and how they fell to the chosen fit's centres. */
typedef struct {
  gsize n;
  guint64 *rows; /* of the data */
  gsize *of;     /* of fit_rows */
  int *labels;
  float *distances;
} portion;

static void
portion_clear (portion *p)
{
  g_free (p->rows);
  g_free (p->of);
  g_free (p->labels);
  g_free (p->distances);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (portion, portion_clear)

/* The rows with correct at or below `most`, of the judged ones. */
static void
portion_init (portion *p, const fit_rows *r, const matrix *x, gint8 most)
{
  *p = (portion){ .rows = g_new (guint64, MAX (r->n, 1)), .of = g_new (gsize, MAX (r->n, 1)) };
  for (gsize i = 0; i < r->n; i++)
    if (r->correct[i] >= 0 && r->correct[i] <= most)
      {
        p->rows[p->n] = x->rows != NULL ? x->rows[i] : i;
        p->of[p->n++] = i;
      }
  p->labels = g_new (int, MAX (p->n, 1));
  p->distances = g_new (float, MAX (p->n, 1));
}

static gboolean
portion_assign (portion *p, const regions *cut, const matrix *x, int fit, int threads, const job *j, GError **error)
{
  matrix rows = { .n = p->n, .d = x->d, .data = x->data, .rows = p->rows };

  return regions_assign (cut, &rows, fit, 1, threads, j, p->labels, p->distances, error);
}

/* Cuts the mistakes up and returns the fit to use, or -1 with `error`. */
static int
cut_mistakes (regions *cut, const portion *wrong, const matrix *x, const group_options *o, const job *j,
              double *mean_silhouette, GError **error)
{
  matrix rows = { .n = wrong->n, .d = x->d, .data = x->data, .rows = wrong->rows };
  int last = (int) MIN ((gsize) MAX (o->k_max, 2), wrong->n - 1), n_ks = 0;
  g_autofree int *ks = g_new (int, (gsize) MAX (last, 1) + 1);
  region_options settings;

  if (o->k > 0 || last < 2)
    ks[n_ks++] = (int) MIN ((gsize) MAX (o->k, 1), wrong->n);
  else
    for (int k = 2; k <= last; k++)
      ks[n_ks++] = k;
  region_options_init (&settings);
  settings.components = o->components;
  settings.seed = o->seed;
  settings.threads = o->threads;
  if (n_ks > 1 && wrong->n > CURVE_ROWS) /* k is chosen on fewer, as centres are not yet wanted */
    {
      g_auto (regions) survey = { 0 };
      region_options fewer = settings;
      fewer.sample = CURVE_ROWS;
      if (!regions_init (&survey, &rows, ks, n_ks, &fewer, j, error))
        return -1;
      int best = regions_best (&survey, &fewer, mean_silhouette);
      ks[0] = best >= 0 ? survey.fits[best].k : 1;
      n_ks = 1;
    }
  if (!regions_init (cut, &rows, ks, n_ks, &settings, j, error))
    return -1;
  return MAX (regions_best (cut, &settings, mean_silhouette), 0);
}

typedef struct {
  float distance;
  gsize i;
} near;

static int
by_distance (const void *a, const void *b)
{
  const near *x = a, *y = b;

  if (x->distance != y->distance)
    return x->distance < y->distance ? -1 : 1;
  return (x->i > y->i) - (x->i < y->i);
}

static void
fill_members (mistake_group *g, const portion *wrong, int label)
{
  g_autofree near *order = g_new (near, MAX (wrong->n, 1));

  for (gsize i = 0; i < wrong->n; i++)
    if (wrong->labels[i] == label)
      order[g->n++] = (near){ wrong->distances[i], wrong->of[i] };
  qsort (order, g->n, sizeof *order, by_distance);
  g->members = g_new (gsize, MAX (g->n, 1));
  g->distances = g_new (float, MAX (g->n, 1));
  for (gsize i = 0; i < g->n; i++)
    {
      g->members[i] = order[i].i;
      g->distances[i] = order[i].distance;
    }
}

static void
fill_facts (mistake_group *g, const fit_rows *r, const char *const *names)
{
  g_autofree guint8 *member = g_new (guint8, MAX (r->n, 1));
  fact_options o;

  for (gsize i = 0; i < r->n; i++)
    member[i] = r->correct[i] >= 0 ? 0 : 2;
  for (gsize i = 0; i < g->n; i++)
    member[g->members[i]] = 1;
  fact_options_init (&o);
  o.most = GROUP_FACTS;
  g->n_facts = facts_find (r->columns, r->n_columns, r->n, member, &o, g->facts);
  g->confusions = confusions_new (r->truth, r->predicted, g->members, g->n, &g->n_confusions);
  g_autofree char *mistakes = confusions_words (g->confusions, g->n_confusions, g->n, names);
  g_autofree char *shared = facts_words (g->facts, g->n_facts, r->columns);
  g->words = g_strdup_printf ("%" G_GSIZE_FORMAT " picture%s, %" G_GSIZE_FORMAT " wrong%s%s%s%s", g->alike,
                              g->alike == 1 ? "" : "s", g->n, *mistakes != '\0' || *shared != '\0' ? ": " : "",
                              mistakes, *mistakes != '\0' && *shared != '\0' ? "; " : "", shared);
}

static int
by_size (const void *a, const void *b)
{
  const mistake_group *x = a, *y = b;

  if (x->n != y->n)
    return x->n > y->n ? -1 : 1;
  return x->n == 0 ? 0 : (x->members[0] > y->members[0]) - (x->members[0] < y->members[0]);
}

static void
fill (mistake_groups *g, const fit_rows *r, const portion *wrong, const portion *judged, int k,
      const char *const *names)
{
  g->groups = g_new0 (mistake_group, k);
  for (int c = 0; c < k; c++)
    {
      mistake_group *group = &g->groups[g->n_groups];
      fill_members (group, wrong, c);
      if (group->n == 0)
        {
          g_free (group->members);
          g_free (group->distances);
          *group = (mistake_group){ 0 };
          continue;
        }
      float farthest = group->distances[group->n - 1];
      for (gsize i = 0; i < judged->n; i++)
        group->alike += judged->labels[i] == c && judged->distances[i] <= farthest;
      g->n_groups++;
      fill_facts (group, r, names);
    }
  qsort (g->groups, g->n_groups, sizeof *g->groups, by_size);
}

gboolean
mistake_groups_init (mistake_groups *g, const fit_rows *r, const char *const *names, const group_options *o,
                     const job *j, GError **error)
{
  *g = (mistake_groups){ 0 };
  if (o->space < 0 || o->space >= r->n_spaces)
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot group the mistakes: there are no features");
      return FALSE;
    }
  const matrix *x = &r->spaces[o->space];
  g_auto (portion) wrong = { 0 }, judged = { 0 };
  g_auto (regions) cut = { 0 };
  portion_init (&wrong, r, x, 0);
  g->mistakes = wrong.n;
  if (wrong.n == 0)
    return TRUE;
  portion_init (&judged, r, x, 1);
  int fit = cut_mistakes (&cut, &wrong, x, o, j, &g->silhouette, error);
  if (fit < 0 || !portion_assign (&wrong, &cut, x, fit, o->threads, j, error)
      || !portion_assign (&judged, &cut, x, fit, o->threads, j, error))
    {
      *g = (mistake_groups){ 0 };
      return FALSE;
    }
  fill (g, r, &wrong, &judged, cut.fits[fit].k, names);
  return TRUE;
}
