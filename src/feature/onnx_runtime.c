/* ONNX Runtime through its C API, and nothing but that: the library, a session over one model, runs. The model's bytes
 * are mapped, with a few bytes behind them that turn inner tensors into outputs: the runtime parses both as one. */
#include "feature/onnx.h"
#include "feature/onnx_session.h"

#include "base/error.h"
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <onnxruntime_c_api.h>

#define OLDEST_API 17
/* Session options by name, because the older headers do not have them all. */
#define EXTERNAL_FOLDER       "session.model_external_initializers_file_folder_path"
#define EXTERNAL_FOLDER_SINCE 21
#define ALLOW_SPINNING        "session.intra_op.allow_spinning"
#define REMEDY                                                                                                         \
  "build with './dev build', which brings it, install the system's libonnxruntime, or name the library of a release "  \
  "(1.17 or "                                                                                                          \
  "later) in PARDON_ONNXRUNTIME"

typedef struct {
  const OrtApi *api; /* NULL: missing */
  OrtEnv *env;
  guint64 minor; /* of its version 1.x */
  gboolean cuda;
  onnx_runtime_info info;
} ort_library;

struct onnx_session {
  const ort_library *ort;
  OrtSession *session;
  OrtMemoryInfo *memory;
  char *path;
  OrtValue **values; /* of the last run */
  int n_values;
};

/* TRUE when `status` is none; else its first line becomes the error. */
static gboolean
succeeded (const OrtApi *api, OrtStatus *status, const char *path, GError **error)
{
  if (status == NULL)
    return TRUE;
  g_autofree char *words = g_utf8_make_valid (api->GetErrorMessage (status), -1);
  words[strcspn (words, "\n")] = '\0';
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_MODEL, "cannot use model '%s': ONNX Runtime says: %.400s", path,
               words);
  api->ReleaseStatus (status);
  return FALSE;
}

/* What must be told comes back as a status; a library does not write to the terminal. */
static void ORT_API_CALL
drop_message (void *param, OrtLoggingLevel severity, const char *category, const char *id, const char *location,
              const char *message)
{
  (void) param, (void) severity, (void) category, (void) id, (void) location, (void) message;
}

static void
list_providers (ort_library *ort)
{
  char **names = NULL;
  int n = 0;
  OrtStatus *status = ort->api->GetAvailableProviders (&names, &n);
  if (status != NULL)
    {
      ort->api->ReleaseStatus (status);
      return;
    }
  GString *list = g_string_new (NULL);
  for (int i = 0; i < n; i++)
    {
      const char *end = g_strrstr (names[i], "ExecutionProvider");
      g_string_append_printf (list, "%s%.*s", i == 0 ? "" : ", ", end != NULL ? (int) (end - names[i]) : 64, names[i]);
      ort->cuda = ort->cuda || strcmp (names[i], "CUDAExecutionProvider") == 0;
    }
  ort->info.providers = g_string_free (list, FALSE);
  status = ort->api->ReleaseAvailableProviders (names, n);
  if (status != NULL)
    ort->api->ReleaseStatus (status);
}

/* Takes the library at `handle` into use; words on failure. */
static char *
adopt (ort_library *ort, void *handle, const char *name)
{
  const OrtApiBase *(*get_base) (void) = NULL;
  *(void **) &get_base = dlsym (handle, "OrtGetApiBase");
  if (get_base == NULL)
    return g_strdup_printf ("'%s' is not ONNX Runtime", name);
  const OrtApiBase *base = get_base ();
  const char *version = base->GetVersionString ();
  /* Asked for more than it has, the library complains on stderr. */
  const char *dot = strchr (version, '.');
  ort->minor = dot != NULL ? g_ascii_strtoull (dot + 1, NULL, 10) : 0;
  for (guint v = (guint) MIN (ort->minor, ORT_API_VERSION); v >= OLDEST_API && ort->api == NULL; v--)
    ort->api = base->GetApi (v);
  if (ort->api == NULL)
    return g_strdup_printf ("'%s' is ONNX Runtime %s, too old: 1.%d is the first that will do", name, version,
                            OLDEST_API);
  OrtStatus *status =
      ort->api->CreateEnvWithCustomLogger (drop_message, NULL, ORT_LOGGING_LEVEL_ERROR, "pardon", &ort->env);
  if (status != NULL)
    {
      char *words = g_strdup_printf ("'%s' does not start: %s", name, ort->api->GetErrorMessage (status));
      ort->api->ReleaseStatus (status);
      ort->api = NULL;
      return words;
    }
  status = ort->api->DisableTelemetryEvents (ort->env);
  if (status != NULL)
    ort->api->ReleaseStatus (status);
  Dl_info where;
  gboolean known = dladdr ((const void *) base->GetApi, &where) != 0 && where.dli_fname != NULL;
  ort->info.path = g_strdup (known ? where.dli_fname : name);
  ort->info.version = g_strdup (version);
  list_providers (ort);
  return NULL;
}

