/* Making, freeing and writing down an explanation. */
#include "output/explanation.h"

#include "output/json_tree.h"

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

/* --- as JSON ----------------------------------------------------------------------------------- */

static tree *
reasons_list (const explanation *e)
{
  tree *list = tree_list ();
  for (guint i = 0; i < e->reasons->len; i++)
    {
      const explanation_reason *r = e->reasons->pdata[i];
      tree *one = tree_object ();
      tree_set (one, "sentence", tree_text (r->sentence));
      tree_set (one, "measure", tree_text (r->measure));
      tree_set (one, "value", tree_real (r->value));
      tree_set (one, "clean_low", tree_real (r->low));
      tree_set (one, "clean_middle", tree_real (r->middle));
      tree_set (one, "clean_high", tree_real (r->high));
      tree_add (list, one);
    }
  return list;
}

static tree *
others_list (const explanation *e)
{
  tree *list = tree_list ();
  for (guint i = 0; i < e->others->len; i++)
    {
      const explanation_kind *k = e->others->pdata[i];
      tree *one = tree_object ();
      tree_set (one, "kind", tree_text (k->kind));
      tree_set (one, "score", tree_real (k->score));
      tree_add (list, one);
    }
  return list;
}

static void
set_verdict (tree *o, const explanation *e)
{
  tree_set (o, "noisy", tree_flag (e->noisy));
  tree_set (o, "noise", tree_real (e->noise));
  tree_set (o, "noise_limit", tree_real (e->limit));
  tree_set (o, "score", tree_real (e->score));
  tree_set (o, "threshold", tree_real (e->threshold));
  tree_set (o, "false_alarms", tree_real (e->false_alarms));
  tree_set (o, "kind", tree_text (e->kind));
  tree_set (o, "family", tree_text (e->family));
  tree_set (o, "severity", tree_real (e->severity));
  tree_set (o, "like", tree_text_or_null (e->like));
  tree_set (o, "reasons", reasons_list (e));
  tree_set (o, "others", others_list (e));
  tree_set (o, "unlike", tree_real (e->unlike));
}

char *
explanation_json (const explanation *e)
{
  g_autoptr (tree) o = tree_object ();
  tree_set (o, "file", tree_text (e->file));
  tree_set (o, "problem", tree_text_or_null (e->problem));
  if (e->problem == NULL)
    {
      set_verdict (o, e);
      tree_set (o, "width", e->width > 0 ? tree_int (e->width) : tree_null ());
      tree_set (o, "height", e->height > 0 ? tree_int (e->height) : tree_null ());
      tree_set (o, "format", tree_text_or_null (e->format));
      tree_set (o, "damage", tree_text_or_null (e->damage));
      tree_set (o, "grey", tree_flag (e->grey));
      tree_set (o, "enlarged", tree_flag (e->enlarged));
    }
  return tree_print (o);
}
