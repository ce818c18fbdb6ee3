/* tool_report DIR < LINES: fills a report from lines of tab-separated words and writes report.json, summary.json and
 * report.html into DIR. Words are as g_strescape writes them.
 *
 *   setting NAME VALUE
 *   counts FOUND OK DAMAGED UNREADABLE SKIPPED ADDED VANISHED
 *   clustering N D K INERTIA SILHOUETTE CURVE_ROWS TOTAL_VARIANCE
 *   curve K INERTIA SILHOUETTE
 *   component VARIANCE
 *   cluster ID SIZE SILHOUETTE MEAN LARGEST
 *   member FILE DISTANCE WIDTH HEIGHT JPEG          of the last cluster; JPEG is a path, or empty
 *   problem FILE STATUS REASON */
#include "output/report.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static double
real (const char *word)
{
  return g_ascii_strtod (word, NULL);
}

static guint64
whole (const char *word)
{
  return g_ascii_strtoull (word, NULL, 10);
}

static void
add_member (report *r, char **w)
{
  report_cluster *c = r->groups->pdata[r->groups->len - 1];
  report_member *m = g_new0 (report_member, 1);
  m->file = g_strdup (w[1]);
  m->distance = real (w[2]);
  m->thumbnail_width = (int) whole (w[3]);
  m->thumbnail_height = (int) whole (w[4]);
  char *bytes = NULL;
  gsize length = 0;
  if (w[5][0] != '\0' && g_file_get_contents (w[5], &bytes, &length, NULL))
    m->thumbnail = g_bytes_new_take (bytes, length);
  g_ptr_array_add (c->members, m);
}

static void
add_cluster (report *r, char **w)
{
  report_cluster *c = report_cluster_new ();
  c->id = (int) whole (w[1]);
  c->size = whole (w[2]);
  c->silhouette = real (w[3]);
  c->mean_distance = real (w[4]);
  c->largest_distance = real (w[5]);
  g_ptr_array_add (r->groups, c);
}

static void
add_problem (report *r, char **w)
{
  report_problem *p = g_new (report_problem, 1);
  *p = (report_problem){ g_strdup (w[1]), g_strdup (w[2]), g_strdup (w[3]) };
  g_ptr_array_add (r->problems, p);
}

static void
add_curve (clustering *c, char **w)
{
  c->curve = g_renew (cluster_curve_point, c->curve, c->n_curve + 1);
  c->curve[c->n_curve++] = (cluster_curve_point){ (int) whole (w[1]), real (w[2]), real (w[3]) };
}

static void
add_component (clustering *c, char **w)
{
  c->explained_variance = g_renew (double, c->explained_variance, c->n_components + 1);
  c->explained_variance[c->n_components++] = real (w[1]);
}

static gboolean
take (report *r, char **w, guint n)
{
  clustering *c = &r->clusters;
  if (strcmp (w[0], "setting") == 0 && n == 3)
    report_add_setting (r, w[1], w[2]);
  else if (strcmp (w[0], "counts") == 0 && n == 8)
    {
      guint64 *counts[] = { &r->found, &r->ok, &r->damaged, &r->unreadable, &r->skipped, &r->added, &r->vanished };
      for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
        *counts[i] = whole (w[i + 1]);
    }
  else if (strcmp (w[0], "clustering") == 0 && n == 8)
    {
      c->n = whole (w[1]);
      c->d = whole (w[2]);
      c->k = (int) whole (w[3]);
      c->inertia = real (w[4]);
      c->silhouette = real (w[5]);
      c->curve_rows = whole (w[6]);
      c->total_variance = real (w[7]);
    }
  else if (strcmp (w[0], "curve") == 0 && n == 4)
    add_curve (c, w);
  else if (strcmp (w[0], "component") == 0 && n == 2)
    add_component (c, w);
  else if (strcmp (w[0], "cluster") == 0 && n == 6)
    add_cluster (r, w);
  else if (strcmp (w[0], "member") == 0 && n == 6 && r->groups->len > 0)
    add_member (r, w);
  else if (strcmp (w[0], "problem") == 0 && n == 4)
    add_problem (r, w);
  else
    return FALSE;
  return TRUE;
}

int
main (int argc, char **argv)
{
  if (argc != 2)
    return 2;
  setlocale (LC_ALL, "");
  report r;
  report_init (&r);
  g_autofree char *line = NULL;
  size_t room = 0;
  gboolean good = TRUE;
  for (ssize_t length; good && (length = getline (&line, &room, stdin)) > 0;)
    {
      if (line[length - 1] == '\n')
        line[length - 1] = '\0';
      g_auto (GStrv) words = g_strsplit (line, "\t", -1);
      for (char **w = words; *w != NULL; w++)
        {
          char *plain = g_strcompress (*w);
          g_free (*w);
          *w = plain;
        }
      good = take (&r, words, g_strv_length (words));
      if (!good)
        fprintf (stderr, "not a line of a report: %s\n", line);
    }
  g_autoptr (GError) error = NULL;
  good = good && report_write_json (&r, argv[1], &error) && report_write_html (&r, argv[1], &error);
  if (error != NULL)
    fprintf (stderr, "%s\n", error->message);
  report_clear (&r);
  return good ? 0 : 1;
}
