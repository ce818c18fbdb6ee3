/* Which part of a data set a picture belongs to, by its folders' names or by somebody's word. */
#pragma once

#include <glib.h>

/* "train" for a folder named train or training, "val" for val, valid, validation or dev, "test" for test, testing or eval; case does not
 * count, the folder nearest the root that has such a name decides ("train/eval/a.jpg" is train), and the file's own name never does.
 * NULL where no folder has. Static. */
const char *split_of (const char *file);

/* The split that `word` names: the same words mean the same, any other one itself ("fold 3"). Static or interned. */
const char *split_named (const char *word);
