/* Finding pictures: files, folders, CSV lists behind one walk.
 *
 * What is a picture is decided with as little reading as can be, for millions of files on a network drive cost a round
 * trip each: (1) `is_picture (name, NULL, 0)` says yes to the name's ending: a picture, unopened; (2) the ending is one
 * of a short list that never is a picture (.txt, .xml, .json, .zip, ...): skipped, unopened; (3) otherwise the first
 * bytes are read and is_picture decides. Only regular files are opened: pipes, sockets and devices never are.
 *
 * Names in results (`image_ref.file`), unique per walk, raw bytes:
 *   one folder          the path below it: 'a/b.jpg'
 *   one file            its base name
 *   several paths       the base name of each in front ('photos/a/b.jpg', 'x.jpg'); where two would be equal or one
 *                       lie within the other, as many parent folders more as tell them apart ('2023/photos/a/b.jpg')
 *   entries of a list   the path below the list's folder, normalised ('./a//b.jpg', 'c/../a/b.jpg' and
 *                       '/lists/a/b.jpg' in '/lists/l.csv' are all 'a/b.jpg'); an entry outside that folder: its
 *                       absolute path without the leading '/'. With several paths, the list's name in front
 *                       ('l.csv/a/b.jpg').
 * A path that lies in another one, or is given twice, is walked once (under its own, longer name). */
#pragma once

#include "base/job.h"
#include "types.h"

typedef struct {
  /* NULL-ended: files, folders, .csv lists (column file, filename, path or image; relative to the list's folder) */
  const char *const *paths;
  /* NULL-ended globs or NULL. *, ? and [..] stay within one folder's name, ** stands for any number of folders; case
   * matters. Without a '/' a glob is matched against every base name, with one against the whole name in results (or
   * below its root). A folder that matches is not entered; a glob ending in '/' matches folders alone. */
  const char *const *excludes;
  const char *skip_dir; /* absolute path of a folder never entered (the results folder), or NULL; need not exist */
  /* Given by the pipeline (decode_is_picture): TRUE when the name's ending or the first `n` bytes may be a picture's.
   * With NULL every regular file is taken. Called on the walk's thread. */
  gboolean (*is_picture) (const char *name, const guint8 *head, gsize n);
} source_options;

typedef struct {
  /* A picture. FALSE with error set ends the walk. `ref` lives until the callback returns. */
  gboolean (*picture) (gpointer user, const image_ref *ref, GError **error);
  /* A file or folder left out, and why (no final stop); may be NULL. The same file may be named again, as when a list
   * has it twice. */
  gboolean (*skipped) (gpointer user, const image_ref *ref, const char *why, GError **error);
  gpointer user;
} source_sink;

/* Walks all paths, in any order, on the caller's thread; memory does not grow with the number of files of a folder (a
 * list's names are kept, about 150 bytes each). Symbolic links to files are followed, to folders only where named by
 * the user (no loops). Hidden files and folders (a leading dot) below a root are left out and said. A path of the
 * user's that does not exist or cannot be read is PARDON_ERROR_INPUT, found before anything is walked; a folder below
 * that cannot be read is skipped and said. A picture named in a list that does not exist is still a picture (it becomes
 * an unreadable row). Tells the job "finding pictures" with the number found so far. */
gboolean source_walk (const source_options *o, const source_sink *sink, const job *j, GError **error);
