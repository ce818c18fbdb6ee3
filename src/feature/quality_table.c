/* Every measure: name, unit, range, source. The order is that of the numbers quality_measure_picture() writes. The
 * digit in a name is the scale (0: the view itself, 1 and 2: halved once and twice by 2 x 2 means). */
#include <string.h>

#include "feature/quality.h"

/* clang-format off: one measure a line */
#define BRISQUE    "Mittal, Moorthy, Bovik 2012 (BRISQUE), III-A"
#define NEIGHBOURS "Mittal, Moorthy, Bovik 2012 (BRISQUE), III-B; fit of Lasmar, Stitou, Berthoumieu 2009"
#define LEVELS     "log2 grey levels"
#define SQUARES    "log2 square grey levels"
#define RATIO      "log2 ratio"
#define SHARE      "share"
#define KURTOSIS   "log2 kurtosis"
#define IMMERKAER  "Immerkaer 1996"
#define PIXELS     "pixels"

#define PRODUCT(name)                                                                                                  \
  { name "-alpha", "shape", 0.2, 10, NEIGHBOURS }, { name "-eta", "", -9, 9, NEIGHBOURS },                             \
      { name "-left", "", 0, 9, NEIGHBOURS },                                                                          \
  {                                                                                                                    \
    name "-right", "", 0, 9, NEIGHBOURS                                                                                \
  }

#define SPREAD(name)                                                                                                   \
  {                                                                                                                    \
    name, LEVELS, -2, 7.1, "pardon: quantile of the MSCN window's deviation, log2 (x + 1/4)"                           \
  }

#define MSCN(s)                                                                                                        \
  { "mscn" s "-alpha", "shape", 0.2, 10, BRISQUE }, { "mscn" s "-sigma", "", 0, 3, BRISQUE },                          \
      { "mscn" s "-busy-alpha", "shape", 0.2, 10, BRISQUE ", where the window's deviation is 2 or more" },             \
      { "mscn" s "-busy-sigma", "", 0, 3, BRISQUE ", where the window's deviation is 2 or more" },                     \
      PRODUCT ("mscn" s "-across"), PRODUCT ("mscn" s "-down"), PRODUCT ("mscn" s "-falling"),                         \
      PRODUCT ("mscn" s "-rising"), SPREAD ("deviation" s "-q05"), SPREAD ("deviation" s "-q25"),                      \
      SPREAD ("deviation" s "-q50"), SPREAD ("deviation" s "-q75"), SPREAD ("deviation" s "-q95")

#define GRADIENTS(s)                                                                                                   \
  { "gradient" s "-across", SQUARES, -4, 16, "pardon: mean (I(x+1) - I(x))^2, log2 (m + 1/16)" },                      \
      { "gradient" s "-down", SQUARES, -4, 16, "pardon: mean (I(y+1) - I(y))^2, log2 (m + 1/16)" },                    \
      { "laplacian" s "-energy", SQUARES, -4, 20.1,                                                                    \
        "pardon: mean L^2, L the 4-neighbour Laplacian, log2 (m + 1/16)" },                                            \
      { "laplacian" s "-median", LEVELS, -2, 8.1, "pardon: median |L|, at most 256, log2 (m + 1/4)" },                 \
      { "gradient" s "-kurtosis", KURTOSIS, 0, 22, "pardon: mean d^4 / (mean d^2)^2 of differences across" },          \
      { "laplacian" s "-kurtosis", KURTOSIS, 0, 22, "pardon: mean L^4 / (mean L^2)^2" },                               \
  {                                                                                                                    \
    "laplacian" s "-skewness", "asinh skewness", -9, 9, "pardon: mean L^3 / (mean L^2)^1.5; below 0: bright specks"    \
  }

#define NOISE_LEVEL(name, how)                                                                                         \
  {                                                                                                                    \
    name, LEVELS, -4, 11, how                                                                                          \
  }
#define SPECKS(name, how)                                                                                              \
  {                                                                                                                    \
    name, "log2 share", -12, 0.1, "pardon: pixels " how " of all 8 neighbours, log2 (s + 2^-12)"                       \
  }
#define CORRELATION(name, how)                                                                                         \
  {                                                                                                                    \
    name, "correlation", -1, 1, how                                                                                    \
  }

#define PERIOD(way)                                                                                                    \
  { "blocks-" way "-best", RATIO, -8, 12, "pardon: mean step at the strongest phase of period 8 over the others" },    \
      { "blocks-" way "-grid", RATIO, -12, 12,                                                                         \
        "pardon: mean step at the phase of a grid from the corner over the others" },                                  \
      { "blocks-" way "-recurrence", "correlation", -1, 1,                                                             \
        "pardon: largest autocorrelation of the high-passed steps, lags 2 to 16" },                                    \
  {                                                                                                                    \
    "blocks-" way "-period", PIXELS, 2, 16, "pardon: the first lag whose autocorrelation is within 0.05 of it"         \
  }
