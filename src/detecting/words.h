/* Numbers to plain English: what a quality measure says about a picture, and what a kind and a severity look like. The
 * only place of these words; the report and `pardon explain` show the same. */
#pragma once

#include "noise/detector.h"
#include "output/explanation.h"

/* The sentence of one measure, against the clean range; g_free. NULL for a measure there is none of, or that tells nothing
 * on that side of the middle. Any finite numbers are fine. */
char *words_measure (const char *measure, double value, double low, double middle, double high);

/* What speaks most for `kind`: at most `most` sentences, no two on the same thing, appended to `reasons` (of
 * explanation_reason). Of measures outside the clean range alone, unless there is none and `inside_too`. */
void
words_reasons (const detector *d, const float *measures, int kind, gboolean inside_too, guint most, GPtrArray *reasons);

/* "a blur of sigma about 2.1 pixels at short side 256", a noun; g_free. NULL for a kind whose severity says nothing more. */
char *words_like (const char *kind, double severity);

/* 0.0312 -> "0.031", 31.2 -> "31": two digits that count, 4.0 -> "4", never an exponent; g_free. */
char *words_number (double value);
