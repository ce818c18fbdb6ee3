/* Runs the pass over the pictures vouched for, without a lens, in a store of their own. */
#include "calibrate.h"

#include <string.h>

#include "base/error.h"
#include "image/decode.h"
#include "pass.h"
#include "pixels.h"
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
  g_autofree char *skip = g_canonicalize_filename (results, NULL);
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

static gboolean
add_scores (store *s, gint64 set, const detector *d, GArray *scores, GError **error)
{
  g_autoptr (store_cursor) cursor = store_cursor_new_pixels (s, 0, set, error);
  g_autoptr (matrix_file) file = NULL;
  g_autoptr (GError) why = NULL;
  if (cursor == NULL)
    return FALSE;
  for (store_picture p; store_cursor_next (cursor, &p, &why);)
    {
      judgement said;
      if (p.pixels_row < 0 || strcmp (p.status, STATUS_OK) != 0)
        continue;
      if (file == NULL && (file = store_matrix (s, set, error)) == NULL)
        return FALSE;
      detector_judge (d, matrix_row (matrix_file_get (file), (gsize) p.pixels_row), &said);
      g_array_append_val (scores, said.score);
    }
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
calibrate (detector *d, const char *clean, const char *results, int threads, const job *j, guint64 *n, GError **error)
{
  g_autofree char *dir = g_build_filename (results, "calibration", NULL);
  g_autofree char *key = pixels_key ();
  g_autoptr (GArray) scores = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (store) s = store_open (dir, TRUE, error);
  source_sink sink = { add_picture, leave_out, s };
  pass_counts counts;
  gint64 set;
  if (s == NULL || !store_list_begin (s, error) || !walk (clean, results, &sink, j, error)
      || !store_list_end (s, 0, 0, NULL, error) || (set = store_feature_set (s, key, error)) == 0
      || !pass_run (s, NULL, 0, set, threads, j, &counts, error) || !add_scores (s, set, d, scores, error)
      || !store_finish (s, error))
    return FALSE;
  *n = scores->len;
  if (scores->len < CALIBRATE_FEWEST)
    return refuse (clean, scores->len, " that can be read whole", error);
  return detector_calibrate (d, (const float *) scores->data, scores->len, error);
}
