/* Comma-separated values, RFC 4180, both ways. Reading is forgiving (delimiter , ; tab or | told from the header,
 * BOM, CRLF, quotes with embedded newlines), and says line and column of what it cannot take. */
#pragma once

#include <glib.h>

typedef struct csv_reader csv_reader;

/* Opens `path` and reads the header. Errors: PARDON_ERROR_INPUT. Rows over 1 MiB, NUL bytes and UTF-16 are refused. */
csv_reader *csv_reader_new (const char *path, GError **error);
/* Column names as written (NULL-ended), valid until free. */
char **csv_reader_header (const csv_reader *r);
/* Index of the first of `names` (NULL-ended) found in the header, without regard to case and to blanks around; -1 when none is. */
int csv_reader_column (const csv_reader *r, const char *const *names);
/* Next row: as many fields as the header has, valid until the next call; blank lines are passed over. NULL at the end or with
 * `error` set (unclosed quote, wrong number of fields: 'labels.csv' line 12: 3 fields where the header has 2); an error stays. */
char **csv_reader_next (csv_reader *r, GError **error);
guint64 csv_reader_line (const csv_reader *r); /* of the row last returned, from 1 */
void csv_reader_free (csv_reader *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (csv_reader, csv_reader_free)

/* Appends one field, quoted where RFC 4180 asks for it; a comma before it unless `first`. */
void csv_append (GString *line, const char *field, gboolean first);
