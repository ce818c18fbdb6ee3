/* classes.csv and confusions.csv: the tables of a judgement, before and after the noisy pictures are put aside. */
#include "judging/judging.h"

#include <math.h>

#include "base/csv.h"
#include "output/whole_file.h"

static void
put_count (GString *line, gsize n)
{
  g_string_append_printf (line, ",%" G_GSIZE_FORMAT, n);
}

static void
put_measure (GString *line, double value, gboolean known)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append_c (line, ',');
  if (known)
    g_string_append (line, g_ascii_formatd (text, sizeof text, "%.7g", value));
}

static void
put_side (GString *line, const class_side *s)
{
  put_count (line, s->recall.n);
  put_measure (line, s->precision.value, s->precision.n > 0);
  put_measure (line, s->recall.value, s->recall.n > 0);
  put_measure (line, s->recall.low, s->recall.n > 0);
  put_measure (line, s->recall.high, s->recall.n > 0);
  put_measure (line, s->f1, s->recall.n + s->precision.n > 0);
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

gboolean
judging_write_csv (const judging *j, const char *dir, GError **error)
{
  g_autoptr (GString) lines =
      g_string_new ("class,number,noisy,support,precision,recall,recall_low,recall_high,f1,fit_support,fit_precision,"
                    "fit_recall,fit_recall_low,fit_recall_high,fit_f1\r\n");
  for (int c = 0; c < j->score.n_classes; c++)
    {
      const class_score *s = &j->score.classes[c];
      if (s->all.recall.n + s->all.precision.n == 0)
        continue;
      csv_append (lines, j->shown->pdata[c], TRUE);
      put_count (lines, (gsize) c);
      put_count (lines, s->noisy);
      put_side (lines, &s->all);
      put_side (lines, &s->fit);
      g_string_append (lines, "\r\n");
    }
  if (!write_lines (lines, dir, "classes.csv", error))
    return FALSE;
  g_string_assign (lines, "label,prediction,pictures,fit\r\n");
  for (gsize i = 0; i < j->score.n_cells; i++)
    {
      const confusion_cell *c = &j->score.cells[i];
      csv_append (lines, j->shown->pdata[c->truth], TRUE);
      csv_append (lines, j->shown->pdata[c->predicted], FALSE);
      put_count (lines, c->all);
      put_count (lines, c->fit);
      g_string_append (lines, "\r\n");
    }
  return write_lines (lines, dir, "confusions.csv", error);
}
