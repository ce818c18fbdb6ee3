/* Making and freeing an explanation. */
#include "output/explanation.h"

static void
reason_free (gpointer data)
{
  explanation_reason *r = data;
  g_free (r->sentence);
  g_free (r);
}

static void
kind_free (gpointer data)
{
  explanation_kind *k = data;
  g_free (k->kind);
  g_free (k);
}

void
explanation_init (explanation *e)
{
  *e = (explanation){ .reasons = g_ptr_array_new_with_free_func (reason_free),
                      .others = g_ptr_array_new_with_free_func (kind_free) };
}

void
explanation_clear (explanation *e)
{
  g_free (e->file);
  g_free (e->problem);
  g_free (e->damage);
  g_free (e->kind);
  g_free (e->family);
  g_free (e->like);
  g_clear_pointer (&e->reasons, g_ptr_array_unref);
  g_clear_pointer (&e->others, g_ptr_array_unref);
  *e = (explanation){ 0 };
}
