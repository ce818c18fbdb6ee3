/* The book-keeping of a join: every row and every picture is counted once, under one heading. */
#include "join/join_side.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

/* --- lists ---------------------------------------------------------------------------------- */

static void
clear_odd (gpointer odd)
{
  g_free (((join_odd *) odd)->name);
}

static void
odds_init (join_odds *o)
{
  o->count = 0;
  o->first = g_array_new (FALSE, FALSE, sizeof (join_odd));
  g_array_set_clear_func (o->first, clear_odd);
}

static void
odds_add (join_odds *o, const char *name, guint64 line)
{
  if (o->count++ >= JOIN_LISTED)
    return;
  join_odd odd = { g_strdup (name), line };
  g_array_append_val (o->first, odd);
}

void
join_side_clear (join_side *s)
{
  join_odds *lists[] = { &s->without_picture, &s->ambiguous, &s->repeated, &s->without_row };
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    g_clear_pointer (&lists[i]->first, g_array_unref);
  g_clear_pointer (&s->shown, g_free);
  g_clear_pointer (&s->row_example, g_free);
  g_clear_pointer (&s->picture_example, g_free);
}

/* --- rows of one name ----------------------------------------------------------------------- */

static char *
words_differ (const word_column *c, gsize a, gsize b)
{
  for (guint k = 0; c != NULL && k < c->width; k++)
    {
      guint32 x = g_array_index (c->rows, guint32, a * c->width + k),
              y = g_array_index (c->rows, guint32, b * c->width + k);
      if (x != y)
        return g_strdup_printf ("'%s' and '%s'", vocabulary_word (&c->words, x), vocabulary_word (&c->words, y));
    }
  return NULL;
}

static char *
numbers_differ (const float *p, gsize width, gsize a, gsize b)
{
  for (gsize k = 0; k < width; k++)
    {
      float x = p[a * width + k], y = p[b * width + k];
      if (x != y && !(isnan (x) && isnan (y)))
        return g_strdup_printf ("%g and %g", (double) x, (double) y);
    }
  return NULL;
}

/* What rows a and b say differently; NULL where they agree. Metadata does not count: the first row's is kept. */
static char *
difference_of_rows (const table *t, gsize a, gsize b)
{
  char *words = words_differ (t->truth, a, b);
  if (words == NULL)
    words = words_differ (t->label, a, b);
  if (words == NULL)
    words = words_differ (t->index, a, b);
  if (words == NULL && t->confidence != NULL)
    words = numbers_differ ((const float *) (gpointer) t->confidence->data, 1, a, b);
  return words != NULL ? words : numbers_differ (t->probabilities, t->width, a, b);
}

static gboolean
check_repetitions (const table *t, const matching *mt, GError **error)
{
  for (gsize r = 0; r < t->n; r++)
    {
      if (mt->how[r] != MATCH_REPEATED || mt->how[mt->same_as[r]] <= MATCH_REPEATED)
        continue;
      g_autofree char *words = difference_of_rows (t, mt->same_as[r], r);
      if (words == NULL)
        continue;
      g_autofree char *text = g_strdup_printf ("on '%s': %s", (char *) t->names->pdata[r], words);
      g_autofree char *valid = g_utf8_make_valid (text, -1);
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "'%s' lines %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT " contradict each other %s", t->shown,
                   g_array_index (t->lines, guint64, mt->same_as[r]), g_array_index (t->lines, guint64, r), valid);
      return FALSE;
    }
  return TRUE;
}

/* --- counting ------------------------------------------------------------------------------- */

static void
count_row (join_side *s, const table *t, match_how how, gsize r)
{
  const char *name = t->names->pdata[r];
  guint64 line = g_array_index (t->lines, guint64, r);
  switch (how)
    {
    case MATCH_NONE:
      odds_add (&s->without_picture, name, line);
      break;
    case MATCH_AMBIGUOUS:
      odds_add (&s->ambiguous, name, line);
      break;
    case MATCH_REPEATED:
      odds_add (&s->repeated, name, line);
      break;
    case MATCH_EXACT:
      s->exact++;
      break;
    case MATCH_FOLDERS:
      s->by_folders++;
      break;
    case MATCH_BASE_NAME:
      s->by_base_name++;
      break;
    case MATCH_NO_ENDING:
      s->by_stem++;
      break;
    }
}

