/* The class of a picture told by its folder, as torchvision's ImageFolder lays pictures out: CLASS/PICTURE, maybe deeper, maybe
 * below train/, val/ and test/. */
#pragma once

#include "join/table.h"

/* The rule: folders in front that all pictures share are passed over, as long as each picture still lies in one; then, when every first
 * folder is a split's name (train, training, val, valid, validation, dev, test, testing, holdout) and each picture lies in one more, that is
 * the split; the next folder is the class, whatever lies below it.
 * `classes` and `splits` (made by the caller, width 1) receive n rows, "" where a picture lies in no such folder.
 * TRUE when every picture has a class and there are at least two classes: then folders may be taken for classes unasked. */
gboolean folder_classes (const char *const *files, gsize n, word_column *classes, word_column *splits);
