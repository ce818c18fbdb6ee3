/* Quality measures for the Python tests and for training experiments.
 *   tool_quality LIST.txt OUT.npy   one picture path a line -> n x d float32; an unreadable one is a row of NaN.
 *                                   Prints the instruction set and the seconds per picture without decoding.
 *   tool_quality --raw IN WIDTH HEIGHT OUT   RGB bytes, no view -> d float32
 *   tool_quality --bench PICTURE    microseconds of every theme by every instruction set, then of the whole chain by
 *                                   the best one: the least of 100 runs
 *   tool_quality --names            name, unit, low, high, source, separated by tabs */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feature/quality.h"
#include "feature/quality_internal.h"
#include "image/decode.h"
#include "image/view.h"

typedef struct {
  char **paths;
  gsize n;
  float *rows;
  gint next;
  gint64 spent[2]; /* microseconds of each thread */
} work;

typedef struct {
  work *w;
  int thread;
} worker;

/* Microseconds of processor time, which other programs on the machine do not add to. */
static gint64
thread_time (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (gint64) t.tv_sec * G_USEC_PER_SEC + t.tv_nsec / 1000;
}

static gpointer
measure_some (gpointer user)
{
  worker *me = user;
  work *w = me->w;
  view v = view_measure ();
  image raw = { 0 }, seen = { 0 };

  for (;;)
    {
      gsize i = (gsize) g_atomic_int_add (&w->next, 1);
      if (i >= w->n)
        break;
      float *row = w->rows + i * quality_size ();
      g_autoptr (GError) error = NULL;
      image_facts facts;
      gboolean done = decode_file (w->paths[i], NULL, &raw, &facts, &error) && view_apply (&v, &raw, &seen, &error);
      if (done)
        {
          gint64 start = thread_time ();
          done = quality_measure_picture (&seen, row, &error);
          w->spent[me->thread] += thread_time () - start;
        }
      if (!done)
        {
          fprintf (stderr, "%s: %s\n", w->paths[i], error->message);
          for (gsize k = 0; k < quality_size (); k++)
            row[k] = NAN;
        }
    }
  image_clear (&raw);
  image_clear (&seen);
  return NULL;
}

static gboolean
save_npy (const char *path, const float *rows, gsize n, gsize d)
{
  char header[128];
  FILE *f = fopen (path, "wb");

  if (f == NULL)
    return FALSE;
  memset (header, ' ', sizeof header);
  memcpy (header, "\x93NUMPY\x01\x00\x76\x00", 10);
  int length = snprintf (
      header + 10, sizeof header - 10,
      "{'descr': '<f4', 'fortran_order': False, 'shape': (%" G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT "), }", n, d);
  header[10 + length] = ' ';
  header[127] = '\n';
  gboolean done =
      fwrite (header, 1, sizeof header, f) == sizeof header && fwrite (rows, sizeof (float), n * d, f) == n * d;
  return fclose (f) == 0 && done;
}

static int
measure_list (const char *list, const char *out)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (list, &text, NULL, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }
  g_auto (GStrv) paths = g_strsplit (g_strchomp (text), "\n", -1);
  work w = { .paths = paths, .n = g_strv_length (paths) };
  g_autofree float *rows = g_new (float, w.n *quality_size () + 1);
  w.rows = rows;
  worker workers[2] = { { &w, 0 }, { &w, 1 } };
  GThread *other = g_thread_new ("measure", measure_some, &workers[1]);
  measure_some (&workers[0]);
  g_thread_join (other);
  printf ("%s: %" G_GSIZE_FORMAT " pictures x %" G_GSIZE_FORMAT " measures, %.6f seconds per picture\n", quality_cpu (),
          w.n, quality_size (), (double) (w.spent[0] + w.spent[1]) * 1e-6 / (double) MAX (w.n, 1));
  return save_npy (out, rows, w.n, quality_size ()) ? 0 : 1;
}

