/* A gate whose number is not known fails: a check that passes because nothing was checked is none. */
#include "cmd/judgement.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXIT_GATE 1

#define MARKDOWN_BEGINS "## pardon\n\n"
#define JUNIT_BEGINS    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"pardon\""

typedef struct {
  char *name;    /* "--fail-under-accuracy 0.9" */
  char *failure; /* NULL: it holds */
} gate;

static void
gate_clear (gpointer data)
{
  gate *g = data;
  g_free (g->name);
  g_free (g->failure);
}

void
print_judgement (const pardon_scan_result *r)
{
  for (int i = 0; i < r->judgement.n_lines; i++)
    printf ("classifier: %s\n", r->judgement.lines[i]);
}

/* --- gates ------------------------------------------------------------------------------------ */

static void
check_accuracy (GArray *gates, const char *option, const char *what, double least, const pardon_share *accuracy)
{
  if (least == 0)
    return;
  gate g = { g_strdup_printf ("--%s %g", option, least), NULL };
  if (accuracy->n == 0)
    g.failure = g_strdup_printf ("the accuracy on %s is not known", what);
  else if (accuracy->value < least)
    g.failure = g_strdup_printf ("the accuracy on %s is %.4f (%.4f to %.4f)", what, accuracy->value, accuracy->low,
                                 accuracy->high);
  g_array_append_val (gates, g);
}

/* Those that were asked for; each a `gate`. */
static GArray *
check_gates (const settings *s, const pardon_scan_result *r)
{
  GArray *gates = g_array_new (FALSE, FALSE, sizeof (gate));
  g_array_set_clear_func (gates, gate_clear);
  check_accuracy (gates, "fail-under-accuracy", "pictures fit to judge by", s->fail_under_accuracy,
                  &r->judgement.fit_accuracy);
  check_accuracy (gates, "fail-under-raw-accuracy", "all pictures", s->fail_under_raw_accuracy, &r->judgement.accuracy);
  if (s->fail_over_noisy == 0)
    return gates;
  gate g = { g_strdup_printf ("--fail-over-noisy %g", s->fail_over_noisy), NULL };
  double noisy = r->judged > 0 ? (double) r->noisy / (double) r->judged : 1;
  if (r->judged == 0)
    g.failure = g_strdup ("no picture could be judged");
  else if (noisy > s->fail_over_noisy)
    g.failure = g_strdup_printf ("%.4f of the pictures are too degraded to judge by", noisy);
  g_array_append_val (gates, g);
  return gates;
}

/* --- files for others ---------------------------------------------------------------------------- */

/* Text that Markdown must not take for marks. */
static void
append_plain (GString *out, const char *text)
{
  for (; *text != 0; text++)
    {
      if (strchr ("\\`*_<>[]|#&", *text) != NULL)
        g_string_append_c (out, '\\');
      g_string_append_c (out, *text == '\n' || *text == '\r' ? ' ' : *text);
    }
}

static void
append_share (GString *out, const char *what, const pardon_share *a)
{
  if (a->n > 0)
    g_string_append_printf (out, "| %s | %" PRIu64 " | %.1f %% | %.1f to %.1f %% |\n", what, a->n, 100 * a->value,
                            100 * a->low, 100 * a->high);
  else
    g_string_append_printf (out, "| %s | 0 | | |\n", what);
}

