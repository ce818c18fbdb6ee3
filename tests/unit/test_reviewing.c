/* Decisions on a real scan of drawn pictures, a quarter of which the table of predictions calls wrong: what is decided outlives the review and the
 * scan, what is taken back leaves nothing, and the numbers of another threshold are those of a scan by it. tests/oracle/reviewing.py asks the
 * same from outside, and what the documents say. */
#include <math.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "pardon.h"
#include "reviewing/reviewing.h"
#include "store/store.h"

#define PICTURES 48

static char *folder, *pictures, *results, *table; /* of all tests */

/* --- scanning ------------------------------------------------------------------------------------- */

static void
remove_all (const char *path)
{
  g_autoptr (GDir) d = g_dir_open (path, 0, NULL);
  for (const char *name; d != NULL && (name = g_dir_read_name (d)) != NULL;)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_all (child);
    }
  g_remove (path);
}

/* `threshold` NAN: the scan's own. */
static void
scan (double threshold)
{
  const char *const paths[] = { pictures, NULL };
  pardon_scan_options o;
  g_autofree pardon_scan_result *found = g_new0 (pardon_scan_result, 1);
  pardon_error *error = NULL;
  pardon_scan_options_init (&o);
  o.paths = paths;
  o.output = results;
  o.labels = "folders";
  o.predictions = table;
  o.threshold = threshold;
  if (pardon_scan (&o, NULL, found, &error) != 0)
    g_error ("cannot scan: %s", pardon_error_text (error));
  g_assert_cmpuint (found->found, ==, PICTURES);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Every fourth prediction is the next picture's label. */
static void
write_predictions (void)
{
  g_autoptr (GString) text = g_string_new ("file,prediction,confidence\n");
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) d = g_dir_open (pictures, 0, NULL);
  for (const char *class; (class = g_dir_read_name (d)) != NULL;)
    {
      g_autofree char *path = g_build_filename (pictures, class, NULL);
      g_autoptr (GDir) inside = g_dir_open (path, 0, NULL);
      for (const char *name; inside != NULL && (name = g_dir_read_name (inside)) != NULL;)
        g_ptr_array_add (files, g_strconcat (class, "/", name, NULL));
    }
  g_ptr_array_sort (files, by_name);
  for (guint i = 0; i < files->len; i++)
    {
      const char *of = files->pdata[i % 4 == 0 ? (i + files->len / 2) % files->len : i];
      g_autofree char *class = g_path_get_dirname (of);
      g_string_append_printf (text, "%s,%s,0.%u\n", (const char *) files->pdata[i], class, 50 + i);
    }
  g_assert_true (g_file_set_contents (table, text->str, -1, NULL));
}

/* --- asking --------------------------------------------------------------------------------------- */

static review *
open_review (void)
{
  g_autoptr (GError) error = NULL;
  review *r = review_open (results, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (review_count (r), ==, PICTURES);
  return r;
}

/* g_free. */
static char *
text_of (GBytes *bytes, const GError *error)
{
  g_assert_no_error (error);
  gsize n;
  const char *data = g_bytes_get_data (bytes, &n);
  char *text = g_strndup (data, n);
  g_bytes_unref (bytes);
  return text;
}

static char *
decide (review *r, const char *json)
{
  g_autoptr (GError) error = NULL;
  GBytes *answer = review_decide (r, json, strlen (json), &error);
  return text_of (answer, error);
}

static char *
undo (review *r)
{
  g_autoptr (GError) error = NULL;
  GBytes *answer = review_undo (r, &error);
  return text_of (answer, error);
}

/* All a reader is told. */
static char *
tell (review *r)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *report = text_of (review_report (r, &error), error);
  g_autofree char *columns = text_of (review_pictures (r, &error), error);
  return g_strconcat (report, "\n", columns, NULL);
}

static const char *
after (const char *json, const char *key)
{
  const char *at = strstr (json, key);
  if (at == NULL)
    g_error ("there is no '%s' in %.200s", key, json);
  return at + strlen (key);
}

static double
number_after (const char *json, const char *key)
{
  return g_ascii_strtod (after (json, key), NULL);
}

static void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("'%s' is not in: %.600s", part, text);
}

/* Of every picture: 'n' noisy, 'f' fit, '-' not judged, by what holds in the store. */
static char *
verdicts (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (store) s = store_open (results, FALSE, &error);
  g_assert_no_error (error);
  g_autoptr (store_cursor) c = store_cursor_new (s, 0, &error);
  GString *out = g_string_new (NULL);
  for (store_picture p; store_cursor_next (c, &p, &error);)
    g_string_append_c (out, !p.verdict.judged ? '-' : p.verdict.noisy ? 'n' : 'f');
  g_assert_no_error (error);
  g_assert_cmpuint (out->len, ==, PICTURES);
  return g_string_free (out, FALSE);
}

