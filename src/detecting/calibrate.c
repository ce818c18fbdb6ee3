/* Runs the pass over the pictures vouched for, without a lens, in a store of their own; or measures them in memory, for `pardon explain`
 * leaves nothing behind. */
#include "detecting/calibrate.h"

#include <string.h>

#include "base/error.h"
#include "base/ordered_map.h"
#include "feature/quality.h"
#include "image/decode.h"
#include "image/view.h"
#include "looking/pass.h"
#include "looking/pixels.h"
#include "source/source.h"
#include "store/matrix_file.h"
#include "store/store.h"

static gboolean
leave_out (gpointer user, const image_ref *ref, const char *why, GError **error)
{
  (void) user, (void) ref, (void) why, (void) error;
  return TRUE;
}

static gboolean
walk (const char *clean, const char *results, const source_sink *sink, const job *j, GError **error)
{
  const char *const paths[] = { clean, NULL };
  g_autofree char *skip = results != NULL ? g_canonicalize_filename (results, NULL) : NULL;
  source_options where = { .paths = paths, .excludes = NULL, .skip_dir = skip, .is_picture = decode_is_picture };
  return source_walk (&where, sink, j, error);
}

static gboolean
refuse (const char *clean, guint64 found, const char *what, GError **error)
{
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "--calibrate needs at least %d pictures you vouch for; '%s' holds %" G_GUINT64_FORMAT "%s",
               CALIBRATE_FEWEST, clean, found, what);
  return FALSE;
}

/* --- before anything is made -------------------------------------------------------------- */

static gboolean
count_picture (gpointer user, const image_ref *ref, GError **error)
{
  (void) ref;
  if (++*(guint64 *) user < CALIBRATE_FEWEST)
    return TRUE;
  g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_STOPPED, "seen enough");
  return FALSE;
}

gboolean
calibrate_check (const char *clean, const char *results, const job *j, GError **error)
{
  guint64 seen = 0;
  source_sink sink = { count_picture, leave_out, &seen };
  g_autoptr (GError) why = NULL;
  gboolean whole = walk (clean, results, &sink, j, &why);
  if (seen >= CALIBRATE_FEWEST)
    return TRUE;
  if (whole)
    return refuse (clean, seen, "", error);
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* --- measuring ------------------------------------------------------------------------------ */

static gboolean
add_picture (gpointer user, const image_ref *ref, GError **error)
{
  return store_list_add (user, ref, error);
}

/* Which rows are those of pictures that can be read whole. */
static gboolean
list_rows (store *s, gint64 set, GArray *rows, GError **error)
{
  g_autoptr (store_cursor) cursor = store_cursor_new_pixels (s, 0, set, error);
  g_autoptr (GError) why = NULL;
  if (cursor == NULL)
    return FALSE;
  for (store_picture p; store_cursor_next (cursor, &p, &why);)
    {
      guint64 row = (guint64) p.pixels_row;
      if (p.pixels_row >= 0 && strcmp (p.status, STATUS_OK) == 0)
        g_array_append_val (rows, row);
    }
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static gboolean
fit (detector *d, const char *clean, const matrix *rows, GError **error)
{
  g_autofree float *scores = g_new (float, MAX (rows->n, 1));
  if (rows->n < CALIBRATE_FEWEST)
    return refuse (clean, rows->n, " that can be read whole", error);
  for (gsize i = 0; i < rows->n; i++)
    {
      judgement said;
      detector_judge (d, matrix_row (rows, i), &said);
      scores[i] = said.score;
    }
  return detector_calibrate (d, scores, rows->n, error);
}

gboolean
calibrate (detector *d, const char *clean, const char *results, int threads, const job *j, guint64 *n, GError **error)
{
  g_autofree char *dir = g_build_filename (results, "calibration", NULL);
  g_autofree char *key = pixels_key ();
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (store) s = store_open (dir, TRUE, error);
  source_sink sink = { add_picture, leave_out, s };
  pass_counts counts;
  gint64 set;
  if (s == NULL || !store_list_begin (s, error) || !walk (clean, results, &sink, j, error)
      || !store_list_end (s, 0, 0, NULL, error) || (set = store_feature_set (s, key, error)) == 0
      || !pass_run (s, NULL, 0, set, threads, j, &counts, error) || !list_rows (s, set, rows, error)
      || !store_finish (s, error))
    return FALSE;
  g_autoptr (matrix_file) file = rows->len > 0 ? store_matrix (s, set, error) : NULL;
  if (rows->len > 0 && file == NULL)
    return FALSE;
  matrix measured = { 0 };
  if (file != NULL)
    measured = *matrix_file_get (file);
  measured.n = *n = rows->len;
  measured.rows = (const guint64 *) (const void *) rows->data;
  return fit (d, clean, &measured, error);
}

/* --- in passing --------------------------------------------------------------------------------- */

typedef struct {
  char *path;
  float *row; /* quality_size (); NULL: it cannot be read whole */
} item;

typedef struct {
  GPtrArray *paths;
  guint next;
  image (*buffers)[2]; /* threads: decoded, seen */
  GArray *rows;        /* float, quality_size () each */
  const job *job;
} measuring;

static gboolean
take_path (gpointer user, const image_ref *ref, GError **error)
{
  (void) error;
  g_ptr_array_add (((measuring *) user)->paths, g_strdup (ref->path));
  return TRUE;
}

static gpointer
produce (gpointer user, GError **error)
{
  (void) error;
  measuring *m = user;
  if (m->next == m->paths->len)
    return NULL;
  item *it = g_new0 (item, 1);
  it->path = m->paths->pdata[m->next++];
  return it;
}

static void
work (gpointer data, int worker, gpointer user)
{
  item *it = data;
  image *decoded = &((measuring *) user)->buffers[worker][0], *seen = &((measuring *) user)->buffers[worker][1];
  image_facts facts;
  view v = view_measure ();
  it->row = g_new (float, quality_size ());
  if (!decode_file (it->path, NULL, decoded, &facts, NULL) || facts.damage[0] != 0
      || !view_apply (&v, decoded, seen, NULL) || !quality_measure_picture (seen, it->row, NULL))
    g_clear_pointer (&it->row, g_free);
}

static void
discard (gpointer data, gpointer user)
{
  (void) user;
  item *it = data;
  g_free (it->row);
  g_free (it);
}

static gboolean
consume (gpointer data, gpointer user, GError **error)
{
  (void) error;
  item *it = data;
  measuring *m = user;
  if (it->row != NULL)
    g_array_append_vals (m->rows, it->row, (guint) quality_size ());
  discard (it, NULL);
  job_tell (m->job, "calibrating", m->next, m->paths->len);
  return TRUE;
}

gboolean
calibrate_in_passing (detector *d, const char *clean, int threads, const job *j, guint64 *n, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (float));
  measuring m = { .paths = paths, .rows = rows, .job = j };
  source_sink sink = { take_path, leave_out, &m };
  ordered_map map = { threads, 2 * threads, produce, work, consume, discard, &m };
  if (!calibrate_check (clean, NULL, j, error) || !walk (clean, NULL, &sink, j, error))
    return FALSE;
  m.buffers = g_malloc0_n ((gsize) threads, sizeof *m.buffers);
  gboolean fine = ordered_map_run (&map, j, error);
  for (int i = 0; i < 2 * threads; i++)
    image_clear (&m.buffers[i / 2][i % 2]);
  g_free (m.buffers);
  matrix measured = { rows->len / quality_size (), quality_size (), (const float *) (const void *) rows->data, NULL };
  *n = measured.n;
  return fine && fit (d, clean, &measured, error);
}
