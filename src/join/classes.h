/* The classes of a problem, and what a word in a table means among them: a name, an id (WordNet's, say) or an index.
 *
 * Names may stand twice ("crane" the bird and "crane" the machine in ImageNet): such a name alone means no class, its index and
 * its id do. */
#pragma once

#include <glib.h>

typedef struct {
  char *shown; /* the file they came from, for messages; NULL where they were made from the labels */
  gsize n;
  GPtrArray *names;            /* n char * */
  GPtrArray *ids;              /* n char *, or NULL */
  GHashTable *by_name, *by_id; /* -> index + 1; 0 for a name that stands twice */
  GHashTable *by_short;        /* the same for the names' beginnings before ", "; or NULL */
  gboolean numbered;           /* names are numbers: an index is a name here, and "3.0" is "3" */
} class_list;

/* `names`: a text file of one name a line; or of `n01440764 tench, Tinca tinca` a line, id first; or a CSV with a column 'name' (or
 * 'class', 'label') and maybe 'id' ('wnid', 'synset') and 'index'. `ids`: one id a line in the same order, or NULL. PARDON_ERROR_INPUT
 * with the line for: an empty name, an id that stands twice, another number of ids than names. */
gboolean class_list_read (class_list *l, const char *names, const char *ids, GError **error);
/* From words: all indices are sorted as numbers, else bytewise as ImageFolder does. Duplicates and "" do not count. */
void class_list_make (class_list *l, const char *const *words, gsize n);
/* `n` classes called "0", "1", ... */
void class_list_number (class_list *l, gsize n);
void class_list_clear (class_list *l);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (class_list, class_list_clear)

/* "3", "3.0" -> 3 (pandas writes whole numbers so once one is missing). FALSE for anything else. */
gboolean class_index_read (const char *word, guint64 *index);

/* Words for words, as --label-map FILE gives them: a CSV with the columns 'from' and 'to'. NULL with PARDON_ERROR_INPUT; a word
 * mapped to two others is an error with both lines. */
GHashTable *label_map_read (const char *path, GError **error);
/* What `word` becomes: itself where `map` is NULL or silent. One step, no chains. */
const char *label_map_apply (GHashTable *map, const char *word);

typedef enum { READ_NAMES, READ_IDS, READ_INDICES } class_reading;

/* A word and where it was first used. Words with line 0 are not used and are passed over. */
typedef struct {
  const char *word;
  guint64 line;
  int index; /* out: -1 for "" and for unused ones */
} class_word;

/* What each of `words` means: indices where all are whole numbers below n and not all of them names; else a name, else an id,
 * else, for ImageNet's "tench, Tinca tinca", what stands before the first ", " in the word or in the name; each where it is the only one. Sets `reading` to what most were.
 * PARDON_ERROR_INPUT naming `shown` (NULL: the words are folders), line, word and the nearest class for the first word that means none or several. */
gboolean class_list_resolve (const class_list *l, class_word *words, gsize n, const char *shown, class_reading *reading,
                             GError **error);