static void
take_examples (join_side *s)
{
  const join_odds *rows = s->without_picture.count > 0 ? &s->without_picture : &s->ambiguous;
  if (rows->count > 0)
    {
      const join_odd *odd = &g_array_index (rows->first, join_odd, 0);
      s->row_example = g_utf8_make_valid (odd->name, -1);
      s->row_example_line = odd->line;
    }
  if (s->without_row.count > 0)
    s->picture_example = g_utf8_make_valid (g_array_index (s->without_row.first, join_odd, 0).name, -1);
}

static void
refuse_all (const join_side *s, GError **error)
{
  if (s->ambiguous.count > 0 && s->without_picture.count == 0)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                 "no row of '%s' names one picture alone: '%s' (line %" G_GUINT64_FORMAT
                 ") could be several; write names as the scan does, such as '%s'",
                 s->shown, s->row_example, s->row_example_line, s->picture_example);
  else
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                 "'%s' has no row that names a picture of the scan: it has '%s' (line %" G_GUINT64_FORMAT
                 "), the scan has '%s'",
                 s->shown, s->row_example, s->row_example_line, s->picture_example);
}

gboolean
join_side_init (join_side *s, matching *mt, const table *t, const char *const *files, gsize n, GError **error)
{
  *s = (join_side){ .shown = g_strdup (t->shown), .rows = t->n };
  odds_init (&s->without_picture);
  odds_init (&s->ambiguous);
  odds_init (&s->repeated);
  odds_init (&s->without_row);
  matching_init (mt, files, n, (const char *const *) t->names->pdata, t->n);
  for (gsize r = 0; r < t->n; r++)
    count_row (s, t, mt->how[r], r);
  for (gsize i = 0; i < n; i++)
    if (mt->row[i] == MATCH_NO_ROW)
      odds_add (&s->without_row, files[i], 0);
  s->matched = n - s->without_row.count;
  take_examples (s);
  if (s->matched == 0 && n > 0)
    {
      refuse_all (s, error);
      return FALSE;
    }
  return check_repetitions (t, mt, error);
}

/* --- words ---------------------------------------------------------------------------------- */

static void
say_ways (GString *words, const join_side *s)
{
  const struct {
    guint64 count;
    const char *way;
  } ways[] = {
    { s->exact, "by their full name" },
    { s->by_folders, "by their last folders" },
    { s->by_base_name, "by base name alone" },
    { s->by_stem, "by their name without its ending" },
  };
  if (s->exact == s->matched)
    return;
  const char *between = " (";
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    if (ways[i].count > 0)
      {
        g_string_append_printf (words, "%s%" G_GUINT64_FORMAT " %s", between, ways[i].count, ways[i].way);
        between = ", ";
      }
  g_string_append_c (words, ')');
}

static void
say_odds (GString *words, const join_odds *o, const char *one, const char *many)
{
  if (o->count == 0)
    return;
  const join_odd *first = &g_array_index (o->first, join_odd, 0);
  g_autofree char *name = g_utf8_make_valid (first->name, -1);
  g_string_append_printf (words, "; %" G_GUINT64_FORMAT " %s (%s'%s'", o->count, o->count == 1 ? one : many,
                          o->count == 1 ? "" : "first ", name);
  if (first->line > 0)
    g_string_append_printf (words, ", line %" G_GUINT64_FORMAT, first->line);
  g_string_append_c (words, ')');
}

char *
join_side_words (const join_side *s, gsize n)
{
  GString *words = g_string_new (NULL);
  g_string_append_printf (words, "'%s': %" G_GUINT64_FORMAT " of %" G_GSIZE_FORMAT " pictures found their row",
                          s->shown, s->matched, n);
  say_ways (words, s);
  say_odds (words, &s->without_row, "picture has no row", "pictures have no row");
  say_odds (words, &s->without_picture, "row names no picture", "rows name no picture");
  say_odds (words, &s->ambiguous, "row could mean several pictures, or is one of several for a picture",
            "rows could mean several pictures, or are several for one picture");
  say_odds (words, &s->repeated, "row repeats an earlier one", "rows repeat earlier ones");
  if (s->empty > 0)
    g_string_append_printf (words, "; %" G_GUINT64_FORMAT " %s no class", s->empty,
                            s->empty == 1 ? "row holds" : "rows hold");
  if (s->matched < n - n / 2 && s->row_example != NULL && s->picture_example != NULL)
    g_string_append_printf (words,
                            ". Do the names differ? The table has '%s' (line %" G_GUINT64_FORMAT "), the scan has '%s'",
                            s->row_example, s->row_example_line, s->picture_example);
  return g_string_free (words, FALSE);
}
