/* Decoded once, in the producer: beside 125 corruptions and 126 runs of a model that costs nothing, and copies then share one picture. */
#include "judging/stress.h"

#include <string.h>

#include "base/error.h"
#include "base/ordered_map.h"
#include "base/random.h"
#include "image/decode.h"
#include "looking/lens_batch.h"

#define CLEAN -1 /* in the place of a kind */

/* A picture as the classifier sees it, shared by its copies. */
typedef struct {
  image seen;
} shared_view;

typedef struct {
  gsize picture; /* of those drawn */
  int kind;
  guint64 seed;
  shared_view *of;
  guint8 *copies; /* of one size, one after the other; NULL: memory was short */
  int made;       /* copies, mildest first */
} item;

typedef struct {
  gsize index; /* in the list */
  int class;
  guint64 key; /* a random one */
} candidate;

typedef struct {
  const lens *lens;
  const class_scores *meaning;
  GPtrArray *paths; /* of the drawn ones */
  gsize size;       /* bytes of a copy */
  gsize picture;    /* next to make copies of */
  int kind;         /* of it, next; CORRUPTION_KINDS: the next picture's turn */
  shared_view *of;
  image decoded;
  random_source random;
  image *scratch; /* threads */
  const job *job;
  lens_batch batch;   /* tags are places in `answer` */
  float *probability; /* classes */
  int *answer;        /* drawn x STRESS_CELLS */
} run;

gboolean
stress_check (const pardon_scan_options *o, GError **error)
{
  if (o->stress == 0 || o->classifier != NULL)
    return TRUE;
  g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                       "--stress asks the classifier about corrupted copies: it goes with --classifier");
  return FALSE;
}

/* --- drawing ------------------------------------------------------------------------------ */

static gboolean
any_label (const judging *j)
{
  for (gsize i = 0; i < j->n; i++)
    if (j->joined.truth[i] >= 0)
      return TRUE;
  return FALSE;
}

/* The list's pictures one by one, with their numbers. */
static gboolean
walk (store *s, void (*each) (gpointer user, gsize index, const store_picture *p), gpointer user, GError **error)
{
  g_autoptr (store_cursor) cursor = store_cursor_new (s, 0, error);
  g_autoptr (GError) why = NULL;
  if (cursor == NULL)
    return FALSE;
  gsize i = 0;
  for (store_picture p; store_cursor_next (cursor, &p, &why); i++)
    each (user, i, &p);
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

typedef struct {
  const judging *judging;
  gboolean truth;
  random_source random;
  GArray *pool;     /* candidate */
  GPtrArray *paths; /* of those in the pool, which is in the list's order by then */
} drawing;

static void
add_candidate (gpointer user, gsize i, const store_picture *p)
{
  drawing *d = user;
  const judging *j = d->judging;
  if (i >= j->n || strcmp (p->status, STATUS_OK) != 0 || j->noisy[i] != 0 || j->joined.prediction[i] < 0
      || (d->truth && j->joined.truth[i] < 0))
    return;
  candidate c = { i, j->joined.truth[i], random_bits (&d->random) };
  g_array_append_val (d->pool, c);
}

static void
add_path (gpointer user, gsize i, const store_picture *p)
{
  drawing *d = user;
  if (d->paths->len < d->pool->len && g_array_index (d->pool, candidate, d->paths->len).index == i)
    g_ptr_array_add (d->paths, g_strdup (p->ref.path));
}

static int
by_class (gconstpointer a, gconstpointer b)
{
  const candidate *x = a, *y = b;
  if (x->class != y->class)
    return x->class < y->class ? -1 : 1;
  if (x->key != y->key)
    return x->key < y->key ? -1 : 1;
  return x->index < y->index ? -1 : x->index > y->index;
}

static int
by_index (gconstpointer a, gconstpointer b)
{
  const candidate *x = a, *y = b;
  return x->index < y->index ? -1 : x->index > y->index;
}

/* At equal distances along the classes (Cochran 1977, section 8.1): each has its share, to within one picture. */
static void
thin_out (GArray *pool, guint64 n, random_source *r)
{
  if (n >= pool->len)
    return;
  g_array_sort (pool, by_class);
  double start = random_uniform (r, 0, 1), step = (double) pool->len / (double) n;
  for (guint i = 0; i < n; i++)
    {
      guint at = MIN ((guint) ((i + start) * step), pool->len - 1);
      g_array_index (pool, candidate, i) = g_array_index (pool, candidate, at);
    }
  g_array_set_size (pool, (guint) n);
  g_array_sort (pool, by_index);
}

static gboolean
draw (store *s, drawing *d, guint64 n, guint64 seed, gsize *pool, GError **error)
{
  random_init (&d->random, seed, "stress draw");
  if (!walk (s, add_candidate, d, error))
    return FALSE;
  *pool = d->pool->len;
  thin_out (d->pool, n, &d->random);
  if (!walk (s, add_path, d, error))
    return FALSE;
  if (d->paths->len == d->pool->len)
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "the list of pictures in '%s' changed under the scan",
               store_dir (s));
  return FALSE;
}