static guint
first_that_is (const char *of, char verdict)
{
  const char *at = strchr (of, verdict);
  g_assert_nonnull (at);
  return (guint) (at - of);
}

/* --- the tests ------------------------------------------------------------------------------------ */

static void
test_decisions_outlive_the_review (void)
{
  g_autofree char *held = verdicts (), *words = NULL, *told = NULL, *again = NULL, *answer = NULL;
  guint noisy = first_that_is (held, 'n'), fit = first_that_is (held, 'f');
  words = g_strdup_printf ("{\"ids\":[%u],\"noisy\":false}", noisy);
  review *r = open_review ();
  g_autofree char *before = tell (r);
  answer = decide (r, words);
  assert_has (answer, "\"noisy\":[0],\"forced\":[2]");
  g_free (words);
  words = g_strdup_printf ("{\"ids\":[%u],\"kind\":\"jpeg\",\"label\":\"desert\"}", fit);
  g_autofree char *second = decide (r, words);
  assert_has (second, "\"noisy\":[1],\"forced\":[1],\"kind\":[\"jpeg\"]");
  assert_has (second, "\"label\":[\"desert\"]");
  assert_has (second, "\"undo\":2");
  told = tell (r);
  g_assert_cmpstr (told, !=, before);
  review_free (r);
  r = open_review ();
  again = tell (r);
  g_assert_cmpstr (again, ==, told);
  for (int left = 1; left >= 0; left--) /* also what a former review decided can be taken back */
    {
      g_autofree char *back = undo (r);
      g_assert_cmpfloat (number_after (back, "\"undo\":"), ==, left);
    }
  review_free (r);
}

static void
test_undo_leaves_nothing (void)
{
  static const char *const decisions[] = { "{\"ids\":[1,2,3],\"noisy\":true}",
                                           "{\"ids\":[2],\"noisy\":false,\"label\":\"beach\"}",
                                           "{\"ids\":[1,2],\"restore\":[\"noisy\",\"label\"]}",
                                           "{\"ids\":[5,6],\"kind\":\"fog\"}" };
  g_autoptr (review) r = open_review ();
  g_autoptr (GPtrArray) states = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < G_N_ELEMENTS (decisions); i++)
    {
      g_ptr_array_add (states, tell (r));
      g_autofree char *answer = decide (r, decisions[i]);
      g_assert_cmpfloat (number_after (answer, "\"undo\":"), ==, i + 1);
      g_autofree char *now = tell (r);
      g_assert_cmpstr (now, !=, states->pdata[i]);
    }
  for (guint i = G_N_ELEMENTS (decisions); i-- > 0;)
    {
      g_autofree char *answer = undo (r), *now = tell (r);
      g_assert_cmpfloat (number_after (answer, "\"undo\":"), ==, i);
      g_assert_cmpstr (now, ==, states->pdata[i]);
    }
  g_autofree char *nothing = undo (r), *still = tell (r);
  assert_has (nothing, "\"ids\":[]");
  g_assert_cmpstr (still, ==, states->pdata[0]);
}

static void
test_a_dismissed_false_alarm_never_returns (void)
{
  g_autofree char *held = verdicts (), *words = NULL, *wanted = NULL;
  guint dismissed = first_that_is (held, 'n');
  words = g_strdup_printf ("{\"ids\":[%u],\"noisy\":false}", dismissed);
  review *r = open_review ();
  g_autofree char *answer = decide (r, words), *told = text_of (review_judging (r, NULL), NULL);
  assert_has (answer, "\"undo\":1");
  review_free (r);
  wanted = g_strdup (held);
  wanted[dismissed] = 'f';
  scan (NAN);
  g_autofree char *now = verdicts ();
  g_assert_cmpstr (now, ==, wanted);
  r = open_review ();
  g_autofree char *again = text_of (review_judging (r, NULL), NULL);
  static const char *const counts[] = { "\"right\":", "\"set_aside\":", "\"owed\":", "\"unjudged\":",
                                        "\"right_noisy\":" };
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++) /* a scan finds what the page said at once */
    g_assert_cmpfloat (number_after (after (again, "\"verdicts\":"), counts[i]), ==,
                       number_after (after (told, "\"verdicts\":"), counts[i]));
  review_free (r);
  scan (-1000); /* all others are noisy by this one */
  g_autofree char *strict = verdicts ();
  for (guint i = 0; i < PICTURES; i++)
    g_assert_cmpint (strict[i], ==, i == dismissed ? 'f' : 'n');
  r = open_review ();
  g_autofree char *back = undo (r);
  assert_has (back, "\"noisy\":[1],\"forced\":[0]");
  review_free (r);
  scan (NAN);
  g_autofree char *end = verdicts ();
  g_assert_cmpstr (end, ==, held);
}

