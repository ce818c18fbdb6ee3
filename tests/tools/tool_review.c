/* Asks a review (src/reviewing.h) line by line: tool_review DIR [read-only]. One line of answer each: "ok TEXT" or "no CODE WORDS".
 *     report | pictures | judging | classes | decisions | csv | undo | why ID | decide JSON | picture ID LOOK SIDE FILE | probe KIND SEVERITY SIDE FILE */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reviewing/reviewing.h"

static GBytes *
save (GBytes *bytes, const char *file, GError **error)
{
  if (bytes == NULL)
    return NULL;
  gboolean saved = g_file_set_contents (file, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), error);
  g_bytes_unref (bytes);
  return saved ? g_bytes_new_static ("saved", 5) : NULL;
}

static GBytes *
ask (review *r, const char *line, GError **error)
{
  g_auto (GStrv) w = g_strsplit (line[0] != '\0' ? line : "nothing", " ", -1);
  guint n = g_strv_length (w);
  if (strcmp (w[0], "report") == 0)
    return review_report (r, error);
  if (strcmp (w[0], "pictures") == 0)
    return review_pictures (r, error);
  if (strcmp (w[0], "judging") == 0)
    return review_judging (r, error);
  if (strcmp (w[0], "classes") == 0)
    return review_classes (r);
  if (strcmp (w[0], "undo") == 0)
    return review_undo (r, error);
  if (strcmp (w[0], "decisions") == 0)
    return review_decisions (r, FALSE, error);
  if (strcmp (w[0], "csv") == 0)
    return review_decisions (r, TRUE, error);
  if (n == 2 && strcmp (w[0], "why") == 0)
    return review_why (r, g_ascii_strtoull (w[1], NULL, 10), error);
  if (n > 1 && strcmp (w[0], "decide") == 0)
    return review_decide (r, line + 7, strlen (line + 7), error);
  if (n == 5 && strcmp (w[0], "picture") == 0)
    return save (review_picture (r, g_ascii_strtoull (w[1], NULL, 10), (review_look) atoi (w[2]), atoi (w[3]), error),
                 w[4], error);
  if (n == 5 && strcmp (w[0], "probe") == 0)
    return save (
        review_probe (r, strcmp (w[1], "fit") == 0 ? NULL : w[1], g_ascii_strtod (w[2], NULL), atoi (w[3]), error),
        w[4], error);
  g_set_error (error, G_FILE_ERROR, 0, "what is '%s'?", line);
  return NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (review) r = argc < 2 ? NULL : review_open (argv[1], argc == 2, &error);
  char *line = NULL;
  size_t room = 0;
  if (r == NULL)
    {
      printf ("no %d %s\n", error != NULL ? error->code : -1, error != NULL ? error->message : "tool_review DIR");
      return 1;
    }
  printf ("ok %" G_GUINT64_FORMAT "\n", review_count (r));
  for (fflush (stdout); getline (&line, &room, stdin) > 0; fflush (stdout))
    {
      g_autoptr (GError) why = NULL;
      g_autoptr (GBytes) answer = ask (r, g_strchomp (line), &why);
      if (answer == NULL)
        printf ("no %d %s\n", why->code, why->message);
      else
        {
          g_autofree char *text = g_strndup (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer));
          g_autofree char *flat = g_strescape (text, "\"'/\\");
          gboolean lines = strpbrk (text, "\r\n") != NULL;
          printf ("ok %s\n", lines ? flat : text);
        }
    }
  free (line);
  return 0;
}
