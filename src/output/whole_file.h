/* A file that appears whole or not at all: written as NAME.part, made durable, then renamed. */
#pragma once

#include <glib.h>

typedef struct whole_file whole_file;

/* TRUE where nothing stands at `path`, or what `begins` so: a table of ours, which may be written anew. Else PARDON_ERROR_INPUT. */
gboolean whole_file_may_replace (const char *path, const char *begins, GError **error);
/* Begins dir/name; what stands there stays until whole_file_commit. PARDON_ERROR_STORE. */
whole_file *whole_file_new (const char *dir, const char *name, GError **error);
/* Faults are kept and told by whole_file_commit. */
void whole_file_put (whole_file *f, const char *bytes, gsize length);
/* FALSE with `error` set when anything failed since whole_file_new: then nothing has changed at dir/name. */
gboolean whole_file_commit (whole_file *f, GError **error);
/* Drops what was not committed. */
void whole_file_free (whole_file *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (whole_file, whole_file_free)
