/* Memory is bounded by the window of ordered_map: an item holds one prepared picture and one row of measures (not its
 * decoded pixels, which live in one buffer per worker), whatever the number of pictures. */
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
#include "pixels.h"

typedef struct {
  char *file, *path;
  file_stamp known;   /* of the last look, zero: never */
  gint64 content;     /* what it held then, 0: not known */
  gboolean settled;   /* all there is to know of that stands in the store */
  gboolean untouched; /* settled, and the file has not been written since */
  gboolean same;      /* it holds what it held */
  store_look look;    /* strings: the two below */
  char *reason, *refused;
  float *prepared; /* NULL: nothing to run */
  float *pixels;   /* NULL: nothing to keep */
} item;

typedef struct {
  image decoded, measured, scratch;
} worker_buffers;

typedef struct {
  store *store;
  gint64 set, pixels_set;
  const lens *lens; /* NULL: none */
  const job *job;
  store_cursor *cursor;
  worker_buffers *buffers;
  GPtrArray *pending; /* items waiting for the model, and those between them, in order */
  guint n_prepared;   /* of the pending ones */
  guint batch;
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
  g_free (it->refused);
  g_free (it->prepared);
  g_free (it->pixels);
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
  gboolean whole = (p->lens == NULL || picture.feature_row >= 0) && picture.pixels_row >= 0;
  it->settled = picture.content != 0 && !picture.refused && (whole || strcmp (picture.status, STATUS_UNREADABLE) == 0);
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

/* FALSE when there are no pixels: the item's reason says why. */
static gboolean
decode (item *it, int fd, worker_buffers *b)
{
  GError *why = NULL;
  image_facts *facts = &it->look.facts;
  it->look.status = STATUS_OK;
  g_autoptr (decoder) d = decoder_new (fd, it->file, NULL, facts, &why);
  if (d == NULL)
    {
      give_up (it, why);
      return FALSE;
    }
  if (!image_reserve (&b->decoded, facts->width, facts->height, facts->channels))
    {
      give_up (it, g_error_new (PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory for %d x %d pixels", facts->width,
                                facts->height));
      return FALSE;
    }
  gsize size = (gsize) facts->width * (gsize) facts->height * (gsize) facts->channels;
  if (!decoder_read (d, b->decoded.pixels, size, facts, &why))
    {
      give_up (it, why);
      return FALSE;
    }
  if (facts->damage[0] != 0)
    {
      it->look.status = STATUS_DAMAGED;
      it->look.reason = it->reason = g_strdup (facts->damage);
    }
  return TRUE;
}

/* Failing, which only want of memory brings about, leaves the picture without this row: the next scan tries again. */
static gboolean
measure (item *it, worker_buffers *b)
{
  it->pixels = g_try_new (float, pixels_size ());
  if (it->pixels != NULL && pixels_measure (&b->decoded, &b->measured, it->pixels, NULL))
    return TRUE;
  g_clear_pointer (&it->pixels, g_free);
  return FALSE;
}

static void
prepare (const lens *l, item *it, const image *measured, worker_buffers *b)
{
  g_autoptr (GError) why = NULL;
  it->prepared = g_try_new (float, l->prepared_size);
  if (it->prepared != NULL && lens_prepare (l, &b->decoded, measured, &b->scratch, it->prepared, &why))
    return;
  g_clear_pointer (&it->prepared, g_free);
  /* the view's fault, not the content's: another view may take it */
  it->refused = g_strdup (why != NULL ? why->message : "not enough memory to look at it");
  it->look.refused = it->refused;
}

/* Decodes once for whichever rows are missing. */
static void
look_closely (pass *p, item *it, int fd, worker_buffers *b, gboolean pixels, gboolean features)
{
  if (!decode (it, fd, b))
    return;
  gboolean measured = pixels && measure (it, b);
  if (features)
    prepare (p->lens, it, measured ? &b->measured : NULL, b);
}

static void
look (pass *p, item *it, int fd, worker_buffers *b)
{
  gint64 row = -1, pixels_row = -1;
  gboolean readable = TRUE;
  gint64 content = store_find_content (p->store, &it->look.hash, p->set, &row, &readable, NULL);
  if (content != 0)
    store_find_content (p->store, &it->look.hash, p->pixels_set, &pixels_row, NULL, NULL);
  it->same = content != 0 && content == it->content;
  gboolean pixels = pixels_row < 0, features = p->lens != NULL && row < 0;
  if (content == 0 || (readable && (pixels || features)))
    look_closely (p, it, fd, b, pixels, features);
}

static void
work (gpointer data, int worker, gpointer user)
{
  item *it = data;
  pass *p = user;
  struct stat st;
  GError *why = NULL;

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
          look (p, it, fd, &p->buffers[worker]);
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
      it->look.pixels = (store_row){ p->pixels_set, it->pixels, pixels_size () };
      if (!store_put (p->store, p->set, &it->look, error))
        return FALSE;
    }
  job_tell (p->job, p->lens != NULL ? "looking at pictures" : "looking at clean pictures", ++p->done, p->total);
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
          it->look.refused = "the model gave values that are no numbers (NaN or infinite) for this picture";
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
  if (p->n_prepared > 0 && p->n_prepared < p->batch && p->pending->len < 8 * p->batch)
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
pass_run (store *s, gint64 set, gint64 pixels_set, const lens *l, int threads, const job *j, pass_counts *counts,
          GError **error)
{
  pass p = { .store = s,
             .set = set,
             .pixels_set = pixels_set,
             .lens = l,
             .job = j,
             .counts = counts,
             .batch = l != NULL ? (guint) l->batch : 1,
             .total = store_count (s) };
  *counts = (pass_counts){ 0 };
  p.cursor = store_cursor_new_pixels (s, set, pixels_set, error);
  if (p.cursor == NULL)
    return FALSE;
  p.buffers = g_new0 (worker_buffers, threads);
  p.pending = g_ptr_array_new_with_free_func (item_free);
  p.inputs = l != NULL ? g_try_new (float, (gsize) l->batch * l->prepared_size) : NULL;
  p.rows = l != NULL ? g_try_new (float, (gsize) l->batch * l->d) : NULL;

  ordered_map map = { threads, 4 * threads + 2 * (int) p.batch, produce, work, consume, discard, &p };
  gboolean fine = l == NULL || (p.inputs != NULL && p.rows != NULL);
  if (!fine)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory for batches of %u; lower --batch",
                 p.batch);
  fine = fine && ordered_map_run (&map, j, error) && flush (&p, error);
  /* what was looked at is kept even when the pass ends early; the first error is the one to tell */
  fine = store_commit (s, fine ? error : NULL) && fine;

  for (int i = 0; i < threads; i++)
    {
      image_clear (&p.buffers[i].decoded);
      image_clear (&p.buffers[i].measured);
      image_clear (&p.buffers[i].scratch);
    }
  g_free (p.buffers);
  g_ptr_array_unref (p.pending);
  g_free (p.inputs);
  g_free (p.rows);
  store_cursor_free (p.cursor);
  return fine;
}