static ort_library *
load_library (void)
{
  ort_library *ort = g_new0 (ort_library, 1);
  const char *named = g_getenv ("PARDON_ONNXRUNTIME");
  const char *usual[] = { PARDON_ONNXRUNTIME_DEFAULT, "libonnxruntime.so.1", "libonnxruntime.so" };
  if (named != NULL && named[0] == '\0')
    named = NULL;
  g_autofree char *why = NULL;
  /* Some builds of the runtime begin to send usage data, and to keep a folder for them, when the environment is made:
   * before DisableTelemetryEvents can be called. They look at this when they are loaded. Changing the environment is
   * not safe beside other threads that read it; library () lets this happen once, and first of all. */
  g_setenv ("ORT_DISABLE_TELEMETRY", "1", TRUE);
  for (guint i = 0; i < (named != NULL ? 1 : G_N_ELEMENTS (usual)) && ort->api == NULL; i++)
    {
      const char *name = named != NULL ? named : usual[i];
      if (name[0] == '\0')
        continue;
      g_clear_pointer (&why, g_free);
      void *handle = dlopen (name, RTLD_NOW | RTLD_LOCAL);
      why = handle != NULL ? adopt (ort, handle, name) : g_strdup (dlerror ());
      if (handle != NULL && ort->api == NULL)
        dlclose (handle);
    }
  if (ort->api == NULL && named != NULL)
    ort->info.missing = g_strdup_printf (
        "the ONNX Runtime that PARDON_ONNXRUNTIME names cannot be used: %s; correct it or unset it", why);
  else if (ort->api == NULL)
    ort->info.missing = g_strdup_printf ("ONNX Runtime is not on this machine (%s): %s", why, REMEDY);
  return ort;
}

static const ort_library *
library (void)
{
  static ort_library *once;
  if (g_once_init_enter (&once))
    g_once_init_leave (&once, load_library ());
  return once;
}

const onnx_runtime_info *
onnx_runtime_find (void)
{
  return &library ()->info;
}

/* The file with `extra` behind it, without a copy: the rest of the last page is ours to write, and so are the anonymous
 * pages after it. Unmap `length` bytes. */
static guint8 *
map_model (const char *path, const GByteArray *extra, gsize *size, gsize *length, GError **error)
{
  guint8 *bytes = MAP_FAILED;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  off_t end = fd >= 0 ? lseek (fd, 0, SEEK_END) : -1;
  if (end > 0)
    {
      *size = (gsize) end + extra->len;
      *length = *size;
      bytes = mmap (NULL, *length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (bytes != MAP_FAILED
          && mmap (bytes, (gsize) end, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED)
        {
          munmap (bytes, *length);
          bytes = MAP_FAILED;
        }
    }
  if (bytes == MAP_FAILED)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot read model '%s': %s", path, g_strerror (errno));
      bytes = NULL;
    }
  else if (extra->len != 0)
    memcpy (bytes + end, extra->data, extra->len);
  if (fd >= 0)
    close (fd);
  return bytes;
}

/* Quietly goes without when the card or its driver is not there. */
static void
append_cuda (const OrtApi *api, OrtSessionOptions *options)
{
  OrtCUDAProviderOptionsV2 *cuda = NULL;
  OrtStatus *status = api->CreateCUDAProviderOptions (&cuda);
  if (status == NULL)
    {
      status = api->SessionOptionsAppendExecutionProvider_CUDA_V2 (options, cuda);
      api->ReleaseCUDAProviderOptions (cuda);
    }
  if (status != NULL)
    api->ReleaseStatus (status);
}

static OrtSessionOptions *
session_options (const ort_library *ort, const char *path, int threads, gboolean optimise, gboolean cuda,
                 GError **error)
{
  const OrtApi *api = ort->api;
  OrtSessionOptions *options = NULL;
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);
  if (!succeeded (api, api->CreateSessionOptions (&options), path, error))
    return NULL;
  if (!succeeded (api, api->SetIntraOpNumThreads (options, MAX (threads, 0)), path, error)
      || !succeeded (api, api->SetInterOpNumThreads (options, 1), path, error)
      || !succeeded (api, api->SetSessionExecutionMode (options, ORT_SEQUENTIAL), path, error)
      || !succeeded (api, api->SetSessionGraphOptimizationLevel (options, optimise ? ORT_ENABLE_ALL : ORT_DISABLE_ALL),
                     path, error)
      /* Decoding goes on beside: a thread that waits must not hold a core. */
      || !succeeded (api, api->AddSessionConfigEntry (options, ALLOW_SPINNING, "0"), path, error)
      || !succeeded (api, api->SetSessionLogSeverityLevel (options, ORT_LOGGING_LEVEL_ERROR), path, error)
      || !succeeded (api, api->AddSessionConfigEntry (options, EXTERNAL_FOLDER, folder), path, error))
    {
      api->ReleaseSessionOptions (options);
      return NULL;
    }
  if (cuda)
    append_cuda (api, options);
  return options;
}

