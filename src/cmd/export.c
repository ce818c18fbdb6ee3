/* pardon export: results for other programs. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "pardon.h"

static void
print_bytes (void *user, const char *bytes, size_t n)
{
  fwrite (bytes, 1, n, user); /* main tells when it failed */
}

static void
print_folder (void *user, const char *name, uint64_t files)
{
  (void) user;
  progress_end ();
  printf ("%8" PRIu64 "  %s\n", files, name);
}

static void
print_failure (void *user, const char *why)
{
  (void) user;
  progress_end ();
  complain (NULL, "%s", why);
}

static int
fail (pardon_error *error)
{
  complain (NULL, "%s", pardon_error_text (error));
  pardon_error_free (error);
  return EXIT_CANNOT;
}

static const char *
plural (uint64_t n, const char *one, const char *many)
{
  return n == 1 ? one : many;
}

static void
tell_gone (const pardon_export_result *r)
{
  if (r->decided > 0)
    complain (NULL, "%" PRIu64 " %s made in 'pardon serve' since this scan, and its tables do not show %s: scan again",
              r->decided, plural (r->decided, "decision was", "decisions were"), plural (r->decided, "it", "them"));
  if (r->gone > 0)
    complain (NULL, "%" PRIu64 " of these %s not there any more, or not as seen from this folder", r->gone,
              plural (r->gone, "pictures is", "pictures are"));
}

static int
export_npy (const settings *s)
{
  pardon_error *error = NULL;
  if (pardon_export_npy (s->rest[0], s->npy, &error) != 0)
    return fail (error);
  printf ("features written to %s\n", s->npy);
  return 0;
}

static int
export_decisions (const settings *s)
{
  pardon_error *error = NULL;
  if (pardon_export_decisions (s->rest[0], s->decisions, &error) != 0)
    return fail (error);
  printf ("decisions written to %s\n", s->decisions);
  return 0;
}

static int
export_list (const pardon_export_options *o)
{
  pardon_export_result r;
  pardon_error *error = NULL;
  if (pardon_export_list (o, print_bytes, stdout, &r, &error) != 0)
    return fail (error);
  fflush (stdout);
  tell_gone (&r);
  if (r.pictures == 0)
    complain (NULL, "no picture is in this list");
  if (r.broken_names > 0)
    complain (NULL, "%" PRIu64 " %s a line break: --null keeps names apart", r.broken_names,
              plural (r.broken_names, "name holds", "names hold"));
  return 0;
}

static int
export_links (const pardon_export_options *o)
{
  pardon_export_told told = { print_folder, print_failure, NULL };
  pardon_export_result r;
  pardon_error *error = NULL;
  if (pardon_export_links (o, &told, progress_begin (), &r, &error) != 0)
    return progress_fail (error);
  progress_end ();
  if (r.in_none > 0)
    printf ("%8" PRIu64 "  in none of them: left out\n", r.in_none);
  if (o->make)
    printf ("%" PRIu64 " %s made in %s", r.made, plural (r.made, "file", "files"), o->folder);
  else
    printf ("nothing was made; --yes would make %" PRIu64 " %s in %s", r.made, plural (r.made, "file", "files"),
            o->folder);
  if (r.there > 0)
    printf (", %" PRIu64 " %s there already", r.there, plural (r.there, "is", "are"));
  printf ("\n");
  fflush (stdout);
  tell_gone (&r);
  if (r.failed > 0)
    complain (NULL, "%" PRIu64 " %s not made", r.failed, plural (r.failed, "file was", "files were"));
  return r.failed + r.gone > 0 ? EXIT_CANNOT : 0;
}

/* What belongs to links says nothing without them, and the other way round. */
static const char *
find_misfit (const settings *s)
{
  gboolean list = s->list != NULL || s->kind != NULL || s->group != 0 || s->format != NULL || s->null_ended;
  if (s->links == NULL && (s->by != NULL || s->copy || s->yes || s->with_probes))
    return "--by, --copy, --yes and --with-probes go with --links DIR";
  if (s->npy == NULL && s->decisions == NULL && !list && s->links == NULL)
    return "what should be exported? Add --list NAME, --links DIR, --npy FILE.npy or --decisions FILE.csv";
  if (s->npy != NULL && (list || s->links != NULL || s->decisions != NULL))
    return "--npy is an export of its own";
  if (s->decisions != NULL && (list || s->links != NULL))
    return "--decisions is an export of its own";
  if (s->links != NULL && (s->format != NULL || s->null_ended))
    return "--format and --null are of lists, not of links";
  return NULL;
}

static int
run (const settings *s)
{
  pardon_export_options o;
  if (s->rest[0] == NULL || s->rest[1] != NULL)
    return complain (&command_export, "'export' takes one results folder");
  const char *misfit = find_misfit (s);
  if (misfit != NULL)
    return complain (&command_export, "%s", misfit);
  if (s->npy != NULL)
    return export_npy (s);
  if (s->decisions != NULL)
    return export_decisions (s);
  pardon_export_options_init (&o);
  o.results = s->rest[0];
  o.list = s->list;
  o.kind = s->kind;
  o.group = (uint64_t) s->group;
  o.format = s->format;
  o.null_ended = s->null_ended;
  o.folder = s->links;
  o.by = s->by;
  o.copy = s->copy;
  o.with_probes = s->with_probes;
  o.make = s->yes;
  return s->links != NULL ? export_links (&o) : export_list (&o);
}

const command command_export = {
  COMMAND_EXPORT,
  "export",
  "DIR --list NAME | --links DIR | --npy FILE.npy | --decisions FILE.csv",
  "write lists of pictures, folders of links, features, or decisions",
  "Prints the pictures of a list of the last scan in the results folder DIR, one path a line as the scan was given it, "
  "or as CSV or JSON "
  "lines with "
  "every column of images.csv and of the tables beside it.\n\n"
  "Lists: all; clean, noisy, unreadable, which add up to all; right, set-aside, owed, unjudged, which add up to all "
  "too; suspected (labels that are probably wrong), duplicates (pictures that have a copy). --kind and --group choose "
  "among them.\n\n"
  "With --links, symbolic links to these pictures go into a folder for each verdict, or as --by says. Without --yes "
  "it only tells what it would make. Nothing that exists is ever replaced.\n\n"
  "With --npy, the features of the last scan go into FILE.npy, one row a readable picture in the order of images.csv, "
  "and the "
  "names of these pictures into the file of the same name ending in .csv.\n\n"
  "With --decisions, all that people decided in 'pardon serve' goes into FILE.csv, oldest first, what was undone "
  "included.",
  "pardon export results --list clean > clean.txt\n"
  "pardon export results --list noisy --kind jpeg --null | xargs -0 ls -l\n"
  "pardon export results --list owed --format csv > owed.csv\n"
  "pardon export results --links sorted --by kind        says what it would make\n"
  "pardon export results --links sorted --by kind --yes\n"
  "pardon export results --npy features.npy\n"
  "then, in Python: numpy.load('features.npy')",
  run,
  NULL,
};
