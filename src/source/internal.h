/* Shared by the files of this folder alone. */
#pragma once

#include <sys/types.h>

#include "source/source.h"

/* A path of the user's. */
typedef enum { ROOT_FILE, ROOT_FOLDER, ROOT_LIST } root_kind;

typedef struct {
  root_kind kind;
  const char *given; /* as the user wrote it; not owned */
  char *path;        /* without trailing slashes */
  char *label;       /* in front of its names; "" for none */
  char *absolute;
  dev_t dev; /* of the folder, or of the folder the file lies in */
  ino_t ino;
} root;

/* One walk. */
typedef struct {
  const source_options *o;
  const source_sink *sink;
  const job *j;
  root *roots; /* n_roots */
  gsize n_roots;
  gboolean have_skip_dir;
  dev_t skip_dev;
  ino_t skip_ino;
  guint64 found; /* pictures so far */
  guint64 seen;  /* pictures and what was left out */
} walk;

/* Reports to the sink and the job. `split`: image_ref's. */
gboolean walk_picture (walk *w, const char *file, const char *path, const char *split, GError **error);
gboolean walk_skipped (walk *w, const char *file, const char *path, const char *why, GError **error);

/* list.c: all entries of a CSV list. */
gboolean list_walk (walk *w, const root *r, GError **error);

/* folder.c: everything below a folder. */
gboolean folder_walk (walk *w, const root *r, GError **error);
/* Takes or skips one regular file: `name` at `dir_fd` (may be AT_FDCWD). */
gboolean folder_file (walk *w, int dir_fd, const char *name, const char *file, const char *path, GError **error);
/* "a named pipe", "a socket", "a device" for what is neither a file nor a folder. */
const char *special_kind (mode_t mode);

/* names.c: gives each root its label, such that no two roots' names can be equal. */
void names_label (root *roots, gsize n);
/* Folders and file name joined by one '/'; `above` may be "". g_free. */
char *names_join (const char *above, const char *name);
/* The glob that excludes `file` (with root label `label` in front, or "") or NULL. */
const char *names_excluded (const char *const *globs, const char *label, const char *file, gboolean folder);
/* TRUE when the ending of `name` says that no picture is in it. */
gboolean names_never_picture (const char *name);
