/* Each of eight tables is keyed by the first bits of one word of the code. A bucket keeps 32 other bits beside each number, so
 * that most of what it holds is turned down without touching another line of memory. */
#include "duplicate/lookup.h"

#include <math.h>
#include <string.h>

#include "base/random.h"

#define SIDE       SIGNATURE_SIDE
#define KEY_LEAST  4
#define KEY_MOST   20
#define CHECK_MOST 11 /* of 32 bits; a stranger passes one time in twenty */
#define PROBES     4

typedef struct {
  guint32 number, check;
} entry;

typedef struct {
  entry *entries;
  guint32 n, capacity;
} bucket;

typedef struct {
  guint32 words[LOOKUP_WORDS];
} bare_code;

struct lookup {
  int bits;                   /* of a key */
  guint16 wave[LOOKUP_WAVES]; /* index in likeness.shape */
  float scale[LOOKUP_WAVES];
  float mean[LOOKUP_WAVES];
  float sign[LOOKUP_BITS / LOOKUP_WAVES][LOOKUP_WAVES];
  bucket *buckets[LOOKUP_WORDS]; /* 1 << bits each */
  GArray *codes;                 /* bare_code of each number */
};

/* The coarsest waves but the mean, by frequency, ties in reading order. */
static void
choose_waves (lookup *l)
{
  int n = 0;

  for (int length = 1; n < LOOKUP_WAVES; length++)
    for (int i = 1; i < SIGNATURE_LUMINANCE && n < LOOKUP_WAVES; i++)
      if ((i / SIDE) * (i / SIDE) + (i % SIDE) * (i % SIDE) == length)
        {
          l->wave[n] = (guint16) i;
          l->scale[n++] = (float) sqrt (sqrt (length));
        }
}

lookup *
lookup_new (gsize expected, const float mean[LOOKUP_WAVES])
{
  lookup *l = g_new0 (lookup, 1);
  random_source r;

  l->bits = KEY_LEAST;
  while (l->bits < KEY_MOST && expected >> (l->bits + 2) != 0)
    l->bits++;
  choose_waves (l);
  memcpy (l->mean, mean, sizeof l->mean);
  random_init (&r, 0, "duplicate lookup");
  for (int turn = 0; turn < LOOKUP_BITS / LOOKUP_WAVES; turn++)
    {
      guint64 bits = random_bits (&r);
      for (int i = 0; i < LOOKUP_WAVES; i++)
        l->sign[turn][i] = (bits >> i & 1) != 0 ? 1 : -1;
    }
  for (int t = 0; t < LOOKUP_WORDS; t++)
    l->buckets[t] = g_new0 (bucket, (gsize) 1 << l->bits);
  l->codes = g_array_new (FALSE, FALSE, sizeof (bare_code));
  return l;
}

void
lookup_free (lookup *l)
{
  if (l == NULL)
    return;
  for (int t = 0; t < LOOKUP_WORDS; t++)
    {
      for (gsize i = 0; i < (gsize) 1 << l->bits; i++)
        g_free (l->buckets[t][i].entries);
      g_free (l->buckets[t]);
    }
  g_array_free (l->codes, TRUE);
  g_free (l);
}

void
lookup_waves (const lookup *l, const likeness *of, float waves[LOOKUP_WAVES])
{
  for (int i = 0; i < LOOKUP_WAVES; i++)
    waves[i] = of->shape[l->wave[i]] * l->scale[i];
}

/* The Walsh-Hadamard transform, in place: every result hangs on every wave alike. */
static void
mix (float *x)
{
  for (int step = 1; step < LOOKUP_WAVES; step *= 2)
    for (int i = 0; i < LOOKUP_WAVES; i += 2 * step)
      for (int k = i; k < i + step; k++)
        {
          float a = x[k], b = x[k + step];
          x[k] = a + b;
          x[k + step] = a - b;
        }
}

