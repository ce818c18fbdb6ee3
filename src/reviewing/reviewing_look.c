/* What is seen of single pictures: made when asked for, from the files. The one thing to know: paths, rows and facts never change
 * once a review is open, so none of this holds its lock while it decodes. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/json_write.h"
#include "detecting/explain.h"
#include "feature/quality.h"
#include "image/corrupt.h"
#include "image/decode.h"
#include "image/encode.h"
#include "image/resample.h"
#include "reviewing/reviewing_parts.h"
#include "store/matrix_file.h"
#include "writing/previews.h"

#define FULL_SIDE    2048
#define FULL_QUALITY 88
#define PROBE_SIDE   1024 /* at most */

static const review_picture_state *
find (const review *r, guint64 id, GError **error)
{
  if (id < r->n)
    return &r->pictures[id];
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "there is no picture %" G_GUINT64_FORMAT, id);
  return NULL;
}

/* --- pictures ----------------------------------------------------------------------------------- */

static GBytes *
show_full (const char *path, GError **error)
{
  g_auto (image) picture = { 0 };
  g_auto (image) small = { 0 };
  image_facts facts;
  if (!decode_file (path, NULL, &picture, &facts, error))
    return NULL;
  double shrink = (double) FULL_SIDE / MAX (picture.width, picture.height);
  if (shrink >= 1)
    return encode_jpeg (&picture, FULL_QUALITY, error);
  int w = MAX (1, (int) (picture.width * shrink + 0.5)), h = MAX (1, (int) (picture.height * shrink + 0.5));
  return resample (&picture, w, h, FILTER_AREA, &small, error) ? encode_jpeg (&small, FULL_QUALITY, error) : NULL;
}

static GBytes *
show_view (const char *path, const view *v, GError **error)
{
  g_auto (image) picture = { 0 };
  g_auto (image) seen = { 0 };
  image_facts facts;
  return decode_file (path, NULL, &picture, &facts, error) && view_apply (v, &picture, &seen, error)
             ? encode_png (&seen, error)
             : NULL;
}

GBytes *
review_picture (review *r, guint64 id, review_look look, int side, GError **error)
{
  const review_picture_state *p = find (r, id, error);
  if (p == NULL)
    return NULL;
  if (look == REVIEW_FULL)
    return show_full (p->path, error);
  if (look == REVIEW_VIEW)
    return show_view (p->path, &r->facts.view, error);
  g_auto (image) seen = { 0 };
  return preview_see (p->path, &seen, error) ? preview_small (&seen, CLAMP (side, 1, FULL_SIDE), PREVIEW_QUALITY, error)
                                             : NULL;
}

/* --- probes ------------------------------------------------------------------------------------- */

/* The fit picture, at the size it is measured at, to `out`: read once. */
static gboolean
read_fit (review *r, image *out, GError **error)
{
  g_autofree char *path = NULL;
  g_mutex_lock (&r->mutex);
  gboolean known = review_make_report (r, error);
  if (known)
    path = g_strdup (r->probe_path);
  g_mutex_unlock (&r->mutex);
  if (!known)
    return FALSE;
  if (path == NULL)
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT, "no picture is fit to make probes of");
      return FALSE;
    }
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&r->probe_mutex);
  if (g_strcmp0 (path, r->probe_read) != 0)
    {
      g_clear_pointer (&r->probe_read, g_free);
      if (!preview_see (path, &r->probe, error))
        return FALSE;
      r->probe_read = g_steal_pointer (&path);
    }
  const image *fit = &r->probe;
  if (!image_reserve (out, fit->width, fit->height, fit->channels))
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "not enough memory for a probe");
      return FALSE;
    }
  memcpy (out->pixels, fit->pixels, (gsize) fit->width * (gsize) fit->height * (gsize) fit->channels);
  return TRUE;
}

GBytes *
review_probe (review *r, const char *kind, double severity, int side, GError **error)
{
  int which = kind != NULL ? corruption_find (kind) : -1;
  g_auto (image) probe = { 0 };
  if (kind != NULL && which < 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "nobody knows what '%s' looks like", kind);
      return NULL;
    }
  if (!read_fit (r, &probe, error)
      || (which >= 0
          && !corrupt (&probe, which, isfinite (severity) ? CLAMP (severity, 1, 5) : 3, PREVIEW_SEED, error)))
    return NULL;
  return preview_small (&probe, CLAMP (side, 1, PROBE_SIDE), PREVIEW_QUALITY, error);
}

/* --- why ---------------------------------------------------------------------------------------- */

static void
put_reason (GString *o, const explanation_reason *reason)
{
  const quality_measure *m = &quality_measures ()[quality_find (reason->measure)];
  json_open (o, NULL, '{');
  json_put_text (o, "name", m->name);
  json_put_real (o, "value", reason->value, TRUE);
  json_put_real (o, "low", reason->low, TRUE);
  json_put_real (o, "high", reason->high, TRUE);
  json_put_text (o, "unit", m->unit);
  json_put_text (o, "words", reason->sentence);
  json_close (o, '}');
}

/* A person's word stands before the detector's, which it outweighs. */
static void
put_decided (GString *o, const store_decided *d)
{
  if (d->noisy == 0)
    json_put_text (o, NULL, "a person decided: fit to judge by; the detector says:");
  else if (d->noisy == 1 || d->kind != NULL)
    {
      g_autofree char *text = g_strdup_printf ("a person decided: too degraded to judge by%s%s; the detector says:",
                                               d->kind != NULL ? ", by " : "", d->kind != NULL ? d->kind : "");
      json_put_text (o, NULL, text);
    }
}

static GBytes *
tell (const explanation *e, const store_decided *d)
{
  GString *o = g_string_new (NULL);
  g_auto (GStrv) sentences = explain_sentences (e);
  json_open (o, NULL, '{');
  json_open (o, "sentences", '[');
  put_decided (o, d);
  for (char **one = sentences; *one != NULL; one++)
    json_put_text (o, NULL, *one);
  json_close (o, ']');
  json_open (o, "measures", '[');
  for (guint i = 0; i < e->reasons->len; i++)
    put_reason (o, e->reasons->pdata[i]);
  json_close (o, ']');
  json_close (o, '}');
  return g_string_free_to_bytes (o);
}

GBytes *
review_why (review *r, guint64 id, GError **error)
{
  const review_picture_state *p = find (r, id, error);
  if (p == NULL)
    return NULL;
  if (p->pixels_row < 0 || r->facts.detector == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "%s",
                   p->pixels_row < 0
                       ? "this picture was not measured"
                       : "this folder was scanned with another detector: scan it again to see why here; the verdicts "
                         "shown, and the reasons in its report.html, are that detector's and still hold");
      return NULL;
    }
  g_autoptr (matrix_file) file = store_matrix (r->store, r->facts.pixels, error);
  if (file == NULL)
    return NULL;
  g_auto (explanation) e;
  explanation_init (&e);
  explain_row (r->facts.detector, matrix_row (matrix_file_get (file), (gsize) p->pixels_row), r->facts.threshold,
               r->facts.false_alarms, p->damage, &e);
  e.limit = r->facts.limit; /* of the detector as it was calibrated then */
  if (p->damage == NULL)
    e.noise = (double) p->noise;
  g_mutex_lock (&r->mutex);
  store_decided decided = p->decided;
  g_mutex_unlock (&r->mutex);
  return tell (&e, &decided);
}
