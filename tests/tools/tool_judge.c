/* Shows the judge's statistics to Python.
 *     tool_judge numbers           reads lines "NAME ARGUMENT..." and answers each with one line of numbers
 *     tool_judge ranks FILE        rows "score positive": auroc, its error, average precision, ece, adaptive ece (score as
 *                                  confidence, positive as correct; 15 bins)
 *     tool_judge score FILE CLASSES KINDS SPLITS    rows truth,predicted,correct,top5,confidence,noisy,noise,kind,split
 *                                  (no header, nan for unknown): JSON of the score and the excess */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/distributions.h"
#include "judge/excess.h"

#define MOST 4096

static void
show (const double *values, int n)
{
  for (int i = 0; i < n; i++)
    printf ("%s%.17g", i > 0 ? " " : "", values[i]);
  putchar ('\n');
}

static int
intervals (const char *name, const double *a, double *out)
{
  if (strcmp (name, "wilson") == 0 || strcmp (name, "clopper") == 0)
    {
      proportion p =
          *name == 'w' ? wilson (a[0], (gsize) a[1], a[2]) : clopper_pearson ((gsize) a[0], (gsize) a[1], a[2]);
      out[0] = p.value, out[1] = p.low, out[2] = p.high;
      return 3;
    }
  difference d = newcombe ((gsize) a[0], (gsize) a[1], (gsize) a[2], (gsize) a[3], a[4]);
  out[0] = d.value, out[1] = d.low, out[2] = d.high;
  return 3;
}

static int
tests (const char *name, const double *a, int n, double *out)
{
  if (strcmp (name, "fisher") == 0)
    {
      fisher_result f = fisher_exact ((gsize) a[0], (gsize) a[1], (gsize) a[2], (gsize) a[3]);
      out[0] = f.less, out[1] = f.greater, out[2] = f.two_sided;
      return 3;
    }
  if (strcmp (name, "mcnemar") == 0)
    {
      mcnemar_result m = mcnemar ((gsize) a[0], (gsize) a[1]);
      out[0] = m.exact, out[1] = m.chi_square, out[2] = m.p;
      return 3;
    }
  if (strcmp (name, "bh") == 0)
    {
      benjamini_hochberg (a, (gsize) n, out);
      return n;
    }
  if (strcmp (name, "even") == 0)
    {
      gsize k[MOST], m[MOST];
      for (int i = 0; i < n / 2; i++)
        k[i] = (gsize) a[2 * i], m[i] = (gsize) a[2 * i + 1];
      evenness_result e = evenness (k, m, (gsize) n / 2);
      out[0] = e.chi_square, out[1] = e.p, out[2] = e.cramer_v, out[3] = e.permuted;
      return 4;
    }
  stratum *s = g_new (stratum, (gsize) n / 4 + 1); /* mh: level is the last argument */
  for (int i = 0; i < n / 4; i++)
    s[i] = (stratum){ a[4 * i], a[4 * i + 1], a[4 * i + 2], a[4 * i + 3] };
  if (strcmp (name, "strata") == 0)
    {
      out[0] = mantel_haenszel_greater (s, (gsize) n / 4);
      g_free (s);
      return 1;
    }
  mantel_haenszel_result m = mantel_haenszel (s, (gsize) n / 4, a[n - 1]);
  double all[] = { m.odds_ratio,      m.odds_low, m.odds_high, m.log_odds_error, (double) m.n_odds,
                   m.risk_difference, m.risk_low, m.risk_high, m.risk_error,     (double) m.n_risk };
  memcpy (out, all, sizeof all);
  g_free (s);
  return G_N_ELEMENTS (all);
}

static double
distribution (const char *name, const double *a)
{
  static const char *const names[] = {
    "normal_cdf",     "normal_quantile",    "beta_cdf",         "beta_log_cdf", "beta_quantile", "binomial_cdf",
    "binomial_upper", "binomial_log_upper", "binomial_log_pmf", "hyper",        "chi",           "count"
  };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      switch (i)
        {
        case 0:
          return normal_cdf (a[0]);
        case 1:
          return normal_quantile (a[0]);
        case 2:
          return beta_cdf (a[0], a[1], a[2]);
        case 3:
          return beta_log_cdf (a[0], a[1], a[2]);
        case 4:
          return beta_quantile (a[0], a[1], a[2]);
        case 5:
          return binomial_cdf (a[0], a[1], a[2]);
        case 6:
          return binomial_upper (a[0], a[1], a[2]);
        case 7:
          return binomial_log_upper (a[0], a[1], a[2]);
        case 8:
          return binomial_log_pmf (a[0], a[1], a[2]);
        case 9:
          return hypergeometric_log_pmf (a[0], a[1], a[2], a[3]);
        case 10:
          return chi_square_upper (a[0], a[1]);
        default:
          return count_quantile (a[0], a[1], a[2], a[3]);
        }
  fprintf (stderr, "'%s' is unknown\n", name);
  exit (2);
}

