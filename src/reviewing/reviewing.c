/* Opening a results folder for the page, and its documents. The one thing to know: what holds of a picture is a function of what the scan
 * left and of the log of decisions; after each change the log is read again, so memory cannot drift away from the store. */
#include "reviewing/reviewing.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json_write.h"
#include "image/corrupt.h"
#include "output/pictures.h"
#include "output/report.h"
#include "reviewing/decisions.h"
#include "reviewing/reviewing_parts.h"
#include "writing/previews.h"

/* --- opening ------------------------------------------------------------------------------------- */

static const char *
keep (review *r, const char *text)
{
  return text == NULL ? NULL : g_string_chunk_insert_const (r->strings, text);
}

static const char *
family_of (gpointer user, const char *kind)
{
  const detector *d = ((const review_facts *) user)->detector;
  int which = d != NULL ? detector_kind_find (d, kind) : -1, corruption = corruption_find (kind);
  if (which >= 0)
    return detector_family (d, which);
  return corruption >= 0 ? corruption_family_names[corruption_kinds[corruption].family] : NULL;
}

static report_callbacks
callbacks_of (review *r)
{
  return (report_callbacks){ .family = family_of, .measures = r->facts.pixels, .user = &r->facts };
}

typedef struct {
  review *review;
  report_filling *filling;
} opening;

static void
take_picture (gpointer user, gsize i, const store_picture *p)
{
  opening *o = user;
  review *r = o->review;
  report_filling_take (o->filling, p);
  review_picture_state *to = &r->pictures[i];
  *to = (review_picture_state){ .path = g_string_chunk_insert (r->strings, p->ref.path),
                                .content = p->content,
                                .pixels_row = p->pixels_row,
                                .same = -1,
                                .likely = keep (r, p->verdict.likely),
                                .severity = (float) p->verdict.likely_severity,
                                .noise = (float) p->verdict.noise,
                                .judged = p->verdict.judged,
                                .said_noisy = p->verdict.said_noisy,
                                .damage = p->facts.damage[0] != '\0' ? keep (r, p->facts.damage) : NULL,
                                .decided = { .noisy = -1 } };
  if (p->content == 0)
    return;
  gpointer first = g_hash_table_lookup (r->by_content, &p->content);
  if (first != NULL)
    {
      to->same = r->pictures[GPOINTER_TO_SIZE (first) - 1].same;
      r->pictures[GPOINTER_TO_SIZE (first) - 1].same = (gint64) i;
    }
  else
    g_hash_table_insert (r->by_content, &to->content, GSIZE_TO_POINTER (i + 1));
}

/* FALSE: it is gone. */
static gboolean
find_file (const review *r, guint64 *device, guint64 *inode)
{
  GStatBuf told;
  g_autofree char *file = g_build_filename (r->dir, "pardon.db", NULL);
  if (g_stat (file, &told) != 0)
    return FALSE;
  *device = told.st_dev;
  *inode = told.st_ino;
  return TRUE;
}

static gboolean
read_all (review *r, GError **error)
{
  (void) find_file (r, &r->file.device,
                    &r->file.inode); /* before it is opened: what replaces it meanwhile is another */
  r->store = store_open (r->dir, FALSE, error);
  if (r->store == NULL || (r->list = store_list_age (r->store, error)) < 0
      || !review_facts_read (r->store, &r->facts, error) || (r->kinds = store_verdict_kinds (r->store, error)) == NULL)
    return FALSE;
  report_callbacks callbacks = callbacks_of (r);
  job nobody = { 0 };
  r->first = g_new0 (report, 1);
  g_autoptr (report_filling) filling = report_filling_new (r->store, &callbacks, &nobody, r->first, error);
  opening o = { r, filling };
  judging_reader reader = { take_picture, &o, r->facts.pixels };
  r->n = store_count (r->store);
  r->pictures = g_new0 (review_picture_state, MAX (r->n, 1));
  /* one walk for all: reading the list is what takes the time */
  if (filling == NULL || !judging_restore (&r->judging, r->store, &reader, error)
      || !report_filling_end (filling, error))
    return FALSE;
  g_autoptr (GArray) changed = review_read_log (r, error);
  return changed != NULL;
}

review *
review_open (const char *dir, gboolean writable, GError **error)
{
  review *r = g_new0 (review, 1);
  g_mutex_init (&r->mutex);
  g_mutex_init (&r->probe_mutex);
  r->dir = g_strdup (dir);
  r->writable = writable && g_access (dir, W_OK) == 0;
  r->by_content = g_hash_table_new (g_int64_hash, g_int64_equal);
  r->strings = g_string_chunk_new (1 << 16);
  if (read_all (r, error))
    return r;
  review_free (r);
  return NULL;
}

void
review_free (review *r)
{
  if (r == NULL)
    return;
  judging_clear (&r->judging);
  review_facts_clear (&r->facts);
  store_free (r->store);
  g_hash_table_unref (r->by_content);
  g_string_chunk_free (r->strings);
  g_strfreev (r->kinds);
  review_forget_report (r);
  image_clear (&r->probe);
  g_free (r->probe_read);
  g_free (r->probe_path);
  g_free (r->pictures);
  g_free (r->dir);
  g_mutex_clear (&r->mutex);
  g_mutex_clear (&r->probe_mutex);
  g_free (r);
}

guint64
review_count (const review *r)
{
  return r->n;
}

gboolean
review_is_writable (const review *r)
{
  return r->writable;
}

/* A folder that was made anew counts its lists from 1 again. */
static gboolean
is_replaced (const review *r)
{
  guint64 device, inode;
  return find_file (r, &device, &inode) && (device != r->file.device || inode != r->file.inode);
}

