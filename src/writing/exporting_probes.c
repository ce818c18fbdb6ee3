/* The last scan's probes as pictures. They are made anew from what the store knows of how they were drawn: same pictures, same probes. */
#include "writing/exporting.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/error.h"
#include "detecting/own_probes.h"
#include "image/corrupt.h"
#include "image/encode.h"
#include "writing/copies.h"

typedef struct {
  const pardon_export_options *o;
  const pardon_export_told *told;
  const job *job;
  pardon_export_result *result;
  guint64 next, n;
  GString *table;
  image decoded, drawn;
} probes;

static void
probes_clear (probes *p)
{
  image_clear (&p->decoded);
  image_clear (&p->drawn);
  g_string_free (p->table, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (probes, probes_clear)

static gboolean
draw (probes *p, const own_probe_plan *plan, const char *name, GError **error)
{
  g_autofree char *above = g_path_get_dirname (name);
  if (!own_probe_draw (plan, &p->decoded, &p->drawn, error))
    return FALSE;
  if (g_mkdir_with_parents (above, 0777) == 0)
    return encode_file (&p->drawn, name, error);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot make folder '%s': %s", above, g_strerror (errno));
  return FALSE;
}

static gboolean
take (gpointer user, const own_probe_plan *plan, GError **error)
{
  probes *p = user;
  const char *kind = corruption_kinds[plan->what.kind].name;
  g_autofree char *base = g_path_get_basename (plan->path), *safe = export_safe_name (base, FALSE);
  g_autofree char *file = g_strdup_printf ("%s/%05" G_GUINT64_FORMAT "-%s.png", kind, ++p->next, safe);
  g_autofree char *name = g_build_filename (p->o->folder, "probes", file, NULL);
  g_autoptr (GError) why = NULL;
  if (!job_go_on (p->job, error))
    return FALSE;
  job_tell (p->job, "making probes", p->next, p->n);
  csv_append (p->table, file, TRUE);
  csv_append (p->table, plan->path, FALSE);
  csv_append (p->table, kind, FALSE);
  g_string_append_printf (p->table, ",%.0f\r\n", plan->what.severity);
  if (g_file_test (name, G_FILE_TEST_EXISTS) || g_file_test (name, G_FILE_TEST_IS_SYMLINK))
    p->result->there++;
  else if (!p->o->make || draw (p, plan, name, &why))
    p->result->made++;
  else
    export_tell_failure (p->told, p->result, "no probe of '%s': %s", plan->path, why->message);
  return TRUE;
}

/* An earlier export's stays, for it says the same, or is somebody else's. */
static gboolean
write_table (const probes *p, GError **error)
{
  g_autofree char *name = g_build_filename (p->o->folder, "probes", "probes.csv", NULL);
  int fd = open (name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0 && errno == EEXIST)
    return TRUE;
  gboolean fine = fd >= 0 && write (fd, p->table->str, p->table->len) == (gssize) p->table->len;
  int fault = errno;
  fine = (fd < 0 || close (fd) == 0) && fine;
  if (!fine)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot write '%s': %s", name, g_strerror (fault));
  return fine;
}

gboolean
exporting_probes (const pardon_export_options *o, const pardon_export_told *told, const job *j,
                  pardon_export_result *result, GError **error)
{
  g_auto (probes)
      p = { .o = o, .told = told, .job = j, .result = result, .table = g_string_new ("file,of,kind,severity\r\n") };
  g_autoptr (store) s = store_open (o->results, FALSE, error);
  gint64 set = s != NULL ? copies_last_features (s, o->results, error) : 0;
  gboolean all;
  guint64 seed;
  if (set == 0)
    return FALSE;
  own_probes_kept (s, &p.n, &all, &seed);
  if (p.n == 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "the last scan in '%s' had no probes; scan with --probes N",
                   o->results);
      return FALSE;
    }
  told->folder (told->user, "probes", p.n);
  return own_probes_each (s, set, p.n, all, seed, take, &p, error) && (!o->make || write_table (&p, error));
}
