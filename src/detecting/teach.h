/* `pardon train`: clean pictures to a detector's table. */
#pragma once

#include "base/job.h"
#include "pardon.h"

/* pardon_train (pardon.h), in the library's own terms. Whatever can be refused is refused before the first picture is
 * measured. */
gboolean teach_run (const pardon_train_options *o, const job *j, pardon_train_result *result, GError **error);
