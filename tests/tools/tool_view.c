/* Views, values, box blur and scenes for the Python tests. Pictures are raw bytes: rows of interleaved channels.
 *   tool_view resample FILTER OUT_WIDTH OUT_HEIGHT  IN WIDTH HEIGHT CHANNELS OUT
 *   tool_view view NAME                             IN WIDTH HEIGHT CHANNELS OUT     prints the result's size and name
 *   tool_view tensor VIEW SCALE planar|interleaved  IN WIDTH HEIGHT CHANNELS OUT     float32; prints the scale's name
 *   tool_view blur RADIUS                           IN WIDTH HEIGHT CHANNELS OUT
 *   tool_view scene KIND SEED WIDTH HEIGHT OUT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/corrupt.h"
#include "image/resample.h"
#include "image/scale.h"
#include "image/scene.h"
#include "image/view.h"

static gboolean
load (char **args, image *im, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize n;

  if (!g_file_get_contents (args[0], &bytes, &n, error)
      || !image_reserve (im, atoi (args[1]), atoi (args[2]), atoi (args[3]))
      || n != (gsize) im->width * (gsize) im->height * (gsize) im->channels)
    return FALSE;
  memcpy (im->pixels, bytes, n);
  return TRUE;
}

static gboolean
save (const image *im, const char *path, GError **error)
{
  gsize n = (gsize) im->width * (gsize) im->height * (gsize) im->channels;

  return g_file_set_contents (path, (const char *) im->pixels, (gssize) n, error);
}

static gboolean
do_resample (char **args, image *in, image *out, GError **error)
{
  static const char *const names[] = { "nearest", "bilinear", "bicubic", "lanczos", "area" };
  int filter = 0;

  while (filter < 4 && strcmp (names[filter], args[0]) != 0)
    filter++;
  return load (args + 3, in, error) && resample (in, atoi (args[1]), atoi (args[2]), (view_filter) filter, out, error)
         && save (out, args[7], error);
}

static gboolean
do_view (char **args, image *in, image *out, GError **error)
{
  view v;

  if (!view_parse (args[0], &v, error) || !load (args + 1, in, error) || !view_apply (&v, in, out, error)
      || !save (out, args[5], error))
    return FALSE;
  printf ("%d %d %s\n", out->width, out->height, v.name);
  return TRUE;
}

static gboolean
do_tensor (char **args, image *in, image *out, GError **error)
{
  view v;
  scale s;

  if (!view_parse (args[0], &v, error) || !scale_parse (args[1], &s, error) || !load (args + 3, in, error)
      || !view_apply (&v, in, out, error))
    return FALSE;
  gsize n = (gsize) out->width * (gsize) out->height * 3;
  g_autofree float *values = g_new (float, n);
  scale_apply (&s, out, strcmp (args[2], "planar") == 0, values);
  printf ("%s\n", s.name);
  return g_file_set_contents (args[7], (const char *) values, (gssize) (n * sizeof (float)), error);
}

static gboolean
run (int argc, char **argv, image *in, image *out, GError **error)
{
  char **args = argv + 2;

  if (argc == 10 && strcmp (argv[1], "resample") == 0)
    return do_resample (args, in, out, error);
  if (argc == 8 && strcmp (argv[1], "view") == 0)
    return do_view (args, in, out, error);
  if (argc == 10 && strcmp (argv[1], "tensor") == 0)
    return do_tensor (args, in, out, error);
  if (argc == 8 && strcmp (argv[1], "blur") == 0)
    return load (args + 1, in, error) && corrupt_box_blur (in, g_ascii_strtod (args[0], NULL), error)
           && save (in, args[5], error);
  if (argc == 7 && strcmp (argv[1], "scene") == 0)
    return scene_draw (atoi (args[0]), g_ascii_strtoull (args[1], NULL, 10), atoi (args[2]), atoi (args[3]), out, error)
           && save (out, args[4], error);
  return FALSE;
}

int
main (int argc, char **argv)
{
  image in = { 0 }, out = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean done = run (argc, argv, &in, &out, &error);

  if (!done)
    fprintf (stderr, "%s\n", error != NULL ? error->message : "wrong arguments");
  image_clear (&in);
  image_clear (&out);
  return done ? 0 : 1;
}
