/* The bounded, ordered queue. One ring of `window` slots serves as both queues: item number i lives in slot
 * i % window, so order needs no sorting; workers take numbers from `taken`, the caller consumes at `consumed`. */
#include "base/ordered_map.h"

#include "base/error.h"

#define STOP_POLL_US (40 * G_TIME_SPAN_MILLISECOND)

typedef struct {
  gpointer item;
  gboolean done; /* guarded by the run's lock */
} slot;

typedef struct {
  const ordered_map *map;
  slot *slots; /* n_slots */
  guint64 n_slots;

  GMutex lock;       /* guards all below and slot.done */
  GCond work_or_end; /* to workers */
  GCond head_done;   /* to the caller */
  guint64 produced;  /* items put into slots; only the caller advances it */
  guint64 taken;     /* items given to workers */
  guint64 consumed;  /* only the caller advances it */
  int idle;          /* workers waiting */
  gboolean caller_waits;
  gboolean end;     /* no more items will come; workers leave once `taken` has caught up */
  gboolean abandon; /* leave at once */
} run;

typedef struct {
  run *r;
  int number;
  GThread *thread;
} worker;

static gpointer
worker_main (gpointer data)
{
  worker *w = data;
  run *r = w->r;
  g_mutex_lock (&r->lock);
  for (;;)
    {
      while (!r->abandon && !r->end && r->taken == r->produced)
        {
          r->idle++;
          g_cond_wait (&r->work_or_end, &r->lock);
          r->idle--;
        }
      if (r->abandon || r->taken == r->produced)
        break;
      guint64 i = r->taken++;
      slot *s = &r->slots[i % r->n_slots];
      g_mutex_unlock (&r->lock);
      r->map->work (s->item, w->number, r->map->user);
      g_mutex_lock (&r->lock);
      s->done = TRUE;
      if (i == r->consumed && r->caller_waits)
        g_cond_signal (&r->head_done);
    }
  g_mutex_unlock (&r->lock);
  return NULL;
}

static gboolean
head_is_done (const run *r)
{
  return r->consumed < r->produced && r->slots[r->consumed % r->n_slots].done;
}

/* Produces one item into the next free slot. FALSE with an error, or with `*ended` at the end. */
static gboolean
put_one (run *r, gboolean *ended, GError **error)
{
  GError *local = NULL;
  gpointer item = r->map->produce (r->map->user, &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  if (item == NULL)
    {
      *ended = TRUE;
      return TRUE;
    }
  g_mutex_lock (&r->lock);
  slot *s = &r->slots[r->produced % r->n_slots];
  s->item = item;
  s->done = FALSE;
  r->produced++;
  if (r->idle > 0)
    g_cond_signal (&r->work_or_end);
  g_mutex_unlock (&r->lock);
  return TRUE;
}

static gboolean
take_one (run *r, GError **error)
{
  slot *s = &r->slots[r->consumed % r->n_slots];
  gpointer item = s->item;
  s->item = NULL;
  g_mutex_lock (&r->lock);
  s->done = FALSE;
  r->consumed++;
  g_mutex_unlock (&r->lock);
  return r->map->consume (item, r->map->user, error);
}

/* TRUE when the item at the head has been worked on. With `wait`, waits for it, but no longer than until the stop
 * callback is due. */
static gboolean
look_at_head (run *r, gboolean wait)
{
  g_mutex_lock (&r->lock);
  if (wait)
    {
      gint64 until = g_get_monotonic_time () + STOP_POLL_US;
      r->caller_waits = TRUE;
      while (!head_is_done (r))
        if (!g_cond_wait_until (&r->head_done, &r->lock, until))
          break;
      r->caller_waits = FALSE;
    }
  gboolean done = head_is_done (r);
  g_mutex_unlock (&r->lock);
  return done;
}

/* One item in, one item out, in turn: the window fills no further than the workers' slowness asks for, so results come
 * out as early as they can and few are lost to a stop. */
static gboolean
feed_and_drain (run *r, const job *j, GError **error)
{
  gboolean ended = FALSE;
  while (!ended || r->consumed < r->produced)
    {
      if (!job_go_on (j, error))
        return FALSE;
      gboolean room = !ended && r->produced - r->consumed < r->n_slots;
      if (room && !put_one (r, &ended, error))
        return FALSE;
      if (look_at_head (r, !room) && !take_one (r, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
start_workers (run *r, worker *workers, int n, GError **error)
{
  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) why = NULL;
      workers[i].r = r;
      workers[i].number = i;
      workers[i].thread = g_thread_try_new ("pardon-worker", worker_main, &workers[i], &why);
      if (workers[i].thread == NULL)
        {
          g_set_error (error, PARDON_ERROR, PARDON_ERROR_MISSING,
                       "cannot start thread %d of %d: %s; ask for fewer threads", i + 1, n, why->message);
          return FALSE;
        }
    }
  return TRUE;
}

static void
end_workers (run *r, worker *workers, int n, gboolean abandon)
{
  g_mutex_lock (&r->lock);
  r->end = TRUE;
  r->abandon = abandon;
  g_cond_broadcast (&r->work_or_end);
  g_mutex_unlock (&r->lock);
  for (int i = 0; i < n; i++)
    if (workers[i].thread != NULL)
      g_thread_join (workers[i].thread);
}

gboolean
ordered_map_run (const ordered_map *m, const job *j, GError **error)
{
  int threads = MAX (m->threads, 1);
  run r = { .map = m, .n_slots = (guint64) MAX (m->window, threads) };
  r.slots = g_new0 (slot, r.n_slots);
  worker *workers = g_new0 (worker, threads);
  g_mutex_init (&r.lock);
  g_cond_init (&r.work_or_end);
  g_cond_init (&r.head_done);

  gboolean ok = start_workers (&r, workers, threads, error) && feed_and_drain (&r, j, error);

  end_workers (&r, workers, threads, !ok);
  for (; r.consumed < r.produced; r.consumed++)
    m->discard (r.slots[r.consumed % r.n_slots].item, m->user);
  g_cond_clear (&r.head_done);
  g_cond_clear (&r.work_or_end);
  g_mutex_clear (&r.lock);
  g_free (workers);
  g_free (r.slots);
  return ok;
}
