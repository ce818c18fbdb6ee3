/* base/csv.h: what the reader takes, what it refuses and with which words, and what csv_append writes. */
#include "base/csv.h"
#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>

static char *
put (const char *text, gssize length)
{
  g_autoptr (GError) error = NULL;
  char *path = NULL;
  int fd = g_file_open_tmp ("pardon-XXXXXX.csv", &path, &error);
  g_assert_no_error (error);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, text, length, &error));
  return path;
}

/* The file's rows as one string: fields joined by '~', rows by '/', header first; or the error's words behind '!'
 * with the path taken out. */
static char *
read_all_n (const char *text, gssize length)
{
  g_autofree char *path = put (text, length);
  g_autoptr (GError) error = NULL;
  GString *seen = g_string_new (NULL);
  g_autoptr (csv_reader) r = csv_reader_new (path, &error);
  if (r != NULL)
    {
      g_autofree char *header = g_strjoinv ("~", csv_reader_header (r));
      g_string_append (seen, header);
      for (char **row; (row = csv_reader_next (r, &error)) != NULL;)
        {
          g_assert_no_error (error);
          g_assert_cmpuint (g_strv_length (row), ==, g_strv_length (csv_reader_header (r)));
          g_autofree char *joined = g_strjoinv ("~", row);
          g_string_append_printf (seen, "/%s", joined);
        }
    }
  if (error != NULL)
    {
      g_assert_true (error->domain == PARDON_ERROR && error->code == PARDON_ERROR_INPUT);
      g_string_append_printf (seen, "!%s", error->message);
      g_string_replace (seen, path, "FILE", 0);
      if (r != NULL) /* a refusal stays */
        {
          g_autoptr (GError) again = NULL;
          g_assert_null (csv_reader_next (r, &again));
          g_assert_cmpstr (again->message, ==, error->message);
          g_assert_null (csv_reader_next (r, NULL));
        }
    }
  g_unlink (path);
  return g_string_free (seen, FALSE);
}

typedef struct {
  const char *path, *text, *seen;
} reading;

static const reading readings[] = {
  { "/csv/plain", "file,label\na.png,1\nb.png,2\n", "file~label/a.png~1/b.png~2" },
  { "/csv/no-final-newline", "file,label\na.png,1", "file~label/a.png~1" },
  { "/csv/crlf", "file,label\r\na.png,1\r\n", "file~label/a.png~1" },
  { "/csv/lone-cr", "file,label\ra.png,1\r", "file~label/a.png~1" },
  { "/csv/bom",
    "\xEF\xBB\xBF"
    "file,label\na,1\n",
    "file~label/a~1" },
  { "/csv/bom-and-quote", "\xEF\xBB\xBF\"file\",label\na,1\n", "file~label/a~1" },
  { "/csv/semicolon", "file;label;note, long\na;1;\n", "file~label~note, long/a~1~" },
  { "/csv/tab", "file\tlabel\na b\t1,5\n", "file~label/a b~1,5" },
  { "/csv/pipe", "file|label\na|1\n", "file~label/a~1" },
  { "/csv/delimiter-in-quoted-header", "\"a;b;c;d\",e\n1,2\n", "a;b;c;d~e/1~2" },
  { "/csv/delimiter-after-doubled-quote", "\"a\"\";;;;\",e\n1,2\n", "a\";;;;~e/1~2" },
  { "/csv/one-column", "file\na b.png\n", "file/a b.png" },
  { "/csv/quotes", "a,b\n\"x,y\",\"say \"\"no\"\"\"\n\"two\r\nlines\",\"\"\n", "a~b/x,y~say \"no\"/two\r\nlines~" },
  { "/csv/quoted-cr", "a,b\n\"x\ry\",1\n2,3\n", "a~b/x\ry~1/2~3" },
  { "/csv/quote-inside-bare", "a,b\n5\" disk,1\n", "a~b/5\" disk~1" },
  { "/csv/empty-fields", "a,b,c\n,,\n1,,3\n", "a~b~c/~~/1~~3" },
  { "/csv/blank-lines", "\n\r\na,b\n\n1,2\n\n\n", "a~b/1~2" },
  { "/csv/blank-but-quoted", "a\n\"\"\n1\n", "a//1" },
  { "/csv/header-only", "file,label\n", "file~label" },
  { "/csv/header-only-no-newline", "file,label", "file~label" },
  { "/csv/spaces-kept", "a,b\n x , y \n", "a~b/ x ~ y " },
  { "/csv/latin1-kept", "a,b\n\xE4.png,1\n", "a~b/\xE4.png~1" },
  { "/csv/empty", "", "!'FILE' is empty; its first line must name the columns" },
  { "/csv/bom-alone", "\xEF\xBB\xBF", "!'FILE' is empty; its first line must name the columns" },
  { "/csv/newlines-alone", "\n\r\n\n", "!'FILE' is empty; its first line must name the columns" },
  { "/csv/utf16",
    "\xFF\xFE"
    "a",
    "!'FILE' is UTF-16 text; save it as UTF-8" },
  { "/csv/too-many", "a,b\n1,2\n\n\xC3\xA4,2,3\n4,5\n",
    "a~b/1~2!'FILE' line 4: 3 fields where the header has 2 (the first one too many at column 5)" },
  { "/csv/too-few", "a,b\n1,2\n3\n", "a~b/1~2!'FILE' line 3: 1 field where the header has 2" },
  { "/csv/ragged-after-lines-in-quotes", "a,b\n\"1\n\n\",2\n3\n",
    "a~b/1\n\n~2!'FILE' line 5: 1 field where the header has 2" },
  { "/csv/unclosed", "a,b\n1,\"2\n3,4\n", "a~b!'FILE' line 2, column 3: a quote that is opened here is never closed" },
  { "/csv/unclosed-header", "a,\"b\n", "!'FILE' line 1, column 3: a quote that is opened here is never closed" },
  { "/csv/after-quote", "a,b\n1,\"2\"x\n",
    "a~b!'FILE' line 2, column 6: text after a closing quote; a quote inside "
    "a field is written twice" },
};

