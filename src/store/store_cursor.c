/* Reading the list. A page of rows at a time, found again by the last file name, so that no statement stays open: the
 * database can be committed, and other processes can write it, between two calls. */
#include "store/store_internal.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

#define PAGE 256

struct store_cursor {
  store *s;
  gint64 set, pixels_set, more[STORE_MORE];
  gint64 list;    /* number of the list it was opened on */
  char *last;     /* file of the last row read, "" at first */
  GArray *page;   /* of store_picture */
  guint at;       /* next of the page */
  gboolean ended; /* no page after this one */
  GStringChunk *strings;
  GHashTable *classes; /* name -> number + 1; NULL: not asked for yet */
  int n_classes;
  GPtrArray *details; /* g_free: of the page's rows */
};

store_cursor *
store_cursor_new (store *s, gint64 set, GError **error)
{
  return store_cursor_new_pixels (s, set, 0, error);
}

store_cursor *
store_cursor_new_pixels (store *s, gint64 set, gint64 pixels_set, GError **error)
{
  return store_cursor_new_more (s, set, pixels_set, NULL, error);
}

store_cursor *
store_cursor_new_more (store *s, gint64 set, gint64 pixels_set, const gint64 *more, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  gint64 list;
  if (!store_list_number (s, &list, error))
    return NULL;
  store_cursor *c = g_new0 (store_cursor, 1);
  c->s = s;
  c->set = set;
  c->pixels_set = pixels_set;
  for (int i = 0; i < STORE_MORE && more != NULL; i++)
    c->more[i] = more[i];
  c->list = list;
  c->last = g_strdup ("");
  c->page = g_array_sized_new (FALSE, TRUE, sizeof (store_picture), PAGE);
  c->strings = g_string_chunk_new (1 << 16);
  c->details = g_ptr_array_new_with_free_func (g_free);
  return c;
}

enum {
  FILE_NAME,
  PATH,
  SIZE,
  INODE,
  MTIME,
  CTIME,
  CONTENT,
  OWN_STATUS,
  OWN_REASON,
  STATUS,
  REASON,
  DECODER,
  BYTES,
  WIDTH,
  HEIGHT,
  CHANNELS,
  BITS,
  ORIENTATION,
  FORMAT,
  SPACE,
  ROW,
  PIXELS_ROW,
  MORE_ROWS,
  CLUSTER = MORE_ROWS + STORE_MORE,
  DISTANCE,
  SCORE,
  NOISE,
  NOISY,
  KIND,
  SEVERITY,
  UNLIKE,
  KINDS,
  GREY,
  ENLARGED,
  ANSWERED, /* NULL: there is no answer */
  TRUTH,
  PREDICTION,
  TOP5,
  CONFIDENCE,
  OWED,
  SUGGESTED,
  DETAILS,
  COMPONENTS,
  DECIDED_NOISY,
  DECIDED_KIND,
  DECIDED_LABEL
};

/* S11; by the content alone, so that a picture may be renamed */
#define DECIDED(field)                                                                                                 \
  "(SELECT after FROM decision WHERE content = p.content AND field = '" field                                          \
  "' AND undone = 0 ORDER BY id DESC LIMIT 1)"

/* in the order of the names above */
static const char page_query[] =
    "SELECT p.file, p.path, p.size, p.inode, p.mtime, p.ctime, p.content, p.status, p.reason, c.status, c.reason,"
    "  c.decoder, c.bytes, c.width, c.height, c.channels, c.bits, c.orientation, c.format, c.space, f.row, x.row, "
    "y.row,"
    "  z.row, a.cluster, a.distance, v.score, v.noise, v.noisy, v.kind, v.severity, v.unlike, v.kinds, v.grey, "
    "v.enlarged, n.file, n.truth, n.prediction, n.top5, n.confidence, n.owed, n.suggested, n.details, w.components,"
    " " DECIDED ("noisy") ", " DECIDED ("kind") ", " DECIDED (
        "label") " FROM picture p LEFT JOIN content c ON c.id = p.content"
                 " LEFT JOIN feature f ON f.feature_set = ?1 AND f.content = p.content"
                 " LEFT JOIN feature x ON x.feature_set = ?4 AND x.content = p.content"
                 " LEFT JOIN feature y ON y.feature_set = ?5 AND y.content = p.content"
                 " LEFT JOIN feature z ON z.feature_set = ?6 AND z.content = p.content"
                 " LEFT JOIN assignment a ON a.file = p.file"
                 " LEFT JOIN verdict v ON v.file = p.file"
                 " LEFT JOIN answer n ON n.file = p.file"
                 " LEFT JOIN place w ON w.file = p.file"
                 " WHERE p.file > ?2 ORDER BY p.file LIMIT ?3";

