/* Why a picture was judged as it was, in words and numbers: `pardon explain`, and the same for a row out of a store. */
#pragma once

#include "base/job.h"
#include "noise/detector.h"
#include "output/explanation.h"
#include "pardon.h"

/* `measures`: quality_size () numbers of one picture, as detector_judge() takes them; `false_alarms`: the share of clean pictures
 * above `threshold`; `damage`: how its file breaks off,
 * NULL for a whole one. Fills `e` (explanation_init), but for the name, size and format of the file. Thread-safe. */
void explain_row (const detector *d, const float *measures, double threshold, double false_alarms, const char *damage,
                  explanation *e);

/* Sentences of it, in order: the verdict, what it is like, why, what else; g_strfreev. The first names no file. */
char **explain_sentences (const explanation *e);

/* pardon_explain (pardon.h), in the library's own terms. */
gboolean explain_run (const pardon_explain_options *o, void (*each) (void *user, const pardon_explanation *explained),
                      void *user, const job *j, GError **error);
