/* A flat float32 matrix on disk: a header of 64 bytes, then n x d little-endian float32, row-major.
 *
 * numpy: numpy.memmap(FILE, '<f4', 'r', offset=64, shape=(n, d))
 * Header: bytes 0..7 "PARDONF4", u32 version (1), u32 d, u64 n, 40 bytes of zero; little-endian.
 *
 * Invariants (tests/unit/test_matrix_file.c, one test each)
 *  M1  the file's size is at least 64 + n * d * 4; rows past n are not part of it and are cut off at the next open
 *      for writing
 *  M2  n in the header is written only after the rows it counts are on disk
 *  M3  a row once counted and kept never changes
 *  M4  d is the same for the life of the file */
#pragma once

#include "types.h"

typedef struct matrix_file matrix_file;

/* For appending, created when missing. `keep` rows are kept, any after them cut off (a store that counts fewer rows
 * than the file wins). PARDON_ERROR_STORE when the file is shorter than `keep` rows or of another width. */
matrix_file *matrix_file_append (const char *path, gsize d, guint64 keep, GError **error);
gboolean matrix_file_add (matrix_file *f, const float *row, GError **error); /* d floats, copied */
gboolean matrix_file_sync (matrix_file *f, GError **error);                  /* M2 */
/* For reading: mapped. The matrix stays valid until free, rows added later are not in it; rows is NULL. */
matrix_file *matrix_file_open (const char *path, GError **error);
const matrix *matrix_file_get (const matrix_file *f); /* NULL for a file opened for appending */
guint64 matrix_file_rows (const matrix_file *f);      /* with those added and not yet synced */
void matrix_file_free (matrix_file *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (matrix_file, matrix_file_free)

/* Writes x as .npy, version 1.0, '<f4', C order. Whole or not at all. */
gboolean matrix_write_npy (const matrix *x, const char *path, GError **error);
