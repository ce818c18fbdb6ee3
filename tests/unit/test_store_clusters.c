/* Results of clustering (store.h, S5), a full disk, and with `-m perf` how fast it all is. */
#include "store_folder.h"

#include <math.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
take_member (const store_member *m, gpointer user)
{
  g_string_append_printf (user, "%s=%s:%g;", m->file, m->path, m->distance);
}

static void
test_s5 (void)
{
  g_autoptr (GError) error = NULL;
  store *s = open_store ();
  gint64 set = store_feature_set (s, "a", NULL);
  clustering got;
  g_assert_true (store_get_clustering (s, &got, NULL));
  g_assert_true (got.n == 0 && got.k == 0 && got.sizes == NULL);
  list (s, (const char *const[]){ "a", "b", "c", "d", "e", "f", NULL });
  put (s, set, "f", 1); /* rows in another order than files */
  put (s, set, "a", 2);
  put (s, set, "d", 3);
  put_unreadable (s, "c", 4);
  put (s, set, "b", 2); /* a's content: its own row in the clustering */
  clustering c = { .n = 4,
                   .d = 2,
                   .projected = (float[]){ 1, 2, 3, 4, -5.5f, 6, 7, 8e-9f }, /* a b d f */
                   .n_components = 2,
                   .explained_variance = (double[]){ 3.25, 0.1 },
                   .total_variance = 4,
                   .k = 2,
                   .labels = (int[]){ 0, 1, 0, 0 }, /* a b d f */
                   .distances = (float[]){ 2, 0.1f, 1, 2 },
                   .sizes = (gsize[]){ 3, 1 },
                   .cluster_silhouette = (double[]){ 0.5, NAN },
                   .inertia = 9.01,
                   .silhouette = NAN,
                   .curve = (cluster_curve_point[]){ { 2, 9.01, 0.4 }, { 3, 1, NAN } },
                   .n_curve = 2,
                   .curve_rows = 4 };
  store_put_clustering (s, set, &c, &error);
  g_assert_no_error (error);
  g_assert_true (store_get_clustering (s, &got, NULL));
  g_assert_true (got.n == 4 && got.d == 2 && got.k == 2 && got.n_components == 2 && got.n_curve == 2
                 && got.curve_rows == 4);
  g_assert_true (got.labels == NULL && got.distances == NULL && got.projected == NULL);
  g_assert_true (got.sizes[0] == 3 && got.sizes[1] == 1);
  g_assert_true (got.cluster_silhouette[0] == 0.5 && isnan (got.cluster_silhouette[1]) && isnan (got.silhouette));
  g_assert_true (got.inertia == 9.01 && got.total_variance == 4);
  g_assert_true (got.explained_variance[0] == 3.25 && got.explained_variance[1] == 0.1);
  g_assert_true (got.curve[0].k == 2 && got.curve[0].inertia == 9.01 && got.curve[0].silhouette == 0.4);
  g_assert_true (got.curve[1].k == 3 && got.curve[1].inertia == 1 && isnan (got.curve[1].silhouette));
  clustering_clear (&got);
  g_assert_cmpint (get (s, set, "b").cluster, ==, 1);
  g_assert_cmpfloat (get (s, set, "b").distance, ==, 0.1f);
  g_assert_cmpint (get (s, set, "c").cluster, ==, -1);
  g_assert_cmpuint (get (s, set, "c").n_places, ==, 0);
  g_assert_cmpuint (get (s, set, "d").n_places, ==, 2);
  g_assert_cmpfloat (get (s, set, "d").places[0], ==, -5.5f);
  g_assert_cmpfloat (get (s, set, "f").places[1], ==, 8e-9f);
  g_assert_cmpint (get (s, set, "f").cluster, ==, 0);
  g_autoptr (GString) said = g_string_new (NULL);
  g_assert_true (store_each_member (s, 0, G_MAXUINT64, take_member, said, NULL));
  g_assert_cmpstr (said->str, ==, "d=/root/d:1;a=/root/a:2;f=/root/f:2;");
  g_string_truncate (said, 0);
  g_assert_true (store_each_member (s, 0, 2, take_member, said, NULL));
  g_assert_cmpstr (said->str, ==, "d=/root/d:1;a=/root/a:2;");
  double mean, largest;
  g_assert_true (store_cluster_spread (s, 0, &mean, &largest, NULL));
  g_assert_cmpfloat_with_epsilon (mean, 5.0 / 3, 1e-12);
  g_assert_cmpfloat (largest, ==, 2);
  g_assert_true (store_cluster_spread (s, 7, &mean, &largest, NULL));
  g_assert_true (isnan (mean) && isnan (largest));
  /* one that does not fit is refused, and the former one stays whole */
  g_assert_true (store_note (s, "pending", "kept", NULL));
  c.n = 3;
  g_assert_false (store_put_clustering (s, set, &c, &error));
  check_refused (error, "3 pictures were clustered where 4");
  g_clear_error (&error);
  c.n = 5;
  g_assert_false (store_put_clustering (s, set, &c, &error));
  g_assert_true (store_get_clustering (s, &got, NULL));
  g_assert_true (got.n == 4 && got.n_curve == 2);
  clustering_clear (&got);
  get (NULL, 0, NULL);
  store_free (s);
  s = open_store ();
  g_autofree char *note = store_get_note (s, "pending");
  g_assert_cmpstr (note, ==, "kept");
  g_assert_true (store_put_clustering (s, set, &(clustering){ 0 }, NULL));
  g_assert_true (store_get_clustering (s, &got, NULL));
  g_assert_cmpuint (got.n, ==, 0);
  g_assert_cmpint (get (s, set, "b").cluster, ==, -1);
  g_assert_cmpuint (get (s, set, "b").n_places, ==, 0);
  get (NULL, 0, NULL);
  store_free (s);
}

