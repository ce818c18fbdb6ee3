/* Corruptions for the Python tests and for making probes in bulk.
 *   tool_corrupt LIST.csv OUTDIR
 *     LIST.csv: in,out,kind,severity,seed,prepare. kind may be 'clean'. prepare, done before the corruption: none, crop224
 *     (short side 256, bilinear, centre crop 224) or measure (the view measures are taken on). out, below OUTDIR: NAME.png
 *     exact, NAME.jpg at quality 85 and halved chroma, NAME.jpg@Q at quality Q. Two threads. Prints what failed.
 *   tool_corrupt raw KIND SEVERITY SEED  IN WIDTH HEIGHT CHANNELS OUT     rows of interleaved channels
 *   tool_corrupt kinds        name,family,parameter,at 1..5,source for each
 *   tool_corrupt numbers WHAT N SEED [MEAN]    N draws as doubles to stdout: uniform, normal, poisson, exp, log, sin, cos */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/random.h"
#include "base/steady.h"
#include "image/corrupt.h"
#include "image/decode.h"
#include "image/encode.h"
#include "image/view.h"

typedef struct {
  char *in, *out, *kind, *prepare;
  double severity;
  guint64 seed;
} order;

typedef struct {
  const char *folder;
  int failed; /* atomic */
} batch;

static void
order_free (order *o)
{
  g_free (o->in);
  g_free (o->out);
  g_free (o->kind);
  g_free (o->prepare);
  g_free (o);
}

static gboolean
load (const order *o, image *im, GError **error)
{
  image_facts facts;
  image whole = { 0 };
  view v = view_measure ();

  if (strcmp (o->prepare, "none") == 0)
    return decode_file (o->in, NULL, im, &facts, error);
  if (strcmp (o->prepare, "crop224") == 0)
    {
      if (!view_parse ("short256-centre224-bilinear", &v, error))
        return FALSE;
    }
  else if (strcmp (o->prepare, "measure") != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "prepare '%s' is none of none, crop224, measure",
                   o->prepare);
      return FALSE;
    }
  gboolean fine = decode_file (o->in, NULL, &whole, &facts, error) && view_apply (&v, &whole, im, error);
  image_clear (&whole);
  return fine;
}

static gboolean
save (const order *o, const char *folder, const image *im, GError **error)
{
  g_autofree char *path = g_build_filename (folder, o->out, NULL), *parent = NULL;
  char *at = strrchr (path, '@');
  int quality = 85;

  if (at != NULL && g_ascii_isdigit (at[1]))
    {
      quality = atoi (at + 1);
      *at = '\0';
    }
  parent = g_path_get_dirname (path);
  g_mkdir_with_parents (parent, 0777);
  if (!g_str_has_suffix (path, ".jpg"))
    return encode_file (im, path, error);
  g_autoptr (GBytes) bytes = encode_jpeg (im, quality, error);
  return bytes != NULL
         && g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), error);
}

static void
carry_out (gpointer data, gpointer user)
{
  order *o = data;
  batch *b = user;
  g_autoptr (GError) error = NULL;
  image im = { 0 };
  int kind = corruption_find (o->kind);
  gboolean clean = strcmp (o->kind, "clean") == 0;

  if (kind < 0 && !clean)
    g_set_error (&error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "no such kind: '%s'", o->kind);
  else if (load (o, &im, &error) && (clean || corrupt (&im, kind, o->severity, o->seed, &error)))
    save (o, b->folder, &im, &error);
  if (error != NULL)
    {
      g_atomic_int_inc (&b->failed);
      fprintf (stderr, "%s: %s\n", o->in, error->message);
    }
  image_clear (&im);
  order_free (o);
}

