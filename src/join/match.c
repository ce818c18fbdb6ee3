/* Names are hashed for rule 1. The others look into the pictures sorted by their names read backwards, with '/' as the
 * lowest letter: pictures that end in the same folders then stand side by side, and the nearest ones stand where the
 * row itself would be inserted. */
#include "join/match.h"

#include <string.h>

typedef struct {
  guint64 key[2]; /* the last 16 letters, the last one first: most comparisons need not look at the name itself */
  const char *name;
  guint32 length; /* of what counts of it: without the ending in rule 4 */
  guint32 picture;
} entry;

typedef struct {
  entry *entries; /* sorted */
  gsize n;
} name_index;

/* What a row found: `rank` orders claims on one picture. */
typedef struct {
  guint32 picture, rank;
  match_how how;
} claim;

#define RANK_EXACT     G_MAXUINT32
#define RANK_ENDINGS   (G_MAXUINT32 / 2) /* from here on: endings agree too */
#define MOST_IN_COMMON 1000000

/* --- names read backwards ------------------------------------------------------------------- */

static guint
letter (char c)
{
  return c == '/' ? 0 : (guint8) c;
}

static void
entry_init (entry *e, const char *name, gsize length, gsize picture)
{
  *e = (entry){ { 0, 0 }, name, (guint32) length, (guint32) picture };
  for (gsize i = 0; i < MIN (length, 16); i++)
    {
      char c = name[length - 1 - i];
      guint64 coarse = c == '/' ? 1 : MAX ((guint8) c, 2); /* 0 is the end of the name */
      e->key[i / 8] |= coarse << (56 - 8 * (i % 8));
    }
}

static int
compare_backwards (const entry *a, const entry *b)
{
  for (int k = 0; k < 2; k++)
    if (a->key[k] != b->key[k])
      return a->key[k] < b->key[k] ? -1 : 1;
  gsize i = a->length, j = b->length;
  while (i > 0 && j > 0)
    {
      guint x = letter (a->name[--i]), y = letter (b->name[--j]);
      if (x != y)
        return x < y ? -1 : 1;
    }
  return (i > 0) - (j > 0);
}

static int
compare_entries (gconstpointer a, gconstpointer b, gpointer user)
{
  (void) user;
  return compare_backwards (a, b);
}

/* Where `e` stands to the group of names that are `suffix` or end in '/' and `suffix`: before, in it, after. */
static int
compare_with_group (const entry *e, const entry *suffix)
{
  gsize i = e->length, j = suffix->length;
  while (i > 0 && j > 0)
    {
      guint x = letter (e->name[--i]), y = letter (suffix->name[--j]);
      if (x != y)
        return x < y ? -1 : 1;
    }
  if (j > 0)
    return -1;
  return i == 0 || e->name[i - 1] == '/' ? 0 : 1;
}

/* How many components two names share from the end, and how many bytes of `a` those take. */
static guint
shared_components (const entry *a, const entry *b, guint32 *bytes)
{
  guint32 i = a->length, j = b->length;
  guint depth = 0;
  *bytes = 0;
  for (;;)
    {
      gboolean a_ends = i == 0 || a->name[i - 1] == '/', b_ends = j == 0 || b->name[j - 1] == '/';
      if (a_ends && b_ends)
        {
          depth++;
          *bytes = a->length - i;
          if (i == 0 || j == 0)
            return depth;
        }
      else if (a_ends || b_ends || a->name[i - 1] != b->name[j - 1])
        return depth;
      i--;
      j--;
    }
}

static const char *
base_of (const char *name)
{
  const char *slash = strrchr (name, '/');
  return slash != NULL ? slash + 1 : name;
}

/* Of the last dot of the base name; NULL where there is none, or only in front. */
static const char *
ending_of (const char *name)
{
  const char *base = base_of (name), *dot = strrchr (base, '.');
  return dot == NULL || dot == base ? NULL : dot;
}

