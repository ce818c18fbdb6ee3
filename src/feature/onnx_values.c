/* Element types of tensors and means over them. Half precision is converted by hand because not every compiler of ours
 * has the type. */
#include "feature/onnx_values.h"

#include <math.h>
#include <string.h>

gsize
element_size (element e)
{
  static const gsize sizes[] = {
    [ELEMENT_OTHER] = 0,  [ELEMENT_FLOAT] = 4, [ELEMENT_HALF] = 2,
    [ELEMENT_DOUBLE] = 8, [ELEMENT_UINT8] = 1, [ELEMENT_INT8] = 1,
  };
  return sizes[e];
}

guint16
half_from_float (float f)
{
  guint32 bits;
  memcpy (&bits, &f, sizeof bits);
  guint16 sign = (guint16) ((bits >> 16) & 0x8000);
  guint32 magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000)
    return sign | 0x7e00;
  if (magnitude >= 0x477ff000) /* 65520, halfway between the largest half and the next power of two */
    return sign | 0x7c00;
  guint32 mantissa = magnitude, shift = 13, bias = 112u << 23;
  if (magnitude < 0x38800000) /* below 2^-14: subnormal as a half */
    {
      guint32 exponent = magnitude >> 23;
      if (exponent < 102)
        return sign;
      mantissa = (magnitude & 0x7fffff) | 0x800000;
      shift = 126 - exponent;
      bias = 0;
    }
  guint32 kept = (mantissa - bias) >> shift;
  guint32 rest = mantissa & ((1u << shift) - 1), half = 1u << (shift - 1);
  if (rest > half || (rest == half && (kept & 1) != 0))
    kept++;
  return sign | (guint16) kept;
}

float
half_to_float (guint16 h)
{
  guint32 sign = (guint32) (h & 0x8000) << 16, exponent = (h >> 10) & 31, mantissa = h & 0x3ff;
  if (exponent == 0)
    {
      float tiny = ldexpf ((float) mantissa, -24);
      return sign != 0 ? -tiny : tiny;
    }
  guint32 bits = sign | (exponent == 31 ? 0x7f800000 : (exponent + 112) << 23) | mantissa << 13;
  float f;
  memcpy (&f, &bits, sizeof f);
  return f;
}

static guint8
byte_from_float (float f)
{
  if (!(f > 0)) /* takes NaN along */
    return 0;
  return f >= 255 ? 255 : (guint8) lrintf (f);
}

void
elements_from_float (element to, const float *in, gsize n, void *out)
{
  switch (to)
    {
    case ELEMENT_FLOAT:
      memcpy (out, in, n * sizeof *in);
      break;
    case ELEMENT_HALF:
      for (gsize i = 0; i < n; i++)
        ((guint16 *) out)[i] = half_from_float (in[i]);
      break;
    case ELEMENT_DOUBLE:
      for (gsize i = 0; i < n; i++)
        ((double *) out)[i] = (double) in[i];
      break;
    case ELEMENT_UINT8:
      for (gsize i = 0; i < n; i++)
        ((guint8 *) out)[i] = byte_from_float (in[i]);
      break;
    case ELEMENT_INT8:
    case ELEMENT_OTHER:
      break;
    }
}

void
elements_to_float (element from, const void *in, gsize n, float *out)
{
  switch (from)
    {
    case ELEMENT_FLOAT:
      memcpy (out, in, n * sizeof *out);
      break;
    case ELEMENT_HALF:
      for (gsize i = 0; i < n; i++)
        out[i] = half_to_float (((const guint16 *) in)[i]);
      break;
    case ELEMENT_DOUBLE:
      for (gsize i = 0; i < n; i++)
        out[i] = (float) ((const double *) in)[i];
      break;
    case ELEMENT_UINT8:
      for (gsize i = 0; i < n; i++)
        out[i] = ((const guint8 *) in)[i];
      break;
    case ELEMENT_INT8:
      for (gsize i = 0; i < n; i++)
        out[i] = ((const gint8 *) in)[i];
      break;
    case ELEMENT_OTHER:
      break;
    }
}

void
mean_over_middle (const float *in, gsize outer, gsize middle, gsize inner, float *out)
{
  g_autofree double *sum = g_new (double, inner);
  for (gsize o = 0; o < outer; o++)
    {
      memset (sum, 0, inner * sizeof *sum);
      for (gsize m = 0; m < middle; m++, in += inner)
        for (gsize i = 0; i < inner; i++)
          sum[i] += (double) in[i];
      for (gsize i = 0; i < inner; i++)
        out[o * inner + i] = (float) (sum[i] / (double) middle);
    }
}
