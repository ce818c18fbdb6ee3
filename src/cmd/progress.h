/* A progress line on a terminal, nothing elsewhere; and Ctrl-C. */
#pragma once

#include "pardon.h"

/* The job to hand to a long call: draws on standard error when that is a terminal; its stop() tells of Ctrl-C
 * (SIGINT), SIGTERM and a lost terminal (SIGHUP). A second Ctrl-C ends the process at once. */
const pardon_job *progress_begin (void);
/* Clears the line. */
void progress_end (void);
/* Prints the error (freed) as a sentence and gives the exit code; after a Ctrl-C the process ends by that signal, as
 * shells expect. */
int progress_fail (pardon_error *error);