/* The entry of `thresholds` at `place` (0..1) among them, g_free. */
static char *
threshold_at (const char *judging, double place)
{
  const char *list = after (judging, "\"thresholds\":[");
  g_autofree char *inside = g_strndup (list, strcspn (list, "]"));
  g_auto (GStrv) entries = g_strsplit (inside, "{\"threshold\":", -1);
  guint n = g_strv_length (entries) - 1;
  g_assert_cmpuint (n, >, 3);
  return g_strdup (entries[1 + (guint) (place * (n - 1))]);
}

static void
test_another_threshold_is_a_scan_by_it (void)
{
  static const double places[] = { 0.2, 0.5, 0.9 };
  static const char *const counts[] = { "\"right\":", "\"right_noisy\":", "\"set_aside\":", "\"owed\":" };
  for (gsize k = 0; k < G_N_ELEMENTS (places); k++)
    {
      review *r = open_review ();
      g_autofree char *judging = text_of (review_judging (r, NULL), NULL), *entry = threshold_at (judging, places[k]);
      review_free (r);
      scan (g_ascii_strtod (entry, NULL));
      r = open_review ();
      g_autofree char *scanned = text_of (review_judging (r, NULL), NULL), *held = verdicts ();
      review_free (r);
      const char *found = after (scanned, "\"verdicts\":");
      for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
        g_assert_cmpfloat (number_after (entry, counts[i]), ==, number_after (found, counts[i]));
      const char *fit = after (after (scanned, "\"accuracy\":"), "\"fit\":"), *moved = after (entry, "\"fit\":");
      static const char *const of_share[] = { "\"value\":", "\"low\":", "\"high\":", "\"n\":" };
      for (gsize i = 0; i < G_N_ELEMENTS (of_share); i++)
        g_assert_cmpfloat (number_after (moved, of_share[i]), ==, number_after (fit, of_share[i]));
      guint noisy = 0;
      for (const char *v = held; *v != '\0'; v++)
        noisy += *v == 'n';
      g_assert_cmpfloat (number_after (entry, "\"noisy\":"), ==, noisy);
    }
  scan (NAN);
}

/* Who opened a former scan is told, and decides nothing by its numbers. */
static void
test_a_former_scan_is_outdated (void)
{
  static const char words[] = "{\"ids\":[0],\"noisy\":true}";
  g_autofree char *away = g_strconcat (results, "-away", NULL);
  for (int made_anew = 0; made_anew < 2; made_anew++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (review) r = open_review ();
      g_assert_false (review_is_outdated (r));
      if (made_anew)
        {
          g_assert_cmpint (g_rename (results, away), ==, 0);
          g_assert_false (review_is_outdated (r)); /* it is gone: there is nothing newer */
        }
      scan (NAN);
      g_assert_true (review_is_outdated (r));
      g_assert_null (review_decide (r, words, strlen (words), &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STORE);
      assert_has (error->message, "scanned again");
      g_autoptr (review) now = open_review ();
      g_assert_false (review_is_outdated (now));
      g_autofree char *log = text_of (review_decisions (now, FALSE, NULL), NULL);
      g_assert_cmpfloat (number_after (log, "\"undo\":"), ==, 0);
    }
  remove_all (away);
}

static void
test_read_only (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (review) r = review_open (results, FALSE, &error);
  g_assert_no_error (error);
  g_assert_false (review_is_writable (r));
  g_assert_null (review_undo (r, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("pardon-reviewing-XXXXXX", NULL);
  pictures = g_build_filename (folder, "pictures", NULL);
  results = g_build_filename (folder, "results", NULL);
  table = g_build_filename (folder, "said.csv", NULL);
  if (pardon_demo (pictures, PICTURES, 3, NULL, NULL) != 0)
    g_error ("cannot draw pictures");
  write_predictions ();
  scan (NAN);
  g_test_add_func ("/reviewing/decisions-outlive-the-review", test_decisions_outlive_the_review);
  g_test_add_func ("/reviewing/undo-leaves-nothing", test_undo_leaves_nothing);
  g_test_add_func ("/reviewing/a-dismissed-false-alarm-never-returns", test_a_dismissed_false_alarm_never_returns);
  g_test_add_func ("/reviewing/another-threshold-is-a-scan-by-it", test_another_threshold_is_a_scan_by_it);
  g_test_add_func ("/reviewing/a-former-scan-is-outdated", test_a_former_scan_is_outdated);
  g_test_add_func ("/reviewing/read-only", test_read_only);
  int failed = g_test_run ();
  remove_all (folder);
  g_free (folder);
  g_free (pictures);
  g_free (results);
  g_free (table);
  return failed;
}
