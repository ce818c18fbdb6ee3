/* Fit pictures with what is known of each are laid out once, as columns, for the groups and for the slices. Pictures without features
 * (refused by a model) belong to no group; they are counted among the owed all the same. */
#include "judging/judging_left.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "feature/quality.h"
#include "judging/judging.h"
#include "store/matrix_file.h"

#define MOST_COLUMNS 64 /* of metadata */

/* Measures that people have words for. */
static const struct {
  const char *measure, *name, *low, *high;
} named[] = {
  { "luma-q50", "brightness", "dark", "bright" },
  { "luma-deviation", "contrast", "low contrast", "high contrast" },
  { "saturation-mean", "saturation", "pale", "colourful" },
  { "laplacian1-median", "detail", "little detail", "much detail" },
};
#define NAMED ((int) G_N_ELEMENTS (named))

#define SPACES 2

/* The store's sets. */
typedef struct {
  gint64 own, other, pixels; /* other: 0: there is none */
  guint64 seed;
  int threads;
} left_sets;

/* Fit pictures while they are looked at. Everything is n long. */
typedef struct {
  fit_rows rows;
  GArray *of;         /* gsize */
  GArray *at[SPACES]; /* guint64: rows of the spaces' matrices */
  GArray *measures;   /* gint64: rows of the measures, -1 */
  GArray *aspect;     /* float */
  matrix_file *files[SPACES];
  matrix spaces[SPACES];
  gint8 *correct;
  int *truth, *predicted;
  GArray *columns; /* fact_column */
  GPtrArray *kept; /* what columns stand on; g_free */
} layout;

