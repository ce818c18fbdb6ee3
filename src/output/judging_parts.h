/* The pieces of the page's section on the classifier. */
#pragma once

#include "output/report.h"

enum { SIDE_ALL, SIDE_FIT };

/* Accuracy before and after with intervals, and the verdicts. */
void judging_append_accuracy (GString *out, const report_judging *j);
/* Each of these nothing where there is nothing to show. */
void judging_append_guards (GString *out, const report_judging *j);
void judging_append_rejection (GString *out, const report_judging *j);
void judging_append_calibration (GString *out, const report_judging *j);
void judging_append_classes (GString *out, const report_judging *j);
void judging_append_confusions (GString *out, const report_judging *j);
