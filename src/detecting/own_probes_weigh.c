/* From where the probes came to lie to what that says of the pictures beside them. */
#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/csv.h"
#include "base/error.h"
#include "detecting/own_probes.h"
#include "image/corrupt.h"
#include "judge/statistics.h"
#include "output/whole_file.h"

typedef struct {
  int kind;
  guint64 probes;
} kind_count;

static int
by_probes (gconstpointer a, gconstpointer b)
{
  const kind_count *x = a, *y = b;
  return x->probes != y->probes ? (x->probes > y->probes ? -1 : 1) : x->kind - y->kind;
}

static char *
kinds_in_words (const guint64 *of_kind)
{
  kind_count all[CORRUPTION_KINDS];
  GString *words = g_string_new (NULL);
  for (int i = 0; i < CORRUPTION_KINDS; i++)
    all[i] = (kind_count){ i, of_kind[i] };
  qsort (all, CORRUPTION_KINDS, sizeof *all, by_probes);
  for (int i = 0; i < CORRUPTION_KINDS && all[i].probes > 0; i++)
    g_string_append_printf (words, "%s%s %" G_GUINT64_FORMAT, i == 0 ? "" : ", ", corruption_kinds[all[i].kind].name,
                            all[i].probes);
  return g_string_free (words, FALSE);
}

/* The family that most of them are of; the earlier of equals. */
static const char *
family_of (const guint64 *of_kind)
{
  guint64 of_family[CORRUPTION_FAMILIES] = { 0 }, most = 0;
  const char *family = "";
  for (int i = 0; i < CORRUPTION_KINDS; i++)
    of_family[corruption_kinds[i].family] += of_kind[i];
  for (int f = 0; f < CORRUPTION_FAMILIES; f++)
    if (of_family[f] > most)
      {
        most = of_family[f];
        family = corruption_family_names[f];
      }
  return family;
}

/* Probes of one cluster. */
typedef struct {
  guint64 here, originals, come, left;
  guint64 of_kind[CORRUPTION_KINDS]; /* of those that came */
} traffic;

static traffic *
count_traffic (const own_probes *p, const clustering *c, const int *labels, guint64 *alone)
{
  traffic *all = g_new0 (traffic, MAX (c->k, 1));
  for (guint i = 0; i < p->made->len; i++)
    {
      const own_probe *of = &g_array_index (p->made, own_probe, i);
      int to = labels[i], from = c->labels[of->source];
      all[from].originals++;
      all[from].left += to != from;
      *alone += to < 0;
      if (to < 0)
        continue;
      all[to].here++;
      if (to != from)
        {
          all[to].come++;
          all[to].of_kind[of->kind]++;
        }
    }
  return all;
}

static void
adjust (report_probes *out, const clustering *c)
{
  g_autofree double *p = g_new (double, MAX (c->k, 1)), *adjusted = g_new (double, MAX (c->k, 1));
  for (int q = 0; q < c->k; q++)
    p[q] = ((cluster_probes *) out->clusters->pdata[q])->p;
  benjamini_hochberg (p, (gsize) c->k, adjusted);
  for (int q = 0; q < c->k; q++)
    {
      cluster_probes *of = out->clusters->pdata[q];
      of->adjusted = adjusted[q];
      of->many = adjusted[q] <= PROBES_CHANCE && of->probes >= PROBES_LIFT * of->originals;
      out->many_clusters += of->many;
      out->pictures += of->many ? c->sizes[q] : 0;
    }
}

void
own_probes_weigh (const own_probes *p, const clustering *c, const int *labels, report_probes *out)
{
  report_probes_init (out);
  out->probes = p->made->len;
  out->of_pictures = p->of_pictures;
  g_autofree traffic *all = count_traffic (p, c, labels, &out->alone);
  for (int q = 0; q < c->k; q++)
    {
      const traffic *t = &all[q];
      cluster_probes *of = cluster_probes_add (out);
      of->probes = t->here;
      of->originals = t->originals;
      of->come = t->come;
      of->left = t->left;
      of->share = (double) t->here / (double) (t->here + c->sizes[q]);
      of->p = t->come > t->left ? mcnemar ((gsize) t->come, (gsize) t->left).exact / 2 : 1;
      of->kinds = kinds_in_words (t->of_kind);
      of->family = g_strdup (family_of (t->of_kind));
    }
  adjust (out, c);
}

gboolean
own_probes_cluster (store *s, gint64 set, const matrix *x, const cluster_options *c, const lens *l, guint64 n,
                    gboolean *all, const job *j, clustering *found, report_probes *weighed, GError **error)
{
  g_auto (own_probes) own = { 0 };
  g_autofree float *data = NULL;
  matrix both;
  if (!own_probes_make (s, set, l, n, *all, c->seed, c->threads, j, &own, error)
      || !own_probes_keep (s, n, own.of_all, c->seed, error) || !own_probes_join (&own, x, &both, &data, error))
    return FALSE;
  g_autofree int *labels = g_new (int, own.made->len + 1);
  if (!cluster_fit_beside (&both, own.made->len, c, j, found, labels, error))
    return FALSE;
  own_probes_weigh (&own, found, labels, weighed);
  *all = own.of_all;
  return TRUE;
}

/* --- probes.csv ----------------------------------------------------------------------------- */

static void
put_picture (whole_file *f, GString *line, const store_picture *p, const cluster_probes *c)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_truncate (line, 0);
  csv_append (line, p->ref.file, TRUE);
  g_string_append_printf (line, ",%d,%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT, p->cluster, c->probes, c->originals);
  csv_append (line, g_ascii_formatd (number, sizeof number, "%.7g", c->share), FALSE);
  csv_append (line, c->family, FALSE);
  csv_append (line, c->kinds, FALSE);
  csv_append (line, g_ascii_formatd (number, sizeof number, "%.7g", c->adjusted), FALSE);
  g_string_append (line, "\r\n");
  whole_file_put (f, line->str, line->len);
}

static gboolean
forget (const char *dir, GError **error)
{
  g_autofree char *path = g_build_filename (dir, "probes.csv", NULL);
  if (g_remove (path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_STORE, "cannot remove '%s', of a former scan: %s", path,
               g_strerror (errno));
  return FALSE;
}

gboolean
own_probes_write (store *s, const report_probes *r, const char *dir, GError **error)
{
  const char header[] = "file,cluster,probes,originals,probe_share,probe_family,probe_kinds,p\r\n";
  if (r->clusters == NULL)
    return own_probes_keep (s, 0, FALSE, 0, error) && forget (dir, error);
  g_autoptr (whole_file) f = whole_file_new (dir, "probes.csv", error);
  g_autoptr (store_cursor) cursor = f != NULL ? store_cursor_new (s, 0, error) : NULL;
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GError) why = NULL;
  if (cursor == NULL)
    return FALSE;
  whole_file_put (f, header, sizeof header - 1);
  for (store_picture p; store_cursor_next (cursor, &p, &why);)
    if (p.cluster >= 0 && (guint) p.cluster < r->clusters->len)
      {
        const cluster_probes *c = r->clusters->pdata[p.cluster];
        if (c->many)
          put_picture (f, line, &p, c);
      }
  if (why == NULL)
    return whole_file_commit (f, error);
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}
