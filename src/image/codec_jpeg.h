/* JPEG by libjpeg-turbo, both ways. decode.c and encode.c are the only callers.
 *
 * Pixels equal Pillow's: slow integer DCT, smooth ("fancy") chroma upsampling, embedded colour
 * profiles ignored. Messages carry no file name; the caller prefixes it. */
#pragma once

#include "types.h"

typedef struct codec_jpeg codec_jpeg;

/* Reads the header from `fd`, a regular file of `n_bytes` (offset 0 on, by pread: the position is not used). Fills
 * `facts`, sizes as stored (orientation not applied). NULL with PARDON_ERROR_PICTURE. */
codec_jpeg *codec_jpeg_open (int fd, guint64 n_bytes, image_facts *facts, GError **error);

/* From now on pixels are those of a picture 2, 4 or 8 times smaller, as small as its short side may be `least` or more:
 * whole blocks are averaged before they are decoded. Fills the size into `facts`. Before codec_jpeg_read. */
void codec_jpeg_shrink (codec_jpeg *c, int least, image_facts *facts);

/* `pixels`: height x width x 3 as stored. What is missing stays grey 128 and facts->damage says so. FALSE when not one
 * pixel could be decoded. Call once. */
gboolean codec_jpeg_read (codec_jpeg *c, guint8 *pixels, image_facts *facts, GError **error);
void codec_jpeg_free (codec_jpeg *c);

/* `rgb`: height x width x 3. Quality 1..100, chroma halved both ways unless `full_chroma`. */
GBytes *codec_jpeg_encode (const guint8 *rgb, int width, int height, int quality, gboolean full_chroma, GError **error);

/* "libjpeg-turbo 2.1.5"; static. */
const char *codec_jpeg_version (void);
