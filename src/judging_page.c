/* Only what is shown is read again, and nothing of the judgement hangs on it. */
#include "judging_page.h"

#include <math.h>

#include "json_put.h"

#define SIDE            96 /* pixels, the long side, as members of clusters */
#define MOST_CLASSES    30
#define MOST_CONFUSIONS 20

/* --- pictures ---------------------------------------------------------------------------------------- */

static void
preview_free (gpointer data)
{
  report_preview *p = data;
  g_clear_pointer (&p->jpeg, g_bytes_unref);
  g_free (p);
}

static void
want (GHashTable *wanted, gsize row)
{
  g_hash_table_add (wanted, GSIZE_TO_POINTER (row));
}

/* Mistakes stand first among a slice's members. */
static gsize
shown_of_slice (const judging *g, gsize i)
{
  const slice *s = &g->left.slices.slices[i];
  return s->significant && i < PAGE_SLICES ? MIN (s->wrong, PAGE_MEMBERS) : 0;
}

/* Pictures that the page shows: a set of their numbers. */
static GHashTable *
list_wanted (const judging *g)
{
  GHashTable *wanted = g_hash_table_new (NULL, NULL);
  const mistake_groups *groups = &g->left.groups;
  for (gsize i = 0; i < g->score.n_confident && i < PAGE_CONFIDENT; i++)
    want (wanted, g->score.confident[i]);
  for (gsize i = 0; i < groups->n_groups && i < PAGE_GROUPS; i++)
    for (gsize m = 0; m < groups->groups[i].n && m < PAGE_MEMBERS; m++)
      want (wanted, g->left.of[groups->groups[i].members[m]]);
  for (gsize i = 0; i < g->left.slices.n_slices && i < PAGE_SLICES; i++)
    for (gsize m = 0; m < shown_of_slice (g, i); m++)
      want (wanted, g->left.of[g->left.slices.slices[i].members[m]]);
  for (gsize i = 0; i < g->left.labels.n_suspects && i < PAGE_SUSPECTS; i++)
    want (wanted, g->left.labels.suspects[i].row);
  return wanted;
}

gboolean
judging_look_again (judging *g, store *s, const report_callbacks *c, const job *j, GError **error)
{
  if (!g->judged || c->preview == NULL)
    return TRUE;
  g_autoptr (GHashTable) wanted = list_wanted (g);
  g_autoptr (store_cursor) cursor = store_cursor_new (s, 0, error);
  g_autoptr (GError) why = NULL;
  if (cursor == NULL)
    return FALSE;
  g->previews = g_hash_table_new_full (NULL, NULL, NULL, preview_free);
  gsize i = 0;
  for (store_picture p; i < g->n && store_cursor_next (cursor, &p, &why); i++)
    {
      if (!g_hash_table_contains (wanted, GSIZE_TO_POINTER (i)))
        continue;
      if (!job_go_on (j, error))
        return FALSE;
      report_preview *made = g_new0 (report_preview, 1);
      made->jpeg = c->preview (c->user, p.ref.path, SIDE, &made->width, &made->height);
      g_hash_table_insert (g->previews, GSIZE_TO_POINTER (i), made);
    }
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

const report_preview *
judging_preview (const judging *g, gsize row)
{
  return g->previews == NULL ? NULL : g_hash_table_lookup (g->previews, GSIZE_TO_POINTER (row));
}

void
json_put_thumbnail (GString *o, const report_preview *p)
{
  if (p == NULL || p->jpeg == NULL)
    {
      json_put_text (o, "thumbnail", NULL);
      return;
    }
  gsize size;
  const guchar *bytes = g_bytes_get_data (p->jpeg, &size);
  g_autofree char *text = g_base64_encode (bytes, size);
  json_open (o, "thumbnail", '{');
  json_put_count (o, "width", (gsize) p->width);
  json_put_count (o, "height", (gsize) p->height);
  json_begin (o, "uri");
  g_string_append_printf (o, "\"data:image/jpeg;base64,%s\"", text);
  json_close (o, '}');
}

/* --- the page's part ----------------------------------------------------------------------------------- */

static report_rate
rate_of (const proportion *p)
{
  return (report_rate){ p->value, p->low, p->high, p->n };
}

static void
add_case (GPtrArray *cases, const judging *g, gsize row, int label, int said, double confidence)
{
  const report_preview *p = judging_preview (g, row);
  report_case *c = g_new0 (report_case, 1);
  c->file = g_strdup (g->files->pdata[row]);
  c->label = g_strdup (g->shown->pdata[label]);
  c->said = g_strdup (g->shown->pdata[said]);
  c->confidence = confidence;
  if (p != NULL && p->jpeg != NULL)
    c->preview = (report_preview){ g_bytes_ref (p->jpeg), p->width, p->height };
  g_ptr_array_add (cases, c);
}

static void
add_mistake (GPtrArray *cases, const judging *g, gsize row)
{
  add_case (cases, g, row, g->joined.truth[row], g->joined.prediction[row], g->confidence[row]);
}

static void
add_guard (report_judging *to, const char *name, const excess_errors *e)
{
  report_guard *one = g_new0 (report_guard, 1);
  *one = (report_guard){ .name = g_strdup (name),
                         .pictures = e->pictures,
                         .wrong = e->wrong,
                         .effect = e->known ? e->effect.value : NAN,
                         .low = e->known ? e->effect.low : NAN,
                         .high = e->known ? e->effect.high : NAN,
                         .guard = guard_name (e->guard) };
  g_ptr_array_add (to->guards, one);
}

static int
most_pictures (gconstpointer a, gconstpointer b, gpointer user)
{
  const excess_errors *all = user, *x = &all[*(const int *) a], *y = &all[*(const int *) b];
  return x->pictures != y->pictures ? (x->pictures > y->pictures ? -1 : 1) : x < y ? -1 : x > y;
}

static void
show_guards (const judging *g, report_judging *to)
{
  const excess *e = &g->excess;
  if (e->total.pictures == 0)
    return;
  add_guard (to, "noise of any kind", &e->total);
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (int));
  for (int k = 0; k < e->n_kinds; k++)
    if (e->kinds[k].pictures > 0)
      g_array_append_val (order, k);
  g_array_sort_with_data (order, most_pictures, e->kinds);
  for (guint i = 0; i < order->len; i++)
    {
      int k = g_array_index (order, int, i);
      add_guard (to, g->kinds->pdata[k], &e->kinds[k]);
    }
}

