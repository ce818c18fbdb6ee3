/* Shows slices, groups and suspected labels to Python. Arrays lie in DIR as raw little-endian files; one that is missing
 * is unknown. Answers are JSON.
 *     tool_slices slices DIR N CLASSES [seed=S] [threads=T]    a line a slice; reads correct.i8, predicted.i32 (sets x N),
 *         truth.i32, spaceS.f32, columnC.f32 or columnC.u32 with columnC.txt (values, a line each, the first empty)
 *     tool_slices groups DIR N CLASSES [seed=S] [threads=T] [k=K]    a line a group; reads the same files
 *     tool_slices labels DIR N CLASSES [order=margin|self]    reads label.i32, probabilities.f32, or predicted.i32 and
 *         confidence.f32 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/groups.h"
#include "judge/labels.h"
#include "judge/slices.h"

#define MOST 64

typedef struct {
  GPtrArray *kept; /* what was read: freed by the process's end */
  const char *dir;
  gsize n;
  matrix spaces[MOST];
  fact_column columns[MOST];
  fit_rows rows;
  guint64 seed;
  int threads, k;
} input;

static void *
keep (input *in, void *data)
{
  g_ptr_array_add (in->kept, data);
  return data;
}

/* The file's bytes, or NULL. */
static void *
load (input *in, const char *name, gsize *bytes)
{
  g_autofree char *path = g_build_filename (in->dir, name, NULL);
  char *data = NULL;

  *bytes = 0;
  return g_file_get_contents (path, &data, bytes, NULL) ? keep (in, data) : NULL;
}

static void *
load_number (input *in, const char *stem, int number, const char *end, gsize *bytes)
{
  g_autofree char *name = g_strdup_printf ("%s%d%s", stem, number, end);

  return load (in, name, bytes);
}

static void
read_rows (input *in)
{
  fit_rows *r = &in->rows;
  gsize bytes;
  const void *data;

  r->n = in->n;
  r->truth = load (in, "truth.i32", &bytes);
  r->spaces = in->spaces;
  r->columns = in->columns;
  while ((data = load_number (in, "space", r->n_spaces, ".f32", &bytes)) != NULL)
    in->spaces[r->n_spaces++] = (matrix){ .n = in->n, .d = bytes / 4 / MAX (in->n, 1), .data = data };
  for (;; r->n_columns++)
    {
      fact_column *c = &in->columns[r->n_columns];
      c->name = keep (in, g_strdup_printf ("column%d", r->n_columns));
      if ((data = load_number (in, "column", r->n_columns, ".f32", &bytes)) != NULL)
        c->numbers = data;
      else if ((data = load_number (in, "column", r->n_columns, ".u32", &bytes)) != NULL)
        {
          char *text = load_number (in, "column", r->n_columns, ".txt", &bytes);
          char **values = keep (in, g_strsplit (text, "\n", -1));
          c->of = data;
          c->values = (const char *const *) values;
          c->n_values = g_strv_length (values);
        }
      else
        break;
    }
}

static void
show_members (const gsize *members, gsize n)
{
  printf (", \"members\": [");
  for (gsize i = 0; i < n; i++)
    printf ("%s%" G_GSIZE_FORMAT, i > 0 ? ", " : "", members[i]);
  printf ("]}\n");
}

static void
show_text (const char *name, const char *text)
{
  g_autofree char *safe = g_strescape (text, NULL);

  printf (", \"%s\": \"%s\"", name, safe);
}

static void
show_slice (gsize set, const slice *s, const fit_rows *r)
{
  g_autofree char *words = slice_words (s, r, NULL);

  printf ("{\"set\": %" G_GSIZE_FORMAT ", \"kind\": \"%s\", \"space\": %d, \"k\": %d, \"cluster\": %d, \"column\": %d, "
          "\"value\": %u, \"low\": %.9g, \"high\": %.9g, \"truth\": %d, \"predicted\": %d",
          set, slice_kind_name (s->kind), s->space, s->k, s->cluster, s->column, s->value, s->low, s->high, s->truth,
          s->predicted);
  printf (", \"n\": %" G_GSIZE_FORMAT ", \"wrong\": %" G_GSIZE_FORMAT ", \"found\": [%.17g, %" G_GSIZE_FORMAT
          "], \"tested\": [%.17g, %" G_GSIZE_FORMAT "], \"rest\": [%.17g, %" G_GSIZE_FORMAT
          "], \"lift\": %.17g, \"p\": %.17g, \"q\": %.17g, \"significant\": %s",
          s->n, s->wrong, s->found.value, s->found.n, s->tested.value, s->tested.n, s->rest.value, s->rest.n, s->lift,
          s->p, s->q, s->significant ? "true" : "false");
  show_text ("words", words);
  show_members (s->members, s->n_members);
}

