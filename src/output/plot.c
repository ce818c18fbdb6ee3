/* Lines with their points, and histograms: round ticks, and one x that is marked. Coordinates are written with one
 * decimal, so that the same values give the same bytes. */
#include "output/plot.h"

#include "output/html_text.h"

#include <math.h>

#define WIDTH  360.0
#define HEIGHT 232.0
#define LEFT   50.0
#define RIGHT  346.0
#define TOP    44.0
#define BOTTOM 190.0

#define TICKS         5
#define MAX_DOTS      60
#define LARGEST_READ  1e300 /* differences of such values are still finite */
#define SMALLEST_READ 1e-290

typedef struct {
  double low, high; /* of the axis; ticks outside are not drawn */
  double from, to;  /* their coordinates */
  double first, step;
  int n;
} axis;

static double
nice_step (double raw)
{
  double power = pow (10.0, floor (log10 (raw)));
  double part = raw / power;
  return power * (part < 1.5 ? 1.0 : part < 3.5 ? 2.0 : part < 7.5 ? 5.0 : 10.0);
}

int
plot_ticks (double low, double high, int wanted, gboolean whole, double *first, double *step)
{
  double size = MAX (fabs (low), fabs (high));
  if (size < SMALLEST_READ)
    {
      low = 0;
      high = 1;
    }
  else if (high - low <= size * 1e-9) /* as good as one value: put it in the middle */
    {
      double around = whole ? 1 : size * 0.1;
      low -= around;
      high += around;
    }
  double range = high - low;
  *step = nice_step (range / MAX (wanted - 1, 1));
  if (whole && *step < 1.0)
    *step = 1.0;
  *first = floor (low / *step + 1e-9) * *step;
  double last = ceil (high / *step - 1e-9) * *step;
  if (last <= *first)
    last = *first + *step;
  return (int) llround ((last - *first) / *step) + 1;
}

/* The y axis ends at round values, the x axis where the points do. */
static axis
axis_make (double low, double high, const line_plot *x_of, double from, double to)
{
  axis a = { .low = low, .high = high, .from = from, .to = to };
  a.n = plot_ticks (low, high, TICKS, x_of != NULL && x_of->whole_x, &a.first, &a.step);
  if (x_of == NULL || low == high)
    {
      a.low = a.first;
      a.high = a.first + (a.n - 1) * a.step;
    }
  return a;
}

static double
axis_at (const axis *a, double value)
{
  return a->from + (value - a->low) / (a->high - a->low) * (a->to - a->from);
}

static gboolean
is_drawn (const line_plot *p, gsize i)
{
  return fabs (p->x[i]) < LARGEST_READ && fabs (p->y[i]) < LARGEST_READ; /* false for NAN too */
}

/* --- words ------------------------------------------------------------------------------------ */

static void
append_at (GString *out, const char *name, double value)
{
  g_string_append_printf (out, " %s=\"", name);
  html_append_number (out, "%.1f", value);
  g_string_append_c (out, '"');
}

/* As many decimals as the step needs; thousands and millions by letter where the axis is long. */
static void
append_tick_label (GString *out, double value, const axis *a, gboolean percent)
{
  static const struct {
    double unit;
    const char *letter;
  } units[] = { { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } };
  double largest = MAX (fabs (a->low), fabs (a->high)), step = a->step;
  const char *letter = percent ? "%" : "";
  if (percent)
    {
      value *= 100;
      step *= 100;
    }
  else if (largest >= 1e13 || step < 1e-6)
    {
      html_append_number (out, "%.4g", value);
      return;
    }
  for (gsize u = 0; !percent && u < G_N_ELEMENTS (units); u++)
    if (largest >= 10 * units[u].unit)
      {
        value /= units[u].unit;
        step /= units[u].unit;
        letter = units[u].letter;
        break;
      }
  int decimals = CLAMP ((int) ceil (-log10 (step) - 1e-9), 0, 9);
  char format[8];
  g_snprintf (format, sizeof format, "%%.%df", decimals);
  if (fabs (value) < step / 2)
    value = 0; /* no "-0" */
  html_append_number (out, format, value);
  g_string_append (out, value == 0 && !percent ? "" : letter);
}