/* S5 with a process that dies in the middle of replacing: one or the other, never both. */
static void
test_s5_killed (void)
{
  enum { N = 20000 };
  store *s = open_store ();
  gint64 set = store_feature_set (s, "a", NULL);
  list_numbers (s, N);
  put_numbers (s, set, 0, N);
  g_autofree int *labels = g_new0 (int, N);
  g_autofree float *distances = g_new0 (float, N);
  clustering c = { .n = N, .d = D, .k = 1, .labels = labels, .distances = distances, .sizes = (gsize[]){ N } };
  g_assert_true (store_put_clustering (s, set, &c, NULL));
  store_free (s);
  for (int i = 0; i < 6; i++)
    {
      c.inertia = i + 1;
      for (int j = 0; j < N; j++)
        distances[j] = (float) (i + 1);
      pid_t child = fork ();
      if (child == 0)
        {
          store_put_clustering (open_store (), set, &c, NULL);
          _exit (0);
        }
      g_usleep ((gulong) g_test_rand_int_range (1000, 80000));
      kill (child, SIGKILL);
      waitpid (child, NULL, 0);
      g_assert_cmpint (ask ("SELECT count(*) FROM assignment"), ==, N);
      g_assert_cmpint (ask ("SELECT count(*) FROM assignment, clustering WHERE distance <> inertia"), ==, 0);
    }
}

/* --- a full disk ---------------------------------------------------------------------------- */

/* Lists and puts until it fails; gives the error. */
static GError *
write_until_full (guint n)
{
  GError *error = NULL;
  store *s = store_open (folder, TRUE, &error);
  if (s != NULL)
    {
      gint64 set = store_feature_set (s, "a", &error);
      for (guint i = 0; i < n && error == NULL; i++)
        {
          float row[D];
          char name[16];
          features_of (row, i + 1);
          g_snprintf (name, sizeof name, "%06u", i);
          store_look look = look_at (name, i + 1, row);
          store_put (s, set, &look, &error);
        }
      if (error != NULL)
        {
          /* the fault sticks, reading goes on */
          g_autoptr (GError) again = NULL;
          g_assert_false (store_commit (s, &again));
          check_refused (again, "no longer written");
          g_assert_cmpuint (store_count (s), ==, n);
        }
    }
  store_free (s);
  return error;
}

static void
test_full_limit (void)
{
  store *s = open_store ();
  list_numbers (s, 5000);
  store_free (s);
  int pipes[2];
  g_assert_cmpint (pipe (pipes), ==, 0);
  pid_t child = fork ();
  if (child == 0)
    {
      signal (SIGXFSZ, SIG_IGN);
      struct stat st;
      g_autofree char *path = in_folder ("pardon.db");
      stat (path, &st);
      struct rlimit limit = { (rlim_t) st.st_size + 40000, (rlim_t) st.st_size + 40000 };
      setrlimit (RLIMIT_FSIZE, &limit);
      GError *error = write_until_full (5000);
      const char *said = error != NULL ? error->message : "no error";
      _exit (write (pipes[1], said, strlen (said) + 1) > 0 ? 0 : 1);
    }
  char said[500] = "";
  waitpid (child, NULL, 0);
  g_assert_cmpint (read (pipes[0], said, sizeof said - 1), >, 0);
  g_assert_true (g_str_has_prefix (said, "cannot "));
  close (pipes[0]);
  close (pipes[1]);
  g_assert_cmpuint (check_sound (), <, 5000);
  g_autoptr (GError) error = write_until_full (5000);
  g_assert_no_error (error);
  g_assert_cmpuint (check_sound (), ==, 5000);
}

