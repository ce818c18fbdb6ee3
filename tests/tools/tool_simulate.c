/* Data sets whose truth is known, and what the judge says of them.
 *     tool_simulate KEY=VALUE...      one CSV row a data set: estimates beside the truths they are held against
 *     tool_simulate rows KEY=VALUE... the pictures of the first data set: truth,predicted,confidence,noisy,noise,kind,split
 * A class c has an error rate p_c (logit-normal about `error` with deviation `difficulty`), a size (log-normal about `size` with
 * deviation `spread`, at least one picture) and a share of noisy pictures (logit-normal about `share` with deviation `uneven`,
 * correlated with its difficulty by `link`). A noisy picture has a kind 0 .. kinds - 1 and a severity 1 .. 5 and is wrong
 * with probability min (1, p_c + effect x severity / 3), less by half for each further kind where halves=1 (the last kind: not at
 * all where idle=1). One uniform number decides a picture's answer with and without noise. The detector calls a noisy picture noisy
 * with probability `sensitivity`, a clean one fit with probability `specificity`. Classes are drawn anew for each data set unless
 * fixed=1. Everything follows from `seed`. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "judge/excess.h"

typedef struct {
  double sets, seed, classes, size, spread, error, difficulty, share, uneven, link, kinds, effect, halves, idle,
      sensitivity, specificity, fixed;
} setting;

static const struct {
  const char *name;
  gsize at;
  double value;
} keys[] = {
  { "sets", offsetof (setting, sets), 1000 },
  { "seed", offsetof (setting, seed), 1 },
  { "classes", offsetof (setting, classes), 10 },
  { "size", offsetof (setting, size), 100 },
  { "spread", offsetof (setting, spread), 0 },
  { "error", offsetof (setting, error), 0.15 },
  { "difficulty", offsetof (setting, difficulty), 0.8 },
  { "share", offsetof (setting, share), 0.5 },
  { "uneven", offsetof (setting, uneven), 0 },
  { "link", offsetof (setting, link), 0 },
  { "kinds", offsetof (setting, kinds), 1 },
  { "effect", offsetof (setting, effect), 0.2 },
  { "halves", offsetof (setting, halves), 0 },
  { "idle", offsetof (setting, idle), 0 },
  { "sensitivity", offsetof (setting, sensitivity), 1 },
  { "specificity", offsetof (setting, specificity), 1 },
  { "fixed", offsetof (setting, fixed), 0 },
};

/* A data set and, per picture, what only the simulator knows. */
typedef struct {
  gsize n;
  int classes, kinds;
  int *truth, *predicted, *kind, *split;
  double *confidence, *noise;
  gint8 *noisy;
  double *clean_error, *error; /* probability of a mistake without and with the picture's own noise */
  gint8 *clean_wrong, *wrong, *degraded, *correct;
} simulated;

static void
simulated_clear (simulated *s)
{
  void *owned[] = { s->truth,       s->predicted, s->kind,        s->split, s->confidence, s->noise,  s->noisy,
                    s->clean_error, s->error,     s->clean_wrong, s->wrong, s->degraded,   s->correct };
  for (gsize i = 0; i < G_N_ELEMENTS (owned); i++)
    g_free (owned[i]);
}

static double
logistic (double x)
{
  return 1.0 / (1.0 + exp (-x));
}

static double
about (double share, double deviation, double normal)
{
  return share <= 0.0 || share >= 1.0 ? share : logistic (log (share / (1.0 - share)) + deviation * normal);
}

static double
effect_of (const setting *o, int kind, int severity)
{
  if (o->idle != 0 && kind == (int) o->kinds - 1)
    return 0.0;
  return o->effect * severity / 3.0 * (o->halves != 0 ? pow (0.5, kind) : 1.0);
}

static void
picture_draw (simulated *s, gsize i, int class, double p, double share, const setting *o, random_source *r)
{
  gboolean degraded = random_uniform (r, 0, 1) < share;
  int kind = random_below (r, s->kinds), severity = 1 + random_below (r, 5);
  double u = random_uniform (r, 0, 1), call = random_uniform (r, 0, 1);

  s->truth[i] = class;
  s->degraded[i] = degraded;
  s->clean_error[i] = p;
  s->error[i] = degraded ? MIN (1.0, p + effect_of (o, kind, severity)) : p;
  s->clean_wrong[i] = u < p;
  s->wrong[i] = u < s->error[i];
  s->correct[i] = !s->wrong[i];
  s->noisy[i] = degraded ? call < o->sensitivity : call >= o->specificity;
  s->kind[i] = s->noisy[i] ? kind : -1;
  s->split[i] = random_below (r, 2);
  s->noise[i] = (degraded ? severity : 0.0) + random_normal (r);
  s->confidence[i] = 1.0 - s->error[i];
  int other = random_below (r, MAX (s->classes - 1, 1));
  s->predicted[i] = s->wrong[i] ? (other + (other >= class)) : class;
  if (s->predicted[i] >= s->classes)
    s->predicted[i] = -1;
}

