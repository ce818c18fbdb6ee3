/* What is left, in sentences and as JSON. Lists are bounded; the CSV files beside them have everything. */
#include "judging/judging.h"

#include "judging/json_put.h"
#include "judging/judging_previews.h"

#define SAID            3 /* groups and slices, each */
#define MOST_CONFUSIONS 5 /* of a group */

#define CAUTION                                                                                                        \
  "; fewer than there are if the classifier was trained on these pictures, for then it agrees with their wrong labels"

static void say (GPtrArray *lines, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (GPtrArray *lines, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_ptr_array_add (lines, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

static void
say_slices (const slice_list *l, const GPtrArray *words, GPtrArray *lines)
{
  gsize said = 0;
  for (gsize i = 0; i < l->n_slices && said < SAID; i++)
    if (l->slices[i].significant)
      {
        said++;
        say (lines, "slice: %s", (char *) words->pdata[i]);
      }
  if (said == 0 && l->wrong > 0)
    say (lines, "no slice of the fit pictures has shown more mistakes than the others (%" G_GSIZE_FORMAT " tested)",
         l->n_slices);
}

static void
say_labels (const leftovers *left, gboolean from_table, GPtrArray *lines)
{
  const label_report *l = &left->labels;
  const char *how = left->labelled == LABELS_BY_TOP ? ", by the likeliest class alone" : "";
  if (left->labelled == LABELS_NOT_JUDGED)
    return;
  if (l->n_suspects == 0)
    say (lines, "no label of the %" G_GSIZE_FORMAT " fit pictures is suspected to be wrong%s%s", l->n, how,
         from_table ? CAUTION : "");
  else
    say (lines,
         "%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " labels of fit pictures %s suspected to be wrong%s (about %.1f %%, "
         "%.1f to %.1f %%): suspected.csv%s",
         l->n_suspects, l->n, l->n_suspects == 1 ? "is" : "are", how, 100 * l->wrong.value, 100 * l->wrong.low,
         100 * l->wrong.high, CAUTION);
}

static void
say_groups (const mistake_groups *g, GPtrArray *lines)
{
  g_autoptr (GString) some = g_string_new (NULL);
  for (gsize i = 0; i < g->n_groups && i < SAID; i++)
    g_string_append_printf (some, "%s%s", i == 0 ? "" : "; ", g->groups[i].words);
  if (g->n_groups > 0)
    say (lines, "owed, by look in %" G_GSIZE_FORMAT " %s (owed.csv): %s%s", g->n_groups,
         g->n_groups == 1 ? "group" : "groups", some->str, g->n_groups > SAID ? "; ..." : "");
}

void
leftovers_say (const judging *g, GPtrArray *lines)
{
  const leftovers *left = &g->left;
  if (g->kept != NULL)
    for (char **line = g->kept->left_words; *line != NULL; line++)
      say (lines, "%s", *line);
  if (!g->judged || g->kept != NULL)
    return;
  say_groups (&left->groups, lines);
  if (left->slices.judged > 0)
    say_slices (&left->slices, left->slice_words, lines);
  say_labels (left, g->classifier == NULL, lines);
}

/* --- JSON -------------------------------------------------------------------------------------------- */

static void
put_member (GString *o, const judging *g, gsize row, gboolean whole)
{
  if (!whole)
    {
      json_put_text (o, NULL, g->files->pdata[row]);
      return;
    }
  json_open (o, NULL, '{');
  json_put_text (o, "file", g->files->pdata[row]);
  json_put_text (o, "label", g->shown->pdata[g->joined.truth[row]]);
  json_put_text (o, "prediction", g->shown->pdata[g->joined.prediction[row]]);
  json_put_real (o, "confidence", g->confidence[row], TRUE);
  json_put_real (o, "distance", (double) g->left.distance[row], TRUE);
  json_put_thumbnail (o, judging_preview (g, row));
  json_close (o, '}');
}

static void
put_group (GString *o, const judging *g, gsize id, gboolean whole)
{
  const mistake_group *group = &g->left.groups.groups[id];
  json_open (o, NULL, '{');
  json_put_count (o, "id", id + 1);
  json_put_count (o, "size", group->n);
  json_put_count (o, "alike", group->alike);
  json_put_text (o, "line", group->words);
  json_open (o, "confusions", '[');
  for (gsize i = 0; i < group->n_confusions && i < MOST_CONFUSIONS; i++)
    {
      json_open (o, NULL, '{');
      json_put_text (o, "label", g->shown->pdata[group->confusions[i].truth]);
      json_put_text (o, "prediction", g->shown->pdata[group->confusions[i].predicted]);
      json_put_count (o, "pictures", group->confusions[i].n);
      json_close (o, '}');
    }
  json_close (o, ']');
  json_open (o, "members", '[');
  for (gsize i = 0; i < group->n && i < PAGE_MEMBERS; i++)
    put_member (o, g, g->left.of[group->members[i]], whole);
  json_close (o, ']');
  json_close (o, '}');
}

static void
put_slice (GString *o, const judging *g, gsize i)
{
  const slice *s = &g->left.slices.slices[i];
  json_open (o, NULL, '{');
  json_put_text (o, "kind", slice_kind_name (s->kind));
  json_put_text (o, "line", g->left.slice_words->pdata[i]);
  json_put_text (
      o, "column",
      s->column >= 0 && (s->kind == SLICE_VALUE || s->kind == SLICE_RANGE) ? g->left.columns->pdata[s->column] : NULL);
  json_put_count (o, "pictures", s->n);
  json_put_count (o, "wrong", s->wrong);
  json_put_share (o, "found_error", &s->found);
  json_put_share (o, "tested_error", &s->tested);
  json_put_share (o, "elsewhere_error", &s->rest);
  json_put_real (o, "lift", s->lift, TRUE);
  json_put_real (o, "p", s->p, TRUE);
  json_put_real (o, "q", s->q, TRUE);
  json_put_flag (o, "significant", s->significant);
  json_open (o, "members", '[');
  for (gsize m = 0; s->significant && m < s->wrong && m < PAGE_MEMBERS; m++)
    put_member (o, g, g->left.of[s->members[m]], TRUE);
  json_close (o, ']');
  json_close (o, '}');
}

static void
put_suspects (GString *o, const judging *g)
{
  const label_report *l = &g->left.labels;
  json_open (o, "first", '[');
  for (gsize i = 0; i < l->n_suspects && i < PAGE_SUSPECTS; i++)
    {
      const label_suspect *s = &l->suspects[i];
      json_open (o, NULL, '{');
      json_put_text (o, "file", g->files->pdata[s->row]);
      json_put_text (o, "label", g->shown->pdata[s->given]);
      json_put_text (o, "suggested", g->shown->pdata[s->likely]);
      json_put_real (o, "confidence", (double) g->left.suggested[i], TRUE);
      json_put_real (o, "score", 0 - s->margin, TRUE);
      json_put_thumbnail (o, judging_preview (g, s->row));
      json_close (o, '}');
    }
  json_close (o, ']');
}

static void
put_labels (GString *o, const judging *g, gboolean whole)
{
  const label_report *l = &g->left.labels;
  if (g->left.labelled == LABELS_NOT_JUDGED)
    {
      json_put_text (o, "suspected_labels", NULL);
      return;
    }
  json_open (o, "suspected_labels", '{');
  json_put_count (o, "n", l->n_suspects);
  json_put_count (o, "of", l->n);
  json_put_real (o, "share", l->wrong.value, l->wrong.n > 0);
  json_put_real (o, "low", l->wrong.low, l->wrong.n > 0);
  json_put_real (o, "high", l->wrong.high, l->wrong.n > 0);
  json_put_flag (o, "fallback", g->left.labelled == LABELS_BY_TOP);
  if (whole)
    put_suspects (o, g);
  json_close (o, '}');
}

void
leftovers_put_json (GString *o, const judging *g, gboolean whole)
{
  const leftovers *left = &g->left;
  if (g->kept != NULL)
    {
      json_put_members (o, g->kept->left);
      return;
    }
  json_open (o, "owed_groups", '[');
  for (gsize i = 0; i < left->groups.n_groups; i++)
    put_group (o, g, i, whole);
  json_close (o, ']');
  put_labels (o, g, whole);
  if (!whole)
    return;
  json_put_text (o, "groups_seen_by", left->seen);
  json_open (o, "slices", '[');
  for (gsize i = 0; i < left->slices.n_slices; i++)
    put_slice (o, g, i);
  json_close (o, ']');
}