/* --- corrupting ------------------------------------------------------------------------------ */

static void
shared_view_clear (gpointer data)
{
  image_clear (&((shared_view *) data)->seen);
}

static void
shared_view_release (shared_view *v)
{
  if (v != NULL)
    g_atomic_rc_box_release_full (v, shared_view_clear);
}

static void
discard (gpointer data, gpointer user)
{
  (void) user;
  item *it = data;
  shared_view_release (it->of);
  g_free (it->copies);
  g_free (it);
}

/* The next picture that can be looked at, NULL: none is left. */
static shared_view *
look (run *w)
{
  image_facts facts;
  const onnx_model_info *to = w->lens->info;
  for (; w->picture < w->paths->len; w->picture++)
    {
      shared_view *v = g_atomic_rc_box_new0 (shared_view);
      if (decode_file (w->paths->pdata[w->picture], NULL, &w->decoded, &facts, NULL)
          && view_apply (&w->lens->view, &w->decoded, &v->seen, NULL) && v->seen.width == to->width
          && v->seen.height == to->height)
        return v;
      shared_view_release (v);
    }
  return NULL;
}

static gpointer
produce (gpointer user, GError **error)
{
  (void) error;
  run *w = user;
  if (w->of == NULL && (w->of = look (w)) == NULL)
    return NULL;
  item *it = g_new0 (item, 1);
  it->picture = w->picture;
  it->kind = w->kind;
  it->seed = random_bits (&w->random);
  it->of = g_atomic_rc_box_acquire (w->of);
  if (++w->kind < CORRUPTION_KINDS)
    return it;
  g_clear_pointer (&w->of, shared_view_release);
  w->kind = CLEAN;
  w->picture++;
  return it;
}

static void
work (gpointer data, int worker, gpointer user)
{
  item *it = data;
  run *w = user;
  const image *seen = &it->of->seen;
  image *copy = &w->scratch[worker];
  int wanted = it->kind == CLEAN ? 1 : STRESS_SEVERITIES;
  it->copies = g_try_malloc (w->size * (gsize) wanted);
  if (it->copies == NULL || !image_reserve (copy, seen->width, seen->height, 3))
    return;
  for (; it->made < wanted; it->made++)
    {
      memcpy (copy->pixels, seen->pixels, w->size);
      if (it->kind != CLEAN && !corrupt (copy, it->kind, it->made + 1, it->seed, NULL))
        return;
      memcpy (it->copies + (gsize) it->made * w->size, copy->pixels, w->size);
    }
}

/* --- classifying -------------------------------------------------------------------------------- */