static void
numbers (void)
{
  static char line[1 << 18];
  static double a[MOST], out[MOST];

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      char *save = NULL, *name = strtok_r (line, " \n", &save), *word;
      int n = 0;
      while ((word = strtok_r (NULL, " \n", &save)) != NULL && n < MOST)
        a[n++] = g_ascii_strtod (word, NULL);
      if (strcmp (name, "wilson") == 0 || strcmp (name, "clopper") == 0 || strcmp (name, "newcombe") == 0)
        show (out, intervals (name, a, out));
      else if (strcmp (name, "fisher") == 0 || strcmp (name, "mcnemar") == 0 || strcmp (name, "bh") == 0
               || strcmp (name, "even") == 0 || strcmp (name, "mh") == 0 || strcmp (name, "strata") == 0)
        show (out, tests (name, a, n, out));
      else
        {
          out[0] = distribution (name, a);
          show (out, 1);
        }
    }
}

/* Every number of a text file, in order. */
static double *
read_numbers (const char *path, gsize *n)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GArray *all = g_array_new (FALSE, FALSE, sizeof (double));

  if (!g_file_get_contents (path, &text, NULL, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      exit (2);
    }
  char *at = text, *end;
  for (;;)
    {
      at += strspn (at, " ,\n");
      double v = g_ascii_strtod (at, &end);
      if (end == at)
        break;
      g_array_append_val (all, v);
      at = end;
    }
  *n = all->len;
  return (double *) g_array_free (all, FALSE);
}

static void
ranks (const char *path)
{
  gsize n;
  int used;
  g_autofree double *v = read_numbers (path, &n);
  g_autofree double *score = g_new (double, n / 2 + 1);
  g_autofree gint8 *positive = g_new (gint8, n / 2 + 1);
  reliability_bin bins[15];

  n /= 2;
  for (gsize i = 0; i < n; i++)
    score[i] = v[2 * i], positive[i] = (gint8) v[2 * i + 1];
  auroc_result a = auroc (score, positive, n);
  double out[] = { a.value, a.error, average_precision (score, positive, n),
                   calibration_error (score, positive, n, 15, bins),
                   calibration_error_adaptive (score, positive, n, 15, bins, &used) };
  show (out, G_N_ELEMENTS (out));
}

static void
json_proportion (const char *name, const proportion *p)
{
  printf ("\"%s\": [%.17g, %.17g, %.17g, %zu],\n", name, p->value, p->low, p->high, p->n);
}

static void
json_errors (const char *name, const excess_errors *e)
{
  printf ("\"%s\": {\"pictures\": %zu, \"wrong\": %zu, \"expected\": %.17g, \"value\": %.17g, \"low\": %.17g, "
          "\"high\": %.17g, "
          "\"known\": %d, \"effect\": [%.17g, %.17g, %.17g, %zu], \"guard\": \"%s\"},\n",
          name, e->pictures, e->wrong, e->expected, e->value, e->low, e->high, e->known, e->effect.value, e->effect.low,
          e->effect.high, e->effect.n, guard_name (e->guard));
}

static void
json_side (const char *name, const calibration *c, const binary_side *b)
{
  printf ("\"calibration_%s\": [%zu, %.17g, %.17g], \"binary_%s\": [%zu, %zu, %.17g, %.17g, %.17g],\n", name, c->n,
          c->ece, c->ece_adaptive, name, b->n, b->n_positive, b->average_precision, b->auroc.value, b->auroc.error);
}

