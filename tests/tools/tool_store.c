/* tool_store DIR: a results folder of three pictures (one of them unreadable, one with a name that is no UTF-8), two sets of
 * features and a clustering, and DIR/x.npy, the first set's matrix in the order of the files. For tests/oracle/store.py. */
#include <glib.h>

#include "store/matrix_file.h"
#include "store/store.h"

static gboolean
put (store *s, gint64 set, const char *file, guint8 content, float first, gsize d)
{
  float row[4] = { first, first / 3, -first, 1e-20f };
  store_look look = {
    .file = file,
    .stamp = { 10, G_MAXUINT64, -5, 1700000000123456789 },
    .opened = TRUE,
    .hash = { { content, 1, 2, 3 } },
    .bytes = 10,
    .facts = { .width = 4, .height = 3, .channels = 3, .bits = 8, .orientation = 1, .format = "png", .space = "rgb" },
    .status = STATUS_OK,
    .reason = "",
    .features = row,
    .d = d
  };
  return store_put (s, set, &look, NULL);
}

static gboolean
fill (store *s, const char *npy)
{
  image_ref refs[] = { { .file = (char *) "b.png", .path = (char *) "/x/b.png" },
                       { .file = (char *) "a\xff\n.png", .path = (char *) "/x/a\xff\n.png" },
                       { .file = (char *) "z.png", .path = (char *) "/x/z.png" } };
  gboolean good = store_list_begin (s, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (refs); i++)
    good = good && store_list_add (s, &refs[i], NULL);
  good = good
         && store_list_skip (s, &(image_ref){ .file = (char *) "n.txt", .path = (char *) "/x/n.txt" }, "not a picture",
                             NULL)
         && store_list_end (s, 0, 0, NULL, NULL);
  gint64 one = store_feature_set (s, "one", NULL), two = store_feature_set (s, "two", NULL);
  good = good && put (s, one, refs[0].file, 1, 7, 4) && put (s, one, refs[1].file, 2, 0.1f, 4)
         && put (s, two, refs[0].file, 1, 3, 2);
  store_look gone = { .file = refs[2].file, .reason = "no permission" };
  good = good && store_put (s, one, &gone, NULL);
  clustering c = { .n = 2,
                   .d = 2,
                   .n_components = 1,
                   .explained_variance = (double[]){ 0.1 },
                   .k = 1,
                   .labels = (int[]){ 0, 0 },
                   .distances = (float[]){ 0.1f, 2 },
                   .sizes = (gsize[]){ 2 },
                   .inertia = 4.01,
                   .silhouette = G_MAXDOUBLE };
  good = good && store_put_clustering (s, one, &c, NULL) && store_commit (s, NULL);
  g_autoptr (matrix_file) f = good ? store_matrix (s, one, NULL) : NULL;
  if (f == NULL)
    return FALSE;
  const guint64 order[] = { 1, 0 };
  matrix x = *matrix_file_get (f);
  x.rows = order;
  return matrix_write_npy (&x, npy, NULL);
}

int
main (int argc, char **argv)
{
  if (argc != 2)
    return 2;
  g_autoptr (store) s = store_open (argv[1], TRUE, NULL);
  g_autofree char *npy = g_build_filename (argv[1], "x.npy", NULL);
  return s != NULL && fill (s, npy) ? 0 : 1;
}
