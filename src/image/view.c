/* Views: from decoded pixels to the pixels a model looks at. Reading a view's name is in view_parse.c.
 *
 * The one thing to know: alpha goes first, because the recipes convert to RGB before they resize; and only the part
 * that the crop keeps is ever computed. */
#include "image/view.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "image/resample.h"

#define MAX_PIXELS ((gint64) 1 << 28)

/* Size of the picture before any crop. torchvision's rule: long side = int(S * long / short). */
static void
full_size (const view *v, int width, int height, gint64 *full_width, gint64 *full_height)
{
  double side = v->short_side;

  *full_width = width;
  *full_height = height;
  if (v->fit == VIEW_STRETCH)
    {
      *full_width = v->width;
      *full_height = v->height;
    }
  else if (v->fit != VIEW_NONE && !(v->never_enlarge && MIN (width, height) < v->short_side))
    {
      *full_width = width <= height ? v->short_side : (gint64) (side * width / height);
      *full_height = width <= height ? (gint64) (side * height / width) : v->short_side;
    }
}

void
view_size (const view *v, int width, int height, int *out_width, int *out_height)
{
  gint64 full_width, full_height;

  full_size (v, width, height, &full_width, &full_height);
  *out_width = v->fit == VIEW_SHORT_CENTRE ? v->width : (int) MIN (full_width, G_MAXINT);
  *out_height = v->fit == VIEW_SHORT_CENTRE ? v->height : (int) MIN (full_height, G_MAXINT);
}

/* torchvision's CenterCrop along one axis: round half to even when it cuts, the larger half of the black after the
 * picture when it pads. `from` in the full picture, `to` in the result, `n` pixels in common. */
static void
centre (gint64 full, int wanted, gint64 *from, int *to, int *n)
{
  if (full < wanted)
    {
      *from = 0;
      *to = (int) (wanted - full) / 2;
      *n = (int) full;
      return;
    }
  gint64 spare = full - wanted, half = spare / 2;
  *from = half + (spare % 2 == 1 && half % 2 == 1);
  *to = 0;
  *n = wanted;
}

/* Rounded to the nearest level, as c * alpha / 255 + b * (255 - alpha) / 255. */
static inline guint8
compose (guint8 colour, guint8 alpha, guint8 background)
{
  return (guint8) ((colour * alpha + background * (255 - alpha) + 127) / 255);
}

static gboolean
flatten (const view *v, const image *in, image *out)
{
  if (!image_reserve (out, in->width, in->height, 3))
    return FALSE;
  gsize n = (gsize) in->width * (gsize) in->height;
  const guint8 *from = in->pixels;
  guint8 *to = out->pixels;

  for (gsize i = 0; i < n; i++, from += 4, to += 3)
    for (int c = 0; c < 3; c++)
      to[c] = v->alpha == ALPHA_DROP ? from[c] : compose (from[c], from[3], v->background[c]);
  return TRUE;
}

static void
paste (const image *part, int x, int y, image *canvas)
{
  gsize n = (gsize) part->width * 3;

  memset (canvas->pixels, 0, (gsize) canvas->width * (gsize) canvas->height * 3);
  for (int row = 0; row < part->height; row++)
    memcpy (canvas->pixels + ((gsize) (y + row) * (gsize) canvas->width + (gsize) x) * 3,
            part->pixels + (gsize) row * n, n);
}

static gboolean
fail (int code_width, int code_height, GError **error)
{
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory for a view of %d x %d pixels", code_width,
               code_height);
  return FALSE;
}

static gboolean
crop_centre (const view *v, const image *rgb, image *out, GError **error)
{
  resample_part part = { 0 };
  image kept = { 0 };
  int x, y;

  full_size (v, rgb->width, rgb->height, &part.full_width, &part.full_height);
  centre (part.full_width, v->width, &part.x, &x, &part.width);
  centre (part.full_height, v->height, &part.y, &y, &part.height);
  if (part.width == v->width && part.height == v->height)
    return resample_to_part (rgb, &part, v->filter, out, error);

  gboolean done = resample_to_part (rgb, &part, v->filter, &kept, error);
  if (done && !image_reserve (out, v->width, v->height, 3))
    done = fail (v->width, v->height, error);
  if (done)
    paste (&kept, x, y, out);
  image_clear (&kept);
  return done;
}

static gboolean
apply_rgb (const view *v, const image *rgb, image *out, GError **error)
{
  int width, height;

  if (v->fit == VIEW_SHORT_CENTRE)
    return crop_centre (v, rgb, out, error);
  view_size (v, rgb->width, rgb->height, &width, &height);
  if (width != rgb->width || height != rgb->height)
    return resample (rgb, width, height, v->filter, out, error);
  if (!image_reserve (out, width, height, 3))
    return fail (width, height, error);
  memcpy (out->pixels, rgb->pixels, (gsize) width * (gsize) height * 3);
  return TRUE;
}

gboolean
view_apply (const view *v, const image *in, image *out, GError **error)
{
  image rgb = { 0 };
  int width, height;

  g_return_val_if_fail (in != out && (in->channels == 3 || in->channels == 4), FALSE);
  view_size (v, in->width, in->height, &width, &height);
  if ((gint64) width * height > MAX_PIXELS)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_PICTURE,
                   "view '%s' would make %d x %d pixels of a picture of %d x %d, more than 2^28", v->name, width,
                   height, in->width, in->height);
      return FALSE;
    }
  if (in->channels == 3)
    return apply_rgb (v, in, out, error);
  gboolean done = flatten (v, in, &rgb) ? apply_rgb (v, &rgb, out, error) : fail (in->width, in->height, error);
  image_clear (&rgb);
  return done;
}
