/* Ranks on the first half, tests on the second. Members are bits while copies are looked for: at millions of rows
 * that is the part which would else be slow. */
#include "judge/slices_internal.h"

#include <stdlib.h>

#define CORE_ROOT 2.5 /* of a core against what lies around it: a two-hundredth by chance */

void
slice_options_init (slice_options *o)
{
  *o = (slice_options){
    .ks = { 8, 16, 32, 64 }, .least_size = 20, .least_root = 1.0, .same = 0.5, .most = 20, .alpha = 0.02, .threads = 1
  };
}

const char *
slice_kind_name (slice_kind k)
{
  static const char *const names[] = { "region", "value", "range", "truth", "predicted", "pair" };

  return names[k];
}

void
slice_list_clear (slice_list *s)
{
  for (gsize i = 0; i < s->n_slices; i++)
    g_free (s->slices[i].members);
  g_free (s->slices);
  *s = (slice_list){ 0 };
}

/* --- which are tested -------------------------------------------------------------------------------------------- */

typedef struct {
  const slice_candidate *candidate;
  guint place;
} ranked;

static int
by_root (const void *a, const void *b)
{
  const ranked *x = a, *y = b;

  if (x->candidate->root != y->candidate->root)
    return x->candidate->root > y->candidate->root ? -1 : 1;
  return (x->place > y->place) - (x->place < y->place);
}

/* A bit for each row: in the first half, wrong, in a slice that was chosen. */
typedef struct {
  gsize words;
  guint64 *found, *wrong, *covered;
} evidence;

static void
evidence_init (evidence *e, const slice_forming *f)
{
  e->words = f->r->n / 64 + 1;
  e->found = g_new0 (guint64, e->words);
  e->wrong = g_new0 (guint64, e->words);
  e->covered = g_new0 (guint64, e->words);
  for (gsize i = 0; i < f->r->n; i++)
    {
      guint64 bit = G_GUINT64_CONSTANT (1) << (i % 64);
      e->found[i / 64] |= f->half[i] == HALF_FOUND ? bit : 0;
      e->wrong[i / 64] |= f->r->correct[i] == 0 ? bit : 0;
    }
}