static void
json_score (const scorecard *s)
{
  json_proportion ("all", &s->all);
  json_proportion ("fit", &s->fit);
  json_proportion ("standardised", &s->standardised);
  json_proportion ("balanced_all", &s->balanced_all);
  json_proportion ("balanced_fit", &s->balanced_fit);
  json_proportion ("top5_all", &s->top5_all);
  json_proportion ("top5_fit", &s->top5_fit);
  json_side ("all", &s->calibration_all, &s->binary_all);
  json_side ("fit", &s->calibration_fit, &s->binary_fit);
  printf ("\"verdicts\": [%zu, %zu, %zu, %zu],\n", s->right, s->set_aside, s->owed, s->unjudged);
  printf ("\"rejection\": [%zu, %.17g, %.17g, %.17g], \"curve\": [", s->rejection.n, s->rejection.area,
          s->rejection.perfect, s->rejection.random);
  for (gsize i = 0; i < s->rejection.n_points; i++)
    printf ("%s[%.17g, %.17g]", i > 0 ? ", " : "", s->rejection.points[i].rejected, s->rejection.points[i].error);
  printf ("],\n\"by_class\": [%.17g, %.17g], \"by_split\": [%.17g, %.17g],\n\"cells\": [", s->by_class.test.chi_square,
          s->by_class.test.p, s->by_split.test.chi_square, s->by_split.test.p);
  for (gsize i = 0; i < s->n_cells; i++)
    printf ("%s[%d, %d, %zu, %zu]", i > 0 ? ", " : "", s->cells[i].truth, s->cells[i].predicted, s->cells[i].all,
            s->cells[i].fit);
  printf ("],\n\"classes\": [");
  for (int c = 0; c < s->n_classes; c++)
    {
      const class_side *sides[] = { &s->classes[c].all, &s->classes[c].fit };
      for (int k = 0; k < 2; k++)
        printf ("%s[%.17g, %.17g, %.17g, %zu]", c + k > 0 ? ", " : "", sides[k]->precision.value,
                sides[k]->recall.value, sides[k]->f1, sides[k]->recall.n);
    }
  printf ("],\n\"confident\": [");
  for (gsize i = 0; i < s->n_confident; i++)
    printf ("%s%zu", i > 0 ? ", " : "", s->confident[i]);
  printf ("],\n");
}

static void
score_file (const char *path, int classes, int kinds, int splits)
{
  gsize n;
  g_autofree double *v = read_numbers (path, &n);
  n /= 9;
  g_autofree int *words = g_new (int, 4 * n + 1);
  g_autofree gint8 *flags = g_new (gint8, 3 * n + 1);
  g_autofree double *reals = g_new (double, 2 * n + 1);
  for (gsize i = 0; i < n; i++)
    {
      const double *row = v + 9 * i;
      words[i] = (int) row[0], words[n + i] = (int) row[1], words[2 * n + i] = (int) row[7],
      words[3 * n + i] = (int) row[8];
      flags[i] = (gint8) row[2], flags[n + i] = (gint8) row[3], flags[2 * n + i] = (gint8) row[5];
      reals[i] = row[4], reals[n + i] = row[6];
    }
  judge_rows r = { .n = n,
                   .n_classes = classes,
                   .n_kinds = kinds,
                   .n_splits = splits,
                   .truth = words,
                   .predicted = words + n,
                   .correct = flags,
                   .top5 = flags + n,
                   .confidence = reals,
                   .noisy = flags + 2 * n,
                   .noise = reals + n,
                   .kind = words + 2 * n,
                   .split = words + 3 * n };
  score_options so;
  excess_options eo;
  g_auto (scorecard) s = { 0 };
  g_auto (excess) e = { 0 };
  score_options_init (&so);
  excess_options_init (&eo);
  scorecard_init (&s, &r, &so);
  excess_init (&e, &r, &eo);
  puts ("{");
  json_score (&s);
  json_errors ("total", &e.total);
  for (int k = 0; k < e.n_kinds; k++)
    {
      g_autofree char *name = g_strdup_printf ("kind%d", k);
      json_errors (name, &e.kinds[k]);
    }
  printf ("\"borrowed\": %zu, \"missing\": %zu\n}\n", e.borrowed, s.mix_missing);
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "numbers") == 0)
    numbers ();
  else if (argc == 3 && strcmp (argv[1], "ranks") == 0)
    ranks (argv[2]);
  else if (argc == 6 && strcmp (argv[1], "score") == 0)
    score_file (argv[2], atoi (argv[3]), atoi (argv[4]), atoi (argv[5]));
  else
    return 2;
  return 0;
}
