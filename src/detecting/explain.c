/* A picture to its row, the row to a verdict, the verdict to sentences. */
#include "detecting/explain.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "detecting/calibrate.h"
#include "detecting/verdicts.h"
#include "detecting/words.h"
#include "feature/quality.h"
#include "image/corrupt.h"
#include "image/decode.h"
#include "image/view.h"

#define SMALLEST_VIEW 224 /* short side; what most classifiers look at */
#define MOST_REASONS  5
#define MOST_OF_FINE  2 /* of a picture that is fine */
#define MOST_OTHERS   4
#define CUT_OFF       "cut-off"
#define FOLDER        "'%s' is a folder; 'pardon scan' judges all its pictures"
#define FLAT          0.008 /* luma-deviation, shares of 128 grey levels: one grey level */
#define UNKNOWN       "unknown"

/* --- a row ----------------------------------------------------------------------------------- */

static int
likeliest_first (gconstpointer a, gconstpointer b)
{
  const explanation_kind *x = *(const explanation_kind *const *) a, *y = *(const explanation_kind *const *) b;
  return (x->score < y->score) - (x->score > y->score);
}

static void
add_others (const detector *d, const judgement *said, explanation *e)
{
  for (int k = 0; k < detector_kinds (d); k++)
    if (k != said->kind && said->kinds[k] > e->threshold && strcmp (detector_kind (d, k), UNKNOWN) != 0)
      {
        explanation_kind *other = g_new (explanation_kind, 1);
        *other = (explanation_kind){ g_strdup (detector_kind (d, k)), said->kinds[k] };
        g_ptr_array_add (e->others, other);
      }
  g_ptr_array_sort (e->others, likeliest_first);
}

static void
exchange (char **held, const char *by)
{
  g_free (*held);
  *held = g_strdup (by);
}

/* As a scan has it (verdicts.c): a file that breaks off is degraded for certain, whatever its pixels look like. */
static void
damage_outweighs (const detector *d, const float *measures, const char *damage, explanation *e)
{
  int kind = corruption_find (CUT_OFF), known = detector_kind_find (d, CUT_OFF);
  double missing = measures[quality_find ("broken-grey")];
  exchange (&e->damage, damage);
  e->noisy = TRUE;
  e->noise = 1;
  exchange (&e->kind, CUT_OFF);
  exchange (&e->family, corruption_family_names[corruption_kinds[kind].family]);
  e->severity = verdicts_cut_off_severity (damage, missing);
  g_free (e->like);
  e->like = missing > 0.05 ? words_like (CUT_OFF, e->severity) : NULL;
  g_ptr_array_set_size (e->reasons, 0);
  g_ptr_array_set_size (e->others, 0);
  if (known >= 0)
    words_reasons (d, measures, known, FALSE, MOST_REASONS, e->reasons);
}

/* Ratios of nothing to nothing would make sentences that are not true. */
static void
flatness_outweighs (const float *measures, explanation *e)
{
  explanation_reason *r = g_new (explanation_reason, 1);
  *r = (explanation_reason){ .sentence = g_strdup ("nearly all of it is one brightness: there is nothing to judge by"),
                             .measure = "luma-deviation",
                             .value = measures[quality_find ("luma-deviation")],
                             .low = NAN,
                             .middle = NAN,
                             .high = NAN,
                             .outside = TRUE };
  g_ptr_array_set_size (e->reasons, 0);
  g_ptr_array_add (e->reasons, r);
}

void
explain_row (const detector *d, const float *measures, double threshold, double false_alarms, const char *damage,
             explanation *e)
{
  judgement said;
  detector_judge (d, measures, &said);
  e->false_alarms = false_alarms;
  e->threshold = threshold;
  e->limit = detector_noise (d, e->threshold);
  e->score = said.score;
  e->noise = said.noise;
  e->noisy = said.score > e->threshold;
  e->unlike = said.unlike;
  e->grey = measures[quality_find ("saturation-mean")] <= 0;
  e->kind = g_strdup (detector_kind (d, said.kind));
  e->family = g_strdup (detector_family (d, said.kind));
  e->severity = g_strcmp0 (e->kind, UNKNOWN) == 0 ? NAN : said.severity;
  e->like = words_like (e->kind, e->severity);
  words_reasons (d, measures, said.kind, e->noisy, e->noisy ? MOST_REASONS : MOST_OF_FINE, e->reasons);
  add_others (d, &said, e);
  if (measures[quality_find ("luma-deviation")] < FLAT)
    flatness_outweighs (measures, e);
  if (damage != NULL)
    damage_outweighs (d, measures, damage, e);
}

