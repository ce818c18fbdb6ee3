/* Each reason to look at a picture has its share; within it, kinds, clusters and groups take turns, so that a small one is seen beside a large
 * one. What is not used up goes to pictures drawn at random. */
#include "writing/thumbnails_choose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

typedef struct {
  int group;   /* that takes turns with others */
  guint turn;  /* within it */
  double rank; /* least first */
  gsize picture;
} wish;

typedef enum {
  WISH_NOISY,
  WISH_DOUBTFUL,
  WISH_CLUSTER,
  WISH_OWED,
  WISH_CONFIDENT,
  WISH_SUSPECTED,
  WISH_COPY,
  WISHES
} why;

static const gsize share_of[WISHES] = {
  [WISH_NOISY] = 1000,    [WISH_DOUBTFUL] = 250,  [WISH_CLUSTER] = 700, [WISH_OWED] = 500,
  [WISH_CONFIDENT] = 200, [WISH_SUSPECTED] = 100, [WISH_COPY] = 50,
};

typedef struct {
  GArray *wishes[WISHES];
  GHashTable *kinds;  /* char * -> number + 1 */
  GHashTable *copies; /* file */
  double threshold;
} choice;

static void
add_wish (choice *c, why w, int group, double rank, gsize picture)
{
  wish one = { group, 0, isfinite (rank) ? rank : G_MAXDOUBLE, picture };
  g_array_append_val (c->wishes[w], one);
}

static int
kind_number (choice *c, const char *kind)
{
  gpointer known = g_hash_table_lookup (c->kinds, kind);
  if (known == NULL)
    {
      known = GUINT_TO_POINTER (g_hash_table_size (c->kinds) + 1);
      g_hash_table_insert (c->kinds, g_strdup (kind), known);
    }
  return GPOINTER_TO_INT (known);
}

static void
take (choice *c, const store_picture *p, gsize picture)
{
  const store_verdict *v = &p->verdict;
  const store_answer *a = &p->answer;
  gboolean damaged = strcmp (p->status, STATUS_DAMAGED) == 0;
  if (v->judged && v->noisy)
    add_wish (c, WISH_NOISY, kind_number (c, v->kind), damaged ? -G_MAXDOUBLE : -v->score, picture);
  if (v->judged && !damaged)
    add_wish (c, WISH_DOUBTFUL, v->noisy, fabs (v->score - c->threshold), picture);
  if (p->cluster >= 0)
    add_wish (c, WISH_CLUSTER, p->cluster, p->distance, picture);
  if (a->given && a->owed > 0)
    add_wish (c, WISH_OWED, a->owed, -a->confidence, picture);
  if (a->given && a->truth >= 0 && a->prediction >= 0 && a->truth != a->prediction)
    add_wish (c, WISH_CONFIDENT, v->noisy, -a->confidence, picture);
  if (a->given && a->suggested >= 0)
    add_wish (c, WISH_SUSPECTED, 0, -a->confidence, picture);
  if (g_hash_table_contains (c->copies, p->ref.file))
    add_wish (c, WISH_COPY, 0, 0, picture);
}

static int
by_group (gconstpointer x, gconstpointer y)
{
  const wish *a = x, *b = y;
  if (a->group != b->group)
    return a->group < b->group ? -1 : 1;
  if (a->rank < b->rank || a->rank > b->rank)
    return a->rank < b->rank ? -1 : 1;
  return (a->picture > b->picture) - (a->picture < b->picture);
}

static int
by_turn (gconstpointer x, gconstpointer y)
{
  const wish *a = x, *b = y;
  if (a->turn != b->turn)
    return a->turn < b->turn ? -1 : 1;
  return by_group (x, y);
}

/* Numbers the turns, and puts those of one turn together. */
static void
take_turns (GArray *wishes)
{
  g_array_sort (wishes, by_group);
  for (guint i = 1; i < wishes->len; i++)
    {
      wish *one = &g_array_index (wishes, wish, i), *before = one - 1;
      one->turn = one->group == before->group ? before->turn + 1 : 0;
    }
  g_array_sort (wishes, by_turn);
}

/* Those of `of` that nothing speaks for, in an order drawn by the seed. */
static void
fill_up (GHashTable *chosen, const GArray *of, guint64 seed)
{
  random_source random;
  gsize need = THUMBNAILS_SOME - g_hash_table_size (chosen), left = of->len - g_hash_table_size (chosen);
  random_init (&random, seed, "thumbnails of the page");
  for (gsize i = 0; i < of->len && need > 0; i++)
    {
      gpointer picture = GSIZE_TO_POINTER (g_array_index (of, gsize, i));
      if (g_hash_table_contains (chosen, picture))
        continue;
      if (random_uniform (&random, 0, (double) left--) < (double) need)
        {
          g_hash_table_add (chosen, picture);
          need--;
        }
    }
}

static void
choice_init (choice *c, const report *r)
{
  *c = (choice){ .threshold = r->noise.threshold };
  c->kinds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  c->copies = g_hash_table_new (g_str_hash, g_str_equal);
  for (int w = 0; w < WISHES; w++)
    c->wishes[w] = g_array_new (FALSE, FALSE, sizeof (wish));
  for (guint i = 0; r->repeats.shown != NULL && i < r->repeats.shown->len; i++)
    {
      const report_copies *group = r->repeats.shown->pdata[i];
      for (guint k = 0; k < group->copies->len; k++)
        g_hash_table_add (c->copies, ((report_copy *) group->copies->pdata[k])->file);
    }
}

static void
choice_clear (choice *c)
{
  for (int w = 0; w < WISHES; w++)
    g_array_unref (c->wishes[w]);
  g_hash_table_unref (c->kinds);
  g_hash_table_unref (c->copies);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (choice, choice_clear)

static int
ascending (gconstpointer x, gconstpointer y)
{
  gsize a = *(const gsize *) x, b = *(const gsize *) y;
  return (a > b) - (a < b);
}

static GArray *
sorted (GHashTable *chosen)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (gsize));
  GHashTableIter iter;
  gpointer picture;
  g_hash_table_iter_init (&iter, chosen);
  while (g_hash_table_iter_next (&iter, &picture, NULL))
    {
      gsize number = GPOINTER_TO_SIZE (picture);
      g_array_append_val (out, number);
    }
  g_array_sort (out, ascending);
  return out;
}

GArray *
thumbnails_choose (store *s, const GArray *of, const report *r, guint64 seed, GError **error)
{
  if (of->len <= THUMBNAILS_ALL)
    return g_array_copy ((GArray *) of);
  g_auto (choice) c;
  g_autoptr (store_cursor) cursor = store_cursor_new (s, 0, error);
  g_autoptr (GHashTable) chosen = g_hash_table_new (NULL, NULL);
  g_autoptr (GError) fault = NULL;
  choice_init (&c, r);
  gsize at = 0, i = 0;
  if (cursor == NULL)
    return NULL;
  for (store_picture p; at < of->len && store_cursor_next (cursor, &p, &fault); i++)
    if (i == g_array_index (of, gsize, at))
      {
        take (&c, &p, i);
        at++;
      }
  if (fault != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return NULL;
    }
  for (int w = 0; w < WISHES; w++)
    {
      gsize taken = 0;
      take_turns (c.wishes[w]);
      for (guint k = 0; k < c.wishes[w]->len && taken < share_of[w]; k++)
        taken += g_hash_table_add (chosen, GSIZE_TO_POINTER (g_array_index (c.wishes[w], wish, k).picture));
    }
  fill_up (chosen, of, seed);
  return sorted (chosen);
}