#define EQUAL(way)                                                                                                     \
  { "equal-" way, SHARE, 0, 1, "pardon: neighbours of the same luma, rounded to 8 bits" },                             \
  {                                                                                                                    \
    "equal-" way "-busy", SHARE, 0, 1, "pardon: the same where pixels around them differ by 16; (n + 1) / (m + 8)"     \
  }
#define ZEROS(name, how)                                                                                               \
  {                                                                                                                    \
    name, SHARE, 0, 1, "pardon: cosine coefficients (8 x 8, strongest phase) below 1, " how                            \
  }

#define QUANTILE(name, what)                                                                                           \
  {                                                                                                                    \
    name, SHARE, 0, 1, "pardon: quantile of " what " over 256"                                                         \
  }
#define COLOUR_SPREAD(name, what)                                                                                      \
  {                                                                                                                    \
    name, LEVELS, -2, 8, "pardon: deviation of " what ", log2 (d + 1/4)"                                               \
  }
#define TILE_SPREAD(name)                                                                                              \
  {                                                                                                                    \
    name, LEVELS, -2, 7.1, "pardon: over 16 x 16 tiles, of the deviation of scale 1, log2 (d + 1/4)"                   \
  }

#define LAG(name)                                                                                                      \
  {                                                                                                                    \
    name, RATIO, -10.1, 10.1, "pardon: structure function, mean |I(x) - I(x + lag)| + 1/4, over lag 12's"              \
  }
#define LAGS(way)                                                                                                      \
  LAG ("lag1-" way), LAG ("lag2-" way), LAG ("lag3-" way), LAG ("lag4-" way), LAG ("lag6-" way), LAG ("lag8-" way),    \
  {                                                                                                                    \
    "lag12-" way, LEVELS, -2, 8, "pardon: structure function, mean |I(x) - I(x + 12)|, log2 (m + 1/4)"                 \
  }

#define WIDTH(name, how)                                                                                               \
  {                                                                                                                    \
    name, PIXELS, 0, 8.1, "pardon: range over largest step, strongest tenth of windows of 9 pixels: " how              \
  }
#define WIDTHS(s, way)                                                                                                 \
  WIDTH ("width" s "-" way "-q10", "10 % quantile"), WIDTH ("width" s "-" way "-q50", "median"),                       \
      WIDTH ("width" s "-" way "-q90", "90 % quantile"),                                                               \
  {                                                                                                                    \
    "width" s "-" way "-share", SHARE, 0, 1, "pardon: windows of 9 pixels whose range is 20 or more"                   \
  }
#define REBLUR(name)                                                                                                   \
  {                                                                                                                    \
    name, SHARE, 0, 1, "Crete, Dolmiere, Ladret, Nicolas 2007; 1: a second blur changes nothing"                       \
  }
#define BEND(steps, name, how)                                                                                         \
  {                                                                                                                    \
    "bend" steps "-" name, PIXELS, 0, 3,                                                                               \
        "pardon: strong contours' distance from chords over " steps " steps to either side: " how                      \
  }

#define HAAR(level, name)                                                                                              \
  {                                                                                                                    \
    "haar" level "-" name, LEVELS, -4, 9, "pardon: mean |" name "|, orthonormal Haar details, log2 (m + 1/16)"         \
  }
#define HAARS(level) HAAR (level, "hh"), HAAR (level, "hl"), HAAR (level, "lh")
#define FINE(name, how)                                                                                                \
  {                                                                                                                    \
    name, RATIO, -10, 16, "pardon: Haar energy over the next coarser level's, 16 x 16 tiles that have any: " how       \
  }

