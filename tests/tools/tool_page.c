/* tool_page DIR N MOST [PICTURE...]: a results folder of N made-up pictures with verdicts, answers, measures and a clustering, as a finished
 * scan leaves it, so that it can be served; their paths are those of PICTURE... in turns; DIR/pictures.json, the columns of at most MOST of
 * them; and where there are PICTUREs, DIR/report.html. Says how long that took. Picture i: noisy where i % 3 is 0, wrong where i % 5 is 0, of
 * cluster i % 8, at the place (i, -i, ...). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "looking/pixels.h"
#include "output/page.h"
#include "output/pictures.h"
#include "store/store.h"
#include "writing/previews.h"
#include "writing/thumbnails.h"
#include "writing/whole_page.h"

#define CLASSES    1000
#define CLUSTERS   8
#define THRESHOLDS 161 /* as many as a scan tries */
#define THRESHOLD  2.5

static const char *const kinds[] = { "fog", "jpeg", "motion-blur", "unknown", NULL };

static void
name_of (gsize i, char name[32])
{
  g_snprintf (name, 32, "folder/%08" G_GSIZE_FORMAT ".jpg", i);
}

static gboolean
put_list (store *s, gint64 set, gint64 pixels, gsize n, char **paths, int n_paths, GError **error)
{
  char name[32];
  gboolean good = store_list_begin (s, error);
  for (gsize i = 0; good && i < n; i++)
    {
      name_of (i, name);
      image_ref ref = { .file = name, .path = n_paths > 0 ? paths[i % (gsize) n_paths] : name };
      good = store_list_add (s, &ref, error);
    }
  good = good && store_list_end (s, 0, 1, NULL, error);
  gsize d = pixels_size ();
  g_autofree float *measures = g_new0 (float, d);
  for (gsize i = 0; good && i < n; i++)
    {
      name_of (i, name);
      float row = (float) i;
      store_look look = {
        .file = name, .status = STATUS_OK, .reason = "", .opened = TRUE, .features = &row, .d = 1, .bytes = 1000 + i
      };
      measures[0] = row;
      look.pixels = (store_row){ .set = pixels, .row = measures, .d = d };
      memcpy (look.hash.bytes, &i, sizeof i);
      look.facts =
          (image_facts){ .width = 640, .height = 480, .channels = 3, .bits = 8, .orientation = 1, .format = "jpeg" };
      look.facts.space = "rgb";
      good = store_put (s, set, &look, error);
    }
  return good && store_commit (s, error);
}

static gboolean
put_verdicts (store *s, gsize n, GError **error)
{
  char name[32];
  gboolean good = store_verdicts_begin (s, kinds, 4, error);
  for (gsize i = 0; good && i < n; i++)
    {
      name_of (i, name);
      store_verdict v = { .judged = TRUE,
                          .score = i % 3 == 0 ? 3 + (double) (i % 1000) / 500 : (double) (i % 1000) / 500 - 2,
                          .noise = (double) (i % 100) / 100,
                          .noisy = i % 3 == 0,
                          .kind = i % 3 == 0 ? kinds[i % 4] : "",
                          .severity = i % 3 == 0 ? 1 + (double) (i % 5) : NAN,
                          .likely = kinds[i % 4],
                          .likely_severity = 1 + (double) (i % 5),
                          .unlike = 0.5,
                          .n_kinds = 4,
                          .enlarged = -1 };
      good = store_verdicts_add (s, name, &v, error);
    }
  return store_verdicts_end (s, good, good ? error : NULL) && good;
}

static gboolean
put_answers (store *s, gsize n, GError **error)
{
  static const char *const columns[] = { "split", "camera", "shot", NULL };
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  for (int i = 0; i < CLASSES; i++)
    {
      g_autofree char *class = g_strdup_printf ("class %d", i);
      g_strv_builder_add (names, class);
    }
  g_auto (GStrv) classes = g_strv_builder_end (names);
  gboolean good = store_answers_begin (s, (const char *const *) classes, columns, 0, error);
  char name[32], shot[32];
  for (gsize i = 0; good && i < n; i++)
    {
      name_of (i, name);
      g_snprintf (shot, sizeof shot, "%" G_GSIZE_FORMAT, i);
      const char *details[] = { i % 2 ? "train" : "test", i % 7 ? "a" : "", shot };
      int truth = (int) (i % CLASSES), said = i % 5 == 0 ? (truth + 1) % CLASSES : truth;
      store_answer a = { .given = TRUE,
                         .truth = truth,
                         .prediction = said,
                         .top5 = -1,
                         .confidence = 0.5 + (double) (i % 50) / 100,
                         .owed = i % 5 == 0 && i % 3 != 0 ? (int) (i % 7) + 1 : -1,
                         .suggested = i % 1000 == 1 ? 2 : -1,
                         .n_details = 3,
                         .details = details };
      good = store_answers_add (s, name, &a, error);
    }
  return store_answers_end (s, good, good ? error : NULL) && good;
}

