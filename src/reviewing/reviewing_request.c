/* Strict: a member nobody knows is refused, for a misspelt one would else change nothing and look done. */
#include "reviewing/reviewing_request.h"

#include <string.h>

#include "base/error.h"
#include "output/json_tree.h"

static gboolean
read_ids (review_request *q, const tree *list)
{
  gssize n = tree_length (list);
  for (gssize i = 0; i < n; i++)
    {
      gint64 id;
      if (!tree_as_int (tree_at (list, i), &id) || id < 0)
        return FALSE;
      g_array_append_val (q->ids, id);
    }
  return n >= 0;
}

static gboolean
read_noisy (review_request *q, const tree *value)
{
  q->noisy = tree_as_flag (value);
  return q->noisy >= 0 || tree_is_null (value);
}

static gboolean
read_word (char **into, const tree *value)
{
  *into = g_strdup (tree_as_text (value));
  return *into != NULL ? **into != '\0' : tree_is_null (value);
}

static gboolean
read_kind (review_request *q, const tree *value)
{
  return read_word (&q->kind, value);
}

static gboolean
read_label (review_request *q, const tree *value)
{
  return read_word (&q->label, value);
}

static gboolean
read_restore (review_request *q, const tree *list)
{
  gssize n = tree_length (list);
  for (gssize i = 0; i < n; i++)
    {
      const char *field = tree_as_text (tree_at (list, i));
      if (g_strcmp0 (field, "noisy") == 0)
        q->restore_noisy = TRUE;
      else if (g_strcmp0 (field, "label") == 0)
        q->restore_label = TRUE;
      else
        return FALSE;
    }
  return n >= 0;
}

static const struct {
  const char *name;
  gboolean (*read) (review_request *q, const tree *value);
  const char *is;
} MEMBERS[] = {
  { "ids", read_ids, "a list of numbers of pictures" },
  { "noisy", read_noisy, "true, false or null" },
  { "kind", read_kind, "a word or null" },
  { "label", read_label, "a word or null" },
  { "restore", read_restore, "a list of \"noisy\" and \"label\"" },
};

static gboolean
read_member (review_request *q, const char *name, const tree *value, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (MEMBERS); i++)
    if (strcmp (name, MEMBERS[i].name) == 0)
      {
        if (MEMBERS[i].read (q, value))
          return TRUE;
        g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' should be %s", name, MEMBERS[i].is);
        return FALSE;
      }
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "'%s' means nothing; ids, noisy, kind, label and restore may stand here", name);
  return FALSE;
}

static gboolean
read_object (review_request *q, const char *json, gsize length, GError **error)
{
  g_autoptr (tree) t = tree_parse (json, length, error);
  if (t == NULL)
    return FALSE;
  if (!tree_is_object (t))
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT, "it should be an object");
      return FALSE;
    }
  for (const char *name = tree_next_key (t, NULL); name != NULL; name = tree_next_key (t, name))
    if (!read_member (q, name, tree_get (t, name), error))
      return FALSE;
  return TRUE;
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
  *q = (review_request){ .ids = g_array_new (FALSE, FALSE, sizeof (guint64)), .noisy = -1 };
  const char *words = NULL;
  if (!read_object (q, json, length, error))
    g_prefix_error (error, "a decision cannot be read: ");
  else if ((words = contradiction (q)) != NULL)
    g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT, words);
  else
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
