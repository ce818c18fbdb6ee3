/* Leaving the weights out of a serialised model. protobuf-c copies every byte of a message, so a VGG16 would be in
 * memory twice only to read its graph; walking over the fields touches a few pages of the file instead. */
#include "feature/onnx_skeleton.h"

typedef enum { WHOLE, MODEL, GRAPH, NODE, ATTRIBUTE, TENSOR, SPARSE } message;

/* The fields of onnx.proto: those of type WHOLE are kept as they are, the others walked through. */
static const struct {
  message in;
  guint number;
  message type;
} kept[] = {
  { MODEL, 1, WHOLE },     { MODEL, 7, GRAPH },    { MODEL, 8, WHOLE },     { GRAPH, 1, NODE },
  { GRAPH, 5, TENSOR },    { GRAPH, 11, WHOLE },   { GRAPH, 12, WHOLE },    { GRAPH, 13, WHOLE },
  { GRAPH, 15, SPARSE },   { NODE, 1, WHOLE },     { NODE, 2, WHOLE },      { NODE, 3, WHOLE },
  { NODE, 4, WHOLE },      { NODE, 5, ATTRIBUTE }, { ATTRIBUTE, 1, WHOLE }, { ATTRIBUTE, 3, WHOLE },
  { ATTRIBUTE, 8, WHOLE }, { TENSOR, 8, WHOLE },   { TENSOR, 13, WHOLE },   { TENSOR, 14, WHOLE },
  { SPARSE, 1, TENSOR },
};

typedef struct {
  guint number, wire;
  const guint8 *start, *body, *end; /* with its tag; its content; past it */
} field;

static gboolean
read_varint (const guint8 **at, const guint8 *end, guint64 *value)
{
  *value = 0;
  for (guint shift = 0; *at < end && shift < 64; shift += 7)
    {
      guint8 byte = *(*at)++;
      *value |= (guint64) (byte & 0x7f) << shift;
      if (byte < 0x80)
        return TRUE;
    }
  return FALSE;
}

static gboolean
read_field (const guint8 *at, const guint8 *end, field *f)
{
  guint64 tag, size;
  f->start = at;
  if (!read_varint (&at, end, &tag) || tag >> 3 == 0 || tag >> 32 != 0)
    return FALSE;
  f->number = (guint) (tag >> 3);
  f->wire = (guint) (tag & 7);
  f->body = at;
  switch (f->wire)
    {
    case 0:
      if (!read_varint (&at, end, &size))
        return FALSE;
      size = 0;
      break;
    case 1:
      size = 8;
      break;
    case 2:
      if (!read_varint (&at, end, &size))
        return FALSE;
      f->body = at;
      break;
    case 5:
      size = 4;
      break;
    default: /* groups are long out of use, and ONNX never had them */
      return FALSE;
    }
  if (size > (guint64) (end - at))
    return FALSE;
  f->end = at + size;
  return TRUE;
}

static void
append_varint (GByteArray *out, guint64 value)
{
  guint8 bytes[10];
  guint n = 0;
  for (; value >= 0x80; value >>= 7)
    bytes[n++] = (guint8) (value | 0x80);
  bytes[n++] = (guint8) value;
  g_byte_array_append (out, bytes, n);
}

void
onnx_skeleton_append (GByteArray *out, guint number, const guint8 *data, gsize size)
{
  append_varint (out, (guint64) number << 3 | 2);
  append_varint (out, size);
  if (size != 0)
    g_byte_array_append (out, data, (guint) size);
}

static gboolean
copy_kept (message in, const guint8 *at, const guint8 *end, GByteArray *out)
{
  for (field f; at < end; at = f.end)
    {
      if (!read_field (at, end, &f))
        return FALSE;
      guint k = 0;
      while (k < G_N_ELEMENTS (kept) && (kept[k].in != in || kept[k].number != f.number))
        k++;
      if (k == G_N_ELEMENTS (kept))
        continue;
      if (kept[k].type == WHOLE)
        {
          g_byte_array_append (out, f.start, (guint) (f.end - f.start));
          continue;
        }
      if (f.wire != 2)
        return FALSE;
      g_autoptr (GByteArray) inner = g_byte_array_new ();
      if (!copy_kept (kept[k].type, f.body, f.end, inner))
        return FALSE;
      onnx_skeleton_append (out, f.number, inner->data, inner->len);
    }
  return TRUE;
}

GByteArray *
onnx_skeleton (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  return copy_kept (MODEL, data, data + size, out) ? g_steal_pointer (&out) : NULL;
}
