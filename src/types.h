/* The things that flow through the pipeline. READ SECOND (after pipeline.c).
 *
 * Conventions: pictures are 8-bit, row-major, channels interleaved, rows contiguous (stride =
 * width * channels). Matrices are row-major float32. Sizes are in pixels unless a name says
 * bytes. `init/clear` for a struct the caller owns, `new/free` for one on the heap. */
#pragma once

#include <glib.h>

/* A picture as a source found it, before anyone opened it. */
typedef struct {
  char *file; /* its name in every result: relative to its root ('/' separated), the root's name in front
                 when several roots were scanned. Raw bytes as the file system has them; unique per scan. */
  char *path; /* what open() takes */
  const char
      *split; /* its part of the data set as a CSV list told it, in the list's own word; NULL: nobody told. Only while
                        pictures are found: the store does not keep it. */
} image_ref;

/* Decoded pixels. Owned by the caller; `pixels` is g_malloc'ed and may be reused for the next
 * picture: `capacity` is what is allocated, which only grows. */
typedef struct {
  int width, height;
  int channels;   /* 3: RGB, 4: RGBA, alpha not premultiplied */
  guint8 *pixels; /* height x width x channels */
  gsize capacity; /* bytes allocated at pixels */
} image;

/* Facts of the file itself. Sizes are after orientation was applied. */
typedef struct {
  int width, height;
  int channels;       /* of the decoded picture: 3, or 4 when the file has transparency */
  int bits;           /* per sample as stored: 1, 2, 4, 8, 16, 32 */
  int orientation;    /* EXIF 1..8 as stored; 1 when there is none. Already applied to the pixels. */
  const char *format; /* static: "jpeg", "png", "webp", "gif", "tiff", "bmp", "heif", ... */
  const char *space;  /* static, colour space as stored: "rgb", "grey", "cmyk", "palette", "other" */
  char damage[160];   /* "" when whole; else what is wrong with a picture that still decoded in part */
} image_facts;

/* n rows of d float32 somewhere in memory or mapped from disk; not owned. Row i stands at
 * data + rows[i] * d, or at data + i * d where rows is NULL. */
typedef struct {
  gsize n, d;
  const float *data;
  const guint64 *rows; /* n indices, or NULL */
} matrix;

static inline const float *
matrix_row (const matrix *m, gsize i)
{
  return m->data + (m->rows != NULL ? m->rows[i] : i) * m->d;
}

/* The outcome of clustering n rows. */
typedef struct {
  int k;
  double inertia, silhouette;
} cluster_curve_point;

typedef struct {
  gsize n, d;                 /* rows, and width of the projected rows */
  float *projected;           /* n x d: what was clustered */
  gsize n_places;             /* width of `places` */
  float *places;              /* n x n_places: the first principal components where `projected` is none; else NULL */
  gsize n_components;         /* of PCA; 0: none */
  double *explained_variance; /* n_components */
  double total_variance;      /* over all directions */
  int k;
  int *labels;                /* n: 0 .. k-1, cluster 0 is the largest */
  float *distances;           /* n: Euclidean, to the own centre, in the space of `projected` */
  gsize *sizes;               /* k */
  double *cluster_silhouette; /* k: mean over the members; NAN where no member was measured, and when k < 2 */
  double inertia, silhouette;
  double
      inertia_lowest; /* the least found for this k; below `inertia` where a better separated partition was preferred */
  cluster_curve_point *curve; /* n_curve, over the k's tried, ascending */
  gsize n_curve;
  gsize curve_rows; /* rows the curve and the silhouettes were measured on (a sample when there are many) */
} clustering;

void clustering_clear (clustering *c);

/* Contents of files, not names, decide what has changed: 128-bit XXH3 of the whole file. */
typedef struct {
  guint8 bytes[16];
} content_hash;

void image_clear (image *im);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (image, image_clear)
/* Makes room for width x height x channels; FALSE when that overflows or exceeds memory. */
gboolean image_reserve (image *im, int width, int height, int channels);
