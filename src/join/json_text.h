/* The values of JSON (RFC 8259) read off a piece of text, with the place of every fault. A reader of our own, for jansson keeps no number
 * as it is written (an id of 20 digits, 0.10), refuses Python's NaN, and takes three times as long to build a tree of every row. */
#pragma once

#include <glib.h>

typedef struct {
  const char *p, *end; /* what is left; on a fault p stands where it is */
  const char *fault;   /* static: what should stand there; NULL */
} json_text;

/* Sets the fault; FALSE. */
gboolean json_text_refuse (json_text *t, const char *what);
char json_text_peek (const json_text *t); /* '\0' at the end */
void json_text_pass_blanks (json_text *t);
/* Standing on the opening quote: appends the string, unescaped. NUL characters are refused. */
gboolean json_text_string (json_text *t, GString *into);
/* Any value. `into` becomes a string unescaped, a number or word as written, null as ""; of a list or object it is undefined. Nesting
 * past 64 is refused. NaN and Infinity, which Python writes, are taken. */
gboolean json_text_value (json_text *t, GString *into);
