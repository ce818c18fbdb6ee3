/* owed.csv, slices.csv and suspected.csv. All three are written by every scan, without rows where nothing was judged, so that no former
 * scan's stay behind. */
#include "judging/judging.h"

#include <math.h>

#include "base/csv.h"
#include "output/whole_file.h"

static void
put_measure (GString *line, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append_c (line, ',');
  if (isfinite (value))
    g_string_append (line, g_ascii_formatd (text, sizeof text, "%.7g", value));
}

static void
put_count (GString *line, gsize n)
{
  g_string_append_printf (line, ",%" G_GSIZE_FORMAT, n);
}

static gboolean
write_lines (const GString *lines, const char *dir, const char *name, GError **error)
{
  g_autoptr (whole_file) f = whole_file_new (dir, name, error);
  if (f == NULL)
    return FALSE;
  whole_file_put (f, lines->str, lines->len);
  return whole_file_commit (f, error);
}

static const char *
class_name (const judging *g, int class)
{
  return class < 0 ? "" : g->shown->pdata[class];
}

static gboolean
write_owed (const judging *g, const char *dir, GError **error)
{
  g_autoptr (GString) lines = g_string_new ("file,group,label,prediction,confidence,distance\r\n");
  for (gsize i = 0; g->judged && i < g->n; i++)
    {
      if (judge_row (&g->rows, i) != VERDICT_OWED)
        continue;
      int group = g->left.group[i];
      csv_append (lines, g->files->pdata[i], TRUE);
      g_string_append_printf (lines, group < 0 ? "," : ",%d", group + 1);
      csv_append (lines, class_name (g, g->joined.truth[i]), FALSE);
      csv_append (lines, class_name (g, g->joined.prediction[i]), FALSE);
      put_measure (lines, g->confidence[i]);
      put_measure (lines, (double) g->left.distance[i]);
      g_string_append (lines, "\r\n");
    }
  return write_lines (lines, dir, "owed.csv", error);
}

static gboolean
write_slices (const judging *g, const char *dir, GError **error)
{
  const slice_list *l = &g->left.slices;
  g_autoptr (GString) lines =
      g_string_new ("slice,kind,pictures,wrong,found_error,tested,tested_error,tested_low,tested_high,elsewhere_error,"
                    "lift,p,q,significant,line\r\n");
  for (gsize i = 0; i < l->n_slices; i++)
    {
      const slice *s = &l->slices[i];
      g_string_append_printf (lines, "%" G_GSIZE_FORMAT ",%s", i + 1, slice_kind_name (s->kind));
      put_count (lines, s->n);
      put_count (lines, s->wrong);
      put_measure (lines, s->found.value);
      put_count (lines, s->tested.n);
      const double measures[] = { s->tested.value, s->tested.low, s->tested.high, s->rest.value, s->lift, s->p, s->q };
      for (gsize k = 0; k < G_N_ELEMENTS (measures); k++)
        put_measure (lines, measures[k]);
      g_string_append (lines, s->significant ? ",1" : ",0");
      csv_append (lines, g->left.slice_words->pdata[i], FALSE);
      g_string_append (lines, "\r\n");
    }
  return write_lines (lines, dir, "slices.csv", error);
}

static gboolean
write_suspected (const judging *g, const char *dir, GError **error)
{
  const label_report *l = &g->left.labels;
  g_autoptr (GString) lines = g_string_new ("file,label,suggested,confidence,score,rank\r\n");
  for (gsize i = 0; i < l->n_suspects; i++)
    {
      const label_suspect *s = &l->suspects[i];
      csv_append (lines, g->files->pdata[s->row], TRUE);
      csv_append (lines, class_name (g, s->given), FALSE);
      csv_append (lines, class_name (g, s->likely), FALSE);
      put_measure (lines, (double) g->left.suggested[i]);
      put_measure (lines, 0 - s->margin);
      put_count (lines, i + 1);
      g_string_append (lines, "\r\n");
    }
  return write_lines (lines, dir, "suspected.csv", error);
}

gboolean
leftovers_write_csv (const judging *g, const char *dir, GError **error)
{
  return write_owed (g, dir, error) && write_slices (g, dir, error) && write_suspected (g, dir, error);
}
