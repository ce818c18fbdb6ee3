/* The larger sections of report.html. */
#pragma once

#include "output/report.h"

/* What a silhouette means, in a few words (Kaufman and Rousseeuw 1990, table 4 of chapter 2). Static. */
const char *html_silhouette_words (double silhouette);

/* The clusters as contact sheets. Nothing where there are none. */
void html_append_clusters (GString *out, const report *r);

/* Inertia and silhouette by k, explained variance. Nothing where none of them is known. */
void html_append_charts (GString *out, const report *r);

/* How noisy the pictures are: the answer, the kinds, the scores, the worst and the doubtful. Nothing where nobody judged. */
void html_append_noise (GString *out, const report *r);

/* How good the classifier is on fit pictures, and what is left. Nothing where nobody asked. */
void html_append_judging (GString *out, const report *r);

/* So many pictures are unlike everything the detector knows that its verdicts are not to be relied on. */
gboolean html_noise_is_astray (const report_noise *n);

/* What stands in the data set more than once. Nothing where nothing does. */
void html_append_repeats (GString *out, const report *r);

/* Noise and copies by part of the data set. Nothing where there are no parts. */
void html_append_splits (GString *out, const report *r);

/* The clusters that probes come to, and pictures in them. Nothing without probes. */
void html_append_probes (GString *out, const report *r);

/* "1 picture", "12 pictures". */
void html_append_plural (GString *out, guint64 n, const char *one, const char *many);

/* 0.123 as "12.3 %". */
void html_append_percent (GString *out, double share);

/* A preview as <img>, or words in its place. */
void html_append_preview (GString *out, const report_preview *p, const char *alt);

/* The last part of a file's name. */
void html_append_short_name (GString *out, const char *file);

/* A bar over the whole width, `share` of it filled. */
void html_append_bar (GString *out, const char *class, double share);
