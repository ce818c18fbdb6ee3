/* Line charts and histograms as inline SVG, coloured by the page's style sheet. */
#pragma once

#include <glib.h>

typedef struct {
  const char *description; /* what it shows, in words, for those who cannot see it */
  const char *x_label, *y_label;
  const double *x, *y; /* n each, x ascending; points that are not finite are left out */
  gsize n;
  gboolean whole_x;   /* no ticks between whole numbers */
  gboolean percent;   /* y is a share, labelled in per cent */
  gboolean from_zero; /* the y axis begins at 0 */
  double mark;        /* an x to mark; NAN: none */
  const char *mark_label;
} line_plot;

/* An <svg> element. Nothing when no point is finite. */
void plot_append (GString *out, const line_plot *p);

/* n columns of one width: column i reaches from first + i * step to the next. */
typedef struct {
  const char *description, *x_label, *y_label;
  double first, step; /* step above 0 */
  guint n;
  const guint64 *counts; /* n */
  const guint64 *marked; /* n: how many of them are drawn in the other colour, from below */
  double mark;           /* an x to mark: one of the edges */
  const char *mark_label;
  const char *left_label, *right_label; /* of the mark's two sides */
} histogram_plot;

/* An <svg> element. Nothing when there is nothing to count. */
void plot_append_histogram (GString *out, const histogram_plot *p);

/* Round values (1, 2 or 5 times a power of ten apart) around low .. high, about `wanted` of them: the first and the
 * step are set, their number is returned. The first is <= low and the last >= high. low <= high, both finite, below
 * 1e300. (Heckbert, Nice numbers for graph labels, Graphics Gems, 1990.) */
int plot_ticks (double low, double high, int wanted, gboolean whole, double *first, double *step);
