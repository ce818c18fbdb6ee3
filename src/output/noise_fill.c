/* Which pictures stand for the verdicts. Every choice hangs on scores and names alone, so the same verdicts give the same
 * report. */
#include "output/noise_fill.h"

#include <math.h>
#include <string.h>

#define SHOT_SIDE     176  /* of the worst and their probes: small enough to mail, large enough to see noise in */
#define DOUBTFUL_SIDE 96   /* as members of clusters */
#define FIT_SAMPLE    1024 /* fit pictures among which the middle one is looked for */
#define SMALLEST_READ 1e-290
#define BINS_WANTED   36 /* of the histogram; round steps make it some more or fewer, but at most REPORT_BINS */

/* What is counted of one kind, as r->noise.kinds; freed with the sums. */
typedef struct {
  GArray *severities; /* of float */
  GPtrArray *worst;   /* of report_shot, worst first, at most REPORT_WORST */
} kind_sums;

typedef struct {
  float score;
  char *file, *path;
} fit_picture;

/* Every `stride`th of the pictures that came by, at most FIT_SAMPLE. */
typedef struct {
  GArray *pictures; /* of fit_picture */
  guint64 stride, seen;
} fit_sample;

typedef struct {
  float score;
  gboolean noisy;
} scored;

struct noise_sums {
  report *r;
  GArray *scores;      /* of scored: all judged */
  GPtrArray *kinds;    /* of kind_sums */
  GPtrArray *clusters; /* of GArray of guint64: pictures by kind */
  GHashTable *members; /* file -> report_member */
  fit_sample colour, grey;
};

static void
preview_clear (report_preview *p)
{
  g_clear_pointer (&p->jpeg, g_bytes_unref);
}

void
report_shot_free (gpointer data)
{
  report_shot *s = data;
  g_free (s->file);
  g_free (s->path);
  g_free (s->kind);
  g_strfreev (s->why);
  preview_clear (&s->preview);
  preview_clear (&s->probe);
  g_free (s);
}

static void
kind_sums_free (gpointer data)
{
  kind_sums *k = data;
  g_array_unref (k->severities);
  g_ptr_array_unref (k->worst);
  g_free (k);
}

static void
fit_clear (gpointer data)
{
  fit_picture *f = data;
  g_free (f->file);
  g_free (f->path);
}

static void
sample_init (fit_sample *s)
{
  *s = (fit_sample){ g_array_new (FALSE, FALSE, sizeof (fit_picture)), 1, 0 };
  g_array_set_clear_func (s->pictures, fit_clear);
}

noise_sums *
noise_sums_new (report *r)
{
  noise_sums *n = g_new0 (noise_sums, 1);
  n->r = r;
  n->scores = g_array_new (FALSE, FALSE, sizeof (scored));
  n->kinds = g_ptr_array_new_with_free_func (kind_sums_free);
  n->clusters = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  n->members = g_hash_table_new (g_str_hash, g_str_equal);
  sample_init (&n->colour);
  sample_init (&n->grey);
  for (guint i = 0; i < r->groups->len; i++)
    {
      const report_cluster *c = r->groups->pdata[i];
      g_ptr_array_add (n->clusters, g_array_new (FALSE, TRUE, sizeof (guint64)));
      for (guint m = 0; m < c->members->len; m++)
        g_hash_table_insert (n->members, ((report_member *) c->members->pdata[m])->file, c->members->pdata[m]);
    }
  return n;
}

void
noise_sums_free (noise_sums *n)
{
  g_array_unref (n->scores);
  g_ptr_array_unref (n->kinds);
  g_ptr_array_unref (n->clusters);
  g_hash_table_unref (n->members);
  g_array_unref (n->colour.pictures);
  g_array_unref (n->grey.pictures);
  g_free (n);
}

/* --- lists that keep their best ------------------------------------------------------------------ */

typedef gint (*shot_order) (const report_shot *a, const report_shot *b, double threshold);

static gint
worst_first (const report_shot *a, const report_shot *b, double threshold G_GNUC_UNUSED)
{
  if (a->damaged != b->damaged) /* degraded for certain, whatever the score of what is left */
    return a->damaged ? -1 : 1;
  return a->score != b->score ? (a->score > b->score ? -1 : 1) : strcmp (a->file, b->file);
}

