/* Fills the report from the store. What is shown is bounded (members, problems), so the report's size hangs on the
 * number of clusters, not on the number of pictures. */
#include "output/report.h"

#include "base/error.h"
#include "config.h"
#include "output/kept.h"
#include "output/noise_fill.h"
#include "store/store.h"

#include <string.h>

#define NOTE_SETTINGS "report.settings" /* a line per setting: NAME=VALUE, the value escaped by g_strescape */
#define NOTE_ADDED    "report.added"
#define NOTE_VANISHED "report.vanished"
#define NOTE_NOISE    "report.noise" /* a key file with one group, as `noise_fields` */

#define MEMBERS_IN_ALL   960 /* thumbnails in one report, before MEMBERS_AT_LEAST takes over */
#define MEMBERS_AT_LEAST 3
#define MEMBER_SIDE      96 /* pixels, the long side */
#define COPY_SIDE        128

static void
setting_free (gpointer data)
{
  char **setting = data;
  g_free (setting[0]);
  g_free (setting[1]);
  g_free (setting);
}

static void
member_free (gpointer data)
{
  report_member *m = data;
  g_free (m->file);
  g_free (m->kind);
  g_clear_pointer (&m->preview.jpeg, g_bytes_unref);
  g_free (m);
}

static void
cluster_free (gpointer data)
{
  report_cluster *c = data;
  g_ptr_array_unref (c->members);
  g_free (c->kind);
  g_free (c);
}

static void
kind_free (gpointer data)
{
  report_kind *k = data;
  g_free (k->kind);
  g_free (k->family);
  g_free (k);
}

static void
problem_free (gpointer data)
{
  report_problem *p = data;
  g_free (p->file);
  g_free (p->status);
  g_free (p->reason);
  g_free (p);
}

void
report_init (report *r)
{
  *r = (report){ 0 };
  r->program_version = g_strdup (PARDON_VERSION);
  r->settings = g_ptr_array_new_with_free_func (setting_free);
  r->groups = g_ptr_array_new_with_free_func (cluster_free);
  r->problems = g_ptr_array_new_with_free_func (problem_free);
  r->noise.kinds = g_ptr_array_new_with_free_func (kind_free);
  r->noise.worst = g_ptr_array_new_with_free_func (report_shot_free);
  r->noise.below = g_ptr_array_new_with_free_func (report_shot_free);
  r->noise.above = g_ptr_array_new_with_free_func (report_shot_free);
}

void
report_add_setting (report *r, const char *name, const char *value)
{
  char **setting = g_new (char *, 2);
  setting[0] = g_strdup (name);
  setting[1] = g_strdup (value);
  g_ptr_array_add (r->settings, setting);
}

report_cluster *
report_cluster_new (void)
{
  report_cluster *c = g_new0 (report_cluster, 1);
  c->members = g_ptr_array_new_with_free_func (member_free);
  return c;
}

static void
noise_clear (report_noise *n)
{
  g_clear_pointer (&n->kinds, g_ptr_array_unref);
  g_clear_pointer (&n->worst, g_ptr_array_unref);
  g_clear_pointer (&n->below, g_ptr_array_unref);
  g_clear_pointer (&n->above, g_ptr_array_unref);
  g_clear_pointer (&n->probe_fit.jpeg, g_bytes_unref);
  g_free (n->detector);
  g_free (n->probe_of);
  g_free (n->probe_path);
}

void
report_clear (report *r)
{
  g_free (r->program_version);
  clustering_clear (&r->clusters);
  g_clear_pointer (&r->settings, g_ptr_array_unref);
  g_clear_pointer (&r->groups, g_ptr_array_unref);
  g_clear_pointer (&r->problems, g_ptr_array_unref);
  noise_clear (&r->noise);
  report_repeats_clear (&r->repeats);
  report_probes_clear (&r->probes);
  g_free (r->judged_summary);
  g_free (r->judged);
  *r = (report){ 0 };
}

/* --- what the pictures cannot tell --------------------------------------------------------- */

static gboolean
keep_count (store *s, const char *key, guint64 count, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, count);
  return store_note (s, key, text, error);
}

#define AT(field) G_STRUCT_OFFSET (report_noise, field)
static const kept_field noise_fields[] = {
  { "false_alarms", KEPT_REAL, AT (false_alarms) },
  { "threshold", KEPT_REAL, AT (threshold) },
  { "share", KEPT_REAL, AT (share) },
  { "low", KEPT_REAL, AT (low) },
  { "high", KEPT_REAL, AT (high) },
  { "wrong", KEPT_REAL, AT (wrong) },
  { "wrong-low", KEPT_REAL, AT (wrong_low) },
  { "wrong-high", KEPT_REAL, AT (wrong_high) },
  { "detector", KEPT_TEXT, AT (detector) },
  { "vouched", KEPT_COUNT, AT (vouched) },
};
#undef AT

