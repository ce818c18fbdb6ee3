/* What the page shows of the classifier, and how it is freed. */
#include "output/report_judging.h"

static void
case_free (gpointer data)
{
  report_case *c = data;
  g_free (c->file);
  g_free (c->label);
  g_free (c->said);
  g_clear_pointer (&c->preview.jpeg, g_bytes_unref);
  g_free (c);
}

static void
owed_free (gpointer data)
{
  report_owed *o = data;
  g_free (o->line);
  g_ptr_array_unref (o->cases);
  g_free (o);
}

static void
guard_free (gpointer data)
{
  report_guard *g = data;
  g_free (g->name);
  g_free (g);
}

static void
class_free (gpointer data)
{
  report_class *c = data;
  g_free (c->name);
  g_free (c);
}

static void
confusion_free (gpointer data)
{
  report_confusion *c = data;
  g_free (c->label);
  g_free (c->prediction);
  g_free (c);
}

report_owed *
report_owed_new (void)
{
  report_owed *o = g_new0 (report_owed, 1);
  o->cases = g_ptr_array_new_with_free_func (case_free);
  return o;
}

report_judging *
report_judging_new (void)
{
  report_judging *j = g_new0 (report_judging, 1);
  j->words = g_ptr_array_new_with_free_func (g_free);
  j->guards = g_ptr_array_new_with_free_func (guard_free);
  j->classes = g_ptr_array_new_with_free_func (class_free);
  j->confusions = g_ptr_array_new_with_free_func (confusion_free);
  j->confident = g_ptr_array_new_with_free_func (case_free);
  j->groups = g_ptr_array_new_with_free_func (owed_free);
  j->slices = g_ptr_array_new_with_free_func (owed_free);
  j->suspects = g_ptr_array_new_with_free_func (case_free);
  return j;
}

void
report_judging_free (report_judging *j)
{
  if (j == NULL)
    return;
  GPtrArray *arrays[] = { j->words,     j->guards, j->classes, j->confusions,
                          j->confident, j->groups, j->slices,  j->suspects };
  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_ptr_array_unref (arrays[i]);
  g_free (j->rejected);
  g_free (j->error);
  g_free (j->seen);
  g_free (j);
}
