/* The ordered map. (CSV and hashes have tests of their own.) */
#include <time.h>

#include "base/error.h"
#include "base/ordered_map.h"

#ifdef __SANITIZE_THREAD__
  /* GLib's locks are futexes made inside an uninstrumented library, which ThreadSanitizer cannot see: every use would
   * look like a race. Under it alone, these stand in for them, so that what it reports is real. */
  #include <pthread.h>

void
g_mutex_init (GMutex *m)
{
  m->p = g_new (pthread_mutex_t, 1);
  pthread_mutex_init (m->p, NULL);
}
void
g_mutex_clear (GMutex *m)
{
  pthread_mutex_destroy (m->p);
  g_free (m->p);
}
void
g_mutex_lock (GMutex *m)
{
  pthread_mutex_lock (m->p);
}
void
g_mutex_unlock (GMutex *m)
{
  pthread_mutex_unlock (m->p);
}
void
g_cond_init (GCond *c)
{
  pthread_condattr_t a;
  pthread_condattr_init (&a);
  pthread_condattr_setclock (&a, CLOCK_MONOTONIC);
  c->p = g_new (pthread_cond_t, 1);
  pthread_cond_init (c->p, &a);
}
void
g_cond_clear (GCond *c)
{
  pthread_cond_destroy (c->p);
  g_free (c->p);
}
void
g_cond_wait (GCond *c, GMutex *m)
{
  pthread_cond_wait (c->p, m->p);
}
gboolean
g_cond_wait_until (GCond *c, GMutex *m, gint64 us)
{
  struct timespec t = { us / 1000000, us % 1000000 * 1000 };
  return pthread_cond_timedwait (c->p, m->p, &t) == 0;
}
void
g_cond_signal (GCond *c)
{
  pthread_cond_signal (c->p);
}
void
g_cond_broadcast (GCond *c)
{
  pthread_cond_broadcast (c->p);
}
#endif

typedef struct {
  guint64 number, result;
} item;

/* What one run is told to do, and what it saw. All but `working` and `living` belong to the caller's thread. */
typedef struct {
  guint64 n;         /* items to produce */
  int random_us;     /* work sleeps up to this long */
  guint64 slow_item; /* sleeps slow_us */
  int slow_us;
  guint64 fail_produce_at, fail_consume_at, stop_at; /* item numbers; G_MAXUINT64: never */
  gint64 stop_after_us;

  guint64 produced, consumed, discarded, in_flight, most_in_flight;
  int working, most_working, living; /* atomic */
  int threads;
  int busy[64]; /* per worker; two at once would be a fault */
  gint64 started, polled, longest_between_polls;
  guint64 polls, told;
  gboolean out_of_order, bad_worker;
  GThread *caller;
} run;

static run
run_of (guint64 n)
{
  return (run){ .n = n,
                .slow_item = G_MAXUINT64,
                .fail_produce_at = G_MAXUINT64,
                .fail_consume_at = G_MAXUINT64,
                .stop_at = G_MAXUINT64,
                .stop_after_us = G_MAXINT64 };
}

static gpointer
produce (gpointer user, GError **error)
{
  run *r = user;
  g_assert_true (g_thread_self () == r->caller);
  if (r->produced == r->fail_produce_at)
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT, "the producer failed");
      return NULL;
    }
  if (r->produced == r->n)
    return NULL;
  item *it = g_new0 (item, 1);
  g_atomic_int_inc (&r->living);
  it->number = r->produced++;
  r->in_flight++;
  r->most_in_flight = MAX (r->most_in_flight, r->in_flight);
  return it;
}

