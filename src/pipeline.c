/* A scan, step by step:
 *
 *     list what there is -> look at each picture -> judge the noise -> group the rows -> find copies
 *                        -> judge the classifier -> write results
 *
 * Each step is one function, in that order; looking/pass.c is the second one, the only one that takes long, detecting/verdicts.c
 * the third, which sees rows of measures alone; grouping changes nothing in it. Everything
 * that is known lives in the store, so a scan that is stopped loses nothing, one that is killed what it looked at in the
 * last five seconds, and the next one goes on from there. */
#include "pipeline.h"

#include <string.h>

#include "base/error.h"
#include "cluster/cluster.h"
#include "config.h"
#include "detecting/calibrate.h"
#include "detecting/own_probes.h"
#include "detecting/verdicts.h"
#include "image/decode.h"
#include "judging/judging.h"
#include "judging/stress.h"
#include "looking/eyes.h"
#include "looking/lens.h"
#include "looking/pass.h"
#include "looking/pixels.h"
#include "output/report.h"
#include "repeating/listed_repeats.h"
#include "repeating/splits.h"
#include "results.h"
#include "source/source.h"
#include "store/matrix_file.h"
#include "store/store.h"

#define MOST_THREADS    256
#define TOO_MANY_UNLIKE (1.0 / 3) /* of the pictures: then the detector is out of its depth */

static void note (pardon_scan_result *result, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
note (pardon_scan_result *result, const char *format, ...)
{
  if (result->n_notes == G_N_ELEMENTS (result->notes))
    return;
  va_list arguments;
  va_start (arguments, format);
  g_vsnprintf (result->notes[result->n_notes++], sizeof result->notes[0], format, arguments);
  va_end (arguments);
}

/* --- 1. list ------------------------------------------------------------------------------- */

/* What a first walk, which ends at the first picture, tells. */
typedef struct {
  gboolean any;
  guint64 left_out;
  char *first, *why; /* of what was left out */
} peek;

static gboolean
peek_picture (gpointer user, const image_ref *ref, GError **error)
{
  (void) ref;
  ((peek *) user)->any = TRUE;
  g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_STOPPED, "seen enough");
  return FALSE;
}

static gboolean
peek_other (gpointer user, const image_ref *ref, const char *why, GError **error)
{
  (void) error;
  peek *p = user;
  if (p->left_out++ == 0)
    {
      p->first = g_filename_display_name (ref->file);
      p->why = g_strdup (why);
    }
  return TRUE;
}

/* Wrong paths and folders without pictures are refused here, before the results folder is made or touched. */
static gboolean
anything_there (const source_options *where, const job *j, GError **error)
{
  peek p = { FALSE, 0, NULL, NULL };
  source_sink sink = { peek_picture, peek_other, &p };
  g_autoptr (GError) why = NULL;
  gboolean walked = source_walk (where, &sink, j, &why);
  if (walked && p.left_out == 0)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "no pictures found: there is nothing in '%s'%s",
                 where->paths[0], where->paths[1] != NULL ? " and the others" : "");
  else if (walked)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                 "no pictures found; files left out: %" G_GUINT64_FORMAT ", the first '%s' (%s)", p.left_out, p.first,
                 p.why);
  else if (!p.any)
    g_propagate_error (error, g_steal_pointer (&why));
  g_free (p.first);
  g_free (p.why);
  return p.any;
}

typedef struct {
  store *store;
  splits *parts;
  guint64 locked; /* folders and files below the roots that may not be read */
} listing;

static gboolean
found_picture (gpointer user, const image_ref *ref, GError **error)
{
  listing *l = user;
  splits_note (l->parts, ref);
  return store_list_add (l->store, ref, error);
}

static gboolean
found_other (gpointer user, const image_ref *ref, const char *why, GError **error)
{
  listing *l = user;
  l->locked += strstr (why, "no permission") != NULL;
  return store_list_skip (l->store, ref, why, error);
}

static gboolean
list_pictures (store *s, const source_options *where, const pardon_scan_options *o, splits *parts, const job *j,
               pardon_scan_result *result, GError **error)
{
  listing l = { s, parts, 0 };
  source_sink sink = { found_picture, found_other, &l };
  store_list_counts counts;
  if (!store_list_begin (s, error) || !source_walk (where, &sink, j, error)
      || !store_list_end (s, o->sample, o->seed, &counts, error))
    return FALSE;
  result->found = counts.found;
  result->skipped = counts.skipped;
  result->added = counts.added;
  result->vanished = counts.vanished;
  if (l.locked > 0)
    note (result,
          "no permission to read %" G_GUINT64_FORMAT " of the files and folders left out, nor what they hold; "
          "manifest.csv names them",
          l.locked);
  return TRUE;
}

/* --- 2. what the look gave ------------------------------------------------------------------------------- */

