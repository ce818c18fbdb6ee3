/* Only what report.json shows is read again, and nothing of the judgement hangs on it. */
#include "judging/judging_previews.h"

#include "judging/json_put.h"

#define SIDE 96 /* pixels, the long side, as members of clusters */

static void
preview_free (gpointer data)
{
  report_preview *p = data;
  g_clear_pointer (&p->jpeg, g_bytes_unref);
  g_free (p);
}

static void
want (GHashTable *wanted, gsize row)
{
  g_hash_table_add (wanted, GSIZE_TO_POINTER (row));
}

/* Mistakes stand first among a slice's members. */
static gsize
shown_of_slice (const judging *g, gsize i)
{
  const slice *s = &g->left.slices.slices[i];
  return s->significant && i < PAGE_SLICES ? MIN (s->wrong, PAGE_MEMBERS) : 0;
}

/* Pictures that are shown: a set of their numbers. */
static GHashTable *
list_wanted (const judging *g)
{
  GHashTable *wanted = g_hash_table_new (NULL, NULL);
  const mistake_groups *groups = &g->left.groups;
  for (gsize i = 0; i < g->score.n_confident && i < PAGE_CONFIDENT; i++)
    want (wanted, g->score.confident[i]);
  for (gsize i = 0; i < groups->n_groups && i < PAGE_GROUPS; i++)
    for (gsize m = 0; m < groups->groups[i].n && m < PAGE_MEMBERS; m++)
      want (wanted, g->left.of[groups->groups[i].members[m]]);
  for (gsize i = 0; i < g->left.slices.n_slices && i < PAGE_SLICES; i++)
    for (gsize m = 0; m < shown_of_slice (g, i); m++)
      want (wanted, g->left.of[g->left.slices.slices[i].members[m]]);
  for (gsize i = 0; i < g->left.labels.n_suspects && i < PAGE_SUSPECTS; i++)
    want (wanted, g->left.labels.suspects[i].row);
  return wanted;
}

gboolean
judging_look_again (judging *g, store *s, const report_callbacks *c, const job *j, GError **error)
{
  if (!g->judged || c->preview == NULL)
    return TRUE;
  g_autoptr (GHashTable) wanted = list_wanted (g);
  g_autoptr (store_cursor) cursor = store_cursor_new (s, 0, error);
  g_autoptr (GError) why = NULL;
  if (cursor == NULL)
    return FALSE;
  g->previews = g_hash_table_new_full (NULL, NULL, NULL, preview_free);
  gsize i = 0;
  for (store_picture p; i < g->n && store_cursor_next (cursor, &p, &why); i++)
    {
      if (!g_hash_table_contains (wanted, GSIZE_TO_POINTER (i)))
        continue;
      if (!job_go_on (j, error))
        return FALSE;
      report_preview *made = g_new0 (report_preview, 1);
      made->jpeg = c->preview (c->user, p.ref.path, SIDE, &made->width, &made->height);
      g_hash_table_insert (g->previews, GSIZE_TO_POINTER (i), made);
    }
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

const report_preview *
judging_preview (const judging *g, gsize row)
{
  return g->previews == NULL ? NULL : g_hash_table_lookup (g->previews, GSIZE_TO_POINTER (row));
}

void
json_put_thumbnail (GString *o, const report_preview *p)
{
  if (p == NULL || p->jpeg == NULL)
    {
      json_put_text (o, "thumbnail", NULL);
      return;
    }
  gsize size;
  const guchar *bytes = g_bytes_get_data (p->jpeg, &size);
  g_autofree char *text = g_base64_encode (bytes, size);
  json_open (o, "thumbnail", '{');
  json_put_count (o, "width", (gsize) p->width);
  json_put_count (o, "height", (gsize) p->height);
  json_begin (o, "uri");
  g_string_append_printf (o, "\"data:image/jpeg;base64,%s\"", text);
  json_close (o, '}');
}
