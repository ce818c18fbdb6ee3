/* A view's name, read, written and guessed at.
 *
 * The one thing to know: a view is what its words say, so reading is done leniently first (any order, near spellings),
 * the canonical name is written from the result, and only a text equal to its canonical name is accepted; for
 * anything else that name is the suggestion. */
#include "image/view.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/nearest.h"
#include "image/settings.h"

#define LARGEST_SIDE 4096

static const char *const filter_words[] = { "nearest", "bilinear", "bicubic", "lanczos", "area", NULL };
static const char *const fit_words[] = { "none", "stretch", "short-centre", "short", NULL };
static const char *const words[] = { "none",    "stretch", "short", "centre",    "center", "nearest", "bilinear",
                                     "bicubic", "lanczos", "area",  "noenlarge", "white",  "black",   NULL };
static const char *const keys[] = { "fit", "filter", "short", "width", "height", "alpha", "enlarge", NULL };

static int
word_index (const char *const *list, const char *word)
{
  for (int i = 0; list[i] != NULL; i++)
    if (strcmp (list[i], word) == 0)
      return i;
  return -1;
}

static void
append_size (GString *s, const view *v)
{
  g_string_append_printf (s, "%d", v->width);
  if (v->height != v->width)
    g_string_append_printf (s, "x%d", v->height);
}

static void
write_name (view *v)
{
  g_autoptr (GString) s = g_string_new ("none");
  const char *filter = filter_words[v->filter];
  const guint8 *b = v->background;

  if (v->fit == VIEW_STRETCH)
    {
      g_string_printf (s, "stretch-%s-", filter);
      append_size (s, v);
    }
  else if (v->fit == VIEW_SHORT_CENTRE)
    {
      g_string_printf (s, "short%d-centre", v->short_side);
      append_size (s, v);
      g_string_append_printf (s, "-%s", filter);
    }
  else if (v->fit == VIEW_SHORT)
    g_string_printf (s, "short%d-%s", v->short_side, filter);
  if (v->never_enlarge)
    g_string_append (s, "-noenlarge");
  if (v->alpha == ALPHA_COMPOSE && b[0] == b[1] && b[1] == b[2] && (b[0] == 0 || b[0] == 255))
    g_string_append (s, b[0] == 0 ? "-black" : "-white");
  else if (v->alpha == ALPHA_COMPOSE)
    g_string_append_printf (s, "-%02x%02x%02x", b[0], b[1], b[2]);
  g_strlcpy (v->name, s->str, sizeof v->name);
}

/* Digits up to a character that is none; -1 when there are none or the number is no side of a view. */
static int
read_side (const char **text)
{
  gint64 n = 0;
  const char *start = *text;

  for (; g_ascii_isdigit (**text) && n <= LARGEST_SIDE; (*text)++)
    n = n * 10 + (**text - '0');
  return *text > start && n >= 1 && n <= LARGEST_SIDE ? (int) n : -1;
}

/* N or WxH, all of `text`. */
static gboolean
read_size (const char *text, int *width, int *height)
{
  *width = *height = read_side (&text);
  if (*width > 0 && *text == 'x')
    {
      text++;
      *height = read_side (&text);
    }
  return *width > 0 && *height > 0 && *text == '\0';
}

static gboolean
read_colour (const char *text, guint8 rgb[3])
{
  if (strcmp (text, "white") == 0 || strcmp (text, "black") == 0)
    {
      memset (rgb, text[0] == 'w' ? 255 : 0, 3);
      return TRUE;
    }
  if (strlen (text) != 6)
    return FALSE;
  for (int i = 0; i < 3; i++)
    {
      int high = g_ascii_xdigit_value (text[2 * i]), low = g_ascii_xdigit_value (text[2 * i + 1]);
      if (high < 0 || low < 0)
        return FALSE;
      rgb[i] = (guint8) (high * 16 + low);
    }
  return TRUE;
}

/* What the words of a name have said so far. */
typedef struct {
  view v;
  gboolean has_none, has_stretch, has_centre, has_filter, has_size;
} draft;

