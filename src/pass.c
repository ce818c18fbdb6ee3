/* Memory is bounded by the window of ordered_map: an item holds one prepared picture (not its decoded pixels, which
 * live in one buffer per worker), whatever the number of pictures. */
#include "pass.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/ordered_map.h"
#include "image/decode.h"

typedef struct {
  char *file, *path;
  file_stamp known;   /* of the last look, zero: never */
  gint64 content;     /* what it held then, 0: not known */
  gboolean settled;   /* all there is to know of that stands in the store */
  gboolean untouched; /* settled, and the file has not been written since */
  gboolean same;      /* it holds what it held */
  store_look look;    /* strings: `reason` below */
  char *reason;
  float *prepared; /* NULL: nothing to run */
} item;

typedef struct {
  image decoded, scratch;
} worker_buffers;

typedef struct {
  store *store;
  gint64 set;
  const lens *lens;
  const job *job;
  store_cursor *cursor;
  worker_buffers *buffers;
  GPtrArray *pending;   /* items waiting for the model, and those between them, in order */
  guint n_prepared;     /* of the pending ones */
  float *inputs, *rows; /* batch x prepared_size, batch x d */
  guint64 done, total;
  pass_counts *counts;
} pass;

static void
item_free (gpointer data)
{
  item *it = data;
  g_free (it->file);
  g_free (it->path);
  g_free (it->reason);
  g_free (it->prepared);
  g_free (it);
}

static gpointer
produce (gpointer user, GError **error)
{
  pass *p = user;
  store_picture picture;
  if (!store_cursor_next (p->cursor, &picture, error))
    return NULL;
  item *it = g_new0 (item, 1);
  it->file = g_strdup (picture.ref.file);
  it->path = g_strdup (picture.ref.path);
  it->known = picture.stamp;
  it->content = picture.content;
  it->settled = picture.content != 0 && (picture.feature_row >= 0 || strcmp (picture.status, STATUS_UNREADABLE) == 0);
  return it;
}

/* --- workers ---------------------------------------------------------------------------- */

/* Only what the content itself is to blame for is remembered of the content; the rest is tried again. */
static void
give_up (item *it, GError *why)
{
  if (!g_error_matches (why, PARDON_ERROR, PARDON_ERROR_PICTURE))
    it->look.opened = FALSE;
  it->look.status = STATUS_UNREADABLE;
  it->look.reason = it->reason = g_strdup (why->message);
  g_error_free (why);
}

