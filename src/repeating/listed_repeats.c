/* Names and flags of all pictures are in memory here, some 100 bytes a picture: the search needs them all at once. */
#include "repeating/listed_repeats.h"

#include <string.h>

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
listed_repeats_find (store *s, gint64 set, const splits *parts, int threads, const job *j, listed_repeats *out,
                     GError **error)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GByteArray) noisy = g_byte_array_new ();
  g_autoptr (matrix_file) file = NULL;
  *out = (listed_repeats){ .files = g_ptr_array_new_with_free_func (g_free) };
  repeats_input in = { 0 };
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
  g_autofree const char **names = g_new (const char *, MAX (out->files->len, 1));
  for (guint i = 0; i < out->files->len; i++)
    names[i] = splits_of (parts, out->files->pdata[i]);
  in.splits = names;
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

/* --- what is shown ---------------------------------------------------------------------------- */

typedef struct {
  gsize group; /* among those of its sort */
  gboolean exact, across;
  gsize pictures;
} candidate;

static gint
across_and_larger_first (gconstpointer a, gconstpointer b)
{
  const candidate *x = a, *y = b;
  if (x->across != y->across)
    return x->across ? -1 : 1;
  if (x->pictures != y->pictures)
    return x->pictures > y->pictures ? -1 : 1;
  return x->group < y->group ? -1 : x->group > y->group;
}

static GArray *
candidates_of (const duplicate_groups *groups, const guint8 *across, gboolean exact)
{
  GArray *list = g_array_sized_new (FALSE, FALSE, sizeof (candidate), (guint) groups->n_groups);
  for (gsize g = 0; g < groups->n_groups; g++)
    {
      candidate c = { g, exact, across[g] != 0, groups->starts[g + 1] - groups->starts[g] };
      g_array_append_val (list, c);
    }
  g_array_sort (list, across_and_larger_first);
  return list;
}

/* The first, then one of another part, then those that differ from the first: equal ones beside each other say little. */
static int
weight_of (const repeats *r, const duplicate_member *first, const duplicate_member *m)
{
  const char *part = r->splits[m->number], *of_first = r->splits[first->number];
  if (m == first)
    return 3;
  return (part != NULL && of_first != NULL && part != of_first ? 2 : 0) + (m->similarity < 1 ? 1 : 0);
}

static void
show_group (const listed_repeats *r, const candidate *c, report_repeats *out)
{
  const repeats *f = &r->found;
  const duplicate_groups *groups = c->exact ? &f->found.exact : &f->found.near;
  const duplicate_member *first = &groups->members[groups->starts[c->group]];
  gsize chosen[REPEATS_PICTURES], n = 0;
  for (int weight = 3; weight >= 0; weight--)
    for (gsize i = 0; n < REPEATS_PICTURES && i < c->pictures; i++)
      if (weight_of (f, first, first + i) == weight)
        chosen[n++] = i;
  report_copies *g = report_copies_add (out, 1 + c->group + (c->exact ? 0 : f->found.exact.n_groups));
  g->exact = c->exact;
  g->across = c->across;
  g->pictures = c->pictures;
  for (gsize at = 0; at < c->pictures; at++)
    for (gsize i = 0; i < n; i++)
      if (chosen[i] == at)
        {
          const char *part = f->splits[first[at].number];
          report_copy_add (g, r->files->pdata[first[at].number], part != NULL ? part : "",
                           (double) first[at].similarity);
        }
}

/* Those across parts first, exact and near ones in turns, so that neither crowds out the other. */
static void
show (const listed_repeats *r, report_repeats *out)
{
  const repeats *f = &r->found;
  g_autoptr (GArray) exact = candidates_of (&f->found.exact, f->exact_across, TRUE);
  g_autoptr (GArray) near = candidates_of (&f->found.near, f->near_across, FALSE);
  guint e = 0, n = 0;
  while (out->shown->len < REPEATS_GROUPS && e + n < exact->len + near->len)
    {
      const candidate *x = e < exact->len ? &g_array_index (exact, candidate, e) : NULL;
      const candidate *y = n < near->len ? &g_array_index (near, candidate, n) : NULL;
      gboolean take_exact = y == NULL || (x != NULL && (x->across != y->across ? x->across : e <= n));
      show_group (r, take_exact ? x : y, out);
      e += take_exact ? 1 : 0;
      n += take_exact ? 0 : 1;
    }
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
  show (r, out);
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
