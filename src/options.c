/* The option table, and reading the command line and the config file into `settings`.
 * GLib's parser does the splitting; one callback checks every value, so that both sources say the same words. */
#include "options.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/nearest.h"

#define AT(field) G_STRUCT_OFFSET (settings, field)
#define ALL_BUT_HELP                                                                                                   \
  (COMMAND_SCAN | COMMAND_CORRUPT | COMMAND_LAYERS | COMMAND_MODEL | COMMAND_EXPORT | COMMAND_DEMO | COMMAND_DOCTOR)

/* the presets of docs/views.md, and every kind of docs/corruptions.md; a golden test tries each */
#define VIEWS  "none stretch-nearest-224 short256-centre224-bilinear short256-centre224-bicubic"
#define SCALES "caffe caffe-104 torch tf unit clip lite raw"
#define KINDS                                                                                                          \
  "box-blur gaussian-blur defocus-blur motion-blur zoom-blur glass-blur gaussian-noise shot-noise impulse-noise "      \
  "speckle-noise sensor-noise jpeg pixelate low-resolution snow frost fog haze dark bright low-contrast colour-cast "  \
  "saturation elastic cut-off"
#define LISTS    "all clean noisy unreadable right set-aside owed unjudged suspected duplicates"
#define FAMILIES "blur noise resolution weather tone geometry broken"

