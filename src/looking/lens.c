/* Decides the view, scale and layer once, when it opens; afterwards it only does what was decided. */
#include "looking/lens.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/nearest.h"
#include "feature/look.h"
#include "image/decode.h"
#include "model/catalogue.h"

#define DEFAULT_BATCH 8
#define MOST_BATCH    1024 /* more only costs memory */

/* What of the options is this lens's. */
typedef struct {
  const char *model, *view, *scale, *layer;
  const char *prefix; /* of the options' names: "" or "model-" */
  int batch;
  gboolean scores; /* it is a classifier: its class scores are wanted too */
} asked;

/* What the options leave open, a catalogue entry or the model itself answers. */
typedef struct {
  char *path, *view, *scale, *layer;
} choice;

static void
choice_clear (choice *c)
{
  g_free (c->path);
  g_free (c->view);
  g_free (c->scale);
  g_free (c->layer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (choice, choice_clear)

static gboolean
no_such_model (const char *name, GError **error)
{
  g_autoptr (GPtrArray) entries = catalogue_list (NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    g_ptr_array_add (names, ((catalogue_entry *) g_ptr_array_index (entries, i))->name);
  g_ptr_array_add (names, NULL);
  const char *nearest = nearest_word (name, (const char *const *) names->pdata);
  if (nearest != NULL)
    g_set_error (
        error, PARDON_ERROR, PARDON_ERROR_INPUT,
        "there is no file '%s' and no model of that name; did you mean '%s'? ('pardon model list' shows names)", name,
        nearest);
  else
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                 "there is no file '%s' and no model of that name ('pardon model list' shows names)", name);
  return FALSE;
}

/* What the user gave stands before what the catalogue says. */
static void
prefer (char **field, const char *given)
{
  if (given == NULL)
    return;
  g_free (*field);
  *field = g_strdup (given);
}

static gboolean
resolve (const asked *o, choice *c, GError **error)
{
  if (g_file_test (o->model, G_FILE_TEST_EXISTS))
    c->path = g_strdup (o->model);
  else
    {
      g_autoptr (GError) why = NULL;
      g_autoptr (catalogue_entry) entry = catalogue_find (o->model, &why);
      if (why != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
      if (entry == NULL)
        return no_such_model (o->model, error);
      if (!entry->present)
        {
          g_set_error (error, PARDON_ERROR, PARDON_ERROR_MISSING,
                       entry->url != NULL
                           ? "the file of model '%s' is not on this machine; 'pardon model get %s' fetches it"
                           : "the file of model '%s' is gone; 'pardon model add %s FILE.onnx' names it anew",
                       o->model, o->model);
          return FALSE;
        }
      c->path = g_strdup (entry->path);
      c->view = g_strdup (entry->view);
      c->scale = g_strdup (entry->scale);
      c->layer = g_strdup (entry->layer);
    }
  prefer (&c->view, o->view);
  prefer (&c->scale, o->scale);
  prefer (&c->layer, o->layer);
  return TRUE;
}

/* torchvision's recipe at the model's size: a short side of 256 around 224, the same proportion elsewhere. */
static char *
usual_view (int size)
{
  int short_side = size >= 224 && size <= 256 ? 256 : (size * 8 + 3) / 7;
  return g_strdup_printf ("short%d-centre%d-bilinear", short_side, size);
}

static gboolean
hash_file (const char *path, content_hash *hash, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot open model '%s': %s", path, g_strerror (errno));
      return FALSE;
    }
  gboolean fine = content_hash_fd (fd, path, hash, NULL, error);
  close (fd);
  return fine;
}

/* Of everything the model's answers depend on, the files beside it that hold its weights included. g_free. */
static char *
fingerprint (const char *path, GError **error)
{
  content_hash hash;
  g_autoptr (onnx_graph) graph = onnx_graph_open (path, error);
  if (graph == NULL || !hash_file (path, &hash, error))
    return NULL;
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *own = content_hash_hex (&hash), *folder = g_path_get_dirname (path);
  g_string_append (all, own);
  for (guint i = 0; i < graph->external->len; i++)
    {
      g_autofree char *file = g_build_filename (folder, graph->external->pdata[i], NULL);
      if (!hash_file (file, &hash, error))
        return NULL;
      g_autofree char *hex = content_hash_hex (&hash);
      g_string_append_printf (all, "+%s", hex);
    }
  return g_string_free (g_steal_pointer (&all), FALSE);
}

/* The output that holds the class scores: the graph's one, or of several the last that is not the penultimate tensor. NULL with `error`. */
static char *
find_scores (const char *path, const char *layer, GError **error)
{
  g_autoptr (onnx_graph) graph = onnx_graph_open (path, error);
  if (graph == NULL)
    return NULL;
  const char *features = layer != NULL ? layer : graph->penultimate;
  const char *scores = NULL;
  for (guint i = 0; i < graph->tensors->len; i++)
    {
      const onnx_tensor *t = g_ptr_array_index (graph->tensors, i);
      if (t->is_output && g_strcmp0 (t->name, features) != 0)
        scores = t->name;
    }
  if (scores == NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL,
                 "model '%s' gives no class scores: its only output is the features '%s'", path, features);
  return g_strdup (scores);
}

static gboolean
load_model (const asked *o, const choice *c, int threads, lens *l, GError **error)
{
  /* without a view of the user's, or with 'none', the model says its size itself */
  int width = c->view != NULL && l->view.fit != VIEW_NONE ? l->view.width : 0;
  int height = c->view != NULL && l->view.fit != VIEW_NONE ? l->view.height : 0;
  g_autofree char *scores = NULL;
  if (o->scores && (scores = find_scores (c->path, c->layer, error)) == NULL)
    return FALSE;
  const char *tensors[] = { c->layer, scores };
  l->model = onnx_model_new (c->path, tensors, o->scores ? 2 : 1, width, height, threads, error);
  if (l->model == NULL)
    return FALSE;
  l->info = onnx_model_get_info (l->model);
  return TRUE;
}

static gboolean
choose_view (const asked *o, lens *l, GError **error)
{
  g_autofree char *usual = usual_view (MIN (l->info->width, l->info->height));
  if (l->info->width == l->info->height)
    return view_parse (usual, &l->view, error);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "model '%s' looks at %d x %d pixels, for which there is no usual view; choose one with --%sview "
               "(a file, docs/views.md)",
               o->model, l->info->width, l->info->height, o->prefix);
  return FALSE;
}

/* What the rows depend on, and how long they are. */
static void
describe_rows (lens *l, const char *hex)
{
  const onnx_model_info *info = l->info;
  l->d = info->dims[0];
  l->key = g_strdup_printf ("onnx %s tensor %s view %s scale %s pixels %d", hex, info->tensors[0], l->view.name,
                            l->scale.name, PIXELS_VERSION);
  if (info->n_outputs < 2)
    return;
  l->n_scores = info->dims[1];
  l->scores_key = g_strdup_printf ("onnx %s tensor %s view %s scale %s pixels %d scores", hex, info->tensors[1],
                                   l->view.name, l->scale.name, PIXELS_VERSION);
}

static gboolean
open_model (const asked *o, int threads, lens *l, GError **error)
{
  g_auto (choice) c = { 0 };
  if (!resolve (o, &c, error) || !scale_parse (c.scale != NULL ? c.scale : "torch", &l->scale, error)
      || (c.view != NULL && !view_parse (c.view, &l->view, error)))
    return FALSE;
  g_autofree char *hex = fingerprint (c.path, error);
  if (hex == NULL || !load_model (o, &c, threads, l, error) || (c.view == NULL && !choose_view (o, l, error)))
    return FALSE;
  if (c.view == NULL || c.scale == NULL)
    l->assumed = g_strdup_printf (
        "assumed, as most models want it:%s%s%s%s%s%s%s%s; docs/views.md tells whether yours does",
        c.view == NULL ? " --" : "", c.view == NULL ? o->prefix : "", c.view == NULL ? "view " : "",
        c.view == NULL ? l->view.name : "", c.scale == NULL ? " --" : "", c.scale == NULL ? o->prefix : "",
        c.scale == NULL ? "scale " : "", c.scale == NULL ? l->scale.name : "");
  l->model_name = g_strdup (o->model);
  l->prepared_size = (gsize) l->info->width * (gsize) l->info->height * 3;
  l->batch = o->batch > 0 ? MIN (o->batch, MOST_BATCH) : l->info->batch > 0 ? l->info->batch : DEFAULT_BATCH;
  describe_rows (l, hex);
  if (l->info->pooled[0])
    l->note =
        g_strdup_printf ("tensor '%s' has more than one number a channel: averaged over space", l->info->tensors[0]);
  return TRUE;
}

static gboolean
open_asked (const asked *o, int threads, lens *l, GError **error)
{
  *l = (lens){ 0 };
  if (open_model (o, threads, l, error))
    return TRUE;
  lens_clear (l);
  return FALSE;
}

gboolean
lens_open_classifier (const pardon_scan_options *o, int threads, lens *l, GError **error)
{
  /* --layer is where features are taken from: beside a --model, that one's */
  asked a = { o->classifier, o->view, o->scale, o->model == NULL ? o->layer : NULL, "", o->batch, TRUE };
  return open_asked (&a, threads, l, error);
}

void
lens_open_look (lens *l)
{
  *l = (lens){ .view = view_measure (), .model_name = g_strdup (""), .batch = 1 };
  l->d = l->prepared_size = look_size ();
  l->key = g_strdup_printf ("look %d view %s pixels %d", LOOK_VERSION, l->view.name, PIXELS_VERSION);
}

gboolean
lens_open (const pardon_scan_options *o, int threads, lens *l, GError **error)
{
  gboolean both = o->model != NULL && o->classifier != NULL;
  *l = (lens){ 0 };
  if (!both && (o->model_view != NULL || o->model_scale != NULL))
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                           "--model-view and --model-scale are for a --model beside a --classifier; say --view and "
                           "--scale");
      return FALSE;
    }
  if (o->model != NULL)
    {
      asked a = { o->model, both ? o->model_view : o->view, both ? o->model_scale : o->scale,
                  o->layer, both ? "model-" : "",           o->batch,
                  FALSE };
      return open_asked (&a, threads, l, error);
    }
  if (o->classifier != NULL)
    return lens_open_classifier (o, threads, l, error);
  if (o->layer != NULL || o->view != NULL || o->scale != NULL)
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                           "--layer, --view and --scale belong to a model; add --model FILE.onnx, or leave them out");
      return FALSE;
    }
  lens_open_look (l);
  return TRUE;
}

