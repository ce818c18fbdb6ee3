/* Names and flags of all pictures are in memory here, some 100 bytes a picture: the search needs them all at once. */
#include "listed_repeats.h"

#include "feature/quality.h"
#include "output/whole_file.h"
#include "store/matrix_file.h"

static gboolean
gather (store *s, gint64 set, GPtrArray *files, GArray *rows, GByteArray *noisy, GError **error)
{
  g_autoptr (store_cursor) cursor = store_cursor_new_pixels (s, 0, set, error);
  g_autoptr (GError) why = NULL;
  if (cursor == NULL)
    return FALSE;
  for (store_picture p; store_cursor_next (cursor, &p, &why);)
    {
      guint64 row = (guint64) p.pixels_row;
      guint8 flag = p.verdict.noisy != 0;
      if (p.pixels_row < 0)
        continue;
      g_ptr_array_add (files, g_strdup (p.ref.file));
      g_array_append_val (rows, row);
      g_byte_array_append (noisy, &flag, 1);
    }
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
listed_repeats_find (store *s, gint64 set, int threads, const job *j, listed_repeats *out, GError **error)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GByteArray) noisy = g_byte_array_new ();
  g_autoptr (matrix_file) file = NULL;
  *out = (listed_repeats){ .files = g_ptr_array_new_with_free_func (g_free) };
  repeats_input in = { .splits = NULL };
  duplicate_options o;

  job_tell (j, "finding duplicates", 0, 0);
  gboolean fine = gather (s, set, out->files, rows, noisy, error);
  if (fine && rows->len > 0)
    fine = (file = store_matrix (s, set, error)) != NULL;
  if (fine && file != NULL)
    in.signatures = (signature_rows){ .base = matrix_file_get (file)->data + quality_size (),
                                      .stride = matrix_file_get (file)->d,
                                      .rows = (const guint64 *) rows->data,
                                      .n = rows->len };
  in.files = (const char *const *) out->files->pdata;
  in.noisy = noisy->data;
  duplicate_options_init (&o);
  o.threads = threads;
  fine = fine && repeats_find (&in, &o, j, &out->found, error);
  if (!fine)
    listed_repeats_clear (out);
  return fine;
}

void
listed_repeats_clear (listed_repeats *r)
{
  repeats_clear (&r->found);
  g_clear_pointer (&r->files, g_ptr_array_unref);
}

void
listed_repeats_tell (const listed_repeats *r, report_repeats *out)
{
  const repeats *f = &r->found;
  report_repeats_init (out);
  out->exact_groups = f->found.exact.n_groups;
  out->exact_pictures = f->exact_pictures;
  out->exact_extra = f->exact_extra;
  out->near_groups = f->found.near.n_groups;
  out->near_pictures = f->near_pictures;
  out->groups_across = f->n_exact_across + f->n_near_across;
  for (gsize i = 0; i < f->n_parts; i++)
    {
      const repeats_split *from = &f->parts[i];
      report_split *p = report_split_add (out, from->name);
      p->pictures = from->pictures;
      p->noisy = from->noisy;
      p->copied = from->copied;
      p->noise_rate = from->noise_rate;
      p->low = from->low;
      p->high = from->high;
    }
}

static void
put (const char *bytes, gsize n, gpointer user)
{
  whole_file_put (user, bytes, n);
}

gboolean
listed_repeats_write (const listed_repeats *r, const char *dir, GError **error)
{
  g_autoptr (whole_file) f = whole_file_new (dir, "duplicates.csv", error);
  if (f == NULL)
    return FALSE;
  repeats_write_csv (&r->found, (const char *const *) r->files->pdata, put, f);
  return whole_file_commit (f, error);
}
