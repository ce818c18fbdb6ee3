/* JSON trees: what a stranger's text may be, and what is found in it. tests/oracle/report.py reads what is written with other programs. */
#include <string.h>

#include "base/error.h"
#include "output/json_tree.h"

static tree *
parse (const char *json)
{
  g_autoptr (GError) error = NULL;
  tree *t = tree_parse (json, strlen (json), &error);
  g_assert_no_error (error);
  return t;
}

static void
test_found (void)
{
  g_autoptr (tree) t =
      parse (" {\"b\":[1,-2,9223372036854775807,1.0,\"1\"], \"a\":null, \"\":\"\\u00e9\", \"t\":true, \"f\":false}\n");
  static const char *const keys[] = { "b", "a", "", "t", "f" };
  guint n = 0;
  g_assert_true (tree_is_object (t));
  for (const char *key = tree_next_key (t, NULL); key != NULL; key = tree_next_key (t, key))
    g_assert_cmpstr (key, ==, keys[n++]);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (keys));

  const tree *list = tree_get (t, "b");
  gint64 number;
  static const gint64 numbers[] = { 1, -2, G_MAXINT64 };
  g_assert_cmpint (tree_length (list), ==, 5);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_assert_true (tree_as_int (tree_at (list, (gssize) i), &number));
      g_assert_cmpint (number, ==, numbers[i]);
    }
  for (gssize i = G_N_ELEMENTS (numbers); i < 6; i++) /* with a point, in quotes, none */
    g_assert_false (tree_as_int (tree_at (list, i), &number));
  g_assert_cmpstr (tree_as_text (tree_get (t, "")), ==, "\303\251");
  g_assert_cmpint (tree_as_flag (tree_get (t, "t")), ==, 1);
  g_assert_cmpint (tree_as_flag (tree_get (t, "f")), ==, 0);
  g_assert_true (tree_is_null (tree_get (t, "a")));
}

/* Every question may be asked of every value. */
static void
test_not_found (void)
{
  g_autoptr (tree) t = parse ("[{},[],\"x\",1,null]");
  for (gssize i = 0; i < 6; i++)
    {
      const tree *one = tree_at (t, i);
      gint64 number;
      g_assert_null (tree_get (one, "x"));
      g_assert_null (tree_next_key (one, NULL));
      g_assert_null (tree_at (one, 0));
      g_assert_cmpint (tree_length (one), ==, i == 1 ? 0 : -1);
      g_assert_true (tree_is_object (one) == (i == 0));
      g_assert_true ((tree_as_text (one) != NULL) == (i == 2));
      g_assert_true (tree_as_int (one, &number) == (i == 3));
      g_assert_true (tree_is_null (one) == (i == 4));
      g_assert_cmpint (tree_as_flag (one), ==, -1);
    }
}

static void
assert_refused (const char *json, gsize length, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (tree_parse (json, length, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (strstr (error->message, words) == NULL)
    g_error ("'%s' is not in: %s", words, error->message);
}

static void
test_refused (void)
{
  static const struct {
    const char *json, *words;
  } cases[] = {
    { "", "(line 1, column 0)" },
    { "1", "'[' or '{' expected" },
    { "{\"a\":1,\n\"a\":2}", "duplicate object key near '\"a\"' (line 2, column 3)" },
    { "[{\"a\":{\"b\":1,\"b\":1}}]", "duplicate" },
    { "{\"a\":1} x", "end of file expected" },
    { "{\"a\":1}{}", "end of file expected" },
    { "[NaN]", "invalid token" },
    { "[1,]", "line 1" },
    { "[9223372036854775808]", "too big integer" },
    { "[\"\\u0000\"]", "\\u0000" },
    { "[\"\\ud800\"]", "Unicode" },
    { "[\"\377\"]", "0xff" },
    { "[\"\\\303\251\"]", "invalid escape" }, /* quoted up to the middle of the character */
    { "\357\273\277[]", "line 1" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_refused (cases[i].json, strlen (cases[i].json), cases[i].words);
  assert_refused ("[]\0", 3, "end of file expected");
  g_autofree char *deep = g_strnfill (1 << 20, '[');
  assert_refused (deep, 1 << 20, "depth");
  g_autoptr (tree) within = tree_parse ("[1]]]]", 3, NULL); /* `length` is the end */
  g_assert_cmpint (tree_length (within), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-tree/found", test_found);
  g_test_add_func ("/json-tree/not-found", test_not_found);
  g_test_add_func ("/json-tree/refused", test_refused);
  return g_test_run ();
}
