/* The last step of a scan: what was found is put into a report, written out in every form, and counted for who asked. */
#include "results.h"

#include <string.h>

#include "judging/judging_previews.h"
#include "output/report.h"
#include "output/ui.h"
#include "reviewing/decisions.h"
#include "reviewing/reviewing_facts.h"
#include "writing/previews.h"
#include "writing/whole_page.h"

/* --- counted for who asked ------------------------------------------------------------------ */

static void
count_copies (const report_repeats *r, pardon_scan_result *result)
{
  result->exact_groups = r->exact_groups;
  result->exact_pictures = r->exact_pictures;
  result->near_groups = r->near_groups;
  result->near_pictures = r->near_pictures;
  result->groups_across = r->groups_across;
  for (guint i = 0; i < r->splits->len && i < G_N_ELEMENTS (result->splits); i++)
    {
      const report_split *p = r->splits->pdata[i];
      pardon_split *to = &result->splits[result->n_splits++];
      g_strlcpy (to->name, p->name, sizeof to->name);
      to->pictures = p->pictures;
      to->noisy = p->noisy;
      to->copied = p->copied;
      to->noise_rate = p->noise_rate;
      to->low = p->low;
      to->high = p->high;
    }
}

static int
by_pictures (gconstpointer a, gconstpointer b)
{
  const pardon_kind_count *x = a, *y = b;
  return x->pictures != y->pictures ? (x->pictures > y->pictures ? -1 : 1) : strcmp (x->kind, y->kind);
}

static void
count_probes (const report_probes *r, const clustering *c, pardon_scan_result *result)
{
  pardon_kind_count *families = result->probe_families;
  result->probes = r->probes;
  result->probes_of = r->of_pictures;
  result->probe_clusters = (int) r->many_clusters;
  result->beside_probes = r->pictures;
  for (guint q = 0; r->clusters != NULL && q < r->clusters->len; q++)
    {
      const cluster_probes *of = r->clusters->pdata[q];
      int i = 0;
      if (!of->many)
        continue;
      while (i < result->n_probe_families && strcmp (families[i].kind, of->family) != 0)
        i++;
      g_return_if_fail (i < (int) G_N_ELEMENTS (result->probe_families));
      if (i == result->n_probe_families)
        g_strlcpy (families[result->n_probe_families++].kind, of->family, sizeof families[i].kind);
      families[i].pictures += c->sizes[q];
    }
  qsort (families, (gsize) result->n_probe_families, sizeof *families, by_pictures);
}

/* --- what was asked -------------------------------------------------------------------------- */

static void
add_number (report *r, const char *name, guint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);
  report_add_setting (r, name, text);
}