static void
append_text (GString *out, const char *class, const char *anchor, double x, double y, const char *words)
{
  g_string_append_printf (out, "<text class=\"%s\" text-anchor=\"%s\"", class, anchor);
  append_at (out, "x", x);
  append_at (out, "y", y);
  g_string_append_c (out, '>');
  html_append_text (out, words);
  g_string_append (out, "</text>");
}

static void
append_line (GString *out, const char *class, double x1, double y1, double x2, double y2)
{
  g_string_append_printf (out, "<line class=\"%s\"", class);
  append_at (out, "x1", x1);
  append_at (out, "y1", y1);
  append_at (out, "x2", x2);
  append_at (out, "y2", y2);
  g_string_append (out, "/>");
}

/* --- parts ------------------------------------------------------------------------------------ */

static void
append_axes (GString *out, const char *x_label, const char *y_label, gboolean percent, const axis *x, const axis *y)
{
  for (int i = 0; i < y->n; i++)
    {
      double value = y->first + i * y->step, at = axis_at (y, value);
      append_line (out, i == 0 ? "axis" : "grid", LEFT, at, RIGHT, at);
      g_string_append (out, "<text class=\"tick\" text-anchor=\"end\"");
      append_at (out, "x", LEFT - 8);
      append_at (out, "y", at + 4);
      g_string_append_c (out, '>');
      append_tick_label (out, value, y, percent);
      g_string_append (out, "</text>\n");
    }
  for (int i = 0; i < x->n; i++)
    {
      double value = x->first + i * x->step, at = axis_at (x, value);
      if (value < x->low || value > x->high)
        continue;
      append_line (out, "axis", at, BOTTOM, at, BOTTOM + 4);
      g_string_append (out, "<text class=\"tick\" text-anchor=\"middle\"");
      append_at (out, "x", at);
      append_at (out, "y", BOTTOM + 18);
      g_string_append_c (out, '>');
      append_tick_label (out, value, x, FALSE);
      g_string_append (out, "</text>\n");
    }
  append_text (out, "label", "start", 4, 14, y_label);
  append_text (out, "label", "middle", (LEFT + RIGHT) / 2, HEIGHT - 6, x_label);
}

static void
append_dot (GString *out, const line_plot *p, gsize i, const axis *x, const axis *y, gboolean marked)
{
  g_string_append_printf (out, "<circle class=\"%s\" r=\"%s\"", marked ? "dot marked" : "dot", marked ? "5" : "2.5");
  append_at (out, "cx", axis_at (x, p->x[i]));
  append_at (out, "cy", axis_at (y, p->y[i]));
  g_string_append (out, "><title>");
  html_append_text (out, p->x_label);
  g_string_append_c (out, ' ');
  html_append_number (out, "%.4g", p->x[i]);
  g_string_append (out, ": ");
  if (p->percent)
    {
      html_append_number (out, "%.1f", p->y[i] * 100);
      g_string_append_c (out, '%');
    }
  else
    html_append_number (out, "%.4g", p->y[i]);
  g_string_append (out, "</title></circle>\n");
}

static void
append_series (GString *out, const line_plot *p, gsize drawn, const axis *x, const axis *y)
{
  g_string_append (out, "<polyline class=\"series\" points=\"");
  const char *between = "";
  for (gsize i = 0; i < p->n; i++)
    if (is_drawn (p, i))
      {
        g_string_append (out, between);
        html_append_number (out, "%.1f", axis_at (x, p->x[i]));
        g_string_append_c (out, ',');
        html_append_number (out, "%.1f", axis_at (y, p->y[i]));
        between = " ";
      }
  g_string_append (out, "\"/>\n");
  for (gsize i = 0; i < p->n; i++)
    if (is_drawn (p, i) && (drawn <= MAX_DOTS || p->x[i] == p->mark))
      append_dot (out, p, i, x, y, p->x[i] == p->mark);
}

static void
append_mark (GString *out, double mark, const char *label, const axis *x)
{
  if (!(mark >= x->low && mark <= x->high)) /* false for NAN too */
    return;
  double at = axis_at (x, mark);
  append_line (out, "mark", at, TOP - 8, at, BOTTOM);
  const char *anchor = at < LEFT + 60 ? "start" : at > RIGHT - 60 ? "end" : "middle";
  append_text (out, "mark-label", anchor, at, TOP - 13, label);
  g_string_append_c (out, '\n');
}

