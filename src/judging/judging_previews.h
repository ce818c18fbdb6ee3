/* The small pictures that report.json shows beside a judgement. */
#pragma once

#include "judging/judging.h"

#define PAGE_MEMBERS   8 /* pictures of an owed group */
#define PAGE_GROUPS    8
#define PAGE_SLICES    8 /* those shown with pictures */
#define PAGE_SUSPECTS  24
#define PAGE_CONFIDENT 24

/* Reads again what is to be shown; before the JSON is made. */
gboolean judging_look_again (judging *g, store *s, const report_callbacks *c, const job *j, GError **error);
/* Of picture `row`; NULL where none was made. */
const report_preview *judging_preview (const judging *g, gsize row);
/* "thumbnail": null where `p` is NULL or empty. */
void json_put_thumbnail (GString *o, const report_preview *p);
