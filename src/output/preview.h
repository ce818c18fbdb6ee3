/* A small JPEG of a picture, as results show it. */
#pragma once

#include <glib.h>

typedef struct {
  GBytes *jpeg; /* NULL when the picture could not be read again */
  int width, height;
} report_preview;
