/* The first sentence of report.html. */
#include "output/report.h"

#include <glib/gstdio.h>
#include <string.h>

static void
check_headline (report *r, const char *want)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("pardon-XXXXXX", &error);
  g_assert_true (report_write_html (r, dir, &error));
  g_autofree char *path = g_build_filename (dir, "report.html", NULL);
  g_autofree char *page = NULL;
  g_assert_true (g_file_get_contents (path, &page, NULL, &error));
  g_autofree char *heading = g_strdup_printf ("<h1>%s.</h1>", want);
  if (strstr (page, heading) == NULL)
    g_error ("no %s", heading);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

static void
test_headlines (void)
{
  static const struct {
    guint64 found, unreadable, clustered;
    int k;
    const char *want;
  } cases[] = {
    { 0, 0, 0, 0, "No pictures were found" },
    { 1, 1, 0, 0, "1 picture; it could not be read" },
    { 1, 0, 1, 1, "1 picture in 1 cluster; it could be read" },
    { 9, 9, 0, 0, "9 pictures; none could be read" },
    { 34, 1, 33, 10, "33 pictures in 10 clusters; 1 could not be read" },
    { 1500000, 0, 1500000, 20, "1,500,000 pictures in 20 clusters; all could be read" },
    { 5, 2, 0, 0, "5 pictures; 2 could not be read" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      report r;
      report_init (&r);
      r.found = cases[i].found;
      r.unreadable = cases[i].unreadable;
      r.ok = r.found - r.unreadable;
      r.clusters.n = cases[i].clustered;
      r.clusters.k = cases[i].k;
      check_headline (&r, cases[i].want);
      report_clear (&r);
      report_clear (&r); /* twice is fine */
    }
}

/* Where the noise was judged it is the answer, and what there is stands in the line below. */
static void
test_headlines_of_noise (void)
{
  static const struct {
    guint64 judged, noisy, unlike, vouched;
    const char *want;
  } cases[] = {
    { 300, 140, 99, 0, "140 of 300 pictures are too degraded to judge by" },
    { 300, 1, 0, 0, "1 of 300 pictures is too degraded to judge by" },
    { 300, 0, 0, 0, "All 300 pictures are fit to judge by" },
    { 1500, 1500, 0, 0, "All 1,500 pictures are too degraded to judge by" },
    { 1, 0, 0, 0, "The picture is fit to judge by" },
    { 1, 1, 0, 0, "The picture is too degraded to judge by" },
    { 300, 140, 101, 0,
      "140 of 300 pictures look too degraded to judge by, to a detector that does not know such pictures" },
    { 300, 0, 101, 0, "All 300 pictures look fit to judge by, to a detector that does not know such pictures" },
    { 300, 140, 101, 40, "140 of 300 pictures are too degraded to judge by" },
    { 0, 0, 0, 0, "300 pictures in 2 clusters; 1 could not be read" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      report r;
      report_init (&r);
      r.found = 301;
      r.ok = 300;
      r.unreadable = 1;
      r.clusters.n = 300;
      r.clusters.k = 2;
      r.noise.detector = g_strdup ("shipped");
      r.noise.judged = cases[i].judged;
      r.noise.noisy = cases[i].noisy;
      r.noise.unlike = cases[i].unlike;
      r.noise.vouched = cases[i].vouched;
      check_headline (&r, cases[i].want);
      report_clear (&r);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/headlines/without-noise", test_headlines);
  g_test_add_func ("/headlines/noise", test_headlines_of_noise);
  return g_test_run ();
}
