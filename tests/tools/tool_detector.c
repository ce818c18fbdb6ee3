/* Training and judging for experiments and the Python tests.
 *   tool_detector train ROWS.f32 ROWS.csv OUT.detector SEED [WITHOUT...]   rows as tool_probes writes them; kinds or families left out
 *   tool_detector judge FILE.detector|shipped ROWS.f32    a line a row: score noise kind severity unlike, then the kinds' scores
 *   tool_detector threshold FILE.detector|shipped SHARE...
 *   tool_detector prevalence FILE.detector|shipped SCORES.f32 THRESHOLD */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "feature/quality.h"
#include "image/corrupt.h"
#include "noise/train.h"

static gboolean
left_out (const char *const *without, const char *kind)
{
  int k = corruption_find (kind);
  for (; *without != NULL; without++)
    if (strcmp (*without, kind) == 0 || strcmp (*without, corruption_family_names[corruption_kinds[k].family]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
train (char **args, GError **error)
{
  g_autofree char *data = NULL;
  gsize bytes, d = quality_size ();
  const char *kinds[CORRUPTION_KINDS], *families[CORRUPTION_KINDS];
  int place[CORRUPTION_KINDS], n_kinds = 0;
  g_autoptr (csv_reader) csv = csv_reader_new (args[1], error);
  if (csv == NULL || !g_file_get_contents (args[0], &data, &bytes, error))
    return FALSE;
  for (int k = 0; k < CORRUPTION_KINDS; k++)
    {
      place[k] = left_out ((const char *const *) args + 4, corruption_kinds[k].name) ? -2 : n_kinds;
      if (place[k] >= 0)
        {
          kinds[n_kinds] = corruption_kinds[k].name;
          families[n_kinds++] = corruption_family_names[corruption_kinds[k].family];
        }
    }
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (train_row));
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (float));
  g_autofree guint32 *now = g_new0 (guint32, bytes / sizeof (float) / d);
  gsize i = 0;
  for (char **row; (row = csv_reader_next (csv, error)) != NULL; i++)
    {
      int kind = corruption_find (row[0]);
      guint32 twin = (guint32) atoi (row[3]);
      if ((kind >= 0 && place[kind] < 0) || (twin != i && now[twin] == 0))
        continue;
      now[i] = rows->len + 1;
      train_row r = { kind < 0 ? -1 : place[kind], (float) g_ascii_strtod (row[1], NULL), (guint32) atoi (row[2]),
                      now[twin] - 1, atoi (row[4]) };
      g_array_append_val (rows, r);
      g_array_append_vals (kept, (float *) data + i * d, (guint) d);
    }
  train_set set = { rows->len,
                    d,
                    (float *) kept->data,
                    (train_row *) rows->data,
                    n_kinds,
                    kinds,
                    families,
                    g_ascii_strtoull (args[3], NULL, 10),
                    2 };
  train_result result;
  g_autoptr (detector) made = detector_train (&set, NULL, &result, error);
  if (made == NULL)
    return FALSE;
  printf ("auroc %.5f found %.4f\n", result.auroc, result.found);
  return detector_save (made, args[2], error);
}

static gboolean
judge (const detector *d, const char *file, GError **error)
{
  g_autofree char *data = NULL;
  gsize bytes;
  if (!g_file_get_contents (file, &data, &bytes, error))
    return FALSE;
  printf ("score,noise,kind,severity,unlike");
  for (int k = 0; k < detector_kinds (d); k++)
    printf (",%s", detector_kind (d, k));
  printf ("\n");
  for (gsize i = 0; i < bytes / sizeof (float) / quality_size (); i++)
    {
      judgement j;
      detector_judge (d, (float *) data + i * quality_size (), &j);
      printf ("%.6g,%.6g,%s,%.4g,%.4g", j.score, j.noise, detector_kind (d, j.kind), j.severity, j.unlike);
      for (int k = 0; k < detector_kinds (d); k++)
        printf (",%.6g", j.kinds[k]);
      printf ("\n");
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean fine = FALSE;
  if (argc >= 6 && strcmp (argv[1], "train") == 0)
    fine = train (argv + 2, &error);
  else if (argc >= 4)
    {
      g_autoptr (detector) d =
          detector_open (strcmp (argv[2], "shipped") == 0 ? NULL : argv[2], quality_size (), &error);
      fine = d != NULL;
      if (fine && strcmp (argv[1], "judge") == 0)
        fine = judge (d, argv[3], &error);
      else if (fine && strcmp (argv[1], "threshold") == 0)
        for (int i = 3; i < argc; i++)
          printf ("%.6g\n", detector_threshold (d, g_ascii_strtod (argv[i], NULL)));
      else if (fine && strcmp (argv[1], "prevalence") == 0 && argc == 5)
        {
          g_autofree char *data = NULL;
          gsize bytes;
          prevalence p;
          if ((fine = g_file_get_contents (argv[3], &data, &bytes, &error)))
            {
              detector_prevalence (d, (float *) data, bytes / sizeof (float), g_ascii_strtod (argv[4], NULL), &p);
              printf ("%.6g %.6g %.6g %.6g %.6g %.6g\n", p.share, p.low, p.high, p.wrong, p.wrong_low, p.wrong_high);
            }
        }
    }
  if (error != NULL)
    fprintf (stderr, "%s\n", error->message);
  return fine ? 0 : 1;
}