static gint
nearest_first (const report_shot *a, const report_shot *b, double threshold)
{
  double x = fabs (a->score - threshold), y = fabs (b->score - threshold);
  return x != y ? (x < y ? -1 : 1) : strcmp (a->file, b->file);
}

/* What is left of a file that breaks off does not tell why it is noisy. */
static char **
why_damaged (const store_picture *p)
{
  if (g_strcmp0 (p->status, STATUS_DAMAGED) != 0)
    return NULL;
  char **why = g_new0 (char *, 2);
  why[0] = g_strconcat ("the file is damaged: ", p->reason, NULL);
  return why;
}

static void
keep_best (GPtrArray *list, guint most, const store_picture *p, shot_order order, double threshold)
{
  const store_verdict *v = &p->verdict;
  report_shot new = { .file = p->ref.file,
                      .path = p->ref.path,
                      .kind = (char *) v->kind,
                      .score = v->score,
                      .noise = v->noise,
                      .severity = v->severity,
                      .damaged = g_strcmp0 (p->status, STATUS_DAMAGED) == 0,
                      .row = p->pixels_row };
  guint at = list->len;
  while (at > 0 && order (&new, list->pdata[at - 1], threshold) < 0)
    at--;
  if (at == most)
    return;
  new.file = g_strdup (new.file);
  new.path = g_strdup (new.path);
  new.kind = g_strdup (new.kind);
  new.why = why_damaged (p);
  g_ptr_array_insert (list, (gint) at, g_memdup2 (&new, sizeof new));
  if (list->len > most)
    g_ptr_array_set_size (list, (gint) most);
}

/* --- one picture --------------------------------------------------------------------------------- */

/* Index of the kind, which becomes known when it is not. */
static guint
find_kind (noise_sums *n, const char *name)
{
  GPtrArray *kinds = n->r->noise.kinds;
  for (guint i = 0; i < kinds->len; i++)
    if (strcmp (((report_kind *) kinds->pdata[i])->kind, name) == 0)
      return i;
  report_kind *k = g_new0 (report_kind, 1);
  *k = (report_kind){ .kind = g_strdup (name), .family = g_strdup (""), .severity = NAN };
  g_ptr_array_add (kinds, k);
  kind_sums *sums = g_new (kind_sums, 1);
  *sums = (kind_sums){ g_array_new (FALSE, FALSE, sizeof (float)), g_ptr_array_new_with_free_func (report_shot_free) };
  g_ptr_array_add (n->kinds, sums);
  return kinds->len - 1;
}

static void
add_noisy (noise_sums *n, const store_picture *p)
{
  const store_verdict *v = &p->verdict;
  guint kind = find_kind (n, v->kind);
  report_kind *k = n->r->noise.kinds->pdata[kind];
  kind_sums *sums = n->kinds->pdata[kind];
  k->pictures++;
  if (isfinite (v->severity))
    {
      float severity = (float) v->severity;
      g_array_append_val (sums->severities, severity);
      k->severities[CLAMP ((int) floor (v->severity + 0.5), 1, 5) - 1]++;
    }
  keep_best (sums->worst, REPORT_WORST, p, worst_first, 0);
  if (p->cluster < 0 || (guint) p->cluster >= n->clusters->len)
    return;
  ((report_cluster *) n->r->groups->pdata[p->cluster])->noisy++;
  GArray *of_cluster = n->clusters->pdata[p->cluster];
  if (of_cluster->len <= kind)
    g_array_set_size (of_cluster, kind + 1);
  g_array_index (of_cluster, guint64, kind)++;
}

static void
add_fit (fit_sample *s, const store_picture *p)
{
  if (s->seen++ % s->stride != 0)
    return;
  fit_picture f = { (float) p->verdict.score, g_strdup (p->ref.file), g_strdup (p->ref.path) };
  g_array_append_val (s->pictures, f);
  if (s->pictures->len < FIT_SAMPLE)
    return;
  for (guint i = 1; i < s->pictures->len; i++) /* every other one leaves */
    g_array_remove_index (s->pictures, i);
  s->stride *= 2;
}

