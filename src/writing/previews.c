/* Pictures are shown as they were judged: brought to the size they are measured at, and only then made small. A probe is
 * corrupted in between. */
#include "writing/previews.h"

#include <math.h>
#include <string.h>

#include "detecting/explain.h"
#include "image/corrupt.h"
#include "image/decode.h"
#include "image/encode.h"
#include "image/resample.h"
#include "image/view.h"
#include "store/matrix_file.h"

#define SENTENCES 3

gboolean
preview_see (const char *path, image *seen, GError **error)
{
  g_auto (image) picture = { 0 };
  image_facts facts;
  view v = view_measure ();
  return decode_file (path, NULL, &picture, &facts, error) && view_apply (&v, &picture, seen, error);
}

/* What only looks are taken of need not be decoded whole. `least`: of the short side that is. */
static gboolean
see_small (const char *path, int least, image *seen)
{
  g_auto (image) picture = { 0 };
  image_facts facts;
  view v = view_measure ();
  return decode_file_small (path, least, &picture, &facts, NULL) && view_apply (&v, &picture, seen, NULL);
}

/* Of a picture whose long side is at most `side`. */
static void
size_within (const image *seen, int side, int *width, int *height)
{
  double shrink = MIN (1, (double) side / MAX (seen->width, seen->height));
  *width = MAX (1, (int) (seen->width * shrink + 0.5));
  *height = MAX (1, (int) (seen->height * shrink + 0.5));
}

GBytes *
preview_small (const image *seen, int side, int quality, GError **error)
{
  g_auto (image) small = { 0 };
  int width, height;
  size_within (seen, side, &width, &height);
  if (width == seen->width && height == seen->height)
    return encode_jpeg (seen, quality, error);
  return resample (seen, width, height, FILTER_AREA, &small, error) ? encode_jpeg (&small, quality, error) : NULL;
}

static GBytes *
make_small (const image *seen, int side, int quality, int *width, int *height)
{
  GBytes *jpeg = preview_small (seen, side, quality, NULL);
  if (jpeg != NULL)
    size_within (seen, side, width, height);
  return jpeg;
}

GBytes *
previews_jpeg (const char *path, int side, int quality, int *width, int *height)
{
  g_auto (image) seen = { 0 };
  return see_small (path, 2 * side, &seen) ? make_small (&seen, side, quality, width, height) : NULL;
}

static GBytes *
make_preview (gpointer user G_GNUC_UNUSED, const char *path, int side, int *width, int *height)
{
  g_auto (image) seen = { 0 };
  return preview_see (path, &seen, NULL) ? make_small (&seen, side, PREVIEW_QUALITY, width, height) : NULL;
}

/* The picture is the same for all probes, so it is read once. */
static GBytes *
make_probe (gpointer user, const char *path, const char *kind, double severity, int side, int *width, int *height)
{
  previews *p = user;
  int which = corruption_find (kind);
  if (which < 0)
    return NULL;
  if (g_strcmp0 (p->probe_path, path) != 0)
    {
      g_free (p->probe_path);
      p->probe_path = g_strdup (path);
      image_clear (&p->probe);
      if (!preview_see (path, &p->probe, NULL))
        image_clear (&p->probe);
    }
  g_auto (image) probe = { 0 };
  if (p->probe.pixels == NULL || !image_reserve (&probe, p->probe.width, p->probe.height, p->probe.channels))
    return NULL;
  memcpy (probe.pixels, p->probe.pixels, (gsize) probe.width * (gsize) probe.height * (gsize) probe.channels);
  return corrupt (&probe, which, CLAMP (severity, 1, 5), PREVIEW_SEED, NULL)
             ? make_small (&probe, side, PREVIEW_QUALITY, width, height)
             : NULL;
}

static const char *
family_of (gpointer user, const char *kind)
{
  const detector *d = ((previews *) user)->verdicts->detector;
  int which = detector_kind_find (d, kind), corruption = corruption_find (kind);
  if (which >= 0)
    return detector_family (d, which);
  return corruption >= 0 ? corruption_family_names[corruption_kinds[corruption].family] : NULL;
}

/* What it is like, and what speaks most for it. */
static char **
say_why (gpointer user, gint64 row)
{
  previews *p = user;
  const matrix *m = p->measures == NULL ? NULL : matrix_file_get (p->measures);
  if (m == NULL || row < 0 || (gsize) row >= m->n)
    return NULL;
  g_auto (explanation) e;
  explanation_init (&e);
  explain_row (p->verdicts->detector, matrix_row (m, (gsize) row), p->verdicts->threshold, p->verdicts->false_alarms,
               NULL, &e);
  g_autoptr (GStrvBuilder) out = g_strv_builder_new ();
  int n = 0;
  if (e.like != NULL)
    {
      g_strv_builder_add (out, e.like);
      n++;
    }
  for (guint i = 0; n < SENTENCES && i < e.reasons->len; i++, n++)
    g_strv_builder_add (out, ((const explanation_reason *) e.reasons->pdata[i])->sentence);
  return g_strv_builder_end (out);
}

void
previews_init (previews *p, const verdicts *v, store *s, gint64 set, report_callbacks *callbacks)
{
  *p = (previews){ .verdicts = v, .measures = v->judged > 0 ? store_matrix (s, set, NULL) : NULL };
  *callbacks = (report_callbacks){ .preview = make_preview,
                                   .probe = make_probe,
                                   .family = family_of,
                                   .why = p->measures != NULL ? say_why : NULL,
                                   .measures = set,
                                   .user = p };
}

void
previews_clear (previews *p)
{
  g_clear_pointer (&p->measures, matrix_file_free);
  g_free (p->probe_path);
  image_clear (&p->probe);
  *p = (previews){ 0 };
}
