/* Demo pictures drawn by the program: natural-looking scenes in a few classes, so that pardon can show its work
 * without anybody's photographs. Deterministic: (kind, seed) gives the same pixels everywhere. */
#pragma once

#include "types.h"

#define SCENE_KINDS 6
extern const char *const scene_names[SCENE_KINDS]; /* class names, used as folder names: "beach", "forest", ... */

/* Draws scene `kind` (0 .. SCENE_KINDS - 1) at width x height, 3 channels. */
gboolean scene_draw (int kind, guint64 seed, int width, int height, image *out, GError **error);
