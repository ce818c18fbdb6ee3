/* The table of models. Built-in ones are found without reading the user's file, so that a broken one does not stand in
 * their way; that file is a key file with one group per model, replaced as a whole under a lock on its folder. */
#include "model/catalogue.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "model/download.h"

/* The ONNX Model Zoo at a fixed revision; its large files are served from the address for media. */
#define ZOO      "https://media.githubusercontent.com/media/onnx/models/b1eeaa1ac722dcc1cd1a8284bde34393dab61c3d"
#define FOLDER   "validated/vision/classification/"
#define LONGEST  64
#define ZOO_VIEW "short256-centre224-bilinear"

typedef struct {
  const char *name, *below; /* path below FOLDER */
  guint64 bytes;
  const char *sha256, *view, *scale, *layer, *about;
} builtin;

/* Sorted by name. */
static const builtin builtins[] = {
  { "efficientnet-lite4", "efficientnet-lite4/model/efficientnet-lite4-11.onnx", 51946641,
    "d111689907c06eea7c82e4833ddef758da6453b9d4cf60b7e99ca05c7cbd9c12", ZOO_VIEW, "lite", NULL,
    "EfficientNet-Lite4, ImageNet (1000 classes), small and accurate; ONNX Model Zoo, Apache-2.0" },
  { "mobilenetv2", "mobilenet/model/mobilenetv2-12.onnx", 13964571,
    "c0c3f76d93fa3fd6580652a45618618a220fced18babf65774ed169de0432ad5", ZOO_VIEW, "torch", NULL,
    "MobileNetV2, ImageNet (1000 classes), quick; ONNX Model Zoo, Apache-2.0" },
  { "resnet50", "resnet/model/resnet50-v2-7.onnx", 102442452,
    "79102261eb6e5fd7af5d27f41316293e388c5cb691e5d25bfb035c4f64fefe31", ZOO_VIEW, "torch", NULL,
    "ResNet-50 v2, ImageNet (1000 classes); ONNX Model Zoo, Apache-2.0" },
  { "squeezenet1.1", "squeezenet/model/squeezenet1.1-7.onnx", 4956208,
    "1eeff551a67ae8d565ca33b572fc4b66e3ef357b0eb2863bb9ff47a918cc4088", ZOO_VIEW, "torch", NULL,
    "SqueezeNet 1.1, ImageNet (1000 classes), the smallest; ONNX Model Zoo, Apache-2.0" },
  { "vgg16", "vgg/model/vgg16-12.onnx", 553437752, "722c42f53ca03a5480296bf8f9c85a151de3eed9ec982d7d2302ff6e2900c67b",
    ZOO_VIEW, "torch", NULL, "VGG16, ImageNet (1000 classes), 4096 features, slow; ONNX Model Zoo, Apache-2.0" },
  { "vgg16-int8", "vgg/model/vgg16-12-int8.onnx", 138407238,
    "0d0a8e1d69f70404421e37dbad4f8bd21d42758e9f426bd5b39e9e4e9e1afa23", ZOO_VIEW, "torch", NULL,
    "VGG16 quantised to 8 bits: a quarter of the size, about twice as fast; ONNX Model Zoo, Apache-2.0" },
};

void
catalogue_entry_free (catalogue_entry *e)
{
  if (e == NULL)
    return;
  g_free (e->name);
  g_free (e->url);
  g_free (e->path);
  g_free (e->sha256);
  g_free (e->view);
  g_free (e->scale);
  g_free (e->layer);
  g_free (e->about);
  g_free (e);
}

/* --- places -------------------------------------------------------------------------------- */

static char *
place (const char *variable, const char *home, const char *folder)
{
  const char *given = g_getenv (variable);
  if (given != NULL && given[0] != '\0')
    return g_canonicalize_filename (given, NULL);
  return g_build_filename (home, "pardon", folder, NULL);
}

char *
catalogue_dir (void)
{
  return place ("PARDON_CACHE", g_get_user_cache_dir (), "models");
}

char *
catalogue_file (void)
{
  g_autofree char *folder = place ("PARDON_CONFIG", g_get_user_config_dir (), NULL);
  return g_build_filename (folder, "models.ini", NULL);
}

/* --- built-in ------------------------------------------------------------------------------ */