static OrtSession *
create_session (const ort_library *ort, const char *path, const GByteArray *extra, int threads, gboolean optimise,
                GError **error)
{
  gsize size, length;
  guint8 *bytes = map_model (path, extra, &size, &length, error);
  if (bytes == NULL)
    return NULL;
  OrtSession *session = NULL;
  gboolean cuda = ort->cuda && optimise;
  for (int attempt = cuda ? 0 : 1; attempt < 2 && session == NULL; attempt++)
    {
      OrtSessionOptions *options = session_options (ort, path, threads, optimise, attempt == 0, error);
      if (options == NULL)
        break;
      OrtStatus *status = ort->api->CreateSessionFromArray (ort->env, bytes, size, options, &session);
      ort->api->ReleaseSessionOptions (options);
      if (status != NULL && attempt == 0)
        ort->api->ReleaseStatus (status);
      else
        succeeded (ort->api, status, path, error);
    }
  munmap (bytes, length);
  return session;
}

onnx_session *
onnx_session_new (const char *path, const onnx_graph *g, const char *const *tensors, int n_tensors, int threads,
                  gboolean optimise, GError **error)
{
  const ort_library *ort = library ();
  if (ort->api == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MISSING, "cannot run model '%s': %s", path, ort->info.missing);
      return NULL;
    }
  if (g->external->len > 0 && ort->minor < EXTERNAL_FOLDER_SINCE)
    {
      g_set_error (
          error, PARDON_ERROR, PARDON_ERROR_MODEL,
          "cannot use model '%s': its weights lie in files beside it, for which ONNX Runtime has to be 1.%d or "
          "later, and this is %s",
          path, EXTERNAL_FOLDER_SINCE, ort->info.version);
      return NULL;
    }
  g_autoptr (GPtrArray) inner = g_ptr_array_new ();
  for (int i = 0; i < n_tensors; i++)
    {
      const onnx_tensor *t = onnx_graph_find (g, tensors[i]);
      if (!t->is_output && !g_ptr_array_find_with_equal_func (inner, t->name, g_str_equal, NULL))
        g_ptr_array_add (inner, t->name);
    }
  g_autoptr (GByteArray) extra = onnx_graph_extra_outputs ((const char *const *) inner->pdata, inner->len);
  g_autoptr (onnx_session) s = g_new0 (onnx_session, 1);
  s->ort = ort;
  s->path = g_strdup (path);
  s->session = create_session (ort, path, extra, threads, optimise, error);
  if (s->session == NULL
      || !succeeded (ort->api, ort->api->CreateCpuMemoryInfo (OrtArenaAllocator, OrtMemTypeDefault, &s->memory), path,
                     error))
    return NULL;
  return g_steal_pointer (&s);
}

static element
element_of (ONNXTensorElementDataType type)
{
  switch (type)
    {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
      return ELEMENT_FLOAT;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
      return ELEMENT_HALF;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
      return ELEMENT_DOUBLE;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8:
      return ELEMENT_UINT8;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8:
      return ELEMENT_INT8;
    default:
      return ELEMENT_OTHER;
    }
}

/* Rank -1 when there are more dimensions than ONNX_MAX_RANK. */
static gboolean
read_shape (const OrtApi *api, const OrtTensorTypeAndShapeInfo *shape, const char *path, onnx_array *a, GError **error)
{
  ONNXTensorElementDataType type;
  size_t rank;
  if (!succeeded (api, api->GetTensorElementType (shape, &type), path, error)
      || !succeeded (api, api->GetDimensionsCount (shape, &rank), path, error))
    return FALSE;
  a->type = element_of (type);
  a->rank = rank <= ONNX_MAX_RANK ? (int) rank : -1;
  return a->rank < 0 || succeeded (api, api->GetDimensions (shape, a->shape, rank), path, error);
}

