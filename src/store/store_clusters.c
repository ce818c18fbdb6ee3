/* What clustering found, and the notes of a scan. The results are replaced as a whole (S5): half of an old one and half
 * of a new one would look right and be wrong. */
#include "store/store_internal.h"

#include <math.h>

#include "base/error.h"

/* --- writing ------------------------------------------------------------------------------- */

/* The first components of picture i. */
static gboolean
put_place (store *s, const char *file, const clustering *c, gsize i, GError **error)
{
  gsize width = c->places != NULL ? c->n_places : c->projected != NULL ? c->d : 0, n = MIN (width, STORE_PLACES);
  const float *at = c->places != NULL ? c->places : c->projected;
  guint32 bytes[STORE_PLACES];
  for (gsize k = 0; k < n; k++)
    {
      union {
        float value;
        guint32 bits;
      } u = { .value = at[i * width + k] };
      bytes[k] = GUINT32_TO_LE (u.bits);
    }
  return n == 0
         || db_do (s->db, error, "INSERT INTO place VALUES (?1, ?2)", "tb", file, (const void *) bytes,
                   n * sizeof *bytes);
}

static gboolean
put_assignments (store *s, gint64 set, const clustering *c, GError **error)
{
  g_autoptr (GError) fault = NULL;
  /* CROSS JOIN holds SQLite to walking the list in its order */
  g_autoptr (db_query) q = db_ask (s->db, error,
                                   "SELECT p.file FROM picture p CROSS JOIN feature f"
                                   " ON f.feature_set = ?1 AND f.content = p.content ORDER BY p.file",
                                   "i", set);
  if (q == NULL)
    return FALSE;
  gsize n = 0;
  for (; db_next (q, &fault); n++)
    if (n < c->n
        && (!db_do (s->db, error, "INSERT INTO assignment VALUES (?1, ?2, ?3)", "tir", db_text (q, 0),
                    (gint64) c->labels[n], (double) c->distances[n])
            || !put_place (s, db_text (q, 0), c, n, error)))
      return FALSE;
  if (fault != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  if (n == c->n)
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE,
               "%" G_GSIZE_FORMAT " pictures were clustered where %" G_GSIZE_FORMAT " in '%s' have features", c->n, n,
               s->dir);
  return FALSE;
}

static gboolean
put_tables (store *s, const clustering *c, GError **error)
{
  gboolean good = db_do (s->db, error, "INSERT INTO clustering VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "iirirrir",
                         (gint64) c->n, (gint64) c->d, c->total_variance, (gint64) c->k, c->inertia, c->silhouette,
                         (gint64) c->curve_rows, c->inertia_lowest);
  for (int i = 0; i < c->k && good; i++)
    good = db_do (s->db, error, "INSERT INTO cluster VALUES (?1, ?2, ?3)", "iir", (gint64) i, (gint64) c->sizes[i],
                  c->cluster_silhouette != NULL ? c->cluster_silhouette[i] : NAN);
  for (gsize i = 0; i < c->n_curve && good; i++)
    good = db_do (s->db, error, "INSERT INTO curve VALUES (?1, ?2, ?3)", "irr", (gint64) c->curve[i].k,
                  c->curve[i].inertia, c->curve[i].silhouette);
  for (gsize i = 0; i < c->n_components && good; i++)
    good = db_do (s->db, error, "INSERT INTO component VALUES (?1, ?2)", "ir", (gint64) i, c->explained_variance[i]);
  return good;
}

gboolean
store_put_clustering (store *s, gint64 set, const clustering *c, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  static const char *const tables[] = { "DELETE FROM clustering", "DELETE FROM cluster",   "DELETE FROM assignment",
                                        "DELETE FROM curve",      "DELETE FROM component", "DELETE FROM place" };
  /* what is pending must not be lost with a clustering that is refused */
  if (!store_commit (s, error) || !store_write_begin (s, error))
    return FALSE;
  gboolean good = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (tables) && good; i++)
    good = db_do (s->db, error, tables[i], "");
  if (good && c->n > 0)
    good = put_assignments (s, set, c, error) && put_tables (s, c, error);
  return store_write_end (s, good, 0, error);
}

/* --- reading ------------------------------------------------------------------------------- */

/* Rows of a table of a few; at most what a hostile file may make us allocate. */
#define MOST 1000000

static gboolean
count_table (store *s, const char *sql, gsize *n, GError **error)
{
  gint64 value;
  if (!db_ask_int (s->db, 0, &value, error, sql, ""))
    return FALSE;
  if (value > MOST)
    store_damaged (s, "more clusters than can be", error);
  *n = (gsize) value;
  return value <= MOST;
}

