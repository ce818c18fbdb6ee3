/* Pictures are shown as they were judged: brought to the size they are measured at, and only then made small. A probe is
 * corrupted in between. */
#include "previews.h"

#include <math.h>
#include <string.h>

#include "explain.h"
#include "image/corrupt.h"
#include "image/decode.h"
#include "image/encode.h"
#include "image/resample.h"
#include "image/view.h"
#include "store/matrix_file.h"

#define QUALITY   80 /* of the JPEGs */
#define SEED      1  /* of what is random in a probe */
#define SENTENCES 3

/* `least`: of the short side of what is decoded; 0: all of it. */
static gboolean
see (const char *path, int least, image *seen)
{
  g_auto (image) picture = { 0 };
  image_facts facts;
  view v = view_measure ();
  return (least > 0 ? decode_file_small (path, least, &picture, &facts, NULL)
                    : decode_file (path, NULL, &picture, &facts, NULL))
         && view_apply (&v, &picture, seen, NULL);
}

static GBytes *
make_small (const image *seen, int side, int quality, int *width, int *height)
{
  g_auto (image) small = { 0 };
  double shrink = (double) side / MAX (seen->width, seen->height);
  const image *shown = seen;
  if (shrink < 1)
    {
      int w = MAX (1, (int) (seen->width * shrink + 0.5)), h = MAX (1, (int) (seen->height * shrink + 0.5));
      if (!resample (seen, w, h, FILTER_AREA, &small, NULL))
        return NULL;
      shown = &small;
    }
  GBytes *jpeg = encode_jpeg (shown, quality, NULL);
  if (jpeg != NULL)
    {
      *width = shown->width;
      *height = shown->height;
    }
  return jpeg;
}

GBytes *
previews_jpeg (const char *path, int side, int quality, int *width, int *height)
{
  g_auto (image) seen = { 0 };
  return see (path, 2 * side, &seen) ? make_small (&seen, side, quality, width, height) : NULL;
}

static GBytes *
make_preview (gpointer user G_GNUC_UNUSED, const char *path, int side, int *width, int *height)
{
  g_auto (image) seen = { 0 };
  return see (path, 0, &seen) ? make_small (&seen, side, QUALITY, width, height) : NULL;
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
      if (!see (path, 0, &p->probe))
        image_clear (&p->probe);
    }
  g_auto (image) probe = { 0 };
  if (p->probe.pixels == NULL || !image_reserve (&probe, p->probe.width, p->probe.height, p->probe.channels))
    return NULL;
  memcpy (probe.pixels, p->probe.pixels, (gsize) probe.width * (gsize) probe.height * (gsize) probe.channels);
  return corrupt (&probe, which, CLAMP (severity, 1, 5), SEED, NULL) ? make_small (&probe, side, QUALITY, width, height)
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
  explain_row (p->verdicts->detector, matrix_row (m, (gsize) row), p->verdicts->false_alarms, NULL, &e);
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