static gboolean
keep_noise (store *s, const report_noise *n, GError **error)
{
  if (n->detector == NULL)
    return store_note (s, NOTE_NOISE, NULL, error);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  kept_put (file, "noise", noise_fields, G_N_ELEMENTS (noise_fields), n);
  return kept_save (s, NOTE_NOISE, file, error);
}

static void
fill_noise (store *s, report_noise *n)
{
  g_autoptr (GKeyFile) file = kept_load (s, NOTE_NOISE);
  if (file != NULL)
    kept_get (file, "noise", noise_fields, G_N_ELEMENTS (noise_fields), n);
}

gboolean
report_keep (store *s, const report *r, GError **error)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  for (guint i = 0; i < r->settings->len; i++)
    {
      char **setting = r->settings->pdata[i];
      g_autofree char *value = g_strescape (setting[1], NULL);
      g_string_append_printf (lines, "%s=%s\n", setting[0], value);
    }
  return store_note (s, NOTE_SETTINGS, lines->str, error) && keep_count (s, NOTE_ADDED, r->added, error)
         && keep_count (s, NOTE_VANISHED, r->vanished, error) && keep_noise (s, &r->noise, error)
         && report_repeats_keep (s, &r->repeats, error) && report_probes_keep (s, &r->probes, error);
}

static guint64
kept_count (store *s, const char *key)
{
  g_autofree char *text = store_get_note (s, key);
  return text == NULL ? 0 : g_ascii_strtoull (text, NULL, 10);
}

static void
fill_kept (store *s, report *r)
{
  r->added = kept_count (s, NOTE_ADDED);
  r->vanished = kept_count (s, NOTE_VANISHED);
  fill_noise (s, &r->noise);
  report_repeats_fill (s, &r->repeats);
  report_probes_fill (s, &r->probes);
  g_autofree char *text = store_get_note (s, NOTE_SETTINGS);
  g_auto (GStrv) lines = g_strsplit (text == NULL ? "" : text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      char *equals = strchr (*line, '=');
      if (equals == NULL)
        continue;
      *equals = '\0';
      g_autofree char *value = g_strcompress (equals + 1);
      report_add_setting (r, *line, value);
    }
}

/* --- pictures ------------------------------------------------------------------------------ */

static void
count_skipped (const char *file G_GNUC_UNUSED, const char *why G_GNUC_UNUSED, gpointer user)
{
  ++*(guint64 *) user;
}

static void
add_problem (report *r, const store_picture *p)
{
  report_problem *problem = g_new (report_problem, 1);
  problem->file = g_strdup (p->ref.file);
  problem->status = g_strdup (p->status);
  problem->reason = g_strdup (p->reason == NULL ? "" : p->reason);
  g_ptr_array_add (r->problems, problem);
}

/* Of the copies that are shown: file -> path, "" until the pictures have passed by. Files belong to the report. */
static GHashTable *
shown_copies (const report_repeats *r)
{
  GHashTable *paths = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  for (guint i = 0; r->shown != NULL && i < r->shown->len; i++)
    {
      const report_copies *g = r->shown->pdata[i];
      for (guint c = 0; c < g->copies->len; c++)
        g_hash_table_insert (paths, ((report_copy *) g->copies->pdata[c])->file, g_strdup (""));
    }
  return paths;
}

static void
note_path (GHashTable *paths, const store_picture *p)
{
  gpointer file;
  if (g_hash_table_lookup_extended (paths, p->ref.file, &file, NULL))
    g_hash_table_insert (paths, file, g_strdup (p->ref.path));
}

/* --- clusters ------------------------------------------------------------------------------ */

typedef struct {
  GPtrArray *members; /* of report_member */
  GPtrArray *paths;   /* of char *: where each can be read */
} member_list;

static void
list_member (const store_member *m, gpointer user)
{
  member_list *list = user;
  report_member *member = g_new0 (report_member, 1);
  member->file = g_strdup (m->file);
  member->distance = m->distance;
  member->kind = g_strdup ("");
  g_ptr_array_add (list->members, member);
  g_ptr_array_add (list->paths, g_strdup (m->path));
}

static gboolean
fill_group (store *s, int id, guint64 limit, GPtrArray *paths, report *r, GError **error)
{
  report_cluster *c = report_cluster_new ();
  g_ptr_array_add (r->groups, c);
  c->id = id;
  c->size = r->clusters.sizes[id];
  c->silhouette = r->clusters.cluster_silhouette[id];
  member_list list = { c->members, paths };
  return store_cluster_spread (s, id, &c->mean_distance, &c->largest_distance, error)
         && store_each_member (s, id, limit, list_member, &list, error);
}

