/* A share is never without its interval: both, or nulls. */
#include "judging/json_put.h"

void
json_put_share (GString *o, const char *key, const proportion *p)
{
  json_open (o, key, '{');
  json_put_real (o, "value", p->value, p->n > 0);
  json_put_real (o, "low", p->low, p->n > 0);
  json_put_real (o, "high", p->high, p->n > 0);
  json_put_count (o, "n", p->n);
  json_close (o, '}');
}

void
json_put_members (GString *o, const char *object)
{
  gsize n = strlen (object);
  if (n <= 2)
    return;
  json_begin (o, NULL);
  g_string_append_len (o, object + 1, (gssize) n - 2);
}
