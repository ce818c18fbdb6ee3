/* The judgement, picture by picture, for the page's columns. */
#pragma once

#include "judging.h"
#include "output/pictures.h"

/* Borrows from `j`, which must outlive it and stay where it is. */
typedef struct {
  pictures_judged judged;
  const judging *of;
  GPtrArray *splits; /* char * */
  int *suggested;    /* pictures: class, -1 */
  GArray *columns;   /* picture_column */
} judging_pictures;

/* NULL where nothing was asked; else &p->judged. */
const pictures_judged *judging_pictures_init (judging_pictures *p, const judging *j);
void judging_pictures_clear (judging_pictures *p);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (judging_pictures, judging_pictures_clear)
