/* One decoded picture to one row for the noise detector and the search for duplicates. */
#include "looking/pixels.h"

#include "duplicate/signature.h"
#include "feature/quality.h"
#include "image/view.h"
#include "looking/lens.h"

gsize
pixels_size (void)
{
  return quality_size () + SIGNATURE_SIZE;
}

/* The instruction set is left out: two of them agree to 1e-4 (quality.h), a hundred times below what one more saving as
 * JPEG does to a measure, so a folder carried to another machine need not be measured again. */
char *
pixels_key (void)
{
  view v = view_measure ();
  return g_strdup_printf ("quality %d view %s signature %d pixels %d", QUALITY_VERSION, v.name, SIGNATURE_VERSION,
                          PIXELS_VERSION);
}

gboolean
pixels_measure (const image *decoded, image *measured, float *out, GError **error)
{
  view v = view_measure ();
  return view_apply (&v, decoded, measured, error) && quality_measure_picture (measured, out, error)
         && signature_make (decoded, out + quality_size (), error);
}
