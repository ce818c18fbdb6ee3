/* Decoding is all the time this takes, so it is done by many at once; the document is written in the order of the list. */
#include "writing/thumbnails.h"

#include <string.h>

#include "base/json_write.h"
#include "base/ordered_map.h"
#include "writing/previews.h"
#include "writing/thumbnails_choose.h"

typedef struct {
  gsize number;
  char *path, *damage; /* damage: what is wrong with the file; NULL: nothing */
  gint64 row;          /* of its measures; -1: not asked why */
  GBytes *jpeg;
  char **why; /* NULL: nothing to tell */
} item;

typedef struct {
  store_cursor *cursor;
  const GArray *chosen;
  gsize at, next; /* of `chosen`; of the list */
  guint64 done;
  const report_callbacks *c;
  const job *j;
  GString *ids, *uris, *why;
  guint asked; /* of `why` */
} studio;

static void
item_free (item *i)
{
  g_free (i->path);
  g_free (i->damage);
  g_strfreev (i->why);
  g_clear_pointer (&i->jpeg, g_bytes_unref);
  g_free (i);
}

static item *
item_new (studio *s, const store_picture *p, gsize number)
{
  item *i = g_new0 (item, 1);
  *i = (item){ .number = number, .path = g_strdup (p->ref.path), .row = -1 };
  if (!p->verdict.noisy || s->c->why == NULL || s->asked >= THUMBNAILS_WHY)
    return i;
  s->asked++;
  i->row = p->pixels_row;
  if (strcmp (p->status, STATUS_DAMAGED) == 0)
    i->damage = g_strdup (p->reason);
  return i;
}

static gpointer
produce (gpointer user, GError **error)
{
  studio *s = user;
  g_autoptr (GError) fault = NULL;
  for (store_picture p; s->at < s->chosen->len && store_cursor_next (s->cursor, &p, &fault); s->next++)
    {
      if (s->next != g_array_index (s->chosen, gsize, s->at))
        continue;
      s->at++;
      return item_new (s, &p, s->next++);
    }
  if (fault != NULL)
    g_propagate_error (error, g_steal_pointer (&fault));
  return NULL;
}

/* What is left of a file that breaks off does not tell why it is noisy. */
static void
find_why (item *i, const report_callbacks *c)
{
  if (i->damage != NULL)
    {
      i->why = g_new0 (char *, 2);
      i->why[0] = g_strconcat ("the file is damaged: ", i->damage, NULL);
    }
  else if (i->row >= 0)
    i->why = c->why (c->user, i->row);
}

static void
work (gpointer data, int worker G_GNUC_UNUSED, gpointer user)
{
  item *i = data;
  int width, height;
  find_why (i, ((studio *) user)->c);
  i->jpeg = previews_jpeg (i->path, THUMBNAIL_SIDE, THUMBNAIL_QUALITY, &width, &height);
}

static void
put_why (GString *o, const item *i)
{
  char key[24];
  if (i->why == NULL)
    return;
  g_snprintf (key, sizeof key, "%" G_GSIZE_FORMAT, i->number);
  json_open (o, key, '[');
  for (char **w = i->why; *w != NULL; w++)
    json_put_text (o, NULL, *w);
  json_close (o, ']');
}

static gboolean
consume (gpointer data, gpointer user, GError **error G_GNUC_UNUSED)
{
  studio *s = user;
  item *i = data;
  job_tell (s->j, "thumbnails", ++s->done, s->chosen->len);
  if (i->jpeg != NULL)
    {
      gsize size;
      const guchar *bytes = g_bytes_get_data (i->jpeg, &size);
      g_autofree char *text = g_base64_encode (bytes, size);
      json_put_count (s->ids, NULL, i->number);
      json_begin (s->uris, NULL);
      g_string_append_printf (s->uris, "\"data:image/jpeg;base64,%s\"", text);
    }
  put_why (s->why, i);
  item_free (i);
  return TRUE;
}

static void
discard (gpointer data, gpointer user G_GNUC_UNUSED)
{
  item_free (data);
}

static GBytes *
put_together (const studio *s)
{
  GString *o = g_string_sized_new (s->uris->len + s->ids->len + s->why->len + 100);
  json_open (o, NULL, '{');
  json_put_count (o, "side", THUMBNAIL_SIDE);
  json_begin (o, "ids");
  g_string_append_printf (o, "%s]", s->ids->str);
  json_begin (o, "uris");
  g_string_append_len (o, s->uris->str, (gssize) s->uris->len);
  json_close (o, ']');
  json_begin (o, "why");
  g_string_append_printf (o, "%s}}", s->why->str);
  return g_string_free_to_bytes (o);
}

GBytes *
thumbnails_document (store *s, const GArray *of, const report *r, const report_callbacks *c, guint64 seed, int threads,
                     const job *j, GError **error)
{
  g_autoptr (GArray) chosen = thumbnails_choose (s, of, r, seed, error);
  g_autoptr (store_cursor) cursor = chosen == NULL ? NULL : store_cursor_new_pixels (s, 0, c->measures, error);
  if (cursor == NULL)
    return NULL;
  studio st = { .cursor = cursor, .chosen = chosen, .c = c, .j = j };
  st.ids = g_string_new ("[");
  st.uris = g_string_new ("[");
  st.why = g_string_new ("{");
  ordered_map map = { .threads = threads,
                      .window = 4 * threads,
                      .produce = produce,
                      .work = work,
                      .consume = consume,
                      .discard = discard,
                      .user = &st };
  GBytes *made = ordered_map_run (&map, j, error) ? put_together (&st) : NULL;
  g_string_free (st.ids, TRUE);
  g_string_free (st.uris, TRUE);
  g_string_free (st.why, TRUE);
  return made;
}
