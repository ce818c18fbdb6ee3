/* Words and small text files for views and scales.
 *
 * The one thing to know: an unknown key is an error, never ignored, because a misspelt 'filter' would silently give
 * other pixels than the ones asked for. */
#include "image/settings.h"

#include <math.h>

#include "base/error.h"
#include "base/nearest.h"

static gboolean
check_keys (GKeyFile *file, const char *path, const char *group, const char *const *keys, GError **error)
{
  g_auto (GStrv) found = g_key_file_get_keys (file, group, NULL, NULL);

  for (char **key = found; key != NULL && *key != NULL; key++)
    if (!g_strv_contains (keys, *key))
      {
        g_autofree char *all = g_strjoinv (", ", (char **) keys);
        const char *near = nearest_word (*key, keys);
        g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "unknown key '%s' in [%s] of '%s'%s%s%s; keys are %s",
                     *key, group, path, near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                     near != NULL ? "'?" : "", all);
        return FALSE;
      }
  return TRUE;
}

GKeyFile *
settings_load (const char *path, const char *group, const char *const *keys, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) why = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &why))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot read '%s' as a text file with a group [%s]: %s",
                   path, group, why->message);
      return NULL;
    }
  if (!g_key_file_has_group (file, group))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' has no group [%s]", path, group);
      return NULL;
    }
  return check_keys (file, path, group, keys, error) ? g_steal_pointer (&file) : NULL;
}

char *
settings_text (GKeyFile *file, const char *group, const char *key)
{
  char *text = g_key_file_get_string (file, group, key, NULL);

  return text != NULL ? g_strstrip (text) : NULL;
}

gboolean
settings_number (const char *text, double *value)
{
  char *end = NULL;

  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*value);
}
