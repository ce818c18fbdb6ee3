/* Which part of the data set (train, val, test, ...) each picture is of, for all who ask: a CSV list of the pictures says so in a column
 * `split` (subset, partition), else the tables of labels and predictions in theirs, else the names of folders. Each picture by itself: an
 * empty cell leaves the word to the next. */
#pragma once

#include "join/join.h"
#include "types.h"

typedef struct {
  GHashTable *told; /* file name, a copy -> its split, static; NULL: nobody was told */
} splits;

/* What a list says of a picture that was found; nothing where it says nothing. About 100 bytes each. */
void splits_note (splits *s, const image_ref *ref);
/* Brings together what is noted and what the tables say of the n pictures `files`, in the order of `j`: from then on both say the same. */
void splits_settle (splits *s, const char *const *files, joined *j);
/* NULL: of none. Static. */
const char *splits_of (const splits *s, const char *file);
void splits_clear (splits *s);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (splits, splits_clear)
