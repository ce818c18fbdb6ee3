/* tool_report DIR < LINES: fills a report from lines of tab-separated words and writes report.json and summary.json
 * into DIR. Words are as g_strescape writes them.
 *
 *   setting NAME VALUE
 *   counts FOUND OK DAMAGED UNREADABLE SKIPPED ADDED VANISHED
 *   clustering N D K INERTIA SILHOUETTE CURVE_ROWS TOTAL_VARIANCE
 *   curve K INERTIA SILHOUETTE
 *   component VARIANCE
 *   cluster ID SIZE SILHOUETTE MEAN LARGEST
 *   member FILE DISTANCE WIDTH HEIGHT JPEG          of the last cluster; JPEG is a path, or empty
 *   spoilt NOISY KIND OF_KIND                       of the last cluster
 *   problem FILE STATUS REASON
 *   noise DETECTOR FALSE_ALARMS THRESHOLD SHARE LOW HIGH WRONG JUDGED NOISY UNLIKE VOUCHED
 *   kind NAME FAMILY PICTURES MEDIAN N1 N2 N3 N4 N5
 *   histogram FIRST STEP, and its bins: bin COUNT NOISY
 *   probe FILE JPEG                                 what probes are made of
 *   shot LIST FILE KIND SCORE NOISE SEVERITY WHY JPEG PROBE
 *                                                   LIST: worst, below, above; WHY: sentences between '|' */
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

/* None where `path` is empty. */
static report_preview
read_preview (const char *path, int width, int height)
{
  report_preview p = { NULL, width, height };
  char *bytes = NULL;
  gsize length = 0;
  if (path[0] != '\0' && g_file_get_contents (path, &bytes, &length, NULL))
    p.jpeg = g_bytes_new_take (bytes, length);
  return p;
}

static void
add_member (report *r, char **w)
{
  report_cluster *c = r->groups->pdata[r->groups->len - 1];
  report_member *m = g_new0 (report_member, 1);
  m->file = g_strdup (w[1]);
  m->distance = real (w[2]);
  m->kind = g_strdup ("");
  m->preview = read_preview (w[5], (int) whole (w[3]), (int) whole (w[4]));
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

static void
add_noise (report_noise *n, char **w)
{
  n->detector = g_strdup (w[1]);
  double *numbers[] = { &n->false_alarms, &n->threshold, &n->share, &n->low, &n->high, &n->wrong };
  guint64 *counts[] = { &n->judged, &n->noisy, &n->unlike, &n->vouched };
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    *numbers[i] = real (w[i + 2]);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    *counts[i] = whole (w[i + 8]);
}

static void
add_kind (report_noise *n, char **w)
{
  report_kind *k = g_new0 (report_kind, 1);
  k->kind = g_strdup (w[1]);
  k->family = g_strdup (w[2]);
  k->pictures = whole (w[3]);
  k->severity = real (w[4]);
  for (guint i = 0; i < 5; i++)
    k->severities[i] = whole (w[5 + i]);
  g_ptr_array_add (n->kinds, k);
}

static void
add_shot (report_noise *n, char **w)
{
  report_shot *s = g_new0 (report_shot, 1);
  s->file = g_strdup (w[2]);
  s->kind = g_strdup (w[3]);
  s->score = real (w[4]);
  s->noise = real (w[5]);
  s->severity = real (w[6]);
  s->why = w[7][0] == '\0' ? NULL : g_strsplit (w[7], "|", -1);
  s->preview = read_preview (w[8], 96, 64);
  s->probe = read_preview (w[9], 96, 64);
  g_ptr_array_add (w[1][0] == 'w' ? n->worst : w[1][0] == 'b' ? n->below : n->above, s);
}

static gboolean
take_noise (report *r, char **w, guint n)
{
  report_noise *noise = &r->noise;
  report_histogram *h = &noise->histogram;
  if (strcmp (w[0], "noise") == 0 && n == 12)
    add_noise (noise, w);
  else if (strcmp (w[0], "kind") == 0 && n == 10)
    add_kind (noise, w);
  else if (strcmp (w[0], "histogram") == 0 && n == 3)
    {
      h->first = real (w[1]);
      h->step = real (w[2]);
    }
  else if (strcmp (w[0], "bin") == 0 && n == 3 && h->n < REPORT_BINS)
    {
      h->counts[h->n] = whole (w[1]);
      h->noisy[h->n++] = whole (w[2]);
    }
  else if (strcmp (w[0], "probe") == 0 && n == 3)
    {
      noise->probe_of = g_strdup (w[1]);
      noise->probe_fit = read_preview (w[2], 96, 64);
    }
  else if (strcmp (w[0], "shot") == 0 && n == 10)
    add_shot (noise, w);
  else if (strcmp (w[0], "spoilt") == 0 && n == 4 && r->groups->len > 0)
    {
      report_cluster *c = r->groups->pdata[r->groups->len - 1];
      c->noisy = whole (w[1]);
      c->kind = g_strdup (w[2]);
      c->of_kind = whole (w[3]);
    }
  else
    return FALSE;
  return TRUE;
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
    return take_noise (r, w, n);
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
  good = good && report_write_json (&r, argv[1], &error);
  if (error != NULL)
    fprintf (stderr, "%s\n", error->message);
  report_clear (&r);
  return good ? 0 : 1;
}
