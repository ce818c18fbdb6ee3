/* Finding pictures: files, folders, CSV lists behind one iterator. Nothing is opened but to read a few bytes. */
#pragma once

#include "base/job.h"
#include "types.h"

typedef struct {
  const char *const *paths;    /* NULL-ended: files, folders, .csv lists (column file/filename/path/image, relative to the list's folder) */
  const char *const *excludes; /* NULL-ended globs or NULL: matched against the name in results and against the base name */
  const char *skip_dir;        /* absolute path of a folder never entered (the results folder), or NULL */
} source_options;

typedef struct {
  /* A picture. FALSE with error set ends the walk. */
  gboolean (*picture) (gpointer user, const image_ref *ref, GError **error);
  /* A file left out, and why. */
  gboolean (*skipped) (gpointer user, const image_ref *ref, const char *why, GError **error);
  gpointer user;
} source_sink;

/* Walks all paths, in any order. Symbolic links to files are followed, to folders only where named by the user (no loops). Hidden files and
 * folders (a leading dot) below a root are left out and said. A path of the user's that does not exist or cannot be read is PARDON_ERROR_INPUT;
 * a folder below that cannot be read is skipped and said. A picture named in a CSV that does not exist is still a picture (it becomes an unreadable row). */
gboolean source_walk (const source_options *o, const source_sink *sink, const job *j, GError **error);