static void
work (gpointer data, int number, gpointer user)
{
  run *r = user;
  item *it = data;
  if (number < 0 || number >= r->threads || g_atomic_int_add (&r->busy[number], 1) != 0)
    r->bad_worker = TRUE;
  int now = g_atomic_int_add (&r->working, 1) + 1;
  for (int most = g_atomic_int_get (&r->most_working); now > most; most = g_atomic_int_get (&r->most_working))
    if (g_atomic_int_compare_and_exchange (&r->most_working, most, now))
      break;
  if (r->random_us > 0)
    g_usleep ((gulong) (it->number * 2654435761u % (guint64) r->random_us));
  if (it->number == r->slow_item)
    g_usleep ((gulong) r->slow_us);
  it->result = it->number * it->number + 1;
  g_atomic_int_add (&r->working, -1);
  g_atomic_int_add (&r->busy[number], -1);
}

static void
let_go (run *r, item *it)
{
  r->in_flight--;
  g_atomic_int_add (&r->living, -1);
  g_free (it);
}

static gboolean
consume (gpointer data, gpointer user, GError **error)
{
  run *r = user;
  item *it = data;
  g_assert_true (g_thread_self () == r->caller);
  if (it->number != r->consumed || it->result != it->number * it->number + 1)
    r->out_of_order = TRUE;
  gboolean fail = it->number == r->fail_consume_at;
  r->consumed++;
  let_go (r, it);
  if (fail)
    g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_STORE, "the consumer failed");
  return !fail;
}

static void
discard (gpointer data, gpointer user)
{
  run *r = user;
  g_assert_true (g_thread_self () == r->caller);
  g_assert_cmpint (g_atomic_int_get (&r->working), ==, 0);
  r->discarded++;
  let_go (r, data);
}

static gboolean
stop (gpointer user)
{
  run *r = user;
  gint64 now = g_get_monotonic_time ();
  if (r->polls++ > 0)
    r->longest_between_polls = MAX (r->longest_between_polls, now - r->polled);
  r->polled = now;
  return r->consumed >= r->stop_at || now - r->started > r->stop_after_us;
}

static gboolean
go (run *r, int threads, int window, GError **error)
{
  const ordered_map m = { .threads = threads,
                          .window = window,
                          .produce = produce,
                          .work = work,
                          .consume = consume,
                          .discard = discard,
                          .user = r };
  const job j = { .stop = stop, .user = r };
  r->caller = g_thread_self ();
  r->threads = MAX (threads, 1);
  r->started = g_get_monotonic_time ();
  gboolean ok = ordered_map_run (&m, &j, error);
  g_assert_cmpint (r->working, ==, 0);
  g_assert_cmpint (r->living, ==, 0);
  g_assert_cmpuint (r->produced, ==, r->consumed + r->discarded);
  g_assert_false (r->out_of_order);
  g_assert_false (r->bad_worker);
  return ok;
}

