/* Only numbers are handed on: names stand once, in the lists of the judgement. */
#include "judging_pictures.h"

#include <math.h>

static void
answer (gpointer user, gsize i, picture_answer *a)
{
  const judging_pictures *p = user;
  const judging *j = p->of;
  const joined *x = &j->joined;
  report_answer told;
  judging_answer (j, i, &told);
  *a = (picture_answer){ .label = x->truth[i],
                         .prediction = x->prediction[i],
                         .suggested = p->suggested[i],
                         .split = -1,
                         .group = j->left.group != NULL && j->left.group[i] >= 0 ? j->left.group[i] + 1 : -1,
                         .confidence = x->confidence[i],
                         .correct = told.correct,
                         .verdict = told.verdict };
  if (x->split >= 0)
    a->split = (int) ((const join_column *) x->columns->pdata[x->split])->of[i] - 1;
}

static void
take_columns (judging_pictures *p)
{
  const joined *x = &p->of->joined;
  for (guint i = 0; x->columns != NULL && i < x->columns->len; i++)
    {
      const join_column *c = x->columns->pdata[i];
      picture_column column = { c->name, c->values, c->of };
      if ((int) i != x->split)
        g_array_append_val (p->columns, column);
    }
  if (x->split < 0)
    return;
  const join_column *split = x->columns->pdata[x->split];
  p->splits = g_ptr_array_new ();
  for (guint i = 1; i < split->values->len; i++)
    g_ptr_array_add (p->splits, split->values->pdata[i]);
}

const pictures_judged *
judging_pictures_init (judging_pictures *p, const judging *j)
{
  *p = (judging_pictures){ .of = j };
  if (!j->asked)
    return NULL;
  p->columns = g_array_new (FALSE, FALSE, sizeof (picture_column));
  p->suggested = g_new (int, MAX (j->n, 1));
  for (gsize i = 0; i < j->n; i++)
    p->suggested[i] = -1;
  for (gsize i = 0; i < j->left.labels.n_suspects; i++)
    p->suggested[j->left.labels.suspects[i].row] = j->left.labels.suspects[i].likely;
  take_columns (p);
  p->judged = (pictures_judged){ .classes = j->shown,
                                 .splits = p->splits,
                                 .columns = (const picture_column *) (void *) p->columns->data,
                                 .n_columns = p->columns->len,
                                 .answer = answer,
                                 .user = p };
  return &p->judged;
}

void
judging_pictures_clear (judging_pictures *p)
{
  g_clear_pointer (&p->splits, g_ptr_array_unref);
  g_clear_pointer (&p->columns, g_array_unref);
  g_free (p->suggested);
  *p = (judging_pictures){ 0 };
}
