/* The measuring functions of one instruction set, in the order of quality_table.c. */
#include "feature/quality_internal.h"

#define QUALITY_TEXT_(a) #a
#define QUALITY_TEXT(a)  QUALITY_TEXT_ (a)

const quality_kernels QUALITY_NAME (quality_kernels) = {
  .name = QUALITY_TEXT (QUALITY_ISA),
  .fill = QUALITY_NAME (quality_fill),
  .themes = {
    QUALITY_NAME (quality_mscn),
    QUALITY_NAME (quality_gradients),
    QUALITY_NAME (quality_noise),
    QUALITY_NAME (quality_blocks),
    QUALITY_NAME (quality_tone),
    QUALITY_NAME (quality_lags),
    QUALITY_NAME (quality_edges),
    QUALITY_NAME (quality_contours),
    QUALITY_NAME (quality_detail),
    QUALITY_NAME (quality_broken),
    NULL,
  },
};
