/* What the report shows of the verdicts, gathered while the pictures pass by once. Memory: a few bytes for each picture,
 * everything else is bounded. */
#pragma once

#include "output/report.h"
#include "store/store.h"

typedef struct noise_sums noise_sums;

/* `r`: with its noise and its groups (members listed, without previews) as far as they are known; both are filled. */
noise_sums *noise_sums_new (report *r);
void noise_sums_add (noise_sums *n, const store_picture *p);
/* After the last picture: everything but previews and words. */
void noise_sums_end (noise_sums *n);
void noise_sums_free (noise_sums *n);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (noise_sums, noise_sums_free)

/* Previews, probes, families and words of what is shown. */
gboolean noise_fill_shots (report_noise *n, const report_callbacks *callbacks, const job *j, GError **error);

void report_shot_free (gpointer shot);