static void
evidence_clear (evidence *e)
{
  g_free (e->found);
  g_free (e->wrong);
  g_free (e->covered);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (evidence, evidence_clear)

static guint64 *
members_bits (const slice_forming *f, const slice_candidate *c)
{
  guint64 *bits = g_new0 (guint64, f->r->n / 64 + 1);

  for (gsize i = 0; i < f->r->n; i++)
    if (f->half[i] != HALF_NONE && slice_candidate_has (f, c, i))
      bits[i / 64] |= G_GUINT64_CONSTANT (1) << (i % 64);
  return bits;
}

/* Rows and mistakes of the first half among `a`, less those in `without` (NULL: none). */
static void
count_without (const evidence *e, const guint64 *a, const guint64 *without, double *n, double *wrong)
{
  gsize rows = 0, mistakes = 0;

  for (gsize w = 0; w < e->words; w++)
    {
      guint64 in = a[w] & e->found[w] & (without != NULL ? ~without[w] : ~G_GUINT64_CONSTANT (0));
      rows += (gsize) __builtin_popcountll (in);
      mistakes += (gsize) __builtin_popcountll (in & e->wrong[w]);
    }
  *n = (double) rows;
  *wrong = (double) mistakes;
}

/* Is what lies beyond the better slices still worse than what no slice holds? Or is it a core of theirs, worse than
 * their remainder? What is called a class cannot be a core: where that class is not the true one, all of it is
 * wrong. */
static gboolean
adds (const evidence *e, slice_kind kind, const guint64 *own, double least_root)
{
  double n, wrong, rest, rest_wrong, both, both_wrong;

  count_without (e, own, e->covered, &n, &wrong);
  count_without (e, e->found, e->covered, &rest, &rest_wrong);
  if (slice_root (wrong, n, rest_wrong - wrong, rest - n) >= least_root)
    return TRUE;
  if (kind == SLICE_PREDICTED)
    return FALSE;
  count_without (e, own, NULL, &both, &both_wrong);
  count_without (e, e->covered, own, &rest, &rest_wrong);
  return slice_root (both_wrong - wrong, both - n, rest_wrong, rest) >= CORE_ROOT;
}

static gboolean
is_copy (const evidence *e, const guint64 *a, const guint64 *b, double same)
{
  gsize both = 0, either = 0;

  for (gsize w = 0; w < e->words; w++)
    {
      both += (gsize) __builtin_popcountll (a[w] & b[w]);
      either += (gsize) __builtin_popcountll (a[w] | b[w]);
    }
  return (double) both > same * (double) either;
}

/* Does it tell what the chosen ones do not? A pair tells more than its class, so it is weighed against pairs alone. */
static gboolean
is_news (const slice_forming *f, const evidence *e, const slice_candidate *c, const guint64 *own,
         const GPtrArray *chosen, const GPtrArray *bits)
{
  for (guint q = 0; q < chosen->len; q++)
    {
      const slice_candidate *better = g_ptr_array_index (chosen, q);
      if ((c->kind == SLICE_PAIR) == (better->kind == SLICE_PAIR)
          && is_copy (e, own, g_ptr_array_index (bits, q), f->o->same))
        return FALSE;
    }
  return c->kind == SLICE_PAIR || adds (e, c->kind, own, f->o->least_root);
}

/* The candidates to test, best first. */
static GPtrArray *
choose (const slice_forming *f)
{
  GPtrArray *chosen = g_ptr_array_new ();
  g_autoptr (GPtrArray) bits = g_ptr_array_new_with_free_func (g_free);
  g_autofree ranked *order = g_new (ranked, MAX (f->candidates->len, 1));
  g_auto (evidence) e = { 0 };

  evidence_init (&e, f);
  for (guint i = 0; i < f->candidates->len; i++)
    {
      slice_candidate *c = &g_array_index (f->candidates, slice_candidate, i);
      c->root = slice_candidate_root (f, c, HALF_FOUND);
      order[i] = (ranked){ c, i };
    }
  qsort (order, f->candidates->len, sizeof *order, by_root);
  for (guint i = 0; i < f->candidates->len && (int) chosen->len < f->o->most; i++)
    {
      const slice_candidate *c = order[i].candidate;
      if (!(c->root >= f->o->least_root))
        break;
      g_autofree guint64 *own = members_bits (f, c);
      if (!is_news (f, &e, c, own, chosen, bits))
        continue;
      for (gsize w = 0; w < e.words && c->kind != SLICE_PAIR; w++)
        e.covered[w] |= own[w];
      g_ptr_array_add (chosen, (gpointer) c);
      g_ptr_array_add (bits, g_steal_pointer (&own));
    }
  return chosen;
}

/* --- what is told of them ---------------------------------------------------------------------------------------- */

typedef struct {
  int order; /* 0 wrong, 1 right, 2 not judged */
  float distance;
  gsize i;
} member;

static int
by_order (const void *a, const void *b)
{
  const member *x = a, *y = b;

  if (x->order != y->order)
    return x->order - y->order;
  if (x->distance != y->distance)
    return x->distance < y->distance ? -1 : 1;
  return (x->i > y->i) - (x->i < y->i);
}

static void
fill_members (slice *s, const slice_forming *f, const slice_candidate *c)
{
  const fit_rows *r = f->r;
  const float *distances = c->kind == SLICE_REGION ? g_array_index (f->layers, slice_layer, c->a).distances : NULL;
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (member));

  for (gsize i = 0; i < r->n; i++)
    if (slice_candidate_has (f, c, i))
      {
        gboolean wrong = r->correct[i] == 0 && (c->kind != SLICE_PAIR || r->predicted[i] == c->b);
        member m = { r->correct[i] < 0 ? 2 : wrong ? 0 : 1, distances != NULL ? distances[i] : 0.0f, i };
        g_array_append_val (members, m);
      }
  qsort (members->data, members->len, sizeof (member), by_order);
  s->n_members = members->len;
  s->members = g_new (gsize, MAX (s->n_members, 1));
  for (gsize i = 0; i < s->n_members; i++)
    s->members[i] = g_array_index (members, member, i).i;
}

