/* Why a picture was judged as it was: filled by explain.c, for a picture at hand or a row out of a store, and shown by
 * `pardon explain` and the report alike. */
#pragma once

#include <glib.h>

typedef struct {
  char *sentence;           /* "edges are 2.6 times softer ... (5.2 pixels wide; clean pictures 1.5 to 2.9 pixels)" */
  const char *measure;      /* the quality measure it is read off; static */
  double value;             /* of the picture, in the measure's own unit */
  double low, middle, high; /* 5th, 50th and 95th percentile of clean pictures */
  gboolean outside;         /* of low..high */
} explanation_reason;

typedef struct {
  char *kind;
  double score; /* of the kind: log odds against clean */
} explanation_kind;

typedef struct {
  char *file;
  char *problem; /* why it could not be read: nothing below is set. NULL: it was */

  int width, height;  /* of the file; 0: not known, as for a row out of a store */
  const char *format; /* static; NULL: not known */
  char *damage;       /* what is wrong with a file that breaks off; NULL: nothing */
  gboolean grey;      /* no pixel has colour */
  gboolean enlarged;  /* smaller than the smallest usual view of a model */

  gboolean noisy;
  double noise, limit;     /* 0..1; above the limit is noisy */
  double score, threshold; /* the same as noise/joint.c adds it up: larger is worse */
  double false_alarms;     /* share of clean pictures above it */
  char *kind, *family;     /* the most likely one, also of a picture that is fine */
  double severity;         /* 1..5; NAN: the kind has none */
  char *like;              /* "a blur of sigma about 2.1 pixels at short side 256"; NULL: nothing to say */
  double unlike;           /* above 1: unlike all that the detector knows */
  GPtrArray *reasons;      /* of explanation_reason, the strongest first */
  GPtrArray *others;       /* of explanation_kind: other kinds above the threshold by themselves, likeliest first */
} explanation;

void explanation_init (explanation *e); /* empty, with arrays that free what is put into them */
void explanation_clear (explanation *e);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (explanation, explanation_clear)

/* One object on one line, without an end of line; g_free. What is not known, and what is not finite, is null. */
char *explanation_json (const explanation *e);
