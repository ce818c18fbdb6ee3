/* Training rows for experiments: tool_probes SEED OUT.f32 OUT.csv PATH...
 *   OUT.f32: rows x quality_size () float32; OUT.csv: kind,severity,source,twin,example of each */
#include <stdio.h>
#include <stdlib.h>

#include "detecting/training.h"
#include "feature/quality.h"

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  training_rows rows;
  if (argc < 5)
    return 2;
  if (!training_measure ((const char *const *) argv + 4, g_ascii_strtoull (argv[1], NULL, 10), 2, NULL, &rows, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }
  FILE *f = fopen (argv[2], "wb"), *csv = fopen (argv[3], "w");
  fwrite (rows.set.measures, sizeof (float), rows.set.n * rows.set.d, f);
  fprintf (csv, "kind,severity,source,twin,example\n");
  for (gsize i = 0; i < rows.set.n; i++)
    {
      const train_row *r = &rows.set.rows[i];
      fprintf (csv, "%s,%g,%u,%u,%d\n", r->kind < 0 ? "clean" : rows.set.kinds[r->kind], r->severity, r->source,
               r->twin, r->example);
    }
  fclose (csv);
  fclose (f);
  fprintf (stderr, "%" G_GSIZE_FORMAT " rows, %" G_GUINT64_FORMAT " pictures not used\n", rows.set.n, rows.unreadable);
  training_rows_clear (&rows);
  return 0;
}
