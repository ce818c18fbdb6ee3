/* A whole file as memory, with errors a person can act on. */
#pragma once

#include <glib.h>

/* PARDON_ERROR_INPUT, naming `shown`: missing, not a file, unreadable. g_mapped_file_unref. */
GMappedFile *map_file (const char *path, const char *shown, GError **error);
