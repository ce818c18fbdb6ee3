/* A column of the document `pictures` while it is filled, a value a picture. */
#pragma once

#include <glib.h>

typedef enum { COLUMN_TEXT, COLUMN_CATEGORY, COLUMN_F32, COLUMN_I32, COLUMN_U8 } column_type;

typedef struct {
  GByteArray *data;    /* little-endian numbers; of a text its JSON */
  GPtrArray *names;    /* of a category: char *; owned where `numbers` is */
  GHashTable *numbers; /* name -> number, for names that come up on the way; NULL: all are known */
  gboolean known;      /* of some picture */
} column;

/* What is not finite is NAN: not known. */
void column_put_float (column *c, double value);
void column_put_int (column *c, gint64 value);                   /* below 0: not known */
void column_put_octet (column *c, guint8 value, guint8 nothing); /* nothing: the value that says nothing */
void column_put_code (column *c, gint64 code);                   /* below 0: none */
void column_put_name (column *c, const char *name);              /* NULL and "": none */
void column_put_word (column *c, guint32 bits, gsize size);      /* the lowest `size` bytes of them */
void column_clear (column *c);

void column_write (GString *o, const char *name, column_type type, const column *c);
void json_put_names (GString *o, const char *key, const GPtrArray *names); /* a list of char * */