const option option_table[] = {
  { "output", 'o', OPTION_FOLDER, AT (output), "DIR", NULL, "folder for the results; made when missing",
    COMMAND_SCAN | COMMAND_CORRUPT | COMMAND_DEMO, NULL },
  { "output", 'o', OPTION_FILE, AT (output), "FILE.detector", NULL, "file for the table", COMMAND_TRAIN, NULL },
  { "output", 'o', OPTION_FILE, AT (output), "FILE.csv", NULL, "write every picture whose prediction changed",
    COMMAND_COMPARE, NULL },
  { "exclude", 0, OPTION_LIST, AT (exclude), "GLOB", NULL,
    "leave out files and folders whose name or path matches (* ? [...]); may be repeated", COMMAND_SCAN, NULL },
  { "sample", 0, OPTION_SOME, AT (sample), "N", "all", "look at N pictures drawn at random", COMMAND_SCAN, NULL },
  { "model", 'm', OPTION_MODEL, AT (model), "FILE.onnx|NAME", "none: the built-in look descriptor",
    "take features from this model (pardon model list shows names)", COMMAND_SCAN, NULL },
  { "layer", 0, OPTION_TEXT, AT (layer), "TENSOR", "the penultimate tensor",
    "the model's tensor to take features from (pardon layers FILE.onnx lists them)", COMMAND_SCAN | COMMAND_MODEL,
    NULL },
  { "view", 0, OPTION_FILE, AT (view), "NAME|FILE", "short256-centreN-bilinear, N the model's size",
    "how a picture is brought to the model's size: none, stretch-FILTER-N, shortS-centreN-FILTER; FILTER is nearest, "
    "bilinear, bicubic, lanczos or area",
    COMMAND_SCAN | COMMAND_MODEL, VIEWS },
  { "scale", 0, OPTION_FILE, AT (scale), "NAME|FILE", "torch",
    "how pixel values are brought to the model's: caffe, caffe-104, torch, tf, unit, clip, lite, raw",
    COMMAND_SCAN | COMMAND_MODEL, SCALES },
  { "batch", 0, OPTION_AUTO, AT (batch), "N|auto", "auto", "pictures in one run of the model", COMMAND_SCAN, "auto" },
  { "pca", 0, OPTION_COUNT, AT (pca), "N", "50",
    "principal components to cluster in; 0 clusters the features as they are", COMMAND_SCAN, NULL },
  { "k", 'k', OPTION_AUTO, AT (k), "N|auto", "auto", "clusters; auto chooses by silhouette", COMMAND_SCAN, "auto" },
  { "min-size", 0, OPTION_COUNT, AT (min_size), "N", "0", "no cluster smaller than N pictures", COMMAND_SCAN, NULL },
  { "false-alarms", 0, OPTION_SHARE, AT (false_alarms), "SHARE", "0.05",
    "share of clean pictures that may be called too degraded to judge by", COMMAND_SCAN | COMMAND_EXPLAIN, NULL },
  { "threshold", 0, OPTION_REAL, AT (threshold), "SCORE", "as --false-alarms has it",
    "call pictures with a larger noise score (noise.csv) too degraded to judge by; in place of --false-alarms",
    COMMAND_SCAN, NULL },
  { "calibrate", 0, OPTION_FILE, AT (calibrate), "CLEAN_DIR", NULL,
    "pictures you vouch for, 20 or more: they are what clean means, and appear in no result",
    COMMAND_SCAN | COMMAND_EXPLAIN, NULL },
  { "probes", 0, OPTION_SOME, AT (probes), "N", NULL,
    "cluster N corrupted copies of the pictures beside them and name the pictures that sit with them; for pictures "
    "that "
    "look like nothing else",
    COMMAND_SCAN, NULL },
  { "detector", 0, OPTION_FILE, AT (detector), "FILE", "the one that comes with pardon",
    "judge noise by this table (pardon train makes one)", COMMAND_SCAN | COMMAND_EXPLAIN, NULL },
  { "labels", 0, OPTION_FILE, AT (labels), "FILE|folders|none", NULL,
    "the true class of each picture: a CSV or JSON lines file joined by file name, or folders: the names of their "
    "folders",
    COMMAND_SCAN, "folders none" },
  { "predictions", 0, OPTION_FILE, AT (predictions), "FILE", NULL,
    "what the classifier said: a CSV or JSON lines file joined by file name, or a .npy matrix of probabilities",
    COMMAND_SCAN, NULL },
  { "prediction-files", 0, OPTION_FILE, AT (prediction_files), "FILE", "the .csv beside the .npy",
    "the file names that the rows of --predictions FILE.npy belong to", COMMAND_SCAN, NULL },
  { "classifier", 0, OPTION_MODEL, AT (classifier), "FILE.onnx|NAME", NULL,
    "make the predictions with this model; --view and --scale are then its, and so are the features unless there is a "
    "--model",
    COMMAND_SCAN, NULL },
  { "classes", 0, OPTION_FILE, AT (classes), "FILE", "as the labels have them",
    "names of the classes in the order of their numbers, one a line", COMMAND_SCAN, NULL },
  { "class-ids", 0, OPTION_FILE, AT (class_ids), "FILE", NULL,
    "ids of the classes (WordNet's, say) in the same order, where labels are ids", COMMAND_SCAN, NULL },
  { "label-map", 0, OPTION_FILE, AT (label_map), "FILE.csv", NULL,
    "other words for classes: a CSV with the columns from and to", COMMAND_SCAN, NULL },
  { "restrict-classes", 0, OPTION_FLAG, AT (restrict_classes), NULL, NULL,
    "let the --classifier choose among the classes of the labels alone", COMMAND_SCAN, NULL },
  { "model-view", 0, OPTION_FILE, AT (model_view), "NAME|FILE", "as without a classifier",
    "the --model's view, where there is a --classifier too", COMMAND_SCAN, VIEWS },
  { "model-scale", 0, OPTION_FILE, AT (model_scale), "NAME|FILE", "as without a classifier",
    "the --model's scale, where there is a --classifier too", COMMAND_SCAN, SCALES },
  { "stress", 0, OPTION_SOME, AT (stress), "N", NULL,
    "corrupt N of the pictures fit to judge by in every kind and severity and ask the --classifier again: 126 "
    "questions a picture",
    COMMAND_SCAN, NULL },
  { "fail-under-accuracy", 0, OPTION_SHARE, AT (fail_under_accuracy), "SHARE", NULL,
    "exit with 1 when the accuracy on pictures fit to judge by is below this", COMMAND_SCAN, NULL },
  { "fail-under-raw-accuracy", 0, OPTION_SHARE, AT (fail_under_raw_accuracy), "SHARE", NULL,
    "exit with 1 when the accuracy on all pictures is below this", COMMAND_SCAN, NULL },
  { "fail-over-noisy", 0, OPTION_SHARE, AT (fail_over_noisy), "SHARE", NULL,
    "exit with 1 when a larger share of the pictures is too degraded to judge by", COMMAND_SCAN, NULL },
  { "markdown", 0, OPTION_FILE, AT (markdown), "FILE.md", NULL, "write gates, accuracy and findings as Markdown",
    COMMAND_SCAN, NULL },
  { "junit", 0, OPTION_FILE, AT (junit), "FILE.xml", NULL, "write the gates as JUnit test results", COMMAND_SCAN,
    NULL },
  { "fail-if-worse", 0, OPTION_FLAG, AT (fail_if_worse), NULL, NULL,
    "exit with 1 when more broke than was fixed on pictures fit to judge by, and chance gives that less than once in "
    "20",
    COMMAND_COMPARE, NULL },
  { "kind", 0, OPTION_TEXT, AT (kind), "KIND", "box-blur", "the corruption; docs/corruptions.md describes the 25 kinds",
    COMMAND_CORRUPT, KINDS },
  { "severity", 's', OPTION_NUMBER, AT (severity), "1..5", "3",
    "how strong, on ImageNet-C's scale; fractions lie between", COMMAND_CORRUPT, NULL },
  { "radius", 'r', OPTION_NUMBER, AT (radius), "PIXELS", NULL,
    "box-blur alone: the blur's radius, in place of a severity", COMMAND_CORRUPT, NULL },
  { "overwrite", 0, OPTION_FLAG, AT (overwrite), NULL, NULL, "replace files that exist",
    COMMAND_CORRUPT | COMMAND_TRAIN, NULL },
  { "leave-out", 0, OPTION_LIST, AT (leave_out), "KIND|FAMILY", NULL,
    "do not train on this kind, or on any of this family; may be repeated", COMMAND_TRAIN, KINDS " " FAMILIES },
  { "json", 0, OPTION_FLAG, AT (json), NULL, NULL, "print one JSON object a picture, each on a line of its own",
    COMMAND_EXPLAIN, NULL },
  { "list", 0, OPTION_TEXT, AT (list), "NAME", "all",
    "print these pictures: all, clean, noisy, unreadable, right, set-aside, owed, unjudged, suspected or duplicates",
    COMMAND_EXPORT, LISTS },
  { "kind", 0, OPTION_TEXT, AT (kind), "KIND", NULL, "of them those with this kind of noise", COMMAND_EXPORT,
    KINDS " unknown" },
  { "group", 0, OPTION_SOME, AT (group), "N", NULL, "of them those in this group of owed mistakes (owed.csv)",
    COMMAND_EXPORT, NULL },
  { "format", 0, OPTION_TEXT, AT (format), "text|csv|jsonl", "text",
    "paths alone, or every column of images.csv and the tables beside it", COMMAND_EXPORT, "text csv jsonl" },
  { "null", '0', OPTION_FLAG, AT (null_ended), NULL, NULL,
    "end each path with a NUL byte, for xargs -0: safe for any name", COMMAND_EXPORT, NULL },
  { "links", 0, OPTION_FOLDER, AT (links), "DIR", NULL, "make links to them in folders of DIR", COMMAND_EXPORT, NULL },
  { "by", 0, OPTION_TEXT, AT (by), "verdict|noisy|kind|cluster|group", "verdict", "what those folders stand for",
    COMMAND_EXPORT, "verdict noisy kind cluster group" },
  { "copy", 0, OPTION_FLAG, AT (copy), NULL, NULL, "copy the files in place of linking to them", COMMAND_EXPORT, NULL },
  { "with-probes", 0, OPTION_FLAG, AT (with_probes), NULL, NULL,
    "the probes of scan --probes too, as PNG in DIR/probes", COMMAND_EXPORT, NULL },
  { "yes", 'y', OPTION_FLAG, AT (yes), NULL, NULL, "make them: without it only what would be made is told",
    COMMAND_EXPORT, NULL },
  { "decisions", 0, OPTION_FILE, AT (decisions), "FILE.csv", NULL,
    "write what people decided about pictures: when, which, from what to what", COMMAND_EXPORT, NULL },
  { "npy", 0, OPTION_FILE, AT (npy), "FILE.npy", NULL,
    "write the features as a NumPy array, and their file names beside it as FILE.csv", COMMAND_EXPORT, NULL },
  { "count", 'n', OPTION_SOME, AT (count), "N", "48", "pictures to draw", COMMAND_DEMO, NULL },
  { "seed", 0, OPTION_COUNT, AT (seed), "N", "0", "seed of everything random; same seed, same results",
    COMMAND_SCAN | COMMAND_CORRUPT | COMMAND_DEMO | COMMAND_TRAIN, NULL },
  { "threads", 'j', OPTION_AUTO, AT (threads), "N|auto", "auto", "threads to work with; auto is one a core",
    COMMAND_SCAN | COMMAND_TRAIN, "auto" },
  { "config", 0, OPTION_FILE, AT (config), "FILE", NULL,
    "read options from FILE: a section named after the command, lines NAME = VALUE; the command line wins",
    COMMAND_SCAN | COMMAND_CORRUPT | COMMAND_DEMO, NULL },
  { "port", 'p', OPTION_COUNT, AT (port), "N", "a free one", "answer at this port", COMMAND_SERVE, NULL },
  { "host", 0, OPTION_TEXT, AT (host), "ADDRESS", "127.0.0.1",
    "answer at this numeric address of this machine; any but the default lets other machines in", COMMAND_SERVE, NULL },
  { "open", 0, OPTION_FLAG, AT (open), NULL, NULL, "open the page in a browser ($BROWSER, else xdg-open)",
    COMMAND_SERVE, NULL },
  { "read-only", 0, OPTION_FLAG, AT (read_only), NULL, NULL, "take no decisions: show the results alone", COMMAND_SERVE,
    NULL },
  { "man", 0, OPTION_FLAG, AT (man), NULL, NULL, "print the manual page as roff", COMMAND_HELP, NULL },
  { "completion", 0, OPTION_TEXT, AT (shell), "bash|zsh|fish", NULL, "print completions for this shell", COMMAND_HELP,
    "bash zsh fish" },
  { NULL, 0, OPTION_FLAG, 0, NULL, NULL, NULL, 0, NULL },
};