static int
measure_raw (char **args)
{
  g_autofree char *bytes = NULL;
  g_autofree float *out = g_new (float, quality_size ());
  g_autoptr (GError) error = NULL;
  gsize n;

  if (!g_file_get_contents (args[0], &bytes, &n, &error))
    return 1;
  image im = { atoi (args[1]), atoi (args[2]), 3, (guint8 *) bytes, n };
  if (n != (gsize) im.width * (gsize) im.height * 3 || !quality_measure_picture (&im, out, &error))
    return 1;
  return g_file_set_contents (args[3], (const char *) out, (gssize) (quality_size () * sizeof (float)), &error) ? 0 : 1;
}

/* From the file to the measures, in the format of the other lines. */
static void
bench_chain (const char *path, float *out)
{
  view v = view_measure ();
  image raw = { 0 }, seen = { 0 };
  image_facts facts;
  gint64 least[3] = { G_MAXINT64, G_MAXINT64, G_MAXINT64 };

  for (int i = 0; i < 100; i++)
    {
      gint64 start = g_get_monotonic_time ();
      decode_file (path, NULL, &raw, &facts, NULL);
      gint64 decoded = g_get_monotonic_time ();
      view_apply (&v, &raw, &seen, NULL);
      gint64 viewed = g_get_monotonic_time ();
      quality_measure_picture (&seen, out, NULL);
      gint64 measured = g_get_monotonic_time ();
      least[0] = MIN (least[0], decoded - start);
      least[1] = MIN (least[1], viewed - decoded);
      least[2] = MIN (least[2], measured - viewed);
    }
  printf ("chain, %d x %d: %" G_GINT64_FORMAT " us = decode %" G_GINT64_FORMAT " view %" G_GINT64_FORMAT
          " measures %" G_GINT64_FORMAT "\n",
          raw.width, raw.height, least[0] + least[1] + least[2], least[0], least[1], least[2]);
  image_clear (&raw);
  image_clear (&seen);
}

static int
bench (const char *path)
{
  static const char *const parts[] = { "fill", "mscn",  "gradients", "noise",  "blocks", "tone",
                                       "lags", "edges", "contours",  "detail", "broken" };
  static const char *const sets[] = { "scalar", "avx2" };
  g_autofree float *out = g_new (float, quality_size ());
  view v = view_measure ();
  image raw = { 0 }, seen = { 0 };
  image_facts facts;

  if (!decode_file (path, NULL, &raw, &facts, NULL) || !view_apply (&v, &raw, &seen, NULL))
    return 1;
  for (gsize s = 0; s < G_N_ELEMENTS (sets); s++)
    {
      const quality_kernels *kernels = quality_kernels_named (sets[s]);
      gint64 least[G_N_ELEMENTS (parts)], spent[G_N_ELEMENTS (parts)], best = G_MAXINT64;
      if (kernels == NULL)
        continue;
      for (int i = 0; i < 100; i++)
        {
          gint64 all = 0;
          quality_measure_by (kernels, &seen, out, spent, NULL);
          for (gsize k = 0; k < G_N_ELEMENTS (parts); k++)
            {
              least[k] = i == 0 ? spent[k] : MIN (least[k], spent[k]);
              all += spent[k];
            }
          best = MIN (best, all);
        }
      printf ("%s, %d x %d: %" G_GINT64_FORMAT " us =", sets[s], seen.width, seen.height, best);
      for (gsize k = 0; k < G_N_ELEMENTS (parts); k++)
        printf (" %s %" G_GINT64_FORMAT, parts[k], least[k]);
      printf ("\n");
    }
  bench_chain (path, out);
  image_clear (&raw);
  image_clear (&seen);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 6 && strcmp (argv[1], "--raw") == 0)
    return measure_raw (argv + 2);
  if (argc == 3 && strcmp (argv[1], "--bench") == 0)
    return bench (argv[2]);
  if (argc == 3)
    return measure_list (argv[1], argv[2]);
  if (argc != 2 || strcmp (argv[1], "--names") != 0)
    return 2;
  for (gsize i = 0; i < quality_size (); i++)
    {
      const quality_measure *m = quality_measures () + i;
      printf ("%s\t%s\t%g\t%g\t%s\n", m->name, m->unit, m->low, m->high, m->source);
    }
  return 0;
}
