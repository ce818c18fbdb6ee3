/* One sentence a measure, by the table's phrases; one measure a group, the one that tells a person most. */
#include "detecting/words.h"

#include <math.h>
#include <string.h>

#include "detecting/words_table.h"
#include "feature/quality.h"
#include "image/corrupt.h"

/* --- numbers --------------------------------------------------------------------------------- */

#define LARGEST 1e9

/* `digits` that count. */
static char *
number (double value, int digits)
{
  char text[64];
  double x = isnan (value) ? 0 : CLAMP (value, -LARGEST, LARGEST);
  int before = x == 0 ? 0 : (int) floor (log10 (fabs (x)));
  g_snprintf (text, sizeof text, "%%.%df", CLAMP (digits - 1 - before, 0, digits + 1));
  g_autofree char *format = g_strdup (text);
  g_ascii_formatd (text, sizeof text, format, x);
  return g_strdup (strspn (text, "-0.") == strlen (text) ? "0" : text);
}

char *
words_number (double value)
{
  char *text = number (value, 2);
  char *end = strrchr (text, '.');
  if (end != NULL && strcmp (end, ".0") == 0)
    *end = 0;
  return text;
}

/* As a person reads it. Growing with x whatever the row. */
static double
readable (const words_row *row, double x)
{
  double power;
  switch (row->read)
    {
    case READ_PLAIN:
      return x * row->factor;
    case READ_POWER:
      power = exp2 (x) - row->offset;
      return MAX (power, 0) * row->factor;
    case READ_ROOT:
      power = exp2 (x) - row->offset;
      return sqrt (MAX (power, 0)) * row->factor;
    }
  return x;
}

/* --- phrases --------------------------------------------------------------------------------- */

static const words_row *
row_of (const char *measure)
{
  for (const words_row *row = words_table; row->pattern != NULL; row++)
    if (g_pattern_match_simple (row->pattern, measure))
      return row;
  return NULL;
}

/* Measures come in two or four directions; the one at right angles is the same name with the other word. */
static const struct {
  const char *word, *across, *phrase;
} directions[] = {
  { "-across", "-down", "from left to right" },
  { "-down", "-across", "from top to bottom" },
  { "-falling", "-rising", "along diagonals" },
  { "-rising", "-falling", "along diagonals" },
};

static const char *
direction_of (const char *measure)
{
  for (gsize i = 0; i < G_N_ELEMENTS (directions); i++)
    if (strstr (measure, directions[i].word) != NULL)
      return directions[i].phrase;
  return "";
}

static const char *
scale_of (const words_row *row, const char *measure)
{
  const char *mark = strchr (row->pattern, '?');
  if (mark == NULL)
    return "";
  char scale = measure[mark - row->pattern];
  return scale == '1' ? "at half size, " : scale == '2' ? "at a quarter of its size, " : "";
}

/* What stands for #: "3.1 times", "43 grey levels", "slightly"; "" where the two cannot be compared. */
static char *
amount_of (const words_row *row, double value, double middle)
{
  if (row->tell == TELL_STATE)
    return g_strdup ("");
  double least = row->read == READ_ROOT ? sqrt (row->offset) : row->offset; /* below it a measure tells nothing apart */
  least *= row->factor;
  if (row->tell == TELL_MORE)
    {
      g_autofree char *text = number (fabs (value - middle), 2);
      return g_strconcat (text, row->unit, NULL);
    }
  double large = MAX (value, middle), small = MIN (value, middle);
  gboolean more = small < least || large / small > 100;
  double ratio = more ? MIN (large / MAX (small, MAX (least, large / 100)), 100) : large / small;
  if (large <= 0 || !isfinite (ratio))
    return g_strdup ("");
  if (ratio < 1.05)
    return g_strdup ("slightly");
  g_autofree char *text = number (ratio, 2);
  return g_strdup_printf ("%s%s times", more ? "more than " : "", text);
}

/* An empty word takes its blank and its comma along. */
static void
replace (GString *text, const char *token, const char *by)
{
  static const char *const around[] = { "%s, ", "%s ", " %s" };
  for (gsize i = 0; *by == 0 && i < G_N_ELEMENTS (around); i++)
    {
      g_auto (GStrv) halves = g_strsplit (around[i], "%s", 2);
      g_autofree char *whole = g_strjoinv (token, halves);
      g_string_replace (text, whole, "", 0);
    }
  g_string_replace (text, token, by, 0);
}

/* `value`, `low` and `high` in so many digits that a value outside does not look as if it were inside. */
static void
number_three (double value, double low, double high, char *out[3])
{
  for (int digits = 2; digits <= 6; digits++)
    {
      out[0] = number (value, digits);
      out[1] = number (low, digits);
      out[2] = number (high, digits);
      if (digits == 6
          || ((value >= low || strcmp (out[0], out[1]) != 0) && (value <= high || strcmp (out[0], out[2]) != 0)))
        return;
      for (int i = 0; i < 3; i++)
        g_free (out[i]);
    }
}

