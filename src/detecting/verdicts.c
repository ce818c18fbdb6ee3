/* Pictures pass through in pages: judged in parallel, written in the order of the list. Which thread judges a picture
 * changes nothing, for verdicts do not depend on each other. */
#include "detecting/verdicts.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "feature/quality.h"
#include "image/corrupt.h"
#include "image/decode.h"
#include "math/blocks.h"
#include "store/matrix_file.h"

#define PAGE  4096
#define PARTS 64

#define CUT_OFF          "cut-off"
#define CUT_OFF_SEVERITY 3 /* where nobody knows how much is missing */

typedef struct {
  char *file;
  gint64 row;
  char *damage; /* NULL: it is whole */
  int enlarged;
  int decided; /* noisy or not, by a person; -1 */
  judgement said;
} seat;

typedef struct {
  verdicts *v;
  store *store;
  const float *measures;
  gsize width;           /* floats between two rows of measures */
  GArray *page;          /* of seat */
  GArray *scores;        /* of the pictures that are whole */
  guint64 n_broken;      /* and those that are not */
  guint64 n_flagged;     /* noisy, of the whole ones */
  gsize missing, colour; /* measures: rows missing at the bottom; mean saturation */
} court;

detector *
verdicts_detector (const char *file, double false_alarms, GError **error)
{
  if (!(false_alarms > 0 && false_alarms < 1))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                   "a share of false alarms lies above 0 and below 1, such as 0.05, not at %g", false_alarms);
      return NULL;
    }
  detector *d = detector_open (file, quality_size (), error);
  if (d != NULL)
    detector_know_colour (d, quality_find ("saturation-mean"));
  return d;
}

gboolean
verdicts_open (const pardon_scan_options *o, verdicts *v, GError **error)
{
  G_STATIC_ASSERT (DETECTOR_MOST_KINDS <= STORE_MOST_KINDS);
  *v = (verdicts){ .false_alarms = o->false_alarms, .threshold = o->threshold, .fixed = !isnan (o->threshold) };
  v->detector = verdicts_detector (o->detector, o->false_alarms, error);
  return v->detector != NULL;
}

void
verdicts_clear (verdicts *v)
{
  g_clear_pointer (&v->detector, detector_free);
}

/* --- one picture ----------------------------------------------------------------------------- */

static int
is_enlarged (const lens *l, int width, int height)
{
  const view *v = &l->view;
  if (l->model == NULL)
    return -1;
  if (v->fit == VIEW_NONE || v->never_enlarge)
    return 0;
  if (v->fit == VIEW_STRETCH)
    return v->width > width || v->height > height;
  return v->short_side > MIN (width, height);
}

double
verdicts_cut_off_severity (const char *damage, double grey)
{
  int kind = corruption_find (CUT_OFF);
  double missing = decode_missing_share (damage);
  if (isnan (missing) && grey > 0)
    missing = grey;
  if (isnan (missing) || kind < 0)
    return CUT_OFF_SEVERITY;
  const double *at = corruption_kinds[kind].at;
  if (missing <= at[0])
    return 1;
  for (int i = 1; i < 5; i++)
    if (missing <= at[i])
      return i + (missing - at[i - 1]) / (at[i] - at[i - 1]);
  return 5;
}

/* A picture that breaks off is degraded for certain, whatever what is left of it looks like. */
static store_verdict
decide (court *c, const seat *s)
{
  const float *measures = c->measures + (gsize) s->row * c->width;
  const verdicts *v = c->v;
  const judgement *said = &s->said;
  store_verdict out = { .judged = TRUE,
                        .score = said->score,
                        .noise = s->damage != NULL ? 1 : said->noise,
                        .noisy = s->damage != NULL || said->score > v->threshold,
                        .kind = "",
                        .severity = NAN,
                        .unlike = said->unlike,
                        .n_kinds = (guint) detector_kinds (v->detector),
                        .grey = measures[c->colour] <= 0,
                        .enlarged = s->enlarged,
                        .likely = detector_kind (v->detector, said->kind),
                        /* of the unknown kind nobody knows */
                        .likely_severity = said->kind + 1 < detector_kinds (v->detector) ? said->severity : NAN };
  memcpy (out.kinds, said->kinds, out.n_kinds * sizeof *out.kinds);
  if (s->damage != NULL)
    {
      out.kind = out.likely = CUT_OFF;
      out.severity = out.likely_severity = verdicts_cut_off_severity (s->damage, measures[c->missing]);
    }
  else if (out.noisy)
    {
      out.kind = out.likely;
      out.severity = out.likely_severity;
    }
  return out;
}

/* --- a page of them -------------------------------------------------------------------------- */

static void
judge_part (gsize part, gpointer user)
{
  court *c = user;
  gsize end = blocks_first (c->page->len, PARTS, part + 1);
  for (gsize i = blocks_first (c->page->len, PARTS, part); i < end; i++)
    {
      seat *s = &g_array_index (c->page, seat, i);
      detector_judge (c->v->detector, c->measures + (gsize) s->row * c->width, &s->said);
    }
}

