/* images.csv is walked row by row beside manifest.csv, which has the same pictures in the same order; the shorter tables are looked up by file.
 * A results folder may come from anybody: what it says is text, never trusted to be a number or a safe name. */
#include "writing/exporting.h"

#include <errno.h>
#include <string.h>

#include "base/csv.h"
#include "base/error.h"
#include "base/nearest.h"
#include "image/corrupt.h"

const char *const export_extra_names[EXPORT_EXTRAS] = { "path",      "group",       "suggested",
                                                        "suspicion", "exact_group", "near_group" };

#define MOST_TOLD 10 /* failures told one by one */

static const char *const field_names[EXPORT_FIELDS] = { "file", "status", "noisy", "kind", "cluster", "verdict" };

/* --- lists ---------------------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  int field;         /* of images.csv, -1: none */
  const char *value; /* that it has */
  int extra;         /* that is not empty, or the next one; -1: none */
} list;

static const list lists[] = {
  { "all", -1, NULL, -1 },
  { "clean", EXPORT_NOISY, "0", -1 },
  { "noisy", EXPORT_NOISY, "1", -1 },
  { "unreadable", EXPORT_NOISY, "", -1 },
  { "right", EXPORT_VERDICT, "right", -1 },
  { "set-aside", EXPORT_VERDICT, "set-aside", -1 },
  { "owed", EXPORT_VERDICT, "owed", -1 },
  { "unjudged", EXPORT_VERDICT, "unjudged", -1 },
  { "suspected", -1, NULL, EXPORT_SUGGESTED },
  { "duplicates", -1, NULL, EXPORT_EXACT },
};

static const list *
find_list (const char *name, GError **error)
{
  const char *names[G_N_ELEMENTS (lists) + 1] = { NULL };
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    if (strcmp (names[i] = lists[i].name, name) == 0)
      return &lists[i];
  const char *nearest = nearest_word (name, names);
  g_autofree char *all = g_strjoinv (", ", (char **) names);
  if (nearest != NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "there is no list '%s'; did you mean '%s'?", name, nearest);
  else
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "there is no list '%s'; there are %s", name, all);
  return NULL;
}

/* --- the shorter tables ----------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *columns[3]; /* after "file" */
} table;

enum { OWED, SUSPECTED, COPIES, TABLES };

static const table tables[TABLES] = {
  [OWED] = { "owed.csv", { "group" } },
  [SUSPECTED] = { "suspected.csv", { "suggested", "score" } },
  [COPIES] = { "duplicates.csv", { "group", "kind" } },
};

typedef struct {
  char *extra[EXPORT_EXTRAS];
  guint8 in; /* bit t: stands in table t */
} looked_up;

static void
looked_up_free (gpointer data)
{
  looked_up *l = data;
  for (int e = 0; e < EXPORT_EXTRAS; e++)
    g_free (l->extra[e]);
  g_free (l);
}

struct export_source {
  const pardon_export_options *o;
  const list *list;
  csv_reader *images, *manifest;
  char *images_path;
  int at[EXPORT_FIELDS];
  int manifest_file, manifest_path, manifest_included;
  GHashTable *others; /* file -> looked_up */
  gsize left[TABLES]; /* rows not met yet */
};

void
export_source_free (export_source *x)
{
  if (x == NULL)
    return;
  csv_reader_free (x->images);
  csv_reader_free (x->manifest);
  g_free (x->images_path);
  g_hash_table_unref (x->others);
  g_free (x);
}

static void
take_row (looked_up *l, int which, char **fields, const int *at)
{
  int to[] = { EXPORT_GROUP, EXPORT_SUSPICION };
  if (which == SUSPECTED)
    to[0] = EXPORT_SUGGESTED;
  if (which == COPIES)
    {
      to[0] = strcmp (fields[at[2]], "exact") == 0 ? EXPORT_EXACT : EXPORT_NEAR;
      to[1] = -1;
    }
  for (int c = 0; c < 2 && tables[which].columns[c] != NULL; c++)
    if (to[c] >= 0)
      {
        g_free (l->extra[to[c]]);
        l->extra[to[c]] = g_strdup (fields[at[c + 1]]);
      }
}