static void
name_index_init (name_index *x, const char *const *pictures, gsize n, gboolean without_ending)
{
  x->n = n;
  x->entries = g_new (entry, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    {
      const char *ending = without_ending ? ending_of (pictures[i]) : NULL;
      gsize length = ending != NULL ? (gsize) (ending - pictures[i]) : strlen (pictures[i]);
      entry_init (&x->entries[i], pictures[i], length, i);
    }
  g_qsort_with_data (x->entries, (int) MIN (n, (gsize) G_MAXINT), sizeof (entry), compare_entries, NULL);
}

static void
name_index_clear (name_index *x)
{
  g_clear_pointer (&x->entries, g_free);
}

/* The first entry for which `compare` (entry, key) is not below `least`. */
static gsize
first_from (const name_index *x, int (*compare) (const entry *, const entry *), const entry *key, int least)
{
  gsize low = 0, high = x->n;
  while (low < high)
    {
      gsize middle = low + (high - low) / 2;
      if (compare (&x->entries[middle], key) < least)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* The nearest picture. Where several are equally near, the one that is wholly the end of the row's name wins. */
static claim
find_nearest (const name_index *x, const char *row)
{
  claim none = { MATCH_NO_ROW, 0, MATCH_NONE };
  entry key, suffix;
  entry_init (&key, row, strlen (row), 0);
  gsize at = first_from (x, compare_backwards, &key, 0);
  guint32 bytes_before = 0, bytes_after = 0;
  guint before = at > 0 ? shared_components (&key, &x->entries[at - 1], &bytes_before) : 0;
  guint after = at < x->n ? shared_components (&key, &x->entries[at], &bytes_after) : 0;
  guint depth = MAX (before, after);
  guint32 bytes = before > after ? bytes_before : bytes_after;
  if (depth == 0 || bytes == 0)
    return none;
  entry_init (&suffix, row + key.length - bytes, bytes, 0);
  gsize first = before > after ? at - 1 : at, past = first + 1;
  gboolean alone = (first == 0 || compare_with_group (&x->entries[first - 1], &suffix) != 0)
                   && (past == x->n || compare_with_group (&x->entries[past], &suffix) != 0);
  if (!alone)
    {
      first = first_from (x, compare_with_group, &suffix, 0);
      past = first_from (x, compare_with_group, &suffix, 1);
    }
  gboolean is_end = x->entries[first].length == bytes;
  if (past - first > 1 && (!is_end || x->entries[first + 1].length == bytes))
    return (claim){ MATCH_NO_ROW, 0, MATCH_AMBIGUOUS };
  gboolean whole = is_end || bytes == key.length;
  return (claim){ x->entries[first].picture, MIN (depth, MOST_IN_COMMON) * 2 + whole,
                  depth > 1 ? MATCH_FOLDERS : MATCH_BASE_NAME };
}

/* --- rows ----------------------------------------------------------------------------------- */

/* The row's name as pictures are named; itself where that is so already. */
static const char *
tidy (const char *name, GStringChunk *text)
{
  gboolean windows = strchr (name, '/') == NULL && strchr (name, '\\') != NULL;
  if (!windows && !g_str_has_prefix (name, "./") && strstr (name, "//") == NULL && strstr (name, "/./") == NULL)
    return name;
  g_autofree char *tidied = g_strdup (name);
  if (windows)
    g_strdelimit (tidied, "\\", '/');
  char *to = tidied;
  for (const char *from = tidied; *from != '\0';)
    {
      gboolean begins = to == tidied || to[-1] == '/';
      if (begins && from[0] == '.' && from[1] == '/')
        from += 2;
      else if (to > tidied && to[-1] == '/' && from[0] == '/')
        from++;
      else
        *to++ = *from++;
    }
  *to = '\0';
  return g_string_chunk_insert (text, tidied);
}

/* Rule 1, and rows that repeat an earlier one. `names` receives the tidied names of rows still looking. */
static gsize
match_exact (matching *mt, const char *const *pictures, const char *const *rows, const char **names, GStringChunk *text)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) unknown = g_hash_table_new (g_str_hash, g_str_equal);
  gsize looking = 0;
  for (gsize i = 0; i < mt->n; i++)
    g_hash_table_insert (known, (gpointer) pictures[i], GSIZE_TO_POINTER (i));
  for (gsize r = 0; r < mt->m; r++)
    {
      gpointer found, first;
      mt->same_as[r] = MATCH_NO_ROW;
      names[r] = rows[r];
      gboolean is_known = g_hash_table_lookup_extended (known, rows[r], NULL, &found);
      if (!is_known)
        {
          names[r] = tidy (rows[r], text);
          is_known = names[r] != rows[r] && g_hash_table_lookup_extended (known, names[r], NULL, &found);
        }
      guint32 *taken = is_known ? &mt->row[GPOINTER_TO_SIZE (found)] : NULL;
      if (is_known && *taken == MATCH_NO_ROW)
        {
          *taken = (guint32) r;
          mt->how[r] = MATCH_EXACT;
        }
      else if (is_known)
        mt->same_as[r] = *taken;
      else if (g_hash_table_lookup_extended (unknown, names[r], NULL, &first))
        mt->same_as[r] = (guint32) GPOINTER_TO_SIZE (first);
      else
        {
          g_hash_table_insert (unknown, (gpointer) names[r], GSIZE_TO_POINTER (r));
          looking++;
        }
      if (mt->same_as[r] != MATCH_NO_ROW)
        mt->how[r] = MATCH_REPEATED;
    }
  return looking;
}

static GHashTable *
endings_in_use (const char *const *pictures, gsize n)
{
  GHashTable *endings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (gsize i = 0; i < n; i++)
    {
      const char *ending = ending_of (pictures[i]);
      if (ending != NULL && !g_hash_table_contains (endings, ending))
        g_hash_table_add (endings, g_strdup (ending));
    }
  return endings;
}

static void
claim_by_ending (const matching *mt, const char *const *pictures, const char **names, claim *claims)
{
  g_autoptr (GHashTable) endings = endings_in_use (pictures, mt->n);
  name_index stems = { 0 };
  for (gsize r = 0; r < mt->m; r++)
    {
      if (mt->how[r] != MATCH_NONE || claims[r].how != MATCH_NONE)
        continue;
      const char *ending = ending_of (names[r]);
      if (ending != NULL && g_hash_table_contains (endings, ending))
        continue;
      if (stems.entries == NULL)
        name_index_init (&stems, pictures, mt->n, TRUE);
      claims[r] = find_nearest (&stems, names[r]);
      if (claims[r].picture != MATCH_NO_ROW)
        claims[r].how = MATCH_NO_ENDING;
    }
  name_index_clear (&stems);
}

/* Gives each picture that has no row yet the best claim, when only one row makes it. */
static void
settle (matching *mt, const claim *claims)
{
  g_autofree guint32 *best = g_new0 (guint32, MAX (mt->n, 1));
  g_autofree guint8 *tied = g_new0 (guint8, MAX (mt->n, 1));
  for (gsize i = 0; i < mt->n; i++)
    best[i] = mt->row[i] != MATCH_NO_ROW ? RANK_EXACT : 0;
  for (gsize r = 0; r < mt->m; r++)
    {
      guint32 p = claims[r].picture, rank = claims[r].rank;
      if (p == MATCH_NO_ROW || rank < best[p])
        continue;
      tied[p] = rank == best[p];
      best[p] = rank;
    }
  for (gsize r = 0; r < mt->m; r++)
    {
      guint32 p = claims[r].picture;
      if (p == MATCH_NO_ROW)
        mt->how[r] = mt->how[r] == MATCH_NONE ? claims[r].how : mt->how[r];
      else if (claims[r].rank == best[p])
        {
          mt->how[r] = tied[p] ? MATCH_AMBIGUOUS : claims[r].how;
          if (!tied[p])
            mt->row[p] = (guint32) r;
        }
    }
}

void
matching_init (matching *mt, const char *const *pictures, gsize n, const char *const *rows, gsize m)
{
  mt->n = n;
  mt->m = m;
  mt->row = g_new (guint32, MAX (n, 1));
  mt->same_as = g_new (guint32, MAX (m, 1));
  mt->how = g_new0 (guint8, MAX (m, 1));
  for (gsize i = 0; i < n; i++)
    mt->row[i] = MATCH_NO_ROW;
  g_autofree const char **names = g_new (const char *, MAX (m, 1));
  GStringChunk *text = g_string_chunk_new (4096);
  if (match_exact (mt, pictures, rows, names, text) > 0)
    {
      g_autofree claim *claims = g_new (claim, m);
      name_index whole;
      name_index_init (&whole, pictures, n, FALSE);
      for (gsize r = 0; r < m; r++)
        {
          claims[r] = (claim){ MATCH_NO_ROW, 0, MATCH_NONE };
          if (mt->how[r] == MATCH_NONE)
            claims[r] = find_nearest (&whole, names[r]);
          if (claims[r].picture != MATCH_NO_ROW)
            claims[r].rank += RANK_ENDINGS;
        }
      name_index_clear (&whole);
      claim_by_ending (mt, pictures, names, claims);
      settle (mt, claims);
    }
  g_string_chunk_free (text);
}

void
matching_clear (matching *mt)
{
  g_clear_pointer (&mt->row, g_free);
  g_clear_pointer (&mt->same_as, g_free);
  g_clear_pointer (&mt->how, g_free);
}
