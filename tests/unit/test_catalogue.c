/* The catalogue: the table, places, the user's own models. (tests/oracle/download.py tests downloads.) */
#include "model/catalogue.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

typedef struct {
  char *dir, *config, *file;
} place;

static void
setup (place *p, gconstpointer data)
{
  (void) data;
  p->dir = g_dir_make_tmp ("pardon-catalogue-XXXXXX", NULL);
  p->config = g_build_filename (p->dir, "config", NULL);
  p->file = g_build_filename (p->dir, "a b.onnx", NULL);
  g_assert_true (g_file_set_contents (p->file, "model", 5, NULL));
  g_assert_true (g_setenv ("PARDON_CACHE", p->dir, TRUE));
  g_assert_true (g_setenv ("PARDON_CONFIG", p->config, TRUE));
  g_unsetenv ("PARDON_MODEL_MIRROR");
}

static void
remove_all (const char *dir)
{
  g_autoptr (GDir) d = g_dir_open (dir, 0, NULL);
  for (const char *name; d != NULL && (name = g_dir_read_name (d)) != NULL;)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_all (path);
      else
        g_unlink (path);
    }
  g_rmdir (dir);
}

static void
teardown (place *p, gconstpointer data)
{
  (void) data;
  remove_all (p->dir);
  g_free (p->dir);
  g_free (p->config);
  g_free (p->file);
}

static void
test_builtin (place *p, gconstpointer data)
{
  (void) data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = catalogue_list (&error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, 6);
  for (guint i = 0; i < all->len; i++)
    {
      const catalogue_entry *e = all->pdata[i];
      if (i > 0)
        g_assert_cmpstr (((catalogue_entry *) all->pdata[i - 1])->name, <, e->name);
      g_assert_true (g_str_has_prefix (e->url, "https://"));
      g_assert_true (g_str_has_suffix (e->url, ".onnx"));
      g_assert_true (g_str_has_prefix (e->path, p->dir));
      g_assert_cmpuint (strlen (e->sha256), ==, 64);
      g_assert_cmpuint (strspn (e->sha256, "0123456789abcdef"), ==, 64);
      g_assert_nonnull (e->view);
      g_assert_nonnull (e->scale);
      g_assert_false (e->present);
      g_assert_nonnull (strstr (e->about, "Apache-2.0"));
    }
}

/* Against the table the models are published with, where that is on this machine. */
static void
test_builtin_facts (place *p, gconstpointer data)
{
  (void) p;
  (void) data;
  const char *shared = g_getenv ("PARDON_SHARED");
  g_autofree char *path = g_build_filename (shared != NULL ? shared : "../shared", "design", "models.md", NULL);
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    {
      g_test_skip ("the shared material is not on this machine");
      return;
    }
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  int rows = 0;
  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) cells = g_strsplit (*line, "|", -1);
      if (g_strv_length (cells) != 6 || strstr (cells[2], ".onnx") == NULL)
        continue;
      rows++;
      for (int i = 1; i < 5; i++)
        g_strstrip (cells[i]);
      cells[2][strcspn (cells[2], " ")] = '\0';
      g_autoptr (catalogue_entry) e = catalogue_find (cells[1], NULL);
      g_assert_nonnull (e);
      g_assert_true (g_str_has_suffix (e->url, cells[2]));
      g_assert_cmpuint (e->bytes, ==, g_ascii_strtoull (cells[3], NULL, 10));
      g_assert_cmpstr (e->sha256, ==, cells[4]);
    }
  g_assert_cmpint (rows, ==, 6);
}

static void
test_places (place *p, gconstpointer data)
{
  (void) data;
  g_assert_true (g_setenv ("PARDON_MODEL_MIRROR", "http://mirror.example/zoo//", TRUE));
  g_autoptr (catalogue_entry) e = catalogue_find ("squeezenet1.1", NULL);
  g_assert_cmpstr (e->url, ==,
                   "http://mirror.example/zoo/validated/vision/classification/squeezenet/model/squeezenet1.1-7.onnx");
  g_autofree char *path = g_build_filename (p->dir, "squeezenet1.1-7.onnx", NULL);
  g_assert_cmpstr (e->path, ==, path);

  /* present means the right size */
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  g_autoptr (catalogue_entry) small = catalogue_find ("squeezenet1.1", NULL);
  g_assert_false (small->present);
  g_assert_cmpint (truncate (path, 4956208), ==, 0);
  g_autoptr (catalogue_entry) whole = catalogue_find ("squeezenet1.1", NULL);
  g_assert_true (whole->present);

  g_unsetenv ("PARDON_CACHE");
  g_unsetenv ("PARDON_CONFIG");
  g_autofree char *dir = catalogue_dir ();
  g_assert_true (g_str_has_suffix (dir, "/pardon/models"));
  g_autofree char *own = catalogue_file ();
  g_assert_true (g_str_has_suffix (own, "/pardon/models.ini"));
  g_assert_true (g_setenv ("PARDON_CACHE", "relative", TRUE));
  g_autofree char *absolute = catalogue_dir ();
  g_assert_true (g_path_is_absolute (absolute));
}