/* Decodes and prepares; a fault becomes the item's reason. */
static void
look_closely (pass *p, item *it, int fd, worker_buffers *b)
{
  GError *why = NULL;
  image_facts *facts = &it->look.facts;
  it->look.status = STATUS_OK;
  g_autoptr (decoder) d = decoder_new (fd, it->file, NULL, facts, &why);
  if (d == NULL)
    {
      give_up (it, why);
      return;
    }
  if (!image_reserve (&b->decoded, facts->width, facts->height, facts->channels))
    {
      give_up (it, g_error_new (PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory for %d x %d pixels", facts->width,
                                facts->height));
      return;
    }
  gsize size = (gsize) facts->width * (gsize) facts->height * (gsize) facts->channels;
  if (!decoder_read (d, b->decoded.pixels, size, facts, &why))
    {
      give_up (it, why);
      return;
    }
  if (facts->damage[0] != 0)
    {
      it->look.status = STATUS_DAMAGED;
      it->look.reason = it->reason = g_strdup (facts->damage);
    }
  it->prepared = g_try_new (float, p->lens->prepared_size);
  if (it->prepared == NULL)
    {
      give_up (it, g_error_new (PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory to look at it"));
      return;
    }
  if (!lens_prepare (p->lens, &b->decoded, &b->scratch, it->prepared, &why))
    {
      g_clear_pointer (&it->prepared, g_free);
      g_clear_pointer (&it->reason, g_free);
      give_up (it, why);
      it->look.opened = FALSE; /* the view's fault, not the content's: another view may take it */
    }
}

static void
work (gpointer data, int worker, gpointer user)
{
  item *it = data;
  pass *p = user;
  struct stat st;
  GError *why = NULL;
  gint64 row = -1;
  gboolean readable = TRUE;

  it->look.file = it->file;
  int fd = open (it->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gboolean known = fd >= 0 && fstat (fd, &st) == 0;
  if (!known || !S_ISREG (st.st_mode))
    {
      const char *words = known             ? "is not a regular file"
                          : errno == ENOENT ? "there is no such file"
                                            : g_strerror (errno);
      give_up (it, g_error_new (PARDON_ERROR, PARDON_ERROR_PICTURE, "cannot open '%s': %s", it->path, words));
      if (fd >= 0)
        close (fd);
      return;
    }
  it->look.stamp = (file_stamp){ (guint64) st.st_size, (guint64) st.st_ino,
                                 (gint64) st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
                                 (gint64) st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec };
  it->same = it->untouched = it->settled && memcmp (&it->known, &it->look.stamp, sizeof it->known) == 0;
  if (!it->untouched)
    {
      if (!content_hash_fd (fd, it->file, &it->look.hash, &it->look.bytes, &why))
        give_up (it, why);
      else
        {
          it->look.opened = TRUE;
          gint64 content = store_find_content (p->store, &it->look.hash, p->set, &row, &readable, NULL);
          it->same = content != 0 && content == it->content;
          if (content == 0 || (readable && row < 0))
            look_closely (p, it, fd, &p->buffers[worker]);
        }
    }
  close (fd);
}

/* --- the writer --------------------------------------------------------------------------- */

static gboolean
is_finite (const float *row, gsize d)
{
  for (gsize i = 0; i < d; i++)
    if (!isfinite (row[i]))
      return FALSE;
  return TRUE;
}

static gboolean
write_item (pass *p, item *it, const float *row, GError **error)
{
  p->counts->unchanged += it->same;
  if (!it->untouched)
    {
      it->look.features = row;
      it->look.d = row != NULL ? p->lens->d : 0;
      if (!store_put (p->store, p->set, &it->look, error))
        return FALSE;
    }
  job_tell (p->job, "looking at pictures", ++p->done, p->total);
  return TRUE;
}

/* Runs the model over what is pending and writes it all, in order. */
static gboolean
flush (pass *p, GError **error)
{
  guint n = 0;
  for (guint i = 0; i < p->pending->len; i++)
    {
      const item *it = g_ptr_array_index (p->pending, i);
      if (it->prepared != NULL)
        memcpy (p->inputs + n++ * p->lens->prepared_size, it->prepared, p->lens->prepared_size * sizeof *p->inputs);
    }
  if (n > 0 && !lens_run (p->lens, p->inputs, (int) n, p->rows, error))
    return FALSE;
  n = 0;
  for (guint i = 0; i < p->pending->len; i++)
    {
      item *it = g_ptr_array_index (p->pending, i);
      const float *row = it->prepared != NULL ? p->rows + n++ * p->lens->d : NULL;
      if (row != NULL && !is_finite (row, p->lens->d))
        {
          row = NULL;
          it->look.opened = FALSE; /* the model's fault, not the content's */
          it->look.status = STATUS_UNREADABLE;
          it->look.reason = "the model gave values that are no numbers (NaN or infinite) for this picture";
        }
      if (!write_item (p, it, row, error))
        return FALSE;
    }
  g_ptr_array_set_size (p->pending, 0);
  p->n_prepared = 0;
  return TRUE;
}

static gboolean
consume (gpointer data, gpointer user, GError **error)
{
  pass *p = user;
  item *it = data;
  g_ptr_array_add (p->pending, it);
  p->n_prepared += it->prepared != NULL;
  if (p->n_prepared > 0 && p->n_prepared < (guint) p->lens->batch && p->pending->len < 8 * (guint) p->lens->batch)
    return TRUE;
  return flush (p, error);
}

static void
discard (gpointer data, gpointer user)
{
  (void) user;
  item_free (data);
}

gboolean
pass_run (store *s, gint64 set, const lens *l, int threads, const job *j, pass_counts *counts, GError **error)
{
  pass p = { .store = s, .set = set, .lens = l, .job = j, .counts = counts, .total = store_count (s) };
  *counts = (pass_counts){ 0 };
  p.cursor = store_cursor_new (s, set, error);
  if (p.cursor == NULL)
    return FALSE;
  p.buffers = g_new0 (worker_buffers, threads);
  p.pending = g_ptr_array_new_with_free_func (item_free);
  p.inputs = g_try_new (float, (gsize) l->batch * l->prepared_size);
  p.rows = g_try_new (float, (gsize) l->batch * l->d);

  ordered_map map = { threads, 4 * threads + 2 * l->batch, produce, work, consume, discard, &p };
  gboolean fine = p.inputs != NULL && p.rows != NULL;
  if (!fine)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory for batches of %d; lower --batch",
                 l->batch);
  fine = fine && ordered_map_run (&map, j, error) && flush (&p, error);
  /* what was looked at is kept even when the pass ends early; the first error is the one to tell */
  fine = store_commit (s, fine ? error : NULL) && fine;

  for (int i = 0; i < threads; i++)
    {
      image_clear (&p.buffers[i].decoded);
      image_clear (&p.buffers[i].scratch);
    }
  g_free (p.buffers);
  g_ptr_array_unref (p.pending);
  g_free (p.inputs);
  g_free (p.rows);
  store_cursor_free (p.cursor);
  return fine;
}
