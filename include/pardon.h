/* pardon: which of an image classifier's mistakes deserve pardon.
 *
 * The whole public interface, plain C, for any language to bind. Simple calls first.
 *
 * Conventions
 *   Every call that can fail returns 0 for done, -1 for an error (and sets *error when error is not NULL).
 *   Strings are UTF-8 where they are ours, raw bytes where they are file names. Strings given are copied.
 *   An options struct is set to its defaults by its _init function; then set what differs.
 *   No call prints, exits or keeps global state a caller can see. Calls may be made from any thread; two scans
 *   into one folder at a time are refused. */
#ifndef PARDON_H
#define PARDON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

const char *pardon_version (void);

/* --- errors ----------------------------------------------------------------------------- */

typedef struct pardon_error pardon_error;
typedef enum {
  PARDON_INPUT,
  PARDON_PICTURE,
  PARDON_MODEL,
  PARDON_MISSING,
  PARDON_STORE,
  PARDON_NETWORK,
  PARDON_MEMORY,
  PARDON_STOPPED
} pardon_code;
const char *pardon_error_text (const pardon_error *error); /* one sentence, no final stop */
pardon_code pardon_error_kind (const pardon_error *error);
void pardon_error_free (pardon_error *error); /* NULL is fine */

/* --- what a long call may ask and tell ---------------------------------------------------- */

typedef struct {
  int (*stop) (void *user); /* polled; not 0: end soon, keep what is done (PARDON_STOPPED) */
  void (*progress) (void *user, const char *phase, uint64_t done, uint64_t total); /* total 0: not known yet */
  void *user;
} pardon_job; /* a NULL pointer, or NULL members, are fine everywhere */

/* --- scan --------------------------------------------------------------------------------- */

typedef struct {
  const char *const *paths;    /* NULL-ended: files, folders, CSV lists */
  const char *output;          /* folder of the results; made when missing */
  const char *const *excludes; /* NULL-ended globs, or NULL */
  uint64_t sample;             /* this many pictures drawn at random; 0: all */
  const char *model;           /* an .onnx file or a name of the catalogue; NULL: the built-in look descriptor */
  const char *layer;           /* tensor; NULL: the penultimate */
  const char *view;            /* NULL: the catalogue's for a name, else short256-centreN-bilinear for the model's N */
  const char *scale;           /* NULL: the catalogue's for a name, else torch */
  int batch;                   /* pictures per run of the model; 0: chosen */
  int pca;                     /* components; 0: none; default 50 (capped by rows and columns) */
  int k;                       /* clusters; 0: chosen by silhouette */
  uint64_t min_size;           /* no cluster smaller; 0: any */
  uint64_t seed;
  int threads;           /* 0: as many as cores */
  double false_alarms;   /* share of clean pictures that are called noisy; above 0, below 1; default 0.05 */
  const char *calibrate; /* pictures vouched for (a folder, a list), which then are what clean means; NULL: none */
  const char *detector;  /* a table made by `pardon train`; NULL: the shipped one */
} pardon_scan_options;

#define PARDON_MOST_KINDS 33
typedef struct {
  char kind[32];
  uint64_t pictures;
} pardon_kind_count;

typedef struct {
  uint64_t found, ok, damaged, unreadable, skipped;
  uint64_t unchanged;       /* pictures that hold what they held when this folder last looked at them */
  uint64_t added, vanished; /* against the last scan of this folder */
  int k;
  uint64_t k_of; /* pictures clustered */
  double silhouette, inertia;
  const char *features;                       /* static words: where the features came from */
  char layer[256];                            /* the tensor used; "" without a model */
  size_t dimension;                           /* of the features */
  char detector[128];                         /* the one that judged, with what tells its table from another */
  uint64_t judged;                            /* pictures with a verdict: those that have pixels */
  uint64_t noisy;                             /* too degraded to judge a classifier by */
  uint64_t unlike;                            /* unlike all the detector knows */
  uint64_t vouched;                           /* pictures the detector was calibrated on; 0: it was not */
  pardon_kind_count kinds[PARDON_MOST_KINDS]; /* of the noisy ones, most frequent first, ties by name */
  int n_kinds;
  double threshold;                                   /* score above which a picture is noisy */
  double prevalence, prevalence_low, prevalence_high; /* estimated share of degraded pictures; NaN: none judged */
  double expected_wrong; /* of the noisy ones, the share expected to be fine; NaN: none is noisy */
  char notes[8][256];    /* facts worth a line, e.g. "layer 'conv9' has 4 dimensions: averaged over space" */
  int n_notes;
} pardon_scan_result;

