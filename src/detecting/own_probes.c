/* Made anew in every scan: they are few, and keeping them would need their histories kept too. */
#include "detecting/own_probes.h"

#include <string.h>

#include "base/error.h"
#include "base/ordered_map.h"
#include "base/random.h"
#include "image/corrupt.h"
#include "image/decode.h"
#include "image/view.h"
#include "looking/lens_batch.h"
#include "math/rows.h"

#define FIRST_SEVERITY 2
#define SEVERITIES     4 /* 2 .. 5: at 1 hardly anybody sees it */

typedef struct {
  own_probe_plan of;
  float *prepared; /* NULL: could not be made */
} plan;

typedef struct {
  image decoded, viewed, scratch;
} worker_buffers;

typedef struct {
  const lens *lens;
  plan *plans;
  gsize n, next;
  worker_buffers *buffers;
  const job *job;
  guint64 done;
  lens_batch batch; /* tags are numbers of plans */
  own_probes *out;
} run;

gboolean
own_probes_check (guint64 n, GError **error)
{
  if (n <= OWN_PROBES_MOST)
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "at most %d probes, not %" G_GUINT64_FORMAT "; a few hundred do", OWN_PROBES_MOST, n);
  return FALSE;
}

/* --- drawing ------------------------------------------------------------------------------ */

static gboolean
may_serve (const store_picture *p, gboolean all)
{
  if (p->feature_row < 0)
    return FALSE;
  return all || (strcmp (p->status, STATUS_OK) == 0 && p->verdict.judged && !p->verdict.noisy);
}

/* Paths of the pictures that may serve: all of them counted, those whose turn is in `picks` (ascending) taken. */
static gboolean
walk_pool (store *s, gint64 set, gboolean all, const guint64 *picks, gsize n_picks, GPtrArray *paths, GArray *numbers,
           gsize *count, GError **error)
{
  g_autoptr (store_cursor) cursor = store_cursor_new (s, set, error);
  g_autoptr (GError) why = NULL;
  if (cursor == NULL)
    return FALSE;
  *count = 0;
  gsize number = 0;
  for (store_picture p; store_cursor_next (cursor, &p, &why); number += p.feature_row >= 0)
    {
      if (!may_serve (&p, all))
        continue;
      if (paths->len < n_picks && picks[paths->len] == *count)
        {
          g_ptr_array_add (paths, g_strdup (p.ref.path));
          g_array_append_val (numbers, number);
        }
      ++*count;
    }
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static gboolean
draw_pictures (store *s, gint64 set, guint64 n, gboolean *all, guint64 seed, GPtrArray *paths, GArray *numbers,
               GError **error)
{
  gsize count, n_picks;
  if (!walk_pool (s, set, *all, NULL, 0, paths, numbers, &count, error))
    return FALSE;
  if (count == 0 && !*all)
    {
      *all = TRUE;
      if (!walk_pool (s, set, *all, NULL, 0, paths, numbers, &count, error))
        return FALSE;
    }
  if (count == 0)
    return TRUE;
  g_autofree guint64 *picks = rows_sample (count, (gsize) n, seed, &n_picks);
  return walk_pool (s, set, *all, picks, n_picks, paths, numbers, &count, error);
}

/* Each round has every kind once, in another order, so that neither folders nor pictures used again meet the same kind; over four
 * rounds each kind comes at each severity. */
static own_probe_plan *
plan_all (gsize n, const GPtrArray *paths, const GArray *numbers, guint64 seed)
{
  own_probe_plan *plans = g_new (own_probe_plan, n);
  random_source r;
  int order[CORRUPTION_KINDS], first[CORRUPTION_KINDS];
  random_init (&r, seed, "own probes");
  for (int i = 0; i < CORRUPTION_KINDS; i++)
    {
      order[i] = i;
      first[i] = random_below (&r, SEVERITIES);
    }
  for (gsize i = 0; i < n; i++)
    {
      if (i % CORRUPTION_KINDS == 0)
        random_shuffle (&r, order, CORRUPTION_KINDS, sizeof *order);
      int kind = order[i % CORRUPTION_KINDS], round = (int) (i / CORRUPTION_KINDS % SEVERITIES);
      plans[i] = (own_probe_plan){ .path = paths->pdata[i % paths->len],
                                   .what = { kind, FIRST_SEVERITY + (first[kind] + round) % SEVERITIES,
                                             g_array_index (numbers, gsize, i % paths->len) },
                                   .seed = random_bits (&r) };
    }
  return plans;
}

gboolean
own_probes_each (store *s, gint64 set, guint64 n, gboolean all, guint64 seed, own_probe_taker take, gpointer user,
                 GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (gsize));
  if (!draw_pictures (s, set, n, &all, seed, paths, numbers, error))
    return FALSE;
  if (paths->len == 0)
    return TRUE;
  g_autofree own_probe_plan *plans = plan_all ((gsize) n, paths, numbers, seed);
  for (gsize i = 0; i < n; i++)
    if (!take (user, &plans[i], error))
      return FALSE;
  return TRUE;
}

#define NOTE "own-probes" /* "100 0 7": how many, drawn among all or not, seed */

gboolean
own_probes_keep (store *s, guint64 n, gboolean all, guint64 seed, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT " %d %" G_GUINT64_FORMAT, n, all != FALSE, seed);
  return store_note (s, NOTE, n > 0 ? text : NULL, error);
}

