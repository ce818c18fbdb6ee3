/* Pairs rows of two images.csv by file name. What counts is a picture that both scans judged, with the same label; it is fit when both
 * found it so, for a detector of its own may have judged in either. */
#include "judging/comparing.h"

#include <string.h>

#include "base/csv.h"
#include "base/error.h"
#include "judge/statistics.h"
#include "output/whole_file.h"

#define HEADER "file,label,before,after,change,fit\r\n"

#define LEVEL 0.95

typedef struct {
  char *label, *prediction;
  gboolean judged, fit, right;
} row;

static void
row_free (gpointer data)
{
  row *r = data;
  g_free (r->label);
  g_free (r->prediction);
  g_free (r);
}

typedef gboolean (*row_taker) (gpointer user, const char *file, const row *r);

enum { FILE_NAME, NOISY, LABEL, PREDICTION, VERDICT, COLUMNS };

/* Calls `take` for each row of DIR/images.csv, until it says FALSE. */
static gboolean
each_row (const char *dir, row_taker take, gpointer user, GError **error)
{
  static const char *const names[COLUMNS] = { "file", "noisy", "label", "prediction", "verdict" };
  g_autofree char *path = g_build_filename (dir, "images.csv", NULL);
  g_autoptr (csv_reader) in = csv_reader_new (path, error);
  g_autoptr (GError) why = NULL;
  int at[COLUMNS];
  if (in == NULL)
    return FALSE;
  for (int i = 0; i < COLUMNS; i++)
    if ((at[i] = csv_reader_column (in, (const char *const[]){ names[i], NULL })) < 0)
      {
        g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                     "'%s' has no column '%s': it is no scan's of this pardon; scan again", path, names[i]);
        return FALSE;
      }
  for (char **f; (f = csv_reader_next (in, &why)) != NULL;)
    {
      row r = { .label = f[at[LABEL]],
                .prediction = f[at[PREDICTION]],
                .judged = strcmp (f[at[VERDICT]], "unjudged") != 0,
                .fit = strcmp (f[at[NOISY]], "0") == 0,
                .right = strcmp (f[at[VERDICT]], "right") == 0 };
      if (!take (user, f[at[FILE_NAME]], &r))
        break;
    }
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

typedef struct {
  GHashTable *before; /* file -> row */
  pardon_compare_result *result;
  gsize right_before[2], right_after[2]; /* all, fit */
  GString *changes;                      /* rows of the CSV; they come in the order of files */
} comparing;

static gboolean
keep_row (gpointer user, const char *file, const row *r)
{
  comparing *c = user;
  row *kept = g_new (row, 1);
  *kept = *r;
  kept->label = g_strdup (r->label);
  kept->prediction = g_strdup (r->prediction);
  g_hash_table_replace (c->before, g_strdup (file), kept);
  return TRUE;
}

static void
count_pair (comparing *c, pardon_comparison *side, int which, const row *a, const row *b)
{
  side->pictures++;
  c->right_before[which] += a->right;
  c->right_after[which] += b->right;
  side->fixed += !a->right && b->right;
  side->broken += a->right && !b->right;
}

static gboolean
pair_row (gpointer user, const char *file, const row *b)
{
  comparing *c = user;
  const row *a = g_hash_table_lookup (c->before, file);
  if (a == NULL)
    {
      c->result->only_after++;
      return TRUE;
    }
  if (!a->judged || !b->judged)
    c->result->unjudged++;
  else if (strcmp (a->label, b->label) != 0)
    c->result->relabelled++;
  else
    {
      gboolean fit = a->fit && b->fit;
      count_pair (c, &c->result->all, 0, a, b);
      if (fit)
        count_pair (c, &c->result->fit, 1, a, b);
      if (strcmp (a->prediction, b->prediction) != 0)
        {
          const char *what = a->right ? "broken" : b->right ? "fixed" : "other mistake";
          const char *fields[] = { file, a->label, a->prediction, b->prediction, what, fit ? "1" : "0" };
          for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
            csv_append (c->changes, fields[i], i == 0);
          g_string_append (c->changes, "\r\n");
        }
    }
  g_hash_table_remove (c->before, file);
  return TRUE;
}

static pardon_share
share_of (gsize k, guint64 n)
{
  proportion p = wilson ((double) k, n, LEVEL);
  return (pardon_share){ p.value, p.low, p.high, p.n };
}

static void
finish_side (const comparing *c, pardon_comparison *side, int which)
{
  side->before = share_of (c->right_before[which], side->pictures);
  side->after = share_of (c->right_after[which], side->pictures);
  side->p = mcnemar (side->broken, side->fixed).exact;
}

static gboolean
write_changes (const comparing *c, const char *path, GError **error)
{
  g_autofree char *dir = g_path_get_dirname (path), *name = g_path_get_basename (path);
  if (!whole_file_may_replace (path, HEADER, error))
    return FALSE;
  g_autoptr (whole_file) f = whole_file_new (dir, name, error);
  if (f == NULL)
    return FALSE;
  whole_file_put (f, c->changes->str, c->changes->len);
  return whole_file_commit (f, error);
}

gboolean
comparing_run (const pardon_compare_options *o, pardon_compare_result *result, GError **error)
{
  *result = (pardon_compare_result){ 0 };
  comparing c = { .before = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, row_free),
                  .result = result,
                  .changes = g_string_new (HEADER) };
  gboolean fine = each_row (o->before, keep_row, &c, error) && each_row (o->after, pair_row, &c, error);
  result->only_before = g_hash_table_size (c.before);
  finish_side (&c, &result->all, 0);
  finish_side (&c, &result->fit, 1);
  if (fine && result->all.pictures == 0)
    {
      fine = FALSE;
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "no picture was judged in both '%s' and '%s': of %" G_GUINT64_FORMAT
                   " that are in both, %" G_GUINT64_FORMAT " lack a label or prediction and %" G_GUINT64_FORMAT
                   " have different labels",
                   o->before, o->after, result->unjudged + result->relabelled, result->unjudged, result->relabelled);
    }
  fine = fine && (o->output == NULL || write_changes (&c, o->output, error));
  g_hash_table_unref (c.before);
  g_string_free (c.changes, TRUE);
  return fine;
}