/* What kind of thing it is. */
static void
describe (slice *s, const slice_forming *f, const slice_candidate *c)
{
  s->kind = c->kind;
  s->space = s->column = s->truth = s->predicted = s->cluster = -1;
  if (c->kind == SLICE_REGION)
    {
      const slice_layer *l = &g_array_index (f->layers, slice_layer, c->a);
      s->space = l->space;
      s->k = l->k;
      s->cluster = c->b;
    }
  else if (c->kind == SLICE_VALUE)
    {
      s->column = c->a;
      s->value = (guint32) c->b;
    }
  else if (c->kind == SLICE_RANGE)
    {
      const slice_numbers *x = &g_array_index (f->numbers, slice_numbers, c->a);
      s->column = x->column;
      s->low = s->high = (double) x->numbers[s->members[0]];
      for (gsize i = 0; i < s->n_members; i++)
        {
          s->low = MIN (s->low, (double) x->numbers[s->members[i]]);
          s->high = MAX (s->high, (double) x->numbers[s->members[i]]);
        }
    }
  if (c->kind == SLICE_TRUTH || c->kind == SLICE_PAIR)
    s->truth = c->a;
  if (c->kind == SLICE_PREDICTED || c->kind == SLICE_PAIR)
    s->predicted = c->b;
}

static void
measure (slice *s, const slice_forming *f, const slice_candidate *c)
{
  gsize rest = f->n[HALF_TESTED] - c->n[HALF_TESTED], wrong = f->wrong[HALF_TESTED] - c->mistakes[HALF_TESTED];
  double overall = (double) f->wrong[HALF_TESTED] / (double) MAX (f->n[HALF_TESTED], 1);

  s->n = c->n[0] + c->n[1];
  s->wrong = c->wrong[0] + c->wrong[1];
  s->found = wilson ((double) c->wrong[HALF_FOUND], c->n[HALF_FOUND], 0.95);
  s->tested = wilson ((double) c->wrong[HALF_TESTED], c->n[HALF_TESTED], 0.95);
  s->rest = wilson ((double) wrong, rest, 0.95);
  s->lift = overall > 0.0 ? s->tested.value / overall : 1.0;
  s->p = fisher_exact (c->wrong[HALF_TESTED], c->n[HALF_TESTED] - c->wrong[HALF_TESTED], wrong, rest - wrong).greater;
}

static int
by_evidence (const void *a, const void *b)
{
  const ranked *x = a, *y = b;

  if (x->candidate->p != y->candidate->p)
    return x->candidate->p < y->candidate->p ? -1 : 1;
  return by_root (a, b); /* of the second half by now: p may be 0 for several */
}

static void
fill (slice_list *list, slice_forming *f, const GPtrArray *chosen)
{
  g_autofree ranked *order = g_new (ranked, MAX (chosen->len, 1));
  g_autofree double *p = g_new (double, MAX (chosen->len, 1)), *q = g_new (double, MAX (chosen->len, 1));

  list->slices = g_new0 (slice, MAX (chosen->len, 1));
  list->n_slices = chosen->len;
  for (guint i = 0; i < chosen->len; i++)
    {
      slice_candidate *c = g_ptr_array_index (chosen, i);
      slice s = { 0 };
      measure (&s, f, c);
      c->p = s.p;
      c->root = slice_candidate_root (f, c, HALF_TESTED);
      order[i] = (ranked){ c, i };
    }
  qsort (order, chosen->len, sizeof *order, by_evidence);
  for (guint i = 0; i < chosen->len; i++)
    {
      slice *s = &list->slices[i];
      measure (s, f, order[i].candidate);
      fill_members (s, f, order[i].candidate);
      describe (s, f, order[i].candidate);
      p[i] = s->p;
    }
  benjamini_hochberg (p, chosen->len, q);
  for (guint i = 0; i < chosen->len; i++)
    {
      list->slices[i].q = q[i];
      list->slices[i].significant = q[i] <= f->o->alpha;
    }
}

gboolean
slice_list_init (slice_list *s, const fit_rows *r, const slice_options *o, const job *j, GError **error)
{
  g_auto (slice_forming) f = { 0 };

  *s = (slice_list){ 0 };
  for (gsize i = 0; i < r->n; i++)
    {
      s->judged += r->correct[i] >= 0;
      s->wrong += r->correct[i] == 0;
    }
  if (s->wrong == 0 || s->wrong == s->judged || s->judged < 2 * o->least_size)
    return TRUE;
  if (!slice_forming_init (&f, r, o, j, error))
    {
      *s = (slice_list){ 0 };
      return FALSE;
    }
  s->candidates = f.candidates->len;
  g_autoptr (GPtrArray) chosen = choose (&f);
  fill (s, &f, chosen);
  return TRUE;
}