void
own_probes_kept (store *s, guint64 *n, gboolean *all, guint64 *seed)
{
  g_autofree char *text = store_get_note (s, NOTE);
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", " ", 4);
  gboolean whole = g_strv_length (words) == 3;
  *n = whole ? MIN (g_ascii_strtoull (words[0], NULL, 10), OWN_PROBES_MOST) : 0;
  *all = whole && words[1][0] == '1';
  *seed = whole ? g_ascii_strtoull (words[2], NULL, 10) : 0;
}

/* --- making ------------------------------------------------------------------------------- */

static gpointer
next_plan (gpointer user, GError **error)
{
  (void) error;
  run *w = user;
  return w->next < w->n ? &w->plans[w->next++] : NULL;
}

/* So that severity means what it says whatever the file's size. */
gboolean
own_probe_draw (const own_probe_plan *p, image *decoded, image *out, GError **error)
{
  view v = view_measure ();
  image_facts facts;
  return decode_file (p->path, NULL, decoded, &facts, error) && view_apply (&v, decoded, out, error)
         && corrupt (out, p->what.kind, p->what.severity, p->seed, error);
}

static void
make (gpointer item, int worker, gpointer user)
{
  plan *p = item;
  run *w = user;
  worker_buffers *b = &w->buffers[worker];
  p->prepared = g_try_new (float, w->lens->prepared_size);
  if (p->prepared != NULL && own_probe_draw (&p->of, &b->decoded, &b->viewed, NULL)
      && lens_prepare (w->lens, &b->viewed, &b->viewed, &b->scratch, p->prepared, NULL))
    return;
  g_clear_pointer (&p->prepared, g_free);
}

static void
keep_row (gpointer user, guint64 number, const float *row, const float *scores)
{
  (void) scores;
  run *w = user;
  own_probes *out = w->out;
  if (!lens_row_is_finite (row, out->d))
    return;
  memcpy (out->rows + out->made->len * out->d, row, out->d * sizeof *row);
  g_array_append_val (out->made, w->plans[number].of.what);
}

static gboolean
take (gpointer item, gpointer user, GError **error)
{
  plan *p = item;
  run *w = user;
  job_tell (w->job, "making probes", ++w->done, w->n);
  if (p->prepared == NULL)
    return TRUE;
  memcpy (lens_batch_room (&w->batch), p->prepared, w->lens->prepared_size * sizeof (float));
  g_clear_pointer (&p->prepared, g_free);
  return lens_batch_add (&w->batch, (guint64) (p - w->plans), error);
}

static void
discard (gpointer item, gpointer user)
{
  (void) user;
  g_clear_pointer (&((plan *) item)->prepared, g_free);
}

static gboolean
reserve (run *w, int threads, GError **error)
{
  w->plans = g_new0 (plan, w->n);
  w->buffers = g_new0 (worker_buffers, threads);
  w->out->rows = g_try_new (float, w->n * w->lens->d);
  if (w->out->rows != NULL)
    return lens_batch_init (&w->batch, w->lens, keep_row, w, error);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory for %" G_GSIZE_FORMAT " probes", w->n);
  return FALSE;
}

static void
run_clear (run *w, int threads)
{
  for (int i = 0; w->buffers != NULL && i < threads; i++)
    {
      image_clear (&w->buffers[i].decoded);
      image_clear (&w->buffers[i].viewed);
      image_clear (&w->buffers[i].scratch);
    }
  g_free (w->buffers);
  g_free (w->plans);
  lens_batch_clear (&w->batch);
}

gboolean
own_probes_make (store *s, gint64 set, const lens *l, guint64 n, gboolean all, guint64 seed, int threads, const job *j,
                 own_probes *out, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (gsize));
  *out = (own_probes){ .made = g_array_new (FALSE, FALSE, sizeof (own_probe)), .d = l->d, .of_all = all };
  if (!draw_pictures (s, set, n, &out->of_all, seed, paths, numbers, error))
    {
      own_probes_clear (out);
      return FALSE;
    }
  if (paths->len == 0)
    return TRUE;
  out->of_pictures = MIN (n, paths->len);
  run w = { .lens = l, .n = (gsize) n, .job = j, .out = out };
  ordered_map map = { threads, 4 * threads + l->batch, next_plan, make, take, discard, &w };
  gboolean fine = reserve (&w, threads, error);
  if (fine)
    {
      g_autofree own_probe_plan *plans = plan_all (w.n, paths, numbers, seed);
      for (gsize i = 0; i < w.n; i++)
        w.plans[i].of = plans[i];
      fine = ordered_map_run (&map, j, error) && lens_batch_end (&w.batch, error);
    }
  run_clear (&w, threads);
  if (!fine)
    own_probes_clear (out);
  return fine;
}

gboolean
own_probes_join (const own_probes *p, const matrix *x, matrix *out, float **data, GError **error)
{
  gsize n = x->n + p->made->len;
  *data = g_try_new (float, n * p->d);
  if (*data == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MEMORY,
                   "not enough memory for %" G_GSIZE_FORMAT " rows of features beside probes", n);
      return FALSE;
    }
  for (gsize i = 0; i < x->n; i++)
    memcpy (*data + i * p->d, matrix_row (x, i), p->d * sizeof (float));
  if (p->made->len > 0)
    memcpy (*data + x->n * p->d, p->rows, p->made->len * p->d * sizeof (float));
  *out = (matrix){ .n = n, .d = p->d, .data = *data };
  return TRUE;
}

void
own_probes_clear (own_probes *p)
{
  g_clear_pointer (&p->made, g_array_unref);
  g_free (p->rows);
  *p = (own_probes){ 0 };
}
