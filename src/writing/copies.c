/* Copies are made one at a time per worker and written in any order; what is said of them is in the order of their
 * names. */
#include "writing/copies.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/csv.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/ordered_map.h"
#include "image/corrupt.h"
#include "image/decode.h"
#include "image/encode.h"
#include "image/scene.h"
#include "source/source.h"
#include "store/matrix_file.h"
#include "store/store.h"

static gboolean
make_folder_of (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot make folder '%s': %s", folder, g_strerror (errno));
  return FALSE;
}

/* --- corrupted copies -------------------------------------------------------------------- */

typedef struct {
  char *file, *path;
  GError *why;
} copy;

typedef struct {
  const pardon_corrupt_options *options;
  const job *job;
  GPtrArray *copies;
  GString *record; /* rows of corruptions.csv */
  int kind;
  guint next;
  guint64 done;
  image *buffers; /* one a worker */
  pardon_corrupt_result *result;
} corrupt_run;

static void
copy_free (gpointer data)
{
  copy *c = data;
  g_free (c->file);
  g_free (c->path);
  g_clear_error (&c->why);
  g_free (c);
}

static gboolean
add_copy (gpointer user, const image_ref *ref, GError **error)
{
  (void) error;
  copy *c = g_new0 (copy, 1);
  c->file = g_strdup (ref->file);
  c->path = g_strdup (ref->path);
  g_ptr_array_add (user, c);
  return TRUE;
}

static gboolean
leave_out (gpointer user, const image_ref *ref, const char *why, GError **error)
{
  (void) user, (void) ref, (void) why, (void) error;
  return TRUE;
}

static gint
by_file (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(copy *const *) a)->file, (*(copy *const *) b)->file);
}

/* Another seed for every file, the same whatever else is corrupted with it (FNV-1a over seed and name). */
static guint64
seed_of (const corrupt_run *run, const copy *c)
{
  guint64 seed = 14695981039346656037u ^ run->options->seed;
  for (const char *p = c->file; *p != 0; p++)
    seed = (seed ^ (guint8) *p) * 1099511628211u;
  return seed;
}

static gboolean
apply (const corrupt_run *run, const copy *c, image *im, GError **error)
{
  const pardon_corrupt_options *o = run->options;
  if (o->radius >= 0)
    return corrupt_box_blur (im, o->radius, error);
  return corrupt (im, run->kind, o->severity, seed_of (run, c), error);
}

/* By whatever name or link the two are reached. */
static gboolean
is_one_file (const char *a, const char *b)
{
  GStatBuf of_a, of_b;
  return g_stat (a, &of_a) == 0 && g_stat (b, &of_b) == 0 && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

static gboolean
make_copy (const corrupt_run *run, const copy *c, image *im, GError **error)
{
  g_autofree char *to = g_build_filename (run->options->output, c->file, NULL);
  image_facts facts;
  if (is_one_file (c->path, to))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' is the picture itself; choose another folder", to);
      return FALSE;
    }
  if (!run->options->overwrite && g_file_test (to, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' exists; add --overwrite to replace it", to);
      return FALSE;
    }
  return decode_file (c->path, NULL, im, &facts, error) && apply (run, c, im, error) && make_folder_of (to, error)
         && encode_file (im, to, error);
}

static gpointer
next_copy (gpointer user, GError **error)
{
  (void) error;
  corrupt_run *run = user;
  return run->next < run->copies->len ? run->copies->pdata[run->next++] : NULL;
}

static void
work_on_copy (gpointer item, int worker, gpointer user)
{
  corrupt_run *run = user;
  copy *c = item;
  make_copy (run, c, &run->buffers[worker], &c->why);
}

static void
record_copy (corrupt_run *run, const copy *c)
{
  const pardon_corrupt_options *o = run->options;
  const corruption_kind *kind = &corruption_kinds[run->kind];
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  csv_append (run->record, c->file, TRUE);
  csv_append (run->record, kind->name, FALSE);
  csv_append (run->record, corruption_family_names[kind->family], FALSE);
  csv_append (run->record, o->radius >= 0 ? "" : g_ascii_formatd (number, sizeof number, "%.6g", o->severity), FALSE);
  double parameter = o->radius >= 0 ? o->radius : corruption_parameter (run->kind, o->severity);
  csv_append (run->record, g_ascii_formatd (number, sizeof number, "%.6g", parameter), FALSE);
  g_string_append_printf (run->record, ",%" G_GUINT64_FORMAT "\r\n", o->seed);
}

/* Rows are added to those of an earlier run: the folder then says of every copy in it what was done. */
#define RECORD_HEADER "file,kind,family,severity,parameter,seed\r\n"

/* Somebody else's table of that name is left alone. */
static gboolean
record_is_ours (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "corruptions.csv", NULL);
  g_autofree char *former = NULL;
  if (!g_file_get_contents (path, &former, NULL, NULL) || g_str_has_prefix (former, RECORD_HEADER))
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' was not written by pardon; choose another folder", path);
  return FALSE;
}

