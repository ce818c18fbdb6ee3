/* What is replaced as a whole (S9, S10), in one transaction. The one thing to know: a replacement that is called off costs nothing, one
 * that fails half way closes the store. */
#include "store/store_internal.h"

gboolean
store_replace_begin (store *s, store_replacing what, GError **error)
{
  if (!store_commit (s, error) || !store_write_begin (s, error))
    return FALSE;
  s->replacing = what;
  return TRUE;
}

gboolean
store_replace_with (store *s, store_replacing what, gboolean good)
{
  if (!good && s->replacing == what)
    store_give_up (s);
  return good;
}

gboolean
store_replace_end (store *s, gboolean good, GError **error)
{
  gboolean replacing = s->replacing != REPLACING_NOTHING;
  s->replacing = REPLACING_NOTHING;
  if (good || !replacing)
    return store_commit (s, error);
  s->in_transaction = FALSE;
  return db_run (s->db, "ROLLBACK", error);
}
