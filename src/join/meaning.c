/* Names here and numbers there are not guessed together: that is what --classes is for. */
#include "join/meaning.h"

#include "base/error.h"

#include <string.h>

meaning *
meaning_new (const word_column *c, const matching *mt, const table *t, GHashTable *map)
{
  meaning *m = g_new0 (meaning, 1);
  m->n = c->words.words->len;
  m->words = g_new (class_word, m->n);
  for (gsize i = 0; i < m->n; i++)
    m->words[i] = (class_word){ label_map_apply (map, vocabulary_word (&c->words, (guint32) i)), 0, -1 };
  for (gsize r = 0; r < c->rows->len / c->width; r++)
    {
      if (mt != NULL && mt->how[r] < MATCH_EXACT)
        continue;
      guint64 line = mt != NULL ? g_array_index (t->lines, guint64, r) : r + 1;
      for (guint k = 0; k < c->width; k++)
        {
          class_word *w = &m->words[g_array_index (c->rows, guint32, r * c->width + k)];
          w->line = w->line == 0 ? line : w->line;
        }
    }
  return m;
}

void
meaning_free (meaning *m)
{
  if (m == NULL)
    return;
  g_free (m->words);
  g_free (m);
}

void
meanings_clear (meanings *m)
{
  g_clear_pointer (&m->truth, meaning_free);
  g_clear_pointer (&m->label, meaning_free);
  g_clear_pointer (&m->index, meaning_free);
}

static void
add_words (GPtrArray *into, const meaning *m)
{
  for (gsize i = 0; m != NULL && i < m->n; i++)
    if (m->words[i].line > 0 && m->words[i].word[0] != '\0')
      g_ptr_array_add (into, (gpointer) m->words[i].word);
}

static const class_word *
first_used (const meaning *m)
{
  const class_word *first = NULL;
  for (gsize i = 0; m != NULL && i < m->n; i++)
    {
      const class_word *w = &m->words[i];
      if (w->line > 0 && w->word[0] != '\0' && (first == NULL || w->line < first->line))
        first = w;
    }
  return first;
}

static gboolean
all_numbers (const meaning *m)
{
  guint64 number;
  for (gsize i = 0; i < m->n; i++)
    if (m->words[i].line > 0 && m->words[i].word[0] != '\0' && !class_index_read (m->words[i].word, &number))
      return FALSE;
  return TRUE;
}

/* What a message calls the truth's word. */
static char *
truth_words (const meanings *m)
{
  const class_word *w = first_used (m->truth);
  g_autofree char *valid = g_utf8_make_valid (w->word, -1);
  return m->truth_file != NULL
             ? g_strdup_printf ("labels such as '%s' ('%s' line %" G_GUINT64_FORMAT ")", valid, m->truth_file, w->line)
             : g_strdup_printf ("folders such as '%s'", valid);
}

static gboolean
refuse_mixture (const meanings *m, const meaning *predicted, GError **error)
{
  const class_word *w = first_used (predicted);
  g_autofree char *valid = g_utf8_make_valid (w->word, -1);
  g_autofree char *truth = truth_words (m);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "%s and predictions such as '%s' ('%s' line %" G_GUINT64_FORMAT
               ") do not go together; name the classes in the order of their numbers with --classes FILE",
               truth, valid, m->prediction_file, w->line);
  return FALSE;
}

/* The classes of a matrix whose columns nobody named. */
static gboolean
make_for_matrix (meanings *m, class_list *l, GPtrArray *notes, GError **error)
{
  const class_word *truth = first_used (m->truth);
  if (truth == NULL || all_numbers (m->truth))
    {
      class_list_number (l, m->width);
      return TRUE;
    }
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  add_words (words, m->truth);
  class_list_make (l, (const char *const *) words->pdata, words->len);
  if (l->n == m->width)
    {
      g_ptr_array_add (notes, g_strdup_printf ("the %" G_GSIZE_FORMAT
                                               " columns of '%s' were taken for the classes in alphabetical order",
                                               m->width, m->prediction_file));
      return TRUE;
    }
  g_autofree char *shown = truth_words (m);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "%" G_GSIZE_FORMAT " columns of probabilities in '%s' and %" G_GSIZE_FORMAT
               " different %s; name the columns' classes with --classes FILE",
               m->width, m->prediction_file, l->n, shown);
  return FALSE;
}

