/* One table against the pictures: matched, counted, listed. For join.c. */
#pragma once

#include "join/join.h"
#include "join/match.h"
#include "join/table.h"

/* Fills `s` and `mt`. PARDON_ERROR_INPUT when nothing matches, or when rows of one picture contradict each other. */
gboolean join_side_init (join_side *s, matching *mt, const table *t, const char *const *files, gsize n, GError **error);
void join_side_clear (join_side *s);
