/* What the rooms of the quality measures share. The files that measure (planes, mscn, gradients, noise, specks, blocks,
 * tone, edges, contours, detail, broken, bins, themes) are plain C loops over rows, compiled once per instruction set:
 * QUALITY_ISA is part of their outside names. Where a compiler does not find the vectors itself, a row kernel is
 * written by hand (rows). The sums of two instruction sets differ in order alone; tests/unit/test_quality.c states by
 * how much. AVX-512 was tried: 2 % over AVX2 with vectors of 256 bits, 6 % slower with 512, so there is no third set. */
#pragma once

#include "types.h"

#define QUALITY_SCALES    3
#define QUALITY_LEAST     32        /* a shorter side is extended to this by reflection */
#define QUALITY_MOST      (1 << 22) /* pixels; of a larger picture (a long strip) the middle is measured */
#define QUALITY_TILE      16        /* tiles of scale 0 that the per-tile statistics are taken on */
#define QUALITY_MANY_ROWS 96   /* a scale of so many rows is sampled by rows where whole coverage tells nothing more */
#define QUALITY_BINS      1024 /* of a histogram */
#define QUALITY_WHOLE     32   /* rows are worked on in multiples of so many pixels, see quality_whole() */
#define QUALITY_SLACK     128  /* bytes after every plane, for what quality_whole() adds */

/* Means over the Haar details of one level (2 x 2 blocks, orthonormal). */
typedef struct {
  double hh, hl, lh; /* mean absolute value, grey levels */
  double hh2, hh4;   /* mean square and fourth power of HH */
} quality_haar;

/* Everything measured on, allocated in one block. Rows are contiguous, without padding. */
typedef struct {
  int width, height;              /* both at least QUALITY_LEAST */
  int real_width, real_height;    /* of it that is the picture; the rest was added by reflection */
  guint8 *r, *g, *b, *low, *high; /* height x width; smallest and largest of R, G, B */
  gint16 *y4;                     /* height x width: luma (BT.601 in 8-bit weights) in quarter grey levels, 0 .. 1020 */
  int w[QUALITY_SCALES], h[QUALITY_SCALES];
  float *y[QUALITY_SCALES]; /* h[s] x w[s]: luma - 128; each scale is the 2 x 2 means of the one before */
  guint8 *y8[2];            /* h[s] x w[s]: luma rounded */
  gint16 *residual;         /* height x width: Immerkaer's mask on y4, edges replicated */
  quality_haar haar[3];
  guint16 *haar_bins; /* h[1] x w[1]: |HH| of level 1 in steps of 1/8 grey level, below QUALITY_BINS */
  int tiles_x, tiles_y;
  float *tile_energy[3]; /* tiles_y x tiles_x: mean square of the details of level 1, 2, 3 */
  float *tile_variance;  /* tiles_y x tiles_x: of scale 1 inside the tile */
  gint16 *y16;           /* h[1] x w[1]: scale 1 in sixteenths of a grey level, 0 .. 4080 */
  gint32 *small_sum;     /* (height / 8) x (width / 8): of y16 - 2040 in a tile of 8 x 8 pixels (4 x 4 of scale 1) */
  gint32 *small_square;  /* and of its squares */
  float *tile_scratch;   /* 4 x (height / 8) x (width / 8): room for selecting among tiles of 16 or of 8 pixels */
  float *profile;        /* 2 x (width + height): steps across and down by position, and room to filter them */
  guint8 *windows;       /* height x width: room for two values per window on every second row */
  float *rows;           /* 12 x row_length: rows of scratch */
  gsize row_length;      /* width + 64 or a little more: rows of scratch start on cache lines */
  guint32 *count;        /* 4 x QUALITY_BINS: histograms */
  guint16 *bins;         /* height x width: room for values below QUALITY_BINS whose quantile is sought */
} quality_planes;

/* 7-tap Gaussian, deviation 7/6, sum 1. */
#define QUALITY_K0 0.34263152f
#define QUALITY_K1 0.23729608f
#define QUALITY_K2 0.07882797f
#define QUALITY_K3 0.01256020f

/* Of products of neighbours: absolute and squared values, squares of the negative ones, in so many partial sums as a
 * vector has lanes; how many are negative; how many there are. */
#define QUALITY_LANES 16
typedef struct {
  double absolute[QUALITY_LANES], squared[QUALITY_LANES], left2[QUALITY_LANES];
  gint64 left;
  double all;
} quality_products;

/* Each writes its measures in the table's order and returns the end of what it wrote. */
typedef float *(*quality_theme) (quality_planes *p, float *out);

typedef struct {
  const char *name; /* "scalar", "avx2" */
  /* `rgb`: interleaved, `stride` bytes from row to row; fills every plane of `p`, whose sizes are set. */
  void (*fill) (quality_planes *p, const guint8 *rgb, gsize stride);
  quality_theme themes[11]; /* NULL-ended, in the table's order */
} quality_kernels;

/* How many pixels to work on where n count and the rest is written over or never looked at: no vector is left
 * half full. What lies behind a row is the next one, and behind a plane QUALITY_SLACK. */
static inline int
quality_whole (int n)
{
  return (n + QUALITY_WHOLE - 1) & ~(QUALITY_WHOLE - 1);
}

#ifdef QUALITY_ISA
  #define QUALITY_JOIN_(a, b) a##_##b
  #define QUALITY_JOIN(a, b)  QUALITY_JOIN_ (a, b)
  #define QUALITY_NAME(name)  QUALITY_JOIN (name, QUALITY_ISA)