static char *
keep (store_cursor *c, const char *text)
{
  return g_string_chunk_insert (c->strings, text != NULL ? text : "");
}

static void
read_content (store_cursor *c, db_query *q, store_picture *p)
{
  const char *status = db_text (q, STATUS);
  p->bytes = (guint64) db_int (q, BYTES);
  p->content = store_is_stale (c->s, status, db_text (q, DECODER)) ? 0 : db_int (q, CONTENT);
  p->status = keep (c, status);
  p->reason = keep (c, db_text (q, REASON));
  if (strcmp (p->status, STATUS_UNREADABLE) == 0)
    return;
  p->facts = (image_facts){ .width = (int) db_int (q, WIDTH),
                            .height = (int) db_int (q, HEIGHT),
                            .channels = (int) db_int (q, CHANNELS),
                            .bits = (int) db_int (q, BITS),
                            .orientation = (int) db_int (q, ORIENTATION),
                            .format = g_intern_string (db_text (q, FORMAT)),
                            .space = g_intern_string (db_text (q, SPACE)) };
  if (strcmp (p->status, STATUS_DAMAGED) == 0)
    g_strlcpy (p->facts.damage, p->reason, sizeof p->facts.damage);
}

static void
from_bytes (const guint8 *bytes, guint n, float *values)
{
  for (guint i = 0; i < n; i++)
    {
      union {
        guint32 bits;
        float value;
      } u;
      memcpy (&u.bits, bytes + i * sizeof u.bits, sizeof u.bits);
      u.bits = GUINT32_FROM_LE (u.bits);
      values[i] = u.value;
    }
}

/* --- decisions ---------------------------------------------------------------------------- */

static void
read_decided (store_cursor *c, db_query *q, store_decided *d)
{
  const char *noisy = db_text (q, DECIDED_NOISY);
  d->noisy = noisy == NULL ? -1 : strcmp (noisy, "0") != 0;
  d->kind = db_is_null (q, DECIDED_KIND) ? NULL : keep (c, db_text (q, DECIDED_KIND));
  d->label = db_is_null (q, DECIDED_LABEL) ? NULL : keep (c, db_text (q, DECIDED_LABEL));
}

/* The severity of another kind than the detector's nobody knows. */
void
store_verdict_decide (store_verdict *v, const store_decided *d)
{
  v->noisy = d->noisy >= 0 ? d->noisy : v->said_noisy;
  v->kind = !v->noisy ? "" : d->kind != NULL ? d->kind : v->likely[0] != '\0' ? v->likely : "unknown";
  v->severity = v->noisy && strcmp (v->kind, v->likely) == 0 ? v->likely_severity : (double) NAN;
}

static gboolean
load_classes (store_cursor *c, GError **error)
{
  if (c->classes != NULL)
    return TRUE;
  g_auto (GStrv) names = store_answer_classes (c->s, error);
  if (names == NULL)
    return FALSE;
  c->classes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (c->n_classes = 0; names[c->n_classes] != NULL; c->n_classes++)
    g_hash_table_insert (c->classes, g_strdup (names[c->n_classes]), GINT_TO_POINTER (c->n_classes + 1));
  return TRUE;
}

/* --- answers ------------------------------------------------------------------------------ */

static int
number_or (db_query *q, int column)
{
  return db_is_null (q, column) ? -1 : (int) db_int (q, column);
}