/* A folder of an older pardon has not all of them. */
static gboolean
read_table (export_source *x, int which, GError **error)
{
  const table *t = &tables[which];
  g_autofree char *path = g_build_filename (x->o->results, t->name, NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_autoptr (csv_reader) in = csv_reader_new (path, error);
  g_autoptr (GError) why = NULL;
  if (in == NULL)
    return FALSE;
  int at[4] = { csv_reader_column (in, (const char *const[]){ "file", NULL }) };
  gboolean whole = at[0] >= 0;
  for (int c = 0; c < 3 && t->columns[c] != NULL; c++)
    whole = whole && (at[c + 1] = csv_reader_column (in, (const char *const[]){ t->columns[c], NULL })) >= 0;
  if (!whole)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' is no table of this pardon; scan again", path);
      return FALSE;
    }
  for (char **f; (f = csv_reader_next (in, &why)) != NULL;)
    {
      looked_up *l = g_hash_table_lookup (x->others, f[at[0]]);
      if (l == NULL)
        g_hash_table_insert (x->others, g_strdup (f[at[0]]), l = g_new0 (looked_up, 1));
      x->left[which] += (l->in >> which & 1) == 0;
      l->in |= (guint8) (1 << which);
      take_row (l, which, f, at);
    }
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* --- opening ------------------------------------------------------------------------------------------ */

/* An older pardon's images.csv has fewer columns. */
static gboolean
check_column (const export_source *x, int field, GError **error)
{
  if (field < 0 || x->at[field] >= 0)
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
               "'%s' has no column '%s': it is no scan's of this pardon; scan again", x->images_path,
               field_names[field]);
  return FALSE;
}

static gboolean
check_table (const export_source *x, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (x->o->results, name, NULL);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "there is no '%s': the scan was an older pardon's; scan again",
               path);
  return FALSE;
}

static gboolean
check_kind (const char *kind, GError **error)
{
  const char *names[CORRUPTION_KINDS + 2] = { NULL };
  for (int k = 0; k < CORRUPTION_KINDS; k++)
    names[k] = corruption_kinds[k].name;
  names[CORRUPTION_KINDS] = "unknown";
  if (kind == NULL || g_strv_contains (names, kind))
    return TRUE;
  const char *nearest = nearest_word (kind, names);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "there is no kind '%s'%s%s%s", kind,
               nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
  return FALSE;
}

static gboolean
check (const export_source *x, GError **error)
{
  const pardon_export_options *o = x->o;
  return check_column (x, EXPORT_FILE, error) && check_column (x, x->list->field, error)
         && check_column (x, o->kind != NULL ? EXPORT_KIND : -1, error)
         && (x->list->extra != EXPORT_SUGGESTED || check_table (x, tables[SUSPECTED].name, error))
         && (x->list->extra != EXPORT_EXACT || check_table (x, tables[COPIES].name, error))
         && (o->group == 0 || check_table (x, tables[OWED].name, error));
}

static csv_reader *
open_table (const export_source *x, const char *name, char **path, GError **error)
{
  *path = g_build_filename (x->o->results, name, NULL);
  if (g_file_test (*path, G_FILE_TEST_EXISTS))
    return csv_reader_new (*path, error);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' is no results folder of pardon: it holds no %s",
               x->o->results, name);
  return NULL;
}

static gboolean
open_manifest (export_source *x, GError **error)
{
  g_autofree char *path = NULL;
  x->manifest = open_table (x, "manifest.csv", &path, error);
  if (x->manifest == NULL)
    return FALSE;
  x->manifest_file = csv_reader_column (x->manifest, (const char *const[]){ "file", NULL });
  x->manifest_path = csv_reader_column (x->manifest, (const char *const[]){ "path", NULL });
  x->manifest_included = csv_reader_column (x->manifest, (const char *const[]){ "included", NULL });
  if (x->manifest_file >= 0 && x->manifest_path >= 0 && x->manifest_included >= 0)
    return TRUE;
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s' is no table of this pardon; scan again", path);
  return FALSE;
}

export_source *
export_source_new (const pardon_export_options *o, GError **error)
{
  const list *l = find_list (o->list != NULL ? o->list : "all", error);
  if (l == NULL || !check_kind (o->kind, error))
    return NULL;
  g_autoptr (export_source) x = g_new0 (export_source, 1);
  x->o = o;
  x->list = l;
  x->others = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, looked_up_free);
  x->images = open_table (x, "images.csv", &x->images_path, error);
  if (x->images == NULL || !open_manifest (x, error))
    return NULL;
  for (int i = 0; i < EXPORT_FIELDS; i++)
    x->at[i] = csv_reader_column (x->images, (const char *const[]){ field_names[i], NULL });
  if (!check (x, error))
    return NULL;
  for (int t = 0; t < TABLES; t++)
    if (!read_table (x, t, error))
      return NULL;
  return g_steal_pointer (&x);
}

