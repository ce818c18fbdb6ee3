/* How one picture becomes one row of numbers: through a view, a scale and a model, or by the look descriptor. */
#pragma once

#include "feature/onnx.h"
#include "image/scale.h"
#include "image/view.h"
#include "pardon.h"

/* Raised when the same file would give other pixels, or the same pixels other values: then all rows are made anew. */
#define PIXELS_VERSION 1

typedef struct {
  view view;
  scale scale;
  onnx_model *model;           /* NULL: the look descriptor */
  const onnx_model_info *info; /* of the model */
  gsize prepared_size;         /* floats that lens_prepare writes: a scaled view, or the descriptor itself */
  gsize d;                     /* floats of a row of features */
  gsize n_scores;              /* floats of a row of class scores, as the graph gives them; 0: this lens gives none */
  int batch;                   /* rows per lens_run at best */
  char *model_name;            /* as the user gave it, or "" */
  char *key;                   /* everything the numbers depend on, as text: rows of equal key may be reused */
  char *scores_key;            /* the same of the scores; NULL where there are none */
  char *note;                  /* a fact worth a line, or NULL */
  char *assumed;               /* what nobody said and was assumed, as a line, or NULL */
} lens;

/* What features are taken through: --model, else --classifier (which then gives class scores too), else the descriptor. */
gboolean lens_open (const pardon_scan_options *o, int threads, lens *l, GError **error);
/* The classifier, for class scores and features of its own; to be asked for only where o->classifier is given. */
gboolean lens_open_classifier (const pardon_scan_options *o, int threads, lens *l, GError **error);
/* The look descriptor, whatever the options: cannot fail. */
void lens_open_look (lens *l);
void lens_clear (lens *l);

/* Workers: a decoded picture to `prepared_size` floats at `out`; `measured` is it through view_measure(), or NULL where that was
 * not made; `scratch` is the worker's own. FALSE with PARDON_ERROR_PICTURE when this picture cannot be looked at through
 * this view. */
gboolean
lens_prepare (const lens *l, const image *picture, const image *measured, image *scratch, float *out, GError **error);

/* One thread: n prepared pictures to n rows of features, and n of `scores` (not read where there are none). A row may hold NaN or
 * infinities where the model gives such for a picture. */
gboolean lens_run (const lens *l, const float *prepared, int n, float *rows, float *scores, GError **error);
/* FALSE for such a row. */
gboolean lens_row_is_finite (const float *row, gsize n);
