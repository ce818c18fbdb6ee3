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
  int threads;         /* 0: as many as cores */
  double false_alarms; /* share of clean pictures that are called noisy; above 0, below 1; default 0.05 */
  double threshold; /* noise score above which a picture is noisy, in place of false_alarms; NaN: none, the default */
  const char *calibrate; /* pictures vouched for (a folder, a list), which then are what clean means; NULL: none */
  uint64_t probes; /* corrupted copies of the pictures that enter the clustering beside them, up to 10000; 0: none */
  const char *detector; /* a table made by `pardon train`; NULL: the shipped one */
  /* The classifier to judge; all NULL: none. */
  const char
      *labels; /* a table (CSV, JSON lines) of the truth, "folders": each picture's folder, "none"; NULL: "folders"
                                   where there are predictions and the folders are their classes */
  const char *predictions; /* a table, or a NumPy matrix of probabilities; NULL: those of `labels`, if it has any */
  const char *prediction_files; /* of a matrix: the list of its files; NULL: the .csv beside it */
  const char
      *classifier;       /* an .onnx file or a name of the catalogue, to make the predictions; layer, view and scale are
                                   its, and features too unless there is a model */
  const char *classes;   /* a file of the classes' names in the order of their indices */
  const char *class_ids; /* a file of their ids, in the same order */
  const char *label_map; /* a CSV with columns 'from' and 'to' */
  int restrict_classes;  /* the classifier may only name classes of the labels */
  const char *model_view, *model_scale; /* of the model, where there is a classifier too */
  uint64_t stress; /* fit pictures to corrupt in every kind and severity and hand to the classifier again; 0: none */
} pardon_scan_options;

#define PARDON_MOST_KINDS 33
typedef struct {
  char kind[32];
  uint64_t pictures;
} pardon_kind_count;

typedef struct {
  char name[32];                /* "train", "val", "test", what a column says, cut off; "" for pictures of no part */
  uint64_t pictures, noisy;     /* with a verdict; too degraded to judge by */
  uint64_t copied;              /* with an exact or near copy in another part */
  double noise_rate, low, high; /* noisy of the pictures, and its 95 % interval */
} pardon_split;

typedef struct {
  double value, low, high; /* a share and its 95 % interval */
  uint64_t n;              /* pictures; 0: unknown, and the rest is 0 */
} pardon_share;

#define PARDON_MOST_LINES 64
typedef struct {
  uint64_t right, set_aside, owed, unjudged; /* set aside: wrong, on a noisy picture; owed: wrong, on a fit one */
  pardon_share accuracy, fit_accuracy;       /* on all judged pictures; on those fit to judge by */
  char lines[PARDON_MOST_LINES]
            [512]; /* what a person is told, a sentence each, the headline first among the findings */
  int n_lines;     /* 0: nothing was asked */
} pardon_judgement;

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
  double expected_wrong_low,
      expected_wrong_high;               /* the same at the ends of prevalence's interval, the high and the low one */
  uint64_t exact_groups, exact_pictures; /* pictures of equal pixels: duplicates.csv */
  uint64_t near_groups, near_pictures;   /* pictures that look the same */
  uint64_t groups_across;                /* those with pictures of different parts of the data set */
  pardon_split splits[8];                /* the first of the parts; none: n_splits is 0 */
  int n_splits;
  uint64_t probes, probes_of;          /* made, and of how many pictures; 0: none were asked for */
  int probe_clusters;                  /* clusters that they come to, away from what they are copies of */
  uint64_t beside_probes;              /* pictures in those: probes.csv */
  pardon_kind_count probe_families[8]; /* of those, by the family of corruptions they sit with, most first */
  int n_probe_families;
  pardon_judgement judgement;
  char notes[8][256]; /* facts worth a line, e.g. "layer 'conv9' has 4 dimensions: averaged over space" */
  int n_notes;
  int page; /* report.html was written; 0: this library was built without the page */
} pardon_scan_result;

void pardon_scan_options_init (pardon_scan_options *options);
int pardon_scan (const pardon_scan_options *options, const pardon_job *job, pardon_scan_result *result,
                 pardon_error **error);

/* --- noise of single pictures ---------------------------------------------------------------- */

typedef struct {
  const char *const *paths; /* NULL-ended: pictures; a folder is refused */
  double false_alarms;      /* as in a scan; default 0.05 */
  const char *detector;     /* as in a scan */
  const char *calibrate;    /* as in a scan; measured anew each time */
} pardon_explain_options;

/* All of it lives until the callback returns. */
typedef struct {
  const char *file;
  const char *problem; /* why it could not be read, and nothing but `text` and `json` is set; NULL: it was */
  int noisy;           /* too degraded to judge a classifier by */
  double noise;        /* 0..1: the probability of being degraded, where half of all pictures are */
  const char *kind;    /* the most likely one, also of a picture that is fine */
  double severity;     /* 1..5, if it is of that kind; NaN: that kind has none */
  const char *text;    /* everything there is to say, in lines */
  const char *json;    /* the same and the numbers behind it: one JSON object in one line */
} pardon_explanation;

void pardon_explain_options_init (pardon_explain_options *options);
/* Calls `each` for every picture, in order. One that cannot be read is no error here. */
int
pardon_explain (const pardon_explain_options *options, void (*each) (void *user, const pardon_explanation *explained),
                void *user, const pardon_job *job, pardon_error **error);

