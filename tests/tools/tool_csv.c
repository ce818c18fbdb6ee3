/* tool_csv FILE...: for each a line "file", then every row, header first, as "row LINE FIELDS" and each field as
 * "LENGTH:bytes"; a refusal as "error WORDS", which is no failure of the tool.
 * tool_csv --write FIELD... [--row FIELD...]: those fields as a CSV; --row ends a row. */
#include "base/csv.h"

#include <stdio.h>
#include <string.h>

static void
show_row (guint64 line, char **fields)
{
  printf ("row %" G_GUINT64_FORMAT " %u\n", line, g_strv_length (fields));
  for (; *fields != NULL; fields++)
    printf ("%zu:%s\n", strlen (*fields), *fields);
}

static int
write_rows (char **arguments)
{
  g_autoptr (GString) line = g_string_new (NULL);
  gboolean first = TRUE;
  for (; *arguments != NULL; arguments++)
    if (strcmp (*arguments, "--row") == 0)
      {
        g_string_append (line, "\r\n");
        first = TRUE;
      }
    else
      {
        csv_append (line, *arguments, first);
        first = FALSE;
      }
  fputs (line->str, stdout);
  return 0;
}

static void
show_file (const char *path)
{
  puts ("file");
  g_autoptr (GError) error = NULL;
  g_autoptr (csv_reader) r = csv_reader_new (path, &error);
  if (r != NULL)
    {
      show_row (csv_reader_line (r), csv_reader_header (r));
      for (char **row; (row = csv_reader_next (r, &error)) != NULL;)
        show_row (csv_reader_line (r), row);
    }
  if (error != NULL)
    printf ("error %s\n", error->message);
}

int
main (int argc, char **argv)
{
  if (argc > 1 && strcmp (argv[1], "--write") == 0)
    return write_rows (argv + 2);
  for (int i = 1; i < argc; i++)
    show_file (argv[i]);
  return 0;
}
