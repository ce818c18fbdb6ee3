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

/* A preview as <img>, or words in its place. */
void html_append_preview (GString *out, const report_preview *p, const char *alt);

/* The last part of a file's name. */
void html_append_short_name (GString *out, const char *file);

/* A bar over the whole width, `share` of it filled. */
void html_append_bar (GString *out, const char *class, double share);
