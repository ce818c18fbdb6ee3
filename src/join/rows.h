/* A text file as a header and rows of fields, whatever it is written in: CSV (base/csv.h) or JSON lines, told apart by the
 * ending (.jsonl, .ndjson, .json). Names of files in messages are made printable. */
#pragma once

#include <glib.h>

typedef struct row_reader row_reader;

/* Errors: PARDON_ERROR_INPUT, with line and column. */
row_reader *row_reader_new (const char *path, GError **error);
char **row_reader_header (const row_reader *r); /* NULL-ended; valid until free */
/* As many fields as the header has, valid until the next call. NULL at the end or with `error` set. */
char **row_reader_next (row_reader *r, GError **error);
guint64 row_reader_line (const row_reader *r);     /* of the row last returned, from 1 */
const char *row_reader_name (const row_reader *r); /* for messages */
void row_reader_free (row_reader *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (row_reader, row_reader_free)

/* --- JSON lines (rows_json.c) --- */
typedef struct json_rows json_rows;

/* One object a line, RFC 8259, UTF-8; blank lines and a BOM are passed over. The header is every key there is, in order
 * of appearance (the file is read twice): absent keys and null are "", strings stand unescaped, all else as written.
 * A list under prob, probs, probabilities, scores, label, labels, index or indices becomes prob_0 ..., label_0 ..., index_0 ...
 * Lines over 16 MiB, more than 65536 keys, NUL characters and nesting past 64 are refused. */
json_rows *json_rows_new (const char *path, GError **error);
char **json_rows_header (const json_rows *r);
char **json_rows_next (json_rows *r, GError **error);
guint64 json_rows_line (const json_rows *r);
void json_rows_free (json_rows *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (json_rows, json_rows_free)
