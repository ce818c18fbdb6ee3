/* First equal pixels, by sorting hashes; then, of each different content the first, near ones in batches: threads compare
 * a batch with the groups begun before it, and one thread settles the batch in order. Batches have one size whatever
 * the threads, so all see the same groups. */
#include "duplicate/duplicate.h"

#include <string.h>

#include "base/error.h"
#include "duplicate/align.h"
#include "duplicate/lookup.h"

#define BATCH        512
#define MEAN_ROWS    4096 /* looked at for the mean of the waves */
#define MEAN_DOUBT   64   /* rows' worth of belief in a mean of 0 */
#define NO_LEADER    G_MAXUINT32
#define EQUAL_PIXELS 1.0f
#define ALIGN_FROM   0.45      /* likeness from which laying one on the other may help */
#define ALIGN_MOST   4         /* pictures tried so */
#define BELOW_ONE    0.999999f /* what is merely alike never says 1 */

void
duplicate_options_init (duplicate_options *o)
{
  *o = (duplicate_options){ .similarity = DUPLICATE_SIMILARITY, .threads = 1 };
}

static const float *
row_of (const signature_rows *in, gsize i)
{
  return in->base + (in->rows != NULL ? in->rows[i] : i) * in->stride;
}

typedef struct {
  guint64 high, low;
  guint32 number;
} hashed;

static int
hashed_order (gconstpointer a, gconstpointer b)
{
  const hashed *x = a, *y = b;

  if (x->high != y->high)
    return x->high < y->high ? -1 : 1;
  if (x->low != y->low)
    return x->low < y->low ? -1 : 1;
  return x->number < y->number ? -1 : x->number > y->number;
}

static guint64
hash_part (float x)
{
  return x >= 0 && x < 65536 ? (guint64) x : 0; /* a damaged file may hold anything */
}

static hashed *
hashes_sorted (const signature_rows *in, gsize *n)
{
  hashed *all = g_new (hashed, MAX (in->n, 1));

  *n = 0;
  for (gsize i = 0; i < in->n; i++)
    {
      const float *row = row_of (in, i);
      hashed h = { .number = (guint32) i };
      if (!(row[0] >= 0))
        continue;
      for (int k = 0; k < SIGNATURE_HASH / 2; k++)
        {
          h.high = h.high << 16 | hash_part (row[k]);
          h.low = h.low << 16 | hash_part (row[SIGNATURE_HASH / 2 + k]);
        }
      all[(*n)++] = h;
    }
  qsort (all, *n, sizeof *all, hashed_order);
  return all;
}

/* Where each picture belongs while groups grow: the number of its group's first, and how alike it is to that. */
typedef struct {
  guint32 leader;
  float similarity;
} place;

/* Pictures with equal pixels get the first of them as leader; those passed over, none. */
static place *
places_exact (const signature_rows *in)
{
  place *places = g_new (place, MAX (in->n, 1));
  gsize n;
  g_autofree hashed *all = hashes_sorted (in, &n);

  for (gsize i = 0; i < in->n; i++)
    places[i] = (place){ .leader = NO_LEADER };
  for (gsize i = 0, first = 0; i < n; i++)
    {
      if (all[i].high != all[first].high || all[i].low != all[first].low)
        first = i;
      places[all[i].number] = (place){ .leader = all[first].number, .similarity = EQUAL_PIXELS };
    }
  return places;
}

