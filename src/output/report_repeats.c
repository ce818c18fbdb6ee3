/* Kept as a key file in one of the store's notes: a group [repeats], then one for each part, in order. */
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

void
report_repeats_init (report_repeats *r)
{
  *r = (report_repeats){ .splits = g_ptr_array_new_with_free_func (split_free) };
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
    {
      const report_split *p = r->splits->pdata[i];
      g_autofree char *group = g_strdup_printf ("split %u", i);
      g_key_file_set_string (file, group, "name", p->name);
      g_key_file_set_uint64 (file, group, "pictures", p->pictures);
      g_key_file_set_uint64 (file, group, "noisy", p->noisy);
      g_key_file_set_uint64 (file, group, "copied", p->copied);
      g_key_file_set_double (file, group, "noise_rate", p->noise_rate);
      g_key_file_set_double (file, group, "low", p->low);
      g_key_file_set_double (file, group, "high", p->high);
    }
  g_autofree char *text = g_key_file_to_data (file, NULL, NULL);
  return store_note (s, NOTE, text, error);
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
  for (guint i = 0;; i++)
    {
      g_autofree char *group = g_strdup_printf ("split %u", i);
      g_autofree char *name = g_key_file_get_string (file, group, "name", NULL);
      if (name == NULL)
        return;
      report_split *p = report_split_add (r, name);
      p->pictures = g_key_file_get_uint64 (file, group, "pictures", NULL);
      p->noisy = g_key_file_get_uint64 (file, group, "noisy", NULL);
      p->copied = g_key_file_get_uint64 (file, group, "copied", NULL);
      p->noise_rate = g_key_file_get_double (file, group, "noise_rate", NULL);
      p->low = g_key_file_get_double (file, group, "low", NULL);
      p->high = g_key_file_get_double (file, group, "high", NULL);
    }
}
