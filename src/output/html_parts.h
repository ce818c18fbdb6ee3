/* The larger sections of report.html. */
#pragma once

#include "output/report.h"

/* What a silhouette means, in a few words (Kaufman and Rousseeuw 1990, table 4 of chapter 2). Static. */
const char *html_silhouette_words (double silhouette);

/* The clusters as contact sheets. Nothing where there are none. */
void html_append_clusters (GString *out, const report *r);

/* Inertia and silhouette by k, explained variance. Nothing where none of them is known. */
void html_append_charts (GString *out, const report *r);