static void
layout_clear (layout *l)
{
  g_array_unref (l->of);
  g_array_unref (l->measures);
  g_array_unref (l->aspect);
  g_array_unref (l->columns);
  g_ptr_array_unref (l->kept);
  for (int i = 0; i < SPACES; i++)
    {
      g_array_unref (l->at[i]);
      matrix_file_free (l->files[i]);
    }
  g_free (l->correct);
  g_free (l->truth);
  g_free (l->predicted);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (layout, layout_clear)

static void
layout_init (layout *l)
{
  *l = (layout){ .of = g_array_new (FALSE, FALSE, sizeof (gsize)),
                 .measures = g_array_new (FALSE, FALSE, sizeof (gint64)),
                 .aspect = g_array_new (FALSE, FALSE, sizeof (float)),
                 .columns = g_array_new (FALSE, FALSE, sizeof (fact_column)),
                 .kept = g_ptr_array_new_with_free_func (g_free) };
  for (int i = 0; i < SPACES; i++)
    l->at[i] = g_array_new (FALSE, FALSE, sizeof (guint64));
}

/* Numbers of the fit pictures that have features, and where they and the measures stand. */
static gboolean
find_rows (layout *l, const judging *g, store *s, const left_sets *sets, GError **error)
{
  gint64 more[STORE_MORE] = { sets->other };
  g_autoptr (store_cursor) cursor = store_cursor_new_more (s, sets->own, sets->pixels, more, error);
  g_autoptr (GError) why = NULL;
  if (cursor == NULL)
    return FALSE;
  gsize i = 0;
  for (store_picture p; i < g->n && store_cursor_next (cursor, &p, &why); i++)
    {
      guint64 own = (guint64) p.feature_row, other = (guint64) p.more_rows[0];
      float aspect = p.facts.height > 0 ? (float) p.facts.width / (float) p.facts.height : NAN;
      if (g->noisy[i] != 0 || p.feature_row < 0 || (sets->other != 0 && p.more_rows[0] < 0))
        continue;
      g_array_append_val (l->of, i);
      g_array_append_val (l->at[0], own);
      g_array_append_val (l->at[1], other);
      g_array_append_val (l->measures, p.pixels_row);
      g_array_append_val (l->aspect, aspect);
    }
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static gboolean
open_spaces (layout *l, store *s, const left_sets *sets, GError **error)
{
  gint64 set[SPACES] = { sets->own, sets->other };
  for (int i = 0; i < SPACES && set[i] != 0; i++)
    {
      if ((l->files[i] = store_matrix (s, set[i], error)) == NULL)
        return FALSE;
      l->spaces[i] = *matrix_file_get (l->files[i]);
      l->spaces[i].n = l->of->len;
      l->spaces[i].rows = (const guint64 *) (gpointer) l->at[i]->data;
      l->rows.n_spaces++;
    }
  l->rows.spaces = l->spaces;
  return TRUE;
}

static void
lay_out_answers (layout *l, const judging *g)
{
  gsize n = l->of->len;
  const gsize *of = (const gsize *) (gpointer) l->of->data;
  l->correct = g_new (gint8, MAX (n, 1));
  l->truth = g_new (int, MAX (n, 1));
  l->predicted = g_new (int, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    {
      l->truth[i] = g->joined.truth[of[i]];
      l->predicted[i] = g->joined.prediction[of[i]];
      l->correct[i] = l->truth[i] < 0 || l->predicted[i] < 0 ? -1 : l->truth[i] == l->predicted[i];
    }
  l->rows.n = n;
  l->rows.correct = l->correct;
  l->rows.truth = l->truth;
  l->rows.predicted = l->predicted;
  l->rows.n_classes = (int) g->joined.classes.n;
}

/* --- columns ------------------------------------------------------------------------------------ */

static void
add_numbers (layout *l, const char *name, const char *low, const char *high, float *numbers)
{
  fact_column c = { .name = name, .numbers = numbers, .low_word = low, .high_word = high };
  g_ptr_array_add (l->kept, numbers);
  g_array_append_val (l->columns, c);
}

/* As words, and, where they all are numbers, as numbers instead. */
static void
add_metadata (layout *l, const judging *g)
{
  gsize n = l->of->len;
  const gsize *of = (const gsize *) (gpointer) l->of->data;
  for (guint c = 0; c < g->joined.columns->len && c < MOST_COLUMNS; c++)
    {
      const join_column *given = g->joined.columns->pdata[c];
      guint32 *value = g_new (guint32, MAX (n, 1));
      for (gsize i = 0; i < n; i++)
        value[i] = given->of[of[i]];
      fact_column words = { .name = given->name,
                            .values = (const char *const *) given->values->pdata,
                            .n_values = given->values->len,
                            .of = value };
      float *numbers = fact_numbers (&words, n);
      g_ptr_array_add (l->kept, value);
      if (numbers != NULL)
        add_numbers (l, given->name, NULL, NULL, numbers);
      else
        g_array_append_val (l->columns, words);
    }
}

static gboolean
add_measures (layout *l, store *s, gint64 set, GError **error)
{
  gsize n = l->of->len;
  const gint64 *row = (const gint64 *) (gpointer) l->measures->data;
  g_autoptr (matrix_file) file = store_matrix (s, set, error);
  if (file == NULL)
    return FALSE;
  const matrix *m = matrix_file_get (file);
  for (int k = 0; k < NAMED; k++)
    {
      gsize which = quality_find (named[k].measure);
      float *numbers = g_new (float, MAX (n, 1));
      for (gsize i = 0; i < n; i++)
        numbers[i] = row[i] >= 0 ? m->data[(gsize) row[i] * m->d + which] : NAN;
      add_numbers (l, named[k].name, named[k].low, named[k].high, numbers);
    }
  add_numbers (l, "aspect", "narrow", "wide", g_memdup2 (l->aspect->data, MAX (n, 1) * sizeof (float)));
  return TRUE;
}

/* --- what is found -------------------------------------------------------------------------------- */

static void
place_members (leftovers *left)
{
  for (gsize g = 0; g < left->groups.n_groups; g++)
    for (gsize m = 0; m < left->groups.groups[g].n; m++)
      {
        gsize picture = left->of[left->groups.groups[g].members[m]];
        left->group[picture] = (int) g;
        left->distance[picture] = left->groups.groups[g].distances[m];
      }
}

static gboolean
look (leftovers *left, const layout *l, const judging *g, const left_sets *sets, const job *j, GError **error)
{
  const char *const *names = (const char *const *) g->shown->pdata;
  group_options of_groups;
  slice_options of_slices;
  group_options_init (&of_groups);
  slice_options_init (&of_slices);
  of_groups.seed = of_slices.seed = sets->seed;
  of_groups.threads = of_slices.threads = sets->threads;
  if (!mistake_groups_init (&left->groups, &l->rows, names, &of_groups, j, error)
      || !slice_list_init (&left->slices, &l->rows, &of_slices, j, error))
    return FALSE;
  place_members (left);
  for (gsize i = 0; i < left->slices.n_slices; i++)
    g_ptr_array_add (left->slice_words, slice_words (&left->slices.slices[i], &l->rows, names));
  for (int c = 0; c < l->rows.n_columns; c++)
    g_ptr_array_add (left->columns, g_strdup (l->rows.columns[c].name));
  return TRUE;
}

gboolean
leftovers_find (judging *g, store *s, const eyes *e, guint64 seed, int threads, const job *j, GError **error)
{
  leftovers *left = &g->left;
  int own = eyes_own (e);
  left_sets sets = { .own = e->passes[own].features,
                     .other = e->n > 1 ? e->passes[1 - own].features : 0,
                     .pixels = e->pixels,
                     .seed = seed,
                     .threads = threads };
  if (!g->asked)
    return TRUE;
  left->pictures = g->n;
  left->seen = e->scoring != NULL      ? "the classifier"
               : e->main.model != NULL ? "the model"
                                       : "the built-in look descriptor";
  left->group = g_new (int, MAX (g->n, 1));
  left->distance = g_new (float, MAX (g->n, 1));
  left->slice_words = g_ptr_array_new_with_free_func (g_free);
  left->columns = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < g->n; i++)
    {
      left->group[i] = -1;
      left->distance[i] = NAN;
    }
  if (!g->judged)
    return TRUE;
  leftovers_find_labels (g);
  g_auto (layout) l = { 0 };
  layout_init (&l);
  if (!find_rows (&l, g, s, &sets, error))
    return FALSE;
  left->n = l.of->len;
  left->of = g_memdup2 (l.of->data, MAX (left->n, 1) * sizeof (gsize));
  if (left->n == 0)
    return TRUE;
  lay_out_answers (&l, g);
  add_metadata (&l, g);
  if (!open_spaces (&l, s, &sets, error) || !add_measures (&l, s, sets.pixels, error))
    return FALSE;
  l.rows.columns = (const fact_column *) (gpointer) l.columns->data;
  l.rows.n_columns = (int) l.columns->len;
  return look (left, &l, g, &sets, j, error);
}

void
leftovers_clear (leftovers *l)
{
  mistake_groups_clear (&l->groups);
  slice_list_clear (&l->slices);
  label_report_clear (&l->labels);
  g_free (l->of);
  g_free (l->group);
  g_free (l->distance);
  g_free (l->suggested);
  g_clear_pointer (&l->slice_words, g_ptr_array_unref);
  g_clear_pointer (&l->columns, g_ptr_array_unref);
  *l = (leftovers){ 0 };
}