static void
test_reading (gconstpointer data)
{
  const reading *c = data;
  g_autofree char *seen = read_all_n (c->text, -1);
  g_assert_cmpstr (seen, ==, c->seen);
}

static void
test_nul (void)
{
  static const char bare[] = "a,b\n1,x\0y\n", quoted[] = "a,b\n1,\"\0\"\n", header[] = "a\0,b\n";
  g_autofree char *one = read_all_n (bare, sizeof bare - 1);
  g_assert_cmpstr (one, ==,
                   "a~b!'FILE' line 2, column 4: a NUL byte, which no CSV text holds; save the file as UTF-8 text");
  g_autofree char *two = read_all_n (quoted, sizeof quoted - 1);
  g_assert_cmpstr (two, ==,
                   "a~b!'FILE' line 2, column 4: a NUL byte, which no CSV text holds; save the file as UTF-8 text");
  g_autofree char *three = read_all_n (header, sizeof header - 1);
  g_assert_cmpstr (three, ==,
                   "!'FILE' line 1, column 2: a NUL byte, which no CSV text holds; save the file as UTF-8 text");
}

static void
test_long (void)
{
  g_autoptr (GString) text = g_string_new ("a,b\n1,");
  gsize before = text->len;
  g_string_set_size (text, before + 10 * 1024 * 1024);
  memset (text->str + before, 'x', text->len - before);
  g_autofree char *bare = read_all_n (text->str, (gssize) text->len);
  g_assert_cmpstr (bare, ==, "a~b!'FILE' line 2: the row is longer than 1 MiB; is a quote missing?");

  text->str[before] = '"';
  memset (text->str + before + 1, '\n', text->len - before - 1);
  g_autofree char *quoted = read_all_n (text->str, (gssize) text->len);
  g_assert_cmpstr (quoted, ==, "a~b!'FILE' line 2: the row is longer than 1 MiB; is a quote missing?");

  memset (text->str + before, ',', text->len - before);
  g_autofree char *commas = read_all_n (text->str, (gssize) text->len);
  g_assert_cmpstr (commas, ==, "a~b!'FILE' line 2: the row is longer than 1 MiB; is a quote missing?");

  g_string_truncate (text, before + 1000 * 1000);
  memset (text->str + before, 'x', text->len - before);
  g_autofree char *fits = read_all_n (text->str, (gssize) text->len);
  g_assert_cmpuint (strlen (fits), ==, strlen ("a~b/1~") + 1000 * 1000);
}