static catalogue_entry *
entry_of_builtin (const builtin *b)
{
  const char *mirror = g_getenv ("PARDON_MODEL_MIRROR");
  g_autofree char *start = g_strdup (mirror != NULL && mirror[0] != '\0' ? mirror : ZOO);
  while (g_str_has_suffix (start, "/"))
    start[strlen (start) - 1] = '\0';
  g_autofree char *folder = catalogue_dir ();
  catalogue_entry *e = g_new0 (catalogue_entry, 1);
  e->name = g_strdup (b->name);
  e->url = g_strconcat (start, "/" FOLDER, b->below, NULL);
  e->path = g_build_filename (folder, strrchr (b->below, '/') + 1, NULL);
  e->bytes = b->bytes;
  e->sha256 = g_strdup (b->sha256);
  e->view = g_strdup (b->view);
  e->scale = g_strdup (b->scale);
  e->layer = g_strdup (b->layer);
  e->about = g_strdup (b->about);
  struct stat st;
  e->present = stat (e->path, &st) == 0 && S_ISREG (st.st_mode) && (guint64) st.st_size == b->bytes;
  return e;
}

static const builtin *
find_builtin (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (builtins); i++)
    if (strcmp (builtins[i].name, name) == 0)
      return &builtins[i];
  return NULL;
}

/* --- the user's own ------------------------------------------------------------------------ */

/* An empty key file when there is none yet. */
static GKeyFile *
load_own (GError **error)
{
  g_autofree char *path = catalogue_file ();
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GError) why = NULL;
  if (g_key_file_load_from_file (keys, path, G_KEY_FILE_KEEP_COMMENTS, &why)
      || g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return g_steal_pointer (&keys);
  g_autofree char *shown = g_filename_display_name (path);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "cannot read the list of your own models '%s': %s; mend the file, or remove it to start anew", shown,
               why->message);
  return NULL;
}

static catalogue_entry *
entry_of_own (GKeyFile *keys, const char *name, GError **error)
{
  g_autofree char *file = g_key_file_get_string (keys, name, "file", NULL);
  if (file == NULL)
    {
      g_autofree char *list = catalogue_file ();
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "the model '%s' in '%s' has no readable line 'file=...'; add it again, or remove its lines", name,
                   list);
      return NULL;
    }
  catalogue_entry *e = g_new0 (catalogue_entry, 1);
  e->name = g_strdup (name);
  e->path = g_str_has_prefix (file, "file://") ? g_filename_from_uri (file, NULL, NULL) : NULL;
  if (e->path == NULL)
    e->path = g_steal_pointer (&file);
  e->view = g_key_file_get_string (keys, name, "view", NULL);
  e->scale = g_key_file_get_string (keys, name, "scale", NULL);
  e->layer = g_key_file_get_string (keys, name, "layer", NULL);
  e->about = g_key_file_get_string (keys, name, "about", NULL);
  if (e->about == NULL)
    e->about = g_strdup ("");
  struct stat st;
  e->present = stat (e->path, &st) == 0 && S_ISREG (st.st_mode);
  e->bytes = e->present ? (guint64) st.st_size : 0;
  return e;
}

/* --- looking up ---------------------------------------------------------------------------- */

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(catalogue_entry *const *) a)->name, (*(catalogue_entry *const *) b)->name);
}

GPtrArray *
catalogue_list (GError **error)
{
  g_autoptr (GKeyFile) keys = load_own (error);
  if (keys == NULL)
    return NULL;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) catalogue_entry_free);
  for (gsize i = 0; i < G_N_ELEMENTS (builtins); i++)
    g_ptr_array_add (all, entry_of_builtin (&builtins[i]));
  g_auto (GStrv) own = g_key_file_get_groups (keys, NULL);
  for (char **name = own; *name != NULL; name++)
    {
      if (find_builtin (*name) != NULL)
        continue;
      catalogue_entry *e = entry_of_own (keys, *name, error);
      if (e == NULL)
        return NULL;
      g_ptr_array_add (all, e);
    }
  g_ptr_array_sort (all, by_name);
  return g_steal_pointer (&all);
}

catalogue_entry *
catalogue_find (const char *name, GError **error)
{
  const builtin *b = find_builtin (name);
  if (b != NULL)
    return entry_of_builtin (b);
  g_autoptr (GKeyFile) keys = load_own (error);
  if (keys == NULL || !g_key_file_has_group (keys, name))
    return NULL;
  return entry_of_own (keys, name, error);
}

gboolean
catalogue_fetch (const catalogue_entry *e, const job *j, GError **error)
{
  if (e->url != NULL)
    return download_file (e->url, e->path, e->sha256, e->bytes, j, error);
  if (e->present)
    return TRUE;
  g_autofree char *shown = g_filename_display_name (e->path);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_MISSING,
               "the file '%s' of your model '%s' is gone; put it back, or add the model again", shown, e->name);
  return FALSE;
}