/* Groups of those that share a leader. A leader stands before its members. `keep`, where not NULL, says which leaders count. */
static void
groups_collect (const place *places, gsize n, const guint8 *keep, duplicate_groups *out)
{
  g_autofree guint32 *sizes = g_new0 (guint32, MAX (n, 1));
  g_autofree gsize *next = g_new (gsize, MAX (n, 1));
  gsize members = 0;

  for (gsize i = 0; i < n; i++)
    if (places[i].leader != NO_LEADER)
      sizes[places[i].leader]++;
  for (gsize i = 0; i < n; i++)
    if (sizes[i] > 1 && (keep == NULL || keep[i]))
      {
        out->n_groups++;
        members += sizes[i];
      }
    else
      sizes[i] = 0;
  out->starts = g_new (gsize, out->n_groups + 1);
  out->members = g_new (duplicate_member, MAX (members, 1));
  gsize at = 0, group = 0;
  for (gsize i = 0; i < n; i++)
    if (sizes[i] > 0)
      {
        out->starts[group++] = next[i] = at;
        at += sizes[i];
      }
  out->starts[group] = at;
  for (gsize i = 0; i < n; i++)
    if (places[i].leader != NO_LEADER && sizes[places[i].leader] > 0)
      out->members[next[places[i].leader]++] =
          (duplicate_member){ .number = (guint32) i, .similarity = places[i].similarity };
}

/* The most alike of those not alike enough as they lie, to be laid on each other. */
typedef struct {
  guint32 number[ALIGN_MOST];
  double alike[ALIGN_MOST];
  int n;
} shortlist;

typedef struct {
  guint32 number; /* of the batch */
  float similarity;
} fellow;

typedef struct search search;
struct search {
  const signature_rows *in;
  const likeness_basis *basis;
  const align_basis *align;
  lookup *index;
  double least;
  GArray *leaders; /* guint32: numbers in `index` -> pictures */
  /* The batch: */
  guint32 numbers[BATCH];
  likeness seen[BATCH];
  lookup_code codes[BATCH];
  place best[BATCH];    /* among the leaders of earlier batches, as they lie */
  place aligned[BATCH]; /* the same, one laid on the other; only where `best` is none */
  gboolean follows[BATCH];
  fellow fellows[BATCH][ALIGN_MOST]; /* earlier ones of the batch alike when aligned */
  int n_fellows[BATCH];
  guint32 n;
  gint next;
  void (*work) (search *s, guint32 i);
};

static void
shortlist_put (shortlist *l, guint32 number, double alike)
{
  int at = l->n;

  while (at > 0 && l->alike[at - 1] < alike)
    at--;
  if (alike < ALIGN_FROM || at == ALIGN_MOST)
    return;
  l->n = MIN (l->n + 1, ALIGN_MOST);
  for (int i = l->n - 1; i > at; i--)
    {
      l->number[i] = l->number[i - 1];
      l->alike[i] = l->alike[i - 1];
    }
  l->number[at] = number;
  l->alike[at] = alike;
}

/* Takes the more alike, the earlier among equals. */
static void
place_better (place *best, guint32 leader, float alike)
{
  if (best->leader == NO_LEADER || alike > best->similarity || (alike == best->similarity && leader < best->leader))
    *best = (place){ .leader = leader, .similarity = alike };
}

static float
below_one (double alike)
{
  return MIN ((float) alike, BELOW_ONE);
}

/* Among the leaders of earlier batches. */
static void
search_leaders (search *s, guint32 i)
{
  guint32 found[LOOKUP_MOST];
  likeness other;
  shortlist list = { .n = 0 };

  s->best[i] = s->aligned[i] = (place){ .leader = NO_LEADER };
  likeness_init (&s->seen[i], s->basis, row_of (s->in, s->numbers[i]));
  if (s->seen[i].plain)
    return;
  lookup_encode (s->index, &s->seen[i], &s->codes[i]);
  int n = lookup_find (s->index, &s->codes[i], found);
  for (int k = 0; k < n; k++)
    {
      guint32 leader = g_array_index (s->leaders, guint32, found[k]);
      likeness_init (&other, s->basis, row_of (s->in, leader));
      double mirrored, alike = likeness_compare (&s->seen[i], &other, &mirrored);
      if (alike >= s->least && !likeness_is_mirrored (alike, mirrored))
        place_better (&s->best[i], leader, below_one (alike));
      else
        shortlist_put (&list, leader, alike);
    }
  for (int k = 0; k < list.n && s->best[i].leader == NO_LEADER; k++)
    {
      likeness_init (&other, s->basis, row_of (s->in, list.number[k]));
      float alike = below_one (align_compare (&s->seen[i], &other, s->align));
      if ((double) alike >= s->least)
        place_better (&s->aligned[i], list.number[k], alike);
    }
}

