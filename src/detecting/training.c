/* Every picture is copied in several histories; each history gives a clean copy and corrupted ones that differ from it
 * in the corruption alone, so that what a corruption does can be told from what a scene is. */
#include "detecting/training.h"

#include <string.h>

#include "base/error.h"
#include "base/ordered_map.h"
#include "base/random.h"
#include "detecting/probe.h"
#include "feature/quality.h"
#include "image/corrupt.h"
#include "image/decode.h"
#include "image/view.h"
#include "source/source.h"

#define TRAIN_SOURCES 4000
#define HISTORIES     12
#define KIND_TURNS    2 /* times that each kind is made of each picture */
#define SLIGHT        2 /* copies a history whose severity is below 1 */
#define COPIES        (HISTORIES * (1 + SLIGHT) + KIND_TURNS * CORRUPTION_KINDS)
#define LEAST_SIDE    96

typedef struct {
  int kind;
  double severity;
  int history; /* which is also the place of its clean copy */
  gboolean example;
} order;

typedef struct {
  char *path;
  guint32 source;
  float *measures; /* COPIES x quality_size (); NULL: could not be used */
  order orders[COPIES];
} item;

typedef struct {
  image original, copy, seen;
} worker_buffers;

typedef struct {
  GPtrArray *paths;
  guint next;
  guint64 seed;
  worker_buffers *buffers;
  training_rows *rows;
  const job *job;
  GError *fault; /* memory; first one */
} measuring;

/* --- what is made of one picture ------------------------------------------------------------- */

/* Half of the slight copies are noisy ones, for slight noise hides softness, and must not pass for a cure. */
static int
draw_slight (random_source *r)
{
  return random_below (r, 2) > 0 ? corruption_find ("sensor-noise") : random_below (r, CORRUPTION_KINDS);
}

/* A clean copy of each history first, then the examples, dealt out in turn, then what only teaches that more
 * corruption is worse. */
static void
plan (order *o, random_source *r)
{
  int n = 0;
  for (; n < HISTORIES; n++)
    o[n] = (order){ -1, 0, n, TRUE };
  for (int turn = 0; turn < KIND_TURNS; turn++)
    for (int k = 0; k < CORRUPTION_KINDS; k++)
      o[n++] = (order){ k, random_uniform (r, 1, 5), 0, TRUE };
  random_shuffle (r, o + HISTORIES, (gsize) (n - HISTORIES), sizeof *o);
  for (int i = 0; i < HISTORIES * SLIGHT; i++)
    o[n++] = (order){ draw_slight (r), random_uniform (r, 0.2, 1), 0, FALSE };
  for (int i = HISTORIES; i < n; i++)
    o[i].history = i % HISTORIES;
}

static void
work (gpointer data, int worker, gpointer user)
{
  item *it = data;
  measuring *m = user;
  worker_buffers *b = &m->buffers[worker];
  image_facts facts;
  gsize d = quality_size ();
  view v = view_measure ();
  history histories[HISTORIES];

  if (!decode_file (it->path, NULL, &b->original, &facts, NULL) || facts.damage[0] != 0
      || MIN (facts.width, facts.height) < LEAST_SIDE)
    return;
  random_source r;
  g_autofree char *purpose = g_strdup_printf ("probes of picture %u", it->source);
  random_init (&r, m->seed, purpose);
  for (int h = 0; h < HISTORIES; h++)
    history_draw (&histories[h], random_bits (&r));
  plan (it->orders, &r);
  g_autofree float *measures = g_new (float, COPIES *d);
  for (int i = 0; i < COPIES; i++)
    {
      const order *o = &it->orders[i];
      const history *h = &histories[o->history];
      guint64 seed = random_bits (&r);
      if (!history_begin (h, &b->original, &b->copy, NULL)
          || (o->kind >= 0 && !history_degrade (&b->copy, o->kind, o->severity, seed, NULL))
          || !history_end (h, &b->copy, NULL) || !view_apply (&v, &b->copy, &b->seen, NULL)
          || !quality_measure_picture (&b->seen, measures + i * d, NULL))
        return;
    }
  it->measures = g_steal_pointer (&measures);
}

/* --- all of them ------------------------------------------------------------------------------- */

static void
item_free (gpointer data, gpointer user)
{
  (void) user;
  item *it = data;
  g_free (it->measures);
  g_free (it);
}

static gpointer
produce (gpointer user, GError **error)
{
  (void) error;
  measuring *m = user;
  if (m->next == m->paths->len)
    return NULL;
  item *it = g_new0 (item, 1);
  it->path = m->paths->pdata[m->next];
  it->source = m->next++;
  return it;
}

static gboolean
consume (gpointer data, gpointer user, GError **error)
{
  (void) error;
  item *it = data;
  measuring *m = user;
  training_rows *t = m->rows;
  if (it->measures == NULL)
    t->unreadable++;
  else
    {
      guint first = t->rows->len;
      g_array_append_vals (t->measures, it->measures, (guint) (COPIES * quality_size ()));
      for (int i = 0; i < COPIES; i++)
        {
          const order *o = &it->orders[i];
          train_row row = { o->kind, (float) o->severity, it->source, first + (guint) o->history, o->example };
          g_array_append_val (t->rows, row);
        }
    }
  job_tell (m->job, "making probes", it->source + 1, m->paths->len);
  item_free (it, NULL);
  return TRUE;
}

