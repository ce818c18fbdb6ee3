/* A crop moves the cells of its rim by up to its whole width, and so undoes the fine waves; found and taken back, copies cropped by
 * 5 % are as alike as re-saved ones. Works on luminance cells; brightness and contrast are fitted along. */
#include "duplicate/align.h"

#include <math.h>
#include <string.h>

#include "base/steady.h"

#define SIDE       SIGNATURE_SIDE
#define STEPS      4
#define FARTHEST   0.06 /* of a side */
#define UNKNOWNS   6    /* shift and stretch across, down; contrast, brightness */
#define FINEST     14   /* waves a side */
#define LEAST_GAIN 0.2  /* contrast below it is no fit */

void
align_basis_init (align_basis *b)
{
  const double pi = 3.14159265358979323846, n = ALIGN_SIDE;

  for (int f = 0; f < ALIGN_SIDE; f++)
    for (int x = 0; x < ALIGN_SIDE; x++)
      {
        double length = sqrt (f * f + x * x) * SIDE / n;
        b->wave[f][x] = (float) (sqrt ((f == 0 ? 1.0 : 2.0) / n) * steady_cos (pi * f * (2 * x + 1) / (2.0 * n)));
        b->weight[f * ALIGN_SIDE + x] = length <= FINEST ? (float) length : 0;
      }
}

/* The four weights of Catmull and Rom's spline around `at`, and the first cell they are for; the rim repeats beyond it. */
static void
spline (double at, int cells[4], float weights[4])
{
  double whole = floor (at), t = at - whole;

  for (int i = 0; i < 4; i++)
    cells[i] = CLAMP ((int) whole - 1 + i, 0, SIDE - 1);
  weights[0] = (float) (((2 - t) * t - 1) * t / 2);
  weights[1] = (float) ((t * t * (3 * t - 5) + 2) / 2);
  weights[2] = (float) (((4 - 3 * t) * t + 1) * t / 2);
  weights[3] = (float) ((t - 1) * t * t / 2);
}

/* `from` where cell x is taken from x (1 + stretch) + shift; [0], [1]: shift and stretch across, [2], [3]: down. In sides. */
static void
lay (const float from[SIDE][SIDE], const double move[4], float out[SIDE][SIDE])
{
  float across[SIDE][SIDE], weights[4];
  int cells[4];

  for (int x = 0; x < SIDE; x++)
    {
      double centre = (x + 0.5) / SIDE - 0.5;
      spline ((centre * (1 + move[1]) + move[0] + 0.5) * SIDE - 0.5, cells, weights);
      for (int y = 0; y < SIDE; y++)
        across[y][x] = from[y][cells[0]] * weights[0] + from[y][cells[1]] * weights[1] + from[y][cells[2]] * weights[2]
                       + from[y][cells[3]] * weights[3];
    }
  for (int y = 0; y < SIDE; y++)
    {
      double centre = (y + 0.5) / SIDE - 0.5;
      spline ((centre * (1 + move[3]) + move[2] + 0.5) * SIDE - 0.5, cells, weights);
      for (int x = 0; x < SIDE; x++)
        out[y][x] = across[cells[0]][x] * weights[0] + across[cells[1]][x] * weights[1]
                    + across[cells[2]][x] * weights[2] + across[cells[3]][x] * weights[3];
    }
}

/* Solves the symmetric system m x = m[.][UNKNOWNS] in place; FALSE when it has no one answer. */
static gboolean
solve (double m[UNKNOWNS][UNKNOWNS + 1], double *x)
{
  for (int i = 0; i < UNKNOWNS; i++)
    {
      if (!(m[i][i] > 1e-9))
        return FALSE;
      for (int k = i + 1; k < UNKNOWNS; k++)
        {
          double share = m[k][i] / m[i][i];
          for (int c = i; c <= UNKNOWNS; c++)
            m[k][c] -= share * m[i][c];
        }
    }
  for (int i = UNKNOWNS - 1; i >= 0; i--)
    {
      x[i] = m[i][UNKNOWNS];
      for (int c = i + 1; c < UNKNOWNS; c++)
        x[i] -= m[i][c] * x[c];
      x[i] /= m[i][i];
    }
  return TRUE;
}