#define FIELD(s, o, type) (*(type *) ((char *) (s) + (o)->offset))

static gboolean
complain_value (const option *o, const char *value, const char *wanted, GError **error)
{
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "--%s takes %s, not '%s'", o->name, wanted, value);
  return FALSE;
}

static gboolean
option_set (const option *o, const char *value, settings *s, GError **error)
{
  guint64 whole;
  char *end;
  switch (o->type)
    {
    case OPTION_FLAG:
      FIELD (s, o, gboolean) = g_strcmp0 (value, "false") != 0;
      return TRUE;
    case OPTION_TEXT:
    case OPTION_FILE:
    case OPTION_MODEL:
    case OPTION_FOLDER:
      if (*value == 0)
        return complain_value (o, value, "a value", error);
      g_free (FIELD (s, o, char *));
      FIELD (s, o, char *) = g_strdup (value);
      return TRUE;
    case OPTION_LIST:
      {
        g_autoptr (GStrvBuilder) list = g_strv_builder_new ();
        if (FIELD (s, o, char **) != NULL)
          g_strv_builder_addv (list, (const char **) FIELD (s, o, char **));
        g_strv_builder_add (list, value);
        g_strfreev (FIELD (s, o, char **));
        FIELD (s, o, char **) = g_strv_builder_end (list);
        return TRUE;
      }
    case OPTION_AUTO:
      if (strcmp (value, "auto") == 0)
        {
          FIELD (s, o, gint64) = 0;
          return TRUE;
        }
      if (!g_ascii_string_to_unsigned (value, 10, 1, G_MAXINT32, &whole, NULL))
        return complain_value (o, value, "a whole number from 1, or auto", error);
      FIELD (s, o, gint64) = (gint64) whole;
      return TRUE;
    case OPTION_COUNT:
      if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT32, &whole, NULL))
        return complain_value (o, value, "a whole number from 0 to 2147483647", error);
      FIELD (s, o, gint64) = (gint64) whole;
      return TRUE;
    case OPTION_SOME:
      if (!g_ascii_string_to_unsigned (value, 10, 1, G_MAXINT32, &whole, NULL))
        return complain_value (o, value, "a whole number from 1 to 2147483647", error);
      FIELD (s, o, gint64) = (gint64) whole;
      return TRUE;
    case OPTION_NUMBER:
      FIELD (s, o, double) = g_ascii_strtod (value, &end);
      if (end == value || *end != 0 || !isfinite (FIELD (s, o, double)) || FIELD (s, o, double) < 0)
        return complain_value (o, value, "a number from 0", error);
      return TRUE;
    case OPTION_REAL:
      FIELD (s, o, double) = g_ascii_strtod (value, &end);
      if (end == value || *end != 0 || !isfinite (FIELD (s, o, double)))
        return complain_value (o, value, "a number", error);
      return TRUE;
    case OPTION_SHARE:
      FIELD (s, o, double) = g_ascii_strtod (value, &end);
      if (end == value || *end != 0 || !(FIELD (s, o, double) > 0 && FIELD (s, o, double) < 1))
        return complain_value (o, value, "a share above 0 and below 1, such as 0.05", error);
      return TRUE;
    }
  return TRUE;
}

