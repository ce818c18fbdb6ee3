/* A selection must not mislead: what the page is opened for, mistakes and noisy pictures, is whole as far as it fits, and whatever is
 * drawn at random is said to be so. */
#include "output/pictures_choose.h"

#include <string.h>

#include "base/random.h"
#include "store/store.h"

enum { MISTAKES, NOISY, REST, RANKS };
static const char *const rank_names[] = { "mistakes", "other noisy pictures", "other pictures" };

/* A byte a picture: its rank. */
static GByteArray *
rank_all (store *s, gsize count[RANKS], GError **error)
{
  g_autoptr (store_cursor) cursor = store_cursor_new (s, 0, error);
  g_autoptr (GByteArray) ranks = g_byte_array_new ();
  g_autoptr (GError) why = NULL;
  if (cursor == NULL)
    return NULL;
  for (store_picture p; store_cursor_next (cursor, &p, &why);)
    {
      const store_answer *a = &p.answer;
      gboolean known = a->given && a->truth >= 0 && a->prediction >= 0;
      guint8 rank = known && a->truth != a->prediction ? MISTAKES : p.verdict.judged && p.verdict.noisy ? NOISY : REST;
      g_byte_array_append (ranks, &rank, 1);
      count[rank]++;
    }
  if (why == NULL)
    return g_steal_pointer (&ranks);
  g_propagate_error (error, g_steal_pointer (&why));
  return NULL;
}

/* 1234567 as 1,234,567. */
static void
append_count (GString *out, gsize n)
{
  char digits[24];
  int length = g_snprintf (digits, sizeof digits, "%" G_GSIZE_FORMAT, n);
  for (int i = 0; i < length; i++)
    {
      if (i > 0 && (length - i) % 3 == 0)
        g_string_append_c (out, ',');
      g_string_append_c (out, digits[i]);
    }
}

/* "This page holds 100,000 of 250,000 pictures: all 1,204 mistakes, ...". */
static char *
say_which (const gsize count[RANKS], const gsize take[RANKS], gsize all, gsize most)
{
  g_autoptr (GString) words = g_string_new ("This page holds ");
  append_count (words, most);
  g_string_append (words, " of ");
  append_count (words, all);
  g_string_append (words, " pictures");
  const char *between = ": ";
  for (int r = 0; r < RANKS; r++)
    {
      if (take[r] == 0)
        continue;
      g_string_append (words, between);
      g_string_append (words, take[r] == count[r] ? "all " : "");
      append_count (words, take[r]);
      if (take[r] < count[r])
        {
          g_string_append (words, " of ");
          append_count (words, count[r]);
        }
      g_string_append_printf (words, " %s%s", rank_names[r], take[r] < count[r] ? ", drawn at random" : "");
      between = "; ";
    }
  g_string_append (words, "; images.csv has all of them");
  return g_string_free (g_steal_pointer (&words), FALSE);
}

GArray *
pictures_choose (store *s, const pictures_options *o, char **words, GError **error)
{
  gsize all = store_count (s);
  g_autoptr (GArray) chosen = g_array_new (FALSE, FALSE, sizeof (gsize));
  *words = NULL;
  if (o->most == 0 || all <= o->most)
    {
      g_array_set_size (chosen, (guint) all);
      for (gsize i = 0; i < all; i++)
        g_array_index (chosen, gsize, i) = i;
      return g_steal_pointer (&chosen);
    }
  gsize count[RANKS] = { 0 }, take[RANKS], need[RANKS], left[RANKS], room = o->most;
  g_autoptr (GByteArray) ranks = rank_all (s, count, error);
  random_source random;
  if (ranks == NULL)
    return NULL;
  for (int r = 0; r < RANKS; r++)
    {
      need[r] = take[r] = MIN (count[r], room);
      left[r] = count[r];
      room -= take[r];
    }
  random_init (&random, o->seed, "pictures of the page");
  for (gsize i = 0; i < ranks->len; i++)
    {
      /* Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S: exactly `take` of `count`, in one go */
      int r = ranks->data[i];
      if (need[r] == left[r] || random_uniform (&random, 0, (double) left[r]) < (double) need[r])
        {
          g_array_append_val (chosen, i);
          need[r]--;
        }
      left[r]--;
    }
  *words = say_which (count, take, all, chosen->len);
  return g_steal_pointer (&chosen);
}
