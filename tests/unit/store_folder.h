/* A results folder for each test of the store, and the short words the tests are written in. */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "store/db.h"
#include "store/matrix_file.h"
#include "store/store.h"

#define D 8

static char *folder; /* of the running test: the results folder */

static inline char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static inline store *
open_store (void)
{
  g_autoptr (GError) error = NULL;
  store *s = store_open (folder, TRUE, &error);
  g_assert_no_error (error);
  return s;
}

static inline void
check_refused (GError *error, const char *words)
{
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_STORE);
  if (strstr (error->message, words) == NULL)
    g_error ("'%s' does not say '%s'", error->message, words);
  g_assert_false (g_str_has_suffix (error->message, "."));
}

/* SQL past the store, as a stranger would. */
static inline void
meddle (const char *sql)
{
  g_autofree char *path = in_folder ("pardon.db");
  g_autoptr (GError) error = NULL;
  g_autoptr (db) d = db_open (path, TRUE, &error);
  g_assert_no_error (error);
  db_run (d, sql, &error);
  g_assert_no_error (error);
}

static inline gint64
ask (const char *sql)
{
  g_autofree char *path = in_folder ("pardon.db");
  g_autoptr (GError) error = NULL;
  g_autoptr (db) d = db_open (path, FALSE, &error);
  gint64 value = -1;
  g_assert_no_error (error);
  db_ask_int (d, -1, &value, &error, sql, "");
  g_assert_no_error (error);
  return value;
}

static inline store_list_counts
list (store *s, const char *const *files)
{
  g_autoptr (GError) error = NULL;
  store_list_counts counts;
  g_assert_true (store_list_begin (s, NULL));
  for (; *files != NULL; files++)
    {
      g_autofree char *path = g_strconcat ("/root/", *files, NULL);
      g_assert_true (store_list_add (s, &(image_ref){ .file = (char *) *files, .path = path }, NULL));
    }
  store_list_end (s, 0, 0, &counts, &error);
  g_assert_no_error (error);
  return counts;
}

/* files 000000 .. n - 1 */
static inline void
list_numbers (store *s, guint n)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (store_list_begin (s, NULL));
  for (guint i = n; i-- > 0;)
    {
      char name[16];
      g_snprintf (name, sizeof name, "%06u", i);
      g_assert_true (store_list_add (s, &(image_ref){ .file = name, .path = name }, NULL));
    }
  store_list_end (s, 0, 0, NULL, &error);
  g_assert_no_error (error);
}

static inline content_hash
hash_of (guint i)
{
  content_hash h = { { 0 } };
  memcpy (h.bytes, &i, sizeof i);
  return h;
}

static inline void
features_of (float *row, guint content)
{
  for (int j = 0; j < D; j++)
    row[j] = (float) (content * 10 + (guint) j);
}

/* What looking at `file` gives when its bytes are content number `content`. */
static inline store_look
look_at (const char *file, guint content, const float *features)
{
  return (store_look){ .file = file,
                       .stamp = { 100 + content, 200 + content, 300 + content, 400 + content },
                       .opened = TRUE,
                       .hash = hash_of (content),
                       .bytes = 1000 + content,
                       .facts = { .width = 640,
                                  .height = 480,
                                  .channels = 3,
                                  .bits = 8,
                                  .orientation = 6,
                                  .format = "jpeg",
                                  .space = "rgb" },
                       .status = STATUS_OK,
                       .reason = "",
                       .features = features,
                       .d = D };
}

static inline void
put (store *s, gint64 set, const char *file, guint content)
{
  g_autoptr (GError) error = NULL;
  float row[D];
  features_of (row, content);
  store_look look = look_at (file, content, row);
  store_put (s, set, &look, &error);
  g_assert_no_error (error);
}

static inline void
put_numbers (store *s, gint64 set, guint from, guint to)
{
  for (guint i = from; i < to; i++)
    {
      char name[16];
      g_snprintf (name, sizeof name, "%06u", i);
      put (s, set, name, i + 1);
    }
}

static inline void
put_unreadable (store *s, const char *file, guint content)
{
  store_look look = look_at (file, content, NULL);
  look.status = STATUS_UNREADABLE;
  look.reason = "truncated after 3 bytes";
  look.facts = (image_facts){ 0 };
  g_assert_true (store_put (s, 0, &look, NULL));
}

/* The named picture, as a cursor gives it; its strings live until the next call of this. */
static inline store_picture
get (store *s, gint64 set, const char *file)
{
  static store_cursor *kept;
  g_clear_pointer (&kept, store_cursor_free);
  if (file == NULL)
    return (store_picture){ 0 };
  g_autoptr (GError) error = NULL;
  store_picture p;
  kept = store_cursor_new (s, set, &error);
  while (store_cursor_next (kept, &p, &error))
    if (strcmp (p.ref.file, file) == 0)
      return p;
  g_error ("'%s' is not in the list: %s", file, error != NULL ? error->message : "end");
}

/* S1, S2, S4 of whatever lies there; gives how many pictures have features, and checks these. */
static inline guint
check_sound (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (store) s = store_open (folder, FALSE, &error);
  g_assert_no_error (error);
  g_autofree char *path = in_folder ("features-1.f32");
  g_autoptr (matrix_file) f = g_file_test (path, G_FILE_TEST_EXISTS) ? matrix_file_open (path, &error) : NULL;
  g_assert_no_error (error);
  guint64 n = f != NULL ? matrix_file_rows (f) : 0;
  gint64 rows = ask ("SELECT coalesce (max (rows), 0) FROM feature_set");
  g_assert_cmpint (rows, <=, (gint64) n);
  g_assert_cmpint (ask ("SELECT coalesce (max (row), -1) FROM feature"), <, MAX (rows, 1));
  g_assert_cmpint (ask ("SELECT count(*) FROM feature"), ==, ask ("SELECT count(DISTINCT row) FROM feature"));
  g_autoptr (store_cursor) c = store_cursor_new (s, rows > 0 ? 1 : 0, &error);
  store_picture p;
  guint with = 0;
  while (store_cursor_next (c, &p, &error))
    {
      g_assert_true (p.content != 0 || (strcmp (p.status, STATUS_OK) != 0 && p.reason[0] != '\0'));
      if (p.feature_row < 0)
        continue;
      float wanted[D];
      features_of (wanted, (guint) p.bytes - 1000);
      g_assert_cmpmem (wanted, sizeof wanted, matrix_row (matrix_file_get (f), (gsize) p.feature_row), sizeof wanted);
      with++;
    }
  g_assert_no_error (error);
  return with;
}

static inline void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_tree (child);
    }
  g_remove (path);
}

static inline void
run (gconstpointer test)
{
  folder = g_dir_make_tmp ("pardon-store-XXXXXX", NULL);
  g_assert_nonnull (folder);
  (*(void (*const *) (void)) test) ();
  remove_tree (folder);
  g_clear_pointer (&folder, g_free);
}

typedef struct {
  const char *path;
  void (*test) (void);
} store_test;

static inline int
run_tests (int argc, char **argv, const store_test *tests, gsize n)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < n; i++)
    g_test_add_data_func (tests[i].path, &tests[i].test, run);
  return g_test_run ();
}