void
lookup_encode (const lookup *l, const likeness *of, lookup_code *code)
{
  float waves[LOOKUP_WAVES], mixed[LOOKUP_BITS];

  lookup_waves (l, of, waves);
  for (int i = 0; i < LOOKUP_WAVES; i++)
    waves[i] -= l->mean[i] / 2;
  for (int turn = 0; turn < LOOKUP_BITS / LOOKUP_WAVES; turn++)
    {
      float *out = mixed + turn * LOOKUP_WAVES;
      for (int i = 0; i < LOOKUP_WAVES; i++)
        out[i] = waves[i] * l->sign[turn][i];
      mix (out);
    }
  memset (code, 0, sizeof *code);
  for (int t = 0; t < LOOKUP_WORDS; t++)
    {
      const float *x = mixed + t * 32;
      int first = 0, second = 1;
      for (int i = 0; i < 32; i++)
        code->words[t] |= (guint32) (x[i] > 0) << i;
      if (fabsf (x[1]) < fabsf (x[0]))
        first = 1, second = 0;
      for (int i = 2; i < l->bits; i++)
        if (fabsf (x[i]) < fabsf (x[first]))
          second = first, first = i;
        else if (fabsf (x[i]) < fabsf (x[second]))
          second = i;
      code->weak[t][0] = (guint8) first;
      code->weak[t][1] = (guint8) second;
    }
}

static guint32
check_of (const lookup_code *code, int table)
{
  return code->words[(table + 1) % LOOKUP_WORDS];
}

void
lookup_add (lookup *l, const lookup_code *code)
{
  guint32 number = l->codes->len;
  bare_code bare;

  memcpy (bare.words, code->words, sizeof bare.words);
  g_array_append_val (l->codes, bare);
  for (int t = 0; t < LOOKUP_WORDS; t++)
    {
      bucket *b = &l->buckets[t][code->words[t] & ((1u << l->bits) - 1)];
      if (b->n == b->capacity)
        {
          b->capacity = MAX (4, b->capacity + b->capacity / 2);
          b->entries = g_renew (entry, b->entries, b->capacity);
        }
      b->entries[b->n++] = (entry){ .number = number, .check = check_of (code, t) };
    }
}

static inline int
ones (guint32 x)
{
  x -= x >> 1 & 0x55555555;
  x = (x & 0x33333333) + (x >> 2 & 0x33333333);
  return (int) (((x + (x >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24);
}

static int
words_distance (const guint32 *a, const guint32 *b)
{
  int distance = 0;

  for (int t = 0; t < LOOKUP_WORDS; t++)
    distance += ones (a[t] ^ b[t]);
  return distance;
}

int
lookup_distance (const lookup_code *a, const lookup_code *b)
{
  return words_distance (a->words, b->words);
}

/* The nearest so far, ascending by distance << 32 | number. */
typedef struct {
  guint64 keys[LOOKUP_MOST];
  int n;
} nearest;

static void
nearest_put (nearest *best, guint64 key)
{
  int at = best->n;

  while (at > 0 && best->keys[at - 1] > key)
    at--;
  if ((at > 0 && best->keys[at - 1] == key) || at == LOOKUP_MOST)
    return;
  best->n = MIN (best->n + 1, LOOKUP_MOST);
  memmove (best->keys + at + 1, best->keys + at, (gsize) (best->n - 1 - at) * sizeof *best->keys);
  best->keys[at] = key;
}

int
lookup_find (const lookup *l, const lookup_code *code, guint32 found[LOOKUP_MOST])
{
  const bare_code *codes = (const bare_code *) (const void *) l->codes->data;
  nearest best = { .n = 0 };

  for (int t = 0; t < LOOKUP_WORDS; t++)
    for (int probe = 0; probe < PROBES; probe++)
      {
        guint32 key = code->words[t], check = check_of (code, t);
        key ^= (guint32) (probe & 1) << code->weak[t][0] ^ (guint32) (probe >> 1) << code->weak[t][1];
        const bucket *b = &l->buckets[t][key & ((1u << l->bits) - 1)];
        for (guint32 i = 0; i < b->n; i++)
          {
            if (ones (b->entries[i].check ^ check) > CHECK_MOST)
              continue;
            guint32 number = b->entries[i].number;
            int distance = words_distance (codes[number].words, code->words);
            if (distance <= LOOKUP_FARTHEST)
              nearest_put (&best, (guint64) distance << 32 | number);
          }
      }
  for (int i = 0; i < best.n; i++)
    found[i] = (guint32) best.keys[i];
  return best.n;
}
