/* Strict: a member nobody knows is refused, for a misspelt one would else change nothing and look done. */
#include "reviewing/reviewing_request.h"

#include <string.h>

#include "base/error.h"
#include "join/json_text.h"

typedef struct {
  json_text text;
  GString *word;   /* of the last value */
  gboolean quoted; /* it was a string */
  review_request *into;
} reader;

static void
pass_blanks (json_text *t)
{
  while (t->p < t->end && strchr (" \t\r\n", *t->p) != NULL && *t->p != '\0')
    t->p++;
}

static gboolean
pass (json_text *t, char mark)
{
  pass_blanks (t);
  if (json_text_peek (t) != mark)
    return FALSE;
  t->p++;
  pass_blanks (t);
  return TRUE;
}

static gboolean
read_value (reader *r)
{
  char first = json_text_peek (&r->text);
  r->quoted = first == '"';
  if (first == '[' || first == '{')
    return json_text_refuse (&r->text, "a plain value should stand here");
  return json_text_value (&r->text, r->word);
}

static gboolean
read_id (reader *r)
{
  guint64 id;
  if (!read_value (r))
    return FALSE;
  if (r->quoted || !g_ascii_string_to_unsigned (r->word->str, 10, 0, G_MAXINT64, &id, NULL))
    return json_text_refuse (&r->text, "the number of a picture should stand here");
  g_array_append_val (r->into->ids, id);
  return TRUE;
}

static gboolean
read_restore (reader *r)
{
  if (!read_value (r))
    return FALSE;
  if (r->quoted && strcmp (r->word->str, "noisy") == 0)
    r->into->restore_noisy = TRUE;
  else if (r->quoted && strcmp (r->word->str, "label") == 0)
    r->into->restore_label = TRUE;
  else
    return json_text_refuse (&r->text, "\"noisy\" or \"label\" should stand here");
  return TRUE;
}

static gboolean
read_list (reader *r, gboolean (*each) (reader *r))
{
  if (!pass (&r->text, '['))
    return json_text_refuse (&r->text, "a list should stand here");
  if (pass (&r->text, ']'))
    return TRUE;
  do
    if (!each (r))
      return FALSE;
  while (pass (&r->text, ','));
  return pass (&r->text, ']') || json_text_refuse (&r->text, "',' or ']' should stand here");
}

static gboolean
is_null (const reader *r)
{
  return !r->quoted && r->word->len == 0;
}

static gboolean
read_word (reader *r, char **into)
{
  if (!read_value (r))
    return FALSE;
  if (!is_null (r) && (!r->quoted || r->word->len == 0))
    return json_text_refuse (&r->text, "a word or null should stand here");
  g_free (*into);
  *into = is_null (r) ? NULL : g_strdup (r->word->str);
  return TRUE;
}

static gboolean
read_noisy (reader *r)
{
  if (!read_value (r))
    return FALSE;
  gboolean yes = strcmp (r->word->str, "true") == 0, no = strcmp (r->word->str, "false") == 0;
  if (r->quoted || (!yes && !no && !is_null (r)))
    return json_text_refuse (&r->text, "true, false or null should stand here");
  r->into->noisy = yes ? 1 : no ? 0 : -1;
  return TRUE;
}

static gboolean
read_member (reader *r)
{
  g_autoptr (GString) name = g_string_new (NULL);
  if (json_text_peek (&r->text) != '"' || !json_text_string (&r->text, name) || !pass (&r->text, ':'))
    return r->text.fault == NULL ? json_text_refuse (&r->text, "a member should stand here") : FALSE;
  if (strcmp (name->str, "ids") == 0)
    return read_list (r, read_id);
  if (strcmp (name->str, "restore") == 0)
    return read_list (r, read_restore);
  if (strcmp (name->str, "noisy") == 0)
    return read_noisy (r);
  if (strcmp (name->str, "kind") == 0)
    return read_word (r, &r->into->kind);
  if (strcmp (name->str, "label") == 0)
    return read_word (r, &r->into->label);
  return json_text_refuse (&r->text, "ids, noisy, kind, label or restore should stand here");
}

static gboolean
read_object (reader *r)
{
  if (!pass (&r->text, '{'))
    return json_text_refuse (&r->text, "an object should stand here");
  if (!pass (&r->text, '}'))
    {
      do
        if (!read_member (r))
          return FALSE;
      while (pass (&r->text, ','));
      if (!pass (&r->text, '}'))
        return json_text_refuse (&r->text, "',' or '}' should stand here");
    }
  return r->text.p == r->text.end || json_text_refuse (&r->text, "the end should stand here");
}

static const char *
contradiction (const review_request *q)
{
  gboolean noise = q->noisy >= 0 || q->kind != NULL;
  if (q->ids->len == 0)
    return "a decision is about pictures: 'ids' names none";
  if (!noise && q->label == NULL && !q->restore_noisy && !q->restore_label)
    return "nothing is decided: 'noisy', 'kind', 'label' and 'restore' are missing";
  if (q->noisy == 0 && q->kind != NULL)
    return "a picture that is fit is noisy in no way: 'kind' contradicts 'noisy'";
  if ((noise && q->restore_noisy) || (q->label != NULL && q->restore_label))
    return "what is restored cannot be decided at once";
  return NULL;
}

gboolean
review_request_read (review_request *q, const char *json, gsize length, GError **error)
{
  reader r = { .text = { json, json + length, NULL }, .word = g_string_new (NULL), .into = q };
  *q = (review_request){ .ids = g_array_new (FALSE, FALSE, sizeof (guint64)), .noisy = -1 };
  gboolean fine = read_object (&r);
  const char *words = fine ? contradiction (q) : NULL;
  if (!fine)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                 "a decision cannot be read: %s (character %" G_GSIZE_FORMAT ")",
                 r.text.fault != NULL ? r.text.fault : "it is no JSON", (gsize) (r.text.p - json) + 1);
  else if (words != NULL)
    g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT, words);
  g_string_free (r.word, TRUE);
  if (fine && words == NULL)
    return TRUE;
  review_request_clear (q);
  return FALSE;
}

void
review_request_clear (review_request *q)
{
  g_clear_pointer (&q->ids, g_array_unref);
  g_free (q->kind);
  g_free (q->label);
  *q = (review_request){ 0 };
}
