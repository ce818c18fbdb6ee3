/* images.csv, noise.csv, clusters.csv and manifest.csv, straight from the store's cursors: one row in memory at a time. File names
 * are written as the raw bytes they are, so that they can be opened again. */
#include "output/report.h"

#include "base/csv.h"
#include "output/whole_file.h"
#include "store/store.h"

#include <math.h>
#include <string.h>

typedef struct {
  whole_file *file;
  GString *
      line; /* empty: the next field is the first, so a row must not begin with an empty field, and none of ours does */
} csv_out;

static void
put_text (csv_out *o, const char *text)
{
  csv_append (o->line, text == NULL ? "" : text, o->line->len == 0);
}

static void
put_count (csv_out *o, guint64 count)
{
  char text[32];
  g_snprintf (text, sizeof text, "%" G_GUINT64_FORMAT, count);
  put_text (o, text);
}

static void
put_measure (csv_out *o, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  put_text (o, isfinite (value) ? g_ascii_formatd (text, sizeof text, "%.7g", value) : "");
}

static void
end_line (csv_out *o)
{
  g_string_append (o->line, "\r\n");
  whole_file_put (o->file, o->line->str, o->line->len);
  g_string_truncate (o->line, 0);
}

static gboolean
begin (csv_out *o, const char *dir, const char *name, const char *header, GError **error)
{
  o->file = whole_file_new (dir, name, error);
  if (o->file == NULL)
    return FALSE;
  o->line = g_string_new (header);
  end_line (o);
  return TRUE;
}

