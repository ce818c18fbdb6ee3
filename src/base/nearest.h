/* "did you mean": the word a person most likely meant. */
#pragma once

#include <glib.h>

/* The one of `words` (NULL-ended) with the smallest edit distance to `word` (adjacent swaps count one), when that is at most a third of
 * its length and at least 1 is allowed; else NULL. */
const char *nearest_word (const char *word, const char *const *words);
