/* output/noise_fill: which pictures stand for the verdicts. */
#include "output/noise_fill.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define THRESHOLD 1.0

static store_picture
picture (const char *file, const char *kind, double score)
{
  store_picture p = { .ref = { .file = (char *) file, .path = (char *) file },
                      .status = STATUS_OK,
                      .reason = "",
                      .cluster = -1,
                      .pixels_row = 7 };
  p.verdict = (store_verdict){ .judged = TRUE,
                               .score = score,
                               .noise = 1 / (1 + exp (-score)),
                               .noisy = score > THRESHOLD,
                               .kind = score > THRESHOLD ? kind : "",
                               .severity = score > THRESHOLD ? 2.5 : NAN,
                               .unlike = 0.5 };
  return p;
}

static void
begin (report *r)
{
  report_init (r);
  r->noise.detector = g_strdup ("test");
  r->noise.threshold = THRESHOLD;
}

/* Files named by `prefix` and number, scores from `first` on in steps. */
static void
add_many (noise_sums *n, const char *prefix, const char *kind, int count, double first, double step)
{
  for (int i = 0; i < count; i++)
    {
      g_autofree char *file = g_strdup_printf ("%s%05d.png", prefix, i);
      store_picture p = picture (file, kind, first + i * step);
      noise_sums_add (n, &p);
    }
}

static void
check_files (const GPtrArray *shots, const char *want)
{
  g_autoptr (GString) files = g_string_new (NULL);
  for (guint i = 0; i < shots->len; i++)
    g_string_append_printf (files, "%s%s", i == 0 ? "" : " ", ((report_shot *) shots->pdata[i])->file);
  g_assert_cmpstr (files->str, ==, want);
}

static void
test_worst_in_turns (void)
{
  report r;
  begin (&r);
  noise_sums *n = noise_sums_new (&r);
  add_many (n, "fog", "fog", 2, 3, 0.5);
  add_many (n, "jpeg", "jpeg", 3, 6, 1);
  add_many (n, "ok", "", 4, -3, 0.25);
  store_picture broken = picture ("broken.png", "cut-off", 5);
  broken.verdict.score = -4; /* what is left of it looks fine */
  broken.verdict.noise = 1;
  broken.status = STATUS_DAMAGED;
  broken.reason = "cut off after 3 of 9 bytes";
  noise_sums_add (n, &broken);
  store_picture unjudged = picture ("none.png", "", 0);
  unjudged.verdict = (store_verdict){ .kind = "" };
  noise_sums_add (n, &unjudged);
  noise_sums_end (n);
  noise_sums_free (n);
  check_files (r.noise.worst, "broken.png jpeg00002.png fog00001.png jpeg00001.png fog00000.png jpeg00000.png");
  check_files (r.noise.below, "ok00003.png ok00002.png ok00001.png ok00000.png");
  check_files (r.noise.above, "fog00000.png fog00001.png jpeg00000.png jpeg00001.png jpeg00002.png");
  g_assert_true (r.noise.judged == 10 && r.noise.noisy == 6);
  g_assert_cmpstr (((report_kind *) r.noise.kinds->pdata[0])->kind, ==, "jpeg");
  const report_shot *first = r.noise.worst->pdata[0];
  g_assert_cmpstr (first->why[0], ==, "the file is damaged: cut off after 3 of 9 bytes");
  guint64 counts = 0, noisy = 0;
  const report_histogram *h = &r.noise.histogram;
  for (guint i = 0; i < h->n; i++)
    {
      double left = h->first + i * h->step;
      counts += h->counts[i];
      noisy += h->noisy[i];
      if (left >= THRESHOLD - h->step / 2)
        g_assert_cmpuint (h->counts[i], ==, h->noisy[i]);
      else /* only the broken one is noisy on this side */
        g_assert_cmpuint (h->noisy[i], ==, i == 0 ? 1 : 0);
    }
  g_assert_true (counts == 10 && noisy == 6);
  report_clear (&r);
}