/* Rows of the matrix in the order of the list, and how the pictures fared; `first`: what is wrong with the first unreadable one. */
static GArray *
gather_rows (store *s, gint64 set, pardon_scan_result *result, char **first, GError **error)
{
  g_autoptr (store_cursor) cursor = store_cursor_new (s, set, error);
  if (cursor == NULL)
    return NULL;
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GError) why = NULL;
  store_picture p;
  while (store_cursor_next (cursor, &p, &why))
    {
      guint64 row = (guint64) p.feature_row;
      if (p.feature_row >= 0)
        g_array_append_val (rows, row);
      if (strcmp (p.status, STATUS_OK) == 0)
        result->ok++;
      else if (strcmp (p.status, STATUS_DAMAGED) == 0)
        result->damaged++;
      else if (result->unreadable++ == 0)
        {
          g_autofree char *file = g_filename_display_name (p.ref.file);
          *first = g_strdup_printf ("'%s': %s", file, p.reason);
        }
    }
  if (why != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return NULL;
    }
  return g_steal_pointer (&rows);
}

/* --- 3. judge ------------------------------------------------------------------------------- */

static gboolean
is_astray (const pardon_scan_result *r)
{
  return r->vouched == 0 && (double) r->unlike > TOO_MANY_UNLIKE * (double) r->judged;
}

static gboolean
judge_noise (store *s, gint64 pixels, verdicts *v, const lens *l, int threads, const job *j, pardon_scan_result *result,
             GError **error)
{
  if (!verdicts_make (v, s, pixels, l, threads, j, error))
    return FALSE;
  g_strlcpy (result->detector, detector_name (v->detector), sizeof result->detector);
  result->judged = v->judged;
  result->noisy = v->noisy;
  result->unlike = v->unlike;
  result->vouched = v->vouched;
  result->threshold = v->threshold;
  result->prevalence = v->prevalence.share;
  result->prevalence_low = v->prevalence.low;
  result->prevalence_high = v->prevalence.high;
  result->expected_wrong = v->prevalence.wrong;
  result->expected_wrong_low = v->prevalence.wrong_low;
  result->expected_wrong_high = v->prevalence.wrong_high;
  if (is_astray (result))
    note (
        result,
        "%.0f %% of the pictures are unlike the photographs that the noise detector knows, so its verdicts are not to "
        "be relied on; --calibrate CLEAN_DIR (pictures you vouch for) or --probes N is the remedy",
        100 * (double) v->unlike / (double) v->judged);
  g_autofree char *unlike = verdicts_kinship_words (v);
  if (unlike != NULL)
    note (result, "%s", unlike);
  if (v->judged < result->ok + result->damaged)
    note (result, "memory was too short to judge %" G_GUINT64_FORMAT " pictures; scan again",
          result->ok + result->damaged - v->judged);
  return TRUE;
}

/* --- 4. group ------------------------------------------------------------------------------- */

/* Beside probes drawn among the pictures found fit, for a copy of a degraded one tells nothing; but among all where the
 * detector does not know what fit looks like. */