/* One word of a name, spelled correctly, and the text behind it, such as "short" "256". */
static gboolean
take_word (draft *d, const char *word, const char *rest)
{
  int filter = word_index (filter_words, word);
  gboolean centre = g_str_has_prefix (word, "cent");

  if (filter >= 0)
    {
      d->has_filter = TRUE;
      d->v.filter = (view_filter) filter;
    }
  d->has_none |= strcmp (word, "none") == 0;
  d->has_stretch |= strcmp (word, "stretch") == 0;
  d->has_centre |= centre;
  d->v.never_enlarge |= strcmp (word, "noenlarge") == 0;
  if (read_colour (word, d->v.background))
    d->v.alpha = ALPHA_COMPOSE;
  if (strcmp (word, "short") == 0)
    {
      d->v.short_side = read_side (&rest);
      return d->v.short_side > 0 && *rest == '\0';
    }
  if (*rest == '\0')
    return TRUE;
  d->has_size = TRUE;
  return read_size (rest, &d->v.width, &d->v.height);
}

static gboolean
take_token (draft *d, const char *token)
{
  gsize n = 0;

  if (strlen (token) == 6 && read_colour (token, d->v.background))
    {
      d->v.alpha = ALPHA_COMPOSE;
      return TRUE;
    }
  while (g_ascii_isalpha (token[n]))
    n++;
  if (n == 0)
    {
      d->has_size = TRUE;
      return read_size (token, &d->v.width, &d->v.height);
    }
  g_autofree char *word = g_strndup (token, n);
  const char *near = nearest_word (word, words);
  return near != NULL && take_word (d, near, token + n);
}

static gboolean
finish (draft *d)
{
  gboolean has_short = d->v.short_side > 0;

  if (d->has_none + d->has_stretch + has_short != 1 || (d->has_centre && !has_short))
    return FALSE;
  if (d->has_none)
    return !d->has_filter && !d->has_size && !d->v.never_enlarge;
  d->v.fit = d->has_stretch ? VIEW_STRETCH : d->has_centre ? VIEW_SHORT_CENTRE : VIEW_SHORT;
  return d->has_filter && d->has_size == (d->v.fit != VIEW_SHORT) && !(d->has_stretch && d->v.never_enlarge);
}

/* TRUE when the words add up to a view, in whatever order and spelling. */
static gboolean
guess (const char *text, view *v)
{
  draft d = { .v.background = { 255, 255, 255 } };
  g_autofree char *lower = g_ascii_strdown (text, -1);
  g_auto (GStrv) tokens = g_strsplit_set (lower, "-_ ,", 16);

  for (char **token = tokens; *token != NULL; token++)
    if (**token != '\0' && !take_token (&d, *token))
      return FALSE;
  if (!finish (&d))
    return FALSE;
  write_name (&d.v);
  *v = d.v;
  return TRUE;
}

static gboolean
refuse (const char *path, const char *key, const char *text, const char *expected, GError **error)
{
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s': %s = '%s' in [view] is not %s", path, key, text,
               expected);
  return FALSE;
}

static gboolean
file_side (GKeyFile *file, const char *path, const char *key, int *side, GError **error)
{
  g_autofree char *text = settings_text (file, "view", key);
  const char *rest = text;

  if (text == NULL)
    return TRUE;
  *side = read_side (&rest);
  return (*side > 0 && *rest == '\0') || refuse (path, key, text, "a whole number from 1 to 4096", error);
}

static gboolean
file_choice (GKeyFile *file, const char *path, const char *key, const char *const *list, int *choice, GError **error)
{
  g_autofree char *text = settings_text (file, "view", key);

  if (text == NULL)
    return TRUE;
  *choice = word_index (list, text);
  if (*choice >= 0)
    return TRUE;
  g_autofree char *all = g_strjoinv (", ", (char **) list);
  g_autofree char *expected = g_strdup_printf ("one of %s", all);
  return refuse (path, key, text, expected, error);
}

static gboolean
file_alpha_enlarge (GKeyFile *file, const char *path, view *v, GError **error)
{
  g_autofree char *alpha = settings_text (file, "view", "alpha");
  g_autofree char *enlarge = settings_text (file, "view", "enlarge");

  if (alpha != NULL && strcmp (alpha, "drop") != 0)
    {
      v->alpha = ALPHA_COMPOSE;
      if (!read_colour (alpha[0] == '#' ? alpha + 1 : alpha, v->background))
        return refuse (path, "alpha", alpha, "drop, white, black or a colour like #80c0ff", error);
    }
  if (enlarge != NULL && strcmp (enlarge, "true") != 0 && strcmp (enlarge, "false") != 0)
    return refuse (path, "enlarge", enlarge, "true or false", error);
  v->never_enlarge = enlarge != NULL && strcmp (enlarge, "false") == 0;
  return TRUE;
}

