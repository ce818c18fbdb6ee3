/* Names for models: a small built-in table of public ones, and those a user added. A name stands for a file, a view, a scale
 * and a layer, so that `--model vgg16` is all a person types. */
#pragma once

#include "base/job.h"
#include <glib.h>

typedef struct {
  char *name, *url;     /* url NULL: added by the user */
  char *path;           /* where the file is, or would be, on this machine */
  gboolean present;     /* the file is there, of the right size */
  guint64 bytes;
  char *sha256;         /* hex */
  char *view, *scale, *layer; /* as the options take them; layer NULL: penultimate */
  char *about;          /* one line: what it is, licence */
} catalogue_entry;

/* Built-in and added, sorted by name; of catalogue_entry. Free with g_ptr_array_unref. */
GPtrArray *catalogue_list (GError **error);
/* NULL without error when no such name. Free with catalogue_entry_free. */
catalogue_entry *catalogue_find (const char *name, GError **error);
void catalogue_entry_free (catalogue_entry *e);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (catalogue_entry, catalogue_entry_free)

/* Downloads (resumes) and checks a built-in model. Nothing to do when present and right. Errors say where to put the file by hand.
 * PARDON_MODEL_MIRROR replaces the address up to the path (for a mirror inside a company, and for tests). */
gboolean catalogue_get (const char *name, const job *j, GError **error);
/* Remembers a user's own file under a name. The file stays where it is. */
gboolean catalogue_add (const char *name, const char *file, const char *view, const char *scale, const char *layer,
                        const char *about, GError **error);
/* Folder of downloaded files: $PARDON_CACHE, else $XDG_CACHE_HOME/pardon/models. g_free. */
char *catalogue_dir (void);