static gboolean
run_slices (input *in, GError **error)
{
  gsize bytes, sets;
  const gint8 *correct = load (in, "correct.i8", &sets);
  const int *predicted = load (in, "predicted.i32", &bytes);
  slice_options o;

  slice_options_init (&o);
  o.seed = in->seed;
  o.threads = in->threads;
  for (gsize set = 0; set < sets / MAX (in->n, 1); set++)
    {
      g_auto (slice_list) list = { 0 };
      in->rows.correct = correct + set * in->n;
      in->rows.predicted = predicted != NULL ? predicted + set * in->n : NULL;
      o.seed = in->seed + set;
      if (!slice_list_init (&list, &in->rows, &o, NULL, error))
        return FALSE;
      for (gsize i = 0; i < list.n_slices; i++)
        show_slice (set, &list.slices[i], &in->rows);
    }
  return TRUE;
}

static gboolean
run_groups (input *in, GError **error)
{
  gsize bytes;
  group_options o;
  g_auto (mistake_groups) g = { 0 };

  in->rows.correct = load (in, "correct.i8", &bytes);
  in->rows.predicted = load (in, "predicted.i32", &bytes);
  group_options_init (&o);
  o.seed = in->seed;
  o.threads = in->threads;
  o.k = in->k;
  if (!mistake_groups_init (&g, &in->rows, NULL, &o, NULL, error))
    return FALSE;
  for (gsize i = 0; i < g.n_groups; i++)
    {
      const mistake_group *m = &g.groups[i];
      printf ("{\"n\": %" G_GSIZE_FORMAT ", \"alike\": %" G_GSIZE_FORMAT ", \"silhouette\": %.9g, \"distances\": [",
              m->n, m->alike, g.silhouette);
      for (gsize q = 0; q < m->n; q++)
        printf ("%s%.9g", q > 0 ? ", " : "", (double) m->distances[q]);
      printf ("], \"confusions\": [");
      for (gsize q = 0; q < m->n_confusions; q++)
        printf ("%s[%d, %d, %" G_GSIZE_FORMAT "]", q > 0 ? ", " : "", m->confusions[q].truth,
                m->confusions[q].predicted, m->confusions[q].n);
      printf ("]");
      show_text ("words", m->words);
      show_members (m->members, m->n);
    }
  return TRUE;
}

static void
run_labels (input *in, label_order order)
{
  gsize bytes;
  matrix probabilities = { .n = in->n, .d = (gsize) in->rows.n_classes };
  label_rows r = { .n = in->n, .n_classes = in->rows.n_classes };
  g_auto (label_report) l = { 0 };

  probabilities.data = load (in, "probabilities.f32", &bytes);
  r.probabilities = probabilities.data != NULL ? &probabilities : NULL;
  r.label = load (in, "label.i32", &bytes);
  r.predicted = load (in, "predicted.i32", &bytes);
  r.confidence = load (in, "confidence.f32", &bytes);
  label_report_init (&l, &r, order);
  printf ("{\"n\": %" G_GSIZE_FORMAT ", \"counted\": %" G_GSIZE_FORMAT
          ", \"wrong\": [%.17g, %.17g, %.17g], \"threshold\": [",
          l.n, l.counted, l.wrong.value, l.wrong.low, l.wrong.high);
  for (int c = 0; c < l.n_classes; c++)
    printf ("%s%.17g", c > 0 ? ", " : "", l.threshold[c]);
  printf ("], \"cells\": [");
  for (gsize i = 0; i < l.n_cells; i++)
    printf ("%s[%d, %d, %" G_GSIZE_FORMAT ", %.17g]", i > 0 ? ", " : "", l.cells[i].given, l.cells[i].likely,
            l.cells[i].n, l.cells[i].pictures);
  printf ("], \"suspects\": [");
  for (gsize i = 0; i < l.n_suspects; i++)
    printf ("%s[%" G_GSIZE_FORMAT ", %d, %d, %.17g, %.17g]", i > 0 ? ", " : "", l.suspects[i].row, l.suspects[i].given,
            l.suspects[i].likely, l.suspects[i].self_confidence, l.suspects[i].margin);
  printf ("]}\n");
}

int
main (int argc, char **argv)
{
  static input in;
  g_autoptr (GError) error = NULL;
  label_order order = LABELS_BY_MARGIN;

  if (argc < 5)
    return 2;
  in.kept = g_ptr_array_new ();
  in.dir = argv[2];
  in.n = g_ascii_strtoull (argv[3], NULL, 10);
  in.rows.n_classes = atoi (argv[4]);
  in.threads = 1;
  for (int i = 5; i < argc; i++)
    {
      const char *value = strchr (argv[i], '=') + 1;
      if (g_str_has_prefix (argv[i], "seed="))
        in.seed = g_ascii_strtoull (value, NULL, 10);
      else if (g_str_has_prefix (argv[i], "threads="))
        in.threads = atoi (value);
      else if (g_str_has_prefix (argv[i], "k="))
        in.k = atoi (value);
      else if (strcmp (argv[i], "order=self") == 0)
        order = LABELS_BY_SELF_CONFIDENCE;
    }
  read_rows (&in);
  if (strcmp (argv[1], "labels") == 0)
    run_labels (&in, order);
  else if (!(strcmp (argv[1], "slices") == 0 ? run_slices (&in, &error) : run_groups (&in, &error)))
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }
  return 0;
}
