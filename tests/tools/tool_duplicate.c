/* Signatures and groups of duplicates for the Python tests.
 *   tool_duplicate sign LIST.txt OUT.f32        one picture path a line -> n x SIGNATURE_SIZE float32; an unreadable one is a row of -1
 *   tool_duplicate group ROWS.f32 SIMILARITY THREADS   lines "exact|near GROUP NUMBER SIMILARITY", then "plain COUNT"
 *   tool_duplicate pairs lie|best ROWS.f32 OUT.f32   n x n float32: likeness of every two, as they lie or (the better) aligned
 *   tool_duplicate synthetic N THREADS          seconds and memory for N made-up rows, every tenth a disturbed copy of an earlier one
 *   tool_duplicate time WIDTH HEIGHT CHANNELS   microseconds of one signature, the least of 200 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/random.h"
#include "duplicate/duplicate.h"
#include "duplicate/align.h"
#include "image/decode.h"

static int
fail (const char *what, const GError *error)
{
  fprintf (stderr, "%s: %s\n", what, error != NULL ? error->message : "?");
  return 1;
}

static int
sign (const char *list, const char *out_path)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (image) im = { 0 };

  if (!g_file_get_contents (list, &text, NULL, &error))
    return fail (list, error);
  FILE *out = fopen (out_path, "wb");
  if (out == NULL)
    return fail (out_path, NULL);
  g_auto (GStrv) paths = g_strsplit (g_strchomp (text), "\n", -1);
  for (char **path = paths; *path != NULL; path++)
    {
      float row[SIGNATURE_SIZE];
      image_facts facts;
      g_autoptr (GError) bad = NULL;
      if (!decode_file (*path, NULL, &im, &facts, &bad) || !signature_make (&im, row, &bad))
        for (int i = 0; i < SIGNATURE_SIZE; i++)
          row[i] = -1;
      fwrite (row, sizeof row, 1, out);
    }
  return fclose (out) == 0 ? 0 : fail (out_path, NULL);
}

static void
print_groups (const char *kind, const duplicate_groups *groups)
{
  for (gsize g = 0; g < groups->n_groups; g++)
    for (gsize m = groups->starts[g]; m < groups->starts[g + 1]; m++)
      printf ("%s %zu %u %.6f\n", kind, g, groups->members[m].number, (double) groups->members[m].similarity);
}

static int
group (const char *rows, const char *similarity, const char *threads)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (duplicates) found = { 0 };
  duplicate_options o = { .similarity = atof (similarity), .threads = atoi (threads) };
  gsize length;

  if (!g_file_get_contents (rows, &bytes, &length, &error))
    return fail (rows, error);
  signature_rows in = { .base = (const float *) (const void *) bytes,
                        .stride = SIGNATURE_SIZE,
                        .n = length / sizeof (float) / SIGNATURE_SIZE };
  if (!duplicates_find (&in, &o, NULL, &found, &error))
    return fail ("duplicates", error);
  print_groups ("exact", &found.exact);
  print_groups ("near", &found.near);
  printf ("plain %zu\n", found.n_plain);
  return 0;
}

static int
pairs (const char *rows, const char *out_path, gboolean lie)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree likeness_basis *basis = g_new (likeness_basis, 1);
  g_autofree align_basis *align = g_new (align_basis, 1);
  gsize length;

  if (!g_file_get_contents (rows, &bytes, &length, &error))
    return fail (rows, error);
  gsize n = length / sizeof (float) / SIGNATURE_SIZE;
  g_autofree likeness *all = g_new (likeness, n + 1);
  g_autofree float *line = g_new (float, n + 1);
  likeness_basis_init (basis);
  align_basis_init (align);
  for (gsize i = 0; i < n; i++)
    likeness_init (&all[i], basis, (const float *) (const void *) bytes + i * SIGNATURE_SIZE);
  FILE *out = fopen (out_path, "wb");
  if (out == NULL)
    return fail (out_path, NULL);
  for (gsize i = 0; i < n; i++)
    {
      for (gsize k = 0; k < n; k++)
        {
          double mirrored, alike = likeness_compare (&all[i], &all[k], &mirrored);
          if (!lie)
            alike = MAX (likeness_is_mirrored (alike, mirrored) ? 0 : alike, align_compare (&all[i], &all[k], align));
          line[k] = (float) alike;
        }
      fwrite (line, sizeof *line, n, out);
    }
  return fclose (out) == 0 ? 0 : fail (out_path, NULL);
}

/* A row of random waves, as strong as in photographs (falling with frequency), on one of 64 common grounds. */
static void
made_up_row (const likeness_basis *basis, random_source *r, const float *ground, float *row)
{
  enum { SIDE = SIGNATURE_SIDE };
  float half[SIDE][SIDE] = { 0 };
  guint8 cells[SIGNATURE_CELLS];

  for (int f = 0; f < SIDE; f++)
    for (int g = 0; g < SIDE; g++)
      {
        guint64 bits = random_bits (r);
        float x = (float) ((double) ((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff)) / 65536 - 1.5);
        float amplitude = f + g == 0 ? 0 : (float) (800 / hypot (f, g)) * x;
        for (int y = 0; y < SIDE; y++)
          half[y][g] += basis->wave[f][y] * amplitude;
      }
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        float sum = 128 + ground[y * SIDE + x];
        for (int g = 0; g < SIDE; g++)
          sum += half[y][g] * basis->wave[g][x];
        cells[y * SIDE + x] = (guint8) CLAMP (sum, 0, 255);
      }
  memset (cells + SIGNATURE_LUMINANCE, 128, SIGNATURE_COLOUR);
  for (int i = 0; i < SIGNATURE_HASH; i++)
    row[i] = (float) (random_bits (r) & 0xffff);
  for (int i = 0; i < SIGNATURE_CELLS / 3; i++)
    row[SIGNATURE_HASH + i] = (float) (cells[i * 3] | cells[i * 3 + 1] << 8 | cells[i * 3 + 2] << 16);
}

