/* Opens what the options ask for; a picture is decoded once for all of it (pass.c). */
#include "looking/eyes.h"

#include "looking/pixels.h"

gboolean
eyes_open (eyes *e, const pardon_scan_options *o, int threads, GError **error)
{
  *e = (eyes){ 0 };
  if (!lens_open (o, threads, &e->main, error))
    return FALSE;
  gboolean both = o->model != NULL && o->classifier != NULL;
  if (both && !lens_open_classifier (o, threads, &e->second, error))
    {
      lens_clear (&e->main);
      return FALSE;
    }
  if (o->classifier != NULL && !both)
    lens_open_look (&e->second);
  e->scoring = both ? &e->second : e->main.n_scores > 0 ? &e->main : NULL;
  e->n = o->classifier != NULL ? 2 : 1;
  e->passes[0].lens = &e->main;
  e->passes[1].lens = &e->second;
  return TRUE;
}

void
eyes_clear (eyes *e)
{
  lens_clear (&e->main);
  lens_clear (&e->second);
}

gboolean
eyes_find_sets (eyes *e, store *s, GError **error)
{
  g_autofree char *key = pixels_key ();
  for (int i = 0; i < e->n; i++)
    {
      pass_lens *p = &e->passes[i];
      if ((p->features = store_feature_set (s, p->lens->key, error)) == 0)
        return FALSE;
      if (p->lens->n_scores == 0)
        continue;
      if ((p->scores = store_feature_set (s, p->lens->scores_key, error)) == 0)
        return FALSE;
      e->scores = p->scores;
    }
  e->pixels = store_feature_set (s, key, error);
  return e->pixels != 0;
}

int
eyes_own (const eyes *e)
{
  return e->scoring == &e->second ? 1 : 0;
}

const lens *
eyes_view (const eyes *e)
{
  return e->scoring != NULL ? e->scoring : &e->main;
}