static gboolean
write_record (const corrupt_run *run, GError **error)
{
  g_autofree char *path = g_build_filename (run->options->output, "corruptions.csv", NULL);
  g_autofree char *former = NULL;
  if (run->record->len == 0)
    return TRUE;
  if (!g_file_get_contents (path, &former, NULL, NULL))
    former = g_strdup (RECORD_HEADER);
  g_string_prepend (run->record, former);
  return g_file_set_contents (path, run->record->str, (gssize) run->record->len, error);
}

static gboolean
find_kind (const pardon_corrupt_options *o, int *kind, GError **error)
{
  const char *names[CORRUPTION_KINDS + 1] = { NULL };
  for (int i = 0; i < CORRUPTION_KINDS; i++)
    names[i] = corruption_kinds[i].name;
  *kind = corruption_find (o->kind);
  if (*kind < 0)
    {
      const char *nearest = nearest_word (o->kind, names);
      g_autofree char *all = g_strjoinv (", ", (char **) names);
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "there is no corruption '%s'%s%s%s there are %s", o->kind,
                   nearest != NULL ? "; did you mean '" : ";", nearest != NULL ? nearest : "",
                   nearest != NULL ? "'?" : "", all);
      return FALSE;
    }
  if (!(o->severity >= 1 && o->severity <= 5))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "a severity lies between 1 (slight) and 5 (strong), not at %g", o->severity);
      return FALSE;
    }
  if (o->radius < 0 || strcmp (o->kind, "box-blur") == 0)
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "a radius belongs to box-blur; '%s' takes --severity", o->kind);
  return FALSE;
}

/* What would go wrong with every picture alike is said once, before any work. */
static gboolean
check_options (const pardon_corrupt_options *o, int *kind, GError **error)
{
  static const copy none = { .file = (char *) "" };
  g_auto (image) dot = { 0 };
  if (!find_kind (o, kind, error))
    return FALSE;
  if (!image_reserve (&dot, 1, 1, 3))
    return TRUE; /* the pictures will say so */
  memset (dot.pixels, 0, 3);
  return apply (&(corrupt_run){ .options = o, .kind = *kind }, &none, &dot, error);
}

static gboolean
check_output (const char *output, GError **error)
{
  if (g_mkdir_with_parents (output, 0777) == 0 && g_access (output, W_OK | X_OK) == 0)
    return record_is_ours (output, error);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot write into folder '%s': %s; choose another folder",
               output, g_strerror (errno));
  return FALSE;
}

static gboolean
count_copy (gpointer item, gpointer user, GError **error)
{
  (void) error;
  corrupt_run *run = user;
  const copy *c = item;
  if (c->why == NULL)
    {
      run->result->written++;
      record_copy (run, c);
    }
  else
    {
      run->result->failed++;
      if (run->options->failed != NULL)
        run->options->failed (run->options->user, c->why->message);
    }
  job_tell (run->job, "corrupting", ++run->done, run->copies->len);
  return TRUE;
}

static void
keep_copy (gpointer item, gpointer user)
{
  (void) item, (void) user; /* the array owns it */
}

gboolean
copies_corrupt (const pardon_corrupt_options *o, const job *j, pardon_corrupt_result *result, GError **error)
{
  int threads = (int) g_get_num_processors ();
  *result = (pardon_corrupt_result){ 0 };
  int kind;
  if (!check_options (o, &kind, error))
    return FALSE;
  g_autoptr (GPtrArray) copies = g_ptr_array_new_with_free_func (copy_free);
  g_autofree char *output = g_canonicalize_filename (o->output, NULL);
  source_options where = { .paths = o->paths, .skip_dir = output, .is_picture = decode_is_picture };
  source_sink sink = { add_copy, leave_out, copies };
  if (!source_walk (&where, &sink, j, error))
    return FALSE;
  if (copies->len == 0)
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT, "no pictures found there");
      return FALSE;
    }
  if (!check_output (o->output, error))
    return FALSE;
  g_ptr_array_sort (copies, by_file);

  corrupt_run run = { .options = o, .job = j, .copies = copies, .kind = kind, .result = result };
  run.record = g_string_new (NULL);
  run.buffers = g_new0 (image, threads);
  ordered_map map = { threads, 2 * threads, next_copy, work_on_copy, count_copy, keep_copy, &run };
  gboolean fine = ordered_map_run (&map, j, error);
  /* what was made is recorded even when the run ended early; the first error is the one to tell */
  fine = write_record (&run, fine ? error : NULL) && fine;
  for (int i = 0; i < threads; i++)
    image_clear (&run.buffers[i]);
  g_free (run.buffers);
  g_string_free (run.record, TRUE);
  return fine;
}

/* --- demo pictures -------------------------------------------------------------------------- */

#define DEMO_WIDTH  320
#define DEMO_HEIGHT 240
#define BLUR_EVERY  4

/* A download that broke off: the first three fifths of the file. */
static gboolean
break_off (const char *path, GError **error)
{
  g_autofree char *data = NULL;
  gsize size;
  return g_file_get_contents (path, &data, &size, error)
         && g_file_set_contents (path, data, (gssize) (size * 3 / 5), error);
}