/* Fields on every side of the read-ahead's end, with the CR, the LF and the quotes falling on it. */
static void
test_across_buffers (void)
{
  for (gsize shift = 65536 - 12; shift <= 65536 + 2; shift++)
    {
      g_autoptr (GString) text = g_string_new ("a,b\r\n");
      while (text->len < shift)
        g_string_append_c (text, 'x');
      g_string_append (text, ",\"p\"\"q\r\n\"\r\n1,2\r\n");
      g_autofree char *seen = read_all_n (text->str, (gssize) text->len);
      g_assert_true (g_str_has_prefix (seen, "a~b/xxx"));
      g_assert_true (g_str_has_suffix (seen, "xx~p\"q\r\n/1~2"));
      g_assert_cmpuint (strlen (seen), ==, 4 + (shift - 5) + strlen ("~p\"q\r\n/1~2"));
    }
}

static void
test_columns (void)
{
  g_autofree char *path = put ("Label, FileName ,label,file\n1,2,3,4\n", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (csv_reader) r = csv_reader_new (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (csv_reader_column (r, (const char *[]){ "file", "filename", NULL }), ==, 3);
  g_assert_cmpint (csv_reader_column (r, (const char *[]){ "filename", "file", NULL }), ==, 1);
  g_assert_cmpint (csv_reader_column (r, (const char *[]){ "LABEL", NULL }), ==, 0); /* the first of two */
  g_assert_cmpint (csv_reader_column (r, (const char *[]){ "path", "image", NULL }), ==, -1);
  g_assert_cmpint (csv_reader_column (r, (const char *[]){ NULL }), ==, -1);
  g_assert_cmpstr (csv_reader_header (r)[1], ==, " FileName ");
  g_assert_nonnull (csv_reader_next (r, &error));
  g_assert_cmpuint (csv_reader_line (r), ==, 2);
  g_assert_null (csv_reader_next (r, &error));
  g_assert_no_error (error);
  g_assert_null (csv_reader_next (r, &error)); /* the end stays the end */
  g_assert_no_error (error);
  g_unlink (path);
}

static void
test_unusable_paths (void)
{
  g_autoptr (GError) missing = NULL, folder = NULL;
  g_assert_null (csv_reader_new ("/nonexistent/a.csv", &missing));
  g_assert_cmpstr (missing->message, ==, "cannot open '/nonexistent/a.csv': No such file or directory");
  g_assert_null (csv_reader_new ("/", &folder));
  g_assert_cmpstr (folder->message, ==, "cannot read '/': Is a directory");
  g_assert_null (csv_reader_new ("/", NULL));
  csv_reader_free (NULL);
}

static void
test_append (void)
{
  static const char *const cases[][2] = {
    { "", "" },
    { "plain", "plain" },
    { " spaced ", " spaced " },
    { "a,b", "\"a,b\"" },
    { "\"", "\"\"\"\"" },
    { "say \"no\"", "\"say \"\"no\"\"\"" },
    { "a\nb", "\"a\nb\"" },
    { "a\rb", "\"a\rb\"" },
    { "a;b\tc|d", "a;b\tc|d" },
  };
  g_autoptr (GString) all = g_string_new (NULL), want = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      csv_append (all, cases[i][0], i == 0);
      g_string_append_printf (want, "%s%s", i == 0 ? "" : ",", cases[i][1]);
    }
  g_assert_cmpstr (all->str, ==, want->str);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (readings); i++)
    g_test_add_data_func (readings[i].path, &readings[i], test_reading);
  g_test_add_func ("/csv/nul", test_nul);
  g_test_add_func ("/csv/long", test_long);
  g_test_add_func ("/csv/across-buffers", test_across_buffers);
  g_test_add_func ("/csv/columns", test_columns);
  g_test_add_func ("/csv/unusable-paths", test_unusable_paths);
  g_test_add_func ("/csv/append", test_append);
  return g_test_run ();
}