static gboolean
group_beside_probes (store *s, gint64 set, const matrix *x, const cluster_options *c, const lens *l, guint64 n,
                     const job *j, pardon_scan_result *result, clustering *found, report_probes *probes, GError **error)
{
  gboolean astray = is_astray (result), all = astray;
  if (!own_probes_cluster (s, set, x, c, l, n, &all, j, found, probes, error))
    return FALSE;
  if (all)
    note (result, astray ? "the probes were drawn among all pictures: the detector cannot say which are fit"
                         : "the probes were drawn among all pictures: none was found fit");
  if (probes->probes < n)
    note (result, "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " probes could be made", probes->probes, n);
  if (probes->alone > 0)
    note (result, "%" G_GUINT64_FORMAT " probes are in clusters without a picture, which are left out", probes->alone);
  return TRUE;
}

static gboolean
group_rows (store *s, gint64 set, const GArray *rows, const lens *l, const pardon_scan_options *o, int threads,
            const job *j, pardon_scan_result *result, report_probes *probes, GError **error)
{
  g_autoptr (matrix_file) file = store_matrix (s, set, error);
  if (file == NULL)
    return FALSE;
  matrix x = *matrix_file_get (file);
  x.rows = (const guint64 *) rows->data;
  x.n = rows->len;

  cluster_options c;
  cluster_options_init (&c);
  c.components = (gsize) o->pca;
  c.k = o->k;
  c.min_size = o->min_size;
  c.seed = o->seed;
  c.threads = threads;
  clustering found;
  if (o->probes == 0 ? !cluster_fit (&x, &c, j, &found, error)
                     : !group_beside_probes (s, set, &x, &c, l, o->probes, j, result, &found, probes, error))
    return FALSE;
  result->k = found.k;
  result->k_of = found.n;
  result->inertia = found.inertia;
  result->silhouette = found.silhouette;
  if (o->k > 0 && found.k < o->k && probes->alone == 0)
    note (result, "%d clusters were asked for, but only %d of the pictures' features differ", o->k, found.k);
  if (o->k == 0 && found.k == 1)
    note (result, o->min_size > 1 ? "no two clusters of --min-size pictures: all are in one"
                                  : "all pictures are in one cluster");
  if (found.curve_rows > 0 && found.curve_rows < found.n)
    note (result, "the curve over k was measured on %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " pictures",
          found.curve_rows, found.n);
  gboolean fine = store_put_clustering (s, set, &found, error);
  clustering_clear (&found);
  return fine;
}

/* --- 5. judge the classifier ------------------------------------------------------------------ */

static gboolean
judge_classifier (store *s, judging *judged, const eyes *e, const verdicts *v, const pardon_scan_options *o,
                  int threads, const job *j, stress *stressed, pardon_scan_result *result, GError **error)
{
  if (!judging_make (judged, s, e->scores, error) || !leftovers_find (judged, s, e, o->seed, threads, j, error)
      || !stress_run (s, judged, e->scoring, o->stress, o->seed, threads, j, stressed, error))
    return FALSE;
  if (judged->judged)
    judging_spread (judged, v->detector, v->threshold);
  judging_tell (judged, &result->judgement);
  stress_tell (stressed, &result->judgement);
  return TRUE;
}

/* --- the recipe ------------------------------------------------------------------------------ */

static gboolean
scan_into (store *s, eyes *e, verdicts *v, judging *judged, const source_options *where, const pardon_scan_options *o,
           int threads, const job *j, pardon_scan_result *result, GError **error)
{
  pass_counts counts;
  g_auto (splits) parts = { NULL };
  if (o->calibrate != NULL && !calibrate (v->detector, o->calibrate, o->output, threads, j, &v->vouched, error))
    return FALSE;
  if (!list_pictures (s, where, o, &parts, j, result, error) || !judging_open (judged, s, o, e->scoring, error)
      || !eyes_find_sets (e, s, error) || !pass_run (s, e->passes, e->n, e->pixels, threads, j, &counts, error))
    return FALSE;
  result->unchanged = counts.unchanged;
  splits_settle (&parts, (const char *const *) judged->files->pdata, &judged->joined);

  g_autofree char *first = NULL;
  gint64 set = e->passes[0].features;
  g_autoptr (GArray) rows = gather_rows (s, set, result, &first, error);
  if (rows == NULL)
    return FALSE;
  if (!judge_noise (s, e->pixels, v, eyes_view (e), threads, j, result, error))
    return FALSE;
  g_auto (report_probes) probes = { 0 };
  if (rows->len > 0 && !group_rows (s, set, rows, &e->main, o, threads, j, result, &probes, error))
    return FALSE;
  if (rows->len == 0 && !store_put_clustering (s, set, &(clustering){ 0 }, error))
    return FALSE;
  g_auto (listed_repeats) copies = { 0 };
  stress stressed;
  if (!listed_repeats_find (s, e->pixels, &parts, threads, j, &copies, error)
      || !judge_classifier (s, judged, e, v, o, threads, j, &stressed, result, error)
      || !results_write (&(findings){ s, o, e, v, &copies, &probes, judged, &stressed, threads }, j, result, error)
      || !store_finish (s, error))
    return FALSE;
  if (rows->len > 0)
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
               "no picture of %" G_GUINT64_FORMAT " can be used; %s ('%s/images.csv' has them all)", result->found,
               first, o->output);
  return FALSE;
}

/* What one machine cannot read another one, or this one with another library, may. */
static char *
describe_decoder (void)
{
  g_autofree char *libraries = decode_describe ();
  return g_strdup_printf ("pardon %s, %s", PARDON_VERSION, libraries);
}

gboolean
pipeline_scan (const pardon_scan_options *o, const job *j, pardon_scan_result *result, GError **error)
{
  int threads = o->threads > 0 ? MIN (o->threads, MOST_THREADS) : (int) g_get_num_processors ();
  g_autofree char *results_dir = g_canonicalize_filename (o->output, NULL);
  source_options where = {
    .paths = o->paths, .excludes = o->excludes, .skip_dir = results_dir, .is_picture = decode_is_picture
  };
  verdicts v = { 0 };
  judging judged = { 0 };
  eyes e;

  *result = (pardon_scan_result){ 0 };
  if (!judging_check (o, error) || !stress_check (o, error) || !own_probes_check (o->probes, error)
      || !anything_there (&where, j, error)
      || (o->calibrate != NULL && !calibrate_check (o->calibrate, o->output, j, error))
      || !verdicts_open (o, &v, error))
    return FALSE;
  if (!eyes_open (&e, o, threads, error))
    {
      verdicts_clear (&v);
      return FALSE;
    }
  result->features = e.main.model != NULL ? "a model" : "the built-in look descriptor";
  result->dimension = e.main.d;
  if (e.main.model != NULL)
    g_strlcpy (result->layer, e.main.info->tensors[0], sizeof result->layer);
  for (int i = 0; i < e.n; i++)
    {
      if (e.passes[i].lens->note != NULL)
        note (result, "%s", e.passes[i].lens->note);
      if (e.passes[i].lens->assumed != NULL)
        note (result, "%s", e.passes[i].lens->assumed);
    }

  g_autoptr (store) s = store_open (o->output, TRUE, error);
  if (s != NULL)
    store_set_decoder (s, describe_decoder);
  gboolean fine = s != NULL && scan_into (s, &e, &v, &judged, &where, o, threads, j, result, error);
  eyes_clear (&e);
  verdicts_clear (&v);
  judging_clear (&judged);
  return fine;
}