gboolean
catalogue_get (const char *name, const job *j, GError **error)
{
  GError *local = NULL;
  g_autoptr (catalogue_entry) e = catalogue_find (name, &local);
  if (e != NULL)
    return catalogue_fetch (e, j, error);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  g_autoptr (GPtrArray) all = catalogue_list (error);
  if (all == NULL)
    return FALSE;
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < all->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", ((catalogue_entry *) all->pdata[i])->name);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "no model is named '%s'; there are: %s", name, names->str);
  return FALSE;
}

/* --- adding -------------------------------------------------------------------------------- */

static gboolean
check_name (const char *name, GError **error)
{
  gsize n = strlen (name);
  if (n == 0 || n > LONGEST || strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789._-") != n
      || !g_ascii_isalnum (name[0]) || g_str_has_suffix (name, ".onnx"))
    {
      g_autofree char *shown = g_filename_display_name (name);
      g_set_error (
          error, PARDON_ERROR, PARDON_ERROR_INPUT,
          "'%s' cannot be a model's name: use a letter or digit, then letters a-z, digits, '.', '_' and '-', at most "
          "%d in all, not ending in '.onnx'",
          shown, LONGEST);
      return FALSE;
    }
  if (find_builtin (name) == NULL)
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' is a built-in model; choose another name", name);
  return FALSE;
}

static gboolean
check_file (const char *file, GError **error)
{
  g_autofree char *shown = g_filename_display_name (file);
  struct stat st;
  if (stat (file, &st) != 0)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot add '%s': %s", shown, g_strerror (errno));
  else if (!S_ISREG (st.st_mode))
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot add '%s': it is not a file", shown);
  else if (access (file, R_OK) != 0)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot add '%s': no permission to read it", shown);
  else
    return TRUE;
  return FALSE;
}

/* A key file holds UTF-8; other names are kept as addresses. */
static char *
storable_path (const char *file)
{
  g_autofree char *absolute = g_canonicalize_filename (file, NULL);
  if (g_utf8_validate (absolute, -1, NULL))
    return g_steal_pointer (&absolute);
  return g_filename_to_uri (absolute, NULL, NULL);
}

static gboolean
set_text (GKeyFile *keys, const char *name, const char *key, const char *text, GError **error)
{
  if (text == NULL || text[0] == '\0')
    return TRUE;
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "the %s of model '%s' is not valid UTF-8", key, name);
      return FALSE;
    }
  g_key_file_set_string (keys, name, key, text);
  return TRUE;
}

/* `text` is a preset's name, or a file that must still be found from another folder. */
static gboolean
set_recipe (GKeyFile *keys, const char *name, const char *key, const char *text, GError **error)
{
  if (text == NULL || strpbrk (text, "./") == NULL || !g_file_test (text, G_FILE_TEST_IS_REGULAR))
    return set_text (keys, name, key, text, error);
  g_autofree char *absolute = g_canonicalize_filename (text, NULL);
  return set_text (keys, name, key, absolute, error);
}

static gboolean
change_own (const char *path, const char *name, const char *file, const char *view, const char *scale,
            const char *layer, const char *about, GError **error)
{
  g_autoptr (GKeyFile) keys = load_own (error);
  if (keys == NULL)
    return FALSE;
  g_key_file_remove_group (keys, name, NULL);
  g_autofree char *stored = storable_path (file);
  g_key_file_set_string (keys, name, "file", stored);
  if (!set_recipe (keys, name, "view", view, error) || !set_recipe (keys, name, "scale", scale, error)
      || !set_text (keys, name, "layer", layer, error) || !set_text (keys, name, "about", about, error))
    return FALSE;
  g_autoptr (GError) why = NULL;
  if (g_key_file_save_to_file (keys, path, &why))
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "cannot remember the model: %s; name a folder you may write to in PARDON_CONFIG", why->message);
  return FALSE;
}

gboolean
catalogue_add (const char *name, const char *file, const char *view, const char *scale, const char *layer,
               const char *about, GError **error)
{
  if (!check_name (name, error) || !check_file (file, error))
    return FALSE;
  g_autofree char *path = catalogue_file ();
  g_autofree char *folder = g_path_get_dirname (path);
  int lock = -1;
  if (g_mkdir_with_parents (folder, 0777) != 0 || (lock = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "cannot remember the model in '%s': %s; name a folder you may write to in PARDON_CONFIG", folder,
                   g_strerror (errno));
      return FALSE;
    }
  while (flock (lock, LOCK_EX) != 0 && errno == EINTR)
    ;
  gboolean ok = change_own (path, name, file, view, scale, layer, about, error);
  close (lock);
  return ok;
}