/* --- sentences ------------------------------------------------------------------------------- */

static void G_GNUC_PRINTF (2, 3) add (GStrvBuilder *out, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_strv_builder_add (out, text);
}

/* Two numbers of 0..1 with as few decimals as tell them apart, at least two. */
static void
tell_apart (double a, double b, char **of_a, char **of_b)
{
  for (int decimals = 2;; decimals++)
    {
      *of_a = g_strdup_printf ("%.*f", decimals, a);
      *of_b = g_strdup_printf ("%.*f", decimals, b);
      if (decimals == 4 || a == b || g_strcmp0 (*of_a, *of_b) != 0)
        return;
      g_free (*of_a);
      g_free (*of_b);
    }
}

static void
add_verdict (const explanation *e, GStrvBuilder *out)
{
  g_autofree char *noise = NULL, *limit = NULL;
  tell_apart (e->noise, e->limit, &noise, &limit);
  g_autofree char *numbers =
      g_strdup_printf ("(noise %s; above %s is noisy, at %.3g %% false alarms)", noise, limit, 100 * e->false_alarms);
  if (e->damage != NULL)
    add (out, "too degraded to judge by: the file is damaged (%s)", e->damage);
  else
    add (out, "%s to judge by %s", e->noisy ? "too degraded" : "fine", numbers);
}

static void
add_kind (const explanation *e, GStrvBuilder *out)
{
  gboolean unknown = g_strcmp0 (e->kind, UNKNOWN) == 0, more = e->reasons->len > 0;
  if (!e->noisy)
    {
      if (unknown)
        add (out, "like no known kind%s", more ? "; what stands out:" : "");
      else
        add (out, "%s comes nearest%s", e->kind, more ? "; what speaks for it:" : "");
      return;
    }
  g_autoptr (GString) text = g_string_new (NULL);
  if (unknown)
    g_string_append (text, "unlike clean pictures in a way that no known kind explains");
  else
    g_string_append_printf (text, "most like %s", e->kind);
  if (!isnan (e->severity))
    g_string_append_printf (text, ", severity %.1f of 5", e->severity);
  if (e->like != NULL)
    g_string_append_printf (text, " (%s)", e->like);
  g_strv_builder_add (out, text->str);
}

static void
add_reasons (const explanation *e, GStrvBuilder *out)
{
  const explanation_reason *first = e->reasons->len > 0 ? e->reasons->pdata[0] : NULL;
  if (first != NULL && !first->outside)
    add (out, "nothing by itself lies outside what clean pictures show; taken together, these do:");
  for (guint i = 0; i < e->reasons->len; i++)
    add (out, "%s", ((const explanation_reason *) e->reasons->pdata[i])->sentence);
}