static void
answer (gpointer user, guint64 place, const float *row, const float *scores)
{
  (void) row;
  run *w = user;
  int class;
  float confidence;
  gint8 top5;
  if (!lens_row_is_finite (scores, w->lens->n_scores))
    return;
  class_scores_weigh (w->meaning, scores, w->probability);
  class_scores_predict (w->probability, w->meaning->classes, -1, &class, &confidence, &top5);
  w->answer[place] = class;
}

static gboolean
consume (gpointer data, gpointer user, GError **error)
{
  item *it = data;
  run *w = user;
  const lens *l = w->lens;
  gboolean fine = TRUE;
  for (int i = 0; i < it->made && fine; i++)
    {
      image copy = { l->info->width, l->info->height, 3, it->copies + (gsize) i * w->size, w->size };
      int cell = it->kind == CLEAN ? 0 : 1 + it->kind * STRESS_SEVERITIES + i;
      scale_apply (&l->scale, &copy, l->info->planar, lens_batch_room (&w->batch));
      fine = job_go_on (w->job, error) && lens_batch_add (&w->batch, it->picture * STRESS_CELLS + (gsize) cell, error);
    }
  gsize kinds = CORRUPTION_KINDS + 1;
  job_tell (w->job, "corrupting and classifying again", it->picture * kinds + (gsize) (it->kind + 2),
            w->paths->len * kinds);
  discard (it, NULL);
  return fine;
}

static gboolean
reserve (run *w, int threads, GError **error)
{
  const lens *l = w->lens;
  gsize cells = w->paths->len * STRESS_CELLS;
  w->size = (gsize) l->info->width * (gsize) l->info->height * 3;
  w->scratch = g_new0 (image, threads);
  w->probability = g_new (float, MAX (w->meaning->classes, 1));
  w->answer = g_try_new (int, cells);
  if (w->answer == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MEMORY,
                   "not enough memory for --stress with %u pictures; lower it", w->paths->len);
      return FALSE;
    }
  for (gsize i = 0; i < cells; i++)
    w->answer[i] = -1;
  return lens_batch_init (&w->batch, l, answer, w, error);
}

static void
run_clear (run *w, int threads)
{
  for (int i = 0; w->scratch != NULL && i < threads; i++)
    image_clear (&w->scratch[i]);
  shared_view_release (w->of);
  image_clear (&w->decoded);
  lens_batch_clear (&w->batch);
  void *arrays[] = { w->scratch, w->probability, w->answer };
  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_free (arrays[i]);
}

static gboolean
ask_again (const drawing *d, const lens *l, guint64 seed, int threads, const job *of, stress *out, GError **error)
{
  run w = { .lens = l, .meaning = &d->judging->scores, .paths = d->paths, .kind = CLEAN, .job = of };
  ordered_map map = { threads, 2 * threads + 2, produce, work, consume, discard, &w };
  random_init (&w.random, seed, "stress copies");
  gboolean fine = reserve (&w, threads, error) && ordered_map_run (&map, of, error) && lens_batch_end (&w.batch, error);
  if (fine)
    {
      g_autofree int *truth = g_new (int, d->pool->len);
      for (guint i = 0; i < d->pool->len; i++)
        truth[i] = g_array_index (d->pool, candidate, i).class;
      stress_weigh (out, w.answer, d->truth ? truth : NULL, d->pool->len);
    }
  run_clear (&w, threads);
  return fine;
}

gboolean
stress_run (store *s, const judging *j, const lens *l, guint64 n, guint64 seed, int threads, const job *of, stress *out,
            GError **error)
{
  *out = (stress){ .wanted = n };
  if (n == 0)
    return TRUE;
  g_autoptr (GArray) pool = g_array_new (FALSE, FALSE, sizeof (candidate));
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  drawing d = { .judging = j, .truth = any_label (j), .pool = pool, .paths = paths };
  out->truth = d.truth;
  if (!draw (s, &d, n, seed, &out->pool, error))
    return FALSE;
  out->drawn = pool->len;
  return pool->len == 0 || ask_again (&d, l, seed, threads, of, out, error);
}