/* Calls `take` for each row, `most` times at most. */
static gboolean
each_row (store *s, const char *sql, gsize most, void (*take) (db_query *q, gsize i, clustering *c), clustering *c,
          GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (db_query) q = db_ask (s->db, error, sql, "");
  if (q == NULL)
    return FALSE;
  for (gsize i = 0; i < most && db_next (q, &fault); i++)
    take (q, i, c);
  if (fault == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

static void
take_scalars (db_query *q, gsize i, clustering *c)
{
  (void) i;
  c->n = (gsize) db_int (q, 0);
  c->d = (gsize) db_int (q, 1);
  c->total_variance = db_real (q, 2);
  c->inertia = db_real (q, 3);
  c->silhouette = db_real (q, 4);
  c->curve_rows = (gsize) db_int (q, 5);
  c->inertia_lowest = db_real (q, 6);
}

static void
take_cluster (db_query *q, gsize i, clustering *c)
{
  c->sizes[i] = (gsize) db_int (q, 0);
  c->cluster_silhouette[i] = db_real (q, 1);
}

static void
take_curve (db_query *q, gsize i, clustering *c)
{
  c->curve[i] =
      (cluster_curve_point){ .k = (int) db_int (q, 0), .inertia = db_real (q, 1), .silhouette = db_real (q, 2) };
}

static void
take_component (db_query *q, gsize i, clustering *c)
{
  c->explained_variance[i] = db_real (q, 0);
}

gboolean
store_get_clustering (store *s, clustering *c, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  gsize k;
  *c = (clustering){ 0 };
  if (!each_row (s, "SELECT n, d, total_variance, inertia, silhouette, curve_rows, inertia_lowest FROM clustering", 1,
                 take_scalars, c, error)
      || !count_table (s, "SELECT count(*) FROM cluster", &k, error)
      || !count_table (s, "SELECT count(*) FROM curve", &c->n_curve, error)
      || !count_table (s, "SELECT count(*) FROM component", &c->n_components, error))
    {
      *c = (clustering){ 0 };
      return FALSE;
    }
  if (c->n == 0)
    {
      *c = (clustering){ 0 };
      return TRUE;
    }
  c->k = (int) k;
  c->sizes = g_new0 (gsize, k);
  c->cluster_silhouette = g_new0 (double, k);
  c->curve = g_new0 (cluster_curve_point, c->n_curve);
  c->explained_variance = g_new0 (double, c->n_components);
  if (each_row (s, "SELECT size, silhouette FROM cluster ORDER BY id", k, take_cluster, c, error)
      && each_row (s, "SELECT k, inertia, silhouette FROM curve ORDER BY k", c->n_curve, take_curve, c, error)
      && each_row (s, "SELECT explained_variance FROM component ORDER BY id", c->n_components, take_component, c,
                   error))
    return TRUE;
  clustering_clear (c);
  return FALSE;
}

gboolean
store_each_member (store *s, int cluster, guint64 limit, void (*each) (const store_member *m, gpointer user),
                   gpointer user, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  g_autoptr (GError) fault = NULL;
  g_autoptr (db_query) q = db_ask (s->db, error,
                                   "SELECT a.file, p.path, a.distance FROM assignment a CROSS JOIN picture p"
                                   " ON p.file = a.file WHERE a.cluster = ?1 ORDER BY a.distance, a.file LIMIT ?2",
                                   "ii", (gint64) cluster, (gint64) MIN (limit, G_MAXINT64));
  if (q == NULL)
    return FALSE;
  while (db_next (q, &fault))
    {
      store_member m = { .file = db_text (q, 0), .path = db_text (q, 1), .distance = db_real (q, 2) };
      each (&m, user);
    }
  if (fault == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

gboolean
store_cluster_spread (store *s, int cluster, double *mean, double *largest, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  g_autoptr (db_query) q = db_ask (
      s->db, error, "SELECT avg (distance), max (distance) FROM assignment WHERE cluster = ?1", "i", (gint64) cluster);
  if (q == NULL || !db_next (q, error))
    return FALSE;
  *mean = db_real (q, 0);
  *largest = db_real (q, 1);
  return TRUE;
}

/* --- notes --------------------------------------------------------------------------------- */

gboolean
store_note (store *s, const char *key, const char *value, GError **error)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  if (!store_write_begin (s, error))
    return FALSE;
  gboolean good = value == NULL ? db_do (s->db, error, "DELETE FROM scan WHERE key = ?1", "t", key)
                                : db_do (s->db, error,
                                         "INSERT INTO scan VALUES (?1, ?2)"
                                         " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                                         "tt", key, value);
  return store_write_end (s, good, STORE_BATCH, error);
}

char *
store_get_note (store *s, const char *key)
{
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&s->mutex);
  g_autoptr (db_query) q = db_ask (s->db, NULL, "SELECT value FROM scan WHERE key = ?1", "t", key);
  return q != NULL && db_next (q, NULL) ? g_strdup (db_text (q, 0)) : NULL;
}