static void
add_others_sentence (const explanation *e, GStrvBuilder *out)
{
  if (e->others->len == 0)
    return;
  g_autoptr (GString) text = g_string_new ("could also be ");
  guint n = MIN (e->others->len, MOST_OTHERS);
  for (guint i = 0; i < n; i++)
    {
      const explanation_kind *k = e->others->pdata[i];
      g_string_append_printf (text, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", k->kind);
    }
  g_strv_builder_add (out, text->str);
}

static void
add_facts (const explanation *e, GStrvBuilder *out)
{
  if (e->unlike > 1)
    g_strv_builder_add (
        out, "unlike anything the detector was trained on: do not rely on the verdict; scan --calibrate fits "
             "the detector to pictures you vouch for");
  g_autoptr (GString) text = g_string_new (NULL);
  if (e->width > 0)
    g_string_append_printf (text, "%d x %d pixels, %s", e->width, e->height, e->format != NULL ? e->format : "");
  if (e->grey)
    g_string_append (text, text->len > 0 ? "; no pixel has colour" : "no pixel has colour");
  if (e->enlarged)
    g_string_append_printf (text, "; a model that looks at %d pixels sees it enlarged", SMALLEST_VIEW);
  if (text->len > 0)
    g_strv_builder_add (out, text->str);
}

char **
explain_sentences (const explanation *e)
{
  g_autoptr (GStrvBuilder) out = g_strv_builder_new ();
  add_verdict (e, out);
  add_kind (e, out);
  add_reasons (e, out);
  add_others_sentence (e, out);
  add_facts (e, out);
  return g_strv_builder_end (out);
}

/* --- pictures -------------------------------------------------------------------------------- */

typedef struct {
  const pardon_explain_options *options;
  const detector *detector;
  image decoded, seen;
  float *measures; /* quality_size () */
} explaining;

static gboolean
explain_picture (explaining *x, const char *file, explanation *e, GError **error)
{
  image_facts facts;
  view v = view_measure ();
  if (g_file_test (file, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, FOLDER, file);
      return FALSE;
    }
  if (!decode_file (file, NULL, &x->decoded, &facts, error) || !view_apply (&v, &x->decoded, &x->seen, error)
      || !quality_measure_picture (&x->seen, x->measures, error))
    return FALSE;
  double share = x->options->false_alarms;
  explain_row (x->detector, x->measures, detector_threshold (x->detector, share), share,
               facts.damage[0] != 0 ? facts.damage : NULL, e);
  e->width = facts.width;
  e->height = facts.height;
  e->format = facts.format;
  e->enlarged = MIN (facts.width, facts.height) < SMALLEST_VIEW;
  return TRUE;
}

/* File names are bytes, and stay so, but for those that steer a terminal or would begin another line. */
static char *
text_of (const explanation *e)
{
  g_autofree char *file = g_strdup (e->file);
  for (char *at = file; *at != 0; at++)
    if ((*at > 0 && *at < ' ') || *at == 0x7f)
      *at = '?';
  g_auto (GStrv) sentences = explain_sentences (e);
  g_autofree char *lines = g_strjoinv ("\n  ", sentences);
  return g_strconcat (file, ": ", lines, "\n", NULL);
}

static void
tell (const explanation *e, void (*each) (void *user, const pardon_explanation *explained), void *user)
{
  g_autofree char *text = e->problem == NULL ? text_of (e) : g_strconcat (e->problem, "\n", NULL);
  g_autofree char *json = explanation_json (e);
  pardon_explanation out = { .file = e->file, .problem = e->problem, .text = text, .json = json };
  if (e->problem == NULL)
    {
      out.noisy = e->noisy;
      out.noise = e->noise;
      out.kind = e->kind;
      out.severity = e->severity;
    }
  each (user, &out);
}

static gboolean
check (const pardon_explain_options *o, GError **error)
{
  if (!g_file_test (o->paths[0], G_FILE_TEST_IS_DIR) || o->paths[1] != NULL)
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, FOLDER, o->paths[0]);
  return FALSE;
}

gboolean
explain_run (const pardon_explain_options *o, void (*each) (void *user, const pardon_explanation *explained),
             void *user, const job *j, GError **error)
{
  g_autoptr (detector) d = check (o, error) ? verdicts_detector (o->detector, o->false_alarms, error) : NULL;
  guint64 vouched = 0;
  if (d == NULL
      || (o->calibrate != NULL
          && !calibrate_in_passing (d, o->calibrate, (int) g_get_num_processors (), j, &vouched, error)))
    return FALSE;
  g_autofree float *measures = g_new (float, quality_size ());
  explaining x = { .options = o, .detector = d, .measures = measures };
  gboolean fine = TRUE;
  for (const char *const *path = o->paths; fine && *path != NULL; path++)
    {
      g_auto (explanation) e = { 0 };
      g_autoptr (GError) why = NULL;
      explanation_init (&e);
      e.file = g_strdup (*path);
      fine = job_go_on (j, error);
      if (fine && !explain_picture (&x, *path, &e, &why))
        e.problem = g_strdup (why->message);
      if (fine)
        tell (&e, each, user);
    }
  image_clear (&x.decoded);
  image_clear (&x.seen);
  return fine;
}