static void
begin_plot (GString *out, const char *description)
{
  g_string_append_printf (out, "<svg class=\"plot\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", WIDTH,
                          HEIGHT);
  html_append_text (out, description);
  g_string_append (out, "\">\n");
}

void
plot_append (GString *out, const line_plot *p)
{
  gsize drawn = 0;
  double x_low = 0, x_high = 0, y_low = 0, y_high = 0;
  for (gsize i = 0; i < p->n; i++)
    if (is_drawn (p, i))
      {
        x_low = drawn == 0 ? p->x[i] : MIN (x_low, p->x[i]);
        x_high = drawn == 0 ? p->x[i] : MAX (x_high, p->x[i]);
        y_low = drawn == 0 ? p->y[i] : MIN (y_low, p->y[i]);
        y_high = drawn == 0 ? p->y[i] : MAX (y_high, p->y[i]);
        drawn++;
      }
  if (drawn == 0)
    return;
  if (p->from_zero)
    y_low = MIN (y_low, 0);
  axis x = axis_make (x_low, x_high, p, LEFT, RIGHT);
  axis y = axis_make (y_low, y_high, NULL, BOTTOM, TOP);
  begin_plot (out, p->description);
  append_axes (out, p->x_label, p->y_label, p->percent, &x, &y);
  append_mark (out, p->mark, p->mark_label, &x);
  append_series (out, p, drawn, &x, &y);
  g_string_append (out, "</svg>\n");
}

/* --- columns ---------------------------------------------------------------------------------- */

static void
append_column (GString *out, const char *class, double left, double right, double top, double bottom)
{
  g_string_append_printf (out, "<rect class=\"%s\"", class);
  append_at (out, "x", left + 0.5);
  append_at (out, "width", MAX (right - left - 1, 1));
  append_at (out, "y", top);
  append_at (out, "height", bottom - top);
  g_string_append (out, "/>");
}

static void
append_columns (GString *out, const histogram_plot *p, const axis *x, const axis *y)
{
  for (guint i = 0; i < p->n; i++)
    {
      if (p->counts[i] == 0)
        continue;
      double from = p->first + i * p->step, left = axis_at (x, from), right = axis_at (x, from + p->step);
      double bottom = axis_at (y, 0), middle = axis_at (y, (double) p->marked[i]),
             top = axis_at (y, (double) p->counts[i]);
      g_string_append (out, "<g><title>");
      html_append_number (out, "%.4g", from);
      g_string_append (out, " to ");
      html_append_number (out, "%.4g", from + p->step);
      g_string_append (out, ": ");
      html_append_count (out, p->counts[i]);
      g_string_append (out, "</title>");
      if (p->marked[i] > 0)
        append_column (out, "column marked", left, right, middle, bottom);
      if (p->counts[i] > p->marked[i])
        append_column (out, "column", left, right, top, middle);
      g_string_append (out, "</g>\n");
    }
}

void
plot_append_histogram (GString *out, const histogram_plot *p)
{
  guint64 most = 0;
  for (guint i = 0; i < p->n; i++)
    most = MAX (most, p->counts[i]);
  double last = p->first + p->n * p->step;
  if (most == 0 || !(fabs (p->first) < LARGEST_READ) || !(fabs (last) < LARGEST_READ) || !(last > p->first))
    return;
  axis x = axis_make (p->first, last, NULL, LEFT, RIGHT);
  x.low = p->first; /* the columns fill it, wherever the round values are */
  x.high = last;
  axis y = axis_make (0, (double) most, NULL, BOTTOM, TOP);
  begin_plot (out, p->description);
  append_axes (out, p->x_label, p->y_label, FALSE, &x, &y);
  append_columns (out, p, &x, &y);
  append_mark (out, p->mark, p->mark_label, &x);
  double at = CLAMP (axis_at (&x, p->mark), LEFT, RIGHT);
  if (at - LEFT > 40)
    append_text (out, "side", "end", at - 8, TOP + 4, p->left_label);
  if (RIGHT - at > 80)
    append_text (out, "side marked", "start", at + 8, TOP + 4, p->right_label);
  g_string_append (out, "\n</svg>\n");
}