void
lens_clear (lens *l)
{
  g_clear_pointer (&l->model, onnx_model_free);
  g_free (l->model_name);
  g_free (l->key);
  g_free (l->scores_key);
  g_free (l->note);
  g_free (l->assumed);
  *l = (lens){ 0 };
}

gboolean
lens_prepare (const lens *l, const image *picture, const image *measured, image *scratch, float *out, GError **error)
{
  if (l->model == NULL && measured != NULL)
    return look_measure (measured, out, error);
  if (!view_apply (&l->view, picture, scratch, error))
    return FALSE;
  if (l->model == NULL)
    return look_measure (scratch, out, error);
  if (scratch->width != l->info->width || scratch->height != l->info->height)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                   "it is %d x %d, the model looks at %d x %d and --view none does not resize", scratch->width,
                   scratch->height, l->info->width, l->info->height);
      return FALSE;
    }
  scale_apply (&l->scale, scratch, l->info->planar, out);
  return TRUE;
}

gboolean
lens_run (const lens *l, const float *prepared, int n, float *rows, float *scores, GError **error)
{
  if (l->model != NULL)
    {
      /* rows that are no numbers are written all the same; who takes them looks at each */
      g_autoptr (GError) why = NULL;
      float *outputs[] = { rows, scores };
      if (onnx_model_run (l->model, prepared, n, outputs, &why)
          || g_error_matches (why, PARDON_ERROR, PARDON_ERROR_PICTURE))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  memcpy (rows, prepared, (gsize) n * l->d * sizeof *rows);
  return TRUE;
}

gboolean
lens_row_is_finite (const float *row, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!isfinite (row[i]))
      return FALSE;
  return TRUE;
}