static gboolean
alike_as_they_lie (const search *s, guint32 i, guint32 k, double *alike)
{
  double mirrored;

  *alike = 0;
  if (s->seen[k].plain || lookup_distance (&s->codes[i], &s->codes[k]) > LOOKUP_FARTHEST)
    return FALSE;
  *alike = likeness_compare (&s->seen[i], &s->seen[k], &mirrored);
  return *alike >= s->least && !likeness_is_mirrored (*alike, mirrored);
}

/* Whether it will hardly become a leader: so that, below, copies do not crowd out what they are copies of. */
static void
search_follows (search *s, guint32 i)
{
  double alike;

  s->follows[i] = s->seen[i].plain || s->best[i].leader != NO_LEADER;
  for (guint32 k = 0; k < i && !s->follows[i]; k++)
    s->follows[i] = alike_as_they_lie (s, i, k, &alike);
}

/* Among the earlier ones of the batch that may be leaders. */
static void
search_fellows (search *s, guint32 i)
{
  shortlist list = { .n = 0 };
  double alike;

  s->n_fellows[i] = 0;
  if (s->seen[i].plain || s->best[i].leader != NO_LEADER)
    return;
  for (guint32 k = 0; k < i; k++)
    if (!s->follows[k] && !alike_as_they_lie (s, i, k, &alike))
      shortlist_put (&list, k, alike);
  for (int k = 0; k < list.n; k++)
    {
      float aligned = below_one (align_compare (&s->seen[i], &s->seen[list.number[k]], s->align));
      if ((double) aligned >= s->least)
        s->fellows[i][s->n_fellows[i]++] = (fellow){ .number = list.number[k], .similarity = aligned };
    }
}

static gpointer
search_some (gpointer user)
{
  search *s = user;

  for (;;)
    {
      guint32 i = (guint32) g_atomic_int_add (&s->next, 1);
      if (i >= s->n)
        return NULL;
      s->work (s, i);
    }
}

static void
batch_each (search *s, void (*work) (search *s, guint32 i), int threads)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new ();

  s->next = 0;
  s->work = work;
  for (int t = 1; t < threads && s->n > 16; t++)
    {
      GThread *thread = g_thread_try_new ("duplicates", search_some, s, NULL);
      if (thread != NULL)
        g_ptr_array_add (others, thread);
    }
  search_some (s);
  for (guint t = 0; t < others->len; t++)
    g_thread_join (others->pdata[t]);
}

/* The leader of picture i: of before or of this batch (`fresh`), as they lie if any will do so, else aligned. */
static place
leader_of (const search *s, guint32 i, const guint32 *fresh, guint32 n_fresh)
{
  place best = s->best[i], aligned = s->aligned[i];

  for (guint32 k = 0; k < n_fresh; k++)
    {
      double alike;
      if (alike_as_they_lie (s, i, fresh[k], &alike))
        place_better (&best, s->numbers[fresh[k]], below_one (alike));
    }
  if (best.leader != NO_LEADER)
    return best;
  for (int f = 0; f < s->n_fellows[i]; f++)
    for (guint32 k = 0; k < n_fresh; k++)
      if (fresh[k] == s->fellows[i][f].number)
        place_better (&aligned, s->numbers[fresh[k]], s->fellows[i][f].similarity);
  return aligned;
}

/* Each in order joins a leader or becomes one. */
static void
batch_settle (search *s, place *near, gsize *n_plain)
{
  guint32 fresh[BATCH], n_fresh = 0;

  for (guint32 i = 0; i < s->n; i++)
    {
      if (s->seen[i].plain)
        {
          ++*n_plain;
          continue;
        }
      place best = leader_of (s, i, fresh, n_fresh);
      if (best.leader != NO_LEADER)
        near[s->numbers[i]] = best;
      else
        fresh[n_fresh++] = i;
    }
  for (guint32 k = 0; k < n_fresh; k++)
    {
      lookup_add (s->index, &s->codes[fresh[k]]);
      g_array_append_val (s->leaders, s->numbers[fresh[k]]);
    }
}

