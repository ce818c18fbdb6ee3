/* The public interface over the stages. A pardon_error is a GError seen from outside; a pardon_job is told apart from a
 * job only by plain C types. */
#include "pardon.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/job.h"
#include "config.h"
#include "detecting/explain.h"
#include "detecting/teach.h"
#include "feature/onnx.h"
#include "feature/onnx_graph.h"
#include "feature/quality.h"
#include "image/decode.h"
#include "image/scale.h"
#include "image/view.h"
#include "judging/comparing.h"
#include "math/linalg.h"
#include "model/catalogue.h"
#include "noise/detector.h"
#include "output/ui.h"
#include "output/whole_file.h"
#include "pipeline.h"
#include "reviewing/decisions.h"
#include "store/matrix_file.h"
#include "store/store.h"
#include "web/serve.h"
#include "writing/copies.h"
#include "writing/exporting.h"

const char *
pardon_version (void)
{
  return PARDON_VERSION;
}

/* --- errors ----------------------------------------------------------------------------- */

const char *
pardon_error_text (const pardon_error *error)
{
  return ((const GError *) error)->message;
}

pardon_code
pardon_error_kind (const pardon_error *error)
{
  const GError *e = (const GError *) error;
  G_STATIC_ASSERT ((int) PARDON_STOPPED == (int) PARDON_ERROR_STOPPED);
  return e->domain == PARDON_ERROR ? (pardon_code) e->code : PARDON_INPUT;
}

void
pardon_error_free (pardon_error *error)
{
  if (error != NULL)
    g_error_free ((GError *) error);
}

/* Takes the address of the error: whether it is set is only known once `fine` was worked out. */
static int
finish (gboolean fine, GError **why, pardon_error **error)
{
  if (fine)
    return 0;
  if (error != NULL)
    *error = (pardon_error *) g_steal_pointer (why);
  else
    g_clear_error (why);
  return -1;
}

/* --- jobs ---------------------------------------------------------------------------------- */

static gboolean
job_stop (gpointer user)
{
  const pardon_job *j = user;
  return j->stop != NULL && j->stop (j->user) != 0;
}

static void
job_progress (gpointer user, const char *phase, guint64 done, guint64 total)
{
  const pardon_job *j = user;
  if (j->progress != NULL)
    j->progress (j->user, phase, done, total);
}

static job
job_from (const pardon_job *j)
{
  static const pardon_job nothing = { NULL, NULL, NULL };
  return (job){ job_stop, job_progress, (gpointer) (j != NULL ? j : &nothing) };
}

/* --- noise ----------------------------------------------------------------------------------- */

void
pardon_explain_options_init (pardon_explain_options *options)
{
  *options = (pardon_explain_options){ .false_alarms = DETECTOR_FALSE_ALARMS };
}

int
pardon_explain (const pardon_explain_options *options, void (*each) (void *user, const pardon_explanation *explained),
                void *user, const pardon_job *j, pardon_error **error)
{
  GError *why = NULL;
  job inner = job_from (j);
  return finish (explain_run (options, each, user, &inner, &why), &why, error);
}

void
pardon_train_options_init (pardon_train_options *options)
{
  *options = (pardon_train_options){ 0 };
}

int
pardon_train (const pardon_train_options *options, const pardon_job *j, pardon_train_result *result,
              pardon_error **error)
{
  GError *why = NULL;
  job inner = job_from (j);
  return finish (teach_run (options, &inner, result, &why), &why, error);
}

/* --- scan and pictures --------------------------------------------------------------------- */

void
pardon_scan_options_init (pardon_scan_options *options)
{
  *options = (pardon_scan_options){ .pca = 50, .false_alarms = DETECTOR_FALSE_ALARMS, .threshold = NAN };
}

int
pardon_scan (const pardon_scan_options *options, const pardon_job *j, pardon_scan_result *result, pardon_error **error)
{
  GError *why = NULL;
  job inner = job_from (j);
  return finish (pipeline_scan (options, &inner, result, &why), &why, error);
}

void
pardon_corrupt_options_init (pardon_corrupt_options *options)
{
  *options = (pardon_corrupt_options){ .kind = "box-blur", .severity = 3, .radius = -1 };
}

int
pardon_corrupt (const pardon_corrupt_options *options, const pardon_job *j, pardon_corrupt_result *result,
                pardon_error **error)
{
  GError *why = NULL;
  job inner = job_from (j);
  return finish (copies_corrupt (options, &inner, result, &why), &why, error);
}

int
pardon_demo (const char *output, int count, uint64_t seed, const pardon_job *j, pardon_error **error)
{
  GError *why = NULL;
  job inner = job_from (j);
  return finish (copies_demo (output, count, seed, &inner, &why), &why, error);
}

/* --- models ---------------------------------------------------------------------------------- */

int
pardon_layers (const char *file, void (*each) (void *user, const pardon_tensor *tensor), void *user,
               pardon_error **error)
{
  GError *why = NULL;
  g_autoptr (onnx_graph) graph = onnx_graph_open (file, &why);
  if (graph == NULL)
    return finish (FALSE, &why, error);
  /* most files state few shapes; without a runtime those stay open, which is no reason not to list */
  onnx_model_infer_shapes (file, graph, NULL);
  for (guint i = 0; i < graph->tensors->len; i++)
    {
      const onnx_tensor *t = g_ptr_array_index (graph->tensors, i);
      pardon_tensor out = {
        t->name, t->op, t->rank, { 0 }, t->is_output, g_strcmp0 (t->name, graph->penultimate) == 0
      };
      G_STATIC_ASSERT (sizeof out.shape == sizeof t->shape);
      memcpy (out.shape, t->shape, sizeof out.shape);
      each (user, &out);
    }
  return 0;
}

