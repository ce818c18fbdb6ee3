/* Files to pixels. The only door to the decoding libraries: a JPEG goes to codec_jpeg.c
 * (libjpeg-turbo), everything else to codec_vips.c (libvips). Chosen by content, not by name.
 *
 * The interface takes an open descriptor and fills a buffer the caller gave, in two steps, so that
 * the two steps can later happen in another process. Untrusted input: every limit is checked
 * before memory is asked for. Thread-safe: any number of decoders at once, one thread each. */
#pragma once

#include "types.h"

typedef struct {
  guint64 max_bytes;  /* of the file; default 1 GiB */
  guint64 max_pixels; /* width * height; default 1 << 28 (16384 x 16384) */
} decode_limits;

extern const decode_limits decode_limits_default;

typedef struct decoder decoder;

/* Reads the header from `fd` (a regular file, from its start; position afterwards undefined; not closed, and must stay
 * open until decoder_free) and fills `facts`. `name`'s ending helps to say what it is instead. NULL with
 * PARDON_ERROR_PICTURE when it is no picture, is refused (limits, zero size) or has a broken header, PARDON_ERROR_MEMORY when
 * memory is short. The words are the bare reason ("the file is empty"): equal contents, equal words. `limits` may be NULL. */
decoder *decoder_new (int fd, const char *name, const decode_limits *limits, image_facts *facts, GError **error);

/* Fills `pixels`, height x width x channels of `facts` above, orientation applied, colour converted to 8-bit RGB as
 * Pillow's convert('RGB') does, because that is what classifiers are trained on: 16-bit rounded down by 8 bits, CMYK by
 * naive inversion, grey spread to RGB, embedded colour profiles ignored. Of an animation or a document, the first
 * picture; of an icon file, the largest. `size` is the buffer's size in bytes and must be width * height * channels.
 *
 * A picture that breaks off decodes as far as it goes (the rest grey 128), TRUE, with facts->damage set. FALSE when
 * nothing could be decoded, or when a checksum says that no pixel can be trusted. Call once. */
gboolean decoder_read (decoder *d, guint8 *pixels, gsize size, image_facts *facts, GError **error);
void decoder_free (decoder *d);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (decoder, decoder_free)

/* Both steps for a file by path, into `im` (reserved as needed). The words name it: "cannot decode 'a.jpg': the file is empty". */
gboolean decode_file (const char *path, const decode_limits *limits, image *im, image_facts *facts, GError **error);

/* The share of a picture's rows from the one that image_facts.damage names, as decoder_read words it, to the last; NAN where it names none (a
 * progressive JPEG breaks off by losing detail in all of them). Of rows as stored: orientation changes nothing. */
double decode_missing_share (const char *damage);

/* TRUE when the first bytes or the ending of the name say that this is meant as a picture; used to tell pictures
 * from other files in a folder. A file with a picture's ending counts whatever it holds, so that a broken one becomes a
 * row with a reason. `head` is the file's first bytes (at least 16 where the file has them; may be NULL when n_head is
 * 0). */
gboolean decode_is_picture (const char *name, const guint8 *head, gsize n_head);

/* Which formats this machine reads, with library versions, for `pardon doctor`:
 * "libjpeg-turbo 2.1.5: jpeg; libvips 8.14.1: png webp gif ...". g_free. Starts libvips. */
char *decode_describe (void);
