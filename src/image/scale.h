/* What the model sees: values. From 8-bit RGB to the float32 a network was trained on.
 *
 * Names: caffe      BGR minus 103.939 116.779 123.68      caffe-104  BGR minus 104 117 123
 *        torch      RGB / 255, minus (.485 .456 .406), over (.229 .224 .225)
 *        tf         RGB / 127.5 - 1                         unit       RGB / 255
 *        clip       RGB / 255, minus (.48145466 .4578275 .40821073), over (.26862954 .26130258 .27577711)
 *        lite       (RGB - 127) / 128                       raw        0..255 as they are
 * Or a path to a text file (docs/views.md). */
#pragma once

#include "types.h"

typedef struct {
  char name[64];
  gboolean bgr;  /* channel order of the result, and of the three below */
  double divide; /* value = (pixel / divide - mean) / std, in that order, in float32 */
  double mean[3];
  double std[3];
} scale;

gboolean scale_parse (const char *text, scale *s, GError **error);

/* `rgb` h x w x 3 to `out`: 3 x h x w when `planar` (NCHW), else h x w x 3 (NHWC). */
void scale_apply (const scale *s, const image *rgb, gboolean planar, float *out);
