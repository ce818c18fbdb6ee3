/* Shows the decoder to the Python tests: tool_decode OUTDIR, then a path a line on standard input (paths hold no line
 * breaks here). Prints one JSON-like line per path: width, height, channels, bits, orientation, format, space, damage,
 * or the error; pixels go to OUTDIR/INDEX.raw. With --time it prints the seconds all took and writes nothing. With
 * --encode IN OUT [QUALITY] it decodes one file and encodes it, with a quality through encode_jpeg. */
#include <stdio.h>
#include <string.h>

#include "image/decode.h"
#include "image/encode.h"

static int
encode_one (int argc, char **argv)
{
  image im = { 0 };
  image_facts facts;
  g_autoptr (GError) error = NULL;
  gboolean fine = decode_file (argv[2], NULL, &im, &facts, &error);
  if (fine && argc > 4)
    {
      g_autoptr (GBytes) bytes = encode_jpeg (&im, atoi (argv[4]), &error);
      fine =
          bytes != NULL
          && g_file_set_contents (argv[3], g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), &error);
    }
  else if (fine)
    fine = encode_file (&im, argv[3], &error);
  if (!fine)
    printf ("%s\n", error->message);
  image_clear (&im);
  return !fine;
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "--describe") == 0)
    {
      g_autofree char *words = decode_describe ();
      printf ("%s\n", words);
      return 0;
    }
  if (argc >= 4 && strcmp (argv[1], "--encode") == 0)
    return encode_one (argc, argv);
  if (argc != 2)
    return 2;
  gboolean timing = strcmp (argv[1], "--time") == 0;
  gint64 begin = g_get_monotonic_time ();
  char line[4096];
  image im = { 0 };
  for (int i = 0; fgets (line, sizeof line, stdin) != NULL; i++)
    {
      line[strcspn (line, "\n")] = '\0';
      image_facts facts;
      g_autoptr (GError) error = NULL;
      gboolean fine = decode_file (line, NULL, &im, &facts, &error);
      if (timing)
        continue;
      if (!fine)
        {
          printf ("error\t%s\n", error->message);
          continue;
        }
      printf ("ok\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\n", im.width, im.height, im.channels, facts.bits, facts.orientation,
              facts.format, facts.space, facts.damage);
      g_autofree char *out = g_strdup_printf ("%s/%d.raw", argv[1], i);
      gsize size = (gsize) im.width * (gsize) im.height * (gsize) im.channels;
      if (!g_file_set_contents (out, (const char *) im.pixels, (gssize) size, &error))
        return 2;
    }
  if (timing)
    printf ("%.3f\n", (double) (g_get_monotonic_time () - begin) / 1e6);
  image_clear (&im);
  return 0;
}
