/* What a scan says of the classifier, and the gates that may fail on it. */
#pragma once

#include "cmd/cmd.h"
#include "pardon.h"

void print_judgement (const pardon_scan_result *r);
/* Before a scan: 0, or the exit code after saying which file of --markdown and --junit may not be replaced. */
int judgement_check (const settings *s);
/* Writes --markdown and --junit. The exit code: 1, and one line on standard error, when a gate of the options fails; else 0. */
int judgement_exit (const settings *s, const pardon_scan_result *r);