/* --- command line ------------------------------------------------------------------------ */

typedef struct {
  const command *command;
  settings *settings;
  gboolean seen[G_N_ELEMENTS (option_table)]; /* row i was on the command line */
} parse_state;

static const option *
option_find (const command *c, const char *name)
{
  for (const option *o = option_table; o->name != NULL; o++)
    if ((o->commands & c->bit) != 0 && strcmp (o->name, name) == 0)
      return o;
  return NULL;
}

/* The row whose value is the argument after this one ("--k", "-k"), or which is a flag; NULL: none. */
static const option *
option_of (const command *c, const char *argument)
{
  if (g_str_has_prefix (argument, "--"))
    return option_find (c, argument + 2);
  if (argument[0] == '-' && argument[1] != 0 && argument[2] == 0)
    for (const option *o = option_table; o->name != NULL; o++)
      if ((o->commands & c->bit) != 0 && o->letter == argument[1])
        return o;
  return NULL;
}

static gboolean
takes_next (const command *c, const char *argument)
{
  const option *o = option_of (c, argument);
  return o != NULL && o->type != OPTION_FLAG;
}

gboolean
options_ask_help (const command *c, char **arguments)
{
  for (; *arguments != NULL && strcmp (*arguments, "--") != 0; arguments++)
    if (strcmp (*arguments, "--help") == 0 || strcmp (*arguments, "-h") == 0)
      return TRUE;
    else if (takes_next (c, *arguments) && arguments[1] != NULL)
      arguments++;
  return FALSE;
}