static gboolean
share_a_word (const meaning *a, const meaning *b)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  add_words (words, a);
  for (guint i = 0; i < words->len; i++)
    g_hash_table_add (seen, words->pdata[i]);
  g_ptr_array_set_size (words, 0);
  add_words (words, b);
  for (guint i = 0; i < words->len; i++)
    if (g_hash_table_contains (seen, words->pdata[i]))
      return TRUE;
  return words->len == 0;
}

static gboolean
make_classes (meanings *m, class_list *l, gboolean unasked, GPtrArray *notes, GError **error)
{
  if (m->width > 0)
    return make_for_matrix (m, l, notes, error);
  gboolean truth = first_used (m->truth) != NULL;
  const meaning *predicted = m->label != NULL ? m->label : m->index;
  m->use_index = predicted != NULL && predicted == m->index;
  if (truth && m->label != NULL && m->index != NULL && all_numbers (m->truth) && !all_numbers (m->label))
    {
      predicted = m->index;
      m->use_index = TRUE;
    }
  if (truth && first_used (predicted) != NULL)
    {
      if (all_numbers (m->truth) != all_numbers (predicted))
        return refuse_mixture (m, predicted, error);
      if (unasked && !share_a_word (m->truth, predicted))
        {
          const class_word *w = first_used (predicted);
          g_autofree char *folders = truth_words (m), *valid = g_utf8_make_valid (w->word, -1);
          g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                       "%s and predictions such as '%s' have no class in common; give the truth with --labels FILE",
                       folders, valid);
          return FALSE;
        }
    }
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  add_words (words, m->truth);
  add_words (words, predicted);
  class_list_make (l, (const char *const *) words->pdata, words->len);
  return TRUE;
}

static gboolean
resolve (meaning *m, const class_list *l, const char *shown, GError **error)
{
  return m == NULL || class_list_resolve (l, m->words, m->n, shown, &m->reading, error);
}

/* The words where they all mean something, else the indices beside them. */
static gboolean
resolve_predictions (meanings *m, const class_list *l, gboolean given, GError **error)
{
  GError *local = NULL;
  if (!given || m->label == NULL || m->index == NULL)
    {
      if (given)
        m->use_index = m->label == NULL && m->index != NULL;
      return resolve (m->use_index ? m->index : m->label, l, m->prediction_file, error);
    }
  m->use_index = FALSE;
  if (resolve (m->label, l, m->prediction_file, &local))
    return TRUE;
  m->use_index = TRUE;
  if (resolve (m->index, l, m->prediction_file, NULL))
    {
      g_clear_error (&local);
      return TRUE;
    }
  g_propagate_error (error, local);
  return FALSE;
}

gboolean
meanings_resolve (meanings *m, class_list *l, gboolean given, gboolean unasked, GPtrArray *notes, GError **error)
{
  if (!given && !make_classes (m, l, unasked, notes, error))
    return FALSE;
  if (m->width > 0 && m->width != l->n)
    {
      m->prediction_at_fault = TRUE;
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "'%s' has %" G_GSIZE_FORMAT " columns of probabilities and '%s' %" G_GSIZE_FORMAT " classes",
                   m->prediction_file, m->width, l->shown != NULL ? l->shown : "the list", l->n);
      return FALSE;
    }
  if (!resolve (m->truth, l, m->truth_file, error))
    return FALSE;
  m->prediction_at_fault = !resolve_predictions (m, l, given, error);
  return !m->prediction_at_fault;
}
