/* Names of pictures in results, and the globs that exclude them. Names are bytes: nothing here assumes UTF-8. */
#include <fnmatch.h>
#include <string.h>

#include "source/internal.h"

/* --- labels of roots ----------------------------------------------------------------------- */

/* The last `depth` folders of an absolute path; "" for '/' itself. */
static const char *
tail (const char *absolute, guint depth)
{
  const char *p = absolute + strlen (absolute);
  for (; p > absolute; p--)
    if (p[-1] == '/' && depth-- == 1)
      return p;
  return absolute[0] == '/' ? absolute + 1 : absolute;
}

/* Puts into `bad` each label that stands for two roots, or within which another label lies, and that other one. */
static GHashTable *
find_clashes (const root *roots, gsize n)
{
  GHashTable *bad = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) labels = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; i < n; i++)
    if (!g_hash_table_add (labels, roots[i].label))
      g_hash_table_add (bad, g_strdup (roots[i].label));
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *above = g_strdup (roots[i].label);
      while (above[0] != '\0')
        {
          char *slash = strrchr (above, '/');
          (slash != NULL ? slash : above)[0] = '\0';
          if (!g_hash_table_contains (labels, above))
            continue;
          g_hash_table_add (bad, g_strdup (above));
          g_hash_table_add (bad, g_strdup (roots[i].label));
        }
    }
  return bad;
}

void
names_label (root *roots, gsize n)
{
  if (n == 1)
    {
      const root *r = &roots[0];
      roots[0].label = g_strdup (r->kind == ROOT_FILE ? tail (r->absolute, 1) : "");
      return;
    }
  g_autofree guint *depth = g_new (guint, n);
  for (gsize i = 0; i < n; i++)
    {
      depth[i] = 1;
      roots[i].label = g_strdup (tail (roots[i].absolute, 1));
    }
  for (gboolean changed = TRUE; changed;)
    {
      g_autoptr (GHashTable) bad = find_clashes (roots, n);
      changed = FALSE;
      for (gsize i = 0; i < n; i++)
        {
          if (!g_hash_table_contains (bad, roots[i].label))
            continue;
          const char *longer = tail (roots[i].absolute, ++depth[i]);
          if (strcmp (longer, roots[i].label) == 0)
            continue;
          g_free (roots[i].label);
          roots[i].label = g_strdup (longer);
          changed = TRUE;
        }
    }
}

char *
names_join (const char *above, const char *name)
{
  gsize n = strlen (above);
  const char *slash = n == 0 || above[n - 1] == '/' ? "" : "/";
  return g_strconcat (above, slash, name, NULL);
}

/* --- globs --------------------------------------------------------------------------------- */

/* Both are split at '/'. */
static gboolean
match_parts (char *const *glob, char *const *name)
{
  for (; *glob != NULL; glob++, name++)
    {
      if (strcmp (*glob, "**") == 0)
        {
          while (glob[1] != NULL && strcmp (glob[1], "**") == 0)
            glob++;
          if (glob[1] == NULL)
            return TRUE;
          for (; *name != NULL; name++)
            if (match_parts (glob + 1, name))
              return TRUE;
          return FALSE;
        }
      if (*name == NULL || fnmatch (*glob, *name, 0) != 0)
        return FALSE;
    }
  return *name == NULL;
}

static gboolean
matches (const char *glob, const char *label, const char *file, gboolean folder)
{
  g_autofree char *trimmed = NULL;
  if (g_str_has_suffix (glob, "/"))
    {
      if (!folder)
        return FALSE;
      glob = trimmed = g_strndup (glob, strlen (glob) - 1);
    }
  if (strchr (glob, '/') == NULL)
    {
      const char *slash = strrchr (file, '/');
      return fnmatch (glob, slash != NULL ? slash + 1 : file, 0) == 0;
    }
  g_auto (GStrv) parts = g_strsplit (glob, "/", -1);
  g_auto (GStrv) name = g_strsplit (file, "/", -1);
  if (match_parts (parts, name))
    return TRUE;
  gsize n = strlen (label);
  if (n == 0 || strncmp (file, label, n) != 0 || file[n] != '/')
    return FALSE;
  g_auto (GStrv) below = g_strsplit (file + n + 1, "/", -1);
  return match_parts (parts, below);
}

const char *
names_excluded (const char *const *globs, const char *label, const char *file, gboolean folder)
{
  for (; globs != NULL && *globs != NULL; globs++)
    if (matches (*globs, label, file, folder))
      return *globs;
  return NULL;
}

/* --- endings ------------------------------------------------------------------------------- */

/* What lies beside pictures by the thousand: notes, labels, sums, archives, films, models. */
static const char *const never[] = {
  "txt", "csv",  "tsv", "xml",  "json", "jsonl", "yaml", "yml",  "toml", "ini",    "cfg",  "md",  "html",    "htm",
  "log", "sha1", "md5", "sum",  "py",   "ipynb", "c",    "h",    "sh",   "js",     "css",  "pdf", "doc",     "docx",
  "xls", "xlsx", "zip", "tar",  "gz",   "tgz",   "bz2",  "xz",   "zst",  "7z",     "rar",  "mp4", "mov",     "avi",
  "mkv", "mp3",  "wav", "flac", "npy",  "npz",   "pt",   "pth",  "onnx", "h5",     "hdf5", "mat", "parquet", "pkl",
  "db",  "bin",  "xmp", "aae",  "exe",  "dll",   "so",   "lock", "part", "sqlite",
};

gboolean
names_never_picture (const char *name)
{
  const char *dot = strrchr (name, '.');
  for (gsize i = 0; dot != NULL && i < G_N_ELEMENTS (never); i++)
    if (g_ascii_strcasecmp (dot + 1, never[i]) == 0)
      return TRUE;
  return FALSE;
}