static gboolean
take_path (gpointer user, const image_ref *ref, GError **error)
{
  (void) error;
  g_ptr_array_add (user, g_strdup (ref->path));
  return TRUE;
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Sorted, for a walk has no order; then a draw of TRAIN_SOURCES where there are more. */
static GPtrArray *
list_paths (const char *const *paths, guint64 seed, const job *j, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  source_options where = { .paths = paths, .is_picture = decode_is_picture };
  source_sink sink = { take_path, NULL, found };
  if (!source_walk (&where, &sink, j, error))
    return NULL;
  g_ptr_array_sort (found, by_name);
  random_source r;
  random_init (&r, seed, "sources to train on");
  for (guint i = 0; i < TRAIN_SOURCES && found->len > TRAIN_SOURCES; i++)
    {
      guint other = i + (guint) random_below (&r, (int) (found->len - i));
      gpointer kept = found->pdata[i];
      found->pdata[i] = found->pdata[other];
      found->pdata[other] = kept;
    }
  if (found->len > TRAIN_SOURCES)
    g_ptr_array_set_size (found, TRAIN_SOURCES);
  return g_steal_pointer (&found);
}

gboolean
training_measure (const char *const *paths, guint64 seed, int threads, const job *j, training_rows *rows,
                  GError **error)
{
  static const char *kinds[CORRUPTION_KINDS], *families[CORRUPTION_KINDS];
  g_autoptr (GPtrArray) found = list_paths (paths, seed, j, error);
  if (found == NULL)
    return FALSE;
  for (int k = 0; k < CORRUPTION_KINDS; k++)
    {
      kinds[k] = corruption_kinds[k].name;
      families[k] = corruption_family_names[corruption_kinds[k].family];
    }
  *rows = (training_rows){ .measures = g_array_new (FALSE, FALSE, sizeof (float)),
                           .rows = g_array_new (FALSE, FALSE, sizeof (train_row)) };
  measuring m = { .paths = found, .seed = seed, .rows = rows, .job = j };
  m.buffers = g_new0 (worker_buffers, threads);
  ordered_map map = { threads, 2 * threads, produce, work, consume, item_free, &m };
  gboolean fine = ordered_map_run (&map, j, error);
  for (int i = 0; i < threads; i++)
    {
      image_clear (&m.buffers[i].original);
      image_clear (&m.buffers[i].copy);
      image_clear (&m.buffers[i].seen);
    }
  g_free (m.buffers);
  rows->set = (train_set){ rows->rows->len,
                           quality_size (),
                           (const float *) rows->measures->data,
                           (const train_row *) rows->rows->data,
                           CORRUPTION_KINDS,
                           kinds,
                           families,
                           seed,
                           threads };
  if (!fine)
    training_rows_clear (rows);
  return fine;
}

/* Which kinds stay: their new numbers, -1 for those that do not; the set's names become theirs. */
static void
keep_kinds (training_rows *t, const char *const *names, int *numbers)
{
  train_set *set = &t->set;
  int kept = 0;
  t->names = g_new0 (const char *, 2 * (gsize) set->n_kinds);
  for (int k = 0; k < set->n_kinds; k++)
    {
      gboolean out = g_strv_contains (names, set->kinds[k]) || g_strv_contains (names, set->families[k]);
      numbers[k] = out ? -1 : kept;
      if (out)
        continue;
      t->names[kept] = set->kinds[k];
      t->names[set->n_kinds + kept++] = set->families[k];
    }
  set->kinds = t->names;
  set->families = t->names + set->n_kinds;
  set->n_kinds = kept;
}

void
training_leave_out (training_rows *t, const char *const *names)
{
  train_set *set = &t->set;
  g_autofree int *numbers = g_new (int, set->n_kinds);
  g_autofree guint32 *places = g_new (guint32, set->n);
  train_row *rows = (train_row *) (void *) t->rows->data;
  float *measures = (float *) (void *) t->measures->data;
  guint n = 0;
  if (*names == NULL || t->names != NULL)
    return;
  keep_kinds (t, names, numbers);
  for (gsize i = 0; i < set->n; i++)
    {
      if (rows[i].kind >= 0 && numbers[rows[i].kind] < 0)
        continue;
      places[i] = n;
      rows[n] = rows[i];
      rows[n].kind = rows[i].kind >= 0 ? numbers[rows[i].kind] : -1;
      memmove (measures + n * set->d, measures + i * set->d, set->d * sizeof *measures);
      n++;
    }
  for (guint i = 0; i < n; i++)
    rows[i].twin = places[rows[i].twin];
  g_array_set_size (t->rows, n);
  g_array_set_size (t->measures, n * (guint) set->d);
  set->n = n;
}

void
training_rows_clear (training_rows *rows)
{
  g_free (rows->names);
  g_clear_pointer (&rows->measures, g_array_unref);
  g_clear_pointer (&rows->rows, g_array_unref);
  *rows = (training_rows){ 0 };
}