static void
drop (csv_out *o)
{
  g_clear_pointer (&o->file, whole_file_free);
  if (o->line != NULL)
    g_string_free (g_steal_pointer (&o->line), TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (csv_out, drop)

static void
put_flag (csv_out *o, gboolean known, gboolean flag)
{
  put_text (o, !known ? "" : flag ? "1" : "0");
}

static void
put_verdict (csv_out *o, const store_verdict *v)
{
  put_measure (o, v->judged ? v->noise : NAN);
  put_flag (o, v->judged, v->noisy);
  put_text (o, v->kind);
  put_measure (o, v->noisy ? v->severity : NAN);
}

/* Of the file itself, besides its size. */
static void
put_facts (csv_out *o, const store_picture *p, gboolean sized)
{
  const image_facts *f = &p->facts;
  if (sized)
    put_count (o, (guint64) f->bits);
  else
    put_text (o, "");
  put_text (o, sized ? f->space : "");
  put_flag (o, p->verdict.judged, p->verdict.grey);
  put_measure (o, sized ? (double) f->width / f->height : NAN);
  put_flag (o, p->verdict.judged && p->verdict.enlarged >= 0, p->verdict.enlarged == 1);
}

const char *
report_verdict (const store_picture *p)
{
  const store_answer *a = &p->answer;
  if (a->truth < 0 || a->prediction < 0 || !p->verdict.judged)
    return "unjudged";
  return a->truth == a->prediction ? "right" : p->verdict.noisy ? "set-aside" : "owed";
}

const char *
report_decided (const store_picture *p)
{
  gboolean noisy = p->decided.noisy >= 0 || p->decided.kind != NULL, label = p->decided.label != NULL;
  return noisy && label ? "both" : noisy ? "noisy" : label ? "label" : "";
}

static void
put_answer (csv_out *o, const store_picture *p, char **classes)
{
  const store_answer *a = &p->answer;
  put_text (o, a->truth >= 0 ? classes[a->truth] : NULL);
  put_text (o, a->prediction >= 0 ? classes[a->prediction] : NULL);
  put_measure (o, a->given ? a->confidence : NAN);
  put_flag (o, a->truth >= 0 && a->prediction >= 0, a->truth == a->prediction);
  put_text (o, report_verdict (p));
}

static void
put_reason (csv_out *o, const store_picture *p, gsize i, report_unjudged why, gpointer user)
{
  gboolean refused = FALSE;
  const char *words = why != NULL ? why (user, i, &refused) : "";
  g_autofree char *more = refused && p->reason[0] != 0 ? g_strconcat (words, ": ", p->reason, NULL) : NULL;
  put_text (o, more != NULL ? more : words);
}

static void
put_image (csv_out *o, const store_picture *p, gsize i, char **classes, report_unjudged why, gpointer user)
{
  gboolean sized = p->facts.width > 0;
  put_text (o, p->ref.file);
  put_text (o, p->status);
  put_text (o, p->reason);
  if (sized)
    {
      put_count (o, (guint64) p->facts.width);
      put_count (o, (guint64) p->facts.height);
    }
  else
    {
      put_text (o, "");
      put_text (o, "");
    }
  put_text (o, sized ? p->facts.format : "");
  if (p->content != 0)
    put_count (o, p->bytes);
  else
    put_text (o, "");
  if (p->cluster >= 0)
    {
      put_count (o, (guint64) p->cluster);
      put_measure (o, p->distance);
    }
  else
    {
      put_text (o, "");
      put_text (o, "");
    }
  put_verdict (o, &p->verdict);
  put_facts (o, p, sized);
  put_answer (o, p, classes);
  put_reason (o, p, i, why, user);
  put_text (o, report_decided (p));
  end_line (o);
}

static gboolean
write_images (store *s, const char *dir, report_unjudged why, gpointer user, GError **error)
{
  g_auto (csv_out) o = { 0 };
  g_auto (GStrv) classes = store_answer_classes (s, error);
  if (classes == NULL)
    return FALSE;
  if (!begin (&o, dir, "images.csv",
              "file,status,reason,width,height,format,bytes,cluster,distance,noise,noisy,kind,severity,bits,space,grey,"
              "aspect,enlarged,label,prediction,confidence,correct,verdict,verdict_reason,decided",
              error))
    return FALSE;
  g_autoptr (store_cursor) cursor = store_cursor_new (s, 0, error);
  if (cursor == NULL)
    return FALSE;
  g_autoptr (GError) fault = NULL;
  gsize i = 0;
  for (store_picture p; store_cursor_next (cursor, &p, &fault); i++)
    put_image (&o, &p, i, classes, why, user);
  if (fault != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  return whole_file_commit (o.file, error);
}

static void
put_noise (csv_out *o, const store_picture *p, guint n_kinds)
{
  const store_verdict *v = &p->verdict;
  put_text (o, p->ref.file);
  put_measure (o, v->score);
  put_verdict (o, v);
  put_measure (o, v->unlike);
  for (guint i = 0; i < n_kinds; i++)
    put_measure (o, i < v->n_kinds ? (double) v->kinds[i] : NAN);
  end_line (o);
}

static gboolean
write_noise (store *s, const char *dir, GError **error)
{
  g_auto (csv_out) o = { 0 };
  g_auto (GStrv) kinds = store_verdict_kinds (s, error);
  if (kinds == NULL)
    return FALSE;
  g_autoptr (GString) header = g_string_new ("file,score,noise,noisy,kind,severity,unlike");
  for (char **k = kinds; *k != NULL; k++)
    csv_append (header, *k, FALSE);
  if (!begin (&o, dir, "noise.csv", header->str, error))
    return FALSE;
  g_autoptr (store_cursor) cursor = store_cursor_new (s, 0, error);
  if (cursor == NULL)
    return FALSE;
  g_autoptr (GError) fault = NULL;
  for (store_picture p; store_cursor_next (cursor, &p, &fault);)
    if (p.verdict.judged)
      put_noise (&o, &p, g_strv_length (kinds));
  if (fault != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  return whole_file_commit (o.file, error);
}

static void
keep_name (const store_member *m, gpointer user)
{
  *(char **) user = g_strdup (m->file);
}

static void
put_probes (csv_out *o, const report_probes *r, int id)
{
  static const cluster_probes none = { .share = NAN, .adjusted = NAN };
  const cluster_probes *c = r->clusters != NULL && (guint) id < r->clusters->len ? r->clusters->pdata[id] : &none;
  if (c != &none)
    {
      put_count (o, c->probes);
      put_count (o, c->originals);
    }
  else
    {
      put_text (o, "");
      put_text (o, "");
    }
  put_measure (o, c->share);
  put_text (o, c->kinds);
  put_measure (o, c->adjusted);
}

static gboolean
put_cluster (csv_out *o, store *s, const clustering *c, const report_probes *probes, int id, GError **error)
{
  double mean = NAN, largest = NAN;
  g_autofree char *nearest = NULL;
  if (!store_cluster_spread (s, id, &mean, &largest, error)
      || !store_each_member (s, id, 1, keep_name, &nearest, error))
    return FALSE;
  put_count (o, (guint64) id);
  put_count (o, c->sizes[id]);
  put_measure (o, (double) c->sizes[id] / (double) c->n);
  put_measure (o, c->cluster_silhouette[id]);
  put_measure (o, mean);
  put_measure (o, largest);
  put_text (o, nearest);
  put_probes (o, probes, id);
  end_line (o);
  return TRUE;
}

static gboolean
write_clusters (store *s, const char *dir, GError **error)
{
  g_auto (csv_out) o = { 0 };
  if (!begin (&o, dir, "clusters.csv",
              "cluster,size,share,silhouette,mean_distance,largest_distance,nearest,probes,originals,probe_share,probe_"
              "kinds,probe_p",
              error))
    return FALSE;
  clustering c = { 0 };
  report_probes probes;
  report_probes_fill (s, &probes);
  gboolean done = store_get_clustering (s, &c, error);
  for (int id = 0; done && id < c.k; id++)
    done = put_cluster (&o, s, &c, &probes, id, error);
  report_probes_clear (&probes);
  clustering_clear (&c);
  return done && whole_file_commit (o.file, error);
}

/* Both lists come in order of `file`, one pulled and one pushed; each skipped file first lets the pictures before it
 * pass. */
typedef struct {
  csv_out out;
  store_cursor *pictures;
  store_picture next;
  gboolean more;
  GError *fault;
} manifest;

static void
advance (manifest *m)
{
  m->more = m->fault == NULL && store_cursor_next (m->pictures, &m->next, &m->fault);
}

static void
put_file (csv_out *o, const char *file, const char *path, const char *included, const char *reason)
{
  put_text (o, file);
  put_text (o, path);
  put_text (o, included);
  put_text (o, reason);
  end_line (o);
}

/* The pictures that stand before `file`; all that are left where `file` is NULL. */
static void
put_pictures_before (manifest *m, const char *file)
{
  for (; m->more && (file == NULL || strcmp (m->next.ref.file, file) <= 0); advance (m))
    put_file (&m->out, m->next.ref.file, m->next.ref.path, "yes", "");
}

static void
put_skipped (const char *file, const char *why, gpointer user)
{
  manifest *m = user;
  put_pictures_before (m, file);
  put_file (&m->out, file, "", "no", why);
}

static gboolean
write_manifest (store *s, const char *dir, GError **error)
{
  manifest m = { 0 };
  gboolean done = begin (&m.out, dir, "manifest.csv", "file,path,included,reason", error);
  if (done)
    {
      m.pictures = store_cursor_new (s, 0, error);
      done = m.pictures != NULL;
    }
  if (done)
    {
      advance (&m);
      done = store_each_skipped (s, put_skipped, &m, error);
    }
  if (done)
    {
      put_pictures_before (&m, NULL);
      if (m.fault != NULL)
        g_propagate_error (error, m.fault);
      done = m.fault == NULL && whole_file_commit (m.out.file, error);
    }
  else
    g_clear_error (&m.fault);
  store_cursor_free (m.pictures);
  drop (&m.out);
  return done;
}

gboolean
report_write_csv (store *s, const char *dir, report_unjudged why, gpointer user, GError **error)
{
  return write_images (s, dir, why, user, error) && write_noise (s, dir, error) && write_clusters (s, dir, error)
         && write_manifest (s, dir, error);
}