static gboolean
take_value (const char *given, const char *value, gpointer data, GError **error)
{
  parse_state *p = data;
  const option *o = option_of (p->command, given);
  g_assert (o != NULL); /* GLib calls with the names it was given */
  p->seen[o - option_table] = TRUE;
  return option_set (o, value, p->settings, error);
}

static const char *
nearest_option (const command *c, const char *name)
{
  const char *names[G_N_ELEMENTS (option_table)] = { NULL };
  gsize n = 0;
  for (const option *o = option_table; o->name != NULL; o++)
    if ((o->commands & c->bit) != 0)
      names[n++] = o->name;
  return nearest_word (name, names);
}

static gboolean
refuse_unknown (const command *c, const char *given, GError **error)
{
  const char *name = given + strspn (given, "-");
  const char *nearest = strlen (name) > 1 ? nearest_option (c, name) : NULL;
  if (nearest != NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' has no option '%s'; did you mean '--%s'?", c->name,
                 given, nearest);
  else
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' has no option '%s'", c->name, given);
  return FALSE;
}

/* GLib says "Unknown option --modle"; a person is helped by the nearest one. */
static void
explain_unknown (const command *c, GError **error)
{
  const char *at = strstr ((*error)->message, "-");
  g_autofree char *given = g_strdup (at != NULL ? at : "");
  g_strdelimit (given, "= ", 0);
  g_clear_error (error);
  refuse_unknown (c, given, error);
}

/* GLib's parser wants the program's name in front, and takes a letter's value from the next argument alone: "-k4"
 * becomes "-k" "4". A long name behind a single dash is refused, for "-output DIR" would write into "utput". */
static char **
split_letters (const command *c, char **arguments, GError **error)
{
  g_autoptr (GStrvBuilder) line = g_strv_builder_new ();
  g_strv_builder_add (line, c->name);
  for (; *arguments != NULL && strcmp (*arguments, "--") != 0; arguments++)
    {
      const char *a = *arguments;
      char letter[] = { '-', a[0] == '-' ? a[1] : 0, 0 };
      gboolean longer = letter[1] != 0 && letter[1] != '-' && a[2] != 0;
      if (longer && option_find (c, a + 1) != NULL)
        {
          refuse_unknown (c, a, error);
          return NULL;
        }
      if (longer && a[2] != '=' && takes_next (c, letter))
        {
          g_strv_builder_add (line, letter);
          g_strv_builder_add (line, a + 2);
          continue;
        }
      g_strv_builder_add (line, a);
      if (takes_next (c, a) && arguments[1] != NULL)
        g_strv_builder_add (line, *++arguments);
    }
  g_strv_builder_addv (line, (const char **) arguments);
  return g_strv_builder_end (line);
}

