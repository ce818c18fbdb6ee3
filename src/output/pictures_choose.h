/* Which pictures the page holds when there are more than it can. */
#pragma once

#include "output/pictures.h"

/* Numbers (gsize) in the list, ascending; NULL with `error` set. *words: a sentence that says which they are; NULL: all of them. */
GArray *pictures_choose (struct store *s, const pictures_options *o, char **words, GError **error);