static void
disturb (random_source *r, const float *from, float *row)
{
  guint8 cells[SIGNATURE_CELLS];

  signature_cells (from, cells);
  for (int i = 0; i < SIGNATURE_LUMINANCE; i++)
    {
      int x = cells[i] + random_below (r, 21) - 10;
      cells[i] = (guint8) CLAMP (x, 0, 255);
    }
  for (int i = 0; i < SIGNATURE_HASH; i++)
    row[i] = (float) (random_bits (r) & 0xffff);
  for (int i = 0; i < SIGNATURE_CELLS / 3; i++)
    row[SIGNATURE_HASH + i] = (float) (cells[i * 3] | cells[i * 3 + 1] << 8 | cells[i * 3 + 2] << 16);
}

static int
synthetic (gsize n, int threads)
{
  enum { GROUNDS = 64 };
  g_autofree likeness_basis *basis = g_new (likeness_basis, 1);
  g_autofree float *rows = g_new (float, n *SIGNATURE_SIZE);
  g_autofree float *grounds = g_new0 (float, GROUNDS *SIGNATURE_LUMINANCE);
  g_autofree float *nothing = g_new0 (float, SIGNATURE_LUMINANCE);
  g_auto (duplicates) found = { 0 };
  g_autoptr (GError) error = NULL;
  duplicate_options o = { .similarity = DUPLICATE_SIMILARITY, .threads = threads };
  signature_rows in = { .base = rows, .stride = SIGNATURE_SIZE, .n = n };
  random_source r;
  struct rusage before, after;
  gsize copies = 0, members = 0;

  likeness_basis_init (basis);
  random_init (&r, 1, "synthetic rows");
  for (int g = 0; g < GROUNDS; g++)
    {
      float row[SIGNATURE_SIZE];
      guint8 cells[SIGNATURE_CELLS];
      made_up_row (basis, &r, nothing, row);
      signature_cells (row, cells);
      for (int i = 0; i < SIGNATURE_LUMINANCE; i++)
        grounds[g * SIGNATURE_LUMINANCE + i] = 0.5f * ((float) cells[i] - 128);
    }
  for (gsize i = 0; i < n; i++)
    if (i % 10 == 9 && ++copies > 0)
      disturb (&r, rows + (gsize) random_below (&r, (int) i) / 10 * 10 * SIGNATURE_SIZE, rows + i * SIGNATURE_SIZE);
    else
      made_up_row (basis, &r, grounds + i % GROUNDS * SIGNATURE_LUMINANCE, rows + i * SIGNATURE_SIZE);
  getrusage (RUSAGE_SELF, &before);
  gint64 start = g_get_monotonic_time ();
  if (!duplicates_find (&in, &o, NULL, &found, &error))
    return fail ("duplicates", error);
  double seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  getrusage (RUSAGE_SELF, &after);
  members = found.near.starts[found.near.n_groups];
  printf ("%zu rows, %d threads: %.2f s, %.0f bytes a row, %zu of %zu copies found, %zu plain\n", n, threads, seconds,
          (double) (after.ru_maxrss - before.ru_maxrss) * 1024 / (double) n, members - found.near.n_groups, copies,
          found.n_plain);
  return 0;
}

static int
time_one (int width, int height, int channels)
{
  g_auto (image) im = { 0 };
  gint64 least = G_MAXINT64;
  float row[SIGNATURE_SIZE];

  if (!image_reserve (&im, width, height, channels))
    return fail ("image", NULL);
  for (gsize i = 0; i < (gsize) width * (gsize) height * (gsize) channels; i++)
    im.pixels[i] = channels == 4 && i % 4 == 3 ? 255 : (guint8) (i * 2654435761u >> 13);
  for (int i = 0; i < 200; i++)
    {
      gint64 start = g_get_monotonic_time ();
      if (!signature_make (&im, row, NULL))
        return fail ("signature", NULL);
      least = MIN (least, g_get_monotonic_time () - start);
    }
  printf ("%d x %d x %d: %d us\n", width, height, channels, (int) least);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "sign") == 0)
    return sign (argv[2], argv[3]);
  if (argc == 5 && strcmp (argv[1], "group") == 0)
    return group (argv[2], argv[3], argv[4]);
  if (argc == 5 && strcmp (argv[1], "pairs") == 0)
    return pairs (argv[3], argv[4], strcmp (argv[2], "lie") == 0);
  if (argc == 4 && strcmp (argv[1], "synthetic") == 0)
    return synthetic (strtoul (argv[2], NULL, 10), atoi (argv[3]));
  if (argc == 5 && strcmp (argv[1], "time") == 0)
    return time_one (atoi (argv[2]), atoi (argv[3]), atoi (argv[4]));
  fprintf (stderr, "usage: see the top of tool_duplicate.c\n");
  return 2;
}