static gboolean
put_clusters (store *s, gint64 set, gsize n, GError **error)
{
  gsize d = STORE_PLACES;
  g_autofree float *projected = g_new (float, n *d), *distances = g_new (float, n);
  g_autofree int *labels = g_new (int, n);
  gsize sizes[CLUSTERS] = { 0 };
  double silhouettes[CLUSTERS] = { 0 };
  for (gsize i = 0; i < n; i++)
    {
      labels[i] = (int) (i % CLUSTERS);
      sizes[i % CLUSTERS]++;
      distances[i] = (float) i / (float) n;
      for (gsize k = 0; k < d; k++)
        projected[i * d + k] = (k % 2 ? -1.0f : 1.0f) * (float) i / (float) (k + 1);
    }
  clustering c = { .n = n,
                   .d = d,
                   .projected = projected,
                   .k = CLUSTERS,
                   .labels = labels,
                   .distances = distances,
                   .sizes = sizes,
                   .cluster_silhouette = silhouettes };
  return store_put_clustering (s, set, &c, error);
}

/* What only the end of a scan writes: without it nobody serves the folder. */
static gboolean
put_notes (store *s, gint64 pixels, GError **error)
{
  g_autoptr (GString) thresholds = g_string_new (NULL);
  for (int i = 0; i < THRESHOLDS; i++)
    g_string_append_printf (thresholds, "%.2f 0.05\n", -3 + i * 0.05);
  g_autofree char *judged = g_strdup_printf ("[judging]\nlist=%" G_GINT64_FORMAT "\nasked=true\nthreshold=%g\ntruth=1\n"
                                             "predicted=true\nclassifier=true\n",
                                             store_list_age (s, error), THRESHOLD);
  g_autofree char *noise = g_strdup_printf ("[noise]\ndetector=made up\nvouched=0\nfalse_alarms=0.05\nthreshold=%g\n"
                                            "share=0.3\nlow=0.29\nhigh=0.31\n",
                                            THRESHOLD);
  g_autofree char *review =
      g_strdup_printf ("[review]\nlist=%" G_GINT64_FORMAT "\nview=none\npixels=%" G_GINT64_FORMAT "\nthreshold=%g\n"
                       "false_alarms=0.05\nlimit=0.5\ndetector=made up\n",
                       store_list_age (s, error), pixels, THRESHOLD);
  return store_note (s, "judging", judged, error) && store_note (s, "judging.thresholds", thresholds->str, error)
         && store_note (s, "report.noise", noise, error) && store_note (s, "review", review, error);
}

static double
seconds (gint64 since)
{
  return (double) (g_get_monotonic_time () - since) / 1e6;
}

static gboolean
write_columns (store *s, const char *dir, gsize most, GError **error)
{
  pictures_options o = { .most = most, .seed = 7 };
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GBytes) made = pictures_document (s, &o, NULL, error);
  if (made == NULL)
    return FALSE;
  gsize size;
  const char *text = g_bytes_get_data (made, &size);
  struct rusage used;
  getrusage (RUSAGE_SELF, &used);
  printf ("pictures %.3f s %.3f MB, peak %.1f MB\n", seconds (start), (double) size / 1e6,
          (double) used.ru_maxrss / 1e3);
  g_autofree char *path = g_build_filename (dir, "pictures.json", NULL);
  return g_file_set_contents (path, text, (gssize) size, error);
}

static gboolean
write_page (store *s, GError **error)
{
  report r;
  report_callbacks none = { 0 };
  if (!report_fill (s, NULL, NULL, &r, error))
    return FALSE;
  gint64 start = g_get_monotonic_time ();
  gboolean good = whole_page_write (s, &r, &none, 7, (int) g_get_num_processors (), NULL, error);
  struct rusage used;
  getrusage (RUSAGE_SELF, &used);
  printf ("page %.3f s, peak %.1f MB\n", seconds (start), (double) used.ru_maxrss / 1e3);
  report_clear (&r);
  return good;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  if (argc < 4)
    return 2;
  gsize n = strtoul (argv[2], NULL, 10), most = strtoul (argv[3], NULL, 10);
  g_autoptr (store) s = store_open (argv[1], TRUE, &error);
  g_autofree char *key = pixels_key ();
  gint64 set = s == NULL ? 0 : store_feature_set (s, "made up", &error);
  gint64 pixels = set == 0 ? 0 : store_feature_set (s, key, &error);
  gboolean good = pixels != 0 && put_list (s, set, pixels, n, argv + 4, argc - 4, &error) && put_verdicts (s, n, &error)
                  && put_answers (s, n, &error) && put_clusters (s, set, n, &error) && put_notes (s, pixels, &error)
                  && store_commit (s, &error) && write_columns (s, argv[1], most, &error)
                  && (argc == 4 || write_page (s, &error));
  if (!good)
    fprintf (stderr, "%s\n", error != NULL ? error->message : "it did not work");
  return good ? 0 : 1;
}
