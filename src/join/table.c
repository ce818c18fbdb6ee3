/* What both kinds of tables share. */
#include "join/table.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

#define SUM_TOLERANCE 0.02 /* half precision and printed digits stay well within; sigmoids of several labels do not */
#define SHOWN_CHARS   100

void
vocabulary_init (vocabulary *v)
{
  v->numbers = g_hash_table_new (g_str_hash, g_str_equal);
  v->text = g_string_chunk_new (4096);
  v->words = g_ptr_array_new ();
  vocabulary_add (v, "");
}

void
vocabulary_clear (vocabulary *v)
{
  g_clear_pointer (&v->numbers, g_hash_table_unref);
  g_clear_pointer (&v->words, g_ptr_array_unref);
  g_clear_pointer (&v->text, g_string_chunk_free);
}

guint32
vocabulary_add (vocabulary *v, const char *word)
{
  gpointer found;
  if (g_hash_table_lookup_extended (v->numbers, word, NULL, &found))
    return GPOINTER_TO_UINT (found);
  guint32 number = v->words->len;
  char *kept = g_string_chunk_insert (v->text, word);
  g_ptr_array_add (v->words, kept);
  g_hash_table_insert (v->numbers, kept, GUINT_TO_POINTER (number));
  return number;
}

word_column *
word_column_new (const char *name, guint width)
{
  word_column *c = g_new0 (word_column, 1);
  c->name = g_strdup (name);
  c->width = width;
  c->rows = g_array_new (FALSE, FALSE, sizeof (guint32));
  vocabulary_init (&c->words);
  return c;
}

void
word_column_free (word_column *c)
{
  if (c == NULL)
    return;
  g_free (c->name);
  vocabulary_clear (&c->words);
  g_array_unref (c->rows);
  g_free (c);
}

static void
free_extra (gpointer column)
{
  word_column_free (column);
}

table *
table_new (const char *shown)
{
  table *t = g_new0 (table, 1);
  t->shown = g_strdup (shown);
  t->text = g_string_chunk_new (64 * 1024);
  t->names = g_ptr_array_new ();
  t->lines = g_array_new (FALSE, FALSE, sizeof (guint64));
  t->extra = g_ptr_array_new_with_free_func (free_extra);
  return t;
}

void
table_free (table *t)
{
  if (t == NULL)
    return;
  g_free (t->shown);
  g_string_chunk_free (t->text);
  g_ptr_array_unref (t->names);
  g_array_unref (t->lines);
  word_column_free (t->truth);
  word_column_free (t->label);
  word_column_free (t->index);
  g_clear_pointer (&t->confidence, g_array_unref);
  g_free (t->probabilities);
  g_ptr_array_unref (t->extra);
  g_free (t);
}

gboolean
table_predicts (const table *t)
{
  return t->label != NULL || t->index != NULL || t->width > 0;
}

void
table_add_name (table *t, const char *name, guint64 line)
{
  g_ptr_array_add (t->names, g_string_chunk_insert (t->text, name));
  g_array_append_val (t->lines, line);
  t->n++;
}

static gboolean
is_one_of (const char *name, const char *const *names)
{
  g_autofree char *bare = g_strstrip (g_strdup (name));
  for (; *names != NULL; names++)
    if (g_ascii_strcasecmp (bare, *names) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
looks_like_picture (const char *field)
{
  static const char *const endings[] = { ".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif" };
  g_autofree char *lower = g_ascii_strdown (field, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (lower, endings[i]))
      return TRUE;
  return FALSE;
}

int
table_file_column (char *const *header, const char *shown, GError **error)
{
  static const char *const names[] = { "file",      "filename",   "file_name",  "filepath",   "file_path", "path",
                                       "image",     "image_path", "img_path",   "image_file", "image_id",  "img",
                                       "imagepath", "imagename",  "image_name", "id",         NULL };
  /* the order of `names` is that of preference */
  for (gsize i = 0; names[i] != NULL; i++)
    for (int c = 0; header[c] != NULL; c++)
      if (is_one_of (header[c], (const char *const[]){ names[i], NULL }))
        return c;
  const char *sample = NULL;
  for (int c = 0; header[c] != NULL && sample == NULL; c++)
    if (looks_like_picture (header[c]))
      sample = header[c];
  if (sample != NULL)
    {
      g_autofree char *valid = g_utf8_make_valid (sample, -1);
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "'%s' line 1: '%s' is a picture where the columns' names should stand; put a line such as "
                   "'file,label' or 'file,prediction' above it",
                   shown, valid);
      return -1;
    }
  g_autofree char *all = g_strjoinv (", ", (char **) header);
  g_autofree char *valid = g_utf8_make_valid (all, -1);
  g_autofree char *start = g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), SHOWN_CHARS));
  g_set_error (
      error, PARDON_ERROR, PARDON_ERROR_INPUT,
      "'%s' line 1: no column names the pictures; call it 'file', 'filename', 'path' or 'image' (the columns are: "
      "%s%s)",
      shown, start, strlen (start) < strlen (valid) ? "..." : "");
  return -1;
}

static void G_GNUC_PRINTF (4, 5) refuse_row (const table *t, gsize i, GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *name = g_utf8_make_valid (t->names->pdata[i], -1);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' line %" G_GUINT64_FORMAT " ('%s')%s", t->shown,
               g_array_index (t->lines, guint64, i), name, what);
}

gboolean
table_check_probabilities (const table *t, gsize i, GError **error)
{
  const float *p = t->probabilities + i * t->width;
  double sum = 0;
  for (gsize c = 0; c < t->width; c++)
    {
      if (isnan (p[c]))
        return TRUE; /* no prediction, which the join counts */
      if (!(p[c] >= 0 && p[c] <= 1.0001f))
        {
          refuse_row (t, i, error,
                      ", class %" G_GSIZE_FORMAT
                      ": %g is no probability; they lie in 0 to 1 (of logits, take the softmax first)",
                      c, (double) p[c]);
          return FALSE;
        }
      sum += p[c];
    }
  if (fabs (sum - 1) <= SUM_TOLERANCE)
    return TRUE;
  refuse_row (t, i, error, ": the probabilities sum to %.4g, not to 1; one picture has one class here", sum);
  return FALSE;
}
