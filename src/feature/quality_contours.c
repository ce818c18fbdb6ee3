/* How straight contours run: strong edges are followed pixel by pixel, and what is measured is how far they leave their
 * chord. Of most scenes some contours are straight or bend evenly; where a picture was warped, none are. */
#include "feature/quality_internal.h"

#include <math.h>
#include <stdlib.h>

#define FARTHEST  7  /* steps to either side of where a walk begins */
#define WALKS     96 /* at most */
#define LEAST     8  /* walks: fewer tell nothing */
#define STRETCH   16 /* pixels of a row that are passed over together */
#define SEED_ROWS 4  /* a walk may begin on every fourth row */
#define MARGIN    2  /* pixels at the picture's edge that no walk enters */
#define MOST_BEND 3.0f
#define NO_BEND   0.3f /* pixels, where there are no contours: the middle of what photographs have */
#define FAINTEST  16   /* strength, below: no contour. About four grey levels a pixel */

/* Over how many steps to either side bends are measured, and which of their quantiles are told. */
static const struct {
  int steps, told;
  double shares[4];
} reaches[2] = { { 4, 2, { 0.05, 0.25 } }, { FARTHEST, 4, { 0.05, 0.1, 0.25, 0.5 } } };

/* --- strength of edges --- */

/* The squared length of Sobel's gradient over 64, so that it fits 16 bits. The rows start at the pixel before the first. */
static void
strength_row (const guint8 *restrict above, const guint8 *restrict row, const guint8 *restrict below, int n,
              guint16 *restrict strength)
{
  int whole = quality_whole (n);

#pragma omp simd
  for (int x = 0; x < whole; x++)
    {
      gint16 falling = (gint16) (below[x + 2] - above[x]), rising = (gint16) (above[x + 2] - below[x]);
      gint16 u = (gint16) (falling + rising + 2 * (row[x + 2] - row[x]));
      gint16 v = (gint16) (falling - rising + 2 * (below[x + 1] - above[x + 1]));
      guint16 a = (guint16) (abs (u) << 5),
              b = (guint16) (abs (v) << 5); /* the upper halves of their squares: one instruction */
      strength[x] = (guint16) ((guint16) ((guint32) a * a >> 16) + (guint16) ((guint32) b * b >> 16));
    }
}

static void
fill_strength (const quality_planes *p, guint16 *strength)
{
  gsize w = (gsize) p->width;

  for (int y = 1; y < p->height - 1; y++)
    {
      const guint8 *row = p->y8[0] + (gsize) y * w;
      strength_row (row - w, row, row + w, p->width - 2, strength + (gsize) y * w + 1);
    }
}

/* Of the rows on which walks begin. */
static double
mean_strength (const quality_planes *p, const guint16 *strength)
{
  gint64 sum = 0, n = 0;

  for (int y = MARGIN; y < p->height - MARGIN; y += SEED_ROWS, n += p->width - 2)
    {
      const guint16 *row = strength + (gsize) y * (gsize) p->width;
      for (int x = 1; x < p->width - 1; x++)
        sum += row[x];
    }
  return (double) sum / (double) n;
}

/* --- walks --- */

typedef struct {
  const guint8 *luma;
  const guint16 *strength;
  int w, h;
} field;

typedef struct {
  int x, y;
} place;

typedef struct {
  float x[2 * FARTHEST + 1], y[2 * FARTHEST + 1]; /* pixels; the middle one is where it began */
} walk;

static inline void
gradient (const field *f, place at, int *u, int *v)
{
  const guint8 *row = f->luma + (gsize) at.y * (gsize) f->w + at.x, *above = row - f->w, *below = row + f->w;
  int falling = below[1] - above[-1], rising = above[1] - below[-1];
  *u = falling + rising + 2 * (row[1] - row[-1]);
  *v = falling - rising + 2 * (below[0] - above[0]);
}

static inline int
strength_at (const field *f, int x, int y)
{
  return f->strength[(gsize) y * (gsize) f->w + (gsize) x];
}

/* Where between the pixels the strength is largest, along the gradient's longer part: the top of a parabola. */
static inline void
find_top (const field *f, place at, gboolean across, float *x, float *y)
{
  int middle = strength_at (f, at.x, at.y);
  int first = across ? strength_at (f, at.x - 1, at.y) : strength_at (f, at.x, at.y - 1);
  int last = across ? strength_at (f, at.x + 1, at.y) : strength_at (f, at.x, at.y + 1);
  int curve = first - 2 * middle + last;
  float off = curve < 0 ? 0.5f * (float) (first - last) / (float) curve : 0;
  off = CLAMP (off, -0.5f, 0.5f);
  *x = (float) at.x + (across ? off : 0);
  *y = (float) at.y + (across ? 0 : off);
}

static inline gboolean
is_inside (const field *f, place at)
{
  return at.x >= MARGIN && at.y >= MARGIN && at.x < f->w - MARGIN && at.y < f->h - MARGIN;
}