char **
export_source_header (const export_source *x)
{
  return csv_reader_header (x->images);
}

/* --- rows ------------------------------------------------------------------------------------------------ */

static gboolean
refuse_mixture (const export_source *x, GError **error)
{
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "the tables in '%s' are of different scans; scan again",
               x->o->results);
  return FALSE;
}

/* The path of the picture whose turn it is; NULL: it is not this one's, or `error`. */
static const char *
next_path (export_source *x, const char *file, GError **error)
{
  for (char **f; (f = csv_reader_next (x->manifest, error)) != NULL;)
    if (strcmp (f[x->manifest_included], "yes") == 0)
      return strcmp (f[x->manifest_file], file) == 0 ? f[x->manifest_path] : NULL;
  return NULL;
}

static gboolean
is_wanted (const export_source *x, const export_row *row)
{
  const list *l = x->list;
  char group[32];
  g_snprintf (group, sizeof group, "%" G_GUINT64_FORMAT, x->o->group);
  return (l->field < 0 || strcmp (row->field[l->field], l->value) == 0)
         && (l->extra < 0 || row->extra[l->extra][0] != 0
             || (l->extra == EXPORT_EXACT && row->extra[EXPORT_NEAR][0] != 0))
         && (x->o->kind == NULL || strcmp (row->field[EXPORT_KIND], x->o->kind) == 0)
         && (x->o->group == 0 || strcmp (row->extra[EXPORT_GROUP], group) == 0);
}

/* The next row, wanted or not. */
static gboolean
read_row (export_source *x, export_row *row, GError **error)
{
  g_autoptr (GError) why = NULL;
  char **f = csv_reader_next (x->images, &why);
  if (f == NULL && why == NULL)
    {
      for (int t = 0; t < TABLES; t++)
        if (x->left[t] > 0)
          return refuse_mixture (x, error);
      return FALSE;
    }
  *row = (export_row){ .fields = f };
  if (f != NULL)
    row->extra[EXPORT_PATH] = next_path (x, f[x->at[EXPORT_FILE]], &why);
  if (why != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  if (row->extra[EXPORT_PATH] == NULL)
    return refuse_mixture (x, error);
  const looked_up *l = g_hash_table_lookup (x->others, f[x->at[EXPORT_FILE]]);
  for (int t = 0; t < TABLES && l != NULL; t++)
    x->left[t] -= l->in >> t & 1;
  for (int e = EXPORT_PATH + 1; e < EXPORT_EXTRAS; e++)
    row->extra[e] = l != NULL && l->extra[e] != NULL ? l->extra[e] : "";
  for (int i = 0; i < EXPORT_FIELDS; i++)
    row->field[i] = x->at[i] >= 0 ? f[x->at[i]] : "";
  return TRUE;
}

gboolean
export_source_next (export_source *x, export_row *row, GError **error)
{
  while (read_row (x, row, error))
    if (is_wanted (x, row))
      return TRUE;
  return FALSE;
}

/* --- what folders of links and of probes share ------------------------------------------------------------- */

char *
export_safe_name (const char *name, gboolean keep_folders)
{
  GString *safe = g_string_new (NULL);
  for (; *name != 0; name++)
    {
      gboolean begins = safe->len == 0 || safe->str[safe->len - 1] == '/';
      if (*name == '/' && keep_folders && !begins)
        g_string_append_c (safe, '/');
      else if (*name == '/' && keep_folders)
        continue;
      else
        g_string_append_c (
            safe, *name == '/' || (guchar) *name < ' ' || *name == 0x7f || (begins && *name == '.') ? '_' : *name);
    }
  if (safe->len == 0)
    g_string_append_c (safe, '_');
  return g_string_free (safe, FALSE);
}

void
export_tell_failure (const pardon_export_told *told, pardon_export_result *result, const char *format, ...)
{
  va_list arguments;
  if (result->failed++ >= MOST_TOLD || told->failed == NULL)
    return;
  va_start (arguments, format);
  g_autofree char *why = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  told->failed (told->user, why);
}