static void
test_add (place *p, gconstpointer data)
{
  (void) data;
  g_autoptr (GError) error = NULL;
  g_assert_null (catalogue_find ("mine", &error));
  g_assert_no_error (error);
  g_assert_true (catalogue_add ("mine", p->file, "none", "tf", "x;y=[1]\nz\\ ", " about\tit ", &error));
  g_assert_no_error (error);
  g_autoptr (catalogue_entry) e = catalogue_find ("mine", &error);
  g_assert_cmpstr (e->path, ==, p->file);
  g_assert_null (e->url);
  g_assert_null (e->sha256);
  g_assert_true (e->present);
  g_assert_cmpuint (e->bytes, ==, 5);
  g_assert_cmpstr (e->view, ==, "none");
  g_assert_cmpstr (e->scale, ==, "tf");
  g_assert_cmpstr (e->layer, ==, "x;y=[1]\nz\\ ");
  g_assert_cmpstr (e->about, ==, " about\tit ");

  /* replaced, not merged; others stay */
  g_assert_true (catalogue_add ("a.b_c-0", p->file, NULL, NULL, NULL, NULL, &error));
  g_assert_true (catalogue_add ("mine", p->file, NULL, "caffe", NULL, NULL, &error));
  g_autoptr (catalogue_entry) again = catalogue_find ("mine", &error);
  g_assert_cmpstr (again->scale, ==, "caffe");
  g_assert_null (again->view);
  g_assert_null (again->layer);
  g_assert_cmpstr (again->about, ==, "");
  g_autoptr (GPtrArray) all = catalogue_list (&error);
  g_assert_cmpuint (all->len, ==, 8);
  g_assert_cmpstr (((catalogue_entry *) all->pdata[0])->name, ==, "a.b_c-0");

  /* the file goes: the name stays */
  g_unlink (p->file);
  g_autoptr (catalogue_entry) gone = catalogue_find ("mine", &error);
  g_assert_false (gone->present);
  g_assert_cmpuint (gone->bytes, ==, 0);
  g_assert_false (catalogue_get ("mine", NULL, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_MISSING);
}

static void
test_add_relative (place *p, gconstpointer data)
{
  (void) data;
  g_autofree char *before = g_get_current_dir ();
  g_assert_cmpint (chdir (p->dir), ==, 0);
  g_assert_true (g_file_set_contents ("my.scale", "x", 1, NULL));
  g_assert_true (g_file_set_contents ("tf", "x", 1, NULL)); /* a file of a preset's name is not meant */
  gboolean ok = catalogue_add ("mine", "./x/../a b.onnx", "my.scale", "tf", NULL, NULL, NULL);
  g_assert_cmpint (chdir (before), ==, 0);
  g_assert_false (ok); /* 'x' does not exist, so that path leads nowhere */

  g_assert_cmpint (chdir (p->dir), ==, 0);
  ok = catalogue_add ("mine", "./a b.onnx", "my.scale", "tf", NULL, NULL, NULL);
  g_assert_cmpint (chdir (before), ==, 0);
  g_assert_true (ok);
  g_autoptr (catalogue_entry) e = catalogue_find ("mine", NULL);
  g_assert_cmpstr (e->path, ==, p->file);
  g_assert_cmpstr (e->scale, ==, "tf");
  g_autofree char *view = g_build_filename (p->dir, "my.scale", NULL);
  g_assert_cmpstr (e->view, ==, view);
}

static void
test_add_odd_bytes (place *p, gconstpointer data)
{
  (void) data;
  g_autofree char *odd = g_build_filename (p->dir, "caf\xe9 %41\n.onnx", NULL);
  g_autofree char *utf8 = g_build_filename (p->dir, "caf\xc3\xa9 %41\n.onnx", NULL);
  g_assert_true (g_file_set_contents (odd, "model", 5, NULL));
  g_assert_true (g_file_set_contents (utf8, "model", 5, NULL));
  g_assert_true (catalogue_add ("odd", odd, NULL, NULL, NULL, NULL, NULL));
  g_assert_true (catalogue_add ("utf8", utf8, NULL, NULL, NULL, NULL, NULL));
  g_autoptr (catalogue_entry) e = catalogue_find ("odd", NULL);
  g_assert_cmpstr (e->path, ==, odd);
  g_autoptr (catalogue_entry) f = catalogue_find ("utf8", NULL);
  g_assert_cmpstr (f->path, ==, utf8);
}

static void
refused (const char *name, const char *file, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (catalogue_add (name, file, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
  if (strstr (error->message, words) == NULL)
    g_error ("no '%s' in: %s", words, error->message);
}

static void
test_add_refused (place *p, gconstpointer data)
{
  (void) data;
  static const char *const bad[] = { "",   "A",   "a b", "a/b",      "../a", "-a",    ".a",
                                     "_a", "a\n", "[a]", "\xc3\xa9", "\xe9", "x.onnx" };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    refused (bad[i], p->file, "cannot be a model's name");
  g_autofree char *longest = g_strnfill (64, 'x');
  g_autofree char *longer = g_strnfill (65, 'x');
  g_assert_true (catalogue_add (longest, p->file, NULL, NULL, NULL, NULL, NULL));
  refused (longer, p->file, "at most 64");
  refused ("vgg16", p->file, "built-in");
  refused ("mine", "/no/such.onnx", "No such file");
  refused ("mine", p->dir, "not a file");
  g_assert_null (catalogue_find ("mine", NULL));
}

static void
test_broken_file (place *p, gconstpointer data)
{
  (void) data;
  g_assert_true (catalogue_add ("mine", p->file, NULL, NULL, NULL, NULL, NULL));
  g_autofree char *own = catalogue_file ();
  static const char *const broken[] = { "file=/x\n", "[mine\nfile=/x\n", "[mine]\nnonsense\n",
                                        "[mine]\nfile=\xff\xfe\n", "[mine]\n" };
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_assert_true (g_file_set_contents (own, broken[i], -1, NULL));
      g_autoptr (GError) error = NULL;
      g_assert_null (catalogue_find ("mine", &error));
      g_assert_error (error, PARDON_ERROR, PARDON_ERROR_INPUT);
      g_assert_nonnull (strstr (error->message, own));
      g_assert_null (catalogue_list (NULL));
      /* built-in names need no file of the user's */
      g_autoptr (catalogue_entry) e = catalogue_find ("vgg16", NULL);
      g_assert_nonnull (e);
    }
  /* a built-in name written in by hand does not shadow the real one */
  g_assert_true (g_file_set_contents (own, "[vgg16]\nfile=/x\n", -1, NULL));
  g_autoptr (GPtrArray) all = catalogue_list (NULL);
  g_assert_cmpuint (all->len, ==, 6);
}

static void
test_not_writable (place *p, gconstpointer data)
{
  (void) data;
  g_autofree char *below = g_build_filename (p->file, "config", NULL);
  g_assert_true (g_setenv ("PARDON_CONFIG", below, TRUE));
  refused ("mine", p->file, "PARDON_CONFIG");
}

static gpointer
add_many (gpointer data)
{
  const place *p = data;
  static gint next;
  for (int i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("n%d", g_atomic_int_add (&next, 1));
      g_assert_true (catalogue_add (name, p->file, "none", NULL, NULL, NULL, NULL));
    }
  return NULL;
}

static void
test_add_at_once (place *p, gconstpointer data)
{
  (void) data;
  GThread *threads[4];
  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("add", add_many, p);
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  g_autoptr (GPtrArray) all = catalogue_list (NULL);
  g_assert_cmpuint (all->len, ==, 6 + 80);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add ("/catalogue/" path, place, NULL, setup, test, teardown)
  ADD ("builtin", test_builtin);
  ADD ("builtin-facts", test_builtin_facts);
  ADD ("places", test_places);
  ADD ("add", test_add);
  ADD ("add-relative", test_add_relative);
  ADD ("add-odd-bytes", test_add_odd_bytes);
  ADD ("add-refused", test_add_refused);
  ADD ("broken-file", test_broken_file);
  ADD ("not-writable", test_not_writable);
  ADD ("add-at-once", test_add_at_once);
  return g_test_run ();
}