static gboolean
draw_one (const char *output, int index, int count, guint64 seed, image *im, GString *truth, GError **error)
{
  int kind = index % SCENE_KINDS;
  int nth = index / SCENE_KINDS;
  /* every fourth of each class, spread over the four so that classes do not share a phase */
  int radius = (nth + kind) % BLUR_EVERY == BLUR_EVERY - 1 ? 2 + nth % 3 : 0;
  gboolean broken = index == count / 2 && count > 2 && radius == 0;
  g_autofree char *file = g_strdup_printf ("%s/%s-%03d.jpg", scene_names[kind], scene_names[kind], nth + 1);
  g_autofree char *path = g_build_filename (output, file, NULL);
  if (!scene_draw (kind, seed * 1000003 + (guint64) index, DEMO_WIDTH, DEMO_HEIGHT, im, error)
      || (radius > 0 && !corrupt_box_blur (im, radius, error)) || !make_folder_of (path, error)
      || !encode_file (im, path, error) || (broken && !break_off (path, error)))
    return FALSE;
  g_string_append_printf (truth, "%s,%s,%s,%d\r\n", file, scene_names[kind],
                          broken       ? "broken-off"
                          : radius > 0 ? "box-blur"
                                       : "clean",
                          radius);
  return TRUE;
}

gboolean
copies_demo (const char *output, int count, guint64 seed, const job *j, GError **error)
{
  g_autoptr (GString) truth = g_string_new ("file,label,corruption,radius\r\n");
  g_auto (image) im = { 0 };
  for (int i = 0; i < count; i++)
    {
      if (!job_go_on (j, error) || !draw_one (output, i, count, seed, &im, truth, error))
        return FALSE;
      job_tell (j, "drawing", (guint64) i + 1, (guint64) count);
    }
  g_autofree char *path = g_build_filename (output, "truth.csv", NULL);
  return g_file_set_contents (path, truth->str, (gssize) truth->len, error);
}

/* --- features for NumPy ---------------------------------------------------------------------- */

#define NAMES_HEADER "file\r\n"

gint64
copies_last_features (store *s, const char *results, GError **error)
{
  g_autofree char *key = store_get_note (s, "features");
  if (key != NULL)
    return store_feature_set (s, key, error);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' holds no finished scan", results);
  return 0;
}

/* Rows of the matrix in the order of the list, and the files they belong to, as CSV. */
static gboolean
list_rows (store_cursor *cursor, GArray *rows, GString *names, GError **error)
{
  g_autoptr (GError) why = NULL;
  store_picture p;
  while (store_cursor_next (cursor, &p, &why))
    if (p.feature_row >= 0)
      {
        guint64 row = (guint64) p.feature_row;
        g_array_append_val (rows, row);
        csv_append (names, p.ref.file, TRUE);
        g_string_append (names, "\r\n");
      }
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* photos.csv beside photos.npy may well hold somebody's labels. */
static gboolean
check_names_file (const char *path, GError **error)
{
  char start[sizeof NAMES_HEADER] = { 0 };
  FILE *f = fopen (path, "rbe");
  if (f == NULL && errno == ENOENT)
    return TRUE;
  gboolean ours = f != NULL && fread (start, 1, sizeof start - 1, f) > 0 && strcmp (start, NAMES_HEADER) == 0;
  if (f != NULL)
    fclose (f);
  if (!ours)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                 "'%s', into which the file names would go, exists and is not a list of file names of pardon's; choose "
                 "another name for the .npy, or move that file away",
                 path);
  return ours;
}

gboolean
copies_export_npy (const char *results, const char *file, GError **error)
{
  g_autofree char *database = g_build_filename (results, "pardon.db", NULL);
  if (!g_file_test (database, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "'%s' is no results folder of pardon: it holds no pardon.db", results);
      return FALSE;
    }
  if (!g_str_has_suffix (file, ".npy"))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "'%s' must end in .npy; file names go into the same name ending in .csv", file);
      return FALSE;
    }
  g_autofree char *stem = g_strndup (file, strlen (file) - 4);
  g_autofree char *csv = g_strconcat (stem, ".csv", NULL);
  if (!check_names_file (csv, error))
    return FALSE;
  g_autoptr (store) s = store_open (results, FALSE, error);
  gint64 set = s != NULL ? copies_last_features (s, results, error) : 0;
  g_autoptr (store_cursor) cursor = set != 0 ? store_cursor_new (s, set, error) : NULL;
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GString) names = g_string_new (NAMES_HEADER);
  if (cursor == NULL || !list_rows (cursor, rows, names, error))
    return FALSE;
  if (rows->len == 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "'%s' holds no features: no picture of its last scan could be read", results);
      return FALSE;
    }
  g_autoptr (matrix_file) features = store_matrix (s, set, error);
  if (features == NULL)
    return FALSE;
  matrix x = *matrix_file_get (features);
  x.rows = (const guint64 *) rows->data;
  x.n = rows->len;
  return matrix_write_npy (&x, file, error) && g_file_set_contents (csv, names->str, (gssize) names->len, error);
}
