/* Memory is bounded by the window of ordered_map: an item holds one prepared picture and one row of measures (not its
 * decoded pixels, which live in one buffer per worker), whatever the number of pictures. */
#include "looking/pass.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/ordered_map.h"
#include "image/decode.h"
#include "looking/pixels.h"

typedef struct {
  char *file, *path;
  file_stamp known;   /* of the last look, zero: never */
  gint64 content;     /* what it held then, 0: not known */
  gboolean settled;   /* all there is to know of that stands in the store */
  gboolean untouched; /* settled, and the file has not been written since */
  gboolean same;      /* it holds what it held */
  store_look look;    /* strings: the two below */
  char *reason, *refused;
  float *prepared[PASS_LENSES]; /* NULL: nothing to run */
  float *pixels;                /* NULL: nothing to keep */
} item;

typedef struct {
  image decoded, measured, scratch;
} worker_buffers;

typedef struct {
  store *store;
  const pass_lens *lenses;
  int n_lenses;
  gint64 set, pixels_set;  /* set: of the first lens's features; 0 */
  gint64 more[STORE_MORE]; /* scores, then the second lens's features */
  const job *job;
  store_cursor *cursor;
  worker_buffers *buffers;
  GPtrArray *pending;            /* items waiting for the model, and those between them, in order */
  guint n_prepared[PASS_LENSES]; /* of the pending ones */
  guint batch;
  struct {
    float *inputs, *rows, *scores; /* batch x prepared_size, batch x d, batch x n_scores */
  } lens[PASS_LENSES];
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
  for (int k = 0; k < PASS_LENSES; k++)
    g_free (it->prepared[k]);
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
  gboolean whole = (p->set == 0 || picture.feature_row >= 0) && picture.pixels_row >= 0;
  for (int i = 0; i < STORE_MORE; i++)
    whole = whole && (p->more[i] == 0 || picture.more_rows[i] >= 0);
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
prepare (const lens *l, int k, item *it, const image *measured, worker_buffers *b)
{
  g_autoptr (GError) why = NULL;
  it->prepared[k] = g_try_new (float, l->prepared_size);
  if (it->prepared[k] != NULL && lens_prepare (l, &b->decoded, measured, &b->scratch, it->prepared[k], &why))
    return;
  g_clear_pointer (&it->prepared[k], g_free);
  /* the view's fault, not the content's: another view may take it */
  g_free (it->refused);
  it->refused = g_strdup (why != NULL ? why->message : "not enough memory to look at it");
  it->look.refused = it->refused;
}

/* Decodes once for whichever rows are missing. */
static void
look_closely (pass *p, item *it, int fd, worker_buffers *b, gboolean pixels, const gboolean *missing)
{
  if (!decode (it, fd, b))
    return;
  gboolean measured = pixels && measure (it, b);
  for (int k = 0; k < p->n_lenses; k++)
    if (missing[k])
      prepare (p->lenses[k].lens, k, it, measured ? &b->measured : NULL, b);
}

static gboolean
lacks (pass *p, const item *it, gint64 set)
{
  gint64 row = -1;
  return set != 0 && (store_find_content (p->store, &it->look.hash, set, &row, NULL, NULL) == 0 || row < 0);
}

static void
look (pass *p, item *it, int fd, worker_buffers *b)
{
  gint64 row = -1;
  gboolean readable = TRUE, missing[PASS_LENSES] = { FALSE };
  gint64 content = store_find_content (p->store, &it->look.hash, p->pixels_set, &row, &readable, NULL);
  it->same = content != 0 && content == it->content;
  gboolean pixels = row < 0, any = pixels;
  for (int k = 0; k < p->n_lenses; k++)
    {
      missing[k] = lacks (p, it, p->lenses[k].features) || lacks (p, it, p->lenses[k].scores);
      any = any || missing[k];
    }
  if (content == 0 || (readable && any))
    look_closely (p, it, fd, b, pixels, missing);
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

/* The rows lens k made of the n-th prepared picture. FALSE where they are no numbers. */
static gboolean
take_rows (pass *p, item *it, int k, guint n)
{
  const pass_lens *l = &p->lenses[k];
  const float *row = p->lens[k].rows + n * l->lens->d;
  const float *scores = p->lens[k].scores + n * l->lens->n_scores;
  if (!lens_row_is_finite (row, l->lens->d) || !lens_row_is_finite (scores, l->lens->n_scores))
    return FALSE;
  if (l->features == p->set)
    {
      it->look.features = row;
      it->look.d = l->lens->d;
    }
  else
    it->look.more[1] = (store_row){ l->features, row, l->lens->d };
  if (l->scores != 0)
    it->look.more[0] = (store_row){ l->scores, scores, l->lens->n_scores };
  return TRUE;
}

static gboolean
write_item (pass *p, item *it, GError **error)
{
  p->counts->unchanged += it->same;
  if (!it->untouched)
    {
      it->look.pixels = (store_row){ p->pixels_set, it->pixels, pixels_size () };
      if (!store_put (p->store, p->set, &it->look, error))
        return FALSE;
    }
  job_tell (p->job, p->n_lenses > 0 ? "looking at pictures" : "looking at clean pictures", ++p->done, p->total);
  return TRUE;
}

static gboolean
run_lens (pass *p, int k, GError **error)
{
  const lens *l = p->lenses[k].lens;
  guint n = 0;
  for (guint i = 0; i < p->pending->len; i++)
    {
      const item *it = g_ptr_array_index (p->pending, i);
      if (it->prepared[k] != NULL)
        memcpy (p->lens[k].inputs + n++ * l->prepared_size, it->prepared[k], l->prepared_size * sizeof (float));
    }
  return n == 0 || lens_run (l, p->lens[k].inputs, (int) n, p->lens[k].rows, p->lens[k].scores, error);
}

/* Runs the models over what is pending and writes it all, in order. */
static gboolean
flush (pass *p, GError **error)
{
  guint n[PASS_LENSES] = { 0 };
  for (int k = 0; k < p->n_lenses; k++)
    if (!run_lens (p, k, error))
      return FALSE;
  for (guint i = 0; i < p->pending->len; i++)
    {
      item *it = g_ptr_array_index (p->pending, i);
      for (int k = 0; k < p->n_lenses; k++)
        if (it->prepared[k] != NULL && !take_rows (p, it, k, n[k]++))
          it->look.refused = "the model gave values that are no numbers (NaN or infinite) for this picture";
      if (!write_item (p, it, error))
        return FALSE;
    }
  g_ptr_array_set_size (p->pending, 0);
  memset (p->n_prepared, 0, sizeof p->n_prepared);
  return TRUE;
}

static gboolean
consume (gpointer data, gpointer user, GError **error)
{
  pass *p = user;
  item *it = data;
  guint most = 0;
  g_ptr_array_add (p->pending, it);
  for (int k = 0; k < p->n_lenses; k++)
    {
      p->n_prepared[k] += it->prepared[k] != NULL;
      most = MAX (most, p->n_prepared[k]);
    }
  if (most > 0 && most < p->batch && p->pending->len < 8 * p->batch)
    return TRUE;
  return flush (p, error);
}

static void
discard (gpointer data, gpointer user)
{
  (void) user;
  item_free (data);
}

static gboolean
reserve (pass *p, GError **error)
{
  p->batch = 1;
  for (int k = 0; k < p->n_lenses; k++)
    p->batch = MAX (p->batch, (guint) p->lenses[k].lens->batch);
  for (int k = 0; k < p->n_lenses; k++)
    {
      const lens *l = p->lenses[k].lens;
      p->lens[k].inputs = g_try_new (float, (gsize) p->batch * l->prepared_size);
      p->lens[k].rows = g_try_new (float, (gsize) p->batch * l->d);
      p->lens[k].scores = g_try_new (float, (gsize) p->batch * l->n_scores + 1);
      if (p->lens[k].inputs == NULL || p->lens[k].rows == NULL || p->lens[k].scores == NULL)
        {
          g_set_error (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory for batches of %u; lower --batch",
                       p->batch);
          return FALSE;
        }
    }
  return TRUE;
}

static void
pass_clear (pass *p, int threads)
{
  for (int i = 0; i < threads; i++)
    {
      image_clear (&p->buffers[i].decoded);
      image_clear (&p->buffers[i].measured);
      image_clear (&p->buffers[i].scratch);
    }
  g_free (p->buffers);
  g_ptr_array_unref (p->pending);
  for (int k = 0; k < PASS_LENSES; k++)
    {
      g_free (p->lens[k].inputs);
      g_free (p->lens[k].rows);
      g_free (p->lens[k].scores);
    }
  store_cursor_free (p->cursor);
}

gboolean
pass_run (store *s, const pass_lens *lenses, int n, gint64 pixels_set, int threads, const job *j, pass_counts *counts,
          GError **error)
{
  pass p = { .store = s,
             .lenses = lenses,
             .n_lenses = n,
             .set = n > 0 ? lenses[0].features : 0,
             .pixels_set = pixels_set,
             .job = j,
             .counts = counts,
             .total = store_count (s) };
  *counts = (pass_counts){ 0 };
  for (int k = 0; k < n; k++)
    {
      p.more[0] = lenses[k].scores != 0 ? lenses[k].scores : p.more[0];
      p.more[1] = lenses[k].features != p.set ? lenses[k].features : p.more[1];
    }
  p.cursor = store_cursor_new_more (s, p.set, pixels_set, p.more, error);
  if (p.cursor == NULL)
    return FALSE;
  p.buffers = g_new0 (worker_buffers, threads);
  p.pending = g_ptr_array_new_with_free_func (item_free);

  gboolean fine = reserve (&p, error);
  ordered_map map = { threads, 4 * threads + 2 * (int) p.batch, produce, work, consume, discard, &p };
  fine = fine && ordered_map_run (&map, j, error) && flush (&p, error);
  /* what was looked at is kept even when the pass ends early; the first error is the one to tell */
  fine = store_commit (s, fine ? error : NULL) && fine;
  pass_clear (&p, threads);
  return fine;
}