static gboolean
write_markdown (const char *file, const pardon_scan_result *r, const GArray *gates, GError **error)
{
  const pardon_judgement *j = &r->judgement;
  g_autoptr (GString) out = g_string_new (MARKDOWN_BEGINS);
  for (guint i = 0; i < gates->len; i++)
    {
      const gate *g = &g_array_index (gates, gate, i);
      g_string_append_printf (out, "- %s `%s`%s%s\n", g->failure == NULL ? "passed" : "**failed**", g->name,
                              g->failure == NULL ? "" : ": ", g->failure == NULL ? "" : g->failure);
    }
  g_string_append_printf (out,
                          "\n%" PRIu64 " of %" PRIu64 " pictures are too degraded to judge by.\n\n"
                          "| | pictures | accuracy | 95 %% interval |\n|---|---:|---:|---|\n",
                          r->noisy, r->judged);
  append_share (out, "all", &j->accuracy);
  append_share (out, "fit to judge by", &j->fit_accuracy);
  g_string_append_printf (out,
                          "\n| right | set aside | owed | unjudged |\n|---:|---:|---:|---:|\n| %" PRIu64 " | %" PRIu64
                          " | %" PRIu64 " | %" PRIu64 " |\n\n",
                          j->right, j->set_aside, j->owed, j->unjudged);
  for (int i = 0; i < j->n_lines; i++)
    {
      g_string_append (out, "- ");
      append_plain (out, j->lines[i]);
      g_string_append_c (out, '\n');
    }
  return g_file_set_contents (file, out->str, (gssize) out->len, error);
}

/* What XML 1.0 cannot hold becomes U+FFFD. g_free. */
static char *
xml_text (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  for (char *c = valid; *c != 0; c++)
    if ((guchar) *c < 0x20)
      *c = ' ';
  return g_markup_escape_text (valid, -1);
}

static gboolean
write_junit (const char *file, const pardon_scan_result *r, const GArray *gates, GError **error)
{
  guint failures = 0;
  g_autoptr (GString) cases = g_string_new (NULL);
  for (guint i = 0; i < gates->len; i++)
    {
      const gate *g = &g_array_index (gates, gate, i);
      g_string_append_printf (cases, "    <testcase classname=\"pardon.scan\" name=\"%s\"", g->name);
      failures += g->failure != NULL;
      if (g->failure == NULL)
        g_string_append (cases, "/>\n");
      else
        g_string_append_printf (cases, ">\n      <failure message=\"%s\"/>\n    </testcase>\n", g->failure);
    }
  if (gates->len == 0)
    g_string_append (cases, "    <testcase classname=\"pardon.scan\" name=\"scan\"/>\n");
  g_string_append (cases, "    <system-out>");
  for (int i = 0; i < r->judgement.n_lines; i++)
    {
      g_autofree char *line = xml_text (r->judgement.lines[i]);
      g_string_append_printf (cases, "%s\n", line);
    }
  g_string_append (cases, "</system-out>\n");
  g_autofree char *text = g_strdup_printf (JUNIT_BEGINS " tests=\"%u\" failures=\"%u\" errors=\"0\">\n"
                                                        "%s  </testsuite>\n</testsuites>\n",
                                           MAX (gates->len, 1), failures, cases->str);
  return g_file_set_contents (file, text, -1, error);
}

/* A report for CI may be written again, anything else that exists is not replaced. */
int
judgement_check (const settings *s)
{
  if (s->markdown != NULL && !pardon_may_replace (s->markdown, MARKDOWN_BEGINS))
    return complain (NULL, "'%s' exists and was not written by --markdown: it is not replaced", s->markdown);
  if (s->junit != NULL && !pardon_may_replace (s->junit, JUNIT_BEGINS))
    return complain (NULL, "'%s' exists and was not written by --junit: it is not replaced", s->junit);
  return 0;
}

int
judgement_exit (const settings *s, const pardon_scan_result *r)
{
  g_autoptr (GArray) gates = check_gates (s, r);
  g_autoptr (GError) error = NULL;
  if ((s->markdown != NULL && !write_markdown (s->markdown, r, gates, &error))
      || (s->junit != NULL && !write_junit (s->junit, r, gates, &error)))
    return complain (NULL, "%s", error->message);
  g_autoptr (GString) failed = g_string_new (NULL);
  for (guint i = 0; i < gates->len; i++)
    {
      const gate *g = &g_array_index (gates, gate, i);
      if (g->failure != NULL)
        g_string_append_printf (failed, "%s%s: %s", failed->len > 0 ? "; " : "", g->name, g->failure);
    }
  if (failed->len == 0)
    return 0;
  fflush (stdout);
  fprintf (stderr, "pardon: gate failed: %s\n", failed->str);
  return EXIT_GATE;
}