static guint64
missed (const proportion *recall)
{
  return (guint64) ((1 - recall->value) * (double) recall->n + 0.5);
}

static int
most_mistakes (gconstpointer a, gconstpointer b, gpointer user)
{
  const class_score *all = user, *x = &all[*(const int *) a], *y = &all[*(const int *) b];
  const guint64 left[] = { missed (&x->fit.recall), missed (&x->all.recall) },
                right[] = { missed (&y->fit.recall), missed (&y->all.recall) };
  for (int i = 0; i < 2; i++)
    if (left[i] != right[i])
      return left[i] > right[i] ? -1 : 1;
  return x < y ? -1 : x > y;
}

static void
show_classes (const judging *g, report_judging *to)
{
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (int));
  for (int c = 0; c < g->score.n_classes; c++)
    if (g->score.classes[c].all.recall.n > 0)
      g_array_append_val (order, c);
  g_array_sort_with_data (order, most_mistakes, g->score.classes);
  to->n_classes = order->len;
  for (guint i = 0; i < order->len && i < MOST_CLASSES; i++)
    {
      int number = g_array_index (order, int, i);
      const class_score *from = &g->score.classes[number];
      const class_side *sides[] = { &from->all, &from->fit };
      report_class *c = g_new0 (report_class, 1);
      c->name = g_strdup (g->shown->pdata[number]);
      c->noisy = from->noisy;
      for (int side = 0; side < 2; side++)
        {
          c->wrong[side] = missed (&sides[side]->recall);
          c->recall[side] = rate_of (&sides[side]->recall);
          c->precision[side] = rate_of (&sides[side]->precision);
        }
      g_ptr_array_add (to->classes, c);
    }
}

/* By what they are on fit pictures: those are owed. */
static int
most_fit (gconstpointer a, gconstpointer b)
{
  const confusion_cell *x = *(confusion_cell *const *) a, *y = *(confusion_cell *const *) b;
  return x->fit != y->fit ? (x->fit > y->fit ? -1 : 1) : x < y ? -1 : x > y;
}

