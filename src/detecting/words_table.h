/* What each quality measure is called, and how it is told. words.c reads it. */
#pragma once

#include <glib.h>

typedef enum {
  READ_PLAIN, /* x * factor */
  READ_POWER, /* (2^x - offset) * factor */
  READ_ROOT,  /* sqrt (2^x - offset) * factor */
} words_read;

typedef enum {
  TELL_TIMES, /* # is the ratio to the middle clean picture: "3.1 times" */
  TELL_MORE,  /* # is the difference to it, with the unit: "43 grey levels" */
  TELL_STATE, /* no comparison in the phrase */
} words_tell;

/* Phrases may hold #: the amount; $: the value with its unit; @: the direction in the name ("from left to right"); ~: the
 * first number in the name. Where a phrase holds no $, `what` and the value follow in brackets. A name's character at
 * the ? of the pattern is a scale: "at half size, " goes in front. */
typedef struct {
  const char *pattern; /* glob; the first row that matches a name counts */
  const char *group;   /* of a group one sentence is told */
  int plain;           /* 1..4: how much it tells a person, against others of its group */
  words_read read;
  double offset, factor;
  const char *unit; /* " grey levels", with its blank; "" */
  words_tell tell;
  const char *what;          /* "width"; "" */
  const char *above, *below; /* the value is above, below the middle clean picture's */
} words_row;

extern const words_row words_table[]; /* ends with a row of pattern NULL */