static void
simulated_draw (simulated *s, const setting *o, random_source *classes, random_source *pictures)
{
  gsize n = 0;
  s->classes = (int) o->classes;
  s->kinds = MAX ((int) o->kinds, 1);
  g_autofree double *p = g_new (double, s->classes), *share = g_new (double, s->classes);
  g_autofree gsize *size = g_new (gsize, s->classes);

  for (int c = 0; c < s->classes; c++)
    {
      double hard = random_normal (classes), own = random_normal (classes), large = random_normal (classes);
      p[c] = about (o->error, o->difficulty, hard);
      share[c] = about (o->share, o->uneven, o->link * hard + sqrt (1.0 - o->link * o->link) * own);
      size[c] = MAX ((gsize) (o->size * exp (o->spread * large) + 0.5), 1);
      n += size[c];
    }
  s->n = n;
  s->truth = g_new (int, n);
  s->predicted = g_new (int, n);
  s->kind = g_new (int, n);
  s->split = g_new (int, n);
  s->confidence = g_new (double, n);
  s->noise = g_new (double, n);
  s->clean_error = g_new (double, n);
  s->error = g_new (double, n);
  s->noisy = g_new (gint8, n);
  s->clean_wrong = g_new (gint8, n);
  s->wrong = g_new (gint8, n);
  s->degraded = g_new (gint8, n);
  s->correct = g_new (gint8, n);
  for (int c = 0, i = 0; c < s->classes; c++)
    for (gsize j = 0; j < size[c]; j++)
      picture_draw (s, (gsize) i++, c, p[c], share[c], o, pictures);
}

/* A class's true error rate among its pictures called fit and called noisy: by the pictures' expectations over what the detector
 * may meet, so from the setting and not from the counts. */
static void
class_truth (const setting *o, double p, double share, double *fit, double *noisy)
{
  double with = 0.0;
  int kinds = MAX ((int) o->kinds, 1);

  for (int k = 0; k < kinds; k++)
    for (int severity = 1; severity <= 5; severity++)
      with += MIN (1.0, p + effect_of (o, k, severity)) / (5.0 * kinds);
  double called = share * o->sensitivity, alarm = (1.0 - share) * (1.0 - o->specificity);
  double missed = share * (1.0 - o->sensitivity), kept = (1.0 - share) * o->specificity;
  *noisy = called + alarm > 0.0 ? (called * with + alarm * p) / (called + alarm) : p;
  *fit = missed + kept > 0.0 ? (missed * with + kept * p) / (missed + kept) : p;
}

typedef struct {
  double due, realised, effect, all, fit, standardised;
  gsize called, degraded_called, fit_n, degraded_fit;
} known_truth;

/* shares: each class's share of noisy pictures, redrawn as simulated_draw does. */
static known_truth
truth_of (const simulated *s, const setting *o, random_source classes)
{
  known_truth t = { 0 };
  g_autofree double *fit = g_new (double, s->classes), *noisy = g_new (double, s->classes);

  for (int c = 0; c < s->classes; c++)
    {
      double hard = random_normal (&classes), own = random_normal (&classes);
      random_normal (&classes);
      class_truth (o, about (o->error, o->difficulty, hard),
                   about (o->share, o->uneven, o->link * hard + sqrt (1.0 - o->link * o->link) * own), &fit[c],
                   &noisy[c]);
    }
  for (gsize i = 0; i < s->n; i++)
    {
      int c = s->truth[i];
      t.all += 1.0 - (s->noisy[i] ? noisy[c] : fit[c]);
      t.standardised += 1.0 - fit[c];
      if (s->noisy[i])
        {
          t.called++;
          t.degraded_called += s->degraded[i] != 0;
          t.due += s->wrong[i] - s->clean_wrong[i];
          t.realised += s->wrong[i] - s->clean_wrong[i];
          t.effect += noisy[c] - fit[c];
        }
      else
        {
          t.fit_n++;
          t.degraded_fit += s->degraded[i] != 0;
          t.fit += 1.0 - fit[c];
        }
    }
  return t;
}

static double
kind_truth (const simulated *s, int kind)
{
  double due = 0.0;

  for (gsize i = 0; i < s->n; i++)
    if (s->noisy[i] && s->kind[i] == kind)
      due += s->wrong[i] - s->clean_wrong[i];
  return due;
}

static judge_rows
rows_of (const simulated *s)
{
  return (judge_rows){ .n = s->n,
                       .n_classes = s->classes,
                       .n_kinds = s->kinds,
                       .n_splits = 2,
                       .truth = s->truth,
                       .predicted = s->predicted,
                       .correct = s->correct,
                       .confidence = s->confidence,
                       .noisy = s->noisy,
                       .noise = s->noise,
                       .kind = s->kind,
                       .split = s->split };
}

