/* One walk of the cursor fills all columns at once; each is then written and freed, so that the document and the columns are never whole in
 * memory together. A column in which nothing is known is left out. */
#include "output/pictures.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/json_write.h"
#include "output/pictures_choose.h"
#include "output/pictures_columns.h"
#include "store/store.h"

#define NO_CODE     65535
#define FEW_NUMBERS 12   /* distinct ones: a column of more numbers is no category */
#define MANY_WORDS  1000 /* distinct ones: a column of more is text */
#define STEPS       127  /* of a place, on either side of 0 */

enum {
  STATUS,
  REASON,
  FORMAT,
  WIDTH,
  HEIGHT,
  BYTES,
  CLUSTER,
  DISTANCE,
  SCORE,
  NOISE,
  SEVERITY,
  UNLIKE,
  NOISY,
  FORCED,
  KIND,
  LIKELY,
  LIKELY_SEVERITY,
  LABEL,
  PREDICTION,
  CONFIDENCE,
  CORRECT,
  VERDICT,
  SPLIT,
  GROUP,
  SUGGESTED,
  X,
  Y,
  COLUMNS
};

static const struct {
  const char *name;
  column_type type;
} column_table[COLUMNS] = {
  [STATUS] = { "status", COLUMN_CATEGORY },
  [REASON] = { "reason", COLUMN_TEXT },
  [FORMAT] = { "format", COLUMN_CATEGORY },
  [WIDTH] = { "width", COLUMN_I32 },
  [HEIGHT] = { "height", COLUMN_I32 },
  [BYTES] = { "bytes", COLUMN_F32 },
  [CLUSTER] = { "cluster", COLUMN_I32 },
  [DISTANCE] = { "distance", COLUMN_F32 },
  [SCORE] = { "score", COLUMN_F32 },
  [NOISE] = { "noise", COLUMN_F32 },
  [SEVERITY] = { "severity", COLUMN_F32 },
  [UNLIKE] = { "unlike", COLUMN_F32 },
  [NOISY] = { "noisy", COLUMN_U8 },
  [FORCED] = { "forced", COLUMN_U8 },
  [KIND] = { "kind", COLUMN_CATEGORY },
  [LIKELY] = { "likely", COLUMN_CATEGORY },
  [LIKELY_SEVERITY] = { "likely_severity", COLUMN_F32 },
  [LABEL] = { "label", COLUMN_CATEGORY },
  [PREDICTION] = { "prediction", COLUMN_CATEGORY },
  [CONFIDENCE] = { "confidence", COLUMN_F32 },
  [CORRECT] = { "correct", COLUMN_U8 },
  [VERDICT] = { "verdict", COLUMN_CATEGORY },
  [SPLIT] = { "split", COLUMN_CATEGORY },
  [GROUP] = { "group", COLUMN_I32 },
  [SUGGESTED] = { "suggested", COLUMN_CATEGORY },
  [X] = { "x", COLUMN_F32 },
  [Y] = { "y", COLUMN_F32 },
};

typedef struct {
  const pictures_options *o;
  column columns[COLUMNS];
  GString *files;
  GArray *places; /* float, n x STORE_PLACES */
  guint width;    /* of them that are used */
  gsize n;
} gathering;

static void
gathering_init (gathering *g, const pictures_options *o, gsize n)
{
  const pictures_judged *j = o->judged;
  *g = (gathering){ .o = o, .n = n, .files = g_string_new (NULL) };
  g->places = g_array_new (FALSE, TRUE, sizeof (float));
  for (int i = 0; i < COLUMNS; i++)
    {
      column *c = &g->columns[i];
      const GPtrArray *given = NULL;
      c->data = g_byte_array_new ();
      if (j != NULL && (i == LABEL || i == PREDICTION || i == SUGGESTED))
        given = j->classes;
      if (j != NULL && i == SPLIT)
        given = j->splits;
      if (given != NULL)
        c->names = g_ptr_array_ref ((GPtrArray *) given);
      else if (column_table[i].type == COLUMN_CATEGORY)
        {
          c->names = g_ptr_array_new_with_free_func (g_free);
          c->numbers = g_hash_table_new (g_str_hash, g_str_equal);
        }
    }
}

