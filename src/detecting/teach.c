/* Checks first, for measuring takes minutes. */
#include "detecting/teach.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/nearest.h"
#include "detecting/training.h"
#include "image/corrupt.h"
#include "image/decode.h"
#include "noise/train.h"
#include "source/source.h"

#define FEWEST 20 /* as detector_train */

/* --- what can be refused at once ------------------------------------------------------------- */

/* A kind counts as left out by its own name or by its family's. */
static gboolean
check_names (const char *const *names, GError **error)
{
  const char *known[CORRUPTION_KINDS + CORRUPTION_FAMILIES + 1] = { NULL };
  int kept = CORRUPTION_KINDS;
  for (int k = 0; k < CORRUPTION_KINDS; k++)
    known[k] = corruption_kinds[k].name;
  for (int f = 0; f < CORRUPTION_FAMILIES; f++)
    known[CORRUPTION_KINDS + f] = corruption_family_names[f];
  for (const char *const *name = names; *name != NULL; name++)
    if (!g_strv_contains (known, *name))
      {
        const char *nearest = nearest_word (*name, known);
        g_autofree char *all = g_strjoinv (", ", (char **) known);
        g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "there is no kind or family '%s'%s%s%s there are %s",
                     *name, nearest != NULL ? "; did you mean '" : ";", nearest != NULL ? nearest : "",
                     nearest != NULL ? "'?" : "", all);
        return FALSE;
      }
  for (int k = 0; k < CORRUPTION_KINDS; k++)
    kept -= g_strv_contains (names, corruption_kinds[k].name)
            || g_strv_contains (names, corruption_family_names[corruption_kinds[k].family]);
  if (kept > 0)
    return TRUE;
  g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_INPUT, "every kind is left out: nothing is left to train on");
  return FALSE;
}

/* Only a table, or an empty file, is ever replaced: a slip of -o must not cost a picture. */
static gboolean
check_output (const pardon_train_options *o, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (o->output);
  g_autofree char *held = NULL;
  gsize n = 0;
  const char *why = NULL;
  if (g_file_test (o->output, G_FILE_TEST_IS_DIR))
    why = "it is a folder; name a file, such as own.detector";
  else if (g_file_test (o->output, G_FILE_TEST_EXISTS))
    {
      if (!o->overwrite)
        why = "it exists; add --overwrite to replace it";
      else if (!g_file_get_contents (o->output, &held, &n, NULL))
        why = "what is there cannot be read, and only a detector is ever replaced";
      else if (n > 0 && !g_str_has_prefix (held, "[detector]"))
        why = "what is there is no detector, and nothing else is ever replaced";
    }
  else if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    why = "there is no such folder";
  if (why == NULL && access (folder, W_OK) != 0)
    why = "its folder cannot be written to";
  if (why == NULL)
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot write '%s': %s", o->output, why);
  return FALSE;
}

static gboolean
count_picture (gpointer user, const image_ref *ref, GError **error)
{
  (void) ref;
  if (++*(guint64 *) user < FEWEST)
    return TRUE;
  g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_STOPPED, "seen enough");
  return FALSE;
}

static gboolean
check_pictures (const pardon_train_options *o, const job *j, GError **error)
{
  guint64 seen = 0;
  g_autoptr (GError) why = NULL;
  source_options where = { .paths = o->paths, .is_picture = decode_is_picture };
  source_sink sink = { count_picture, NULL, &seen };
  gboolean whole = source_walk (&where, &sink, j, &why);
  if (seen >= FEWEST)
    return TRUE;
  if (whole)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                 "%" G_GUINT64_FORMAT " clean pictures are too few to train on; %d are the least, 500 are better", seen,
                 FEWEST);
  else
    g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* --- the steps ------------------------------------------------------------------------------- */

static guint64
count_sources (const training_rows *rows)
{
  g_autoptr (GHashTable) sources = g_hash_table_new (NULL, NULL);
  for (gsize i = 0; i < rows->set.n; i++)
    g_hash_table_add (sources, GUINT_TO_POINTER (rows->set.rows[i].source + 1));
  return g_hash_table_size (sources);
}

gboolean
teach_run (const pardon_train_options *o, const job *j, pardon_train_result *result, GError **error)
{
  static const char *const none[] = { NULL };
  const char *const *names = o->leave_out != NULL ? o->leave_out : none;
  int threads = o->threads > 0 ? o->threads : (int) g_get_num_processors ();
  training_rows rows;
  train_result found;
  *result = (pardon_train_result){ 0 };
  if (!check_names (names, error) || !check_output (o, error) || !check_pictures (o, j, error)
      || !training_measure (o->paths, o->seed, threads, j, &rows, error))
    return FALSE;
  training_leave_out (&rows, names);
  result->pictures = count_sources (&rows);
  result->unreadable = rows.unreadable;
  result->rows = rows.set.n;
  result->kinds = rows.set.n_kinds;
  g_autoptr (detector) d = detector_train (&rows.set, j, &found, error);
  training_rows_clear (&rows);
  if (d == NULL || !detector_save (d, o->output, error))
    return FALSE;
  result->auroc = found.auroc;
  result->found = found.found;
  return TRUE;
}
