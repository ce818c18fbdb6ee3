/* JSON as a tree of values: what reports and explanations are made of before they are written. A value that is put into another one
 * belongs to it; the whole is freed by tree_free. Keys come out in the order they were put in. */
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
void tree_free (tree *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (tree, tree_free)

void tree_set (tree *object, const char *key, tree *value); /* an earlier value of that key goes */
void tree_add (tree *list, tree *value);
/* A text that was set; NULL: none. Valid until it goes. `key`: valid UTF-8, as for tree_set. */
const char *tree_get_text (const tree *object, const char *key);
void tree_set_all (tree *object, const tree *of); /* its members; of what is no object: nothing */
void tree_drop (tree *t, const char *key);        /* members of that name, however deep */

char *tree_print (const tree *t); /* on one line, without an end of line; g_free */
/* dir/name, indented, whole or not at all. PARDON_ERROR_STORE. */
gboolean tree_write (const tree *t, const char *dir, const char *name, GError **error);