static void
test_bounded (void)
{
  report r;
  begin (&r);
  noise_sums *n = noise_sums_new (&r);
  add_many (n, "ok", "", 9000, -5, 6.0 / 9001);
  add_many (n, "a", "fog", 3000, 1.001, 0.001);
  for (int kind = 0; kind < 30; kind++)
    {
      g_autofree char *name = g_strdup_printf ("k%02d", kind);
      add_many (n, name, name, 5, 2, 0.1);
    }
  noise_sums_end (n);
  noise_sums_free (n);
  g_assert_cmpuint (r.noise.worst->len, ==, REPORT_WORST);
  g_assert_cmpuint (r.noise.below->len, ==, REPORT_DOUBTFUL);
  g_assert_cmpuint (r.noise.above->len, ==, REPORT_DOUBTFUL);
  g_assert_cmpstr (((report_shot *) r.noise.worst->pdata[0])->file, ==, "a02999.png");
  g_assert_cmpstr (((report_shot *) r.noise.worst->pdata[31])->file, ==, "a02998.png");
  g_assert_cmpstr (((report_shot *) r.noise.below->pdata[0])->file, ==, "ok08999.png");
  g_assert_cmpstr (((report_shot *) r.noise.above->pdata[0])->file, ==, "a00000.png");
  g_assert_cmpuint (r.noise.kinds->len, ==, 31);
  g_assert_true (r.noise.histogram.n > 8 && r.noise.histogram.n <= REPORT_BINS);
  int middle = atoi (r.noise.probe_of + 2); /* of a sample, so near the middle */
  g_assert_true (g_str_has_prefix (r.noise.probe_of, "ok") && abs (middle - 4500) < 100);
  report_clear (&r);
}

static void
test_probe_in_colour (void)
{
  report r;
  for (int colour = 0; colour < 2; colour++)
    {
      begin (&r);
      noise_sums *n = noise_sums_new (&r);
      for (int i = 0; i < 3; i++)
        {
          char file[] = "grey0";
          file[4] = (char) ('0' + i);
          store_picture p = picture (file, "", -i);
          p.verdict.grey = TRUE;
          noise_sums_add (n, &p);
        }
      store_picture odd = picture ("odd", "", -1);
      odd.verdict.unlike = 1.5; /* unlike what is known: no example */
      noise_sums_add (n, &odd);
      if (colour)
        add_many (n, "c", "", 4, -9, 1);
      noise_sums_end (n);
      noise_sums_free (n);
      g_assert_cmpstr (r.noise.probe_of, ==, colour ? "c00001.png" : "grey1");
      report_clear (&r);
    }
}

static void
test_nothing_to_show (void)
{
  static const double scores[][2] = { { -3, -3 }, { 5, 5 }, { NAN, NAN }, { 1e30, -1e30 }, { INFINITY, 1 } };
  for (gsize i = 0; i < G_N_ELEMENTS (scores); i++)
    {
      report r;
      begin (&r);
      noise_sums *n = noise_sums_new (&r);
      for (int k = 0; k < 2; k++)
        {
          store_picture p = picture (k == 0 ? "a" : "b", "fog", scores[i][k]);
          noise_sums_add (n, &p);
        }
      noise_sums_end (n);
      noise_sums_free (n);
      guint64 counts = 0;
      for (guint b = 0; b < r.noise.histogram.n; b++)
        counts += r.noise.histogram.counts[b];
      g_assert_cmpuint (counts, ==, (guint) isfinite (scores[i][0]) + (guint) isfinite (scores[i][1]));
      g_assert_cmpuint (r.noise.judged, ==, 2);
      report_clear (&r);
    }
  report r;
  begin (&r);
  noise_sums *n = noise_sums_new (&r);
  noise_sums_end (n);
  noise_sums_free (n);
  g_assert_true (r.noise.histogram.n == 0 && r.noise.worst->len == 0 && r.noise.probe_of == NULL);
  report_clear (&r);
}

