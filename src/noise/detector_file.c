/* A table's file: a key file a person can read, then the line [weights], then float32, little-endian, in the order of
 * detector_numbers. The shipped one is carried inside the library. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "noise/detector_internal.h"
#include "noise/train.h"
#include "noise_resources.h"

#define MAGIC   "[detector]\n"
#define MARK    "\n[weights]\n"
#define GROUP   "detector"
#define VERSION 2
#define LARGEST 1e7f /* of a number: trained ones stay far below, and sums of these stay finite */

G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN);

/* --- out ----------------------------------------------------------------------------------- */

static void
put_number (GKeyFile *keys, const char *key, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_key_file_set_string (keys, GROUP, key, g_ascii_dtostr (text, sizeof text, value));
}

gboolean
detector_save (const detector *d, const char *file, GError **error)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_key_file_set_integer (keys, GROUP, "version", VERSION);
  g_key_file_set_string (keys, GROUP, "made", d->note != NULL ? d->note : "");
  g_key_file_set_integer (keys, GROUP, "measures", (int) d->d);
  g_key_file_set_string_list (keys, GROUP, "kinds", (const char *const *) d->kinds, (gsize) d->known);
  g_key_file_set_string_list (keys, GROUP, "families", (const char *const *) d->families, (gsize) d->known);
  put_number (keys, "slope", d->slope);
  put_number (keys, "offset", d->offset);
  put_number (keys, "strange-slope", d->strange_slope);
  put_number (keys, "strange-offset", d->strange_offset);
  put_number (keys, "unlike", d->unlike);

  gsize length;
  g_autofree char *text = g_key_file_to_data (keys, &length, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_byte_array_append (bytes, (const guint8 *) text, (guint) length);
  g_byte_array_append (bytes, (const guint8 *) MARK, (guint) strlen (MARK));
  g_byte_array_append (bytes, (const guint8 *) d->all, (guint) (d->n_all * sizeof *d->all));
  g_autoptr (GError) why = NULL;
  if (g_file_set_contents (file, (const char *) bytes->data, (gssize) bytes->len, &why))
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot write '%s': %s", file, why->message);
  return FALSE;
}

/* --- in ------------------------------------------------------------------------------------ */

static gboolean
refuse (const char *name, const char *why, GError **error)
{
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "'%s' is no detector that can be used: %s; 'pardon train' makes one", name, why);
  return FALSE;
}

static gboolean
get_number (GKeyFile *keys, const char *key, double *value)
{
  g_autoptr (GError) why = NULL;
  *value = g_key_file_get_double (keys, GROUP, key, &why);
  return why == NULL && fabs (*value) <= (double) LARGEST;
}

static detector *
read_head (GKeyFile *keys, gsize d, const char *name, GError **error)
{
  if (g_key_file_get_integer (keys, GROUP, "version", NULL) != VERSION)
    {
      refuse (name, "it is of another version of pardon", error);
      return NULL;
    }
  if (g_key_file_get_integer (keys, GROUP, "measures", NULL) != (int) d || d > DETECTOR_MOST_MEASURES)
    {
      refuse (name, "it was made for other quality measures than this version's", error);
      return NULL;
    }
  gsize n = 0, n_families = 0;
  g_auto (GStrv) kinds = g_key_file_get_string_list (keys, GROUP, "kinds", &n, NULL);
  g_auto (GStrv) families = g_key_file_get_string_list (keys, GROUP, "families", &n_families, NULL);
  if (n == 0 || n != n_families || n >= DETECTOR_MOST_KINDS)
    {
      refuse (name, "its list of kinds is damaged", error);
      return NULL;
    }
  g_autoptr (detector) made = detector_new (d, (int) n, (const char *const *) kinds, (const char *const *) families);
  if (!get_number (keys, "slope", &made->slope) || !get_number (keys, "offset", &made->offset)
      || !get_number (keys, "strange-slope", &made->strange_slope)
      || !get_number (keys, "strange-offset", &made->strange_offset) || !get_number (keys, "unlike", &made->unlike)
      || made->slope <= 0)
    {
      refuse (name, "one of its numbers is missing or none", error);
      return NULL;
    }
  made->note = g_key_file_get_string (keys, GROUP, "made", NULL);
  return g_steal_pointer (&made);
}

static gboolean
numbers_are_sound (const detector *d)
{
  for (gsize i = 0; i < d->n_all; i++)
    if (!(fabsf (d->all[i]) <= LARGEST))
      return FALSE;
  for (gsize i = 1; i < DETECTOR_QUANTILES; i++)
    if (d->at.clean_scores[i] < d->at.clean_scores[i - 1])
      return FALSE;
  for (int k = 0; k <= d->known; k++)
    for (int i = 1; i < DETECTOR_TAILS; i++)
      if (d->at.tails[k * DETECTOR_TAILS + i] < d->at.tails[k * DETECTOR_TAILS + i - 1])
        return FALSE;
  return TRUE;
}

static detector *
parse (const char *data, gsize n, gsize d, const char *name, const char *label, GError **error)
{
  const char *mark =
      n > strlen (MAGIC) && memcmp (data, MAGIC, strlen (MAGIC)) == 0 ? memmem (data, n, MARK, strlen (MARK)) : NULL;
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  if (mark == NULL || !g_key_file_load_from_data (keys, data, (gsize) (mark - data), G_KEY_FILE_NONE, NULL))
    {
      refuse (name, "it does not begin as one", error);
      return NULL;
    }
  g_autoptr (detector) made = read_head (keys, d, name, error);
  if (made == NULL)
    return NULL;
  const char *numbers = mark + strlen (MARK);
  gsize bytes = n - (gsize) (numbers - data);
  if (bytes != made->n_all * sizeof *made->all)
    {
      refuse (name, "it is cut off, or longer than it should be", error);
      return NULL;
    }
  memcpy (made->all, numbers, bytes);
  if (!numbers_are_sound (made))
    {
      refuse (name, "it holds numbers that are none, too large or out of order", error);
      return NULL;
    }
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) data, n);
  made->name = g_strdup_printf ("%s %.8s", label, sum);
  return g_steal_pointer (&made);
}

detector *
detector_open (const char *file, gsize measures, GError **error)
{
  if (file == NULL)
    {
      g_autoptr (GBytes) bytes = g_resource_lookup_data (noise_get_resource (), "/noise/weights.detector", 0, error);
      gsize n;
      const char *data = bytes != NULL ? g_bytes_get_data (bytes, &n) : NULL;
      return data != NULL ? parse (data, n, measures, "shipped", "shipped", error) : NULL;
    }
  g_autofree char *data = NULL;
  gsize n;
  g_autoptr (GError) why = NULL;
  if (!g_file_get_contents (file, &data, &n, &why))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot read '%s': %s", file, why->message);
      return NULL;
    }
  g_autofree char *base = g_path_get_basename (file);
  return parse (data, n, measures, file, base, error);
}
