/* The paired test's answers as numbers, a table and words. Numbers are over the same pictures throughout: one without an answer for some copy is in
 * none. */
#include <string.h>

#include "judging/json_put.h"
#include "judging/stress.h"
#include "output/whole_file.h"

#define LEVEL 0.95
#define NAMED 3

/* --- numbers -------------------------------------------------------------------------------- */

/* Of a mean of shares, one a picture, `copies` answers behind each: pictures are what was drawn, so their spread is what counts. */
typedef struct {
  double sum, squares;
} spread;

static void
spread_add (spread *s, double share)
{
  s->sum += share;
  s->squares += share * share;
}

static proportion
spread_mean (const spread *s, gsize n, int copies)
{
  if (n == 0)
    return (proportion){ 0 };
  double size = (double) n, mean = s->sum / size, most = size * copies;
  double smooth = (mean * size + 0.5) / (size + 1);
  double variance = n > 1 ? MAX (s->squares - size * mean * mean, 0) / (size - 1) / size : 1;
  double effective = variance > 0 ? CLAMP (smooth * (1 - smooth) / variance, 1, most) : size;
  return wilson_effective (mean, effective, n, LEVEL);
}

static gboolean
is_whole (const int *answer)
{
  for (int c = 0; c < STRESS_CELLS; c++)
    if (answer[c] < 0)
      return FALSE;
  return TRUE;
}

static void
weigh_picture (stress *x, const int *answer, int truth, spread *kinds, spread *all)
{
  gboolean right = answer[0] == truth;
  gsize total = 0;
  for (int k = 0; k < CORRUPTION_KINDS; k++)
    {
      gsize wrong = 0;
      for (int s = 0; s < STRESS_SEVERITIES; s++)
        {
          stress_cell *c = &x->cells[k][s];
          gboolean now = answer[1 + k * STRESS_SEVERITIES + s] == truth;
          c->wrong += !now;
          c->broken += right && !now;
          c->mended += !right && now;
          wrong += !now;
        }
      spread_add (&kinds[k], (double) wrong / STRESS_SEVERITIES);
      total += wrong;
    }
  spread_add (all, (double) total / (CORRUPTION_KINDS * STRESS_SEVERITIES));
}

void
stress_weigh (stress *x, const int *answer, const int *truth, gsize drawn)
{
  spread kinds[CORRUPTION_KINDS] = { { 0 } }, all = { 0 };
  gsize wrong = 0;
  x->n = 0;
  for (gsize i = 0; i < drawn; i++)
    {
      const int *of = answer + i * STRESS_CELLS;
      if (!is_whole (of))
        continue;
      int expected = truth != NULL ? truth[i] : of[0];
      x->n++;
      wrong += of[0] != expected;
      weigh_picture (x, of, expected, kinds, &all);
    }
  x->clean = wilson ((double) wrong, x->n, LEVEL);
  for (int k = 0; k < CORRUPTION_KINDS; k++)
    {
      x->kinds[k] = spread_mean (&kinds[k], x->n, STRESS_SEVERITIES);
      for (int s = 0; s < STRESS_SEVERITIES; s++)
        {
          stress_cell *c = &x->cells[k][s];
          c->error = wilson ((double) c->wrong, x->n, LEVEL);
          c->p = mcnemar (c->broken, c->mended).exact;
        }
    }
  x->mce = spread_mean (&all, x->n, CORRUPTION_KINDS * STRESS_SEVERITIES);
}

static gsize
kind_wrong (const stress *x, int kind)
{
  gsize wrong = 0;
  for (int s = 0; s < STRESS_SEVERITIES; s++)
    wrong += x->cells[kind][s].wrong;
  return wrong;
}

static gboolean
is_worse (const stress *x, int a, int b)
{
  gsize wrong = kind_wrong (x, a), other = kind_wrong (x, b);
  return wrong != other ? wrong > other : strcmp (corruption_kinds[a].name, corruption_kinds[b].name) < 0;
}

void
stress_order (const stress *x, int order[CORRUPTION_KINDS])
{
  for (int i = 0; i < CORRUPTION_KINDS; i++)
    {
      int at = i;
      for (; at > 0 && is_worse (x, i, order[at - 1]); at--)
        order[at] = order[at - 1];
      order[at] = i;
    }
}

/* --- table ------------------------------------------------------------------------------------ */

static void
put_measure (GString *line, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append_printf (line, ",%s", g_ascii_formatd (text, sizeof text, "%.7g", value));
}

