/* EXIF orientation by libexif, the only file that names it. Maker notes and thumbnails are other people's bytes, and
 * nothing here needs them: libexif is asked to load no more than it must. */
#include "image/exif.h"

#include <libexif/exif-data.h>

int
exif_orientation (const guint8 *data, gsize n)
{
  /* A segment holds at most 65533 bytes; anything longer does not come from a JPEG. */
  if (n < 14 || n > 65535 || memcmp (data, "Exif\0\0", 6) != 0)
    return 1;
  ExifData *exif = exif_data_new ();
  if (exif == NULL)
    return 1;
  exif_data_unset_option (exif, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
  exif_data_set_option (exif, EXIF_DATA_OPTION_IGNORE_UNKNOWN_TAGS);
  exif_data_load_data (exif, data, (unsigned int) n);
  int orientation = 1;
  ExifEntry *entry = exif_content_get_entry (exif->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (entry != NULL && entry->format == EXIF_FORMAT_SHORT && entry->components >= 1 && entry->size >= 2)
    orientation = exif_get_short (entry->data, exif_data_get_byte_order (exif));
  exif_data_unref (exif);
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}