/* A step along the contour, which runs `across` the rows or along them, to the strongest of the three pixels there. FALSE: it ends. */
static inline gboolean
step_on (const field *f, gboolean across, int along_x, int along_y, int least, place *at)
{
  place straight = { at->x + (across ? 0 : along_x > 0 ? 1 : -1), at->y + (across ? along_y > 0 ? 1 : -1 : 0) };
  if (!is_inside (f, straight))
    return FALSE;
  *at = straight;
  for (int side = -1; side <= 1; side += 2)
    {
      place other = { straight.x + (across ? side : 0), straight.y + (across ? 0 : side) };
      if (strength_at (f, other.x, other.y) > strength_at (f, at->x, at->y))
        *at = other;
    }
  return is_inside (f, *at) && strength_at (f, at->x, at->y) >= least;
}

/* How many steps the contour was followed to one side, `way` of 1 or -1. */
static int
follow (const field *f, place from, int way, walk *w)
{
  place at = from;
  int least = strength_at (f, from.x, from.y) / 8, u, v;
  gradient (f, at, &u, &v);
  int along_x = -way * v, along_y = way * u;
  for (int i = 1; i <= FARTHEST; i++)
    {
      gboolean across = abs (u) > abs (v);
      if (-v * along_x + u * along_y < 0)
        u = -u, v = -v;
      along_x = -v;
      along_y = u;
      if (!step_on (f, across, along_x, along_y, least, &at))
        return i - 1;
      gradient (f, at, &u, &v);
      find_top (f, at, abs (u) > abs (v), &w->x[FARTHEST + way * i], &w->y[FARTHEST + way * i]);
    }
  return FARTHEST;
}

/* Root mean square distance of the points between from the chord of those `reach` steps to either side. */
static float
bend_of (const walk *w, int reach)
{
  int first = FARTHEST - reach, last = FARTHEST + reach;
  float dx = w->x[last] - w->x[first], dy = w->y[last] - w->y[first], squared = dx * dx + dy * dy, sum = 0;
  if (squared < (float) (reach * reach)) /* folded back */
    return MOST_BEND;
  for (int i = first + 1; i < last; i++)
    {
      float off = (w->y[i] - w->y[first]) * dx - (w->x[i] - w->x[first]) * dy;
      sum += off * off;
    }
  return MIN (sqrtf (sum / (squared * (float) (2 * reach - 1))), MOST_BEND);
}

/* --- where they begin --- */

static inline guint16
strongest (const guint16 *strength, int n)
{
  guint16 most = 0;
#pragma omp simd reduction(max : most)
  for (int i = 0; i < n; i++)
    most = strength[i] > most ? strength[i] : most;
  return most;
}

/* Whether no neighbour across the edge is stronger. */
static gboolean
is_ridge (const field *f, int x, int y)
{
  int u, v, here = strength_at (f, x, y);
  gboolean upright = here >= strength_at (f, x - 1, y) && here > strength_at (f, x + 1, y);
  gboolean level = here >= strength_at (f, x, y - 1) && here > strength_at (f, x, y + 1);
  if (upright == level)
    return upright;
  gradient (f, (place){ x, y }, &u, &v);
  return abs (u) > abs (v) ? upright : level;
}

/* Ridges stronger than `least`: their number; positions to `seeds`. Most stretches of a row have none. */
static gsize
find_seeds (const field *f, guint16 least, guint32 *seeds)
{
  gsize n = 0;
  for (int y = MARGIN; y < f->h - MARGIN; y += SEED_ROWS)
    for (int from = MARGIN; from < f->w - MARGIN; from += STRETCH)
      {
        gsize at = (gsize) y * (gsize) f->w + (gsize) from;
        int length = MIN (STRETCH, f->w - MARGIN - from);
        if (strongest (f->strength + at, length) <= least)
          continue;
        for (int i = 0; i < length; i++)
          if (f->strength[at + (gsize) i] > least && is_ridge (f, from + i, y))
            seeds[n++] = (guint32) (at + (gsize) i);
      }
  return n;
}

float *
QUALITY_NAME (quality_contours) (quality_planes *p, float *out)
{
  guint32 *seeds = (guint32 *) (void *) p->windows; /* at most one of four pixels */
  float bends[2][WALKS], room[WALKS];
  gsize n[2] = { 0, 0 };

  fill_strength (p, p->bins);
  field f = { p->y8[0], p->bins, p->width, p->height };
  gsize found = find_seeds (&f, (guint16) MIN (MAX (4 * mean_strength (p, p->bins), FAINTEST), G_MAXUINT16), seeds);
  gsize walks = MIN (found, WALKS);
  for (gsize i = 0; i < walks; i++)
    {
      guint32 at = seeds[i * found / walks];
      place from = { (int) (at % (guint32) f.w), (int) (at / (guint32) f.w) };
      walk w;
      int u, v;
      gradient (&f, from, &u, &v);
      find_top (&f, from, abs (u) > abs (v), &w.x[FARTHEST], &w.y[FARTHEST]);
      int before = follow (&f, from, -1, &w), after = follow (&f, from, 1, &w);
      for (int r = 0; r < 2; r++)
        if (MIN (before, after) >= reaches[r].steps)
          bends[r][n[r]++] = bend_of (&w, reaches[r].steps);
    }
  for (int r = 0; r < 2; out += reaches[r++].told)
    quality_quantiles (bends[r], n[r] < LEAST ? 0 : n[r], reaches[r].shares, reaches[r].told, NO_BEND, room, out);
  *out++ = walks > 0 ? (float) n[1] / (float) walks : 0;
  return out;
}