static void
test_full_disk (void)
{
  if (mount ("tmpfs", folder, "tmpfs", 0, "size=3m") != 0)
    {
      g_test_skip ("may not mount a small disk here");
      return;
    }
  store *s = open_store ();
  list_numbers (s, 20000);
  store_free (s);
  GError *error = write_until_full (20000);
  g_autofree char *said = g_strdup (error != NULL ? error->message : "no error");
  g_clear_error (&error);
  guint kept = check_sound ();
  gboolean room = mount ("tmpfs", folder, "tmpfs", MS_REMOUNT, "size=40m") == 0;
  error = room ? write_until_full (20000) : NULL;
  guint all = room && error == NULL ? check_sound () : 0;
  umount (folder);
  g_assert_nonnull (strstr (said, "the disk is full"));
  g_assert_cmpuint (kept, >, 0);
  g_assert_cmpuint (kept, <, 20000);
  g_assert_no_error (error);
  g_assert_cmpuint (all, ==, room ? 20000 : 0);
}

/* --- speed ------------------------------------------------------------------------------------ */

static long
peak_mib (void)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

static void
test_speed (void)
{
  const guint n = 200000;
  if (!g_test_perf ())
    {
      g_test_skip ("measures; run with -m perf");
      return;
    }
  g_autoptr (store) s = open_store ();
  gint64 set = store_feature_set (s, "a", NULL);
  g_test_timer_start ();
  list_numbers (s, n);
  g_test_message ("list %u: %.2f s, peak %ld MiB", n, g_test_timer_elapsed (), peak_mib ());
  g_test_timer_start ();
  for (guint i = 0; i < n; i++)
    {
      float row[512] = { (float) i };
      char name[16];
      g_snprintf (name, sizeof name, "%06u", i);
      /* as hashes are: in no order */
      store_look look = look_at (name, (i + 1) * 2654435761u, row);
      look.d = 512;
      g_assert_true (store_put (s, set, &look, NULL));
    }
  g_assert_true (store_commit (s, NULL));
  g_test_message ("put %u: %.2f s, peak %ld MiB", n, g_test_timer_elapsed (), peak_mib ());
  g_test_timer_start ();
  g_autoptr (store_cursor) c = store_cursor_new (s, set, NULL);
  store_picture p;
  guint64 rows = 0;
  while (store_cursor_next (c, &p, NULL))
    rows += p.feature_row >= 0;
  g_assert_cmpuint (rows, ==, n);
  g_test_message ("cursor over %u: %.2f s, peak %ld MiB", n, g_test_timer_elapsed (), peak_mib ());
  g_test_timer_start ();
  list_numbers (s, n);
  g_test_message ("the same list again: %.2f s, peak %ld MiB", g_test_timer_elapsed (), peak_mib ());
  g_autofree int *labels = g_new0 (int, n);
  g_autofree float *distances = g_new0 (float, n);
  clustering k = { .n = n, .d = 10, .k = 1, .labels = labels, .distances = distances, .sizes = (gsize[]){ n } };
  for (guint i = 0; i < n; i++)
    distances[i] = (float) (i * 2654435761u);
  g_test_timer_start ();
  g_assert_true (store_put_clustering (s, set, &k, NULL));
  g_test_message ("clustering of %u: %.2f s, peak %ld MiB", n, g_test_timer_elapsed (), peak_mib ());
}

int
main (int argc, char **argv)
{
  static const store_test tests[] = {
    { "/store/full/limit", test_full_limit },
    { "/store/full/disk", test_full_disk },
    { "/store/S5/replaced-together", test_s5 },
    { "/store/S5/killed", test_s5_killed },
    { "/store/speed", test_speed },
  };
  return run_tests (argc, argv, tests, G_N_ELEMENTS (tests));
}