static gboolean
close_page (court *c, int threads, GError **error)
{
  gboolean fine = TRUE;
  if (c->page->len > 0)
    blocks_run (PARTS, threads, judge_part, c);
  for (guint i = 0; i < c->page->len; i++)
    {
      seat *s = &g_array_index (c->page, seat, i);
      store_verdict verdict = decide (c, s);
      fine = fine && store_verdicts_add (c->store, s->file, &verdict, error);
      c->v->judged++;
      c->v->noisy += (guint64) (s->decided >= 0 ? s->decided : verdict.noisy);
      c->v->unlike += s->said.unlike > 1;
      c->n_broken += s->damage != NULL;
      c->n_flagged += verdict.noisy && s->damage == NULL;
      if (s->damage == NULL)
        g_array_append_val (c->scores, s->said.score);
      g_free (s->file);
      g_free (s->damage);
    }
  g_array_set_size (c->page, 0);
  return fine;
}

/* Over the list, page by page. */
static gboolean
judge_all (court *c, gint64 set, const lens *l, int threads, const job *j, GError **error)
{
  g_autoptr (store_cursor) cursor = store_cursor_new_pixels (c->store, 0, set, error);
  g_autoptr (matrix_file) file = NULL;
  g_autoptr (GError) why = NULL;
  guint64 done = 0, total = store_count (c->store);
  gboolean fine = cursor != NULL;
  for (store_picture p; fine && store_cursor_next (cursor, &p, &why);)
    {
      job_tell (j, "judging noise", ++done, total);
      if (p.pixels_row < 0)
        continue;
      if (file == NULL)
        {
          if ((file = store_matrix (c->store, set, error)) == NULL)
            return FALSE;
          c->measures = matrix_file_get (file)->data;
          c->width = matrix_file_get (file)->d;
        }
      seat s = { .file = g_strdup (p.ref.file),
                 .row = p.pixels_row,
                 .damage = p.facts.damage[0] != 0 ? g_strdup (p.facts.damage) : NULL,
                 .enlarged = is_enlarged (l, p.facts.width, p.facts.height),
                 .decided = p.decided.noisy };
      g_array_append_val (c->page, s);
      if (c->page->len == PAGE)
        fine = job_go_on (j, error) && close_page (c, threads, error);
    }
  fine = fine && why == NULL && close_page (c, threads, error);
  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  return fine;
}

/* The broken ones are known to be degraded, and to be rightly called so: they do not take part in the estimate, but in
 * what it is about. */
static void
estimate (court *c)
{
  verdicts *v = c->v;
  prevalence *p = &v->prevalence;
  double whole = c->scores->len, broken = (double) c->n_broken, all = whole + broken;
  detector_prevalence (v->detector, (const float *) c->scores->data, c->scores->len, v->threshold, p);
  if (broken == 0)
    return;
  if (whole == 0)
    {
      *p = (prevalence){ 1, 1, 1, 0, 0, 0 };
      return;
    }
  p->share = (p->share * whole + broken) / all;
  p->low = (p->low * whole + broken) / all;
  p->high = (p->high * whole + broken) / all;
  double unbroken = (double) c->n_flagged / ((double) c->n_flagged + broken),
         *wrong[] = { &p->wrong, &p->wrong_low, &p->wrong_high };
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    *wrong[i] = c->n_flagged > 0 ? *wrong[i] * unbroken : 0;
}

gboolean
verdicts_make (verdicts *v, store *s, gint64 set, const lens *l, int threads, const job *j, GError **error)
{
  const char *kinds[DETECTOR_MOST_KINDS];
  guint n = (guint) detector_kinds (v->detector);
  for (guint i = 0; i < n; i++)
    kinds[i] = detector_kind (v->detector, (int) i);
  v->judged = v->noisy = v->unlike = 0;
  if (v->fixed)
    v->false_alarms = detector_false_alarms (v->detector, v->threshold);
  else
    v->threshold = detector_threshold (v->detector, v->false_alarms);

  court c = { .v = v,
              .store = s,
              .page = g_array_sized_new (FALSE, FALSE, sizeof (seat), PAGE),
              .scores = g_array_new (FALSE, FALSE, sizeof (float)),
              .missing = quality_find ("broken-grey"),
              .colour = quality_find ("saturation-mean") };
  gboolean fine = store_verdicts_begin (s, kinds, n, error);
  if (fine)
    {
      fine = judge_all (&c, set, l, threads, j, error);
      fine = store_verdicts_end (s, fine, fine ? error : NULL) && fine;
    }
  if (fine)
    {
      estimate (&c);
      detector_kinship (v->detector, (const float *) c.scores->data, c.scores->len, &v->kin);
    }
  for (guint i = 0; i < c.page->len; i++)
    {
      g_free (g_array_index (c.page, seat, i).file);
      g_free (g_array_index (c.page, seat, i).damage);
    }
  g_array_unref (c.page);
  g_array_unref (c.scores);
  return fine;
}

char *
verdicts_kinship_words (const verdicts *v)
{
  static const char *const cleaner =
      "%.0f %% of them look cleaner than the middle one of those, so degraded ones may pass for clean";
  static const char *const worse =
      "%.0f %% of them look as clean as the middle one of those, where half would, or nearly all are degraded";
  if (v->kin.word != KINSHIP_CLEANER && v->kin.word != KINSHIP_WORSE)
    return NULL;
  g_autofree char *why = g_strdup_printf (v->kin.word == KINSHIP_CLEANER ? cleaner : worse, 100 * v->kin.share);
  return g_strdup_printf ("the pictures are unlike those of --calibrate: %s; vouch for pictures of the same kind", why);
}
