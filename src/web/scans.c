/* Two locks: opening takes seconds for many pictures, and meanwhile others go on with the scan there is. */
#include "web/scans.h"

struct scans {
  char *dir;
  gboolean writable;
  GMutex opening; /* taken first where both are */
  GMutex lock;    /* over `last` */
  scan_held *last;
};

static scan_held *
scan_held_new (review *opened, guint number)
{
  scan_held *held = g_atomic_rc_box_new (scan_held);
  *held = (scan_held){ opened, number };
  return held;
}

static void
close_scan (gpointer held)
{
  review_free (((scan_held *) held)->review);
}

void
scan_held_free (scan_held *held)
{
  g_atomic_rc_box_release_full (held, close_scan);
}

scans *
scans_new (const char *dir, gboolean writable, GError **error)
{
  review *first = review_open (dir, writable, error);
  if (first == NULL)
    return NULL;
  scans *s = g_new0 (scans, 1);
  s->dir = g_strdup (dir);
  s->writable = writable;
  s->last = scan_held_new (first, 1);
  g_mutex_init (&s->opening);
  g_mutex_init (&s->lock);
  return s;
}

void
scans_free (scans *s)
{
  if (s == NULL)
    return;
  scan_held_free (s->last);
  g_mutex_clear (&s->opening);
  g_mutex_clear (&s->lock);
  g_free (s->dir);
  g_free (s);
}

scan_held *
scans_hold (scans *s)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&s->lock);
  return g_atomic_rc_box_acquire (s->last);
}

gboolean
scans_are_writable (scans *s)
{
  g_autoptr (scan_held) last = scans_hold (s);
  return review_is_writable (last->review);
}

void
scans_look_again (scans *s)
{
  g_autoptr (GMutexLocker) one_at_a_time G_GNUC_UNUSED = g_mutex_locker_new (&s->opening);
  g_autoptr (scan_held) former = scans_hold (s);
  review *newer = review_is_outdated (former->review) ? review_open (s->dir, s->writable, NULL) : NULL;
  if (newer == NULL)
    return;
  scan_held *held = scan_held_new (newer, former->number + 1);
  g_mutex_lock (&s->lock);
  s->last = held;
  g_mutex_unlock (&s->lock);
  scan_held_free (former); /* what `last` held; ours goes with the scope */
}
