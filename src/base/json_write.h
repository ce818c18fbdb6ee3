/* A JSON document written a value at a time; commas come by themselves. `key` NULL: an element of a list. */
#pragma once

#include <glib.h>

void json_begin (GString *o, const char *key); /* the caller writes the value */
void json_open (GString *o, const char *key, char bracket);
void json_close (GString *o, char bracket);
void json_put_text (GString *o, const char *key, const char *text); /* NULL: null; what is not UTF-8 becomes U+FFFD */
void json_put_count (GString *o, const char *key, gsize n);
void json_put_flag (GString *o, const char *key, gboolean flag);
/* null where not known or not finite. With a point or an exponent, so that readers that tell them apart see a real number
 * whatever its value. */
void json_put_real (GString *o, const char *key, double value, gboolean known);
void json_put_bytes (GString *o, const char *key, const void *bytes, gsize n); /* base64 */