static void
show_confusions (const judging *g, report_judging *to)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  for (gsize i = 0; i < g->score.n_cells; i++)
    if (g->score.cells[i].truth != g->score.cells[i].predicted)
      g_ptr_array_add (order, &g->score.cells[i]);
  g_ptr_array_sort (order, most_fit);
  to->n_confusions = order->len;
  for (guint i = 0; i < order->len && i < MOST_CONFUSIONS; i++)
    {
      const confusion_cell *cell = order->pdata[i];
      report_confusion *c = g_new0 (report_confusion, 1);
      *c = (report_confusion){ g_strdup (g->shown->pdata[cell->truth]), g_strdup (g->shown->pdata[cell->predicted]),
                               cell->all, cell->fit };
      g_ptr_array_add (to->confusions, c);
    }
}

static void
show_numbers (const scorecard *s, report_judging *to)
{
  const calibration *calibrations[] = { &s->calibration_all, &s->calibration_fit };
  to->right = s->right;
  to->right_noisy = s->right_noisy;
  to->set_aside = s->set_aside;
  to->owed = s->owed;
  to->unjudged = s->unjudged;
  to->accuracy[0] = rate_of (&s->all), to->accuracy[1] = rate_of (&s->fit);
  to->balanced[0] = rate_of (&s->balanced_all), to->balanced[1] = rate_of (&s->balanced_fit);
  to->top5[0] = rate_of (&s->top5_all), to->top5[1] = rate_of (&s->top5_fit);
  to->standardised = rate_of (&s->standardised);
  for (int side = 0; side < 2; side++)
    to->calibration[side] = (report_calibration){ calibrations[side]->n, calibrations[side]->ece,
                                                  calibrations[side]->confidence, calibrations[side]->accuracy };
  to->n_points = s->rejection.n_points;
  to->rejected = g_new (double, MAX (to->n_points, 1));
  to->error = g_new (double, MAX (to->n_points, 1));
  for (gsize i = 0; i < to->n_points; i++)
    {
      to->rejected[i] = s->rejection.points[i].rejected;
      to->error[i] = s->rejection.points[i].error;
    }
  to->area = s->rejection.area;
  to->area_perfect = s->rejection.perfect;
  to->area_random = s->rejection.random;
}

static void
show_left (const judging *g, report_judging *to)
{
  const leftovers *left = &g->left;
  to->seen = g_strdup (left->seen);
  to->n_groups = left->groups.n_groups;
  for (gsize i = 0; i < left->groups.n_groups && i < PAGE_GROUPS; i++)
    {
      const mistake_group *from = &left->groups.groups[i];
      report_owed *owed = report_owed_new ();
      owed->line = g_strdup (from->words);
      owed->size = from->n;
      for (gsize m = 0; m < from->n && m < PAGE_MEMBERS; m++)
        add_mistake (owed->cases, g, left->of[from->members[m]]);
      g_ptr_array_add (to->groups, owed);
    }
  to->n_slices = left->slices.n_slices;
  for (gsize i = 0; i < left->slices.n_slices; i++)
    if (left->slices.slices[i].significant)
      {
        report_owed *one = report_owed_new ();
        one->line = g_strdup (left->slice_words->pdata[i]);
        one->size = left->slices.slices[i].wrong;
        for (gsize m = 0; m < shown_of_slice (g, i); m++)
          add_mistake (one->cases, g, left->of[left->slices.slices[i].members[m]]);
        g_ptr_array_add (to->slices, one);
      }
  to->suspected = left->labelled != LABELS_NOT_JUDGED;
  to->fallback = left->labelled == LABELS_BY_TOP;
  to->wrong_labels = rate_of (&left->labels.wrong);
  to->n_suspects = left->labels.n_suspects;
  for (gsize i = 0; i < left->labels.n_suspects && i < PAGE_SUSPECTS; i++)
    {
      const label_suspect *s = &left->labels.suspects[i];
      add_case (to->suspects, g, s->row, s->given, s->likely, (double) left->suggested[i]);
    }
}

void
judging_show (const judging *g, report *r)
{
  if (!g->asked)
    return;
  r->judging = report_judging_new ();
  g_ptr_array_unref (r->judging->words);
  r->judging->words = judging_words (g);
  if (!g->judged)
    return;
  r->judging->judged = TRUE;
  r->headline = judging_headline (g);
  show_numbers (&g->score, r->judging);
  show_guards (g, r->judging);
  show_classes (g, r->judging);
  show_confusions (g, r->judging);
  for (gsize i = 0; i < g->score.n_confident && i < PAGE_CONFIDENT; i++)
    add_mistake (r->judging->confident, g, g->score.confident[i]);
  show_left (g, r->judging);
}
