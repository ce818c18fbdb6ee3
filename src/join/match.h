/* Finding the picture a row of a table means, by name alone.
 *
 * The rules, the best first; a rule is asked only where those before it found nothing:
 *  1  the same name, byte for byte ("./" and doubled '/' in rows do not count; '\' is '/' in a row without '/')
 *  2  the same last folders and base name: the picture that shares the most of them with the row. Folders in front may
 *     be missing on either side, or differ
 *  3  the same base name
 *  4  the row's name plus an ending, for rows that end in none of the endings the pictures have
 * 2, 3 and 4 count only where they are unambiguous from both ends: several pictures, or several differing rows, equally
 * near are a MATCH_AMBIGUOUS for all of them. A picture takes the row of the best rule; the others find none.
 *
 * Time grows as (n + m) log n, whatever the names. Memory: about 60 bytes a picture and 40 a row beside the names. */
#pragma once

#include <glib.h>

#define MATCH_NO_ROW G_MAXUINT32

typedef enum {
  MATCH_NONE,
  MATCH_AMBIGUOUS,
  MATCH_REPEATED, /* the name of an earlier row: see same_as */
  MATCH_EXACT,
  MATCH_FOLDERS,   /* rule 2 */
  MATCH_BASE_NAME, /* rule 3 */
  MATCH_NO_ENDING, /* rule 4 */
} match_how;

typedef struct {
  gsize n, m;
  guint32 *row;     /* n pictures: the row, or MATCH_NO_ROW */
  guint32 *same_as; /* m rows: the first row of the same name when this is a repetition, else MATCH_NO_ROW */
  guint8 *how;      /* m rows: match_how */
} matching;

/* `pictures` (n, each unique) and `rows` (m) are names, '/' separated; both below G_MAXUINT32 in number. Never fails. */
void matching_init (matching *mt, const char *const *pictures, gsize n, const char *const *rows, gsize m);
void matching_clear (matching *mt);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (matching, matching_clear)
