/* Kept as a key file in one of the store's notes: a group [repeats], one for each part, in order, and one for each group of
 * copies that is shown. File names are any bytes, so they are escaped. */
#include "output/report_repeats.h"

#include <math.h>
#include "output/kept.h"
#include "store/store.h"

#define NOTE  "report.repeats"
#define GROUP "repeats"

static void
split_free (gpointer data)
{
  report_split *p = data;
  g_free (p->name);
  g_free (p);
}

static void
copy_free (gpointer data)
{
  report_copy *c = data;
  g_free (c->file);
  g_free (c->split);
  g_clear_pointer (&c->preview.jpeg, g_bytes_unref);
  g_free (c);
}

static void
copies_free (gpointer data)
{
  report_copies *g = data;
  g_ptr_array_unref (g->copies);
  g_free (g);
}

void
report_repeats_init (report_repeats *r)
{
  *r = (report_repeats){ .splits = g_ptr_array_new_with_free_func (split_free),
                         .shown = g_ptr_array_new_with_free_func (copies_free) };
}

report_copies *
report_copies_add (report_repeats *r, guint64 group)
{
  report_copies *g = g_new0 (report_copies, 1);
  g->group = group;
  g->copies = g_ptr_array_new_with_free_func (copy_free);
  g_ptr_array_add (r->shown, g);
  return g;
}

report_copy *
report_copy_add (report_copies *g, const char *file, const char *split, double similarity)
{
  report_copy *c = g_new0 (report_copy, 1);
  c->file = g_strdup (file);
  c->split = g_strdup (split);
  c->similarity = similarity;
  g_ptr_array_add (g->copies, c);
  return c;
}

report_split *
report_split_add (report_repeats *r, const char *name)
{
  report_split *p = g_new0 (report_split, 1);
  p->name = g_strdup (name);
  p->noise_rate = p->low = p->high = NAN;
  g_ptr_array_add (r->splits, p);
  return p;
}

void
report_repeats_clear (report_repeats *r)
{
  g_clear_pointer (&r->splits, g_ptr_array_unref);
  g_clear_pointer (&r->shown, g_ptr_array_unref);
  *r = (report_repeats){ 0 };
}

#define AT(field) G_STRUCT_OFFSET (report_repeats, field)
static const kept_field fields[] = {
  { "exact_groups", KEPT_COUNT, AT (exact_groups) },   { "exact_pictures", KEPT_COUNT, AT (exact_pictures) },
  { "exact_extra", KEPT_COUNT, AT (exact_extra) },     { "near_groups", KEPT_COUNT, AT (near_groups) },
  { "near_pictures", KEPT_COUNT, AT (near_pictures) }, { "groups_across", KEPT_COUNT, AT (groups_across) },
};
#undef AT

#define AT(field) G_STRUCT_OFFSET (report_split, field)
static const kept_field split_fields[] = {
  { "name", KEPT_TEXT, AT (name) },
  { "pictures", KEPT_COUNT, AT (pictures) },
  { "noisy", KEPT_COUNT, AT (noisy) },
  { "copied", KEPT_COUNT, AT (copied) },
  { "noise_rate", KEPT_REAL, AT (noise_rate) },
  { "low", KEPT_REAL, AT (low) },
  { "high", KEPT_REAL, AT (high) },
};
#undef AT

#define AT(field) G_STRUCT_OFFSET (report_copies, field)
static const kept_field copies_fields[] = {
  { "group", KEPT_COUNT, AT (group) },
  { "exact", KEPT_FLAG, AT (exact) },
  { "across", KEPT_FLAG, AT (across) },
  { "pictures", KEPT_COUNT, AT (pictures) },
};
#undef AT

static void
keep_copies (GKeyFile *file, guint number, const report_copies *g)
{
  g_autofree char *group = g_strdup_printf ("copies %u", number);
  kept_put (file, group, copies_fields, G_N_ELEMENTS (copies_fields), g);
  for (guint i = 0; i < g->copies->len; i++)
    {
      const report_copy *c = g->copies->pdata[i];
      g_autofree char *name = g_strescape (c->file, NULL);
      g_autofree char *file_key = g_strdup_printf ("file %u", i), *split_key = g_strdup_printf ("split %u", i);
      g_autofree char *similarity_key = g_strdup_printf ("similarity %u", i);
      g_key_file_set_string (file, group, file_key, name);
      g_key_file_set_string (file, group, split_key, c->split);
      g_key_file_set_double (file, group, similarity_key, c->similarity);
    }
}

gboolean
report_repeats_keep (store *s, const report_repeats *r, GError **error)
{
  if (r->splits == NULL)
    return store_note (s, NOTE, NULL, error);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  kept_put (file, GROUP, fields, G_N_ELEMENTS (fields), r);
  kept_put_each (file, "split", split_fields, G_N_ELEMENTS (split_fields), r->splits);
  for (guint i = 0; i < r->shown->len; i++)
    keep_copies (file, i, r->shown->pdata[i]);
  return kept_save (s, NOTE, file, error);
}

static gboolean
fill_copies (GKeyFile *file, guint number, report_repeats *r)
{
  g_autofree char *group = g_strdup_printf ("copies %u", number);
  if (!g_key_file_has_group (file, group))
    return FALSE;
  report_copies *g = report_copies_add (r, 0);
  kept_get (file, group, copies_fields, G_N_ELEMENTS (copies_fields), g);
  for (guint i = 0; i < REPEATS_PICTURES; i++)
    {
      g_autofree char *file_key = g_strdup_printf ("file %u", i), *split_key = g_strdup_printf ("split %u", i);
      g_autofree char *similarity_key = g_strdup_printf ("similarity %u", i);
      g_autofree char *escaped = g_key_file_get_string (file, group, file_key, NULL);
      g_autofree char *split = g_key_file_get_string (file, group, split_key, NULL);
      if (escaped == NULL || split == NULL)
        break;
      g_autofree char *name = g_strcompress (escaped);
      report_copy_add (g, name, split, g_key_file_get_double (file, group, similarity_key, NULL));
    }
  return TRUE;
}

void
report_repeats_fill (store *s, report_repeats *r)
{
  report_split kept = { 0 };
  g_autoptr (GKeyFile) file = kept_load (s, NOTE);
  *r = (report_repeats){ 0 };
  if (file == NULL)
    return;
  report_repeats_init (r);
  kept_get (file, GROUP, fields, G_N_ELEMENTS (fields), r);
  while (kept_get_nth (file, "split", r->splits->len, split_fields, G_N_ELEMENTS (split_fields), &kept))
    *report_split_add (r, NULL) = kept;
  for (guint i = 0; i < REPEATS_GROUPS && fill_copies (file, i, r); i++)
    continue;
}
