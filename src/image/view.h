/* What the model sees: geometry. A view brings a decoded picture to the pixels a classifier will
 * look at, and reproduces the usual recipes to the pixel (Pillow's resampling arithmetic).
 *
 * Names:  none                              the picture as it is; must already have the model's size
 *         stretch-FILTER-N                  both sides to N (Keras' load_img: nearest)
 *         shortS-centreN-FILTER             short side to S, centre crop N x N (torchvision)
 *         shortS-FILTER                     short side to S, no crop (measuring: short256-area)
 * FILTER: nearest, bilinear, bicubic (a = -0.5), lanczos, area (exact coverage). Any S, N from 1 to 4096; WxH in
 * N's place for a result that is not square. 'center' is taken for 'centre'.
 * To each may be added, in this order: -noenlarge (a picture below size S stays as it is; not with stretch), and
 * -white, -black or -rrggbb (the colour transparent pixels are laid on; without it alpha is dropped).
 * Or a path to a text file (docs/views.md). */
#pragma once

#include "types.h"

typedef enum { VIEW_NONE, VIEW_STRETCH, VIEW_SHORT_CENTRE, VIEW_SHORT } view_fit;
typedef enum { FILTER_NEAREST, FILTER_BILINEAR, FILTER_BICUBIC, FILTER_LANCZOS, FILTER_AREA } view_filter;
typedef enum { ALPHA_DROP, ALPHA_COMPOSE } view_alpha; /* the published recipes drop alpha; measuring composes */

typedef struct {
  char name[64]; /* canonical, part of cache keys and results; view_parse takes it and gives the same view */
  view_fit fit;
  view_filter filter;
  int short_side;    /* SHORT, SHORT_CENTRE: the short side before the crop */
  int width, height; /* STRETCH, SHORT_CENTRE: of the result */
  view_alpha alpha;
  guint8 background[3];   /* RGB that alpha is composed on; default white */
  gboolean never_enlarge; /* measuring: a picture smaller than short_side stays as it is */
} view;

/* From a name or a file. FALSE with PARDON_ERROR_INPUT naming the nearest valid spelling. */
gboolean view_parse (const char *text, view *v, GError **error);

/* The view all measuring and the built-in look descriptor use: short256-area, never enlarged,
 * alpha composed on white. */
view view_measure (void);

/* Size of the result for a picture of `width` x `height`; G_MAXINT for a side that would be longer. */
void view_size (const view *v, int width, int height, int *out_width, int *out_height);

/* RGB pixels of the view into `out` (channels 3; reserved as needed), which must not be `in`. `in` may have 3 or 4
 * channels. A crop that reaches beyond the picture is black there. FALSE with PARDON_ERROR_PICTURE when memory is
 * short or the result would have more than 2^28 pixels. Thread-safe. */
gboolean view_apply (const view *v, const image *in, image *out, GError **error);
