/* What a scan leaves behind for whoever reviews it: what it was asked that neither pictures nor verdicts tell. */
#pragma once

#include "detecting/verdicts.h"
#include "image/view.h"
#include "looking/eyes.h"

typedef struct {
  view view;                      /* pictures are judged in: the classifier's, where there is one */
  gint64 pixels;                  /* the store's set of measures */
  detector *detector;             /* as it is shipped or in its file, not calibrated; NULL: gone, or another now */
  double threshold, false_alarms; /* NAN where nothing was judged */
  double limit;                   /* the `noise` that belongs to the threshold */
} review_facts;

gboolean review_facts_keep (store *s, const pardon_scan_options *o, const eyes *e, const verdicts *v, GError **error);
/* PARDON_ERROR_STORE where an older pardon scanned. */
gboolean review_facts_read (store *s, review_facts *f, GError **error);
void review_facts_clear (review_facts *f);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (review_facts, review_facts_clear)
