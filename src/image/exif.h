/* The one thing taken from EXIF: which way up the picture is. */
#pragma once

#include <glib.h>

/* `data`: n bytes of a JPEG's APP1 segment, "Exif\0\0" first. 1..8; 1 when there is none or it is not valid. */
int exif_orientation (const guint8 *data, gsize n);
