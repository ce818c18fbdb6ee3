/* Every format but JPEG, by libvips, both ways. decode.c and encode.c are the only callers.
 *
 * libvips is started at the first call of any function here, not before: it takes a tenth of a second. Messages carry
 * no file name; the caller prefixes it. Embedded colour profiles are ignored, as the usual training pipelines do. */
#pragma once

#include "types.h"

typedef struct codec_vips codec_vips;

/* Reads the header of a file wholly in memory, known to begin as `format` (sniff_format, not "jpeg"). Takes `data`
 * (g_malloc'ed) in any case. Fills `facts`, sizes as stored (orientation not applied). NULL with PARDON_ERROR_PICTURE.
 */
codec_vips *codec_vips_open (const char *format, guint8 *data, gsize n, image_facts *facts, GError **error);

/* `pixels`: height x width x channels as stored. What is missing becomes grey 128 and facts->damage says so. FALSE when
 * not one row could be decoded. Call once. */
gboolean codec_vips_read (codec_vips *c, guint8 *pixels, image_facts *facts, GError **error);
void codec_vips_free (codec_vips *c);

/* `im` as a whole file; `format` one of "png", "webp", "tiff", "bmp". Lossless. */
GBytes *codec_vips_encode (const image *im, const char *format, GError **error);

/* "libvips 8.14.1: png webp gif tiff ..."; g_free. */
char *codec_vips_describe (void);