/* `paths`: of the members, cluster after cluster. */
static gboolean
fill_groups (store *s, const job *j, GPtrArray *paths, report *r, GError **error)
{
  if (!store_get_clustering (s, &r->clusters, error))
    return FALSE;
  int k = r->clusters.k;
  guint64 limit = k > 0 ? CLAMP (MEMBERS_IN_ALL / k, MEMBERS_AT_LEAST, REPORT_MEMBERS) : 0;
  for (int id = 0; id < k; id++)
    if (!job_go_on (j, error) || !fill_group (s, id, limit, paths, r, error))
      return FALSE;
  return TRUE;
}

static gboolean
fill_previews (const report_callbacks *c, const GPtrArray *paths, const job *j, report *r, GError **error)
{
  guint at = 0;
  for (guint g = 0; g < r->groups->len; g++)
    {
      GPtrArray *members = ((report_cluster *) r->groups->pdata[g])->members;
      job_tell (j, "report", g, r->groups->len);
      if (!job_go_on (j, error))
        return FALSE;
      for (guint i = 0; c->preview != NULL && i < members->len; i++)
        {
          report_preview *p = &((report_member *) members->pdata[i])->preview;
          p->jpeg = c->preview (c->user, paths->pdata[at++], MEMBER_SIDE, &p->width, &p->height);
        }
    }
  job_tell (j, "report", r->groups->len, r->groups->len);
  return TRUE;
}

static gboolean
fill_copies (const report_callbacks *c, GHashTable *paths, const job *j, report_repeats *r, GError **error)
{
  for (guint i = 0; c->preview != NULL && r->shown != NULL && i < r->shown->len; i++)
    {
      GPtrArray *copies = ((report_copies *) r->shown->pdata[i])->copies;
      if (!job_go_on (j, error))
        return FALSE;
      for (guint k = 0; k < copies->len; k++)
        {
          report_copy *copy = copies->pdata[k];
          const char *path = g_hash_table_lookup (paths, copy->file);
          if (*path != '\0')
            copy->preview.jpeg = c->preview (c->user, path, COPY_SIDE, &copy->preview.width, &copy->preview.height);
        }
    }
  return TRUE;
}

/* --- filling ------------------------------------------------------------------------------ */

struct report_filling {
  store *store;
  const report_callbacks *callbacks;
  const job *job;
  report *report;
  GPtrArray *paths;   /* char *: of the members */
  GHashTable *copies; /* as shown_copies */
  noise_sums *noise;
};

report_filling *
report_filling_new (store *s, const report_callbacks *callbacks, const job *j, report *r, GError **error)
{
  report_filling *f = g_new0 (report_filling, 1);
  report_init (r);
  fill_kept (s, r);
  *f =
      (report_filling){ s, callbacks, j, r, g_ptr_array_new_with_free_func (g_free), shown_copies (&r->repeats), NULL };
  if (fill_groups (s, j, f->paths, r, error))
    {
      f->noise = noise_sums_new (r);
      return f;
    }
  report_filling_free (f);
  report_clear (r);
  return NULL;
}

void
report_filling_free (report_filling *f)
{
  if (f == NULL)
    return;
  g_clear_pointer (&f->noise, noise_sums_free);
  g_hash_table_unref (f->copies);
  g_ptr_array_unref (f->paths);
  g_free (f);
}

void
report_filling_take (report_filling *f, const store_picture *p)
{
  report *r = f->report;
  gboolean ok = g_strcmp0 (p->status, STATUS_OK) == 0;
  r->found++;
  if (ok)
    r->ok++;
  else if (g_strcmp0 (p->status, STATUS_DAMAGED) == 0)
    r->damaged++;
  else
    r->unreadable++;
  noise_sums_add (f->noise, p);
  note_path (f->copies, p);
  if (!ok && r->problems->len < REPORT_PROBLEMS)
    add_problem (r, p);
}

gboolean
report_filling_end (report_filling *f, GError **error)
{
  const report_callbacks *c = f->callbacks;
  report *r = f->report;
  noise_sums_end (f->noise);
  return store_each_skipped (f->store, count_skipped, &r->skipped, error)
         && (c == NULL
             || (fill_previews (c, f->paths, f->job, r, error) && noise_fill_shots (&r->noise, c, f->job, error)
                 && fill_copies (c, f->copies, f->job, &r->repeats, error)));
}

static gboolean
take_all (report_filling *f, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (store_cursor) cursor =
      store_cursor_new_pixels (f->store, 0, f->callbacks == NULL ? 0 : f->callbacks->measures, error);
  if (cursor == NULL)
    return FALSE;
  for (store_picture p; store_cursor_next (cursor, &p, &fault);)
    {
      if (f->report->found % 4096 == 0 && !job_go_on (f->job, error))
        return FALSE;
      report_filling_take (f, &p);
    }
  if (fault == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

gboolean
report_fill (store *s, const report_callbacks *callbacks, const job *j, report *r, GError **error)
{
  g_autoptr (report_filling) f = report_filling_new (s, callbacks, j, r, error);
  if (f == NULL)
    return FALSE;
  if (take_all (f, error) && report_filling_end (f, error))
    return TRUE;
  report_clear (r);
  return FALSE;
}