/* The least squares that bring `laid` onto `to` for a small further move. */
static gboolean
step (const float laid[SIDE][SIDE], const float to[SIDE][SIDE], double *x)
{
  double m[UNKNOWNS][UNKNOWNS + 1] = { 0 };

  for (int y = 1; y < SIDE - 1; y++)
    {
      float sums[UNKNOWNS][UNKNOWNS + 1] = { 0 };
      float down = ((float) y + 0.5f) / SIDE - 0.5f;
      for (int c = 1; c < SIDE - 1; c++)
        {
          float across = ((float) c + 0.5f) / SIDE - 0.5f;
          float gx = (laid[y][c + 1] - laid[y][c - 1]) * (SIDE / 2.0f);
          float gy = (laid[y + 1][c] - laid[y - 1][c]) * (SIDE / 2.0f);
          float row[UNKNOWNS + 1] = { gx, gx * across, gy, gy * down, laid[y][c], 1, to[y][c] };
          for (int i = 0; i < UNKNOWNS; i++)
            for (int k = 0; k <= UNKNOWNS; k++)
              sums[i][k] += row[i] * row[k];
        }
      for (int i = 0; i < UNKNOWNS; i++)
        for (int k = 0; k <= UNKNOWNS; k++)
          m[i][k] += (double) sums[i][k];
    }
  return solve (m, x);
}

/* Weighted waves of the inner cells, of length 1. */
static void
inner_shape (const align_basis *b, const float cells[SIDE][SIDE], float shape[ALIGN_SIDE][ALIGN_SIDE])
{
  enum { N = ALIGN_SIDE };
  float half[N][N] = { 0 };
  double power = 0;

  for (int f = 0; f < N; f++)
    for (int y = 0; y < N; y++)
      for (int x = 0; x < N; x++)
        half[f][x] += b->wave[f][y] * cells[y + 1][x + 1];
  for (int f = 0; f < N; f++)
    for (int g = 0; g < N; g++)
      {
        float sum = 0;
        for (int x = 0; x < N; x++)
          sum += half[f][x] * b->wave[g][x];
        shape[f][g] = sum * b->weight[f * N + g];
        power += (double) shape[f][g] * (double) shape[f][g];
      }
  float scale = power > 0 ? (float) (1 / sqrt (power)) : 0;
  for (int f = 0; f < N; f++)
    for (int g = 0; g < N; g++)
      shape[f][g] *= scale;
}

/* The correlation of `to` with `from` laid on it. */
static double
laid_alike (const float from[SIDE][SIDE], const float to[SIDE][SIDE], const align_basis *basis)
{
  float laid[SIDE][SIDE], one[ALIGN_SIDE][ALIGN_SIDE], other[ALIGN_SIDE][ALIGN_SIDE];
  double move[4] = { 0 }, x[UNKNOWNS], alike = 0;

  memcpy (laid, from, sizeof laid);
  for (int i = 0; i < STEPS && step (laid, to, x); i++)
    {
      double gain = MAX (x[4], LEAST_GAIN);
      for (int k = 0; k < 4; k++)
        {
          double moved = move[k] + x[k] / gain;
          move[k] = CLAMP (moved, -FARTHEST, FARTHEST);
        }
      lay (from, move, laid);
    }
  inner_shape (basis, laid, one);
  inner_shape (basis, to, other);
  for (int f = 0; f < ALIGN_SIDE; f++)
    for (int g = 0; g < ALIGN_SIDE; g++)
      alike += (double) one[f][g] * (double) other[f][g];
  return alike;
}

double
align_compare (const likeness *a, const likeness *b, const align_basis *basis)
{
  float one[SIDE][SIDE], other[SIDE][SIDE];
  double mirrored;

  if (a->plain || b->plain)
    return 0;
  likeness_compare (a, b, &mirrored);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        one[y][x] = a->luminance[y * SIDE + x];
        other[y][x] = b->luminance[y * SIDE + x];
      }
  double alike = laid_alike (one, other, basis), turned = laid_alike (other, one, basis);
  alike = MAX (alike, turned) - likeness_colour_cost (a, b);
  if (likeness_is_mirrored (alike, mirrored))
    return 0;
  return CLAMP (alike - ALIGN_COST, 0, 1);
}