/* What was asked, under the options' own names, so that a reader can ask it again. */
static void
describe (report *r, const pardon_scan_options *o, const lens *l, const verdicts *v)
{
  char share[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *paths = g_strjoinv ("  ", (char **) o->paths);
  report_add_setting (r, "pictures", paths);
  if (o->excludes != NULL)
    {
      g_autofree char *excludes = g_strjoinv ("  ", (char **) o->excludes);
      report_add_setting (r, "exclude", excludes);
    }
  if (o->sample > 0)
    add_number (r, "sample", o->sample);
  report_add_setting (r, "model", l->model != NULL ? l->model_name : "none: the built-in look descriptor");
  if (l->model != NULL)
    {
      report_add_setting (r, "layer", l->info->tensors[0]);
      report_add_setting (r, "scale", l->scale.name);
    }
  report_add_setting (r, "view", l->view.name);
  add_number (r, "features", l->d);
  add_number (r, "pca", (guint64) o->pca);
  if (o->k > 0)
    add_number (r, "k", (guint64) o->k);
  else
    report_add_setting (r, "k", "auto");
  add_number (r, "min-size", o->min_size);
  add_number (r, "seed", o->seed);
  if (o->probes > 0)
    add_number (r, "probes", o->probes);
  if (v->fixed)
    report_add_setting (r, "threshold", g_ascii_formatd (share, sizeof share, "%.10g", v->threshold));
  else
    report_add_setting (r, "false-alarms", g_ascii_formatd (share, sizeof share, "%.6g", o->false_alarms));
  if (o->calibrate != NULL)
    report_add_setting (r, "calibrate", o->calibrate);
  report_add_setting (r, "detector", detector_name (v->detector));
}

static void
describe_noise (report_noise *n, const verdicts *v)
{
  n->detector = g_strdup (detector_name (v->detector));
  n->false_alarms = v->false_alarms;
  n->threshold = v->threshold;
  n->share = v->prevalence.share;
  n->low = v->prevalence.low;
  n->high = v->prevalence.high;
  n->wrong = v->prevalence.wrong;
  n->wrong_low = v->prevalence.wrong_low;
  n->wrong_high = v->prevalence.wrong_high;
  n->vouched = v->vouched;
}

static void
count_kinds (const report_noise *n, pardon_scan_result *result)
{
  for (guint i = 0; i < n->kinds->len && result->n_kinds < PARDON_MOST_KINDS; i++)
    {
      const report_kind *k = n->kinds->pdata[i];
      pardon_kind_count *count = &result->kinds[result->n_kinds++];
      g_strlcpy (count->kind, k->kind, sizeof count->kind);
      count->pictures = k->pictures;
    }
}

static const char *
unjudged (gpointer user, gsize picture, gboolean *refused)
{
  unjudged_why why = judging_why_unjudged (user, picture);
  *refused = why == UNJUDGED_REFUSED;
  return unjudged_why_words (why);
}

/* --- written ---------------------------------------------------------------------------------- */

gboolean
results_write (const findings *f, const job *j, pardon_scan_result *result, GError **error)
{
  store *s = f->store;
  judging *judged = f->judged;
  const pardon_scan_options *o = f->asked;
  const char *dir = store_dir (s);
  report r;
  report_init (&r);
  describe (&r, o, &f->eyes->main, f->verdicts);
  judging_describe (judged, o, f->eyes->scoring, &r);
  if (o->stress > 0)
    add_number (&r, "stress", o->stress);
  describe_noise (&r.noise, f->verdicts);
  listed_repeats_tell (f->copies, &r.repeats);
  r.probes = *f->probes;
  *f->probes = (report_probes){ 0 };
  r.added = result->added;
  r.vanished = result->vanished;
  g_autofree char *more = stress_add (f->stressed, g_strdup ("{}"), TRUE);
  gboolean fine = report_keep (s, &r, error) && store_note (s, "features", f->eyes->main.key, error);
  report_clear (&r);
  g_auto (previews) shown = { 0 };
  report_callbacks callbacks;
  if (!fine || !store_commit (s, error) || !judging_keep (judged, s, more, error)
      || !review_facts_keep (s, o, f->eyes, f->verdicts, error) || !decisions_are_applied (s, error)
      || !report_write_csv (s, dir, judged->asked ? unjudged : NULL, judged, error)
      || !judging_write_csv (judged, dir, error) || !leftovers_write_csv (judged, dir, error)
      || !stress_write_csv (f->stressed, dir, error) || !listed_repeats_write (f->copies, dir, error))
    return FALSE;
  previews_init (&shown, f->verdicts, s, f->eyes->pixels, &callbacks);
  if (!judging_look_again (judged, s, &callbacks, j, error) || !report_fill (s, &callbacks, j, &r, error))
    return FALSE;
  r.judged_summary = stress_add (f->stressed, judging_summary (judged), FALSE);
  r.judged = stress_add (f->stressed, judging_section (judged), TRUE);
  count_kinds (&r.noise, result);
  count_copies (&r.repeats, result);
  count_probes (&r.probes, &r.clusters, result);
  fine = own_probes_write (s, &r.probes, dir, error) && report_write_json (&r, dir, error)
         && whole_page_write (s, &r, &callbacks, o->seed, f->threads, j, error);
  result->page = ui_is_there ();
  report_clear (&r);
  return fine;
}