void
noise_sums_add (noise_sums *n, const store_picture *p)
{
  const store_verdict *v = &p->verdict;
  report_noise *r = &n->r->noise;
  if (!v->judged)
    return;
  gboolean damaged = g_strcmp0 (p->status, STATUS_DAMAGED) == 0;
  scored s = { (float) v->score, v->noisy };
  r->judged++;
  r->noisy += v->noisy;
  r->unlike += v->unlike > 1;
  if (isfinite (v->score))
    g_array_append_val (n->scores, s);
  if (v->noisy)
    add_noisy (n, p);
  else if (v->unlike <= 1)
    add_fit (v->grey ? &n->grey : &n->colour, p);
  if (!damaged && isfinite (v->score))
    keep_best (v->noisy ? r->above : r->below, REPORT_DOUBTFUL, p, nearest_first, r->threshold);

  report_member *m = g_hash_table_lookup (n->members, p->ref.file);
  if (m != NULL && v->noisy)
    {
      m->noisy = TRUE;
      g_free (m->kind);
      m->kind = g_strdup (v->kind);
    }
}

/* --- all of them --------------------------------------------------------------------------------- */

static gint
by_value (gconstpointer a, gconstpointer b)
{
  float x = *(const float *) a, y = *(const float *) b;
  return (x > y) - (x < y);
}

static gint
by_score (gconstpointer a, gconstpointer b)
{
  return by_value (&((const scored *) a)->score, &((const scored *) b)->score);
}

/* 1, 2 or 5 times a power of ten: about `wanted` of them fit between low and high. (Heckbert, Nice numbers for graph
 * labels, Graphics Gems, 1990.) */
static double
round_step (double low, double high, int wanted)
{
  double size = MAX (fabs (low), fabs (high)), range = high - low;
  if (size < SMALLEST_READ)
    range = 1;
  else if (range <= size * 1e-9) /* as good as one value */
    range = size * 0.2;
  double raw = range / (wanted - 1), power = pow (10, floor (log10 (raw))), part = raw / power;
  return power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
}

/* From the hundredth part of the scores at one end to that at the other, the threshold between them. */
static void
make_histogram (noise_sums *n)
{
  report_histogram *h = &n->r->noise.histogram;
  double threshold = n->r->noise.threshold;
  guint count = n->scores->len;
  if (count == 0 || !isfinite (threshold))
    return;
  g_array_sort (n->scores, by_score);
  double low = MIN (g_array_index (n->scores, scored, (count - 1) / 200).score, threshold);
  double high = MAX (g_array_index (n->scores, scored, (count - 1) - (count - 1) / 200).score, threshold);
  h->step = round_step (low, high, BINS_WANTED);
  double below = CLAMP (ceil ((threshold - low) / h->step), 1, REPORT_BINS / 2);
  double above = CLAMP (ceil ((high - threshold) / h->step), 1, REPORT_BINS / 2);
  h->n = (guint) (below + above);
  h->first = threshold - below * h->step;
  for (guint i = 0; i < count; i++)
    {
      const scored *s = &g_array_index (n->scores, scored, i);
      double bin = ceil ((s->score - threshold) / h->step) - 1 + below;
      guint at = (guint) CLAMP (bin, 0, h->n - 1);
      h->counts[at]++;
      h->noisy[at] += (guint64) s->noisy;
    }
}

/* In turns, so that a kind with few pictures is seen beside one with many. */
static void
choose_worst (noise_sums *n)
{
  GPtrArray *worst = n->r->noise.worst;
  for (guint turn = 0; worst->len < REPORT_WORST && turn < REPORT_WORST; turn++)
    {
      g_autoptr (GPtrArray) round = g_ptr_array_new ();
      for (guint k = 0; k < n->kinds->len; k++)
        {
          GPtrArray *of_kind = ((kind_sums *) n->kinds->pdata[k])->worst;
          guint at = 0;
          for (; turn < of_kind->len && at < round->len; at++)
            if (worst_first (of_kind->pdata[turn], round->pdata[at], 0) < 0)
              break;
          if (turn < of_kind->len)
            g_ptr_array_insert (round, (gint) at, of_kind->pdata[turn]);
        }
      for (guint i = 0; i < round->len && worst->len < REPORT_WORST; i++)
        {
          const report_shot *s = round->pdata[i];
          report_shot *copy = g_memdup2 (s, sizeof *s);
          copy->file = g_strdup (s->file);
          copy->path = g_strdup (s->path);
          copy->kind = g_strdup (s->kind);
          copy->why = g_strdupv (s->why);
          g_ptr_array_add (worst, copy);
        }
    }
}

