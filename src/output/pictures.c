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
  DECIDED,
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
  [DECIDED] = { "decided", COLUMN_U8 },
};

typedef struct {
  column columns[COLUMNS];
  GPtrArray *classes; /* char * */
  GStrv titles;       /* of `details` */
  column *details;    /* further columns of the user's tables: wide categories */
  guint n_details;
  int split; /* the one of them that tells train from test; -1 */
  GString *files;
  GArray *places; /* float, n x STORE_PLACES */
  guint width;    /* of them that are used */
  gsize n;
} gathering;

static gboolean
gathering_init (gathering *g, store *s, gsize n, GError **error)
{
  *g = (gathering){ .n = n, .files = g_string_new (NULL), .split = -1 };
  g->places = g_array_new (FALSE, TRUE, sizeof (float));
  g->classes = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) classes = store_answer_classes (s, error);
  g->titles = classes == NULL ? NULL : store_answer_columns (s, &g->split, error);
  if (g->titles == NULL)
    return FALSE;
  for (char **c = classes; *c != NULL; c++)
    g_ptr_array_add (g->classes, g_strdup (*c));
  for (int i = 0; i < COLUMNS; i++)
    if (i == LABEL || i == PREDICTION || i == SUGGESTED)
      column_init (&g->columns[i], COLUMN_CATEGORY, g->classes);
    else
      column_init (&g->columns[i], column_table[i].type, NULL);
  g->n_details = g_strv_length (g->titles);
  g->details = g_new0 (column, g->n_details + 1);
  for (guint i = 0; i < g->n_details; i++)
    {
      column_init (&g->details[i], COLUMN_CATEGORY, NULL);
      g->details[i].wide = TRUE;
    }
  return TRUE;
}

static void
gathering_clear (gathering *g)
{
  for (int i = 0; i < COLUMNS; i++)
    column_clear (&g->columns[i]);
  for (guint i = 0; i < g->n_details; i++)
    column_clear (&g->details[i]);
  if (g->files != NULL)
    g_string_free (g->files, TRUE);
  g_clear_pointer (&g->classes, g_ptr_array_unref);
  g_clear_pointer (&g->places, g_array_unref);
  g_strfreev (g->titles);
  g_free (g->details);
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

  column_put_text (&c[REASON], *p->reason == '\0' ? NULL : p->reason);
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
  gboolean forced = v->judged && (p->decided.noisy >= 0 || strcmp (p->status, STATUS_DAMAGED) == 0);
  column_put_octet (&c[FORCED], !forced ? 0 : v->noisy ? 1 : 2, 0);
  column_put_name (&c[KIND], v->noisy ? v->kind : NULL);
  column_put_name (&c[LIKELY], v->judged ? v->likely : NULL);
  column_put_float (&c[LIKELY_SEVERITY], v->judged ? v->likely_severity : NAN);
}

static const char *
verdict_of (const store_picture *p)
{
  const store_answer *a = &p->answer;
  if (!p->verdict.judged || a->truth < 0 || a->prediction < 0)
    return "unjudged";
  return a->truth == a->prediction ? "right" : p->verdict.noisy ? "set-aside" : "owed";
}

static void
take_answer (gathering *g, const store_picture *p)
{
  column *c = g->columns;
  const store_answer *a = &p->answer;
  const store_decided *d = &p->decided;
  gboolean known = a->given && a->truth >= 0 && a->prediction >= 0;
  column_put_code (&c[LABEL], a->given ? a->truth : -1);
  column_put_code (&c[PREDICTION], a->given ? a->prediction : -1);
  column_put_code (&c[SUGGESTED], a->given ? a->suggested : -1);
  column_put_float (&c[CONFIDENCE], a->given ? a->confidence : NAN);
  column_put_octet (&c[CORRECT], !known ? 255 : a->truth == a->prediction, 255);
  column_put_name (&c[VERDICT], a->given ? verdict_of (p) : NULL);
  column_put_int (&c[GROUP], a->given ? a->owed : -1);
  column_put_octet (&c[DECIDED], (guint8) ((d->noisy >= 0 || d->kind != NULL) + 2 * (d->label != NULL)), 0);
  for (guint i = 0; i < g->n_details; i++)
    {
      const char *word = a->given && i < a->n_details ? a->details[i] : NULL;
      column_put_name ((int) i == g->split ? &c[SPLIT] : &g->details[i], word);
    }
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
      take_answer (g, &p);
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
  column *of_classes[] = { &g->columns[LABEL], &g->columns[PREDICTION], &g->columns[SUGGESTED] };
  column_drop_unused (of_classes, G_N_ELEMENTS (of_classes));
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
are_numbers (const GPtrArray *words)
{
  for (guint i = 0; i < words->len; i++)
    {
      char *end;
      const char *text = words->pdata[i];
      double value = g_ascii_strtod (text, &end);
      if (end == text || *end != '\0' || !isfinite (value))
        return FALSE;
    }
  return words->len > FEW_NUMBERS;
}

/* A detail as what it is: numbers, words of which each stands for itself, or a few names. */
static void
write_detail (GString *o, const char *title, const column *from, gsize n)
{
  const guint32 *codes = (const guint32 *) (const void *) from->data->data;
  gboolean numbers = are_numbers (from->names), words = !numbers && from->names->len > MANY_WORDS;
  column_type type = numbers ? COLUMN_F32 : words ? COLUMN_TEXT : COLUMN_CATEGORY;
  column c;
  column_init (&c, type, from->names);
  for (gsize i = 0; i < n; i++)
    {
      guint32 code = GUINT32_FROM_LE (codes[i]);
      const char *word = code < from->names->len ? from->names->pdata[code] : NULL;
      if (words)
        column_put_text (&c, word);
      else if (numbers)
        column_put_float (&c, word == NULL ? NAN : g_ascii_strtod (word, NULL));
      else
        column_put_code (&c, word == NULL ? -1 : (gint64) code);
    }
  column_write (o, title, type, &c);
  column_clear (&c);
}

static void
write_metadata (GString *o, gathering *g)
{
  json_open (o, "metadata", '{');
  for (guint i = 0; i < g->n_details; i++)
    {
      if ((int) i != g->split)
        write_detail (o, g->titles[i], &g->details[i], g->n);
      column_clear (&g->details[i]);
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
write_kinds (GString *o, const gathering *g, const pictures_options *options, char *const *kinds)
{
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
  column ids;
  column_init (&ids, COLUMN_I32, NULL);
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
  if (!gathering_init (&g, s, of->len, error) || !gather (&g, s, of, error))
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
  write_kinds (o, &g, options, kinds);
  write_metadata (o, &g);
  write_places (o, &g);
  json_close (o, '}');
  if (chosen != NULL)
    *chosen = g_steal_pointer (&of);
  return g_string_free_to_bytes (o);
}
