/* pardon corrupt: copies of pictures, corrupted in a known way. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "pardon.h"

static void
tell_failure (void *user, const char *why)
{
  (void) user;
  progress_end (); /* the bar comes back by itself */
  complain (NULL, "%s", why);
}

static int
run (const settings *s)
{
  pardon_corrupt_options o;
  pardon_corrupt_result result;
  pardon_error *error = NULL;

  if (s->rest[0] == NULL)
    return complain (&command_corrupt, "which pictures? Name files or folders");
  if (s->output == NULL)
    return complain (&command_corrupt, "where should the copies go? Add -o DIR");

  pardon_corrupt_options_init (&o);
  o.paths = (const char *const *) s->rest;
  o.output = s->output;
  if (s->kind != NULL)
    o.kind = s->kind;
  o.severity = s->severity;
  o.radius = s->radius;
  o.seed = (uint64_t) s->seed;
  o.overwrite = s->overwrite;
  o.failed = tell_failure;
  if (pardon_corrupt (&o, progress_begin (), &result, &error) != 0)
    return progress_fail (error);
  progress_end ();
  printf ("%" PRIu64 " %s written to %s\n", result.written, result.written == 1 ? "picture" : "pictures", s->output);
  if (result.failed == 0)
    return 0;
  return complain (NULL, "%" PRIu64 " %s not written", result.failed,
                   result.failed == 1 ? "picture was" : "pictures were");
}

const command command_corrupt = {
  COMMAND_CORRUPT,
  "corrupt",
  "PATH... -o DIR [OPTIONS]",
  "write copies corrupted in a known way",
  "Writes a corrupted copy of every picture into DIR, under its own name and in its own format (PNG and other lossless "
  "formats keep every pixel of the result; JPEG is written at quality 95 with full chroma), and corruptions.csv, which "
  "says what was done. Same pictures and seed, same copies. Nothing that exists is overwritten unless --overwrite is "
  "given.\n\n"
  "Kinds: box-blur, gaussian-blur, defocus-blur, motion-blur, zoom-blur, glass-blur; gaussian-noise, shot-noise, "
  "impulse-noise, speckle-noise, sensor-noise; jpeg, pixelate, low-resolution; snow, frost, fog, haze; dark, bright, "
  "low-contrast, colour-cast, saturation; elastic; cut-off. Box blur with a radius is Pillow's BoxBlur to the bit.",
  "pardon corrupt --kind box-blur --radius 4 photos -o blurred\n"
  "pardon corrupt --kind fog --severity 4 --seed 7 photos -o foggy\n"
  "pardon scan photos blurred -o results",
  run,
  NULL,
};
