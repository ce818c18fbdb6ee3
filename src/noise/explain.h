/* What the numbers of a verdict mean, for whoever puts them into words. */
#pragma once

#include "noise/detector.h"

/* The `noise` (0..1) of a picture with this score, as in judgement. */
double detector_noise (const detector *d, double score);