/* Whether the keys given are those the fit needs: a key without effect would be a surprise. */
static gboolean
check_complete (const view *v, const char *path, GError **error)
{
  const char *fit = fit_words[v->fit];
  gboolean wants_short = v->fit == VIEW_SHORT || v->fit == VIEW_SHORT_CENTRE;
  gboolean wants_size = v->fit == VIEW_STRETCH || v->fit == VIEW_SHORT_CENTRE;
  const char *fault = NULL;

  if (wants_short != (v->short_side > 0))
    fault = wants_short ? "needs the key 'short'" : "takes no key 'short'";
  else if (wants_size != (v->width > 0))
    fault = wants_size ? "needs the key 'width' (and 'height' where it differs)" : "takes no key 'width' or 'height'";
  else if (v->never_enlarge && !wants_short)
    fault = "takes no 'enlarge = false'";
  if (fault != NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s': fit = %s in [view] %s", path, fit, fault);
  return fault == NULL;
}

static gboolean
read_file (const char *path, view *v, GError **error)
{
  view read = { .background = { 255, 255, 255 } };
  int fit = -1, filter = -1;
  g_autoptr (GKeyFile) file = settings_load (path, "view", keys, error);

  if (file == NULL || !file_choice (file, path, "fit", fit_words, &fit, error)
      || !file_choice (file, path, "filter", filter_words, &filter, error)
      || !file_side (file, path, "short", &read.short_side, error)
      || !file_side (file, path, "width", &read.width, error) || !file_side (file, path, "height", &read.height, error)
      || !file_alpha_enlarge (file, path, &read, error))
    return FALSE;
  if (fit < 0 || (filter < 0) != (fit == VIEW_NONE))
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "'%s': [view] %s", path,
                   fit < 0      ? "needs the key 'fit': one of none, stretch, short-centre, short"
                   : filter < 0 ? "needs the key 'filter': one of nearest, bilinear, bicubic, lanczos, area"
                                : "with fit = none takes no key 'filter'");
      return FALSE;
    }
  read.fit = (view_fit) fit;
  read.filter = (view_filter) MAX (filter, 0);
  read.width = read.width > 0 ? read.width : read.height;
  read.height = read.height > 0 ? read.height : read.width;
  if (!check_complete (&read, path, error))
    return FALSE;
  write_name (&read);
  *v = read;
  return TRUE;
}

static gboolean
same_name (const char *text, const view *v)
{
  g_autofree char *lower = g_ascii_strdown (text, -1);
  char *american = strstr (lower, "center");

  if (american != NULL)
    memcpy (american, "centre", strlen ("centre"));
  return strcmp (lower, v->name) == 0;
}

gboolean
view_parse (const char *text, view *v, GError **error)
{
  view guessed;
  gboolean has_guess = guess (text, &guessed);

  if (has_guess && same_name (text, &guessed))
    {
      *v = guessed;
      return TRUE;
    }
  if (strchr (text, '/') != NULL || g_file_test (text, G_FILE_TEST_EXISTS))
    return read_file (text, v, error);
  g_set_error (
      error, PARDON_ERROR, PARDON_ERROR_INPUT,
      "unknown view '%s'%s%s%s; names are none, stretch-FILTER-N, shortS-centreN-FILTER, shortS-FILTER with "
      "FILTER one of nearest, bilinear, bicubic, lanczos, area and S, N from 1 to 4096; or a path to a text file",
      text, has_guess ? "; did you mean '" : "", has_guess ? guessed.name : "", has_guess ? "'?" : "");
  return FALSE;
}

view
view_measure (void)
{
  view v = { .fit = VIEW_SHORT,
             .filter = FILTER_AREA,
             .short_side = 256,
             .alpha = ALPHA_COMPOSE,
             .never_enlarge = TRUE,
             .background = { 255, 255, 255 } };

  write_name (&v);
  return v;
}