static void
test_order (void)
{
  for (int threads = 1; threads <= 8; threads *= 2)
    {
      run r = run_of (400);
      r.random_us = 1500;
      GError *error = NULL;
      g_assert_true (go (&r, threads, 3 * threads, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (r.consumed, ==, 400);
      g_assert_cmpuint (r.discarded, ==, 0);
      g_assert_cmpint (r.most_working, <=, threads);
      if (threads > 1)
        g_assert_cmpint (r.most_working, >, 1);
    }
}

static void
test_window (void)
{
  /* while item 5 sleeps, the others go on as far as the window, and no further */
  run r = run_of (200);
  r.slow_item = 5;
  r.slow_us = 100000;
  g_assert_true (go (&r, 4, 10, NULL));
  g_assert_cmpuint (r.consumed, ==, 200);
  g_assert_cmpuint (r.most_in_flight, ==, 10);
}

static void
test_small_counts (void)
{
  for (guint64 n = 0; n < 5; n++)
    for (int threads = -1; threads < 5; threads++)
      for (int window = -1; window < 4; window++)
        {
          run r = run_of (n);
          g_assert_true (go (&r, threads, window, NULL));
          g_assert_cmpuint (r.consumed, ==, n);
          g_assert_cmpuint (r.most_in_flight, <=, (guint64) MAX (window, MAX (threads, 1)));
        }
}

static void
test_one_thread_overlaps (void)
{
  /* with one worker, reading and writing go on beside it */
  run r = run_of (50);
  r.random_us = 1000;
  g_assert_true (go (&r, 1, 4, NULL));
  g_assert_cmpint (r.most_working, ==, 1);
  g_assert_cmpuint (r.most_in_flight, ==, 4);
}

static void
test_produce_fails (void)
{
  for (guint64 at = 0; at < 40; at += 13)
    {
      run r = run_of (100);
      r.random_us = 500;
      r.fail_produce_at = at;
      g_autoptr (GError) error = NULL;
      g_assert_false (go (&r, 3, 9, &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
      g_assert_cmpuint (r.produced, ==, at);
    }
}

static void
test_consume_fails (void)
{
  for (guint64 at = 0; at < 40; at += 13)
    {
      run r = run_of (100);
      r.random_us = 500;
      r.fail_consume_at = at;
      g_autoptr (GError) error = NULL;
      g_assert_false (go (&r, 3, 9, &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STORE);
      g_assert_cmpuint (r.consumed, ==, at + 1);
    }
}

static void
test_stop (void)
{
  run r = run_of (1000);
  r.stop_at = 20;
  g_autoptr (GError) error = NULL;
  g_assert_false (go (&r, 2, 8, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STOPPED);
  g_assert_cmpuint (r.consumed, ==, 20);

  run before = run_of (1000);
  before.stop_at = 0;
  g_assert_false (go (&before, 2, 8, NULL));
  g_assert_cmpuint (before.produced, ==, 0);
}

static void
test_stop_while_waiting (void)
{
  run r = run_of (1000);
  r.slow_item = 3;
  r.slow_us = 400000;
  g_assert_true (go (&r, 2, 4, NULL));
  g_assert_cmpuint (r.polls, >=, 8);
  /* 50 ms is promised; the rest is for a busy machine */
  g_assert_cmpint (r.longest_between_polls, <, 150000);

  run s = run_of (1000);
  s.slow_item = 3;
  s.slow_us = 400000;
  s.stop_after_us = 60000;
  g_autoptr (GError) error = NULL;
  g_assert_false (go (&s, 2, 4, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STOPPED);
  g_assert_cmpuint (s.consumed, ==, 3);
  g_assert_cmpuint (s.discarded, ==, 4);
}

static void
test_speed (void)
{
  for (int threads = 1; threads <= 4; threads *= 2)
    {
      run r = run_of (100000);
      g_assert_true (go (&r, threads, 64, NULL));
      double seconds = (double) (g_get_monotonic_time () - r.started) * 1e-6;
      g_test_message ("%d threads: %.0f items per second", threads, 1e5 / seconds);
      /* pictures come at a few thousand a second */
      g_assert_cmpfloat (1e5 / seconds, >, 5000);
    }
}

static void
test_no_waiting_in_vain (void)
{
  /* waiting must sleep: the processor time of 0.3 s spent waiting stays small */
  run r = run_of (4);
  r.slow_item = 0;
  r.slow_us = 300000;
  clock_t before = clock ();
  g_assert_true (go (&r, 2, 4, NULL));
  double seconds = (double) (clock () - before) / CLOCKS_PER_SEC;
  g_assert_cmpfloat (seconds, <, 0.1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ordered_map/order", test_order);
  g_test_add_func ("/ordered_map/window", test_window);
  g_test_add_func ("/ordered_map/small-counts", test_small_counts);
  g_test_add_func ("/ordered_map/one-thread", test_one_thread_overlaps);
  g_test_add_func ("/ordered_map/produce-fails", test_produce_fails);
  g_test_add_func ("/ordered_map/consume-fails", test_consume_fails);
  g_test_add_func ("/ordered_map/stop", test_stop);
  g_test_add_func ("/ordered_map/stop-while-waiting", test_stop_while_waiting);
  g_test_add_func ("/ordered_map/speed", test_speed);
  g_test_add_func ("/ordered_map/sleeps", test_no_waiting_in_vain);
  return g_test_run ();
}