static void
gathering_clear (gathering *g)
{
  for (int i = 0; i < COLUMNS; i++)
    column_clear (&g->columns[i]);
  if (g->files != NULL)
    g_string_free (g->files, TRUE);
  g_clear_pointer (&g->places, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (gathering, gathering_clear)

/* --- the walk --------------------------------------------------------------------------------- */

static void
take_facts (gathering *g, const store_picture *p)
{
  column *c = g->columns;
  gboolean sized = p->facts.width > 0;
  json_put_text (g->files, NULL, p->ref.file);
  column_put_name (&c[STATUS], p->status);
  column_put_name (&c[FORMAT], sized ? p->facts.format : NULL);
  column_put_int (&c[WIDTH], sized ? p->facts.width : -1);
  column_put_int (&c[HEIGHT], sized ? p->facts.height : -1);
  column_put_float (&c[BYTES], p->content != 0 ? (double) p->bytes : NAN);
  column_put_int (&c[CLUSTER], p->cluster);
  column_put_float (&c[DISTANCE], p->cluster >= 0 ? p->distance : NAN);

  g_autoptr (GString) reason = g_string_new (NULL);
  json_put_text (reason, NULL, *p->reason == '\0' ? NULL : p->reason);
  if (c[REASON].data->len > 0)
    g_byte_array_append (c[REASON].data, (const guint8 *) ",", 1);
  g_byte_array_append (c[REASON].data, (const guint8 *) reason->str, (guint) reason->len);
  c[REASON].known = c[REASON].known || *p->reason != '\0';
}

static void
take_noise (gathering *g, const store_picture *p)
{
  column *c = g->columns;
  const store_verdict *v = &p->verdict;
  column_put_float (&c[SCORE], v->judged ? v->score : NAN);
  column_put_float (&c[NOISE], v->judged ? v->noise : NAN);
  column_put_float (&c[SEVERITY], v->judged && v->noisy ? v->severity : NAN);
  column_put_float (&c[UNLIKE], v->judged ? v->unlike : NAN);
  column_put_octet (&c[NOISY], !v->judged ? 255 : v->noisy != FALSE, 255);
  column_put_octet (&c[FORCED], v->judged && strcmp (p->status, STATUS_DAMAGED) == 0, 0);
  column_put_name (&c[KIND], v->noisy ? v->kind : NULL);
  column_put_name (&c[LIKELY], v->judged ? v->likely : NULL);
  column_put_float (&c[LIKELY_SEVERITY], v->judged ? v->likely_severity : NAN);
}

static void
take_answer (gathering *g, gsize picture)
{
  column *c = g->columns;
  const pictures_judged *j = g->o->judged;
  picture_answer a;
  if (j == NULL)
    return;
  j->answer (j->user, picture, &a);
  column_put_code (&c[LABEL], a.label);
  column_put_code (&c[PREDICTION], a.prediction);
  column_put_code (&c[SUGGESTED], a.suggested);
  column_put_float (&c[CONFIDENCE], (double) a.confidence);
  column_put_octet (&c[CORRECT], a.correct < 0 ? 255 : a.correct > 0, 255);
  column_put_name (&c[VERDICT], a.verdict);
  if (j->splits != NULL)
    column_put_code (&c[SPLIT], a.split);
  column_put_int (&c[GROUP], a.group);
}

static void
take_place (gathering *g, const store_picture *p)
{
  column_put_float (&g->columns[X], p->n_places > 0 ? p->places[0] : NAN);
  /* a single component lies on a line */
  column_put_float (&g->columns[Y], p->n_places > 1 ? (double) p->places[1] : p->n_places == 1 ? 0 : NAN);
  guint at = g->places->len;
  g_array_set_size (g->places, at + STORE_PLACES);
  memcpy (&g_array_index (g->places, float, at), p->places, p->n_places * sizeof *p->places);
  g->width = MAX (g->width, p->n_places);
}

static gboolean
gather (gathering *g, store *s, const GArray *chosen, GError **error)
{
  g_autoptr (store_cursor) cursor = store_cursor_new (s, 0, error);
  g_autoptr (GError) why = NULL;
  gsize at = 0, i = 0;
  if (cursor == NULL)
    return FALSE;
  g_string_append_c (g->files, '[');
  for (store_picture p; at < chosen->len && store_cursor_next (cursor, &p, &why); i++)
    {
      if (i != g_array_index (chosen, gsize, at))
        continue;
      take_facts (g, &p);
      take_noise (g, &p);
      take_answer (g, i);
      take_place (g, &p);
      at++;
    }
  g_string_append_c (g->files, ']');
  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  else if (at < chosen->len)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "the list of pictures in '%s' changed while it was read",
                 store_dir (s));
  else
    return TRUE;
  return FALSE;
}

/* --- writing ----------------------------------------------------------------------------------- */

static void
write_columns (GString *o, gathering *g)
{
  json_open (o, "columns", '{');
  json_open (o, "file", '{');
  json_put_text (o, "type", "text");
  json_begin (o, "values");
  g_string_append_len (o, g->files->str, (gssize) g->files->len);
  g_string_free (g_steal_pointer (&g->files), TRUE);
  json_close (o, '}');
  for (int i = 0; i < COLUMNS; i++)
    {
      column *c = &g->columns[i];
      if (c->known && c->data->len > 0)
        column_write (o, column_table[i].name, column_table[i].type, c);
      if (i != KIND && i != LIKELY)
        column_clear (c);
    }
  json_close (o, '}');
}

/* Words that are all numbers, and more than a few. */
static gboolean
are_numbers (const GPtrArray *values)
{
  for (guint i = 1; i < values->len; i++)
    {
      char *end;
      const char *text = values->pdata[i];
      double value = g_ascii_strtod (text, &end);
      if (end == text || *end != '\0' || !isfinite (value))
        return FALSE;
    }
  return values->len > FEW_NUMBERS;
}

static void
write_metadata (GString *o, const pictures_judged *j, const GArray *chosen)
{
  json_open (o, "metadata", '{');
  for (gsize k = 0; j != NULL && k < j->n_columns; k++)
    {
      const picture_column *from = &j->columns[k];
      gboolean numbers = are_numbers (from->values), words = !numbers && from->values->len > MANY_WORDS;
      column c = { .data = g_byte_array_new (), .names = g_ptr_array_new () };
      g_autoptr (GString) text = g_string_new (NULL);
      for (guint i = 1; i < from->values->len && !numbers && !words; i++)
        g_ptr_array_add (c.names, from->values->pdata[i]);
      for (guint i = 0; i < chosen->len; i++)
        {
          guint32 value = from->of[g_array_index (chosen, gsize, i)];
          const char *word = from->values->pdata[value];
          if (numbers)
            column_put_float (&c, value == 0 ? NAN : g_ascii_strtod (word, NULL));
          else if (words)
            json_put_text (text, NULL, value == 0 ? NULL : word);
          else
            column_put_code (&c, (gint64) value - 1);
        }
      g_byte_array_append (c.data, (const guint8 *) text->str, (guint) text->len);
      column_write (o, from->name, numbers ? COLUMN_F32 : words ? COLUMN_TEXT : COLUMN_CATEGORY, &c);
      column_clear (&c);
    }
  json_close (o, '}');
}

static void
write_places (GString *o, const gathering *g)
{
  guint width = g->width;
  if (width == 0)
    {
      json_put_text (o, "places", NULL);
      return;
    }
  const float *at = (const float *) (void *) g->places->data;
  float most[STORE_PLACES] = { 0 };
  for (gsize i = 0; i < g->n; i++)
    for (guint k = 0; k < width; k++)
      if (isfinite (at[i * STORE_PLACES + k]))
        most[k] = MAX (most[k], fabsf (at[i * STORE_PLACES + k]));
  g_autofree gint8 *steps = g_new (gint8, g->n * width);
  for (gsize i = 0; i < g->n; i++)
    for (guint k = 0; k < width; k++)
      {
        float value = at[i * STORE_PLACES + k];
        steps[i * width + k] = isfinite (value) && most[k] > 0 ? (gint8) roundf (value / most[k] * STEPS) : 0;
      }
  json_open (o, "places", '{');
  json_put_text (o, "type", "i8");
  json_put_count (o, "width", width);
  json_open (o, "scale", '[');
  for (guint k = 0; k < width; k++)
    json_put_real (o, NULL, (double) (most[k] / STEPS), TRUE);
  json_close (o, ']');
  json_put_bytes (o, "data", steps, g->n * width);
  json_close (o, '}');
}

/* The detector's, and those that no detector tells. */
static void
write_kinds (GString *o, const gathering *g, char *const *kinds)
{
  const pictures_options *options = g->o;
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  for (char *const *k = kinds; *k != NULL; k++)
    g_ptr_array_add (all, *k);
  for (int i = KIND; i <= LIKELY; i++)
    for (guint k = 0; k < g->columns[i].names->len; k++)
      if (!g_ptr_array_find_with_equal_func (all, g->columns[i].names->pdata[k], g_str_equal, NULL))
        g_ptr_array_add (all, g->columns[i].names->pdata[k]);
  json_put_names (o, "kinds", all);
  json_open (o, "families", '{');
  for (guint k = 0; k < all->len; k++)
    {
      const char *family = options->family != NULL ? options->family (options->user, all->pdata[k]) : NULL;
      if (family != NULL)
        json_put_text (o, all->pdata[k], family);
    }
  json_close (o, '}');
}

static void
write_ids (GString *o, const GArray *chosen)
{
  column ids = { .data = g_byte_array_new () };
  for (guint i = 0; i < chosen->len; i++)
    column_put_word (&ids, (guint32) g_array_index (chosen, gsize, i), sizeof (guint32));
  json_open (o, "ids", '{');
  json_put_text (o, "type", "u32");
  json_put_bytes (o, "data", ids.data->data, ids.data->len);
  json_close (o, '}');
  column_clear (&ids);
}

GBytes *
pictures_document (store *s, const pictures_options *options, GArray **chosen, GError **error)
{
  g_autofree char *words = NULL;
  g_autoptr (GArray) of = pictures_choose (s, options, &words, error);
  g_auto (GStrv) kinds = of == NULL ? NULL : store_verdict_kinds (s, error);
  if (of == NULL || kinds == NULL)
    return NULL;
  g_auto (gathering) g;
  gathering_init (&g, options, of->len);
  if (!gather (&g, s, of, error))
    return NULL;
  GString *o = g_string_new (NULL);
  json_open (o, NULL, '{');
  json_put_count (o, "version", 1);
  json_put_count (o, "n", of->len);
  json_put_count (o, "total", store_count (s));
  if (words != NULL)
    {
      json_put_text (o, "selection", words);
      write_ids (o, of);
    }
  write_columns (o, &g);
  write_kinds (o, &g, kinds);
  write_metadata (o, options->judged, of);
  write_places (o, &g);
  json_close (o, '}');
  if (chosen != NULL)
    *chosen = g_steal_pointer (&of);
  return g_string_free_to_bytes (o);
}
