/* Kept as a key file in one of the store's notes: a group [repeats], one for each part, in order, and one for each group of
 * copies that is shown. File names are any bytes, so they are escaped. */
#include "output/report_repeats.h"

#include <math.h>
#include <string.h>

#include "store/store.h"

#define NOTE   "report.repeats"
#define GROUP  "repeats"
#define COUNTS 6

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

static const char *const count_names[COUNTS] = { "exact_groups", "exact_pictures", "exact_extra",
                                                 "near_groups",  "near_pictures",  "groups_across" };

static void
counts_of (report_repeats *r, guint64 *counts[COUNTS])
{
  guint64 *const all[COUNTS] = { &r->exact_groups, &r->exact_pictures, &r->exact_extra,
                                 &r->near_groups,  &r->near_pictures,  &r->groups_across };
  memcpy (counts, all, sizeof all);
}

static void
keep_split (GKeyFile *file, guint number, const report_split *p)
{
  g_autofree char *group = g_strdup_printf ("split %u", number);
  g_key_file_set_string (file, group, "name", p->name);
  g_key_file_set_uint64 (file, group, "pictures", p->pictures);
  g_key_file_set_uint64 (file, group, "noisy", p->noisy);
  g_key_file_set_uint64 (file, group, "copied", p->copied);
  g_key_file_set_double (file, group, "noise_rate", p->noise_rate);
  g_key_file_set_double (file, group, "low", p->low);
  g_key_file_set_double (file, group, "high", p->high);
}

static void
keep_copies (GKeyFile *file, guint number, const report_copies *g)
{
  g_autofree char *group = g_strdup_printf ("copies %u", number);
  g_key_file_set_uint64 (file, group, "group", g->group);
  g_key_file_set_boolean (file, group, "exact", g->exact);
  g_key_file_set_boolean (file, group, "across", g->across);
  g_key_file_set_uint64 (file, group, "pictures", g->pictures);
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
  report_repeats copy = *r;
  guint64 *counts[COUNTS];
  counts_of (&copy, counts);
  for (int i = 0; i < COUNTS; i++)
    g_key_file_set_uint64 (file, GROUP, count_names[i], *counts[i]);
  for (guint i = 0; i < r->splits->len; i++)
    keep_split (file, i, r->splits->pdata[i]);
  for (guint i = 0; i < r->shown->len; i++)
    keep_copies (file, i, r->shown->pdata[i]);
  g_autofree char *text = g_key_file_to_data (file, NULL, NULL);
  return store_note (s, NOTE, text, error);
}

static gboolean
fill_split (GKeyFile *file, guint number, report_repeats *r)
{
  g_autofree char *group = g_strdup_printf ("split %u", number);
  g_autofree char *name = g_key_file_get_string (file, group, "name", NULL);
  if (name == NULL)
    return FALSE;
  report_split *p = report_split_add (r, name);
  p->pictures = g_key_file_get_uint64 (file, group, "pictures", NULL);
  p->noisy = g_key_file_get_uint64 (file, group, "noisy", NULL);
  p->copied = g_key_file_get_uint64 (file, group, "copied", NULL);
  p->noise_rate = g_key_file_get_double (file, group, "noise_rate", NULL);
  p->low = g_key_file_get_double (file, group, "low", NULL);
  p->high = g_key_file_get_double (file, group, "high", NULL);
  return TRUE;
}

static gboolean
fill_copies (GKeyFile *file, guint number, report_repeats *r)
{
  g_autofree char *group = g_strdup_printf ("copies %u", number);
  guint64 id = g_key_file_get_uint64 (file, group, "group", NULL);
  if (id == 0)
    return FALSE;
  report_copies *g = report_copies_add (r, id);
  g->exact = g_key_file_get_boolean (file, group, "exact", NULL);
  g->across = g_key_file_get_boolean (file, group, "across", NULL);
  g->pictures = g_key_file_get_uint64 (file, group, "pictures", NULL);
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
  g_autofree char *text = store_get_note (s, NOTE);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  *r = (report_repeats){ 0 };
  if (text == NULL || !g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_NONE, NULL))
    return;
  guint64 *counts[COUNTS];
  report_repeats_init (r);
  counts_of (r, counts);
  for (int i = 0; i < COUNTS; i++)
    *counts[i] = g_key_file_get_uint64 (file, GROUP, count_names[i], NULL);
  for (guint i = 0; fill_split (file, i, r); i++)
    continue;
  for (guint i = 0; i < REPEATS_GROUPS && fill_copies (file, i, r); i++)
    continue;
}
