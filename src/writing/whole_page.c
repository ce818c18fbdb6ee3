/* Four documents, each made whole before it is written: the page is in memory once. */
#include "writing/whole_page.h"

#include "output/page.h"
#include "output/pictures.h"
#include "output/ui.h"
#include "writing/thumbnails.h"

static void
bytes_unref (GBytes *bytes)
{
  if (bytes != NULL)
    g_bytes_unref (bytes);
}

gboolean
whole_page_write (store *s, const report *r, const report_callbacks *c, guint64 seed, int threads, const job *j,
                  GError **error)
{
  page_documents d = { 0 };
  if (!ui_is_there ())
    return page_write (&d, store_dir (s), error);
  pictures_options of_pictures = { .most = PICTURES_IN_FILE, .seed = seed, .family = c->family, .user = c->user };
  g_autoptr (GArray) held = NULL;
  d.pictures = pictures_document (s, &of_pictures, &held, error);
  if (d.pictures != NULL)
    d.thumbnails = thumbnails_document (s, held, r, c, seed, threads, j, error);
  if (d.thumbnails != NULL)
    d.report = report_json (r);
  gboolean fine = d.report != NULL && page_write (&d, store_dir (s), error);
  bytes_unref (d.pictures);
  bytes_unref (d.thumbnails);
  bytes_unref (d.report);
  return fine;
}