typedef struct {
  const char *const *paths;     /* NULL-ended: clean pictures (files, folders, CSV lists), 20 or more */
  const char *output;           /* the table's file */
  const char *const *leave_out; /* NULL-ended kinds and families not to train on, or NULL */
  uint64_t seed;
  int threads;   /* 0: as many as cores */
  int overwrite; /* replace a table that is there; nothing else ever is */
} pardon_train_options;
typedef struct {
  uint64_t pictures, unreadable; /* trained on; not: unreadable, damaged, or below 96 pixels a side */
  uint64_t rows;                 /* measured copies of them */
  int kinds;
  double auroc, found; /* cross-validated by picture: all kinds; the share found at 5 % false alarms */
} pardon_train_result;
void pardon_train_options_init (pardon_train_options *options);
/* A table for pardon_scan_options.detector. Same pictures and seed, same table. */
int pardon_train (const pardon_train_options *options, const pardon_job *job, pardon_train_result *result,
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

/* What people decided about the pictures of these results, oldest first, as CSV: when,file,field,from,to,undone. */
int pardon_export_decisions (const char *results, const char *file, pardon_error **error);

typedef struct {
  const char *results;
  const char *
      list; /* "all" (NULL), "clean", "noisy", "unreadable"; "right", "set-aside", "owed", "unjudged"; "suspected", "duplicates" */
  const char *kind; /* of noise, as in images.csv; NULL: any */
  uint64_t group;   /* of owed mistakes; 0: any */
  /* pardon_export_list */
  const char
      *format;    /* "text" (NULL): paths, one a line; "csv", "jsonl": images.csv's columns and more (docs/export.md) */
  int null_ended; /* paths ended by NUL in place of a line break */
  /* pardon_export_links */
  const char *folder; /* that links go to, in a folder for each value of `by`; made when missing */
  const char *by;     /* "verdict" (NULL), "noisy", "kind", "cluster", "group" */
  int copy;           /* copies of the files in place of links */
  int with_probes;    /* the probes of the last scan too, as PNG, in folder/probes */
  int make;           /* 0: only tell what would be made */
} pardon_export_options;
typedef struct {
  uint64_t pictures;     /* chosen */
  uint64_t gone;         /* of those: no longer there, or not as seen from this folder */
  uint64_t broken_names; /* a list in text: names with a line break in them */
  /* links, and files of probes: */
  uint64_t made;    /* or, where `make` is 0, to be made */
  uint64_t there;   /* already, by an earlier export */
  uint64_t in_none; /* pictures that have no group, by which they were to be sorted */
  uint64_t failed;  /* not made: something else has that name, or it cannot be written */
  uint64_t decided; /* decisions made since the scan, which its tables and so this export do not show: scan again */
} pardon_export_result;
typedef struct {
  void (*folder) (void *user, const char *name, uint64_t files); /* a folder and how many go there, by name */
  void (*failed) (void *user, const char *why);                  /* the first few; may be NULL */
  void *user;
} pardon_export_told;
void pardon_export_options_init (pardon_export_options *options);
/* Calls `put` with the list's bytes, a line or more at a time. */
int pardon_export_list (const pardon_export_options *options, void (*put) (void *user, const char *bytes, size_t n),
                        void *user, pardon_export_result *result, pardon_error **error);
/* Symbolic links to the chosen pictures. Nothing that exists is ever replaced. */
int pardon_export_links (const pardon_export_options *options, const pardon_export_told *told, const pardon_job *job,
                         pardon_export_result *result, pardon_error **error);

typedef struct {
  const char *before, *after; /* results folders of scans with labels and predictions */
  const char
      *output; /* a CSV of every picture whose prediction changed: file,label,before,after,change,fit; NULL: none */
} pardon_compare_options;
typedef struct {
  uint64_t pictures;          /* judged in both, with the same label */
  uint64_t fixed, broken;     /* wrong and now right; right and now wrong */
  pardon_share before, after; /* accuracy */
  double p;                   /* of such a difference by chance: McNemar's exact test, two-sided */
} pardon_comparison;
typedef struct {
  pardon_comparison all, fit;                             /* fit: to judge by, in both */
  uint64_t only_before, only_after, unjudged, relabelled; /* pictures not compared */
} pardon_compare_result;
int pardon_compare (const pardon_compare_options *options, pardon_compare_result *result, pardon_error **error);

/* --- the page -------------------------------------------------------------------------------- */

typedef struct {
  const char *results; /* folder of a scan */
  const char *host;    /* a numeric address of this machine to answer at, or "localhost"; NULL: 127.0.0.1 */
  int port;            /* 0: a free one */
  int read_only;       /* take no decisions */
  void (*ready) (void *user, const char *url); /* called once the page can be opened; may be NULL */
  void *user;
} pardon_serve_options;
void pardon_serve_options_init (pardon_serve_options *options);
/* Answers a browser until the job says stop, and returns 0 then. Whoever has the URL has the page: it holds a token. */
int pardon_serve (const pardon_serve_options *options, const pardon_job *job, pardon_error **error);

/* --- files of a program's own ------------------------------------------------------------------ */

/* 1 where nothing stands at `path`, or a file that is empty or begins so: one that the program wrote, and may write anew. */
int pardon_may_replace (const char *path, const char *begins);

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