static gboolean
parse_line (const command *c, char **arguments, parse_state *p, GError **error)
{
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  for (const option *o = option_table; o->name != NULL; o++)
    if ((o->commands & c->bit) != 0)
      {
        GOptionEntry e = { o->name,
                           o->letter,
                           o->type == OPTION_FLAG ? G_OPTION_FLAG_NO_ARG : G_OPTION_FLAG_FILENAME,
                           G_OPTION_ARG_CALLBACK,
                           (gpointer) take_value,
                           NULL,
                           NULL };
        g_array_append_val (entries, e);
      }
  GOptionGroup *group = g_option_group_new (c->name, "", "", p, NULL);
  g_option_group_add_entries (group, (GOptionEntry *) entries->data);
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_set_main_group (context, group);
  g_option_context_set_help_enabled (context, FALSE);

  g_auto (GStrv) line = split_letters (c, arguments, error);
  if (line == NULL)
    return FALSE;
  if (!g_option_context_parse_strv (context, &line, error)) /* takes what it understood out of the vector */
    {
      if (g_error_matches (*error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
        explain_unknown (c, error);
      else if ((*error)->domain == G_OPTION_ERROR)
        (*error)->message[0] = g_ascii_tolower ((*error)->message[0]);
      return FALSE;
    }
  g_autoptr (GStrvBuilder) rest = g_strv_builder_new ();
  gboolean after_dashes = FALSE;
  for (char **a = line + 1; *a != NULL; a++)
    if (!after_dashes && strcmp (*a, "--") == 0)
      after_dashes = TRUE;
    else
      g_strv_builder_add (rest, *a);
  p->settings->rest = g_strv_builder_end (rest);
  return TRUE;
}

/* --- config file -------------------------------------------------------------------------- */

static gboolean
config_row (GKeyFile *file, const command *c, const char *key, parse_state *p, const char *path, GError **error)
{
  const option *o = option_find (c, key);
  if (o == NULL || o->offset == AT (config))
    {
      const char *nearest = o == NULL ? nearest_option (c, key) : NULL;
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s': section [%s] has no option '%s'%s%s%s", path,
                   c->name, key, nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "'?" : "");
      return FALSE;
    }
  if (p->seen[o - option_table])
    return TRUE;
  if (o->type == OPTION_LIST)
    {
      g_auto (GStrv) values = g_key_file_get_string_list (file, c->name, key, NULL, error);
      for (char **v = values; v != NULL && *v != NULL; v++)
        if (!option_set (o, *v, p->settings, error))
          return FALSE;
      return values != NULL;
    }
  g_autofree char *value = g_key_file_get_string (file, c->name, key, error);
  if (value == NULL || !option_set (o, value, p->settings, error))
    {
      g_prefix_error (error, "'%s': ", path);
      return FALSE;
    }
  return TRUE;
}

static gboolean
parse_config (const command *c, parse_state *p, GError **error)
{
  const char *path = p->settings->config;
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) why = NULL;
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &why))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot read options from '%s': %s", path, why->message);
      return FALSE;
    }
  g_auto (GStrv) keys = g_key_file_get_keys (file, c->name, NULL, NULL);
  if (keys == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' has no section [%s]", path, c->name);
      return FALSE;
    }
  for (char **key = keys; *key != NULL; key++)
    {
      if (strcmp (*key, "paths") == 0)
        {
          if (p->settings->rest[0] == NULL)
            {
              g_strfreev (p->settings->rest);
              p->settings->rest = g_key_file_get_string_list (file, c->name, *key, NULL, NULL);
            }
        }
      else if (!config_row (file, c, *key, p, path, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
options_parse (const command *c, char **arguments, settings *s, GError **error)
{
  parse_state p = { .command = c, .settings = s };
  *s = (settings){ .pca = 50, .severity = 3, .radius = -1, .count = 48, .threshold = NAN };
  g_autoptr (GError) why = NULL;
  gboolean fine = parse_line (c, arguments, &p, &why) && (s->config == NULL || parse_config (c, &p, &why));
  if (s->rest == NULL)
    s->rest = g_new0 (char *, 1);
  if (!fine)
    g_propagate_error (error, g_steal_pointer (&why));
  return fine;
}

void
settings_clear (settings *s)
{
  for (const option *o = option_table; o->name != NULL; o++)
    if (o->type == OPTION_LIST)
      g_clear_pointer (&FIELD (s, o, char **), g_strfreev);
    else if (o->type == OPTION_TEXT || o->type == OPTION_FILE || o->type == OPTION_MODEL || o->type == OPTION_FOLDER)
      g_clear_pointer (&FIELD (s, o, char *), g_free);
  g_clear_pointer (&s->rest, g_strfreev);
}
