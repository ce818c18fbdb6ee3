/* What is kept of every picture besides its features, whatever the model: quality measures, then the signature. */
#pragma once

#include "types.h"

gsize pixels_size (void); /* floats of a row; the first quality_size() are the measures */
char *pixels_key (void);  /* of their feature set; g_free */

/* `decoded` to pixels_size() floats at `out`; `measured` becomes the picture through view_measure(). FALSE with
 * PARDON_ERROR_PICTURE when memory is short. Any thread. */
gboolean pixels_measure (const image *decoded, image *measured, float *out, GError **error);