gboolean
review_is_outdated (review *r)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&r->mutex);
  gint64 list = store_list_age (r->store, NULL);
  return is_replaced (r) || (list >= 0 && list != r->list);
}

gboolean
review_is_current (review *r, store *s, GError **error)
{
  gint64 list = store_list_age (s, error);
  if (list < 0)
    return FALSE;
  if (list == r->list && !is_replaced (r))
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
               "'%s' was scanned again, or is being scanned, since this page was loaded: load it again", r->dir);
  return FALSE;
}

/* --- the log ------------------------------------------------------------------------------------ */

typedef struct {
  review *review;
  gint64 batch; /* the last one counted */
} reading;

static void
take_decision (const store_decision *d, gpointer user)
{
  reading *to = user;
  review *r = to->review;
  if (d->undone)
    return;
  if (d->batch != to->batch)
    r->can_undo++;
  to->batch = d->batch;
  gpointer first = g_hash_table_lookup (r->by_content, &d->content);
  for (gint64 i = (gint64) GPOINTER_TO_SIZE (first) - 1; i >= 0; i = r->pictures[i].same)
    {
      store_decided *now = &r->pictures[i].decided;
      if (strcmp (d->field, "noisy") == 0)
        now->noisy = d->to == NULL ? -1 : strcmp (d->to, "0") != 0;
      else if (strcmp (d->field, "kind") == 0)
        now->kind = keep (r, d->to);
      else if (strcmp (d->field, "label") == 0)
        now->label = keep (r, d->to);
    }
}

store_picture
review_state (const review *r, gsize i)
{
  const review_picture_state *of = &r->pictures[i];
  store_picture p = { .status = of->damage != NULL ? STATUS_DAMAGED : STATUS_OK,
                      .verdict = { .judged = of->judged,
                                   .said_noisy = of->said_noisy,
                                   .likely = of->likely,
                                   .likely_severity = (double) of->severity,
                                   .kind = "",
                                   .severity = NAN,
                                   .score = r->judging.noise[i] },
                      .decided = of->decided };
  if (of->judged)
    store_verdict_decide (&p.verdict, &p.decided);
  return p;
}

GArray *
review_read_log (review *r, GError **error)
{
  g_autofree store_decided *before = g_new (store_decided, MAX (r->n, 1));
  reading to = { r, 0 };
  for (gsize i = 0; i < r->n; i++)
    {
      before[i] = r->pictures[i].decided;
      r->pictures[i].decided = (store_decided){ .noisy = -1 };
    }
  r->can_undo = 0;
  if (!store_each_decision (r->store, take_decision, &to, error))
    return NULL;
  GArray *changed = g_array_new (FALSE, FALSE, sizeof (gsize));
  for (gsize i = 0; i < r->n; i++)
    {
      const store_decided *now = &r->pictures[i].decided, *was = &before[i];
      if (now->noisy != was->noisy || now->kind != was->kind || now->label != was->label)
        g_array_append_val (changed, i);
    }
  return changed;
}

/* --- documents ---------------------------------------------------------------------------------- */

/* What was read at opening, or, once something was decided, read again; report_clear and g_free. */
static report *
fill_report (review *r, GError **error)
{
  if (r->first != NULL)
    return g_steal_pointer (&r->first);
  report *of = g_new0 (report, 1);
  job nobody = { 0 };
  report_callbacks callbacks = callbacks_of (r);
  if (!report_fill (r->store, &callbacks, &nobody, of, error))
    g_clear_pointer (&of, g_free);
  return of;
}

static void
report_free (report *of)
{
  report_clear (of);
  g_free (of);
}

/* The list may be replaced while it is read: then that is what is wrong, whatever else came of it. */
static gboolean
was_current (review *r, GError **error)
{
  g_autoptr (GError) why = NULL;
  if (review_is_current (r, r->store, &why))
    return TRUE;
  g_clear_error (error);
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
review_make_report (review *r, GError **error)
{
  if (r->report != NULL)
    return TRUE;
  report *of = fill_report (r, error);
  if (!was_current (r, error) || of == NULL)
    {
      g_clear_pointer (&of, report_free);
      return FALSE;
    }
  of->judged = judging_section (&r->judging);
  g_free (r->probe_path);
  r->probe_path = g_strdup (of->noise.probe_path);
  r->report = report_json (of);
  report_free (of);
  return TRUE;
}

void
review_forget_report (review *r)
{
  g_clear_pointer (&r->first, report_free);
  g_clear_pointer (&r->report, g_bytes_unref);
}

GBytes *
review_report (review *r, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&r->mutex);
  return review_make_report (r, error) ? g_bytes_ref (r->report) : NULL;
}

GBytes *
review_pictures (review *r, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&r->mutex);
  pictures_options o = { .family = family_of, .user = &r->facts };
  g_autoptr (GBytes) made = pictures_document (r->store, &o, NULL, error);
  return was_current (r, error) ? g_steal_pointer (&made) : NULL;
}

GBytes *
review_judging (review *r, GError **error G_GNUC_UNUSED)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&r->mutex);
  char *text = judging_section (&r->judging);
  if (text == NULL)
    text = g_strdup ("null");
  return g_bytes_new_take (text, strlen (text));
}

/* They never change once a review is open. */
GBytes *
review_classes (review *r)
{
  const GPtrArray *names = r->judging.shown;
  GString *o = g_string_new (NULL);
  json_open (o, NULL, '{');
  json_open (o, "classes", '[');
  for (guint i = 0; i < names->len; i++)
    json_put_text (o, NULL, names->pdata[i]);
  json_close (o, ']');
  json_close (o, '}');
  return g_string_free_to_bytes (o);
}

GBytes *
review_decisions (review *r, gboolean csv, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&r->mutex);
  return csv ? decisions_csv (r->store, error) : decisions_json (r->store, r->can_undo, error);
}
