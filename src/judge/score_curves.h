/* The parts of a score that need sorted rows; between the judge's files. `fit_only` leaves noisy rows out. All read judged rows
 * alone (judge_row). */
#pragma once

#include "judge/score.h"

void score_calibration (calibration *c, const judge_rows *r, gboolean fit_only, int bins);
void score_rejection (rejection *j, const judge_rows *r, gsize most_points);
void score_binary (binary_side *b, const judge_rows *r, gboolean fit_only, gsize most_points);
/* Rows whose noisiness is known, judged or not, by group[i] in 0 .. n_groups - 1. */
void score_spread (noise_spread *s, const judge_rows *r, const int *group, int n_groups, double level);
gsize *score_confident (const judge_rows *r, gsize most, gsize *n);
