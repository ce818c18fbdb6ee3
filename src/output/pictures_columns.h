/* A column of the document `pictures` while it is filled, a value a picture. */
#pragma once

#include <glib.h>

typedef enum { COLUMN_TEXT, COLUMN_CATEGORY, COLUMN_F32, COLUMN_I32, COLUMN_U8 } column_type;

typedef struct {
  GByteArray *data;    /* numbers; of a text, the elements of its list */
  gboolean known;      /* of some picture */
  gboolean wide;       /* of a category: four bytes a code */
  GPtrArray *names;    /* of a category: char * */
  GHashTable *numbers; /* name -> number, where names come up on the way */
} column;

/* `names`: those of a category that are known before, in their order; NULL: they come up on the way. */
void column_init (column *c, column_type type, GPtrArray *names);
void column_put_text (column *c, const char *text); /* NULL: not known */
/* What is not finite is NAN: not known. */
void column_put_float (column *c, double value);
void column_put_int (column *c, gint64 value);                   /* below 0: not known */
void column_put_octet (column *c, guint8 value, guint8 nothing); /* nothing: the value that says nothing */
void column_put_code (column *c, gint64 code);                   /* below 0: none */
void column_put_name (column *c, const char *name);              /* NULL and "": none */
void column_put_word (column *c, guint32 bits, gsize size);      /* the lowest `size` bytes of them */
/* Categories that were begun with the same names: a name that none of them uses goes, the others keep their order. */
void column_drop_unused (column *const *columns, gsize n);
void column_clear (column *c);

void column_write (GString *o, const char *name, column_type type, const column *c);
void json_put_names (GString *o, const char *key, const GPtrArray *names); /* a list of char * */
