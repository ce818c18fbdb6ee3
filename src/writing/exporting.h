/* `pardon export` of lists and of folders of links. Everything is read from the tables of the last scan, so that a list adds up with
 * images.csv whatever has happened since; nothing in the results folder is changed. */
#pragma once

#include "base/job.h"
#include "pardon.h"

#include <glib.h>

/* What stands in other tables than images.csv; "" where a picture has none. */
typedef enum {
  EXPORT_PATH,      /* manifest.csv: what was opened */
  EXPORT_GROUP,     /* owed.csv */
  EXPORT_SUGGESTED, /* suspected.csv */
  EXPORT_SUSPICION, /* its score */
  EXPORT_EXACT,     /* duplicates.csv: group of exact copies, and of near ones */
  EXPORT_NEAR,
  EXPORT_EXTRAS
} export_extra;
extern const char *const export_extra_names[EXPORT_EXTRAS];

/* Of images.csv, by name. */
typedef enum {
  EXPORT_FILE,
  EXPORT_STATUS,
  EXPORT_NOISY,
  EXPORT_KIND,
  EXPORT_CLUSTER,
  EXPORT_VERDICT,
  EXPORT_FIELDS
} export_field;

/* All of it lives until the next call. */
typedef struct {
  char **fields;                    /* of images.csv, as export_source_header */
  const char *field[EXPORT_FIELDS]; /* "" where images.csv has no such column */
  const char *extra[EXPORT_EXTRAS];
} export_row;

typedef struct export_source export_source;

/* The pictures that the options choose, in the order of images.csv. Refuses what does not go together, and tables that lack what was asked
 * for. PARDON_ERROR_INPUT. */
export_source *export_source_new (const pardon_export_options *o, GError **error);
char **export_source_header (const export_source *x);
/* FALSE at the end, or with `error` set: tables of different scans among other things. */
gboolean export_source_next (export_source *x, export_row *row, GError **error);
void export_source_free (export_source *x);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (export_source, export_source_free)

/* pardon.h says what they do. */
gboolean exporting_list (const pardon_export_options *o, void (*put) (void *user, const char *bytes, size_t n),
                         void *user, pardon_export_result *result, GError **error);
gboolean exporting_links (const pardon_export_options *o, const pardon_export_told *told, const job *j,
                          pardon_export_result *result, GError **error);
/* Of exporting_probes.c: DIR/probes/KIND/NAME-SEVERITY.png of every probe of the last scan, and DIR/probes/probes.csv. */
gboolean exporting_probes (const pardon_export_options *o, const pardon_export_told *told, const job *j,
                           pardon_export_result *result, GError **error);

/* --- shared by folders of links and of probes ----------------------------------------------------- */

/* A name that stays below the folder it is put in: no empty part, none that begins with a dot, no control characters. g_free. */
char *export_safe_name (const char *name, gboolean keep_folders);
/* Tells why a file was not made, and counts it. */
void export_tell_failure (const pardon_export_told *told, pardon_export_result *result, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