static char *
range_of (const char *low, const char *high, const char *unit)
{
  if (strcmp (low, high) == 0)
    return g_strdup_printf ("clean pictures %s%s", low, unit);
  if (strcmp (low, "0") == 0)
    return g_strdup_printf ("clean pictures at most %s%s", high, unit);
  return g_strdup_printf ("clean pictures %s to %s%s", low, high, unit);
}

static const char *
phrase_of (const words_row *row, double value, double middle)
{
  return row == NULL ? NULL : value < middle ? row->below : row->above;
}

/* `direction`: of the measure, or "" where it makes no difference. */
static char *
sentence_of (const char *measure, const char *direction, double value, double low, double middle, double high)
{
  const words_row *row = row_of (measure);
  const char *phrase = phrase_of (row, value, middle);
  if (phrase == NULL)
    return NULL;
  const char *first = measure + strcspn (measure, "0123456789");
  g_autofree char *digits = g_strndup (first, strspn (first, "0123456789"));
  g_autofree char *amount = amount_of (row, readable (row, value), readable (row, middle));
  char *three[3];
  number_three (readable (row, value), readable (row, low), readable (row, high), three);

  g_autoptr (GString) text = g_string_new (scale_of (row, measure));
  g_autofree char *shown = g_strconcat (three[0], row->unit, NULL);
  g_autofree char *range = range_of (three[1], three[2], strchr (phrase, '$') != NULL ? row->unit : "");
  g_string_append (text, phrase);
  if (strchr (phrase, '$') != NULL)
    g_string_append_printf (text, " (%s)", range);
  else
    g_string_append_printf (text, " (%s$; %s)", row->what, range);
  replace (text, "#", amount);
  replace (text, "$", shown);
  replace (text, "@", direction);
  replace (text, "~", digits);
  for (int i = 0; i < 3; i++)
    g_free (three[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
words_measure (const char *measure, double value, double low, double middle, double high)
{
  return sentence_of (measure, direction_of (measure), value, low, middle, high);
}

/* --- what speaks ----------------------------------------------------------------------------- */

#define BARELY 0.02 /* of the clean range: less than that beyond it is not told */

typedef struct {
  const char *group;
  double weight;          /* of all that may speak */
  const evidence *speaks; /* the one that does */
  const words_row *row;   /* its words */
  double loudness;        /* of it */
} voice;

/* How far beyond the clean range, counted in such ranges; below 0: inside. */
static double
distance_of (const evidence *e)
{
  double range = (double) e->high - e->low;
  double out = MAX ((double) e->value - e->high, (double) e->low - e->value);
  return range > 0 ? out / range : out > 0 ? 3 : -1;
}

/* Further out than three ranges tells a person no more. */
static double
loudness_of (double distance, const words_row *row)
{
  return row->plain * (1 + CLAMP (distance, -0.9, 3));
}

/* Plain ones first where they weigh about the same. */
static int
heavier_first (gconstpointer a, gconstpointer b)
{
  const voice *x = a, *y = b;
  double of_x = x->weight * x->row->plain, of_y = y->weight * y->row->plain;
  return (of_x < of_y) - (of_x > of_y);
}

static voice *
voice_of (GArray *voices, const char *group)
{
  for (guint v = 0; v < voices->len; v++)
    if (strcmp (g_array_index (voices, voice, v).group, group) == 0)
      return &g_array_index (voices, voice, v);
  voice first = { group, 0, NULL, NULL, 0 };
  g_array_append_val (voices, first);
  return &g_array_index (voices, voice, voices->len - 1);
}

static GArray *
voices_of (const evidence *e, int n, gboolean inside)
{
  const quality_measure *names = quality_measures ();
  GArray *voices = g_array_new (FALSE, FALSE, sizeof (voice));
  for (int i = 0; i < n; i++)
    {
      const words_row *row = row_of (names[e[i].measure].name);
      double distance = distance_of (&e[i]), loudness;
      if (phrase_of (row, e[i].value, e[i].middle) == NULL || (distance <= BARELY) != inside)
        continue;
      voice *of = voice_of (voices, row->group);
      loudness = loudness_of (distance, row);
      of->weight += e[i].weight;
      if (of->speaks == NULL || loudness > of->loudness)
        *of = (voice){ of->group, of->weight, &e[i], row, loudness };
    }
  g_array_sort (voices, heavier_first);
  return voices;
}

/* Whether the measure at right angles stands as far out on the same side. */
static gboolean
is_all_round (const evidence *e, const float *measures)
{
  const quality_measure *all = quality_measures ();
  const char *name = all[e->measure].name;
  for (gsize i = 0; i < G_N_ELEMENTS (directions); i++)
    {
      const char *at = strstr (name, directions[i].word);
      if (at == NULL)
        continue;
      g_autofree char *other =
          g_strdup_printf ("%.*s%s%s", (int) (at - name), name, directions[i].across, at + strlen (directions[i].word));
      for (gsize m = 0; m < quality_size (); m++)
        if (strcmp (all[m].name, other) == 0)
          return e->value < e->middle ? measures[m] < e->low : measures[m] > e->high;
    }
  return FALSE;
}

static void
add_reason (const evidence *e, const float *measures, GPtrArray *reasons)
{
  const char *name = quality_measures ()[e->measure].name;
  const char *direction = is_all_round (e, measures) ? "" : direction_of (name);
  explanation_reason *r = g_new (explanation_reason, 1);
  *r = (explanation_reason){ sentence_of (name, direction, e->value, e->low, e->middle, e->high),
                             name,
                             e->value,
                             e->low,
                             e->middle,
                             e->high,
                             distance_of (e) > BARELY };
  g_ptr_array_add (reasons, r);
}

void
words_reasons (const detector *d, const float *measures, int kind, gboolean inside_too, guint most, GPtrArray *reasons)
{
  int all = (int) quality_size ();
  g_autofree evidence *e = g_new (evidence, all);
  int n = detector_evidence (d, measures, kind, e, all);
  g_autoptr (GArray) voices = voices_of (e, n, FALSE);
  if (voices->len == 0 && inside_too)
    {
      g_array_unref (voices);
      voices = voices_of (e, n, TRUE);
    }
  for (guint i = 0; i < MIN (voices->len, most); i++)
    add_reason (g_array_index (voices, voice, i).speaks, measures, reasons);
}

/* --- kinds ----------------------------------------------------------------------------------- */

/* $: what corruption_parameter says, times `factor`; one over it where the factor is 0. Nouns, to go in brackets or behind
 * "like". */
static const struct {
  const char *kind;
  double factor;
  const char *phrase; /* NULL: the number tells a person nothing */
} likes[] = {
  { "box-blur", 1, "a box blur of radius about $ pixels at short side 256" },
  { "gaussian-blur", 1, "a blur of sigma about $ pixels at short side 256" },
  { "defocus-blur", 1, "a lens out of focus by a disc of radius about $ pixels at short side 256" },
  { "motion-blur", 1, "a motion trail of sigma about $ pixels at short side 256" },
  { "zoom-blur", 1, "a zoom by up to $ times during exposure" },
  { "glass-blur", 1, "a look through rough glass, with a blur of sigma about $ pixels at short side 256" },
  { "gaussian-noise", 255, "noise of deviation about $ grey levels" },
  { "shot-noise", 1, "light so low that white is only about $ photons" },
  { "impulse-noise", 100, "a loss of about $ % of the values" },
  { "speckle-noise", 100, "noise of about $ % of each value" },
  { "sensor-noise", 1, "camera noise of variance about $ in linear light, where white is 1" },
  { "jpeg", 1, "a JPEG saved at quality about $" },
  { "pixelate", 0, "squares of about $ pixels at short side 256" },
  { "low-resolution", 0, "a picture enlarged about $ times" },
  { "snow", 1, NULL },
  { "frost", 100, "a layer of frost of about $ %" },
  { "fog", 1, NULL },
  { "haze", 100, "air that lets about $ % of the light through" },
  { "dark", 1, "an exposure about $ stops too short" },
  { "bright", 255, "an exposure about $ grey levels too bright" },
  { "low-contrast", 100, "a contrast shrunk to about $ %" },
  { "colour-cast", 100, "a loss of about $ % of the opposite colour" },
  { "saturation", 1, "colours about $ times too strong, or too weak" },
  { "elastic", 1, NULL },
  { "cut-off", 100, "a file with about $ % of the rows missing" },
};

char *
words_like (const char *kind, double severity)
{
  int at = corruption_find (kind);
  if (at < 0 || isnan (severity))
    return NULL;
  double parameter = corruption_parameter (at, severity);
  for (gsize i = 0; i < G_N_ELEMENTS (likes); i++)
    if (strcmp (likes[i].kind, kind) == 0)
      {
        if (likes[i].phrase == NULL)
          return NULL;
        g_autofree char *value = words_number (likes[i].factor > 0 ? parameter * likes[i].factor : 1 / parameter);
        g_autoptr (GString) text = g_string_new (likes[i].phrase);
        replace (text, "$", value);
        return g_string_free (g_steal_pointer (&text), FALSE);
      }
  g_autofree char *value = words_number (parameter);
  return g_strdup_printf ("%s about %s", corruption_kinds[at].parameter, value);
}
