#include "base/job.h"

#include "base/error.h"

gboolean
job_go_on (const job *j, GError **error)
{
  if (j == NULL || j->stop == NULL || !j->stop (j->user))
    return TRUE;
  g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_STOPPED, "stopped; what was done is kept");
  return FALSE;
}

void
job_tell (const job *j, const char *phase, guint64 done, guint64 total)
{
  if (j != NULL && j->progress != NULL)
    j->progress (j->user, phase, done, total);
}