/* The mean over an even choice of the pictures, drawn towards 0 where there are few. */
static void
waves_mean (const signature_rows *in, const likeness_basis *basis, float mean[LOOKUP_WAVES])
{
  double sums[LOOKUP_WAVES] = { 0 };
  gsize step = MAX (in->n / MEAN_ROWS, 1), n = 0;
  float waves[LOOKUP_WAVES] = { 0 };
  g_autoptr (lookup) plain = lookup_new (1, waves);
  likeness seen;

  for (gsize i = 0; i < in->n; i += step)
    {
      const float *row = row_of (in, i);
      if (!(row[0] >= 0))
        continue;
      likeness_init (&seen, basis, row);
      if (seen.plain)
        continue;
      lookup_waves (plain, &seen, waves);
      for (int k = 0; k < LOOKUP_WAVES; k++)
        sums[k] += (double) waves[k];
      n++;
    }
  for (int k = 0; k < LOOKUP_WAVES; k++)
    mean[k] = (float) (sums[k] / (double) (n + MEAN_DOUBT));
}

/* near: as `exact`, with different contents joined where they are alike. */
static gboolean
places_near (const signature_rows *in, const duplicate_options *o, const job *j, const place *exact, place *near,
             gsize *n_plain, GError **error)
{
  g_autofree likeness_basis *basis = g_new (likeness_basis, 1);
  g_autofree align_basis *align = g_new (align_basis, 1);
  float mean[LOOKUP_WAVES];

  likeness_basis_init (basis);
  align_basis_init (align);
  waves_mean (in, basis, mean);
  g_autoptr (lookup) index = lookup_new (in->n, mean);
  g_autoptr (GArray) leaders = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autofree search *s = g_new0 (search, 1);
  s->in = in;
  s->basis = basis;
  s->align = align;
  s->index = index;
  s->leaders = leaders;
  s->least = o->similarity;
  for (gsize i = 0; i < in->n;)
    {
      if (!job_go_on (j, error))
        return FALSE;
      job_tell (j, "duplicates", i, in->n);
      for (s->n = 0; i < in->n && s->n < BATCH; i++)
        if (exact[i].leader == i)
          s->numbers[s->n++] = (guint32) i;
      batch_each (s, search_leaders, o->threads);
      batch_each (s, search_follows, o->threads);
      batch_each (s, search_fellows, o->threads);
      batch_settle (s, near, n_plain);
    }
  job_tell (j, "duplicates", in->n, in->n);
  return TRUE;
}

gboolean
duplicates_find (const signature_rows *in, const duplicate_options *o, const job *j, duplicates *out, GError **error)
{
  memset (out, 0, sizeof *out);
  if (in->n > DUPLICATE_MOST)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot look for duplicates among more than %d pictures",
                   DUPLICATE_MOST);
      return FALSE;
    }
  g_autofree place *exact = places_exact (in);
  g_autofree place *near = g_memdup2 (exact, MAX (in->n, 1) * sizeof *exact);
  g_autofree guint8 *mixed = g_new0 (guint8, MAX (in->n, 1));
  if (!places_near (in, o, j, exact, near, &out->n_plain, error))
    return FALSE;
  for (gsize i = 0; i < in->n; i++)
    if (exact[i].leader == i && near[i].leader != i)
      mixed[near[i].leader] = 1;
  for (gsize i = 0; i < in->n; i++)
    if (exact[i].leader != NO_LEADER && exact[i].leader != i)
      near[i] = near[exact[i].leader];
  groups_collect (exact, in->n, NULL, &out->exact);
  groups_collect (near, in->n, mixed, &out->near);
  return TRUE;
}

static void
groups_clear (duplicate_groups *g)
{
  g_free (g->starts);
  g_free (g->members);
}

void
duplicates_clear (duplicates *d)
{
  groups_clear (&d->exact);
  groups_clear (&d->near);
  memset (d, 0, sizeof *d);
}