static const quality_measure table[] = {
  MSCN ("0"),
  MSCN ("1"),
  MSCN ("2"),
  GRADIENTS ("0"),
  GRADIENTS ("1"),
  GRADIENTS ("2"),

  NOISE_LEVEL ("noise-mean", IMMERKAER ", log2 (s + 1/16)"),
  NOISE_LEVEL ("noise-median", IMMERKAER ", by the median, log2 (s + 1/16)"),
  NOISE_LEVEL ("noise-red", IMMERKAER ", by the median, log2 (s + 1/16)"),
  NOISE_LEVEL ("noise-green", IMMERKAER ", by the median, log2 (s + 1/16)"),
  NOISE_LEVEL ("noise-blue", IMMERKAER ", by the median, log2 (s + 1/16)"),
  NOISE_LEVEL ("noise-cb", IMMERKAER " on 0.564 (B - Y), log2 (s + 1/16)"),
  NOISE_LEVEL ("noise-cr", IMMERKAER " on 0.713 (R - Y), log2 (s + 1/16)"),
  NOISE_LEVEL ("flat10-noise",
               "pardon: root mean square of Immerkaer's mask / 6, flattest 10 % of unclipped 8 x 8 tiles"),
  NOISE_LEVEL ("flat25-noise", "pardon: the same in the flattest 25 %"),
  NOISE_LEVEL ("flat50-noise", "pardon: the same in the flattest 50 %"),
  { "flat-slope", "log2 ratio per full scale", -80, 80,
    "pardon: flat tiles' log2 noise on brightness 0..1, ridge 0.01" },
  CORRELATION ("flat-across", "pardon: of Immerkaer's mask with its right neighbour, flattest 25 %"),
  CORRELATION ("flat-down", "pardon: of Immerkaer's mask with its lower neighbour, flattest 25 %"),
  CORRELATION ("flat-red-green", "pardon: of Immerkaer's mask between channels, flattest 25 %"),
  CORRELATION ("flat-green-blue", "pardon: of Immerkaer's mask between channels, flattest 25 %"),
  { "flat-kurtosis", KURTOSIS, 0, 22, "pardon: of Immerkaer's mask, flattest 25 %" },
  SPECKS ("specks-8", "more than 8 levels out"),
  SPECKS ("specks-24", "more than 24 levels out"),
  SPECKS ("specks-64", "more than 64 levels out"),
  SPECKS ("specks-bright", "more than 24 levels above"),
  SPECKS ("specks-dark", "more than 24 levels below"),
  SPECKS ("specks-colour", "of one channel more than 24 levels out"),
  CORRELATION ("residual-1-0", "pardon: autocorrelation of Immerkaer's mask"),
  CORRELATION ("residual-0-1", "pardon: autocorrelation of Immerkaer's mask"),
  CORRELATION ("residual-1-1", "pardon: autocorrelation of Immerkaer's mask"),
  CORRELATION ("residual-2-0", "pardon: autocorrelation of Immerkaer's mask"),
  CORRELATION ("residual-0-2", "pardon: autocorrelation of Immerkaer's mask"),

  PERIOD ("across"),
  PERIOD ("down"),
  EQUAL ("across"),
  EQUAL ("down"),
  ZEROS ("zeros-low", "u + v from 1 to 3"),
  ZEROS ("zeros-middle", "u + v from 4 to 6"),
  ZEROS ("zeros-high", "u + v from 7"),
  ZEROS ("zeros-busy", "u + v from 7, where low ones sum to 16; (n + 18) / (m + 36)"),
  { "blocks-shifted", RATIO, -22, 22,
    "pardon: energy of coefficients u + v from 7 over that on a grid shifted by 4, 4" },

  QUANTILE ("luma-q01", "luma"),
  QUANTILE ("luma-q05", "luma"),
  QUANTILE ("luma-q25", "luma"),
  QUANTILE ("luma-q50", "luma"),
  QUANTILE ("luma-q75", "luma"),
  QUANTILE ("luma-q95", "luma"),
  QUANTILE ("luma-q99", "luma"),
  { "luma-deviation", "share", 0, 1, "pardon: deviation of luma over 128" },
  { "luma-dark", SHARE, 0, 1, "pardon: pixels of luma below 5" },
  { "luma-white", SHARE, 0, 1, "pardon: pixels of luma above 250" },
  { "luma-skewness", "asinh skewness", -9, 9, "pardon: m3 / (m2^1.5 + 1)" },
  QUANTILE ("value-q01", "max (R, G, B)"),
  QUANTILE ("value-q05", "max (R, G, B)"),
  QUANTILE ("value-q50", "max (R, G, B)"),
  { "value-clipped", SHARE, 0, 1, "pardon: pixels whose max (R, G, B) is 254 or 255" },
  { "tone-gaps", SHARE, 0, 1, "pardon: levels of green counted less than a quarter as often as their 4 neighbours" },
  { "saturation-mean", SHARE, 0, 1, "pardon: (max - min) / (max + 1)" },
  { "saturation-deviation", SHARE, 0, 1, "pardon: (max - min) / (max + 1)" },
  { "saturation-q95", SHARE, 0, 1, "pardon: (max - min) / (max + 1)" },
  { "cb-mean", "share", -1, 1, "pardon: 0.564 (B - Y) / 128" },
  { "cr-mean", "share", -1, 1, "pardon: 0.713 (R - Y) / 128" },
  COLOUR_SPREAD ("cb-deviation", "0.564 (B - Y)"),
  COLOUR_SPREAD ("cr-deviation", "0.713 (R - Y)"),
  { "colourfulness", LEVELS, 0, 9, "Hasler, Suesstrunk 2003, log2 (M + 1)" },
  CORRELATION ("luma-saturation", "pardon: correlation of luma and saturation over pixels"),
  { "dark-mean", SHARE, 0, 1, "He, Sun, Tang 2009: dark channel, minima of 16 x 16 tiles, over 255" },
  { "dark-q05", SHARE, 0, 1, "He, Sun, Tang 2009: dark channel, minima of 16 x 16 tiles, over 255" },
  { "veil-q05", SHARE, 0, 1, "pardon: quantile over 16 x 16 tiles of the lowest luma of scale 1, over 255" },
  { "veil-q50", SHARE, 0, 1, "pardon: quantile over 16 x 16 tiles of the lowest luma of scale 1, over 255" },
  TILE_SPREAD ("tile-q10"),
  TILE_SPREAD ("tile-q50"),
  TILE_SPREAD ("tile-q90"),
  TILE_SPREAD ("tile-q99"),

  LAGS ("across"),
  LAGS ("down"),
  LAGS ("falling"),
  LAGS ("rising"),

  WIDTHS ("0", "across"),
  WIDTHS ("0", "down"),
  WIDTHS ("1", "across"),
  WIDTHS ("1", "down"),
  WIDTH ("width-centre", "median of the central half of the area"),
  WIDTH ("width-border", "median of the outer half of the area"),
  { "width-zoom", RATIO, -7, 7, "pardon: width-border over width-centre" },
  WIDTH ("width-tile-q10", "smallest of every 16 x 16 tile, 10 % quantile"),
  WIDTH ("width-tile-q50", "smallest of every 16 x 16 tile, median"),
  REBLUR ("reblur0-across"),
  REBLUR ("reblur0-down"),
  REBLUR ("reblur1-across"),
  REBLUR ("reblur1-down"),

  BEND ("4", "q05", "5 % quantile"),
  BEND ("4", "q25", "25 % quantile"),
  BEND ("7", "q05", "5 % quantile"),
  BEND ("7", "q10", "10 % quantile"),
  BEND ("7", "q25", "25 % quantile"),
  BEND ("7", "q50", "median"),
  { "bend-share", SHARE, 0, 1, "pardon: strong contours that can be followed 7 steps to either side" },

  HAARS ("1"),
  HAARS ("2"),
  HAARS ("3"),
  { "haar1-median", LEVELS, -4, 8.1, "Donoho 1995: median |hh| / 0.6745, at most 128 / 0.6745" },
  { "haar1-kurtosis", KURTOSIS, 0, 22, "pardon: mean hh^4 / (mean hh^2)^2" },
  { "haar1-haar2", RATIO, -13, 13, "pardon: mean |hh| over the next coarser level's" },
  { "haar2-haar3", RATIO, -13, 13, "pardon: mean |hh| over the next coarser level's" },
  { "fine-flat", SQUARES, -4, 18, "pardon: finest Haar energy in the 16 x 16 tiles of less than median coarse energy" },
  { "fine-busy", SQUARES, -4, 18, "pardon: finest Haar energy in the other tiles" },
  { "fine-flat-busy", RATIO, -22, 22, "pardon: fine-flat over fine-busy" },
  FINE ("fine12-q50", "median"),
  FINE ("fine12-q90", "90 % quantile"),
  FINE ("fine12-q99", "99 % quantile"),
  FINE ("fine23-q50", "median"),
  FINE ("fine23-q90", "90 % quantile"),
  FINE ("fine23-q99", "99 % quantile"),

  { "broken-bottom", SHARE, 0, 1, "pardon: rows at the bottom that are all one colour" },
  { "broken-grey", SHARE, 0, 1, "pardon: rows at the bottom that are grey 128 throughout" },
  { "broken-rows", SHARE, 0, 1, "pardon: rows equal to the one above" },
  { "broken-right", SHARE, 0, 1, "pardon: columns at the right that are all one colour" },
  { "broken-columns", SHARE, 0, 1, "pardon: columns equal to the one before" },
  { "broken-tiles", SHARE, 0, 1, "pardon: 8 x 8 tiles of one luma" },
  { "broken-128", SHARE, 0, 1, "pardon: pixels of grey 128" },
};
/* clang-format on */

gsize
quality_size (void)
{
  return G_N_ELEMENTS (table);
}

const quality_measure *
quality_measures (void)
{
  return table;
}

gsize
quality_find (const char *name)
{
  const quality_measure *all = quality_measures ();
  for (gsize i = 0; i < quality_size (); i++)
    if (strcmp (all[i].name, name) == 0)
      return i;
  g_return_val_if_reached (0);
}