int
pardon_model_list (void (*each) (void *user, const pardon_model *model), void *user, pardon_error **error)
{
  GError *why = NULL;
  g_autoptr (GPtrArray) list = catalogue_list (&why);
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const catalogue_entry *e = g_ptr_array_index (list, i);
      pardon_model out = { e->name, e->path, e->url, e->view, e->scale, e->layer, e->about, e->present, e->bytes };
      each (user, &out);
    }
  return finish (list != NULL, &why, error);
}

int
pardon_model_get (const char *name, const pardon_job *j, pardon_error **error)
{
  GError *why = NULL;
  job inner = job_from (j);
  return finish (catalogue_get (name, &inner, &why), &why, error);
}

int
pardon_model_add (const char *name, const char *file, const char *view_name, const char *scale_name, const char *layer,
                  pardon_error **error)
{
  GError *why = NULL;
  view v;
  scale s;
  gboolean fine = (view_name == NULL || view_parse (view_name, &v, &why))
                  && (scale_name == NULL || scale_parse (scale_name, &s, &why))
                  && catalogue_add (name, file, view_name, scale_name, layer, NULL, &why);
  return finish (fine, &why, error);
}

/* --- results ----------------------------------------------------------------------------------- */

int
pardon_export_npy (const char *results, const char *file, pardon_error **error)
{
  GError *why = NULL;
  return finish (copies_export_npy (results, file, &why), &why, error);
}

int
pardon_export_decisions (const char *results, const char *file, pardon_error **error)
{
  GError *why = NULL;
  return finish (decisions_export (results, file, &why), &why, error);
}

void
pardon_export_options_init (pardon_export_options *options)
{
  *options = (pardon_export_options){ 0 };
}

int
pardon_export_list (const pardon_export_options *options, void (*put) (void *user, const char *bytes, size_t n),
                    void *user, pardon_export_result *result, pardon_error **error)
{
  GError *why = NULL;
  gboolean fine = exporting_list (options, put, user, result, &why);
  if (fine)
    result->decided = decisions_since (options->results);
  return finish (fine, &why, error);
}

int
pardon_export_links (const pardon_export_options *options, const pardon_export_told *told, const pardon_job *j,
                     pardon_export_result *result, pardon_error **error)
{
  GError *why = NULL;
  job inner = job_from (j);
  gboolean fine = exporting_links (options, told, &inner, result, &why);
  if (fine)
    result->decided = decisions_since (options->results);
  return finish (fine, &why, error);
}

int
pardon_compare (const pardon_compare_options *options, pardon_compare_result *result, pardon_error **error)
{
  GError *why = NULL;
  return finish (comparing_run (options, result, &why), &why, error);
}

/* --- the page ------------------------------------------------------------------------------------ */

void
pardon_serve_options_init (pardon_serve_options *options)
{
  *options = (pardon_serve_options){ 0 };
}

int
pardon_serve (const pardon_serve_options *options, const pardon_job *j, pardon_error **error)
{
  GError *why = NULL;
  job inner = job_from (j);
  serve_options o = { options->results, options->host, (guint16) options->port, options->read_only != 0, ui_asset,
                      options->ready,   options->user };
  if (options->port < 0 || options->port > G_MAXUINT16)
    {
      g_set_error (&why, PARDON_ERROR, PARDON_ERROR_INPUT, "a port is a number up to 65535, not %d", options->port);
      return finish (FALSE, &why, error);
    }
  return finish (serve_run (&o, &inner, &why), &why, error);
}

int
pardon_may_replace (const char *path, const char *begins)
{
  return whole_file_may_replace (path, begins, NULL);
}

/* --- this machine -------------------------------------------------------------------------------- */

int
pardon_doctor (void (*each) (void *user, const pardon_part *part), void *user, pardon_error **error)
{
  (void) error;
  g_autofree char *formats = decode_describe ();
  each (user, &(pardon_part){ "pictures", 1, formats });
  const onnx_runtime_info *runtime = onnx_runtime_find ();
  g_autofree char *found =
      runtime->missing == NULL ? g_strdup_printf ("ONNX Runtime %s, %s", runtime->version, runtime->path) : NULL;
  g_autofree char *cost =
      found == NULL ? g_strconcat (runtime->missing, " (until then scans work without --model)", NULL) : NULL;
  each (user, &(pardon_part){ "models", found != NULL, found != NULL ? found : cost });
  each (user, &(pardon_part){ "linear algebra", 1, linalg_describe () });
  each (user, &(pardon_part){ "quality kernels", 1, quality_cpu () });
  g_autoptr (GBytes) page = ui_asset ("index.html");
  g_autofree char *server = g_strdup_printf ("libmicrohttpd %s", serve_library ());
  each (user,
        &(pardon_part){ "page", page != NULL,
                        page != NULL ? server : "built without it (-Dui=false): no report.html, no pardon serve" });
  g_autofree char *cache = catalogue_dir ();
  each (user, &(pardon_part){ "model cache", 1, cache });
  g_autofree char *cores = g_strdup_printf ("%u", g_get_num_processors ());
  each (user, &(pardon_part){ "cores", 1, cores });
  return 0;
}
