/* Scales: from 8-bit RGB to the float32 a network was trained on.
 *
 * The one thing to know: a pixel has 256 values, so the arithmetic is done once per value and channel, in the order and
 * the precision of the recipes, and a picture is three table look-ups a pixel. */
#include "image/scale.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/nearest.h"
#include "image/settings.h"

static const scale presets[] = {
  { "caffe", TRUE, 1, { 103.939, 116.779, 123.68 }, { 1, 1, 1 } },
  { "caffe-104", TRUE, 1, { 104, 117, 123 }, { 1, 1, 1 } },
  { "torch", FALSE, 255, { .485, .456, .406 }, { .229, .224, .225 } },
  { "tf", FALSE, 127.5, { 1, 1, 1 }, { 1, 1, 1 } },
  { "unit", FALSE, 255, { 0, 0, 0 }, { 1, 1, 1 } },
  { "clip", FALSE, 255, { .48145466, .4578275, .40821073 }, { .26862954, .26130258, .27577711 } },
  { "lite", FALSE, 128, { 127. / 128, 127. / 128, 127. / 128 }, { 1, 1, 1 } },
  { "raw", FALSE, 1, { 0, 0, 0 }, { 1, 1, 1 } },
};

static const char *const keys[] = { "order", "divide", "mean", "std", NULL };

static gboolean
same_values (const scale *a, const scale *b)
{
  return a->bgr == b->bgr && a->divide == b->divide && memcmp (a->mean, b->mean, sizeof a->mean) == 0
         && memcmp (a->std, b->std, sizeof a->std) == 0;
}

/* A preset's name for a preset's values; else the order and a hash of all values, so that the name tells them apart. */
static void
write_name (scale *s)
{
  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    if (same_values (s, &presets[i]))
      {
        g_strlcpy (s->name, presets[i].name, sizeof s->name);
        return;
      }
  g_autoptr (GString) values = g_string_new (s->bgr ? "bgr" : "rgb");
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  const double all[] = { s->divide, s->mean[0], s->mean[1], s->mean[2], s->std[0], s->std[1], s->std[2] };
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    g_string_append_printf (values, " %s", g_ascii_dtostr (number, sizeof number, all[i]));
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, values->str, -1);
  g_snprintf (s->name, sizeof s->name, "%s-%.16s", s->bgr ? "bgr" : "rgb", sum);
}

static gboolean
refuse (const char *path, const char *key, const char *text, const char *expected, GError **error)
{
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s': %s = '%s' in [scale] is not %s", path, key, text,
               expected);
  return FALSE;
}

/* Three numbers "a, b, c", or one for all three; left alone when the key is not there. */
static gboolean
file_triple (GKeyFile *file, const char *path, const char *key, gboolean zero_allowed, double values[3], GError **error)
{
  g_autofree char *text = settings_text (file, "scale", key);
  if (text == NULL)
    return TRUE;
  g_auto (GStrv) parts = g_strsplit (text, ",", 4);
  guint n = g_strv_length (parts);
  gboolean good = n == 1 || n == 3;

  for (guint i = 0; good && i < 3; i++)
    good =
        settings_number (g_strstrip (parts[n == 1 ? 0 : i]), &values[i]) && (zero_allowed || (float) values[i] != 0.0f);
  return good
         || refuse (path, key, text,
                    zero_allowed ? "three numbers like 0.485, 0.456, 0.406"
                                 : "three numbers other than 0 like 0.229, 0.224, 0.225",
                    error);
}

static gboolean
read_file (const char *path, scale *s, GError **error)
{
  scale read = { .divide = 1, .std = { 1, 1, 1 } };
  g_autoptr (GKeyFile) file = settings_load (path, "scale", keys, error);
  if (file == NULL)
    return FALSE;
  g_autofree char *order = settings_text (file, "scale", "order");
  g_autofree char *divide = settings_text (file, "scale", "divide");

  if (order != NULL && strcmp (order, "rgb") != 0 && strcmp (order, "bgr") != 0)
    return refuse (path, "order", order, "rgb or bgr", error);
  if (divide != NULL && (!settings_number (divide, &read.divide) || (float) read.divide == 0.0f))
    return refuse (path, "divide", divide, "a number other than 0", error);
  if (!file_triple (file, path, "mean", TRUE, read.mean, error)
      || !file_triple (file, path, "std", FALSE, read.std, error))
    return FALSE;
  read.bgr = order != NULL && strcmp (order, "bgr") == 0;
  write_name (&read);
  *s = read;
  return TRUE;
}

gboolean
scale_parse (const char *text, scale *s, GError **error)
{
  const char *names[G_N_ELEMENTS (presets) + 1] = { NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    {
      names[i] = presets[i].name;
      if (g_ascii_strcasecmp (text, presets[i].name) == 0)
        {
          *s = presets[i];
          return TRUE;
        }
    }
  if (strchr (text, '/') != NULL || g_file_test (text, G_FILE_TEST_EXISTS))
    return read_file (text, s, error);

  g_autofree char *all = g_strjoinv (", ", (char **) names);
  g_autofree char *lower = g_ascii_strdown (text, -1);
  const char *near = nearest_word (lower, names);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "unknown scale '%s'%s%s%s; names are %s; or a path to a text file", text,
               near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "", all);
  return FALSE;
}

static void
fill_table (const scale *s, int channel, float table[256])
{
  const float divide = (float) s->divide, mean = (float) s->mean[channel], std = (float) s->std[channel];

  for (int i = 0; i < 256; i++)
    table[i] = ((float) i / divide - mean) / std;
}

void
scale_apply (const scale *s, const image *rgb, gboolean planar, float *out)
{
  float tables[3][256];
  gsize n = (gsize) rgb->width * (gsize) rgb->height;

  for (int c = 0; c < 3; c++)
    {
      const guint8 *from = rgb->pixels + (s->bgr ? 2 - c : c);
      float *to = out + (planar ? (gsize) c * n : (gsize) c);
      gsize step = planar ? 1 : 3;

      fill_table (s, c, tables[c]);
      for (gsize i = 0; i < n; i++)
        to[i * step] = tables[c][from[i * 3]];
    }
}
