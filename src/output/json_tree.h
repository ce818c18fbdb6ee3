/* JSON as a tree of values: what reports and explanations are made of before they are written, and a request once it is read. A value
 * that is put into another one belongs to it; the whole is freed by tree_free. Keys come out in the order they were put in. */
#pragma once

#include <glib.h>

typedef struct json_t tree;

tree *tree_object (void);
tree *tree_list (void);
tree *tree_null (void);
tree *tree_text (const char *bytes); /* what is not UTF-8 becomes U+FFFD; NULL: "" */
tree *tree_text_or_null (const char *bytes);
tree *tree_int (gint64 n);
tree *tree_count (guint64 n);
tree *tree_real (double value); /* null where not finite */
tree *tree_share (double part, double whole);
tree *tree_flag (gboolean flag);
tree *tree_read (const char *json); /* null where it is none, or NULL */
/* A stranger's text, an object or list: a key given twice, text after the end and nesting past 2048 are refused, with line and column. A tree takes
 * up to 100 times the text's memory: bound `length` before. PARDON_ERROR_INPUT. */
tree *tree_parse (const char *json, gsize length, GError **error);
void tree_free (tree *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (tree, tree_free)

void tree_set (tree *object, const char *key, tree *value); /* an earlier value of that key goes */
void tree_add (tree *list, tree *value);
void tree_set_all (tree *object, const tree *of); /* its members; of what is no object: nothing */
void tree_drop (tree *t, const char *key);        /* members of that name, however deep */

/* What is inside, valid until it goes; `t` may be any value, or NULL. */
const tree *tree_get (const tree *t, const char *key); /* NULL: no such member */
/* The key after `key`, which came from here; the first after NULL, NULL after the last. */
const char *tree_next_key (const tree *object, const char *key);
gssize tree_length (const tree *t); /* -1: it is no list */
const tree *tree_at (const tree *list, gssize i);
gboolean tree_is_object (const tree *t);
gboolean tree_is_null (const tree *t);
const char *tree_as_text (const tree *t);        /* NULL: it is none */
gboolean tree_as_int (const tree *t, gint64 *n); /* FALSE: it is none, or written with a point */
int tree_as_flag (const tree *t);                /* 1, 0; -1: it is none */

char *tree_print (const tree *t); /* on one line, without an end of line; g_free */
/* dir/name, indented, whole or not at all. PARDON_ERROR_STORE. */
gboolean tree_write (const tree *t, const char *dir, const char *name, GError **error);