static void
put_line (GString *lines, const stress *x, int kind, int severity)
{
  const stress_cell *c = &x->cells[kind][severity];
  g_string_append_printf (lines, "%s,%s,%d,%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT, corruption_kinds[kind].name,
                          corruption_family_names[corruption_kinds[kind].family], severity + 1, x->n, c->wrong);
  put_measure (lines, c->error.value);
  put_measure (lines, c->error.low);
  put_measure (lines, c->error.high);
  put_measure (lines, x->clean.value);
  g_string_append_printf (lines, ",%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT, c->broken, c->mended);
  put_measure (lines, c->p);
  g_string_append (lines, "\r\n");
}

gboolean
stress_write_csv (const stress *x, const char *dir, GError **error)
{
  g_autoptr (GString) lines =
      g_string_new ("kind,family,severity,n,errors,error,low,high,clean_error,broken,mended,p\r\n");
  for (int k = 0; k < CORRUPTION_KINDS && x->n > 0; k++)
    for (int s = 0; s < STRESS_SEVERITIES; s++)
      put_line (lines, x, k, s);
  g_autoptr (whole_file) f = whole_file_new (dir, "stress.csv", error);
  if (f == NULL)
    return FALSE;
  whole_file_put (f, lines->str, lines->len);
  return whole_file_commit (f, error);
}

/* --- summary ------------------------------------------------------------------------------------ */

static void
put_severities (GString *o, const stress *x, int kind)
{
  json_open (o, "severities", '[');
  for (int s = 0; s < STRESS_SEVERITIES; s++)
    {
      const stress_cell *c = &x->cells[kind][s];
      json_open (o, NULL, '{');
      json_put_count (o, "severity", (gsize) s + 1);
      json_put_count (o, "errors", c->wrong);
      json_put_share (o, "error", &c->error);
      json_put_count (o, "broken", c->broken);
      json_put_count (o, "mended", c->mended);
      json_put_real (o, "p", c->p, TRUE);
      json_close (o, '}');
    }
  json_close (o, ']');
}

static void
put_kinds (GString *o, const stress *x, gboolean whole)
{
  int order[CORRUPTION_KINDS];
  stress_order (x, order);
  json_put_text (o, "worst_kind", x->n > 0 ? corruption_kinds[order[0]].name : NULL);
  json_open (o, "kinds", '[');
  for (int i = 0; i < CORRUPTION_KINDS && x->n > 0; i++)
    {
      const corruption_kind *k = &corruption_kinds[order[i]];
      json_open (o, NULL, '{');
      json_put_text (o, "kind", k->name);
      json_put_text (o, "family", corruption_family_names[k->family]);
      json_put_share (o, "error", &x->kinds[order[i]]);
      json_put_real (o, "relative", x->kinds[order[i]].value - x->clean.value, TRUE);
      if (whole)
        put_severities (o, x, order[i]);
      json_close (o, '}');
    }
  json_close (o, ']');
}

char *
stress_add (const stress *x, char *object, gboolean whole)
{
  if (object == NULL)
    return NULL;
  GString *o = g_string_new_len (object, strrchr (object, '}') - object);
  g_free (object);
  if (x->wanted == 0)
    {
      json_put_text (o, "stress", NULL);
      json_close (o, '}');
      return g_string_free (o, FALSE);
    }
  json_open (o, "stress", '{');
  json_put_count (o, "n", x->n);
  json_put_count (o, "asked", (gsize) x->wanted);
  json_put_count (o, "can_serve", x->pool);
  json_put_count (o, "left_out", x->drawn - x->n);
  json_put_text (o, "against", x->truth ? "labels" : "clean copies");
  json_put_share (o, "clean_error", &x->clean);
  json_put_share (o, "mce", &x->mce);
  json_put_flag (o, "normalised", FALSE);
  json_put_real (o, "relative_mce", x->mce.value - x->clean.value, x->n > 0);
  put_kinds (o, x, whole);
  json_close (o, '}');
  json_close (o, '}');
  return g_string_free (o, FALSE);
}

/* --- words -------------------------------------------------------------------------------------- */

static void say (pardon_judgement *out, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (pardon_judgement *out, const char *format, ...)
{
  if (out->n_lines == PARDON_MOST_LINES)
    return;
  va_list arguments;
  va_start (arguments, format);
  g_vsnprintf (out->lines[out->n_lines++], sizeof out->lines[0], format, arguments);
  va_end (arguments);
}

static void
say_worst (const stress *x, pardon_judgement *out)
{
  int order[CORRUPTION_KINDS];
  g_autoptr (GString) names = g_string_new (NULL);
  stress_order (x, order);
  for (int i = 0; i < NAMED; i++)
    g_string_append_printf (names, "%s%s %.1f %%", i == 0 ? "" : ", ", corruption_kinds[order[i]].name,
                            100 * x->kinds[order[i]].value);
  say (out, "under stress: worst in the mean over severities are %s; stress.csv has every kind and severity",
       names->str);
}

void
stress_tell (const stress *x, pardon_judgement *out)
{
  if (x->wanted == 0)
    return;
  if (x->pool == 0)
    say (out, "under stress: no picture is fit to judge by%s, so there is nothing to corrupt",
         x->truth ? " and has a label" : "");
  else if (x->n == 0)
    say (out, "under stress: none of the %" G_GSIZE_FORMAT " pictures drawn could be read and classified again",
         x->drawn);
  if (x->n == 0)
    return;
  say (out,
       "under stress: %" G_GSIZE_FORMAT " fit %s, each corrupted in %d kinds and %d severities: error %.1f %% as they "
       "are, %.1f %% (%.1f to %.1f %%) corrupted (mean corruption error, not divided by another classifier's)",
       x->n, x->n == 1 ? "picture" : "pictures", CORRUPTION_KINDS, STRESS_SEVERITIES, 100 * x->clean.value,
       100 * x->mce.value, 100 * x->mce.low, 100 * x->mce.high);
  say_worst (x, out);
  if (!x->truth)
    say (out, "under stress: there are no labels, so an error is an answer other than that on the picture as it is");
  if (x->pool < x->wanted)
    say (out, "under stress: %" G_GUINT64_FORMAT " pictures were asked for, %" G_GSIZE_FORMAT " can serve", x->wanted,
         x->pool);
  if (x->n < x->drawn)
    say (out,
         "under stress: %" G_GSIZE_FORMAT " of the %" G_GSIZE_FORMAT
         " pictures drawn could not be read or classified again and %s left out",
         x->drawn - x->n, x->drawn, x->drawn - x->n == 1 ? "is" : "are");
}