void QUALITY_NAME (quality_fill) (quality_planes *p, const guint8 *rgb, gsize stride);

/* The row kernels: quality_rows.c, and by hand for vectors in quality_rows_avx2.c. */

/* n interleaved pixels to planes */
void QUALITY_NAME (quality_split) (const guint8 *rgb, int n, guint8 *r, guint8 *g, guint8 *b);
/* Local deviation, and y less the local mean over deviation + 1, from `mean` and `square`: y and y * y blurred down,
 * with three values to read on either side. */
void QUALITY_NAME (quality_normalise) (const float *y, const float *mean, const float *square, int n, float *deviation,
                                       float *value);
/* Adds the n products of u and v. */
void QUALITY_NAME (quality_multiply) (const float *u, const float *v, int n, quality_products *sums);
/* What quality_count_quantile() says of the histogram of n >= 1 values below QUALITY_BINS, without counting them all
 * into one. `count`: room for a histogram. */
double QUALITY_NAME (quality_bin_quantile) (const guint16 *bins, gsize n, double q, guint32 *count);
float *QUALITY_NAME (quality_mscn) (quality_planes *p, float *out);
float *QUALITY_NAME (quality_gradients) (quality_planes *p, float *out);
float *QUALITY_NAME (quality_noise) (quality_planes *p, float *out);
float *QUALITY_NAME (quality_specks) (quality_planes *p, float *out); /* part of noise */
float *QUALITY_NAME (quality_blocks) (quality_planes *p, float *out);
float *QUALITY_NAME (quality_tone) (quality_planes *p, float *out);
float *QUALITY_NAME (quality_lags) (quality_planes *p, float *out);
float *QUALITY_NAME (quality_edges) (quality_planes *p, float *out);
float *QUALITY_NAME (quality_contours) (quality_planes *p, float *out);
float *QUALITY_NAME (quality_detail) (quality_planes *p, float *out);
float *QUALITY_NAME (quality_broken) (quality_planes *p, float *out);
#endif

extern const quality_kernels quality_kernels_scalar;
extern const quality_kernels quality_kernels_avx2;

/* NULL where this build has no such one or the machine cannot run it. */
const quality_kernels *quality_kernels_named (const char *name);

/* quality_measure_picture() by one instruction set, before values are held to their ranges. `spent` (may be NULL):
 * 11 numbers, microseconds of filling and of each theme. */
gboolean
quality_measure_by (const quality_kernels *kernels, const image *rgb, float *out, gint64 *spent, GError **error);

/* Chosen once. */
const quality_kernels *quality_kernels_best (void);

/* --- quality_tools.c --- */

/* Shape of a generalised Gaussian, .2 .. 10, whose (E|x|)^2 / E(x^2) is `ratio` (Mallat's moment matching, as in
 * Mittal, Moorthy, Bovik 2012, section III-A). `*back` (may be NULL): the ratio at that shape. */
double quality_shape (double ratio, double *back);

/* Position, in bins from the left edge of bin 0 and interpolated inside the bin, below which the share `q` of the
 * counts lies; `none` when all are 0. */
double quality_count_quantile (const guint32 *count, int bins, double q, double none);

/* The quantiles `q` (nearest rank) of n values, none of them negative, to `out`; all `none` when n is 0. `room`: n. */
void quality_quantiles (const float *values, gsize n, const double *q, int n_q, float none, float *room, float *out);

/* The value of rank k (from 0) of n; those before it end up no larger. */
float quality_select (float *values, gsize n, gsize k);

/* ab / sqrt (aa * bb), guarded by `floor` (of the size of sums) against 0 / 0; -1 .. 1 */
double quality_correlation (double ab, double aa, double bb, double floor);

/* Fourth moment over squared second moment as log2; log2 (3) where there is nothing. */
double quality_kurtosis (double m4, double m2);

/* A histogram being filled is four tables side by side, taken in turn, because the same counter twice running would
 * wait for itself. Bins are below QUALITY_BINS. quality_count_start() clears them, quality_count_end() leaves the
 * sum in the first. */
void quality_count_start (guint32 *count);
void quality_count_end (guint32 *count);

static inline void
quality_count (guint32 *count, const guint16 *bins, int n)
{
  int i = 0;

  for (; i + 4 <= n; i += 4)
    {
      count[bins[i]]++;
      count[QUALITY_BINS + bins[i + 1]]++;
      count[2 * QUALITY_BINS + bins[i + 2]]++;
      count[3 * QUALITY_BINS + bins[i + 3]]++;
    }
  for (; i < n; i++)
    count[bins[i]]++;
}

/* The same for bytes, of which there are 256: the tables lie 256 apart. */
static inline void
quality_count_bytes (guint32 *count, const guint8 *bytes, int n)
{
  int i = 0;

  for (; i + 4 <= n; i += 4)
    {
      count[bytes[i]]++;
      count[256 + bytes[i + 1]]++;
      count[512 + bytes[i + 2]]++;
      count[768 + bytes[i + 3]]++;
    }
  for (; i < n; i++)
    count[bytes[i]]++;
}

static inline void
quality_count_bytes_end (guint32 *count)
{
  for (int i = 0; i < 256; i++)
    count[i] += count[256 + i] + count[512 + i] + count[768 + i];
}