/* Words, each with its final zero. */
static void
read_details (store_cursor *c, db_query *q, store_answer *a)
{
  gsize size;
  const char *bytes = db_blob (q, DETAILS, &size);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  for (gsize at = 0, i = 0; i < size; i++)
    if (bytes[i] == '\0')
      {
        g_ptr_array_add (words, keep (c, bytes + at));
        at = i + 1;
      }
  a->n_details = words->len;
  if (words->len == 0)
    return;
  gpointer kept = g_memdup2 (words->pdata, words->len * sizeof *words->pdata);
  g_ptr_array_add (c->details, kept);
  a->details = kept;
}

static gboolean
read_answer (store_cursor *c, db_query *q, const store_decided *d, store_answer *a, GError **error)
{
  *a = (store_answer){ .given = !db_is_null (q, ANSWERED),
                       .said_truth = number_or (q, TRUTH),
                       .prediction = number_or (q, PREDICTION),
                       .top5 = number_or (q, TOP5),
                       .confidence = db_real (q, CONFIDENCE),
                       .owed = number_or (q, OWED),
                       .suggested = number_or (q, SUGGESTED) };
  a->truth = a->said_truth;
  if (!a->given)
    return TRUE;
  read_details (c, q, a);
  if (!load_classes (c, error))
    return FALSE;
  if (MAX (a->said_truth, MAX (a->prediction, a->suggested)) >= c->n_classes)
    {
      store_damaged (c->s, "an answer names a class that there is not", error);
      return FALSE;
    }
  int decided = d->label != NULL ? GPOINTER_TO_INT (g_hash_table_lookup (c->classes, d->label)) : 0;
  if (decided > 0)
    a->truth = decided - 1;
  return TRUE;
}

/* ------------------------------------------------------------------------------------------ */

static void
read_verdict (store_cursor *c, db_query *q, store_verdict *v)
{
  gsize size;
  v->kind = v->likely = "";
  v->likely_severity = NAN;
  if (db_is_null (q, NOISY))
    return;
  const void *kinds = db_blob (q, KINDS, &size);
  size = MIN (size, sizeof v->kinds);
  v->judged = TRUE;
  v->score = db_real (q, SCORE);
  v->noise = db_real (q, NOISE);
  v->said_noisy = db_int (q, NOISY) != 0;
  v->likely = keep (c, db_text (q, KIND));
  v->likely_severity = db_real (q, SEVERITY);
  v->unlike = db_real (q, UNLIKE);
  v->n_kinds = (guint) (size / sizeof *v->kinds);
  from_bytes (kinds, v->n_kinds, v->kinds);
  v->grey = db_int (q, GREY) != 0;
  v->enlarged = db_is_null (q, ENLARGED) ? -1 : (int) db_int (q, ENLARGED);
}

static void
read_place (db_query *q, store_picture *p)
{
  gsize size;
  const void *bytes = db_blob (q, COMPONENTS, &size);
  p->n_places = (guint) (MIN (size, sizeof p->places) / sizeof *p->places);
  from_bytes (bytes, p->n_places, p->places);
}

static gboolean
read_row (store_cursor *c, db_query *q, store_picture *p, GError **error)
{
  *p = (store_picture){ .ref = { .file = keep (c, db_text (q, FILE_NAME)), .path = keep (c, db_text (q, PATH)) },
                        .stamp = { .size = (guint64) db_int (q, SIZE),
                                   .inode = (guint64) db_int (q, INODE),
                                   .mtime_ns = db_int (q, MTIME),
                                   .ctime_ns = db_int (q, CTIME) },
                        .feature_row = db_is_null (q, ROW) ? -1 : db_int (q, ROW),
                        .pixels_row = db_is_null (q, PIXELS_ROW) ? -1 : db_int (q, PIXELS_ROW),
                        .cluster = db_is_null (q, CLUSTER) ? -1 : (int) db_int (q, CLUSTER),
                        .distance = db_real (q, DISTANCE) };
  for (int i = 0; i < STORE_MORE; i++)
    p->more_rows[i] = db_is_null (q, MORE_ROWS + i) ? -1 : db_int (q, MORE_ROWS + i);
  read_verdict (c, q, &p->verdict);
  read_place (q, p);
  read_decided (c, q, &p->decided);
  if (p->verdict.judged)
    store_verdict_decide (&p->verdict, &p->decided);
  if (!read_answer (c, q, &p->decided, &p->answer, error))
    return FALSE;
  if (!db_is_null (q, STATUS))
    read_content (c, q, p);
  p->refused = p->status != NULL && !db_is_null (q, OWN_STATUS);
  if (p->status != NULL && !p->refused)
    return TRUE;
  /* also for a row whose content is gone, which only a stranger's hand can bring about */
  const char *status = db_text (q, OWN_STATUS), *reason = db_text (q, OWN_REASON);
  p->status = keep (c, status != NULL ? status : STATUS_UNREADABLE);
  p->reason = keep (c, reason != NULL ? reason : "not looked at yet");
  return TRUE;
}