void pardon_scan_options_init (pardon_scan_options *options);
int pardon_scan (const pardon_scan_options *options, const pardon_job *job, pardon_scan_result *result,
                 pardon_error **error);

/* --- pictures ------------------------------------------------------------------------------ */

typedef struct {
  const char *const *paths; /* NULL-ended: files and folders */
  const char *output;       /* folder; files keep their names; nothing that exists is overwritten unless `overwrite` */
  const char *kind;         /* of docs/corruptions.md; default "box-blur" */
  double severity;          /* 1 (slight) .. 5 (strong), ImageNet-C's scale; default 3 */
  double radius;            /* box-blur alone: this radius in pixels instead of a severity; below 0 (default): none */
  uint64_t seed;            /* with the file's name it decides what is random */
  int overwrite;
  void (*failed) (void *user, const char *why); /* told of every copy that could not be made, in order; may be NULL */
  void *user;
} pardon_corrupt_options;
typedef struct {
  uint64_t written, failed;
} pardon_corrupt_result;
void pardon_corrupt_options_init (pardon_corrupt_options *options);
/* Also writes output/corruptions.csv: file,kind,family,severity,parameter,seed for every copy made; rows are added to one that is there,
 * and the last row of a name counts. */
int pardon_corrupt (const pardon_corrupt_options *options, const pardon_job *job, pardon_corrupt_result *result,
                    pardon_error **error);

/* Draws demo pictures into output/CLASS/NAME.png: `count` scenes over a few classes, every fourth one blurred with a known radius, one of them
 * cut off in the middle. truth.csv in output says what was done. */
int pardon_demo (const char *output, int count, uint64_t seed, const pardon_job *job, pardon_error **error);

/* --- models -------------------------------------------------------------------------------- */

typedef struct {
  const char *name, *op;
  int rank;         /* -1: not known */
  int64_t shape[8]; /* -1: free */
  int is_output, is_penultimate;
} pardon_tensor;
/* Calls `each` for every tensor of an ONNX file, inputs first, in graph order. */
int pardon_layers (const char *file, void (*each) (void *user, const pardon_tensor *tensor), void *user,
                   pardon_error **error);

typedef struct {
  const char *name, *path, *url, *view, *scale, *layer, *about; /* url, layer may be NULL */
  int present;
  uint64_t bytes;
} pardon_model;
int pardon_model_list (void (*each) (void *user, const pardon_model *model), void *user, pardon_error **error);
int pardon_model_get (const char *name, const pardon_job *job, pardon_error **error);
int pardon_model_add (const char *name, const char *file, const char *view, const char *scale, const char *layer,
                      pardon_error **error);

/* --- results ------------------------------------------------------------------------------- */

/* The features of a scan's pictures in the order of images.csv (readable ones alone), as .npy, and beside it FILE with the ending .csv: their file names. */
int pardon_export_npy (const char *results, const char *file, pardon_error **error);

/* --- this machine ---------------------------------------------------------------------------- */

typedef struct {
  const char *part; /* "JPEG", "ONNX models", "linear algebra", ... */
  int present;
  const char *detail; /* version, path, formats; or what is missing, what that costs and the remedy */
} pardon_part;
int pardon_doctor (void (*each) (void *user, const pardon_part *part), void *user, pardon_error **error);

#ifdef __cplusplus
}
#endif

#endif