/* What the graph states; frees `info`. Sequences and the like are no tensors: rank -1. */
static gboolean
read_type (const onnx_session *s, OrtTypeInfo *info, onnx_array *a, GError **error)
{
  const OrtApi *api = s->ort->api;
  const OrtTensorTypeAndShapeInfo *shape = NULL;
  *a = (onnx_array){ .rank = -1 };
  gboolean ok = succeeded (api, api->CastTypeInfoToTensorInfo (info, &shape), s->path, error)
                && (shape == NULL || read_shape (api, shape, s->path, a, error));
  api->ReleaseTypeInfo (info);
  return ok;
}

gboolean
onnx_session_outputs (const onnx_session *s, onnx_output_visit visit, gpointer user, GError **error)
{
  const OrtApi *api = s->ort->api;
  OrtAllocator *allocator = NULL;
  size_t n = 0;
  gboolean ok = succeeded (api, api->GetAllocatorWithDefaultOptions (&allocator), s->path, error)
                && succeeded (api, api->SessionGetOutputCount (s->session, &n), s->path, error);
  for (size_t i = 0; i < n && ok; i++)
    {
      char *name = NULL;
      OrtTypeInfo *info = NULL;
      onnx_array a;
      ok = succeeded (api, api->SessionGetOutputName (s->session, i, allocator, &name), s->path, error)
           && succeeded (api, api->SessionGetOutputTypeInfo (s->session, i, &info), s->path, error)
           && read_type (s, info, &a, error);
      if (ok)
        visit (name, &a, user);
      if (name != NULL)
        allocator->Free (allocator, name);
    }
  return ok;
}

static void
release_values (onnx_session *s)
{
  for (int i = 0; i < s->n_values; i++)
    if (s->values[i] != NULL)
      s->ort->api->ReleaseValue (s->values[i]);
  g_clear_pointer (&s->values, g_free);
  s->n_values = 0;
}

/* Type, shape and data, which live as long as `value`. */
static gboolean
look_into (const onnx_session *s, OrtValue *value, onnx_array *a, GError **error)
{
  const OrtApi *api = s->ort->api;
  OrtTensorTypeAndShapeInfo *shape = NULL;
  enum ONNXType kind = ONNX_TYPE_UNKNOWN;
  void *data = NULL;
  *a = (onnx_array){ .rank = -1 };
  if (!succeeded (api, api->GetValueType (value, &kind), s->path, error))
    return FALSE;
  if (kind != ONNX_TYPE_TENSOR)
    return TRUE;
  if (!succeeded (api, api->GetTensorTypeAndShape (value, &shape), s->path, error))
    return FALSE;
  gboolean ok =
      read_shape (api, shape, s->path, a, error)
      && (a->type == ELEMENT_OTHER || succeeded (api, api->GetTensorMutableData (value, &data), s->path, error));
  api->ReleaseTensorTypeAndShapeInfo (shape);
  a->data = data;
  return ok;
}

gboolean
onnx_session_run (onnx_session *s, const char *name, const onnx_array *input, const char *const *tensors, int n_tensors,
                  onnx_array *outputs, GError **error)
{
  static const ONNXTensorElementDataType types[] = {
    [ELEMENT_OTHER] = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED, [ELEMENT_FLOAT] = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
    [ELEMENT_HALF] = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16,    [ELEMENT_DOUBLE] = ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE,
    [ELEMENT_UINT8] = ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8,     [ELEMENT_INT8] = ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8,
  };
  const OrtApi *api = s->ort->api;
  gsize size = element_size (input->type);
  for (int i = 0; i < input->rank; i++)
    size *= (gsize) input->shape[i];
  release_values (s);
  s->values = g_new0 (OrtValue *, n_tensors);
  s->n_values = n_tensors;
  OrtValue *given = NULL;
  /* The runtime does not write to inputs, but its signature is not const. */
  gboolean ok = succeeded (api,
                           api->CreateTensorWithDataAsOrtValue (s->memory, (void *) input->data, size, input->shape,
                                                                (size_t) input->rank, types[input->type], &given),
                           s->path, error)
                && succeeded (api,
                              api->Run (s->session, NULL, &name, (const OrtValue *const *) &given, 1, tensors,
                                        (size_t) n_tensors, s->values),
                              s->path, error);
  if (given != NULL)
    api->ReleaseValue (given);
  for (int i = 0; i < n_tensors && ok; i++)
    ok = look_into (s, s->values[i], &outputs[i], error);
  return ok;
}

void
onnx_session_free (onnx_session *s)
{
  if (s == NULL)
    return;
  release_values (s);
  if (s->session != NULL)
    s->ort->api->ReleaseSession (s->session);
  if (s->memory != NULL)
    s->ort->api->ReleaseMemoryInfo (s->memory);
  g_free (s->path);
  g_free (s);
}