static void
print_set (const simulated *s, const known_truth *t)
{
  judge_rows rows = rows_of (s);
  excess_options eo;
  score_options so;
  g_auto (excess) e = { 0 };
  g_auto (scorecard) q = { 0 };

  excess_options_init (&eo);
  score_options_init (&so);
  excess_init (&e, &rows, &eo);
  scorecard_init (&q, &rows, &so);
  double m = (double) MAX (t->called, 1), f = (double) MAX (t->fit_n, 1), n = (double) s->n;
  double wrongly = (m - (double) t->degraded_called) / m, missed = (double) t->degraded_fit / f;
  printf ("%zu,%zu,%zu,%zu,%.10g,%.10g,%.10g,%.10g,%.10g,%.10g,%.10g,%.10g,%.10g,%d,", s->n, t->called, e.total.wrong,
          t->fit_n, e.total.value, e.total.low, e.total.high, t->realised, e.total.effect.value, e.total.effect.low,
          e.total.effect.high, t->effect / m, excess_dilution (wrongly, missed), (int) e.total.guard);
  printf ("%.10g,%.10g,%.10g,%.10g,%.10g,%.10g,%.10g,%.10g,%.10g,%.10g,%.10g,%.10g,", q.all.value, q.all.low,
          q.all.high, t->all / n, q.fit.value, q.fit.low, q.fit.high, t->fit / f, q.standardised.value,
          q.standardised.low, q.standardised.high, t->standardised / n);
  printf ("%.10g,%.10g,%.10g,%.10g,%.10g,%.10g,%.10g,%zu", e.common.risk_difference, e.common.risk_low,
          e.common.risk_high, q.rejection.area, q.rejection.perfect, q.rejection.random, q.by_class.test.p,
          q.right + q.set_aside + q.owed + q.unjudged);
  for (int k = 0; k < s->kinds; k++)
    printf (",%.10g,%.10g,%.10g,%.10g,%d", e.kinds[k].value, e.kinds[k].low, e.kinds[k].high, kind_truth (s, k),
            (int) e.kinds[k].guard);
  putchar ('\n');
}

static void
print_header (int kinds)
{
  fputs ("n,m,wrong,fit_n,excess,excess_low,excess_high,excess_true,effect,effect_low,effect_high,effect_true,dilution,"
         "guard,all,all_low,all_high,all_true,fit,fit_low,fit_high,fit_true,standard,standard_low,standard_high,"
         "standard_true,common,common_low,common_high,area,perfect,random,uneven_p,sum",
         stdout);
  for (int k = 0; k < kinds; k++)
    printf (",kind%d,kind%d_low,kind%d_high,kind%d_true,kind%d_guard", k, k, k, k, k);
  putchar ('\n');
}

static void
print_rows (const simulated *s)
{
  puts ("truth,predicted,confidence,noisy,noise,kind,split,degraded");
  for (gsize i = 0; i < s->n; i++)
    printf ("%d,%d,%.17g,%d,%.17g,%d,%d,%d\n", s->truth[i], s->predicted[i], s->confidence[i], s->noisy[i], s->noise[i],
            s->kind[i], s->split[i], s->degraded[i]);
}

static void
setting_parse (setting *o, const char *argument)
{
  const char *equals = strchr (argument, '=');

  for (gsize k = 0; k < G_N_ELEMENTS (keys) && equals != NULL; k++)
    if (strlen (keys[k].name) == (gsize) (equals - argument)
        && strncmp (keys[k].name, argument, strlen (keys[k].name)) == 0)
      {
        G_STRUCT_MEMBER (double, o, keys[k].at) = g_ascii_strtod (equals + 1, NULL);
        return;
      }
  fprintf (stderr, "'%s' is not KEY=VALUE with a known key\n", argument);
  exit (2);
}

int
main (int argc, char **argv)
{
  setting o;
  gboolean show_rows = argc > 1 && strcmp (argv[1], "rows") == 0;

  for (gsize k = 0; k < G_N_ELEMENTS (keys); k++)
    G_STRUCT_MEMBER (double, &o, keys[k].at) = keys[k].value;
  for (int i = 1 + show_rows; i < argc; i++)
    setting_parse (&o, argv[i]);
  random_source classes, pictures;
  random_init (&classes, (guint64) o.seed, "classes");
  random_init (&pictures, (guint64) o.seed, "pictures");
  if (!show_rows)
    print_header (MAX ((int) o.kinds, 1));
  for (int set = 0; set < (int) o.sets; set++)
    {
      simulated s = { 0 };
      random_source before = classes;
      simulated_draw (&s, &o, &classes, &pictures);
      known_truth t = truth_of (&s, &o, before);
      if (show_rows)
        print_rows (&s);
      else
        print_set (&s, &t);
      simulated_clear (&s);
      if (show_rows)
        break;
      if (o.fixed != 0)
        classes = before;
    }
  return 0;
}
