/* Records that results need again, kept in one of the store's notes as groups of a key file. A table of a record's fields serves
 * writing and reading alike. */
#pragma once

#include <glib.h>

struct store;

typedef enum { KEPT_COUNT, KEPT_REAL, KEPT_FLAG, KEPT_TEXT } kept_type; /* guint64, double, gboolean, char * */
typedef struct {
  const char *name;
  kept_type type;
  gsize offset; /* in the record */
} kept_field;

/* With `error` set, PARDON_ERROR_STORE, or kept under `note`. */
gboolean kept_save (struct store *s, const char *note, GKeyFile *file, GError **error);
/* NULL where nothing is kept. g_key_file_unref. */
GKeyFile *kept_load (struct store *s, const char *note);

void kept_put (GKeyFile *file, const char *group, const kept_field *fields, gsize n, const void *record);
/* FALSE where the group or one of its texts is not there; texts are NULL then. Else texts are the caller's to free; numbers that
 * are not there are 0, or NAN. */
gboolean kept_get (GKeyFile *file, const char *group, const kept_field *fields, gsize n, void *record);

/* Records of one sort, each in a group of its own: "name 0", "name 1", ... */
void kept_put_each (GKeyFile *file, const char *name, const kept_field *fields, gsize n, const GPtrArray *records);
/* kept_get of the one with this number. */
gboolean kept_get_nth (GKeyFile *file, const char *name, guint number, const kept_field *fields, gsize n, void *record);
