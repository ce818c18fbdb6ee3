/* What the report shows besides numbers, and cannot make itself: small pictures, probes, and why. */
#pragma once

#include "detecting/verdicts.h"
#include "output/report.h"
#include "store/store.h"

struct matrix_file;

typedef struct {
  const verdicts *verdicts;
  struct matrix_file *measures; /* NULL: there are none */
  char *probe_path;             /* NULL: no probe was asked for yet */
  image probe;                  /* what is at it, at the size it is measured at; empty: it cannot be read */
} previews;

#define PREVIEW_SEED    1  /* of what is random in a probe */
#define PREVIEW_QUALITY 80 /* of a JPEG */

/* The picture at `path` at the size it is measured at; `seen` is reserved as needed. Thread-safe, as the next two. */
gboolean preview_see (const char *path, image *seen, GError **error);
/* A JPEG whose long side is at most `side`. */
GBytes *preview_small (const image *seen, int side, int quality, GError **error);
/* The same of what is at `path`, seen so; NULL (width and height untouched) when it cannot be read. */
GBytes *previews_jpeg (const char *path, int side, int quality, int *width, int *height);

/* `set`: of the store's measures. `callbacks` are for report_fill and hold `p`, which must stay where it is. */
void previews_init (previews *p, const verdicts *v, store *s, gint64 set, report_callbacks *callbacks);
void previews_clear (previews *p);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (previews, previews_clear)