static void
test_clusters (void)
{
  report r;
  begin (&r);
  for (int id = 0; id < 2; id++)
    {
      report_cluster *c = report_cluster_new ();
      c->id = id;
      g_ptr_array_add (r.groups, c);
    }
  report_cluster *c = r.groups->pdata[0];
  report_member *m = g_new0 (report_member, 1);
  m->file = g_strdup ("b");
  m->kind = g_strdup ("");
  g_ptr_array_add (c->members, m);
  noise_sums *n = noise_sums_new (&r);
  static const struct {
    const char *file, *kind;
    int cluster;
  } rows[] = { { "a", "jpeg", 0 }, { "b", "fog", 0 }, { "c", "snow", 0 }, { "d", "snow", -1 }, { "e", "snow", 7 } };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      store_picture p = picture (rows[i].file, rows[i].kind, 4);
      p.cluster = rows[i].cluster;
      noise_sums_add (n, &p);
    }
  noise_sums_end (n);
  noise_sums_free (n);
  g_assert_true (c->noisy == 3 && c->of_kind == 1);
  g_assert_cmpstr (c->kind, ==, "fog"); /* a tie: by name */
  g_assert_true (m->noisy);
  g_assert_cmpstr (m->kind, ==, "fog");
  const report_cluster *other = r.groups->pdata[1];
  g_assert_true (other->noisy == 0 && other->kind == NULL);
  report_clear (&r);
}

/* --- what others are asked for --------------------------------------------------------------------- */

static GBytes *
preview_of (gpointer user, const char *path, int side, int *width, int *height)
{
  g_string_append_printf (user, "preview %s %d\n", path, side);
  *width = side;
  *height = 1;
  return g_bytes_new (path, strlen (path));
}

static GBytes *
probe_of (gpointer user, const char *path, const char *kind, double severity, int side, int *width, int *height)
{
  g_string_append_printf (user, "probe %s %s %.1f %d\n", path, kind, severity, side);
  if (strcmp (kind, "unknown") == 0)
    return NULL;
  *width = *height = 1;
  return g_bytes_new (kind, strlen (kind));
}

static const char *
family_of (gpointer user G_GNUC_UNUSED, const char *kind)
{
  return strcmp (kind, "fog") == 0 ? "weather" : NULL;
}

static char **
why_of (gpointer user, gint64 row)
{
  g_string_append_printf (user, "why %" G_GINT64_FORMAT "\n", row);
  return g_strsplit ("one|two", "|", -1);
}

static void
test_callbacks (void)
{
  report r;
  begin (&r);
  noise_sums *n = noise_sums_new (&r);
  add_many (n, "ok", "", 1, -2, 1);
  add_many (n, "fog", "fog", 1, 3, 1);
  add_many (n, "un", "unknown", 1, 4, 1);
  noise_sums_end (n);
  noise_sums_free (n);
  g_autoptr (GString) asked = g_string_new (NULL);
  report_callbacks c = { preview_of, probe_of, family_of, why_of, 1, asked };
  g_assert_true (noise_fill_shots (&r.noise, &c, NULL, NULL));
  g_assert_cmpstr (asked->str, ==,
                   "preview un00000.png 176\nwhy 7\nprobe ok00000.png unknown 2.5 176\n"
                   "preview fog00000.png 176\nwhy 7\nprobe ok00000.png fog 2.5 176\n"
                   "preview ok00000.png 96\npreview fog00000.png 96\npreview un00000.png 96\n"
                   "preview ok00000.png 176\n");
  const report_shot *unknown = r.noise.worst->pdata[0], *fog = r.noise.worst->pdata[1];
  g_assert_true (unknown->probe.jpeg == NULL && fog->probe.jpeg != NULL);
  g_assert_cmpstr (fog->why[1], ==, "two");
  g_assert_cmpstr (((report_kind *) r.noise.kinds->pdata[0])->family, ==, "weather");
  g_assert_cmpstr (((report_kind *) r.noise.kinds->pdata[1])->family, ==, "");
  report_clear (&r);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/output-noise/worst-in-turns", test_worst_in_turns);
  g_test_add_func ("/output-noise/bounded", test_bounded);
  g_test_add_func ("/output-noise/probe-in-colour", test_probe_in_colour);
  g_test_add_func ("/output-noise/nothing-to-show", test_nothing_to_show);
  g_test_add_func ("/output-noise/clusters", test_clusters);
  g_test_add_func ("/output-noise/callbacks", test_callbacks);
  return g_test_run ();
}