static gboolean
read_page (store_cursor *c, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (db_query) q = db_ask (c->s->db, error, page_query, "itiiii", c->set, c->last, (gint64) PAGE, c->pixels_set,
                                   c->more[0], c->more[1]);
  if (q == NULL)
    return FALSE;
  g_array_set_size (c->page, 0);
  g_string_chunk_clear (c->strings);
  g_ptr_array_set_size (c->details, 0);
  c->at = 0;
  while (db_next (q, &fault))
    {
      store_picture p;
      if (!read_row (c, q, &p, &fault))
        break;
      g_array_append_val (c->page, p);
    }
  if (fault != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  c->ended = c->page->len < PAGE;
  if (c->page->len > 0)
    {
      g_free (c->last);
      c->last = g_strdup (g_array_index (c->page, store_picture, c->page->len - 1).ref.file);
    }
  return TRUE;
}

static gboolean
is_outside (gint64 row, guint64 rows)
{
  return row < -1 || (row >= 0 && (guint64) row >= rows);
}

/* After the page, so that what was read is known to be of one list: numbers only rise. */
static gboolean
check_page (store_cursor *c, GError **error)
{
  gint64 list;
  guint64 rows = 0, pixels_rows = 0, more[STORE_MORE] = { 0 };
  if (!store_list_number (c->s, &list, error) || (c->set != 0 && !store_set_rows (c->s, c->set, &rows, error))
      || (c->pixels_set != 0 && !store_set_rows (c->s, c->pixels_set, &pixels_rows, error)))
    return FALSE;
  for (int i = 0; i < STORE_MORE; i++)
    if (c->more[i] != 0 && !store_set_rows (c->s, c->more[i], &more[i], error))
      return FALSE;
  if (list != c->list)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
                   "the list of pictures in '%s' was replaced while it was read: read it again", c->s->dir);
      return FALSE;
    }
  for (guint i = 0; i < c->page->len; i++)
    {
      const store_picture *p = &g_array_index (c->page, store_picture, i);
      gboolean outside = is_outside (p->feature_row, rows) || is_outside (p->pixels_row, pixels_rows);
      for (int k = 0; k < STORE_MORE; k++)
        outside = outside || is_outside (p->more_rows[k], more[k]);
      if (outside)
        {
          store_damaged (c->s, "a picture's features are not in the matrix", error);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
store_cursor_next (store_cursor *c, store_picture *p, GError **error)
{
  if (c->at == c->page->len)
    {
      if (c->ended)
        return FALSE;
      g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&c->s->mutex);
      if (!read_page (c, error) || !check_page (c, error))
        {
          g_array_set_size (c->page, 0);
          c->at = 0;
          c->ended = TRUE;
          return FALSE;
        }
      if (c->page->len == 0)
        return FALSE;
    }
  *p = g_array_index (c->page, store_picture, c->at++);
  return TRUE;
}

void
store_cursor_free (store_cursor *c)
{
  if (c == NULL)
    return;
  g_array_unref (c->page);
  g_string_chunk_free (c->strings);
  g_ptr_array_unref (c->details);
  g_clear_pointer (&c->classes, g_hash_table_unref);
  g_free (c->last);
  g_free (c);
}
