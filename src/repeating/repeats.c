/* Joins groups of duplicates with the names of the parts (train, val, test) and with the noise that was found. */
#include "repeating/repeats.h"

#include <math.h>
#include <string.h>

#include "base/csv.h"

#define WILSON_Z 1.959963984540054 /* 95 % */

/* Interned, so that equal names are equal pointers. An empty name is no part. */
static void
splits_fill (const repeats_input *in, repeats *out)
{
  out->splits = g_new0 (const char *, MAX (out->n, 1));
  for (gsize i = 0; i < out->n; i++)
    {
      const char *name = in->splits != NULL ? in->splits[i] : NULL;
      if (name != NULL && *name != '\0')
        out->splits[i] = g_intern_string (name);
    }
}

/* Returns which groups are across; counts them, and marks the pictures that have a fellow in another part. */
static guint8 *
across_fill (const repeats *r, const duplicate_groups *groups, guint64 *n_across, guint8 *copied)
{
  guint8 *across = g_new0 (guint8, MAX (groups->n_groups, 1));

  for (gsize g = 0; g < groups->n_groups; g++)
    {
      const char *first = NULL;
      for (gsize m = groups->starts[g]; m < groups->starts[g + 1]; m++)
        {
          const char *split = r->splits[groups->members[m].number];
          if (split != NULL && first == NULL)
            first = split;
          else if (split != NULL && split != first)
            across[g] = 1;
        }
      if (!across[g])
        continue;
      ++*n_across;
      for (gsize m = groups->starts[g]; m < groups->starts[g + 1]; m++)
        copied[groups->members[m].number] |= r->splits[groups->members[m].number] != NULL;
    }
  return across;
}

static int
rank_of (const char *name)
{
  const char *const usual[] = { "train", "val", "test" };

  for (int i = 0; i < (int) G_N_ELEMENTS (usual); i++)
    if (strcmp (name, usual[i]) == 0)
      return i;
  return *name != '\0' ? 3 : 4;
}

static int
part_order (gconstpointer a, gconstpointer b)
{
  const char *x = ((const repeats_split *) a)->name, *y = ((const repeats_split *) b)->name;

  return rank_of (x) != rank_of (y) ? rank_of (x) - rank_of (y) : strcmp (x, y);
}

static void
wilson (repeats_split *p)
{
  double n = (double) p->pictures, rate = (double) p->noisy / n, z2 = WILSON_Z * WILSON_Z;
  double centre = (rate + z2 / (2 * n)) / (1 + z2 / n);
  double reach = WILSON_Z * sqrt (rate * (1 - rate) / n + z2 / (4 * n * n)) / (1 + z2 / n);

  p->noise_rate = rate;
  p->low = MAX (centre - reach, 0);
  p->high = MIN (centre + reach, 1);
}

static void
parts_fill (const repeats_input *in, const guint8 *copied, repeats *out)
{
  g_autoptr (GArray) parts = g_array_new (FALSE, TRUE, sizeof (repeats_split));
  g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL); /* interned name -> index + 1 */
  const char *none = g_intern_string ("");
  gboolean any = FALSE;

  for (gsize i = 0; i < out->n; i++)
    {
      const char *name = out->splits[i] != NULL ? out->splits[i] : none;
      guint at = GPOINTER_TO_UINT (g_hash_table_lookup (places, name));
      if (at == 0)
        {
          repeats_split fresh = { .name = name, .noise_rate = NAN, .low = NAN, .high = NAN };
          g_array_append_val (parts, fresh);
          at = parts->len;
          g_hash_table_insert (places, (gpointer) name, GUINT_TO_POINTER (at));
          any = any || name != none;
        }
      repeats_split *p = &g_array_index (parts, repeats_split, at - 1);
      p->pictures++;
      p->noisy += in->noisy != NULL && in->noisy[i];
      p->copied += copied[i];
    }
  if (!any)
    return;
  g_array_sort (parts, part_order);
  for (guint i = 0; i < parts->len && in->noisy != NULL; i++)
    wilson (&g_array_index (parts, repeats_split, i));
  out->parts = (repeats_split *) (void *) g_array_steal (parts, &out->n_parts);
}

gboolean
repeats_find (const repeats_input *in, const duplicate_options *o, const job *j, repeats *out, GError **error)
{
  memset (out, 0, sizeof *out);
  if (!duplicates_find (&in->signatures, o, j, &out->found, error))
    return FALSE;
  out->n = in->signatures.n;
  splits_fill (in, out);
  g_autofree guint8 *copied = g_new0 (guint8, MAX (out->n, 1));
  out->exact_across = across_fill (out, &out->found.exact, &out->n_exact_across, copied);
  out->near_across = across_fill (out, &out->found.near, &out->n_near_across, copied);
  out->exact_pictures = out->found.exact.starts[out->found.exact.n_groups];
  out->exact_extra = out->exact_pictures - out->found.exact.n_groups;
  out->near_pictures = out->found.near.starts[out->found.near.n_groups];
  parts_fill (in, copied, out);
  return TRUE;
}

void
repeats_clear (repeats *r)
{
  duplicates_clear (&r->found);
  g_free (r->splits);
  g_free (r->exact_across);
  g_free (r->near_across);
  g_free (r->parts);
  memset (r, 0, sizeof *r);
}

typedef struct {
  const repeats *r;
  const char *const *files;
  void (*put) (const char *bytes, gsize n, gpointer user);
  gpointer user;
  GString *line;
} csv_out;

static void
write_groups (csv_out *o, const duplicate_groups *groups, const guint8 *across, const char *kind, gsize first)
{
  for (gsize g = 0; g < groups->n_groups; g++)
    for (gsize m = groups->starts[g]; m < groups->starts[g + 1]; m++)
      {
        const duplicate_member *member = &groups->members[m];
        char similarity[G_ASCII_DTOSTR_BUF_SIZE];
        const char *split = o->r->splits[member->number];
        g_string_printf (o->line, "%" G_GSIZE_FORMAT, first + g);
        csv_append (o->line, o->files[member->number], FALSE);
        csv_append (o->line, kind, FALSE);
        csv_append (o->line, g_ascii_formatd (similarity, sizeof similarity, "%.6g", (double) member->similarity),
                    FALSE);
        csv_append (o->line, split != NULL ? split : "", FALSE);
        csv_append (o->line, across[g] ? "yes" : "no", FALSE);
        g_string_append (o->line, "\r\n");
        o->put (o->line->str, o->line->len, o->user);
      }
}

void
repeats_write_csv (const repeats *r, const char *const *files, void (*put) (const char *bytes, gsize n, gpointer user),
                   gpointer user)
{
  const char header[] = "group,file,kind,similarity,split,across\r\n";
  csv_out o = { .r = r, .files = files, .put = put, .user = user, .line = g_string_new (NULL) };

  put (header, sizeof header - 1, user);
  write_groups (&o, &r->found.exact, r->exact_across, "exact", 1);
  write_groups (&o, &r->found.near, r->near_across, "near", 1 + r->found.exact.n_groups);
  g_string_free (o.line, TRUE);
}