static gint
by_score_and_file (gconstpointer a, gconstpointer b)
{
  const fit_picture *x = a, *y = b;
  return x->score != y->score ? (x->score > y->score ? 1 : -1) : strcmp (x->file, y->file);
}

/* An ordinary one of the user's own: neither the cleanest, which may be empty, nor one that is nearly noisy. In colour,
 * for some kinds cannot be seen in grey. */
static void
choose_probe (noise_sums *n)
{
  fit_sample *s = n->colour.pictures->len > 0 ? &n->colour : &n->grey;
  if (s->pictures->len == 0)
    return;
  g_array_sort (s->pictures, by_score_and_file);
  const fit_picture *f = &g_array_index (s->pictures, fit_picture, (s->pictures->len - 1) / 2);
  n->r->noise.probe_of = g_strdup (f->file);
  n->r->noise.probe_path = g_strdup (f->path);
}

static void
end_cluster (report_cluster *c, const GArray *of_kind, const GPtrArray *kinds)
{
  for (guint k = 0; k < of_kind->len; k++)
    {
      guint64 pictures = g_array_index (of_kind, guint64, k);
      const char *name = ((report_kind *) kinds->pdata[k])->kind;
      if (pictures == 0 || pictures < c->of_kind
          || (pictures == c->of_kind && c->kind != NULL && strcmp (name, c->kind) > 0))
        continue;
      c->of_kind = pictures;
      g_free (c->kind);
      c->kind = g_strdup (name);
    }
}

static gint
by_pictures (gconstpointer a, gconstpointer b)
{
  const report_kind *x = *(const report_kind *const *) a, *y = *(const report_kind *const *) b;
  return x->pictures != y->pictures ? (x->pictures < y->pictures ? 1 : -1) : strcmp (x->kind, y->kind);
}

void
noise_sums_end (noise_sums *n)
{
  report_noise *r = &n->r->noise;
  for (guint k = 0; k < n->kinds->len; k++)
    {
      GArray *severities = ((kind_sums *) n->kinds->pdata[k])->severities;
      g_array_sort (severities, by_value);
      if (severities->len > 0)
        ((report_kind *) r->kinds->pdata[k])->severity = g_array_index (severities, float, (severities->len - 1) / 2);
    }
  for (guint c = 0; c < n->clusters->len; c++)
    end_cluster (n->r->groups->pdata[c], n->clusters->pdata[c], r->kinds);
  choose_worst (n);
  choose_probe (n);
  make_histogram (n);
  g_ptr_array_sort (r->kinds, by_pictures); /* last: until here, kinds are known by their place */
}

/* --- what others are asked for ------------------------------------------------------------------- */

static void
make_preview (const report_callbacks *c, const char *path, int side, report_preview *p)
{
  if (c->preview != NULL)
    p->jpeg = c->preview (c->user, path, side, &p->width, &p->height);
}

gboolean
noise_fill_shots (report_noise *n, const report_callbacks *c, const job *j, GError **error)
{
  for (guint i = 0; c->family != NULL && i < n->kinds->len; i++)
    {
      report_kind *k = n->kinds->pdata[i];
      g_free (k->family);
      k->family = g_strdup (c->family (c->user, k->kind));
      if (k->family == NULL)
        k->family = g_strdup ("");
    }
  GPtrArray *lists[] = { n->worst, n->below, n->above };
  for (gsize l = 0; l < G_N_ELEMENTS (lists); l++)
    for (guint i = 0; i < lists[l]->len; i++)
      {
        report_shot *s = lists[l]->pdata[i];
        if (!job_go_on (j, error))
          return FALSE;
        make_preview (c, s->path, l == 0 ? SHOT_SIDE : DOUBTFUL_SIDE, &s->preview);
        if (l > 0)
          continue;
        if (c->why != NULL && s->why == NULL && s->row >= 0)
          s->why = c->why (c->user, s->row);
        if (c->probe != NULL && n->probe_path != NULL)
          s->probe.jpeg = c->probe (c->user, n->probe_path, s->kind, isfinite (s->severity) ? s->severity : 3,
                                    SHOT_SIDE, &s->probe.width, &s->probe.height);
      }
  if (n->worst->len > 0 && n->probe_path != NULL)
    make_preview (c, n->probe_path, SHOT_SIDE, &n->probe_fit);
  return TRUE;
}
