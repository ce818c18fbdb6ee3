/* A decision as the page sends it. */
#pragma once

#include <glib.h>

typedef struct {
  GArray *ids;        /* guint64 */
  int noisy;          /* 1, 0; -1: not asked */
  char *kind, *label; /* NULL: not asked */
  gboolean restore_noisy, restore_label;
} review_request;

/* PARDON_ERROR_INPUT: it is not what reviewing.h says, or contradicts itself. */
gboolean review_request_read (review_request *q, const char *json, gsize length, GError **error);
void review_request_clear (review_request *q);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (review_request, review_request_clear)