static gboolean
do_list (const char *list, const char *folder, GError **error)
{
  static const char *const names[] = { "in", "out", "kind", "severity", "seed", "prepare" };
  batch b = { .folder = folder };
  g_autoptr (csv_reader) csv = csv_reader_new (list, error);
  int column[G_N_ELEMENTS (names)];

  if (csv == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if ((column[i] = csv_reader_column (csv, (const char *const[]){ names[i], NULL })) < 0)
      {
        g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "'%s' has no column '%s'", list, names[i]);
        return FALSE;
      }
  GThreadPool *pool = g_thread_pool_new (carry_out, &b, 2, TRUE, NULL);
  GError *fault = NULL;
  for (char **row; (row = csv_reader_next (csv, &fault)) != NULL;)
    {
      order *o = g_new (order, 1);
      *o = (order){ .in = g_strdup (row[column[0]]),
                    .out = g_strdup (row[column[1]]),
                    .kind = g_strdup (row[column[2]]),
                    .severity = g_ascii_strtod (row[column[3]], NULL),
                    .seed = g_ascii_strtoull (row[column[4]], NULL, 10),
                    .prepare = g_strdup (row[column[5]]) };
      g_thread_pool_push (pool, o, NULL);
    }
  g_thread_pool_free (pool, FALSE, TRUE);
  if (fault != NULL)
    {
      g_propagate_error (error, fault);
      return FALSE;
    }
  if (b.failed > 0)
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%d failed", b.failed);
  return b.failed == 0;
}

static gboolean
do_raw (char **args, GError **error)
{
  image im = { 0 };
  g_autofree char *bytes = NULL;
  gsize n = 0;
  int kind = corruption_find (args[0]);
  gboolean fine = kind >= 0 && g_file_get_contents (args[3], &bytes, &n, error)
                  && image_reserve (&im, atoi (args[4]), atoi (args[5]), atoi (args[6]))
                  && n == (gsize) im.width * (gsize) im.height * (gsize) im.channels;

  if (fine)
    {
      memcpy (im.pixels, bytes, n);
      fine = corrupt (&im, kind, g_ascii_strtod (args[1], NULL), g_ascii_strtoull (args[2], NULL, 10), error)
             && g_file_set_contents (args[7], (const char *) im.pixels, (gssize) n, error);
    }
  image_clear (&im);
  return fine;
}

static void
do_kinds (void)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (int i = 0; i < CORRUPTION_KINDS; i++)
    {
      const corruption_kind *k = &corruption_kinds[i];
      g_string_truncate (line, 0);
      csv_append (line, k->name, TRUE);
      csv_append (line, corruption_family_names[k->family], FALSE);
      csv_append (line, k->parameter, FALSE);
      for (int s = 0; s < 5; s++)
        g_string_append_printf (line, ",%g", k->at[s]);
      csv_append (line, k->source, FALSE);
      printf ("%s\n", line->str);
    }
}

/* For exp, log, sin and cos: pairs of an argument over the function's range and the value. */
static gboolean
do_numbers (const char *what, int n, guint64 seed, double mean)
{
  random_source r;
  poisson_table table;

  random_init (&r, seed, what);
  poisson_init (&table, mean);
  for (int i = 0; i < n; i++)
    {
      double x = 0.0, pair[2] = { 0.0 };
      gsize count = 1;
      if (strcmp (what, "uniform") == 0)
        x = random_uniform (&r, 0.0, 1.0);
      else if (strcmp (what, "normal") == 0)
        x = random_normal (&r);
      else if (strcmp (what, "poisson") == 0)
        x = poisson_draw (&table, &r);
      else
        {
          double u = random_uniform (&r, -1.0, 1.0);
          gboolean is_exp = strcmp (what, "exp") == 0, is_log = strcmp (what, "log") == 0;
          x = is_exp ? 700.0 * u : is_log ? exp (700.0 * u) : 100.0 * u;
          pair[1] = is_exp           ? steady_exp (x)
                    : is_log         ? steady_log (x)
                    : what[0] == 's' ? steady_sin (x)
                                     : steady_cos (x);
          count = 2;
        }
      pair[0] = x;
      fwrite (pair, sizeof (double), count, stdout);
    }
  poisson_clear (&table);
  return TRUE;
}

static gboolean
run (int argc, char **argv, GError **error)
{
  if (argc == 10 && strcmp (argv[1], "raw") == 0)
    return do_raw (argv + 2, error);
  if (argc == 2 && strcmp (argv[1], "kinds") == 0)
    {
      do_kinds ();
      return TRUE;
    }
  if ((argc == 5 || argc == 6) && strcmp (argv[1], "numbers") == 0)
    return do_numbers (argv[2], atoi (argv[3]), g_ascii_strtoull (argv[4], NULL, 10),
                       argc == 6 ? g_ascii_strtod (argv[5], NULL) : 1.0);
  return argc == 3 && do_list (argv[1], argv[2], error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean done = run (argc, argv, &error);

  if (!done)
    fprintf (stderr, "%s\n", error != NULL ? error->message : "wrong arguments");
  return done ? 0 : 1;
}
