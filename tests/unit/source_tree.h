/* For the tests of finding pictures: a tree of files made for each test, one walk over it, and what came of it. */
#pragma once

#include "source/source.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

typedef struct {
  char *dir, *before;  /* the tree, which is the current folder; where we were */
  GPtrArray *pictures; /* "file" */
  GPtrArray *skipped;  /* "file: why" */
  GHashTable *paths;   /* file -> path */
  GHashTable *splits;  /* file -> split, of those that were told one */
  guint stop_after;    /* pictures */
  guint64 told;
  GError *error;
  gboolean ok;
} tree;

/* --- a stand-in for decode_is_picture, and a count of what it was asked ---------------------- */

static guint heads_read;

static inline gboolean
is_picture (const char *name, const guint8 *head, gsize n)
{
  heads_read += head != NULL;
  return g_str_has_suffix (name, ".jpg") || g_str_has_suffix (name, ".png")
         || (n >= 4 && memcmp (head, "\x89PNG", 4) == 0);
}

/* --- trees --------------------------------------------------------------------------------- */

static inline void
put (const char *file, const char *text)
{
  g_autofree char *folder = g_path_get_dirname (file);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0777), ==, 0);
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

static inline void
setup (tree *t, gconstpointer data)
{
  (void) data;
  t->before = g_get_current_dir ();
  g_autofree char *made = g_dir_make_tmp ("pardon-source-XXXXXX", NULL);
  g_assert_cmpint (chdir (made), ==, 0);
  g_assert_cmpint (chmod (".", 0755), ==, 0);
  t->dir = g_get_current_dir ();
  t->stop_after = G_MAXUINT;
  t->pictures = g_ptr_array_new_with_free_func (g_free);
  t->skipped = g_ptr_array_new_with_free_func (g_free);
  t->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  t->splits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  heads_read = 0;
}

static inline void
remove_all (const char *dir)
{
  g_autoptr (GDir) d = g_dir_open (dir, 0, NULL);
  for (const char *name; d != NULL && (name = g_dir_read_name (d)) != NULL;)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      struct stat st;
      if (lstat (path, &st) == 0 && S_ISDIR (st.st_mode))
        remove_all (path);
      else
        g_unlink (path);
    }
  g_rmdir (dir);
}

static inline void
teardown (tree *t, gconstpointer data)
{
  (void) data;
  g_assert_cmpint (chdir (t->before), ==, 0);
  remove_all (t->dir);
  g_free (t->dir);
  g_free (t->before);
  g_ptr_array_unref (t->pictures);
  g_ptr_array_unref (t->skipped);
  g_hash_table_unref (t->paths);
  g_hash_table_unref (t->splits);
  g_clear_error (&t->error);
}

/* --- one walk ------------------------------------------------------------------------------ */

static inline gboolean
on_picture (gpointer user, const image_ref *ref, GError **error)
{
  tree *t = user;
  if (g_strcmp0 (ref->file, "refuse.jpg") == 0)
    {
      g_set_error_literal (error, PARDON_ERROR, PARDON_ERROR_STORE, "refused");
      return FALSE;
    }
  g_ptr_array_add (t->pictures, g_strdup (ref->file));
  g_assert_true (g_hash_table_insert (t->paths, g_strdup (ref->file), g_strdup (ref->path))); /* names are unique */
  if (ref->split != NULL)
    g_hash_table_insert (t->splits, g_strdup (ref->file), g_strdup (ref->split));
  return TRUE;
}

static inline gboolean
on_skipped (gpointer user, const image_ref *ref, const char *why, GError **error)
{
  (void) error;
  tree *t = user;
  g_assert_false (g_str_has_suffix (why, "."));
  g_ptr_array_add (t->skipped, g_strdup_printf ("%s: %s", ref->file, why));
  return TRUE;
}

static inline gboolean
stop (gpointer user)
{
  tree *t = user;
  return t->pictures->len >= t->stop_after;
}

static inline void
progress (gpointer user, const char *phase, guint64 done, guint64 total)
{
  tree *t = user;
  g_assert_cmpstr (phase, ==, "finding pictures");
  g_assert_cmpuint (total, ==, 0);
  t->told = done;
}

static inline int
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Walks and sorts what came. `excludes` and `skip_dir` may be NULL. */
static inline void
walk_with (tree *t, const char *const *paths, const char *const *excludes, const char *skip_dir)
{
  const source_options o = { .paths = paths, .excludes = excludes, .skip_dir = skip_dir, .is_picture = is_picture };
  const source_sink sink = { .picture = on_picture, .skipped = on_skipped, .user = t };
  const job j = { .stop = stop, .progress = progress, .user = t };
  g_clear_error (&t->error);
  g_ptr_array_set_size (t->pictures, 0);
  g_ptr_array_set_size (t->skipped, 0);
  g_hash_table_remove_all (t->paths);
  g_hash_table_remove_all (t->splits);
  t->ok = source_walk (&o, &sink, &j, &t->error);
  g_assert_true (t->ok == (t->error == NULL));
  g_ptr_array_sort (t->pictures, by_text);
  g_ptr_array_sort (t->skipped, by_text);
  for (guint i = 0; i < t->pictures->len; i++)
    {
      /* no name leaves its root */
      g_auto (GStrv) parts = g_strsplit (t->pictures->pdata[i], "/", -1);
      for (char **p = parts; *p != NULL; p++)
        g_assert_true (**p != '\0' && strcmp (*p, ".") != 0 && strcmp (*p, "..") != 0);
    }
}

#define WALK(t, ...) walk_with (t, (const char *const[]){ __VA_ARGS__, NULL }, NULL, NULL)

/* Both lists, '|' between entries. */
static inline void
expect (tree *t, const char *pictures, const char *skipped)
{
  g_assert_no_error (t->error);
  g_ptr_array_add (t->pictures, NULL);
  g_ptr_array_add (t->skipped, NULL);
  g_autofree char *p = g_strjoinv ("|", (char **) t->pictures->pdata);
  g_autofree char *s = g_strjoinv ("|", (char **) t->skipped->pdata);
  g_assert_cmpstr (p, ==, pictures);
  g_assert_cmpstr (s, ==, skipped);
}

static inline void
expect_error (tree *t, const char *words)
{
  g_assert_error (t->error, PARDON_ERROR, PARDON_ERROR_INPUT);
  if (strstr (t->error->message, words) == NULL)
    g_error ("no '%s' in: %s", words, t->error->message);
}

static inline const char *
path_of (tree *t, const char *file)
{
  return g_hash_table_lookup (t->paths, file);
}
