/* tool_join NAMES [--labels F] [--predictions F] [--prediction-files F] [--classes F] [--class-ids F] [--label-map F]
 * [--folders | --no-folders] [--quiet]: joins to the pictures NAMES lists, one a line, and shows all of it, one thing a line, fields
 * separated by tabs and escaped as in C. A refusal is "error WORDS", which is no failure of the tool. */
#include "join/join.h"

#include <stdio.h>
#include <string.h>

static void
field (const char *text)
{
  g_autofree char *escaped = g_strescape (text, NULL);
  printf ("\t%s", escaped);
}

static void
show_odds (const char *name, const join_odds *o)
{
  printf ("%s\t%" G_GUINT64_FORMAT, name, o->count);
  for (guint i = 0; i < o->first->len; i++)
    {
      const join_odd *odd = &g_array_index (o->first, join_odd, i);
      field (odd->name);
      printf ("\t%" G_GUINT64_FORMAT, odd->line);
    }
  puts ("");
}

static void
show_side (const char *name, const join_side *s, gsize n)
{
  if (s->shown == NULL)
    return;
  printf ("side\t%s\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT
          "\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\n",
          name, s->rows, s->matched, s->exact, s->by_folders, s->by_base_name, s->by_stem, s->empty);
  show_odds ("without_picture", &s->without_picture);
  show_odds ("ambiguous", &s->ambiguous);
  show_odds ("repeated", &s->repeated);
  show_odds ("without_row", &s->without_row);
  g_autofree char *words = join_side_words (s, n);
  printf ("words");
  field (words);
  puts ("");
}

static void
show_picture (const joined *j, const char *file, gsize i)
{
  printf ("picture");
  field (file);
  printf ("\t%d\t%d\t%.9g\t%d", j->truth[i], j->prediction[i], (double) j->confidence[i], j->top5[i]);
  for (guint c = 0; c < j->columns->len; c++)
    {
      const join_column *column = j->columns->pdata[c];
      field (column->values->pdata[column->of[i]]);
    }
  puts ("");
  if (j->probabilities.d == 0)
    return;
  printf ("probabilities");
  for (gsize c = 0; c < j->probabilities.d; c++)
    printf ("\t%.9g", (double) matrix_row (&j->probabilities, i)[c]);
  puts ("");
}

static void
show (const joined *j, char **files)
{
  static const char *const readings[] = { "names", "ids", "indices" }, *const truths[] = { "none", "table", "folders" };
  printf ("truth\t%s\t%s\t%s\t%d\n", truths[j->truth_from], readings[j->truth_reading], readings[j->prediction_reading],
          j->split);
  printf ("classes");
  for (gsize i = 0; i < j->classes.n; i++)
    field (j->classes.names->pdata[i]);
  printf ("\ncolumns");
  for (guint i = 0; i < j->columns->len; i++)
    field (((const join_column *) j->columns->pdata[i])->name);
  puts ("");
  for (gsize i = 0; i < j->n; i++)
    show_picture (j, files[i], i);
  show_side ("labels", &j->labels, j->n);
  show_side ("predictions", &j->predictions, j->n);
  for (guint i = 0; i < j->notes->len; i++)
    {
      printf ("note");
      field (j->notes->pdata[i]);
      puts ("");
    }
}

int
main (int argc, char **argv)
{
  join_options o = { 0 };
  char **const paths[] = { (char **) &o.labels,  (char **) &o.predictions, (char **) &o.prediction_files,
                           (char **) &o.classes, (char **) &o.class_ids,   (char **) &o.label_map };
  gboolean quiet = FALSE;
  const GOptionEntry entries[] = {
    { "labels", 0, 0, G_OPTION_ARG_FILENAME, paths[0], "", NULL },
    { "predictions", 0, 0, G_OPTION_ARG_FILENAME, paths[1], "", NULL },
    { "prediction-files", 0, 0, G_OPTION_ARG_FILENAME, paths[2], "", NULL },
    { "classes", 0, 0, G_OPTION_ARG_FILENAME, paths[3], "", NULL },
    { "class-ids", 0, 0, G_OPTION_ARG_FILENAME, paths[4], "", NULL },
    { "label-map", 0, 0, G_OPTION_ARG_FILENAME, paths[5], "", NULL },
    { "folders", 0, 0, G_OPTION_ARG_NONE, &o.folders_asked, "", NULL },
    { "no-folders", 0, 0, G_OPTION_ARG_NONE, &o.folders_denied, "", NULL },
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &quiet, "", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *names = NULL;
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2
      || !g_file_get_contents (argv[1], &names, NULL, &error))
    {
      fprintf (stderr, "%s\n", error != NULL ? error->message : "tool_join NAMES [OPTIONS]");
      return 2;
    }
  g_auto (GStrv) files = g_strsplit (names, "\n", -1);
  gsize n = g_strv_length (files);
  n -= n > 0 && files[n - 1][0] == '\0';
  g_auto (joined) j = { 0 };
  if (!joined_init (&j, (const char *const *) files, n, &o, &error))
    printf ("error\t%s\n", error->message);
  else if (quiet)
    printf ("matched\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\n", j.labels.matched, j.predictions.matched);
  else
    show (&j, files);
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    g_free (*paths[i]);
  return 0;
}
