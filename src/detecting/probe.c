/* The shares below were set by what pictures on the web and in data sets have been through, not by any test's result. */
#include "detecting/probe.h"

#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "image/corrupt.h"
#include "image/resample.h"
#include "image/view.h"

#define LEAST_SIDE 96 /* pixels of the original's part: less is no picture of anything */

static double
chance (random_source *r)
{
  return random_uniform (r, 0, 1);
}

static void
draw_part (history *h, random_source *r)
{
  if (chance (r) < 0.5)
    {
      double share = random_uniform (r, 0.5, 1);
      h->width = share * random_uniform (r, 0.85, 1);
      h->height = share * random_uniform (r, 0.85, 1);
    }
  h->x = random_uniform (r, 0, 1 - h->width + 1e-9);
  h->y = random_uniform (r, 0, 1 - h->height + 1e-9);
}

static void
draw_size (history *h, random_source *r)
{
  double u = chance (r);
  if (u < 0.15)
    h->short_side = 0;
  else if (u < 0.55)
    h->short_side = random_below (r, 2) == 0 ? 224 : 256;
  else if (u < 0.8)
    {
      h->short_side = 200 + random_below (r, 70);
      h->square = TRUE;
    }
  else
    h->short_side = 128 + random_below (r, 200);
  static const int filters[] = { FILTER_BILINEAR, FILTER_BILINEAR, FILTER_BICUBIC, FILTER_LANCZOS, FILTER_AREA };
  h->filter = filters[random_below (r, G_N_ELEMENTS (filters))];
}

static void
draw_saving (history *h, random_source *r)
{
  h->qualities[0] = chance (r) < 0.8 ? 75 + random_below (r, 24) : 0;
  h->qualities[1] = chance (r) < 0.15 ? 75 + random_below (r, 24) : 0;
  h->full_chroma = chance (r) < 0.25;
}

void
history_draw (history *h, guint64 seed)
{
  random_source r;
  random_init (&r, seed, "history");
  *h = (history){ .width = 1, .height = 1, .filter = FILTER_AREA };
  if (chance (&r) < 0.25)
    return; /* as it came: what most pictures of a folder are */
  draw_part (h, &r);
  h->soften = chance (&r) < 0.3 ? random_uniform (&r, 0.2, 0.8) : 0;
  draw_size (h, &r);
  draw_saving (h, &r);
}

static gboolean
short_of_memory (GError **error)
{
  g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_PICTURE, "not enough memory for a copy");
  return FALSE;
}

/* The part of `rgb` that the history keeps. */
static gboolean
cut_out (const history *h, const image *rgb, image *out, GError **error)
{
  int width = CLAMP ((int) (h->width * rgb->width), MIN (LEAST_SIDE, rgb->width), rgb->width);
  int height = CLAMP ((int) (h->height * rgb->height), MIN (LEAST_SIDE, rgb->height), rgb->height);
  int x = MIN ((int) (h->x * rgb->width), rgb->width - width);
  int y = MIN ((int) (h->y * rgb->height), rgb->height - height);
  if (!image_reserve (out, width, height, 3))
    return short_of_memory (error);
  for (int row = 0; row < height; row++)
    memcpy (out->pixels + (gsize) row * (gsize) width * 3,
            rgb->pixels + 3 * ((gsize) (y + row) * (gsize) rgb->width + (gsize) x), (gsize) width * 3);
  return TRUE;
}

static gboolean
shrink (const history *h, const image *in, image *out, GError **error)
{
  int least = MIN (in->width, in->height);
  double share = h->short_side == 0 ? 1 : MIN (1, (double) h->short_side / least);
  int width = MAX (1, (int) (in->width * share + 0.5)), height = MAX (1, (int) (in->height * share + 0.5));
  if (h->square && h->short_side <= least)
    width = height = h->short_side;
  return resample (in, width, height, (view_filter) h->filter, out, error);
}

/* Towards `clean`, so that `share` of what the corruption did is left. */
static void
blend (image *im, const image *clean, double share)
{
  gsize n = (gsize) im->width * (gsize) im->height * 3;
  for (gsize i = 0; i < n; i++)
    im->pixels[i] = (guint8) (clean->pixels[i] + share * (im->pixels[i] - clean->pixels[i]) + 0.5);
}

gboolean
history_degrade (image *im, int kind, double severity, guint64 seed, GError **error)
{
  if (severity >= 1)
    return corrupt (im, kind, MIN (severity, 5), seed, error);
  g_auto (image) clean = { 0 };
  if (!image_reserve (&clean, im->width, im->height, 3))
    return short_of_memory (error);
  memcpy (clean.pixels, im->pixels, (gsize) im->width * (gsize) im->height * 3);
  if (!corrupt (im, kind, 1, seed, error))
    return FALSE;
  blend (im, &clean, severity);
  return TRUE;
}

gboolean
history_begin (const history *h, const image *original, image *out, GError **error)
{
  view opaque;
  g_auto (image) rgb = { 0 }, part = { 0 };
  return view_parse ("none-white", &opaque, error) && view_apply (&opaque, original, &rgb, error)
         && cut_out (h, &rgb, &part, error) && (h->soften == 0 || corrupt_box_blur (&part, h->soften, error))
         && shrink (h, &part, out, error);
}

gboolean
history_end (const history *h, image *im, GError **error)
{
  for (int i = 0; i < 2; i++)
    if (h->qualities[i] > 0 && !corrupt_resave (im, h->qualities[i], h->full_chroma, error))
      return FALSE;
  return TRUE;
}
