/* Names for models: a small built-in table of public ones, and those a user added. A name stands for a file, a view, a
 * scale and a layer, so that `--model vgg16` is all a person types. Any thread, but for changing the environment
 * meanwhile. */
#pragma once

#include "base/job.h"
#include <glib.h>

typedef struct {
  char *name, *url; /* url NULL: added by the user */
  char *path;       /* where the file is, or would be, on this machine; absolute */
  gboolean present; /* the file is there, and of the right size where it is built in */
  guint64 bytes;    /* as published; of a user's own: as it is now, 0 when gone */
  char *sha256;     /* hex; NULL: added by the user */
  char *view;       /* as the options take it; NULL: the options' default */
  char *scale;      /* likewise */
  char *layer;      /* NULL: penultimate */
  char *about;      /* one line: what it is, licence; "" when the user gave none */
} catalogue_entry;

/* Built-in and added, sorted by name; of catalogue_entry. Free with g_ptr_array_unref. */
GPtrArray *catalogue_list (GError **error);
/* NULL without error when no such name. Free with catalogue_entry_free. */
catalogue_entry *catalogue_find (const char *name, GError **error);
void catalogue_entry_free (catalogue_entry *e);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (catalogue_entry, catalogue_entry_free)

/* Downloads (resumes) and checks a built-in model. Nothing is fetched when it is present and its sum right. Errors say
 * where to put the file by hand. An unknown name is PARDON_ERROR_INPUT and lists the known ones; a user's own file that
 * is gone PARDON_ERROR_MISSING. PARDON_MODEL_MIRROR replaces the address up to the path 'validated/vision/...' (for a
 * mirror inside a company, and for tests). */
gboolean catalogue_get (const char *name, const job *j, GError **error);
/* The same for an entry in hand. */
gboolean catalogue_fetch (const catalogue_entry *e, const job *j, GError **error);

/* Remembers a user's own file under a name: letters a-z, digits, '.', '_', '-', at most 64, no built-in name, not
 * ending in
 * '.onnx'. A name added before is replaced. The file must exist and stays where it is; its path is kept absolute, and
 * so is that of a view or scale that is a file. `view`, `scale`, `layer`, `about` may be NULL. That view and scale mean
 * something is for the caller to check, who has the parsers. PARDON_ERROR_INPUT for what the user can mend. */
gboolean catalogue_add (const char *name, const char *file, const char *view, const char *scale, const char *layer,
                        const char *about, GError **error);
/* Folder of downloaded files: $PARDON_CACHE, else $XDG_CACHE_HOME/pardon/models; absolute. g_free. */
char *catalogue_dir (void);
/* Where added models are remembered: $PARDON_CONFIG/models.ini, else $XDG_CONFIG_HOME/pardon/models.ini. g_free. */
char *catalogue_file (void);
